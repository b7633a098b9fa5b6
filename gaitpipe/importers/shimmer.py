"""Shimmer Consensys CSV: `sep=` line, names `<device>_Accel_LN_X_CAL`, a line of units; tab, comma or semicolon.

Rules:

1. Columns that end in CAL are calibrated and used; RAW ones are counts without a scale and are refused.
2. A device may have two accelerometers: low-noise (LN, about 2 g) and wide-range (WR, up to 16 g). The one that reaches
   further is used, as running exceeds 2 g; where both reach as far, the low-noise one. Which one is told.
3. Times: synchronised before unsynchronised, Unix milliseconds before a written date.
4. A file may hold several devices; each is a sensor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.importers._clock_text import ZONE_UNKNOWN, seconds_of
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._table import (
    Header,
    NumberTable,
    axes,
    find_header,
    header_of,
    is_number,
    read_columns,
    stacked,
    table_findings,
)
from gaitpipe.importers._text import read_text
from gaitpipe.importers._units import (
    ACC_FACTORS,
    GYR_FACTORS,
    acceleration_factor,
    common_unit,
    rotation_rate_factor,
    unit_of,
)
from gaitpipe.model import Finding, FloatArray

CHANNEL = re.compile(r"(.*?)_?(Accel_LN|Accel_WR|Gyro)_[XYZ]_(CAL|RAW|UNCAL)", re.IGNORECASE)
TIMES = (
    "TimestampSync_Unix_CAL", "Timestamp_Unix_CAL", "TimestampSync_FormattedUnix_CAL", "Timestamp_FormattedUnix_CAL",
    "TimestampSync_CAL", "Timestamp_CAL",
)  # fmt: skip
WORDS = {"LN": "low-noise", "WR": "wide-range"}
FURTHER = 1.05


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the columns of such a file."""
    return any(CHANNEL.fullmatch(cell) for cell in cells)


def is_units(cells: Sequence[str]) -> bool:
    """Whether a line under the header is one of units: words, no number."""
    named = [cell for cell in cells if cell]
    return (
        bool(named)
        and not any(is_number(cell) or is_number(cell, ",") for cell in named)
        and any(unit_of(cell, ACC_FACTORS) or unit_of(cell, GYR_FACTORS) or cell == "ms" for cell in named)
    )


