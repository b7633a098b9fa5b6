"""Axivity's CWA files: the accelerometer AX3 and the AX6 with gyroscope.

Layout: a header of 1024 bytes that begins with "MD", then blocks of 512 bytes that begin with "AX". All numbers are
little-endian. A block holds a sequence number, the device's clock, and up to 480 bytes of samples: three, six or nine
16-bit values each (gyroscope first), or three of 10 bits with a common exponent. Its sixteen-bit words sum to zero.

Rules:

1. A block whose sum is not zero, or that is of another layout than most, is lost and counted; so is one that the
   sequence numbers miss. Blocks that were never written (all 0xFF) are no loss.
2. A block tells the clock's time at one of its samples, to 1/32768 s (old firmware: a whole second). Samples between
   two such points of a run of blocks are spread evenly; where only whole seconds are told, a line is fitted to the run.
3. The clock is set to local time and knows no zone: times are given as if it were UTC, and this is said.
4. Scales and ranges stand in each block: acceleration 2^-(8 + a) g, rotation rate 8000 / 2^g deg/s in 32768 steps.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError
from gaitpipe.importers._contract import CLOCK_ZONE_KEY, ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._text import read_bytes
from gaitpipe.model import STANDARD_GRAVITY_M_S2, Finding, FloatArray

HEADER_BYTES = 1024
BLOCK = np.dtype(
    [
        ("magic", "S2"), ("length", "<u2"), ("fraction", "<u2"), ("session", "<u4"), ("sequence", "<u4"),
        ("clock", "<u4"), ("scale_light", "<u2"), ("temperature", "<u2"), ("events", "u1"), ("battery", "u1"),
        ("rate", "u1"), ("layout", "u1"), ("offset", "<i2"), ("count", "<u2"), ("data", "u1", 480), ("sum", "<u2"),
    ]
)  # fmt: skip
BLOCK_BYTES = 512
PAYLOAD_LENGTH = 508
PACKED = 0x30
MODELS = {0x00: "AX3", 0xFF: "AX3", 0x17: "AX3", 0x64: "AX6"}
SAMPLE_BYTES = {PACKED: 4, 0x32: 6, 0x62: 12, 0x92: 18}
"""Bytes of a sample by the layout code: number of axes, then bytes an axis (0: three axes in four bytes)."""
TRUE_FRACTION = 0x8000
_ADVICE = "Copy the file from the device again."


def sniff(head: bytes, path: Path) -> bool:
    """True for a header block that begins with MD, and a first block with AX if there is one."""
    del path
    long_enough = len(head) >= HEADER_BYTES
    return long_enough and head.startswith(b"MD\xfc\x03") and head[HEADER_BYTES:][:2] in (b"", b"AX")


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read the samples of one AX3 or AX6.

    Raises
    ------
    RecordingError
        It is no such file, or too little of it is sound.
    """
    del options
    content = read_bytes(path)
    if len(content) < HEADER_BYTES or not content.startswith(b"MD"):
        raise RecordingError(str(path), "not a CWA file: its header is missing", "Give the .CWA file of the device.")
    body = memoryview(content)[HEADER_BYTES:]
    blocks = np.frombuffer(body, dtype=BLOCK, count=len(body) // BLOCK_BYTES)
    findings: list[Finding] = []
    blocks = _sound(blocks, path, findings)
    cut = len(body) % BLOCK_BYTES
    if cut:
        message = f"{path.name} ends in the middle of a block; its last {cut} bytes were not used."
        findings.append(Finding("last_block_cut", "info", message))
    time_s, origin_s = _times(blocks, path, findings)
    acc, gyr = _values(blocks)
    model = MODELS.get(content[4], "AX?")
    number = int.from_bytes(content[5:7], "little") | _upper(content) << 16
    first = blocks[0]
    sensor = SensorSamples(
        f"{model} {number}",
        time_s,
        acc,
        gyr,
        clock_origin_s=origin_s,
        acc_range_m_s2=_acc_range_g(first) * STANDARD_GRAVITY_M_S2,
        gyr_range_rad_s=None if gyr is None else float(np.deg2rad(_gyr_range_deg_s(blocks[:1])[0])),
    )
    message = f"{path.name}: the device's clock has no time zone; its local time stands as it is."
    findings.append(Finding("clock_zone", "info", message))
    return ImportedFile((sensor,), hashlib.sha256(content).hexdigest(), tuple(findings), {CLOCK_ZONE_KEY: "unknown"})


def _upper(content: bytes) -> int:
    upper = int.from_bytes(content[11:13], "little")
    return 0 if upper == 0xFFFF else upper


def _sound(blocks: NDArray[Any], path: Path, findings: list[Finding]) -> NDArray[Any]:
    """The blocks that can be read; the others are counted."""
    words = blocks.view("<u2").reshape(-1, BLOCK_BYTES // 2)
    blank = (words == 0xFFFF).all(axis=1)
    sums = words.sum(axis=1, dtype=np.uint32) & 0xFFFF
    good = (sums == 0) & (blocks["magic"] == b"AX") & (blocks["length"] == PAYLOAD_LENGTH) & (blocks["count"] > 0)
    if not good.any():
        message = f"no block of {len(blocks)} is sound" if len(blocks) else "there is a header but no data"
        raise RecordingError(str(path), message, _ADVICE)
    kinds, counts = np.unique(blocks[["layout", "rate"]][good], return_counts=True)
    layout, rate = kinds[np.argmax(counts)]
    if int(layout) not in SAMPLE_BYTES:
        message = f"samples of the layout {int(layout):#x} are not known"
        raise RecordingError(str(path), message, "Convert the file with the vendor's program.")
    good &= (blocks["layout"] == layout) & (blocks["rate"] == rate)
    good &= blocks["count"] <= 480 // SAMPLE_BYTES[int(layout)]
    lost = int((~good & ~blank).sum())
    if lost > good.sum():
        raise RecordingError(str(path), f"{lost} of {len(blocks)} blocks are damaged or of another layout", _ADVICE)
    if lost:
        message = f"{path.name}: {lost} of {len(blocks)} blocks are damaged or of another layout; they count as lost."
        findings.append(Finding("blocks_lost", "warning", message, _ADVICE))
    sound: NDArray[Any] = blocks[good]
    return sound


def _rate_hz(blocks: NDArray[Any]) -> float:
    return 3200.0 / float(1 << (15 - (int(blocks["rate"][0]) & 0x0F)))


def _times(blocks: NDArray[Any], path: Path, findings: list[Finding]) -> tuple[FloatArray, float]:
    """Times of all samples (n,) from the first block's second on, and the Unix time of that second."""
    clock_s, known = _clock_s(blocks["clock"])
    if not known.any():
        raise RecordingError(str(path), "the device's clock was not set in any block", "Set it up with its program.")
    lost = int((~known).sum())
    if lost:
        message = f"{path.name}: {lost} of {len(blocks)} blocks do not tell the time; it was taken from those beside."
        findings.append(Finding("clock_lost", "warning", message))
    rate_hz = _rate_hz(blocks)
    origin_s = float(clock_s[known][0])
    true = (blocks["fraction"] & TRUE_FRACTION) > 0
    share = np.where(true, (blocks["fraction"] & 0x7FFF) / 32768.0, 0.0)
    # The offset was moved by the whole samples of the fraction, so that old readers are not wrong by a second.
    moved = np.floor(share * 65536.0 * int(rate_hz) / 65536.0)
    at_sample = blocks["offset"] + moved
    told_s = clock_s - origin_s + share
    counts = blocks["count"].astype(np.int64)
    starts = np.cumsum(counts) - counts
    follows = np.diff(blocks["sequence"].astype(np.int64), prepend=-2) == 1
    follows &= np.diff(blocks["session"].astype(np.int64), prepend=-1) == 0
    edges = np.flatnonzero(~follows)
    time_s = np.empty(int(counts.sum()))
    for begin, end in zip(edges, [*edges[1:], len(blocks)], strict=True):
        run = slice(begin, end)
        index = np.arange(starts[begin], starts[end - 1] + counts[end - 1])
        points = (starts[run] + at_sample[run])[known[run]]
        time_s[index] = _run_times(index, points, told_s[run][known[run]], rate_hz, fitted=not true[run].all())
    return time_s, origin_s


def _run_times(
    index: NDArray[np.int64], points: FloatArray, told_s: FloatArray, rate_hz: float, *, fitted: bool
) -> FloatArray:
    """Times at sample indices (n,) of one run of blocks, from the samples (m,) at which the clock was told."""
    if not len(points):
        return np.full(len(index), np.nan)
    slope_s, middle, middle_s = 1.0 / rate_hz, float(points.mean()), float(told_s.mean())
    if len(points) > 1 and np.ptp(points) > 0.0:
        measured_s = float(np.polyfit(points - middle, told_s - middle_s, 1)[0])
        slope_s = measured_s if abs(measured_s * rate_hz - 1.0) < 0.1 else slope_s
    line_s = middle_s + (index - middle) * slope_s
    forward = len(points) > 1 and bool((np.diff(points) > 0.0).all())
    if fitted or not forward:
        return np.asarray(line_s)
    off_s = told_s - (middle_s + (points - middle) * slope_s)
    return np.asarray(line_s + np.interp(index, points, off_s))


def _clock_s(packed: NDArray[np.uint32]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Seconds since 1970 of packed times (years to seconds in 6, 4, 5, 5, 6 and 6 bits), and which are times at all."""
    value = packed.astype(np.int64)
    year, month, day = value >> 26, (value >> 22) & 15, (value >> 17) & 31
    hour, minute, second = (value >> 12) & 31, (value >> 6) & 63, value & 63
    known = (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    months = (np.datetime64("2000-01", "M") + (year * 12 + np.clip(month, 1, 12) - 1)).astype("datetime64[D]")
    days = months.astype(np.int64) + day - 1
    return (days * 86_400 + hour * 3600 + minute * 60 + second).astype(np.float64), known


def _values(blocks: NDArray[Any]) -> tuple[FloatArray, FloatArray | None]:
    """Accelerations (n, 3) [m/s^2] and rotation rates (n, 3) [rad/s] of all samples."""
    layout, counts = int(blocks["layout"][0]), blocks["count"].astype(np.int64)
    size = SAMPLE_BYTES[layout]
    data = np.ascontiguousarray(blocks["data"])
    filled = np.arange(480 // size) < counts[:, None]
    block = np.repeat(np.arange(len(blocks)), counts)
    acc_unit = STANDARD_GRAVITY_M_S2 / (1 << (8 + (blocks["scale_light"] >> 13).astype(np.int64)))
    if layout == PACKED:
        return _unpacked(data.view("<u4")[filled]) * acc_unit[block][:, None], None
    axes = size // 2
    raw = data[:, : 480 // size * size].reshape(-1, size).view("<i2").reshape(len(blocks), -1, axes)[filled]
    if axes == 3:
        return raw * acc_unit[block][:, None], None
    gyr_unit = np.deg2rad(_gyr_range_deg_s(blocks)) / 32768.0
    return raw[:, 3:6] * acc_unit[block][:, None], raw[:, :3] * gyr_unit[block][:, None]


def _unpacked(words: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Three signed values of 10 bits times 2 to the exponent in the upper two bits, shape (n, 3)."""
    value = words.astype(np.int64)
    axes = np.stack([(value >> shift) & 0x3FF for shift in (0, 10, 20)], axis=1)
    return np.asarray(((axes ^ 0x200) - 0x200) << (value >> 30)[:, None])


def _gyr_range_deg_s(blocks: NDArray[Any]) -> FloatArray:
    code = (blocks["scale_light"] >> 10).astype(np.int64) & 7
    return np.where(code > 0, 8000.0 / (1 << code), 2000.0)


def _acc_range_g(block: Any) -> float:
    """The largest acceleration that a sample can hold [g]: the range, or what ten bits leave of it."""
    nominal = float(16 >> (int(block["rate"]) >> 6))
    return nominal * 511.0 / 512.0 if int(block["layout"]) == PACKED else nominal


IMPORTER = Importer(
    name="axivity_cwa",
    extensions=(".cwa",),
    description="CWA files of Axivity AX3 and AX6",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="the vendor's open description of the blocks, as its open reader states it",
    tested_against="synthetic files, read alike by the vendor's open reader (openmovement 0.0.1)",
)
