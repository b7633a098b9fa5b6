"""The published rules run, give contacts in order, and find what their description says on a made-up curve."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.baselines import _contract
from benchmarks.accuracy.rules import all_baselines

RATE_HZ, STRIDE_S, COUNT = 208.0, 0.72, 10
IC_S, TC_S = 0.36, 0.60
"""Places of the two minima of the made-up foot after a mid-swing at 0.10 s of each stride."""


def bump(phase_s, at_s, width_s):
    distance = (phase_s - at_s + 0.5 * STRIDE_S) % STRIDE_S - 0.5 * STRIDE_S
    return np.exp(-0.5 * (distance / width_s) ** 2)


@pytest.fixture
def foot():
    time_s = np.arange(round(COUNT * STRIDE_S * RATE_HZ)) / RATE_HZ
    phase_s = time_s % STRIDE_S
    rate = 11.0 * bump(phase_s, 0.10, 0.06) - 5.0 * bump(phase_s, IC_S, 0.02) - 11.0 * bump(phase_s, TC_S, 0.035)
    up = (
        9.8
        + 60.0 * bump(phase_s, IC_S + 0.02, 0.012)
        + 15.0 * bump(phase_s, TC_S, 0.03)
        + 8.0 * bump(phase_s, 0.45, 0.04)
    )
    acc = np.column_stack([-20.0 * bump(phase_s, IC_S, 0.015), np.zeros_like(up), up])
    return _contract.Signals(RATE_HZ, time_s, acc, rate)


@pytest.mark.parametrize("rule", all_baselines(), ids=lambda rule: rule.key)
def test_a_rule_finds_each_stride_once_and_in_order(rule, foot):
    ic_s, tc_s = rule.detect(foot)
    assert len(ic_s) == len(tc_s)
    assert COUNT - 3 <= len(ic_s) <= COUNT + 1
    assert np.all(np.diff(ic_s) > 0.5 * STRIDE_S)
    known = np.isfinite(tc_s)
    assert known.sum() >= COUNT - 4
    assert np.all(tc_s[known] > ic_s[known])


@pytest.mark.parametrize("key", ["gyro_minima", "falbriard_2018"])
def test_gyro_minima_are_placed_between_the_samples(key, foot):
    (rule,) = [rule for rule in all_baselines() if rule.key == key]
    ic_s, tc_s = rule.detect(foot)
    inner = (ic_s > 1.5 * STRIDE_S) & (ic_s < (COUNT - 2) * STRIDE_S)
    assert ic_s[inner] % STRIDE_S == pytest.approx(IC_S, abs=0.002 if key == "gyro_minima" else 0.3)
    assert tc_s[inner] % STRIDE_S == pytest.approx(TC_S, abs=0.002)


def test_there_are_rules_for_the_foot_the_shank_and_a_shank_without_gyroscope():
    rules = all_baselines()
    assert sum("foot" in rule.placements for rule in rules) >= 2
    assert sum("shank" in rule.placements for rule in rules) >= 3
    assert sum("shank" in rule.placements and not rule.needs_gyro for rule in rules) >= 2
    assert all(rule.source and rule.rule for rule in rules)


def test_stride_frequency_is_not_fooled_by_two_strides():
    time_s = np.arange(2000) / RATE_HZ
    wave = np.cos(2 * np.pi * 1.4 * time_s) + 0.6 * np.cos(4 * np.pi * 1.4 * time_s)
    assert _contract.stride_frequency_hz(wave, RATE_HZ) == pytest.approx(1.4, abs=0.02)


def test_vertical_acceleration_of_a_tilting_foot_is_that_of_the_world():
    time_s = np.arange(2000) / RATE_HZ
    rate = (
        2.0 * np.pi * 1.4 * np.sin(2 * np.pi * 1.4 * time_s) * np.where(time_s % (1 / 1.4) < 0.5 / 1.4, 1.0, -1.0) * 0.0
    )
    acc = np.tile([0.0, 0.0, 9.8], (2000, 1))
    assert _contract.world_up(_contract.Signals(RATE_HZ, time_s, acc, rate)) == pytest.approx(9.8)
    angle = 0.5 * np.clip(np.sin(2 * np.pi * 1.4 * time_s), 0.0, None) ** 2  # flat half of the time
    turned = np.column_stack([9.8 * np.sin(angle), np.zeros(2000), 9.8 * np.cos(angle)])
    up = _contract.world_up(_contract.Signals(RATE_HZ, time_s, turned, np.gradient(angle, time_s)))
    assert up == pytest.approx(9.8, abs=0.05)
