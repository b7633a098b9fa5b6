"""The stages S0 to S5: what leaves them, sessions that count, and where a step up or down leads.

Rules
  1. A stage is left when all its criteria are met; the time in it is a floor, not a goal. Not known is not met.
  2. A session counts when pain during and after, the next morning's pain and stiffness are all there and low enough,
     and no painkiller was taken: said, not guessed. `ok_sessions_to_progress` of them in a row are asked for; S0 asks
     for one. A session in between that does not count breaks the row, whatever was done in it.
  3. S1 to S3 and S5: a session is at the level when it was logged since the stage began (or names the stage). S4: when
     it names the level of the ladder. It has to be of the stage's kind (`COUNTED_KINDS`): strength in S1 and S2, a run
     in S4, hops, strength or a run in S3. Other sessions are looked at but not counted. A run of the ladder that was
     clearly shorter than its level, or came a day or less after another run, does not count and breaks the row.
  4. Up: the next level of the ladder, S5 after its last one; else the next stage, entering the ladder at its first
     level. S5 has no next stage: one thing at a time, in the order of `STAGE_5_ORDER`.
  5. Down: the level before; S3 below the first one; below S5 the last level of the ladder without faster strides;
     else the stage before, S1 and S0 being the lowest of their own.
  6. A test of strength or hops older than `strength_test_age_maximum_days` is not known any more. Of hop pain the worst
     of the last week of tests counts.
  7. S3 is left only after hops or other spring work was logged in it: who has not sprung yet does not run yet.
  8. Insertional: S2 is left only when the insertion is free of pain in daily life.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gaitpipe.rehab.ladder import GrowthLimits, ladder, level_after, level_before, level_names, level_of
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.red_flags import was_asked
from gaitpipe.rehab.sessions import is_run, known_by, place_of
from gaitpipe.rehab.strength import heel_raise_criterion, stage1_heel_raise_criterion, stage2_heel_raise_criterion
from gaitpipe.rehab.symptoms import mornings, symptom_baseline
from gaitpipe.rehab.words import STAGES, Criterion, Stage

COUNTED_KINDS: dict[Stage, tuple[str | None, ...]] = {
    "S1": ("strength", None),
    "S2": ("strength", None),
    "S3": ("plyometric", "strength", "run", None),
    "S4": ("run", None),
}
"""Kinds of sessions that count in a stage, None being no kind given; any kind in the stages that are not here."""
EDGE = 1e-9
STAGE_5_ORDER = ("how often", "how long", "days in a row", "speed", "hills and races")
STRENGTH_GATES = frozenset({"heel_raises", "heel_raise_lsi", "heel_raise_norm", "hops", "hop_pain"})
"""Criteria that hold (rule H4) when they are tested and not met."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Sessions in a row that count at the level, up to the judged one; `broken_by` says what ended the row."""

    count: int
    needed: int
    broken_by: str

    @property
    def complete(self) -> bool:
        """Whether there are enough."""
        return self.count >= self.needed


def where(plan: Plan) -> str:
    """The level that sessions are counted at, in words: `L4` or `S2`."""
    return (plan.stage.level or plan.stage.stage) if plan.stage.stage == "S4" else plan.stage.stage


def why_not_counted(plan: Plan, log: Sequence[LogEntry], entry: LogEntry) -> str:
    """Why a session does not count as a good one, in a sentence; empty when it counts."""
    day, limit = entry.date.isoformat(), plan.value("pain_progress_maximum")
    if entry.pain_during is None or entry.pain_after is None:
        return f"fill in pain during and after the {entry.kind or 'session'} of {day}"
    if entry.analgesic is not False:
        taken = "a painkiller was taken" if entry.analgesic else "it is not said whether a painkiller was taken"
        return f"{taken} on {day}"
    if max(entry.pain_during, entry.pain_after) > limit:
        return f"pain was above {limit:g} of 10 on {day}"
    return _morning_not_counted(plan, log, entry)


def _morning_not_counted(plan: Plan, log: Sequence[LogEntry], entry: LogEntry) -> str:
    day, (pain0, stiff0, source) = entry.date.isoformat(), symptom_baseline(plan, log, entry)
    if entry.pain_am is None or entry.stiff_am_min is None:
        return f"fill in the morning of {day}"
    if entry.settled_48h is False:
        return f"pain of {day} had not settled after {plan.value('settle_maximum_h'):g} h"
    if pain0 is None or stiff0 is None:
        return f"the usual morning before {day} is not known ({source})"
    if entry.pain_am > pain0 + plan.value("morning_pain_rise_progress"):
        return f"the morning after {day} hurt more than usual"
    if entry.stiff_am_min > stiff0 + plan.value("stiffness_rise_hold_min"):
        return f"the morning after {day} was stiffer than usual"
    return ""


