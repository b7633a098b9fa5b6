"""From times of arrival to times of samples, for sensors that number and stamp nothing.

Bluetooth delivers in bursts: several samples arrive at one instant, then none for 20 or 50 ms. The sensor itself
samples evenly.

Rules:

1. Times of which few steps are uneven are kept: they are the sensor's, or as good. So are times that go back: whoever
   reads them refuses them.
2. Where most rows of one time repeat each other, they are copies and keep their time, so that they are counted as such.
3. A silence of more than 0.25 s is an outage; how many samples it lost is told by its length only.
4. Between outages the samples are spaced evenly, at one rate for the whole file: the slope of a line through the times
   of the longest part. Each part lies where its times lie on average.
5. Times more than 0.25 s off that line mean that samples were lost all along: refused.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError
from gaitpipe.model import Finding, FloatArray

EVEN_SHARE = 0.95
UNEVEN_INTERVALS = 0.3
OUTAGE_S = 0.25
MIN_SAMPLES = 50
MAX_BACKWARD_SHARE = 0.05
COPIED_SHARE = 0.5


def evened_times(time_s: FloatArray, values: FloatArray, path: str, findings: list[Finding]) -> FloatArray:
    """Times of the samples (n,) from their times of arrival [s] (n,); `values` (n, k) tell copies.

    Raises
    ------
    RecordingError
        The times do not lie along a line: too many samples were lost on the way.
    """
    copies = copies_of(time_s, values)
    first = np.flatnonzero(~copies & np.isfinite(time_s))
    arrival = time_s[first]
    steps = np.diff(arrival)
    if len(first) < MIN_SAMPLES or np.mean(steps < 0.0) > MAX_BACKWARD_SHARE or _even(steps):
        return time_s
    starts = [0, *(np.flatnonzero(steps > OUTAGE_S) + 1).tolist(), len(first)]
    longest = max(pairwise(starts), key=lambda part: part[1] - part[0])
    if longest[1] - longest[0] < MIN_SAMPLES:
        return time_s
    interval_s = _slope(arrival[slice(*longest)])
    evened = arrival.copy()
    for start, end in pairwise(starts):
        place = interval_s * np.arange(end - start)
        evened[start:end] = place + float(np.mean(arrival[start:end] - place))
    _check(evened, arrival, path)
    rate_hz = 1.0 / interval_s
    message = (
        f"The times are those of arrival; the samples were spaced evenly, {rate_hz:.2f} a second, between silences of "
        f"{OUTAGE_S:g} s. Samples lost in between cannot be seen."
    )
    advice = "Stride times are sound on average. A sensor with a clock or a counter of its own is better."
    findings.append(Finding("times_of_arrival", "warning", message, advice))
    result = time_s.copy()
    result[first] = evened
    result[copies] = result[np.maximum.accumulate(np.where(copies, 0, np.arange(len(time_s))))][copies]
    return result


def copies_of(time_s: FloatArray, values: FloatArray) -> NDArray[np.bool_]:
    """Rows (n,) that repeat the row before them, time and values: where at least half of those of one time do.

    A sensor at rest gives the same values now and then; a file written twice gives them all the time.
    """
    same_time = np.diff(time_s) == 0.0
    same = same_time & (values[1:] == values[:-1]).all(axis=1)
    if same.sum() < COPIED_SHARE * max(int(same_time.sum()), 1):
        same[:] = False
    return np.concatenate([np.zeros(min(1, len(time_s)), dtype=bool), same])


def _even(steps: FloatArray) -> bool:
    """Whether few steps are uneven (gaps do not count)."""
    interval_s = float(np.median(steps))
    near = steps[steps <= OUTAGE_S]
    if interval_s <= 0.0 or not len(near):
        return False
    return bool(np.mean(np.abs(near - interval_s) <= UNEVEN_INTERVALS * interval_s) >= EVEN_SHARE)


def _slope(arrival: FloatArray) -> float:
    index = np.arange(len(arrival)) - (len(arrival) - 1) / 2.0
    return float(index @ (arrival - arrival.mean()) / (index @ index))


def _check(evened: FloatArray, arrival: FloatArray, path: str) -> None:
    off = np.abs(evened - arrival)
    if off.max() > OUTAGE_S or (np.diff(evened) <= 0.0).any():
        message = (
            f"the times of arrival are up to {off.max():.2f} s away from even sampling: samples were lost all along"
        )
        raise RecordingError(path, message, "Record closer to the receiver, or at a lower rate.")
