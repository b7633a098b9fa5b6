"""A knock that both sensors feel gives the offset between their clocks, or nothing is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.gait.table import ROW_DTYPE
from gaitpipe.gait.tap_sync import NoTap, TapOffset, TapWatch, apply_taps, both_ends, tap_finding, tap_offset
from gaitpipe.model import SampleBlock


def trace(knocks_s=(), *, rate_hz=208.0, lag_s=0.0, phase=0.0, seconds=20.0, run_from_s=12.0, seed=0, size_m_s2=60.0):
    """|Specific force| of a sensor that stands, is knocked and later runs; its clock is `lag_s` late."""
    generator = np.random.default_rng(seed)
    true_s = (np.arange(int(seconds * rate_hz)) + phase) / rate_hz
    acc = 9.81 + generator.normal(0.0, 0.15, len(true_s))
    for at_s in knocks_s:
        # The filter of a motion chip lets nothing be shorter than about a sample.
        acc += size_m_s2 * np.exp(-0.5 * ((true_s - at_s) * rate_hz / 0.8) ** 2)
    runs = true_s >= run_from_s
    acc[runs] += 25.0 * np.maximum(np.sin(2 * np.pi * 2.8 * true_s[runs]), 0.0) ** 4
    return true_s + lag_s, np.abs(acc)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    lag_s=st.floats(-0.04, 0.04),
    at_s=st.floats(2.0, 6.0),
    phase=st.floats(0.0, 1.0),
    rate_hz=st.sampled_from([60.0, 104.0, 208.0]),
    seed=st.integers(0, 1000),
)
def test_one_knock_gives_the_lag_within_what_is_stated(lag_s, at_s, phase, rate_hz, seed):
    left = trace([at_s], rate_hz=rate_hz, seed=seed)
    right = trace([at_s], rate_hz=rate_hz, lag_s=lag_s, phase=phase, seed=seed + 1)
    found = tap_offset(left, right)
    assert isinstance(found, TapOffset)
    assert found.knocks == 1
    assert abs(found.offsets_s[0] - lag_s) < 3.0 * found.sd_s
    assert found.sd_s == pytest.approx(np.hypot(np.sqrt(2.0) / rate_hz / np.sqrt(12.0), 0.0005), rel=1e-3)


def test_the_stated_uncertainty_covers_95_percent_of_many_knocks():
    generator = np.random.default_rng(5)
    covered = []
    for number in range(200):
        lag_s, at_s = generator.uniform(-0.03, 0.03), generator.uniform(3.0, 6.0)
        phase = generator.uniform()
        found = tap_offset(trace([at_s], seed=number), trace([at_s], lag_s=lag_s, phase=phase, seed=number + 500))
        assert isinstance(found, TapOffset)
        covered.append(abs(found.offsets_s[0] - lag_s) <= 2.0 * found.sd_s)
    assert np.mean(covered) >= 0.95


def test_three_knocks_are_surer_than_one():
    knocks_s = [3.003, 4.511, 6.127]
    found = tap_offset(trace(knocks_s, seed=1), trace(knocks_s, lag_s=0.012, phase=0.4, seed=2))
    single = tap_offset(trace(knocks_s[:1], seed=1), trace(knocks_s[:1], lag_s=0.012, phase=0.4, seed=2))
    assert isinstance(found, TapOffset)
    assert isinstance(single, TapOffset)
    assert (found.knocks, single.knocks) == (3, 1)
    assert found.sd_s < 0.7 * single.sd_s
    assert found.offsets_s[0] == pytest.approx(0.012, abs=2.0 * found.sd_s)


@pytest.mark.parametrize(
    ("left_s", "right_s", "reason"),
    [
        ([], [], "no knock"),
        ([4.0], [], "only the left"),
        ([], [4.0], "only the right"),
        ([4.0], [4.3], "not at the same time"),
        ([3.0, 5.0], [3.0, 5.03], "contradict"),
    ],
)
def test_what_is_not_clear_is_refused_with_the_reason(left_s, right_s, reason):
    found = tap_offset(trace(left_s, seed=1), trace(right_s, seed=2))
    assert isinstance(found, NoTap)
    assert reason in found.reason
    assert reason in tap_finding(found).message


def test_running_is_no_knock():
    found = tap_offset(trace(run_from_s=0.0, seed=1), trace(run_from_s=0.0, seed=2))
    assert found == NoTap("no knock was found while standing")


def test_samples_lost_at_the_knock_refuse_it():
    left, right = trace([4.0], seed=1), trace([4.0], seed=2)
    keep = np.abs(right[0] - 4.02) > 0.012
    found = tap_offset(left, (right[0][keep], right[1][keep]))
    assert isinstance(found, NoTap)


def test_an_empty_end_is_refused():
    assert isinstance(tap_offset((np.empty(0), np.empty(0)), trace([4.0])), NoTap)


def test_knocks_at_both_ends_give_the_drift_between():
    first, last = TapOffset((5.0,), (0.010,), 0.002, 1), TapOffset((605.0,), (0.016,), 0.002, 1)
    found = both_ends(first, last, clock_s=0.004)
    assert isinstance(found, TapOffset)
    np.testing.assert_allclose(
        found.at_s(np.array([0.0, 5.0, 305.0, 605.0, 700.0])), [0.010, 0.010, 0.013, 0.016, 0.016]
    )
    assert isinstance(both_ends(first, TapOffset((605.0,), (0.2,), 0.002, 1), clock_s=0.004), NoTap)
    assert both_ends(first, NoTap("none"), clock_s=0.004) == first
    assert both_ends(NoTap("none"), last, clock_s=0.004) == last


def test_rows_of_both_sides_come_to_agree():
    rows = np.zeros(3, ROW_DTYPE)
    rows["side"] = ["left", "right", "left"]
    rows["other_ic_s"] = [1.36, 1.70, np.nan]
    rows["other_tc_s"] = [1.60, 1.95, 2.30]
    apply_taps(rows, TapOffset((1.0,), (0.01,), 0.001, 1))
    np.testing.assert_allclose(rows["other_ic_s"], [1.35, 1.71, np.nan])
    np.testing.assert_allclose(rows["other_tc_s"], [1.59, 1.96, 2.29])


def test_watch_keeps_only_both_ends_of_a_long_session():
    watch = TapWatch()
    for second in range(400):
        for side in ("left", "right"):
            time_s = second + np.arange(50) / 50.0
            acc = np.tile([0.0, 0.0, 9.81], (50, 1))
            watch.feed(SampleBlock(side, "foot", 50 * second, time_s, acc, acc, np.zeros(50, np.uint8)))
    assert sum(len(kept) for kept in watch._first.values()) <= 62
    assert sum(len(kept) for kept in watch._last.values()) <= 64
    assert watch.outcome({"left": 0.003, "right": 0.003}) == NoTap("no knock was found while standing")
