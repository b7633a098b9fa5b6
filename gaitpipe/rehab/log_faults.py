"""What one row of a log may hold: cells read strictly, rows that contradict themselves, rows to look at again.

Rules
  1. An empty cell, `-`, `n/a`, `na` and `nan` are missing. Missing is None; 0 is a zero.
  2. A day is written 2026-11-03, or 03.11.2026 with the day first. With slashes nobody knows which number is the month.
  3. A cell that cannot be read, or whose number is outside its scale, is a fault: nothing is guessed or clipped.
  4. A row whose cells cannot all be true is a fault too. What is only unlikely is a doubt: kept, and said.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, get_args

from gaitpipe import evidence
from gaitpipe.rehab.log import EntryKind, LogEntry
from gaitpipe.rehab.words import SURFACES

MISSING = frozenset({"", "-", "n/a", "na", "nan"})
RED_FLAG_IDS: tuple[str, ...] = tuple(f"RF{number}" for number in range(1, 9))
NO_RED_FLAGS = "none"
EARLIEST_YEAR = 2000
MINUTES_A_DAY = 1440.0
_KM_PER_M_S_MIN = 0.06

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED_DATE = re.compile(r"\d{1,4}/\d{1,2}/\d{1,4}")
_YES = frozenset({"yes", "y", "true", "1", "ja", "wahr", "oui", "vrai"})
_NO = frozenset({"no", "n", "false", "0", "nein", "falsch", "non", "faux"})
SLASHES = "a day with slashes does not say which number is the month"
SLASHES_ADVICE = "Dates are written 2026-11-03; in Excel: format the column as text or yyyy-mm-dd."

SCALES: dict[str, tuple[float, float, str]] = {
    **dict.fromkeys(
        ("pain_during", "pain_after", "pain_am", "pain_daily", "pain_walk_30min", "hop_pain"),
        (0.0, 10.0, "pain goes from 0 to 10"),
    ),
    "rpe": (0.0, 10.0, "effort goes from 0 to 10 here, not from 6 to 20"),
    "stiff_am_min": (0.0, MINUTES_A_DAY, "minutes of morning stiffness, from 0"),
    "run_min": (0.0, MINUTES_A_DAY, "minutes of running, from 0"),
    "distance_km": (0.0, 300.0, "kilometres, from 0; 5000 m is 5"),
    "incline_pct": (-45.0, 45.0, "the steepest part in %, from -45 to 45"),
    "belt_speed_m_s": (0.0, 8.0, "metres a second: 10 km/h is 2.78"),
    "shoe_drop_mm": (-10.0, 30.0, "millimetres from -10 to 30"),
    **dict.fromkeys(
        ("heel_raises_injured", "heel_raises_other", "hops_injured", "hops_other"), (0.0, 1000.0, "a count, from 0")
    ),
    "visa_a": (0.0, 100.0, "VISA-A goes from 0 to 100"),
    "tendins_a": (0.0, 100.0, "TENDINS-A goes from 0 to 100"),
    "load_steps": (0.0, 1e6, "a load in steps, from 0"),
}
"""Smallest and largest value of a column, and what to say of one outside."""

COUNTS = frozenset({"heel_raises_injured", "heel_raises_other", "hops_injured", "hops_other"})
TRUTHS = frozenset({"analgesic", "swelling", "shoe_minimal", "settled_48h"})
WORDS: dict[str, tuple[str, ...]] = {"kind": get_args(EntryKind), "surface": SURFACES}


class CellError(ValueError):
    """A cell cannot be read; the text says what is right."""


def is_missing(cell: str) -> bool:
    """Whether a cell says nothing."""
    return cell.strip().casefold() in MISSING


def read_cell(column: str, cell: str, decimal_comma: bool = False, red_flags: Collection[str] = ()) -> Any:
    """Read one cell of a known column; None when it is missing.

    Parameters
    ----------
    column
        One of `log.COLUMNS`.
    cell
        Its text.
    decimal_comma
        Whether `2,5` is two and a half.
    red_flags
        Ids of red flags that a clinic has added to RF1-RF8.

    Raises
    ------
    CellError
        It cannot be read, or its value is outside the column's scale.
    """
    cell = cell.strip()
    if is_missing(cell):
        return None
    if column in SCALES:
        return _number(column, cell, decimal_comma)
    if column in WORDS:
        return _word(cell, WORDS[column])
    if column == "red_flags":
        return _red_flags(cell, (*RED_FLAG_IDS, *red_flags))
    read: Callable[[str], Any] = {"date": _date, **dict.fromkeys(TRUTHS, _truth)}.get(column, _one_line)
    return read(cell)


def _one_line(cell: str) -> str:
    return " ".join(cell.split())


def _date(cell: str) -> datetime.date:
    form = "write year-month-day, such as 2026-11-03"
    if _SLASHED_DATE.fullmatch(cell):
        raise CellError(f"{SLASHES}; {form}")
    dotted = _DOTTED_DATE.fullmatch(cell)
    text = f"{dotted[3]}-{dotted[2]:0>2}-{dotted[1]:0>2}" if dotted else cell
    if not _ISO_DATE.fullmatch(text):
        raise CellError(f"not a date; {form}")
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise CellError(f"there is no such day; {form}") from None
    if day.year < EARLIEST_YEAR:
        raise CellError(f"before the year {EARLIEST_YEAR}; {form}")
    return day


def _number(column: str, cell: str, decimal_comma: bool) -> float | int:
    low, high, words = SCALES[column]
    text = cell.replace(",", ".") if decimal_comma and cell.count(",") == 1 and "." not in cell else cell
    if not _NUMBER.fullmatch(text):
        hint = " (write 2.5 with a point)" if re.fullmatch(r"[+-]?\d+,\d+", cell) else ""
        raise CellError(f"not a number{hint}; leave the cell empty when it is not known")
    number = float(text)
    if not low <= number <= high:
        raise CellError(words)
    if column not in COUNTS:
        return number + 0.0
    if not number.is_integer():
        raise CellError("not a whole number")
    return int(number)


def _truth(cell: str) -> bool:
    word = cell.casefold()
    if word not in _YES | _NO:
        raise CellError("neither yes nor no; leave the cell empty when it is not known")
    return word in _YES


def _word(cell: str, known: Sequence[str]) -> str:
    word = cell.casefold()
    if word not in known:
        raise CellError(f"not one of {', '.join(known)}")
    return word


def _red_flags(cell: str, known: Sequence[str]) -> tuple[str, ...]:
    by_word = {name.casefold(): name for name in known}
    words = [word.casefold() for word in cell.split()]
    unknown = [word for word in cell.split() if word.casefold() not in (*by_word, NO_RED_FLAGS)]
    if unknown:
        ids = ", ".join(known)
        raise CellError(f"no red flag is called {', '.join(unknown)}; write ids ({ids}) parted by spaces, or none")
    if NO_RED_FLAGS in words and len(words) > 1:
        raise CellError("'none' and red flags in one cell; which is true?")
    given = {by_word[word] for word in words if word != NO_RED_FLAGS}
    return tuple(name for name in known if name in given)


def contradictions(entry: LogEntry) -> Iterator[tuple[str, str]]:
    """Columns of a row that cannot be true beside the others, each with what to do."""
    minutes, distance_km = entry.run_min or 0.0, entry.distance_km or 0.0
    if entry.kind in ("rest", "walk", "strength") and minutes > 0:
        advice = "A walk-run session is a run." if entry.kind == "walk" else "Give the run a row of its own."
        yield "run_min", f"a {entry.kind} entry has no minutes of running. {advice}"
    if entry.kind == "rest" and distance_km > 0:
        yield "distance_km", "a rest day has no distance; mend one of the two"
    if entry.kind == "run" and entry.run_min == 0:
        yield "run_min", "a run of 0 minutes; leave it empty when it is not known"
    if entry.run_min == 0 and distance_km > 0 and entry.kind != "walk":
        yield "distance_km", "a distance with 0 minutes of running; mend one of the two"
    fastest_m_s = evidence.value("log_speed_maximum_m_s")
    # Walking between the runs adds distance but no minutes: even 1 minute of running in 3 stays below the limit.
    if minutes > 0 and distance_km > fastest_m_s * _KM_PER_M_S_MIN * minutes:
        speed = f"{distance_km / minutes / _KM_PER_M_S_MIN:.1f} m/s"
        yield "distance_km", f"{distance_km:g} km in {minutes:g} min is {speed}; check both and their units"
    pains = (entry.pain_during, entry.pain_after, entry.pain_am)
    if entry.settled_48h is False and all(pain == 0 for pain in pains):
        yield "settled_48h", "no pain at all, and yet not settled; mend one of the two"
    if entry.surface not in (None, "treadmill") and entry.belt_speed_m_s is not None:
        yield "belt_speed_m_s", f"a belt speed, but the surface is {entry.surface}; mend one of the two"


def doubts(entries: Sequence[LogEntry], on: datetime.date) -> Iterator[tuple[LogEntry, str, str]]:
    """Rows that may be wrong, with the column and a sentence: they are kept as they are, and a person should look.

    Parameters
    ----------
    entries
        The log, sorted.
    on
        The day on which it is looked at.
    """
    for entry in entries:
        if entry.date == on and (entry.pain_am is not None or entry.stiff_am_min is not None):
            yield entry, "pain_am", "the next morning of this day has not come yet: this morning's belongs to yesterday"
        if entry.settled_48h is False and (on - entry.date).days * 24 < evidence.value("settle_maximum_h"):
            yield entry, "settled_48h", "48 hours have not passed yet"
        if entry.swelling and entry.red_flags is None:
            yield entry, "red_flags", "swelling, and the red flags were not asked: a swollen, warm calf is RF3"
        if entry.kind == "rest" and (entry.pain_during is not None or entry.rpe is not None):
            yield entry, "kind", "a rest day with pain during or effort: was there a session?"


PAINS = ("pain_during", "pain_after", "pain_am", "stiff_am_min")
_NEXT_MORNING = ("pain_am", "stiff_am_min")


def gaps(entries: Sequence[LogEntry], on: datetime.date) -> Iterator[tuple[LogEntry, tuple[str, ...]]]:
    """Rows that lack what a decision needs, with the columns: pains of a run or hops, the next morning of every day.

    What cannot be known yet on the day `on` is not missing; a morning entered in another row of the day counts for
    rest, strength and walking.
    """
    of_day: dict[datetime.date, list[LogEntry]] = {}
    for entry in entries:
        of_day.setdefault(entry.date, []).append(entry)
    for entry in entries:
        springs = entry.kind in ("run", "plyometric")
        due = [column for column in PAINS if springs or column in _NEXT_MORNING]
        if entry.date >= on:
            due = [column for column in due if column not in _NEXT_MORNING]
        same_day = [entry] if springs else of_day[entry.date]
        missing = tuple(column for column in due if all(getattr(row, column) is None for row in same_day))
        if missing:
            yield entry, missing
