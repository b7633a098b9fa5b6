"""Methods appendix: every number, rule and finding behind the report, with unit, range, grade, status and source.

A plain gait report shows the numbers of the sensors; a report with a plan those of load and rehab too, the plan's own
values marked.
"""

from __future__ import annotations

from dataclasses import replace

from gaitpipe.evidence import EFFECTS, PHRASES, RULES, Number
from gaitpipe.evidence.rehab import REHAB_GROUPS, WEEKLY
from gaitpipe.evidence.schedule import SCHEDULE_NUMBERS
from gaitpipe.evidence.sensors import SENSOR_NUMBERS
from gaitpipe.model import Placement
from gaitpipe.report.document import Block, Content, Heading, Paragraph, ReportInput, Section, Table
from gaitpipe.report.evidence_tables import (
    GRADES,
    STATUS,
    References,
    bands_table,
    effects_table,
    numbers_table,
    phrases_table,
    rules_table,
)
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.text import foreign

FOLDED = (
    "What decides is printed: rules and their numbers. What stands behind (bands, calendar, studies, sensors) is "
    "folded away on the page for screens; docs/evidence.md holds all of it."
)


def _render(report: ReportInput) -> Content:
    sources = References()
    blocks: list[Block] = [Paragraph(f"{GRADES} {STATUS}", muted=True)]
    if report.rehab is not None:
        blocks.append(Paragraph(FOLDED, muted=True))
    if report.rehab is not None and not report.refers:
        blocks += _of_rehab(report.rehab, sources)
    placements = {sensor.info.placement for sensor in report.result.sensors}
    if report.recorded:
        used = [number for number in SENSOR_NUMBERS if _applies(number, placements)]
        if report.rehab is None:
            blocks.append(numbers_table("Numbers behind the figures", used, sources))
        else:
            own = References()
            blocks.append(_fold(numbers_table("Numbers behind the figures", used, own), own))
    return (*blocks, Heading("Sources"), sources.listed())


def _of_rehab(rehab: RehabInput, sources: References) -> list[Block]:
    own = rehab.plan.value
    blocks: list[Block] = []
    given = {phrase_id: foreign(text) for phrase_id, text in rehab.decision.advice}
    phrases = [replace(phrase, text=given[phrase.id]) for phrase in PHRASES if phrase.id in given]
    if phrases:
        blocks.append(phrases_table("Advice of this report", phrases, sources))
    blocks.append(rules_table("Rules of the decision", RULES, sources, own))
    blocks += [numbers_table(name, group, sources, own) for name, group in REHAB_GROUPS.items() if name != WEEKLY]
    lists = References(), References(), References()
    background = (
        bands_table(WEEKLY, lists[0], own),
        numbers_table("Calendar and log", SCHEDULE_NUMBERS, lists[1], own),
        effects_table("What studies found", EFFECTS, lists[2]),
    )
    return [*blocks, *(_fold(table, listed) for table, listed in zip(background, lists, strict=True))]


def _fold(table: Table, sources: References) -> Table:
    """A table that is folded away, with its own sources inside the fold."""
    listed = tuple(f"{mark} {source}" for mark, source in sources.listed().items)
    return replace(table, folded=True, notes=(*table.notes, *listed))


def _applies(number: Number, placements: set[Placement]) -> bool:
    other = {"foot", "shank"} - placements
    return not any(number.key.startswith(f"{placement}_") for placement in other)


def _any_numbers(report: ReportInput) -> bool:
    return report.recorded or (report.rehab is not None and not report.refers)


SECTION = Section("numbers", "Numbers and sources", 95, _render, applies=_any_numbers)
