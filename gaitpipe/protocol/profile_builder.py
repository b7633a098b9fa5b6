"""From the text of a profile file to a `Profile`: read, check everything, resolve roles to UUIDs and units to SI.

Imported only when a profile is read, since pydantic takes a while to load.
"""

from __future__ import annotations

import hashlib
import tomllib
from typing import Any

from pydantic import ValidationError

from gaitpipe.errors import ProfileError, ProfileFault
from gaitpipe.model import STANDARD_GRAVITY_M_S2
from gaitpipe.protocol import profile as built
from gaitpipe.protocol.handshake import CommandRule, ReplyRule
from gaitpipe.protocol.schema import (
    CommandTable,
    ProfileFile,
    ReplyTable,
    SampleFieldTable,
    ServiceTable,
    Sourced,
    StatusTable,
)
from gaitpipe.protocol.schema_faults import cross_faults, pydantic_faults, sorted_faults, syntax_fault

SI_PER_UNIT = {
    "m/s2": 1.0,
    "g": STANDARD_GRAVITY_M_S2,
    "mg": STANDARD_GRAVITY_M_S2 / 1000.0,
    "rad/s": 1.0,
    "deg/s": 0.017453292519943295,
    "uT": 1.0,
}
"""SI per unit; the magnetometer stays in microtesla."""

RANGE_SETTING = {"acc": "acc_range_g", "gyr": "gyr_range_dps", "mag": None}


def build_profile(text: str, file: str) -> built.Profile:
    """Read, check and translate; see `profile.parse_profile`."""
    advice = "Mend the lines named above; firmware_profiles/README.md explains every key."
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(file, [syntax_fault(str(error))], "The file is not valid TOML.") from None
    faults: list[ProfileFault] = cross_faults(raw, text)
    parsed: ProfileFile | None = None
    try:
        parsed = ProfileFile.model_validate(raw)
    except ValidationError as error:
        faults += pydantic_faults(error, ProfileFile, text)
    if parsed is None or faults:
        raise ProfileError(file, sorted_faults(faults), advice)
    return _translate(parsed, text)


def _translate(parsed: ProfileFile, text: str) -> built.Profile:
    roles = {item.role: item.uuid for service in parsed.service for item in service.characteristic}
    advertisement = parsed.advertisement
    return built.Profile(
        id=parsed.id,
        name=parsed.name,
        maker=parsed.maker,
        model=parsed.model,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        placements=tuple(parsed.placements),
        mount_hint=parsed.mount_hint,
        local_name_prefixes=tuple(parsed.recognition.local_name_prefixes),
        service_uuids=tuple(parsed.recognition.service_uuids),
        manufacturer_ids=tuple(parsed.recognition.manufacturer_ids),
        advertisement=built.Advertisement(
            advertisement.local_name, tuple(advertisement.service_uuids), advertisement.manufacturer_id
        ),
        services=tuple(_service(service) for service in parsed.service),
        settings={key: built.Setting(item.default, tuple(item.allowed)) for key, item in parsed.settings.items()},
        commands=tuple(_command(item, roles) for item in parsed.command),
        packet=_packet(parsed, roles),
        mtu_min=parsed.link.mtu_min,
        status=_status(parsed.status, roles),
        facts=_facts(parsed),
    )


def _service(table: ServiceTable) -> built.Service:
    return built.Service(
        table.uuid,
        tuple(built.Characteristic(item.uuid, frozenset(item.properties), item.role) for item in table.characteristic),
    )


def _command(table: CommandTable, roles: dict[str, str]) -> CommandRule:
    def rules(replies: list[ReplyTable]) -> tuple[ReplyRule, ...]:
        return tuple(ReplyRule(roles[reply.role], tuple(part.part() for part in reply.payload)) for reply in replies)

    return CommandRule(
        when=table.when,
        characteristic=roles[table.role],
        with_response=table.with_response,
        payload=tuple(part.part() for part in table.payload),
        recognised_by=bytes.fromhex(table.recognised_by),
        replies=rules(table.reply),
        refusals=rules(table.refusal),
        streaming=table.streaming,
    )


def _packet(parsed: ProfileFile, roles: dict[str, str]) -> built.PacketLayout:
    table = parsed.packet
    clock_bits = next((int(item.type[1:]) for item in table.header if item.name == "device_time"), 32)
    per_packet = table.samples_per_packet
    rates = parsed.settings["rate_hz"].allowed
    counts = {float(key): value for key, value in per_packet.items()} if isinstance(per_packet, dict) else {}
    return built.PacketLayout(
        characteristic=roles[table.role],
        codec=table.codec,
        header=tuple(built.HeaderField(item.name, item.type, item.equals) for item in table.header),
        order=table.order,
        fields=tuple(_sample_field(item, parsed) for item in table.field),
        crc=table.crc,
        timestamp=built.Timestamp(table.timestamp.meaning, table.timestamp.tick_s or 0.0, clock_bits),
        sequence_counts=table.sequence_counts,
        samples_per_packet=counts if isinstance(per_packet, dict) else dict.fromkeys(rates, per_packet),
        zero_padding_max_bytes=table.zero_padding_max_bytes,
    )


def _sample_field(table: SampleFieldTable, parsed: ProfileFile) -> built.SampleField:
    range_setting = RANGE_SETTING[table.quantity]
    return built.SampleField(
        quantity=table.quantity,
        type=table.type,
        scale=table.scale,
        si_per_unit=SI_PER_UNIT[table.unit],
        scale_setting=table.scale_setting,
        range_setting=range_setting if range_setting in parsed.settings else None,
    )


def _status(table: StatusTable | None, roles: dict[str, str]) -> built.StatusRule | None:
    if table is None:
        return None
    texts = {int(key): value for key, value in table.texts.items()}
    return built.StatusRule(roles[table.role], table.byte, texts, frozenset(table.ok))


def _facts(parsed: ProfileFile) -> tuple[built.Fact, ...]:
    tables: list[tuple[str, Sourced]] = [
        ("recognition", parsed.recognition),
        ("advertisement", parsed.advertisement),
        ("link", parsed.link),
        *((f"service {item.uuid}", item) for item in parsed.service),
        *((f"settings.{key}", item) for key, item in parsed.settings.items()),
        *((f"command ({item.when})", item) for item in parsed.command),
        ("packet", parsed.packet),
        ("packet.timestamp", parsed.packet.timestamp),
    ]
    if parsed.status is not None:
        tables.append(("status", parsed.status))
    stated = tuple(built.Fact(key, item.source, item.confidence) for key, item in tables)
    return stated + tuple(built.Fact(item.about, item.source, item.confidence, item.text) for item in parsed.note)
