"""The checks of the return plan: mornings, reviews, strength tests and questionnaires, up to week 12 and beyond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.return_runs import painful_days, quiet_until
from gaitpipe.rehab.return_sessions import since_when
from gaitpipe.rehab.words import Decision, PlannedDay, Stage

WEEK = timedelta(days=7)
_HOP_STAGES: tuple[Stage, ...] = ("S3", "S4", "S5")


def checks(plan: Plan, start: date) -> tuple[PlannedDay, ...]:
    """The mornings of the plan's days, its reviews, then reviews and questionnaires to week 12 and beyond; by day."""
    count = int(plan.value("schedule_days"))
    end = start + timedelta(days=count)
    found = [_mornings(start, count)]
    found += [_review(start + WEEK * week) for week in range(1, count // 7 + 1)]
    found += list(_monitoring(plan, end))
    found += list(_scores(plan, start))
    return tuple(sorted(found, key=lambda one: (one.day, one.title)))


def _mornings(start: date, count: int) -> PlannedDay:
    text = "First steps: pain 0 to 10 and minutes of stiffness. They belong to the entry of the day before."
    return PlannedDay(start, "review", "Morning entry, every day", text, daily_for=count)


def _review(day: date) -> PlannedDay:
    return PlannedDay(day, "review", "Weekly review", "Look at the week in the log and decide the next step.")


def _began(plan: Plan) -> date | None:
    return plan.plan.started or plan.stage.since or plan.plan.created


def _monitoring(plan: Plan, end: date) -> Iterator[PlannedDay]:
    """Reviews after the two weeks, every second week until week 12 of the programme; without its start none."""
    began = _began(plan)
    if began is None:
        return
    last = began + WEEK * int(plan.value("schedule_monitoring_weeks"))
    step = timedelta(days=plan.value("schedule_test_every_days"))
    day = end + step
    while day < last:
        yield PlannedDay(day, "review", "Review", "Mornings, strength, shoes and surfaces; decide the next step.")
        day += step


def _scores(plan: Plan, start: date) -> Iterator[PlannedDay]:
    """The questionnaire at 12 and 24 weeks from the start; once both have passed, the next of every 12 weeks."""
    began = _began(plan)
    if began is None:
        return
    first, second = int(plan.value("schedule_monitoring_weeks")), int(plan.value("schedule_second_score_weeks"))
    due = [week for week in (first, second) if began + WEEK * week >= start]
    if not due:
        passed = (start - began).days // 7
        due = [first * (passed // first + 1)]
    for week in due:
        text = f"Week {week} of the programme: the same questionnaire as at the start, with your clinician."
        yield PlannedDay(began + WEEK * week, "review", f"Questionnaire, week {week}", text)


def retest_days(
    plan: Plan,
    log: Sequence[LogEntry],
    decision: Decision,
    start: date,
    light: Sequence[PlannedDay],
    hard: set[date],
) -> tuple[PlannedDay, ...]:
    """The next count of heel raises, and of hops from S3 on: once in the plan's days, on an easy day.

    The first of the days takes one only when it is overdue: who plans anew every day gets to it all the same.

    Parameters
    ----------
    light
        The days of light loading; only they take a test, after any days of light loading alone.
    hard
        Days of runs and hops: a test is not put on the day before one where there is another choice.
    """
    due = _test_due(plan, log, decision, start)
    overdue = due < start
    open_days = [one.day for one in light if one.day >= due and (overdue or one.day > start)]
    if not open_days:
        return ()
    day = min(open_days, key=lambda one: (one + timedelta(days=1) in hard, one))
    return (PlannedDay(day, "screen", "Strength test", _test_text(plan, decision.stage_out)),)


def _test_due(plan: Plan, log: Sequence[LogEntry], decision: Decision, start: date) -> date:
    """Two weeks after the last count; not in the first week of S1, nor in the one after a step back or much pain."""
    tested = [entry.date for entry in log if entry.heel_raises_injured is not None]
    since = since_when(plan, decision) or start
    due = [since + timedelta(days=1)]
    if tested:
        due.append(tested[-1] + timedelta(days=plan.value("schedule_test_every_days")))
    if decision.stage_out == "S1":
        due.append(since + WEEK)
    if decision.decision == "REGRESS":
        due.append(quiet_until(plan, log, decision) - timedelta(days=plan.value("regress_no_high_class_days")) + WEEK)
    due += [day + WEEK + timedelta(days=1) for day in painful_days(plan, log)]
    return max(due)


def _test_text(plan: Plan, stage: Stage) -> str:
    stop = f"stop when pain goes above {plan.value('pain_progress_maximum'):g}"
    if stage == "S1":
        most = plan.value("stage1_heel_raises_reps")
        return f"Single-leg heel raises: up to {most:g} raises on the sore leg; {stop}. Note the count in the log."
    hops = " Then single-leg hops, with their pain." if stage in _HOP_STAGES else ""
    return f"Single-leg heel raises, each leg, 30 a minute, until it tires, {stop}.{hops} Note the counts in the log."
