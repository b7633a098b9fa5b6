"""Reads columns of numbers from a comma-separated file, fast, and says exactly where it is not one.

Rules: what a spreadsheet program may have spoiled (semicolons, decimal commas, another encoding) is named as such. A
cell that is empty or says NaN is a lost sample, any other cell that is not a number is an error with its line. A row
with more cells than the header is an error: its numbers may stand in the wrong columns. A last line without a line end
may be cut in the middle of a number, and is not used.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import inspect
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.model import FloatArray

MAX_FILE_BYTES = 2 * 2**30
MAX_LINE_BYTES = 65_536
FIRST_ROW_LINE = 2
"""Line of the first row; row i stands on line i + 2."""


@dataclass(frozen=True, slots=True)
class NumberTable:
    """Columns of equal length (n,), float64, NaN where a cell is empty; and what else there was."""

    columns: dict[str, FloatArray]
    ignored: tuple[str, ...]
    cut_line: int | None
    sha256: str


def read_table(path: Path, required: Sequence[str], optional: Sequence[str]) -> NumberTable:
    """Read the named columns; those in `optional` come all or not at all.

    Raises
    ------
    RecordingError
        See the rules at the top of this module.
    """
    content = _read_bytes(path)
    sha256 = hashlib.sha256(content).hexdigest()
    content = _checked_text(content, path)
    names = _header(content, path, [*required, *optional])
    used = _wanted(names, path, required, optional)
    cut_line = None
    if not content.endswith(b"\n"):
        cut_line = content.count(b"\n") + 1
        content = content[: content.rfind(b"\n") + 1]
    content = content.rstrip(b"\r\n \t") + b"\n"
    _check_lines(content, path, len(names))
    columns = _parse(content, path, names, used)
    ignored = tuple(name for name in names if name not in used)
    return NumberTable(columns, ignored, cut_line if cut_line != 1 else None, sha256)


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            advice = "Split it into sessions."
            raise RecordingError(str(path), f"the file is too large ({size / 2**30:.1f} GiB)", advice)
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(
            str(path), f"cannot be read: {error.strerror}", "Check the name and permissions."
        ) from error


def _checked_text(content: bytes, path: Path) -> bytes:
    """The content without byte order mark and with newlines, if it is text at all."""
    if not content.strip():
        raise RecordingError(str(path), "the file is empty", "Export the data again.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RecordingError(str(path), "the file is in UTF-16", "Save it as CSV in UTF-8.")
    if (zero := content.find(b"\0")) >= 0:
        line = content.count(b"\n", 0, zero) + 1
        message = "not text from here on: the file is binary, or its end was damaged by a crash"
        raise RecordingError(str(path), message, "Give a CSV file; if only its end is damaged, cut it there.", line)
    content = content.removeprefix(b"\xef\xbb\xbf")
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def _header(content: bytes, path: Path, known: Sequence[str]) -> list[str]:
    expected = f"The first line must be: {','.join(known)}"
    first = content[: MAX_LINE_BYTES + 1].split(b"\n", 1)[0]
    if len(first) > MAX_LINE_BYTES:
        raise RecordingError(str(path), "the first line is too long for a header", expected, line=1)
    text = str(first, "utf-8", "replace").strip()
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if text.count(separator) > text.count(","):
            message = f"the columns are separated by {word}"
            advice = "Save it with commas between the columns and points in the numbers (1.5, not 1,5)."
            raise RecordingError(str(path), message, advice, line=1)
    names = [name.strip() for name in next(csv.reader([text]), [])]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise RecordingError(str(path), f"column {', '.join(twice)} stands there twice", expected, line=1)
    return names


def _wanted(names: Sequence[str], path: Path, required: Sequence[str], optional: Sequence[str]) -> list[str]:
    """The columns to read; an optional group of which some, or a near miss, is there counts as meant."""
    missing = [name for name in required if name not in names]
    absent = [name for name in optional if name not in names]
    near = _near_misses(absent, names, (*required, *optional))
    if absent and (len(absent) < len(optional) or near):
        missing += absent
    if not missing:
        return [*required, *(() if absent else optional)]
    near = _near_misses(missing, names, (*required, *optional))
    hints = "".join(f" Did you mean {name} where it says {found}?" for name, found in near.items())
    advice = f"The first line must name the columns: {','.join(required)} and, if there is one, {','.join(optional)}."
    raise RecordingError(str(path), f"no column {', '.join(missing)}", advice + hints, line=1)


def _near_misses(missing: Sequence[str], names: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    others = {name.lower(): name for name in names if name not in known}
    found: dict[str, str] = {}
    for name in missing:
        close = difflib.get_close_matches(name, others, n=1, cutoff=0.7)
        if close:
            found[name] = others[close[0]]
    return found


def _check_lines(content: bytes, path: Path, width: int) -> None:
    """No line longer than sense, no open quote, no row wider than the header."""
    data = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    lengths = np.diff(ends, prepend=-1)
    if (lengths > MAX_LINE_BYTES).any():
        line = int(np.argmax(lengths > MAX_LINE_BYTES)) + 1
        raise RecordingError(str(path), "this line is absurdly long", "Is this a CSV file?", line)
    quotes = _count_per_line(data, ends, '"')
    if (quotes % 2).any():
        line = int(np.argmax(quotes % 2)) + 1
        raise RecordingError(str(path), "a quotation mark is not closed", "Close or remove it.", line)
    wide = _count_per_line(data, ends, ",") >= width
    for row in np.flatnonzero(wide):
        line_text = str(content[ends[row] - lengths[row] + 1 : ends[row]], "utf-8", "replace")
        cells = len(next(csv.reader([line_text]), []))
        if cells > width:
            message = f"{cells} cells, but the header names {width} columns"
            advice = "Are there commas in the numbers (1,5)? Save it with points (1.5)."
            raise RecordingError(str(path), message, advice, int(row) + 1)


def _count_per_line(data: Any, ends: Any, character: str) -> Any:
    places = np.flatnonzero(data == ord(character))
    return np.diff(np.searchsorted(places, ends), prepend=0)


def _parse(content: bytes, path: Path, names: Sequence[str], used: Sequence[str]) -> dict[str, FloatArray]:
    import pandas as pd

    read_csv: Any = pd.read_csv  # its typed overloads do not take options as a mapping
    places = [names.index(name) for name in used]
    options: dict[str, Any] = {
        "header": None,
        "skiprows": 1,
        "names": range(len(names)),
        "usecols": places,
        "index_col": False,
        "skip_blank_lines": False,
        "encoding_errors": "replace",
    }
    exact = {"float_precision": "round_trip"} if "float_precision" in inspect.signature(read_csv).parameters else {}
    try:
        with warnings.catch_warnings():  # newer pandas is exact by default and warns about being asked
            warnings.simplefilter("ignore")
            frame = read_csv(io.BytesIO(content), dtype=np.float64, **options, **exact)
    except pd.errors.EmptyDataError:
        return {name: np.empty(0) for name in used}
    except (ValueError, OverflowError) as error:
        raise _not_a_number(read_csv(io.BytesIO(content), dtype=str, **options), path, names, error) from None
    return {
        name: np.ascontiguousarray(frame[place], dtype=np.float64) for name, place in zip(used, places, strict=True)
    }


def _not_a_number(frame: Any, path: Path, names: Sequence[str], error: Exception) -> RecordingError:
    """The error for the first cell that is not a number."""
    for row, cells in enumerate(frame.itertuples(index=False, name=None)):
        for place, cell in zip(frame.columns, cells, strict=True):
            if isinstance(cell, str) and not _is_number(cell):
                shown = cell if len(cell) <= 40 else f"{cell[:40]}..."
                message = f"column {names[place]}: {shown!r} is not a number"
                advice = "Leave the cell empty where there is no value."
                if _is_number(cell.replace(",", ".")):
                    advice = "Use a decimal point (1.5), not a decimal comma."
                return RecordingError(str(path), message, advice, row + FIRST_ROW_LINE)
    return RecordingError(str(path), f"not readable as a table: {error}", "Export it again as plain CSV.")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell
