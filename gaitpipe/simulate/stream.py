"""From a virtual sensor's samples to its packets, on the common time of the motion; no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import UsageError
from gaitpipe.model import FloatArray
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.profile import Profile

IndexArray = NDArray[np.int64]


class Samples(Protocol):
    """What a sensor measures: true time (n,), its own clock (n,), specific force and angular rate (n, 3), all SI.

    `true_time_s` starts near 0 and rises; `device_time_s` is what the sensor's drifting clock reads at those times.
    The streams of the synthetic runner are of this shape.
    """

    @property
    def true_time_s(self) -> FloatArray: ...
    @property
    def device_time_s(self) -> FloatArray: ...
    @property
    def acc_m_s2(self) -> FloatArray: ...
    @property
    def gyr_rad_s(self) -> FloatArray: ...


@dataclass(frozen=True, slots=True)
class SensorSamples:
    """Samples from arrays; see `Samples`."""

    true_time_s: FloatArray
    device_time_s: FloatArray
    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray

    @classmethod
    def uniform(
        cls,
        rate_hz: float,
        acc_m_s2: FloatArray,
        gyr_rad_s: FloatArray,
        *,
        offset_s: float = 0.0,
        drift_ppm: float = 0.0,
    ) -> SensorSamples:
        """Return samples taken at `rate_hz` by a clock that reads `offset_s` at the start and runs `drift_ppm` fast."""
        time_s = np.arange(acc_m_s2.shape[0]) / rate_hz
        return cls(time_s, offset_s + time_s * (1.0 + drift_ppm * 1e-6), acc_m_s2, gyr_rad_s)


@dataclass(frozen=True, slots=True)
class SensorPacket:
    """One packet of the stream: its notifications, the true time at which it is complete, and its sample count."""

    due_s: float
    notifications: tuple[tuple[str, bytes], ...]
    sample_count: int

    def corrupted(self) -> SensorPacket:
        """Return the packet with the middle byte of each notification inverted, as faulty memory would."""

        def spoil(payload: bytes) -> bytes:
            middle = len(payload) // 2
            return payload[:middle] + bytes([payload[middle] ^ 0xFF]) + payload[middle + 1 :]

        return replace(self, notifications=tuple((uuid, spoil(payload)) for uuid, payload in self.notifications))


@runtime_checkable
class PacketSource(Protocol):
    """What a virtual device sends and when. After `resume` it goes on at that moment of the motion, never back."""

    def resume(self, motion_s: float) -> None: ...
    def reboot(self) -> None: ...
    def next_due_s(self) -> float | None: ...
    def next_packet(self) -> SensorPacket: ...


class TimedNotifications:
    """Notifications at given times of the motion, rising: what a device beside the feet says."""

    def __init__(self, notifications: Sequence[tuple[float, str, bytes]]) -> None:
        self._notifications = list(notifications)
        self._next = 0

    def resume(self, motion_s: float) -> None:
        """Leave out what should have been said before `motion_s`."""
        while (due_s := self.next_due_s()) is not None and due_s < motion_s:
            self._next += 1

    def reboot(self) -> None:
        """Such a device has no state to lose."""

    def next_due_s(self) -> float | None:
        """Return the time of the next notification; None at the end."""
        return self._notifications[self._next][0] if self._next < len(self._notifications) else None

    def next_packet(self) -> SensorPacket:
        """Return the next notification."""
        due_s, characteristic, payload = self._notifications[self._next]
        self._next += 1
        return SensorPacket(due_s, ((characteristic, payload),), 0)


@dataclass(slots=True)
class SensorFaults:
    """What this sensor does wrong.

    `connection_interval_s` > 0 sends in bursts of up to `packets_per_event`, as a real link does; what does not fit
    into the `queue_limit` meanwhile is dropped. Packets are named by their number, counted from 0: a corrupt one has
    the middle byte of each notification inverted, a repeated one is sent twice.
    """

    drop_packets: frozenset[int] = frozenset()
    corrupt_packets: frozenset[int] = frozenset()
    repeat_packets: frozenset[int] = frozenset()
    refuse_connections: int = 0
    reject_writes: bool = False
    connection_interval_s: float = 0.0
    packets_per_event: int = 6
    queue_limit: int = 64


class PacketStream:
    """Cuts samples into packets; `resume` jumps to where the motion is now, as samples that nobody took are lost."""

    def __init__(
        self, samples: Samples, profile: Profile, settings: Mapping[str, float], *, loop: bool = False
    ) -> None:
        _check(samples)
        self._samples = samples
        self._loop = loop
        self._packet_length = profile.samples_per_packet(settings)
        self._encoder = Encoder(profile, settings)
        self._next = 0  # index of the next sample, counted on through all passes
        self._device_zero_s = 0.0

    def reboot(self) -> None:
        """Start the sensor's clock and its sequence numbers anew, at the next sample."""
        self._encoder.reset()
        self._device_zero_s = float(self._times(np.array([self._next]), self._samples.device_time_s)[0])

    def resume(self, motion_s: float) -> None:
        """Continue with the first sample taken at or after `motion_s`, never going back."""
        n, period_s = len(self._samples.true_time_s), _period_s(self._samples.true_time_s)
        passes = int(max(0.0, motion_s - self._samples.true_time_s[0]) // period_s) if self._loop else 0
        within = int(np.searchsorted(self._samples.true_time_s, motion_s - passes * period_s - 1e-9))
        self._next = max(self._next, passes * n + within)

    @property
    def finished(self) -> bool:
        """Whether all samples were packed."""
        return not self._loop and self._next >= len(self._samples.true_time_s)

    def next_due_s(self) -> float | None:
        """Return the true time at which the next packet is complete; None at the end."""
        indices = self._indices()
        return float(self._times(indices[-1:], self._samples.true_time_s)[0]) if len(indices) else None

    def next_packet(self) -> SensorPacket:
        """Pack the next samples."""
        indices = self._indices()
        due_s = float(self._times(indices[-1:], self._samples.true_time_s)[0])
        device_time_s = float(self._times(indices[:1], self._samples.device_time_s)[0]) - self._device_zero_s
        rows = indices % len(self._samples.true_time_s)
        notifications = self._encoder.encode(device_time_s, self._samples.acc_m_s2[rows], self._samples.gyr_rad_s[rows])
        self._next += len(indices)
        return SensorPacket(due_s, tuple(notifications), len(indices))

    def _indices(self) -> IndexArray:
        end = self._next + self._packet_length
        if not self._loop:
            end = min(end, len(self._samples.true_time_s))
        return np.arange(self._next, end, dtype=np.int64)

    def _times(self, indices: IndexArray, clock_s: FloatArray) -> FloatArray:
        n = len(clock_s)
        return np.asarray(clock_s[indices % n] + (indices // n) * _period_s(clock_s), dtype=np.float64)


def _period_s(clock_s: FloatArray) -> float:
    """Length of one pass on this clock when the samples are repeated."""
    return float(clock_s[-1] - clock_s[0]) * len(clock_s) / (len(clock_s) - 1)


def _check(samples: Samples) -> None:
    n = samples.true_time_s.shape[0]
    shapes = (samples.device_time_s.shape, samples.acc_m_s2.shape, samples.gyr_rad_s.shape)
    if n < 2 or shapes != ((n,), (n, 3), (n, 3)):
        raise UsageError(f"a virtual sensor needs two samples or more, of equal count; got {n} times and {shapes}")
