"""A small writer of FIT files: definition and data messages, header and checksums."""

from __future__ import annotations

import struct
from pathlib import Path

FIT_EPOCH_UNIX_S = 631_065_600
_CRC = (
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
)  # fmt: skip
TYPES = {"B": 0x02, "H": 0x84, "I": 0x86, "f": 0x88}
INVALID = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF, "f": float("nan")}


def crc(data: bytes) -> int:
    value = 0
    for byte in data:
        for nibble in (byte & 0xF, byte >> 4):
            value = (value >> 4) & 0x0FFF ^ _CRC[value & 0xF] ^ _CRC[nibble]
    return value


def definition(
    local: int, number: int, fields: list[tuple[int, str, int]], dev: list[tuple[int, int, int]] = ()
) -> bytes:
    """`fields` are number, struct code and how many of it; `dev` number, size and index of the developer."""
    head = 0x40 | local | (0x20 if dev else 0)
    out = struct.pack("<BBBHB", head, 0, 0, number, len(fields))
    for field, code, count in fields:
        out += bytes([field, struct.calcsize("<" + code) * count, TYPES[code]])
    if dev:
        out += bytes([len(dev)]) + b"".join(bytes(one) for one in dev)
    return out


def data(local: int, code: str, *values: float | None) -> bytes:
    told = [INVALID[kind] if value is None else value for kind, value in zip(code, values, strict=True)]
    return bytes([local]) + struct.pack("<" + code, *told)


def save(path: Path, body: bytes) -> Path:
    head = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    whole = head + struct.pack("<H", crc(head)) + body
    path.write_bytes(whole + struct.pack("<H", crc(whole)))
    return path


FILE_ID = definition(0, 0, [(0, "B", 1), (1, "H", 1), (4, "I", 1)]) + data(0, "BHI", 4, 1, 1_100_000_000)
DEVELOPER = (
    definition(1, 207, [(3, "B", 1)]) + data(1, "B", 0)
    + definition(2, 206, [(0, "B", 1), (1, "B", 1), (2, "B", 1)]) + data(2, "BBB", 0, 0, 2)
)  # fmt: skip
RECORD_CODE = "IBBHHH"


def watch(path: Path, rows: list[tuple], *, developer: bool = False) -> Path:
    """Rows of Unix time [s], cadence [strides/min], contact [ms], step [mm], speed [m/s]; None: not told."""
    fields = [(253, "I", 1), (4, "B", 1), (53, "B", 1), (41, "H", 1), (85, "H", 1), (73, "I", 1)]
    dev = [(0, 1, 0)] if developer else []
    body = FILE_ID + (DEVELOPER if developer else b"") + definition(3, 20, fields, dev)
    for unix_s, cadence, contact_ms, length_mm, speed_m_s in rows:
        whole, part = (None, None) if cadence is None else (int(cadence), round(cadence % 1.0 * 128))
        contact = None if contact_ms is None else round(contact_ms * 10)
        length = None if length_mm is None else round(length_mm * 10)
        speed = None if speed_m_s is None else round(speed_m_s * 1000)
        stamp = round(unix_s) - FIT_EPOCH_UNIX_S
        body += data(3, "IBBHHI", stamp, whole, part, contact, length, speed) + (b"\x07" if developer else b"")
    return save(path, body)


def raw_samples(path: Path, unix_s: list[float], acc_g: list, gyr_deg_s: list, *, calibrated: bool = True) -> Path:
    """Batches of 20 samples; `unix_s` is the time of each sample."""
    body = FILE_ID
    for local, number, first in ((4, 165, 5), (5, 164, 5)):
        kinds = [(first + axis, "f", 20) for axis in range(3)] if calibrated else [(2 + a, "H", 20) for a in range(3)]
        body += definition(local, number, [(253, "I", 1), (0, "H", 1), (1, "H", 20), *kinds])
    for start in range(0, len(unix_s) - 19, 20):
        whole = int(unix_s[start])
        ms = round((unix_s[start] - whole) * 1000)
        offsets = [round((t - unix_s[start]) * 1000) for t in unix_s[start : start + 20]]
        for local, values in ((4, acc_g), (5, gyr_deg_s)):
            cells = [float(row[axis]) for axis in range(3) for row in values[start : start + 20]]
            code = "60f" if calibrated else "60H"
            cells = cells if calibrated else [int(abs(cell)) for cell in cells]
            body += bytes([local]) + struct.pack(f"<IH20H{code}", whole - FIT_EPOCH_UNIX_S, ms, *offsets, *cells)
    return save(path, body)
