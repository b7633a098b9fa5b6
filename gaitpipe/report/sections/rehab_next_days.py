"""The runner's next days: what to do when, as the return plan has it."""

from __future__ import annotations

from collections.abc import Iterator

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
    blocks: list[Block] = [Days(tuple(_lines(shown)))]
    if len(days) > len(shown):
        blocks.append(Paragraph("The second week stands in the return plan and in plan.ics.", muted=True))
    return tuple(blocks)


def _lines(days: list[PlannedDay]) -> Iterator[Day]:
    """One line an entry: the day once, the words where they are new, so that a week fits on the page."""
    told: set[str] = set()
    last = None
    for day in days:
        new = day.title not in told
        told.add(day.title)
        label = weekday_text(day.day) if day.day != last else ""
        last = day.day
        yield Day(label, foreign(day.title), sentence(day.text) if new else "", day.activity in ("rest", "light"))


SECTION = Section(
    "rehab-next-days", "Next days", 2, _render, applies=has_rehab, missing=_missing, page="runner", column="left",
    on_refer=False,
)  # fmt: skip
