"""Sensor Logger (a phone app): its zip of CSV files, or those files in a folder.

Rules:

1. Columns are `time` (ns, Unix), `seconds_elapsed`, then z, y, x: they are read by their names. Acceleration is in
   m/s^2, rotation rate in rad/s.
2. `Accelerometer.csv` is without gravity and of no use alone. `TotalAcceleration.csv` is taken where there is one, else
   the sum of `Accelerometer.csv` and `Gravity.csv` at equal times, else the file is refused.
3. An iPhone's acceleration is that of inertia: all its axes have the opposite sign of a sensor's (its rotation rates do
   not), unless "Standardise Units & Frames" was on. `Metadata.csv` tells; the sign is turned, and this is said.
4. The two sensors have times of their own and are joined.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._join import join_gyroscope
from gaitpipe.importers._table import find_header, read_columns, table_findings
from gaitpipe.importers._text import read_bytes, text_of
from gaitpipe.importers._zip import Archive
from gaitpipe.model import Finding, FloatArray

COLUMNS = ("time", "x", "y", "z")
TOTAL, LINEAR, GRAVITY, GYROSCOPE, METADATA = (
    "TotalAcceleration.csv", "Accelerometer.csv", "Gravity.csv", "Gyroscope.csv", "Metadata.csv",
)  # fmt: skip
KNOWN = (TOTAL, LINEAR, GRAVITY, GYROSCOPE, METADATA)
LEAST_MATCHED = 0.5
_HEADER = ("time", "seconds_elapsed", "z", "y", "x")


@dataclass(frozen=True, slots=True)
class _Source:
    """The CSV files of one recording: `load` gives the bytes of one by its name, `place` what errors call it."""

    path: Path
    names: frozenset[str]
    load: Callable[[str], bytes]
    place: Callable[[str], Path]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Times (n,) [ns] and values (n, 3) of one sensor."""

    time_ns: FloatArray
    values: FloatArray


def sniff(head: bytes, path: Path) -> bool:
    """True for a zip with the app's files, and for a CSV file with its columns."""
    del path
    if head.startswith(b"PK\x03\x04"):
        return any(name.encode() in head for name in KNOWN)
    return _fits(head)


def is_companion(head: bytes, path: Path) -> bool:
    """True for a CSV file of the app beside the one that the recording is read from."""
    if head.startswith(b"PK"):
        return False
    main = next((name for name in (TOTAL, LINEAR) if path.with_name(name).is_file()), "")
    return _fits(head) and bool(main) and path.name != main


