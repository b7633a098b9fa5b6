"""Before, under and after a cue in one visit: what changed beyond error, and whether it went back."""

from __future__ import annotations

from gaitpipe.rehab.words import BeforeAfter, BlockFigure
from gaitpipe.report.before_after_figure import before_after_figure
from gaitpipe.report.before_after_words import judgement, shown, shown_change, shown_unit, wash_out
from gaitpipe.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Content,
    Facts,
    Paragraph,
    ReportInput,
    Section,
    Table,
)
from gaitpipe.report.rehab_words import sentence
from gaitpipe.report.text import DASH, OWN_TEXT, foreign, number

_NOTES = (
    "Difference: cue less the mean of the two plain blocks. 95 %: from stretches of neighbouring strides and from what "
    "plain running changed by itself between the first and the last block.",
    "Counts from: that interval joined with how far a strap settles. The sensors stayed on, so what a new mounting "
    "brings plays no part: it is smaller than the smallest detectable change between sessions.",
    "One comparison in twenty shows a change by chance: do not build on a single small one.",
)


def _found(report: ReportInput) -> BeforeAfter | None:
    return None if report.rehab is None else report.rehab.before_after


def _applies(report: ReportInput) -> bool:
    return _found(report) is not None


def _render(report: ReportInput) -> Content:
    found = _found(report)
    if found is None:
        return ()
    blocks: list[Block] = [_facts(found), Paragraph(_said(found))]
    table = _table(found)
    if any(figure.difference is not None for figure in found.figures):
        blocks.append(before_after_figure(found.figures, table))
    else:
        blocks.append(table)
    blocks.append(Bullets(tuple(foreign(note, OWN_TEXT) for note in found.notes)))
    return tuple(blocks)


def _facts(found: BeforeAfter) -> Facts:
    before, cue, after = found.strides
    comfort = "not asked" if found.comfort is None else f"{number(found.comfort, 1).removesuffix('.0')} of 10"
    return Facts(
        (
            ("Cue", foreign(found.cue) or "not named"),
            ("Comfort", f"{comfort} (0 very awkward, 10 as usual)"),
            ("Strides a leg", f"before {before}, cue {cue}, after {after}"),
        )
    )


def _said(found: BeforeAfter) -> str:
    """What changed, in a sentence or two."""
    judged = [figure for figure in found.figures if figure.exceeds is not None]
    if not judged:
        return "The blocks cannot be judged; the reason stands below."
    real = [figure for figure in judged if figure.exceeds]
    if not real:
        return "No real change: every difference is within the smallest detectable change of this visit."
    changes = ", ".join(
        f"{_inside(figure.label)} {shown_change(figure, figure.difference)} {shown_unit(figure)}" for figure in real
    )
    rest = [_inside(figure.label) for figure in judged if not figure.exceeds]
    tail = f" No real change in {', '.join(rest)}." if rest else ""
    return f"{sentence(f'With the cue: {changes}')}{tail}"


def _inside(label: str) -> str:
    """A label inside a sentence, without what it says after a comma, but with the side."""
    side = next((f" {side}" for side in ("left", "right") if label.endswith(f", {side}")), "")
    word = label.split(",", maxsplit=1)[0]
    return (word if word[:2].isupper() or word.startswith("Achilles") else word[0].lower() + word[1:]) + side


def _table(found: BeforeAfter) -> Table:
    columns = (
        Column("Figure", numeric=False),
        Column("Before"),
        Column("Cue"),
        Column("After"),
        Column("Difference", small="95 %"),
        Column("Counts from"),
        Column("Judgement", numeric=False),
    )
    return Table("Before, with the cue, after", columns, tuple(_row(one) for one in found.figures), notes=_NOTES)


def _row(figure: BlockFigure) -> tuple[Cell, ...]:
    label = Cell(figure.label, shown_unit(figure))
    if figure.difference is None:
        empty = Cell(DASH, "not known", empty=True)
        return (label, empty, empty, empty, empty, empty, Cell(foreign(figure.note) or "not given"))
    interval = (
        "" if figure.low is None else f"{shown_change(figure, figure.low)} to {shown_change(figure, figure.high)}"
    )
    back = wash_out(figure) if figure.exceeds else ""
    return (
        label,
        Cell(shown(figure, figure.before)),
        Cell(shown(figure, figure.cue)),
        Cell(shown(figure, figure.after)),
        Cell(shown_change(figure, figure.difference), interval),
        Cell(DASH, "not judged", empty=True) if figure.mdc is None else Cell(shown(figure, figure.mdc)),
        Cell(judgement(figure), "; ".join(text for text in (back, foreign(figure.note, OWN_TEXT)) if text)),
    )


SECTION = Section("before-after", "Before and after a cue", 13, _render, applies=_applies, on_refer=False)
