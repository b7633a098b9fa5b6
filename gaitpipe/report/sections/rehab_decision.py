"""The decision with all that it rests on: rule ids, what each saw, its inputs and thresholds, the parameter hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gaitpipe.evidence import TAG_WORD, unverified
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
from gaitpipe.report.rehab_words import confidence, day_text, sentence, stage_text, with_days
from gaitpipe.report.text import DASH, foreign, number


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
        ("What to do", with_days(sentence(decision.action)) or DASH),
        ("Parameter hash", foreign(decision.parameter_hash)),
    ]
    blocks: list[Block] = [Facts(tuple(facts), wide=True)]
    if decision.override_reason:
        blocks.append(Callout("warning", "Clinician override", foreign(decision.override_reason)))
    if decision.review:
        blocks.append(Callout("warning", "Clinician review", foreign(decision.review)))
    blocks.append(_rules("Rules that decided", decision.rules))
    if decision.other_rules and not report.refers:
        blocks.append(_rules("Rules that fired too, outranked", decision.other_rules))
    if decision.missing and not report.refers:
        blocks += [Heading("What stood in the way"), Bullets(tuple(sentence(text) for text in decision.missing))]
    if decision.inputs and not report.refers:
        blocks.append(_values("Inputs of the decision", decision.inputs))
    blocks.append(
        Paragraph(
            "REFER goes before REGRESS, HOLD and PROGRESS. Sensors may block progress; they never make it.", muted=True
        )
    )
    return tuple(blocks)


def _rules(caption: str, rules: tuple[FiredRule, ...]) -> Block:
    if not rules:
        return Paragraph(f"{caption}: none.")
    columns = (
        Column("Rule", numeric=False),
        Column("What it saw", numeric=False),
        Column("Inputs", numeric=False),
        Column("Thresholds", numeric=False),
    )
    rows = tuple(
        (Cell(rule.id), Cell(with_days(sentence(rule.text))), _pairs(rule.inputs), _pairs(_marked(rule.thresholds)))
        for rule in rules
    )
    return Table(caption, columns, rows, compact=True)


def _marked(thresholds: Mapping[str, float]) -> dict[str, float]:
    """Thresholds whose number rests on memory say so beside their name."""
    return {f"{key} ({TAG_WORD['memory']})" if unverified(key) else key: value for key, value in thresholds.items()}


def _pairs(values: Mapping[str, Any]) -> Cell:
    if not values:
        return Cell(DASH, "none", empty=True)
    return Cell("; ".join(f"{foreign(key).replace('_', ' ')}: {value_text(value)}" for key, value in values.items()))


def value_text(value: Any) -> str:
    """A value of a rule for people: a missing one is named so."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value, 0 if value == int(value) else 2 if abs(value) < 1000 else 1)
    if isinstance(value, list | tuple):
        return ", ".join(value_text(one) for one in value) or "none"
    if isinstance(value, Mapping):
        known = {key: one for key, one in value.items() if one is not None}
        return ", ".join(f"{foreign(str(key)).replace('_', ' ')} {value_text(one)}" for key, one in known.items())
    return foreign(str(value))


def _values(caption: str, values: Mapping[str, Any]) -> Table:
    columns = (Column("Input", numeric=False), Column("Value", numeric=False))
    rows = tuple((Cell(foreign(key).replace("_", " ")), Cell(value_text(value))) for key, value in values.items())
    return Table(caption, columns, rows, compact=True)


SECTION = Section("rehab-decision", "Decision", 4, _render, applies=has_rehab)
