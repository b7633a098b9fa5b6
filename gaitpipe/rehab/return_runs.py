"""On which days of the return plan the tendon works as a spring: runs, hops and drills, and for how many minutes.

Rules
  1. Hard days (runs, hops) keep the recovery days of the class that the last session had, and at least every second
     day. A last session of unknown class counts as hard. After a step back nothing hard for some days.
  2. Path R: no run before S4. Path K: short easy runs in S1 to S3, in S3 by turns with hops; longer than those of the
     log only after a step up.
  3. S4: the level the decision allows, all through the two weeks: going on is for the next decision. At most 3 runs in
     any seven days. A level that asks for more than the growth rule allows above the longest run in the log gives way
     to the highest one that does not, unless a clinician has decided.
  4. Runs longer than the ladder's short ones, and all runs of S5: the running of a calendar week, with what the log
     already holds, grows by no more than 20 % above the week before. A week after a week without runs starts with two;
     a week that has none yet gets a shorter one rather than none.
  5. S5: one run up to 1.1 times the longest of 30 days when the decision is to progress, the others as usual.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

from gaitpipe.errors import UsageError
from gaitpipe.rehab.exercises import STRENGTH_KINDS, exercises_for
from gaitpipe.rehab.ladder import GrowthLimits, ladder, level_names, level_of, level_words, running_minutes
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.recovery import days_after, session_class
from gaitpipe.rehab.words import Activity, Decision, PlannedDay

DAY = timedelta(days=1)
_ROUNDING_MIN = 1e-9


@dataclass(frozen=True, slots=True)
class HardDays:
    """Runs and days of hops, in order, and what limited them."""

    days: tuple[PlannedDay, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Session:
    """What a hard day holds: minutes None for hops and drills."""

    title: str
    text: str
    minutes: float | None = None
    level: str | None = None


@dataclass(slots=True)
class _Weeks:
    """Minutes of running by calendar week (its Monday): those of the log, and those planned so far.

    Runs of up to `short_min` grow by minutes a session, not by a share of the week.
    """

    plan: Plan
    done: dict[date, float]
    short_min: float
    planned: dict[date, int] = field(default_factory=dict)

    def allows(self, day: date, minutes: float) -> bool:
        """Whether a run of so many minutes keeps to the growth of its week."""
        if minutes <= self.short_min:
            return True
        left = self.left(day)
        if left is None:
            return self.planned.get(monday(day), 0) < self.plan.value("schedule_first_runs_per_week")
        return minutes <= left + _ROUNDING_MIN

    def left(self, day: date) -> float | None:
        """Minutes that still fit into the week of a day; None when the week before had none to compare with."""
        before = self.done.get(monday(day) - 7 * DAY, 0.0)
        if before <= 0.0:
            return None
        return before * (1.0 + self.plan.value("ladder_growth_pct") / 100.0) - self.done.get(monday(day), 0.0)

    def add(self, day: date, minutes: float) -> None:
        """Count a planned run."""
        week = monday(day)
        self.done[week] = self.done.get(week, 0.0) + minutes
        self.planned[week] = self.planned.get(week, 0) + 1


def monday(day: date) -> date:
    """The first day of a day's calendar week."""
    return day - timedelta(days=day.weekday())


def minutes_of(plan: Plan, entry: LogEntry) -> float | None:
    """Minutes of running of a session: as entered, else those of its level; None when it was no run or not known."""
    if entry.kind not in ("run", None):
        return None
    if entry.run_min is not None:
        return entry.run_min
    return running_minutes(plan, entry.level) if entry.level in level_names(plan) else None


def is_hard(entry: LogEntry) -> bool:
    """Whether an entry was a run or hops; one without a kind is, once it says anything of a session."""
    if entry.kind is not None:
        return entry.kind in ("run", "plyometric")
    session = (entry.run_min, entry.pain_during, entry.pain_after, entry.rpe, entry.level)
    return any(value is not None and value != 0 for value in session)


def quiet_until(plan: Plan, decision: Decision) -> date:
    """First day on which more than light loading may be planned."""
    if decision.decision != "REGRESS":
        return decision.decided_on
    return decision.decided_on + timedelta(days=math.ceil(plan.value("regress_no_high_class_days")))


def longest_run_min(plan: Plan, log: Sequence[LogEntry], start: date) -> float | None:
    """The longest run of the 30 days before `start`, else the plan's own figure; None when neither is known."""
    recent = _recent_minutes(plan, log, start)
    return max(recent) if recent else plan.baseline.longest_run_min


