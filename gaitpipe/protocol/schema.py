"""Types of a profile file.

Strict pydantic models: no key that is not named here, no text where a number belongs. Each table that states facts
about a device carries `source` and `confidence`. Imported only when a profile is read, since pydantic takes a while to
load.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gaitpipe.protocol.handshake import PayloadPart
from gaitpipe.protocol.uuids import full_uuid, is_uuid


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
