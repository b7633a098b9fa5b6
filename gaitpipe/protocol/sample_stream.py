"""One kind of packet of one sensor on its way to timed samples: continuity (index, losses), then timebase (clock).

Their rules stand at the top of `continuity.py` and `timebase.py`. Samples are held back until the clock is locked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gaitpipe.model import FloatArray
from gaitpipe.protocol.continuity import Continuity, Step
from gaitpipe.protocol.packets import Packet, has_clock
from gaitpipe.protocol.profile_parts import PacketLayout
from gaitpipe.protocol.timebase import Timebase

_NO_TIMES: FloatArray = np.empty(0)


class TimedPacket(NamedTuple):
    """A packet with the index of its first sample, and session and device times of all of them.

    `device_time_s` is empty where nobody joins two streams by it.
    """

    first_sample: int
    time_s: FloatArray
    device_time_s: FloatArray
    packet: Packet


class SampleStream:
    """See the module text."""

    def __init__(self, layout: PacketLayout, rate_hz: float, *, device_times: bool = True) -> None:
        self._continuity = Continuity(layout)
        self._stamps_last = layout.timestamp.meaning == "last_sample"
        self.timebase = Timebase(rate_hz, layout.timestamp.tick_s if has_clock(layout) else None)
        self._device_times = device_times
        self._held: deque[tuple[Step, Packet]] = deque()

    def judge(self, packet: Packet, host_time_s: float) -> Step:
        """Say whether and where the packet belongs."""
        return self._continuity.judge(packet.ticks, packet.sequence, len(packet), host_time_s, self.timebase.period_s)

    def take(self, step: Step, packet: Packet, host_time_s: float) -> list[TimedPacket]:
        """Take an accepted packet; return what can be released now, oldest first."""
        released: list[TimedPacket] = []
        if step.restarted:
            released = self.flush()
            self.timebase.restart()
        self._held.append((step, packet))
        stamped = len(packet) - 1 if self._stamps_last else 0
        times_s = self.timebase.push(
            step.first_sample, len(packet), step.stamp_device_s, host_time_s, stamped=stamped, new_phase=step.new_phase
        )
        return released + self._timed(times_s)

    def link_lost(self) -> None:
        """The connection broke: the device may have restarted."""
        self._continuity.link_lost()

    def flush(self) -> list[TimedPacket]:
        """Release what is held back."""
        return self._timed(self.timebase.flush())

    def _timed(self, released: Sequence[FloatArray]) -> list[TimedPacket]:
        timed = []
        for time_s in released:
            step, packet = self._held.popleft()
            device_time_s = _NO_TIMES
            if self._device_times:
                device_time_s = self.timebase.device_times_s(step.first_sample, len(packet))
            timed.append(TimedPacket(step.first_sample, time_s, device_time_s, packet))
        return timed
