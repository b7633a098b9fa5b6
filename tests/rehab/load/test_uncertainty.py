"""Where the smallest detectable change comes from, and when a change may be called one."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gaitpipe.rehab.load_uncertainty import spread_pct

MDC = 1.96 * math.sqrt(2.0)


@pytest.mark.parametrize(
    ("today", "usual", "mdc"),
    [
        (10.0, 11.0, 4.5),
        (9.9, 11.0, 7.3),
        (-3.6, -8.0, 4.5),
        (-3.5, -8.0, 7.3),
        (12.0, -2.0, 7.3),
        (3.0, 3.0, 7.3),
        (None, 12.0, 7.3),
        (12.0, None, 7.3),
        (None, None, 7.3),
    ],
)
def test_the_strike_term_adds_no_error_where_the_landing_is_far_from_the_limits(
    make_load, make_screen, today, usual, mdc
):
    found = make_load(make_screen("s", angle_deg=today), make_screen("u", angle_deg=usual))
    assert found.mdc_psi == pytest.approx(mdc, abs=0.05)
    assert found.mdc_load_pct == pytest.approx(13.5 if mdc == 4.5 else 26.9, abs=0.05)
    assert found.uncertainty_psi == pytest.approx(found.mdc_psi / MDC)
    assert found.uncertainty_source.startswith("default errors")


def test_speeds_far_apart_double_the_error_of_contact_time(make_load, make_screen):
    far = make_load(make_screen("s", speed_m_s=3.8), make_screen("u", speed_m_s=2.78))
    assert far.uncertainty_psi == pytest.approx(math.hypot(0.2, 3.2))
    assert "speeds differ" in far.uncertainty_source
    near = make_load(make_screen("s", speed_m_s=3.78), make_screen("u", speed_m_s=2.78))
    assert near.uncertainty_psi == pytest.approx(math.hypot(0.2, 1.6))


def test_the_clinics_own_change_counts_before_everything(make_load, make_plan, make_screen):
    plan = make_plan(load={"mdc_psi": 3.0, "test_retest_psi": [90.0, 100.0, 110.0]})
    found = make_load(make_screen("s"), make_screen("u"), plan=plan)
    assert found.mdc_psi == pytest.approx(3.0)
    assert "plan" in found.uncertainty_source
    default = make_load(make_screen("s"), make_screen("u"))
    assert found.mdc_load_pct == pytest.approx(default.mdc_load_pct * 3.0 / default.mdc_psi)


def test_test_retest_values_replace_the_defaults_widened_for_few(make_load, make_plan, make_screen):
    plan = make_plan(load={"test_retest_psi": [98.0, 100.0, 102.0]})
    found = make_load(make_screen("s"), make_screen("u"), plan=plan)
    assert found.mdc_psi == pytest.approx(4.303 * math.sqrt(2.0) * 2.0)
    assert "test-retest (3 values)" in found.uncertainty_source


def test_an_own_spread_still_grows_with_the_difference_of_speed(make_load, make_plan, make_screen):
    plan = make_plan(load={"mdc_psi": 3.0})
    far = make_load(make_screen("s", speed_m_s=3.9), make_screen("u", speed_m_s=2.78), plan=plan)
    assert far.mdc_psi == pytest.approx(math.hypot(3.0, MDC * math.sqrt(3.2**2 - 1.6**2)))


def test_three_baseline_sessions_replace_the_defaults(make_load, make_screen):
    usual = [make_screen(f"u{one}", 164.0, one, one) for one in (0.262, 0.264, 0.266)]
    found = make_load(make_screen("s"), *usual)
    assert "3 baseline sessions" in found.uncertainty_source
    assert found.mdc_psi == pytest.approx(4.303 * math.sqrt(2.0) * 100.0 * 0.002 / 0.264, rel=1e-3)
    two = make_load(make_screen("s"), *usual[:2])
    assert two.uncertainty_source.startswith("default errors")


@pytest.mark.parametrize("values", [[], [100.0, 101.0], [100.0] * 3, [0.0, 100.0, 101.0], [100.0, math.nan, 101.0]])
def test_values_that_are_no_test_retest_leave_the_defaults(make_load, make_plan, make_screen, values):
    assert spread_pct(values) is None
    plan = make_plan().model_copy(update={"load": make_plan().load.model_copy(update={"test_retest_psi": values})})
    found = make_load(make_screen("s"), make_screen("u"), plan=plan)
    assert found.uncertainty_source.startswith("default errors")
    assert found.mdc_psi == pytest.approx(4.47, abs=0.005)


def test_more_values_widen_less():
    few, many = spread_pct([98.0, 100.0, 102.0]), spread_pct([98.0, 100.0, 102.0] * 10)
    assert few is not None
    assert many is not None
    assert many < 0.6 * few
    assert many > 1.9 * 0.8


@pytest.mark.parametrize(
    ("contact", "direction"),
    [(0.264 / 1.04, "within error"), (0.264 / 1.05, "up"), (0.264 * 1.04, "within error"), (0.264 * 1.06, "down")],
)
def test_only_a_change_beyond_measurement_error_is_called_one(make_load, make_screen, contact, direction):
    found = make_load(make_screen("s", 164.0, contact, contact), make_screen("u"))
    assert found.psi_direction == direction


def test_an_index_whose_direction_hangs_on_the_strike_weight_has_none(make_load, make_plan, make_screen):
    """Longer contact and forefoot: less for a small weight, more for a large one."""
    today = make_screen("s", 164.0, 0.264 * 1.10, 0.264 * 1.10, -5.0)
    found = make_load(today, make_screen("u"), plan=make_plan(load={"mdc_psi": 0.01}))
    assert found.psi_direction == "no conclusion"
    forefoot_before = make_load(replace(today, name="again"), today)
    assert forefoot_before.psi == pytest.approx(100.0)
    assert forefoot_before.psi_direction == "within error"
