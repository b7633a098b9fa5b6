"""`compare`: before, under and after a cue in one visit; or several sessions of one person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gaitpipe.cli.console import Console, common_options, console, json_option, print_json
from gaitpipe.cli.parameters import NearChoice, Number, PathOf, Speed
from gaitpipe.errors import UsageError

if TYPE_CHECKING:
    from gaitpipe.app.compare import Comparison, Span, Strides
    from gaitpipe.model import Placement, Side
    from gaitpipe.rehab.plan import Plan
    from gaitpipe.rehab.words import BeforeAfter


@click.command(short_help="Compare sessions, or running before, under and after a cue.")
@click.argument("given", nargs=-1, type=PathOf(), metavar="[RECORDING | SESSION SESSION...]")
@click.option("--reference", metavar="N|NAME", help="Session that the others are held against; by default the first.")
@click.option("--force", is_flag=True, help="Show sessions of several persons beside each other, not judged.")
@click.option("--before", metavar="START-END", help="Block of plain running, such as 0:30-2:30.")
@click.option("--cue", metavar="START-END", help="Block of running with the cue.")
@click.option("--after", metavar="START-END", help="Block of plain running again.")
@click.option("--cue-text", default="", metavar="TEXT", help='What was asked for: "5 % quicker steps".')
@click.option("--comfort", type=Number(0, 10), help="How the cue felt: 0 very awkward to 10 as usual.")
@click.option("--injured", type=NearChoice(["left", "right"]), help="The sore side; by default that of the plan.")
@click.option("--plan", "plan_path", type=PathOf(), help="Plan file, for the sore side and its own numbers.")
@click.option("--left", type=PathOf(), help="CSV file of the left foot or shank, instead of a recording.")
@click.option("--right", type=PathOf(), help="CSV file of the right foot or shank.")
@click.option(
    "--placement", type=NearChoice(["foot", "shank"]), help="Where the sensors sat; overrides what a recording says."
)
@click.option("--belt-speed", type=Speed(), metavar="SPEED", help="Speed of the treadmill: 3.0 (m/s) or 10.8km/h.")
@click.option("--out", type=PathOf(), help="Folder for the results; compare.json goes beside the analysis by default.")
@json_option
@common_options
def compare(
    given: tuple[Path, ...],
    reference: str | None,
    force: bool,
    before: str | None,
    cue: str | None,
    after: str | None,
    cue_text: str,
    comfort: float | None,
    injured: str | None,
    plan_path: Path | None,
    left: Path | None,
    right: Path | None,
    placement: Placement | None,
    belt_speed: float | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Compare sessions of one person, or three blocks of one visit.

    With two SESSIONs or more: each is a summary.json, the folder of an analysis, or a recording. Every figure is shown
    with its uncertainty, the change against the reference and the smallest change that counts; smaller is no real
    change. --out writes comparison.csv, comparison.json and comparison.html.

    With one RECORDING, or the folder or strides.csv of an analysis, or nothing with --left and --right: plain running,
    running with a cue, plain running again. A recording
    that was made with a cue (`gaitpipe record --cue`) knows its blocks; for others give all three. Keep speed and shoe
    the same, leave the sensors on, and give each block at least a minute: 60 strides a leg are needed. Times
    are those of the report's time axis. Writes compare.json, which `gaitpipe report` shows.

    Ends with 0, also when nothing changed; with 1 when a block has no running strides, or nothing could be judged.
    """
    if len(given) > 1:
        from gaitpipe.cli.sessions_view import run_sessions

        _refuse_blocks(click.get_current_context())
        return run_sessions(given, reference, placement, out, as_json, force)
    if reference is not None or force:
        raise UsageError("--reference and --force are for two sessions or more", "Give the others too.")
    recording = given[0] if given else None
    from gaitpipe.app.compare import compare_blocks, comparison_content, recorded_spans, write_comparison
    from gaitpipe.app.outputs import make_folder

    typed = _typed_spans(before, cue, after)
    plan = _plan(plan_path)
    folder = out or _folder_of(recording)
    strides = _strides(recording, left, right, placement, belt_speed)
    spans, asked = (typed, "") if typed is not None else recorded_spans(strides)
    cue_text = cue_text or asked
    side: Side | None = None if injured is None else "left" if injured == "left" else "right"
    comparison = compare_blocks(strides, spans, cue_text=cue_text, comfort=comfort, injured=side, plan=plan)
    path = write_comparison(comparison, make_folder(folder))
    words = console()
    _show(words, comparison, path)
    if as_json:
        print_json(comparison_content(comparison))
    return 0 if min(comparison.found.strides) > 0 else 1


_OF_BLOCKS = ("before", "cue", "after", "cue_text", "comfort", "injured", "plan_path", "left", "right", "belt_speed")


