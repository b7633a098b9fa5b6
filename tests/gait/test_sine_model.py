"""The sine model against its published numbers, its identities, and the trap in its sign."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.gait.sine_model import (
    displacement_m,
    leg_angle_share,
    leg_sensitivity,
    leg_stiffness_n_per_m_kg,
    peak_force_bw,
    vertical_sensitivity,
    vertical_stiffness_n_per_m_kg,
)

G = 9.80665
quick = settings(max_examples=50, deadline=None, derandomize=True)
contacts = st.floats(0.15, 0.40)
flights = st.floats(0.0, 0.25)


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_seventy_kilograms_at_a_contact_of_250_and_a_flight_of_100_ms() -> None:
    force_bw = peak_force_bw(one(0.35), one(0.25))[0]
    assert 70.0 * G * force_bw == pytest.approx(1510.0, abs=1.0)
    assert displacement_m(one(0.35), one(0.25))[0] == pytest.approx(0.060, abs=0.0001)
    assert vertical_stiffness_n_per_m_kg(one(0.35), one(0.25))[0] * 70.0 == pytest.approx(25_180.0, rel=1e-3)


def test_the_displacement_subtracts_what_gravity_does_meanwhile() -> None:
    added = G * peak_force_bw(one(0.35), one(0.25))[0] * 0.25**2 / math.pi**2 + G * 0.25**2 / 8.0
    assert added == pytest.approx(0.213, abs=0.001)
    assert displacement_m(one(0.35), one(0.25))[0] < 0.3 * added


def test_the_displacement_is_that_of_a_body_under_half_a_sine_integrated_twice() -> None:
    contact_s, step_s, steps = 0.25, 0.35, 200_000
    time_s = np.linspace(0.0, contact_s, steps)
    acceleration = G * peak_force_bw(one(step_s), one(contact_s))[0] * np.sin(math.pi * time_s / contact_s) - G
    speed = np.cumsum(acceleration) * (contact_s / steps) - 0.5 * G * (step_s - contact_s)  # falls from half a flight
    height = np.cumsum(speed) * (contact_s / steps)
    assert speed[-1] == pytest.approx(0.5 * G * (step_s - contact_s), abs=1e-3)
    assert -height.min() == pytest.approx(displacement_m(one(step_s), one(contact_s))[0], rel=1e-3)


@pytest.mark.parametrize(("duty_factor", "force_bw"), [(0.355, 2.2124), (0.35, 2.24), (0.25, math.pi)])
def test_peak_force_is_a_quarter_of_pi_over_the_duty_factor(duty_factor: float, force_bw: float) -> None:
    assert peak_force_bw(one(0.35), one(2.0 * 0.35 * duty_factor))[0] == pytest.approx(force_bw, abs=0.005)


def test_both_legs_together_hide_no_sparing_as_a_harder_push() -> None:
    """The spared leg has the shorter contact: alone it would show the larger force."""
    spared, other, both = (peak_force_bw(one(0.375), one(contact))[0] for contact in (0.262, 0.278, 0.270))
    assert (spared, other, both) == pytest.approx((2.24828, 2.11888, 2.18166), abs=1e-5)


@quick
@given(contacts, flights, st.floats(0.5, 2.0))
def test_scaling_all_times_scales_lengths_by_the_square_and_leaves_the_force(
    contact_s: float, flight_s: float, factor: float
) -> None:
    small, large = (
        (one(contact_s + flight_s), one(contact_s)),
        (
            one(factor * (contact_s + flight_s)),
            one(factor * contact_s),
        ),
    )
    assert peak_force_bw(*large)[0] == pytest.approx(peak_force_bw(*small)[0])
    assert displacement_m(*large)[0] == pytest.approx(factor**2 * displacement_m(*small)[0])
    assert vertical_stiffness_n_per_m_kg(*large)[0] == pytest.approx(
        vertical_stiffness_n_per_m_kg(*small)[0] / factor**2
    )


@quick
@given(contacts, flights)
def test_the_body_sinks_and_without_speed_the_leg_is_as_stiff_as_the_body(contact_s: float, flight_s: float) -> None:
    times = one(contact_s + flight_s), one(contact_s)
    assert displacement_m(*times)[0] > 0.0
    vertical = vertical_stiffness_n_per_m_kg(*times)[0]
    assert leg_stiffness_n_per_m_kg(*times, one(0.0), 0.9)[0] == pytest.approx(vertical)
    assert leg_stiffness_n_per_m_kg(*times, one(3.0), 0.9)[0] < vertical


def test_at_a_fixed_flight_a_tenth_less_contact_makes_stiffness_a_fifth_larger() -> None:
    """What the paper's readers quote."""
    at, less = (vertical_stiffness_n_per_m_kg(one(contact + 0.11), one(contact))[0] for contact in (0.25, 0.225))
    assert less / at == pytest.approx(1.20, abs=0.02)


@quick
@given(st.floats(0.18, 0.32), st.floats(0.05, 0.2), st.floats(1.0, 5.0))
def test_the_sensitivities_are_the_slopes_of_the_formulas_at_a_fixed_step(
    contact_s: float, flight_s: float, speed_m_s: float
) -> None:
    step, small = one(contact_s + flight_s), 1e-5
    times = [one(contact_s * factor) for factor in (1.0 - small, 1.0, 1.0 + small)]
    low, _, high = (math.log(vertical_stiffness_n_per_m_kg(step, contact)[0]) for contact in times)
    assert vertical_sensitivity(step[0], contact_s) == pytest.approx((high - low) / (2 * small), abs=1e-3)
    low, at, high = (leg_stiffness_n_per_m_kg(step, contact, one(speed_m_s), 0.93)[0] for contact in times)
    slope = (math.log(high) - math.log(low)) / (2 * small)
    assert leg_sensitivity(step[0], contact_s, at) == pytest.approx(slope, rel=0.35)  # the leg's arc is taken as flat


def test_the_part_of_the_angle_is_what_is_left_of_the_shortening() -> None:
    times = one(0.36), one(0.25)
    stiffness = leg_stiffness_n_per_m_kg(*times, one(3.0), 0.93)[0]
    angle_m = 0.93 - math.sqrt(0.93**2 - 0.375**2)
    whole_m = angle_m + displacement_m(*times)[0]
    assert leg_angle_share(0.36, 0.25, stiffness) == pytest.approx(angle_m / whole_m)
    faster = leg_stiffness_n_per_m_kg(*times, one(3.03), 0.93)[0]
    assert math.log(faster / stiffness) / math.log(1.01) == pytest.approx(-2.0 * angle_m / whole_m, rel=0.1)


def test_the_unknown_and_the_impossible_give_nothing() -> None:
    assert np.isnan(peak_force_bw(one(np.nan), one(0.25)))[0]
    assert np.isnan(leg_stiffness_n_per_m_kg(one(0.35), one(0.25), one(20.0), 0.9))[0]
    assert np.isnan(leg_stiffness_n_per_m_kg(one(0.35), one(0.25), one(np.nan), 0.9))[0]
    assert peak_force_bw(np.zeros(0), np.zeros(0)).shape == (0,)
