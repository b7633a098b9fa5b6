"""What this plan changes of the numbers that the evidence gives, with their reasons where it has any."""

from __future__ import annotations

from gaitpipe import evidence
from gaitpipe.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Content,
    Paragraph,
    ReportInput,
    Section,
    Table,
    has_rehab,
)
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_words import day_text, sentence
from gaitpipe.report.text import foreign


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    blocks: list[Block] = [_thresholds(rehab)]
    others = _others(rehab)
    if others:
        blocks.append(Bullets(others))
    return tuple(blocks)


def _thresholds(rehab: RehabInput) -> Block:
    if not rehab.plan.thresholds:
        return Paragraph("All thresholds are those of the evidence.")
    columns = (
        Column("Threshold", numeric=False),
        Column("This plan"),
        Column("Evidence"),
        Column("Unit", numeric=False),
    )
    rows = []
    for key, value in sorted(rehab.plan.thresholds.items()):
        number = evidence.number(key)
        unit = "no unit" if number.unit == "1" else number.unit
        rows.append((Cell(key.replace("_", " ")), Cell(f"{value:g}"), Cell(f"{number.value:g}"), Cell(unit)))
    return Table("Thresholds set by this plan", columns, tuple(rows), compact=True)


def _others(rehab: RehabInput) -> tuple[str, ...]:
    plan = rehab.plan
    found = [f"Flag {foreign(key)} is off: {sentence(reason)}" for key, reason in sorted(plan.flags.off.items())]
    found += [f"Red flag {foreign(key)} is off." for key in plan.red_flags.off]
    found += [f"Red flag added, {foreign(key)}: {sentence(text)}" for key, text in sorted(plan.red_flags.extra.items())]
    found += [f"Phrase {foreign(key)} is worded by the clinic." for key in sorted(plan.phrases)]
    if plan.ladder:
        found.append("The ladder is the plan's own.")
    if plan.exercise:
        found.append("The exercises are the plan's own.")
    if plan.plan.symptom_only:
        found.append(f"Symptoms alone decide: {sentence(plan.plan.symptom_only_reason)}")
    if plan.load.mdc_psi is not None or plan.load.test_retest_psi:
        found.append("The smallest detectable change of the index comes from the clinic's own repeats.")
    if plan.stage.override is not None:
        override = plan.stage.override
        found.append(
            f"Stage set by {foreign(override.clinician)} on {day_text(override.decided)}: {sentence(override.reason)}"
        )
    return tuple(found)


SECTION = Section("rehab-changes", "What this plan changes", 59, _render, applies=has_rehab, on_refer=False)
