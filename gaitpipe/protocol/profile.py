"""A device profile: everything gaitpipe knows about one kind of sensor, read from one TOML file.

The words of the file are explained in `firmware_profiles/README.md`. `schema.py` holds their types,
`profile_builder.py` reads them, `profile_parts.py` holds the values after reading, and `schema_faults.py` says what is
wrong with a file. Here is the whole, with the questions that a recorder or a virtual sensor asks. Nothing does I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gaitpipe.errors import LocalProtocolError
from gaitpipe.model import AuxiliaryKind
from gaitpipe.protocol.handshake import Command, CommandRule, DeviceReply, holds, render, reply_of
from gaitpipe.protocol.profile_parts import (
    Advertisement,
    Fact,
    PacketLayout,
    ReadingRule,
    Service,
    Setting,
    StatusRule,
    Unfit,
)
from gaitpipe.protocol.uuids import full_uuid


@dataclass(frozen=True)
class Profile:
    """One kind of sensor. Made by `parse_profile`; see the module text.

    `packets` are all that it can send; which of them a stream has follows from the settings (`active_packets`).
    An `auxiliary` device (treadmill, foot pod, heart rate) has `readings` in place of packets. `variant_of` names the
    profile of the same hardware by which it is recognised.
    """

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
    packets: tuple[PacketLayout, ...]
    mtu_min: int
    readings: tuple[ReadingRule, ...] = ()
    unfit: tuple[Unfit, ...] = ()
    auxiliary: AuxiliaryKind | None = None
    variant_of: str | None = None
    status: StatusRule | None = None
    facts: tuple[Fact, ...] = field(default=())

    @property
    def packet(self) -> PacketLayout:
        """The packet that leads the stream with the default settings."""
        return self.leading_packet(self.resolve_settings())

    @property
    def has_gyro(self) -> bool:
        """Whether angular velocity is sent with the default settings."""
        return self.sends("gyr", self.resolve_settings())

    def sends(self, quantity: str, settings: Mapping[str, float]) -> bool:
        """Whether a stream with these settings carries the quantity."""
        return any(packet.holds_quantity(quantity) for packet in self.active_packets(settings))

    def active_packets(self, settings: Mapping[str, float]) -> tuple[PacketLayout, ...]:
        """The packets of a stream with these settings, in the order of the file."""
        return tuple(packet for packet in self.packets if holds(packet.only_if, settings))

    def leading_packet(self, settings: Mapping[str, float]) -> PacketLayout:
        """The packet whose samples are counted and timed: the one with the accelerations, or else the first.

        Raises
        ------
        LocalProtocolError
            No packet belongs to these settings.
        """
        active = self.active_packets(settings)
        if not active:
            raise LocalProtocolError(f"{self.name} sends no samples with these settings", "Choose other settings.")
        return next((packet for packet in active if packet.holds_quantity("acc")), active[0])

    def data_characteristics(self, settings: Mapping[str, float]) -> tuple[str, ...]:
        """The characteristics that carry the stream, each once.

        Of an auxiliary device it is that of the first reading: it must have that one, and may have the others.
        """
        carried = [packet.characteristic for packet in self.active_packets(settings)]
        return tuple(dict.fromkeys([*carried, *(rule.characteristic for rule in self.readings[:1])]))

    def unfit_reason(self, settings: Mapping[str, float]) -> str | None:
        """Why a stream with these settings is of no use for gait; None when it is of use."""
        for item in self.unfit:
            if holds(item.only_if, settings):
                return item.reason
        if self.auxiliary is None and not self.sends("acc", settings):
            return "with these settings it sends no acceleration"
        return None

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """All characteristics that may have to be subscribed to. The battery may be among them."""
        carried = {item.characteristic for item in self.packets} | {item.characteristic for item in self.readings}
        return tuple(
            item.key
            for service in self.services
            for item in service.characteristics
            if item.properties & {"notify", "indicate"}
            and (item.key in carried or item.subscribe or item.role in ("status", "battery"))
        )

    def subscriptions(self, settings: Mapping[str, float]) -> tuple[str, ...]:
        """What to subscribe to before the start commands are sent: the stream first, then answers and the battery."""
        data = self.data_characteristics(settings)
        carried = {packet.characteristic for packet in self.packets}
        return data + tuple(key for key in self.notify_characteristics if key not in data and key not in carried)

    def places_of(self, key: str) -> tuple[tuple[str, str], ...]:
        """Where a characteristic may be found: (service, characteristic) UUIDs, the usual place first."""
        for service in self.services:
            for item in service.characteristics:
                if item.key == key:
                    uuids = [(service.uuid, item.uuid)]
                    services = service.also or (service.uuid,) * len(item.also)
                    return (*uuids, *zip(services, item.also, strict=False))
        return ()

    def key_of(self, characteristic: str) -> str:
        """The key of a characteristic that was named by any of its UUIDs; an unknown one comes back as it is."""
        uuid = full_uuid(characteristic)
        for service in self.services:
            for item in service.characteristics:
                if uuid in (item.key, item.uuid, *item.also):
                    return item.key
        return uuid

    @property
    def battery_characteristic(self) -> str | None:
        """Characteristic whose first byte is the charge in per cent."""
        return self.characteristic_of("battery")

    def characteristic_of(self, role: str) -> str | None:
        """Key of the characteristic with this role, None when the profile has none."""
        for service in self.services:
            for item in service.characteristics:
                if item.role == role:
                    return item.key
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
            if not setting.allows(float(value)):
                message = f"{self.name} cannot use {key} = {value:g}"
                raise LocalProtocolError(message, f"Allowed: {setting.allowed_text}.")
            resolved[key] = float(value)
        return resolved

    def samples_per_packet(self, settings: Mapping[str, float]) -> int:
        """Samples that one packet normally holds. A decoder never relies on it: it counts by length."""
        return self.leading_packet(settings).samples_per_packet[settings["rate_hz"]]

    def required_mtu(self, settings: Mapping[str, float]) -> int:
        """ATT_MTU that the stream needs: its longest notification, padding included, plus 3 bytes of ATT header."""
        from gaitpipe.protocol.codecs import longest_notification_bytes

        longest = [
            longest_notification_bytes(layout, settings, layout.samples_per_packet[settings["rate_hz"]])
            + layout.zero_padding_max_bytes
            for layout in self.active_packets(settings)
        ]
        return max([self.mtu_min, *(3 + length for length in longest)])

    def streams_when_subscribed(self, settings: Mapping[str, float]) -> bool:
        """Whether the sensor streams as soon as it is subscribed to: none of its start commands starts the stream."""
        starts = (rule for rule in self.commands if rule.when == "start" and holds(rule.only_if, settings))
        return not any(rule.streaming for rule in starts)

    def start_commands(self, settings: Mapping[str, float]) -> tuple[Command, ...]:
        """What to write, in this order, to start the stream."""
        return self._commands("start", settings)

    def stop_commands(self, settings: Mapping[str, float]) -> tuple[Command, ...]:
        """What to write, in this order, to stop the stream."""
        return self._commands("stop", settings)

    def _commands(self, when: str, settings: Mapping[str, float]) -> tuple[Command, ...]:
        return tuple(
            Command(rule.characteristic, render(rule.payload, settings), rule.with_response, rule.pause_after_s)
            for rule in self.commands
            if rule.when == when and holds(rule.only_if, settings)
        )

    def reply_to(self, characteristic: str, payload: bytes, settings: Mapping[str, float]) -> DeviceReply:
        """The device's side of the handshake, for virtual sensors: what it does when `payload` is written to it."""
        return reply_of(self.commands, self.key_of(characteristic), bytes(payload), settings)


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
