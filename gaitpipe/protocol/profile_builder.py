"""From the text of a profile file to a `Profile`: read, check everything, resolve roles to UUIDs and units to SI.

Imported only when a profile is read, since pydantic takes a while to load.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from pydantic import ValidationError

from gaitpipe.errors import ProfileError, ProfileFault
from gaitpipe.protocol import profile_parts as built
from gaitpipe.protocol.handshake import CommandRule, Condition, ReplyRule
from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.quantities import QUANTITIES, UNUSED
from gaitpipe.protocol.schema import (
    CommandTable,
    OnlyIf,
    PacketTable,
    ProfileFile,
    ReplyTable,
    SampleFieldTable,
    ServiceTable,
    SettingTable,
    Sourced,
    StatusTable,
)
from gaitpipe.protocol.schema_faults import cross_faults, pydantic_faults, sorted_faults, syntax_fault
from gaitpipe.protocol.toml_lines import read_toml

RANGE_SETTING = {"acc": "acc_range_g", "gyr": "gyr_range_dps"}


def build_profile(text: str, file: str) -> Profile:
    """Read, check and translate; see `profile.parse_profile`."""
    advice = "Mend the lines named above; firmware_profiles/README.md explains every key."
    try:
        raw: dict[str, Any] = read_toml(text)
    except ValueError as error:
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


def _translate(parsed: ProfileFile, text: str) -> Profile:
    services = _services(parsed)
    roles = {item.role: item.key for service in services for item in service.characteristics}
    advertisement = parsed.advertisement
    return Profile(
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
        services=services,
        settings={key: _setting(item) for key, item in parsed.settings.items()},
        commands=tuple(_command(item, roles) for item in parsed.command),
        packets=tuple(_packet(table, parsed, roles) for table in parsed.packet),
        mtu_min=parsed.link.mtu_min,
        readings=tuple(built.ReadingRule(roles[item.role], item.codec) for item in parsed.reading),
        unfit=tuple(built.Unfit(item.reason, _condition(item.only_if)) for item in parsed.unfit),
        auxiliary=parsed.auxiliary,
        variant_of=parsed.variant_of,
        status=_status(parsed.status, roles),
        facts=_facts(parsed),
    )


def _services(parsed: ProfileFile) -> tuple[built.Service, ...]:
    counts = Counter(item.uuid for service in parsed.service for item in service.characteristic)
    return tuple(_service(service, counts) for service in parsed.service)


def _service(table: ServiceTable, counts: Counter[str]) -> built.Service:
    members = tuple(
        built.Characteristic(
            uuid=item.uuid,
            properties=frozenset(item.properties),
            role=item.role,
            key=item.uuid if counts[item.uuid] == 1 else f"{table.uuid}/{item.uuid}",
            also=tuple(item.also),
            subscribe=item.subscribe,
        )
        for item in table.characteristic
    )
    return built.Service(table.uuid, members, tuple(table.also))


def _setting(table: SettingTable) -> built.Setting:
    if table.allowed is not None:
        return built.Setting(table.default, tuple(table.allowed))
    return built.Setting(table.default, (table.default,), (table.minimum or 0.0, table.maximum or 0.0))


def _condition(only_if: OnlyIf) -> Condition:
    rows = only_if if isinstance(only_if, list) else [only_if] if only_if else []
    return tuple(
        {key: tuple(value) if isinstance(value, list) else (value,) for key, value in row.items()} for row in rows
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
        only_if=_condition(table.only_if),
        pause_after_s=table.pause_after_s,
    )


def _packet(table: PacketTable, parsed: ProfileFile, roles: dict[str, str]) -> built.PacketLayout:
    clock_bits = next((int(item.type[1:]) for item in table.header if item.name == "device_time"), 32)
    per_packet = table.samples_per_packet
    rates = parsed.settings["rate_hz"].allowed or []
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
        count_is_fixed=table.count_is_fixed,
        only_if=_condition(table.only_if),
    )


def _sample_field(table: SampleFieldTable, parsed: ProfileFile) -> built.SampleField:
    if table.quantity == UNUSED:
        return built.SampleField(UNUSED, "u8", 1.0, 1.0, None, None, table.bytes or 1)
    range_setting = RANGE_SETTING.get(table.quantity)
    quantity = QUANTITIES[table.quantity]
    return built.SampleField(
        quantity=table.quantity,
        type=table.type or "i16",
        scale=table.scale,
        si_per_unit=quantity.si_per_unit[table.unit or ""],
        scale_setting=table.scale_setting,
        range_setting=range_setting if range_setting in parsed.settings else None,
        components=quantity.components,
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
        *(("packet", item) for item in parsed.packet),
        *(("packet.timestamp", item.timestamp) for item in parsed.packet),
        *(("reading", item) for item in parsed.reading),
        *(("unfit", item) for item in parsed.unfit),
    ]
    if parsed.status is not None:
        tables.append(("status", parsed.status))
    stated = tuple(built.Fact(key, item.source, item.confidence) for key, item in tables)
    return stated + tuple(built.Fact(item.about, item.source, item.confidence, item.text) for item in parsed.note)
