"""How packets are carried by notifications: the interface of a codec, and the plain case."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from gaitpipe.model import DeviceStatus, PacketFault


@dataclass(frozen=True, slots=True)
class Unframed:
    """What one notification gave: complete packets, words of the device, faults."""

    packets: tuple[bytes, ...] = ()
    statuses: tuple[DeviceStatus, ...] = ()
    faults: tuple[PacketFault, ...] = field(default=())


class Framing(Protocol):
    """Joins notifications to packets and cuts packets into notifications; never raises on any bytes."""

    def receive(self, payload: bytes, host_time_s: float) -> Unframed:
        """Take one notification of the data characteristic."""

    def end(self, host_time_s: float) -> Unframed:
        """The link or the recording ended: give up what is incomplete."""

    def frames(self, packet: bytes) -> list[bytes]:
        """The notifications that a device sends for one packet."""


class PlainFraming:
    """One notification is one packet."""

    def receive(self, payload: bytes, host_time_s: float) -> Unframed:  # noqa: ARG002
        """The notification is the packet."""
        return Unframed(packets=(payload,))

    def end(self, host_time_s: float) -> Unframed:  # noqa: ARG002
        """Nothing is ever held back."""
        return Unframed()

    def frames(self, packet: bytes) -> list[bytes]:
        """The packet as it is."""
        return [packet]
