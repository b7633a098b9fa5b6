"""The training log's file: read it, add to it. Nothing is ever lost on the way.

Rules
  1. A change holds a lock, reads the file anew, checks the whole, keeps what stood there as `<name>.bak`, and replaces
     the file in one step. If another program saved the file meanwhile, nothing is written.
  2. Adding to a row that is there fills in what was missing. A value that was given changes only with `replace`. The
     day's only row without a session id takes the name that is given, unless it says something else.
  3. A ticked red flag is never taken back here: a clinician clears it in the plan.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from gaitpipe.app.file_kind import other_kind
from gaitpipe.errors import LogError, LogFault, UsageError
from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.log_text import LogTable, parse_table, table_csv

BACKUP = ".bak"
LARGEST_BYTES = 20_000_000
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
MORNING_COLUMNS = frozenset({"pain_am", "stiff_am_min", "settled_48h"})
"""What is entered days after a session: it finds its row by the day alone, where the day has but one."""
ROW_NAMES = frozenset({"date", "session_id"})


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did to one row: columns filled in, and those replaced with what stood there before."""

    entry: LogEntry
    new: bool
    filled: tuple[str, ...]
    replaced: tuple[tuple[str, Any], ...]


def read_log(path: Path | str, on: date, red_flags: Collection[str] = ()) -> tuple[LogEntry, ...]:
    """Read a log, sorted by date.

    Parameters
    ----------
    path
        `log.csv`.
    on
        The day of looking; later entries are faults.
    red_flags
        Ids that the clinic's plan has added to RF1-RF8 (`plan.red_flags.extra`).

    Raises
    ------
    LogError
        The file cannot be read, or with all its faults.
    """
    return read_table(path, on, red_flags).entries


def read_table(path: Path | str, on: date, red_flags: Collection[str] = ()) -> LogTable:
    """As `read_log`, with the user's own columns and the dialect of the file."""
    return parse_table(text_of(Path(path), bytes_of(Path(path))), str(path), on, red_flags)


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file; LogError when it cannot be read, is another kind of file or too large for a log."""
    try:
        other = other_kind(path, "log")
        if other is not None:
            raise LogError(str(path), [LogFault(None, "", "", other[0])], other[1])
        if path.stat().st_size > LARGEST_BYTES:
            raise LogError(str(path), [LogFault(None, "", "", "too large for a log")], "Give a log.csv.")
        return path.read_bytes()
    except OSError as error:
        advice = "Check the name. `gaitpipe log add` begins a new log."
        raise LogError(str(path), [LogFault(None, "", "", f"cannot be read: {error.strerror}")], advice) from None


def text_of(path: Path, data: bytes) -> str:
    """Return the text of these bytes of a file; LogError with the line where they are neither UTF-8 nor -16.

    What a spreadsheet saved as UTF-16 is written back as UTF-8 with its mark, which the spreadsheet reads too.
    """
    try:
        if data.startswith(UTF16_MARKS):
            return "\ufeff" + data.decode("utf-16")
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = LogFault(line, "", "", "not UTF-8 text")
        raise LogError(str(path), [fault], "Save it as CSV UTF-8 in the spreadsheet.") from None


def change_log(
    path: Path | str, on: date, edit: Callable[[LogTable], LogTable], red_flags: Collection[str] = ()
) -> bool:
    """Change a log under a lock and replace the file in one step; a log that is not there begins empty.

    Parameters
    ----------
    edit
        Gives the changed table; what it raises leaves the file as it is.

    Returns
    -------
    bool
        Whether the file was written: False when nothing changed.

    Raises
    ------
    LogError
        The file has faults, or would have.
    RecordingError
        It cannot be written.
    """
    shown, path = str(path), Path(path).resolve()
    with _locked(path, shown):
        before = bytes_of(path) if path.exists() else None
        table = LogTable() if before is None else parse_table(text_of(Path(shown), before), shown, on, red_flags)
        text = table_csv(edit(table))
        parse_table(text, shown, on, red_flags)
        if text == table_csv(table) and before is not None:
            return False
        if before is not None:
            _check_unchanged(path, before, shown)
            mode = stat.S_IMODE(path.stat().st_mode)
            write_atomic(path.with_name(path.name + BACKUP), before)
            write_atomic(path, text)
            for kept in (path, path.with_name(path.name + BACKUP)):
                kept.chmod(mode)
        else:
            write_atomic(path, text)
    return True


def _check_unchanged(path: Path, before: bytes, shown: str) -> None:
    if bytes_of(path) != before:
        fault = LogFault(None, "", "", "another program has just changed it; nothing was written")
        raise LogError(shown, [fault], "Close it in the spreadsheet and run the command again.")


@contextmanager
def _locked(path: Path, shown: str) -> Iterator[None]:
    """Hold a lock on the log's folder, so that two commands cannot both add to the same state of the file."""
    if sys.platform == "win32":  # no lock on folders there: the check before writing remains
        yield
        return
    import fcntl

    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        fault = LogFault(None, "", "", f"its folder cannot be opened: {error.strerror}")
        raise LogError(shown, [fault], "Check the name; the folder has to be there.") from None
    try:
        with suppress(OSError):  # some network folders know no locks: the check before writing remains
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def add_entry(
    path: Path | str, given: Mapping[str, Any], on: date, replace_given: bool = False, red_flags: Collection[str] = ()
) -> Changed:
    """Add a row, or fill in what the row of this day and session lacks.

    Parameters
    ----------
    given
        Column to value, `date` among them; a column that is not there, or None, says nothing.
    replace_given
        Whether a value that stands there may be changed.

    Raises
    ------
    UsageError
        Nothing is given but a name that no row can take, a given value would be changed, a red flag taken back, or it
        is not clear which row is meant.
    LogError
        The log has faults, or this entry does not fit to it.
    """
    done: list[Changed] = []

    def edit(table: LogTable) -> LogTable:
        place = _place(table.entries, given)
        if place is None and all(value is None for column, value in given.items() if column not in ROW_NAMES):
            advice = "Give at least one value, such as --pain-during 2."
            raise UsageError(
                "there is nothing to add.", f"{advice} A name alone goes to a row of that day without one."
            )
        changed = merged(None if place is None else table.entries[place], given, replace_given)
        done.append(changed)
        return table.with_entry(changed.entry, place)

    try:
        change_log(path, on, edit, red_flags)
    except LogError as error:
        if not done or any(fault.line is None for fault in error.faults):
            raise
        faults = "; ".join(str(replace(fault, line=None)) for fault in error.faults)
        raise UsageError(f"this entry does not fit: {faults}", "Nothing was changed.") from None
    return done[0]


