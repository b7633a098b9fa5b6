"""The manifest: a CSV table that says which files are a session and what they do not say themselves.

One row a session. Columns, in any order: `session`, and `recording` or `left` and `right` (paths relative to the
manifest, or URLs); the rest is optional. An empty cell leaves it to the command's options. Comma, semicolon or tab; a
decimal comma is understood where the separator is none. Everything that is wrong is told at once, with its line.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gaitpipe.batch.jobs import Role
from gaitpipe.batch.names import folded, session_name
from gaitpipe.errors import LogFault, ManifestError
from gaitpipe.evidence import value as number_of

FILE_COLUMNS: tuple[Role, ...] = ("recording", "left", "right")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "placement": ("foot", "shank"),
    "surface": ("treadmill", "road", "track", "grass", "trail", "sand"),
    "acc_unit": ("m/s2", "g", "mg"),
    "gyr_unit": ("rad/s", "deg/s", "mdeg/s"),
    "tap_sync": ("yes", "no"),
}
NUMBERS: Mapping[str, tuple[float, float]] = {
    "belt_speed_m_s": (0.0, 15.0),
    "height_m": (number_of("height_minimum_m"), number_of("height_maximum_m")),
    "incline_pct": (-40.0, 40.0),
    "shoe_drop_mm": (-10.0, 30.0),
    "rate_hz": (10.0, 10_000.0),
}
TEXTS = ("left_sensor", "right_sensor", "format", "columns", "shoe")
COLUMNS = ("session", *FILE_COLUMNS, *CHOICES, *NUMBERS, *TEXTS, "athlete")
LONGEST_CELL = 2000
_PSEUDONYM = re.compile(r"\w[\w.\-]{0,39}")


Checks = Mapping[str, Callable[[str], str]]


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A row: line in the file, session name, files by role as written, options of what is not empty, athlete."""

    line: int
    session: str
    files: Mapping[Role, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    athlete: str = ""


def read_manifest(data: bytes, name: str, checks: Checks | None = None) -> list[ManifestRow]:
    """Read a whole manifest; `name` is what errors call it, `checks` say what is wrong with a cell of their column.

    Raises
    ------
    ManifestError
        It cannot be used; carries all faults with their lines.
    """
    rows, columns, separator = _table(_decoded(data, name), name)
    faults = _column_faults(columns)
    found: list[ManifestRow] = []
    if {"session"} <= set(columns) and set(columns) & set(FILE_COLUMNS):
        found = [_row(line, cells, columns, separator, faults) for line, cells in rows]
        faults += _checked(found, checks or {})
        faults += _doubles(found)
    if not found and not faults:
        faults.append(LogFault(None, "", "", "has no rows"))
    if faults:
        faults.sort(key=lambda fault: fault.line or 0)
        of_columns = f"Columns are: {', '.join(COLUMNS)}." if faults[0].line in (None, 1) else "Correct these cells."
        raise ManifestError(name, faults, of_columns)
    return found


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        fault = LogFault(line, "", "", "is no UTF-8 text")
        raise ManifestError(name, [fault], "Save it as CSV UTF-8.") from None


def _table(text: str, name: str) -> tuple[list[tuple[int, list[str]]], list[str], str]:
    """Rows with their lines, the names of the columns, and the separator."""
    head = text.split("\n", 1)[0]
    separator = max((",", ";", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    try:
        start = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        fault = LogFault(reader.line_num, "", "", f"is not readable as CSV: {error}")
        raise ManifestError(name, [fault], "Save it as CSV anew.") from None
    if not rows:
        raise ManifestError(name, [LogFault(None, "", "", "is empty")], f"Its first line names {', '.join(COLUMNS)}.")
    return rows[1:], [cell.lower() for cell in rows[0][1]], separator


def _column_faults(columns: list[str]) -> list[LogFault]:
    faults = []
    for index, column in enumerate(columns):
        if column in columns[:index]:
            faults.append(LogFault(1, column, "", "this column stands twice"))
        elif column not in COLUMNS:
            close = difflib.get_close_matches(column, COLUMNS, n=1, cutoff=0.5)
            hint = f" (did you mean {close[0]}?)" if close else ""
            faults.append(LogFault(1, column or "(no name)", "", f"unknown column{hint}"))
    if "session" not in columns:
        faults.append(LogFault(1, "session", "", "this column is missing"))
    if not set(columns) & set(FILE_COLUMNS):
        faults.append(LogFault(1, "", "", "there is no column of files: recording, or left and right"))
    return faults


def _row(line: int, cells: list[str], columns: list[str], separator: str, faults: list[LogFault]) -> ManifestRow:
    if len(cells) > len(columns):
        faults.append(LogFault(line, "", "", f"has {len(cells)} cells for {len(columns)} columns"))
    row = {column: cell for column, cell in zip(columns, cells, strict=False) if cell}
    long = [column for column, cell in row.items() if len(cell) > LONGEST_CELL]
    faults += [LogFault(line, column, "", f"is longer than {LONGEST_CELL} characters") for column in long]
    files: dict[Role, str] = {role: row[role] for role in FILE_COLUMNS if role in row}
    faults += [LogFault(line, "", "", problem) for problem in _file_faults(row, files)]
    options: dict[str, Any] = {name: row[name] for name in TEXTS if name in row}
    for name, words in CHOICES.items():
        if name in row:
            options[name] = _choice(line, name, row[name], words, faults)
    for name, limits in NUMBERS.items():
        if name in row:
            options[name] = _number(line, name, row[name], limits, separator, faults)
    if "athlete" in row and not _PSEUDONYM.fullmatch(row["athlete"]):
        problem = "is no pseudonym: up to 40 letters, digits, '.', '_' and '-', such as A01; never a person's name"
        faults.append(LogFault(line, "athlete", row["athlete"][:40], problem))
    if "tap_sync" in options:
        options["tap_sync"] = options["tap_sync"] == "yes"
    return ManifestRow(line, row.get("session", ""), files, options, row.get("athlete", ""))


def _checked(rows: list[ManifestRow], checks: Checks) -> list[LogFault]:
    """What the checks of others find; a text that stands in many rows is looked at once."""
    found = []
    for name, check in checks.items():
        texts = dict.fromkeys(str(row.options[name]) for row in rows if name in row.options)
        problems = {text: problem for text in texts if (problem := check(text))}
        for row in rows:
            text = str(row.options.get(name, ""))
            if text in problems:
                found.append(LogFault(row.line, name, text[:40], problems[text]))
    return found


def _file_faults(row: Mapping[str, str], files: Mapping[Role, str]) -> list[str]:
    faults = []
    if "session" not in row:
        faults.append("the session has no name")
    if not files:
        faults.append("the session has no file: fill in recording, or left and right")
    if "recording" in files and len(files) > 1:
        faults.append("give a recording, or left and right, not both")
    same = "left" in files and files.get("left") == files.get("right")
    if same and not ("left_sensor" in row and "right_sensor" in row):
        faults.append("left and right are the same file: write it under recording, or name left_sensor, right_sensor")
    return faults


def _choice(line: int, name: str, cell: str, words: tuple[str, ...], faults: list[LogFault]) -> str:
    if cell.lower() in words:
        return cell.lower()
    close = difflib.get_close_matches(cell.lower(), words, n=1, cutoff=0.5)
    hint = f" (did you mean {close[0]}?)" if close else ""
    faults.append(LogFault(line, name, cell[:40], f"is not one of {', '.join(words)}{hint}"))
    return ""


def _number(
    line: int, name: str, cell: str, limits: tuple[float, float], separator: str, faults: list[LogFault]
) -> float:
    low, high = limits
    try:
        number = float(cell.replace(",", ".") if separator != "," else cell)
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        faults.append(LogFault(line, name, cell[:40], f"is no number from {low:g} to {high:g}"))
    return number


def _doubles(rows: list[ManifestRow]) -> list[LogFault]:
    """Sessions whose names, made safe, are the same on some file system."""
    first: dict[str, int] = {}
    faults = []
    for row in rows:
        name = folded(session_name(f"{row.session}.csv"))
        if row.session and name in first:
            problem = f"this name stands in line {first[name]} too, or differs in case or signs only"
            faults.append(LogFault(row.line, "session", row.session[:40], problem))
        first.setdefault(name, row.line)
    return faults
