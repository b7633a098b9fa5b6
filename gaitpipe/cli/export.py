"""`export`: recordings and files of other programs as files of further programs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gaitpipe.cli.analysis import EXIT_SOME_FAILED
from gaitpipe.cli.console import common_options, console, json_option, print_json
from gaitpipe.cli.file_options import FileOptions, file_options
from gaitpipe.cli.parameters import NearChoice, PathOf, Speed
from gaitpipe.errors import GaitpipeError, UsageError

if TYPE_CHECKING:
    from gaitpipe.app.export import Exported
    from gaitpipe.app.inputs import Input
    from gaitpipe.exporters.formats import ExportChoices, Exporter

FORMATS = ("csv", "parquet", "bids", "fit", "c3d", "mcap")
"""As in `exporters.formats`, which loads more than a command line needs to start; a test compares them."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for, for every input the same."""

    exporter: Exporter
    choices: ExportChoices
    belt_speed_m_s: float | None
    force: bool


@click.command(short_help="Write recordings as CSV, Parquet, BIDS-Motion, FIT, C3D or decoded MCAP.")
@click.argument("inputs", nargs=-1, type=PathOf(), metavar="[INPUT]...")
@click.option("--to", "format_name", type=NearChoice(FORMATS), required=True, help="The format to write.")
@click.option("--out", type=PathOf(), required=True, help="Folder for the files.")
@file_options
@click.option("--belt-speed", type=Speed(), metavar="SPEED", help="Speed of the treadmill: 3.0 (m/s) or 10.8km/h.")
@click.option("--start", metavar="TIME", help="Date and time of the first sample, as 2026-03-02T09:30:00Z.")
@click.option("--subject", default="01", show_default=True, help="BIDS: pseudonym of the person, letters and digits.")
@click.option("--session", default="", metavar="LABEL", help="BIDS: label of the visit.")
@click.option("--task", default="running", show_default=True, help="BIDS: what was done.")
@click.option("--force", is_flag=True, help="Replace files of the same names.")
@json_option
@common_options
def export(
    inputs: tuple[Path, ...],
    format_name: str,
    out: Path,
    files: FileOptions,
    belt_speed: float | None,
    start: str | None,
    subject: str,
    session: str,
    task: str,
    force: bool,
    as_json: bool,
) -> int:
    """Write recordings, or files of other programs, in another format.

    One input writes straight into the folder, several into a folder each; with bids all of them go into one data set,
    as runs of the subject. Files appear when they are complete, and nothing is replaced without --force.

    csv: samples as plain CSV (read back bit for bit), strides, events. parquet: the same as tables. bids: BIDS-Motion.
    fit: an activity for training logs, one record a second. c3d: contacts as events for gait laboratories. mcap: JSON
    messages that Foxglove plots. `docs/formats.md` says what each holds and who reads it.

    Ends with 0 when all is well, 1 on an error or when a finding is an error (the files are written and say so), 2 on
    wrong use, 3 when some of several inputs failed.
    """
    from gaitpipe.exporters.formats import ExportChoices, find_exporter

    _check(inputs, files, start)
    choices = ExportChoices(subject, session, task, None, None if start is None else _utc_ns(start))
    asked = _Asked(find_exporter(format_name), choices, belt_speed, force)
    files.formats.check()
    asked.exporter.check(choices)
    if len(inputs) < 2:
        from gaitpipe.app.inputs import open_session

        return _one(open_session(files.session(*inputs)), out, asked, as_json, one_line=False)
    return _several(inputs, out, files, asked, as_json)


def _several(inputs: tuple[Path, ...], out: Path, files: FileOptions, asked: _Asked, as_json: bool) -> int:
    from gaitpipe.app.inputs import open_session
    from gaitpipe.app.outputs import folders_for

    words, failed = console(), 0
    folders = [out] * len(inputs) if asked.exporter.together else folders_for(inputs, out)
    for number, (path, folder) in enumerate(zip(inputs, folders, strict=True), 1):
        words.say(f"\n{path} ({number} of {len(inputs)})")
        mine = asked
        if asked.exporter.together:
            mine = replace(asked, choices=replace(asked.choices, run=number))
        try:
            failed += _one(open_session(files.session(path)), folder, mine, as_json, one_line=True) != 0
        except GaitpipeError as error:
            words.failure(error.message, error.advice)
            failed += 1
    if failed:
        words.say("")
        words.failure(f"{failed} of {len(inputs)} inputs failed; the reasons stand above")
    return EXIT_SOME_FAILED if failed else 0


def _one(opened: Input, folder: Path, asked: _Asked, as_json: bool, *, one_line: bool) -> int:
    """Export one input; 1 when a finding is an error."""
    from gaitpipe.app.export import export_input
    from gaitpipe.cli.progress import progress

    words = console()
    with progress(opened, words.quiet, "Exporting") as on_time:
        made = export_input(
            opened,
            asked.exporter,
            folder,
            asked.choices,
            belt_speed_m_s=asked.belt_speed_m_s,
            force=asked.force,
            on_time=on_time,
        )
    words.findings(finding for finding in made.analysis.result.findings if finding.severity != "info")
    words.say(f"{made.samples} samples, {len(made.analysis.result.strides)} strides, {made.size_bytes / 1e6:.1f} MB:")
    for path in made.files:
        words.say(f"  {path}")
    if as_json:
        print_json(_content(made, asked.exporter.name), one_line)
    return 1 if made.analysis.errors else 0


def _content(made: Exported, format_name: str) -> dict[str, Any]:
    return {
        "input": made.analysis.name,
        "input_sha256": made.analysis.input_sha256 or None,
        "format": format_name,
        "folder": str(made.folder),
        "files": [path.relative_to(made.folder).as_posix() for path in made.files],
        "bytes": made.size_bytes,
        "samples": made.samples,
        "strides": len(made.analysis.result.strides),
        "findings": [
            {"code": finding.code, "severity": finding.severity, "side": finding.side, "message": finding.message}
            for finding in made.analysis.result.findings
        ],
    }


def _check(inputs: tuple[Path, ...], files: FileOptions, start: str | None) -> None:
    if inputs and (files.left or files.right):
        raise UsageError("give inputs or --left and --right, not both", "Leave one of them out.")
    if not inputs and not (files.left or files.right):
        raise UsageError("there is nothing to export", "Give a recording, or --left and --right with --placement.")
    if start is not None and len(inputs) > 1:
        raise UsageError("--start is the time of one recording", "Export the files one at a time.")


def _utc_ns(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        what = "is no date and time" if moment is None else "does not say its time zone"
        raise UsageError(f"--start: '{text}' {what}", "Write 2026-03-02T09:30:00Z, or with +02:00 in place of Z.")
    return round(moment.timestamp() * 1e6) * 1000
