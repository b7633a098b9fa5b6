"""Times written as dates and clock times, to seconds from the first one.

The zone is not written. The origin is the first row's moment as if it were UTC: two files of one place lie right to
each other, and `clock_zone` tells that it is no moment of the world. Without a date, seconds count from midnight, and a
clock that goes from 23:59 to 0:00 goes on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError
from gaitpipe.importers._contract import CLOCK_ZONE_KEY
from gaitpipe.model import FloatArray

DAY_S = 86_400.0
FORMATS = ("%Y-%m-%d %H:%M:%S.%f", "%m/%d/%Y %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S.%f")
CLOCK = re.compile(r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?|\d{1,2}:\d{2}:\d{2}:\d{1,3}")
COLON_MS = re.compile(r"(:\d{1,2}:\d{1,2}):(\d{1,3})$")
NOTHING = ("", "null", "none", "nan", "-")


ZONE_UNKNOWN = {CLOCK_ZONE_KEY: "unknown"}


def seconds_of(words: NDArray[np.object_], column: str, path: Path, first_line: int) -> tuple[FloatArray, float | None]:
    """Seconds since the first time (n,), NaN where nothing is written, and their origin; or since midnight and None.

    Written may be `2026-10-02T07:48:45.830`, `2026/10/02 7:48:45:830`, `10/2/2026 07:48:45.83`, `07:48:45.830`.

    Raises
    ------
    RecordingError
        A cell is not written like the first one; with its line.
    """
    import pandas as pd

    written = pd.Series(words, dtype=object).astype(str).str.strip()
    empty = written.str.lower().isin(NOTHING).to_numpy()
    if empty.all():
        return np.full(len(words), np.nan), None
    plain = _plain(written)
    has_date = not CLOCK.fullmatch(str(written[int(np.argmin(empty))]))
    if not has_date:
        plain = "2000-01-01 " + plain
    parsed = _parsed(pd, plain, empty)
    if parsed is None:
        raise _not_a_time(pd, plain, empty, words, column, path, first_line)
    first = parsed[int(np.argmin(empty))]
    start = first if has_date else first.normalize()
    seconds = np.asarray((parsed - start).dt.total_seconds(), dtype=np.float64)
    if has_date:
        return seconds, float(first.tz_localize("UTC").timestamp())
    return _over_midnight(seconds), None


def _plain(written: Any) -> Any:
    """One spelling: blank between date and time, dashes after a leading year, point before the fraction."""
    plain = written.str.replace("T", " ", regex=False).str.removesuffix("Z")
    plain = plain.str.replace(r"^(\d{4})/(\d{1,2})/", r"\1-\2-", regex=True)
    if plain.iloc[:100].str.contains(COLON_MS.pattern.replace("(", "(?:"), regex=True).any():
        plain = plain.str.replace(COLON_MS, lambda match: f"{match[1]}.{match[2]:0>3}", regex=True)
    plain = plain.str.replace(r",(\d+)$", r".\1", regex=True)
    return plain.str.replace(r"(:\d{1,2})$", r"\1.0", regex=True)


def _formats(first: str) -> Sequence[str]:
    return FORMATS[:1] if re.match(r"\d{4}-", first) else FORMATS[1:]


def _parsed(pd: Any, plain: Any, empty: NDArray[np.bool_]) -> Any:
    """Times, NaT where empty; None if no format fits every cell that says something."""
    for form in _formats(str(plain[int(np.argmin(empty))])):
        parsed = pd.to_datetime(plain.where(~empty), format=form, errors="coerce")
        if not (parsed.isna().to_numpy() & ~empty).any():
            return parsed
    return None


def _not_a_time(
    pd: Any, plain: Any, empty: NDArray[np.bool_], words: NDArray[np.object_], column: str, path: Path, line: int
) -> RecordingError:
    def bad(form: str) -> NDArray[np.bool_]:
        wrong = pd.to_datetime(plain.where(~empty), format=form, errors="coerce").isna().to_numpy() & ~empty
        return np.asarray(wrong, dtype=np.bool_)

    places = [int(np.argmax(bad(form))) for form in _formats(str(plain[int(np.argmin(empty))]))]
    place = max(places)
    message = f"column {column}: '{str(words[place])[:40]}' is not a date and time like those before it"
    return RecordingError(str(path), message, "Export the file again, with one way of writing times.", place + line)


def _over_midnight(seconds: FloatArray) -> FloatArray:
    rows = np.flatnonzero(np.isfinite(seconds))
    days = np.cumsum(np.diff(seconds[rows], prepend=seconds[rows][:1]) < -DAY_S / 2.0)
    result = seconds.copy()
    result[rows] += days * DAY_S
    return result
