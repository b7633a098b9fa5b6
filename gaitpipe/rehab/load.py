"""The relative Achilles load index: load of a step and of a session against the athlete's own baseline. Pure functions.

Nothing here is a force in the tendon. Peak ground force comes from a half sine over contact (`gait.sine_model`), from
contact times of BOTH legs: one leg's alone would show a spared leg, which is on the ground for less time, as the one
that pushes harder. The strike term raises the step for landing on the forefoot. A session is the sum of its steps, each
weighted by its relative height to the power b: without a weight the sum says nothing, for the vertical impulse of a
step is body weight times step time whatever the runner does. b and the weight of the strike term (kappa) are not known,
so every session figure is computed for a range of both, and where that range straddles 1 there is no conclusion.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait import sine_model
from gaitpipe.rehab.words import Direction, InjuredSide, LegMeans

Model = tuple[float, float]
"""Exponent b and strike weight kappa."""


@dataclass(frozen=True, slots=True)
class Step:
    """The mean step of a session or window: step and contact time are means of both legs [s].

    `strike_angle_deg` is that of the injured leg (toes up positive), None when not known.
    """

    step_time_s: float
    contact_time_s: float
    strike_angle_deg: float | None = None

    @property
    def duty_factor(self) -> float:
        """Contact over stride time."""
        return duty_factor(self.step_time_s, self.contact_time_s)

    @property
    def peak_force_bw(self) -> float:
        """Peak ground force in body weights."""
        return peak_force_bw(self.step_time_s, self.contact_time_s)

    @property
    def strike_term(self) -> float | None:
        """0 rearfoot to 1 forefoot; None when the angle is not known."""
        return None if self.strike_angle_deg is None else strike_term(self.strike_angle_deg)


def step_of(left: LegMeans | None, right: LegMeans | None, strike_angle_deg: float | None) -> Step | None:
    """The mean step of both legs; None when a leg or its contact time is missing.

    Step time is 60 / mean cadence of the legs that know theirs: one leg's strides tell the cadence of both feet.
    """
    left_s, right_s = (None if leg is None else known(leg.contact_time_s) for leg in (left, right))
    cadence = cadence_spm(left, right)
    if left_s is None or right_s is None or cadence is None:
        return None
    return Step(60.0 / cadence, 0.5 * (left_s + right_s), known(strike_angle_deg))


def strike_angle_deg(left: LegMeans | None, right: LegMeans | None, injured: InjuredSide) -> float | None:
    """Strike angle of the injured leg; when both are injured the mean of both. None when not known."""
    legs = {"left": (left,), "right": (right,), "both": (left, right)}[injured]
    angles = [known(leg.foot_strike_angle_deg) for leg in legs if leg is not None]
    there = [angle for angle in angles if angle is not None]
    return sum(there) / len(there) if len(there) == len(legs) else None


def known(figure: float | None) -> float | None:
    """The figure, None when it is missing or not finite: NaN is missing, never 0 and never "nothing to see"."""
    return figure if figure is not None and math.isfinite(figure) else None


def cadence_spm(left: LegMeans | None, right: LegMeans | None) -> float | None:
    """Mean cadence, steps per minute of both feet; None when no leg's stride time is known."""
    strides_s = [known(leg.stride_time_s) for leg in (left, right) if leg is not None]
    cadences = [120.0 / stride_s for stride_s in strides_s if stride_s is not None and stride_s > 0.0]
    return sum(cadences) / len(cadences) if cadences else None


def duty_factor(step_time_s: float, contact_time_s: float) -> float:
    """Contact time over stride time."""
    return contact_time_s / (2.0 * step_time_s)


def peak_force_bw(step_time_s: float, contact_time_s: float) -> float:
    """Peak vertical ground force in body weights, pi/2 step / contact; both times are means of both legs [s]."""
    return float(sine_model.peak_force_bw(np.asarray(step_time_s), np.asarray(contact_time_s)))


def strike_term(strike_angle_deg: float) -> float:
    """q: 0 at the rearfoot's limit and above, 1 at the forefoot's and below, straight between; NaN gives NaN."""
    if math.isnan(strike_angle_deg):
        return math.nan
    rear, fore = value("foot_strike_rearfoot_deg"), value("foot_strike_forefoot_deg")
    return min(1.0, max(0.0, (rear - strike_angle_deg) / (rear - fore)))


def strike_factor(term: float, strike_weight: float) -> float:
    """G = 1 + kappa q."""
    return 1.0 + strike_weight * term


def strike_ratio(today: Step, baseline: Step, strike_weight: float) -> float:
    """G over the baseline's; 1 when either strike angle is not known: then there is no strike term."""
    term, term_baseline = today.strike_term, baseline.strike_term
    if term is None or term_baseline is None:
        return 1.0
    return strike_factor(term, strike_weight) / strike_factor(term_baseline, strike_weight)


def relative_step_load(today: Step, baseline: Step, strike_weight: float) -> float:
    """ell: the step's load over that of the baseline's step; PSI is 100 times it."""
    return today.peak_force_bw / baseline.peak_force_bw * strike_ratio(today, baseline, strike_weight)


