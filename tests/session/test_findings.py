"""Bad input is never a traceback and never a silent number: each gives a stated finding with advice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gaitpipe.errors import UsageError
from gaitpipe.model import STANDARD_GRAVITY_M_S2, Finding, Placement, SensorInfo, SessionResult, StreamQuality
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment, SimulatedStream

LONG, SHORT = (Segment("stand", 4.0), Segment("run", 32.0, 3.0)), (Segment("stand", 4.0), Segment("run", 12.0, 3.0))
PLACEMENTS = pytest.mark.parametrize("placement", ["foot", "shank"])


def config(placement: Placement = "foot", segments: tuple[Segment, ...] = LONG, **changes: Any) -> RunnerConfig:
    return RunnerConfig(segments=segments, placement=placement, seed=17, **changes)


def found(result: SessionResult, code: str) -> list[Finding]:
    return [finding for finding in result.findings if finding.code == code]


def codes(result: SessionResult) -> set[str]:
    return {finding.code for finding in result.findings}


@PLACEMENTS
def test_a_good_recording_gives_no_finding(runner: Any, analyse: Any, placement: Placement) -> None:
    result = analyse(runner(config(placement)).sensors.values())
    assert result.findings == ()
    assert [row.key for row in result.metrics][:3] == ["cadence_spm", "stride_time_s", "step_time_s"]


@PLACEMENTS
def test_acceleration_in_g_is_told_with_its_side(runner: Any, analyse: Any, placement: Placement) -> None:
    sensors = runner(config(placement)).sensors
    wrong = replace(sensors["right"], acc_m_s2=sensors["right"].acc_m_s2 / STANDARD_GRAVITY_M_S2)
    (finding,) = found(analyse([sensors["left"], wrong]), "acc_units")
    assert (finding.severity, finding.side) == ("error", "right")
    assert "It looks like g." in finding.message
    assert "m/s^2" in finding.advice


def test_acceleration_in_milli_g_is_told(runner: Any, analyse: Any) -> None:
    stream = runner(config()).sensors["left"]
    wrong = replace(stream, acc_m_s2=stream.acc_m_s2 * 1000.0 / STANDARD_GRAVITY_M_S2)
    assert "milli-g" in found(analyse([wrong]), "acc_units")[0].message


@PLACEMENTS
def test_rotation_in_degrees_is_told(runner: Any, analyse: Any, placement: Placement) -> None:
    stream = runner(config(placement)).sensors["left"]
    (finding,) = found(analyse([replace(stream, gyr_rad_s=np.degrees(stream.gyr_rad_s))]), "gyr_units")
    assert (finding.severity, finding.side) == ("error", "left")
    assert "deg/s" in finding.message


def test_a_silent_gyroscope_is_told(runner: Any, analyse: Any) -> None:
    stream = runner(config()).sensors["left"]
    result = analyse([replace(stream, gyr_rad_s=np.zeros_like(stream.gyr_rad_s))])
    assert "gyr_units" in codes(result)
    assert len(result.strides) == 0


@PLACEMENTS
@pytest.mark.parametrize("speed_m_s", [2.5, 3.0, 4.0])
def test_the_right_placement_is_not_doubted(runner: Any, analyse: Any, placement: Placement, speed_m_s: float) -> None:
    segments = (Segment("stand", 4.0), Segment("run", 12.0, speed_m_s))
    assert not found(analyse(runner(config(placement, segments)).sensors.values()), "placement")


@PLACEMENTS
def test_the_wrong_placement_is_told(runner: Any, analyse: Any, placement: Placement) -> None:
    """A simulated shank is told from a foot when it runs fast only; computed ones of people at 2 m/s too."""
    other: Placement = "shank" if placement == "foot" else "foot"
    segments = (Segment("stand", 4.0), Segment("run", 32.0, 3.0 if placement == "foot" else 4.5))
    mistaken = [replace(stream, placement=other) for stream in runner(config(placement, segments)).sensors.values()]
    result = analyse(mistaken)
    findings = found(result, "placement")
    assert [finding.side for finding in findings] == ["left", "right"]
    assert all(finding.severity == "error" and placement in finding.advice for finding in findings)


def test_few_strides_are_told(runner: Any, analyse: Any) -> None:
    result = analyse(runner(config(segments=SHORT)).sensors.values())
    assert [finding.side for finding in found(result, "few_strides")] == ["left", "right"]


def test_one_foot_is_told_and_what_needs_both_stays_empty(runner: Any, analyse: Any) -> None:
    result = analyse([runner(config()).sensors["right"]])
    assert codes(result) == {"one_foot"}
    assert np.isnan(result.strides["step_time_s"]).all()
    assert np.isnan(result.strides["flight_time_s"]).all()
    row = next(row for row in result.metrics if row.key == "step_time_s")
    assert (row.left, row.right, row.both) == (None, None, None)
    assert row.note
    assert next(row for row in result.metrics if row.key == "cadence_spm").left is None


def test_a_low_rate_is_told_and_gives_no_peak(runner: Any, analyse: Any) -> None:
    result = analyse(runner(config(rate_hz=52.0)).sensors.values())
    assert [finding.side for finding in found(result, "low_rate")] == ["left", "right"]
    assert len(result.strides) > 60
    assert np.isnan(result.strides["peak_acc_m_s2"]).all()
    assert "low_rate" not in codes(analyse(runner(config(rate_hz=104.0)).sensors.values()))


@pytest.mark.parametrize("late_s", [0.0, 0.02, -0.05])
def test_the_same_sensor_as_both_feet_is_told(runner: Any, analyse: Any, late_s: float) -> None:
    stream = runner(config()).sensors["left"]
    again = replace(stream, side="right", device_time_s=stream.device_time_s + late_s)
    assert "not_alternating" in codes(analyse([stream, again]))


def test_standing_only_is_told(runner: Any, analyse: Any) -> None:
    result = analyse(runner(config(segments=(Segment("stand", 20.0),))).sensors.values())
    assert [finding.side for finding in found(result, "no_movement")] == ["left", "right"]
    assert "no_gait" in codes(result)
    assert result.metrics == ()
    assert [sensor.alignment for sensor in result.sensors] == [None, None]


def test_walking_only_is_told(runner: Any, analyse: Any) -> None:
    segments = (Segment("stand", 4.0), Segment("walk", 20.0, 1.3))
    result = analyse(runner(config(segments=segments)).sensors.values())
    assert "no_running" in codes(result)
    assert result.metrics[0].left.count > 10


def test_a_session_without_samples_ends_in_words(runner: Any, info: Any) -> None:
    result = Session([info(stream) for stream in runner(config()).sensors.values()]).finish()
    assert len(result.strides) == 0
    assert result.metrics == ()
    assert {"no_movement", "no_gait"} <= codes(result)
    assert [sensor.duration_s for sensor in result.sensors] == [0.0, 0.0]


def test_a_session_of_a_single_sample_ends_in_words(runner: Any, info: Any, blocks: Any) -> None:
    stream = runner(config()).sensors["left"]
    session = Session([info(stream)])
    session.feed(next(blocks(stream, 1)))
    assert "no_movement" in codes(session.finish())


def test_counts_and_findings_of_the_reader_reach_the_result(runner: Any, info: Any, blocks: Any) -> None:
    stream = runner(config()).sensors["left"]
    session = Session([info(stream)])
    for block in blocks(stream):
        session.feed(block)
    quality = StreamQuality(samples=900, lost_samples=100, gaps=3, resets=1, measured_rate_hz=190.0)
    quality.clock_residual_s = 0.02
    told = Finding("torn_tail", "warning", "The end is missing.")
    result = session.finish({"left": quality}, [told])
    assert result.findings[0] is told
    assert result.sensors[0].quality is quality
    assert {"sample_loss", "sensor_restart", "rate_off", "clock"} <= codes(result)
    assert all(finding.advice for finding in result.findings if finding is not told)


def test_values_that_are_not_finite_are_refused(runner: Any, info: Any, blocks: Any) -> None:
    stream = runner(config()).sensors["left"]
    acc = stream.acc_m_s2.copy()
    acc[3000, 1] = np.nan
    broken: SimulatedStream = replace(stream, acc_m_s2=acc)
    session = Session([info(stream)])
    pieces = list(blocks(broken, 10))
    for block in pieces[:300]:
        session.feed(block)
    with pytest.raises(ValueError, match="finite"):
        session.feed(pieces[300])


@pytest.mark.parametrize("sides", [(), ("left", "left"), ("left", "right", "left")])
def test_no_sensor_or_two_on_one_side_are_refused(sides: tuple[Any, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        Session([SensorInfo(side, "foot", 208.0) for side in sides])
    assert caught.value.advice


@pytest.mark.parametrize("speed_m_s", [0.0, 0.29, 12.1, -3.0, float("nan"), float("inf")])
def test_an_impossible_belt_speed_is_refused(speed_m_s: float) -> None:
    with pytest.raises(UsageError, match="belt speed"):
        Session([SensorInfo("left", "foot", 208.0)], belt_speed_m_s=speed_m_s)


def test_a_belt_speed_gives_speed_and_stride_length(runner: Any, info: Any, blocks: Any) -> None:
    stream = runner(config()).sensors["left"]
    session = Session([info(stream)], belt_speed_m_s=3.0)
    for block in blocks(stream):
        session.feed(block)
    result = session.finish()
    assert result.belt_speed_m_s == 3.0
    strides = result.strides[np.isfinite(result.strides["speed_m_s"])]
    assert len(strides) > 20
    assert np.median(strides["speed_m_s"][strides["quality"] == "ok"]) == pytest.approx(3.0)
    np.testing.assert_allclose(strides["stride_length_m"], strides["speed_m_s"] * strides["stride_time_s"])


@PLACEMENTS
def test_a_recording_that_starts_in_full_run_is_analysed_and_its_units_are_not_doubted(
    runner: Any, analyse: Any, placement: Placement
) -> None:
    stream = runner(config(placement)).sensors["left"]
    late = slice(round(8.0 * stream.rate_hz), None)
    parts = {name: getattr(stream, name)[late] for name in ("true_time_s", "device_time_s", "acc_m_s2", "gyr_rad_s")}
    result = analyse([replace(stream, flags=stream.flags[late], **parts)])
    assert codes(result) >= {"no_standing", "one_foot"}
    assert "acc_units" not in codes(result)
    assert (result.strides["quality"] == "ok").sum() > 10


def test_a_belt_speed_outside_the_fitted_ones_is_told(runner: Any, analyse: Any) -> None:
    sensors = runner(config()).sensors.values()
    assert "speed_not_fitted" in codes(analyse(sensors, belt_speed_m_s=6.0))
    assert "speed_not_fitted" not in codes(analyse(sensors, belt_speed_m_s=3.0))


def test_a_speed_outside_the_fitted_ones_is_told_without_a_belt_too(runner: Any, analyse: Any) -> None:
    slow = RunnerConfig(segments=(Segment("stand", 4.0), Segment("run", 20.0, 1.5)), seed=5)
    assert "speed_not_fitted" in codes(analyse(runner(slow).sensors.values()))


def test_two_files_whose_clocks_drift_apart_are_told(runner: Any, analyse: Any) -> None:
    """A twentieth of a second and more between the feet's clocks: no legs run like that."""
    sensors = runner(config()).sensors
    late = replace(sensors["right"], device_time_s=sensors["right"].device_time_s + 0.08)
    assert "not_alternating" in codes(analyse([sensors["left"], late]))
    assert "not_alternating" not in codes(analyse(sensors.values()))
