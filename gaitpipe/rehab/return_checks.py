"""The checks of the return plan: mornings, reviews, strength tests and questionnaires, up to week 12 and beyond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
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

    Parameters
    ----------
    light
        The days of light loading; only they take a test, after any days of light loading alone.
    hard
        Days of runs and hops: a test is not put on the day before one where there is another choice.
    """
    every = timedelta(days=plan.value("schedule_test_every_days"))
    tested = [entry.date for entry in log if entry.heel_raises_injured is not None]
    due = max(tested[-1] + every, start) if tested else start
    if decision.decision == "REGRESS":
        due = max(due, decision.decided_on + timedelta(days=plan.value("regress_no_high_class_days")))
    open_days = [one.day for one in light if one.day >= due]
    if not open_days:
        return ()
    day = min(open_days, key=lambda one: (one + timedelta(days=1) in hard, one))
    hops = decision.stage_out in _HOP_STAGES
    text = "Single-leg heel raises, each leg, 30 a minute, until it tires." + (
        " Then single-leg hops, with their pain." if hops else ""
    )
    retest = " A gait screen the same week, if hop pain allows." if decision.stage_out == "S3" else ""
    return (PlannedDay(day, "screen", "Strength test", f"{text}{retest} Note the counts in the log."),)
