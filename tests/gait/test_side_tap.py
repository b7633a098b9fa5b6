"""Which of two sensors was tapped: a clear tap names one, everything else names none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe.gait.side_tap import RATIO, SETTLE_S, TAP_M_S2, find_tap


def quiet(seconds=6.0, rate_hz=104.0, seed=0, tilt=(3.0, -4.0, 8.438)):
    count = round(seconds * rate_hz)
    noise = np.random.default_rng(seed).normal(0, 0.05, (count, 3))
    return np.arange(count) / rate_hz, np.array(tilt) + noise


def tapped(stream, at_s=2.0, size_m_s2=30.0, width_s=0.03):
    time_s, acc = stream
    pulse = size_m_s2 * np.exp(-(((time_s - at_s) / width_s) ** 2))
    return time_s, acc + pulse[:, None] * np.array([0.2, 0.1, 0.97])


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("size", [14.0, 30.0, 150.0])
def test_a_tap_names_the_sensor_that_was_tapped(which, size):
    streams = [quiet(seed=1), quiet(rate_hz=60.0, seed=2, tilt=(9.8, 0.0, 0.0))]
    streams[which] = tapped(streams[which], size_m_s2=size)
    tap = find_tap(*streams)
    assert tap.which == which
    assert tap.strength_m_s2[which] > TAP_M_S2 > tap.strength_m_s2[1 - which]


def test_shaking_one_sensor_names_it():
    time_s, acc = quiet()
    shaken = acc + 12.0 * np.sin(2 * np.pi * 4.0 * time_s)[:, None] * (np.abs(time_s - 2.0) < 1.0)[:, None]
    assert find_tap((time_s, shaken), quiet(seed=3)).which == 0


def test_nothing_moved_names_none():
    tap = find_tap(quiet(seed=1), quiet(seed=2))
    assert (tap.which, tap.why) == (None, "none")


@pytest.mark.parametrize("other_at_s", [2.0, 3.5])
def test_both_tapped_at_once_or_one_after_the_other_name_none(other_at_s):
    tap = find_tap(tapped(quiet(seed=1)), tapped(quiet(seed=2), at_s=other_at_s, size_m_s2=20.0))
    assert (tap.which, tap.why) == (None, "both")


def test_a_jolt_that_the_other_sensor_felt_too_names_none():
    strong, weak = tapped(quiet(seed=1), size_m_s2=30.0), tapped(quiet(seed=2), size_m_s2=1.2 * 30.0 / RATIO)
    assert find_tap(strong, weak).why == "both"
    weak = tapped(quiet(seed=2), size_m_s2=0.7 * 30.0 / RATIO)
    assert find_tap(strong, weak).which == 0


@pytest.mark.parametrize("later", [0, 1])
def test_no_verdict_before_both_sensors_were_seen_for_a_while_after_the_tap(later):
    streams = [tapped(quiet(2.0 + SETTLE_S + 0.3, seed=1), at_s=2.0), quiet(2.0 + SETTLE_S + 0.3, seed=2)]
    assert find_tap(*streams).which == 0
    time_s, acc = streams[later]
    keep = time_s < 2.0 + SETTLE_S - 0.1
    streams[later] = time_s[keep], acc[keep]
    assert find_tap(*streams).why == "wait"


def test_a_silent_sensor_is_never_taken_for_a_still_one():
    nothing = np.empty(0), np.empty((0, 3))
    assert find_tap(tapped(quiet()), nothing).why == "wait"
    assert find_tap(nothing, nothing).why == "none"


@given(st.integers(0, 10_000), st.floats(0.0, 60.0), st.floats(0.0, 60.0))
def test_the_verdict_turns_round_with_the_sensors(seed, first, second):
    a, b = tapped(quiet(seed=seed), size_m_s2=first), tapped(quiet(seed=seed + 1), size_m_s2=second)
    one, other = find_tap(a, b), find_tap(b, a)
    assert one.strength_m_s2 == other.strength_m_s2[::-1]
    assert one.why == other.why or one.strength_m_s2[0] == one.strength_m_s2[1]
    if one.which is not None:
        assert other.which == 1 - one.which
        assert max(one.strength_m_s2) >= RATIO * min(one.strength_m_s2)
