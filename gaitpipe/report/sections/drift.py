"""Change within the session: the last third of the strides against the first."""

from __future__ import annotations

from gaitpipe.derived import Drift
from gaitpipe.evidence import value
from gaitpipe.model import MetricSummary
from gaitpipe.report.document import Block, Cell, Column, Content, Figure, Paragraph, ReportInput, Section, Table
from gaitpipe.report.intervals import Interval, IntervalFigure, interval_svg
from gaitpipe.report.text import DASH, GAIT_WORD, number, signed, with_unit

Pair = tuple[Drift, MetricSummary]
_SPEED = "A change of speed looks the same: read this only for a run at one speed."
_NOTES = (
    "95 %: from the scatter within the first and the last third. One in twenty such comparisons shows a change by "
    "chance: believe one that shows on both sides.",
    "Smallest that counts: that scatter joined with how far a strap settles. What putting the sensors on anew would "
    "change plays no part: they stayed on.",
)


def _missing(report: ReportInput) -> str:
    found = report.result.drift
    if any(one.change is not None for one in found):
        return ""
    least = f"{value('drift_least_strides'):.0f}"
    if found:
        most = max(one.count for one in found)
        return f"A change within the session needs {least} good strides a side; there were {number(most)}."
    return f"There were no good {GAIT_WORD[report.result.mode]} strides to compare."


def _render(report: ReportInput) -> Content:
    pairs = [
        (one, metric)
        for one in report.result.drift
        if one.change is not None and (metric := report.metric(one.key)) is not None
    ]
    blocks: list[Block] = [Paragraph(sentence) for sentence in _sentences(pairs)]
    blocks.append(Paragraph(_SPEED, muted=True))
    drawn = [pair for pair in pairs if pair[0].change_pct is not None]
    blocks.append(_figure(drawn, _table(pairs)) if drawn else _table(pairs))
    return tuple(blocks)


def _sentences(pairs: list[Pair]) -> list[str]:
    said = []
    for one, metric in pairs:
        if one.exceeds and one.change is not None:
            size = number(abs(one.change) * metric.display_scale, metric.display_decimals)
            said.append(
                f"{metric.label}, {one.side}: {with_unit(size, metric.display_unit)} "
                f"{'more' if one.change > 0 else 'less'} in the last third than in the first."
            )
    steady = list(dict.fromkeys(metric.label.lower() for one, metric in pairs if not one.exceeds))
    changed = {metric.label.lower() for one, metric in pairs if one.exceeds}
    steady = [label for label in steady if label not in changed]
    if steady:
        said.append(f"No change larger than the smallest detectable in {' or '.join(steady)}.")
    return said


def _figure(pairs: list[Pair], table: Table) -> Figure:
    rows = []
    for one, metric in pairs:
        percent = 100.0 / one.first if one.first else 0.0
        low, high, band = (None if end is None else percent * end for end in (one.low, one.high, one.mdc))
        rows.append(Interval(f"{metric.label}, {one.side}", one.side, one.change_pct, low, high, band))
    words = " ".join(
        f"{row.label}: {signed(row.value, 1)} %, smallest that counts {number(row.band, 1)} %." for row in rows
    )
    figure = IntervalFigure(
        "drift", "Change within the session", words, "last third minus first third, %", True, 2.0, tuple(rows)
    )
    caption = (
        "Dot: change from the first to the last third of the strides, per cent of the first. Bar: its 95 % interval. "
        "Hatched: smaller changes do not count."
    )
    return Figure("drift", caption, interval_svg("wide", figure), interval_svg("narrow", figure), words, table)


def _table(pairs: list[Pair]) -> Table:
    columns = (
        Column("Figure", numeric=False),
        Column("Side", numeric=False),
        Column("First third"),
        Column("Last third"),
        Column("Change", small="95 %"),
        Column("Smallest that counts"),
        Column("Judgement", numeric=False),
    )
    return Table("First and last third compared", columns, tuple(_row(*pair) for pair in pairs), notes=_NOTES)


def _row(one: Drift, metric: MetricSummary) -> tuple[Cell, ...]:
    first, last, change, low, high, mdc = (
        None if found is None else found * metric.display_scale
        for found in (one.first, one.last, one.change, one.low, one.high, one.mdc)
    )
    decimals = metric.display_decimals
    fine = max(1, decimals)
    return (
        Cell(metric.label, metric.display_unit),
        Cell(one.side),
        Cell(number(first, decimals)),
        Cell(number(last, decimals)),
        Cell(signed(change, fine), f"{signed(low, fine)} to {signed(high, fine)}"),
        Cell(number(mdc, fine) if mdc is not None else DASH),
        Cell("changed" if one.exceeds else "no detectable change"),
    )


SECTION = Section("drift", "Change within the session", 52, _render, missing=_missing, on_refer=False)
