"""The runner's next days: what to do when, as the return plan has it."""

from __future__ import annotations

from collections.abc import Iterator

from gaitpipe.rehab.words import PlannedDay
from gaitpipe.report.document import Block, Content, Day, Days, Paragraph, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_words import recovery_unverified, sentence, weekday_text
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
    notes = ["The second week stands in the return plan and in plan.ics."] if len(days) > len(shown) else []
    if recovery_unverified(rehab):
        notes.append("Days between runs: recovery days unverified.")
    if notes:
        blocks.append(Paragraph(" ".join(notes), muted=True))
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
        yield Day(label, foreign(day.title), _words(day) if new else "", day.activity in ("rest", "light"))


def _words(day: PlannedDay) -> str:
    """The words of a day; of a day of exercises only what comes before their names, which stand with their doses."""
    if day.activity != "strength":
        return sentence(day.text)
    when = day.text.split(". ", maxsplit=1)[0]
    return f"{sentence(when)} See Exercises." if when.startswith("After the ") else "See Exercises."


SECTION = Section(
    "rehab-next-days", "Next days", 2, _render, applies=has_rehab, missing=_missing, page="runner", column="left",
    on_refer=False,
)  # fmt: skip
