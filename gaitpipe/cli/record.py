"""`scan` and `record`: real sensors over Bluetooth."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gaitpipe.cli.console import Console, common_options, console, json_option, print_json
from gaitpipe.cli.cue_options import CueOptions, cue_options
from gaitpipe.cli.parameters import (
    NearChoice,
    Number,
    PathOf,
    Speed,
    context_options,
    height_option,
    profile_dirs_option,
)
from gaitpipe.cli.side_settings import Settings, settings_of_sides, side_settings_option
from gaitpipe.errors import UsageError, counted

if TYPE_CHECKING:
    from gaitpipe.app.record import RecordRequest
    from gaitpipe.model import AuxiliaryKind, Placement, Side
    from gaitpipe.sources.ble import FoundSensor, WantedDevice, WantedSensor

EXIT_INTERRUPTED = 130
ANY_DEVICE = ""
_DEVICE: dict[str, Any] = {"is_flag": False, "flag_value": ANY_DEVICE, "default": None, "metavar": "[MATCH]"}
"""An option that may stand alone: any device of this kind."""


@click.command(short_help="List the sensors that are near.")
@click.option("--seconds", type=Number(1, 600), default=8.0, show_default=True, help="How long to listen.")
@click.option("--all", "everything", is_flag=True, help="Also list devices that no profile knows.")
@profile_dirs_option
@json_option
@common_options
def scan(seconds: float, everything: bool, folders: tuple[Path, ...], as_json: bool) -> None:
    """List the sensors that are near: profile, signal strength, name."""
    import asyncio

    from gaitpipe import profile_store
    from gaitpipe.sources.ble import scan as listen

    words = console()
    profiles, problems = profile_store.load_all(folders)
    for problem in problems:
        words.note("warning", f"{problem.message}", f"{problem.advice} It is left out.")
    words.say(f"Listening for {seconds:g} s ...")
    found = asyncio.run(listen(profiles, seconds))
    shown = [sensor for sensor in found if everything or sensor.profile_id is not None]
    if as_json:
        print_json([_as_dict(sensor) for sensor in shown])
    else:
        for sensor in shown:
            name = sensor.name or "(no name)"
            click.echo(f"{sensor.profile_id or '-':<16} {sensor.rssi:>4} dBm  {sensor.address}  {name}")
    if not shown:
        verb = "was" if len(found) == 1 else "were"
        hidden = f" {counted(len(found), 'other device')} {verb} heard (--all lists them)." if found else ""
        words.note("info", f"No sensor was heard.{hidden}", "Wake the sensors: move them or press their button.")


def _as_dict(sensor: FoundSensor) -> dict[str, object]:
    return {"profile": sensor.profile_id, "rssi_dbm": sensor.rssi, "address": sensor.address, "name": sensor.name}


@click.command(short_help="Record a session over Bluetooth, with live figures.")
@click.option("--out", type=PathOf(), required=True, help="Folder for recording and report.")
@click.option("--left", metavar="PROFILE[@MATCH]", help="Left sensor; MATCH is a part of its name or address.")
@click.option("--right", metavar="PROFILE[@MATCH]", help="Right sensor.")
@click.option("--profile", metavar="PROFILE", help="Both sensors of this profile; sides by the order of their names.")
@click.option("--placement", type=NearChoice(["foot", "shank"]), required=True, help="Where the sensors sit.")
@side_settings_option
@click.option("--belt-speed", type=Speed(), metavar="SPEED", help="Speed of the treadmill: 3.0 (m/s) or 10.8km/h.")
@click.option("--treadmill", **_DEVICE, help="Also record the treadmill; MATCH is a part of its name or address.")
@click.option("--foot-pod", **_DEVICE, help="Also record a foot pod.")
@click.option("--heart-rate", **_DEVICE, help="Also record a heart rate sensor.")
@height_option
@context_options
@cue_options
@click.option("--seconds", type=Number(5, 36_000), help="Stop by itself after this time.")
@click.option("--ask-sides", is_flag=True, help="Ask anew which of two alike sensors is left: tap the left foot.")
@click.option("--no-ask", is_flag=True, help="Never ask: unknown sides follow the order of the sensors' names.")
@click.option("--acquire-notify", is_flag=True, help="Linux: take notifications through sockets of their own.")
@click.option("--force", is_flag=True, help="Record even where the sensor or its settings do not serve.")
@profile_dirs_option
@json_option
@common_options
def record(
    out: Path,
    left: str | None,
    right: str | None,
    profile: str | None,
    placement: Placement,
    settings: tuple[tuple[str, float], ...],
    belt_speed: float | None,
    treadmill: str | None,
    foot_pod: str | None,
    heart_rate: str | None,
    height_m: float | None,
    context: Mapping[str, str],
    cue: CueOptions,
    seconds: float | None,
    ask_sides: bool,
    no_ask: bool,
    acquire_notify: bool,
    force: bool,
    folders: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Record a session over Bluetooth, with live figures; q or Ctrl-C stops it and makes the report.

    Stand still for 5 s first, then walk or run. `gaitpipe scan` shows the sensors that are near. Two alike sensors are
    told apart by a tap of the left foot, which is remembered.

    Treadmill, foot pod and heart rate sensor are cross-checks: they are only listened to, and may come later or stay
    away. The speed of a steady treadmill is the belt speed where --belt-speed is not given.

    While it records: Enter marks the moment, other words are a note, `s 10.5` is a new speed in km/h, `?` helps. Lines
    may come from a pipe too. Ends with 130 after Ctrl-C, else with 0.
    """
    from gaitpipe.app.outputs import make_folder

    if ask_sides and no_ask:
        raise UsageError("--ask-sides and --no-ask contradict each other", "Leave one of them out.")
    if ask_sides and not _can_ask(console().quiet):
        advice = "Leave out --quiet and what redirects input or stderr; or name them: --left ID@NAME --right ID@NAME."
        raise UsageError("--ask-sides needs a terminal, for the question and for who answers it", advice)
    wanted = _wanted(_choices(left, right, profile), placement, settings, folders)
    forced = _forced(wanted, force)
    devices = _devices({"treadmill": treadmill, "foot_pod": foot_pod, "heart_rate": heart_rate}, folders)
    words = console()
    live_cue = cue.open([one.side for one in wanted], belt_speed, words, seconds)
    make_folder(out)
    words.say("Preparing (the first time takes longer) ...")
    from gaitpipe import profile_store
    from gaitpipe.app.athlete import height_metadata
    from gaitpipe.app.record import RecordRequest
    from gaitpipe.app.side_memory import SideMemory, state_folder

    request = RecordRequest(
        tuple(wanted),
        out,
        belt_speed,
        seconds,
        height_metadata(height_m) | dict(context) | forced,
        ask="always" if ask_sides else "unknown" if _can_ask(words.quiet) and not no_ask else "never",
        memory=SideMemory(state_folder()),
        cue=live_cue,
        devices=devices,
        notify="acquire" if acquire_notify else "start",
        state=state_folder(),
        known=tuple(profile_store.load_all(folders)[0]),
    )
    return _record(request, words, as_json)


