"""Dominant stride frequency from the raw channels alone: the independent reference of cadence where no events exist.

Two estimates that share nothing with the pipeline (no alignment, no filter, no events). Both take the three signed
channels and add what they find in each, so that the mounting does not matter. Signed channels repeat once a stride; a
magnitude repeats nearly twice, and its strongest line would be the step.

`dominant_frequency`  one number for a recording: the highest line of Welch's spectrum in the band of stride
    frequencies of that kind of gait. The second harmonic of the lowest stride lies above the band, half of the
    highest lies below it. A line is as wide as the segments are short and as the pace changed.
`window_frequencies`  one number for every few seconds, from the autocorrelation. Running in laps changes pace at each
    turn, so a single line is not a mean over strides; the mean over the strides in a window nearly is its frequency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.signal import welch

from gaitpipe.model import FloatArray

STRIDE_BAND_HZ: dict[Literal["run", "walk"], tuple[float, float]] = {"run": (1.0, 1.95), "walk": (0.65, 1.25)}
SEGMENT_S = 8.0
WINDOW_S = 4.0
HOP_S = 2.0
LEAST_REPETITION = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """A spectral line and the resolution of the spectrum, one over the length of a segment [Hz]."""

    frequency_hz: float
    resolution_hz: float


def dominant_frequency(channels: FloatArray, rate_hz: float, mode: Literal["run", "walk"]) -> Line:
    """Strongest line of the stride in channels of shape (n, k), over the whole recording."""
    size = min(len(channels), round(SEGMENT_S * rate_hz))
    frequency, power = welch(channels, rate_hz, nperseg=size, nfft=32 * size, detrend="constant", axis=0)
    low, high = STRIDE_BAND_HZ[mode]
    band = (frequency >= low) & (frequency <= high)
    total = power.sum(axis=1)[band]
    return Line(float(frequency[band][int(np.argmax(total))]), rate_hz / size)


@dataclass(frozen=True, slots=True)
class WindowFrequency:
    """Stride frequency of one window of steady gait."""

    start_s: float
    end_s: float
    frequency_hz: float


def window_frequencies(
    time_s: FloatArray, channels: FloatArray, rate_hz: float, mode: Literal["run", "walk"]
) -> list[WindowFrequency]:
    """Stride frequency in windows of `WINDOW_S`, shape (n, k) in; windows that hardly repeat are left out."""
    size, hop = round(WINDOW_S * rate_hz), round(HOP_S * rate_hz)
    found = []
    for start in range(0, len(channels) - size + 1, hop):
        lag = _repetition(channels[start : start + size], rate_hz, STRIDE_BAND_HZ[mode])
        if lag is not None:
            found.append(WindowFrequency(float(time_s[start]), float(time_s[start + size - 1]), rate_hz / lag))
    return found


def _repetition(channels: FloatArray, rate_hz: float, band_hz: tuple[float, float]) -> float | None:
    """Lag in samples of the highest peak of the normalised autocorrelation, refined by a parabola."""
    x = channels - channels.mean(axis=0)
    lags = np.arange(round(rate_hz / band_hz[1]) - 1, round(rate_hz / band_hz[0]) + 2)
    curve = np.array([_correlation(x[:-lag], x[lag:]) for lag in lags])
    peaks = np.flatnonzero((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:])) + 1
    if len(peaks) == 0 or curve[peaks].max() < LEAST_REPETITION:
        return None
    best = int(peaks[np.argmax(curve[peaks])])
    before, here, after = curve[best - 1 : best + 2]
    return float(lags[best] + 0.5 * (before - after) / (before - 2.0 * here + after))


def _correlation(before: FloatArray, after: FloatArray) -> float:
    return float(np.sum(before * after) / np.sqrt(np.sum(before * before) * np.sum(after * after)))