def companions(path: Path) -> tuple[Path, ...]:
    """The other CSV files of the recording beside the accelerometer's."""
    others = (path.with_name(name) for name in KNOWN if name != path.name)
    return tuple(other for other in others if path.name in KNOWN and other.is_file())


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read the phone's accelerometer and gyroscope.

    Raises
    ------
    RecordingError
        See the rules at the top of this module and of `_zip`.
    """
    del options
    source, sha256 = _source(path)
    findings: list[Finding] = []
    acc = _acceleration(source, findings)
    first_ns = float(acc.time_ns[0]) if len(acc.time_ns) and np.isfinite(acc.time_ns[0]) else 0.0
    time_s, values, gyr = (acc.time_ns - first_ns) * 1e-9, _signed(acc.values, source, findings), None
    if GYROSCOPE in source.names:
        rates = _rows(source, GYROSCOPE, findings)
        rate_s = (rates.time_ns - first_ns) * 1e-9
        gyr = rates.values
        if not np.array_equal(time_s, rate_s):
            gyr = join_gyroscope(time_s, rate_s, gyr, path, findings)
    sensor = SensorSamples("", time_s, values, gyr, clock_origin_s=first_ns * 1e-9 or None)
    return ImportedFile((sensor,), sha256, tuple(findings))


def _fits(head: bytes) -> bool:
    return find_header(head, lambda cells: set(_HEADER) <= set(cells), separators=",") is not None


def _source(path: Path) -> tuple[_Source, str]:
    """The files of the recording and the SHA-256 of all that may be read."""
    content = read_bytes(path)
    if content.startswith(b"PK"):
        archive = Archive(path)
        names = frozenset(name for name in archive.files if name in KNOWN)
        if not names:
            held = ", ".join(repr(name[:40]) for name in list(archive.files)[:3])
            more = f" and {len(archive.files) - 3} more" if len(archive.files) > 3 else ""
            message = "a zip archive without any file of the app Sensor Logger"
            message = f"{message}; it holds {held}{more}" if held else f"{message}; it is empty"
            raise RecordingError(str(path), message, "Unpack it, and give the file of samples that was in it.")
        source = _Source(path, names, archive.read, lambda name: path / name)
        return source, hashlib.sha256(archive.content).hexdigest()
    if not _fits(content[:65_536]):
        raise RecordingError(str(path), "not a recording of Sensor Logger", "Give its zip of CSV files.")
    if path.name == GYROSCOPE and not any(path.with_name(name).is_file() for name in (TOTAL, LINEAR)):
        message = "this is the gyroscope alone"
        raise RecordingError(str(path), message, f"Put {TOTAL} of the same recording beside it, and give that.")
    files = (path, *companions(path))
    digests = "".join(hashlib.sha256(read_bytes(file)).hexdigest() for file in files)
    by_name: Mapping[str, Path] = {file.name: file for file in files} if path.name in KNOWN else {TOTAL: path}
    source = _Source(path, frozenset(by_name), lambda name: read_bytes(by_name[name]), lambda name: by_name[name])
    return source, hashlib.sha256(digests.encode()).hexdigest()


def _acceleration(source: _Source, findings: list[Finding]) -> _Rows:
    """Acceleration with gravity."""
    if TOTAL in source.names:
        return _rows(source, TOTAL, findings)
    if LINEAR not in source.names:
        message = "there is no acceleration in it"
        raise RecordingError(str(source.path), message, "Record with Accelerometer and Gravity, or TotalAcceleration.")
    if GRAVITY not in source.names:
        message = f"{LINEAR} is without gravity, and there is neither {TOTAL} nor {GRAVITY}"
        advice = "Switch on Gravity (iPhone) or Total Acceleration (Android) in the app, and record again."
        raise RecordingError(str(source.path), message, advice)
    linear, gravity = _rows(source, LINEAR, findings), _rows(source, GRAVITY, findings)
    _times, at, beside = np.intersect1d(linear.time_ns, gravity.time_ns, return_indices=True)
    if len(at) < LEAST_MATCHED * len(linear.time_ns):
        message = f"only {len(at)} of {len(linear.time_ns)} rows of {LINEAR} have a row of {GRAVITY} at the same time"
        raise RecordingError(str(source.path), message, "Record both at one rate.")
    values = np.full_like(linear.values, np.nan)
    values[at] = linear.values[at] + gravity.values[beside]
    message = f"{source.path.name}: acceleration is the sum of {LINEAR} and {GRAVITY}, as the phone told them apart."
    findings.append(Finding("gravity_added", "info", message))
    return _Rows(linear.time_ns, values)


def _rows(source: _Source, name: str, findings: list[Finding]) -> _Rows:
    text = text_of(source.load(name), source.place(name))
    header = find_header(text, lambda cells: {"z", "y", "x"} <= set(cells), separators=",")
    if header is None or "time" not in header.names:
        message = f"{name} does not name the columns time, z, y and x"
        raise RecordingError(str(source.path), message, "Export the recording again.", 1)
    table = read_columns(text, header, COLUMNS)
    findings.extend(found for found in table_findings(table, Path(name)) if found.code != "columns_ignored")
    columns = table.columns
    return _Rows(columns["time"], np.column_stack([columns[axis] for axis in "xyz"]))


def _signed(values: FloatArray, source: _Source, findings: list[Finding]) -> FloatArray:
    """The acceleration with the sign of a sensor's; see rule 3."""
    said = _metadata(source)
    platform = said.get("platform", "").lower()
    if TOTAL in source.names or platform == "android" or said.get("standardisation", "").lower() == "true":
        return values
    if platform == "ios":
        message = f"{source.path.name}: an iPhone's accelerations have the opposite sign; it was turned."
        findings.append(Finding("sign_turned", "info", message))
        return -values
    message = f"{source.path.name} does not say what phone it is of; an iPhone's accelerations would have a wrong sign."
    findings.append(Finding("phone_not_known", "warning", message, f"Keep {METADATA} with the other files."))
    return values


def _metadata(source: _Source) -> dict[str, str]:
    if METADATA not in source.names:
        return {}
    lines = source.load(METADATA)[:65_536].decode("utf-8", "replace").splitlines()
    rows = list(csv.reader(line[:10_000] for line in lines[:2]))
    return dict(zip(rows[0], rows[1], strict=False)) if len(rows) == 2 else {}


IMPORTER = Importer(
    name="sensor_logger",
    extensions=(".zip",),
    description="zip of CSV files of the phone app Sensor Logger",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="the app's public pages on its units and axes; public programs that read it",
    tested_against="synthetic archives and folders, of Android and iPhone",
    companions=companions,
    is_companion=is_companion,
)
