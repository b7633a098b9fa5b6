"""Joins the strides of both feet behind a watermark: what of a stride needs the other foot.

Rules
  1. A row is complete when the other foot's events are final up to the end of the stride. Each foot's watermark says up
     to when that is so; rows wait in order of time and leave in order of time.
  2. What a row says depends on the two feet's strides alone, not on which packet came first.
  3. A foot that falls silent holds rows back, at most until `flush`; live figures of one foot do not wait for them.
  4. With one sensor, nothing is ever known of the other foot: the columns that need it stay empty.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections import deque

import numpy as np

from gaitpipe.gait.strides import Stride
from gaitpipe.model import SIDES, Side


class BilateralJoiner:
    """Pairs each stride with the other foot's initial contact inside it.

    Parameters
    ----------
    sides : tuple of Side
        The feet that have a sensor.
    """

    def __init__(self, sides: tuple[Side, ...]) -> None:
        self._waiting: list[tuple[float, str, Stride]] = []
        self._contacts: dict[Side, deque[float]] = {side: deque() for side in sides}
        self._watermark_s: dict[Side, float] = dict.fromkeys(sides, -np.inf)

    def contact(self, side: Side, ic_s: float) -> None:
        """An initial contact of one foot became known; in order of time for each foot."""
        self._contacts[side].append(ic_s)

    def push(self, stride: Stride) -> None:
        """Take in a stride of one foot; it waits until the other foot is known to its end."""
        heapq.heappush(self._waiting, (stride.ic_s, stride.side, stride))

    def advance(self, side: Side, watermark_s: float) -> list[tuple[Stride, float]]:
        """Raise a foot's watermark; returns the rows (stride, other foot's contact time) that are complete now."""
        self._watermark_s[side] = max(self._watermark_s[side], watermark_s)
        limit_s = min(self._watermark_s.values())
        rows = []
        while self._waiting and self._waiting[0][2].next_ic_s <= limit_s:
            rows.append(self._pair(heapq.heappop(self._waiting)[2]))
        self._forget(limit_s)
        return rows

    def flush(self) -> list[tuple[Stride, float]]:
        """End of all streams: the remaining rows, in order of time."""
        rows = []
        while self._waiting:
            rows.append(self._pair(heapq.heappop(self._waiting)[2]))
        return rows

    def _pair(self, stride: Stride) -> tuple[Stride, float]:
        other: Side = SIDES[1] if stride.side == SIDES[0] else SIDES[0]
        contacts = self._contacts.get(other, deque())
        first = bisect_right(contacts, stride.ic_s)
        last = bisect_left(contacts, stride.next_ic_s)
        return stride, contacts[first] if last - first == 1 else np.nan

    def _forget(self, limit_s: float) -> None:
        oldest_s = min(self._waiting[0][0] if self._waiting else limit_s, limit_s) - 10.0
        for contacts in self._contacts.values():
            while contacts and contacts[0] < oldest_s:
                contacts.popleft()
