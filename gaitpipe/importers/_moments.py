"""A time column that holds dates and clock times instead of numbers, in a table that a person made.

Rules:

1. The first cell that says something tells: `2026-03-02T09:30:00.005`, also with a blank, slashes or a zone behind it.
2. A zone is `Z` or `+01:00`. Rows with zones are put onto one clock, also across the change to summer time; some rows
   with a zone and some without are refused.
3. Without a zone the times are those of a clock on the wall: the day is told, the moment of the world is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError
from gaitpipe.importers._clock_text import CLOCK, COLON_MS, NOTHING, ZONE_UNKNOWN, seconds_of
from gaitpipe.importers._table import Header, NumberTable, first_cell, read_columns
from gaitpipe.importers._text import Text
from gaitpipe.model import FloatArray

_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ]\s*\d{1,2}:\d{2}.*")
_ZONE = r"(?:[Zz]|\s*[+-]\d{2}:?\d{2})$"
_OFFSET = r"([+-])(\d{2}):?(\d{2})$"


@dataclass(frozen=True, slots=True)
class Moments:
    """Times (n,) [s] from the first one (NaN where nothing is written) or from midnight, and the Unix time of zero."""

    time_s: FloatArray
    origin_s: float | None
    zone_known: bool

    @property
    def metadata(self) -> Mapping[str, str]:
        """What a file says of its clock."""
        return ZONE_UNKNOWN if self.origin_s is not None and not self.zone_known else {}


def is_moment(cell: str) -> bool:
    """Whether a cell is a date with a clock time, or a clock time alone."""
    return bool(_DATE.fullmatch(cell) or CLOCK.fullmatch(cell) or (COLON_MS.search(cell) and cell[:1].isdigit()))


def read_with_moments(
    text: Text, header: Header, time: str, numbers: list[str], *, strict: bool = False
) -> tuple[NumberTable, Moments | None]:
    """Read columns of numbers and one of the time; the second value holds the time where it is written as moments.

    Raises
    ------
    RecordingError
        See `read_columns`; or a moment is not written like those before it.
    """
    others = [name for name in numbers if name != time]
    if not time or time not in header.names or not is_moment(first_cell(text, header, time)):
        return read_columns(text, header, numbers, strict=strict), None
    table = read_columns(text, header, others, [time], strict=strict)
    return table, moments_of(table.words[time], time, text.path, table.first_line)


def moments_of(words: NDArray[np.object_], column: str, path: Path, first_line: int) -> Moments:
    """The times that are written in the cells (n,) of a column; row i stands on line `first_line` + i.

    Raises
    ------
    RecordingError
        A cell is not written like the first one, or only some say their zone; with the line.
    """
    import pandas as pd

    written = pd.Series(words, dtype=object).astype(str).str.strip()
    said = ~written.str.lower().isin(NOTHING).to_numpy()
    with_zone = written.str.contains(_ZONE, regex=True).to_numpy() & said
    if with_zone.any() and not with_zone[said].all():
        place = int(np.argmax(said & (with_zone != with_zone[int(np.argmax(said))])))
        message = f"column {column}: some times say their zone and some do not, first '{words[place]}'"
        raise RecordingError(str(path), message[:200], "Write all of them with Z or all without.", place + first_line)
    zone_known = bool(with_zone.any())
    offset_s = _offsets_s(written, with_zone) if zone_known else np.zeros(len(words))
    plain = written.str.replace(_ZONE, "", regex=True) if zone_known else written
    time_s, origin_s = seconds_of(plain.to_numpy(dtype=object), column, path, first_line)
    first_s = float(offset_s[int(np.argmax(said))]) if said.any() else 0.0
    return Moments(time_s - (offset_s - first_s), None if origin_s is None else origin_s - first_s, zone_known)


def _offsets_s(written: Any, with_zone: NDArray[np.bool_]) -> FloatArray:
    """Seconds that each row's clock is before UTC (n,); 0 for Z and where nothing is written."""
    parts = written.where(with_zone, "").str.extract(_OFFSET, expand=True)
    hours, minutes = (parts[number].astype(float).fillna(0.0).to_numpy() for number in (1, 2))
    sign = np.where((parts[0] == "-").to_numpy(), -1.0, 1.0)
    return np.asarray(sign * (hours * 3600.0 + minutes * 60.0), dtype=np.float64)
