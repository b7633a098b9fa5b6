"""Writes the return plan as a calendar file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.exporters.icalendar import calendar_text
from gaitpipe.rehab.words import ReturnPlan


def write_calendar(plan_of_days: ReturnPlan, athlete: str, path: Path | str, stamp: datetime | None = None) -> None:
    """Write `plan.ics`; the file is whole or not there.

    Parameters
    ----------
    athlete
        The plan's pseudonym.
    stamp
        When it was made; now if left out.

    Raises
    ------
    RecordingError
        The file cannot be written.
    """
    write_atomic(path, calendar_text(plan_of_days, athlete, stamp or datetime.now(UTC)))
