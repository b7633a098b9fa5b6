"""Plays a recording as if its sensors were there: the same items in the same order, as fast as asked.

The items carry the host times of the recording, so what is decoded from them does not depend on the speed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gaitpipe.errors import UsageError
from gaitpipe.model import RawNotification, RecordingEvent, SensorSetup
from gaitpipe.recording.reader import RawRecording, open_raw
from gaitpipe.recording.salvage import SalvageReport

YIELD_EVERY_ITEMS = 64
"""Without a speed, how often other tasks get their turn."""


class Clock(Protocol):
    """Tells the time and waits; tests pass one that does not wait."""

    def now_ns(self) -> int: ...

    async def sleep_s(self, duration_s: float) -> None: ...


class HostClock:
    """The clock of this machine."""

    def now_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep_s(self, duration_s: float) -> None:
        await asyncio.sleep(duration_s)


@dataclass(frozen=True, slots=True)
class ReplaySource:
    """A recording in the shape of a live source. `items` may be read once; `salvage` is complete after that."""

    raw: RawRecording
    speed: float | None
    clock: Clock

    @property
    def setups(self) -> tuple[SensorSetup, ...]:
        return self.raw.setups

    @property
    def metadata(self) -> Mapping[str, str]:
        return self.raw.metadata

    @property
    def session_start_monotonic_ns(self) -> int:
        return self.raw.session_start_monotonic_ns

    @property
    def session_start_utc_ns(self) -> int:
        return self.raw.session_start_utc_ns

    @property
    def salvage(self) -> SalvageReport:
        return self.raw.salvage

    async def items(self) -> AsyncIterator[RawNotification | RecordingEvent]:
        """The recorded items; with a `speed`, each at its recorded time divided by the speed."""
        started_ns = self.clock.now_ns()
        for count, item in enumerate(self.raw.items):
            if self.speed is not None:
                due_ns = (item.host_monotonic_ns - self.session_start_monotonic_ns) / self.speed
                wait_s = (started_ns + due_ns - self.clock.now_ns()) / 1e9
                if wait_s > 0.0:
                    await self.clock.sleep_s(wait_s)
            elif count % YIELD_EVERY_ITEMS == 0:
                await self.clock.sleep_s(0.0)
            yield item


def replay(path: Path | str, *, speed: float | None = None, clock: Clock | None = None) -> ReplaySource:
    """Open a recording for replay.

    Parameters
    ----------
    path : Path
        A recording of gaitpipe.
    speed : float, optional
        1 plays in real time, 2 twice as fast; None gives the items as fast as they are taken.
    clock : Clock, optional
        The clock to wait on; this machine's when not given.

    Raises
    ------
    RecordingError
        The file is no usable recording.
    UsageError
        `speed` is not a positive number.
    """
    if speed is not None and not 0.0 < speed < float("inf"):
        raise UsageError(f"a replay speed of {speed} is not possible", "Give a number above 0, for example 1 or 4.")
    return ReplaySource(open_raw(path), speed, clock or HostClock())
