"""The offset between a device clock and the session clock, from the delay of arrivals alone.

The rules are 2 to 5 at the top of `timebase.py`.
"""

from __future__ import annotations

import math
from itertools import pairwise

LOCK_S = 2.0
SLEW_LIMIT = 200e-6
_WINDOW = 60
_SLOPE_AFTER = 15


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
