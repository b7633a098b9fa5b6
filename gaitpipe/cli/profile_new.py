"""`profiles new`: a device profile to fill in."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from gaitpipe.cli.console import common_options, console
from gaitpipe.cli.parameters import PathOf, profile_dirs_option
from gaitpipe.errors import UsageError


@click.command(short_help="Write a new profile to fill in.")
@click.option("--id", "profile_id", required=True, metavar="ID", help="What to call it, such as my_board.")
@click.option("--name", help="Its name for people; by default the id.")
@click.option(
    "--out", type=PathOf(), help="The file; by default ID.toml in your own folder, where it is found by its id."
)
@click.option("--like", metavar="PROFILE", help="Copy this profile instead of the template.")
@click.option("--separate-gyro", is_flag=True, help="The gyroscope has packets of its own.")
@click.option("--no-gyro", is_flag=True, help="There is no gyroscope.")
@click.option("--no-clock", is_flag=True, help="Packets carry no time.")
@click.option("--no-counter", is_flag=True, help="Packets carry no number.")
@click.option("--no-commands", is_flag=True, help="The sensor streams as soon as somebody listens.")
@profile_dirs_option
@common_options
def new(
    profile_id: str,
    name: str | None,
    out: Path | None,
    like: str | None,
    separate_gyro: bool,
    no_gyro: bool,
    no_clock: bool,
    no_counter: bool,
    no_commands: bool,
    folders: tuple[Path, ...],
) -> None:
    """Write a new profile to fill in: every key is explained, and `profiles check` is content with it at once.

    The switches say what the packets of your sensor look like. An existing file is never overwritten.
    """
    from gaitpipe import profile_store
    from gaitpipe.app.new_profile import NewProfile, profile_text, write_profile

    text = profile_text(
        NewProfile(
            profile_id,
            name if name is not None else profile_id,
            None if like is None else profile_store.load(like, folders),
            separate_gyro=separate_gyro,
            has_gyro=not no_gyro,
            has_clock=not no_clock,
            has_counter=not no_counter,
            has_commands=not no_commands,
        )
    )
    taken = {stored.id: stored for stored in profile_store.survey(folders).profiles}.get(profile_id)
    if taken is not None:
        raise UsageError(f"'{profile_id}' is the id of {taken.file} ({taken.origin})", "Take another --id.")
    path = _place(profile_id) if out is None else out
    write_profile(text, path)
    words = console()
    words.say(f"Wrote {path}. Edit it, then: gaitpipe profiles check {shlex.quote(str(path))}")
    if out is not None:
        words.say("A profile in a file of its own is used by its path, or by its id with --profile-dir FOLDER.")


def _place(profile_id: str) -> Path:
    from gaitpipe import profile_store

    folder = profile_store.user_folder()
    if folder is None:
        raise UsageError(
            f"there is no folder for your own profiles: {profile_store.FOLDER_VARIABLE} is empty", "Give --out FILE."
        )
    return folder / f"{profile_id}.toml"
