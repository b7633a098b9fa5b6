"""The metric table: left, right, both, their difference, and the smallest change that means anything."""

from __future__ import annotations

from gaitpipe.model import SIDES, MetricSummary, Side
from gaitpipe.report.document import (
    Cell,
    Column,
    Content,
    MeasuredSide,
    Paragraph,
    ReportInput,
    Section,
    Table,
    statistic,
    without_gyroscope,
)
from gaitpipe.report.text import (
    ASYMMETRY_FORMULA,
    DASH,
    GAIT_WORD,
    foreign,
    number,
    share,
    shown_mean,
    shown_uncertainty,
    signed,
    uncertainty,
)

_COLUMNS = (
    Column("Figure", numeric=False),
    Column("Left", "left"),
    Column("Right", "right"),
    Column("Both"),
    Column("L \u2212 R", None, "asymmetry"),
    Column("MDC", None, "real change"),
)
_UNSTATED = "no uncertainty or no smallest change is given"
_CLIPPED = (
    "Cut off: the sensor's range ended below the peak, or samples were lost in it. Such strides count as larger than "
    "what was seen (Kaplan-Meier); with more than half of them the median is only known to be larger than the figure "
    "after >."
)
_NOTES = (
    "\u00b1: standard uncertainty of the mean, systematic part included. The true mean lies within twice this "
    "figure in about 95 of 100 cases.",
    "MDC: minimal detectable change of the mean between two sessions. A smaller change cannot be told from "
    "measurement error.",
)


def _missing(report: ReportInput) -> str:
    if report.result.metrics:
        return ""
    mode = report.result.mode
    if not (report.result.strides["mode"] == mode).any():
        return f"No {GAIT_WORD[mode]} strides were found, so there is nothing to average."
    return "No figure could be computed; the findings under Data quality say why."


def _render(report: ReportInput) -> Content:
    given = [metric for metric in report.result.metrics if _has_value(metric) or not metric.note]
    rows = tuple(_row(report, metric) for metric in given)
    remarks = [f"{metric.label}: {foreign(metric.note)}" for metric in given if metric.note]
    remarks += [
        f"{metric.label} is not given: {foreign(metric.note)}"
        for metric in report.result.metrics
        if metric not in given
    ]
    remarks += [
        f"{metric.label}: {_UNSTATED}: {foreign(metric.unstated)}"
        for metric in report.result.metrics
        if metric.unstated
    ]
    return (
        Paragraph("Compare with the same runner, shoe and speed; there is no ideal value.", muted=True),
        Table(f"Mean \u00b1 uncertainty over {_averaged(report)}", _COLUMNS, rows, notes=(*_notes(report), *remarks)),
    )


def _averaged(report: ReportInput) -> str:
    return "all windows" if without_gyroscope(report) else f"all good {GAIT_WORD[report.result.mode]} strides"


def _notes(report: ReportInput) -> tuple[str, ...]:
    counted = "SD: standard deviation from stride to stride. n: strides used."
    if without_gyroscope(report):
        counted = "SD: standard deviation from window to window. n: windows, not strides."
    percents = [metric.asymmetry_pct is not None for metric in report.result.metrics if _has_difference(metric)]
    asymmetry = f"Asymmetry in % = {ASYMMETRY_FORMULA}. Positive: larger on the left."
    if not all(percents):
        asymmetry += " Where a percentage would mean nothing, as for an angle, only the difference stands."
    clipped = any(one is not None and one.censored for row in report.result.metrics for one in (row.left, row.right))
    return (counted, *_NOTES, *((_CLIPPED,) if clipped else ()), *((asymmetry,) if any(percents) else ()))


def _has_difference(metric: MetricSummary) -> bool:
    return statistic(metric, "left") is not None and statistic(metric, "right") is not None


def _row(report: ReportInput, metric: MetricSummary) -> tuple[Cell, ...]:
    unit = metric.display_unit if metric.display_unit not in ("1", "-") else ""
    return (
        Cell(metric.label, unit),
        _side_cell(report, metric, "left"),
        _side_cell(report, metric, "right"),
        _both_cell(report, metric),
        _difference_cell(report, metric),
        _mdc_cell(metric),
    )


