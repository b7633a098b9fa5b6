"""Sessions compared, as one HTML page: no script, nothing loaded from anywhere, the same bytes for the same input."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from gaitpipe.rehab.session_changes import Change, ComparedFigure, SessionComparison
from gaitpipe.report.document import Block, Bullets, Callout, Cell, Column, Content, Facts, Heading, Paragraph, Table
from gaitpipe.report.html import LIMITS, environment, page_style
from gaitpipe.report.sessions_figure import sessions_figure
from gaitpipe.report.sessions_words import (
    EXPLANATION,
    chance_text,
    change_text,
    day_text,
    figure_name,
    judgement_text,
    letter,
    mdc_text,
    place_text,
    side_name,
    speed_text,
    summary_text,
    value_text,
)
from gaitpipe.report.text import DASH, OWN_TEXT, foreign, number, signed

_READING = (
    "Dot: the mean; hollow for the reference. Bar: twice the standard uncertainty of the mean. Hatched: what does not "
    "count as a change from the reference, the dashed line. A dot outside its hatched box is a real change. Bars hold "
    "the error of the method too, which is much the same in every session of a runner; so bars may overlap although a "
    "change is real."
)


def render_sessions(comparison: SessionComparison, names: Sequence[str], notes: Sequence[str], software: str) -> str:
    """The page; `names` are those of the sessions, `notes` what else is to be said of the whole."""
    shown = tuple(foreign(name, 60) for name in names)
    parts: list[tuple[str, str, Content]] = [
        ("summary", "At a glance", tuple(_summary(comparison, shown, notes))),
        ("sessions", "Sessions", (_sessions(comparison, shown), *_conditions(comparison, shown))),
        ("changes", "Changes", tuple(_changes(comparison, shown))),
        ("figures", "Figure by figure", tuple(_figures(comparison))),
    ]
    base = comparison.sessions[comparison.reference]
    facts = Facts(
        (
            ("Sessions", number(len(comparison.sessions))),
            ("Reference", f"{letter(comparison.reference)}, {shown[comparison.reference]}"),
            ("Runner", foreign(base.athlete) or "not named"),
        )
    )
    return (
        environment()
        .get_template("sessions.html")
        .render(
            title="Sessions compared",
            synthetic=any(one.synthetic for one in comparison.sessions),
            limits=LIMITS,
            facts=facts,
            parts=parts,
            software=f"gaitpipe {foreign(software)}",
            traces=[
                (letter(place), foreign(one.parameter_hash), foreign(one.input_sha256))
                for place, one in enumerate(comparison.sessions)
            ],
            style=page_style(),
        )
    )


def _summary(comparison: SessionComparison, names: Sequence[str], notes: Sequence[str]) -> Iterator[Block]:
    others = [place for place in range(len(names)) if place != comparison.reference]
    for place in others:
        obstacles = [one for one in comparison.conditions[place] if one.obstacle]
        if obstacles:
            partly = any(one.judged for one in obstacles)
            which = f"{letter(place)}: most figures" if partly else letter(place)
            heading = f"{which} cannot be compared with {letter(comparison.reference)}"
            yield Callout("warning", heading, " ".join(foreign(one.text, OWN_TEXT) for one in obstacles))
    yield Bullets(tuple(summary_text(comparison, place, names) for place in others))
    said = [*notes, chance_text(comparison)]
    yield from (Paragraph(foreign(note, OWN_TEXT), muted=True) for note in said if note)


def _sessions(comparison: SessionComparison, names: Sequence[str]) -> Table:
    columns = (
        Column("Session", numeric=False),
        Column("Recorded", numeric=False),
        Column("Speed"),
        Column("Surface, incline", numeric=False),
        Column("Shoe", numeric=False),
        Column("Sensors", numeric=False),
    )
    rows = []
    for place, one in enumerate(comparison.sessions):
        context = one.context
        incline = "incline not known" if context.incline_pct is None else f"{number(context.incline_pct, 1)} %"
        shoe = _known(foreign(context.shoe or "", 60), "not known")
        small = "reference" if place == comparison.reference else ""
        rows.append(
            (
                Cell(f"{letter(place)}  {names[place]}", f"{small}{', ' if small and one.synthetic else ''}"
                     f"{'synthetic' if one.synthetic else ''}"),
                Cell(day_text(one)),
                Cell(speed_text(one)),
                Cell(context.surface or "not known", incline),
                shoe,
                Cell(place_text(one)),
            )
        )  # fmt: skip
    return Table("Sessions, as they are lettered here", columns, tuple(rows), compact=True)


def _known(text: str, otherwise: str) -> Cell:
    return Cell(text) if text else Cell(DASH, otherwise, empty=True)


def _conditions(comparison: SessionComparison, names: Sequence[str]) -> Iterator[Block]:
    for place, found in enumerate(comparison.conditions):
        cautions = tuple(foreign(one.text, OWN_TEXT) for one in found if not one.obstacle)
        if cautions:
            base = letter(comparison.reference)
            yield Paragraph(f"Different in {letter(place)} ({names[place]}) from {base}, or not known:")
            yield Bullets(cautions)


def _changes(comparison: SessionComparison, names: Sequence[str]) -> Iterator[Block]:
    """One table a session: every figure beside that of the reference."""
    base = comparison.reference
    columns = (
        Column("Figure", numeric=False),
        Column(letter(base), small="reference"),
        Column(""),
        Column("Change"),
        Column("Counts from"),
        Column("In words", numeric=False),
    )
    if not comparison.shown():
        yield Callout("info", "No figures", "None of the sessions has a figure.")
        return
    yield Paragraph(EXPLANATION, muted=True)
    for place, name in enumerate(names):
        if place == base:
            continue
        heads = (*columns[:2], Column(letter(place)), *columns[3:])
        rows = tuple(_change_row(figure, base, place) for figure in comparison.shown())
        caption = f"{letter(place)} ({name}) against {letter(base)} ({names[base]})"
        yield Table(caption, heads, rows, compact=True)


def _change_row(figure: ComparedFigure, base: int, place: int) -> tuple[Cell, ...]:
    return (
        Cell(figure_name(figure), side_name(figure)),
        Cell(value_text(figure, figure.values[base])),
        Cell(value_text(figure, figure.values[place])),
        *_change_cells(figure, figure.changes[place]),
    )


def _change_cells(figure: ComparedFigure, change: Change | None) -> tuple[Cell, ...]:
    """Change, what it counts from, and the word; of the reference its word alone."""
    if change is None:
        return Cell(""), Cell(""), Cell("reference")
    percent = "" if change.change_pct is None else f"{signed(change.change_pct, 1)} %"
    text = judgement_text(change)
    return Cell(change_text(figure, change), percent), Cell(mdc_text(figure, change)), Cell(text)


def _figures(comparison: SessionComparison) -> Iterator[Block]:
    shown = comparison.shown()
    if not shown:
        return
    yield Paragraph(_READING, muted=True)
    for _, group in itertools.groupby(shown, key=lambda figure: figure.key):
        sides = tuple(group)
        yield Heading(foreign(sides[0].label, 60))
        yield sessions_figure(sides, comparison.reference, _table(sides))


def _table(sides: Sequence[ComparedFigure]) -> Table:
    columns = (
        Column("Side, session", numeric=False),
        Column("Strides"),
        Column("Value"),
        Column("Change"),
        Column("Counts from"),
        Column("In words", numeric=False),
    )
    rows = tuple(
        (
            Cell(f"{side_name(figure).capitalize()}, {letter(place)}"),
            Cell(DASH if found is None else number(found.n)),
            Cell(value_text(figure, found)),
            *_change_cells(figure, figure.changes[place]),
        )
        for figure in sides
        for place, found in enumerate(figure.values)
    )
    return Table(figure_name(sides[0]), columns, rows, compact=True)
