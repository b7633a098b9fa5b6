"""From strides to the metric table: mean, spread, uncertainty and smallest detectable change, left, right and both.

Only `ok` strides of the session's main mode count. The standard uncertainty of a mean is
sqrt(systematic^2 + (k sd)^2 / n), with k half of Student's 97.5 % point for n strides, about 1 for many. The smallest
detectable change between two sessions is 1.96 sqrt(2) sqrt(repeat^2 + (k sd)^2 / n): what does not change from one
session to the next cancels. A figure that is known in few of the strides only has no mean.
The asymmetry index is 100 (left - right) / mean of both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gaitpipe.evidence import value
from gaitpipe.gait.censoring import censored_median
from gaitpipe.gait.symmetry import symmetry_index_pct
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import SIDES, FloatArray, MetricSummary, Side, SideStatistic

LEAST_STRIDES = 5
LEAST_SHARE = 0.2
"""A mean is given when the figure is known in at least this share of the strides."""


def main_mode(table: StrideTable) -> Literal["run", "walk"]:
    """The mode the means are taken over: running when there are enough good running strides, else walking."""
    good = table.rows["quality"] == "ok"
    running = int(np.sum(good & (table.rows["mode"] == "run")))
    walking = int(np.sum(good & (table.rows["mode"] == "walk")))
    return "run" if running >= LEAST_STRIDES or running >= walking else "walk"


def counted_rows(table: StrideTable) -> NDArray[np.bool_]:
    """Mask of the rows that enter the means, shape (n,)."""
    return np.asarray((table.rows["quality"] == "ok") & (table.rows["mode"] == main_mode(table)))


def summarise(
    table: StrideTable, metrics: Sequence[StrideMetric], clock_s: Mapping[Side, float]
) -> tuple[MetricSummary, ...]:
    """One row for each metric that is shown, in their order; empty when no stride counts.

    `clock_s` is the standard uncertainty of each foot's clock against the session clock [s].
    """
    if not len(table.rows) or not counted_rows(table).any():
        return ()
    pair_clock_s = math.hypot(*clock_s.values()) if len(clock_s) > 1 else 0.0
    shown = sorted((metric for metric in metrics if metric.in_summary), key=lambda metric: metric.order)
    return tuple(_row(table, metric, pair_clock_s) for metric in shown)


def published(table: StrideTable, metric: StrideMetric) -> FloatArray:
    """The metric's value of each row, shape (n,); NaN throughout when it is withheld."""
    if metric.withheld is not None and metric.withheld(table):
        return np.full(len(table.rows), np.nan)
    return metric.compute(table)


def _row(table: StrideTable, metric: StrideMetric, clock_s: float) -> MetricSummary:
    values = published(table, metric)
    left, right = (_side_statistic(table, metric, side, clock_s, values) for side in SIDES)
    both = _both(left, right)
    if metric.bilateral:  # the strides of the left and those of the right share their contacts: `both` counts one side
        left, right = None, None
    shown = [one for one in (left, right, both) if one is not None]
    notes = [_caution(table, metric, side, clock_s, values) for side in SIDES] if shown else [_absent(table, metric)]
    notes = [*(_scarce(table, metric, side, values) for side in SIDES), *notes]
    return MetricSummary(
        key=metric.key,
        label=metric.label,
        unit=metric.unit,
        display_unit=metric.display_unit,
        display_scale=metric.display_scale,
        display_decimals=metric.display_decimals,
        definition=metric.definition,
        left=left,
        right=right,
        both=both,
        asymmetry_pct=_asymmetry(left, right) if metric.has_ratio else None,
        note="; ".join(dict.fromkeys(note for note in notes if note)),
        unstated="" if all(one.uncertainty is not None and one.mdc is not None for one in shown) else metric.unstated,
    )


def _side_statistic(
    table: StrideTable, metric: StrideMetric, side: Side, clock_s: float, values: FloatArray
) -> SideStatistic | None:
    chosen = counted_rows(table) & table.of_side(side)
    if side not in table.sensors or not chosen.any():
        return None
    context = side_context(table, side, clock_s, values)
    if _too_scarce(metric, values[chosen]):
        return None
    found = _statistic(values[chosen], metric.systematic_sd(context), metric.repeat_sd(context))
    return found if metric.bound is None else _with_median(found, values[chosen], metric.bound(table)[chosen])


def _too_scarce(metric: StrideMetric, values: FloatArray) -> bool:
    """Whether a figure is known in so few of the strides that their mean would speak of the exceptions."""
    known = int(np.isfinite(values).sum())
    return metric.bound is None and 0 < known < LEAST_SHARE * len(values)


def _scarce(table: StrideTable, metric: StrideMetric, side: Side, values: FloatArray) -> str:
    chosen = values[counted_rows(table) & table.of_side(side)]
    if not _too_scarce(metric, chosen):
        return ""
    return f"{side}: not given, known in {int(np.isfinite(chosen).sum())} of {len(chosen)} strides only"


def _absent(table: StrideTable, metric: StrideMetric) -> str:
    return (metric.withheld(table) if metric.withheld is not None else "") or metric.absent


def _caution(table: StrideTable, metric: StrideMetric, side: Side, clock_s: float, values: FloatArray) -> str:
    if metric.caution is None or side not in table.sensors:
        return ""
    return metric.caution(side_context(table, side, clock_s, values))


