"""Any mounting gives the same figures; a sensor that turns on the way is noticed, said and found again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gaitpipe.model import SampleBlock, SessionResult
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment, SimulatedStream

ANGLE = {"foot": "foot_strike_angle_deg", "shank": "shank_angle_ic_deg"}


def right_angles() -> Iterator[np.ndarray]:
    """All 24 ways to put a box on a table."""
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[range(3), order] = signs
            if np.linalg.det(matrix) > 0.0:
                yield matrix


def rotated(stream: SimulatedStream, matrix: np.ndarray) -> SimulatedStream:
    return replace(stream, acc_m_s2=stream.acc_m_s2 @ matrix.T, gyr_rad_s=stream.gyr_rad_s @ matrix.T)


def assert_same_strides(one: SessionResult, other: SessionResult, angle: str) -> None:
    assert len(one.strides) == len(other.strides) > 3
    for name in ("ic_s", "tc_s"):
        np.testing.assert_allclose(one.strides[name], other.strides[name], rtol=0, atol=1e-6)
    np.testing.assert_allclose(one.strides[angle], other.strides[angle], rtol=0, atol=1e-3)
    assert np.array_equal(one.strides["quality"], other.strides["quality"])


def test_all_right_angles_and_random_rotations_give_the_same_strides(runner: Any, analyse: Any) -> None:
    """Upside down, back to front, on its side: far below the millisecond and the degree that are promised."""
    course = (Segment("stand", 3.0), Segment("run", 9.0, 3.0))
    for placement in ("foot", "shank"):
        stream = runner(RunnerConfig(segments=course, placement=placement, rate_hz=104.0, seed=8)).sensors["right"]
        plain = analyse([stream])
        for matrix in [*right_angles(), *Rotation.random(6, random_state=3).as_matrix()]:
            assert_same_strides(plain, analyse([rotated(stream, matrix)]), ANGLE[placement])


@pytest.mark.reference
def test_rotations_do_not_change_computed_sensors_of_real_runners(runners: Any) -> None:
    matrices = [np.diag([1.0, -1.0, -1.0]), np.diag([-1.0, -1.0, 1.0]), *Rotation.random(1, random_state=4).as_matrix()]
    for case in runners[::7]:
        plain = result_of(case)
        for matrix in matrices:
            assert_same_strides(plain, result_of(case, matrix), ANGLE[case.placement])


def result_of(case: Any, matrix: np.ndarray | None = None, from_s: float = -np.inf) -> SessionResult:
    """A computed trial, turned and begun late."""
    session = Session(case.recording.sensors)
    for block in case.recording.blocks:
        first = int(np.searchsorted(block.time_s, from_s))
        acc, gyr = block.acc_m_s2[first:], block.gyr_rad_s[first:]
        if matrix is not None:
            acc, gyr = np.ascontiguousarray(acc @ matrix.T), np.ascontiguousarray(gyr @ matrix.T)
        session.feed(
            SampleBlock(
                block.side, block.placement, block.first_sample + first, block.time_s[first:], acc, gyr,
                block.flags[first:],
            )
        )  # fmt: skip
    return session.finish()


@pytest.mark.reference
def test_without_standing_the_contacts_of_real_runners_move_by_milliseconds(runners: Any) -> None:
    """Up then comes from the mean specific force. Said, and less confident."""
    moved: list[float] = []
    for case in runners[1::4]:
        plain, cut = result_of(case), result_of(case, from_s=4.5)
        assert {sensor.alignment.confidence for sensor in cut.sensors} <= {"medium", "low"}  # type: ignore[union-attr]
        assert "no_standing" in {finding.code for finding in cut.findings}
        distance = np.abs(plain.strides["ic_s"][:, None] - cut.strides["ic_s"][None])
        moved += list(distance.min(axis=1)[distance.min(axis=1) < 0.1])
    assert np.median(moved) < 0.003
    assert np.quantile(moved, 0.9) < 0.010


def slipped(
    stream: SimulatedStream, at_s: float, axis: list[float], angle_deg: float, over_s: float
) -> SimulatedStream:
    """The sensor turns about an axis of the segment, at once or slowly."""
    way = np.clip((stream.device_time_s - at_s) / max(over_s, 1e-9), 0.0, 1.0)
    vector = np.radians(angle_deg) * (stream.mount.T @ (np.array(axis) / np.linalg.norm(axis)))
    turns = Rotation.from_rotvec(way[:, None] * vector).as_matrix()
    acc, gyr = (np.einsum("nij,nj->ni", turns, vectors) for vectors in (stream.acc_m_s2, stream.gyr_rad_s))
    return replace(stream, acc_m_s2=acc, gyr_rad_s=gyr)


@pytest.fixture(scope="module", params=["foot", "shank"])
def long_stream(request: pytest.FixtureRequest, runner: Any) -> SimulatedStream:
    course = (Segment("stand", 4.0), Segment("run", 66.0, 3.0))
    stream: SimulatedStream = runner(
        RunnerConfig(segments=course, placement=request.param, rate_hz=104.0, seed=3)
    ).sensors["left"]
    return stream


@pytest.mark.parametrize(
    ("axis", "angle_deg", "over_s"),
    [
        ([0.0, 1.0, 0.0], 8.0, 0.0),
        ([0.0, 1.0, 0.0], 30.0, 0.0),
        ([1.0, 0.0, 0.0], -25.0, 0.0),
        ([0.0, 0.0, 1.0], 40.0, 0.0),
        ([1.0, 1.0, 1.0], 10.0, 10.0),
        ([0.0, 0.0, 1.0], 90.0, 0.0),
        ([1.0, 0.0, 0.0], 180.0, 0.0),
    ],
)
def test_a_sensor_that_turns_is_told_and_found_again(
    long_stream: SimulatedStream, analyse: Any, tools: Any, axis: list[float], angle_deg: float, over_s: float
) -> None:
    plain, got = analyse([long_stream]), analyse([slipped(long_stream, 25.0, axis, angle_deg, over_s)])
    (sensor,) = got.sensors
    assert sensor.calibrations
    assert "sensor_slipped" in tools.codes(got)
    assert sensor.alignment.confidence == "medium"
    first, last = sensor.calibrations[0], sensor.calibrations[-1]
    assert first.angle_deg == pytest.approx(abs(angle_deg), abs=10.0)  # refined by later epochs
    assert 20.0 < first.invalid_from_s < 45.0
    assert len(got.strides) >= len(plain.strides) - 10  # at most seven seconds of them are lost
    distance = np.abs(plain.strides["ic_s"][:, None] - got.strides["ic_s"][None])
    nearest, late = distance.argmin(axis=1), (distance.min(axis=1) < 0.05) & (plain.strides["ic_s"] > last.from_s + 8.0)
    if late.any():
        angle = ANGLE[sensor.info.placement]
        assert np.median(distance.min(axis=1)[late]) < 0.001
        assert distance.min(axis=1)[late].max() < 0.010
        change = np.abs(got.strides[angle][nearest] - plain.strides[angle])[late]
        assert np.nanmedian(change) < 2.5
        assert np.isfinite(change).any()
    turned = (got.strides["ic_s"] > first.invalid_from_s) & (got.strides["ic_s"] < first.from_s)
    assert np.isnan(got.strides[ANGLE[sensor.info.placement]][turned]).all()


def test_a_turn_is_found_at_the_same_sample_for_any_block_size(long_stream: SimulatedStream, analyse: Any) -> None:
    broken = slipped(long_stream, 25.0, [0.0, 0.0, 1.0], 60.0, 0.0)
    whole, small = analyse([broken]), analyse([broken], size=37)
    assert whole.sensors[0].calibrations == small.sensors[0].calibrations != ()
    assert whole.strides.tobytes() == small.strides.tobytes()


@pytest.mark.parametrize("placement", ["foot", "shank"])
@pytest.mark.parametrize("strike", ["rearfoot", "forefoot"])
def test_changes_of_speed_and_gait_are_no_slip(runner: Any, analyse: Any, placement: Any, strike: Any) -> None:
    parts = [("walk", 15.0, 1.3), ("run", 20.0, 2.2), ("run", 20.0, 3.5), ("run", 20.0, 5.5), ("walk", 10.0, 1.6)]
    course = (Segment("stand", 4.0), *(Segment(*part) for part in parts))  # type: ignore[arg-type]
    streams = runner(
        RunnerConfig(segments=course, placement=placement, strike=strike, rate_hz=104.0, seed=6)
    ).sensors.values()
    assert [sensor.calibrations for sensor in analyse(list(streams)).sensors] == [(), ()]
