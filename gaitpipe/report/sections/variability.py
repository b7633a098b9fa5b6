"""Variability from stride to stride, with the noise of the timing taken off."""

from __future__ import annotations

from gaitpipe.derived import NOT_DISTINGUISHABLE, Variability
from gaitpipe.report.document import Block, Cell, Column, Content, Figure, Paragraph, ReportInput, Section, Table
from gaitpipe.report.intervals import Interval, IntervalFigure, interval_svg
from gaitpipe.report.text import DASH, GAIT_WORD, number

_METHOD = {"sequence": "noise seen in the strides themselves", "stated": "noise as stated by the benchmark"}
_SHORT = {"sequence": "from the sequence", "stated": "stated noise"}
_NOTES = (
    "Coefficient of variation: standard deviation over mean, about the straight line through the strides, without the "
    "first and last three of each stretch.",
    "Noise seen in the strides: an error in one contact makes one stride longer and the next shorter; that pattern is "
    "taken off. Noise as stated: the scatter of this method's errors in the benchmark is taken off. Where the two "
    "disagree, trust neither to the last digit.",
    "There is no good or bad value: compare the runner with the same runner at the same speed.",
)


def _missing(report: ReportInput) -> str:
    found = report.result.variability
    if any(one.high_pct is not None for one in found):
        return ""
    if found:
        return f"Variability {max(found, key=lambda one: one.count).note}."
    return f"There were too few good {GAIT_WORD[report.result.mode]} strides in a row."


def _render(report: ReportInput) -> Content:
    found = [one for one in report.result.variability if one.high_pct is not None]
    labels = {one.key: metric.label for one in found if (metric := report.metric(one.key)) is not None}
    blocks: list[Block] = [Paragraph(_sentence(one, labels.get(one.key, one.key))) for one in _headline(found)]
    blocks.append(_figure(found, labels, _table(found, labels)))
    return tuple(blocks)


def _headline(found: list[Variability]) -> list[Variability]:
    """One figure a quantity and side: from the sequence where there is one."""
    chosen: dict[tuple[str, str], Variability] = {}
    for one in found:
        chosen.setdefault((one.key, one.side), one)
    return list(chosen.values())


def _sentence(one: Variability, label: str) -> str:
    where = f"{label}, {one.side}"
    if one.cv_pct is None:
        return f"{where}: {NOT_DISTINGUISHABLE}; below {number(one.high_pct, 1)} %."
    return (
        f"{where}: {number(one.cv_pct, 1)} % from stride to stride without timing noise (95 %: "
        f"{number(one.low_pct, 1)} to {number(one.high_pct, 1)} %); {number(one.observed_cv_pct, 1)} % with it."
    )


def _figure(found: list[Variability], labels: dict[str, str], table: Table) -> Figure:
    rows = tuple(
        Interval(
            f"{labels.get(one.key, one.key)}, {one.side}, {_SHORT[one.method]}",
            one.side,
            one.cv_pct,
            0.0 if one.low_pct is None else one.low_pct,
            one.high_pct,
            before=one.observed_cv_pct,
        )
        for one in found
    )
    words = " ".join(_sentence(one, f"{labels.get(one.key, one.key)} ({_SHORT[one.method]})") for one in found)
    figure = IntervalFigure(
        "variability", "Variability from stride to stride", words, "coefficient of variation, %", False, 3.0, rows
    )
    caption = (
        "Filled: without timing noise. Bar: its 95 % interval. Hollow: as observed, noise included. No filled mark: "
        "not distinguishable from timing noise."
    )
    return Figure("variability", caption, interval_svg("wide", figure), interval_svg("narrow", figure), words, table)


def _table(found: list[Variability], labels: dict[str, str]) -> Table:
    columns = (
        Column("Figure", numeric=False),
        Column("Side", numeric=False),
        Column("Strides"),
        Column("Observed", small="%"),
        Column("Without noise", small="% (95 %)"),
        Column("Noise taken off", small="ms"),
        Column("How", numeric=False),
    )
    return Table("Variability in numbers", columns, tuple(_row(one, labels) for one in found), notes=_NOTES)


def _row(one: Variability, labels: dict[str, str]) -> tuple[Cell, ...]:
    without = Cell(DASH, f"{one.note}; below {number(one.high_pct, 1)}", empty=True)
    if one.cv_pct is not None:
        without = Cell(number(one.cv_pct, 2), f"{number(one.low_pct, 1)} to {number(one.high_pct, 1)}")
    noise_ms = None if one.noise_sd_s is None else 1e3 * one.noise_sd_s
    return (
        Cell(labels.get(one.key, one.key)),
        Cell(one.side),
        Cell(number(one.count)),
        Cell(number(one.observed_cv_pct, 2)),
        without,
        Cell(number(noise_ms, 1)),
        Cell(_METHOD[one.method], one.note if one.cv_pct is not None else ""),
    )


SECTION = Section("variability", "Variability", 55, _render, missing=_missing, on_refer=False)