def step_weight(relative_load: float, contact_ratio: float, exponent: float) -> float:
    """W = ell^b times contact time over the baseline's: one step in damage-weighted baseline steps."""
    return float(relative_load**exponent * contact_ratio)


def weight_of(today: Step, baseline: Step, model: Model) -> float:
    """The weight of a step for one exponent and strike weight."""
    exponent, strike_weight = model
    ell = relative_step_load(today, baseline, strike_weight)
    return step_weight(ell, today.contact_time_s / baseline.contact_time_s, exponent)


def mean_weight(parts: Sequence[tuple[float, Step]], baseline: Step, model: Model) -> float:
    """The mean weight of the steps of all parts (steps, mean step); NaN without steps."""
    steps = sum(count for count, _ in parts)
    if steps <= 0:
        return math.nan
    return sum(count * weight_of(step, baseline, model) for count, step in parts) / steps


def session_load_steps(parts: Sequence[tuple[float, Step]], baseline: Step, model: Model) -> float:
    """CLI: sum of the weights of the injured leg's running steps, in baseline-step equivalents.

    Parameters
    ----------
    parts
        Steps of one leg and their mean step: one part for a session, or one for each window.
    """
    return sum(count * weight_of(step, baseline, model) for count, step in parts)


def steps_in(cadence: float, minutes: float) -> float:
    """Steps of one leg in so many minutes of running at a cadence of both feet [steps/min]."""
    return 0.5 * cadence * minutes


def models(exponent: float, strike_weight: float, strike_changed: bool) -> tuple[Model, ...]:
    """The exponents and strike weights that every session figure is computed for; the first is the one reported.

    The strike weight plays a part only where the strike term is not the baseline's.
    """
    exponents = _others(exponent, (value("load_exponent_lowest"), value("load_exponent_highest")))
    weights = [strike_weight]
    if strike_changed:
        ends = value("load_strike_weight_lowest"), value("load_strike_weight_highest")
        weights = _others(strike_weight, ends)
    return tuple((b, kappa) for b in exponents for kappa in weights)


def _others(chosen: float, ends: Iterable[float]) -> list[float]:
    return [chosen, *(end for end in sorted(ends) if end != chosen)]


def strike_changed(parts: Sequence[Step], baseline: Step) -> bool:
    """Whether any part's strike term is known and differs from the baseline's known one."""
    before = baseline.strike_term
    terms = [part.strike_term for part in parts]
    return before is not None and any(term is not None and term != before for term in terms)


def direction(figure: float, lowest: float, highest: float, error: float, neutral: float = 1.0) -> Direction:
    """What may be said of a ratio (`neutral` 1) or an index (100).

    "no conclusion" exactly when its range over the models holds `neutral` inside; else "within error" when the change
    is not larger than the smallest detectable one (`error`, in the figure's unit); else "up" or "down". Of what is not
    finite there is no conclusion either.
    """
    if lowest < neutral < highest or not all(map(math.isfinite, (figure, lowest, highest, error))):
        return "no conclusion"
    if abs(figure - neutral) <= error:
        return "within error"
    return "up" if figure > neutral else "down"


def range_of(figures: Mapping[Model, float]) -> tuple[float, float]:
    """Smallest and largest over the models."""
    return min(figures.values()), max(figures.values())


def local_exponent(stress_pct: float) -> float:
    """B of tendon in vitro at a stress in % of ultimate: -d ln N / d ln S of S = 101.3 - 14.8 log10 N."""
    return math.log(10.0) * stress_pct / value("tendon_fatigue_slope_pct")


def peak_sum_per_km_ratio(today: Step, baseline: Step, speed_ratio: float = 1.0) -> float:
    """Peak forces of all steps of a kilometre over the baseline's, unweighted; at one speed this is 1 / contact time.

    `speed_ratio` is the speed over the baseline's: steps of a kilometre go with 1 / (speed x step time).
    """
    return today.peak_force_bw / baseline.peak_force_bw * _steps_per_km_ratio(today, baseline, speed_ratio)


def weighted_per_km_ratio(today: Step, baseline: Step, model: Model, speed_ratio: float = 1.0) -> float:
    """Damage-weighted steps of a kilometre over the baseline's; its sign may depend on the exponent."""
    return weight_of(today, baseline, model) * _steps_per_km_ratio(today, baseline, speed_ratio)


def impulse_per_km_ratio(today: Step, baseline: Step, speed_ratio: float = 1.0) -> float:
    """Vertical impulse of a kilometre over the baseline's: 1 / speed, whatever the steps are like. It says nothing."""
    ratio = today.peak_force_bw * today.contact_time_s / (baseline.peak_force_bw * baseline.contact_time_s)
    return ratio * _steps_per_km_ratio(today, baseline, speed_ratio)


def _steps_per_km_ratio(today: Step, baseline: Step, speed_ratio: float) -> float:
    return baseline.step_time_s / (today.step_time_s * speed_ratio)
