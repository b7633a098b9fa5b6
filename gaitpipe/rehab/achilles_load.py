"""The load index of a session against the baseline: from screens, plan and log to every figure, with its reasons.

Rules
  1. Means of both legs count. The baseline is the mean over the baseline sessions; a recording given twice counts once.
  2. Without the strike angle of today or of the baseline there is no strike term, and it is said.
  3. The load of the whole session and its reference have rules of their own (`session_load`).
  4. A gate that fails leaves no index and no session load; what does not rest on the comparison is still given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from gaitpipe.evidence import value
from gaitpipe.rehab import load
from gaitpipe.rehab.asymmetry import contact_asymmetry_pct
from gaitpipe.rehab.context import context_of, day_of, entry_of
from gaitpipe.rehab.load import Step
from gaitpipe.rehab.load_gates import Compared, load_gates
from gaitpipe.rehab.load_uncertainty import load_uncertainty
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.session_load import SessionSteps, reference_steps, session_load, session_parts
from gaitpipe.rehab.words import AchillesLoad, GaitScreen, Gate, InjuredSide, LegMeans

NOTHING = AchillesLoad(
    psi=None, psi_technique=None, psi_direction=None, mdc_psi=None, uncertainty_psi=None, uncertainty_source="",
    peak_force_bw=None, peak_force_baseline_bw=None, strike_term=None, strike_term_baseline=None, step_weight=None,
    mdc_load_pct=None, load_steps=None, load_steps_note="", reference_steps=None, reference_note="",
    session_ratio=None, session_ratio_range=None, step_weights={}, session_ratios={}, direction=None,
    asymmetry_pct=None, asymmetry_baseline_pct=None, asymmetry_change_pct=None, cadence_change_pct=None, gates=(),
)  # fmt: skip


def achilles_load(
    plan: Plan, session: GaitScreen | None, baselines: Sequence[GaitScreen], log: Sequence[LogEntry], on: date
) -> AchillesLoad:
    """Everything the load index says of a session; see the rules above. It never raises on data.

    Parameters
    ----------
    on
        The day of the judgement: counts as the session's day where neither log nor recording know it.
    """
    baselines = _once_each(baselines)
    today = None if session is None else _compared("Today's session", session, log, plan, baseline=False)
    usual = [_compared(_label(one), one, log, plan, baseline=True) for one in baselines]
    baseline = _mean_step([one.step for one in usual])
    gates = load_gates(plan, today, usual, on)
    found = replace(_beside(plan.tendon.side, session, baselines), gates=gates)
    if today is None or today.step is None or baseline is None:
        return found
    found = replace(found, gates=(*gates, _strike_gate(today.step, baseline)))
    if found.reasons:
        return found
    ran = session_parts(plan, today.screen, today.step, baseline, log)
    found = _index(plan, found, today, today.step, usual, baseline, ran)
    reference, note = reference_steps(plan, today.screen, log, today.day or on, 60.0 / baseline.step_time_s)
    return session_load(replace(found, reference_steps=reference, reference_note=note), plan, ran, baseline)


def _once_each(baselines: Sequence[GaitScreen]) -> list[GaitScreen]:
    """The baseline sessions, one given twice only once."""
    kept: list[GaitScreen] = []
    for one in baselines:
        if one not in kept and not (one.input_sha256 and one.input_sha256 in (other.input_sha256 for other in kept)):
            kept.append(one)
    return kept


def _label(screen: GaitScreen) -> str:
    return f"The baseline session {screen.name}" if screen.name else "The baseline session"


def _compared(label: str, screen: GaitScreen, log: Sequence[LogEntry], plan: Plan, baseline: bool) -> Compared:
    entry = entry_of(screen, log)
    return Compared(
        label=label,
        screen=screen,
        context=context_of(screen, log, plan, baseline),
        step=load.step_of(
            screen.left, screen.right, load.strike_angle_deg(screen.left, screen.right, plan.tendon.side)
        ),
        day=day_of(screen, log),
        logged_speed_m_s=None if entry is None else entry.belt_speed_m_s,
    )


def _mean_step(steps: Sequence[Step | None]) -> Step | None:
    """The mean of the baseline sessions; None when one of them has no step. Angles: those that are known."""
    known = [step for step in steps if step is not None]
    if not known or len(known) < len(steps):
        return None
    angles = [step.strike_angle_deg for step in known if step.strike_angle_deg is not None]
    return Step(
        sum(step.step_time_s for step in known) / len(known),
        sum(step.contact_time_s for step in known) / len(known),
        sum(angles) / len(angles) if angles else None,
    )


def _beside(injured: InjuredSide, session: GaitScreen | None, baselines: Sequence[GaitScreen]) -> AchillesLoad:
    """What stands beside the index and needs no comparison to be valid: asymmetry, cadence, peak force, strike term."""
    if session is None or session.mode != "run" or session.errors:
        return NOTHING
    running = [one for one in baselines if one.mode == "run" and not one.errors]
    asymmetry = contact_asymmetry_pct(session.left, session.right, injured)
    before = contact_asymmetry_pct(_mean_leg(running, "left"), _mean_leg(running, "right"), injured)
    angle = load.strike_angle_deg(session.left, session.right, injured)
    step = load.step_of(session.left, session.right, angle)
    inside = step is not None and (
        value("duty_factor_sine_minimum") < step.duty_factor < value("duty_factor_sine_maximum")
    )
    return replace(
        NOTHING,
        peak_force_bw=step.peak_force_bw if step is not None and inside else None,
        strike_term=None if angle is None else load.strike_term(angle),
        asymmetry_pct=asymmetry,
        asymmetry_baseline_pct=before,
        asymmetry_change_pct=None if asymmetry is None or before is None else asymmetry - before,
        cadence_change_pct=_cadence_change_pct(session, running),
    )


def _mean_leg(screens: Sequence[GaitScreen], side: str) -> LegMeans | None:
    legs = [screen.left if side == "left" else screen.right for screen in screens]
    times = [time for leg in legs if leg is not None and (time := load.known(leg.contact_time_s)) is not None]
    if not times or len(times) < len(legs):
        return None
    return LegMeans(sum(leg.strides for leg in legs if leg is not None), sum(times) / len(times), None)


def _cadence_change_pct(session: GaitScreen, baselines: Sequence[GaitScreen]) -> float | None:
    now = load.cadence_spm(session.left, session.right)
    before = [load.cadence_spm(one.left, one.right) for one in baselines]
    known = [cadence for cadence in before if cadence is not None]
    if now is None or not known:
        return None
    return 100.0 * (now / (len(known) / sum(1.0 / cadence for cadence in known)) - 1.0)


def _strike_gate(today: Step, baseline: Step) -> Gate:
    missing = [
        name for name, step in (("today", today), ("in the baseline", baseline)) if step.strike_angle_deg is None
    ]
    if not missing:
        return Gate("strike", True, "", "note")
    reason = (
        f"The foot strike angle is not known {' and '.join(missing)} (it needs sensors on the feet): the index leaves "
        "out how the foot lands, and a change to the forefoot would not be seen."
    )
    return Gate("strike", None, reason, "note")


def _index(
    plan: Plan,
    found: AchillesLoad,
    today: Compared,
    step: Step,
    usual: Sequence[Compared],
    baseline: Step,
    session: SessionSteps,
) -> AchillesLoad:
    """The index of a step, with the weights of all models."""
    kappa = plan.value("load_strike_weight")
    changed = load.strike_changed([step, *(one for _, one in session.parts)], baseline)
    models = load.models(plan.value("load_exponent"), kappa, changed)
    psi = 100.0 * load.relative_step_load(step, baseline, kappa)
    psis = {model: 100.0 * load.relative_step_load(step, baseline, model[1]) for model in models}
    indices = [100.0 * load.relative_step_load(one.step, baseline, kappa) for one in usual if one.step is not None]
    unsure = load_uncertainty(plan, step, baseline, indices, _speed_change(today, usual))
    same_speed = all(gate.passed is True for gate in found.gates if gate.scope == "technique")
    return replace(
        found,
        psi=psi,
        psi_technique=psi if same_speed else None,
        psi_direction=load.direction(psi, *load.range_of(psis), unsure.mdc_psi, neutral=100.0),
        mdc_psi=unsure.mdc_psi,
        uncertainty_psi=unsure.step_load_pct,
        uncertainty_source=unsure.source,
        peak_force_baseline_bw=baseline.peak_force_bw,
        strike_term_baseline=baseline.strike_term,
        step_weight=load.weight_of(step, baseline, models[0]),
        mdc_load_pct=unsure.mdc_load_pct,
        step_weights={model: load.weight_of(step, baseline, model) for model in models},
    )


def _speed_change(today: Compared, usual: Sequence[Compared]) -> float | None:
    """The largest difference of speed to a baseline session; None when one of the speeds is not known."""
    here, there = today.context.speed_m_s, [one.context.speed_m_s for one in usual]
    known = [speed for speed in there if speed is not None]
    return max(abs(here - speed) for speed in known) if here is not None and len(known) == len(there) else None
