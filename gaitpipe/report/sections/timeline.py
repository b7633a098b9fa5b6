"""Contact time and cadence, stride by stride, over the session."""

from __future__ import annotations

import numpy as np

from gaitpipe.model import SIDES, FloatArray
from gaitpipe.report.document import (
    Block,
    Callout,
    Cell,
    Column,
    Content,
    Figure,
    Paragraph,
    ReportInput,
    Section,
    Table,
    without_gyroscope,
)
from gaitpipe.report.event_rows import shown_events
from gaitpipe.report.figures import TimeFigure, time_svg
from gaitpipe.report.series import (
    MEDIAN_STRIDES,
    Mode,
    SideSeries,
    Span,
    side_series,
    spans,
    time_origin_s,
    value_limits,
)
from gaitpipe.report.text import DASH, GAIT_WORD, OTHER_MODE, clock_time, count, number, signed

_MOST_SPANS_TOLD = 6
_LEAST_STRIDES_FOR_CHANGE = 50
_QUANTITIES = (
    # key, title, stride column, scale, unit, decimals, least axis span in the unit
    ("contact-time", "Ground contact time", "ground_contact_time_s", 1e3, "ms", 0, 60.0),
    ("cadence", "Cadence", "cadence_spm", 1.0, "steps/min", 1, 16.0),
)


def _missing(report: ReportInput) -> str:
    strides = report.result.strides
    mode = report.result.mode
    if any(side_series(strides, side, "cadence_spm", 1.0, mode) is not None for side in SIDES):
        return ""
    if without_gyroscope(report):
        return "The drawings show strides, and none were found: these sensors have no gyroscope."
    return f"No good {GAIT_WORD[mode]} strides were found."


def _render(report: ReportInput) -> Content:
    strides, mode = report.result.strides, report.result.mode
    found_spans = spans(strides, mode)
    blocks: list[Block] = []
    for key, title, column, scale, unit, decimals, least_span in _QUANTITIES:
        series = tuple(one for side in SIDES if (one := side_series(strides, side, column, scale, mode)))
        if not series:
            blocks.append(Callout("info", f"{title}: not available", "No stride has this figure."))
            continue
        drawing = TimeFigure(
            key,
            f"{title} through the session",
            _in_words(series, found_spans, unit, decimals),
            unit,
            least_span,
            series,
            found_spans,
            tuple(time_s for time_s, _ in shown_events(report)[0] if time_s is not None),
            time_origin_s(strides),
        )
        blocks.append(_figure(drawing, decimals, mode))
    measured = {sensor.info.side for sensor in report.result.sensors}
    if len(measured) == 1:
        blocks.insert(0, Paragraph(f"Only the {measured.pop()} side was measured."))
    return tuple(blocks)


def _figure(drawing: TimeFigure, decimals: int, mode: Mode) -> Figure:
    caption = (
        f"Dots: single strides. Lines: running median of {MEDIAN_STRIDES} strides. Good {GAIT_WORD[mode]} strides "
        f"only; {GAIT_WORD[OTHER_MODE[mode]]} and stretches without strides are shaded."
    )
    if drawing.event_times_s:
        caption += " Numbered lines: events of the recording."
    wide, narrow = time_svg("wide", drawing), time_svg("narrow", drawing)
    words = f"{drawing.description} {_outside(drawing)}".strip()
    return Figure(drawing.key, caption, wide, narrow, words, _table(drawing, decimals))


def _in_words(series: tuple[SideSeries, ...], found_spans: tuple[Span, ...], unit: str, decimals: int) -> str:
    medians = " and ".join(f"{number(float(np.median(one.value)), decimals)} {unit} ({one.side})" for one in series)
    words = [f"Median {medians}."]
    pauses = [
        f"{told} {_places([span for span in found_spans if span.kind == kind])}"
        for kind, told in (("walk", "walking"), ("run", "running"), ("none", "no strides"))
        if any(span.kind == kind for span in found_spans)
    ]
    if pauses:
        words.append(f"{', '.join(pauses).capitalize()} (min:s).")
    changes = [(one.side, _fifths(one.value)) for one in series]
    told_changes = [f"{side} {signed(pair[1] - pair[0], decimals)} {unit}" for side, pair in changes if pair]
    if told_changes:
        words.insert(1, f"Change from the first to the last fifth of the strides: {', '.join(told_changes)}.")
    return " ".join(words)


def _places(chosen: list[Span]) -> str:
    places = "; ".join(
        f"{clock_time(span.start_s)}\u2013{clock_time(span.end_s)}" + (f" ({span.side} only)" if span.side else "")
        for span in chosen[:_MOST_SPANS_TOLD]
    )
    return places + (f" and {len(chosen) - _MOST_SPANS_TOLD} more" if len(chosen) > _MOST_SPANS_TOLD else "")


def _outside(drawing: TimeFigure) -> str:
    low, high = value_limits(drawing.series, drawing.least_span)
    outside = sum(int(((one.value < low) | (one.value > high)).sum()) for one in drawing.series)
    return f"{count(outside, 'stride lies', 'strides lie')} outside the drawn range." if outside else ""


def _table(drawing: TimeFigure, decimals: int) -> Table:
    columns = (
        Column("", numeric=False),
        *(Column(one.side.capitalize(), one.side, drawing.unit) for one in drawing.series),
    )
    fifths = [_fifths(one.value) for one in drawing.series]
    rows = (
        (Cell("Strides"), *(Cell(number(one.value.size)) for one in drawing.series)),
        (Cell("Median"), *(Cell(number(float(np.median(one.value)), decimals)) for one in drawing.series)),
        (
            Cell("Middle 90 %", "of the strides"),
            *(Cell(_range(one.value, decimals)) for one in drawing.series),
        ),
        (Cell("First fifth", "median"), *(_fifth_cell(pair, 0, decimals) for pair in fifths)),
        (Cell("Last fifth", "median"), *(_fifth_cell(pair, 1, decimals) for pair in fifths)),
        (Cell("Change", "last minus first"), *(_change_cell(pair, decimals) for pair in fifths)),
    )
    return Table(f"{drawing.title} in numbers", columns, rows, compact=True)


def _range(value: FloatArray, decimals: int) -> str:
    low, high = (float(limit) for limit in np.percentile(value, [5.0, 95.0]))
    return f"{number(low, decimals)} to {number(high, decimals)}"


def _fifths(value: FloatArray) -> tuple[float, float] | None:
    if value.size < _LEAST_STRIDES_FOR_CHANGE:
        return None
    part = value.size // 5
    return float(np.median(value[:part])), float(np.median(value[-part:]))


def _fifth_cell(pair: tuple[float, float] | None, which: int, decimals: int) -> Cell:
    return _too_few() if pair is None else Cell(number(pair[which], decimals))


def _change_cell(pair: tuple[float, float] | None, decimals: int) -> Cell:
    return _too_few() if pair is None else Cell(signed(pair[1] - pair[0], decimals))


def _too_few() -> Cell:
    return Cell(DASH, f"needs {_LEAST_STRIDES_FOR_CHANGE} strides", empty=True)


SECTION = Section("timeline", "Over the session", 50, _render, missing=_missing)
