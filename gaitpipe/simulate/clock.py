"""The time of a virtual world: real time times a speed, so that a minute can be recorded in ten seconds."""

from __future__ import annotations

import asyncio
import time


class VirtualClock:
    """Host clocks and the runner's motion on one scale.

    `now()` gives the pair (monotonic ns, UTC ns) that a recorder would read in the virtual world. `motion_s` is the
    common true time of all sensors: it stands at 0 until the first sensor starts to stream and then runs for all, so
    that a sensor which starts later joins the same motion at the same place.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0.0:
            message = f"speed must be positive, not {speed}"
            raise ValueError(message)
        self.speed = speed
        self._origin_ns = time.monotonic_ns()
        self._origin_utc_ns = time.time_ns()
        self._motion_origin_ns: int | None = None
        self._slept_ns = 0
        self._frozen_ns = 0

    def now(self) -> tuple[int, int]:
        """Return virtual monotonic and UTC time, both in ns; equal to the real ones where the clock was made."""
        passed_ns = self._passed_ns()
        return self._origin_ns + passed_ns - self._frozen_ns, self._origin_utc_ns + passed_ns

    def sleep_of_the_host(self, seconds: float, *, monotonic_runs: bool = False) -> None:
        """Let the host sleep, in no time: the world and UTC are later then; the monotonic clock may not be."""
        self._slept_ns += round(seconds * 1e9)
        if not monotonic_runs:
            self._frozen_ns += round(seconds * 1e9)

    def set_utc(self, ahead_s: float) -> None:
        """Set the host's clock of the day ahead, as a person or a time server does."""
        self._origin_utc_ns += round(ahead_s * 1e9)

    def _passed_ns(self) -> int:
        """True time of the world since the clock was made."""
        return int((time.monotonic_ns() - self._origin_ns) * self.speed) + self._slept_ns

    def begin_motion(self) -> float:
        """Let the motion start now, unless it runs already; return where it is (exactly 0 for the first caller)."""
        if self._motion_origin_ns is None:
            self._motion_origin_ns = self._passed_ns()
            return 0.0
        return self.motion_s

    @property
    def motion_s(self) -> float:
        """Seconds since the motion began; 0 before."""
        if self._motion_origin_ns is None:
            return 0.0
        return (self._passed_ns() - self._motion_origin_ns) / 1e9

    async def sleep_until_motion(self, motion_s: float) -> None:
        """Return at `motion_s` or, when that has passed, as soon as other tasks had their turn."""
        await asyncio.sleep(max(0.0, (motion_s - self.motion_s) / self.speed))
