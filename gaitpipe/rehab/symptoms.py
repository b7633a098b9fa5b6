"""Mornings over days and weeks: the usual morning, weekly medians, a rise two weeks running, stable or not.

Rules
  1. `pain_am` and `stiff_am_min` of a row belong to the morning after its day. A day with several rows has one morning:
     the worst that was entered.
  2. The usual morning is the plan's where it is fixed there, else the lowest 7-day median of the 28 days before a
     session, so that a bad week does not become the usual one; seven days with fewer than 3 mornings give none. The
     session's own morning never counts.
  3. A week is seven days and ends on the day of looking; a median needs 3 mornings.
  4. Mornings are stable when none was above the usual one by more than a progress allows. A day with an entry whose
     morning is missing leaves it open: blanking a bad morning must not make the mornings stable.

What can still be moved
  A usual morning out of the log is only as good as the log. Who enters a month of bad mornings, or leaves out the good
  ones, raises it; a row that is deleted was never there. A value fixed in the plan cannot be moved by the log, so a
  clinician who knows the usual morning writes it into `[symptom_baseline]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from gaitpipe import evidence
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan

WEEK = timedelta(days=7)
WEEKS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class WeekMedian:
    """Medians over the mornings of the seven days from `first` to `last`; None below the least number of mornings."""

    first: date
    last: date
    pain_am: float | None
    stiff_am_min: float | None
    mornings_pain: int
    mornings_stiff: int


@dataclass(frozen=True, slots=True)
class WeeklyRise:
    """Whether mornings got worse two weeks running: None when a week holds too few; `text` says what was seen."""

    rising: bool | None
    text: str
    weeks: tuple[WeekMedian, ...]


@dataclass(frozen=True, slots=True)
class Mornings:
    """Whether the mornings of some days were stable, and in a sentence what was seen."""

    stable: bool | None
    text: str


def symptom_baseline(plan: Plan, log: Sequence[LogEntry], entry: LogEntry) -> tuple[float | None, float | None, str]:
    """Usual morning pain (0-10) and stiffness (min) before a session, and where they come from in words.

    Source: rehab.md 4.5 (7-day baselines); a value fixed in the plan comes first.
    """
    fixed = plan.symptom_baseline
    last = entry.date - timedelta(days=1)
    before = _between(log, entry.date - timedelta(days=int(plan.value("symptom_baseline_span_days"))), last)
    pain, pain_from = _usual(plan, fixed.pain_am, _mornings(before, "pain_am"), last)
    stiff, stiff_from = _usual(plan, fixed.stiff_am_min, _mornings(before, "stiff_am_min"), last)
    if pain_from == stiff_from:
        return pain, stiff, pain_from
    return pain, stiff, f"morning pain: {pain_from}; stiffness: {stiff_from}"


def _usual(plan: Plan, fixed: float | None, by_day: dict[date, float | None], last: date) -> tuple[float | None, str]:
    if fixed is not None:
        return fixed, "fixed in the plan"
    least, span = int(plan.value("symptom_baseline_least_entries")), int(plan.value("symptom_baseline_span_days"))
    known = _mornings_word(len(_known(by_day)))
    lowest = _lowest_median(plan, by_day, last)
    if lowest is None:
        days = int(plan.value("symptom_baseline_days"))
        return None, f"{known} in the {span} days before, {least} are needed within {days}"
    return lowest, f"lowest 7-day median of {known} in the {span} days before"


def _lowest_median(plan: Plan, by_day: dict[date, float | None], last: date) -> float | None:
    """The lowest median of seven days, whichever of the last `symptom_baseline_span_days` up to `last` they begin on.

    Seven days may reach further back than the span: there is nothing there, and their few mornings count as well.
    """
    least, days = int(plan.value("symptom_baseline_least_entries")), int(plan.value("symptom_baseline_days"))
    medians = []
    for back in range(int(plan.value("symptom_baseline_span_days"))):
        end = last - timedelta(days=back)
        first = end - timedelta(days=days - 1)
        values = [value for day, value in by_day.items() if value is not None and first <= day <= end]
        if len(values) >= least:
            medians.append(float(median(values)))
    return min(medians, default=None)


def weekly_medians(log: Sequence[LogEntry], on: date, weeks: int = WEEKS_SHOWN) -> tuple[WeekMedian, ...]:
    """Medians of the last `weeks` times seven days, the oldest first; the last of them ends on the day `on`."""
    return tuple(_week(log, on - WEEK * back) for back in reversed(range(weeks)))


def _week(log: Sequence[LogEntry], last: date) -> WeekMedian:
    first = last - WEEK + timedelta(days=1)
    least = int(evidence.value("symptom_baseline_least_entries"))
    rows = _between(log, first, last)
    pains, stiffs = _known(_mornings(rows, "pain_am")), _known(_mornings(rows, "stiff_am_min"))
    return WeekMedian(
        first,
        last,
        float(median(pains)) if len(pains) >= least else None,
        float(median(stiffs)) if len(stiffs) >= least else None,
        len(pains),
        len(stiffs),
    )


def weekly_rise(plan: Plan, log: Sequence[LogEntry], on: date) -> WeeklyRise:
    """Whether the weekly median of morning pain or of stiffness rose two weeks running (rule R3).

    Each of the two steps counts when pain rose by `weekly_pain_rise_regress` or stiffness by
    `weekly_stiffness_rise_regress_min`.
    """
    weeks = weekly_medians(log, on, 3)
    steps = [_step(plan, before, after) for before, after in pairwise(weeks)]
    seen = ", ".join(f"{_number(week.pain_am)} and {_number(week.stiff_am_min)} min" for week in weeks)
    text = f"Weekly medians of morning pain and stiffness, oldest first: {seen}."
    if False in steps:
        return WeeklyRise(False, text, weeks)
    if None in steps:
        return WeeklyRise(None, f"{text} A week needs three mornings to be judged.", weeks)
    return WeeklyRise(True, text, weeks)


def _step(plan: Plan, before: WeekMedian, after: WeekMedian) -> bool | None:
    pain = _rise(before.pain_am, after.pain_am, plan.value("weekly_pain_rise_regress"))
    stiff = _rise(before.stiff_am_min, after.stiff_am_min, plan.value("weekly_stiffness_rise_regress_min"))
    if pain or stiff:
        return True
    return None if pain is None or stiff is None else False


def _rise(before: float | None, after: float | None, limit: float) -> bool | None:
    return None if before is None or after is None else after - before >= limit


def mornings_stable(plan: Plan, log: Sequence[LogEntry], on: date, days: int) -> bool | None:
    """Whether the mornings of the last `days` days were stable; None when too little is known. See `mornings`."""
    return mornings(plan, log, on, days).stable


def mornings(plan: Plan, log: Sequence[LogEntry], on: date, days: int) -> Mornings:
    """Judge the mornings after the `days` days before `on`, the last of them the morning of `on` itself.

    The usual morning is the plan's; else the lowest 7-day median of the 28 days before these days, or the median of the
    first three mornings of all these days where that is lower: getting better is stable, getting worse is not, and a
    row that is left out does not make a worse morning the usual one.
    """
    first = on - timedelta(days=days)
    rows = _between(log, first, on - timedelta(days=1))
    least = int(plan.value("symptom_baseline_least_entries"))
    pains, stiffs = _mornings(rows, "pain_am"), _mornings(rows, "stiff_am_min")
    pain0, stiff0, _ = symptom_baseline(plan, log, LogEntry(first))
    early = _between(log, first - timedelta(days=int(plan.value("symptom_baseline_span_days"))), on - timedelta(days=1))
    fixed = plan.symptom_baseline
    pain0 = _lower(pain0, None if fixed.pain_am is not None else _first(_mornings(early, "pain_am"), least))
    stiff0 = _lower(stiff0, None if fixed.stiff_am_min is not None else _first(_mornings(early, "stiff_am_min"), least))
    worst_pain = plan.value("morning_pain_rise_progress") + (pain0 or 0.0)
    worst_stiff = plan.value("stiffness_rise_hold_min") + (stiff0 or 0.0)
    bad = [day for day, pain in pains.items() if pain0 is not None and pain is not None and pain > worst_pain]
    bad += [day for day, stiff in stiffs.items() if stiff0 is not None and stiff is not None and stiff > worst_stiff]
    if bad:
        nights = ", ".join(day.isoformat() for day in sorted(set(bad))[-3:])
        return Mornings(False, f"the morning was worse than usual after {nights}")
    missing = [day for day in pains if pains[day] is None or stiffs[day] is None]
    if missing:
        return Mornings(None, f"the next morning is missing for {missing[-1].isoformat()}")
    thin = _thin_week(list(pains), first, days, least)
    if thin is not None or pain0 is None or stiff0 is None:
        return Mornings(None, f"{_mornings_word(len(pains))} known in {days} days; {least} a week are needed")
    return Mornings(True, f"{_mornings_word(len(pains))} in {days} days, none worse than usual")


def _lower(one: float | None, other: float | None) -> float | None:
    return min((value for value in (one, other) if value is not None), default=None)


def _first(by_day: dict[date, float | None], least: int) -> float | None:
    known = _known(by_day)[:least]
    return float(median(known)) if len(known) == least else None


def _thin_week(known: Sequence[date], first: date, days: int, least: int) -> date | None:
    """Start of a week, counted back from the end, with too few mornings."""
    end = first + timedelta(days=days)
    for _ in range(max(1, days // 7)):
        start = end - WEEK
        if sum(start <= day < end for day in known) < least:
            return start
        end = start
    return None


def _between(log: Sequence[LogEntry], first: date, last: date) -> list[LogEntry]:
    return [entry for entry in log if first <= entry.date <= last]


def _mornings(rows: Iterable[LogEntry], column: str) -> dict[date, float | None]:
    """The worst value entered for each day that has a row, None where there is none; by date."""
    found: dict[date, float | None] = {}
    for entry in sorted(rows, key=lambda row: row.date):
        value, before = getattr(entry, column), found.get(entry.date)
        found[entry.date] = value if before is None else before if value is None else max(before, value)
    return found


def _known(by_day: dict[date, float | None]) -> list[float]:
    return [value for value in by_day.values() if value is not None]


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:g}"


def _mornings_word(count: int) -> str:
    return f"{count} morning" if count == 1 else f"{count} mornings"
