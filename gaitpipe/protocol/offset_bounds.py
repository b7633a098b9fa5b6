"""Bounds of session time - device time from both sides, and the estimate between them.

The rules are 2 to 6 at the top of `timebase.py`.

A packet that came with the connection event at host time e was ready by then: e - device time is an upper bound. It
was not ready at the event before, unless that one was missed: e - interval - device time is a lower bound, false now
and then. It is left out where packets that were ready at the same moment before an event went with it lately. Every
straight line offset(device time) under all upper bounds is possible; each lower bound above it costs the odds of a
missed event, and its slope is weighed by how crystals are. The estimate is the mean of all these lines at the time
asked for, its uncertainty their spread. No line is preferred between its bounds: a packet becomes ready at any moment
between two events.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import FloatArray
from gaitpipe.protocol.few_numbers import quantile_of_sorted

SLOPE_LIMIT = 400e-6
_WINDOW, _ARRIVAL_WINDOW = 120, 10
_LOWER_A_SECOND = 6
_SLOPE_SD, _SLOPE_TAIL = 40e-6, 0.02
"""Crystals are within 50 ppm; one clock of 200 ppm has been seen."""
_FLOOR_S = 0.0002
"""What the model leaves out: jitter of the firmware, a crystal that warms up within the window."""
_SLOPES = 33
_COARSE = np.linspace(-SLOPE_LIMIT, SLOPE_LIMIT, _SLOPES)
_PASSED = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 64])
_SETTLED_S, _SETTLE_S = 6.0, 2.0
_LATE_S = 0.006
"""A longer delay is not taken off: it may be an event, of an interval that was taken for a longer one."""
_DELAYS_S, _LOWEST_DELAYS = 10, 64
_FEW_DELAYS, _LEAST_S = 6, 1e-6
_LEAST_LOWER = 8
_UNSTEADY, _OFTEN_PACKET_S, _RARE = 0.06, 0.045, 4.5
_READY_S = 0.0002
"""A packet may become ready so much late, at random."""
_EQUAL_S, _LEAST_HEIGHT_S = 0.002, 0.0001
_INTERVAL_STEP_S, _LONG_INTERVAL_S, _IN_STEP = 0.00125, 0.05, 0.002
_MEMORY, _NEAR_S, _LEVELS_S = 0.98, 0.0005, 4


@dataclass(frozen=True, slots=True)
class OffsetEstimate:
    """Offset [s] at the time asked for, its slope [s/s] and its standard uncertainty [s]."""

    offset_s: float
    slope: float
    sd_s: float


class OffsetBounds:
    """Upper and lower bounds of the offset over the last two minutes; see the module text."""

    def __init__(self, tick_s: float | None) -> None:
        self._tick_s = tick_s or 0.0
        self._arrival = tick_s is None
        self._window = _ARRIVAL_WINDOW if self._arrival else _WINDOW
        self._upper: list[tuple[float, float]] = []
        self._lower: list[NDArray[np.float64]] = []
        self._delays: list[FloatArray] = []
        self._levels: list[FloatArray] = []
        self._first_s: float | None = None
        self._interval_s: float | None = None
        self._packet_s = 0.0
        self._missed, self._events = 1.0, 10.0

    def add(
        self, device_s: FloatArray, host_s: FloatArray, events_s: FloatArray | None, interval_s: float | None
    ) -> None:
        """Take one second of packets.

        Parameters
        ----------
        device_s, host_s
            Device time of each packet's last sample and its arrival [s], shapes (n,), n > 0.
        events_s, interval_s
            Time of each packet's connection event, shape (n,), and the interval [s]; None where not known.
        """
        if self._first_s is None:
            self._first_s = float(device_s[0])
        self._remember(device_s, host_s)
        if self._one_delay():  # any interval that divides the packets' period folds them
            events_s = None
        self._interval_s = interval_s if events_s is not None else None
        delay_s = host_s - device_s
        if events_s is not None:
            late_s = host_s - events_s
            delay_s -= np.where((late_s > 0.0) & (late_s < _LATE_S), late_s, 0.0)
        least = int(np.argmin(delay_s))
        self._upper.append((float(device_s[least]), float(delay_s[least])))
        self._levels.append(delay_s)
        del self._levels[:-_LEVELS_S]
        self._lower.append(self._lower_of(device_s, events_s))
        del self._upper[: -self._window], self._lower[: -self._window]

    def estimate(self, now_s: float) -> OffsetEstimate:
        """Estimate the offset at device time `now_s`, from what was added so far (at least one second)."""
        upper, lower = self._settled(now_s)
        if self._interval_s is not None and len(lower) >= _LEAST_LOWER:
            widest_s, missing_s = self._interval_s, 0.0
        else:
            widest_s, missing_s = self._low_delays()
        slopes = _COARSE
        weights, highs, means, squares = self._weigh(slopes, upper, lower, now_s, widest_s)
        for _ in range(2):
            likely = np.flatnonzero(weights > 1e-3 * weights.max())
            step = slopes[1] - slopes[0]
            slopes = np.linspace(slopes[likely[0]] - step, slopes[likely[-1]] + step, _SLOPES)
            weights, highs, means, squares = self._weigh(slopes, upper, lower, now_s, widest_s)
        weights = weights / weights.sum()
        mean, slope, high_s = float(weights @ means), float(weights @ slopes), float(weights @ highs)
        variance_s2 = float(weights @ (squares + (means - mean) ** 2)) + missing_s**2
        variance_s2 += self._tick_s**2 / 12.0 + _FLOOR_S**2
        heights_s2 = _lows_s2(upper[:, 1] - high_s - slope * (upper[:, 0] - now_s))
        rare = min(max(self._packet_s / _OFTEN_PACKET_S, 1.0), _RARE)
        variance_s2 += heights_s2 * (1.0 if self._arrival else min(_UNSTEADY * rare, 1.0))
        return OffsetEstimate(mean, slope, math.sqrt(variance_s2))

    def _settled(self, now_s: float) -> tuple[FloatArray, FloatArray]:
        """Upper and lower bounds, shapes (n, 2) and (m, 2): device time and offset [s].

        The sample clock does not know its period in the first seconds: their device times are less exact and are left
        out as soon as there are others.
        """
        upper, lower = np.array(self._upper), np.concatenate(self._lower)
        from_s = -math.inf if self._first_s is None else self._first_s + _SETTLE_S
        if now_s - from_s < _SETTLED_S - _SETTLE_S or not (upper[:, 0] >= from_s).any():
            return upper, lower
        return upper[upper[:, 0] >= from_s], lower[lower[:, 0] >= from_s]

    def _lower_of(self, device_s: FloatArray, events_s: FloatArray | None) -> NDArray[np.float64]:
        """Lower bounds of a second that may matter, shape (k, 2): of the first packet of each event."""
        if events_s is None or self._interval_s is None:
            return np.empty((0, 2))
        first = np.append(True, events_s[1:] - events_s[:-1] > 0.5 * self._interval_s)
        at_s = device_s[first]
        bounds = np.array((at_s, events_s[first] - self._interval_s - at_s)).T
        # Never judged by the estimate: what contradicts it is what may mend it.
        above_s = bounds[:, 1] - self._upper[-1][1]
        missed = above_s > _READY_S
        self._missed = _MEMORY * self._missed + float(np.sum(missed))
        self._events = _MEMORY * self._events + len(bounds)
        near = np.flatnonzero((above_s < _NEAR_S) & ~self._served(bounds[:, 1]))
        return np.asarray(bounds[near[np.argsort(above_s[near])[-_LOWER_A_SECOND:]]])

    def _served(self, bounds_s: FloatArray) -> NDArray[np.bool_]:
        """Whether packets ready at such a moment before an event did go with it lately: then this one was missed."""
        levels_s = np.sort(np.concatenate(self._levels))
        first, last = np.searchsorted(levels_s, (bounds_s - _READY_S, bounds_s + _READY_S))
        return np.asarray(last > first)

    def _weigh(
        self, slopes: FloatArray, upper: FloatArray, lower: FloatArray, now_s: float, widest_s: float
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """For each slope: its weight, and upper bound, mean and variance of the offset at `now_s` of all its lines."""
        above_s = upper[:, 1] - slopes[:, None] * (upper[:, 0] - now_s)
        high = above_s.min(axis=1)
        # Below `high`, ascending: how deep the offset may lie with so many lower bounds passed over.
        depth = np.full((len(slopes), len(_PASSED) + 1), widest_s)
        depth[:, 0] = 0.0
        passed = np.zeros(len(slopes))
        odds = min(max(self._missed / max(self._events - self._missed, 1.0), 0.02), 0.5)
        if len(lower):
            below = high[:, None] - (lower[:, 1] - slopes[:, None] * (lower[:, 0] - now_s))
            over = below < -_READY_S
            passed = over.sum(axis=1)
            below += _READY_S
            np.clip(below, 0.0, widest_s, out=below)
            np.copyto(below, widest_s, where=over)
            places = _PASSED[1:][_PASSED[1:] <= below.shape[1]] - 1
            below.sort(axis=1)  # numpy sorts all of them sooner than it parts them at so many places
            depth[:, 1 : len(places) + 1] = below[:, places]
        share = odds**_PASSED
        mass = np.diff(depth, axis=1) @ share
        first = np.diff(depth**2, axis=1) @ share / 2.0 / mass
        second = np.diff(depth**3, axis=1) @ share / 3.0 / mass
        prior = np.exp(-0.5 * (slopes / _SLOPE_SD) ** 2) + _SLOPE_TAIL
        logarithm = np.log(mass * prior) + math.log(odds) * (passed - passed.min())
        if len(lower) < _LEAST_LOWER:  # bounds from above only: of lines under them the nearest, as their heights go
            heights_s = above_s.mean(axis=1) - high
            logarithm -= len(upper) * (heights_s - heights_s.min()) / max(float(heights_s.min()), _LEAST_HEIGHT_S)
        return np.exp(logarithm - logarithm.max()), high, high - first, np.maximum(second - first**2, 0.0)

    def _remember(self, device_s: FloatArray, host_s: FloatArray) -> None:
        """Raw delays of ten seconds, or of as many as hold enough."""
        self._delays.append(np.sort(host_s - device_s)[:_LOWEST_DELAYS])
        while len(self._delays) > _DELAYS_S and sum(map(len, self._delays[1:])) >= _LOWEST_DELAYS:
            del self._delays[0]
        if len(device_s) > 1:
            self._packet_s = median((device_s[1:] - device_s[:-1]).tolist())

    def _one_delay(self) -> bool:
        """Whether practically all packets waited equally long."""
        delays_s = np.sort(np.concatenate(self._delays))
        return quantile_of_sorted(delays_s, 0.9) - float(delays_s[0]) < _EQUAL_S

    def _low_delays(self) -> tuple[float, float]:
        """Without a grid: how far below the smallest delay the offset may lie, and what may be missing below that.

        The first is twice the spacing of the six smallest delays, when there are enough. The second is half their
        reach, or as much as a hole among the lower half of the delays would hide.
        """
        delays_s = np.sort(np.concatenate(self._delays))
        if self._one_delay():
            packets = self._packet_s / _INTERVAL_STEP_S
            in_step = round(packets) > 0 and abs(packets - round(packets)) < _IN_STEP
            return _LEAST_S, min(self._packet_s, _LONG_INTERVAL_S) / math.sqrt(3.0) if in_step else 0.0
        few = delays_s[: min(_FEW_DELAYS, max(2, len(delays_s) // 8))]
        reach_s = float(few[-1] - few[0])
        if len(delays_s) < 4 * _FEW_DELAYS:
            return _LEAST_S, reach_s
        hole_s = float(np.diff(delays_s[: len(delays_s) // 2 + 1]).max(initial=0.0))
        return max(2.0 * reach_s / len(few), _LEAST_S), max(0.5 * reach_s, hole_s / math.sqrt(3.0))


def _lows_s2(above_s: FloatArray) -> float:
    """Mean square of how far the smallest delays of five seconds lie above the line.

    A line of arrivals may sway by as much. For a clock a part of it says how uneven the delays are in ways that no
    bound knows: a firmware that is late at random. With rare packets it is more.
    """
    lows_s = np.array([above_s[start : start + 5].min() for start in range(0, len(above_s), 5)])
    return float(np.mean(lows_s**2))
