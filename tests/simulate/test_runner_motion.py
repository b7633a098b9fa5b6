"""The movement of the synthetic runner: smooth, rigid, with the signs of the project, and plausible in size."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gaitpipe.model import STANDARD_GRAVITY_M_S2
from gaitpipe.simulate.runner import RunnerConfig, Segment, build_legs, simulate

COURSE = (Segment("stand", 4.0), Segment("walk", 12.0, 1.4), Segment("run", 14.0, 3.3), Segment("stand", 3.0))
RUN = (Segment("stand", 5.0), Segment("run", 20.0, 3.3))


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_specific_force_is_the_second_derivative_of_the_position_plus_gravity(placement: str) -> None:
    h = 1e-4
    time_s = np.arange(2.0, 33.0, 0.0037)
    for leg in build_legs(RunnerConfig(segments=COURSE)).values():
        before, now, after = (leg.motion(time_s + shift, placement) for shift in (-h, 0.0, h))
        acceleration = (after.position_m - 2 * now.position_m + before.position_m) / h**2
        expected = np.linalg.norm(acceleration + np.array([0, 0, STANDARD_GRAVITY_M_S2]), axis=1)
        contacts = np.array([contact.initial_s for contact in leg.contacts])
        away = np.min(np.abs(time_s[:, None] - contacts), axis=1) > 2 * h
        actual = np.linalg.norm(now.specific_force_m_s2, axis=1)
        np.testing.assert_allclose(actual[away], expected[away], atol=0.15)


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_acceleration_and_rate_have_no_step_anywhere(placement: str) -> None:
    h = 1e-7
    for leg in build_legs(RunnerConfig(segments=COURSE)).values():
        edges = [contact.initial_s for contact in leg.contacts[1:]] + [
            contact.terminal_s for contact in leg.contacts[:-1]
        ]
        edges += list(leg.pattern.push_off_s[:-1])
        before, after = (leg.motion(np.array(edges) + shift, placement) for shift in (-h, h))
        np.testing.assert_allclose(before.position_m, after.position_m, atol=1e-5)
        np.testing.assert_allclose(before.specific_force_m_s2, after.specific_force_m_s2, atol=0.01)
        np.testing.assert_allclose(before.rate_rad_s, after.rate_rad_s, atol=1e-3)


def test_jerk_of_the_ankle_is_continuous_when_the_foot_leaves_and_not_when_it_lands() -> None:
    h = 1e-6
    leg = build_legs(RunnerConfig(segments=RUN))["left"]

    def jerk_step(time_s: np.ndarray) -> np.ndarray:
        a = [leg.ankle(time_s + shift)[2] for shift in (-2 * h, -h, h, 2 * h)]
        return np.abs((a[3] - a[2]) / h - (a[1] - a[0]) / h)

    leaving = jerk_step(leg.pattern.push_off_s[3:-1])
    landing = jerk_step(np.array([contact.initial_s for contact in leg.contacts[3:]]))
    assert leaving.max() < 20
    assert landing.min() > 1000


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_at_constant_speed_the_sensor_cannot_tell_treadmill_from_road(placement: str) -> None:
    time_s = np.arange(12.0, 18.0, 0.002)
    road, belt = (
        build_legs(RunnerConfig(segments=RUN, surface=surface))["left"].motion(time_s, placement)
        for surface in ("overground", "treadmill")
    )
    np.testing.assert_allclose(road.specific_force_m_s2, belt.specific_force_m_s2, atol=1e-9)
    np.testing.assert_array_equal(road.rate_rad_s, belt.rate_rad_s)
    np.testing.assert_allclose(np.diff((road.position_m - belt.position_m)[:, 0]) / 0.002, 3.3, rtol=1e-6)
    assert np.ptp(belt.position_m[:, 0]) < 2.5


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_integrating_the_gyroscope_from_standing_gives_the_orientation(placement: str) -> None:
    """Full 3D strapdown: toes-up pitch must come out positive from a negative rate about y (left)."""
    rate_hz = 2000.0
    config = RunnerConfig(segments=RUN, placement=placement, mount="aligned", ideal=True, rate_hz=rate_hz)
    stream = simulate(config).sensors["right"]
    motion = build_legs(config)["right"].motion(stream.true_time_s, placement)
    sine = _world_z_of_forward_axis(stream.gyr_rad_s[: int(10 * rate_hz)], 1 / rate_hz)
    np.testing.assert_allclose(np.arcsin(sine)[::50], _folded(motion.angle_rad[: len(sine)])[::50], atol=0.03)
    assert np.rad2deg(motion.angle_rad[: len(sine)].max()) > 10


def _folded(angle_rad: np.ndarray) -> np.ndarray:
    return np.arcsin(np.sin(angle_rad))


def _world_z_of_forward_axis(gyr_rad_s: np.ndarray, dt_s: float) -> np.ndarray:
    """Sine of the elevation of the segment's x axis while integrating body rates from level (trapezoid, Rodrigues)."""
    rotation, result = np.eye(3), np.empty(len(gyr_rad_s))
    result[0] = 0.0
    for index, (before, after) in enumerate(pairwise(gyr_rad_s), start=1):
        x, y, z = (before + after) / 2 * dt_s
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        rotation = rotation @ (np.eye(3) + cross + cross @ cross / 2 + cross @ cross @ cross / 6)
        result[index] = rotation[2, 0]
    return result


