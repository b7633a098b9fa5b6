"""The median of values of which some are known only to be larger than a bound, as a clipped peak is.

Leaving the clipped ones out would make the mean too small, the more so the harder the impacts. The median can be had as
long as fewer than half are clipped: a clipped value stands above its bound, wherever that may be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitpipe.model import FloatArray


@dataclass(frozen=True, slots=True)
class CensoredMedian:
    """`median` by Kaplan and Meier, None when too many are censored; `above` is what it surely is not smaller than."""

    count: int
    censored: int
    median: float | None
    above: float


def censored_median(values: FloatArray, bounds: FloatArray) -> CensoredMedian | None:
    """Median of values with right-censoring.

    Parameters
    ----------
    values : array (n,)
        Values, NaN where only a bound is known or nothing.
    bounds : array (n,)
        Lower bounds where the value is NaN, else ignored.

    Returns
    -------
    CensoredMedian or None
        None without any value or bound. The Kaplan-Meier median takes censored values as no different from others that
        reach the same size; `above`, the median with every bound in place of its value, takes nothing for granted.
    """
    known = np.isfinite(values)
    censored = ~known & np.isfinite(bounds)
    count = int(known.sum() + censored.sum())
    if count == 0:
        return None
    least = np.concatenate([values[known], bounds[censored]])
    exact = np.concatenate([np.ones(int(known.sum()), bool), np.zeros(int(censored.sum()), bool)])
    above = float(np.median(least))
    return CensoredMedian(count, int(censored.sum()), _kaplan_meier_median(least, exact), above)


def _kaplan_meier_median(times: FloatArray, exact: np.ndarray) -> float | None:
    """Smallest value at which the Kaplan-Meier curve is at or below one half; midway to the next where it stays there.

    At ties, exact values come before censored ones: a bound says "at least this".
    """
    order = np.lexsort((~exact, times))
    times, exact = times[order], exact[order]
    at_risk = np.arange(len(times), 0, -1)
    survival = np.cumprod(np.where(exact, 1.0 - 1.0 / at_risk, 1.0))
    reached = np.flatnonzero(survival <= 0.5 + 1e-12)
    if len(reached) == 0:
        return None
    first = int(reached[0])
    later = np.flatnonzero(exact[first + 1 :])
    if abs(survival[first] - 0.5) > 1e-12 or len(later) == 0:
        return float(times[first])
    return float(0.5 * (times[first] + times[first + 1 + int(later[0])]))
