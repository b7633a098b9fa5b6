"""Reads columns of numbers and words from separated text, fast, and says exactly where it is not that.

Rules:

1. The line of the column names is found by what it says (`find_header`), after whatever stands before it, and tells the
   separator: comma, semicolon or tab.
2. A cell that is empty or says NaN is a lost sample, any other cell that is not a number is an error with its line.
3. A row with more cells than the header is an error: its numbers may stand in the wrong columns.
4. Numbers with decimal commas are read where the separator is not a comma and all numbers are so.
"""

from __future__ import annotations

import csv
import inspect
import io
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError
from gaitpipe.importers._text import MAX_LINE_BYTES, Text, head_lines
from gaitpipe.model import Finding, FloatArray

SEPARATORS = (",", ";", "\t")
_BLANKS_AT_END = re.compile(rb" +\n")
HEADER_LINES = 200
"""A header further down than this is not looked for."""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table: `line` is where their names stand (0: there are none in the file).

    `preamble` are the lines before it; `units` the cells of the line below it, where that holds no data.
    """

    names: tuple[str, ...]
    separator: str = ","
    line: int = 1
    preamble: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def first_row_line(self) -> int:
        """Line of the first row of data."""
        return self.line + (2 if self.units else 1)


@dataclass(frozen=True, slots=True)
class NumberTable:
    """Columns of equal length (n,): numbers are float64, NaN where a cell is empty; words are str, '' where empty.

    Row i stands on line `first_line` + i of the file; `ignored` are the columns that were not asked for.
    """

    columns: dict[str, FloatArray]
    ignored: tuple[str, ...]
    cut_line: int | None
    sha256: str
    first_line: int = 2
    words: dict[str, NDArray[np.object_]] = field(default_factory=dict)


Fits = Callable[[Sequence[str]], bool]


def find_header(
    text: Text | bytes, fits: Fits, units: Fits | None = None, separators: Sequence[str] = SEPARATORS
) -> Header | None:
    """The first line whose cells `fits` says are the column names; None if there is none in the first lines.

    `text` is a whole file, or its first bytes as `sniff` gets them. The line below is one of units where `units` says
    so of its cells. Cells come without outer blanks; where several separators fit, that which gives most cells counts.
    """
    content = text.content[: HEADER_LINES * MAX_LINE_BYTES] if isinstance(text, Text) else text
    lines = head_lines(content, HEADER_LINES + 1)
    for number, line in enumerate(lines[:HEADER_LINES]):
        if len(line) > MAX_LINE_BYTES:
            continue
        found = [(cells, separator) for separator in separators if fits(cells := cells_of(line, separator))]
        if found:
            cells, separator = max(found, key=lambda item: len(item[0]))
            below = cells_of(lines[number + 1], separator) if number + 1 < len(lines) else ()
            said = below if units is not None and below and units(below) else ()
            return Header(cells, separator, number + 1, tuple(lines[:number]), said)
    return None


def header_of(text: Text, fits: Fits, program: str, units: Fits | None = None) -> Header:
    """The header of a file of a program; see `find_header`.

    Raises
    ------
    RecordingError
        No line is the header of such a file.
    """
    header = find_header(text, fits, units)
    if header is None:
        message = f"no line of it names the columns of a file of {program}"
        raise RecordingError(str(text.path), message, "Export it again without changes, or name the right format.")
    return header


def axes(path: Path, header: Header, pattern: re.Pattern[str], what: str) -> tuple[str, ...]:
    """The names of three columns that a pattern matches, in the order x, y, z of its first group; () if there are none.

    Raises
    ------
    RecordingError
        Only some of them are there, or one of them twice.
    """
    found: dict[str, str] = {}
    for name in header.names:
        match = pattern.fullmatch(name)
        if match and found.setdefault(match[1].lower(), name) != name:
            message = f"both {found[match[1].lower()]} and {name} are {match[1].lower()} of the {what}"
            raise RecordingError(str(path), message, "Leave one of them.", header.line or None)
    missing = [axis for axis in "xyz" if axis not in found]
    if found and missing:
        message = f"no column for {' and '.join(missing)} of the {what}"
        raise RecordingError(str(path), message, "Export the file with all three axes.", header.line or None)
    return tuple(found[axis] for axis in "xyz") if found else ()


def stacked(table: NumberTable, names: Sequence[str]) -> FloatArray:
    """Columns side by side, (n, len(names))."""
    return np.column_stack([table.columns[name] for name in names])


def cells_of(line: str, separator: str) -> tuple[str, ...]:
    """The cells of a line without outer blanks."""
    if len(line) > MAX_LINE_BYTES:
        return ()
    return tuple(cell.strip() for cell in next(csv.reader([line.strip("\r\n")], delimiter=separator), []))


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether a cell is a number."""
    if decimal != ".":
        cell = "" if "." in cell else cell.replace(decimal, ".")
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def first_cell(text: Text, header: Header, name: str) -> str:
    """The first cell of a column that is not empty, looked for in the first rows; '' if there is none."""
    place = header.names.index(name)
    for line in head_lines(_rows(text.content, header.first_row_line)[: 4 * MAX_LINE_BYTES], HEADER_LINES):
        cells = cells_of(line, header.separator)
        if place < len(cells) and cells[place]:
            return cells[place]
    return ""


