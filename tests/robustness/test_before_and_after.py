"""What comes before and after the run: the sensor on a table, in the hand, standing late or not at all."""

from __future__ import annotations

from typing import Any

import numpy as np

from gaitpipe.model import SessionResult
from gaitpipe.simulate.runner import RunnerConfig, Segment, SimulatedStream

RATE_HZ = 208.0
STANDING = round(4.0 * RATE_HZ)


def signals(stream: SimulatedStream, start: int = 0, stop: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    return stream.acc_m_s2[start:stop], stream.gyr_rad_s[start:stop]


def ok_between(result: SessionResult, from_s: float, to_s: float) -> int:
    strides = result.strides
    inside = (strides["ic_s"] > from_s) & (strides["ic_s"] < to_s) & (strides["quality"] == "ok")
    return int(inside.sum())


def test_a_minute_of_waving_before_standing_does_not_define_the_axis(
    stream: SimulatedStream, whole: SessionResult, analyse: Any, tools: Any
) -> None:
    got = analyse([tools.after(tools.waving(60.0), signals(stream), stream=stream)])
    assert got.sensors[0].alignment.confidence == "high"
    assert got.sensors[0].alignment.standing_s > 2.0
    assert got.sensors[0].calibrations == ()
    assert ok_between(got, 0.0, 59.0) <= 3
    assert ok_between(got, 64.0, 101.0) >= len(whole.strides) - 2


def test_a_sensor_from_the_table_is_aligned_by_the_standing_after_it(
    stream: SimulatedStream, whole: SessionResult, analyse: Any, tools: Any
) -> None:
    got = analyse([tools.after(tools.lying(30.0), tools.waving(4.0), signals(stream), stream=stream)])
    alignment = got.sensors[0].alignment
    assert (alignment.confidence, alignment.pose_refused) == ("high", False)
    assert abs(alignment.standing_s - whole.sensors[0].alignment.standing_s) < 1.1
    assert len(got.strides) >= len(whole.strides) - 1


def test_a_table_is_not_taken_for_standing(stream: SimulatedStream, analyse: Any, tools: Any) -> None:
    moving = signals(stream, STANDING + round(0.3 * RATE_HZ))
    got = analyse([tools.after(tools.lying(30.0), tools.waving(4.0), moving, stream=stream)])
    alignment = got.sensors[0].alignment
    assert (alignment.confidence, alignment.pose_refused, alignment.standing_s) == ("medium", True, 0.0)
    (finding,) = [finding for finding in got.findings if finding.code == "no_standing"]
    assert "lay somewhere" in finding.message
    assert ok_between(got, 34.0, 80.0) > 35


def test_standing_between_two_bouts_corrects_from_then_on(stream: SimulatedStream, analyse: Any, tools: Any) -> None:
    run = signals(stream, STANDING + round(1.0 * RATE_HZ))
    got = analyse([tools.after(run, signals(stream, 0, STANDING), run, stream=stream)])
    (epoch,) = got.sensors[0].calibrations
    assert epoch.why == "standing"
    assert 35.0 < epoch.from_s < 52.0
    assert {"no_standing", "late_standing"} <= tools.codes(got)
    late = got.strides[got.strides["ic_s"] > epoch.from_s + 1.0]
    angle = "foot_strike_angle_deg" if stream.placement == "foot" else "shank_angle_ic_deg"
    plain = analyse([stream]).strides[angle]
    assert abs(np.nanmedian(late[angle]) - np.nanmedian(plain)) < 1.0


def test_standing_at_the_end_of_a_short_recording_is_used(stream: SimulatedStream, analyse: Any, tools: Any) -> None:
    run = signals(stream, STANDING + round(1.0 * RATE_HZ), STANDING + round(7.0 * RATE_HZ))
    got = analyse([tools.after(run, signals(stream, 0, STANDING), stream=stream)])
    assert got.sensors[0].alignment.standing_s > 2.0
    assert len(got.strides) >= 5


def test_a_sensor_that_is_taken_off_and_carried_gives_hardly_a_stride(
    stream: SimulatedStream, whole: SessionResult, analyse: Any, tools: Any
) -> None:
    got = analyse([tools.after(signals(stream), tools.waving(20.0), stream=stream)])
    assert ok_between(got, 40.5, 60.0) <= 3
    assert ok_between(got, 0.0, 40.5) >= len(whole.strides) - 2


def test_each_stride_of_a_mixed_session_has_its_own_mode(runner: Any, analyse: Any) -> None:
    parts = [("stand", 4.0, 0.0), ("walk", 15.0, 1.3), ("run", 20.0, 3.0), ("stand", 6.0, 0.0), ("walk", 12.0, 1.4)]
    course = tuple(Segment(*part) for part in parts)  # type: ignore[arg-type]
    edges = np.cumsum([0.0, *(part[1] for part in parts)])
    for placement in ("foot", "shank"):
        result = analyse(list(runner(RunnerConfig(segments=course, placement=placement, seed=9)).sensors.values()))
        for (kind, *_), start, stop in zip(parts, edges[:-1], edges[1:], strict=True):
            inside = (result.strides["ic_s"] > start + 3.0) & (result.strides["ic_s"] < stop - 2.0)
            good = result.strides[inside & (result.strides["quality"] == "ok")]
            assert len(good) == 0 if kind == "stand" else set(good["mode"]) == {kind}, (placement, kind)
