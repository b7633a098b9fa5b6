"""`compare` with several sessions: opens them, and the lines of its table, which fit 80 columns."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gaitpipe.cli.console import Console, console, print_json
from gaitpipe.cli.table import terminal_width

if TYPE_CHECKING:
    from gaitpipe.app.analyze import Analysis
    from gaitpipe.app.compare_sessions import ComparedSessions
    from gaitpipe.app.inputs import Input
    from gaitpipe.model import Placement
    from gaitpipe.rehab.session_changes import ComparedFigure

NARROWEST = 60
_SIDE, _VALUE, _CHANGE = 10, 14, 9


def run_sessions(
    paths: tuple[Path, ...],
    reference: str | None,
    placement: Placement | None,
    out: Path | None,
    as_json: bool,
    force: bool,
) -> int:
    """Compare sessions, show the table, write the files where a folder was named; returns the exit code."""
    from gaitpipe.app.compare_sessions import compare_given, open_figures, sessions_content, write_sessions
    from gaitpipe.app.outputs import make_folder

    if out is not None:
        make_folder(out)  # a place that cannot be written to is told before the work
    found = compare_given([open_figures(path, _analyse, placement) for path in paths], reference, force)
    words = console()
    _show(words, found)
    if out is not None:
        for path in write_sessions(found, out):
            words.say(f"Written: {path}")
    else:
        words.say("Add --out DIR for a table, a page and data.")
    if as_json:
        print_json(sessions_content(found))
    return 0 if found.comparison.judged else 1


def _analyse(opened: Input) -> Analysis:
    from gaitpipe.app.analyze import analyze_input, refuse_wrong_units
    from gaitpipe.cli.progress import progress

    with progress(opened, console().quiet) as on_time:
        analysis = analyze_input(opened, None, on_time)
    refuse_wrong_units(analysis)
    return analysis


def _show(words: Console, found: ComparedSessions) -> None:
    from gaitpipe.report.text import OWN_TEXT, foreign

    comparison, width = found.comparison, max(NARROWEST, terminal_width())
    for line in (*session_lines(found, width), "", *figure_lines(comparison.shown()), ""):
        words.say(line)
    for line in closing_lines(found, width):
        words.say(line)
    for place, conditions in enumerate(comparison.conditions):
        for condition in conditions:
            severity = "warning" if condition.obstacle else "info"
            words.note(severity, f"{_letter(place)}: {foreign(condition.text, OWN_TEXT)}")
    for note in found.notes:
        words.note("info", foreign(note, OWN_TEXT))


def _letter(place: int) -> str:
    from gaitpipe.report.sessions_words import letter

    return letter(place)


def session_lines(found: ComparedSessions, width: int) -> list[str]:
    """Return a line or two a session: letter, name, day, speed and place of the sensors."""
    from gaitpipe.report.sessions_words import day_text, place_text, speed_text
    from gaitpipe.report.text import foreign

    lines = []
    for place, one in enumerate(found.comparison.sessions):
        parts = [foreign(found.names[place], 40), day_text(one), speed_text(one), one.context.surface or "",
                 place_text(one), "reference" if place == found.comparison.reference else "",
                 "synthetic" if one.synthetic else ""]  # fmt: skip
        text = " · ".join(part for part in parts if part and part != "not known")
        lines += textwrap.wrap(f"{_letter(place)}  {text}", width, subsequent_indent="   ")
    return lines


def figure_lines(figures: list[ComparedFigure]) -> list[str]:
    """Return the table: the name of a figure, below it a line a side and session; at most 80 columns."""
    from gaitpipe.report.sessions_words import figure_name

    lines = [f"{'':{_SIDE}}{'':3}{'value':>{_VALUE}}{'change':>{_CHANGE}}{'counts':>{_CHANGE}}  "]
    lines[0] = lines[0].rstrip() + " from"
    for _, group in itertools.groupby(figures, key=lambda figure: figure.key):
        sides = list(group)
        lines.append(figure_name(sides[0]))
        lines += [line for figure in sides for line in _side_lines(figure)]
    return lines


def _side_lines(figure: ComparedFigure) -> Iterator[str]:
    from gaitpipe.report.sessions_words import change_text, judgement_text, mdc_text, side_name, value_text

    side = side_name(figure)
    for place, value in enumerate(figure.values):
        change = figure.changes[place]
        head = f"  {side:{_SIDE - 2}}{_letter(place):>2} {value_text(figure, value):>{_VALUE}}"
        side = ""
        if change is None:
            yield f"{head}  reference"
        else:
            moved = f"{change_text(figure, change):>{_CHANGE}}{mdc_text(figure, change):>{_CHANGE}}"
            yield f"{head}{moved}  {judgement_text(change)}"


def closing_lines(found: ComparedSessions, width: int) -> list[str]:
    """Return what the table says in sentences, and how to read it."""
    from gaitpipe.report.sessions_words import EXPLANATION, chance_text, summary_text
    from gaitpipe.report.text import foreign

    comparison, names = found.comparison, [foreign(name, 40) for name in found.names]
    places = [place for place in range(len(names)) if place != comparison.reference]
    texts = [*(summary_text(comparison, place, names) for place in places), EXPLANATION, chance_text(comparison)]
    return [line for text in texts if text for line in textwrap.wrap(text, width)]
