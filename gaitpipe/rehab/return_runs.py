"""On which days of the return plan the tendon works as a spring: runs, hops and drills, and for how many minutes.

Rules
  1. Hard days (runs, hops) keep the recovery days of the class that the last session had, and at least every second
     day. A last session of unknown class counts as hard. After a step back nothing hard for some days, and the first
     hard day only if the morning is as usual.
  2. What a day holds comes from the stage: `return_sessions` up to S4, `return_performance` in S5. After a break S5
     begins on the ladder.
  3. Where the first hard day comes later than the recovery of the last one asks, its words say why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gaitpipe.rehab.ladder import ladder
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.recovery import days_after, earliest_next, session_class
from gaitpipe.rehab.return_growth import DAY, minutes_of, place_on_ladder
from gaitpipe.rehab.return_performance import performance_programme
from gaitpipe.rehab.return_sessions import (
    Done,
    Programme,
    Session,
    done_in,
    easy_programme,
    is_hard,
    ladder_programme,
    spring_programme,
)
from gaitpipe.rehab.words import Decision, PlannedDay

__all__ = ["DAY", "HardDays", "hard_days", "is_hard", "minutes_of", "quiet_until"]
MORNING_AS_USUAL = "Only if the morning is as usual."


@dataclass(frozen=True, slots=True)
class HardDays:
    """Runs and days of hops, in order, and what limited them."""

    days: tuple[PlannedDay, ...] = ()
    notes: tuple[str, ...] = ()


def quiet_until(plan: Plan, log: Sequence[LogEntry], decision: Decision) -> date:
    """First day on which more than light loading may be planned.

    A step back that a session alone called for counts from the morning after it, so that deciding again on the same
    session does not begin anew.
    """
    if decision.decision != "REGRESS":
        return decision.decided_on
    first = decision.decided_on
    fired = {rule.id for rule in decision.rules}
    sessions = [entry.date for entry in log if entry.kind not in ("rest", "test")]
    if fired and fired <= {"R1", "R2"} and sessions:
        first = min(first, max([*sessions, *painful_days(plan, log)]) + DAY)
    return first + timedelta(days=math.ceil(plan.value("regress_no_high_class_days")))


def painful_days(plan: Plan, log: Sequence[LogEntry]) -> list[date]:
    """Days with pain above what is held against: during, after or the next morning."""
    limit = plan.value("pain_hold_maximum")
    pains = {entry.date: (entry.pain_during, entry.pain_after, entry.pain_am) for entry in log}
    return [day for day, values in pains.items() if any(value is not None and value > limit for value in values)]


def hard_days(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date, days: int) -> HardDays:
    """The runs and hop days of `days` days from `start` on."""
    programme = _programme(plan, log, decision, start)
    if programme is None:
        return HardDays()
    hard_log = [entry for entry in log if is_hard(entry)]
    spacing = max(programme.every, _spacing(plan, hard_log))
    day, why = _first_day(plan, log, decision, start, programme.every)
    done: list[Done] = done_in(log, plan)
    found: list[PlannedDay] = []
    while day < start + timedelta(days=days):
        session = programme.choose(day, done)
        if isinstance(session, str):
            why, day = session, day + DAY
            continue
        words = _first_words(decision, hard_log, day, start, why, plan) if not found else ""
        found.append(_planned(day, session, words))
        done.append(Done(day, "hops" if session.minutes is None else "run", session.minutes or 0.0))
        day += spacing * DAY
    return HardDays(tuple(found), programme.notes)


def _programme(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> Programme | None:
    stage = decision.stage_out
    if stage == "S5" and place_on_ladder(plan, log, decision, start).index == len(ladder(plan)):
        return performance_programme(plan, log, decision, start)
    if stage in ("S4", "S5"):
        return ladder_programme(plan, log, decision, start)
    if stage == "S3":
        return spring_programme(plan, log, decision, start)
    return easy_programme(plan, log, decision, start) if plan.plan.path == "K" and stage != "S0" else None


def _planned(day: date, session: Session, words: str) -> PlannedDay:
    text = " ".join(part for part in (session.text, words) if part)
    return PlannedDay(day, session.activity, session.title, text, session.minutes, session.level)


def _first_words(decision: Decision, hard_log: Sequence[LogEntry], day: date, start: date, why: str, plan: Plan) -> str:
    """What the first hard day says of its date."""
    if decision.decision == "REGRESS":
        return MORNING_AS_USUAL
    told = earliest_next(plan, hard_log[-1]) if hard_log else None
    return f"Not sooner: {why}" if why and day > max(start, told or start) else ""


def _spacing(plan: Plan, hard_log: Sequence[LogEntry]) -> int:
    """Days from one hard day to the next: those of a medium session, or of a high one where the last was high."""
    last = session_class(hard_log[-1]) if hard_log else None
    return days_after(plan, "high" if last == "high" else "medium")


def _first_day(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date, every: int) -> tuple[date, str]:
    """The first day that recovery leaves open, and why it is not sooner."""
    first, why = max(start, quiet_until(plan, log, decision)), ""
    for entry in (entry for entry in log if is_hard(entry)):
        found = session_class(entry)
        days = max(days_after(plan, found or "high"), every)
        if entry.date + timedelta(days=days) > first:
            first = entry.date + timedelta(days=days)
            unknown = f"pain or effort of {entry.date.isoformat()} is not logged, so it counts as hard"
            why = f"{unknown}." if found is None else f"{days} days apart."
    return first, why
