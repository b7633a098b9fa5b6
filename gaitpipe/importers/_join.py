"""Joins an accelerometer and a gyroscope that were written with times of their own.

Rules:

1. Samples of both stand at the accelerometer's times; the gyroscope is interpolated linearly between its two readings
   around each of them. Where all times are equal, nothing is interpolated.
2. Never across a gap: where the gyroscope's two readings are further apart than 1.5 of its intervals, its value is NaN
   (a lost sample), not a guess.
3. Accelerations before the gyroscope's first reading or after its last are left out, and counted.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.model import Finding, FloatArray

GAP_INTERVALS = 1.5
STATED_S = 0.1
"""A start or end of one sensor alone that is shorter than this is not worth a word."""


def join_gyroscope(
    path: Path, time_s: FloatArray, acc: FloatArray, gyr_time_s: FloatArray, gyr: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, tuple[Finding, ...]]:
    """Times (n,), accelerations (n, 3) and rotation rates (n, 3) at one time each, and what was left out.

    Raises
    ------
    RecordingError
        The two sensors have no time in common.
    """
    if len(time_s) == len(gyr_time_s) and np.array_equal(time_s, gyr_time_s):
        return time_s, acc, gyr, ()
    gyr_time_s, gyr = _forward(gyr_time_s, gyr)
    common = np.zeros(len(time_s), dtype=bool)
    if len(gyr_time_s) >= 2:
        common = (time_s >= gyr_time_s[0]) & (time_s <= gyr_time_s[-1])
    if not common.any():
        message = "the accelerometer's and the gyroscope's times do not overlap"
        raise RecordingError(str(path), message, "Give the files of one recording.")
    left_out = int((~common & np.isfinite(time_s)).sum())
    at_s = time_s[common]
    return at_s, acc[common], at_times(at_s, gyr_time_s, gyr), _findings(path, time_s, common, left_out)


def at_times(at_s: FloatArray, time_s: FloatArray, values: FloatArray) -> FloatArray:
    """Values (n, 3) interpolated at `at_s` (m,), NaN across gaps; `time_s` (n,) must grow."""
    after = np.clip(np.searchsorted(time_s, at_s), 1, len(time_s) - 1)
    steps_s = time_s[after] - time_s[after - 1]
    share = (at_s - time_s[after - 1]) / steps_s
    out = values[after - 1] + share[:, None] * (values[after] - values[after - 1])
    exact = (share == 0.0) | (share == 1.0)
    gap = (steps_s > GAP_INTERVALS * float(np.median(np.diff(time_s)))) & ~exact
    out[share == 0.0], out[share == 1.0] = values[after - 1][share == 0.0], values[after][share == 1.0]
    out[gap | (share < 0.0) | (share > 1.0)] = np.nan
    return np.asarray(out, dtype=np.float64)


def _forward(time_s: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The rows whose time is later than all before and whose values are numbers."""
    known = np.isfinite(time_s) & np.isfinite(values).all(axis=1)
    time_s, values = time_s[known], values[known]
    latest = np.maximum.accumulate(np.concatenate([[-np.inf], time_s[:-1]])) if len(time_s) else time_s
    later = time_s > latest
    return time_s[later], values[later]


def _findings(path: Path, time_s: FloatArray, common: np.ndarray, left_out: int) -> tuple[Finding, ...]:
    interval_s = float(np.nanmedian(np.diff(time_s))) if len(time_s) > 1 else 0.0
    if left_out * interval_s <= STATED_S:
        return ()
    message = (
        f"{path.name}: {left_out} of {len(common)} accelerations were taken while the gyroscope was not running; "
        "they were left out."
    )
    return (Finding("one_sensor_alone", "info", message),)