def read_columns(
    text: Text, header: Header, numbers: Sequence[str], words: Sequence[str] = (), *, strict: bool = False
) -> NumberTable:
    """Read the named columns below a header; with `strict`, rows may not end with a separator too many.

    Raises
    ------
    RecordingError
        A column is not there or there twice; or see the rules at the top of this module.
    """
    used = [*numbers, *words]
    _check_names(text.path, header, used)
    first_line = header.first_row_line
    rows = _rows(text.content, first_line)
    if not strict and b" \n" in rows:
        rows = _BLANKS_AT_END.sub(b"\n", rows)
    width = _check_lines(rows, text.path, header, strict, max(header.names.index(name) for name in used))
    frame = _parse(rows, text.path, header, numbers, words, width)
    place = header.names.index
    columns = {name: np.ascontiguousarray(frame[place(name)], dtype=np.float64) for name in numbers}
    said = {name: np.asarray(frame[place(name)].fillna(""), dtype=object) for name in words}
    ignored = tuple(name for name in header.names if name not in used)
    return NumberTable(columns, ignored, text.cut_line, text.sha256, first_line, said)


def table_findings(table: NumberTable, path: Path) -> list[Finding]:
    """What was not used of a file: columns, and a last line that may be cut."""
    findings: list[Finding] = []
    ignored = [name for name in table.ignored if name]
    if ignored:
        names = ", ".join(name[:40] for name in ignored[:10])
        more = f" and {len(ignored) - 10} more" if len(ignored) > 10 else ""
        message = f"{path.name}: columns that were not used: {names}{more}."
        findings.append(Finding("columns_ignored", "info", message))
    if table.cut_line is not None:
        message = f"{path.name} does not end with a line end: line {table.cut_line} may be cut and was not used."
        findings.append(Finding("last_line_cut", "info", message))
    return findings


def _check_names(path: Path, header: Header, used: Sequence[str]) -> None:
    line = header.line or None
    missing = [name for name in used if name not in header.names]
    if missing:
        advice = f"The file names: {', '.join(header.names)[:300]}. Export it with all columns."
        raise RecordingError(str(path), f"no column {', '.join(missing)}", advice, line)
    twice = [name for name in dict.fromkeys(used) if header.names.count(name) > 1]
    if twice:
        message = f"column {', '.join(twice)} stands there twice"
        raise RecordingError(str(path), message, "Leave one of them.", line)


def _rows(content: bytes, first_line: int) -> bytes:
    """The content from line `first_line` on."""
    place = 0
    for _ in range(first_line - 1):
        place = content.find(b"\n", place) + 1
        if place == 0:
            return b""
    return content[place:]