def test_standing_is_one_g_up_and_still() -> None:
    for placement in ("foot", "shank"):
        stream = simulate(RunnerConfig(segments=RUN, placement=placement, mount="aligned", ideal=True)).sensors["left"]
        quiet = stream.true_time_s < 4.5
        np.testing.assert_allclose(np.mean(stream.acc_m_s2[quiet], axis=0), [0, 0, STANDARD_GRAVITY_M_S2], atol=0.08)
        assert np.rad2deg(np.abs(stream.gyr_rad_s[quiet])).max() < 1.0


def test_slope_tilts_gravity_backwards_when_running_uphill() -> None:
    config = RunnerConfig(segments=RUN, slope_deg=10, mount="aligned", ideal=True)
    standing = simulate(config).sensors["left"].acc_m_s2[:200].mean(axis=0)
    assert np.rad2deg(np.arctan2(standing[0], standing[2])) == pytest.approx(10, abs=0.2)
    assert np.linalg.norm(standing) == pytest.approx(STANDARD_GRAVITY_M_S2, rel=1e-3)


def test_sizes_of_a_rearfoot_run_are_those_of_the_design() -> None:
    stream = simulate(RunnerConfig(segments=RUN, mount="aligned", ideal=True, rate_hz=1000)).sensors["left"]
    truth = simulate(RunnerConfig(segments=RUN)).truth
    own = truth[(truth["side"] == "left") & (truth["ic_s"] > 10) & np.isfinite(truth["stride_time_s"])]
    pitch_rate = -np.rad2deg(stream.gyr_rad_s[:, 1])
    size_g = np.linalg.norm(stream.acc_m_s2, axis=1) / STANDARD_GRAVITY_M_S2
    swing, push, slap, impact = [], [], [], []
    for row in own:
        in_stance = (stream.true_time_s > row["ic_s"]) & (stream.true_time_s < row["tc_s"])
        early = in_stance & (stream.true_time_s < row["ic_s"] + 0.06)
        stride = (stream.true_time_s > row["ic_s"]) & (stream.true_time_s < row["ic_s"] + row["stride_time_s"])
        swing.append(pitch_rate[stride].max())
        push.append(pitch_rate[in_stance & ~early].min())
        slap.append(pitch_rate[early].min())
        impact.append(size_g[early].max())
    assert np.median(swing) == pytest.approx(680, rel=0.10)
    assert np.median(push) == pytest.approx(-730, rel=0.12)
    assert np.median(slap) == pytest.approx(-580, rel=0.15)
    assert 7 < np.median(impact) < 14


def test_the_foot_is_flat_and_at_rest_in_mid_stance() -> None:
    leg = build_legs(RunnerConfig(segments=RUN))["left"]
    steady = [contact for contact in leg.contacts if 10 < contact.initial_s < 20]
    middle_s = np.array([contact.initial_s + 0.38 * (contact.terminal_s - contact.initial_s) for contact in steady])
    assert np.rad2deg(np.abs(leg.motion(middle_s, "foot").angle_rad)).max() < 3
    assert np.abs(leg.ankle(middle_s)[1]).max() < 0.35


def test_the_ankle_never_goes_through_the_ground() -> None:
    for strike in ("rearfoot", "midfoot", "forefoot"):
        for leg in build_legs(RunnerConfig(segments=COURSE, strike=strike)).values():
            height = leg.ankle(np.arange(0.0, 33.0, 0.002))[0].imag
            assert height.min() > 0.08
            assert 0.3 < height.max() < 0.5


def test_the_same_seed_is_bit_exact_and_another_is_not() -> None:
    first, again, other = (simulate(RunnerConfig(segments=RUN, seed=seed)) for seed in (4, 4, 5))
    for side in ("left", "right"):
        assert first.sensors[side].acc_m_s2.tobytes() == again.sensors[side].acc_m_s2.tobytes()
        assert first.sensors[side].gyr_rad_s.tobytes() == again.sensors[side].gyr_rad_s.tobytes()
        assert first.sensors[side].acc_m_s2.tobytes() != other.sensors[side].acc_m_s2.tobytes()
    assert first.truth.tobytes() == again.truth.tobytes()


def test_any_mounting_is_only_a_rotation_of_the_same_motion() -> None:
    turned, straight = (
        simulate(RunnerConfig(segments=RUN, ideal=True, mount=mount)) for mount in ("random", "aligned")
    )
    for side in ("left", "right"):
        sensor = turned.sensors[side]
        assert np.linalg.det(sensor.mount) == pytest.approx(1)
        np.testing.assert_allclose(sensor.acc_m_s2 @ sensor.mount.T, straight.sensors[side].acc_m_s2, atol=1e-9)
        np.testing.assert_allclose(sensor.gyr_rad_s @ sensor.mount.T, straight.sensors[side].gyr_rad_s, atol=1e-9)
    assert not np.allclose(turned.sensors["left"].mount, turned.sensors["right"].mount)
