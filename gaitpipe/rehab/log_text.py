"""`log.csv` as text: read it with all its faults at once, write it back without losing anything.

Rules
  1. The first line names the columns; `date` must be there, all others may be missing. A column whose name begins with
     `x_` is the user's own: not read, kept. Any other unknown column is a fault, with what may have been meant.
  2. Comma, or what spreadsheets write elsewhere: semicolon (then 2,5 is a number too) or tab. A byte-order mark, CRLF,
     a `sep=;` line and empty lines do no harm. A row shorter or longer than the header is a fault: a cell would be lost
     or stand in the wrong column.
  3. Two rows of one day are told apart by `session_id`; a session has one row on one day.
  4. A text that a spreadsheet would take for a formula, or this reader for a missing value, is written with a leading
     apostrophe, which reading takes off again.
"""

from __future__ import annotations

import csv
import datetime
import difflib
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gaitpipe.errors import LogError, LogFault
from gaitpipe.rehab.log import COLUMNS, LogEntry
from gaitpipe.rehab.log_faults import (
    MISSING,
    NO_RED_FLAGS,
    SLASHES,
    SLASHES_ADVICE,
    CellError,
    contradictions,
    read_cell,
)

OWN_PREFIX = "x_"
DELIMITERS = (",", ";", "\t")
TEXT_COLUMNS = frozenset({"session_id", "level", "shoe", "exercises", "notes"})
ADVICE = "Mend the file; nothing was used or changed. A value that is not known stays empty."
_FORMULA_STARTS = ("=", "+", "-", "@")
_BOM = "\ufeff"
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class LogTable:
    """A log as it stands in its file: entries by date, and beside each what the user's own columns hold.

    `own` has one tuple of cells an entry, in the order of `own_columns`. `delimiter`, `bom` are the file's dialect.
    """

    entries: tuple[LogEntry, ...] = ()
    own_columns: tuple[str, ...] = ()
    own: tuple[tuple[str, ...], ...] = ()
    delimiter: str = ","
    bom: bool = False

    def with_entry(self, entry: LogEntry, place: int | None = None) -> LogTable:
        """Put an entry in the place of the one that stands there, or add it; sorted by date again."""
        rows = list(zip(self.entries, self.own, strict=True))
        if place is None:
            rows.append((entry, ("",) * len(self.own_columns)))
        else:
            rows[place] = (entry, rows[place][1])
        rows.sort(key=lambda row: row[0].date)
        return replace(self, entries=tuple(row[0] for row in rows), own=tuple(row[1] for row in rows))


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    entry: LogEntry
    own: tuple[str, ...]


def parse_log(text: str, file: str, on: datetime.date, red_flags: Collection[str] = ()) -> tuple[LogEntry, ...]:
    """The entries of a log, sorted by date (rows of one day in the order of the file).

    Parameters
    ----------
    text
        The file's text.
    file
        What errors call it.
    on
        The day on which it is read: an entry after it is a fault.
    red_flags
        Ids of red flags that the clinic's plan has added.

    Raises
    ------
    LogError
        With all faults of the file.
    """
    return parse_table(text, file, on, red_flags).entries


def parse_table(text: str, file: str, on: datetime.date, red_flags: Collection[str] = ()) -> LogTable:
    """As `parse_log`, with the user's own columns and the dialect of the file."""
    bom, text = text.startswith(_BOM), text.removeprefix(_BOM)
    delimiter = delimiter_of(text)
    faults: list[LogFault] = []
    lines = _lines(text, delimiter, faults)
    header = next(lines, None)
    if header is None:
        raise LogError(file, [*faults, LogFault(None, "", "", _empty())], ADVICE)
    names = [_column(name) for name in header[1]]
    if not any(name in COLUMNS or name.startswith(OWN_PREFIX) for name in names):
        raise LogError(file, [LogFault(None, "", "", _no_log())], "A log begins with `gaitpipe log add`.")
    faults += _header_faults(header[0], names)
    rows = []
    for line, cells in lines:
        if any(cell.strip() for cell in cells):
            row = _row(line, names, cells, delimiter, red_flags, faults)
            rows += [row] if row is not None else []
    faults += _between_rows(rows, on)
    if faults:
        raise _refusal(file, faults)
    rows.sort(key=lambda row: row.entry.date)
    own_columns = tuple(name for name in names if name.startswith(OWN_PREFIX))
    return LogTable(tuple(r.entry for r in rows), own_columns, tuple(r.own for r in rows), delimiter, bom)


