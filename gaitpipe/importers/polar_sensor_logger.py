"""Polar Sensor Logger text: `..._ACC.txt` and, for the Verity Sense, `..._GYRO.txt` beside it.

Columns `Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]`; the gyroscope's are in dps.

Rules:

1. The clock is the sensor's: nanoseconds since 2000-01-01. The phone's times are those of arrival and are not used.
2. A sensor whose clock was never set counts from another day. Its times are then not put onto the calendar; the phone's
   first time, whatever its zone, tells it (within 26 hours).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gaitpipe.importers._companion import beside, joined_sha256, only_one, wrong_part
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._join import join_gyroscope
from gaitpipe.importers._table import Header, axes, find_header, header_of, read_columns, stacked, table_findings
from gaitpipe.importers._text import read_text
from gaitpipe.importers._units import (
    ACC_FACTORS,
    GYR_FACTORS,
    acceleration_factor,
    common_unit,
    rotation_rate_factor,
    unit_in_name,
)
from gaitpipe.model import Finding, FloatArray

PHONE, TIME = "Phone timestamp", "sensor timestamp [ns]"
AXIS = re.compile(r"([XYZ]) \[(?:m?g|m?dps|m/s\^?2|rad/s|deg/s)\]")
ANY_AXIS = re.compile(r"[XYZ] \[[^\]]+\]")
DEVICE = re.compile(r"(Polar_[^_]+_[0-9A-F]{6,12})_\d{8}_\d{6}_", re.IGNORECASE)
"""The model and the number that is printed on the sensor, in the name that the program gives the file."""
POLAR_EPOCH_UNIX_S = 946_684_800.0
MAX_ZONES_APART_S = 26 * 3600.0
ACC_WORD, GYR_WORD = re.compile(r"ACC", re.IGNORECASE), re.compile(r"GYRO?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Part:
    """One file: the sensor's times [s] since `first_s` of its epoch (n,), values (n, 3) in its own unit."""

    time_s: FloatArray
    first_s: float
    values: FloatArray
    unit: str | None
    phone_unix_s: float | None
    first_line: int
    sha256: str


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the columns of such a file of an accelerometer, gyroscope or magnetometer."""
    return TIME in cells and any(ANY_AXIS.fullmatch(cell) for cell in cells)


def sniff(head: bytes, path: Path) -> bool:
    """True when a line names the sensor's timestamp and an axis."""
    del path
    return find_header(head, is_header) is not None


def is_companion(head: bytes, path: Path) -> bool:
    """True for a file of the gyroscope or magnetometer; `head` tells it by the unit."""
    del path
    header = find_header(head, is_header)
    return header is not None and not _is_accelerometer(header)


def companions(path: Path) -> tuple[Path, ...]:
    """The gyroscope's file beside an accelerometer's."""
    return beside(path, ACC_WORD, GYR_WORD)


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read an accelerometer's file and, if it is there, the gyroscope's beside it.

    Raises
    ------
    RecordingError
        A file is not of this format, is not the accelerometer's, or both have no common time.
    """
    findings: list[Finding] = []
    acc = _read_part(path, findings, "accelerometer")
    acc_m_s2 = acc.values * acceleration_factor(acc.unit, options, path, findings)
    other = only_one(companions(path), path, findings)
    gyr_rad_s, digests = None, [acc.sha256]
    if other is not None:
        gyr = _read_part(other, findings, "gyroscope")
        rate = gyr.values * rotation_rate_factor(gyr.unit, options, other, findings)
        gyr_rad_s = join_gyroscope(acc.time_s, gyr.time_s + (gyr.first_s - acc.first_s), rate, other, findings)
        digests.append(gyr.sha256)
    origin_s = _origin_s(acc, path, findings)
    device = DEVICE.search(path.name)
    label = device[1].replace("_", " ") if device else ""
    samples = SensorSamples(label, acc.time_s, acc_m_s2, gyr_rad_s, clock_origin_s=origin_s, first_line=acc.first_line)
    return ImportedFile((samples,), joined_sha256(*digests), tuple(findings))


def _is_accelerometer(header: Header) -> bool:
    """By the unit: g and mg are acceleration, G is gauss."""
    return any(AXIS.fullmatch(name) and unit_in_name(name, ACC_FACTORS) for name in header.names)


def _read_part(path: Path, findings: list[Finding], part: str) -> _Part:
    text = read_text(path)
    header = header_of(text, is_header, "Polar Sensor Logger")
    names = axes(path, header, AXIS, part)
    unit = common_unit([unit_in_name(name, ACC_FACTORS) or unit_in_name(name, GYR_FACTORS) for name in names] or [None])
    if part == "accelerometer" and (not names or unit in GYR_FACTORS):
        raise wrong_part(path, "gyroscope or magnetometer", beside(path, GYR_WORD, ACC_WORD), part)
    phone = [PHONE] if PHONE in header.names else []
    table = read_columns(text, header, [TIME, *names], phone)
    findings += [found for found in table_findings(table, path) if found.code != "columns_ignored"]
    # 64-bit floats keep nanoseconds since 2000 to 128 ns: far below any sensor's jitter
    time_ns = table.columns[TIME]
    finite = time_ns[np.isfinite(time_ns)]
    first_ns = float(finite[0]) if len(finite) else 0.0
    phone_s = _phone_unix_s(str(table.words[PHONE][0])) if phone and len(table.words[PHONE]) else None
    time_s = (time_ns - first_ns) / 1e9
    return _Part(time_s, first_ns / 1e9, stacked(table, names), unit, phone_s, table.first_line, table.sha256)


def _phone_unix_s(written: str) -> float | None:
    """The phone's time as if it were in UTC; None if it is written in another way."""
    try:
        return datetime.fromisoformat(written.strip()).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _origin_s(part: _Part, path: Path, findings: list[Finding]) -> float | None:
    origin_s = POLAR_EPOCH_UNIX_S + part.first_s
    if part.phone_unix_s is None or abs(part.phone_unix_s - origin_s) <= MAX_ZONES_APART_S:
        return origin_s
    message = f"{path.name}: the sensor's clock was not set; the day of the recording is not known from it."
    advice = "Times within the file are sound. Two sensors have nothing in common unless both clocks are set."
    findings.append(Finding("sensor_clock_not_set", "warning", message, advice))
    return None


IMPORTER = Importer(
    name="polar_sensor_logger",
    extensions=(".txt", ".csv"),
    description="Polar Sensor Logger: ACC text file, with the GYRO file beside it",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="headers in public code that writes or reads such files",
    tested_against="synthetic files in this layout",
    companions=companions,
    is_companion=is_companion,
)
