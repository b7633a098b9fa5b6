"""Advice as the clinician may edit it, and the conflicts that it holds."""

from __future__ import annotations

from gaitpipe.report.document import (
    Advice,
    Block,
    Callout,
    Content,
    Heading,
    Paragraph,
    ReportInput,
    Section,
    has_rehab,
)
from gaitpipe.report.rehab_words import sentence
from gaitpipe.report.sections.rehab_advice import MOST_ADVICE


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    given = tuple((key, sentence(text)) for key, text in rehab.decision.advice[:MOST_ADVICE])
    blocks: list[Block] = [Advice(given) if given else Paragraph("No phrase was given today.")]
    blocks.append(Heading("Where the evidence pulls both ways"))
    blocks += [Callout("warning", "Conflict", sentence(text)) for text in rehab.decision.conflicts]
    if not rehab.decision.conflicts:
        blocks.append(Paragraph("No conflict concerns this session."))
    return tuple(blocks)


SECTION = Section("rehab-conflicts", "Advice and conflicts", 9, _render, applies=has_rehab, on_refer=False)
