"""Arithmetic packets: one header, n samples, perhaps a checksum, exactly as the profile lists them; both directions.

The number of samples is never assumed: it follows from the length. A packet that does not fit gives a `Refusal`, not an
exception, since a sensor's bytes are never an error of the program.
"""

from __future__ import annotations

import binascii
import math
import struct
from collections.abc import Mapping
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
from gaitpipe.protocol.codecs import framing_named
from gaitpipe.protocol.handshake import STRUCT_CODES
from gaitpipe.protocol.profile import PacketLayout, Profile, SampleField

_NUMPY_TYPES = {"i8": "<i1", "i16": "<i2", "i32": "<i4", "f32": "<f4"}
_SI_PER_RANGE_UNIT = {"acc_range_g": STANDARD_GRAVITY_M_S2, "gyr_range_dps": 0.017453292519943295}
_CLIP_FLAGS = {"acc": FLAG_ACC_CLIPPED, "gyr": FLAG_GYR_CLIPPED}
CLIPPED_ABOVE = 0.98
"""Part of the range from which a reading counts as clipped: filters inside a sensor round off the plateau."""
ABSURD_ABOVE = 10.0
"""A float beyond this many ranges was never measured: bytes are damaged."""
_CRC_BYTES = {"crc16-ccitt-false": 2, None: 0}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a packet cannot be read."""

    kind: FaultKind
    detail: str


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet in SI units. `ticks` and `sequence` are None when the packet carries none."""

    ticks: int | None
    sequence: int | None
    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray
    mag_ut: FloatArray | None
    flags: ByteArray

    def __len__(self) -> int:
        return int(self.flags.shape[0])


@dataclass(frozen=True, slots=True)
class _Column:
    """One quantity of the samples: how to turn raw numbers into SI and where they end."""

    field: SampleField
    factor: float
    range_si: float | None
    raw_limits: tuple[int, int] | None
    clipped_from_si: float
    absurd_above_si: float


