"""Which entry of the log is judged, and what comes before and after it.

Rules
  1. A session is every entry but a day of rest and a test of strength alone; an entry without a kind counts as one.
  2. Judged is the entry whose `session_id` is the name of the session given; without a session the last one.
  3. What was logged after the judged entry counts as well where it may only make things worse (pain).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gaitpipe.rehab.context import entry_of
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.words import GaitScreen


@dataclass(frozen=True, slots=True)
class Place:
    """The judged entry (None: there is none) and its place among the sessions; `rows` is the whole log in order."""

    entry: LogEntry | None
    rows: tuple[LogEntry, ...]
    sessions: tuple[LogEntry, ...]
    index: int

    @property
    def until(self) -> tuple[LogEntry, ...]:
        """The sessions up to the judged one."""
        return self.sessions[: self.index + 1]

    @property
    def after(self) -> tuple[LogEntry, ...]:
        """The sessions that were logged after the judged one."""
        return self.sessions[self.index + 1 :]

    @property
    def rows_after(self) -> tuple[LogEntry, ...]:
        """Everything that was logged after the judged session, days of rest too."""
        place = next((at for at, row in enumerate(self.rows) if row is self.entry), len(self.rows))
        return self.rows[place + 1 :]


def is_session(entry: LogEntry) -> bool:
    """Whether something was done that loads the tendon: not on a day of rest, nor in a test without a run or pain."""
    if entry.kind == "test":
        told = (entry.session_id, entry.run_min, entry.pain_during, entry.pain_after, entry.rpe)
        return any(value is not None for value in told)
    return entry.kind != "rest"


def is_run(entry: LogEntry) -> bool:
    """Whether the entry is a run, or may be one."""
    return entry.kind == "run" or (entry.kind is None and (entry.run_min is not None or entry.session_id is not None))


def place_of(log: Sequence[LogEntry], session: GaitScreen | None) -> Place:
    """The judged entry of a log; see the rules above."""
    rows = tuple(sorted(log, key=lambda row: row.date))
    found = tuple(row for row in rows if is_session(row))
    entry = entry_of(session, rows) if session is not None else (found[-1] if found else None)
    if entry is not None and not is_session(entry):
        found = tuple(row for row in rows if is_session(row) or row is entry)
    index = next((at for at, row in enumerate(found) if row is entry), -1)
    return Place(entry, rows, found, index)
