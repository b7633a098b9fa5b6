"""Delta frames of Polar sensors: a reference sample, then blocks of differences in as few bits as they need.

    content = reference, block, block, ...
    reference = one number a channel, ceil(resolution / 8) bytes each, little-endian, signed
    block = [width in bits u8][samples u8][differences, packed]

Differences are two's complement numbers of `width` bits, bit 0 of byte 0 first, x, y, z of one sample after the other.
Each sample is the one before it plus its difference. A block ends on a whole byte, and so the next one begins on one.

Source: polarofficial/polar-ble-sdk, online_measurement.pdf and the vendor's decoder with its tests.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

IntegerArray: TypeAlias = NDArray[np.int64]

WIDEST_BITS = 32
"""No sensor has numbers wider than that: a larger width is damage."""
BLOCK_SAMPLES = 16
_BLOCK_HEADER_BYTES = 2


def unpack(content: bytes, channels: int, resolution_bits: int) -> IntegerArray | str:
    """The samples of a delta frame, (n, channels), or in words why it cannot be read. Never raises.

    The result has at most one sample for each `channels` bits of the content, so damaged counts cannot ask for memory.
    """
    number_bytes = -(-resolution_bits // 8)
    start = channels * number_bytes
    if len(content) < start:
        return f"{len(content)} bytes are too few for a reference sample of {start}"
    reference = [
        int.from_bytes(content[place : place + number_bytes], "little", signed=True)
        for place in range(0, start, number_bytes)
    ]
    parts = [np.array([reference], dtype=np.int64)]
    while start < len(content):
        block = _block(content[start:], channels)
        if isinstance(block, str):
            return block
        parts.append(block)
        start += block_bytes(content[start], content[start + 1], channels)
    return np.cumsum(np.concatenate(parts), axis=0, dtype=np.int64)


def _block(data: bytes, channels: int) -> IntegerArray | str:
    """The differences of the block that `data` begins with, (n, channels)."""
    if len(data) < _BLOCK_HEADER_BYTES:
        return "the header of a block is cut off"
    width, count = data[0], data[1]
    if not 1 <= width <= WIDEST_BITS:
        return f"differences of {width} bits, 1 to {WIDEST_BITS} are possible"
    if count == 0:
        return "a block without samples"
    size = block_bytes(width, count, channels)
    if len(data) < size:
        return f"a block of {count} samples with {width} bits needs {size} bytes, {len(data)} are left"
    bits = np.unpackbits(np.frombuffer(data[_BLOCK_HEADER_BYTES:size], dtype=np.uint8), bitorder="little")
    weights = np.left_shift(np.int64(1), np.arange(width, dtype=np.int64))
    weights[-1] = -weights[-1]
    numbers = bits[: width * count * channels].reshape(-1, width).astype(np.int64) @ weights
    return np.asarray(numbers, dtype=np.int64).reshape(count, channels)


def block_bytes(width: int, count: int, channels: int) -> int:
    """Length of a block, its header included."""
    return _BLOCK_HEADER_BYTES + -(-width * count * channels // 8)


def pack(samples: IntegerArray, resolution_bits: int) -> bytes:
    """The content of a delta frame with these samples (n, channels), in blocks of 16 with the least width of each."""
    number_bytes = -(-resolution_bits // 8)
    content = b"".join(int(value).to_bytes(number_bytes, "little", signed=True) for value in samples[0])
    differences = samples[1:] - samples[:-1]
    for first in range(0, len(differences), BLOCK_SAMPLES):
        content += _packed_block(differences[first : first + BLOCK_SAMPLES])
    return content


def _packed_block(differences: IntegerArray) -> bytes:
    width = int(np.max(np.where(differences < 0, ~differences, differences))).bit_length() + 1
    bits = np.right_shift(differences.reshape(-1, 1), np.arange(width, dtype=np.int64)) & 1
    packed = np.packbits(bits.astype(np.uint8).ravel(), bitorder="little")
    return bytes((width, len(differences))) + packed.tobytes()


def longest_bytes(count: int, channels: int, resolution_bits: int) -> int:
    """Length of the content of `count` samples at worst: the difference of two numbers needs one bit more than they."""
    size = channels * -(-resolution_bits // 8)
    whole, rest = divmod(count - 1, BLOCK_SAMPLES)
    width = resolution_bits + 1
    size += whole * block_bytes(width, BLOCK_SAMPLES, channels)
    return size + (block_bytes(width, rest, channels) if rest else 0)
