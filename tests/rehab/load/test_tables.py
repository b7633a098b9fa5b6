"""The tables of the dossier (2.1 to 2.4), its unit oracles, and the identities that say what an index can hold."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.gait.symmetry import symmetry_angle_pct
from gaitpipe.rehab import load
from gaitpipe.rehab.asymmetry import asymmetry_pct, limb_symmetry_pct, ratio_of_symmetry_angle
from gaitpipe.rehab.load import Step
from gaitpipe.rehab.load_uncertainty import mdc95_pct, step_load_error_pct, step_weight_error_pct

BASELINE = Step(60.0 / 166.0, 0.260, 12.0)
KAPPA = 0.10
CHANGES = {
    "cadence +5 %, contact -2.5 %": (Step(60.0 / (166.0 * 1.05), 0.260 * 0.975, 12.0), 1.0),
    "cadence +10 %, contact -5 %": (Step(60.0 / (166.0 * 1.10), 0.260 * 0.95, 12.0), 1.0),
    "speed +20 %": (Step(60.0 / (166.0 * 1.04), 0.260 * 0.90, 12.0), 1.2),
}
TABLE_2_3 = [
    ("cadence +5 %, contact -2.5 %", 97.68, 1.026, (0.9768, 0.9320, 0.8485)),
    ("cadence +10 %, contact -5 %", 95.69, 1.053, (0.9569, 0.8763, 0.7348)),
    ("speed +20 %", 106.84, 0.9259, (0.8903, 1.016, 1.324)),
]


def four(value: float) -> float:
    return float(f"{value:.4g}")


@pytest.mark.parametrize(("change", "psi", "linear", "weighted"), TABLE_2_3)
def test_table_2_3_of_common_changes(change, psi, linear, weighted):
    step, speed = CHANGES[change]
    assert 100.0 * load.relative_step_load(step, BASELINE, KAPPA) == pytest.approx(psi, abs=0.005)
    assert load.peak_sum_per_km_ratio(step, BASELINE, speed) == pytest.approx(linear, abs=5e-4)
    per_km = [load.weighted_per_km_ratio(step, BASELINE, (b, KAPPA), speed) for b in (2.0, 4.0, 8.0)]
    assert [four(one) for one in per_km] == pytest.approx(list(weighted), rel=1e-9)


def test_table_2_3_of_forefoot_landing_is_a_robust_increase():
    step = Step(60.0 / 166.0, 0.260 * 0.95, -3.0)
    assert 100.0 * load.relative_step_load(step, BASELINE, KAPPA) == pytest.approx(115.79, abs=0.005)
    weights = [load.weight_of(step, BASELINE, (b, KAPPA)) for b in (2.0, 4.0, 8.0)]
    assert weights == pytest.approx([1.274, 1.708, 3.070], abs=5e-4)


def test_faster_running_has_no_direction_a_kilometre_for_it_depends_on_the_exponent():
    step, speed = CHANGES["speed +20 %"]
    ratios = [load.weighted_per_km_ratio(step, BASELINE, (b, KAPPA), speed) for b in (2.0, 4.0, 8.0)]
    assert load.direction(ratios[1], min(ratios), max(ratios), 0.0) == "no conclusion"


def test_peak_force_of_published_young_runners():
    """JEB: contact 271 ms, flight 112 ms, duty factor 35.5 %."""
    assert math.pi / (4.0 * 0.355) == pytest.approx(2.212, abs=5e-4)
    assert load.peak_force_bw(0.5, 0.355) == pytest.approx(2.2124, abs=5e-5)
    assert load.peak_force_bw(0.271 + 0.112, 0.271) == pytest.approx(2.220, abs=0.01)
    assert Step(0.5, 0.355).duty_factor == pytest.approx(0.355)


def test_table_2_4_a_spared_leg_would_seem_to_push_harder():
    injured, other = load.peak_force_bw(0.375, 0.262), load.peak_force_bw(0.375, 0.278)
    assert (injured, other) == pytest.approx((2.24828, 2.11888), rel=1e-5)
    assert injured > other, "what per-leg contact times say, and why they are never used"
    assert load.peak_force_bw(0.375, 0.270) == pytest.approx(2.18166, rel=1e-5)


@pytest.mark.parametrize(("angle", "term"), [(8.0, 0.0), (20.0, 0.0), (3.2, 0.5), (-1.6, 1.0), (-30.0, 1.0)])
def test_strike_term_runs_from_rearfoot_to_forefoot(angle, term):
    assert load.strike_term(angle) == pytest.approx(term)


def test_an_angle_that_is_not_a_number_is_never_a_rearfoot():
    assert math.isnan(load.strike_term(math.nan))


def test_local_exponent_of_tendon_in_vitro():
    found = [load.local_exponent(stress) for stress in (20.0, 30.0, 40.0, 50.0, 60.0)]
    assert found == pytest.approx([3.1, 4.7, 6.2, 7.8, 9.3], abs=0.05)
    assert load.local_exponent(40.0) == pytest.approx(6.22, abs=0.005)


def test_symmetry_angle_and_ratio_turn_into_each_other():
    assert ratio_of_symmetry_angle(0.6) == pytest.approx(1.0190, abs=5e-5)
    assert symmetry_angle_pct(1.0190, 1.0) == pytest.approx(0.6, abs=0.005)
    assert ratio_of_symmetry_angle(0.0) == pytest.approx(1.0)
    assert asymmetry_pct(1.0190, 1.0) == pytest.approx(1.9, abs=0.05)


def test_limb_symmetry_needs_both_sides():
    assert limb_symmetry_pct(21, 28) == pytest.approx(75.0)
    assert [limb_symmetry_pct(None, 28), limb_symmetry_pct(21, None), limb_symmetry_pct(21, 0)] == [None] * 3


def test_uncertainties_of_the_dossier():
    assert step_load_error_pct(0.2, 1.6, 2.1) == pytest.approx(2.65, abs=0.005)
    assert mdc95_pct(step_load_error_pct(0.2, 1.6, 2.1)) == pytest.approx(7.3, abs=0.05)
    assert step_load_error_pct(0.2, 1.6, 0.0) == pytest.approx(1.6, abs=0.05)
    assert mdc95_pct(step_load_error_pct(0.2, 1.6, 0.0)) == pytest.approx(4.5, abs=0.05)
    assert step_weight_error_pct(0.2, 1.6, 2.1, 4.0) == pytest.approx(9.7, abs=0.05)
    assert mdc95_pct(step_weight_error_pct(0.2, 1.6, 2.1, 4.0)) == pytest.approx(27.0, abs=0.5)
    assert step_weight_error_pct(0.2, 1.6, 0.0, 4.0) == pytest.approx(4.9, abs=0.05)
    assert mdc95_pct(step_weight_error_pct(0.2, 1.6, 0.0, 4.0)) == pytest.approx(13.5, abs=0.05)


times = st.floats(0.28, 0.42)
contacts = st.floats(0.18, 0.34)
angles = st.floats(-20.0, 30.0)
steps = st.builds(Step, times, contacts, angles)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(steps, steps)
def test_at_one_speed_impulse_a_kilometre_is_the_same_and_the_peak_sum_is_one_over_contact(step, baseline):
    assert load.impulse_per_km_ratio(step, baseline) == pytest.approx(1.0, rel=1e-12)
    expected = baseline.contact_time_s / step.contact_time_s
    assert load.peak_sum_per_km_ratio(step, baseline) == pytest.approx(expected, rel=1e-12)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(steps, steps, st.floats(0.8, 1.25))
def test_a_wrong_scale_of_all_contact_times_leaves_the_index(step, baseline, factor):
    """H2: a constant error of scale cancels, for the index is relative."""
    scaled = [Step(one.step_time_s, one.contact_time_s * factor, one.strike_angle_deg) for one in (step, baseline)]
    for kappa in (0.05, 0.10, 0.20):
        same = load.relative_step_load(step, baseline, kappa)
        assert load.relative_step_load(*scaled, kappa) == pytest.approx(same, rel=1e-12)
    assert load.weight_of(*scaled, (4.0, 0.1)) == pytest.approx(load.weight_of(step, baseline, (4.0, 0.1)), rel=1e-12)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(steps, steps)
def test_there_and_back_again_is_nothing(step, baseline):
    for model in ((2.0, 0.05), (4.0, 0.1), (8.0, 0.2)):
        there_and_back = load.weight_of(step, baseline, model) * load.weight_of(baseline, step, model)
        assert there_and_back == pytest.approx(1.0, rel=1e-9)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(steps, steps)
def test_without_a_known_landing_there_is_no_strike_term(step, baseline):
    for one, other in ((Step(step.step_time_s, step.contact_time_s), baseline), (step, Step(0.35, 0.26))):
        assert load.strike_ratio(one, other, 0.2) == 1.0
        assert not load.strike_changed([one], other)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.lists(st.floats(0.3, 3.0), min_size=3, max_size=9), st.floats(0.0, 0.5))
def test_there_is_no_conclusion_exactly_when_the_range_straddles_one(ratios, error):
    found = load.direction(ratios[0], min(ratios), max(ratios), error)
    assert (found == "no conclusion") == (min(ratios) < 1.0 < max(ratios))
    if found != "no conclusion":
        assert (found == "within error") == (abs(ratios[0] - 1.0) <= error)
        assert found in ("within error", "up" if ratios[0] > 1.0 else "down")


@pytest.mark.parametrize("place", range(4))
def test_nothing_is_concluded_from_what_is_not_a_number(place):
    figures = [1.2, 1.1, 1.3, 0.05]
    figures[place] = math.nan
    assert load.direction(*figures) == "no conclusion"


def test_the_strike_weight_varies_only_where_the_landing_changed():
    assert load.models(4.0, 0.1, strike_changed=False) == ((4.0, 0.1), (2.0, 0.1), (8.0, 0.1))
    changed = load.models(4.0, 0.1, strike_changed=True)
    assert changed[0] == (4.0, 0.1)
    assert set(changed) == {(b, kappa) for b in (2.0, 4.0, 8.0) for kappa in (0.05, 0.10, 0.20)}
    assert set(load.models(3.0, 0.2, strike_changed=True)) == {(b, k) for b in (2.0, 3.0, 8.0) for k in (0.05, 0.2)}


def test_session_load_is_the_sum_over_its_parts():
    step = Step(60.0 / 172.0, 0.256, 10.0)
    baseline = Step(60.0 / 164.0, 0.264, 11.0)
    whole = load.session_load_steps([(1720.0, step)], baseline, (4.0, 0.1))
    assert whole == pytest.approx(1559.1, rel=1e-4)
    parts = load.session_load_steps([(720.0, step), (1000.0, step)], baseline, (4.0, 0.1))
    assert parts == pytest.approx(whole, rel=1e-12)
    assert math.isnan(load.mean_weight([], baseline, (4.0, 0.1)))
