"""Matching and the figures of the targets on cases small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.score import Detected, compare, detected_of, figures
from benchmarks.accuracy.score.figures import contact_time_changes, strike_classes
from benchmarks.accuracy.streams import detected
from gaitpipe.model import STRIDE_DTYPE

NAN = np.nan


def labelled(comparison, runner="r1", trial="t1", side="right", speed=3.0):
    return comparison.label(runner=runner, trial=trial, side=side, speed_m_s=speed)


def test_a_contact_that_the_reference_left_out_is_neither_extra_nor_recalled(truth_of):
    truth = truth_of([1.0, 1.7, 3.1], excluded_s=[2.4])
    found = figures([labelled(compare(detected_of(np.array([1.01, 1.71, 2.41, 2.75]), np.full(4, NAN)), truth))])
    assert (found["contacts"], found["missed"], found["extra"]) == (3, 1, 1)
    assert found["recall"] == pytest.approx(2 / 3)
    assert found["recall_later"] == pytest.approx(1 / 2)
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["ic_bias"] == pytest.approx(10.0)


def test_contacts_near_the_ends_are_neither_missed_nor_extra(truth_of):
    truth = truth_of([0.2, 1.0, 9.8], start_s=0.0, end_s=10.0)
    found = figures([labelled(compare(detected_of(np.array([0.1, 1.0, 9.9]), np.full(3, NAN)), truth))])
    assert (found["contacts"], found["recall"], found["extra"]) == (1, 1.0, 0)


def test_a_contact_off_by_30_ms_counts_at_50_ms_and_is_missed_and_extra_at_20_ms(truth_of):
    truth = truth_of([1.0, 2.0])
    found = figures([labelled(compare(detected_of(np.array([1.0, 2.03]), np.array([1.25, 2.25])), truth))])
    assert found["f1"] == 1.0
    assert found["f1_20"] == pytest.approx(2 * 1 / (2 * 1 + 1 + 1))


def test_two_found_contacts_never_share_one_of_the_reference(truth_of):
    found = figures([labelled(compare(detected_of(np.array([1.0, 1.03]), np.full(2, NAN)), truth_of([1.01])))])
    assert (found["recall"], found["extra"], found["precision"]) == (1.0, 1, 0.5)


def test_contact_time_errors_cancel_a_shift_of_both_events(truth_of):
    found = figures(
        [labelled(compare(detected_of(np.array([1.02, 2.02]), np.array([1.27, 2.28])), truth_of([1.0, 2.0])))]
    )
    assert found["ic_bias"] == pytest.approx(20.0)
    assert found["ct_bias"] == pytest.approx(5.0)
    assert found["ct_rmse"] == pytest.approx(np.sqrt(50.0))
    assert found["tc_recall"] == 1.0


def test_a_missed_terminal_contact_lowers_its_recall_and_no_error(truth_of):
    found = figures([labelled(compare(detected_of(np.array([1.0, 2.0]), np.array([1.25, NAN])), truth_of([1.0, 2.0])))])
    assert (found["tc_recall"], found["ct_n"]) == (0.5, 1)


def test_stride_and_cadence_errors_come_from_strides_that_both_know(truth_of):
    truth = truth_of([1.0, 1.7, 2.4, 3.1])
    detections = Detected(np.array([1.0, 1.7, 2.4, 3.1]), np.full(4, NAN), np.array([0.7, 0.71, NAN, 0.9]))
    found = figures([labelled(compare(detections, truth))])
    assert found["stride_n"] == 2
    assert found["stride_sd"] == pytest.approx(np.std([0.0, 10.0], ddof=1))
    assert found["cadence"] == pytest.approx(abs((120 / 0.71 - 120 / 0.7) / 2))


def test_angles_and_the_speed_of_a_trial_are_compared_where_both_have_them(truth_of):
    truth = truth_of(
        [1.0, 2.0, 3.0], foot_strike_angle_deg=[10.0, 5.0, NAN], belt_speed_m_s=[3.0, 3.0, 3.0],
        shank_angle_abs_ic_deg=[1.0, 1.0, 1.0], shank_angle_abs_ic_m10_deg=[2.0, 2.0, 2.0],
    )  # fmt: skip
    columns = {
        "foot_strike_angle_deg": np.array([13.0, 9.0, 4.0]), "speed_m_s": np.array([3.2, 3.4, NAN]),
        "shank_angle_ic_deg": np.array([2.0, 2.0, NAN]),
    }  # fmt: skip
    times = np.array([1.0, 2.0, 3.0])
    found = figures([labelled(compare(Detected(times, times + 0.25, np.full(3, 1.0), columns), truth))])
    assert found["fsa_n"] == 2
    assert found["fsa_rmse"] == pytest.approx(np.sqrt((9 + 16) / 2))
    assert found["fsa_class"] == pytest.approx(0.5)
    assert found["speed"] == pytest.approx(10.0)
    assert (found["shank_rmse"], found["shank_m10_rmse"]) == (pytest.approx(1.0), pytest.approx(0.0))


def test_change_between_speeds_is_taken_within_a_runner_and_side(truth_of):
    truth = truth_of([1.0, 2.0])

    def at(contact_s):
        return compare(detected_of(np.array([1.0, 2.0]), np.array([1.0, 2.0]) + contact_s), truth)

    parts = [
        labelled(at(0.26), "r1", "a", speed=2.0),
        labelled(at(0.23), "r1", "b", speed=3.0),
        labelled(at(0.1), "r2", "c"),
    ]
    changes = contact_time_changes(figures_rows(parts))
    assert len(changes) == 1
    assert changes["found"].iloc[0] - changes["true"].iloc[0] == pytest.approx(-30.0)


def figures_rows(parts):
    from benchmarks.accuracy.score import pooled

    return pooled(parts).rows


def test_strike_classes_follow_the_published_limits_and_say_nothing_of_nothing():
    assert strike_classes(np.array([8.1, 8.0, -1.6, -1.7, NAN])).tolist() == [
        "rearfoot", "midfoot", "midfoot", "forefoot", "",
    ]  # fmt: skip


def test_no_contact_at_all_is_a_recall_of_zero_and_not_an_error(truth_of):
    found = figures([labelled(compare(detected_of(np.zeros(0), np.zeros(0)), truth_of([1.0, 2.0])))])
    assert found["recall"] == 0.0
    assert np.isnan(found["precision"])
    assert np.isnan(found["ct_rmse"])


def stride_rows(ic_s, stride_s, quality):
    rows = np.zeros(len(ic_s), STRIDE_DTYPE)
    for name in STRIDE_DTYPE.names:
        if STRIDE_DTYPE[name].kind == "f":
            rows[name] = NAN
    rows["ic_s"], rows["tc_s"] = ic_s, np.array(ic_s) + 0.25
    rows["ic_raw_s"], rows["tc_raw_s"] = np.array(ic_s) + 0.02, np.array(ic_s) + 0.22
    rows["stride_time_s"], rows["quality"] = stride_s, quality
    return rows


def test_a_contact_that_only_ends_a_stride_is_one_too_and_a_last_row_is_not_doubled():
    with_last = detected(stride_rows([1.0, 1.7, 2.4], [0.7, 0.7, NAN], ["ok", "gap", "ok"]))
    assert with_last.ic_s.tolist() == [1.0, 1.7, 2.4]
    assert with_last.stride_time_s[0] == pytest.approx(0.7)
    assert np.isnan(with_last.stride_time_s[1:]).all()
    without = detected(stride_rows([1.0, 1.7], [0.7, 0.7], ["ok", "ok"]), "_raw")
    assert without.ic_s == pytest.approx([1.02, 1.72, 2.42])
    assert np.isnan(without.tc_s).tolist() == [False, False, True]


def test_a_persons_accelerometer_bias_comes_from_the_other_people_alone(truth_of, case):
    from dataclasses import replace

    from benchmarks.accuracy.heldout import RawCase, by_others

    truth = truth_of([1.0, 2.0, 3.0])

    def one(subject, mode, ic_late_s, tc_late_s):
        changed = replace(case, subject=subject, mode=mode, truth={"right": truth}, trial=subject + mode)
        return RawCase(changed, {"right": detected_of(truth.ic_s + ic_late_s, truth.tc_s + tc_late_s)})

    raw = [one("a", "run", 0.01, 0.03), one("b", "run", 0.014, 0.02), one("b", "walk", 0.02, -0.01)]
    found = {case.trial: shifted["right"] for case, shifted in by_others(raw)}
    assert found["arun"].ic_s - truth.ic_s == pytest.approx(0.01 - 0.017)
    assert found["arun"].tc_s - truth.tc_s == pytest.approx(0.03 - 0.02)
    assert found["brun"].ic_s - truth.ic_s == pytest.approx(0.014 - 0.01)
    assert "bwalk" not in found  # nobody else walked


def test_stated_uncertainty_is_held_against_the_references_own_mean(truth_of, case):
    from dataclasses import replace
    from types import SimpleNamespace

    from benchmarks.accuracy.coverage import coverage_table, stated_of
    from gaitpipe.model import SideStatistic

    judged = replace(case, truth={"right": truth_of([1.0, 2.0, 3.0])})

    def result(mean_s, uncertainty_s):
        statistic = SideStatistic(3, mean_s, 0.01, uncertainty_s, None)
        return SimpleNamespace(metrics=[SimpleNamespace(key="ground_contact_time_s", left=None, right=statistic)])

    rows = [*stated_of(judged, result(0.26, 0.01)), *stated_of(judged, result(0.28, 0.01))]
    assert [row.error for row in rows] == pytest.approx([0.01, 0.03])
    assert coverage_table(rows)[-1].endswith("| 2 | 0.50 | 2.24 |")
    assert stated_of(judged, result(0.26, None)) == []
