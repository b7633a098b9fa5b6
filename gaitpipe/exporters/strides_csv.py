r"""`strides.csv`: one row a stride and side, the same bytes for the same strides on every machine.

Rules: UTF-8, comma, `\n`, columns in the order of `model.STRIDE_COLUMNS`. Numbers have six decimals (microseconds,
micrometres), never an exponent, never `-0`. What was not computed (NaN, infinity) is empty, never 0. Text is defused
for spreadsheets as `cells` says.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError
from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.exporters.cells import plain_text, safe_text
from gaitpipe.model import STRIDE_COLUMNS, STRIDE_DTYPE, STRIDE_TEXT_COLUMNS

DECIMALS = 6
PIECE_ROWS = 4096


def strides_csv_text(strides: NDArray[np.void]) -> str:
    """The text of `strides.csv` for an array of `model.STRIDE_DTYPE`."""
    return "".join(_pieces(strides))


def _pieces(strides: NDArray[np.void]) -> Iterator[str]:
    """The same text in pieces: the cells of a day of running are some hundred megabytes."""
    yield _lines([STRIDE_COLUMNS])
    for first in range(0, len(strides), PIECE_ROWS):
        piece = strides[first : first + PIECE_ROWS]
        yield _lines(zip(*(_cells(name, piece[name].tolist()) for name in STRIDE_COLUMNS), strict=True))


def _lines(rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def write_strides_csv(strides: NDArray[np.void], path: Path | str) -> None:
    """Write the stride table; the file is whole or not there.

    Raises
    ------
    RecordingError
        The file cannot be written.
    """
    write_atomic(path, _pieces(strides))


def read_strides_csv(path: Path | str) -> NDArray[np.void]:
    """Read a stride table back as an array of `model.STRIDE_DTYPE`; columns added later are ignored.

    Raises
    ------
    RecordingError
        The file cannot be read, lacks a column or has a cell of the wrong kind (named with its line).
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(str(path), f"cannot be read: {error}", "Give a strides.csv of gaitpipe.") from error
    rows = csv.DictReader(io.StringIO(text, newline=""), restval="")
    missing = [name for name in STRIDE_COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        advice = "Give a strides.csv of gaitpipe; its first line names the columns."
        raise RecordingError(str(path), f"not a stride table: no column {', '.join(missing)}", advice, line=1)
    return np.array([_row(row, path, rows.line_num) for row in _sound_rows(rows, path)], dtype=STRIDE_DTYPE)


def _cells(name: str, values: Sequence[Any]) -> list[str]:
    if name in STRIDE_TEXT_COLUMNS:
        return [safe_text(str(value)) for value in values]
    if STRIDE_DTYPE[name].kind == "i":
        return [str(value) for value in values]
    return [number_text(value) for value in values]


def number_text(value: float) -> str:
    """A number with six decimals; empty when it is not finite."""
    if not math.isfinite(value):
        return ""
    text = f"{value:.{DECIMALS}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def _sound_rows(rows: csv.DictReader[str], path: Path | str) -> Any:
    try:
        yield from rows
    except csv.Error as error:
        raise RecordingError(str(path), f"not readable as CSV: {error}", "", line=rows.line_num) from None


def _row(row: dict[str, str], path: Path | str, line: int) -> tuple[Any, ...]:
    return tuple(_value(name, row[name], path, line) for name in STRIDE_COLUMNS)


def _value(name: str, cell: str, path: Path | str, line: int) -> str | int | float:
    if name in STRIDE_TEXT_COLUMNS:
        return plain_text(cell)
    try:
        if STRIDE_DTYPE[name].kind == "i":
            return int(cell)
        return float(cell) if cell else math.nan
    except ValueError:
        message, advice = f"column {name}: '{cell[:40]}' is not a number", "Mend this cell, or analyse again."
        raise RecordingError(str(path), message, advice, line=line) from None
