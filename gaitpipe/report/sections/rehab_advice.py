"""The runner's advice, at most three, each with the id of its phrase, and the pain rules of the plan."""

from __future__ import annotations

from gaitpipe.report.document import Advice, Block, Content, Facts, Heading, Paragraph, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_words import pain_rules, sentence

MOST_ADVICE = 3


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    given = tuple((key, sentence(text)) for key, text in rehab.decision.advice[:MOST_ADVICE])
    blocks: list[Block] = [Advice(given)] if given else [Paragraph("Nothing to add to your plan today.")]
    blocks += [Heading("Pain in your tendon, 0 to 10"), Facts(pain_rules(rehab), wide=True)]
    return tuple(blocks)


SECTION = Section(
    "rehab-advice", "Advice", 3, _render, applies=has_rehab, page="runner", column="right", on_refer=False
)
