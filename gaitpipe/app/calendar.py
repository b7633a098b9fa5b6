"""Writes the return plan as a calendar file, and never over anything that is no calendar.

Rules
  1. The target is none of the files that were read, under whatever name it is reached.
  2. A file that stands there already is written over only when it is a calendar: it begins with `BEGIN:VCALENDAR`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from gaitpipe.errors import UsageError
from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.exporters.icalendar import calendar_text
from gaitpipe.rehab.words import ReturnPlan

FIRST_WORDS = b"BEGIN:VCALENDAR"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def refuse_other_files(path: Path | str, inputs: Iterable[Path | str] = ()) -> None:
    """Refuse a target for a calendar that is one of the inputs, or another file that is no calendar.

    Raises
    ------
    UsageError
        With the file and what to do.
    """
    target = Path(path)
    advice = "Give the calendar a name of its own, such as plan.ics."
    for one in inputs:
        if _same(target, Path(one)):
            raise UsageError(f"{target} is one of the inputs: the calendar is not written over it.", advice)
    if target.exists() and not is_calendar(target):
        raise UsageError(f"{target} exists and is no calendar: it is not written over.", advice)


def is_calendar(path: Path) -> bool:
    """Whether a file begins as a calendar does; a folder, or what cannot be read, does not."""
    if not path.is_file():  # a pipe or a device would wait for what is in it
        return False
    try:
        with path.open("rb") as file:
            first = file.read(len(_BYTE_ORDER_MARK) + len(FIRST_WORDS))
    except OSError:
        return False
    return first.removeprefix(_BYTE_ORDER_MARK).upper().startswith(FIRST_WORDS)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()


def write_calendar(
    plan_of_days: ReturnPlan,
    athlete: str,
    path: Path | str,
    stamp: datetime | None = None,
    inputs: Iterable[Path | str] = (),
) -> None:
    """Write `plan.ics`; the file is whole or not there.

    Parameters
    ----------
    athlete
        The plan's pseudonym.
    stamp
        When it was made; now if left out.
    inputs
        Files that it must not be.

    Raises
    ------
    RecordingError
        The file cannot be written.
    UsageError
        It is one of the inputs, or another file that is no calendar.
    """
    refuse_other_files(path, inputs)
    write_atomic(path, calendar_text(plan_of_days, athlete, stamp or datetime.now(UTC)))
