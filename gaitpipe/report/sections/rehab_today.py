"""The runner's first box: the decision as a word, what it means, why, the next step, and how sure the data are."""

from __future__ import annotations

from gaitpipe.report.document import Block, Callout, Content, Paragraph, ReportInput, Section, Verdict, has_rehab
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_words import (
    MEANING,
    TONE,
    WORD,
    caution,
    confidence,
    next_step,
    reasons,
    sentence,
    stage_text,
    warning_signs,
    with_days,
)
from gaitpipe.report.text import foreign


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    said = _refer(rehab) if report.refers else _decided(rehab)
    return (*_looks_back(rehab), *said)


def _looks_back(rehab: RehabInput) -> Content:
    text = caution(rehab)
    return (Callout("warning", text),) if text else ()


def _refer(rehab: RehabInput) -> Content:
    """A red flag: its wording and what to do, and nothing of stages, figures or training."""
    decision = rehab.decision
    ids = ", ".join(rule.id for rule in decision.rules)
    seen = tuple(f"{with_days(sentence(rule.text))} ({rule.id})" for rule in decision.rules)
    verdict = Verdict(
        "stop", f"Red flag {ids}", WORD["REFER"], with_days(sentence(decision.action)) or MEANING["REFER"], seen, ()
    )
    explain = (
        "This page holds no training advice. Take it to a clinician. Training advice returns when a clinician has "
        "assessed the red flag and entered that in the plan."
    )
    return verdict, Paragraph(explain)


def _decided(rehab: RehabInput) -> Content:
    decision = rehab.decision
    meaning = MEANING[decision.decision]
    if decision.decided_by != "rules":
        meaning = f"Decided by the clinician: {sentence(decision.override_reason)}"
    sure, why = confidence(rehab, plain=True)
    facts = (
        ("Stage", stage_text(decision.stage_in, decision.level_in)),
        ("Next step", next_step(rehab)),
        ("Confidence", f"{sure}: {why[0].lower()}{why[1:]}"),
        ("Warning signs", warning_signs(rehab)),
    )
    kicker = "What today means"
    word = WORD[decision.decision]
    verdict = Verdict(TONE[decision.decision], kicker, word, meaning, reasons(rehab), facts)
    blocks: list[Block] = [verdict]
    if decision.review:
        blocks.append(Callout("warning", "Show this to your clinician", foreign(decision.review)))
    return tuple(blocks)


SECTION = Section("rehab-today", "Today's decision", 1, _render, applies=has_rehab, page="runner")
