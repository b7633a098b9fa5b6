"""CSV of Movesense sample apps: `Timestamp (ms),X: (m/s^2),Y: (m/s^2),Z: (m/s^2)`; the gyroscope's file beside it.

The gyroscope's columns are in `(degree per second)` or `(dps)`. Also the short `timestamp,x,y,z`, whose units the file
does not say and which are asked for.

Rules:

1. Some apps write only the first sample of each packet, with the packet's time. What is left is then one eighth of the
   rate or less: too slow, and refused as such.
2. Some write every sample of a packet with the packet's time. The samples of a packet are then spread evenly up to the
   next one's time; a longer pause is a gap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gaitpipe.importers._arrival import copies_of
from gaitpipe.importers._companion import beside, wrong_part
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions
from gaitpipe.importers._table import Header, axes, find_header, header_of, read_columns, stacked, table_findings
from gaitpipe.importers._text import read_text
from gaitpipe.importers._two_files import FilePart, Kind, axes_unit, read_two_files
from gaitpipe.importers._units import ACC_FACTORS, GYR_FACTORS, unit_in_name
from gaitpipe.model import Finding, FloatArray

TIME = re.compile(r"timestamp(?:\s*\(ms\))?", re.IGNORECASE)
AXIS = re.compile(r"([XYZ])(?::\s*\((?:m/s\^2|dps|degree per second|deg/s)\))?", re.IGNORECASE)
ACC_WORD = re.compile(r"(?:linear)?_?acc(?:eleration|elerometer)?", re.IGNORECASE)
GYR_WORD = re.compile(r"gyro?(?:scope)?|angular_?velocity", re.IGNORECASE)


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the columns of such a file: a timestamp and axes, nothing else; all three if without units."""
    named = [cell for cell in cells if cell]
    if len(named) < 2 or not TIME.fullmatch(named[0]):
        return False
    found = [match[1].lower() for cell in named[1:] if (match := AXIS.fullmatch(cell))]
    return len(found) == len(named) - 1 and (found == ["x", "y", "z"] or all(":" in cell for cell in named[1:]))


def sniff(head: bytes, path: Path) -> bool:
    """True when a line is `Timestamp (ms)` and three axes."""
    del path
    return find_header(head, is_header) is not None


def is_companion(head: bytes, path: Path) -> bool:
    """True for a file of the gyroscope; `head` tells it by the unit, else its name."""
    header = find_header(head, is_header)
    return header is not None and _is_gyroscope(header, path)


def companions(path: Path) -> tuple[Path, ...]:
    """The gyroscope's file beside an accelerometer's."""
    return beside(path, ACC_WORD, GYR_WORD)


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read an accelerometer's file and, if it is there, the gyroscope's beside it.

    Raises
    ------
    RecordingError
        A file is not of this format, is the gyroscope's, says no units, or both have no common time.
    """
    return read_two_files(path, options, companions(path), _read_part)


def _is_gyroscope(header: Header, path: Path) -> bool:
    if any(unit_in_name(name, ACC_FACTORS) for name in header.names):
        return False
    by_unit = any(unit_in_name(name, GYR_FACTORS) for name in header.names)
    return by_unit or (GYR_WORD.search(path.name) is not None and ACC_WORD.search(path.name) is None)


def _read_part(path: Path, kind: Kind, findings: list[Finding]) -> FilePart:
    text = read_text(path)
    header = header_of(text, is_header, "a Movesense app")
    if kind == "accelerometer" and _is_gyroscope(header, path):
        raise wrong_part(path, "gyroscope", beside(path, GYR_WORD, ACC_WORD), kind)
    names = axes(path, header, AXIS, "sensor")
    time = next(name for name in header.names if TIME.fullmatch(name))
    table = read_columns(text, header, [time, *names])
    findings += table_findings(table, path)
    values = stacked(table, names)
    time_s = _spread_s(table.columns[time], values)
    return FilePart(time_s, values, axes_unit(names), table.first_line, table.sha256)


def _spread_s(time_ms: FloatArray, values: FloatArray) -> FloatArray:
    """Seconds; rows of one packet, that share its time, are spread over the usual packet's length."""
    time_s = time_ms / 1000.0
    same = np.concatenate([np.zeros(min(1, len(time_s)), dtype=bool), np.diff(time_s) == 0.0])
    same &= ~copies_of(time_s, values)
    starts = np.flatnonzero(~same)
    sizes = np.diff(starts, append=len(time_s))
    if len(starts) < 3 or np.median(sizes) < 2.0:
        return time_s
    interval_s = float(np.median(np.diff(time_s[starts]) / sizes[:-1]))
    return np.asarray(time_s + (np.arange(len(time_s)) - np.repeat(starts, sizes)) * interval_s, dtype=np.float64)


IMPORTER = Importer(
    name="movesense_csv",
    extensions=(".csv",),
    description="CSV of Movesense sample apps: accelerometer's file, with the gyroscope's beside it",
    sniff=sniff,
    read=read,
    layout="memory",
    layout_source="memory, and headers in public apps built on the vendor's sample",
    tested_against="synthetic files in this layout",
    companions=companions,
    is_companion=is_companion,
)
