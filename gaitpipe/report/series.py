"""What the drawings over time show: per-stride values, their running median, pauses, the other gait."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import SIDES, FloatArray, Side
from gaitpipe.report.text import OTHER_MODE

MEDIAN_STRIDES = 31
"""Window of the running median; about twenty seconds of running."""
_GAP_STRIDES = 2.5
_GAP_MIN_S = 2.0
_KNOWN_START_S = 600.0

Strides = NDArray[np.void]
Mode = Literal["run", "walk"]


@dataclass(frozen=True, slots=True)
class SideSeries:
    """One quantity of one foot over the good strides of the session's mode: all arrays (n,), times in session seconds.

    `median` runs over `MEDIAN_STRIDES` strides and never across a break; `breaks` are the indices before which a
    break lies.
    """

    side: Side
    time_s: FloatArray
    value: FloatArray
    median: FloatArray
    breaks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time outside the session's mode: the other mode, or no strides at all (of one side or both)."""

    start_s: float
    end_s: float
    kind: Literal["run", "walk", "none"]
    side: Side | None = None


def good_strides(strides: Strides, side: Side, mode: Mode) -> Strides:
    """Rows of one side that are of this mode and of good quality, in order of time."""
    rows = strides[(strides["side"] == side) & (strides["mode"] == mode) & (strides["quality"] == "ok")]
    return np.asarray(rows[np.argsort(rows["ic_s"], kind="stable")])


def side_series(strides: Strides, side: Side, column: str, scale: float, mode: Mode = "run") -> SideSeries | None:
    """Values of `column` times `scale` of the good strides of one foot, None when there are none."""
    rows = good_strides(strides, side, mode)
    rows = rows[np.isfinite(rows[column]) & np.isfinite(rows["ic_s"])]
    if rows.size == 0:
        return None
    time_s, value = rows["ic_s"].astype(float), rows[column].astype(float) * scale
    breaks = tuple(int(index) + 1 for index in np.flatnonzero(np.diff(time_s) > _break_s(strides)))
    edges = (0, *breaks, value.size)
    pieces = [_running_median(value[first:last]) for first, last in itertools.pairwise(edges)]
    return SideSeries(side, time_s, value, np.concatenate(pieces), breaks)


def _running_median(value: FloatArray) -> FloatArray:
    half = MEDIAN_STRIDES // 2
    padded = np.concatenate([np.full(half, np.nan), value, np.full(half, np.nan)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, MEDIAN_STRIDES)
    return np.asarray(np.nanmedian(windows, axis=1), dtype=np.float64)


def _break_s(strides: Strides) -> float:
    times = strides["stride_time_s"]
    times = times[np.isfinite(times)]
    return max(_GAP_MIN_S, _GAP_STRIDES * float(np.median(times))) if times.size else _GAP_MIN_S


def spans(strides: Strides, mode: Mode = "run") -> tuple[Span, ...]:
    """The other mode than `mode`, and holes: of both feet (side None) or of one foot while the other went on."""
    rows = strides[np.isfinite(strides["ic_s"])]
    rows = rows[np.argsort(rows["ic_s"], kind="stable")]
    if rows.size < 2:
        return ()
    limit_s = _break_s(strides)
    common = _holes(rows["ic_s"], limit_s, None)
    found = [*_stretches(rows, OTHER_MODE[mode], limit_s), *common]
    for side in SIDES:
        own = _holes(rows["ic_s"][rows["side"] == side], limit_s, side)
        found.extend(hole for hole in own if not any(_same(hole, other) for other in common))
    return tuple(sorted(found, key=lambda span: (span.start_s, span.end_s, span.kind)))


def _holes(time_s: FloatArray, limit_s: float, side: Side | None) -> list[Span]:
    indices = np.flatnonzero(np.diff(time_s) > limit_s)
    return [Span(float(time_s[index]), float(time_s[index + 1]), "none", side) for index in indices]


def _same(first: Span, second: Span) -> bool:
    shared = min(first.end_s, second.end_s) - max(first.start_s, second.start_s)
    return shared > 0.5 * (first.end_s - first.start_s)


def _stretches(rows: Strides, mode: Mode, limit_s: float) -> list[Span]:
    found: list[Span] = []
    first = None
    of_mode = rows["mode"] == mode
    for index in range(rows.size + 1):
        inside = index < rows.size and bool(of_mode[index])
        torn = first is not None and index < rows.size and rows["ic_s"][index] - rows["ic_s"][index - 1] > limit_s
        if first is not None and (not inside or torn):
            if index - first >= 2:  # a single stride of the other mode is not a change
                after = index if index < rows.size and not torn else index - 1
                found.append(Span(float(rows["ic_s"][first]), float(rows["ic_s"][after]), mode))
            first = None
        if inside and first is None:
            first = index
    return found


def time_origin_s(strides: Strides) -> float:
    """Zero of the drawn time axis: session time 0, or the first stride where the input counts from long before."""
    times = strides["ic_s"][np.isfinite(strides["ic_s"])]
    first = float(times.min()) if times.size else 0.0
    return 0.0 if 0.0 <= first <= _KNOWN_START_S else first


def value_limits(series: tuple[SideSeries, ...], least_span: float) -> tuple[float, float]:
    """Axis limits that hold all but a few outliers and never blow noise up beyond `least_span`."""
    values = np.concatenate([one.value for one in series])
    low, high = (float(limit) for limit in np.percentile(values, [0.5, 99.5]))
    missing = max(0.0, least_span - (high - low))
    margin = 0.08 * max(high - low, least_span)
    return low - missing / 2 - margin, high + missing / 2 + margin