def hard_days(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date, days: int) -> HardDays:
    """The runs and hop days of `days` days from `start` on."""
    stage = decision.stage_out
    sessions, per_week, every, notes = _sessions(plan, log, decision, start)
    if not sessions:
        return HardDays((), notes)
    hard_log = [entry for entry in log if is_hard(entry)]
    spacing = max(every, _spacing(plan, hard_log))
    day = _first_day(plan, hard_log, decision, start)
    short_min = 0.0 if stage == "S5" else plan.value("ladder_growth_until_min")
    weeks = _Weeks(plan, _minutes_by_week(plan, log), short_min)
    taken = [entry.date for entry in hard_log]
    found: list[PlannedDay] = []
    kept_back: set[date] = set()
    while day < start + timedelta(days=days):
        session = (
            sessions[min(len(found), len(sessions) - 1)] if stage == "S5" else sessions[len(found) % len(sessions)]
        )
        if session.minutes is not None and not weeks.allows(day, session.minutes):
            session = _shorter(plan, session, weeks, day) or session
        free = len({one for one in taken if day - 7 * DAY < one <= day}) < per_week
        if free and (session.minutes is None or weeks.allows(day, session.minutes)):
            kind: Activity = "run" if session.minutes is not None else "strength"
            found.append(PlannedDay(day, kind, session.title, session.text, session.minutes, session.level))
            weeks.add(day, session.minutes or 0.0)
            taken.append(day)
            day += spacing * DAY
        else:
            kept_back |= {monday(day)} if free else set()
            day += DAY
    return HardDays(tuple(found), (*notes, *(_growth_note(plan, weeks, week) for week in sorted(kept_back))))


def _shorter(plan: Plan, session: _Session, weeks: _Weeks, day: date) -> _Session | None:
    """For a week without a run so far: the highest lower level that fits, or in S5 a shorter run."""
    left = weeks.left(day)
    if left is None or weeks.done.get(monday(day), 0.0) > 0.0:
        return None
    if session.level is None:
        minutes = math.floor(left)
        text = f"{minutes} min at most: a fifth more than the week before. One change at a time."
        return _Session("Easy run", text, float(minutes)) if minutes >= 1 else None
    names = level_names(plan)
    lower = [name for name in names[: names.index(session.level)] if weeks.allows(day, running_minutes(plan, name))]
    return _run_at(plan, lower[-1], "Shorter: little was run the week before.") if lower else None


def _growth_note(plan: Plan, weeks: _Weeks, week: date) -> str:
    before, now = weeks.done.get(week - 7 * DAY, 0.0), weeks.done.get(week, 0.0)
    if before <= 0.0:
        return f"Week of {week.isoformat()}: no run is known of the week before, so it starts with few."
    pct = plan.value("ladder_growth_pct")
    return (
        f"Week of {week.isoformat()}: {now:g} min of running; no further run fits into {pct:g} % more than the "
        f"{before:g} min of the week before."
    )


