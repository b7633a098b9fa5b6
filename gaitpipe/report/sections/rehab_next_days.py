"""The runner's next days: what to do when, as the return plan has it."""

from __future__ import annotations

from gaitpipe.rehab.words import PlannedDay
from gaitpipe.report.document import Block, Content, Day, Days, Paragraph, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_words import sentence, weekday_text
from gaitpipe.report.text import foreign

DAYS_ON_PAGE = 7


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    if rehab is None or rehab.return_plan is None or not rehab.return_plan.days:
        return "There is no plan of days: it needs a clinician's plan and a stage."
    return ""


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None or rehab.return_plan is None:
        return ()
    days = rehab.return_plan.days
    shown = [day for day in days if (day.day - days[0].day).days < DAYS_ON_PAGE]
    blocks: list[Block] = [Days(tuple(_line(day) for day in shown))]
    if len(days) > len(shown):
        blocks.append(Paragraph("The days after stand in the plan below and in plan.ics.", muted=True))
    return tuple(blocks)


def _line(day: PlannedDay) -> Day:
    return Day(weekday_text(day.day), foreign(day.title), sentence(day.text), day.activity in ("rest", "light"))


SECTION = Section(
    "rehab-next-days", "Next days", 2, _render, applies=has_rehab, missing=_missing, page="runner", half=True,
    on_refer=False,
)  # fmt: skip
