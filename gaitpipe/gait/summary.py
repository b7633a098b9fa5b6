"""From strides to the metric table: mean, spread, uncertainty and smallest detectable change, left, right and both.

Only `ok` strides of the session's main mode count. The standard uncertainty of a mean is
sqrt(systematic^2 + sd^2 / n). The smallest detectable change between two sessions is
1.96 sqrt(2) sqrt(repeat^2 + sd^2 / n): what does not change from one session to the next cancels.
The asymmetry index is 100 (left - right) / mean of both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gaitpipe.evidence import value
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import SIDES, FloatArray, MetricSummary, Side, SideStatistic

LEAST_STRIDES = 5


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


def _row(table: StrideTable, metric: StrideMetric, clock_s: float) -> MetricSummary:
    values, mask = metric.compute(table), counted_rows(table)
    stride_times_s = table.column("next_ic_s") - table.column("ic_s")
    sides: dict[Side, SideStatistic | None] = {}
    for side in SIDES:
        chosen = mask & table.of_side(side)
        sides[side] = None
        if side in table.sensors and chosen.any():
            stride_time_s = float(np.mean(stride_times_s[chosen]))
            context = MetricContext(table.sensors[side], stride_time_s, clock_s, main_mode(table))
            sides[side] = _statistic(values[chosen], metric.systematic_sd(context), metric.repeat_sd(context))
    left, right = sides["left"], sides["right"]
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
        both=_both(left, right),
        asymmetry_pct=asymmetry_pct(left.mean, right.mean) if left and right and metric.has_ratio else None,
        note="" if left or right else metric.absent,
    )


def _statistic(values: FloatArray, systematic: float | None, repeat: float | None) -> SideStatistic | None:
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return None
    sd = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    random = sd / math.sqrt(len(values))
    return SideStatistic(
        count=len(values),
        mean=float(values.mean()),
        sd=sd,
        uncertainty=None if systematic is None else math.hypot(systematic, random),
        mdc=None if repeat is None else 1.96 * math.sqrt(2.0) * math.hypot(repeat, random),
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
        note="accelerometer only: n counts windows, not strides",
    )
    return (cadence, *(row for row in rows if row.key != metric.key))


def _window_statistic(cadences_spm: Sequence[float]) -> SideStatistic | None:
    values = np.asarray(cadences_spm, dtype=np.float64)
    return _statistic(values, value("accelerometer_cadence_sd_spm"), None)


def _both(left: SideStatistic | None, right: SideStatistic | None) -> SideStatistic | None:
    """The mean of the two feet. Their systematic parts count as shared: averaging two feet does not reduce them."""
    if left is None or right is None:
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
    """Symmetry index 100 (left - right) / mean of both [%] (Robinson 1987, sign turned); None when the mean is zero."""
    mean = 0.5 * (left + right)
    return None if mean == 0.0 else 100.0 * (left - right) / mean