def at_level(plan: Plan, entry: LogEntry) -> bool:
    """Whether a session was done at the plan's stage and level."""
    stage, since = plan.stage.stage, plan.stage.since
    if entry.kind not in COUNTED_KINDS.get(stage, (entry.kind,)):
        return False
    if stage == "S4":
        return entry.level == plan.stage.level and entry.level is not None and (since is None or entry.date >= since)
    if entry.level is not None and entry.level in STAGES:
        return entry.level == stage
    return since is not None and entry.date >= since


def counted_from(plan: Plan, until: Sequence[LogEntry]) -> date | None:
    """Day of the first session that a step up rests on, whatever its pain; None without a session."""
    needed, found, first = _needed(plan), 0, until[-1].date if until else None
    for entry in reversed(until):
        if at_level(plan, entry):
            found, first = found + 1, entry.date
            if found >= needed:
                return first
        elif _elsewhere(plan, entry):
            return first
    return first


def _needed(plan: Plan) -> int:
    return 1 if plan.stage.stage == "S0" else int(plan.value("ok_sessions_to_progress"))


def _elsewhere(plan: Plan, entry: LogEntry) -> str:
    """Why a session that is not at the level ends the row, in a sentence; empty when it is passed over."""
    since, here = plan.stage.since, where(plan)
    if entry.level is not None and entry.level not in (here, plan.stage.stage):
        return f"the session of {entry.date.isoformat()} was at {entry.level}"
    if since is not None and entry.date < since:
        return f"the session of {entry.date.isoformat()} was before this stage"
    return ""


def _not_the_ladder(plan: Plan, log: Sequence[LogEntry], entry: LogEntry) -> str:
    """Why a run at the level is not one of the ladder, in a sentence; empty when it is, and outside S4."""
    if plan.stage.stage != "S4" or plan.stage.level is None or plan.stage.level not in level_names(plan):
        return ""
    day, asked = entry.date.isoformat(), level_of(plan, plan.stage.level).running_min
    if entry.run_min is not None and entry.run_min < asked * plan.value("ladder_minutes_least_share") - EDGE:
        return f"the run of {day} was {entry.run_min:g} min, {plan.stage.level} is {asked:g} min of running"
    most = GrowthLimits.of(plan).longest_after(asked)
    if entry.run_min is not None and entry.run_min > most + EDGE:
        return f"the run of {day} was {entry.run_min:g} min, too long for {plan.stage.level} (up to {most:g} min)"
    at = next((place for place, row in enumerate(log) if row is entry), 0)
    close = [row.date for row in log[:at] if is_run(row) and (entry.date - row.date).days <= 1]
    if close:
        when = "on the same day as" if close[-1] == entry.date else "on the day after"
        return f"the run of {day} came {when} another one; on the ladder a run counts every second day"
    return ""


def streak(plan: Plan, log: Sequence[LogEntry], until: Sequence[LogEntry]) -> Streak:
    """Good sessions in a row at the level, counted back from the last of `until`; `log` in order of its days."""
    needed, count = _needed(plan), 0
    for entry in reversed(until):
        here = at_level(plan, entry)
        reason = why_not_counted(plan, log, entry) or (_not_the_ladder(plan, log, entry) if here else "")
        reason = reason or ("" if here else _elsewhere(plan, entry))
        if reason:
            return Streak(count, needed, reason)
        count += here
        if count >= needed:
            return Streak(count, needed, "")
    return Streak(count, needed, "")


def streak_criterion(plan: Plan, found: Streak) -> Criterion:
    """The sessions in a row as a criterion."""
    seen = f"{found.count} of {found.needed}{f': {found.broken_by}' if found.broken_by else ''}"
    asked = f"{found.needed} in a row at {where(plan)}"
    return Criterion("ok_sessions", "Sessions in a row that count", found.complete, seen, asked)


def stage_criteria(
    plan: Plan, log: Sequence[LogEntry], on: date, until: Sequence[LogEntry] | None = None
) -> tuple[Criterion, ...]:
    """What leaves the plan's stage, each with what was seen; the sessions in a row come first.

    Parameters
    ----------
    until : Sequence of LogEntry, optional
        The sessions up to the judged one; all of the log by default.
    """
    known = known_by(log, on, level_names(plan))
    rows = tuple(sorted((row for row in known if row.date <= on), key=lambda row: row.date))
    sessions = place_of(rows, None).until if until is None else until
    return (streak_criterion(plan, streak(plan, rows, sessions)), *_exit(plan, rows, on))


