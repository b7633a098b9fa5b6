"""Change within a session: the last third of the strides against the first.

Rules
  1. Good strides of the session's mode, in order of time; fewer than `drift_least_strides` give no figure.
  2. Each third is cut into five stretches of neighbours, and their medians are averaged: a few bad strides move
     nothing, and the spread of the stretches holds the slow wandering that single strides hide.
  3. The standard error is that of the difference of two means of five; its 95 % interval uses Student's t.
  4. More strides make the error small, not the world steady: a strap settles, a sensor warms up. The smallest change
     that counts joins the interval with 1.96 times the settling. What mounting anew would change plays no part: the
     sensors stayed on.
  5. A change of speed looks the same. Nothing here knows why something changed.
"""

from __future__ import annotations

import math

import numpy as np

from gaitpipe.derived import Drift
from gaitpipe.evidence import value
from gaitpipe.gait.summary import counted_rows, published
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric
from gaitpipe.model import SIDES, FloatArray, Side

STRETCHES = 5
T_95 = 2.306
"""Student's t for 95 % with 8 degrees of freedom: two groups of five."""
Z_95 = 1.96


def drift_of(table: StrideTable, metrics: tuple[StrideMetric, ...]) -> tuple[Drift, ...]:
    """Change within the session of each metric that says how steady its method is, for each foot."""
    if not len(table.rows):
        return ()
    counted = counted_rows(table)
    found = []
    for metric in sorted(metrics, key=lambda one: one.order):
        if metric.settling_sd is None:
            continue
        values = published(table, metric)
        for side in SIDES:
            mine = values[counted & table.of_side(side) & np.isfinite(values)]
            if len(mine):
                found.append(drift(metric.key, side, mine, metric.settling_sd, metric.has_ratio))
    return tuple(found)


def drift(key: str, side: Side, values: FloatArray, settling_sd: float, has_ratio: bool = True) -> Drift:
    """Change from the first to the last third of the values, shape (n,) in order of time; see the rules above.

    Parameters
    ----------
    settling_sd : float
        Standard uncertainty of a change within one session that more strides do not reduce, in the unit of the values.
    """
    least = int(value("drift_least_strides"))
    if len(values) < least:
        note = f"needs {least} strides, {len(values)} were usable"
        return Drift(key, side, len(values), None, None, None, None, None, None, None, None, note)
    third = len(values) // 3
    first, first_error = _mean_of_stretches(values[:third])
    last, last_error = _mean_of_stretches(values[-third:])
    error = math.hypot(first_error, last_error)
    change, mdc = last - first, math.hypot(Z_95 * settling_sd, T_95 * error)
    return Drift(
        key=key,
        side=side,
        count=len(values),
        first=first,
        last=last,
        change=change,
        change_pct=100.0 * change / first if has_ratio and first > 0.0 else None,
        low=change - T_95 * error,
        high=change + T_95 * error,
        mdc=mdc,
        exceeds=abs(change) > mdc,
    )


def _mean_of_stretches(values: FloatArray) -> tuple[float, float]:
    """Mean of the medians of five stretches of neighbours, and its standard error."""
    return mean_and_error(stretch_medians(values))


def stretch_medians(values: FloatArray) -> FloatArray:
    """Medians of five stretches of neighbours, shape (5,); values in order of time, shape (n,)."""
    return np.array([np.median(stretch) for stretch in np.array_split(values, STRETCHES)])


def mean_and_error(medians: FloatArray) -> tuple[float, float]:
    """Mean of the stretches and its standard error, which holds what makes neighbouring strides alike."""
    return float(medians.mean()), float(medians.std(ddof=1) / math.sqrt(STRETCHES))
