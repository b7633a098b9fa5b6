"""Arithmetic packets: one header, n samples, perhaps a checksum, exactly as the profile lists them; both directions.

The number of samples is never assumed: it follows from the length. A packet that does not fit gives a `Refusal`, not an
exception, since a sensor's bytes are never an error of the program.
"""

from __future__ import annotations

import binascii
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import (
    FLAG_ACC_CLIPPED,
    FLAG_GYR_CLIPPED,
    STANDARD_GRAVITY_M_S2,
    ByteArray,
    FaultKind,
    FloatArray,
)
from gaitpipe.protocol.handshake import STRUCT_CODES
from gaitpipe.protocol.profile_parts import PacketLayout, SampleField
from gaitpipe.protocol.quantities import DEGREE_RAD, UNUSED

_NUMPY_TYPES = {"i8": "<i1", "u8": "<u1", "i16": "<i2", "u16": "<u2", "i32": "<i4", "u32": "<u4", "f32": "<f4"}
_SI_PER_RANGE_UNIT = {"acc_range_g": STANDARD_GRAVITY_M_S2, "gyr_range_dps": DEGREE_RAD}
_CLIP_FLAGS = {"acc": FLAG_ACC_CLIPPED, "gyr": FLAG_GYR_CLIPPED}
CLIPPED_ABOVE = 0.98
"""Part of the range from which a reading counts as clipped: filters inside a sensor round off the plateau."""
ABSURD_ABOVE = 10.0
"""A float beyond this many ranges was never measured: bytes are damaged."""
_FEW_VALUES = 24
_CRC_BYTES = {"crc16-ccitt-false": 2, None: 0}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a packet cannot be read."""

    kind: FaultKind
    detail: str


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet in SI units: `values` by quantity, each (n, components); `flags` (n,).

    `ticks` and `sequence` are None when the packet carries none.
    """

    ticks: int | None
    sequence: int | None
    values: Mapping[str, FloatArray]
    flags: ByteArray

    def __len__(self) -> int:
        return int(self.flags.shape[0])

    def three(self, quantity: str) -> FloatArray:
        """A quantity with three axes, (n, 3); NaN throughout where the packet does not carry it."""
        found = self.values.get(quantity)
        return found if found is not None else np.full((len(self), 3), np.nan)


@dataclass(frozen=True, slots=True)
class Column:
    """One quantity of the samples: how to turn raw numbers into SI and where they end."""

    field: SampleField
    factor: float
    range_si: float | None
    raw_limits: tuple[int, int] | None
    clipped_from_si: float
    absurd_above_si: float


class PacketFormat:
    """Reads and writes one kind of packet with one set of settings."""

    def __init__(self, layout: PacketLayout, settings: Mapping[str, float]) -> None:
        self.layout = layout
        self._header = struct.Struct("<" + "".join(STRUCT_CODES[item.type] for item in layout.header))
        names = [item.name for item in layout.header]
        self._time_at, self._sequence_at = (
            names.index(name) if name in names else None for name in ("device_time", "sequence")
        )
        self._checked = [
            (place, item) for place, item in enumerate(layout.header) if item.equals is not None or item.name == "count"
        ]
        self.columns = tuple(column_of(item, settings) for item in layout.fields if item.quantity != UNUSED)
        self._sample_type = np.dtype(
            [
                (_member(item, row), _NUMPY_TYPES[item.type], (item.components,))
                for row, item in enumerate(layout.fields)
            ]
        )
        self._crc_bytes = _CRC_BYTES[layout.crc]

    def size_bytes(self, sample_count: int) -> int:
        """Length of a packet with this many samples."""
        return int(self._header.size + sample_count * self._sample_type.itemsize + self._crc_bytes)

    def claims(self, data: bytes) -> bool:
        """Whether the constant parts of the header say that this is such a packet."""
        if len(data) < self._header.size:
            return False
        numbers = self._header.unpack_from(data)
        return all(item.equals in (None, number) for item, number in zip(self.layout.header, numbers, strict=True))

    def read(self, data: bytes) -> Packet | Refusal:
        """Read one packet; never raises, whatever the bytes are."""
        counted = self._sample_count(data)
        if isinstance(counted, Refusal):
            return counted
        numbers = self._header.unpack_from(data)
        for place, item in self._checked:
            number = numbers[place]
            if item.equals is not None and number != item.equals:
                return Refusal(FaultKind.HEADER, f"{item.name} is {number}, expected {item.equals}")
            if item.name == "count" and number != counted:
                return Refusal(FaultKind.LENGTH, f"{counted} samples, but the header says {number}")
        if self.layout.crc is not None and crc16_ccitt_false(data[:-2]) != int.from_bytes(data[-2:], "little"):
            return Refusal(FaultKind.CHECKSUM, "the checksum does not fit")
        ticks = None if self._time_at is None else numbers[self._time_at]
        sequence = None if self._sequence_at is None else numbers[self._sequence_at]
        return self.packet(self._raw_columns(data, counted), ticks, sequence)

    def _sample_count(self, data: bytes) -> int | Refusal:
        body = len(data) - self._header.size - self._crc_bytes
        count, rest = divmod(body, self._sample_type.itemsize)
        if body <= 0 or count < 1:
            return Refusal(FaultKind.LENGTH, f"{len(data)} bytes, at least {self.size_bytes(1)} expected")
        if self.layout.count_is_fixed and count not in self.layout.samples_per_packet.values():
            return Refusal(FaultKind.LENGTH, f"{len(data)} bytes are {count} samples, which this sensor never sends")
        if rest and (rest > self.layout.zero_padding_max_bytes or any(data[-rest:])):
            return Refusal(FaultKind.LENGTH, f"{len(data)} bytes are no whole number of samples")
        return count

    def packet(
        self,
        raw: Mapping[str, FloatArray],
        ticks: int | None,
        sequence: int | None,
        columns: Sequence[Column] | None = None,
    ) -> Packet | Refusal:
        """A packet from raw numbers by quantity, each (n, components): scaled, checked and flagged.

        `columns` replace those of the layout where the packet itself says how its numbers are scaled.
        """
        flags: ByteArray = np.zeros(len(next(iter(raw.values()))), dtype=np.uint8)
        values: dict[str, FloatArray] = {}
        for column in self.columns if columns is None else columns:
            name = column.field.quantity
            si = raw[name] * column.factor
            largest = _largest(si)
            if not largest <= column.absurd_above_si:  # NaN compares false
                return Refusal(FaultKind.VALUE, f"{name} is not a finite, possible number")
            if largest >= column.clipped_from_si:
                clipped = np.any(np.abs(si) >= column.clipped_from_si, axis=1)
                flags |= np.where(clipped, np.uint8(_CLIP_FLAGS.get(name, 0)), np.uint8(0))
            values[name] = si
        return Packet(ticks, sequence, values, flags)

    def _raw_columns(self, data: bytes, count: int) -> dict[str, FloatArray]:
        offset = self._header.size
        if self.layout.order == "interleaved":
            table = np.frombuffer(data, dtype=self._sample_type, count=count, offset=offset)
            return {item.field.quantity: table[item.field.quantity].astype(np.float64) for item in self.columns}
        columns: dict[str, FloatArray] = {}
        for item in self.layout.fields:
            size = item.components * count
            block = np.frombuffer(data, dtype=_NUMPY_TYPES[item.type], count=size, offset=offset)
            columns[item.quantity] = block.astype(np.float64).reshape(count, item.components)
            offset += block.nbytes
        return columns

    def write(self, header: Mapping[str, int], values_si: Mapping[str, FloatArray]) -> bytes:
        """The bytes of a packet with these header numbers and SI values (n, components); values saturate at the range.

        A quantity that is not given is sent as zeros.
        """
        count = len(next(iter(values_si.values())))
        raw = {
            column.field.quantity: to_raw(column, values_si.get(column.field.quantity, _zeros(column, count)))
            for column in self.columns
        }
        numbers = [
            count if item.name == "count" else header.get(item.name, item.equals or 0) for item in self.layout.header
        ]
        data = self._header.pack(*numbers) + self._body(raw, count)
        if self.layout.crc is not None:
            data += crc16_ccitt_false(data).to_bytes(2, "little")
        return data

    def _body(self, raw: Mapping[str, NDArray[Any]], count: int) -> bytes:
        if self.layout.order == "blocks":
            return b"".join(
                raw[item.quantity].tobytes() if item.quantity in raw else bytes(item.components * count)
                for item in self.layout.fields
            )
        table = np.zeros(count, dtype=self._sample_type)
        for name, column in raw.items():
            table[name] = column
        return table.tobytes()


