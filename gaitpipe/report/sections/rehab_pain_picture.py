"""The runner's picture of pain and stiffness over four weeks."""

from __future__ import annotations

from gaitpipe.report.document import Content, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_figures import pain_figure, pain_window


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    return "" if rehab is not None and pain_window(rehab) else "The log holds no entry of the last 28 days."


def _render(report: ReportInput) -> Content:
    return () if report.rehab is None else (pain_figure(report.rehab, "runner-pain"),)


SECTION = Section(
    "rehab-pain-picture", "Four weeks", 5, _render, applies=has_rehab, missing=_missing, page="runner", column="right",
    on_refer=False,
)  # fmt: skip
