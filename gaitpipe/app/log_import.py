"""Takes the rows of another CSV file over into the log: the same checks, nothing doubled, all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from gaitpipe.app.log import bytes_of, change_log, merged, text_of
from gaitpipe.errors import LogError, LogFault, UsageError
from gaitpipe.rehab.log import COLUMNS, LogEntry
from gaitpipe.rehab.log_text import OWN_PREFIX, LogTable, delimiter_of, parse_table, table_csv


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do: rows added, rows added to, rows that were there already, columns not used."""

    added: int
    completed: int
    already_there: int
    unused_columns: tuple[str, ...]


def import_rows(
    path: Path | str, file: Path | str, mapping: Mapping[str, str], on: date,
    replace_given: bool = False, dry_run: bool = False, red_flags: Collection[str] = (),
) -> Imported:  # fmt: skip
    """Take the rows of another CSV file over into a log: all of them or, on any fault, none.

    Parameters
    ----------
    path
        The log; it may not be there yet.
    file
        The other file; rows whose day and session are in the log are not doubled, only filled in.
    mapping
        Column of the log to column of the file; columns of equal name need none.
    dry_run
        Only say what would be done.

    Raises
    ------
    LogError
        Faults of either file, or values that contradict each other.
    UsageError
        The mapping names a column that is not there.
    """
    file = Path(file)
    source = text_of(file, bytes_of(file))
    renamed = _renamed(source, str(file), mapping)
    other = parse_table(renamed, str(file), on, red_flags)
    counts = {"added": 0, "completed": 0, "there": 0}

    def edit(table: LogTable) -> LogTable:
        faults: list[LogFault] = []
        for entry in other.entries:
            values = {item.name: getattr(entry, item.name) for item in fields(LogEntry)}
            places = [
                i for i, one in enumerate(table.entries) if (one.date, one.session_id) == (entry.date, entry.session_id)
            ]
            try:
                changed = merged(table.entries[places[0]] if places else None, values, replace_given)
            except UsageError as error:
                faults.append(LogFault(None, "date", entry.date.isoformat(), error.message))
                continue
            counts["added" if changed.new else "completed" if changed.filled or changed.replaced else "there"] += 1
            table = table.with_entry(changed.entry, places[0] if places else None)
        if faults:
            raise LogError(str(file), faults, "Nothing was changed. --replace takes the values of the file.")
        if dry_run:
            parse_table(table_csv(table), str(path), on, red_flags)
            raise _DryRunDone
        return table

    with suppress(_DryRunDone):
        change_log(path, on, edit, red_flags)
    unused = tuple(name.removeprefix(OWN_PREFIX) for name in other.own_columns)
    return Imported(counts["added"], counts["completed"], counts["there"], unused)


class _DryRunDone(Exception):  # noqa: N818 (no error: it leaves the change without writing)
    """A dry run has seen all it needs."""


def _renamed(text: str, file: str, mapping: Mapping[str, str]) -> str:
    """The text with the header in the names of the log; what is not mapped becomes a column of the user's own."""
    text = text.removeprefix("\ufeff")
    delimiter = delimiter_of(text)
    lines = text.splitlines(keepends=True)
    place = next((i for i, line in enumerate(lines) if line.strip() and not line.casefold().startswith("sep=")), None)
    if place is None:
        raise LogError(file, [LogFault(None, "", "", "the file is empty")], "Export it again.")
    names = [name.strip() for name in next(csv.reader([lines[place].rstrip("\r\n")], delimiter=delimiter))]
    ours_of = {theirs: ours for ours, theirs in mapping.items()}
    absent = [theirs for theirs in ours_of if theirs not in names]
    if absent:
        raise UsageError(f"{file} has no column {', '.join(absent)}.", f"Its columns are {', '.join(names)}.")
    header = [_our_name(name, ours_of, mapping) for name in names]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(header)
    return "".join([*lines[:place], buffer.getvalue(), *lines[place + 1 :]])


def _our_name(name: str, ours_of: Mapping[str, str], mapping: Mapping[str, str]) -> str:
    if name in ours_of:
        return ours_of[name]
    if name.casefold() in COLUMNS and name.casefold() not in mapping:
        return name.casefold()
    return f"{OWN_PREFIX}{name}" if name and not name.startswith(OWN_PREFIX) else name