def sniff(head: bytes, path: Path) -> bool:
    """True when a line names channels as Consensys does."""
    del path
    return find_header(head, is_header) is not None


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read all devices of an export.

    Raises
    ------
    RecordingError
        The file is not of this format, is not calibrated, or a device has no accelerometer or times.
    """
    text = read_text(path)
    header = header_of(text, is_header, "Consensys", is_units)
    prefixes = list(dict.fromkeys(match[1] for name in header.names if (match := CHANNEL.fullmatch(name))))
    devices = [_Device(path, header, prefix) for prefix in prefixes]
    numbers = [name for device in devices for name in device.numbers]
    table = read_columns(
        text, header, list(dict.fromkeys(numbers)), list(dict.fromkeys(d.date for d in devices if d.date))
    )
    findings = [found for found in table_findings(table, path) if found.code != "columns_ignored"]
    sensors = tuple(device.samples(table, options, findings, several=len(devices) > 1) for device in devices)
    said = ZONE_UNKNOWN if any(device.date for device in devices) else {}
    return ImportedFile(sensors, table.sha256, tuple(findings), said)


class _Device:
    """The columns of one device."""

    def __init__(self, path: Path, header: Header, prefix: str) -> None:
        self._path, self._header, self._prefix = path, header, prefix
        found = {kind: self._axes(f"Accel_{kind}") for kind in WORDS}
        self._acc = {kind: names for kind, names in found.items() if names}
        self._gyr = self._axes("Gyro")
        if not self._acc:
            raw = any((match := CHANNEL.fullmatch(name)) and match[3].upper() != "CAL" for name in header.names)
            message = f"{prefix or 'the file'} has no calibrated accelerometer"
            advice = "Export it from Consensys as 'calibrated': RAW columns are counts without a scale."
            raise RecordingError(str(path), message, advice if raw else "Export its accelerometer too.", header.line)
        self._time = self._time_column()

    @property
    def date(self) -> str:
        """The column of written dates, if that is its time."""
        written = "FormattedUnix" in self._time and self._unit(self._time).strip().lower() != "ms"
        return self._time if written else ""

    @property
    def numbers(self) -> list[str]:
        """Its columns of numbers."""
        time = [] if self.date else [self._time]
        return [*time, *(name for names in self._acc.values() for name in names), *self._gyr]

    def samples(
        self, table: NumberTable, options: ReadOptions, findings: list[Finding], *, several: bool
    ) -> SensorSamples:
        """Its samples in SI units."""
        acc = self._accelerometer(table, options, findings)
        rate = None
        if self._gyr:
            unit = common_unit([unit_of(self._unit(name), GYR_FACTORS) for name in self._gyr])
            rate = stacked(table, self._gyr) * rotation_rate_factor(unit, options, self._path, findings)
        time_s, origin_s = self._times(table)
        line = table.first_line
        label = self._prefix or ("device" if several else "")
        return SensorSamples(label, time_s, acc, rate, clock_origin_s=origin_s, first_line=line)

    def _axes(self, kind: str) -> tuple[str, ...]:
        before = re.escape(f"{self._prefix}_" if self._prefix else "")
        return axes(self._path, self._header, re.compile(f"{before}{kind}_([XYZ])_CAL", re.IGNORECASE), kind)

    def _time_column(self) -> str:
        by_name = {name.lower(): name for name in self._header.names}
        for prefix in dict.fromkeys((f"{self._prefix}_" if self._prefix else "", "")):
            for time in TIMES:
                if f"{prefix}{time}".lower() in by_name:
                    return by_name[f"{prefix}{time}".lower()]
        advice = "Export it with timestamps (Unix, in milliseconds)."
        raise RecordingError(str(self._path), f"no time column for {self._prefix}", advice, self._header.line)

    def _unit(self, name: str) -> str:
        place = self._header.names.index(name)
        return self._header.units[place] if place < len(self._header.units) else ""

    def _accelerometer(self, table: NumberTable, options: ReadOptions, findings: list[Finding]) -> FloatArray:
        values: dict[str, FloatArray] = {}
        for kind, names in self._acc.items():
            unit = common_unit([unit_of(self._unit(name), ACC_FACTORS) for name in names])
            told = findings if kind == next(iter(self._acc)) else []
            values[kind] = stacked(table, names) * acceleration_factor(unit, options, self._path, told)
        if len(values) == 1:
            return next(iter(values.values()))
        reach = {kind: float(np.nanmax(np.abs(acc), initial=0.0)) for kind, acc in values.items()}
        chosen = "WR" if reach["WR"] > FURTHER * reach["LN"] else "LN"
        far = ", ".join(f"{WORDS[kind]} {most:.0f} m/s^2" for kind, most in reach.items())
        message = f"{self._prefix or self._path.name}: the {WORDS[chosen]} accelerometer was used (largest: {far})."
        findings.append(Finding("accelerometer_chosen", "info", message))
        return values[chosen]

    def _times(self, table: NumberTable) -> tuple[FloatArray, float | None]:
        """Times [s] and the Unix time of their zero; of a written date as if it were UTC."""
        if self.date:
            return seconds_of(table.words[self.date], self.date, self._path, table.first_line)
        time_ms = table.columns[self._time]
        if "unix" not in self._time.lower():
            return time_ms / 1000.0, None
        finite = time_ms[np.isfinite(time_ms)]
        first_ms = float(finite[0]) if len(finite) else 0.0
        return (time_ms - first_ms) / 1000.0, first_ms / 1000.0


IMPORTER = Importer(
    name="shimmer",
    extensions=(".csv",),
    description="Shimmer Consensys CSV, calibrated, of one or several devices",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="first lines of exports quoted in public code that reads them",
    tested_against="synthetic files in this layout",
)
