"""Vicon Blue Trident (IMeasureU) CSV: `unix_timestamp_microsec,time_s,ax_m/s/s,...,gx_deg/s,...`.

A session is three files: low-g (accelerometer of 16 g and gyroscope, about 1125 Hz), high-g (accelerometer of 200 g,
1600 Hz) and the magnetometer. The low-g file is read. The high-g one is another accelerometer at another place of the
board: it is mentioned, and read alone only where there is no low-g file beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gaitpipe.importers._companion import beside, wrong_part
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
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

UNIX_US = "unix_timestamp_microsec"
ACC = re.compile(r"a([xyz])_.+")
GYR = re.compile(r"g([xyz])_.+")
MAG = re.compile(r"m([xyz])_.+")
LOW, HIGH = re.compile(r"low_?g", re.IGNORECASE), re.compile(r"high_?g", re.IGNORECASE)
PART = re.compile(r"high_?g|mag", re.IGNORECASE)


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the columns of such a file, of any of its parts."""
    return UNIX_US in cells and any(ACC.fullmatch(cell) or MAG.fullmatch(cell) for cell in cells)


def sniff(head: bytes, path: Path) -> bool:
    """True when a line names the Unix time in microseconds and an axis."""
    del path
    return find_header(head, is_header) is not None


def is_companion(head: bytes, path: Path) -> bool:
    """True for the magnetometer's file, and for a high-g file that has a low-g one beside it."""
    header = find_header(head, is_header)
    if header is None or _has(header, GYR):
        return False
    return not _has(header, ACC) or bool(beside(path, HIGH, LOW))


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read a low-g file, or a high-g file that stands alone.

    Raises
    ------
    RecordingError
        The file is not of this format, or another part of a session is the one to give.
    """
    text = read_text(path)
    header = header_of(text, is_header, "Blue Trident")
    low = beside(path, PART, LOW)
    if not _has(header, ACC):
        raise wrong_part(path, "magnetometer", low, "low-g")
    if not _has(header, GYR) and beside(path, HIGH, LOW):
        raise wrong_part(path, "high-g accelerometer", low, "low-g")
    acc, gyr = axes(path, header, ACC, "acceleration"), axes(path, header, GYR, "rotation rate")
    table = read_columns(text, header, [UNIX_US, *acc, *gyr])
    findings = [found for found in table_findings(table, path) if found.code != "columns_ignored"]
    unit = common_unit([unit_in_name(name, ACC_FACTORS) for name in acc])
    acc_m_s2 = stacked(table, acc) * acceleration_factor(unit, options, path, findings)
    gyr_rad_s = None
    if gyr:
        unit = common_unit([unit_in_name(name, GYR_FACTORS) for name in gyr])
        gyr_rad_s = stacked(table, gyr) * rotation_rate_factor(unit, options, path, findings)
    findings += _other_accelerometer(path)
    time_s, origin_s = _times(table.columns[UNIX_US])
    samples = SensorSamples("", time_s, acc_m_s2, gyr_rad_s, clock_origin_s=origin_s, first_line=table.first_line)
    return ImportedFile((samples,), table.sha256, tuple(findings))


def _has(header: Header, pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(name) for name in header.names)


def _other_accelerometer(path: Path) -> list[Finding]:
    files = beside(path, LOW, HIGH)
    if not files:
        return []
    message = f"{files[0].name}, the high-g accelerometer (200 g), was not used: it is a sensor of its own, at 1600 Hz."
    advice = "Where the low-g one is clipped, peaks are in that file."
    return [Finding("high_g_not_used", "info", message, advice)]


def _times(time_us: FloatArray) -> tuple[FloatArray, float | None]:
    """Times [s] from the first one, and its Unix time."""
    finite = time_us[np.isfinite(time_us)]
    if not len(finite):
        return time_us, None
    return (time_us - finite[0]) / 1e6, float(finite[0]) / 1e6


IMPORTER = Importer(
    name="blue_trident",
    extensions=(".csv",),
    description="Vicon Blue Trident (IMeasureU): the low-g CSV",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="headers in public code that reads such files",
    tested_against="synthetic files in this layout",
    is_companion=is_companion,
)
