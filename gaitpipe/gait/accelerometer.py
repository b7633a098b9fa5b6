"""What an accelerometer alone gives: cadence always, contacts from the shank, angles never.

Cadence. The magnitude of specific force repeats with the stride whatever the mounting. In windows of a fixed number of
samples the shortest lag with a near-best autocorrelation is the stride time; a window that hardly repeats is no gait.
Windows are what is left when no strides are found, or none are looked for.

Contacts. On the shank the landing and the end of contact show in the acceleration alone (`core.accelerometer_kernel`).
On the foot no such recordings with force were to be had, and below `CONTACT_RATE_HZ` the landing is seen too coarsely:
there are no strides then, only windows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gaitpipe.core.accelerometer_kernel import EVENT_WALKED
from gaitpipe.core.kernel import EVENT_TC
from gaitpipe.core.params import MINIMUM_RATE_HZ, DetectorParams
from gaitpipe.evidence import value
from gaitpipe.gait.strides import Stride, StrideBuilder
from gaitpipe.gait.windows import Windows
from gaitpipe.model import FloatArray, SampleBlock, SensorInfo, Side

CONTACT_RATE_HZ = 70.0
"""On the force-labelled recordings, reduced, contacts came out alike at 143, 100 and 71 Hz; at 50 Hz some landings were
found up to 90 ms late."""

CADENCE_RATE_HZ = 25.0
"""On the synthetic runner (foot and shank, walking and 2.2-4 m/s) cadence was right within 1 % at 25 Hz and above; at
20 Hz within 1.5 %, and at 10 Hz two strides were taken for one."""

WINDOW_S = 4.0
LEAST_REPETITION = 0.4
NEAR_BEST = 0.7
"""A lag this near to the best one in autocorrelation is the stride, and the best one two of them. On the force-labelled
shank recordings and the computed ones 0.9 took two strides for one in 4 of 100 windows, 0.7 in none."""
LEAST_SD_M_S2 = 2.0


def is_too_slow(info: SensorInfo) -> bool:
    """Whether the sensor samples too seldom for contacts, with a gyroscope or without."""
    return info.rate_hz < MINIMUM_RATE_HZ


def gives_contacts(info: SensorInfo) -> bool:
    """Whether strides are looked for in this sensor's acceleration alone."""
    return not info.has_gyro and info.placement == "shank" and info.rate_hz >= CONTACT_RATE_HZ


def stride_params() -> DetectorParams:
    """What `AccelerometerStrides` takes off the features and holds for plausible, for a shank."""
    return DetectorParams(
        placement="shank",
        ic_bias_s=value("shank_accelerometer_ic_bias_s"),
        tc_bias_s=value("shank_accelerometer_run_tc_bias_s"),
        walk_tc_bias_s=value("shank_accelerometer_walk_tc_bias_s"),
    )


class AccelerometerStrides(StrideBuilder):
    """Strides from the events of `core.accelerometer_detector`, whose terminal contacts tell walking from running."""

    def __init__(self, side: Side, params: DetectorParams) -> None:
        StrideBuilder.__init__(self, side, params)
        self._walked = False

    def push(self, events: np.ndarray) -> list[Stride]:
        """Strides completed by these events; one event after the other, for a terminal contact tells its own kind."""
        strides, contacts_s = [], []
        for k in range(len(events)):
            if events["kind"][k] == EVENT_TC:
                self._walked = bool(events["flags"][k] & EVENT_WALKED)
            strides.extend(StrideBuilder.push(self, events[k : k + 1]))
            contacts_s.extend(self.contacts_s)
        self.contacts_s[:] = contacts_s
        return strides

    def _follow_mode(self, contact_time_s: float, stride_time_s: float) -> None:
        """The detector knows the mode, with hysteresis: it decided by it which terminal contact to look for."""
        if not np.isnan(contact_time_s / stride_time_s):
            self._mode = "walk" if self._walked else "run"


class AccelerometerCadence:
    """Stride times of one accelerometer, one value a window of gait."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._windows = Windows(round(WINDOW_S * rate_hz))
        self.windows = 0
        self.stride_times_s: list[float] = []

    def feed(self, block: SampleBlock) -> list[float]:
        """Cadences [steps/min] of the windows that are complete now and hold gait."""
        found: list[float] = []
        if self._rate_hz < CADENCE_RATE_HZ:
            return found
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
