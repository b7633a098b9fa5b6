"""Drift: a known change is found, none is mostly not found, and a settling strap counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.evidence import value
from gaitpipe.gait.drift import drift


def run(seed: int, change: float = 0.0, count: int = 300, noise: float = 0.008, settling: float = 0.0):
    """Contact times that change linearly from the middle of the first third to that of the last."""
    random = np.random.default_rng(seed)
    course = np.linspace(-0.25 * change, 1.25 * change, count)
    return drift("ground_contact_time_s", "left", 0.25 + course + random.normal(0.0, noise, count), settling)


def test_no_change_is_called_one_in_about_one_of_twenty() -> None:
    called = [run(seed).exceeds for seed in range(300)]
    assert 0.01 < np.mean(called) < 0.10


def test_the_interval_holds_a_known_change() -> None:
    found = [run(seed, change=0.006) for seed in range(200)]
    inside = np.mean([one.low <= 0.006 <= one.high for one in found])
    assert 0.90 < inside <= 0.99
    assert np.mean([one.change for one in found]) == pytest.approx(0.006, abs=0.0003)


def test_a_large_change_counts_and_a_small_one_does_not_where_the_strap_may_settle() -> None:
    assert run(1, change=0.012, settling=0.002).exceeds
    small = run(1, change=0.003, count=3000, noise=0.002, settling=0.002)
    assert small.low > 0.0  # certain as a figure
    assert small.exceeds is False
    assert small.mdc >= 1.96 * 0.002


def test_the_change_is_last_minus_first_in_per_cent_of_the_first() -> None:
    found = drift("ground_contact_time_s", "left", np.repeat([0.2, 0.21, 0.22], 30), 0.0)
    assert (found.first, found.last) == (pytest.approx(0.2), pytest.approx(0.22))
    assert found.change == pytest.approx(0.02)
    assert found.change_pct == pytest.approx(10.0)
    assert drift("foot_strike_angle_deg", "left", np.repeat([10.0, 9.0, 8.0], 30), 1.0, False).change_pct is None


def test_a_few_wrong_strides_move_nothing() -> None:
    values = np.full(120, 0.25) + np.tile([-0.001, 0.001], 60)
    spoilt = values.copy()
    spoilt[[3, 20, 100]] = 0.45
    assert drift("x", "left", spoilt, 0.002).change == pytest.approx(
        drift("x", "left", values, 0.002).change, abs=0.001
    )


@pytest.mark.parametrize("count", [0, 1, 3, 59])
def test_too_few_strides_give_a_reason_and_no_figure(count: int) -> None:
    found = drift("x", "right", np.full(count, 0.25), 0.0)
    assert (found.change, found.mdc, found.exceeds) == (None, None, None)
    assert f"{value('drift_least_strides'):.0f}" in found.note
    assert str(count) in found.note


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 1000), st.floats(0.1, 100.0))
def test_turning_the_session_round_turns_the_sign_and_the_unit_is_free(seed: int, factor: float) -> None:
    values = 0.25 + np.random.default_rng(seed).normal(0.0, 0.01, 90)
    forward, back = drift("x", "left", values, 0.001), drift("x", "left", values[::-1], 0.001)
    assert forward.change == pytest.approx(-back.change, abs=1e-12)
    assert forward.mdc == pytest.approx(back.mdc)
    scaled = drift("x", "left", factor * values, factor * 0.001)
    assert scaled.change == pytest.approx(factor * forward.change)
    assert scaled.change_pct == pytest.approx(forward.change_pct)
    assert math.isclose(scaled.mdc, factor * forward.mdc, rel_tol=1e-9)