def leaves_stage(plan: Plan) -> bool:
    """Whether a step up from here leaves the stage, so that all its criteria are asked for."""
    if plan.stage.stage == "S4":
        return plan.stage.level is not None and plan.stage.level == level_names(plan)[-1]
    return plan.stage.stage != "S5"


def step_up(plan: Plan) -> tuple[Stage, str | None]:
    """Stage and level after PROGRESS."""
    stage, level = plan.stage.stage, plan.stage.level
    if stage == "S5":
        return "S5", None
    if stage == "S4" and level is not None:
        following = level_after(plan, level)
        return ("S5", None) if following is None else ("S4", following)
    following_stage = STAGES[STAGES.index(stage) + 1]
    return following_stage, level_names(plan)[0] if following_stage == "S4" else None


def step_down(plan: Plan) -> tuple[Stage, str | None]:
    """Stage and level after REGRESS."""
    stage, level = plan.stage.stage, plan.stage.level
    if stage == "S5":
        steady = [step.level for step in ladder(plan) if not step.strides]
        return "S4", (steady or level_names(plan))[-1]
    if stage == "S4":
        before = None if level is None else level_before(plan, level)
        return ("S3", None) if before is None else ("S4", before)
    return (stage, None) if stage in ("S0", "S1") else (STAGES[STAGES.index(stage) - 1], None)


def skipped(plan: Plan, log: Sequence[LogEntry]) -> str:
    """Whether a stage was left out without a clinician's reason, in a sentence; empty when not.

    The log tells in which stages sessions were done; an empty one tells nothing. Path K may run (S4) at any time.
    """
    stage, names = plan.stage.stage, level_names(plan)
    done: set[Stage] = {word for row in log if (word := _stage_word(row.level, names)) is not None}
    if not done or (plan.plan.path == "K" and stage == "S4"):
        return ""
    furthest = max(STAGES.index(one) for one in done)
    override = plan.stage.override
    if STAGES.index(stage) <= furthest + 1 or (override is not None and override.stage >= stage):
        return ""
    return (
        f"the log knows no session in {STAGES[furthest + 1]}, yet the plan stands in {stage}: "
        "a stage is left out only by a clinician's override with a reason"
    )


def weekly_band(plan: Plan) -> tuple[float, float]:
    """Weekly load that suits stage and path, low and high in % of the best stable week: shown, never a rule."""
    key = f"weekly_load_{plan.plan.path.lower()}_{plan.stage.stage.lower()}"
    return plan.value(f"{key}_low_pct"), plan.value(f"{key}_high_pct")


def _stage_word(level: str | None, names: Sequence[str]) -> Stage | None:
    if level in names:
        return "S4"
    return next((stage for stage in STAGES if stage == level), None)


def _exit(plan: Plan, log: Sequence[LogEntry], on: date) -> Iterator[Criterion]:
    stage = plan.stage.stage
    if stage == "S0":
        yield _asked(plan, log)
    elif stage == "S1":
        yield _pain(plan, log, on, "daily_pain", "Pain in daily life", "stage1_daily_pain_maximum")
        yield _mornings(plan, log, on, "stage1_stable_days")
        yield stage1_heel_raise_criterion(plan, *_heel_raises(plan, log, on))
        yield _time(plan, on, "stage1_minimum_days")
    elif stage == "S2":
        yield stage2_heel_raise_criterion(plan, *_heel_raises(plan, log, on))
        if plan.tendon.location == "insertional":
            yield _pain(plan, log, on, "daily_pain", "Insertion free of pain", "insertional_daily_pain_maximum")
        yield _time(plan, on, "stage2_minimum_days")
    elif stage == "S3":
        yield _pain(plan, log, on, "walk_pain", "Pain in 30 minutes of walking", "stage3_walk_pain_maximum")
        yield from _hops(plan, log, on)
        yield heel_raise_criterion(plan, *_heel_raises(plan, log, on))
        yield _sprung(plan, log)
        yield _mornings(plan, log, on, "stage3_stable_days")
        yield _time(plan, on, "stage3_minimum_days")
    elif stage == "S4":
        last = level_names(plan)[-1]
        met = plan.stage.level == last
        yield Criterion("ladder", "Last level of the ladder", met, f"at {plan.stage.level or 'no level'}", f"at {last}")
        yield _time(plan, on, "stage4_minimum_days")
    else:
        yield Criterion("agreed", "Runner and clinician agree", None, "asked of people, not of numbers", "both agree")


