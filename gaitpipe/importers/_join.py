"""Joins a gyroscope of its own file and rate to the accelerometer's times.

Rules:

1. Both time columns are of one clock. Rows of the gyroscope without usable numbers or out of order are left out.
2. Between two samples of the gyroscope, at most 1.5 of its intervals apart, its rate is interpolated along a line.
3. Across a longer gap, and before and after its samples, there is no rotation rate: these samples count as lost.
4. A gyroscope without a common time with the accelerometer is an error.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.model import Finding, FloatArray

GAP_INTERVALS = 1.5
SLOWER = 1.2


def join_gyroscope(
    acc_time_s: FloatArray,
    gyr_time_s: FloatArray,
    gyr_rad_s: FloatArray,
    path: Path,
    findings: list[Finding],
) -> FloatArray:
    """The rotation rate (n, 3) at the accelerometer's times (n,), NaN where there is none; `path` is the gyroscope's.

    Raises
    ------
    RecordingError
        The gyroscope's file has too few samples, or none in the accelerometer's time.
    """
    if not np.isfinite(acc_time_s).any():
        return np.full((len(acc_time_s), 3), np.nan)  # whoever reads these samples tells that there are none
    sound = np.isfinite(gyr_time_s) & np.isfinite(gyr_rad_s).all(axis=1)
    times = np.where(sound, gyr_time_s, -np.inf)
    sound &= times > np.maximum.accumulate(np.concatenate([[-np.inf], times[:-1]]))
    time_s, rate = gyr_time_s[sound], gyr_rad_s[sound]
    left_out = len(gyr_time_s) - len(time_s)
    if len(time_s) < 3:
        raise RecordingError(str(path), "no samples, or only one or two", "Export the whole session.")
    interval_s = float(np.median(np.diff(time_s)))
    inside = np.isfinite(acc_time_s) & (acc_time_s >= time_s[0]) & (acc_time_s <= time_s[-1])
    if not inside.any():
        message = "the gyroscope's times have nothing in common with those of the accelerometer's file"
        raise RecordingError(str(path), message, "Put files of one session beside each other.")
    if left_out:
        verb = "was" if left_out == 1 else "were"
        message = f"{path.name}: {left_out} of {len(gyr_time_s)} rows {verb} not used (no number, or time not later)."
        findings.append(Finding("gyroscope_rows_lost", "warning", message))
    _tell_rates(acc_time_s, time_s, path, findings)
    return _interpolated(acc_time_s, time_s, rate, inside, interval_s)


def _interpolated(
    acc_time_s: FloatArray, time_s: FloatArray, rate: FloatArray, inside: np.ndarray, interval_s: float
) -> FloatArray:
    at = np.where(inside, acc_time_s, time_s[0])
    after = np.clip(np.searchsorted(time_s, at, side="left"), 1, len(time_s) - 1)
    step_s = time_s[after] - time_s[after - 1]
    exact = (at == time_s[after]) | (at == time_s[after - 1])
    usable = inside & ((step_s <= GAP_INTERVALS * interval_s * (1.0 + 1e-6)) | exact)
    joined = np.column_stack([np.interp(at, time_s, axis) for axis in rate.T])
    joined[~usable] = np.nan
    return joined


def _tell_rates(acc_time_s: FloatArray, gyr_time_s: FloatArray, path: Path, findings: list[Finding]) -> None:
    acc_hz, gyr_hz = _rate_hz(acc_time_s), _rate_hz(gyr_time_s)
    slower = SLOWER * gyr_hz < acc_hz
    message = (
        f"{path.name}: the gyroscope ({gyr_hz:.0f} samples a second) was put on the accelerometer's times "
        f"({acc_hz:.0f} a second)."
    )
    advice = "Fast rotations are smoothed. Record both at one rate." if slower else ""
    findings.append(Finding("streams_joined", "warning" if slower else "info", message, advice))


def _rate_hz(time_s: FloatArray) -> float:
    """Samples a second from the steps that go forward and are no gap; 0 without any. Rounded times do not matter."""
    steps = np.diff(time_s[np.isfinite(time_s)])
    steps = steps[steps > 0.0]
    if not len(steps):
        return 0.0
    return float(1.0 / np.mean(steps[steps <= GAP_INTERVALS * np.median(steps) * (1.0 + 1e-6)]))