def _record(request: RecordRequest, words: Console, as_json: bool) -> int:
    """Record with the live screen and the keyboard, then make the report; return the exit code."""
    import asyncio

    from gaitpipe.app.record import Recorded, Talk, stop_on_signals
    from gaitpipe.app.record import record as record_session
    from gaitpipe.cli.finish import finish
    from gaitpipe.cli.live_view import KEYS, LiveScreen
    from gaitpipe.cli.typed_input import typed_lines

    async def run(screen: LiveScreen) -> Recorded:
        stop = asyncio.Event()
        with stop_on_signals(stop, screen.say):
            typed = replace(request, typed=typed_lines(screen.typing))
            return await record_session(typed, stop, Talk(screen.say, screen.show))

    try:
        with LiveScreen(words.quiet, KEYS) as screen:
            recorded = asyncio.run(run(screen))
    finally:
        if request.cue is not None:
            request.cue.close()
    return finish(words, recorded, request.folder / recorded.path.stem, as_json)


def _choices(left: str | None, right: str | None, profile: str | None) -> dict[Side, str]:
    """Return what was asked for, side by side; `--profile` alone means one sensor on each side."""
    if profile is not None and (left or right):
        raise UsageError("give --profile, or --left and --right, not both", "Leave one of them out.")
    choices: dict[Side, str] = {}
    if left or profile:
        choices["left"] = left or profile or ""
    if right or profile:
        choices["right"] = right or profile or ""
    if not choices:
        advice = "For two alike: --profile open_imu. Else --left PROFILE@NAME --right PROFILE@NAME."
        raise UsageError("no sensor was named", advice)
    if left and right and "@" in left and left.casefold() == right.casefold() and not left.endswith("@"):
        advice = "Give each side a part of the name or address that the other sensor does not have."
        raise UsageError(f"--left and --right are both '{left}'", advice)
    return choices


