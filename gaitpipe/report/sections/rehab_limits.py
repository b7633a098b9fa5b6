"""The runner's last lines: what the index is not, and when to get help at once."""

from __future__ import annotations

from gaitpipe.report.document import Block, Content, Facts, Paragraph, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_words import EMERGENCY, limitation


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    items: list[Block] = [Facts((("Get help at once", EMERGENCY),), wide=True)]
    if not report.refers:
        items.append(Paragraph(limitation(rehab), muted=True))
    return tuple(items)


SECTION = Section("rehab-limits", "Good to know", 6, _render, applies=has_rehab, page="runner")
