"""The statistics of agreement against hand computation, slow oracles, and printed textbook examples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.accuracy.score import agreement

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
"""Table 2 of Shrout and Fleiss 1979: six targets, four judges."""


def runners(*sizes):
    return np.repeat([f"r{i}" for i in range(len(sizes))], sizes)


def test_icc_of_the_example_of_shrout_and_fleiss_is_the_printed_one():
    found = agreement.icc_2_1(SHROUT_FLEISS)
    assert found.value == pytest.approx(0.29, abs=0.005)
    assert found.low == pytest.approx(0.019, abs=0.001)
    assert found.high == pytest.approx(0.761, abs=0.001)


def test_icc_equals_that_of_the_analysis_of_variance_written_with_loops():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(12, 1)) + rng.normal(0.0, 0.4, (12, 2)) + np.array([0.0, 0.3])
    n, k = x.shape
    grand = sum(x[i, j] for i in range(n) for j in range(k)) / (n * k)
    rows = [sum(x[i, j] for j in range(k)) / k for i in range(n)]
    columns = [sum(x[i, j] for i in range(n)) / n for j in range(k)]
    between = k * sum((r - grand) ** 2 for r in rows) / (n - 1)
    judges = n * sum((c - grand) ** 2 for c in columns) / (k - 1)
    rest = sum((x[i, j] - rows[i] - columns[j] + grand) ** 2 for i in range(n) for j in range(k)) / ((n - 1) * (k - 1))
    expected = (between - rest) / (between + (k - 1) * rest + k * (judges - rest) / n)
    assert agreement.icc_2_1(x).value == pytest.approx(expected)


def test_icc_falls_with_an_offset_that_a_correlation_would_not_see():
    true = np.linspace(200.0, 300.0, 20)
    near = agreement.icc_2_1(np.column_stack([true, true + 1e-6 * np.arange(20)]))
    far = agreement.icc_2_1(np.column_stack([true, true + 60.0 + 1e-6 * np.arange(20)]))
    assert near.value == pytest.approx(1.0)
    assert far.value < 0.5


def test_bias_is_the_mean_of_the_runners_means_not_of_the_contacts():
    errors = np.array([1.0, 1.0, 1.0, 1.0, 5.0, 9.0])
    found = agreement.bias(errors, runners(4, 1, 1))
    assert found.mean == pytest.approx(5.0)
    assert found.between == pytest.approx(4.0)
    reach = 4.302652729911275 * 4.0 / np.sqrt(3.0)  # Student's t of a table: 2 degrees of freedom, 0.975
    assert (found.low, found.high) == (pytest.approx(5.0 - reach), pytest.approx(5.0 + reach))


def test_within_runner_spread_takes_each_runners_own_mean_off():
    errors = np.array([1.0, 3.0, 101.0, 103.0, 105.0])
    assert agreement.within_sd(errors, runners(2, 3)) == pytest.approx(np.sqrt((2.0 + 8.0) / 3.0))


def test_spread_and_limits_of_single_contacts_are_not_known():
    assert np.isnan(agreement.within_sd(np.array([1.0, 2.0]), runners(1, 1)))
    assert np.isnan(agreement.limits_of_agreement(np.array([1.0, 2.0]), runners(1, 1)).half)
    assert np.isnan(agreement.limits_of_agreement(np.array([1.0, 2.0]), runners(2)).half)


def test_limits_of_a_balanced_design_are_those_of_bland_and_altman_2007():
    rng = np.random.default_rng(0)
    m, errors = 6, np.concatenate([rng.normal(shift, 2.0, 6) for shift in (-4.0, 0.0, 3.0, 7.0)])
    group = runners(6, 6, 6, 6)
    parts = [errors[group == name] for name in np.unique(group)]
    within = sum(((p - p.mean()) ** 2).sum() for p in parts) / (len(errors) - 4)
    between = m * sum((p.mean() - errors.mean()) ** 2 for p in parts) / 3
    total = (between - within) / m + within
    found = agreement.limits_of_agreement(errors, group)
    assert found.lower == pytest.approx(errors.mean() - 1.96 * np.sqrt(total), abs=1e-3)
    assert found.upper == pytest.approx(errors.mean() + 1.96 * np.sqrt(total), abs=1e-3)
    assert found.half == pytest.approx(1.96 * np.sqrt(total), abs=1e-3)


def test_intervals_of_the_limits_cover_the_true_limits_as_often_as_they_say():
    rng = np.random.default_rng(7)
    true = 1.96 * np.sqrt(3.0**2 + 4.0**2)
    hits, group = 0, runners(*[12] * 8)
    for _ in range(400):
        errors = np.repeat(rng.normal(0.0, 3.0, 8), 12) + rng.normal(0.0, 4.0, 96)
        low, high = agreement.limits_of_agreement(errors, group).upper_ci
        hits += low <= true <= high
    assert 0.92 <= hits / 400 <= 0.995


def test_the_limits_widen_beyond_those_of_pooled_contacts_when_runners_differ():
    errors = np.concatenate([np.full(30, -10.0), [10.0, 10.1]]) + np.tile([0.1, -0.1], 16)
    pooled = 1.96 * errors.std(ddof=1)
    assert agreement.limits_of_agreement(errors, runners(30, 2)).half > 2.0 * pooled


def test_the_proportional_slope_is_that_of_least_squares_with_a_jackknife_over_runners():
    rng = np.random.default_rng(1)
    true = rng.uniform(160.0, 340.0, 40)
    found = true + 0.1 * (true - 250.0) + rng.normal(0.0, 1.0, 40)
    group = runners(10, 10, 10, 10)
    result = agreement.proportional_bias(found, true, group)
    line = stats.linregress(0.5 * (found + true), found - true).slope
    assert result.value == pytest.approx(line)
    left = [
        stats.linregress(0.5 * (found + true)[group != g], (found - true)[group != g]).slope for g in np.unique(group)
    ]
    error = np.sqrt(3.0 / 4.0 * sum((b - np.mean(left)) ** 2 for b in left))
    assert result.high - result.value == pytest.approx(stats.t.ppf(0.975, 3) * error)


def test_concordance_per_cent_and_quartiles_by_hand():
    true, found = np.array([100.0, 200.0, 300.0]), np.array([110.0, 190.0, 330.0])
    assert agreement.mape(found, true) == pytest.approx((10.0 + 5.0 + 10.0) / 3.0)
    assert agreement.concordance(true, true) == pytest.approx(1.0)
    shared = ((110 - 210) * (100 - 200) + 0.0 + (330 - 210) * (300 - 200)) / 3.0
    expected = 2.0 * shared / (found.var() + true.var() + 100.0)
    assert agreement.concordance(found, true) == pytest.approx(expected)
    assert agreement.quartiles(np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == (2.0, 3.0, 4.0)
    assert agreement.rms(np.array([3.0, -4.0])) == pytest.approx(np.sqrt(12.5))


def test_nothing_found_gives_nan_and_no_error():
    none, names = np.zeros(0), np.zeros(0, str)
    assert np.isnan(agreement.bias(none, names).mean)
    assert np.isnan(agreement.rms(none))
    assert np.isnan(agreement.mape(none, none))
    assert np.isnan(agreement.icc_2_1(np.zeros((0, 2))).value)
    assert np.isnan(agreement.proportional_bias(none, none, names).value)
