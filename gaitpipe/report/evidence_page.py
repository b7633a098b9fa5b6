"""docs/evidence.md: all evidence as one page, written from the data by `python -m gaitpipe.report.evidence_page`."""

from __future__ import annotations

import sys

from gaitpipe.evidence import EDUCATION, EFFECTS, NUMBERS, PHRASES, RULES, value
from gaitpipe.evidence.compare import COMPARE_NUMBERS
from gaitpipe.evidence.cues import CUE_NUMBERS
from gaitpipe.evidence.rehab import REHAB_GROUPS
from gaitpipe.evidence.schedule import SCHEDULE_NUMBERS
from gaitpipe.evidence.sensors import SENSOR_NUMBERS
from gaitpipe.rehab.exercises import ALTERNATIVES, EXERCISES
from gaitpipe.report.document import Cell, Column, Facts, Table
from gaitpipe.report.evidence_tables import (
    GRADES,
    STATUS,
    References,
    education_table,
    effects_table,
    exercises_table,
    numbers_table,
    phrases_table,
    rules_table,
)
from gaitpipe.session import metrics

_HEAD = """# Evidence

Every number about the body, every rule, every advice and every line for the runner, as the program uses them.
Do not edit this page. It is written from `gaitpipe/evidence` by
`python -m gaitpipe.report.evidence_page > docs/evidence.md`; a test says when it is out of date.
"""


def markdown() -> str:
    """The whole page."""
    sources = References()
    rules = rules_table("Rules of the decision", RULES, sources, value)
    groups = [numbers_table(name, group, sources) for name, group in REHAB_GROUPS.items()]
    groups.append(numbers_table("Calendar and log", SCHEDULE_NUMBERS, sources))
    groups.append(numbers_table("Cue during a run", CUE_NUMBERS, sources))
    groups.append(numbers_table("Sessions compared with each other", COMPARE_NUMBERS, sources))
    tables = [
        rules,
        *groups,
        exercises_table("Exercises", EXERCISES, sources),
        exercises_table("Exercises in place of the slow heavy ones", ALTERNATIVES, sources),
        phrases_table("Advice", PHRASES, sources),
        education_table("For the runner", EDUCATION, sources, value),
        effects_table("What studies found", EFFECTS, sources),
        numbers_table("What the sensors see", SENSOR_NUMBERS, sources),
        _metrics_table(sources),
    ]
    parts = [_HEAD, GRADES, STATUS, _unverified(), *(_table(table) for table in tables), _sources(sources.listed())]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _metrics_table(sources: References) -> Table:
    """Where the definition of each gait figure comes from."""
    rows = tuple((Cell(metric.key), Cell(sources.mark(metric.source))) for metric in metrics())
    columns = (Column("Figure", numeric=False), Column("Source", numeric=False))
    return Table("Definitions of the gait figures", columns, rows)


def _unverified() -> str:
    """What rests on memory, in one list: the first thing to look up."""
    entries = [f"number `{entry.key}`" for entry in NUMBERS if entry.tag == "memory"]
    entries += [f"rule {entry.id}" for entry in RULES if entry.tag == "memory"]
    entries += [f"advice {entry.id}" for entry in PHRASES if entry.tag == "memory"]
    entries += [f"line {entry.id}" for entry in EDUCATION if entry.tag == "memory"]
    exercises = (*EXERCISES, *ALTERNATIVES)
    entries += [f"dose of exercise `{entry.id}`" for entry in exercises if entry.unverified]
    tiers = [f"`{entry.id}`" for entry in exercises if entry.tier_unverified]
    entries += [f"load tier of the exercises {', '.join(tiers)}"]
    entries += [f"finding: {entry.factor}" for entry in EFFECTS if entry.tag == "memory"]
    return "\n".join(["## Unverified: from memory, to be looked up", "", *(f"- {entry}" for entry in entries)])


def _table(table: Table) -> str:
    head = "| " + " | ".join(column.label for column in table.columns) + " |"
    line = "|" + "|".join("---:" if column.numeric else "---" for column in table.columns) + "|"
    rows = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table.rows]
    return "\n".join([f"## {table.caption}", "", head, line, *rows])


def _cell(cell: Cell) -> str:
    text = f"{cell.text}<br>{cell.small}" if cell.small else cell.text
    return text.replace("|", "\\|").replace("\u00a0", " ")


def _sources(facts: Facts) -> str:
    return "\n".join(["## Sources", "", *(f"{mark} {text}  " for mark, text in facts.items)])


if __name__ == "__main__":
    sys.stdout.write(markdown())
