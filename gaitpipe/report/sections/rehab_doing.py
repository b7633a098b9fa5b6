"""The runner's exercises with their doses."""

from __future__ import annotations

from gaitpipe.report.document import Block, Content, Facts, Paragraph, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_doses import RM_WORDS, dose_lines, tells_heavy


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    lines = dose_lines(rehab)
    blocks: list[Block] = (
        [Facts(lines, wide=True)] if lines else [Paragraph("This stage has no exercises in the plan.")]
    )
    if tells_heavy(rehab):
        blocks.append(Paragraph(RM_WORDS, muted=True))
    return tuple(blocks)


SECTION = Section(
    "rehab-doing", "Exercises", 3, _render, applies=has_rehab, page="runner", column="right", on_refer=False
)
