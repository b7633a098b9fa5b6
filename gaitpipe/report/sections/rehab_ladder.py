"""The walk-run ladder for the clinician: all levels and the place of the runner."""

from __future__ import annotations

from gaitpipe.rehab.ladder import ladder
from gaitpipe.report.document import Content, ReportInput, Section
from gaitpipe.report.rehab_figures import ladder_figure
from gaitpipe.report.sections.rehab_ladder_picture import on_ladder


def _render(report: ReportInput) -> Content:
    return () if report.rehab is None else (ladder_figure(report.rehab, ladder(report.rehab.plan)),)


SECTION = Section("rehab-ladder", "Walk-run ladder", 9, _render, applies=on_ladder, on_refer=False)
