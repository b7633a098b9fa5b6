"""WitMotion text: the export of the vendor's PC and phone programs, English or Chinese, with one or several devices.

Rules:

1. `DeviceName` tells the device of a row; each is a sensor of its own, in the file's order.
2. `ChipTime()` is the sensor's own clock and is used where the device has one. Else `time` is that of arrival at the
   computer, in bursts: samples are then spaced evenly between silences (see `_arrival.py`), and that is told.
3. Units stand in the names: `AccX(g)`, `AsX (deg/s)`, with and without a blank before them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError, counted
from gaitpipe.importers._arrival import evened_times
from gaitpipe.importers._clock_text import ZONE_UNKNOWN, seconds_of
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

ACC = re.compile(r"(?:Acc|Acceleration|加速度)\s*([XYZ])\s*\([^)]*\)", re.IGNORECASE)
GYR = re.compile(r"(?:As|Gyro|Angular\s*velocity|角速度)\s*([XYZ])\s*\([^)]*\)", re.IGNORECASE)
TIME = re.compile(r"time|时间", re.IGNORECASE)
CHIP_TIME = re.compile(r"(?:chip\s*time|片上时间|芯片时间)\s*(?:\(\))?", re.IGNORECASE)
DEVICE = re.compile(r"device\s*name|设备名称", re.IGNORECASE)
MIN_TIMED_SHARE = 0.9


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the columns of such a file."""
    return any(TIME.fullmatch(cell) for cell in cells) and any(ACC.fullmatch(cell) for cell in cells)


def sniff(head: bytes, path: Path) -> bool:
    """True when a line names a time and an axis as the vendor does."""
    del path
    return find_header(head, is_header) is not None


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read all devices of an export.

    Raises
    ------
    RecordingError
        The file is not of this format, or its times are none.
    """
    text = read_text(path)
    header = header_of(text, is_header, "WitMotion")
    acc, gyr = axes(path, header, ACC, "acceleration"), axes(path, header, GYR, "rotation rate")
    words = [name for pattern in (TIME, CHIP_TIME, DEVICE) if (name := _first(header, pattern))]
    table = read_columns(text, header, [*acc, *gyr], words)
    findings = [found for found in table_findings(table, path) if found.code != "columns_ignored"]
    unit = common_unit([unit_in_name(name, ACC_FACTORS) for name in acc])
    acc_m_s2 = stacked(table, acc) * acceleration_factor(unit, options, path, findings)
    gyr_rad_s = None
    if gyr:
        unit = common_unit([unit_in_name(name, GYR_FACTORS) for name in gyr])
        gyr_rad_s = stacked(table, gyr) * rotation_rate_factor(unit, options, path, findings)
    times = {name: seconds_of(table.words[name], name, path, table.first_line) for name in words if _is_time(name)}
    device = _first(header, DEVICE)
    devices = table.words[device] if device else np.full(len(acc_m_s2), "", dtype=object)
    sensors = []
    for label, rows in _rows_of_devices(devices, path, table.first_line, findings):
        rate = None if gyr_rad_s is None else gyr_rad_s[rows]
        name = f"{path}, {label}" if label else str(path)
        time_s, origin_s = _time_s(times, rows, acc_m_s2[rows], rate, header, name, findings)
        line = table.first_line if len(rows) == len(devices) else None
        sensors.append(SensorSamples(label, time_s, acc_m_s2[rows], rate, clock_origin_s=origin_s, first_line=line))
    return ImportedFile(tuple(sensors), table.sha256, tuple(findings), ZONE_UNKNOWN)


def _rows_of_devices(
    devices: NDArray[np.object_], path: Path, first_line: int, findings: list[Finding]
) -> list[tuple[str, NDArray[np.int64]]]:
    """Each device with its rows. A row without a name is of the only one; of several it is of none, and told."""
    labels = [str(label) for label in dict.fromkeys(devices.tolist()) if label] or [""]
    if len(labels) == 1:
        return [(labels[0], np.arange(len(devices)))]
    nameless = np.flatnonzero(devices == "")
    if len(nameless):
        message = (
            f"{path.name}: {counted(len(nameless), 'row')} without a device, first in line {nameless[0] + first_line}"
        )
        findings.append(Finding("rows_without_device", "warning", f"{message}; not used.", "Check the export."))
    return [(label, np.flatnonzero(devices == label)) for label in labels]


def _first(header: Header, pattern: re.Pattern[str]) -> str:
    return next((name for name in header.names if pattern.fullmatch(name)), "")


def _is_time(name: str) -> bool:
    return TIME.fullmatch(name) is not None or CHIP_TIME.fullmatch(name) is not None


def _time_s(
    times: dict[str, tuple[FloatArray, float | None]],
    rows: NDArray[np.int64],
    acc: FloatArray,
    rate: FloatArray | None,
    header: Header,
    name: str,
    findings: list[Finding],
) -> tuple[FloatArray, float | None]:
    """Times of a device's rows and their origin: its own clock if it has one, else evened times of arrival."""
    chip = _first(header, CHIP_TIME)
    if chip and _usable(times[chip][0][rows]):
        return times[chip][0][rows], times[chip][1]
    arrival, origin_s = times[_first(header, TIME)]
    arrival = arrival[rows]
    if len(arrival) and not np.isfinite(arrival).any():
        raise RecordingError(name, "the rows have no times", "Export the file with the column 'time'.")
    values = acc if rate is None else np.column_stack([acc, rate])
    return evened_times(arrival, values, name, findings), origin_s


def _usable(time_s: FloatArray) -> bool:
    """Whether a clock is there and runs: most rows have a time, and most times are later than the one before."""
    finite = time_s[np.isfinite(time_s)]
    if len(finite) < max(3.0, MIN_TIMED_SHARE * len(time_s)):
        return False
    return bool(np.mean(np.diff(finite) > 0.0) >= MIN_TIMED_SHARE)


IMPORTER = Importer(
    name="witmotion",
    extensions=(".txt", ".csv", ".tsv"),
    description="WitMotion text of one or several devices, English or Chinese",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="headers and rows quoted in public code that reads such files",
    tested_against="synthetic files in this layout",
)
