"""Left against right: the difference, its interval, and what two mountings alone may do."""

from __future__ import annotations

from dataclasses import replace

from gaitpipe.derived import Symmetry
from gaitpipe.model import MetricSummary
from gaitpipe.report.document import Block, Cell, Column, Content, Figure, Paragraph, ReportInput, Section, Table
from gaitpipe.report.intervals import Interval, IntervalFigure, interval_svg
from gaitpipe.report.text import ASYMMETRY_FORMULA, DASH, GAIT_WORD, number, signed, with_unit

_SWAP = (
    "Swap the left and the right sensor and repeat. If the difference changes sides, it came from the sensors, not "
    "from the runner."
)
_NOTES = (
    f"Index = {ASYMMETRY_FORMULA}. Positive: larger on the left.",
    "95 %: from stride-to-stride scatter alone. It says nothing of how the sensors sit.",
    "Measurement: what scatter, two sensors sitting a little differently and, between the feet, two clocks can make "
    "out of legs that are alike. More strides do not make it smaller than the mountings do.",
)


def _missing(report: ReportInput) -> str:
    if report.result.symmetry:
        return ""
    sides = {sensor.info.side for sensor in report.result.sensors}
    if len(sides) < 2:
        return "A comparison of left and right needs a sensor on each side."
    return f"There were no good {GAIT_WORD[report.result.mode]} strides on both sides to compare."


def _render(report: ReportInput) -> Content:
    pairs = [(one, metric) for one in report.result.symmetry if (metric := report.metric(one.key)) is not None]
    blocks: list[Block] = [Paragraph(sentence) for sentence in _sentences(pairs)]
    drawn = [(one, metric) for one, metric in pairs if one.index_pct is not None]
    if drawn:
        blocks.append(_figure(drawn, _table(pairs)))
    elif pairs:
        blocks.append(_table(pairs))
    return tuple(blocks)


def _sentences(pairs: list[tuple[Symmetry, MetricSummary]]) -> list[str]:
    larger = [(one, metric) for one, metric in pairs if one.exceeds]
    judged = [_name(metric) for one, metric in pairs if one.exceeds is False]
    said = [
        f"{metric.label}: {_size(one, metric)} larger on the {'left' if one.difference > 0 else 'right'}, more than "
        f"measurement alone explains ({_limit(one, metric)})."
        for one, metric in larger
    ]
    if larger:
        said.append(_SWAP)
    if judged:
        said.append(f"No difference beyond what measurement alone explains in {_listed(judged)}.")
    if not larger and not judged:
        said.append("There were too few strides, or too little is known of the errors, to judge a difference.")
    return said


def _name(metric: MetricSummary) -> str:
    """The label inside a sentence, without what it says after a comma."""
    return metric.label.split(",")[0].lower()


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _size(one: Symmetry, metric: MetricSummary) -> str:
    shown = number(abs(one.difference) * metric.display_scale, metric.display_decimals)
    percent = "" if one.index_pct is None else f" ({number(abs(one.index_pct), 1)} %)"
    return f"{with_unit(shown, metric.display_unit)}{percent}"


def _limit(one: Symmetry, metric: MetricSummary) -> str:
    if one.limit is None:
        return DASH
    return with_unit(number(one.limit * metric.display_scale, metric.display_decimals), metric.display_unit)


def _figure(pairs: list[tuple[Symmetry, MetricSummary]], table: Table) -> Figure:
    rows = tuple(
        Interval(metric.label, None, one.index_pct, one.index_low_pct, one.index_high_pct, one.limit_pct)
        for one, metric in pairs
    )
    words = " ".join(
        f"{metric.label} {signed(one.index_pct, 1)} %"
        + ("." if one.limit_pct is None else f", measurement alone up to {number(one.limit_pct, 1)} %.")
        for one, metric in pairs
    )
    axis = "\u2190 larger on the right \u00b7 difference, % \u00b7 larger on the left \u2192"
    figure = IntervalFigure("symmetry", "Left against right", words, axis, True, 4.0, rows)
    narrow = replace(figure, axis="\u2190 right \u00b7 difference, % \u00b7 left \u2192")
    caption = (
        "Diamond: symmetry index. Bar: its 95 % interval from stride-to-stride scatter. Hatched: what measurement "
        "alone may make out of legs that are alike."
    )
    return Figure("symmetry", caption, interval_svg("wide", figure), interval_svg("narrow", narrow), words, table)


def _table(pairs: list[tuple[Symmetry, MetricSummary]]) -> Table:
    columns = (
        Column("Figure", numeric=False),
        Column("Left", "left"),
        Column("Right", "right"),
        Column("L \u2212 R", small="95 %"),
        Column("Index", small="%"),
        Column("Measurement", small="up to"),
        Column("Judgement", numeric=False),
    )
    return Table("Left and right compared", columns, tuple(_row(*pair) for pair in pairs), notes=_NOTES)


def _row(one: Symmetry, metric: MetricSummary) -> tuple[Cell, ...]:
    scale, decimals = metric.display_scale, metric.display_decimals
    index = Cell(DASH, "no ratio", empty=True)
    if one.index_pct is not None:
        index = Cell(signed(one.index_pct, 1), f"{signed(one.index_low_pct, 1)} to {signed(one.index_high_pct, 1)}")
    judged = {None: "not judged", True: "larger: swap the sensors", False: "within measurement"}
    return (
        Cell(metric.label, metric.display_unit),
        Cell(number(one.left * scale, decimals)),
        Cell(number(one.right * scale, decimals)),
        Cell(
            signed(one.difference * scale, decimals),
            f"{signed(one.difference_low * scale, decimals)} to {signed(one.difference_high * scale, decimals)}",
        ),
        index,
        Cell(DASH, "not known", empty=True) if one.limit is None else Cell(number(one.limit * scale, decimals)),
        Cell(judged[one.exceeds]),
    )


SECTION = Section("symmetry", "Left and right", 35, _render, missing=_missing, on_refer=False)
