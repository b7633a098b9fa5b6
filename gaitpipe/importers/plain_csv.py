"""Plain CSV: `time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2` and, if there is a gyroscope, `gyr_x_rad_s,...`.

Any order of the columns and any orientation of the axes; other columns are ignored and named. One sensor a file. The
time may also be written as dates and clock times (`2026-03-02T09:30:00.005Z`): it then counts from the first. What a
spreadsheet program may have spoiled (semicolons, decimal commas, another encoding) is named as such.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._moments import read_with_moments
from gaitpipe.importers._table import Header, NumberTable, table_findings
from gaitpipe.importers._text import MAX_LINE_BYTES, Text, read_text
from gaitpipe.importers._units import acceleration_factor, rotation_rate_factor

ACC_COLUMNS = ("acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2")
GYR_COLUMNS = ("gyr_x_rad_s", "gyr_y_rad_s", "gyr_z_rad_s")
REQUIRED = ("time_s", *ACC_COLUMNS)
KNOWN = (*REQUIRED, *GYR_COLUMNS)


def sniff(head: bytes, path: Path) -> bool:
    """True when the first line names `time_s` and an axis of the accelerometer."""
    del path
    first = str(head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0], "utf-8", "replace")
    names = {name.strip().strip('"') for name in first.split(",")}
    return "time_s" in names and bool(names.intersection(ACC_COLUMNS))


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read one sensor's samples from a plain CSV file; its units stand in the names of its columns.

    A unit that the person says goes before them, and a finding tells it.

    Raises
    ------
    RecordingError
        The file is not of this format; with the line where known.
    """
    text = read_text(path, utf_8_only=True)
    header = _header(text)
    table, moments = read_with_moments(text, header, "time_s", _wanted(header.names, path), strict=True)
    findings = table_findings(table, path)
    if moments is not None:
        table.columns["time_s"] = moments.time_s
    samples = replace(samples_of(table), clock_origin_s=None if moments is None else moments.origin_s)
    acc = samples.acc_m_s2 * acceleration_factor("m/s2", options, path, findings)
    gyr = samples.gyr_rad_s
    if gyr is not None:
        gyr = gyr * rotation_rate_factor("rad/s", options, path, findings)
    said = {} if moments is None else moments.metadata
    return ImportedFile((replace(samples, acc_m_s2=acc, gyr_rad_s=gyr),), table.sha256, tuple(findings), said)


def samples_of(table: NumberTable) -> SensorSamples:
    """The samples in a table with these columns."""
    columns = table.columns
    acc = np.column_stack([columns[name] for name in ACC_COLUMNS])
    gyr = np.column_stack([columns[name] for name in GYR_COLUMNS]) if GYR_COLUMNS[0] in columns else None
    return SensorSamples("", columns["time_s"], acc, gyr, first_line=table.first_line)


def _header(text: Text) -> Header:
    path, expected = str(text.path), f"The first line must be: {','.join(KNOWN)}"
    first = text.content[: MAX_LINE_BYTES + 1].split(b"\n", 1)[0]
    if len(first) > MAX_LINE_BYTES:
        raise RecordingError(path, "the first line is too long for a header", expected, line=1)
    line = str(first, "utf-8", "replace").strip()
    for separator, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")):
        if line.count(separator) > line.count(","):
            message = f"the columns are separated by {word}"
            advice = "Save it with commas between the columns and points in the numbers (1.5, not 1,5)."
            raise RecordingError(path, message, advice, line=1)
    names = [name.strip() for name in next(csv.reader([line]), [])]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise RecordingError(path, f"column {', '.join(twice)} stands there twice", expected, line=1)
    return Header(tuple(names))


def _wanted(names: Sequence[str], path: Path) -> list[str]:
    """The columns to read; a gyroscope of which some column, or a near miss, is there counts as meant."""
    missing = [name for name in REQUIRED if name not in names]
    absent = [name for name in GYR_COLUMNS if name not in names]
    near = _near_misses(absent, names)
    if absent and (len(absent) < len(GYR_COLUMNS) or near):
        missing += absent
    if not missing:
        return [*REQUIRED, *(() if absent else GYR_COLUMNS)]
    near = _near_misses(missing, names)
    hints = "".join(f" Did you mean {name} where it says {found}?" for name, found in near.items())
    advice = (
        f"The first line must name the columns: {','.join(REQUIRED)} and, if there is one, {','.join(GYR_COLUMNS)}."
    )
    other = " For a table of another program, say which columns are meant: --columns."
    raise RecordingError(str(path), f"no column {', '.join(missing)}", advice + hints + other, line=1)


def _near_misses(missing: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    others = {name.lower(): name for name in names if name not in KNOWN}
    found: dict[str, str] = {}
    for name in missing:
        close = difflib.get_close_matches(name, others, n=1, cutoff=0.7)
        if close:
            found[name] = others[close[0]]
    return found


IMPORTER = Importer(
    name="plain_csv",
    extensions=(".csv", ".txt"),
    description="CSV with columns time_s, acc_*_m_s2 and, if there is a gyroscope, gyr_*_rad_s",
    sniff=sniff,
    read=read,
    layout="specification",
    layout_source="this project",
    tested_against="files of this project, spoiled in many ways",
)
