"""What a published rule needs and gives. Each rule is one file of this folder with a `BASELINE`, found by folder scan.

All rules were written from descriptions in words, no code was copied. They get what a real sensor never has: axes
aligned by the known mounting, the gait interval cut out, and the whole recording at once (zero phase filters).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from gaitpipe.model import FloatArray, Placement

LOWEST_STRIDE_HZ, HIGHEST_STRIDE_HZ = 0.7, 2.0

Contacts = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Signals:
    """Gait of one sensor: `time_s` (n,), `acc_m_s2` (n, 3) with x forward, y left, z up in segment axes, and
    `pitch_rad_s` (n,), toes up or ankle forward positive (swing is the large positive lobe); NaN without gyroscope."""

    rate_hz: float
    time_s: FloatArray
    acc_m_s2: FloatArray
    pitch_rad_s: FloatArray

    @property
    def norm_m_s2(self) -> FloatArray:
        return np.asarray(np.linalg.norm(self.acc_m_s2, axis=1))

    def at(self, index: FloatArray | list[float]) -> FloatArray:
        """Times of (fractional) sample numbers; NaN stays NaN."""
        return np.asarray(self.time_s[0] + np.asarray(index, dtype=np.float64) / self.rate_hz)


@dataclass(frozen=True, slots=True)
class Baseline:
    """A published rule: `detect` gives initial and terminal contacts (k,) in order of time, a terminal one NaN where
    the rule found none."""

    key: str
    title: str
    source: str
    rule: str
    placements: tuple[Placement, ...]
    needs_gyro: bool
    detect: Callable[[Signals], Contacts]


def lowpass(values: FloatArray, rate_hz: float, cutoff_hz: float, order: int = 2) -> FloatArray:
    """Zero-phase Butterworth along the first axis; the cutoff stays below 0.45 of the rate."""
    sos = butter(order, min(cutoff_hz, 0.45 * rate_hz), fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sos, values, axis=0))


def stride_frequency_hz(values: FloatArray, rate_hz: float) -> float:
    """Stride frequency by the normalised autocorrelation: the first peak in the band of strides that is nearly the
    highest one there (two strides repeat as well as one)."""
    x = values - values.mean()
    curve = np.correlate(x, x, "full")[len(x) - 1 :] / np.arange(len(x), 0, -1)
    first, last = round(rate_hz / HIGHEST_STRIDE_HZ), min(round(rate_hz / LOWEST_STRIDE_HZ), len(x) - 2)
    part = curve[first : last + 1]
    peaks, _ = find_peaks(part)
    if not len(peaks):
        return rate_hz / float(first + int(np.argmax(part)))
    good = peaks[part[peaks] >= 0.8 * part[peaks].max()]
    return rate_hz / float(first + int(good[0]))


def mid_swings(pitch_rad_s: FloatArray, rate_hz: float) -> np.ndarray:
    """Sample numbers of mid-swing: peaks of the rate low-passed a little above the stride's frequency (2nd order).

    An end of the recording more than half a stride from the nearest mid-swing stands for one, so that a rule does not
    lose the contact there.
    """
    stride = rate_hz / stride_frequency_hz(pitch_rad_s, rate_hz)
    slow = lowpass(pitch_rad_s, rate_hz, 1.5 * rate_hz / stride)
    peaks, _ = find_peaks(slow, height=0.0, distance=max(1, round(0.6 * stride)))
    last = len(slow) - 1
    before = [0] if len(peaks) and peaks[0] > 0.5 * stride else []
    after = [last] if len(peaks) and last - peaks[-1] > 0.5 * stride else []
    return np.array([*before, *peaks, *after], dtype=np.int64)


def refined(values: FloatArray, index: int) -> float:
    """Sample number of an extremum, refined by a parabola through its neighbours."""
    if not 0 < index < len(values) - 1:
        return float(index)
    before, here, after = values[index - 1 : index + 2]
    bend = before - 2.0 * here + after
    return index + float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend != 0.0 else float(index)


def crossing(values: FloatArray, index: int, level: float = 0.0) -> float:
    """Sample number where the line from `index` to the next sample crosses `level`."""
    step = values[index + 1] - values[index]
    return index + float((level - values[index]) / step) if step != 0.0 else float(index)


def minima(values: FloatArray) -> np.ndarray:
    """Sample numbers of the local minima."""
    peaks, _ = find_peaks(-values)
    return peaks


def world_up(signals: Signals) -> FloatArray:
    """Vertical acceleration (n,) of a foot: the pitch is the integral of its rate without its mean over the gait, zero
    where the foot turns least (a twentieth of the samples)."""
    rate = signals.pitch_rad_s - signals.pitch_rad_s.mean()
    angle = np.cumsum(rate) / signals.rate_hz
    quiet = np.abs(lowpass(rate, signals.rate_hz, 10.0))
    angle -= np.median(angle[quiet <= np.quantile(quiet, 0.05)])
    return np.asarray(signals.acc_m_s2[:, 0] * np.sin(angle) + signals.acc_m_s2[:, 2] * np.cos(angle))
