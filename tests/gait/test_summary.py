"""The metric table's statistics against hand-made numbers, and the ensemble against a brute-force one."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from gaitpipe.derived import Athlete
from gaitpipe.evidence import value
from gaitpipe.gait.accelerometer import steady
from gaitpipe.gait.ensemble import EnsembleBuilder
from gaitpipe.gait.strides import Stride
from gaitpipe.gait.summary import asymmetry_pct, main_mode, summarise, with_window_cadence
from gaitpipe.gait.table import StrideTable, row_of, table_of
from gaitpipe.metrics import _both_legs
from gaitpipe.metrics.cadence import METRIC as CADENCE
from gaitpipe.metrics.duty_factor import METRIC as DUTY
from gaitpipe.metrics.flight_time_one_foot import METRIC as ONE_FOOT
from gaitpipe.metrics.ground_contact_time import METRIC as CONTACT
from gaitpipe.metrics.leg_stiffness import METRIC as LEG
from gaitpipe.metrics.peak_acceleration import METRIC as PEAK
from gaitpipe.metrics.peak_acceleration_bound import METRIC as BOUND
from gaitpipe.metrics.peak_force import METRIC as FORCE
from gaitpipe.metrics.step_time import METRIC as STEP
from gaitpipe.metrics.vertical_stiffness import METRIC as VERTICAL
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
    random = 3.182446 / 2.0 * np.std(left, ddof=1) / 2.0  # Student's 97.5 % point for 4 strides
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


def test_what_is_not_for_the_table_is_not_in_it_and_order_is_that_of_the_metrics() -> None:
    rows = summarise(two_feet([0.25], [0.25]), [STEP, BOUND, CONTACT, CADENCE], dict.fromkeys(SIDES, 0.0))
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
    random = 12.706205 / 2.0 * 2.0  # Student's 97.5 % point for 2 windows
    assert row.left.uncertainty == pytest.approx(np.hypot(random, value("accelerometer_cadence_sd_spm")))
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


def clipped(table: StrideTable, share: float, range_m_s2: float) -> StrideTable:
    """The same strides with the largest share of their peaks cut off at the range of the sensor."""
    peaks = np.random.default_rng(2).permutation(np.linspace(80.0, 120.0, len(table.rows)))
    cut = peaks > np.quantile(peaks, 1.0 - share)
    table.rows["peak_acc_m_s2"] = np.where(cut, np.nan, peaks)
    table.rows["peak_acc_bound_m_s2"] = np.where(cut, range_m_s2, np.nan)
    return table


def test_clipped_peaks_are_not_left_out_but_counted_as_larger() -> None:
    given = clipped(two_feet([0.25] * 40, []), 0.25, 110.0)
    (row,) = summarise(given, [PEAK], {})
    assert row.left is not None
    assert (row.left.count, row.left.censored) == (40, 10)
    assert row.left.median == pytest.approx(100.0, abs=0.6)
    assert np.isnan(row.left.mean)
    assert (row.left.median_above, row.both, row.asymmetry_pct) == (None, None, None)
    assert row.unstated


def test_with_most_peaks_clipped_the_median_is_only_known_to_be_larger() -> None:
    given = clipped(two_feet([0.25] * 40, [0.25] * 40), 0.8, 89.0)
    (row,) = summarise(given, [PEAK], dict.fromkeys(SIDES, 0.0))
    assert row.left is not None
    assert row.right is not None
    assert row.left.median is None
    assert row.left.median_above == 89.0
    assert (row.both, row.asymmetry_pct) == (None, None)


def test_without_clipping_the_median_stands_beside_the_mean() -> None:
    (row,) = summarise(clipped(two_feet([0.25] * 41, []), 0.0, 110.0), [PEAK], {})
    assert row.left is not None
    assert (row.left.censored, row.left.median_above) == (0, None)
    assert row.left.mean == pytest.approx(100.0)
    assert row.left.median == pytest.approx(100.0)


@pytest.mark.parametrize(("rate_hz", "said"), [(208.0, ""), (104.0, "104 Hz")])
def test_a_slow_sensor_gives_its_peaks_with_a_caution(rate_hz: float, said: str) -> None:
    slow = {side: replace(info, rate_hz=rate_hz) for side, info in SENSORS.items()}
    (row,) = summarise(table([stride("left", 0.7 * k) for k in range(8)], slow), [PEAK], {})
    assert row.left is not None
    assert said in row.note
    assert bool(row.note) == bool(said)


def both_legs(left: list[float], right: list[float], **fields: object) -> StrideTable:
    """Contact times of both feet at a step of 0.375 s."""
    strides = [replace(stride("left", 0.75 * k, one), next_ic_s=0.75 * (k + 1)) for k, one in enumerate(left)]
    strides += [
        replace(stride("right", 0.375 + 0.75 * k, one), next_ic_s=0.375 + 0.75 * (k + 1)) for k, one in enumerate(right)
    ]
    rows = [row_of(replace(one, **fields), one.ic_s + 0.375) for one in strides]
    return table_of(rows, SENSORS, 3.0, Athlete(1.75))


SINE = [FORCE, VERTICAL, LEG]


def test_peak_force_is_that_of_both_legs_and_of_neither() -> None:
    (force, *_) = summarise(both_legs([0.262] * 20, [0.278] * 20), SINE, dict.fromkeys(SIDES, 0.0))
    assert (force.left, force.right) == (None, None)
    assert force.both is not None
    assert force.both.mean == pytest.approx(2.18166, abs=1e-5)
    contact_s = value("few_runners_factor") * value("foot_contact_bias_sd_s")
    # The spared leg's contact is the shorter one: its relative error is the larger, and it counts.
    assert force.both.uncertainty == pytest.approx(2.18166 * math.hypot(contact_s / 0.262, value("sine_model_error")))
    assert force.both.mdc == pytest.approx(1.96 * math.sqrt(2.0) * 2.18166 * value("mounting_repeat_sd_s") / 0.262)


def test_swapping_the_legs_leaves_the_force() -> None:
    one, other = (
        summarise(both_legs(left, right), [FORCE], dict.fromkeys(SIDES, 0.0))[0].both
        for left, right in (([0.262] * 20, [0.278] * 20), ([0.278] * 20, [0.262] * 20))
    )
    assert one is not None
    assert other is not None
    assert one.mean == pytest.approx(other.mean)


def test_one_foot_walking_and_wrong_contacts_give_no_force_and_say_why() -> None:
    alone = table([stride("left", 0.7 * k) for k in range(20)], {"left": SENSORS["left"]})
    alone.rows["other_ic_s"] = np.nan
    for given in (alone, both_legs([0.262] * 20, [0.278] * 20, mode="walk"), both_legs([0.12] * 20, [0.12] * 20)):
        rows = summarise(given, SINE, dict.fromkeys(given.sensors, 0.0))
        assert all((row.left, row.right, row.both) == (None, None, None) for row in rows)
        assert all("running only" in row.note or "contact time to" in row.note for row in rows)


def test_stiffness_needs_a_contact_time_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    given = both_legs([0.262] * 20, [0.278] * 20)
    unsure = 1.01 * value("stiffness_contact_error_maximum") * 0.262
    monkeypatch.setattr(_both_legs, "contact_systematic_sd_s", lambda _: unsure)
    withheld = summarise(given, SINE, dict.fromkeys(SIDES, 0.0))
    assert withheld[0].both is not None
    assert (withheld[1].both, withheld[2].both) == (None, None)
    assert "needs the left contact time to better than 5 %; it is known to 5.0 %" in withheld[1].note
    monkeypatch.setattr(_both_legs, "contact_systematic_sd_s", lambda _: 0.008)
    force, vertical, leg = (row.both for row in summarise(given, SINE, dict.fromkeys(SIDES, 0.0)))
    assert force is not None
    assert vertical is not None
    assert leg is not None
    assert vertical.mean > leg.mean > 0.0
    assert vertical.uncertainty is not None
    assert leg.uncertainty is not None
    assert leg.uncertainty / leg.mean > vertical.uncertainty / vertical.mean  # the leg's angle goes with its square


def test_leg_stiffness_needs_the_height() -> None:
    given = both_legs([0.262] * 20, [0.278] * 20)
    assert np.all(np.isfinite(LEG.compute(given)[:38]))
    assert np.all(np.isnan(LEG.compute(replace(given, athlete=None))))
    assert np.all(np.isnan(LEG.compute(replace(given, athlete=Athlete()))))


def test_a_last_contact_without_a_stride_time_spoils_no_mean() -> None:
    given = both_legs([0.25] * 20, [0.25] * 20)
    given.rows["next_ic_s"][-2:] = np.nan
    given.rows["other_ic_s"][-2:] = np.nan
    for row in summarise(given, [*SINE[:1], CONTACT, DUTY, CADENCE, ONE_FOOT], dict.fromkeys(SIDES, 0.0)):
        assert row.both is not None, row.key
        assert math.isfinite(row.both.mean)
        assert row.both.uncertainty is not None
        assert math.isfinite(row.both.uncertainty)


def test_the_one_foot_flight_time_is_that_of_alike_legs() -> None:
    (row,) = summarise(both_legs([0.262] * 20, [0.278] * 20), [ONE_FOOT], dict.fromkeys(SIDES, 0.0))
    assert row.left is not None
    assert row.right is not None
    assert (row.left.mean, row.right.mean) == (pytest.approx(0.113), pytest.approx(0.097))
    assert row.asymmetry_pct is None


def test_the_other_foots_toe_off_is_that_of_its_good_contact_inside_the_stride() -> None:
    given = both_legs([0.26, 0.27], [0.30])
    assert list(given.rows["side"]) == ["left", "right", "left"]
    np.testing.assert_allclose(given.rows["other_tc_s"], [0.675, 0.75 + 0.27, np.nan])
    assert np.all(np.isnan(both_legs([0.26, 0.27], [0.30], quality="gap").rows["other_tc_s"]))


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
    assert sum(len(part) for part in builder._recent.near(-np.inf, np.inf)) / 208.0 < 7.0


def test_a_figure_known_in_few_strides_has_no_mean_and_says_so() -> None:
    contacts = [0.25] * 2 + [float("nan")] * 18
    (row,) = summarise(two_feet(contacts, [0.25] * 20), [CONTACT], dict.fromkeys(SIDES, 0.0))
    assert row.left is None
    assert row.right is not None
    assert "left: not given, known in 2 of 20 strides only" in row.note


def test_one_stride_alone_has_a_mean_and_no_uncertainty() -> None:
    (row,) = summarise(table([stride("left", 0.0)]), [CONTACT], dict.fromkeys(SIDES, 0.0))
    assert row.left is not None
    assert (row.left.mean, row.left.uncertainty, row.left.mdc) == (pytest.approx(0.25), None, None)


@pytest.mark.parametrize("count", [3, 5, 12])
def test_twice_the_uncertainty_covers_95_of_100_with_few_strides_too(count: int) -> None:
    generator = np.random.default_rng(count)
    covered = 0
    for _ in range(400):
        (row,) = with_window_cadence((), {"left": generator.normal(160.0, 5.0, count).tolist()}, CADENCE)
        assert row.left is not None
        assert row.left.uncertainty is not None
        covered += abs(row.left.mean - 160.0) < 2.0 * row.left.uncertainty
    assert 0.92 < covered / 400 < 0.98