def _asked(plan: Plan, log: Sequence[LogEntry]) -> Criterion:
    known = was_asked(log, plan.plan.created or date.min)
    seen = "answered" if known else "not answered in the log"
    return Criterion("red_flags_asked", "Red-flag questions", True if known else None, seen, "answered, none active")


def _pain(plan: Plan, log: Sequence[LogEntry], on: date, kind: str, label: str, key: str) -> Criterion:
    column = "pain_walk_30min" if kind == "walk_pain" else "pain_daily"
    limit, found = plan.value(key), _latest(plan, log, on, column)
    met = None if found is None else found <= limit
    return Criterion(kind, label, met, "not logged" if found is None else f"{found:g} of 10", f"at most {limit:g}")


def _hops(plan: Plan, log: Sequence[LogEntry], on: date) -> Iterator[Criterion]:
    least, limit = plan.value("stage3_hops_reps"), plan.value("stage3_hop_pain_maximum")
    sides = ("hops_injured", "hops_other") if plan.tendon.side == "both" else ("hops_injured",)
    counts = [_latest(plan, log, on, side) for side in sides]
    known = [count for count in counts if count is not None]
    met = False if any(count < least for count in known) else (True if len(known) == len(counts) else None)
    seen = " and ".join("not tested" if count is None else f"{count:g}" for count in counts)
    yield Criterion("hops", "Hops on one leg", met, seen, f"at least {least:g}")
    pain = _worst_of_week(plan, log, on, "hop_pain")
    met = None if pain is None else pain <= limit
    yield Criterion(
        "hop_pain", "Pain in hops", met, "not logged" if pain is None else f"{pain:g}", f"at most {limit:g}"
    )


def _worst_of_week(plan: Plan, log: Sequence[LogEntry], on: date, column: str) -> float | None:
    """The worst value of the latest test and of the six days before it."""
    found = [row for row in _recent(plan, log, on) if getattr(row, column) is not None]
    if not found:
        return None
    first = found[-1].date - timedelta(days=6)
    return max(float(getattr(row, column)) for row in found if row.date >= first)


def _sprung(plan: Plan, log: Sequence[LogEntry]) -> Criterion:
    since = plan.stage.since
    days = [row.date for row in log if row.kind == "plyometric" and since is not None and row.date >= since]
    met = None if since is None else bool(days)
    seen = f"last on {days[-1].isoformat()}" if days else "none logged in this stage"
    seen = "the plan does not say since when" if since is None else seen
    return Criterion("spring_sessions", "Sessions of hops or rebounding", met, seen, "at least one in this stage")


def _mornings(plan: Plan, log: Sequence[LogEntry], on: date, key: str) -> Criterion:
    days = int(plan.value(key))
    found = mornings(plan, log, on, days)
    return Criterion("mornings_stable", "Stable mornings", found.stable, found.text, f"{days} days, none worse")


def _time(plan: Plan, on: date, key: str) -> Criterion:
    asked, since = plan.value(key), plan.stage.since
    if since is None:
        return Criterion("stage_time", "Time in the stage", None, "the plan does not say since when", f"{asked:g} days")
    days = (on - since).days
    return Criterion("stage_time", "Time in the stage", days >= asked, f"{days} days", f"at least {asked:g} days")


def _heel_raises(plan: Plan, log: Sequence[LogEntry], on: date) -> tuple[int | None, int | None]:
    """Counts of the latest test; both of one row, so that a leg is not compared with another day's."""
    for entry in reversed(_recent(plan, log, on)):
        if entry.heel_raises_injured is not None or entry.heel_raises_other is not None:
            return entry.heel_raises_injured, entry.heel_raises_other
    return None, None


def _latest(plan: Plan, log: Sequence[LogEntry], on: date, column: str) -> float | None:
    found = [getattr(row, column) for row in _recent(plan, log, on) if getattr(row, column) is not None]
    return float(found[-1]) if found else None


def _recent(plan: Plan, log: Sequence[LogEntry], on: date) -> list[LogEntry]:
    first = on - timedelta(days=int(plan.value("strength_test_age_maximum_days")))
    return sorted((row for row in log if first <= row.date <= on), key=lambda row: row.date)
