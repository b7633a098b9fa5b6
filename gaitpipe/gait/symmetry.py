"""Left against right. Everywhere left minus right: positive is larger on the left.

The symmetry index is 100 (left - right) / mean of both (Robinson 1987, who took right minus left). Its interval speaks
of stride-to-stride scatter alone. Scatter shrinks with more strides; what does not is that left and right are two
mountings of a sensor, and in times that span both feet two clocks. These decide whether a difference says anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gaitpipe.derived import Symmetry
from gaitpipe.evidence import value
from gaitpipe.model import MetricSummary, SideStatistic

Z_95 = 1.96


def symmetry_index_pct(left: float, right: float) -> float | None:
    """100 (left - right) / mean of both [%]; None when the mean is zero.

    For an injured and a sound leg give them in this order: negative then means that the injured one is spared.
    """
    mean = 0.5 * (left + right)
    return None if mean == 0.0 else 100.0 * (left - right) / mean


def symmetry_angle_pct(left: float, right: float) -> float | None:
    """Angle between (left, right) and equality, 0 to 100 % of 90 deg (Zifchock 2008, sign turned); None for 0, 0.

    Unlike the index it needs no reference value; positive when the left is larger.
    """
    if left == 0.0 and right == 0.0:
        return None
    return float(100.0 * (math.degrees(math.atan2(left, right)) - 45.0) / 90.0)


def symmetry_of(rows: tuple[MetricSummary, ...], repeats: Mapping[str, float | None]) -> tuple[Symmetry, ...]:
    """Left against right of the metrics named in `repeats`, where both sides are known.

    Parameters
    ----------
    rows : tuple of MetricSummary
        The metric table.
    repeats : mapping
        For each metric the standard uncertainty of left minus right that more strides do not reduce, in the metric's
        unit; None when not known: then nothing is said of whether the difference is real.
    """
    found = []
    for row in rows:
        left, right = row.left, row.right
        if row.key in repeats and left is not None and right is not None and not left.censored and not right.censored:
            found.append(_symmetry(row, left, right, repeats[row.key]))
    return tuple(found)


def _symmetry(row: MetricSummary, left: SideStatistic, right: SideStatistic, repeat: float | None) -> Symmetry:
    difference = left.mean - right.mean
    random = math.hypot(left.sd / math.sqrt(left.count), right.sd / math.sqrt(right.count))
    enough = min(left.count, right.count) >= value("symmetry_least_strides")
    limit = Z_95 * math.hypot(repeat, random) if repeat is not None and enough else None
    percent = _percent(row, left, right)
    return Symmetry(
        key=row.key,
        left=left.mean,
        right=right.mean,
        difference=difference,
        difference_low=difference - Z_95 * random,
        difference_high=difference + Z_95 * random,
        index_pct=None if percent is None else percent * difference,
        index_low_pct=None if percent is None else percent * (difference - Z_95 * random),
        index_high_pct=None if percent is None else percent * (difference + Z_95 * random),
        angle_pct=None if percent is None else symmetry_angle_pct(left.mean, right.mean),
        limit=limit,
        limit_pct=None if percent is None or limit is None else percent * limit,
        exceeds=None if limit is None else abs(difference) > limit,
    )


def _percent(row: MetricSummary, left: SideStatistic, right: SideStatistic) -> float | None:
    """Per cent of the mean in one unit of the metric; None where a percentage means nothing."""
    mean = 0.5 * (left.mean + right.mean)
    return None if row.asymmetry_pct is None or mean <= 0.0 or not np.isfinite(mean) else 100.0 / mean
