"""How much running fits: what the log holds, what a break takes back, and what a week may hold.

Rules
  1. Minutes are those of the log, else those of the level that an entry names. The longest run is that of 30 days;
     where the log holds none of these days the plan's own figure stands in, and is not called the longest of 30 days.
  2. The level of S4 is the one that the decision allows, or the highest below it that the single-session rule allows
     after the longest run, and that fits into a week with all its runs. A week holds no more than 1.2 times the larger
     of the last seven days and of a week at the level last completed: the highest that the longest run covers. Runs up
     to `ladder_growth_until_min` grow by minutes a session instead. One rule for all words of the decision.
  3. After more than two weeks without a run: one level lower for each two weeks begun, S5 counting as the one above the
     last level, and one level back for every two runs since. A break before the stage began counts no more.
  4. A clinician's override is taken as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from gaitpipe.errors import UsageError
from gaitpipe.rehab.ladder import GrowthLimits, ladder, level_names, running_minutes
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import Decision

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
EDGE_MIN = 1e-9
RUNS_FOR_A_LEVEL = 2
"""Runs after a break that give one level back: as many as the engine asks of a level."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the ladder a run stands: `index` of the level (the number of levels: S5), and what limited it."""

    index: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Break:
    """The last stretch of days without a run: how long, the last entry before it, and the runs since."""

    days: int
    before: LogEntry | None
    runs_since: int


def minutes_of(plan: Plan, entry: LogEntry) -> float | None:
    """Minutes of running of a session: as entered, else those of its level; None when it was no run or not known."""
    if entry.kind not in ("run", None):
        return None
    if entry.run_min is not None:
        return entry.run_min
    return running_minutes(plan, entry.level) if entry.level in level_names(plan) else None


def recent_minutes(plan: Plan, log: Sequence[LogEntry], start: date) -> list[float]:
    """Minutes of the runs of the 30 days before `start`."""
    first = start - timedelta(days=plan.value("load_reference_days"))
    found = (minutes_of(plan, entry) for entry in log if first <= entry.date <= start)
    return [minutes for minutes in found if minutes]


def longest_run_min(plan: Plan, log: Sequence[LogEntry], start: date) -> float | None:
    """The longest run of the 30 days before `start`, else the plan's own figure; None when neither is known."""
    recent = recent_minutes(plan, log, start)
    return max(recent) if recent else plan.baseline.longest_run_min


def minutes_between(plan: Plan, log: Sequence[LogEntry], first: date, last: date) -> float:
    """Minutes of running of the days from `first` to `last`."""
    return sum(minutes_of(plan, entry) or 0.0 for entry in log if first <= entry.date <= last)


def week_limit_min(plan: Plan, log: Sequence[LogEntry], start: date) -> float:
    """Minutes of running that any seven days may hold in S4; infinite where no run is known to hold it against."""
    longest = longest_run_min(plan, log, start)
    if longest is None:
        return math.inf
    completed = [step.running_min for step in ladder(plan) if step.running_min <= longest + EDGE_MIN]
    own_week = plan.value("schedule_runs_per_week") * max(completed, default=longest)
    done = minutes_between(plan, log, start - WEEK, start - DAY)
    return max(done, own_week) * (1.0 + plan.value("ladder_growth_pct") / 100.0)


def place_on_ladder(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> Place:
    """The level to run, and why it is lower than the decision's."""
    names = level_names(plan)
    asked = len(names) if decision.stage_out == "S5" else _index(names, decision.level_out)
    if decision.decided_by != "rules":
        return Place(asked)
    after_break = _after_break(plan, log, start, asked)
    if after_break.index == len(names):
        return after_break
    fitting = _fitting(plan, log, start, after_break.index)
    if fitting == after_break.index:
        return after_break
    longest, recent = longest_run_min(plan, log, start), recent_minutes(plan, log, start)
    whose = "of 30 days in the log" if recent else "that the plan knows of"
    return Place(
        fitting, (*after_break.notes, f"Level {names[fitting]} first: the longest run {whose} is {longest:g} min.")
    )


def _index(names: Sequence[str], level: str | None) -> int:
    if level is None:
        return 0
    if level not in names:
        raise UsageError(f"the ladder has no level '{level}'.", f"Its levels are {', '.join(names)}.")
    return names.index(level)


def _fitting(plan: Plan, log: Sequence[LogEntry], start: date, asked: int) -> int:
    longest = longest_run_min(plan, log, start)
    if longest is None:
        return asked
    limits, week, runs = GrowthLimits.of(plan), week_limit_min(plan, log, start), plan.value("schedule_runs_per_week")
    fits = [
        at
        for at, step in enumerate(ladder(plan)[: asked + 1])
        if limits.allow(longest, step.running_min)
        and (step.running_min <= limits.until_min or runs * step.running_min <= week + EDGE_MIN)
    ]
    return fits[-1] if fits else 0


def _after_break(plan: Plan, log: Sequence[LogEntry], start: date, asked: int) -> Place:
    found = _last_break(plan, log, start)
    names = level_names(plan)
    if found is None or asked == 0:
        return Place(asked)
    level = None if found.before is None else found.before.level
    before = names.index(level) if level in names else asked
    lower = math.ceil(found.days / plan.value("schedule_break_days"))
    index = min(asked, max(0, before - lower + found.runs_since // RUNS_FOR_A_LEVEL))
    if index == asked:
        return Place(asked)
    since = "No run" if found.runs_since == 0 else "Before the last runs there was none"
    note = f"{since} for {found.days} days: level {names[index]} first, one lower for each two weeks begun."
    return Place(index, (note,))


def _last_break(plan: Plan, log: Sequence[LogEntry], start: date) -> _Break | None:
    if not log:
        return None
    runs = {entry.date: entry for entry in log if minutes_of(plan, entry)}
    most, since = plan.value("schedule_break_days"), plan.stage.since
    if not runs:
        days = (start - min(entry.date for entry in log)).days
        return _Break(days, None, 0) if days > most else None
    days_of = sorted(runs)
    for place, (before, after) in reversed(list(enumerate(pairwise([*days_of, start])))):
        runs_since = len(days_of) - 1 - place
        if (after - before).days > most:
            old = runs_since > 0 and since is not None and before < since
            return None if old else _Break((after - before).days, runs[before], runs_since)
    return None
