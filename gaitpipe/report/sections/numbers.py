"""The numbers behind the figures: value, unit, grade, how they were come by, source; printed from the evidence."""

from __future__ import annotations

from gaitpipe.evidence import NUMBERS, Number, reference
from gaitpipe.model import Placement
from gaitpipe.report.document import Cell, Column, Content, Paragraph, ReportInput, Section, Table

TAGS = {
    "read": "source read",
    "memory": "from memory: unverified",
    "engineering": "engineering choice: unverified",
    "derived": "measured by this project",
}
_WORDS = (
    "Grades: A trials in people with the condition, B direct laboratory studies, C indirect or small, D expert or "
    "engineering choice."
)


def _render(report: ReportInput) -> Content:
    placements = {sensor.info.placement for sensor in report.result.sensors}
    used = [number for number in NUMBERS if _applies(number, placements)]
    columns = (
        Column("Number", numeric=False),
        Column("Value"),
        Column("Grade", numeric=False),
        Column("Status", numeric=False),
        Column("Source", numeric=False),
    )
    table = Table("Numbers behind the figures", columns, tuple(_row(number) for number in used), compact=True)
    return Paragraph(_WORDS, muted=True), table


def _applies(number: Number, placements: set[Placement]) -> bool:
    other = {"foot", "shank"} - placements
    return not any(number.key.startswith(f"{placement}_") for placement in other)


def _row(number: Number) -> tuple[Cell, ...]:
    name = number.key.removesuffix("_" + number.unit.replace("/", "_per_")).replace("_", " ")
    unit = "" if number.unit == "1" else f" {number.unit}"
    return (
        Cell(name, number.note),
        Cell(f"{number.value:g}{unit}"),
        Cell(number.grade),
        Cell(TAGS[number.tag]),
        Cell(reference(number.source)),
    )


SECTION = Section("numbers", "Numbers and sources", 95, _render)
