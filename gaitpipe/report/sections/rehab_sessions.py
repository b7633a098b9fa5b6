"""Session loads of the last weeks against the largest of 30 days, and the weekly line."""

from __future__ import annotations

from datetime import timedelta

from gaitpipe.rehab.context import entry_of
from gaitpipe.rehab.words import GaitScreen
from gaitpipe.report.document import Content, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_input import RehabInput
from gaitpipe.report.rehab_load_figures import LoadBar, sessions_figure
from gaitpipe.report.rehab_words import unusable


def load_bars(rehab: RehabInput) -> tuple[LoadBar, ...]:
    """One bar a run of the last days: the sensors' load where the log has it, minutes times baseline steps else."""
    days = int(rehab.plan.value("load_reference_days"))
    first = rehab.on - timedelta(days=days)
    judged = entry_of(rehab.session, rehab.log)
    steps_a_minute = _baseline_steps_a_minute(rehab.baselines)
    bars = []
    for entry in rehab.log:
        if not first <= entry.date <= rehab.on:
            continue
        today = entry is judged
        steps, estimated = entry.load_steps, False
        if today and rehab.decision.load is not None and rehab.decision.load.load_steps is not None:
            steps = rehab.decision.load.load_steps
        elif steps is None and entry.run_min is not None and steps_a_minute is not None:
            steps, estimated = entry.run_min * steps_a_minute, True
        if steps is not None:
            bars.append(LoadBar(entry.date, steps, today, estimated))
    return tuple(bars)


def _baseline_steps_a_minute(baselines: tuple[GaitScreen, ...]) -> float | None:
    """Steps a minute of one leg over the baseline sessions; None without them."""
    times = [
        leg.stride_time_s
        for one in baselines
        for leg in (one.left, one.right)
        if leg is not None and leg.stride_time_s is not None
    ]
    return 60.0 * len(times) / sum(times) if times else None


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    if rehab is not None and rehab.session is not None and unusable(rehab):
        return f"No load of the sessions is given. {unusable(rehab)}"
    if rehab is None or not load_bars(rehab):
        return (
            "No run of the last 30 days has a load: the log needs minutes of running and the plan a baseline session."
        )
    return ""


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    load, value = rehab.decision.load, rehab.plan.value
    reference = None if load is None else load.reference_steps
    days = int(value("load_reference_days"))
    limits = value("spike_amber_ratio"), value("spike_red_ratio")
    return (sessions_figure(load_bars(rehab), reference, *limits, rehab.on, days),)


SECTION = Section(
    "rehab-sessions", "Sessions and weeks", 8, _render, applies=has_rehab, missing=_missing, on_refer=False
)
