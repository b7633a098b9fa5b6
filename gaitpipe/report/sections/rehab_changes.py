"""What this plan changes against the defaults: numbers, tables, flags and phrases, as `gaitpipe plan diff` says it."""

from __future__ import annotations

from gaitpipe.rehab.plan_diff import Change, changes_from_defaults
from gaitpipe.report.document import Cell, Column, Content, Paragraph, ReportInput, Section, Table, has_rehab
from gaitpipe.report.rehab_words import sentence
from gaitpipe.report.text import DASH, foreign

_NOTE = "Grade: of the evidence behind the default. Unverified: from memory, not looked up again."


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    changes = changes_from_defaults(rehab.plan)
    if not changes:
        return (Paragraph("This plan changes nothing: all rules, numbers and tables are the defaults."),)
    columns = (
        Column("What", numeric=False),
        Column("Default", numeric=False),
        Column("This plan", numeric=False),
        Column("Grade", numeric=False),
    )
    table = Table("Changes against the defaults", columns, tuple(map(_row, changes)), notes=(_NOTE,), compact=True)
    return (table,)


def _row(change: Change) -> tuple[Cell, ...]:
    small = "unverified" if change.unverified else ""
    grade = Cell(change.grade, small) if change.grade else Cell(DASH, "no number of the evidence", empty=True)
    return Cell(sentence(change.label).rstrip(".")), Cell(foreign(change.before)), Cell(foreign(change.after)), grade


SECTION = Section("rehab-changes", "What this plan changes", 59, _render, applies=has_rehab, on_refer=False)
