"""Movesense's JSON: of the datalogger, of the Showcase app, and lines as the phone's library gives them live.

Rules:

1. `{"Samples": [{"MeasIMU6": {...}}]}`, `{"data": [{"acc": {...}}]}` and lines of `{"Body": {...}, "Uri": ...}` all
   hold the same batches: `Timestamp` [ms] of the first sample, `ArrayAcc` [m/s^2], `ArrayGyro` [deg/s] of `{x, y, z}`.
2. A batch is known by its arrays, whatever it is called; everything else (heart rate, temperature) is passed over.
3. Samples are spread evenly within their batch. Batches of the two sensors apart (MeasAcc, MeasGyro) are joined.
4. A batch that is not of this form is lost, and counted; more than half of them is an error.
5. The app writes `..._acc_stream.json` and `..._gyro_stream.json`; the second is found beside the first.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.importers._batches import spread, usual_interval_s
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._join import join_gyroscope
from gaitpipe.importers._text import read_bytes
from gaitpipe.model import Finding, FloatArray

MAX_FILE_BYTES = 512 * 2**20
ARRAYS = {"acc": "ArrayAcc", "gyr": "ArrayGyro"}
_BATCH = re.compile(rb'"Array(Acc|Gyro)"\s*:\s*\[')
_AXES = itemgetter("x", "y", "z")
_ADVICE = "Export the recording again as JSON."


@dataclass(slots=True)
class _Stream:
    """Batches of one quantity of one device, in the order of the file."""

    stamps_ms: list[float] = field(default_factory=list)
    arrays: list[list[Any]] = field(default_factory=list)


@dataclass(slots=True)
class _Batches:
    """Everything that a file holds: streams by device and quantity, clock of the day, and what could not be used."""

    streams: dict[tuple[str, str], _Stream] = field(default_factory=dict)
    utc_origin_s: float | None = None
    broken: int = 0

    def add(self, device: str, batch: dict[str, Any]) -> None:
        stamp = batch.get("Timestamp")
        arrays = {name: batch[key] for name, key in ARRAYS.items() if key in batch}
        sound = isinstance(stamp, int | float) and not isinstance(stamp, bool) and 0 <= stamp < 1e16
        sound = sound and all(isinstance(array, list) for array in arrays.values())
        if not sound or len({len(array) for array in arrays.values()}) != 1:
            self.broken += 1
            return
        for name, array in arrays.items():
            if array:
                stream = self.streams.setdefault((device, name), _Stream())
                stream.stamps_ms.append(float(stamp or 0))
                stream.arrays.append(array)


def sniff(head: bytes, path: Path) -> bool:
    """True for JSON with an array of accelerations or rotation rates in Movesense's words."""
    del path
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and _BATCH.search(head) is not None


def is_companion(head: bytes, path: Path) -> bool:
    """True for the gyroscope's file of the app when the accelerometer's lies beside it."""
    partner = _renamed(path, "gyro", "acc")
    return partner is not None and b'"ArrayGyro"' in head and b'"ArrayAcc"' not in head


def companions(path: Path) -> tuple[Path, ...]:
    """The gyroscope's file beside the accelerometer's."""
    partner = _renamed(path, "acc", "gyro")
    return () if partner is None else (partner,)


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read all devices of a file.

    Raises
    ------
    RecordingError
        The file is no such JSON, or holds no accelerations.
    """
    batches = _Batches()
    digests = [_collect(path, batches)]
    held = {name for _device, name in batches.streams}
    if held == {"gyr"}:
        partner = _renamed(path, "gyro", "acc")
        advice = f"Give {partner.name} instead." if partner else "Export the accelerometer too."
        raise RecordingError(str(path), "the file holds the gyroscope alone", advice)
    if "gyr" not in held:
        digests += [_collect(other, batches) for other in companions(path)]
    sha256 = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    devices = list(dict.fromkeys(device for device, name in batches.streams if name == "acc"))
    findings = _findings(path, batches)
    sensors = [_sensor(path, device, batches, options, findings) for device in devices]
    if not sensors:
        raise RecordingError(str(path), "there are no accelerations in the file", "Record with the IMU6 sensor.")
    return ImportedFile(tuple(sensors), sha256, tuple(findings))


def _collect(path: Path, batches: _Batches) -> str:
    """Add a file's batches; its SHA-256."""
    content = read_bytes(path, MAX_FILE_BYTES)
    if not content.strip():
        raise RecordingError(str(path), "the file is empty", _ADVICE)
    for device, entry in _entries(content, path, batches):
        _take(device, entry, batches)
    return hashlib.sha256(content).hexdigest()


def _entries(content: bytes, path: Path, batches: _Batches) -> Iterable[tuple[str, Any]]:
    """Entries of a whole document or of its lines, each with the device that it names."""
    first = content.lstrip()[:200]
    if first.startswith(b"{") and b'"Body"' in content[:65_536] and content.count(b"\n{") > 0:
        return _live(content, path, batches)
    document = _parsed(content, path)
    if isinstance(document, dict):
        lists = [document.get(key) for key in ("Samples", "data")]
        found = next((one for one in lists if isinstance(one, list)), None)
        if found is None:
            found = [document]
    else:
        found = document if isinstance(document, list) else []
    return ((_device(entry), entry) for entry in found)