class PacketFormat:
    """Reads and writes the packets of one profile with one set of settings."""

    def __init__(self, profile: Profile, settings: Mapping[str, float]) -> None:
        layout = profile.packet
        self._layout = layout
        self._header = struct.Struct("<" + "".join(STRUCT_CODES[item.type] for item in layout.header))
        self._names = [item.name for item in layout.header]
        self._columns = tuple(_column(item, settings) for item in layout.fields)
        self._sample_type = np.dtype([(item.quantity, _NUMPY_TYPES[item.type], (3,)) for item in layout.fields])
        self._crc_bytes = _CRC_BYTES[layout.crc]

    def size_bytes(self, sample_count: int) -> int:
        """Length of a packet with this many samples."""
        return int(self._header.size + sample_count * self._sample_type.itemsize + self._crc_bytes)

    def read(self, data: bytes) -> Packet | Refusal:
        """Read one packet; never raises, whatever the bytes are."""
        counted = self._sample_count(data)
        if isinstance(counted, Refusal):
            return counted
        header = dict(zip(self._names, self._header.unpack_from(data), strict=True))
        for item in self._layout.header:
            if item.equals is not None and header[item.name] != item.equals:
                return Refusal(FaultKind.HEADER, f"{item.name} is {header[item.name]}, expected {item.equals}")
        if self._layout.crc is not None and crc16_ccitt_false(data[:-2]) != int.from_bytes(data[-2:], "little"):
            return Refusal(FaultKind.CHECKSUM, "the checksum does not fit")
        return self._samples(data, counted, header)

    def _sample_count(self, data: bytes) -> int | Refusal:
        body = len(data) - self._header.size - self._crc_bytes
        count, rest = divmod(body, self._sample_type.itemsize)
        if body <= 0 or count < 1:
            return Refusal(FaultKind.LENGTH, f"{len(data)} bytes, at least {self.size_bytes(1)} expected")
        if rest and (rest > self._layout.zero_padding_max_bytes or any(data[-rest:])):
            return Refusal(FaultKind.LENGTH, f"{len(data)} bytes are no whole number of samples")
        return count

    def _samples(self, data: bytes, count: int, header: dict[str, int]) -> Packet | Refusal:
        raw = self._raw_columns(data, count)
        flags: ByteArray = np.zeros(count, dtype=np.uint8)
        values: dict[str, FloatArray] = {}
        for column in self._columns:
            name = column.field.quantity
            si = raw[name] * column.factor
            largest = float(np.abs(si).max())
            if not largest <= column.absurd_above_si:  # NaN compares false
                return Refusal(FaultKind.VALUE, f"{name} is not a finite, possible number")
            if largest >= column.clipped_from_si:
                clipped = np.any(np.abs(si) >= column.clipped_from_si, axis=1)
                flags |= np.where(clipped, np.uint8(_CLIP_FLAGS.get(name, 0)), np.uint8(0))
            values[name] = si
        return Packet(
            ticks=header.get("device_time"),
            sequence=header.get("sequence"),
            acc_m_s2=values["acc"],
            gyr_rad_s=values["gyr"] if "gyr" in values else np.full((count, 3), np.nan),
            mag_ut=values.get("mag"),
            flags=flags,
        )

    def _raw_columns(self, data: bytes, count: int) -> dict[str, FloatArray]:
        offset = self._header.size
        if self._layout.order == "interleaved":
            table = np.frombuffer(data, dtype=self._sample_type, count=count, offset=offset)
            return {name: table[name].astype(np.float64) for name in self._sample_type.names or ()}
        columns: dict[str, FloatArray] = {}
        for item in self._layout.fields:
            block = np.frombuffer(data, dtype=_NUMPY_TYPES[item.type], count=3 * count, offset=offset)
            columns[item.quantity] = block.astype(np.float64).reshape(count, 3)
            offset += block.nbytes
        return columns

    def write(self, header: Mapping[str, int], values_si: Mapping[str, FloatArray]) -> bytes:
        """The bytes of a packet with these header numbers and SI values (n, 3); values saturate at the range."""
        numbers = [header.get(item.name, item.equals or 0) for item in self._layout.header]
        raw: dict[str, NDArray[Any]] = {}
        for column in self._columns:
            raw[column.field.quantity] = _to_raw(column, values_si[column.field.quantity])
        data = self._header.pack(*numbers) + self._body(raw)
        if self._layout.crc is not None:
            data += crc16_ccitt_false(data).to_bytes(2, "little")
        return data

    def _body(self, raw: Mapping[str, NDArray[Any]]) -> bytes:
        if self._layout.order == "blocks":
            return b"".join(raw[item.quantity].tobytes() for item in self._layout.fields)
        table = np.empty(len(raw["acc"]), dtype=self._sample_type)
        for name, column in raw.items():
            table[name] = column
        return table.tobytes()


def crc16_ccitt_false(data: bytes) -> int:
    """CRC-16 with polynomial 0x1021, start 0xFFFF, no reflection, no final xor; of `123456789` it is 0x29B1."""
    return binascii.crc_hqx(data, 0xFFFF)


def longest_notification_bytes(profile: Profile, sample_count: int) -> int:
    """Length of the longest notification of a packet with this many samples, framing included."""
    settings = {key: setting.default for key, setting in profile.settings.items()}
    size = PacketFormat(profile, settings).size_bytes(sample_count)
    return max(len(frame) for frame in framing_named(profile.packet.codec).frames(bytes(size)))


def range_si(profile: Profile, settings: Mapping[str, float], quantity: str) -> float | None:
    """End of the range in SI units, None when the profile does not know it."""
    found = next((item for item in profile.packet.fields if item.quantity == quantity), None)
    return None if found is None else _column(found, settings).range_si


def _column(item: SampleField, settings: Mapping[str, float]) -> _Column:
    scale = item.scale * item.si_per_unit
    if item.scale_setting is not None:
        scale *= settings[item.scale_setting]
    end = None
    if item.range_setting is not None:
        end = settings[item.range_setting] * _SI_PER_RANGE_UNIT[item.range_setting]
    clipped_from = CLIPPED_ABOVE * end if end is not None else math.inf
    if item.type == "f32":
        return _Column(item, scale, end, None, clipped_from, ABSURD_ABOVE * end if end is not None else 1e6)
    information = np.iinfo(np.dtype(_NUMPY_TYPES[item.type]))
    limits = (int(information.min), int(information.max))
    return _Column(item, scale, end, limits, min(clipped_from, limits[1] * abs(scale)), math.inf)


def _to_raw(column: _Column, si: FloatArray) -> NDArray[Any]:
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
