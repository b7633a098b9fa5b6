"""Notices that the computer slept (or the program stood still) while it was recording.

Clocks differ in sleep. Linux and macOS let the monotonic clock stand still, so UTC runs ahead of it; Windows lets both
go on, so a short wait turns out long. UTC also moves when somebody sets it, and a program may merely have been held up:
therefore nothing is concluded but "the links may be dead", and they get a moment to show that they are not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from gaitpipe.model import RecordingEvent
from gaitpipe.sources.ble_session import Clock

LOOK_EVERY_S = 0.5
SHORTEST_SLEEP_S = 3.0


@dataclass(frozen=True, slots=True)
class Glance:
    """All clocks at one moment: the recording's two (ns) and the program's own (s), by which it waits."""

    monotonic_ns: int
    utc_ns: int
    own_s: float


def slept_s(before: Glance, now: Glance) -> float:
    """Return for how long the computer slept between two glances that should be `LOOK_EVERY_S` apart; 0 if not.

    The shorter sleeps cannot be told from a busy program and are no trouble: links survive them.
    """
    utc_ahead_s = ((now.utc_ns - before.utc_ns) - (now.monotonic_ns - before.monotonic_ns)) * 1e-9
    late_s = now.own_s - before.own_s - LOOK_EVERY_S
    longest_s = max(utc_ahead_s, late_s)
    return longest_s if longest_s >= SHORTEST_SLEEP_S else 0.0


async def watch_for_sleep(clock: Clock, emit: Callable[[RecordingEvent], object], on_wake: Callable[[], None]) -> None:
    """Record `suspended` and `resumed` (its value is the length in s) and call `on_wake`, until cancelled."""

    def glance() -> Glance:
        return Glance(*clock(), time.monotonic())

    before = glance()
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        now = glance()
        length_s = slept_s(before, now)
        if length_s > 0.0:
            emit(RecordingEvent(before.monotonic_ns, before.utc_ns, "suspended", None, "the computer slept"))
            text = f"the computer slept for {length_s:.0f} s, or its clock was set"
            emit(RecordingEvent(now.monotonic_ns, now.utc_ns, "resumed", None, text, length_s))
            on_wake()
        before = now
