"""Variability: a known true variation under a known noise is found again; what cannot be known is not said."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.derived import NOT_DISTINGUISHABLE
from gaitpipe.evidence import value
from gaitpipe.gait.strides import Stride
from gaitpipe.gait.table import StrideTable, row_of, table_of
from gaitpipe.gait.variability import steady, variability_of, variance_from_sequence, variance_from_stated
from gaitpipe.model import SensorInfo

FOOT = SensorInfo("left", "foot", 208.0)


def walked_through(
    seed: int, count: int, true_sd_s: float, noise_sd_s: float, contact_sd_s: float = 0.0, contact_noise_s: float = 0.0
) -> StrideTable:
    """Strides of a runner with a known variation, seen through a known scatter of the contacts."""
    random = np.random.default_rng(seed)
    true_s = np.concatenate([[1.0], 1.0 + np.cumsum(0.7 + random.normal(0.0, true_sd_s, count))])
    seen_s = true_s + random.normal(0.0, noise_sd_s, count + 1)
    contact_s = 0.25 + random.normal(0.0, contact_sd_s, count) + random.normal(0.0, contact_noise_s, count)
    return rows_of(seen_s, contact_s)


def rows_of(ic_s, contact_s, sensor: SensorInfo = FOOT, mode: str = "run") -> StrideTable:
    rows = []
    for k in range(len(contact_s)):
        tc_s = ic_s[k] + contact_s[k]
        one = Stride("left", k, ic_s[k], tc_s, ic_s[k], tc_s, ic_s[k + 1], 0.1, 0.1, 90.0, mode, "ok")
        rows.append(row_of(one, np.nan))
    return table_of(rows, {"left": sensor}, None)


def found(table: StrideTable, key: str = "stride_time_s", method: str = "sequence"):
    return next(one for one in variability_of(table) if (one.key, one.method) == (key, method))


def test_the_sequence_gives_back_the_true_variation_within_its_interval() -> None:
    """True 1.2 %, with a noise of 8 ms in each contact that alone would show as 1.6 %."""
    all_found = [found(walked_through(seed, 300, 0.0084, 0.008)) for seed in range(150)]
    assert np.mean([one.observed_cv_pct for one in all_found]) == pytest.approx(2.01, abs=0.05)
    assert np.mean([one.cv_pct for one in all_found]) == pytest.approx(1.2, abs=0.05)
    assert np.mean([one.noise_sd_s for one in all_found]) == pytest.approx(0.008, abs=0.0004)
    inside = np.mean([one.low_pct <= 1.2 <= one.high_pct for one in all_found])
    assert 0.90 <= inside <= 0.99


def test_without_noise_nothing_much_is_taken_off() -> None:
    all_found = [found(walked_through(seed, 300, 0.0084, 0.0)) for seed in range(60)]
    assert np.mean([one.cv_pct for one in all_found]) == pytest.approx(1.2, abs=0.08)
    inside = np.mean([one.low_pct <= 1.2 <= one.high_pct for one in all_found])
    assert inside >= 0.93


def test_noise_alone_is_mostly_not_distinguishable_and_its_limit_is_small() -> None:
    all_found = [found(walked_through(seed, 200, 0.0, 0.008)) for seed in range(60)]
    hidden = [one for one in all_found if one.cv_pct is None]
    assert len(hidden) > 10
    assert {one.note for one in hidden} == {NOT_DISTINGUISHABLE}
    assert np.mean([bool(one.low_pct) for one in all_found]) <= 0.06  # hardly ever said to be surely there
    assert all(one.high_pct < one.observed_cv_pct for one in all_found)


def test_the_stated_noise_gives_back_the_true_variation() -> None:
    noise_s = value("foot_ic_noise_sd_s")
    all_found = [found(walked_through(seed, 300, 0.0084, noise_s), method="stated") for seed in range(60)]
    assert np.mean([one.cv_pct for one in all_found]) == pytest.approx(1.2, abs=0.03)
    assert all(one.noise_sd_s == noise_s for one in all_found)
    assert np.mean([one.low_pct <= 1.2 <= one.high_pct for one in all_found]) >= 0.95


def test_contact_time_loses_the_scatter_of_its_error() -> None:
    noise_s = value("foot_contact_noise_sd_s")
    table = walked_through(1, 3000, 0.008, 0.0, contact_sd_s=0.010, contact_noise_s=noise_s)
    one = found(table, "ground_contact_time_s", "stated")
    assert one.observed_cv_pct == pytest.approx(100.0 * np.hypot(0.010, noise_s) / 0.25, rel=0.04)
    assert one.cv_pct == pytest.approx(4.0, rel=0.06)
    steadier = walked_through(2, 300, 0.008, 0.0, contact_noise_s=0.5 * noise_s)
    assert found(steadier, "ground_contact_time_s", "stated").note == NOT_DISTINGUISHABLE


def test_a_slow_change_of_speed_is_no_variability() -> None:
    random = np.random.default_rng(5)
    stride_s = np.linspace(0.75, 0.65, 300) + random.normal(0.0, 0.007, 300)
    table = rows_of(np.concatenate([[0.0], np.cumsum(stride_s)]), np.full(300, 0.25))
    assert found(table).observed_cv_pct == pytest.approx(1.0, abs=0.1)


def test_a_broken_sequence_pairs_only_neighbours() -> None:
    """Across a hole the errors of two strides have nothing to do with each other."""
    whole = walked_through(3, 400, 0.005, 0.008)
    holed = StrideTable(whole.rows[np.arange(400) % 5 != 4], whole.sensors)
    assert found(holed).noise_sd_s == pytest.approx(found(whole).noise_sd_s, rel=0.15)
    assert found(holed).noise_sd_s > 0.006


def test_the_ends_of_each_stretch_are_left_out() -> None:
    ic_s = np.concatenate([0.7 * np.arange(10), 100.0 + 0.7 * np.arange(8), [300.0]])
    assert steady(ic_s).tolist() == [False] * 3 + [True] * 4 + [False] * 6 + [True] * 2 + [False] * 4
    assert steady(np.zeros(0)).shape == (0,)


@pytest.mark.parametrize("count", [1, 3, 8, 35])
def test_too_few_strides_give_a_reason_and_no_figure(count: int) -> None:
    for one in variability_of(walked_through(1, count, 0.01, 0.0)):
        assert (one.cv_pct, one.low_pct, one.high_pct) == (None, None, None)
        assert f"{value('variability_least_strides'):.0f} steady strides" in one.note


def test_strides_without_a_time_or_a_toe_off_are_passed_over() -> None:
    table = walked_through(4, 200, 0.008, 0.004, 0.006)
    plain = {(one.key, one.method): one for one in variability_of(table)}
    table.rows["next_ic_s"][[50, 199]] = np.nan
    table.rows["tc_s"][[60, 61]] = np.nan
    for one in variability_of(table):
        before = plain[one.key, one.method]
        assert before.count - 2 <= one.count < before.count
        assert one.observed_cv_pct == pytest.approx(before.observed_cv_pct, rel=0.05)


def test_stated_noise_is_that_of_running_with_a_gyroscope() -> None:
    table = walked_through(6, 100, 0.008, 0.004)
    assert {one.method for one in variability_of(table)} == {"sequence", "stated"}
    walk = rows_of(np.arange(101) * 1.1, np.full(100, 0.65), mode="walk")
    bare = rows_of(np.arange(101) * 0.7, np.full(100, 0.25), SensorInfo("left", "shank", 208.0, has_gyro=False))
    assert {one.method for one in (*variability_of(walk), *variability_of(bare))} == {"sequence"}


def test_no_stride_gives_nothing() -> None:
    assert variability_of(rows_of(np.zeros(1), np.zeros(0))) == ()


def test_the_two_estimators_are_free_of_the_unit() -> None:
    values = np.random.default_rng(8).normal(0.7, 0.01, 100)
    follows = np.ones(100, bool)
    one, thousand = variance_from_sequence(values, follows), variance_from_sequence(1e3 * values, follows)
    assert thousand.variance == pytest.approx(1e6 * one.variance)
    assert thousand.standard_error == pytest.approx(1e6 * one.standard_error)
    one, thousand = variance_from_stated(values, 0.004, 2, 0.5), variance_from_stated(1e3 * values, 4.0, 2, 0.5)
    assert thousand.variance == pytest.approx(1e6 * one.variance)
    assert thousand.standard_error == pytest.approx(1e6 * one.standard_error)
