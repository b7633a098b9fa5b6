"""When a clinician should look although no red flag fired: the soft form of REFER.

Rules
  1. Two steps back within `regress_review_days`.
  2. The questionnaire (VISA-A or TENDINS-A) of the last weeks is no better than the first one by more than the change
     that matters, after `programme_least_weeks` of the programme.
  3. Swelling was logged: a swollen calf may be a clot, so the red-flag questions come first, and then a clinician.
  4. Path R means no running before S4 (but for a short screen in S3), and the log holds a run in S0 to S2.
  5. Self mode without a clinician: what would step back, for nobody else would see it (`decide`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.red_flags import was_asked
from gaitpipe.rehab.rules import steps_back
from gaitpipe.rehab.sessions import Place
from gaitpipe.rehab.words import FiredRule


def review_of(plan: Plan, place: Place, on: date, regress: Sequence[FiredRule]) -> str:
    """Why a clinician should look, in sentences; empty when nothing calls for it."""
    found = (*_repeated(plan, place, regress), *_no_change(plan, place.rows, on), *_swelling(place.rows, on))
    return " ".join([*found, *_running_too_soon(plan, place)])


def _repeated(plan: Plan, place: Place, regress: Sequence[FiredRule]) -> Iterator[str]:
    days = list(steps_back(plan, place))
    if place.entry is not None:
        last = place.entry.date
        too_much = [date.fromisoformat(rule.inputs["date"]) for rule in regress if rule.id == "R1"]
        rising = any(rule.id != "R1" for rule in regress) and not any(day >= last for day in (*days, *too_much))
        days = sorted({*days, *too_much, *([last] if rising else [])})
    if len(days) >= plan.value("regress_review_count"):
        told = " and ".join(day.isoformat() for day in days[-2:])
        within = plan.value("regress_review_days")
        yield f"A step back was called for on {told}, within {within:g} days: have your clinician review the plan."


def _no_change(plan: Plan, rows: Sequence[LogEntry], on: date) -> Iterator[str]:
    started, weeks = plan.plan.started, plan.value("programme_least_weeks")
    if started is None or on - started < timedelta(weeks=weeks):
        return
    for column, name, sign, key in (
        ("visa_a", "VISA-A", 1.0, "visa_a_mcid_12_weeks"),
        ("tendins_a", "TENDINS-A", -1.0, "tendins_a_mdc"),
    ):
        known = [(row.date, float(getattr(row, column))) for row in rows if getattr(row, column) is not None]
        if len(known) < 2 or known[-1][0] - known[0][0] < timedelta(weeks=weeks):
            continue
        better = sign * (known[-1][1] - known[0][1])
        recovered = column == "visa_a" and known[-1][1] >= plan.value("visa_a_recovered")
        if better < plan.value(key) and not recovered:
            yield (
                f"{name} went from {known[0][1]:g} to {known[-1][1]:g} in {weeks:g} weeks or more, less than the "
                f"{plan.value(key):g} that matter: have your clinician review the plan."
            )


def _swelling(rows: Sequence[LogEntry], on: date) -> Iterator[str]:
    first = on - timedelta(days=7)
    days = [row.date for row in rows if row.date >= first and row.swelling]
    if not days:
        return
    day = days[-1].isoformat()
    if was_asked(rows, days[-1]):
        yield f"Swelling was logged on {day}, with no red flag: have your clinician look at it."
    else:
        yield (
            f"Swelling was logged on {day}, without an answer to the red-flag questions: a swollen, "
            "warm calf needs urgent care (RF3)."
        )


def _running_too_soon(plan: Plan, place: Place) -> Iterator[str]:
    since = plan.stage.since or date.min
    runs = [row.date for row in place.sessions if row.kind == "run" and row.date >= since]
    if plan.plan.path == "R" and plan.stage.stage in ("S0", "S1", "S2") and runs:
        yield (
            f"Path R means no running in {plan.stage.stage}, yet a run was logged on {runs[-1].isoformat()}: have your "
            "clinician say whether the path still fits."
        )