def _live(content: bytes, path: Path, batches: _Batches) -> Iterable[tuple[str, Any]]:
    out: list[tuple[str, Any]] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            entry = _parsed(line, path, number)
        except RecordingError:
            if number == 1:
                raise
            batches.broken += 1
            continue
        out.append((_device(entry), entry))
    return out


def _parsed(content: bytes, path: Path, line: int | None = None) -> Any:
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        if line is None and error.pos >= len(content.rstrip()) - 1:
            message = "the file ends in the middle: it was cut, or is still being written"
        else:
            message = f"this is not JSON: {error.msg}"
        raise RecordingError(str(path), message, _ADVICE, line or error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise RecordingError(str(path), f"this JSON cannot be read: {error}", _ADVICE, line) from None


def _device(entry: Any) -> str:
    """The serial number in front of a live line's `Uri`, if it has one."""
    uri = entry.get("Uri") if isinstance(entry, dict) else None
    first = uri.lstrip("/").split("/", 1)[0] if isinstance(uri, str) else ""
    return first[:40] if first.isdigit() else ""


def _take(device: str, entry: Any, batches: _Batches) -> None:
    """Add the batches of one entry: itself, or what it holds under any name."""
    if not isinstance(entry, dict):
        batches.broken += 1
        return
    for part in (entry, *entry.values()):
        if not isinstance(part, dict):
            continue
        if any(key in part for key in ARRAYS.values()):
            batches.add(device, part)
        elif batches.utc_origin_s is None and {"relativeTime", "utcTime"} <= part.keys():
            batches.utc_origin_s = _origin_s(part)


def _origin_s(clock: dict[str, Any]) -> float | None:
    """Unix time [s] of the device's time zero, from `TimeDetailed`."""
    try:
        origin_s = float(clock["utcTime"]) * 1e-6 - float(clock["relativeTime"]) * 1e-3
    except (TypeError, ValueError, OverflowError):
        return None
    return origin_s if 1e9 < origin_s < 1e10 else None


def _sensor(path: Path, device: str, batches: _Batches, options: ReadOptions, findings: list[Finding]) -> SensorSamples:
    time_s, acc = _rows(batches.streams[device, "acc"], path, options)
    gyroscope = batches.streams.get((device, "gyr"))
    gyr = None
    if gyroscope is not None:
        gyr_time_s, rates = _rows(gyroscope, path, options)
        gyr = np.deg2rad(rates)
        if not np.array_equal(time_s, gyr_time_s):
            gyr = join_gyroscope(time_s, gyr_time_s, gyr, path, findings)
    return SensorSamples(device, time_s, acc, gyr, clock_origin_s=batches.utc_origin_s)


def _rows(stream: _Stream, path: Path, options: ReadOptions) -> tuple[FloatArray, FloatArray]:
    """Times (n,) [s] and values (n, 3) of all samples of a stream."""
    counts = np.array([len(array) for array in stream.arrays], dtype=np.int64)
    first_s = np.array(stream.stamps_ms) * 1e-3
    if options.rate_hz is None and not np.isfinite(usual_interval_s(first_s, counts)):
        raise RecordingError(str(path), "only one batch of samples, or none with its own time", "Record for longer.")
    return spread(first_s, counts, options.rate_hz), _values(stream.arrays, path)


def _values(arrays: list[list[Any]], path: Path) -> FloatArray:
    """Every `{x, y, z}` of the batches, shape (n, 3); null is NaN."""
    count = sum(map(len, arrays))
    try:
        cells = chain.from_iterable(map(_AXES, chain.from_iterable(arrays)))
        return np.fromiter(cells, dtype=np.float64, count=3 * count).reshape(-1, 3)
    except (KeyError, TypeError, ValueError, OverflowError):
        return np.array([_slowly(sample, path) for array in arrays for sample in array], dtype=np.float64)


def _slowly(sample: Any, path: Path) -> tuple[float, float, float]:
    """One sample, where some are not three numbers."""
    cells = [sample.get(axis, "") if isinstance(sample, dict) else "" for axis in "xyz"]
    if any(isinstance(cell, str | bool | dict | list) for cell in cells):
        message = f"a sample is {str(sample)[:60]!r}, not x, y and z"
        raise RecordingError(str(path), message, _ADVICE)
    try:
        x, y, z = (float("nan") if cell is None else float(cell) for cell in cells)
    except OverflowError:
        return (float("nan"),) * 3
    return x, y, z


def _findings(path: Path, batches: _Batches) -> list[Finding]:
    findings: list[Finding] = []
    used = sum(len(stream.arrays) for stream in batches.streams.values())
    if batches.broken:
        text = f"{batches.broken} of {batches.broken + used} entries are no batches of samples"
        if batches.broken > used:
            raise RecordingError(str(path), text, _ADVICE)
        findings.append(Finding("batches_lost", "warning", f"{path.name}: {text}; they were left out.", _ADVICE))
    return findings


def _renamed(path: Path, old: str, new: str) -> Path | None:
    """The file beside this one that bears the other sensor's name."""
    name = re.sub(rf"(^|_){old}(_stream)?(?=\.json$)", rf"\1{new}\2", path.name, flags=re.IGNORECASE)
    other = path.with_name(name)
    return other if name != path.name and other.is_file() else None


IMPORTER = Importer(
    name="movesense_json",
    extensions=(".json",),
    description="JSON of Movesense's datalogger, its Showcase app, or lines as received live",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="public programs that read it; the vendor's description of its measurements",
    tested_against="synthetic files of each of the three forms",
    companions=companions,
    is_companion=is_companion,
)
