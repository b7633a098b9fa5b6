"""Types of a profile file.

Strict pydantic models: no key that is not named here, no text where a number belongs. Each table that states facts
about a device carries `source` and `confidence`. Imported only when a profile is read, since pydantic takes a while to
load.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

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


def _not_zero(number: float) -> float:
    if number == 0:
        raise ValueError("a scale of 0 makes every value 0")
    return number


Uuid = Annotated[str, AfterValidator(_checked_uuid)]
Hex = Annotated[str, AfterValidator(_checked_hex)]
Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Scale = Annotated[Number, AfterValidator(_not_zero)]
IntegerType = Literal["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"]
SampleType = Literal["i8", "u8", "i16", "u16", "i32", "u32", "f32"]
SampleCount = Annotated[int, Field(ge=1, le=1000)]
Condition = dict[str, Number | Annotated[list[Number], Field(min_length=1)]]
"""Settings and the value, or one of the values, that each must have."""
OnlyIf = Condition | Annotated[list[Condition], Field(min_length=1)]
"""One condition, or several of which one must hold."""


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
    also: list[Uuid] = []
    role: Text
    properties: list[Literal["read", "write", "write-without-response", "notify", "indicate"]]
    subscribe: bool = False


class ServiceTable(Sourced):
    uuid: Uuid
    also: list[Uuid] = []
    characteristic: Annotated[list[CharacteristicTable], Field(min_length=1)]


class SettingTable(Sourced):
    default: Number
    allowed: Annotated[list[Number], Field(min_length=1)] | None = None
    minimum: Number | None = None
    maximum: Number | None = None

    @model_validator(mode="after")
    def _default_is_allowed(self) -> SettingTable:
        if self.allowed is None:
            if self.minimum is None or self.maximum is None:
                raise ValueError("needs `allowed`, or `minimum` and `maximum`")
            if not self.minimum <= self.default <= self.maximum:
                raise ValueError(f"default {self.default:g} is not between minimum and maximum")
        elif self.default not in self.allowed:
            raise ValueError(f"default {self.default:g} is not among the allowed values")
        return self


class PartTable(Table):
    hex: Hex | None = None
    ascii: Text | None = None
    setting: Text | None = None
    type: IntegerType | Literal["f32"] | None = None
    codes: dict[str, int] | None = None
    scale: Scale = 1.0

    @model_validator(mode="after")
    def _is_one_kind(self) -> PartTable:
        if sum(item is not None for item in (self.hex, self.ascii, self.setting)) != 1:
            raise ValueError("needs exactly one of hex, ascii and setting")
        if (self.setting is None) != (self.type is None):
            raise ValueError("setting and type belong together")
        if self.codes is not None and self.setting is None:
            raise ValueError("codes belong to a setting")
        if self.scale != 1.0 and (self.setting is None or self.codes is not None):
            raise ValueError("scale belongs to a setting without codes")
        return self

    def part(self) -> PayloadPart:
        if self.hex is not None:
            return PayloadPart("bytes", data=bytes.fromhex(self.hex))
        if self.ascii is not None:
            return PayloadPart("text", text=self.ascii)
        codes = None if self.codes is None else {float(key): value for key, value in self.codes.items()}
        return PayloadPart("setting", text=self.setting or "", type=self.type or "u8", codes=codes, scale=self.scale)


class ReplyTable(Table):
    role: Text
    payload: list[PartTable]


class CommandTable(Sourced):
    when: Literal["start", "stop", "info"]
    only_if: OnlyIf = {}
    role: Text
    with_response: bool
    payload: Annotated[list[PartTable], Field(min_length=1)]
    pause_after_s: Annotated[float, Field(ge=0, le=2, strict=True)] = 0.0
    recognised_by: Hex
    streaming: bool | None = None
    reply: list[ReplyTable] = []
    refusal: list[ReplyTable] = []


class HeaderFieldTable(Table):
    name: Text
    type: IntegerType
    equals: int | None = None


class SampleFieldTable(Table):
    quantity: Literal[
        "acc", "gyr", "mag", "mag_relative", "free_acc", "euler", "quaternion", "delta_quaternion", "delta_velocity",
        "status_word", "acc_clip_count", "gyr_clip_count", "unused",
    ]  # fmt: skip
    type: SampleType | None = None
    unit: Text | None = None
    scale: Scale = 1.0
    scale_setting: Text | None = None
    bytes: Annotated[int, Field(ge=1, le=255)] | None = None

    @model_validator(mode="after")
    def _has_its_keys(self) -> SampleFieldTable:
        if self.quantity == "unused":
            if self.bytes is None or self.type is not None or self.unit is not None:
                raise ValueError("an unused field has `bytes`, and neither type nor unit")
        elif self.type is None or self.unit is None or self.bytes is not None:
            raise ValueError("needs type and unit; only an unused field has `bytes`")
        return self


class TimestampTable(Sourced):
    meaning: Literal["first_sample", "last_sample", "none"]
    tick_s: Annotated[float, Field(gt=0, strict=True)] | None = None


class PacketTable(Sourced):
    role: Text
    only_if: OnlyIf = {}
    codec: Text | None = None
    order: Literal["interleaved", "blocks"]
    header: list[HeaderFieldTable] = []
    field: Annotated[list[SampleFieldTable], Field(min_length=1)]
    crc: Literal["crc16-ccitt-false"] | None = None
    sequence_counts: Literal["packets", "samples"] | None = None
    samples_per_packet: SampleCount | dict[str, SampleCount]
    count_is_fixed: bool = False
    zero_padding_max_bytes: Annotated[int, Field(ge=0)] = 0
    timestamp: TimestampTable


class LinkTable(Sourced):
    mtu_min: Annotated[int, Field(ge=23, le=517)] = 23


class StatusTable(Sourced):
    role: Text
    byte: Annotated[int, Field(ge=0)] = 0
    ok: list[int]
    texts: dict[str, str]


class UnfitTable(Sourced):
    """Why a recording with this sensor, or with these settings of it, is of no use for gait."""

    reason: Text
    only_if: OnlyIf = {}


class ReadingTable(Sourced):
    """A characteristic of an auxiliary device (treadmill, foot pod, heart rate) and the codec that reads it."""

    role: Text
    codec: Text


class NoteTable(Sourced):
    about: Text
    text: Text


class ProfileFile(Table):
    """The whole file."""

    schema_version: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    name: Text
    maker: Text
    model: Text
    variant_of: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    auxiliary: Literal["treadmill", "foot_pod", "heart_rate"] | None = None
    placements: list[Literal["foot", "shank"]] = []
    mount_hint: Text
    recognition: Recognition
    advertisement: AdvertisementTable
    link: LinkTable
    service: Annotated[list[ServiceTable], Field(min_length=1)]
    settings: dict[str, SettingTable] = {}
    command: list[CommandTable] = []
    packet: list[PacketTable] = []
    reading: list[ReadingTable] = []
    unfit: list[UnfitTable] = []
    status: StatusTable | None = None
    note: list[NoteTable] = []

    @model_validator(mode="before")
    @classmethod
    def _one_packet_is_a_list_of_one(cls, raw: Any) -> Any:
        """`[packet]` and a single `[[packet]]` mean the same."""
        if isinstance(raw, dict) and isinstance(raw.get("packet"), dict):
            return raw | {"packet": [raw["packet"]]}
        return raw
