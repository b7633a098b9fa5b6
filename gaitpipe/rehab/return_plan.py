"""The return plan: what the next two weeks hold, day by day, and the checks up to week 12 and beyond.

Rules
  1. It never goes beyond the decision: its stage and level hold for all days, going on is for the next decision.
     REFER gives no days and no checks, only the wording of the red flag. Self mode without a clinician's plan gives
     the checks alone.
  2. Runs and hops come first (`return_runs`). Strength days follow: on a free day before a free day, else after the
     run of a run day, else on a free day before a run; two days apart where that many fit in a week.
  3. Days in between are light loading, never plain rest. After a step back there is only light loading for some days.
  4. Notes are for the runner: they hold no ids of rules and no words of a command line.
  5. Every morning is entered, every week reviewed; heel raises (and hops from S3 on) are counted every two weeks; the
     questionnaire comes at 12 and 24 weeks from the start of the plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

from gaitpipe.rehab.exercises import HEAVY_KINDS, STRENGTH_KINDS, exercises_for, strength_per_week
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Exercise, Plan
from gaitpipe.rehab.red_flags import action_of
from gaitpipe.rehab.return_checks import checks, retest_days
from gaitpipe.rehab.return_runs import DAY, hard_days, quiet_until
from gaitpipe.rehab.words import Decision, PlannedDay, ReturnPlan, Stage

_HEAVY_STAGES: tuple[Stage, ...] = ("S2", "S3", "S4", "S5")
_ORDER = {"run": 0, "strength": 1, "light": 2, "rest": 3, "screen": 4, "review": 5}
"""What stands first on a day, after its run or hops; a screen among them is a test of strength."""
_MOST_SPACED = 3
"""Strength days a week up to which there can be a day between all of them."""


def return_plan(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> ReturnPlan:
    """The days from `start` on, as the decision allows them (rehab.md 3.3, 3.4, 3.6, 4.5).

    Parameters
    ----------
    plan
        The athlete's plan.
    log
        Sorted by date.
    decision
        Of the engine, or a clinician's own.
    start
        First day, on or after the day of the decision; the day after when it has a session in the log already.

    Returns
    -------
    ReturnPlan
        The same for the same input; sorted by day.

    Raises
    ------
    UsageError
        The decision names a level that the ladder does not have.
    """
    if decision.decision == "REFER":
        return ReturnPlan(start, (), (), _refer_notes(plan, decision))
    if any(entry.date == start and entry.kind not in (None, "rest") for entry in log):
        start += DAY
    found = checks(plan, start)
    if plan.plan.mode == "self" and not plan.plan.clinician.strip():
        note = "Days of training need a plan that a clinician has made; the log goes on meanwhile."
        return ReturnPlan(start, (), found, (note,))
    if decision.stage_out == "S0":
        return ReturnPlan(start, (), found, ("The plan of days begins when a clinician has set the stage.",))
    count = int(plan.value("schedule_days"))
    hard = hard_days(plan, log, decision, start, count)
    strength = tuple(_strength(plan, log, decision, start, count, hard.days))
    busy = {one.day for one in (*hard.days, *strength)}
    light = tuple(_light(plan, log, decision, start, count, busy))
    tests = retest_days(plan, log, decision, start, light, {one.day for one in hard.days})
    days = sorted(
        (*hard.days, *strength, *light, *tests), key=lambda one: (one.day, one not in hard.days, _ORDER[one.activity])
    )
    notes = (plain_words(note) for note in (*_notes(plan, log, decision), *hard.notes))
    return ReturnPlan(start, tuple(days), found, tuple(notes))


def plain_words(text: str) -> str:
    """A sentence without ids of rules and flags (`F11: ...`, `(R3)`) and without options of a command."""
    text = re.sub(r"\s*\((?:RF|[FHPR])\d+(?:, (?:RF|[FHPR])\d+)*\)", "", text)
    text = re.sub(r"\b(?:RF|[FHPR])\d+: ", "", text)
    return re.sub(r"[:;,]? (?:use|with) `?--[a-z-]+`?", "", text)


def _refer_notes(plan: Plan, decision: Decision) -> tuple[str, ...]:
    """The red flag's wording and what to do, nothing else."""
    texts = [f"{rule.text} {action_of(plan, rule.id)}".strip() for rule in decision.rules]
    return tuple(dict.fromkeys(texts)) or (decision.action,)


