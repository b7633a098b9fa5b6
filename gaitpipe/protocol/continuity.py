"""Whether a packet follows the one before, and how many samples are missing between them.

Rules, in the order in which they are asked:

1. The first packet starts at sample 0.
2. A stamp (sequence number and clock) that was just seen is a DUPLICATE: dropped.
3. After a lost link the device may have restarted. Its clock went on if it ran forward as long as the host's did
   (within 2 s): then the hole is known from the clock. Otherwise it restarted: the hole is estimated from host time.
4. Backwards by up to 1 s, by clock or else by sequence, is a LATE packet: dropped, its samples stay counted as lost.
   The third in a row, and any longer way back, is a restart. A wrapped counter does not go backwards: differences are
   taken modulo its width.
5. A clock that jumps forward by 10 s more than the host's cannot be a gap: a restart.
6. With a sequence number the missing packets are counted by it. Where the clock says otherwise by more than a packet
   (or 50 ms, or 2 %), the sensor stood still in between and the clock is believed.
7. With a clock only, whole packets are missing: as many as fit the gap best. Where packets differ in size the gap is
   counted in samples, and is one if at least half of the smallest packet so far is missing: less is the error of the
   period.
8. With neither, arrival counts: a pause of more than 0.5 s beyond the packets' own spacing is a hole.

The index of samples never goes back. A restart leaves a hole of at least one sample, so that whoever watches the index
sees it.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import NamedTuple

from gaitpipe.protocol.packets import has_clock
from gaitpipe.protocol.profile_parts import PacketLayout

LATE_AT_MOST_S = 1.0
JUMP_AT_LEAST_S = 10.0
RESUMED_WITHIN_S = 2.0
ARRIVAL_GAP_S = 0.5
_STAMPS_REMEMBERED = 16
_LATE_IN_A_ROW = 3


class Verdict(Enum):
    """What to do with a packet."""

    ACCEPT = "accept"
    DUPLICATE = "duplicate"
    LATE = "late"


class Step(NamedTuple):
    """The judgement of one packet. `stamp_device_s` is its unwrapped device time, if it has one: that of its first or
    last sample, as the profile says.

    `new_phase`: sampling stopped and began again in the same epoch, at any moment between two ticks of the old rhythm.
    """

    verdict: Verdict
    first_sample: int = 0
    lost_samples: int = 0
    restarted: bool = False
    stamp_device_s: float | None = None
    new_phase: bool = False


class _Last(NamedTuple):
    """The packet that was accepted last."""

    ticks: int | None
    sequence: int | None
    samples: int
    device_s: float
    host_s: float


class Continuity:
    """See the rules above. `period_s` in the calls is the best estimate of the sampling period."""

    def __init__(self, layout: PacketLayout) -> None:
        self._timestamp = layout.timestamp
        self._clocked = has_clock(layout)
        self._counts = layout.sequence_counts
        bits = next((int(item.type[1:]) for item in layout.header if item.name == "sequence"), 32)
        self._sequence_size = 1 << bits
        self._last: _Last | None = None
        self._next_sample = 0
        self._sizes = (0, 0)  # smallest and largest packet so far
        self._link_was_lost = False
        self._late_in_a_row = 0
        self._stamps: deque[tuple[int | None, int | None]] = deque(maxlen=_STAMPS_REMEMBERED)

    def link_lost(self) -> None:
        """The connection broke: the next packet may come from a device that restarted."""
        self._link_was_lost = self._last is not None

    def judge(self, ticks: int | None, sequence: int | None, count: int, host_s: float, period_s: float) -> Step:
        """Judge a packet of `count` samples and, when it is accepted, remember it."""
        stamp = (ticks, sequence)
        clocked = ticks is not None and self._clocked
        if (clocked or sequence is not None) and stamp in self._stamps:
            return Step(Verdict.DUPLICATE)
        self._sizes = (min(self._sizes[0] or count, count), max(self._sizes[1], count))
        step = self._place(ticks if clocked else None, sequence, count, host_s, period_s)
        if step.verdict is not Verdict.ACCEPT:
            self._late_in_a_row += 1
            return step
        if step.restarted:
            self._stamps.clear()
        self._stamps.append(stamp)
        self._late_in_a_row = 0
        self._link_was_lost = False
        self._next_sample = step.first_sample + count
        device_s = step.stamp_device_s if step.stamp_device_s is not None else 0.0
        self._last = _Last(ticks, sequence, count, device_s, host_s)
        return step

    def _place(self, ticks: int | None, sequence: int | None, count: int, host_s: float, period_s: float) -> Step:
        last = self._last
        if last is None:
            return Step(Verdict.ACCEPT, stamp_device_s=self._epoch_start_s(ticks))
        clock_s = self._clock_step_s(last, ticks, count, period_s)
        packets = self._sequence_step(last, sequence)
        waited_s = host_s - last.host_s
        forward_s = clock_s if clock_s is not None else packets
        if self._link_was_lost:
            if clock_s is None or clock_s <= 0.0 or abs(clock_s - waited_s) > RESUMED_WITHIN_S:
                return self._restart(ticks, count, host_s, period_s)
            lost = self._counted(last, clock_s, packets, period_s)
            if lost is None:
                lost = max(0, round(clock_s / period_s) - last.samples)
            return self._accept(lost, last, ticks, new_phase=lost > 0)
        if forward_s is not None and forward_s <= 0:
            back_s = -clock_s if clock_s is not None else -(packets or 0) * last.samples * period_s
            if back_s <= LATE_AT_MOST_S and self._late_in_a_row < _LATE_IN_A_ROW - 1:
                return Step(Verdict.LATE)
        jumped = clock_s is not None and clock_s - waited_s > JUMP_AT_LEAST_S
        if jumped or (forward_s is not None and forward_s <= 0):
            return self._restart(ticks, count, host_s, period_s)
        lost = self._counted(last, clock_s, packets, period_s)
        stood_still = packets is not None and lost is None
        if lost is None:
            lost = self._missing(last, clock_s, packets, waited_s, count, period_s)
        return self._accept(lost, last, ticks, new_phase=stood_still)

    def _missing(
        self, last: _Last, clock_s: float | None, packets: int | None, waited_s: float, count: int, period_s: float
    ) -> int:
        """Samples between two packets of the same epoch where the sequence does not count them: rules 6 to 8."""
        if clock_s is not None:
            missing = clock_s / period_s - last.samples
            if packets is not None:
                return max(1, round(missing))
            smallest, largest = self._sizes
            if smallest < largest:
                return round(missing) if missing >= 0.5 * smallest else 0
            return max(0, last.samples * round(missing / last.samples))
        surplus_s = waited_s - count * period_s
        return round(surplus_s / period_s) if surplus_s > ARRIVAL_GAP_S else 0

    def _counted(self, last: _Last, clock_s: float | None, packets: int | None, period_s: float) -> int | None:
        """Missing samples by the sequence number, None without one or when the clock contradicts it."""
        if packets is None or packets <= 0:
            return None
        lost = packets - last.samples if self._counts == "samples" else (packets - 1) * last.samples
        if lost < 0:
            return None
        if clock_s is not None:
            tolerance_s = max(0.05, last.samples * period_s, 0.02 * clock_s)
            if abs(clock_s - (lost + last.samples) * period_s) > tolerance_s:
                return None
        return lost

    def _accept(self, lost: int, last: _Last, ticks: int | None, *, new_phase: bool) -> Step:
        stamp_step_s = self._stamp_step_s(last, ticks)
        device_s = last.device_s + stamp_step_s if stamp_step_s is not None else None
        return Step(Verdict.ACCEPT, self._next_sample + lost, lost, stamp_device_s=device_s, new_phase=new_phase)

    def _restart(self, ticks: int | None, count: int, host_s: float, period_s: float) -> Step:
        waited_s = host_s - self._last.host_s if self._last is not None else 0.0
        lost = max(1, round(waited_s / period_s) - count)
        device_s = self._epoch_start_s(ticks)
        return Step(Verdict.ACCEPT, self._next_sample + lost, lost, restarted=True, stamp_device_s=device_s)

    def _epoch_start_s(self, ticks: int | None) -> float | None:
        return None if ticks is None else ticks * self._timestamp.tick_s

    def _to_first_s(self, count: int, period_s: float) -> float:
        return (count - 1) * period_s if self._timestamp.meaning == "last_sample" else 0.0

    def _clock_step_s(self, last: _Last, ticks: int | None, count: int, period_s: float) -> float | None:
        """Device time from first sample to first sample, None without a clock."""
        stamp_s = self._stamp_step_s(last, ticks)
        if stamp_s is None:
            return None
        return stamp_s - self._to_first_s(count, period_s) + self._to_first_s(last.samples, period_s)

    def _stamp_step_s(self, last: _Last, ticks: int | None) -> float | None:
        """Device time from stamp to stamp, None without a clock."""
        if ticks is None or last.ticks is None:
            return None
        return _signed_step(ticks, last.ticks, 1 << self._timestamp.bits) * self._timestamp.tick_s

    def _sequence_step(self, last: _Last, sequence: int | None) -> int | None:
        if sequence is None or last.sequence is None:
            return None
        return _signed_step(sequence, last.sequence, self._sequence_size)


def _signed_step(now: int, before: int, size: int) -> int:
    """Shortest way from one reading of a wrapping counter to another."""
    step = (now - before) % size
    return step - size if step >= size // 2 else step
