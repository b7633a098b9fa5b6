"""The criteria of leaving the stage: met, not met, not known."""

from __future__ import annotations

from gaitpipe.rehab.words import Criterion
from gaitpipe.report.document import Cell, Column, Content, ReportInput, Section, Table, has_rehab
from gaitpipe.report.rehab_words import with_days
from gaitpipe.report.text import foreign

_WORD = {True: "met", False: "not met", None: "not known"}


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    return "" if rehab is not None and rehab.decision.criteria else "This stage has no criteria in this plan."


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    columns = tuple(Column(label, numeric=False) for label in ("Criterion", "Asked", "Seen", "Result"))
    rows = tuple(_row(criterion) for criterion in rehab.decision.criteria)
    return (Table(f"To leave {rehab.decision.stage_in}, all of these", columns, rows, compact=True),)


def _row(criterion: Criterion) -> tuple[Cell, ...]:
    mark = "" if criterion.met is None else "yes" if criterion.met else "no"
    result = Cell(_WORD[criterion.met], mark=mark)  # type: ignore[arg-type]
    return (
        Cell(foreign(criterion.label)),
        Cell(foreign(criterion.asked)),
        Cell(with_days(foreign(criterion.seen))),
        result,
    )


SECTION = Section(
    "rehab-criteria", "Criteria of the stage", 5, _render, applies=has_rehab, missing=_missing, on_refer=False
)
