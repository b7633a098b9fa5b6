"""What the hard days of the return plan hold: runs of the ladder, easy runs, hops, recordings on a treadmill.

Rules
  1. Path R: no run before S4 but the short recording on a treadmill in S3, once a week in place of hops: from the day
     on which hops hurt little enough, or two weeks into the stage where nobody has told how much they hurt.
  2. Path K: short easy runs in S1 to S3, in S3 by turns with hops: what the last hard day of the log was decides which
     comes next. Longer than those of the log only after a step up.
  3. S4: the level of `return_growth.place_on_ladder`, all through the days. At most 3 runs in any seven days, 2 in
     seven that follow seven without any. A logged run longer than a third of what a week may hold counts as several.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from gaitpipe.rehab.exercises import STRENGTH_KINDS, exercises_for
from gaitpipe.rehab.ladder import GrowthLimits, ladder, level_of, level_words
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import LadderLevel, Plan
from gaitpipe.rehab.return_growth import (
    DAY,
    EDGE_MIN,
    WEEK,
    longest_run_min,
    minutes_of,
    place_on_ladder,
    week_limit_min,
)
from gaitpipe.rehab.words import Activity, Decision

SPRING_TITLE, SCREEN_TITLE = "Hops and drills", "Treadmill screen"


@dataclass(frozen=True, slots=True)
class Session:
    """What a hard day holds: minutes None for hops and drills."""

    title: str
    text: str
    minutes: float | None = None
    level: str | None = None
    activity: Activity = "run"


@dataclass(frozen=True, slots=True)
class Done:
    """A hard day of the log or of the plan; minutes 0 for hops, or where nobody wrote them down."""

    day: date
    kind: Literal["run", "hops"]
    minutes: float = 0.0


Choice = Callable[[date, Sequence[Done]], "Session | str"]
"""The session of a day after what was done, or a sentence that says why there is none."""


@dataclass(frozen=True, slots=True)
class Programme:
    """How the hard days of a stage are chosen; `every` is how many days apart they are at least."""

    choose: Choice
    every: int
    notes: tuple[str, ...] = ()


def done_in(log: Sequence[LogEntry], plan: Plan) -> list[Done]:
    """The hard days of a log."""
    return [
        Done(entry.date, "hops" if entry.kind == "plyometric" else "run", minutes_of(plan, entry) or 0.0)
        for entry in log
        if is_hard(entry)
    ]


def is_hard(entry: LogEntry) -> bool:
    """Whether an entry was a run or hops; one without a kind is, once it says anything of a session."""
    if entry.kind is not None:
        return entry.kind in ("run", "plyometric")
    session = (entry.run_min, entry.pain_during, entry.pain_after, entry.rpe, entry.level)
    return any(value is not None and value != 0 for value in session)


def week_before(day: date, done: Sequence[Done]) -> list[Done]:
    """What was done in the six days before a day: with it they make seven."""
    return [one for one in done if day - WEEK < one.day < day]


def full(plan: Plan, day: date, done: Sequence[Done], start: date, share_min: float = math.inf) -> str:
    """Why no further run fits into the seven days that end on `day`, in a sentence; empty when one does.

    Parameters
    ----------
    start
        First day of the plan: what lies before is of the log.
    share_min
        Minutes that one run of the week may have; longer ones of the log count as several.
    """
    runs = [one for one in done if one.kind == "run"]
    week = week_before(day, runs)
    taken = sum(1 if one.day >= start else max(1, math.ceil(one.minutes / share_min - EDGE_MIN)) for one in week)
    most = plan.value("schedule_runs_per_week")
    if taken + 1 > most:
        return f"{most:g} runs in seven days are the most."
    most = plan.value("schedule_first_runs_per_week")
    if taken + 1 > most and not week_before(day - WEEK + DAY, runs):
        return f"{most:g} runs in the first seven days are the most."
    return ""


def ladder_programme(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> Programme:
    """S4, and S5 after a break: the same level on all days."""
    found = place_on_ladder(plan, log, decision, start)
    share_min = week_limit_min(plan, log, start) / plan.value("schedule_runs_per_week")
    share_min = max(share_min, plan.value("ladder_growth_until_min"))
    session = _run_at(plan, ladder(plan)[found.index].level)

    def choose(day: date, done: Sequence[Done]) -> Session | str:
        return full(plan, day, done, start, share_min) or session

    return Programme(choose, int(plan.value("schedule_run_every_days")), found.notes)


def _run_at(plan: Plan, level: str) -> Session:
    step = level_of(plan, level)
    text = f"{_level_text(step)} The same level until a new decision."
    return Session(f"Run, level {level}", text, step.running_min, level)


def _level_text(step: LadderLevel) -> str:
    if not step.strides:
        return f"{level_words(step)}. Easy pace, flat."
    base = f"{step.run_min:g} min" if step.sets == 1 else level_words(step.model_copy(update={"strides": 0}))
    return f"{base} easy and flat, then {step.strides} x {step.strides_s:g} s a little faster."


def spring_programme(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> Programme:
    """S3: hops and drills; path K by turns with easy runs, path R with a recording once a week."""
    spring = _spring(plan)
    if plan.plan.path == "K":
        easy = _keep_running(plan, log, decision, start)

        def by_turns(day: date, done: Sequence[Done]) -> Session | str:
            last = max((one for one in done if one.day < day), key=lambda one: one.day, default=None)
            return easy if last is not None and last.kind == "hops" else spring

        return Programme(by_turns, int(plan.value("schedule_run_every_days")))
    per_week = plan.value("schedule_spring_per_week")
    begin = _screens_from(plan, log, decision, start)
    screen = _screen(plan, log, decision, start)

    def once_a_week(day: date, done: Sequence[Done]) -> Session | str:
        week = week_before(day, done)
        if len({one.day for one in week}) >= per_week:
            return f"{per_week:g} such days in seven are the most."
        sprung = any(one.kind == "hops" for one in done)
        due = sprung and begin is not None and day >= begin and not any(one.kind == "run" for one in week)
        return screen if due else spring

    return Programme(once_a_week, max(int(7 // per_week), int(plan.value("schedule_spring_every_days"))))


def since_when(plan: Plan, decision: Decision) -> date | None:
    """The day on which the stage of the decision began."""
    return plan.stage.since if decision.stage_out == plan.stage.stage else decision.decided_on


def _screens_from(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> date | None:
    """The first day for a recording in S3; None while hops hurt too much, or nobody knows since when the stage is."""
    oldest = start - timedelta(days=plan.value("strength_test_age_maximum_days"))
    known = [entry.hop_pain for entry in log if entry.hop_pain is not None and entry.date >= oldest]
    if known:
        return start if known[-1] <= plan.value("stage3_hop_pain_maximum") else None
    since = since_when(plan, decision)
    return None if since is None else since + timedelta(days=plan.value("stage3_minimum_days"))


def _screen(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> Session:
    """A recording on the treadmill: the least after a step back or without a run before, else what growth allows."""
    least, most = plan.value("schedule_screen_least_min"), plan.value("schedule_screen_most_min")
    longest = longest_run_min(plan, log, start)
    upto = (
        least
        if longest is None or decision.decision == "REGRESS"
        else max(least, math.floor(GrowthLimits.of(plan).longest_after(longest)))
    )
    text = (
        f"{least:g} to {most:g} min, easy, both sensors{f'; today {least:g}' if upto <= least else ''}. "
        "Record it; the first quiet one becomes the baseline."
    )
    return Session(SCREEN_TITLE, text, min(most, upto), "S3", "screen")


def easy_programme(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> Programme:
    """Path K in S1 and S2: short easy runs, a few a week."""
    easy = _keep_running(plan, log, decision, start)
    per_week = plan.value("schedule_keep_running_per_week")

    def choose(day: date, done: Sequence[Done]) -> Session | str:
        if len(week_before(day, done)) >= per_week:
            return f"{per_week:g} runs in seven days are the most."
        return easy

    return Programme(choose, int(plan.value("schedule_keep_running_every_days")))


def _keep_running(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> Session:
    """Path K: an easy run within the stage's limit; longer than those of the log only after a step up."""
    stage = decision.stage_out
    most = plan.value(f"schedule_keep_running_{stage.lower()}_min")
    longest = longest_run_min(plan, log, start)
    if longest is None:
        minutes = min(most, ladder(plan)[0].running_min)
    else:
        upto = GrowthLimits.of(plan).longest_after(longest) if decision.decision == "PROGRESS" else longest
        minutes = min(most, math.floor(upto + EDGE_MIN))
    pain = plan.value("pain_progress_maximum")
    text = f"{minutes:g} min at most, easy and flat. Stop when pain goes above {pain:g} of 10."
    if stage == "S3":
        text += " Record it with both sensors: a recording is asked for before this stage ends."
    return Session("Easy run", text, minutes)


def _spring(plan: Plan) -> Session:
    names = [item.name for item in exercises_for(plan, "S3") if item.kind not in STRENGTH_KINDS]
    what = "; ".join(names) or "Quick heel raises, hops and drills as agreed"
    return Session(SPRING_TITLE, f"{what}. Dose as in the plan, two legs before one.", activity="strength")
