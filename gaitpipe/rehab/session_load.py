"""The load of a whole session: its steps and their weights, and the largest session of the 30 days before.

Rules
  1. It sums over the session's windows where it has them and they agree with the means; the means count else.
  2. Steps are those recorded, or those of the log's running minutes when there are more of them or no windows.
  3. The reference is the largest load of a run in the 30 days before the session's day. The session is not its own
     reference. A run without a load counts its minutes at the baseline's cadence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gaitpipe.errors import counted
from gaitpipe.evidence import value
from gaitpipe.rehab import load
from gaitpipe.rehab.context import entry_of
from gaitpipe.rehab.load import Step
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import AchillesLoad, GaitScreen, InjuredSide, LegMeans

Parts = list[tuple[float, Step]]
RUN_KINDS = (None, "run", "test")
LOGGED_TOO_FEW = 0.9
"""A log that holds less of the recorded running than this share contradicts the recording."""


@dataclass(frozen=True, slots=True)
class SessionSteps:
    """The parts that the session's load sums over, and the steps that it is scaled to, with words on both."""

    parts: Parts
    steps: float | None
    note: str


def session_parts(plan: Plan, screen: GaitScreen, step: Step, baseline: Step, log: Sequence[LogEntry]) -> SessionSteps:
    """Windows or means, and how many steps of the injured leg."""
    entry = entry_of(screen, log)
    minutes = None if entry is None else entry.run_min
    logged = None if minutes is None else load.steps_in(60.0 / step.step_time_s, minutes)
    windows = _window_parts(screen, plan.tendon.side, step)
    recorded = _strides(screen.left, screen.right, plan.tendon.side)
    means: Parts = [(recorded, step)]
    if not windows:
        if logged is not None:
            return SessionSteps(means, logged, f"steps of the log's {minutes:g} minutes of running")
        return SessionSteps(means, recorded, "good steps as recorded; the log gives no minutes for this session")
    parts, note = windows, f"sum over {counted(len(windows), 'window')}"
    if not _agree(plan, windows, step, baseline):
        parts, note = means, "from the session's means: its windows do not agree with them"
    if logged is not None and logged > recorded:
        return SessionSteps(parts, logged, f"{note}, scaled up to the log's {minutes:g} minutes of running")
    if logged is None:
        return SessionSteps(parts, recorded, f"{note}, good steps only; the log gives no minutes for this session")
    if logged < LOGGED_TOO_FEW * recorded:
        note += f"; the log says less ({minutes:g} min): check it"
    return SessionSteps(parts, recorded, note)


def _window_parts(screen: GaitScreen, injured: InjuredSide, mean: Step) -> Parts:
    """Steps and mean step of the windows that have both legs; a window without a strike angle takes the session's."""
    found: Parts = []
    for window in screen.windows:
        angle = load.strike_angle_deg(window.left, window.right, injured)
        step = load.step_of(window.left, window.right, mean.strike_angle_deg if angle is None else angle)
        if step is not None:
            found.append((_strides(window.left, window.right, injured), step))
    return [(count, step) for count, step in found if count > 0]


def _strides(left: LegMeans | None, right: LegMeans | None, injured: InjuredSide) -> float:
    """Steps of the injured leg; the mean of both when both are."""
    legs = {"left": (left,), "right": (right,), "both": (left, right)}[injured]
    counts = [0 if leg is None else leg.strides for leg in legs]
    return sum(counts) / len(counts)


def _agree(plan: Plan, windows: Parts, mean: Step, baseline: Step) -> bool:
    model = plan.value("load_exponent"), plan.value("load_strike_weight")
    ratio = load.mean_weight(windows, baseline, model) / load.weight_of(mean, baseline, model)
    return abs(ratio - 1.0) <= value("load_window_agreement_pct") / 100.0


def session_load(found: AchillesLoad, plan: Plan, session: SessionSteps, baseline: Step) -> AchillesLoad:
    """The session's load and its ratio to the reference, for the models of `found.step_weights`."""
    if not session.steps:
        return replace(found, load_steps_note="how many steps there were is not known")
    chosen = plan.value("load_exponent"), plan.value("load_strike_weight")
    sums = {model: session.steps * load.mean_weight(session.parts, baseline, model) for model in found.step_weights}
    found = replace(found, load_steps=sums[chosen], load_steps_note=session.note)
    reference = found.reference_steps
    if not reference:
        return found
    ratios = {model: one / reference for model, one in sums.items()}
    ends = load.range_of(ratios)
    return replace(
        found,
        session_ratio=ratios[chosen],
        session_ratio_range=ends,
        session_ratios=ratios,
        direction=load.direction(ratios[chosen], *ends, (found.mdc_load_pct or 0.0) / 100.0),
    )


def reference_steps(
    plan: Plan, session: GaitScreen, log: Sequence[LogEntry], day: date, baseline_cadence_spm: float
) -> tuple[float | None, str]:
    """CLI_ref: the largest session load of the log's runs in the 30 days before `day`, and words on where it is from.

    Without any run of known length the plan's longest run counts, unless it was noted before those days.
    """
    first = day - timedelta(days=int(value("load_reference_days")))
    runs = [
        entry
        for entry in log
        if first <= entry.date < day
        and entry.kind in RUN_KINDS
        and (not session.name or entry.session_id != session.name)
    ]
    loads = [(size, entry) for entry in runs if (size := _entry_steps(entry, baseline_cadence_spm))]
    if loads:
        largest, entry = max(loads, key=lambda pair: pair[0])
        how = "" if entry.load_steps is not None else f", {entry.run_min:g} minutes at the baseline's cadence"
        return largest, f"the largest of {len(loads)} in 30 days: {entry.date.isoformat()}{how}"
    usual = plan.baseline
    if usual.longest_run_min and (usual.recorded is None or first <= usual.recorded < day):
        size = load.steps_in(baseline_cadence_spm, usual.longest_run_min)
        doubt = "" if usual.recorded is not None else ", of a day that the plan does not name"
        return size, f"the plan's longest run, {usual.longest_run_min:g} minutes{doubt}"
    return None, "the log has no run of known length in the 30 days before: there is nothing to compare the load with"


def _entry_steps(entry: LogEntry, cadence_spm: float) -> float | None:
    if entry.load_steps is not None:
        return entry.load_steps
    return None if entry.run_min is None else load.steps_in(cadence_spm, entry.run_min)