def _devices(choices: Mapping[AuxiliaryKind, str | None], folders: Sequence[Path]) -> tuple[WantedDevice, ...]:
    """Return the devices beside the feet that were asked for; PROFILE@MATCH names another profile."""
    from gaitpipe.app.devices import device_profile
    from gaitpipe.sources.ble import WantedDevice

    wanted = []
    for kind, text in choices.items():
        if text is not None:
            profile_id, at, match = text.rpartition("@")
            loaded = device_profile(kind, profile_id if at else "", folders)
            wanted.append(WantedDevice(kind, loaded, match=match or None))
    return tuple(wanted)


def _can_ask(quiet: bool) -> bool:
    """Whether somebody sits at a terminal and sees the question."""
    return not quiet and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _forced(wanted: Sequence[WantedSensor], force: bool) -> dict[str, str]:
    """Refuse sensors that do not serve, or return why not as metadata of a forced recording."""
    from gaitpipe.app.fitness import unfit_reason
    from gaitpipe.app.run_findings import FORCED_KEY

    reasons = {
        f"{item.profile.name}: {reason}": item.profile
        for item in wanted
        if (reason := unfit_reason(item.profile, item.profile.resolve_settings(item.settings))) is not None
    }
    if not reasons:
        return {}
    if not force:
        advice = "Choose other settings with --set, or another sensor; --force records all the same."
        raise UsageError(f"this sensor does not serve for gait. {'; '.join(reasons)}", advice)
    for reason in reasons:
        console().note("warning", f"{reason}. Recording all the same (--force).")
    return {FORCED_KEY: "; ".join(reasons)}


def _wanted(
    choices: dict[Side, str], placement: Placement, settings: Settings, folders: Sequence[Path]
) -> list[WantedSensor]:
    from gaitpipe import profile_store
    from gaitpipe.sources.ble import WantedSensor

    profiles, matches = {}, {}
    for side, text in choices.items():
        profile_id, _, match = text.partition("@")
        loaded = profile_store.load(profile_id, folders)
        if loaded.auxiliary is not None:
            option = f"--{loaded.auxiliary.replace('_', '-')}"
            raise UsageError(f"{loaded.name} is no motion sensor", f"Give it with {option}, beside the motion sensors.")
        if placement not in loaded.placements:
            advice = f"This profile is for: {', '.join(loaded.placements)}."
            raise UsageError(f"{loaded.name} sensors are not worn on the {placement}", advice)
        profiles[side], matches[side] = loaded, match or None
    given = settings_of_sides(settings, profiles)
    return [WantedSensor(side, placement, one, given[side], matches[side]) for side, one in profiles.items()]
