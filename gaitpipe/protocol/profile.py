"""A device profile: everything gaitpipe knows about one kind of sensor, read from one TOML file.

The words of the file are explained in `firmware_profiles/README.md`. `schema.py` holds their types,
`profile_builder.py` reads them and `schema_faults.py` says what is wrong with a file. Here are the values after
reading, with every role resolved to a UUID and every unit to SI, and the questions that a recorder or a virtual sensor
asks. Nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gaitpipe.errors import LocalProtocolError
from gaitpipe.protocol.handshake import Command, CommandRule, DeviceReply, render, reply_of
from gaitpipe.protocol.uuids import full_uuid

Quantity = Literal["acc", "gyr", "mag"]


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a sensor of this kind sends out; used by virtual sensors."""

    local_name: str
    service_uuids: tuple[str, ...] = ()
    manufacturer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One GATT characteristic; `role` is the profile's own word for it (`data`, `command`, `battery`, ...)."""

    uuid: str
    properties: frozenset[str]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """One GATT service."""

    uuid: str
    characteristics: tuple[Characteristic, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One number that decides what the stream looks like: its default and all values that are allowed."""

    default: float
    allowed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One number before the samples. `equals` must hold for the packet to be read."""

    name: str
    type: str
    equals: int | None = None


@dataclass(frozen=True, slots=True)
class SampleField:
    """Three axes of one quantity. SI value = raw * `si_per_unit` * `scale` * (value of `scale_setting`, if any)."""

    quantity: Quantity
    type: str
    scale: float
    si_per_unit: float
    scale_setting: str | None
    range_setting: str | None


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What the device clock in the packet means. `bits` is its width: it wraps there."""

    meaning: Literal["first_sample", "last_sample", "none"]
    tick_s: float = 0.0
    bits: int = 32


@dataclass(frozen=True, slots=True)
class PacketLayout:
    """Arithmetic layout of one packet, after framing."""

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


@dataclass(frozen=True)
class Profile:
    """One kind of sensor. Made by `parse_profile`; see the module text."""

    id: str
    name: str
    maker: str
    model: str
    text: str
    sha256: str
    placements: tuple[str, ...]
    mount_hint: str
    local_name_prefixes: tuple[str, ...]
    service_uuids: tuple[str, ...]
    manufacturer_ids: tuple[int, ...]
    advertisement: Advertisement
    services: tuple[Service, ...]
    settings: Mapping[str, Setting]
    commands: tuple[CommandRule, ...]
    packet: PacketLayout
    mtu_min: int
    status: StatusRule | None = None
    facts: tuple[Fact, ...] = field(default=())

    @property
    def has_gyro(self) -> bool:
        return any(item.quantity == "gyr" for item in self.packet.fields)

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """All characteristics to subscribe to, before the start commands are sent. The battery may be among them."""
        return tuple(
            item.uuid
            for service in self.services
            for item in service.characteristics
            if "notify" in item.properties and item.role in ("data", "status", "battery")
        )

    @property
    def battery_characteristic(self) -> str | None:
        """Characteristic whose first byte is the charge in per cent."""
        return self.characteristic_of("battery")

    def characteristic_of(self, role: str) -> str | None:
        """UUID of the characteristic with this role, None when the profile has none."""
        for service in self.services:
            for item in service.characteristics:
                if item.role == role:
                    return item.uuid
        return None

    def matches(
        self, local_name: str | None, service_uuids: Sequence[str] = (), manufacturer_ids: Sequence[int] = ()
    ) -> bool:
        """True when an advertisement is one of this kind of sensor. Any single mark of the profile is enough."""
        if local_name and any(local_name.startswith(prefix) for prefix in self.local_name_prefixes):
            return True
        advertised = {full_uuid(uuid) for uuid in service_uuids}
        return bool(advertised.intersection(self.service_uuids)) or bool(
            set(manufacturer_ids).intersection(self.manufacturer_ids)
        )

    def resolve_settings(self, overrides: Mapping[str, float] | None = None) -> dict[str, float]:
        """The settings of a stream: the defaults, with `overrides` in their place.

        Raises
        ------
        LocalProtocolError
            An unknown setting or a value that this sensor does not have; the advice names what is allowed.
        """
        resolved = {key: setting.default for key, setting in self.settings.items()}
        for key, value in (overrides or {}).items():
            setting = self.settings.get(key)
            if setting is None:
                raise LocalProtocolError(
                    f"{self.name} has no setting '{key}'", f"Settings of this sensor: {', '.join(self.settings)}."
                )
            if float(value) not in setting.allowed:
                allowed = ", ".join(f"{item:g}" for item in setting.allowed)
                raise LocalProtocolError(f"{self.name} cannot use {key} = {value:g}", f"Allowed: {allowed}.")
            resolved[key] = float(value)
        return resolved

    def samples_per_packet(self, settings: Mapping[str, float]) -> int:
        """Samples that one packet normally holds. A decoder never relies on it: it counts by length."""
        return self.packet.samples_per_packet[settings["rate_hz"]]

    def required_mtu(self, settings: Mapping[str, float]) -> int:
        """ATT_MTU that the stream needs: its longest notification plus 3 bytes of ATT header."""
        from gaitpipe.protocol.packets import longest_notification_bytes

        return max(self.mtu_min, 3 + longest_notification_bytes(self, self.samples_per_packet(settings)))

    def start_commands(self, settings: Mapping[str, float]) -> tuple[Command, ...]:
        """What to write, in this order, to start the stream."""
        return self._commands("start", settings)

    def stop_commands(self, settings: Mapping[str, float]) -> tuple[Command, ...]:
        """What to write, in this order, to stop the stream."""
        return self._commands("stop", settings)

    def _commands(self, when: str, settings: Mapping[str, float]) -> tuple[Command, ...]:
        return tuple(
            Command(rule.characteristic, render(rule.payload, settings), rule.with_response)
            for rule in self.commands
            if rule.when == when
        )

    def reply_to(self, characteristic: str, payload: bytes, settings: Mapping[str, float]) -> DeviceReply:
        """The device's side of the handshake, for virtual sensors: what it does when `payload` is written to it."""
        return reply_of(self.commands, full_uuid(characteristic), bytes(payload), settings)


def parse_profile(text: str, file: str) -> Profile:
    """Read a profile from the text of its TOML file.

    Raises
    ------
    ProfileError
        The text is not a valid profile. It carries all faults at once, each with key, line and, where a word looks
        mistyped, the word that was probably meant.
    """
    from gaitpipe.protocol.profile_builder import build_profile

    return build_profile(text, file)