def _place(entries: Sequence[LogEntry], given: Mapping[str, Any]) -> int | None:
    """Where the row stands that is meant; None for a new one."""
    day = [place for place, entry in enumerate(entries) if entry.date == given["date"]]
    session = given.get("session_id")
    for place in day:
        if entries[place].session_id == session:
            return place
    if session is not None:
        return _nameless(entries, day, given)
    said = {column for column, value in given.items() if value is not None and column != "date"}
    if len(day) == 1 and said == {"red_flags"}:
        return day[0]
    if day and said <= MORNING_COLUMNS:
        if len(day) == 1:
            return day[0]
        names = ", ".join(str(entries[place].session_id) for place in day)
        raise UsageError(f"{given['date']} has several sessions: {names}.", "Say which with --session.")
    return None


def _nameless(entries: Sequence[LogEntry], day: Sequence[int], given: Mapping[str, Any]) -> int | None:
    """The row of that day that has no session id and says nothing else than what is given; None without one."""
    said = {
        column: value
        for column, value in given.items()
        if value is not None and column not in {*ROW_NAMES, "red_flags"}
    }
    for place in day:
        entry = entries[place]
        if entry.session_id is None and entry.kind != "rest":
            here = {column: getattr(entry, column) for column in said}
            return place if all(here[column] in (None, value) for column, value in said.items()) else None
    return None


def merged(entry: LogEntry | None, given: Mapping[str, Any], replace_given: bool) -> Changed:
    """A row with what was given; refuses to change what stands there without being told to."""
    said = {column: value for column, value in given.items() if value is not None}
    if entry is None:
        return Changed(LogEntry(**said), True, tuple(column for column in said if column != "date"), ())
    said["red_flags"] = _flags(entry, said.get("red_flags"))
    said = {column: value for column, value in said.items() if getattr(entry, column) != value}
    taken = [column for column in said if getattr(entry, column) is not None and column != "red_flags"]
    if taken and not replace_given:
        stands = ", ".join(f"{column} is {getattr(entry, column)}" for column in taken)
        advice = "Use --replace to change it, or --session NAME for another session of that day."
        raise UsageError(f"the entry of {entry.date} is there already: {stands}.", advice)
    replaced = tuple((column, getattr(entry, column)) for column in taken)
    filled = tuple(column for column in said if column not in taken)
    return Changed(replace(entry, **said), False, filled, replaced)


def _flags(entry: LogEntry, told: Sequence[str] | None) -> tuple[str, ...] | None:
    """Red flags only ever grow."""
    if told is None:
        return entry.red_flags
    before = entry.red_flags or ()
    if before and not told:
        message = f"red flags stand in the entry of {entry.date}: {', '.join(before)}."
        raise UsageError(message, "A clinician who has assessed them clears them in the plan, not in the log.")
    return tuple(sorted({*before, *told}))
