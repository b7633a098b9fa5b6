"""MetaBase (MbientLab) CSV: one file a sensor, `..._Accelerometer...csv` and `..._Gyroscope...csv` beside it.

Columns `epoch (ms),time (zone),elapsed (s),x-axis (g),y-axis (g),z-axis (g)`; the gyroscope's are in deg/s. Elapsed
time counts from each file's own first sample: the files are put together by their epoch. The sensor's address stands in
the name that the program gives the file, and nowhere in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gaitpipe.importers._companion import beside, wrong_part
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions
from gaitpipe.importers._table import Header, axes, find_header, header_of, read_columns, stacked, table_findings
from gaitpipe.importers._text import read_text
from gaitpipe.importers._two_files import FilePart, Kind, axes_unit, read_two_files
from gaitpipe.importers._units import GYR_FACTORS, unit_in_name
from gaitpipe.model import Finding

AXIS = re.compile(r"([xyz])-axis\s*\([^)]*\)", re.IGNORECASE)
EPOCH = re.compile(r"epoch?\s*\(ms\)", re.IGNORECASE)
ELAPSED = re.compile(r"elapsed\s*\(s\)", re.IGNORECASE)
ADDRESS = re.compile(r"_([0-9A-F]{12})_(?=[A-Z])", re.IGNORECASE)
ACC_WORD, GYR_WORD = re.compile(r"acc(?:elerometer)?", re.IGNORECASE), re.compile(r"gyro?(?:scope)?", re.IGNORECASE)


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
    address = ADDRESS.search(path.name)
    return read_two_files(path, options, companions(path), _read_part, address[1] if address else "")


def _is_gyroscope(header: Header) -> bool:
    return any(unit_in_name(name, GYR_FACTORS) for name in header.names if AXIS.fullmatch(name))


def _read_part(path: Path, kind: Kind, findings: list[Finding]) -> FilePart:
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
    unit = axes_unit(names)
    if kind == "accelerometer" and unit in GYR_FACTORS:
        raise wrong_part(path, "gyroscope", beside(path, GYR_WORD, ACC_WORD), kind)
    return FilePart(time_s, stacked(table, names), unit, table.first_line, table.sha256, origin_s)


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
