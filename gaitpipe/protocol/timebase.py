"""From device clock to session clock, causally and from this sensor's notifications alone.

Rules:

1. Two steps. `SampleClock` turns coarse packet stamps into a smooth device time for each sample. `SessionOffset` finds
   what must be added to get session time. Both look only backwards, so live and replay give the same times.
2. A notification is never early: host time - device time is the true offset plus a delay >= 0 (connection interval,
   retransmission, scheduling). Its lower envelope is the best estimate of the offset that needs no help of the device.
3. The first 2 s are held back; then the offset locks to the smallest delay so far. A wrong lock cannot be repaired
   quickly: afterwards the offset follows the envelope by at most 200 ppm, so that durations inside one foot (0.25 s of
   contact: 0.05 ms) do not feel it.
4. The envelope is the line under the minima of the last 60 seconds, one a second, that is nearest to them (an edge of
   their lower convex hull); its slope is the drift between the two crystals. Below 15 minima it is level.
5. `uncertainty_s` is the root of the summed squares of four parts: the root mean square height of the five-second
   minima above the envelope; the part of the offset that the slew limit still holds back; the tick / sqrt(12); and the
   widest hole in the lower half of the delays / sqrt(3). The hole matters when packets and connection events keep step
   (60 Hz and 50 ms: three packets an event, always with the same delays): the smallest delay may then be anything
   up to the hole. A delay that all packets have is not visible from one side and is not in it.
6. Session time is strictly increasing, also over a restart of the device: the new epoch is held back and locked anew,
   and is moved up if it would begin before the old one ended.
7. A sensor without a clock gets the same straight line through its arrival times instead (`clock = "arrival"`): the
   mean delay stays in it, and its uncertainty is the scatter of the arrivals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gaitpipe.model import FloatArray

LOCK_S = 2.0
SLEW_LIMIT = 200e-6
_WINDOW = 60
_SLOPE_AFTER = 15
_PERIOD_SPREAD = 0.05
_PERIOD_WANDER = 1e-6
_STAMP_JITTER_S = 50e-6
_ARRIVAL_JITTER_S = 0.012
_FINE_TICK_S = 1e-4


class SampleClock:
    """Time of sample k as a straight line with slowly wandering period: a two-state Kalman filter on the stamps.

    The wander of the period is 1 ppm per square root of a second (temperature), which gives the line a memory of about
    10 s for stamps of 1 ms and of about 3 s for stamps of 1 us.
    """

    def __init__(self, nominal_rate_hz: float, stamp_sd_s: float) -> None:
        self.period_s = 1.0 / nominal_rate_hz
        self._nominal_s = self.period_s
        self._variance_s2 = stamp_sd_s**2
        self._index: int | None = None
        self._time_s = 0.0
        self._p_tt = self._variance_s2
        self._p_tp = 0.0
        self._p_pp = (_PERIOD_SPREAD * self.period_s) ** 2
        self._first_index = 0
        self.residual_s2 = 0.0

    @property
    def span_s(self) -> float:
        """Time from the first stamp to the last."""
        return 0.0 if self._index is None else (self._index - self._first_index) * self.period_s

    def restart(self) -> None:
        """A new epoch: another time, the same crystal."""
        self._index = None

    def loosen(self) -> None:
        """Sampling began again at any moment within a period: forget the phase, keep the period."""
        self._p_tt += (0.5 * self.period_s) ** 2

    def observe(self, index: int, stamp_s: float) -> None:
        """Sample `index` was stamped `stamp_s`."""
        if self._index is None:
            self._index, self._first_index = index, index
            self._time_s, self._p_tt, self._p_tp = stamp_s, self._variance_s2, 0.0
            return
        steps = index - self._index
        elapsed_s = steps * self.period_s
        self._p_tt += steps * (2.0 * self._p_tp + steps * self._p_pp)
        self._p_tp += steps * self._p_pp
        self._p_pp += (_PERIOD_WANDER * self._nominal_s) ** 2 * max(elapsed_s, 0.0)
        self._time_s += elapsed_s
        self._index = index
        innovation_s = stamp_s - self._time_s
        gain_scale = 1.0 / (self._p_tt + self._variance_s2)
        time_gain, period_gain = self._p_tt * gain_scale, self._p_tp * gain_scale
        self._time_s += time_gain * innovation_s
        period_s = self.period_s + period_gain * innovation_s
        self.period_s = min(max(period_s, 0.8 * self._nominal_s), 1.25 * self._nominal_s)
        self._p_pp -= period_gain * self._p_tp
        self._p_tp -= time_gain * self._p_tp
        self._p_tt -= time_gain * self._p_tt
        self.residual_s2 += 0.02 * (innovation_s**2 - self.residual_s2)

    def time_s(self, index: int) -> float:
        """Time of sample `index`."""
        origin = self._index if self._index is not None else index
        return self._time_s + (index - origin) * self.period_s

    def times_s(self, first: int, count: int) -> FloatArray:
        """Times of `count` samples from index `first` on."""
        return self.time_s(first) + np.arange(count, dtype=np.float64) * self.period_s


class SessionOffset:
    """Session time - device time as a slew-limited lower envelope; see rules 2 to 5."""

    def __init__(self, tick_s: float) -> None:
        self._tick_s = tick_s
        self.offset_s = math.inf
        self.locked = False
        self._first_host_s: float | None = None
        self._last_device_s = 0.0
        self._second = 0
        self._second_minimum: tuple[float, float] | None = None
        self._minima: list[tuple[float, float]] = []
        self._line = (0.0, math.inf, 0.0)
        self._delays = _DelayHistogram()
        self.uncertainty_s: float | None = None

    def observe(self, device_time_s: float, host_time_s: float) -> None:
        """The last sample of a packet was taken at `device_time_s`; the packet came at `host_time_s`."""
        delay_s = host_time_s - device_time_s
        if self._first_host_s is None:
            self._first_host_s, self._second = host_time_s, math.floor(device_time_s)
        self._note_minimum(device_time_s, delay_s)
        if not self.locked:
            self.offset_s = min(self.offset_s, delay_s)
            if host_time_s - self._first_host_s >= LOCK_S:
                self.lock()
        else:
            self._delays.add(delay_s - self.offset_s)
            limit_s = SLEW_LIMIT * max(device_time_s - self._last_device_s, 0.0)
            self.offset_s += min(max(self._envelope_s(device_time_s) - self.offset_s, -limit_s), limit_s)
        self._last_device_s = device_time_s

    def lock(self) -> None:
        """Take the smallest delay so far as the offset."""
        self.locked = True
        self._fit()

    def _note_minimum(self, device_time_s: float, delay_s: float) -> None:
        second = math.floor(device_time_s)
        if second != self._second and self._second_minimum is not None:
            self._minima.append(self._second_minimum)
            del self._minima[:-_WINDOW]
            self._second, self._second_minimum = second, None
            if self.locked:
                self._delays.age()
                self._fit()
        if self._second_minimum is None or delay_s < self._second_minimum[1]:
            self._second_minimum = (device_time_s, delay_s)

    def _envelope_s(self, device_time_s: float) -> float:
        origin_s, height_s, slope = self._line
        return height_s + slope * (device_time_s - origin_s)

    def _fit(self) -> None:
        points = list(self._minima)
        if self._second_minimum is not None and not points:
            points.append(self._second_minimum)
        if not points:
            return
        slope = _envelope_slope(points) if len(points) >= _SLOPE_AFTER else 0.0
        slope = min(max(slope, -SLEW_LIMIT), SLEW_LIMIT)
        origin_s = points[-1][0]
        height_s = min(delay - slope * (time - origin_s) for time, delay in points)
        self._line = (origin_s, height_s, slope)
        lows = [
            min(delay - self._envelope_s(time) for time, delay in points[start : start + 5])
            for start in range(0, len(points), 5)
        ]
        spread_s2 = sum(low * low for low in lows) / len(lows)
        pending_s = self._envelope_s(self._last_device_s) - self.offset_s
        hole_s2 = self._delays.widest_hole_s() ** 2 / 3.0
        self.uncertainty_s = math.sqrt(spread_s2 + pending_s**2 + self._tick_s**2 / 12.0 + hole_s2)


class _DelayHistogram:
    """Delays above the offset of about the last 20 s, in bins of 1 ms."""

    def __init__(self) -> None:
        self._weights = [0.0] * 128

    def add(self, delay_s: float) -> None:
        place = int(delay_s * 1000.0)
        self._weights[min(max(place, 0), 127)] += 1.0

    def age(self) -> None:
        """A second went by."""
        self._weights = [0.95 * weight if weight > 0.2 else 0.0 for weight in self._weights]

    def widest_hole_s(self) -> float:
        """Widest run of empty bins above which at least half of the delays lie."""
        half = 0.5 * sum(self._weights)
        below, last, widest = 0.0, 0, 0
        for place, weight in enumerate(self._weights):
            if weight > 0.0:
                widest = max(widest, place - last - 1)
                last, below = place, below + weight
                if below >= half:
                    break
        return widest / 1000.0


def _envelope_slope(points: list[tuple[float, float]]) -> float:
    """Slope of the edge of the lower convex hull over the mean time: of all lines under the points the nearest."""
    origin_s = points[0][0]
    hull: list[tuple[float, float]] = []
    for time_s, delay_s in points:
        point = (time_s - origin_s, delay_s)
        while len(hull) >= 2 and _turn(hull[-2], hull[-1], point) <= 0.0:
            hull.pop()
        hull.append(point)
    mean_s = sum(time_s - origin_s for time_s, _ in points) / len(points)
    for left, right in pairwise(hull):
        if left[0] <= mean_s <= right[0] and right[0] > left[0]:
            return (right[1] - left[1]) / (right[0] - left[0])
    return 0.0


def _turn(first: tuple[float, float], second: tuple[float, float], third: tuple[float, float]) -> float:
    return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (third[0] - first[0])


@dataclass(frozen=True, slots=True)
class _Held:
    first_index: int
    count: int
    device_times_s: FloatArray | None
    """None: taken from the sample clock at release, so that the held-back start profits from what was learned since."""


class Timebase:
    """Session times of one sensor's packets, in the order they came; holds them back until the clock is locked."""

    def __init__(self, nominal_rate_hz: float, tick_s: float | None) -> None:
        self._has_clock = tick_s is not None
        self._tick_s = tick_s or 0.0
        stamp_sd_s = math.hypot(self._tick_s / math.sqrt(12.0), _STAMP_JITTER_S)
        self._samples = SampleClock(nominal_rate_hz, stamp_sd_s if self._has_clock else _ARRIVAL_JITTER_S)
        self._offset = SessionOffset(self._tick_s)
        self._held: list[_Held] = []
        self._last_s = -math.inf
        self._first_host_s: float | None = None

    @property
    def period_s(self) -> float:
        """Best estimate of the time between two samples, device clock (or arrival clock)."""
        return self._samples.period_s

    @property
    def measured_rate_hz(self) -> float | None:
        """Samples over time, None before a second of stream was seen."""
        return 1.0 / self._samples.period_s if self._samples.span_s >= 1.0 else None

    @property
    def uncertainty_s(self) -> float | None:
        """Standard uncertainty of session time, None before the lock; see rule 5."""
        if self._has_clock:
            return self._offset.uncertainty_s
        return math.sqrt(self._samples.residual_s2) if self._offset.locked else None

    def push(
        self,
        first_index: int,
        count: int,
        first_device_s: float | None,
        host_time_s: float,
        *,
        new_phase: bool = False,
    ) -> list[FloatArray]:
        """Take a packet; returns the session times of all packets that can be released now, oldest first."""
        if new_phase:
            self._samples.loosen()
        if self._has_clock and first_device_s is not None:
            self._samples.observe(first_index, first_device_s)
            # Where each sample has its own fine stamp there is nothing to smooth.
            own_stamps = np.array([first_device_s]) if count == 1 and self._tick_s <= _FINE_TICK_S else None
            self._held.append(_Held(first_index, count, own_stamps))
            last_s = first_device_s if own_stamps is not None else self._samples.time_s(first_index + count - 1)
            self._offset.observe(last_s, host_time_s)
        else:
            self._first_host_s = host_time_s if self._first_host_s is None else self._first_host_s
            self._samples.observe(first_index + count - 1, host_time_s)
            self._held.append(_Held(first_index, count, None))
            self._offset.locked = self._offset.locked or host_time_s - self._first_host_s >= LOCK_S
        return self._release() if self._offset.locked else []

    def restart(self) -> list[FloatArray]:
        """The device began a new epoch: releases the old one and waits for a new lock."""
        released = self.flush()
        self._samples.restart()
        self._offset = SessionOffset(self._tick_s)
        self._first_host_s = None
        return released

    def flush(self) -> list[FloatArray]:
        """Release what is held back, with the offset known so far."""
        if self._held and not self._offset.locked:
            if self._has_clock:
                self._offset.lock()
            self._offset.locked = True
        return self._release()

    def _release(self) -> list[FloatArray]:
        released = []
        for held in self._held:
            times_s = held.device_times_s
            if times_s is None:
                times_s = self._samples.times_s(held.first_index, held.count)
            if self._has_clock:
                times_s = times_s + self._offset.offset_s
            earliest_s = self._last_s + 0.1 * self._samples.period_s
            if times_s[0] < earliest_s:
                lift_s = earliest_s - float(times_s[0])
                times_s = times_s + lift_s
                if self._has_clock:
                    self._offset.offset_s += lift_s
            self._last_s = float(times_s[-1])
            released.append(times_s)
        self._held.clear()
        return released
