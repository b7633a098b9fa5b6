"""Treadmill, foot pod and heart rate beside known strides: what is used, what is said, and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.gait.cross_check import cross_checks, stretches_s
from gaitpipe.gait.cross_findings import cross_findings
from gaitpipe.gait.table import ROW_DTYPE, StrideTable
from gaitpipe.model import AuxiliaryReading, SensorInfo

RUN_S = (10.0, 70.0)
STRIDE_S = 0.75
SENSORS = {side: SensorInfo(side, "foot", 208.0) for side in ("left", "right")}


def make_table(
    spans=(RUN_S,), speed_m_s=3.0, stride_s: float | None = STRIDE_S, mode: str = "run", quality: str = "ok"
) -> StrideTable:
    """Strides of both feet within the spans; `speed_m_s` may be a function of time."""
    rows = []
    for begin_s, end_s in spans:
        for number, side in enumerate(("left", "right")):
            ic_s = begin_s + number * STRIDE_S / 2
            while ic_s + stride_s <= end_s:
                row = np.zeros((), ROW_DTYPE)
                row["side"], row["mode"], row["quality"] = side, mode, quality
                row["ic_s"], row["next_ic_s"] = ic_s, ic_s + stride_s
                row["reckoned_speed_m_s"] = speed_m_s(ic_s) if callable(speed_m_s) else speed_m_s
                rows.append(row)
                ic_s += stride_s
    table = np.array(rows, ROW_DTYPE) if rows else np.zeros(0, ROW_DTYPE)
    return StrideTable(np.sort(table, order="ic_s"), SENSORS)


def readings(source: str, seconds: float = 80.0, **fields) -> list[AuxiliaryReading]:
    """One reading a second; a field may be a function of time."""
    return [
        AuxiliaryReading(
            source, time_s, {name: told(time_s) if callable(told) else told for name, told in fields.items()}
        )
        for time_s in np.arange(0.5, seconds, 1.0).tolist()
    ]


def treadmill_check(table: StrideTable, given_m_s: float | None = None, **fields):
    checks = cross_checks(table, {"treadmill": readings("treadmill", **fields)}, given_m_s)
    return checks.treadmill, {finding.code: finding for finding in cross_findings(checks)}


def belt(time_s: float) -> float:
    """A belt that stands, starts with the runner, and is stopped after the run."""
    return float(np.interp(time_s, [10.0, 12.5, 70.0, 72.0], [0.0, 3.0, 3.0, 0.0]))


def test_a_steady_treadmill_gives_the_belt_speed_whatever_happens_before_and_after_the_run():
    check, findings = treadmill_check(make_table(), speed_m_s=belt)
    assert (check.speed_m_s, check.used, check.steady) == (3.0, True, True)
    assert check.sensors_m_s == 3.0
    assert check.readings == 80
    assert 55 <= check.readings_in_gait <= 58
    assert set(findings) == {"belt_speed_told"}
    assert "3.00 m/s" in findings["belt_speed_told"].message


@pytest.mark.parametrize(("given_m_s", "contradicts"), [(3.0, False), (2.92, False), (2.88, True), (3.2, True)])
def test_a_typed_belt_speed_wins_and_a_difference_above_three_per_cent_is_said_with_both(given_m_s, contradicts):
    check, findings = treadmill_check(make_table(), given_m_s, speed_m_s=3.0)
    assert not check.used
    assert check.given_m_s == given_m_s
    assert ("belt_speed_contradicted" in findings) is contradicts
    if contradicts:
        message = findings["belt_speed_contradicted"].message
        assert f"{given_m_s:.2f} m/s" in message
        assert "3.00 m/s" in message


def test_a_speed_that_changes_is_said_and_not_used_as_one_number():
    check, findings = treadmill_check(make_table(), speed_m_s=lambda time_s: 2.5 if time_s < 40 else 3.0)
    assert not check.used
    assert not check.steady
    assert check.unused_because == "it changed"
    assert set(findings) == {"belt_speed_changed"}
    assert "2.50 and 3.00" in findings["belt_speed_changed"].message


@pytest.mark.parametrize("speed_m_s", [0.0, 0.2, 20.0])
def test_a_speed_that_no_belt_has_is_not_used(speed_m_s):
    check, _findings = treadmill_check(make_table(), speed_m_s=speed_m_s)
    assert not check.used
    assert "no belt speed" in check.unused_because


def test_a_speed_that_jumps_is_the_one_that_was_set():
    check, findings = treadmill_check(make_table(), speed_m_s=lambda time_s: 3.0 if time_s > 9.0 else 0.0)
    assert check.jumps
    assert check.used
    assert set(findings) == {"belt_speed_told", "belt_speed_is_set"}


@pytest.mark.parametrize(
    ("incline", "usable", "steady"),
    [(1.5, True, True), (0.0, False, True), (lambda time_s: time_s // 20, False, False), (-2.0, True, True)],
)
def test_an_incline_counts_when_it_is_steady_and_not_the_zero_of_machines_that_do_not_know_it(incline, usable, steady):
    check, findings = treadmill_check(make_table(), speed_m_s=3.0, incline_pct=incline)
    assert check.incline_usable is usable
    assert check.incline_steady is steady
    assert ("incline_changed" in findings) is not steady


def test_a_treadmill_that_tells_no_incline_or_nothing_at_all_gives_nothing():
    check, findings = treadmill_check(make_table(), speed_m_s=3.0, incline_pct=None)
    assert check.incline_pct is None
    assert not check.incline_usable
    silent = cross_checks(make_table(), {"treadmill": []}, None)
    assert not silent.treadmill.used
    assert [finding.code for finding in cross_findings(silent)] == ["auxiliary_silent"]
    assert cross_checks(make_table(), {}, None) is None
    assert cross_findings(None) == []
    assert findings


def test_without_gait_nothing_is_used_and_nothing_raises():
    for table in (make_table(spans=()), make_table(quality="slip")):
        devices = {
            "treadmill": readings("treadmill", speed_m_s=3.0, incline_pct=1.0),
            "foot_pod": readings("foot_pod", cadence_per_min=160.0, speed_m_s=3.0),
            "heart_rate": readings("heart_rate", heart_rate_bpm=80.0),
        }
        checks = cross_checks(table, devices, None)
        assert not checks.treadmill.used
        assert checks.foot_pod.counts is None
        assert checks.heart_rate.mean_bpm is None
        assert checks.heart_rate.highest_bpm == 80.0
        assert cross_findings(checks) == []


@pytest.mark.parametrize(
    ("sent", "counts", "cadence_spm"),
    [(160.0, "steps", 160.0), (80.0, "strides", 160.0), (152.0, "steps", 152.0), (84.0, "strides", 168.0),
     (320.0, "steps twice", 160.0), (120.0, None, None), (0.0, None, None)],
)  # fmt: skip
def test_a_pods_cadence_is_steps_or_strides_by_the_sensors_cadence(sent, counts, cadence_spm):
    checks = cross_checks(make_table(), {"foot_pod": readings("foot_pod", cadence_per_min=sent, speed_m_s=2.9)}, None)
    pod = checks.foot_pod
    assert (pod.counts, pod.cadence_spm, pod.cadence_as_sent_per_min) == (counts, cadence_spm, sent)
    assert pod.sensors_cadence_spm == pytest.approx(160.0)
    assert (pod.speed_m_s, pod.sensors_m_s) == (2.9, 3.0)
    (finding,) = cross_findings(checks)
    assert finding.code == "pod_cadence"
    assert finding.severity == ("warning" if counts is None else "info")
    assert f"{sent:.0f} a minute" in finding.message
    assert "160 steps" in finding.message


@pytest.mark.parametrize("delay_s", [0.0, 1.0, 3.0, 6.0])
def test_the_delay_of_a_pod_shows_where_the_run_begins_and_ends(delay_s):
    def sent(time_s: float) -> float:
        return 160.0 if any(a + delay_s <= time_s <= b + delay_s for a, b in spans) else 0.0

    spans = ((20.0, 60.0), (80.0, 120.0))
    pod = cross_checks(
        make_table(spans), {"foot_pod": readings("foot_pod", 150.0, cadence_per_min=sent)}, None
    ).foot_pod
    assert pod.lag_s == pytest.approx(delay_s, abs=0.75)


def test_the_delay_of_a_treadmill_is_told_only_where_the_speed_changes_within_the_run():
    def course(time_s: float) -> float:
        return float(np.interp(time_s, [40, 50, 80, 90], [2.5, 3.5, 3.5, 2.5]))

    table = make_table(((10.0, 120.0),), speed_m_s=course)
    late, _ = treadmill_check(table, seconds=120.0, speed_m_s=lambda time_s: course(time_s - 4.0))
    assert late.lag_s == pytest.approx(4.0, abs=0.75)
    steady, _ = treadmill_check(make_table(), speed_m_s=3.0)
    assert steady.lag_s is None


def test_heart_rates_without_contact_or_that_no_heart_has_are_left_out():
    told = [
        AuxiliaryReading("heart_rate", float(time_s), {"heart_rate_bpm": 150.0, "contact": True})
        for time_s in range(15, 45)
    ]
    odd = [
        AuxiliaryReading("heart_rate", 46.0, {"heart_rate_bpm": 180.0, "contact": False}),
        AuxiliaryReading("heart_rate", 47.0, {"heart_rate_bpm": 0.0, "contact": None}),
        AuxiliaryReading("heart_rate", 48.0, {"heart_rate_bpm": 255.0, "contact": None}),
        AuxiliaryReading("heart_rate", 75.0, {"heart_rate_bpm": 161.0, "contact": None}),
    ]
    check = cross_checks(make_table(), {"heart_rate": told + odd}, None).heart_rate
    assert (check.readings, check.readings_in_gait, check.left_out) == (34, 30, 3)
    assert check.mean_bpm == pytest.approx(150.0)
    assert check.highest_bpm == 161.0


def test_stretches_join_strides_of_both_feet_and_part_where_nothing_was_counted():
    spans = stretches_s(make_table(((10.0, 30.0), (40.0, 60.0))))
    assert spans.shape == (2, 2)
    np.testing.assert_allclose(spans, [[10.0, 30.0], [40.0, 60.0]], atol=STRIDE_S)
