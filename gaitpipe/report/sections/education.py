"""For the runner: what is worth knowing at this stage, each line with its grade and with what qualifies it."""

from __future__ import annotations

from collections.abc import Callable

from gaitpipe.evidence import EDUCATION, TAG_WORD, EducationLine, fill
from gaitpipe.report.document import Cell, Column, Content, Paragraph, ReportInput, Section, Table, has_rehab

_INTRO = (
    "Information, not medical advice. The letter says how well a line is founded: A trials in people with the "
    "condition, B laboratory studies or large cohorts, C indirect or small studies, D opinion of experts. The sources "
    "stand in the appendix and in docs/evidence.md."
)


def lines_for(stage: str) -> tuple[EducationLine, ...]:
    """The lines that belong to a stage, in their order."""
    return tuple(line for line in EDUCATION if not line.stages or stage in line.stages)


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    columns = (Column("Topic", numeric=False), Column("Worth knowing", numeric=False), Column("Grade", numeric=False))
    table = Table(
        "Achilles tendons and running, in plain words",
        columns,
        tuple(_row(line, rehab.plan.value) for line in lines_for(rehab.decision.stage_in)),
    )
    return Paragraph(_INTRO, muted=True), table


def _row(line: EducationLine, value_of: Callable[[str], float]) -> tuple[Cell, ...]:
    but = f"But: {line.but}" if line.but else ""
    status = TAG_WORD["memory"] if line.tag == "memory" else ""
    return Cell(line.topic), Cell(fill(line.text, value_of), but), Cell(line.grade, status)


SECTION = Section("education", "For the runner: worth knowing", 80, _render, applies=has_rehab, on_refer=False)