def _refuse_blocks(context: click.Context) -> None:
    """Raise when an option of the blocks of one visit stands beside several sessions."""
    typed = click.core.ParameterSource.COMMANDLINE
    names = [name for name in _OF_BLOCKS if context.get_parameter_source(name) is typed]
    if names:
        options = ", ".join(f"--{name.removesuffix('_path').replace('_', '-')}" for name in names)
        verb = "belongs" if len(names) == 1 else "belong"
        raise UsageError(f"{options} {verb} to one recording", "Leave it out, or analyse each recording before.")


def _typed_spans(before: str | None, cue: str | None, after: str | None) -> tuple[Span, Span, Span] | None:
    """Return the blocks as typed; None when none was: then the recording's own cue is looked for."""
    from gaitpipe.app.compare import BLOCKS_FORM, parse_span

    if before is None and cue is None and after is None:
        return None
    if before is None or cue is None or after is None:
        missing = [name for name, one in (("--before", before), ("--cue", cue), ("--after", after)) if one is None]
        raise UsageError(f"three blocks are needed: {', '.join(missing)} is missing", f"For example: {BLOCKS_FORM}")
    return parse_span(before), parse_span(cue), parse_span(after)


def _plan(path: Path | None) -> Plan | None:
    if path is None:
        return None
    from gaitpipe.app.plan import read_plan

    return read_plan(path)


def _folder_of(recording: Path | None) -> Path:
    """Return where results go when nobody says: the folder of the analysis, or the one named like the recording."""
    if recording is None:
        raise UsageError("where to write is not known", "Add --out FOLDER.")
    if recording.is_dir():
        return recording
    if recording.suffix.lower() == ".csv":
        return recording.parent
    named = recording.with_suffix("")
    return named if named.is_dir() else recording.parent


def _strides(
    recording: Path | None, left: Path | None, right: Path | None, placement: Placement | None, belt_speed: float | None
) -> Strides:
    from gaitpipe.app.analyze import analyze_input, refuse_wrong_units
    from gaitpipe.app.arguments import check_arguments
    from gaitpipe.app.compare import open_strides, strides_of_analysis
    from gaitpipe.app.inputs import SessionFiles, open_session
    from gaitpipe.cli.progress import progress

    if recording is not None and left is None and right is None:
        known = open_strides(recording)
        if known is not None:
            _refuse_unused(placement, belt_speed)
            return known
        if recording.is_dir():
            recording = _recording_in(recording)
    if recording is None and left is None and right is None:
        raise UsageError("there is nothing to compare", "Give a recording, or --left and --right with --placement.")
    if recording is None and placement is None:
        raise UsageError("where the sensors sat is not known", "Add --placement foot or --placement shank.")
    check_arguments(recording, left, right, placement, belt_speed)
    opened = open_session(SessionFiles(recording, left, right, placement=placement))
    with progress(opened, console().quiet) as on_time:
        analysis = analyze_input(opened, belt_speed, on_time)
    refuse_wrong_units(analysis)
    console().findings(finding for finding in analysis.result.findings if finding.severity != "info")
    return strides_of_analysis(analysis)


def _recording_in(folder: Path) -> Path:
    found = sorted(folder.glob("*.mcap"))
    if not found:
        raise UsageError(f"{folder}: there is no strides.csv and no recording here", "Give a recording or an analysis.")
    return found[-1]


def _refuse_unused(placement: Placement | None, belt_speed: float | None) -> None:
    if placement is not None or belt_speed is not None:
        advice = "Leave them out, or give the recording itself."
        raise UsageError("--placement and --belt-speed change nothing in strides that were analysed before", advice)


def _show(words: Console, comparison: Comparison, path: Path) -> None:
    found = comparison.found
    for line in table_lines(found):
        words.say(line)
    blocks = ", ".join(
        f"{span} ({count} strides a leg)" for span, count in zip(comparison.spans, found.strides, strict=True)
    )
    words.say(f"Blocks: {blocks}")
    if found.comfort is not None:
        words.say(f"Comfort with the cue: {found.comfort:g} of 10")
    for note in found.notes:
        words.note("warning" if note.startswith(("Not judged", "Did not", "Only")) else "info", note)
    words.say(f"Comparison: {path}")


def table_lines(found: BeforeAfter) -> list[str]:
    """Return the comparison as lines of a table."""
    from gaitpipe.report.before_after_words import judgement, shown, shown_change, shown_unit, wash_out

    rows = [("", "before", "cue", "after", "difference", "95 %", "counts from", "")]
    for one in found.figures:
        if one.difference is None:
            rows.append((one.label, "-", "-", "-", "-", "-", "-", one.note))
            continue
        interval = "-" if one.low is None else f"{shown_change(one, one.low)} to {shown_change(one, one.high)}"
        verdict = "; ".join(word for word in (judgement(one), wash_out(one) if one.exceeds else "") if word)
        label = f"{one.label} [{shown_unit(one)}]"
        cells = (shown(one, one.before), shown(one, one.cue), shown(one, one.after), shown_change(one, one.difference))
        rows.append((label, *cells, interval, shown(one, one.mdc), verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(row[k].rjust(widths[k]) for k in range(1, 7)), row[7]]
        ).rstrip()
        for row in rows
    ]  # fmt: skip