def _refusal(file: str, faults: Sequence[LogFault]) -> LogError:
    """All faults by line; days with slashes are one fault: a spreadsheet changed them all."""
    slashed = [fault for fault in faults if fault.problem.startswith(SLASHES)]
    if not slashed:
        return LogError(file, sorted(faults, key=lambda fault: fault.line or 0), ADVICE)
    first = min(slashed, key=lambda fault: fault.line or 0)
    rows = f"; {len(slashed)} rows are so" if len(slashed) > 1 else ""
    others = [fault for fault in faults if fault not in slashed]
    kept = sorted([replace(first, problem=SLASHES + rows), *others], key=lambda fault: fault.line or 0)
    return LogError(file, kept, f"{SLASHES_ADVICE} {ADVICE}")


def delimiter_of(text: str) -> str:
    """What parts the cells of the first line that is not empty: comma, semicolon or tab."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.casefold().startswith("sep=") and first[4:] in DELIMITERS:
        return first[4]
    return max(DELIMITERS, key=first.count)


def _column(cell: str) -> str:
    """A column's name; the user's own ones are kept as they are written."""
    name = cell.strip()
    return name if name.startswith(OWN_PREFIX) else name.casefold()


def _empty() -> str:
    return "the file is empty; its first line names the columns, such as date,pain_during,pain_after,pain_am"


def _no_log() -> str:
    return "this is no training log: its first line names none of a log's columns, such as date, pain_during or pain_am"


def _lines(text: str, delimiter: str, faults: list[LogFault]) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that is not empty, without a `sep=` line; stops where CSV ends to be CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            alone = "".join(cells).strip()
            if alone and not (start == 1 and text[:4].casefold() == "sep="):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        faults.append(
            LogFault(start, "", "", f"not readable as CSV: {error}; look for a quotation mark without a twin")
        )


def _header_faults(line: int, names: Sequence[str]) -> Iterator[LogFault]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1 and name:
            yield LogFault(line, name, "", "this column is there twice")
        if name and name not in COLUMNS and not name.startswith(OWN_PREFIX):
            close = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.6)
            hint = f"did you mean '{close[0]}'?" if close else f"the columns are {', '.join(COLUMNS)}."
            yield LogFault(line, name[:_SHOWN], "", f"unknown column; {hint} A column of your own begins with x_")
    if "date" not in names:
        yield LogFault(line, "date", "", "this column is missing; each entry needs its day, such as 2026-11-03")


def _row(
    line: int,
    names: Sequence[str],
    cells: list[str],
    delimiter: str,
    red_flags: Collection[str],
    faults: list[LogFault],
) -> _Row | None:
    """One row; its faults are added to `faults`, and a row without a date is None."""
    if len(cells) != len(names):
        words = f"{len(cells)} cells under {len(names)} columns"
        hint = (
            " (a decimal comma? write 2.5)" if len(cells) > len(names) else "; write the delimiter for empty ones too"
        )
        faults.append(LogFault(line, "", "", words + hint))
        return None
    values: dict[str, Any] = {}
    for name, raw in zip(names, cells, strict=True):
        if not name and raw.strip():
            faults.append(LogFault(line, "", raw[:_SHOWN], "this cell stands under no column"))
        if name not in COLUMNS:
            continue
        cell = unguarded(raw.strip())
        try:
            guarded = name in TEXT_COLUMNS and cell != raw.strip()
            values[name] = cell if guarded else read_cell(name, cell, delimiter != ",", red_flags)
        except CellError as error:
            faults.append(LogFault(line, name, cell[:_SHOWN], str(error)))
    if values.get("date") is None:
        if "date" in names and "date" in values:
            faults.append(LogFault(line, "date", "", "the day is missing; write it such as 2026-11-03"))
        return None
    entry = LogEntry(**values)
    faults += [LogFault(line, name, cell_text(entry, name), problem) for name, problem in contradictions(entry)]
    own = tuple(cell.strip() for name, cell in zip(names, cells, strict=True) if name.startswith(OWN_PREFIX))
    return _Row(line, entry, own)


def _between_rows(rows: Sequence[_Row], on: datetime.date) -> Iterator[LogFault]:
    """Days that have not come yet, days and sessions that are there twice."""
    morning_of: dict[tuple[datetime.date, str], _Row] = {}
    first_of: dict[tuple[datetime.date, str | None], int] = {}
    day_of: dict[str, _Row] = {}
    for row in rows:
        entry, day = row.entry, row.entry.date.isoformat()
        if entry.date > on:
            yield LogFault(row.line, "date", day, f"in the future: the log is read on {on.isoformat()}")
        key = (entry.date, entry.session_id)
        if key in first_of:
            which = f"session '{entry.session_id}'" if entry.session_id else "a row without session_id"
            yield LogFault(
                row.line, "date", day, f"{which} of this day is in line {first_of[key]} too; keep one of them"
            )
        first_of.setdefault(key, row.line)
        for name in ("pain_am", "stiff_am_min"):
            value = getattr(entry, name)
            if value is not None:
                same = morning_of.setdefault((entry.date, name), row)
                if getattr(same.entry, name) != value:
                    problem = f"another value for the same morning is in line {same.line}; a day has one next morning"
                    yield LogFault(row.line, name, cell_text(entry, name), problem)
        if entry.session_id is not None:
            other = day_of.setdefault(entry.session_id, row)
            if other.entry.date != entry.date:
                problem = (
                    f"this session is in line {other.line} on {other.entry.date.isoformat()} too; on which day was it?"
                )
                yield LogFault(row.line, "session_id", entry.session_id[:_SHOWN], problem)


def log_csv(entries: Sequence[LogEntry]) -> str:
    r"""The text of a log: all columns in their order, comma, `\n`; reading it gives the same entries."""
    return table_csv(LogTable(tuple(entries), (), ((),) * len(entries)))


def table_csv(table: LogTable) -> str:
    """As `log_csv`, with the user's own columns after the others, in the dialect of the file that was read."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=table.delimiter, lineterminator="\n")
    writer.writerow((*COLUMNS, *table.own_columns))
    for entry, own in zip(table.entries, table.own, strict=True):
        cells = [cell_text(entry, name) for name in COLUMNS]
        if table.delimiter == ";":
            cells = [_decimal_comma(entry, name, cell) for name, cell in zip(COLUMNS, cells, strict=True)]
        writer.writerow([*cells, *own])
    return (_BOM if table.bom else "") + buffer.getvalue()


def cell_text(entry: LogEntry, column: str) -> str:
    """One cell as it is written: missing is empty, yes and no are words, numbers are as short as they can be."""
    value = getattr(entry, column)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value + 0.0).removesuffix(".0")
    if isinstance(value, tuple):
        return " ".join(value) or NO_RED_FLAGS
    return guarded(" ".join(value.split())) if isinstance(value, str) else str(value)


def _decimal_comma(entry: LogEntry, column: str, cell: str) -> str:
    return cell.replace(".", ",") if isinstance(getattr(entry, column), float) else cell


def guarded(text: str) -> str:
    """A text that neither a spreadsheet takes for a formula nor this reader for a missing value."""
    return f"'{text}" if _needs_guard(text) else text


def unguarded(cell: str) -> str:
    """The text of a cell that may be guarded."""
    return cell[1:] if cell.startswith("'") and _needs_guard(cell) else cell


def _needs_guard(text: str) -> bool:
    core = text.lstrip("'")
    return core.startswith(_FORMULA_STARTS) or (bool(core) and core.casefold() in MISSING)