def _check_lines(content: bytes, path: Path, header: Header, strict: bool, last_used: int) -> int:
    """No line longer than sense, no open quote, no row wider than the header, some row as wide as what is used.

    Returns the number of columns of the widest row, at most those of the header.
    """
    width, separator, first_line = len(header.names), header.separator, header.first_row_line
    data = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    lengths = np.diff(ends, prepend=-1)
    if (lengths > MAX_LINE_BYTES).any():
        line = int(np.argmax(lengths > MAX_LINE_BYTES)) + first_line
        raise RecordingError(str(path), "this line is absurdly long", "Is this a CSV file?", line)
    quotes = _count_per_line(data, ends, '"')
    if (quotes % 2).any():
        line = int(np.argmax(quotes % 2)) + first_line
        raise RecordingError(str(path), "a quotation mark is not closed", "Close or remove it.", line)
    counts = _count_per_line(data, ends, separator)
    if len(ends) and counts.max() < last_used and content.strip():
        message = f"no row has {last_used + 1} columns that are separated as the names of the columns are"
        raise RecordingError(str(path), message, "Export it again, with one separator in the whole file.", first_line)
    wide = counts >= width
    if not strict and len(ends):
        wide &= ~((counts == width) & (quotes == 0) & (data[ends - 1] == ord(separator)))  # one separator at the end
    for row in np.flatnonzero(wide):
        line_text = str(content[ends[row] - lengths[row] + 1 : ends[row]], "utf-8", "replace")
        cells = cells_of(line_text, separator)
        if len(cells) > width and (strict or any(cells[width:])):
            message = f"{len(cells)} cells, but the header names {width} columns"
            advice = "Are there commas in the numbers (1,5)? Save it with points (1.5)."
            advice = advice if separator == "," else "A line may have been joined from two. Export the data again."
            raise RecordingError(str(path), message, advice, int(row) + first_line)
    return min(width, int(counts.max(initial=0)) + 1)


def _count_per_line(data: Any, ends: Any, character: str) -> Any:
    places = np.flatnonzero(data == ord(character))
    return np.diff(np.searchsorted(places, ends), prepend=0)


def _parse(rows: bytes, path: Path, header: Header, numbers: Sequence[str], words: Sequence[str], width: int) -> Any:
    import pandas as pd

    read_csv: Any = pd.read_csv  # its typed overloads do not take options as a mapping
    places = {header.names.index(name): np.float64 for name in numbers} | {header.names.index(n): str for n in words}
    if not rows.strip():
        return {place: pd.Series(dtype=kind) for place, kind in places.items()}
    options: dict[str, Any] = {
        "header": None,
        "sep": header.separator,
        "names": range(width),
        "usecols": sorted(places),
        "index_col": False,
        "skip_blank_lines": False,
        "skipinitialspace": header.separator != "\t",
        "encoding_errors": "replace",
    }
    exact = {"float_precision": "round_trip"} if "float_precision" in inspect.signature(read_csv).parameters else {}
    for decimal in (".",) if header.separator == "," else (".", ","):
        try:
            with warnings.catch_warnings():  # newer pandas is exact by default and warns about being asked
                warnings.simplefilter("ignore")
                return read_csv(io.BytesIO(rows), dtype=places, decimal=decimal, **options, **exact)
        except (ValueError, OverflowError) as error:
            failed = error
    try:
        frame = read_csv(io.BytesIO(rows), dtype=str, **options)
    except (ValueError, OverflowError) as error:
        advice = "Export it again as plain CSV."
        raise RecordingError(str(path), f"not readable as a table: {error}", advice) from None
    raise _not_a_number(frame, path, header, numbers, failed) from None


def _not_a_number(frame: Any, path: Path, header: Header, numbers: Sequence[str], error: Exception) -> RecordingError:
    """The error for the first cell that is not a number, or not in the form of the numbers before it."""
    decimals = [decimal for decimal in (".", ",") if decimal == "." or header.separator != ","]
    places = [header.names.index(name) for name in numbers]
    for row, cells in enumerate(frame[sorted(places)].itertuples(index=False, name=None)):
        for place, cell in zip(sorted(places), cells, strict=True):
            if not isinstance(cell, str):
                continue
            fitting = [decimal for decimal in decimals if is_number(cell, decimal)]
            if not fitting:
                return _bad_cell(str(path), header, place, cell, row)
            decimals = fitting
    return RecordingError(str(path), f"not readable as a table: {error}", "Export it again as plain CSV.")


def _bad_cell(path: str, header: Header, place: int, cell: str, row: int) -> RecordingError:
    shown = cell if len(cell) <= 40 else f"{cell[:40]}..."
    name = header.names[place] or f"number {place + 1}"
    message = f"column {name}: {shown!r} is not a number"
    advice = "Leave the cell empty where there is no value."
    if is_number(cell.replace(",", ".")) and header.separator == ",":
        advice = "Use a decimal point (1.5), not a decimal comma."
    elif is_number(cell.replace(",", ".")):
        message = f"{message} like those before it"
        advice = "Use decimal points (1.5) or decimal commas (1,5), one of them in the whole file."
    return RecordingError(path, message, advice, row + header.first_row_line)
