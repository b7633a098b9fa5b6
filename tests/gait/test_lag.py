"""The delay of one slow series behind another, and where nothing is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.gait.lag import lag_s

FINE_S = np.arange(0.0, 200.0, 0.5)
COARSE_S = np.arange(0.3, 200.0, 1.0)


def bump(time_s):
    """A speed that rises and falls."""
    return 3.0 + np.exp(-0.5 * ((np.asarray(time_s) - 100.0) / 12.0) ** 2)


@pytest.mark.parametrize("delay_s", [0.0, 0.8, 2.0, 5.3, 9.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_known_delay_is_found_within_half_a_message(delay_s, seed):
    noise = np.random.default_rng(seed).normal(0.0, 0.03, len(COARSE_S))
    assert lag_s(FINE_S, bump(FINE_S), COARSE_S, bump(COARSE_S - delay_s) + noise) == pytest.approx(delay_s, abs=0.5)


def test_smoothing_counts_as_delay():
    smooth = np.convolve(bump(FINE_S), np.full(9, 1 / 9))[: len(FINE_S)]  # the mean of the last 4.5 s
    late = np.interp(COARSE_S, FINE_S, smooth)
    assert lag_s(FINE_S[20:], bump(FINE_S)[20:], COARSE_S[20:], late[20:]) == pytest.approx(2.0, abs=0.5)


@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_said_of_steady_or_unlike_series(seed):
    random = np.random.default_rng(seed)
    steady = 3.0 + random.normal(0.0, 0.03, len(FINE_S))
    assert lag_s(FINE_S, steady, COARSE_S, 3.0 + random.normal(0.0, 0.03, len(COARSE_S))) is None
    assert lag_s(FINE_S, bump(FINE_S), COARSE_S, random.normal(3.0, 0.5, len(COARSE_S))) is None


def test_a_delay_beyond_the_longest_a_straight_rise_and_too_few_pairs_give_nothing():
    assert lag_s(FINE_S, bump(FINE_S), COARSE_S, bump(COARSE_S - 25.0)) is None
    assert lag_s(FINE_S, FINE_S, COARSE_S, COARSE_S - 3.0) is None, "every delay fits a straight line as well"
    assert lag_s(FINE_S, bump(FINE_S), COARSE_S[:10], bump(COARSE_S[:10])) is None
    assert lag_s(np.array([]), np.array([]), COARSE_S, bump(COARSE_S)) is None
    holes = np.where(FINE_S > 20, np.nan, bump(FINE_S))
    assert lag_s(FINE_S, holes, COARSE_S, bump(COARSE_S)) is None


def test_reference_that_is_zero_throughout_tells_no_delay_and_divides_by_nothing():
    time_s = np.arange(0.0, 120.0)
    assert lag_s(time_s, np.zeros(120), time_s, 160.0 + np.sin(time_s)) is None
