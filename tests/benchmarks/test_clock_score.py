"""The clock benchmark's own arithmetic: pairs, coverage, and what no receiver can beat."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.clock.report import markdown
from benchmarks.clock.run import Condition, conditions, fails
from benchmarks.clock.score import Score, hole_s, least_p95_s, score
from benchmarks.clock.world import FootCase, FootTrace, simulate_foot


def trace(error_s, uncertainty_s, seed=0, interval_s=0.03):
    case = FootCase("open_imu", "quiet", interval_s, "crystal", 20.0, seed)
    return FootTrace(case, np.full(200, error_s), np.full(200, uncertainty_s), uncertainty_s)


def test_pairs_are_scored_by_the_difference_and_twice_the_joint_uncertainty():
    feet = [trace(0.000, 0.001, 0), trace(0.002, 0.001, 1), trace(0.006, 0.001, 2)]
    found = score(feet, feet)
    assert found.pairs == 3
    assert found.p95_s == pytest.approx(0.006)
    assert found.covered_now == found.covered_final == pytest.approx(1 / 3)  # 2 ms within 2.8, 4 and 6 ms not
    assert score(feet[:1], feet[1:]).pairs == 2


def test_the_first_ten_seconds_do_not_count():
    late = trace(0.0, 0.001, 1)
    late.error_s[:100] = 0.5
    assert score([trace(0.0, 0.001)], [late]).largest_s == 0.0


@pytest.mark.parametrize(
    ("packet_s", "interval_s", "expected_s"),
    [(1 / 60, 0.05, 0.05 / 3), (8 / 208, 0.05, 0.05 / 13), (8 / 208, 0.03, 0.03 / 39), (0.0391234567, 0.05, 0.0)],
)
def test_the_hole_is_how_far_apart_packets_and_events_meet(packet_s, interval_s, expected_s):
    assert hole_s(packet_s, interval_s) == pytest.approx(expected_s)


def test_the_limit_of_two_equal_holes_is_that_of_a_triangle():
    assert least_p95_s(0.01, 0.01) == pytest.approx(0.01 * (1 - np.sqrt(0.05)), rel=1e-3)
    assert least_p95_s(0.01, 0.0) == pytest.approx(0.01 * 0.475, rel=1e-2)


def test_a_missed_target_fails_only_where_the_link_allows_better():
    def condition(**changes):
        parts = {"pairs": 1, "p95_s": 0.001, "largest_s": 0.001, "covered_now": 1.0, "covered_final": 1.0}
        return Condition("open_imu", "chip", "quiet", 0.03, 0.03, 60.0, Score(**parts | {"stated_s": 0.001} | changes))

    assert not fails(condition())
    assert fails(condition(p95_s=0.0031))
    assert not fails(condition(p95_s=0.0031, limit_s=0.003))
    assert fails(condition(covered_now=0.94, limit_s=0.003))
    assert "**Synthetic links" in markdown([condition()])


def test_two_simulated_feet_are_on_one_clock_within_3_ms():
    traces = [simulate_foot(FootCase("open_imu", "jitter", 0.03, "chip", 20.0, seed)) for seed in range(2)]
    (found,) = conditions(traces, [(0.03, 0.03)], 20.0)
    assert found.score.pairs == 1
    assert found.score.p95_s < 0.003
    again = simulate_foot(traces[0].case)
    assert again.error_s.tobytes() == traces[0].error_s.tobytes()
