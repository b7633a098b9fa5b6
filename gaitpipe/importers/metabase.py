"""MetaBase (MbientLab) CSV: one file a sensor, `..._Accelerometer...csv` and `..._Gyroscope...csv` beside it.

Columns `epoch (ms),time (zone),elapsed (s),x-axis (g),y-axis (g),z-axis (g)`; the gyroscope's are in deg/s. Elapsed
time counts from each file's own first sample: the files are put together by their epoch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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

AXIS = re.compile(r"([xyz])-axis\s*\([^)]*\)", re.IGNORECASE)
EPOCH = re.compile(r"epoch?\s*\(ms\)", re.IGNORECASE)
ELAPSED = re.compile(r"elapsed\s*\(s\)", re.IGNORECASE)
ACC_WORD, GYR_WORD = re.compile(r"acc(?:elerometer)?", re.IGNORECASE), re.compile(r"gyro?(?:scope)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Part:
    """One file: elapsed times [s] (n,), values (n, 3) in its own unit, the Unix time [s] of elapsed 0."""

    time_s: FloatArray
    values: FloatArray
    unit: str | None
    origin_s: float
    first_line: int
    sha256: str


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the columns of such a file."""
    known = any(EPOCH.fullmatch(cell) for cell in cells) and any(ELAPSED.fullmatch(cell) for cell in cells)
    return known and any(AXIS.fullmatch(cell) for cell in cells)


def sniff(head: bytes, path: Path) -> bool:
    """True when a line names epoch, elapsed and an axis."""
    del path
    return find_header(head, is_header) is not None


def is_companion(head: bytes, path: Path) -> bool:
    """True for a file of the gyroscope; `head` tells it by the unit."""
    del path
    header = find_header(head, is_header)
    return header is not None and _is_gyroscope(header)


def companions(path: Path) -> tuple[Path, ...]:
    """The gyroscope's file beside an accelerometer's."""
    return beside(path, ACC_WORD, GYR_WORD)


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read an accelerometer's file and, if it is there, the gyroscope's beside it.

    Raises
    ------
    RecordingError
        A file is not of this format, is the gyroscope's, or both have no common time.
    """
    findings: list[Finding] = []
    acc = _read_part(path, findings)
    if unit_is_rate(acc.unit):
        raise wrong_part(path, "gyroscope", beside(path, GYR_WORD, ACC_WORD), "accelerometer")
    acc_m_s2 = acc.values * acceleration_factor(acc.unit, options, path, findings)
    other = only_one(companions(path), path, findings)
    gyr_rad_s, digests = None, [acc.sha256]
    if other is not None:
        gyr = _read_part(other, findings)
        rate = gyr.values * rotation_rate_factor(gyr.unit, options, other, findings)
        gyr_time_s = gyr.time_s + (gyr.origin_s - acc.origin_s)
        gyr_rad_s = join_gyroscope(acc.time_s, gyr_time_s, rate, other, findings)
        digests.append(gyr.sha256)
    samples = SensorSamples("", acc.time_s, acc_m_s2, gyr_rad_s, clock_origin_s=acc.origin_s, first_line=acc.first_line)
    return ImportedFile((samples,), joined_sha256(*digests), tuple(findings))


def unit_is_rate(unit: str | None) -> bool:
    """Whether a unit is that of a rotation rate."""
    return unit in GYR_FACTORS


def _is_gyroscope(header: Header) -> bool:
    return any(unit_in_name(name, GYR_FACTORS) for name in header.names if AXIS.fullmatch(name))


def _read_part(path: Path, findings: list[Finding]) -> _Part:
    text = read_text(path)
    header = header_of(text, is_header, "MetaBase")
    names = axes(path, header, AXIS, "sensor")
    epoch = next(name for name in header.names if EPOCH.fullmatch(name))
    elapsed = next(name for name in header.names if ELAPSED.fullmatch(name))
    table = read_columns(text, header, [epoch, elapsed, *names])
    findings += [found for found in table_findings(table, path) if found.code != "columns_ignored"]
    time_s = table.columns[elapsed]
    offset_s = table.columns[epoch] / 1000.0 - time_s
    origin_s = float(np.median(offset_s[np.isfinite(offset_s)])) if np.isfinite(offset_s).any() else 0.0
    unit = common_unit([unit_in_name(name, ACC_FACTORS) or unit_in_name(name, GYR_FACTORS) for name in names])
    return _Part(time_s, stacked(table, names), unit, origin_s, table.first_line, table.sha256)


IMPORTER = Importer(
    name="metabase",
    extensions=(".csv",),
    description="MetaBase (MbientLab): accelerometer's CSV, with the gyroscope's beside it",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="headers and file names in public code that writes or reads such files",
    tested_against="synthetic files in this layout",
    companions=companions,
    is_companion=is_companion,
)
