"""Which entry of the log is judged, and what comes before and after it.

Rules
  1. A session is every entry but a day of rest and a test of strength alone; an entry without a kind counts as one
     unless it holds a morning and nothing else.
  2. Judged is the entry whose `session_id` is the name of the session given; without a session the last one.
  3. What was logged after the judged entry counts as well where it may only make things worse (pain). Strength and
     walking of the days after are judged along with it; a run, hops, or an entry without a kind is a session of its
     own: a step up has to be decided with that one.
  4. The morning after a day has come on the day of the decision at the latest where the entry is older than that day.
     What is entered for a morning that has not come yet is missing, unless it is too bad to be left out.
  5. A level or stage in the log is meant whatever its case: `l4` is L4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from gaitpipe import evidence
from gaitpipe.rehab.context import entry_of
from gaitpipe.rehab.log import COLUMNS, LogEntry
from gaitpipe.rehab.words import STAGES, GaitScreen

_MORNING = ("date", "kind", "pain_am", "stiff_am_min", "settled_48h", "red_flags", "notes", "swelling", "analgesic")
_TOLD = tuple(name for name in COLUMNS if name not in _MORNING)
"""What tells of something that was done."""


@dataclass(frozen=True, slots=True)
class Place:
    """The judged entry (None: there is none) and its place among the sessions; `rows` is the whole log in order."""

    entry: LogEntry | None
    rows: tuple[LogEntry, ...]
    sessions: tuple[LogEntry, ...]
    index: int

    @property
    def until(self) -> tuple[LogEntry, ...]:
        """The sessions up to the judged one, and the strength and walking after it."""
        return (*self.sessions[: self.index + 1], *(row for row in self.after if not springs(row)))

    @property
    def before(self) -> tuple[LogEntry, ...]:
        """The sessions before the judged one."""
        return self.sessions[: max(self.index, 0)]

    @property
    def after(self) -> tuple[LogEntry, ...]:
        """The sessions that were logged after the judged one."""
        return self.sessions[self.index + 1 :]

    @property
    def newer(self) -> LogEntry | None:
        """The last run, or what may be one, that was logged after the judged session."""
        found = [row for row in self.after if springs(row)]
        return found[-1] if found and self.entry is not None else None


def is_session(entry: LogEntry) -> bool:
    """Whether something was done that loads the tendon: not on a day of rest, nor in a test without a run or pain."""
    if entry.kind == "test":
        return any(value is not None for value in (entry.run_min, entry.pain_during, entry.pain_after, entry.rpe))
    if entry.kind is None:
        return any(getattr(entry, name) is not None for name in _TOLD)
    return entry.kind != "rest"


def springs(entry: LogEntry) -> bool:
    """Whether a session loads the tendon as a spring, or may do so."""
    return entry.kind in ("run", "plyometric", None)


def is_run(entry: LogEntry) -> bool:
    """Whether the entry is a run, or may be one."""
    return entry.kind == "run" or (entry.kind is None and (entry.run_min is not None or entry.session_id is not None))


def known_by(log: Sequence[LogEntry], on: date, levels: Sequence[str]) -> tuple[LogEntry, ...]:
    """The log as it can be known on the day `on`: without mornings that have not come, levels in their own case."""
    names = {name.casefold(): name for name in (*STAGES, *levels)}
    return tuple(_come(_cased(row, names, levels), on) for row in log)


def _come(row: LogEntry, on: date) -> LogEntry:
    if row.date < on or (row.pain_am is None and row.stiff_am_min is None):
        return row
    bad = row.pain_am is not None and row.pain_am > evidence.value("pain_hold_maximum")
    return replace(row, pain_am=row.pain_am if bad else None, stiff_am_min=None)


def _cased(row: LogEntry, names: dict[str, str], levels: Sequence[str]) -> LogEntry:
    if row.level is None or row.level in levels:
        return row
    level = names.get(row.level.strip().casefold(), row.level)
    return row if level == row.level else replace(row, level=level)


def place_of(log: Sequence[LogEntry], session: GaitScreen | None) -> Place:
    """The judged entry of a log; see the rules above."""
    rows = tuple(sorted(log, key=lambda row: row.date))
    found = tuple(row for row in rows if is_session(row))
    entry = entry_of(session, rows) if session is not None else (found[-1] if found else None)
    if entry is not None and not is_session(entry):
        found = tuple(row for row in rows if is_session(row) or row is entry)
    index = next((at for at, row in enumerate(found) if row is entry), -1)
    return Place(entry, rows, found, index)
