"""What the runner notes until the next decision, when that is, and what makes a hard day wait."""

from __future__ import annotations

from datetime import timedelta

from gaitpipe.report.document import Content, Facts, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_words import weekday_text


def _render(report: ReportInput) -> Content:
    return () if report.rehab is None else (Facts(tuple(_until(report.rehab)), wide=True),)


def _until(rehab: RehabInput) -> list[tuple[str, str]]:
    most = rehab.plan.value("pain_hold_maximum")
    return [
        ("Tomorrow morning", "note pain at the first steps and minutes of stiffness."),
        ("Next decision", next_decision(rehab)),
        ("But", f"pain above {most:g} or a worse morning: leave the next hard day out and note it."),
    ]


def next_decision(rehab: RehabInput) -> str:
    """The morning after the next planned run, else the day after the next check."""
    plan = rehab.return_plan
    days = () if plan is None else plan.days
    run = next((day for day in days if day.activity == "run"), None)
    if run is not None:
        return (
            f"{weekday_text(run.day + timedelta(days=1))}, with the morning after the run of {weekday_text(run.day)}."
        )
    check = (
        None if plan is None else next((day for day in (*plan.days, *plan.checks) if day.activity == "review"), None)
    )
    return "when your clinician sets it." if check is None else f"at the weekly review, {weekday_text(check.day)}."


SECTION = Section(
    "rehab-until", "Until the next decision", 3, _render, applies=has_rehab, page="runner", column="left",
    on_refer=False,
)  # fmt: skip
