"""From device clock to session clock, causally and from this sensor's notifications alone.

Rules:

1. Two steps. `SampleClock` turns coarse packet stamps into a smooth device time for each sample. `SessionOffset` finds
   what must be added to get session time. Both look only backwards, so live and replay give the same times.
2. A notification is never early: host time - device time is the true offset plus a delay >= 0 (connection interval,
   retransmission, scheduling). Its smallest values bound the offset from above.
3. Packets come with connection events, whose rhythm shows in the arrivals (`connection_grid.py`). With it the host's
   own delay is taken off, and there is a bound from below: a packet that came with one event was not ready at the event
   before, or that one was missed. Without a rhythm there are bounds from above only.
4. All straight lines between the bounds of the last two minutes are possible, each weighed by how crystals are and by
   how many events must have been missed for it (`offset_bounds.py`). The estimate is their mean now. When packets and
   events keep step (60 Hz and 50 ms: three packets an event, always with the same delays), the bounds stay apart; the
   middle between them is the best guess, and drift brings them together in the end.
5. The first 2 s are held back; then the offset locks to the estimate. Up to 4 s, while people stand, what is learned
   is caught up with a time constant of 3 s, up to 12 s by at most 400 ppm. Afterwards the offset follows by at most
   200 ppm, so that durations inside one foot (0.25 s of contact: 0.05 ms) do not feel it.
6. `uncertainty_s` is the root of the summed squares of the spread of the possible lines, of what the slew limit still
   holds back, of the tick / sqrt(12) and of 0.2 ms that no model knows; without a rhythm also of what a hole among the
   delays may hide, or, where all delays are equal because every packet may have its own event, a whole interval. It is
   of this moment; after `flush` it is the root of its mean square over all samples given out. A delay that all packets
   have is not visible from one side and is not in it.
7. Session time is strictly increasing, also over a restart of the device: the new epoch is held back and locked anew,
   and is moved up if it would begin before the old one ended.
8. A sensor without a clock gets a straight line through its arrival times as its clock (`clock = "arrival"`), and then
   the same bounds, over the last ten seconds. How far the smallest delays of five
   seconds sway about the estimate is part of its uncertainty. Samples that were lost unseen move the line, and the
   uncertainty grows with them, though not enough.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from gaitpipe.model import FloatArray
from gaitpipe.protocol.session_offset import SessionOffset

_PERIOD_SPREAD = 0.05
_PERIOD_WANDER = 1e-6
_STAMP_JITTER_S = 50e-6
_ARRIVAL_JITTER_S = 0.012
_FINE_TICK_S = 1e-4
FAR_OFF = 0.05
"""The period is not followed further than 0.8 to 1.25 times the nominal one: beyond, the stamps say the rate."""


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
        self._first_stamp_s = self._last_stamp_s = 0.0

    @property
    def stamped_rate_hz(self) -> float | None:
        """Samples over time by the stamps alone; None before a second of them."""
        passed_s = self._last_stamp_s - self._first_stamp_s
        return (self._index - self._first_index) / passed_s if self._index is not None and passed_s >= 1.0 else None

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
            self._first_stamp_s = self._last_stamp_s = stamp_s
            self._time_s, self._p_tt, self._p_tp = stamp_s, self._variance_s2, 0.0
            return
        steps = index - self._index
        elapsed_s = steps * self.period_s
        self._p_tt += steps * (2.0 * self._p_tp + steps * self._p_pp)
        self._p_tp += steps * self._p_pp
        self._p_pp += (_PERIOD_WANDER * self._nominal_s) ** 2 * max(elapsed_s, 0.0)
        self._time_s += elapsed_s
        self._index, self._last_stamp_s = index, stamp_s
        innovation_s = stamp_s - self._time_s
        gain_scale = 1.0 / (self._p_tt + self._variance_s2)
        time_gain, period_gain = self._p_tt * gain_scale, self._p_tp * gain_scale
        self._time_s += time_gain * innovation_s
        period_s = self.period_s + period_gain * innovation_s
        self.period_s = min(max(period_s, 0.8 * self._nominal_s), 1.25 * self._nominal_s)
        self._p_pp -= period_gain * self._p_tp
        self._p_tp -= time_gain * self._p_tp
        self._p_tt -= time_gain * self._p_tt

    def time_s(self, index: int) -> float:
        """Time of sample `index`."""
        origin = self._index if self._index is not None else index
        return self._time_s + (index - origin) * self.period_s

    def times_s(self, first: int, count: int) -> FloatArray:
        """Times of `count` samples from index `first` on."""
        return self.time_s(first) + np.arange(count, dtype=np.float64) * self.period_s


class _Held(NamedTuple):
    first_index: int
    samples: int
    own_stamp_s: float | None
    """None: taken from the sample clock at release, so that the held-back start profits from what was learned since."""


class Timebase:
    """Session times of one sensor's packets, in the order they came; holds them back until the clock is locked."""

    def __init__(self, nominal_rate_hz: float, tick_s: float | None) -> None:
        self._tick_s = tick_s
        stamp_sd_s = _ARRIVAL_JITTER_S if tick_s is None else math.hypot(tick_s / math.sqrt(12.0), _STAMP_JITTER_S)
        self._samples = SampleClock(nominal_rate_hz, stamp_sd_s)
        self._offset = SessionOffset(tick_s)
        self._held: list[_Held] = []
        self._last_s = -math.inf
        self._released = 0
        self._released_s2 = 0.0
        self._ended = False

    @property
    def period_s(self) -> float:
        """Best estimate of the time between two samples, device clock (or arrival clock)."""
        return self._samples.period_s

    @property
    def measured_rate_hz(self) -> float | None:
        """Samples over time, None before a second of stream was seen."""
        if self._samples.span_s < 1.0:
            return None
        rate_hz, stamped_hz = 1.0 / self._samples.period_s, self._samples.stamped_rate_hz
        return stamped_hz if stamped_hz is not None and abs(stamped_hz / rate_hz - 1.0) > FAR_OFF else rate_hz

    @property
    def uncertainty_s(self) -> float | None:
        """Standard uncertainty of session time, None before the lock: now, and after `flush` of the whole stream."""
        if self._ended and self._released:
            return math.sqrt(self._released_s2 / self._released)
        return self._offset.uncertainty_s

    def device_times_s(self, first_index: int, count: int) -> FloatArray:
        """Times of `count` samples by the device's own clock (or the arrival clock), (count,): good for any two streams
        of one device, whatever is known of the session.
        """
        return self._samples.times_s(first_index, count)

    def push(
        self,
        first_index: int,
        count: int,
        stamp_device_s: float | None,
        host_time_s: float,
        *,
        stamped: int = 0,
        new_phase: bool = False,
    ) -> list[FloatArray]:
        """Take a packet; returns the session times of all packets that can be released now, oldest first.

        `stamp_device_s` is the device time of sample `stamped` of the packet, the first one or the last one.
        """
        self._ended = False
        if new_phase:
            self._samples.loosen()
        last_index = first_index + count - 1
        own_stamp_s = None
        if self._tick_s is None or stamp_device_s is None:
            self._samples.observe(last_index, host_time_s)
        else:
            self._samples.observe(first_index + stamped, stamp_device_s)
            if count == 1 and self._tick_s <= _FINE_TICK_S:
                # Where each sample has its own fine stamp there is nothing to smooth.
                own_stamp_s = stamp_device_s
        self._held.append(_Held(first_index, count, own_stamp_s))
        last_s = self._samples.time_s(last_index) if own_stamp_s is None else own_stamp_s
        self._offset.observe(last_s, host_time_s)
        return self._release() if self._offset.locked else []

    def restart(self) -> list[FloatArray]:
        """The device began a new epoch: releases the old one and waits for a new lock."""
        released = self.flush()
        self._samples.restart()
        self._offset = SessionOffset(self._tick_s)
        return released

    def flush(self) -> list[FloatArray]:
        """Release what is held back, with the offset known so far."""
        if self._held and not self._offset.locked:
            self._offset.lock()
        released = self._release()
        self._ended = True
        return released

    def _release(self) -> list[FloatArray]:
        released = []
        for held in self._held:
            times_s = self._session_times_s(held)
            earliest_s = self._last_s + 0.1 * self._samples.period_s
            first_s = float(times_s[0])
            if first_s < earliest_s:
                times_s += earliest_s - first_s
                self._offset.offset_s += earliest_s - first_s
            self._last_s = float(times_s[-1])
            released.append(times_s)
            self._released += held.samples
            self._released_s2 += held.samples * (self._offset.uncertainty_s or 0.0) ** 2
        self._held.clear()
        return released

    def _session_times_s(self, held: _Held) -> FloatArray:
        if held.samples == 1:  # without arrays: some sensors send 200 such packets a second
            device_s = held.own_stamp_s if held.own_stamp_s is not None else self._samples.time_s(held.first_index)
            return np.array([device_s + self._offset.offset_s])
        times_s = self._samples.times_s(held.first_index, held.samples)
        times_s += self._offset.offset_s
        return times_s
