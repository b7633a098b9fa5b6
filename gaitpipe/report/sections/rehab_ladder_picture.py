"""The runner's picture of the walk-run ladder, where the stage has one."""

from __future__ import annotations

from gaitpipe.rehab.ladder import ladder
from gaitpipe.report.document import Content, ReportInput, Section
from gaitpipe.report.rehab_figures import ladder_figure


def on_ladder(report: ReportInput) -> bool:
    """True when today or next time stands on a level of the ladder."""
    rehab = report.rehab
    if rehab is None:
        return False
    known = {level.level for level in ladder(rehab.plan)}
    return bool({rehab.decision.level_in, rehab.decision.level_out} & known)


def _render(report: ReportInput) -> Content:
    return () if report.rehab is None else (ladder_figure(report.rehab, ladder(report.rehab.plan), "runner-ladder"),)


SECTION = Section(
    "rehab-ladder-picture", "Where you are", 4, _render, applies=on_ladder, page="runner", column="left", on_refer=False
)
