"""Red flags: signs that a clinician has to look at before anything else is said.

Rules
  1. A flag ticked in the log stays active until a clinician has assessed it, on its day or later (`red_flags.cleared`).
     Later entries without it do not take it back: an answer is never lost.
  2. A flag given with the question of today (`told`) is active whatever was assessed before.
  3. The log raises flags by itself: long morning stiffness RF5, more pain in daily walking RF7. A child, or somebody
     whom only a clinician may lead, raises RF8 outside clinic mode: no clearing helps there.
  4. A plan may add flags and switch some off, but never RF1 to RF4, nor RF8 of a child outside clinic mode.
  5. Questions that were never asked, or not for `red_flag_ask_days`, are said to be due (`asking_of`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gaitpipe import evidence
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import FiredRule

NEVER_MUTED = ("RF1", "RF2", "RF3", "RF4")
FALLBACK_ACTION = "Stop, and see a clinician before you load the tendon again."


@dataclass(frozen=True, slots=True)
class _Raised:
    id: str
    day: date
    seen: str
    value: float | None = None
    key: str = ""
    clearable: bool = True


def active_red_flags(plan: Plan, log: Sequence[LogEntry], on: date, told: Sequence[str] = ()) -> tuple[FiredRule, ...]:
    """Red flags that stand on the day `on`, in the order of their ids, each once with the latest that raised it.

    Parameters
    ----------
    told : Sequence of str
        Ids that were ticked today, outside the log.

    Returns
    -------
    tuple of FiredRule
        `text` says what it is and what raised it; `action_of` what to do.
    """
    latest: dict[str, _Raised] = {}
    for raised in sorted(_raised(plan, log, on, told), key=lambda one: one.day):
        muted = _muted(plan, raised.id) and raised.key != "adult_age_years"
        if not muted and not (raised.clearable and _cleared(plan, raised)):
            latest[raised.id] = raised
    return tuple(_rule(plan, raised) for _, raised in sorted(latest.items()))


def action_of(plan: Plan, flag_id: str) -> str:
    """What to do about a red flag, in words for the runner."""
    if flag_id in plan.red_flags.extra:
        return FALLBACK_ACTION
    actions = {rule.id: rule.action for rule in evidence.RULES}
    return actions.get(flag_id) or FALLBACK_ACTION


def was_asked(log: Sequence[LogEntry], since: date) -> bool:
    """Whether the red-flag questions were answered in an entry of this day or later."""
    return any(entry.red_flags is not None for entry in log if entry.date >= since)


@dataclass(frozen=True, slots=True)
class Asking:
    """When the red-flag questions were last answered, and whether they are due; `text` is empty when they are not."""

    last: date | None
    due: bool
    text: str


def asking_of(plan: Plan, log: Sequence[LogEntry], on: date) -> Asking:
    """Whether the red-flag questions are due on the day `on`."""
    last = max((entry.date for entry in log if entry.red_flags is not None and entry.date <= on), default=None)
    if last is not None and (on - last).days <= plan.value("red_flag_ask_days"):
        return Asking(last, False, "")
    since = "never asked" if last is None else f"not asked since {last.isoformat()}"
    titles = ", ".join(f"{rule.id} {rule.title[0].lower()}{rule.title[1:]}" for rule in known_rules())
    return Asking(last, True, f"Red flags: {since}; ask them: {titles}.")


def known_rules() -> tuple[evidence.Rule, ...]:
    """The built-in red flags."""
    return tuple(rule for rule in evidence.RULES if rule.id.startswith("RF"))


def _raised(plan: Plan, log: Sequence[LogEntry], on: date, told: Sequence[str]) -> Iterator[_Raised]:
    for entry in log:
        for flag_id in entry.red_flags or ():
            yield _Raised(flag_id, entry.date, f"ticked in the log on {entry.date.isoformat()}")
        yield from _of_numbers(plan, entry)
    for flag_id in told:
        yield _Raised(flag_id, on, "ticked today", clearable=False)
    yield from _of_person(plan, on)


def _of_numbers(plan: Plan, entry: LogEntry) -> Iterator[_Raised]:
    day, stiff, pain = entry.date.isoformat(), entry.stiff_am_min, entry.pain_daily
    if stiff is not None and stiff > plan.value("red_flag_stiffness_min"):
        seen = f"{stiff:g} min of morning stiffness after {day}"
        yield _Raised("RF5", entry.date, seen, stiff, "red_flag_stiffness_min")
    if pain is not None and pain > plan.value("red_flag_daily_pain"):
        yield _Raised("RF7", entry.date, f"pain {pain:g} of 10 in daily walking on {day}", pain, "red_flag_daily_pain")


def _of_person(plan: Plan, on: date) -> Iterator[_Raised]:
    if plan.plan.mode == "clinic":
        return
    age, adult = plan.plan.age_years, plan.value("adult_age_years")
    if age is not None and age < adult:
        yield _Raised("RF8", on, f"{age:g} years old, outside clinic mode", age, "adult_age_years", clearable=False)
    elif plan.plan.clinician_only:
        yield _Raised("RF8", on, "the plan says: only with a clinician, and this is not clinic mode", clearable=False)


def _muted(plan: Plan, flag_id: str) -> bool:
    return flag_id in plan.red_flags.off and flag_id not in NEVER_MUTED


def _cleared(plan: Plan, raised: _Raised) -> bool:
    return any(one.id == raised.id and one.assessed >= raised.day for one in plan.red_flags.cleared)


def _rule(plan: Plan, raised: _Raised) -> FiredRule:
    known = {rule.id: rule.title for rule in evidence.RULES}
    title = plan.red_flags.extra.get(raised.id) or known.get(raised.id) or "Red flag of the clinic"
    inputs: dict[str, Any] = {"raised": raised.seen, "day": raised.day.isoformat()}
    if raised.value is not None:
        inputs["value"] = raised.value
    thresholds = {raised.key: plan.value(raised.key)} if raised.key else {}
    return FiredRule(raised.id, f"{title.rstrip('.')}: {raised.seen}.", inputs, thresholds)
