"""Stage S5 in the return plan: one change at a time, how often before how long.

Rules
  1. How often comes first: while the last two weeks held no week of three usual runs, the runs stay as long as usual
     and a third, shorter one fills what the week may hold.
  2. Then how long: once a week one run up to 1.1 times the longest of 30 days, but no longer than the other runs of the
     week together, so that it is at most half of the week. Where that stops it, the usual runs grow by as much instead.
     It stops at the longest run from before the injury, when the plan knows it.
  3. Days in a row, speed and hills come after that, and are agreed on with the clinician: they are not planned here.
  4. Any seven days hold at most 1.2 times the minutes of the better of the last two weeks after a step up, as many as
     it without one. Only PROGRESS makes anything longer; without it the long run of the last two weeks is repeated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from gaitpipe.rehab.ladder import ladder
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.return_growth import DAY, EDGE_MIN, WEEK, minutes_between, minutes_of, recent_minutes
from gaitpipe.rehab.return_sessions import Done, Programme, Session, full, week_before
from gaitpipe.rehab.words import Decision


@dataclass(frozen=True, slots=True)
class _Runs:
    """Minutes of the usual and of the long run (as long as the usual: none), of any seven days, and how they change."""

    usual_min: float
    long_min: float
    week_min: float
    often: bool
    text: str
    notes: tuple[str, ...] = ()


def performance_programme(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> Programme:
    """The runs of S5."""
    runs = _runs(plan, log, decision, start)
    shortest = ladder(plan)[0].running_min

    def choose(day: date, done: Sequence[Done]) -> Session | str:
        reason = full(plan, day, done, start)
        if reason:
            return reason
        week = week_before(day, done)
        left = _whole(runs.week_min - sum(one.minutes for one in week))
        due = runs.long_min > runs.usual_min and not any(one.minutes > runs.usual_min for one in week)
        if due and runs.long_min <= left:
            return Session("Longer run", runs.text, runs.long_min)
        minutes = min(runs.usual_min, left)
        if minutes < min(shortest, runs.usual_min):
            return f"{runs.week_min:g} min of running in seven days are the most."
        return _easy(runs, minutes)

    return Programme(choose, int(plan.value("schedule_run_every_days")), runs.notes)


def _whole(minutes: float) -> float:
    return float(math.floor(minutes + EDGE_MIN)) if math.isfinite(minutes) else minutes


def _easy(runs: _Runs, minutes: float) -> Session:
    if minutes < runs.usual_min:
        text = f"A short one: {minutes:g} min at most, as the week grows by no more."
        return Session(
            "Easy run", f"{text} How often comes first; change nothing else." if runs.often else text, minutes
        )
    return Session("Easy run", f"{minutes:g} min at most, as usual. One change at a time.", minutes)


def _runs(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> _Runs:
    recent = recent_minutes(plan, log, start)
    top = max(step.running_min for step in ladder(plan))
    ratio, per_week = plan.value("spike_amber_ratio"), plan.value("schedule_runs_per_week")
    # Without a run in the log the plan's own longest may be from before the injury: not more than the ladder's end.
    longest = max(recent) if recent else min(plan.baseline.longest_run_min or top, top)
    usual = _usual(plan, log, start, recent, longest)
    done = max(minutes_between(plan, log, start - WEEK * back, start - WEEK * (back - 1) - DAY) for back in (1, 2))
    if decision.decision == "REGRESS":
        usual = float(math.floor(usual / ratio))
        return _Runs(usual, usual, max(done, usual), False, "")
    if decision.decision != "PROGRESS":
        again = [minutes_of(plan, entry) or 0.0 for entry in log if start - 2 * WEEK <= entry.date <= start]
        long_min = max((minutes for minutes in again if minutes <= 2 * usual), default=usual)
        return _Runs(usual, long_min, done or math.inf, False, f"{long_min:g} min at most, as before.")
    week = done * (1.0 + plan.value("ladder_growth_pct") / 100.0) or math.inf
    if done < per_week * usual - EDGE_MIN:
        return _Runs(usual, usual, week, True, "", ("How often comes first: three runs a week before longer ones.",))
    return _longer(plan, usual, longest, week)


def _usual(plan: Plan, log: Sequence[LogEntry], start: date, recent: Sequence[float], longest: float) -> float:
    """The median run of the last two weeks, else of the 30 days, else the longest."""
    known = [
        minutes for entry in log if start - 2 * WEEK <= entry.date <= start and (minutes := minutes_of(plan, entry))
    ]
    runs = known or recent
    return float(math.floor(min(longest, median(runs)) if runs else longest))


def _longer(plan: Plan, usual: float, longest: float, week: float) -> _Runs:
    ratio, before = plan.value("spike_amber_ratio"), plan.baseline.longest_run_min
    most = float(math.floor(longest * ratio + EDGE_MIN))
    if before is not None and most > before and longest >= usual:
        note = "As long as before. Days in a row, speed and hills come next: agree on each with your clinician."
        long_min = max(usual, min(longest, 2 * usual))
        return _Runs(usual, long_min, week, False, f"{long_min:g} min at most, as before.", (note,))
    if most > 2 * usual:
        grown = float(math.floor(usual * ratio + EDGE_MIN))
        note = "The long run is half of the week: the usual ones grow instead."
        long_min = min(longest, 2 * grown)
        return _Runs(grown, long_min, week, False, f"{long_min:g} min at most, as before.", (note,))
    text = f"Up to {most:g} min; the longest run of 30 days is {longest:g} min. Change nothing else that day."
    return _Runs(usual, most, week, False, text)
