"""The return plan: all its days, the checks after it, and what limits it."""

from __future__ import annotations

from gaitpipe.rehab.words import PlannedDay
from gaitpipe.report.document import Block, Bullets, Cell, Column, Content, ReportInput, Section, Table, has_rehab
from gaitpipe.report.rehab_words import day_text, sentence, weekday_text
from gaitpipe.report.text import DASH, foreign


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    if rehab is None or rehab.return_plan is None:
        return "There is no plan of days: it needs a clinician's plan and a stage."
    return ""


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None or rehab.return_plan is None:
        return ()
    plan = rehab.return_plan
    blocks: list[Block] = [_table("Days", plan.days, False)]
    if plan.checks:
        blocks.append(_table("Checks after that", plan.checks, True))
    if plan.notes:
        blocks.append(Bullets(tuple(sentence(note) for note in plan.notes)))
    return tuple(blocks)


def _table(caption: str, days: tuple[PlannedDay, ...], with_year: bool) -> Table:
    columns = (
        Column("Day", numeric=False),
        Column("For", numeric=False),
        Column("What", numeric=False),
        Column("Running", small="min"),
    )
    rows = tuple(
        (
            Cell(day_text(day.day) if with_year else weekday_text(day.day)),
            Cell(foreign(day.title)),
            Cell(sentence(day.text) or DASH),
            Cell(f"{day.minutes:g}", foreign(day.level or ""))
            if day.minutes is not None
            else Cell(DASH, "no run", empty=True),
        )
        for day in days
    )
    return Table(caption, columns, rows, compact=True)


SECTION = Section("rehab-plan", "Return plan", 10, _render, applies=has_rehab, missing=_missing, on_refer=False)
