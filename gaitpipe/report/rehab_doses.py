"""Doses of the stage's exercises as the runner reads them: one short line for those that share a dose.

Rules
  1. The slow heavy programme is told by its week, counted from the day on which the plan began, or stage S2 when that
     is the stage; the line says so, for nobody logs when heavy work began. After its last week that dose goes on.
  2. Of a dose in several clauses only the first is told; the rest stands on the clinician's pages.
"""

from __future__ import annotations

from datetime import date

from gaitpipe.rehab.exercises import HEAVY_SCHEME, exercises_for, heavy_weeks
from gaitpipe.rehab.plan import Exercise
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.text import foreign

RM_WORDS = "RM: the heaviest weight that you can lift so many times and no more."


def dose_lines(rehab: RehabInput) -> tuple[tuple[str, str], ...]:
    """Pairs of what to do and how much, in the order of the plan."""
    lines: dict[str, list[str]] = {}
    for item in exercises_for(rehab.plan, rehab.decision.stage_out):
        lines.setdefault(_dose(rehab, item), []).append(_name(item))
    return tuple(("; ".join(names), dose) for dose, names in lines.items())


def tells_heavy(rehab: RehabInput) -> bool:
    """Whether a line speaks of repetition maxima."""
    return any(" RM" in dose or "RM" in dose.split(",")[0] for _, dose in dose_lines(rehab))


def programme_week(rehab: RehabInput) -> tuple[int, str] | None:
    """The week of the slow heavy programme, from 1, and since what it is counted; None when no day is known."""
    stage, header = rehab.plan.stage, rehab.plan.plan
    since, what = (
        (stage.since, "S2 began") if stage.stage == "S2" and stage.since else (header.started, "your plan began")
    )
    return None if since is None or since > rehab.on else (_weeks(since, rehab.on), what)


def _weeks(since: date, on: date) -> int:
    return (on - since).days // 7 + 1


def _name(item: Exercise) -> str:
    name = foreign(item.name)
    return f"{name} (soleus)" if item.soleus and "soleus" not in name else name


def _dose(rehab: RehabInput, item: Exercise) -> str:
    often = "daily" if item.per_week == 7 else "twice a day" if item.per_week == 14 else f"{item.per_week}\u00d7 a week"
    tempo = f", {foreign(item.tempo)}" if item.tempo else ""
    if item.kind == "slow heavy" and "RM" in item.dose:
        return f"{_heavy(rehab)}{tempo}; {often}"
    amount = foreign(item.dose.split(";", maxsplit=1)[0].split(" to start with", maxsplit=1)[0])
    amount = amount.removesuffix(" repetitions")
    return f"{item.sets} sets of {amount}{tempo}; {often}"


def _heavy(rehab: RehabInput) -> str:
    found = programme_week(rehab)
    if found is None:
        first = heavy_weeks(1)
        return f"week 1: {first.sets} sets of {first.repetition_maximum} RM, then as in the plan"
    week, what = found
    row, last = heavy_weeks(week), HEAVY_SCHEME[-1].last_week
    dose = f"{row.sets} sets of {row.repetition_maximum} RM{' (unverified)' if row.unverified else ''}"
    if week > last:
        return f"{dose} (week {last} is over: keep the last weeks' dose)"
    return f"{dose} (week {week} since {what}; if heavy work began later, count from then)"
