"""Plain CSV: `time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2` and, if there is a gyroscope, `gyr_x_rad_s,...`.

Any order of the columns and any orientation of the axes; other columns are ignored and named. One sensor a file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._table import FIRST_ROW_LINE, NumberTable, read_table
from gaitpipe.model import Finding

ACC_COLUMNS = ("acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2")
GYR_COLUMNS = ("gyr_x_rad_s", "gyr_y_rad_s", "gyr_z_rad_s")
REQUIRED = ("time_s", *ACC_COLUMNS)


def sniff(head: bytes, path: Path) -> bool:
    """True when the first line names `time_s` and an axis of the accelerometer."""
    del path
    first = str(head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0], "utf-8", "replace")
    names = {name.strip().strip('"') for name in first.split(",")}
    return "time_s" in names and bool(names.intersection(ACC_COLUMNS))


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read one sensor's samples from a plain CSV file; its units stand in the names of its columns.

    Raises
    ------
    RecordingError
        The file is not of this format; with the line where known.
    """
    del options
    table = read_table(path, REQUIRED, GYR_COLUMNS)
    return ImportedFile((samples_of(table),), table.sha256, tuple(table_findings(table, path)))


def samples_of(table: NumberTable) -> SensorSamples:
    """The samples in a table with these columns."""
    columns = table.columns
    acc = np.column_stack([columns[name] for name in ACC_COLUMNS])
    gyr = np.column_stack([columns[name] for name in GYR_COLUMNS]) if GYR_COLUMNS[0] in columns else None
    return SensorSamples("", columns["time_s"], acc, gyr, first_line=FIRST_ROW_LINE)


def table_findings(table: NumberTable, path: Path) -> list[Finding]:
    """What was not used of a file: columns, and a last line that may be cut."""
    findings: list[Finding] = []
    if table.ignored:
        names = ", ".join(name[:40] or "(no name)" for name in table.ignored[:10])
        more = f" and {len(table.ignored) - 10} more" if len(table.ignored) > 10 else ""
        message = f"{path.name}: columns that were not used: {names}{more}."
        findings.append(Finding("columns_ignored", "info", message))
    if table.cut_line is not None:
        message = f"{path.name} does not end with a line end: line {table.cut_line} may be cut and was not used."
        findings.append(Finding("last_line_cut", "info", message))
    return findings


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