def _sessions(
    plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date
) -> tuple[tuple[_Session, ...], float, int, tuple[str, ...]]:
    """What the hard days hold in turn, how many in seven days at most, and how many days apart at least."""
    stage, every = decision.stage_out, int(plan.value("schedule_run_every_days"))
    runs = plan.value("schedule_runs_per_week")
    if stage == "S5":
        return _performance(plan, log, decision, start), runs, every, ()
    if stage == "S4":
        session, notes = _ladder_session(plan, log, decision, start)
        return (session,), runs, every, notes
    keep = _keep_running(plan, log, decision, start) if plan.plan.path == "K" else None
    if stage == "S3":
        spring = _spring(plan)
        if keep is not None:
            return (spring, keep), 7.0, every, ()
        per_week = plan.value("schedule_spring_per_week")
        return (spring,), per_week, max(int(7 // per_week), int(plan.value("schedule_spring_every_days"))), ()
    if keep is None or stage == "S0":
        return (), 0.0, every, ()
    return (
        (keep,),
        plan.value("schedule_keep_running_per_week"),
        int(plan.value("schedule_keep_running_every_days")),
        (),
    )


def _ladder_session(
    plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date
) -> tuple[_Session, tuple[str, ...]]:
    level, notes = _level(plan, log, decision, start)
    return _run_at(plan, level), notes


def _run_at(plan: Plan, level: str, why: str = "The same level until a new decision.") -> _Session:
    step = level_of(plan, level)
    text = f"{level_words(step)}. Easy pace, flat. {why}"
    return _Session(f"Run, level {level}", text, step.running_min, level)


def _level(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> tuple[str, tuple[str, ...]]:
    """The level to run: that of the decision, or a lower one that the growth rule allows."""
    names = level_names(plan)
    level = decision.level_out or names[0]
    if level not in names:
        raise UsageError(f"the ladder has no level '{level}'.", f"Its levels are {', '.join(names)}.")
    longest = longest_run_min(plan, log, start)
    if longest is None or decision.decided_by != "rules":
        return level, ()
    limits = GrowthLimits.of(plan)
    upto = names[: names.index(level) + 1]
    fitting = [name for name in upto if limits.allow(longest, running_minutes(plan, name))]
    found = fitting[-1] if fitting else names[0]
    if found == level:
        return level, ()
    return found, (f"Level {found} first: the longest run of 30 days in the log is {longest:g} min.",)


def _performance(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> tuple[_Session, ...]:
    """S5: the run that may be longer comes first, then the usual one."""
    recent = _recent_minutes(plan, log, start)
    top = max(step.running_min for step in ladder(plan))
    # Without a run in the log the plan's own longest may be from before the injury: not more than the ladder's end.
    longest = max(recent) if recent else min(plan.baseline.longest_run_min or top, top)
    ratio = plan.value("spike_amber_ratio")
    usual = math.floor(min(longest, median(recent)) if recent else longest)
    if decision.decision == "REGRESS":
        usual = math.floor(usual / ratio)
    easy = _Session("Easy run", f"{usual:g} min at most, as usual. One change at a time.", float(usual))
    if decision.decision != "PROGRESS":
        return (easy,)
    most = math.floor(longest * ratio + _ROUNDING_MIN)
    text = f"Up to {most:g} min; the longest of 30 days is {longest:g} min. Change nothing else that day."
    return _Session("Longer run", text, float(most)), easy


def _keep_running(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> _Session:
    """Path K: an easy run within the stage's limit; longer than those of the log only after a step up."""
    stage = decision.stage_out
    most = plan.value(f"schedule_keep_running_{'s1' if stage == 'S0' else stage.lower()}_min")
    longest = longest_run_min(plan, log, start)
    if longest is None:
        minutes = min(most, ladder(plan)[0].running_min)
    else:
        upto = GrowthLimits.of(plan).longest_after(longest) if decision.decision == "PROGRESS" else longest
        minutes = min(most, math.floor(upto + _ROUNDING_MIN))
    pain = plan.value("pain_progress_maximum")
    return _Session(
        "Easy run", f"{minutes:g} min at most, easy and flat. Stop when pain goes above {pain:g} of 10.", minutes
    )


def _spring(plan: Plan) -> _Session:
    names = [item.name for item in exercises_for(plan, "S3") if item.kind not in STRENGTH_KINDS]
    what = "; ".join(names) or "Quick heel raises, hops and drills as agreed"
    return _Session("Hops and drills", f"{what}. Dose as in the plan, two legs before one.")


def _spacing(plan: Plan, hard_log: Sequence[LogEntry]) -> int:
    """Days from one hard day to the next: those of a medium session, or of a high one where the last was high."""
    last = session_class(hard_log[-1]) if hard_log else None
    return days_after(plan, "high" if last == "high" else "medium")


def _first_day(plan: Plan, hard_log: Sequence[LogEntry], decision: Decision, start: date) -> date:
    first = max(start, quiet_until(plan, decision))
    for entry in hard_log:
        found = session_class(entry) or "high"
        days = max(days_after(plan, found), int(plan.value("schedule_run_every_days")))
        first = max(first, entry.date + timedelta(days=days))
    return first


def _recent_minutes(plan: Plan, log: Sequence[LogEntry], start: date) -> list[float]:
    first = start - timedelta(days=plan.value("load_reference_days"))
    found = (minutes_of(plan, entry) for entry in log if first <= entry.date <= start)
    return [minutes for minutes in found if minutes]


def _minutes_by_week(plan: Plan, log: Sequence[LogEntry]) -> dict[date, float]:
    done: dict[date, float] = {}
    for entry in log:
        week = monday(entry.date)
        done[week] = done.get(week, 0.0) + (minutes_of(plan, entry) or 0.0)
    return done
