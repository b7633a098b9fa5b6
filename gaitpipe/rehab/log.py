"""The training and pain log: one entry a session or a plain day. A missing value is missing (None), never 0."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, fields
from typing import Literal

from gaitpipe.rehab.words import Surface

EntryKind = Literal["run", "strength", "walk", "plyometric", "rest", "test"]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of `log.csv`; the columns are these fields in this order.

    `date` is the day of the session; `pain_am` and `stiff_am_min` belong to the next morning. Pain is 0-10, worst
    within the session (`pain_during`), within an hour (`pain_after`), at the first steps next morning (`pain_am`), in
    daily walking (`pain_daily`); `settled_48h` whether it was gone after 48 h. `level` is the ladder level or stage
    that was done (`L4`, `S3`). `load_steps` is the session load of the sensors (CLI). `red_flags` are the ids that
    the runner ticked, parted by spaces; `red_flags_asked` whether the questions were asked.
    """

    date: datetime.date
    session_id: str | None = None
    kind: EntryKind | None = None
    pain_during: float | None = None
    pain_after: float | None = None
    pain_am: float | None = None
    stiff_am_min: float | None = None
    rpe: float | None = None
    analgesic: bool | None = None
    swelling: bool | None = None
    level: str | None = None
    run_min: float | None = None
    distance_km: float | None = None
    surface: Surface | None = None
    incline_pct: float | None = None
    belt_speed_m_s: float | None = None
    shoe: str | None = None
    shoe_drop_mm: float | None = None
    shoe_minimal: bool | None = None
    exercises: str | None = None
    pain_daily: float | None = None
    pain_walk_30min: float | None = None
    settled_48h: bool | None = None
    heel_raises_injured: int | None = None
    heel_raises_other: int | None = None
    hops_injured: int | None = None
    hops_other: int | None = None
    hop_pain: float | None = None
    visa_a: float | None = None
    tendins_a: float | None = None
    load_steps: float | None = None
    red_flags: tuple[str, ...] | None = None
    notes: str | None = None


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(LogEntry))
"""Columns of `log.csv`; only `date` must be there. Additional rows of a day are told apart by `session_id`."""