def _notes(plan: Plan, log: Sequence[LogEntry], decision: Decision) -> Iterator[str]:
    if decision.decision == "REGRESS":
        until = quiet_until(plan, log, decision).isoformat()
        yield f"Light loading only until {until}: no run, no hops, no heavy work before. Rest alone is not the aim."
        yield "The first hard day after that: only if the morning is as usual."
    elif decision.decision == "PROGRESS":
        yield "These days hold the new step. The one after it needs a new decision."
    elif decision.decision == "HOLD":
        yield "These days repeat the step. Nothing is added."
    else:
        yield "These days repeat the step: there was too little to decide on."
        yield from (f"Needed: {one}" for one in decision.missing)
    if decision.review:
        yield decision.review
    if plan.tendon.location == "insertional" and decision.stage_out != "S5":
        yield "Heel not below the floor under load, no calf stretch over a step, no hills for now."
    if decision.stage_out == "S5":
        yield "One change at a time: how often, then how long, then days in a row, then speed, then hills or a race."
    most = plan.value("pain_hold_maximum")
    yield f"Pain above {most:g} of 10, or a worse next morning: leave the next hard day out, note it, decide anew."


def _strength(
    plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date, count: int, hard: Sequence[PlannedDay]
) -> Iterator[PlannedDay]:
    stage = decision.stage_out
    if stage not in _HEAVY_STAGES:
        return
    wanted = min(7, strength_per_week(plan, stage))
    apart = 2 if wanted <= _MOST_SPACED else 1
    hard_on = {one.day: one for one in hard}
    quiet = quiet_until(plan, log, decision)
    last = max((entry.date for entry in log if entry.kind == "strength"), default=None)
    for first in range(0, count, 7):
        week = [start + timedelta(days=first + place) for place in range(min(7, count - first))]
        open_days = [day for day in week if day >= quiet and (last is None or (day - last).days >= apart)]
        chosen = _best(open_days, wanted, apart, hard_on)
        last = chosen[-1] if chosen else last
        for day in chosen:
            yield _strength_day(plan, stage, day, hard_on.get(day))


def _best(open_days: Sequence[date], wanted: int, apart: int, hard_on: dict[date, PlannedDay]) -> tuple[date, ...]:
    """The days with the least cost, the earliest of equals; fewer than wanted where they do not fit."""
    for number in range(min(wanted, len(open_days)), 0, -1):
        fitting = [
            days for days in combinations(open_days, number) if all((b - a).days >= apart for a, b in pairwise(days))
        ]
        if fitting:
            return min(fitting, key=lambda days: (sum(_cost(day, hard_on) for day in days), days))
    return ()


def _cost(day: date, hard_on: dict[date, PlannedDay]) -> int:
    if day in hard_on:
        return 1
    return 2 if day + DAY in hard_on else 0


def _strength_day(plan: Plan, stage: Stage, day: date, hard: PlannedDay | None) -> PlannedDay:
    items = [item for item in exercises_for(plan, stage) if item.kind in HEAVY_KINDS]
    after = "" if hard is None else "After the hops. " if hard.minutes is None else "After the run. "
    return PlannedDay(day, "strength", "Heavy calf work", f"{after}{_exercise_text(plan, items)}")


def _exercise_text(plan: Plan, items: Sequence[Exercise]) -> str:
    """Names with the soleus marked, slow, and to the floor where the heel stays up."""
    names = [f"{item.name} (soleus)" if item.soleus else item.name for item in items]
    if not any("(soleus)" in name for name in names):
        names.append("heavy heel raises with bent knee (soleus)")
    floor = " To the floor only." if plan.tendon.location == "insertional" else ""
    return f"{'; '.join(names)}. Slow; dose as in the plan.{floor}"


def _light(
    plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date, count: int, busy: set[date]
) -> Iterator[PlannedDay]:
    stage = decision.stage_out
    quiet = quiet_until(plan, log, decision)
    for day in (start + timedelta(days=place) for place in range(count)):
        if stage == "S1" and day >= quiet:
            yield PlannedDay(day, "light", "Calf work", _daily_text(plan))
        elif day not in busy:
            title = "Light loading" if day < quiet else "Easy day"
            yield PlannedDay(day, "light", title, "A walk and easy two-leg heel raises, knee straight and bent.")


def _daily_text(plan: Plan) -> str:
    items = [item for item in exercises_for(plan, "S1") if item.kind in STRENGTH_KINDS]
    return _exercise_text(plan, items).replace("Slow; dose", "Dose")