def side_context(table: StrideTable, side: Side, clock_s: float, values: FloatArray) -> MetricContext:
    """What the uncertainty of a metric with these values, shape (n,), may depend on: one foot's counted strides."""
    chosen = counted_rows(table) & table.of_side(side)
    return MetricContext(
        sensor=table.sensors[side],
        stride_time_s=_mean((table.column("next_ic_s") - table.column("ic_s"))[chosen]),
        clock_s=clock_s,
        mode=main_mode(table),
        contact_time_s=_mean((table.column("tc_s") - table.column("ic_s"))[chosen]),
        mean=_mean(values[chosen]),
    )


def side_repeats(
    table: StrideTable, metrics: Sequence[StrideMetric], clock_s: Mapping[Side, float]
) -> dict[str, float | None]:
    """For metrics whose sides are compared, the standard uncertainty of left minus right that strides do not reduce.

    Left and right are two mountings. Where each foot errs on its own, the errors add as squares. A value that spans
    both feet takes the same errors with opposite signs on left and right: there they add as they are.
    """
    found: dict[str, float | None] = {}
    if len(table.sensors) < len(SIDES) or not len(table.rows) or not counted_rows(table).any():
        return found
    pair_clock_s = math.hypot(*clock_s.values())
    for metric in metrics:
        if metric.compare:
            values = published(table, metric)
            left, right = (metric.repeat_sd(side_context(table, side, pair_clock_s, values)) for side in SIDES)
            add = math.hypot if metric.compare == "own" else lambda one, other: one + other
            found[metric.key] = None if left is None or right is None else add(left, right)
    return found


def _mean(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _asymmetry(left: SideStatistic | None, right: SideStatistic | None) -> float | None:
    if left is None or right is None or left.censored or right.censored:
        return None
    return asymmetry_pct(left.mean, right.mean)


def _statistic(values: FloatArray, systematic: float | None, repeat: float | None) -> SideStatistic | None:
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return None
    sd = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    random = _student_half(len(values)) * sd / math.sqrt(len(values))
    if len(values) == 1:  # one stride does not tell how much the next one would differ
        systematic = repeat = None
    return SideStatistic(
        count=len(values),
        mean=float(values.mean()),
        sd=sd,
        uncertainty=None if systematic is None else math.hypot(systematic, random),
        mdc=None if repeat is None else 1.96 * math.sqrt(2.0) * math.hypot(repeat, random),
    )


def _student_half(count: int) -> float:
    """Half of Student's 97.5 % point: twice the uncertainty then covers 95 % with few strides too. About 1 for many."""
    from scipy.special import stdtrit

    return float(stdtrit(count - 1, 0.975)) / 2.0 if count > 1 else 1.0


def _with_median(found: SideStatistic | None, values: FloatArray, bounds: FloatArray) -> SideStatistic | None:
    """The statistic with its median; without a mean where some values are known by a lower bound only."""
    middle = censored_median(values, bounds)
    if middle is None:
        return found
    if found is not None and not middle.censored:
        return replace(found, median=middle.median)
    return SideStatistic(
        count=middle.count,
        mean=math.nan,
        sd=math.nan,
        uncertainty=None,
        mdc=None,
        censored=middle.censored,
        median=middle.median,
        median_above=middle.above if middle.median is None else None,
    )


def with_window_cadence(
    rows: tuple[MetricSummary, ...], cadences_spm: Mapping[Side, Sequence[float]], metric: StrideMetric
) -> tuple[MetricSummary, ...]:
    """The metric table with the cadence of accelerometer-only sensors, from one value a window.

    Sides without such a sensor keep what they have. No smallest detectable change is given for windows.
    """
    found = {side: _window_statistic(values) for side, values in cadences_spm.items() if values}
    if not found:
        return rows
    known = next((row for row in rows if row.key == metric.key), None)
    left = found.get("left", known.left if known else None)
    right = found.get("right", known.right if known else None)
    cadence = MetricSummary(
        key=metric.key,
        label=metric.label,
        unit=metric.unit,
        display_unit=metric.display_unit,
        display_scale=metric.display_scale,
        display_decimals=metric.display_decimals,
        definition=f"{metric.definition} Without a gyroscope: from the repetition of acceleration in windows of 4 s.",
        left=left,
        right=right,
        both=_both(left, right),
        asymmetry_pct=None,
        note="accelerometer only, too few strides: n counts windows, not strides",
    )
    return (cadence, *(row for row in rows if row.key != metric.key))


def _window_statistic(cadences_spm: Sequence[float]) -> SideStatistic | None:
    values = np.asarray(cadences_spm, dtype=np.float64)
    return _statistic(values, value("accelerometer_cadence_sd_spm"), None)


def _both(left: SideStatistic | None, right: SideStatistic | None) -> SideStatistic | None:
    """The mean of the two feet. Their systematic parts count as shared: averaging two feet does not reduce them."""
    if left is None or right is None or left.censored or right.censored:
        return None
    return SideStatistic(
        count=left.count + right.count,
        mean=0.5 * (left.mean + right.mean),
        sd=math.sqrt(0.5 * (left.sd**2 + right.sd**2)),
        uncertainty=_larger(left.uncertainty, right.uncertainty),
        mdc=_larger(left.mdc, right.mdc),
    )


def _larger(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else max(a, b)


def asymmetry_pct(left: float, right: float) -> float | None:
    """Symmetry index 100 (left - right) / mean of both [%]; None when the mean is zero. See `gait.symmetry`."""
    return symmetry_index_pct(left, right)
