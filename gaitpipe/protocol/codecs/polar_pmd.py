"""Data frames of the measurement service (PMD) of Polar sensors.

A frame is `[type u8][time u64, ns][frame type u8][content]`. The time is that of the LAST sample. Bits 0 to 5 of the
type say what is measured (2 acceleration, 5 gyroscope), bit 7 of the frame type says that the content is a delta frame
(`polar_delta.py`); the other bits number the kinds of content:

    acceleration  0, 1, 2      three numbers of 8, 16, 24 bits a sample, in mg
    acceleration  0x80         delta, 16 bits: number x factor = g
    acceleration  0x81         delta, 16 bits: number x factor = mg; without a factor the number is mg
    gyroscope     0x80         delta, 16 bits: number x factor = deg/s
    gyroscope     0x81         delta, 32 bits: the differences of the bit patterns of floats; float x factor = deg/s

The factor comes from the settings `acc_factor` and `gyr_factor`, which the sensor's answer to the start command tells
(`polar_control.py`), or else from `factor`, for frames that are decoded on their own. 0 is "not told": then a number is
range / 32768.

A cut frame is noticed unless the cut falls between two blocks.

Source: polarofficial/polar-ble-sdk, online_measurement.pdf and the vendor's decoder with its tests.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gaitpipe.model import STANDARD_GRAVITY_M_S2, FaultKind, FloatArray
from gaitpipe.protocol.codecs.polar_delta import longest_bytes, pack, unpack
from gaitpipe.protocol.packets import ABSURD_ABOVE, CLIPPED_ABOVE, Column, Packet, PacketFormat, Refusal, to_raw
from gaitpipe.protocol.profile_parts import PacketLayout
from gaitpipe.protocol.quantities import DEGREE_RAD

_HEADER = struct.Struct("<BQB")
_TYPE_MASK = 0x3F
_CHANNELS = 3
_COMPRESSED = 0x80
_RAW_16_BITS = 1
_SENT_BITS = 16
_TYPES = {"acc": 2, "gyr": 5}
_MILLI_G = STANDARD_GRAVITY_M_S2 / 1000.0


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of content: `bits` a number, and SI per number; with a factor it is factor x `si_if_told` instead."""

    bits: int
    si_if_told: float | None
    si: float
    floats: bool = False


class PmdFormat(PacketFormat):
    """Reads every kind of content; writes delta frames where the field's scale is a setting, else plain numbers."""

    def __init__(self, layout: PacketLayout, settings: Mapping[str, float]) -> None:
        super().__init__(layout, settings)
        self._column = self.columns[0]
        self._quantity = self._column.field.quantity
        self._factor = settings.get(f"{self._quantity}_factor", 0.0) or settings.get("factor", 0.0)
        self._kinds = _kinds(self._quantity, self._column)
        self._compresses = self._column.field.scale_setting is not None

    def claims(self, data: bytes) -> bool:
        """Whether the frame is of this measurement."""
        return len(data) >= _HEADER.size and data[0] & _TYPE_MASK == _TYPES.get(self._quantity)

    def size_bytes(self, sample_count: int) -> int:
        """Length of a frame with this many samples; of a delta frame the greatest that may be."""
        if self._compresses:
            return _HEADER.size + longest_bytes(sample_count, _CHANNELS, _SENT_BITS)
        return _HEADER.size + sample_count * _CHANNELS * _SENT_BITS // 8

    def read(self, data: bytes) -> Packet | Refusal:
        """Read one frame; never raises, whatever the bytes are."""
        if len(data) <= _HEADER.size:
            return Refusal(FaultKind.LENGTH, f"{len(data)} bytes are no data frame")
        measured, ticks, frame_type = _HEADER.unpack_from(data)
        if measured & _TYPE_MASK != _TYPES.get(self._quantity):
            return Refusal(FaultKind.HEADER, f"a frame of measurement {measured & _TYPE_MASK}, not of {self._quantity}")
        kind = self._kinds.get(frame_type)
        if kind is None:
            return Refusal(FaultKind.HEADER, f"frame type 0x{frame_type:02X} is not known for {self._quantity}")
        content = data[_HEADER.size :]
        raw = unpack(content, _CHANNELS, kind.bits) if frame_type & _COMPRESSED else _plain(content, kind.bits)
        if isinstance(raw, str):
            return Refusal(FaultKind.LENGTH, raw)
        numbers = _as_floats(raw) if kind.floats else raw.astype(np.float64)
        return self.packet({self._quantity: numbers}, ticks, None, (self._column_for(kind),))

    def _column_for(self, kind: _Kind) -> Column:
        """How numbers of this kind become SI. What is far beyond the range was never measured."""
        si = kind.si
        if self._factor and kind.si_if_told is not None:
            si = self._factor * kind.si_if_told
        end = self._column.range_si
        clipped = self._column.clipped_from_si
        if end is not None:
            clipped = CLIPPED_ABOVE * end
            if not kind.floats:
                clipped = min(clipped, ((1 << kind.bits - 1) - 1) * si)
        absurd = ABSURD_ABOVE * end if end is not None else 1e6
        return replace(self._column, factor=si, clipped_from_si=clipped, absurd_above_si=absurd)

    def write(self, header: Mapping[str, int], values_si: Mapping[str, FloatArray]) -> bytes:
        """The frame of these SI values (n, 3); values saturate at the range."""
        frame_type = _COMPRESSED if self._compresses else _RAW_16_BITS
        column = replace(self._column, factor=self._column_for(self._kinds[frame_type]).factor)
        raw = to_raw(column, values_si[self._quantity])
        content = pack(raw.astype(np.int64), _SENT_BITS) if self._compresses else raw.astype("<i2").tobytes()
        return _HEADER.pack(_TYPES[self._quantity], header.get("device_time", 0), frame_type) + content


def _kinds(quantity: str, column: Column) -> dict[int, _Kind]:
    """The kinds of content of a measurement by frame type."""
    from_range = column.range_si / 32768.0 if column.range_si is not None else column.factor
    if quantity == "acc":
        plain = {number: _Kind(bits, None, _MILLI_G) for number, bits in ((0, 8), (1, 16), (2, 24))}
        return plain | {
            0x80: _Kind(16, STANDARD_GRAVITY_M_S2, from_range),
            0x81: _Kind(16, _MILLI_G, _MILLI_G),
        }
    if quantity == "gyr":
        return {0x80: _Kind(16, DEGREE_RAD, from_range), 0x81: _Kind(32, DEGREE_RAD, DEGREE_RAD, floats=True)}
    return {}


def _plain(content: bytes, bits: int) -> np.ndarray | str:
    """Numbers one after the other, (n, 3), or why they are none."""
    size = bits // 8
    if len(content) % (size * _CHANNELS):
        return f"{len(content)} bytes are no whole number of samples of {size * _CHANNELS} bytes"
    numbers = np.frombuffer(content, dtype=np.uint8).reshape(-1, size).astype(np.int64)
    unsigned = numbers @ np.left_shift(np.int64(1), 8 * np.arange(size, dtype=np.int64))
    signed = np.where(unsigned >= 1 << bits - 1, unsigned - (1 << bits), unsigned)
    return signed.reshape(-1, _CHANNELS)


def _as_floats(patterns: np.ndarray) -> FloatArray:
    """Bit patterns as the floats that they stand for."""
    return (patterns & 0xFFFFFFFF).astype(np.uint32).view(np.float32).astype(np.float64)
