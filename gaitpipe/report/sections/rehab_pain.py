"""Pain and stiffness over four weeks, with the log behind it."""

from __future__ import annotations

from gaitpipe.report.document import Content, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_figures import pain_figure, pain_window


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    return "" if rehab is not None and pain_window(rehab) else "The log holds no entry of the last 28 days."


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    return () if rehab is None else (pain_figure(rehab),)


SECTION = Section("rehab-pain", "Pain and stiffness", 4, _render, applies=has_rehab, missing=_missing)
