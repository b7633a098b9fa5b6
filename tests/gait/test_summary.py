"""The metric table's statistics against hand-made numbers, and the ensemble against a brute-force one."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from gaitpipe.evidence import value
from gaitpipe.gait.accelerometer import steady
from gaitpipe.gait.ensemble import EnsembleBuilder
from gaitpipe.gait.strides import Stride
from gaitpipe.gait.summary import asymmetry_pct, main_mode, summarise, with_window_cadence
from gaitpipe.gait.table import StrideTable, row_of, table_of
from gaitpipe.metrics.cadence import METRIC as CADENCE
from gaitpipe.metrics.ground_contact_time import METRIC as CONTACT
from gaitpipe.metrics.peak_acceleration import METRIC as PEAK
from gaitpipe.metrics.speed import METRIC as SPEED
from gaitpipe.metrics.step_time import METRIC as STEP
from gaitpipe.model import SIDES, SampleBlock, SensorInfo, Side

SENSORS = {side: SensorInfo(side, "foot", 208.0) for side in SIDES}


def stride(side: Side, ic_s: float, contact_s: float = 0.25, mode: str = "run", quality: str = "ok") -> Stride:
    return Stride(side, 1, ic_s, ic_s + contact_s, ic_s, ic_s + contact_s, ic_s + 0.7, 0.1, 0.1, 90.0, mode, quality)


def table(strides: list[Stride], sensors: dict[Side, SensorInfo] | None = None) -> StrideTable:
    return table_of((row_of(one, one.ic_s + 0.35) for one in strides), sensors or SENSORS, None)


def two_feet(left: list[float], right: list[float]) -> StrideTable:
    """Contact times of both feet."""
    strides = [stride("left", 0.7 * k, contact_s) for k, contact_s in enumerate(left)]
    return table(strides + [stride("right", 0.35 + 0.7 * k, contact_s) for k, contact_s in enumerate(right)])


def test_mean_spread_uncertainty_and_detectable_change() -> None:
    left = [0.24, 0.25, 0.26, 0.25]
    (row,) = summarise(two_feet(left, [0.23] * 4), [CONTACT], dict.fromkeys(SIDES, 0.0))
    assert row.left is not None
    assert row.right is not None
    assert row.both is not None
    random = np.std(left, ddof=1) / 2.0
    systematic = value("few_runners_factor") * value("foot_contact_bias_sd_s")
    repeat = value("mounting_repeat_sd_s")
    assert (row.left.count, row.left.mean) == (4, pytest.approx(0.25))
    assert row.left.sd == pytest.approx(np.std(left, ddof=1))
    assert row.right.uncertainty == pytest.approx(systematic)  # no spread on the right
    assert row.left.uncertainty == pytest.approx(math.hypot(systematic, random))
    assert row.right.mdc == pytest.approx(1.96 * math.sqrt(2.0) * repeat)
    assert row.left.mdc == pytest.approx(1.96 * math.sqrt(2.0) * math.hypot(repeat, random))
    assert row.both.mean == pytest.approx(0.24)
    assert row.both.uncertainty == row.left.uncertainty
    assert row.asymmetry_pct == pytest.approx(100.0 * 0.02 / 0.24)


def test_the_clocks_and_the_biases_of_both_feet_enter_the_step_time() -> None:
    (row,) = summarise(two_feet([0.25] * 3, [0.25] * 3), [STEP], {"left": 0.003, "right": 0.004})
    assert row.left is not None
    contact_s = value("few_runners_factor") * value("foot_ic_bias_sd_s")
    assert row.left.uncertainty == pytest.approx(np.hypot(np.sqrt(2.0) * contact_s, 0.005))


def test_only_good_strides_of_the_main_mode_count() -> None:
    strides = [stride("left", 0.7 * k) for k in range(6)]
    strides += [stride("left", 10.0, 0.1, quality="gap"), stride("left", 11.0, 0.5, mode="walk")]
    (row,) = summarise(table(strides), [CONTACT], {})
    assert row.left is not None
    assert (row.left.count, row.left.mean, row.left.sd) == (6, pytest.approx(0.25), pytest.approx(0.0, abs=1e-12))
    assert (row.right, row.both, row.asymmetry_pct) == (None, None, None)


@pytest.mark.parametrize(
    ("running", "walking", "mode"), [(5, 99, "run"), (4, 5, "walk"), (4, 4, "run"), (0, 1, "walk")]
)
def test_the_main_mode_is_running_with_enough_of_it(running: int, walking: int, mode: str) -> None:
    strides = [stride("left", 0.7 * k) for k in range(running)]
    strides += [stride("left", 100.0 + k, 0.5, "walk") for k in range(walking)]
    strides += [stride("left", 300.0 + k, quality="gap") for k in range(20)]
    assert main_mode(table(strides)) == mode


def test_nothing_that_counts_gives_no_table() -> None:
    assert summarise(table([]), [CONTACT], {}) == ()
    assert summarise(table([stride("left", 1.0, quality="gap")]), [CONTACT], {}) == ()


def test_a_metric_without_values_says_so() -> None:
    slow = {side: replace(info, rate_hz=52.0) for side, info in SENSORS.items()}
    (row,) = summarise(table([stride("left", 1.0)], slow), [PEAK], {})
    assert (row.left, row.right) == (None, None)
    assert row.note


def test_inputs_are_not_shown_as_measurements_and_order_is_that_of_the_metrics() -> None:
    rows = summarise(two_feet([0.25], [0.25]), [STEP, SPEED, CONTACT, CADENCE], dict.fromkeys(SIDES, 0.0))
    assert [row.key for row in rows] == ["cadence_spm", "step_time_s", "ground_contact_time_s"]


def test_asymmetry_is_left_minus_right_over_the_mean() -> None:
    assert asymmetry_pct(0.26, 0.24) == pytest.approx(8.0)
    assert asymmetry_pct(0.24, 0.26) == pytest.approx(-8.0)
    assert asymmetry_pct(-1.0, 1.0) is None


def test_window_cadence_gives_one_foot_or_both_or_nothing() -> None:
    assert with_window_cadence((), {}, CADENCE) == ()
    assert with_window_cadence((), {"left": [], "right": []}, CADENCE) == ()
    (row,) = with_window_cadence((), {"left": [160.0, 164.0]}, CADENCE)
    assert row.left is not None
    assert row.left.mean == 162.0
    assert row.left.uncertainty == pytest.approx(np.hypot(2.0, value("accelerometer_cadence_sd_spm")))
    assert (row.right, row.both) == (None, None)


def test_an_accelerometer_beside_a_gyroscope_adds_its_side_to_the_cadence() -> None:
    one_foot = table([stride("right", 0.7 * k) for k in range(6)], {"right": SENSORS["right"]})
    rows = summarise(one_foot, (CADENCE, CONTACT), {"right": 0.0})
    cadence, contact = with_window_cadence(rows, {"left": [170.0, 172.0]}, CADENCE)
    assert (cadence.left.mean, cadence.right.mean) == (171.0, pytest.approx(120.0 / 0.7))
    assert contact.left is None


def test_windows_of_starting_and_stopping_fall_out_of_the_cadence() -> None:
    assert steady([0.75, 0.76, 0.49, 0.75, 1.5]) == [0.75, 0.76, 0.75]
    assert steady([]) == []


def test_rows_are_sorted_by_time_and_then_side() -> None:
    given = table([stride("right", 2.0), stride("left", 2.0), stride("right", 1.0)])
    assert list(given.rows["side"]) == ["right", "left", "right"]
    assert list(given.rows["ic_s"]) == [1.0, 2.0, 2.0]


def test_the_ensemble_is_the_mean_and_spread_of_the_resampled_strides() -> None:
    generator = np.random.default_rng(3)
    time_s = np.arange(2000) / 208.0
    rate = np.cumsum(generator.standard_normal(2000))
    gyr = np.stack([np.zeros(2000), -np.radians(rate), np.zeros(2000)], axis=1)
    strides = [stride("left", 1.0 + 0.7 * k, 0.21) for k in range(8)]
    bad = stride("left", 7.0, quality="gap")
    builder = EnsembleBuilder()
    for start in range(0, 2000, 17):
        part = slice(start, start + 17)
        zeros = np.zeros((len(time_s[part]), 3))
        builder.feed(SampleBlock("left", "foot", start, time_s[part], zeros, gyr[part], np.zeros(17, np.uint8)))
        builder.forget(time_s[part][-1])
        now_s = time_s[part][-1]
        for one in [*strides, bad]:
            if one.next_ic_s + 0.5 <= now_s < one.next_ic_s + 0.5 + 17 / 208.0:
                builder.add(one)
    found = builder.result("run")
    curves = np.array([np.interp(np.linspace(one.ic_s, one.next_ic_s, 101), time_s, rate) for one in strides])
    assert found is not None
    assert found.stride_count == 8
    np.testing.assert_allclose(found.mean, curves.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(found.sd, curves.std(axis=0, ddof=1), atol=1e-9)
    assert found.terminal_contact_pct == pytest.approx(30.0)
    assert builder.result("walk") is None
    assert len(builder._blocks) * 17 / 208.0 < 7.0
