"""How sure the load index is: standard uncertainty, and the smallest change that cannot be measurement error.

Rules, first that applies:
  1. The plan says the smallest detectable change itself (`load.mdc_psi`).
  2. The plan holds the clinic's own test-retest, at least `load_test_retest_least_sessions` values: their spread.
  3. There are as many baseline sessions: the spread of their own indices.
  4. The default errors: of step time, of contact time, and of the strike term unless both strike angles are so far from
     the classes' limits that an error cannot change the term.

A spread of three sessions is itself poorly known: it is widened by Student's t. Values that do not differ at all are
copies, not a test-retest, and do not count. At speeds that differ by more than `load_speed_change_m_s` contact time
counts with twice its error, for its bias changes with speed; an own spread, found at one speed, gets that much more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gaitpipe.evidence import value
from gaitpipe.rehab.load import Step
from gaitpipe.rehab.plan import Plan

Z_95 = 1.96
MDC_FACTOR = Z_95 * math.sqrt(2.0)
STUDENT_95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Student's t for 95 % with 1, 2, ... degrees of freedom; beyond, the last one is kept."""


@dataclass(frozen=True, slots=True)
class LoadUncertainty:
    """Standard uncertainties in %: of the step load, and of the step weight at the exponent asked for.

    `mdc_psi` and `mdc_load_pct` are the smallest detectable changes; `source` says in words where they come from.
    """

    step_load_pct: float
    step_weight_pct: float
    source: str

    @property
    def mdc_psi(self) -> float:
        """Smallest detectable change of the index, in points."""
        return MDC_FACTOR * self.step_load_pct

    @property
    def mdc_load_pct(self) -> float:
        """Smallest detectable change of the session load [%]."""
        return MDC_FACTOR * self.step_weight_pct


def step_load_error_pct(step_time_pct: float, contact_pct: float, strike_pct: float) -> float:
    """u_ell: standard uncertainty of the relative step load [%]."""
    return math.hypot(step_time_pct, contact_pct, strike_pct)


def step_weight_error_pct(step_time_pct: float, contact_pct: float, strike_pct: float, exponent: float) -> float:
    """u_w [%]: the weight goes with step time^b, contact time^(1-b) and the strike factor^b."""
    return math.hypot(exponent * step_time_pct, (exponent - 1.0) * contact_pct, exponent * strike_pct)


def mdc95_pct(uncertainty_pct: float) -> float:
    """Smallest detectable change of two measurements with 95 % confidence."""
    return MDC_FACTOR * uncertainty_pct


def strike_matters(today: Step, baseline: Step) -> bool:
    """Whether an error of the strike angle may change the strike term; True when an angle is not known."""
    margin = value("load_strike_margin_deg")
    rear, fore = value("foot_strike_rearfoot_deg") + margin, value("foot_strike_forefoot_deg") - margin
    angles = today.strike_angle_deg, baseline.strike_angle_deg
    return any(angle is None or fore < angle < rear for angle in angles)


def spread_pct(indices: Sequence[float]) -> float | None:
    """Spread of repeated indices in % of their mean, widened for few of them; None when they say nothing.

    They say nothing when there are too few, one is not positive, or they do not differ (copies of one session).
    """
    count = len(indices)
    if count < value("load_test_retest_least_sessions") or not all(math.isfinite(one) and one > 0 for one in indices):
        return None
    mean = sum(indices) / count
    sd = math.sqrt(sum((one - mean) ** 2 for one in indices) / (count - 1))
    if sd <= 1e-9 * mean:
        return None
    return 100.0 * sd / mean * STUDENT_95[min(count - 2, len(STUDENT_95) - 1)] / Z_95


def load_uncertainty(
    plan: Plan, today: Step, baseline: Step, baseline_indices: Sequence[float], speed_change_m_s: float | None
) -> LoadUncertainty:
    """Uncertainty of the index of `today` against `baseline`; see the rules above.

    Parameters
    ----------
    baseline_indices
        Index of each baseline session against their mean.
    speed_change_m_s
        Difference of the speeds; None when not known (nothing is doubled).
    """
    exponent = plan.value("load_exponent")
    strike = strike_matters(today, baseline)
    other_speed = speed_change_m_s is not None and abs(speed_change_m_s) > value("load_speed_change_m_s")
    usual = _default_errors(strike, 1.0)
    now = _default_errors(strike, 2.0 if other_speed else 1.0)
    own, source = _own_pct(plan, baseline_indices)
    tail = "; contact time with twice its error, for the speeds differ" if other_speed else ""
    if own is None:
        source = "default errors" + ("" if strike else ", landing far from the limits of its class") + tail
        return LoadUncertainty(step_load_error_pct(*now), step_weight_error_pct(*now, exponent), source)
    more = math.sqrt(step_load_error_pct(*now) ** 2 - step_load_error_pct(*usual) ** 2)
    widened = math.hypot(own, more)
    weight = widened * step_weight_error_pct(*now, exponent) / step_load_error_pct(*now)
    return LoadUncertainty(widened, weight, source + tail)


def _default_errors(strike: bool, contact_factor: float) -> tuple[float, float, float]:
    contact_pct = contact_factor * value("load_contact_time_error_pct")
    return value("load_step_time_error_pct"), contact_pct, value("load_strike_error_pct") if strike else 0.0


def _own_pct(plan: Plan, baseline_indices: Sequence[float]) -> tuple[float | None, str]:
    if plan.load.mdc_psi:
        return plan.load.mdc_psi / MDC_FACTOR, "smallest detectable change as set in the plan"
    own = spread_pct(plan.load.test_retest_psi)
    if own is not None:
        return own, f"the clinic's own test-retest ({len(plan.load.test_retest_psi)} values)"
    own = spread_pct(baseline_indices)
    return own, f"spread of the {len(baseline_indices)} baseline sessions"
