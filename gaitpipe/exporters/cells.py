"""The cells of every table that is written as CSV: text that no spreadsheet runs, numbers that every program reads.

Rules
  1. Text that a spreadsheet would take for a formula (after spaces and apostrophes it begins with = + - @, or their
     full-width forms) gets a leading apostrophe. Numbers are never touched: -0.5 stays -0.5.
  2. `plain_text` takes that apostrophe off again: what was written is what is read.
  3. Text is one line: control characters and line ends become spaces. What is no valid text (a file name that is not
     UTF-8) becomes the replacement character, so that a file can always be written.
  4. A number that is not known (None, NaN, infinity) is empty, never 0.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

SIGNIFICANT_DIGITS = 9
_FORMULA = re.compile("[' ]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def safe_text(text: str) -> str:
    """Text on one line that no spreadsheet takes for a formula."""
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text))
    return f"'{text}" if _FORMULA.match(text) else text


def plain_text(cell: str) -> str:
    """The text of a cell that `safe_text` wrote."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def cell_text(value: Any) -> str:
    """A value as a cell: text defused, numbers with nine digits, `true` or `false`, empty for what is not known.

    Raises
    ------
    TypeError
        The value is none of these.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return _number(float(value))
    raise TypeError(f"no cell can hold {type(value).__name__}")


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    text = f"{value:.{SIGNIFICANT_DIGITS}g}"
    return "0" if text == "-0" else text


def table_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""A table as CSV text: comma, `\n`, the names in the first line, one cell a column.

    Raises
    ------
    ValueError
        A row has not one value a column.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([safe_text(name) for name in columns])
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"a row of {len(row)} values in a table of {len(columns)} columns")
        writer.writerow([cell_text(value) for value in row])
    return buffer.getvalue()
