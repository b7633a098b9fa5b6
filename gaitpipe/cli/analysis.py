"""`analyze` and `report`: from recordings and files to figures and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gaitpipe.cli.console import Console, common_options, console, json_option, print_json
from gaitpipe.cli.decide import SeveralValues
from gaitpipe.cli.file_options import FileOptions, file_options
from gaitpipe.cli.parameters import Number, PathOf, Speed, context_options, height_option
from gaitpipe.cli.report_options import Wanted, report_options, show_report, tell_unstored
from gaitpipe.errors import GaitpipeError, UsageError

if TYPE_CHECKING:
    from gaitpipe.app.achilles_report import RehabRead
    from gaitpipe.app.analyze import Analysis
    from gaitpipe.app.fit_compare import Watch
    from gaitpipe.app.inputs import Input
    from gaitpipe.app.outputs import OutputFiles

EXIT_SOME_FAILED = 3


@dataclass(frozen=True, slots=True)
class Given:
    """What the person says of a session that its data do not hold; None where nothing was said."""

    belt_speed_m_s: float | None
    height_m: float | None
    context: Mapping[str, str] = field(default_factory=dict)
    pdf: bool = False
    tap_sync: bool = False
    watch: Path | None = None
    watch_offset_s: float | None = None


tap_option = click.option(
    "--tap-sync", is_flag=True, help="Put the two clocks together by a knock of both sensors, at the start or the end."
)


@click.command(cls=SeveralValues, short_help="Analyse recordings or files of other programs.")
@click.argument("recordings", nargs=-1, type=PathOf(), metavar="[RECORDING]...")
@click.option("--out", type=PathOf(), required=True, help="Folder for the results.")
@file_options
@click.option("--belt-speed", type=Speed(), metavar="SPEED", help="Speed of the treadmill: 3.0 (m/s) or 10.8km/h.")
@tap_option
@height_option
@context_options
@click.option("--compare-fit", type=PathOf(), help="FIT file of a watch, to lay its running dynamics beside.")
@click.option(
    "--fit-offset", type=Number(-86_400, 86_400), help="Seconds of the recording at which it begins, if known."
)
@report_options
@json_option
@common_options
def analyze(
    recordings: tuple[Path, ...],
    out: Path,
    files: FileOptions,
    belt_speed: float | None,
    tap_sync: bool,
    height_m: float | None,
    context: Mapping[str, str],
    compare_fit: Path | None,
    fit_offset: float | None,
    as_json: bool,
    wanted: Wanted,
) -> int:
    """Analyse recordings, or files of other programs: strides.csv, summary.json and report.html.

    One input writes straight into the folder, several into a folder each. --json prints summary.json: as one object
    for one input, as one object a line (JSON lines) for several. A file of another program is given with --left or
    --right, or alone when it holds both sensors. A plain CSV file has the columns
    time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s; the gyroscope may be missing.
    `gaitpipe import --list` lists all formats.

    With --plan and --log the report holds the decision and the next days too, beside decision.json and plan.ics; then
    one input only, named before --baseline.

    Ends with 0 when all is well (warnings included), 1 when a finding is an error (wrong placement: the files are
    written and say so; wrong units: nothing is written), 3 when some of several inputs failed.
    """
    from gaitpipe.app.inputs import open_session
    from gaitpipe.app.outputs import folders_for

    _check_inputs(recordings, files)
    files.formats.check()
    if wanted.files is not None and len(recordings) > 1:
        raise UsageError("a report with a plan is of one session", "Give one recording, before --baseline.")
    _check_watch(recordings, compare_fit, fit_offset)
    given = Given(belt_speed, height_m, context, wanted.pdf, tap_sync, compare_fit, fit_offset)
    rehab = wanted.read()
    if len(recordings) < 2:
        return _one(open_session(files.session(*recordings)), out, given, as_json, rehab)
    words, failed = console(), 0
    for path, folder in zip(recordings, folders_for(recordings, out), strict=True):
        words.say(f"\n{path}")
        try:
            failed += _one(open_session(files.session(path)), folder, given, as_json, one_line=True) != 0
        except GaitpipeError as error:
            words.failure(error.message, error.advice)
            failed += 1
    if failed:
        words.say("")
        words.failure(f"{failed} of {len(recordings)} inputs failed; the reasons stand above")
    return EXIT_SOME_FAILED if failed else 0


def _check_inputs(recordings: Sequence[Path], files: FileOptions) -> None:
    if recordings and (files.left or files.right):
        raise UsageError("give recordings or --left and --right, not both", "Leave one of them out.")
    if not recordings and not (files.left or files.right):
        advice = "Give a recording, or --left and --right with --placement. `gaitpipe demo` makes a recording."
        raise UsageError("there is nothing to analyse", advice)


def _check_watch(recordings: Sequence[Path], watch: Path | None, offset_s: float | None) -> None:
    if watch is not None and len(recordings) > 1:
        raise UsageError("a watch's file is of one session", "Give one recording with --compare-fit.")
    if watch is None and offset_s is not None:
        raise UsageError("--fit-offset without a file", "Add --compare-fit FILE.")


def _one(
    opened: Input, folder: Path, given: Given, as_json: bool, rehab: RehabRead | None = None, one_line: bool = False
) -> int:
    """Analyse and write one input; 1 when a finding is an error."""
    from gaitpipe.app.analyze import analyze_input
    from gaitpipe.app.outputs import make_folder, write_outputs
    from gaitpipe.cli.progress import progress

    words = console()
    watch = None if given.watch is None else _watch(given.watch)
    make_folder(folder)
    with progress(opened, words.quiet) as on_time:
        analysis = analyze_input(
            opened, given.belt_speed_m_s, on_time, given.height_m, given.context, tap_sync=given.tap_sync
        )
    if watch is not None:
        from gaitpipe.app.fit_compare import with_watch

        analysis = with_watch(analysis, watch, given.watch_offset_s)
    files = write_outputs(analysis, folder, rehab, given.pdf)
    show(words, analysis, files)
    tell_unstored(words, rehab)
    if as_json:
        from gaitpipe.app.summary_json import summary

        print_json(summary(analysis), one_line)
    return 1 if analysis.errors else 0


def _watch(path: Path) -> Watch:
    from gaitpipe.app.fit_compare import read_watch

    return read_watch(path)


def show(words: Console, analysis: Analysis, files: OutputFiles) -> None:
    """Print the short table, the findings and where the report is."""
    from gaitpipe.cli.table import metric_lines, terminal_width

    if not files.content.refers:  # a red flag is all there is to say
        for line in metric_lines(analysis.result.metrics, terminal_width()):
            words.say(line)
        words.findings(analysis.result.findings)
    show_report(words, files)


@click.command(cls=SeveralValues, short_help="Make the report of a recording again, or of a plan and a log.")
@click.argument("source", required=False, type=PathOf(), metavar="[DIR_OR_RECORDING]")
@click.option("--out", type=PathOf(), help="Folder for the report; by default beside the recording or the log.")
@click.option("--belt-speed", type=Speed(), metavar="SPEED", help="Speed of the treadmill: 3.0 (m/s) or 10.8km/h.")
@tap_option
@height_option
@context_options
@report_options
@json_option
@common_options
def report(
    source: Path | None,
    out: Path | None,
    belt_speed: float | None,
    tap_sync: bool,
    height_m: float | None,
    context: Mapping[str, str],
    as_json: bool,
    wanted: Wanted,
) -> int:
    """Make the report of a recording again, from its raw bytes.

    Give a recording or the folder that it lies in (with several, the newest by name is taken), before --baseline. With
    --plan and --log the report holds the decision and the next days, beside decision.json and plan.ics. Then the
    source may be the summary.json of a session, or be left out: a report of the plan and the log.
    """
    from gaitpipe.app.inputs import open_recording

    if source is None or source.suffix.lower() == ".json":
        return _of_log(source, out, wanted, as_json)
    path = _recording_in(source)
    rehab, given = wanted.read(), Given(belt_speed, height_m, context, wanted.pdf, tap_sync)
    return _one(open_recording(path), out or _results_of(path), given, as_json, rehab)


def _of_log(session: Path | None, out: Path | None, wanted: Wanted, as_json: bool) -> int:
    """Write the report of a plan and a log, with the summary of a session where one is given."""
    from gaitpipe.app.achilles_report import report_without_recording
    from gaitpipe.app.outputs import write_report

    read = wanted.read(session)
    if read is None:
        advice = "Name a recording, or --plan plan.toml and --log log.csv. `gaitpipe demo` makes a recording."
        raise UsageError("there is nothing to report on", advice)
    content = report_without_recording(read)
    files = write_report(content, out or read.folder, wanted.pdf)
    show_report(console(), files)
    tell_unstored(console(), read)
    if as_json and content.rehab is not None:
        from gaitpipe.app.decide import decision_content

        print_json(decision_content(content.rehab.decision, content.rehab.caution))
    return 0


def _results_of(recording: Path) -> Path:
    """Return where the results of a recording are: the folder of its name, if there is one, else its own."""
    folder = recording.with_suffix("")
    return folder if folder.is_dir() else recording.parent


def _recording_in(source: Path) -> Path:
    if not source.is_dir():
        return source
    found = sorted(source.glob("*.mcap"))
    if not found:
        advice = "Give the recording itself; results of CSV files are made again with `gaitpipe analyze`."
        raise UsageError(f"{source}: there is no recording (*.mcap) in this folder", advice)
    return found[-1]
