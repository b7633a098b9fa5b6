"""The offset between a device clock and the session clock, from the arrival of packets alone.

The rules are 2 to 6 at the top of `timebase.py`. Packets are gathered for a second of device time, then judged at once.
"""

from __future__ import annotations

import math

import numpy as np

from gaitpipe.protocol.connection_grid import ConnectionGrid
from gaitpipe.protocol.offset_bounds import OffsetBounds

LOCK_S = 2.0
SLEW_LIMIT = 200e-6
CATCH_UP_S, CATCH_UP_STEP_S = 3.0, 4e-5
STANDING_S, YOUNG_S = 4.0, 12.0
_OFTEN_S, _EVERY_S = 20.0, 4
_MOST_PACKETS = 512


class SessionOffset:
    """Session time - device time, following the middle of its bounds with a limited slew; see the rules."""

    def __init__(self, tick_s: float | None) -> None:
        self.offset_s = math.inf
        self.locked = False
        self.uncertainty_s: float | None = None
        self._arrival = tick_s is None
        self._grid = ConnectionGrid()
        self._bounds = OffsetBounds(tick_s)
        self._first_host_s: float | None = None
        self._first_device_s = 0.0
        self._last_device_s = 0.0
        self._second = 0
        self._device_s: list[float] = []
        self._host_s: list[float] = []
        self._seconds = 0
        self._line = (0.0, math.inf, 0.0, 0.0)

    def observe(self, device_time_s: float, host_time_s: float) -> None:
        """The last sample of a packet was taken at `device_time_s`; the packet came at `host_time_s`."""
        if self._first_host_s is None:
            self._first_host_s, self._first_device_s = host_time_s, device_time_s
            self._second = math.floor(device_time_s)
        second = math.floor(device_time_s)
        if second != self._second or len(self._device_s) >= _MOST_PACKETS:
            self._close_second()
            self._second = second
        self._device_s.append(device_time_s)
        self._host_s.append(host_time_s)
        if self.locked:
            self._follow(device_time_s)
        elif host_time_s - self._first_host_s >= LOCK_S:
            self.lock()
        self._last_device_s = device_time_s

    def _follow(self, device_time_s: float) -> None:
        """Move the offset towards the target, as far as it may: for every packet, so in plain floats."""
        pending_s = self._target_s(device_time_s) - self.offset_s
        passed_s = device_time_s - self._last_device_s
        if pending_s == 0.0 or passed_s <= 0.0:
            return
        limit_s = SLEW_LIMIT * passed_s
        age_s = device_time_s - self._first_device_s
        if age_s < YOUNG_S or self._arrival:
            limit_s += self._catch_up_s(age_s, pending_s, passed_s)
        self.offset_s += pending_s if -limit_s <= pending_s <= limit_s else math.copysign(limit_s, pending_s)

    def _catch_up_s(self, age_s: float, pending_s: float, passed_s: float) -> float:
        """What a young clock, or one of arrivals, may move beyond the slew limit; less when gait may have begun."""
        step_s = abs(pending_s) * passed_s / CATCH_UP_S
        if age_s < STANDING_S or self._arrival:
            return step_s
        return min(step_s, SLEW_LIMIT * passed_s, CATCH_UP_STEP_S)

    def lock(self) -> None:
        """Take the middle of the bounds as the offset, from what came so far."""
        self._close_second()
        self.locked = True
        self._fit(self._last_device_s)
        self.offset_s = self._target_s(self._last_device_s)
        self._tell()

    def _close_second(self) -> None:
        """Bounds of the second that is over; a new fit, often at first."""
        if not self._device_s:
            return
        device_s, host_s = np.array(self._device_s), np.array(self._host_s)
        self._device_s.clear()
        self._host_s.clear()
        self._bounds.add(device_s, host_s, self._grid.events_s(host_s), self._grid.interval_s)
        self._seconds += 1
        if self.locked:
            now_s = float(device_s[-1])
            if now_s - self._first_device_s < _OFTEN_S or self._seconds % _EVERY_S == 0:
                self._fit(now_s)
            self._tell()

    def _target_s(self, device_time_s: float) -> float:
        origin_s, height_s, slope, _ = self._line
        return height_s + slope * (device_time_s - origin_s)

    def _fit(self, now_s: float) -> None:
        found = self._bounds.estimate(now_s)
        self._line = (now_s, found.offset_s, found.slope, found.sd_s)

    def _tell(self) -> None:
        pending_s = self._target_s(self._last_device_s) - self.offset_s
        self.uncertainty_s = math.hypot(self._line[3], pending_s)
