"""Types of a profile file, and their translation into a `Profile`.

Strict pydantic models: no key that is not named here, no text where a number belongs. Each table that states facts
about a device carries `source` and `confidence`. Imported only when a profile is read, since pydantic takes a while to
load.
"""

from __future__ import annotations

import hashlib
import tomllib
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from gaitpipe.errors import ProfileError, ProfileFault
from gaitpipe.model import STANDARD_GRAVITY_M_S2
from gaitpipe.protocol import profile as built
from gaitpipe.protocol.handshake import CommandRule, PayloadPart, ReplyRule
from gaitpipe.protocol.schema_faults import cross_faults, pydantic_faults, sorted_faults, syntax_fault
from gaitpipe.protocol.uuids import full_uuid, is_uuid

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


def _checked_uuid(text: str) -> str:
    if not is_uuid(text):
        raise ValueError("not a Bluetooth UUID: write 4 hex digits or the 128-bit form with dashes")
    return full_uuid(text)


def _checked_hex(text: str) -> str:
    try:
        bytes.fromhex(text)
    except ValueError:
        raise ValueError("not hexadecimal bytes, such as '01 0A FF'") from None
    return text


Uuid = Annotated[str, AfterValidator(_checked_uuid)]
Hex = Annotated[str, AfterValidator(_checked_hex)]
Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
IntegerType = Literal["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"]
SampleType = Literal["i8", "i16", "i32", "f32"]


class Table(BaseModel):
    """A table of the file: strict, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Sourced(Table):
    """A table that states facts: where they come from and how sure they are."""

    source: Text
    confidence: Literal["verified", "single-source", "memory", "own design"]


class Recognition(Sourced):
    local_name_prefixes: list[Text] = []
    service_uuids: list[Uuid] = []
    manufacturer_ids: list[int] = []

    @model_validator(mode="after")
    def _has_a_mark(self) -> Recognition:
        if not (self.local_name_prefixes or self.service_uuids or self.manufacturer_ids):
            raise ValueError("needs a local name prefix, a service UUID or a manufacturer id")
        return self


class AdvertisementTable(Sourced):
    local_name: Text
    service_uuids: list[Uuid] = []
    manufacturer_id: int | None = None


class CharacteristicTable(Table):
    uuid: Uuid
    role: Text
    properties: list[Literal["read", "write", "write-without-response", "notify", "indicate"]]


class ServiceTable(Sourced):
    uuid: Uuid
    characteristic: Annotated[list[CharacteristicTable], Field(min_length=1)]


class SettingTable(Sourced):
    default: Number
    allowed: Annotated[list[Number], Field(min_length=1)]

    @model_validator(mode="after")
    def _default_is_allowed(self) -> SettingTable:
        if self.default not in self.allowed:
            raise ValueError(f"default {self.default:g} is not among the allowed values")
        return self


class PartTable(Table):
    hex: Hex | None = None
    ascii: Text | None = None
    setting: Text | None = None
    type: IntegerType | Literal["f32"] | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> PartTable:
        if sum(item is not None for item in (self.hex, self.ascii, self.setting)) != 1:
            raise ValueError("needs exactly one of hex, ascii and setting")
        if (self.setting is None) != (self.type is None):
            raise ValueError("setting and type belong together")
        return self

    def part(self) -> PayloadPart:
        if self.hex is not None:
            return PayloadPart("bytes", data=bytes.fromhex(self.hex))
        if self.ascii is not None:
            return PayloadPart("text", text=self.ascii)
        return PayloadPart("setting", text=self.setting or "", type=self.type or "u8")


class ReplyTable(Table):
    role: Text
    payload: list[PartTable]


class CommandTable(Sourced):
    when: Literal["start", "stop", "info"]
    role: Text
    with_response: bool
    payload: Annotated[list[PartTable], Field(min_length=1)]
    recognised_by: Hex
    streaming: bool | None = None
    reply: list[ReplyTable] = []
    refusal: list[ReplyTable] = []


class HeaderFieldTable(Table):
    name: Text
    type: IntegerType
    equals: int | None = None


class SampleFieldTable(Table):
    quantity: Literal["acc", "gyr", "mag"]
    type: SampleType
    unit: Literal["m/s2", "g", "mg", "rad/s", "deg/s", "uT"]
    scale: Number = 1.0
    scale_setting: Text | None = None


class TimestampTable(Sourced):
    meaning: Literal["first_sample", "last_sample", "none"]
    tick_s: Annotated[float, Field(gt=0, strict=True)] | None = None


class PacketTable(Sourced):
    role: Text
    codec: Text | None = None
    order: Literal["interleaved", "blocks"]
    header: list[HeaderFieldTable] = []
    field: Annotated[list[SampleFieldTable], Field(min_length=1)]
    crc: Literal["crc16-ccitt-false"] | None = None
    sequence_counts: Literal["packets", "samples"] | None = None
    samples_per_packet: Annotated[int, Field(ge=1)] | dict[str, Annotated[int, Field(ge=1)]]
    zero_padding_max_bytes: Annotated[int, Field(ge=0)] = 0
    timestamp: TimestampTable


class LinkTable(Sourced):
    mtu_min: Annotated[int, Field(ge=23, le=517)] = 23


class StatusTable(Sourced):
    role: Text
    byte: Annotated[int, Field(ge=0)] = 0
    ok: list[int]
    texts: dict[str, str]


class NoteTable(Sourced):
    about: Text
    text: Text


class ProfileFile(Table):
    """The whole file."""

    schema_version: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Text
    maker: Text
    model: Text
    placements: Annotated[list[Literal["foot", "shank"]], Field(min_length=1)]
    mount_hint: Text
    recognition: Recognition
    advertisement: AdvertisementTable
    link: LinkTable
    service: Annotated[list[ServiceTable], Field(min_length=1)]
    settings: dict[str, SettingTable]
    command: list[CommandTable] = []
    packet: PacketTable
    status: StatusTable | None = None
    note: list[NoteTable] = []


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
