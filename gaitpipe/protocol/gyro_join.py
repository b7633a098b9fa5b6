"""Joins the accelerations and the angular velocities of a sensor that sends them in packets of their own.

Rules of this state machine:

1. The accelerations lead: their samples are counted, and their times are the times of the joined samples. What belongs
   together is found by the device's own clock, which both streams have: the way to session time differs by some ms
   between two streams, since it is estimated from arrivals.
2. The angular velocity at such a time is the value of the cubic through the two samples before and the two after it, or
   of the straight line through its two neighbours where the four are not evenly spaced.
3. Neighbours further apart than 2.5 periods are a hole: accelerations in it cannot be used and count as lost.
4. Before the first angular velocity and after the last one there is nothing to join: up to a period the nearest value
   is taken, what is further away is left out, and is not a loss.
5. Accelerations wait until an angular velocity of a later time has come, at most until accelerations have come that are
   6 s later than those they came with: then the other stream is taken for silent, and rule 3 applies.
6. Angular velocities more than a second earlier by device time than the ones before are of a device that restarted.
   Accelerations that wait and are not of about that time are of its former life, and are joined as far as it goes.
   Less than that is the smoothing of the clock: times are kept rising.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from gaitpipe.model import ByteArray, FloatArray
from gaitpipe.protocol.sample_stream import TimedPacket

WAIT_S = 6.0
HOLE_PERIODS = 2.5
RESTART_S = 1.0
_KEPT_BEFORE = 4


@dataclass(frozen=True, slots=True)
class JoinedSamples:
    """Samples without a hole; `lost_before` of them could not be joined since the ones before."""

    first_sample: int
    time_s: FloatArray
    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray
    flags: ByteArray
    lost_before: int


class GyroJoin:
    """See the rules above.

    Attributes
    ----------
    left_out
        Samples at both ends that had no angular velocity (rule 4).
    """

    def __init__(self, rate_hz: float) -> None:
        self._period_s = 1.0 / rate_hz
        self._waiting: deque[tuple[TimedPacket, float]] = deque()  # with the latest time when it came
        self._time_s: FloatArray = np.empty(0)
        self._gyr: FloatArray = np.empty((0, 3))
        self._flags: ByteArray = np.empty(0, dtype=np.uint8)
        self._unjoined = 0
        self._joined_any = False
        self._joined_until_s = -math.inf
        self.left_out = 0

    def lead(self, *released: TimedPacket) -> list[JoinedSamples]:
        """Take accelerations; what was released at once is given at once."""
        self._waiting.extend((timed, float(released[-1].time_s[-1])) for timed in released)
        return self._release()

    def follow(self, timed: TimedPacket) -> list[JoinedSamples]:
        """Take angular velocities."""
        time_s = timed.device_time_s
        joined: list[JoinedSamples] = []
        if len(self._time_s) and time_s[0] < self._time_s[-1] - RESTART_S:
            joined = self._end_former_life(float(time_s[0]))
        if len(self._time_s) and time_s[0] <= self._time_s[-1]:
            rising_s = self._time_s[-1] + 0.1 * self._period_s * np.arange(1, len(time_s) + 1)
            time_s = np.maximum(time_s, rising_s)
        self._time_s = np.concatenate([self._time_s, time_s])
        self._gyr = np.concatenate([self._gyr, timed.packet.three("gyr")])
        self._flags = np.concatenate([self._flags, timed.packet.flags])
        return joined + self._release()

    def _end_former_life(self, new_s: float) -> list[JoinedSamples]:
        """Rule 6: the device restarted, its clock is at `new_s`."""
        waiting, self._waiting = self._waiting, deque()
        joined: list[JoinedSamples] = []
        for timed, came_s in waiting:
            if abs(timed.device_time_s[-1] - new_s) > WAIT_S:
                joined += self._join(timed)
            else:
                self._waiting.append((timed, came_s))
        self._time_s, self._gyr, self._flags = np.empty(0), np.empty((0, 3)), np.empty(0, dtype=np.uint8)
        self._joined_until_s = -math.inf
        return joined

    def flush(self) -> list[JoinedSamples]:
        """The stream ended: what waits is joined as far as it goes."""
        joined = [part for timed, _ in self._waiting for part in self._join(timed)]
        self._waiting.clear()
        self.left_out += self._unjoined
        self._unjoined = 0
        return joined

    def _release(self) -> list[JoinedSamples]:
        joined: list[JoinedSamples] = []
        while self._waiting:
            timed, came_s = self._waiting[0]
            last_s = float(timed.device_time_s[-1])
            covered = len(self._time_s) > 0 and self._time_s[-1] > last_s + self._period_s
            covered &= last_s > self._joined_until_s - RESTART_S  # else of a new life, of which no rate has come yet
            too_old = self._waiting[-1][0].time_s[-1] - came_s > WAIT_S
            if not covered and not too_old:
                break
            self._waiting.popleft()
            joined += self._join(timed)
            self._joined_until_s = last_s
            self._forget(last_s)
        return joined

    def _forget(self, before_s: float) -> None:
        keep = max(0, int(np.searchsorted(self._time_s, before_s)) - _KEPT_BEFORE)
        if keep > 0:
            self._time_s, self._gyr, self._flags = self._time_s[keep:], self._gyr[keep:], self._flags[keep:]

    def _join(self, timed: TimedPacket) -> list[JoinedSamples]:
        values, flags, known = self._at(timed.device_time_s)
        joined: list[JoinedSamples] = []
        previous_end = 0
        for start, end in _runs(known):
            unjoined = self._unjoined + start - previous_end
            if not self._joined_any:
                self.left_out, unjoined = self.left_out + unjoined, 0
            self._unjoined, self._joined_any = 0, True
            part, previous_end = slice(start, end), end
            joined.append(
                JoinedSamples(
                    timed.first_sample + start,
                    timed.time_s[part],
                    timed.packet.three("acc")[part],
                    values[part],
                    timed.packet.flags[part] | flags[part],
                    unjoined,
                )
            )
        self._unjoined += len(timed.time_s) - previous_end
        return joined

    def _at(self, time_s: FloatArray) -> tuple[FloatArray, ByteArray, np.ndarray]:
        """Angular velocity and flags at these times, and where they are known."""
        count = len(self._time_s)
        if count == 0:
            return np.full((len(time_s), 3), np.nan), np.zeros(len(time_s), np.uint8), np.zeros(len(time_s), bool)
        after = np.searchsorted(self._time_s, time_s)
        left, right = np.clip(after - 1, 0, count - 1), np.clip(after, 0, count - 1)
        span_s = self._time_s[right] - self._time_s[left]
        inside = (after > 0) & (after < count)
        exact = self._time_s[right] == time_s
        near = np.abs(time_s - np.where(after == 0, self._time_s[0], self._time_s[-1])) <= 1.01 * self._period_s
        known = exact | np.where(inside, span_s <= HOLE_PERIODS * self._period_s, near)
        share = np.divide(time_s - self._time_s[left], span_s, out=np.zeros(len(time_s)), where=span_s > 0)
        values = self._gyr[left] + share[:, None] * (self._gyr[right] - self._gyr[left])
        even = inside & (left > 0) & (right < count - 1)
        outer_s = self._time_s[np.clip(right + 1, 0, count - 1)] - self._time_s[np.clip(left - 1, 0, count - 1)]
        even &= np.abs(outer_s - 3.0 * self._period_s) < 0.3 * self._period_s
        if np.any(even):
            values[even] = self._cubic(left[even], share[even])
        values[exact] = self._gyr[right[exact]]
        return values, self._flags[left] | self._flags[right], known

    def _cubic(self, left: np.ndarray, share: FloatArray) -> FloatArray:
        """Lagrange's cubic through four evenly spaced samples, `share` of the way between the middle two."""
        u = share[:, None]
        before, first, second, after = (self._gyr[left + step] for step in (-1, 0, 1, 2))
        return np.asarray(
            -u * (u - 1) * (u - 2) / 6 * before
            + (u + 1) * (u - 1) * (u - 2) / 2 * first
            - (u + 1) * u * (u - 2) / 2 * second
            + (u + 1) * u * (u - 1) / 6 * after
        )


def _runs(known: np.ndarray) -> list[tuple[int, int]]:
    """Start and end of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
