"""The decision with all that it rests on: rule ids, what each saw, its inputs and thresholds, the parameter hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gaitpipe.rehab.words import FiredRule
from gaitpipe.report.document import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Content,
    Facts,
    Heading,
    Paragraph,
    ReportInput,
    Section,
    Table,
    has_rehab,
)
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_inputs import inputs_in_words, key_words, thresholds_of, value_text
from gaitpipe.report.rehab_words import action_text, caution, confidence, day_text, sentence, stage_text, with_days
from gaitpipe.report.text import DASH, foreign


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    decision = rehab.decision
    facts = [
        ("Decision", f"{decision.decision}, by {foreign(decision.decided_by)}, on {day_text(decision.decided_on)}")
    ]
    if not report.refers:
        facts += [
            ("Stage before", stage_text(decision.stage_in, decision.level_in)),
            ("Stage after", stage_text(decision.stage_out, decision.level_out)),
            ("Confidence", " ".join(confidence(rehab))),
        ]
    facts += [
        ("What to do", action_text(rehab) or DASH),
        ("Decision parameters", foreign(decision.parameter_hash)),
    ]
    blocks: list[Block] = [Callout("warning", caution(rehab))] if caution(rehab) else []
    blocks.append(Facts(tuple(facts), wide=True))
    if decision.override_reason:
        blocks.append(Callout("warning", "Clinician override", foreign(decision.override_reason)))
    if decision.review:
        blocks.append(Callout("warning", "Clinician review", foreign(decision.review)))
    blocks.append(_rules(rehab, "Rules that decided", decision.rules))
    if decision.other_rules and not report.refers:
        blocks.append(_rules(rehab, "Rules that fired too, outranked", decision.other_rules))
    if decision.missing and not report.refers:
        blocks += [Heading("What stood in the way"), Bullets(tuple(sentence(text) for text in decision.missing))]
    if decision.inputs and not report.refers:
        blocks += [Heading("Inputs of the decision"), Facts(inputs_in_words(rehab), wide=True)]
    blocks.append(
        Paragraph(
            "REFER goes before REGRESS, HOLD and PROGRESS. Sensors may block progress; they never make it.", muted=True
        )
    )
    return tuple(blocks)


def _rules(rehab: RehabInput, caption: str, rules: tuple[FiredRule, ...]) -> Block:
    if not rules:
        return Paragraph(f"{caption}: none.")
    columns = (
        Column("Rule", numeric=False),
        Column("What it saw", numeric=False),
        Column("Inputs", numeric=False),
        Column("Thresholds", numeric=False),
    )
    rows = tuple(
        (Cell(rule.id), Cell(with_days(sentence(rule.text))), _pairs(rule.inputs), _limits(rehab, rule))
        for rule in rules
    )
    return Table(caption, columns, rows, compact=True)


def _limits(rehab: RehabInput, rule: FiredRule) -> Cell:
    found = thresholds_of(rehab, rule)
    return Cell(found) if found else Cell(DASH, "none", empty=True)


def _pairs(values: Mapping[str, Any]) -> Cell:
    if not values:
        return Cell(DASH, "none", empty=True)
    return Cell("; ".join(f"{key_words(key)}: {value_text(value)}" for key, value in values.items()))


SECTION = Section("rehab-decision", "Decision", 2, _render, applies=has_rehab)
