"""What a report with a plan says beyond the gait figures: data from the rehab part, nothing computed here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import BeforeAfter, Decision, GaitScreen, ReturnPlan


@dataclass(frozen=True, eq=False)
class RehabInput:
    """Plan, log and what was decided on them.

    Parameters
    ----------
    log
        Sorted by date.
    return_plan
        None when there is nothing to plan: after a red flag, or in self mode.
    session
        Today's gait screen, None when the report is made of the log alone.
    on
        The day that the report speaks of.
    assessor, mounting
        What the header says of the visit; empty when not told.
    caution
        What the decision says of itself, such as that it is for a day gone by; empty for nothing.
    """

    plan: Plan
    log: tuple[LogEntry, ...]
    decision: Decision
    on: date
    return_plan: ReturnPlan | None = None
    before_after: BeforeAfter | None = None
    session: GaitScreen | None = None
    baselines: tuple[GaitScreen, ...] = ()
    assessor: str = ""
    mounting: str = ""
    caution: str = ""
