"""A watch's running dynamics beside the motion sensors, in windows of time.

Rules:

1. A watch tells about one value a second, smoothed over some seconds by a rule of its maker: single strides cannot be
   compared. In each window of 10 s the mean of the watch stands beside the median of the sensors' counted strides.
2. A window counts with at least five values of the watch and four strides.
3. Difference is watch less sensors. Limits of agreement (Bland and Altman 1986) are its mean plus and minus 1.96 of its
   standard deviation, from six windows on.
4. Neither is the truth: a watch estimates contact from the movement of the trunk or the wrist.
5. Without a common time of day the cadences are laid over each other: no gait is cadence 0, so that starts and stops
   tell. The best place, with three quarters of the shorter inside the longer, counts when it fits well and no other
   place, 10 s away or more, fits nearly as well.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gaitpipe.derived import WatchQuantity
from gaitpipe.model import FloatArray

WINDOW_S = 10.0
LEAST_VALUES = 5
LEAST_STRIDES = 4
LEAST_WINDOWS = 6
COVERAGE = 1.96
LEAST_CORRELATION = 0.8
CLEARLY_LESS = 0.05
OTHER_PLACE_S = 10
LEAST_OVERLAP = 0.75
"""Of the shorter of the two: a few starts and stops that fit by chance are no match."""
LEAST_OVERLAP_S = 60
STILL_S = 1.0
UNITS = {
    "cadence_spm": "steps/min",
    "ground_contact_time_s": "s",
    "step_length_m": "m",
    "speed_m_s": "m/s",
}


def sensor_values(strides: NDArray[np.void], mode: str) -> dict[str, FloatArray]:
    """Figures of the counted strides (n,) in a watch's words, with `time_s`, the middle of each stride."""
    middle_s = np.asarray(strides["ic_s"] + strides["stride_time_s"] / 2.0, dtype=np.float64)
    counted = (strides["quality"] == "ok") & (strides["mode"] == mode) & np.isfinite(middle_s)
    used = strides[counted]
    values = {name: np.asarray(used[name], dtype=np.float64) for name in ("cadence_spm", "ground_contact_time_s")}
    values["speed_m_s"] = np.asarray(used["speed_m_s"], dtype=np.float64)
    values["step_length_m"] = np.asarray(used["stride_length_m"], dtype=np.float64) / 2.0
    values["time_s"] = middle_s[counted]
    return values


def compared(
    sensors: Mapping[str, FloatArray], watch: Mapping[str, FloatArray], offset_s: float
) -> tuple[WatchQuantity, ...]:
    """Each figure of the watch beside the sensors'.

    Parameters
    ----------
    sensors
        What `sensor_values` gives.
    watch
        Figures of the records (m,) under the same names, NaN where not told, and `time_s` from the first record on.
    offset_s
        Session time of the first record.
    """
    moments_s = watch["time_s"] + offset_s
    found = []
    for key, unit in UNITS.items():
        if key not in watch or not np.isfinite(watch[key]).any():
            continue
        pairs = _windows(sensors["time_s"], sensors[key], moments_s, watch[key])
        found.append(_quantity(key, unit, pairs))
    return tuple(found)


def _windows(time_s: FloatArray, values: FloatArray, watch_s: FloatArray, told: FloatArray) -> FloatArray:
    """Watch and sensors in each window that counts, shape (k, 2)."""
    known, said = np.isfinite(values), np.isfinite(told) & (told > 0.0)
    own, theirs = np.floor(time_s[known] / WINDOW_S), np.floor(watch_s[said] / WINDOW_S)
    values, told = values[known], told[said]
    pairs = []
    for window in np.intersect1d(own, theirs):
        mine, other = values[own == window], told[theirs == window]
        if len(mine) >= LEAST_STRIDES and len(other) >= LEAST_VALUES:
            pairs.append((float(other.mean()), float(np.median(mine))))
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def _quantity(key: str, unit: str, pairs: FloatArray) -> WatchQuantity:
    if not len(pairs):
        return WatchQuantity(key, unit, 0)
    difference = pairs[:, 0] - pairs[:, 1]
    mean = float(difference.mean())
    low, high = None, None
    if len(pairs) >= LEAST_WINDOWS:
        half = COVERAGE * float(difference.std(ddof=1))
        low, high = mean - half, mean + half
    watch, sensors = (float(side.mean()) for side in pairs.T)
    return WatchQuantity(key, unit, len(pairs), watch, sensors, mean, low, high)


def offset_by_cadence(sensors: Mapping[str, FloatArray], watch: Mapping[str, FloatArray]) -> tuple[float, float] | None:
    """Session time of the watch's first record [s] and the cadences' correlation; None where no place is clearly best.

    Parameters as in `compared`.
    """
    if "cadence_spm" not in watch or len(sensors["time_s"]) < LEAST_STRIDES:
        return None
    begin_s = float(np.floor(sensors["time_s"].min())) - OTHER_PLACE_S
    own = _each_second(sensors["time_s"] - begin_s, sensors["cadence_spm"], 2 * OTHER_PLACE_S)
    theirs = _each_second(watch["time_s"], np.nan_to_num(watch["cadence_spm"]), 1)
    shorter = min(len(own), len(theirs))
    overlap = min(shorter, max(LEAST_OVERLAP_S, int(LEAST_OVERLAP * shorter)))
    lags = np.arange(overlap - len(theirs), len(own) - overlap + 1)
    fits = np.array([_fit(own, theirs, int(lag)) for lag in lags])
    if not len(fits) or not np.isfinite(fits).any():
        return None
    best = int(np.nanargmax(fits))
    away = np.abs(lags - lags[best]) >= OTHER_PLACE_S
    other = np.nanmax(fits[away]) if np.isfinite(fits[away]).any() else -1.0
    if fits[best] < LEAST_CORRELATION or other > fits[best] - CLEARLY_LESS:
        return None
    return float(lags[best]) + begin_s, float(fits[best])


def _each_second(time_s: FloatArray, values: FloatArray, beyond: int) -> FloatArray:
    """Values at each whole second, 0 where there was none within a second, shape (seconds,)."""
    grid_s = np.arange(int(time_s.max()) + 1 + beyond, dtype=np.float64)
    order = np.argsort(time_s, kind="stable")
    time_s, values = time_s[order], values[order]
    after = np.clip(np.searchsorted(time_s, grid_s), 1, len(time_s) - 1) if len(time_s) > 1 else np.zeros(1, dtype=int)
    nearest = np.minimum(np.abs(time_s[after] - grid_s), np.abs(time_s[after - 1] - grid_s))
    return np.where(nearest <= STILL_S, np.interp(grid_s, time_s, values), 0.0)


def _fit(own: FloatArray, theirs: FloatArray, lag: int) -> float:
    """Correlation where both are known, the second begun `lag` seconds after the first; NaN where nothing changes."""
    first, last = max(0, lag), min(len(own), lag + len(theirs))
    mine, other = own[first:last], theirs[first - lag : last - lag]
    if mine.std() < 1.0 or other.std() < 1.0:
        return float("nan")
    return float(np.corrcoef(mine, other)[0, 1])
