"""The parts of a device profile: frozen values without I/O, with every role resolved to a key and every unit to SI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gaitpipe.protocol.handshake import Condition


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a sensor of this kind sends out; used by virtual sensors."""

    local_name: str
    service_uuids: tuple[str, ...] = ()
    manufacturer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One GATT characteristic; `role` is the profile's own word for it (`data`, `command`, `battery`, ...).

    `key` names it throughout gaitpipe: its UUID, or `<service>/<UUID>` where two services have the same one. `also` are
    UUIDs that other firmware gives to the same thing. `subscribe`: it answers with notifications that are needed.
    """

    uuid: str
    properties: frozenset[str]
    role: str = ""
    key: str = ""
    also: tuple[str, ...] = ()
    subscribe: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """One GATT service; `also` are UUIDs that other firmware gives to it."""

    uuid: str
    characteristics: tuple[Characteristic, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """One number that decides what the stream looks like: its default and the values that are allowed.

    Where any value between two limits will do (a factor that the sensor tells), `allowed` holds the default alone and
    `limits` says from where to where.
    """

    default: float
    allowed: tuple[float, ...]
    limits: tuple[float, float] | None = None

    def allows(self, value: float) -> bool:
        """Whether the setting may have this value."""
        if self.limits is not None:
            return self.limits[0] <= value <= self.limits[1]
        return value in self.allowed

    @property
    def allowed_text(self) -> str:
        """The allowed values for people."""
        if self.limits is not None:
            return f"{self.limits[0]:g} to {self.limits[1]:g}"
        return ", ".join(f"{item:g}" for item in self.allowed)


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One number before the samples. `equals` must hold for the packet to be read."""

    name: str
    type: str
    equals: int | None = None


@dataclass(frozen=True, slots=True)
class SampleField:
    """The components of one quantity. SI value = raw * `si_per_unit` * `scale` * (value of `scale_setting`, if any).

    An `unused` field is so many `components` bytes that are passed over.
    """

    quantity: str
    type: str
    scale: float
    si_per_unit: float
    scale_setting: str | None
    range_setting: str | None
    components: int = 3


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What the device clock in the packet means. `bits` is its width: it wraps there."""

    meaning: Literal["first_sample", "last_sample", "none"]
    tick_s: float = 0.0
    bits: int = 32


@dataclass(frozen=True, slots=True)
class PacketLayout:
    """Arithmetic layout of one packet, after framing.

    The number of samples follows from the length; where `count_is_fixed`, another number than `samples_per_packet` is
    no packet of this kind.
    """

    characteristic: str
    codec: str | None
    header: tuple[HeaderField, ...]
    order: Literal["interleaved", "blocks"]
    fields: tuple[SampleField, ...]
    crc: str | None
    timestamp: Timestamp
    sequence_counts: Literal["packets", "samples"] | None
    samples_per_packet: Mapping[float, int]
    zero_padding_max_bytes: int = 0
    count_is_fixed: bool = False
    only_if: Condition = ()

    def holds_quantity(self, quantity: str) -> bool:
        """Whether this packet carries the quantity."""
        return any(item.quantity == quantity for item in self.fields)


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """A characteristic of an auxiliary device and the codec that reads it."""

    characteristic: str
    codec: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a recording with these settings is of no use for gait."""

    reason: str
    only_if: Condition = ()


@dataclass(frozen=True, slots=True)
class StatusRule:
    """A characteristic whose byte at `byte` says how the device is."""

    characteristic: str
    byte: int
    texts: Mapping[int, str]
    ok: frozenset[int]


@dataclass(frozen=True, slots=True)
class Fact:
    """Where one part of the profile comes from and how sure it is; `text` is empty for a table of the file."""

    key: str
    source: str
    confidence: str
    text: str = ""
