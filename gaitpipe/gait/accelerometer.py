"""Cadence from an accelerometer alone: no gyroscope, no events, no contact time.

The magnitude of specific force repeats with the stride whatever the mounting. In windows of a fixed number of samples
the shortest lag with a near-best autocorrelation is the stride time; a window that hardly repeats is no gait.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gaitpipe.gait.windows import Windows
from gaitpipe.model import FloatArray, SampleBlock

WINDOW_S = 4.0
LEAST_REPETITION = 0.4
NEAR_BEST = 0.7
"""A lag this near to the best one in autocorrelation is the stride, and the best one two of them. On the force-labelled
shank recordings and the computed ones 0.9 took two strides for one in 4 of 100 windows, 0.7 in none."""
LEAST_SD_M_S2 = 2.0


class AccelerometerCadence:
    """Stride times of one accelerometer, one value a window of gait."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._windows = Windows(round(WINDOW_S * rate_hz))
        self.windows = 0
        self.stride_times_s: list[float] = []

    def feed(self, block: SampleBlock) -> list[float]:
        """Cadences [steps/min] of the windows that are complete now and hold gait."""
        found = []
        for acc, _ in self._windows.push(block):
            self.windows += 1
            norm = np.sqrt(np.sum(acc * acc, axis=1))
            stride_time_s = stride_time_of(norm, self._rate_hz)
            if stride_time_s is not None:
                self.stride_times_s.append(stride_time_s)
                found.append(120.0 / stride_time_s)
        return found


def steady(stride_times_s: Sequence[float]) -> list[float]:
    """The stride times within 15 % of their median: windows of starting, stopping or half a standstill fall out."""
    if not stride_times_s:
        return []
    middle_s = float(np.median(stride_times_s))
    return [time_s for time_s in stride_times_s if abs(time_s / middle_s - 1.0) <= 0.15]


def stride_time_of(norm_m_s2: FloatArray, rate_hz: float) -> float | None:
    """Stride time [s] of a stretch of |specific force|, shape (n,), or None when it is no steady gait.

    One foot's signal repeats fully once a stride and only partly at half of it, so the best lag is sought among the
    peaks between 0.45 and 1.6 s and refined by a parabola.
    """
    x = norm_m_s2 - norm_m_s2.mean()
    if x.std() < LEAST_SD_M_S2:
        return None
    spectrum = np.fft.rfft(x, 2 * len(x))
    power = np.fft.irfft(np.abs(spectrum) ** 2)[: len(x)] / np.arange(len(x), 0, -1)
    power /= power[0]
    low, high = round(0.45 * rate_hz), min(round(1.6 * rate_hz), len(x) - 2)
    band = power[low : high + 1]
    peaks = np.flatnonzero((band[1:-1] >= band[:-2]) & (band[1:-1] > band[2:])) + 1
    if len(peaks) == 0 or band[peaks].max() < LEAST_REPETITION:
        return None
    best = int(peaks[band[peaks] >= NEAR_BEST * band[peaks].max()][0])
    before, here, after = band[best - 1], band[best], band[best + 1]
    offset = 0.5 * (before - after) / (before - 2.0 * here + after)
    return float((low + best + offset) / rate_hz)