def _side_cell(report: ReportInput, metric: MetricSummary, side: Side) -> Cell:
    cell = _value_cell(metric, side)
    return cell if cell is not None else Cell(DASH, _why_empty(report, metric, side), empty=True)


def _both_cell(report: ReportInput, metric: MetricSummary) -> Cell:
    cell = _value_cell(metric, "both")
    if cell is not None:
        return cell
    sides = {sensor.info.side for sensor in report.result.sensors}
    has_value = any(statistic(metric, side) is not None for side in sides)
    return Cell(DASH, "needs both sides" if len(sides) < 2 else "by side only" if has_value else "not computed", True)


def _value_cell(metric: MetricSummary, side: MeasuredSide) -> Cell | None:
    censored = _censored_cell(metric, side)
    if censored is not None:
        return censored
    found = statistic(metric, side)
    if found is None:
        return None
    value = " ".join(part for part in (shown_mean(metric, found), shown_uncertainty(metric, found)) if part)
    sd = number(found.sd * abs(metric.display_scale), metric.display_decimals)
    return Cell(value, f"SD {sd} \u00b7 n {number(found.count)}")


def _censored_cell(metric: MetricSummary, side: MeasuredSide) -> Cell | None:
    """The median where some strides are known only to be larger than a bound; None where all are known."""
    found = {"left": metric.left, "right": metric.right, "both": metric.both}[side]
    if found is None or not found.censored:
        return None
    clipped = f"{share(found.censored, found.count)} cut off \u00b7 n {number(found.count)}"
    scale, decimals = metric.display_scale, metric.display_decimals
    if found.median is not None:
        return Cell(number(found.median * scale, decimals), f"median \u00b7 {clipped}")
    above = DASH if found.median_above is None else f">\u202f{number(found.median_above * scale, decimals)}"
    return Cell(above, f"median \u00b7 {clipped}")


def _why_empty(report: ReportInput, metric: MetricSummary, side: Side) -> str:
    sensor = report.sensor(side)
    if sensor is None:
        return "no sensor"
    rows = report.result.strides
    if not sensor.info.has_gyro:
        return "not found" if without_gyroscope(report) and metric.key == "cadence_spm" else "no gyroscope"
    if not ((rows["side"] == side) & (rows["mode"] == report.result.mode)).any():
        return f"no {GAIT_WORD[report.result.mode]} strides"
    return "both feet only" if statistic(metric, "both") is not None else "not computed"


def _difference_cell(report: ReportInput, metric: MetricSummary) -> Cell:
    left, right = statistic(metric, "left"), statistic(metric, "right")
    if left is None or right is None:
        sides = {sensor.info.side for sensor in report.result.sensors}
        return Cell(DASH, "needs both sides" if len(sides) < 2 else "no side values", empty=True)
    difference = signed((left.mean - right.mean) * metric.display_scale, metric.display_decimals)
    percent = "" if metric.asymmetry_pct is None else f"{signed(metric.asymmetry_pct, 1)} %"
    return Cell(difference, percent)


def _mdc_cell(metric: MetricSummary) -> Cell:
    both = _mdc(metric, "both")
    if both:
        return Cell(both, "both feet")
    sides = [(side, text) for side in SIDES if (text := _mdc(metric, side))]
    if not sides:
        return Cell(
            DASH, "see notes" if metric.unstated else "not known" if _has_value(metric) else "no value", empty=True
        )
    if len(sides) == 2 and sides[0][1] == sides[1][1]:
        return Cell(sides[0][1], "each side")
    return Cell(" / ".join(text for _, text in sides), " / ".join(side for side, _ in sides))


def _has_value(metric: MetricSummary) -> bool:
    return any(one is not None and one.count for one in (metric.left, metric.right, metric.both))


def _mdc(metric: MetricSummary, side: MeasuredSide) -> str:
    found = statistic(metric, side)
    if found is None or found.mdc is None:
        return ""
    return uncertainty(found.mdc * abs(metric.display_scale), metric.display_decimals)[2:]


SECTION = Section("metrics", "Gait figures", 30, _render, missing=_missing)