def crc16_ccitt_false(data: bytes) -> int:
    """CRC-16 with polynomial 0x1021, start 0xFFFF, no reflection, no final xor; of `123456789` it is 0x29B1."""
    return binascii.crc_hqx(data, 0xFFFF)


def range_si(layout: PacketLayout, settings: Mapping[str, float], quantity: str) -> float | None:
    """End of the range of a quantity of this packet in SI units, None when the profile does not know it."""
    found = next((item for item in layout.fields if item.quantity == quantity), None)
    return None if found is None else column_of(found, settings).range_si


def column_of(item: SampleField, settings: Mapping[str, float]) -> Column:
    """How to scale a field with these settings, and where its range ends."""
    scale = item.scale * item.si_per_unit
    if item.scale_setting is not None:
        scale *= settings[item.scale_setting]
    end = None
    if item.range_setting is not None:
        end = settings[item.range_setting] * _SI_PER_RANGE_UNIT[item.range_setting]
    clipped_from = CLIPPED_ABOVE * end if end is not None else math.inf
    if item.type == "f32":
        return Column(item, scale, end, None, clipped_from, ABSURD_ABOVE * end if end is not None else 1e6)
    information = np.iinfo(np.dtype(_NUMPY_TYPES[item.type]))
    limits = (int(information.min), int(information.max))
    return Column(item, scale, end, limits, min(clipped_from, limits[1] * abs(scale)), math.inf)


def to_raw(column: Column, si: FloatArray) -> NDArray[Any]:
    """SI values as the numbers that a sensor sends; they saturate at the range."""
    values = np.asarray(si, dtype=np.float64)
    if column.range_si is not None:
        values = np.clip(values, -column.range_si, column.range_si)
    scaled = values / column.factor
    if column.raw_limits is not None:
        scaled = np.clip(np.rint(scaled), *column.raw_limits)
    return scaled.astype(_NUMPY_TYPES[column.field.type])


def has_clock(layout: PacketLayout) -> bool:
    """True when packets carry the device's own time."""
    return layout.timestamp.meaning != "none"


def _largest(values: FloatArray) -> float:
    """Largest magnitude, NaN where a value is NaN. A packet of a few samples is quicker in plain Python."""
    if values.size > _FEW_VALUES:
        return float(np.abs(values).max())
    numbers: list[float] = values.ravel().tolist()
    largest = max(map(abs, numbers))
    return math.nan if math.isnan(sum(numbers)) else largest  # infinities of both signs are refused as well


def _member(item: SampleField, row: int) -> str:
    return f"{UNUSED}{row}" if item.quantity == UNUSED else item.quantity


def _zeros(column: Column, count: int) -> FloatArray:
    return np.zeros((count, column.field.components))
