"""Doses of the stage's exercises as the runner reads them: one short line for those that share a dose.

Rules
  1. The slow heavy programme is told by its week in stage S2, counted from the stage's first day. Later nobody
     knows how far the runner got: the dose that was reached goes on, and the heaviest is named as the end.
  2. Of a dose in several clauses only the first is told; the rest stands on the clinician's pages.
"""

from __future__ import annotations

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


def programme_week(rehab: RehabInput) -> int | None:
    """The week of the slow heavy programme, from 1, in stage S2; None in other stages or when its day is not known."""
    stage, decision = rehab.plan.stage, rehab.decision
    if decision.stage_out != "S2":
        return None
    if decision.stage_in != "S2":
        return 1
    return None if stage.since is None or stage.since > rehab.on else (rehab.on - stage.since).days // 7 + 1


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
    week, last = programme_week(rehab), HEAVY_SCHEME[-1]
    if week is None:
        return f"the dose that you have reached, in the end {last.sets} sets of {last.repetition_maximum} RM"
    row = heavy_weeks(week)
    mark = " (unverified)" if row.unverified else ""
    return f"{row.sets} sets of {row.repetition_maximum} RM{mark} (week {week} of this stage)"
