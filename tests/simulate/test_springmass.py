"""The spring-mass runner: mechanics that must hold, sizes that people have, and no event written into the signals."""

from __future__ import annotations

import inspect
from functools import cache

import numpy as np
import pytest

from gaitpipe.errors import UsageError
from gaitpipe.model import SIDES, STANDARD_GRAVITY_M_S2
from gaitpipe.simulate import springmass
from gaitpipe.simulate.runner_config import RunnerConfig, Segment
from gaitpipe.simulate.sensor_error import SensorErrorConfig
from gaitpipe.simulate.springmass import build_feet, contacts, sensor_motion, simulate
from gaitpipe.simulate.springmass_body import BODY_MASS_KG, CARRIED_KG, periodic_gait
from gaitpipe.simulate.springmass_body import _stance as stance
from gaitpipe.simulate.springmass_foot import BALL, shank_jet

STRIKES = ("rearfoot", "midfoot", "forefoot")
NORMAL = {
    # speed: contact time ms, duty factor, peak force in body weights, cadence; orientation values with a margin
    2.0: ((285, 335), (0.37, 0.43), (1.8, 2.3), (145, 160)),
    2.8: ((250, 300), (0.33, 0.40), (2.0, 2.6), (155, 168)),
    3.3: ((235, 275), (0.31, 0.38), (2.2, 2.8), (160, 172)),
    4.0: ((205, 245), (0.29, 0.35), (2.3, 3.0), (165, 178)),
    5.0: ((175, 215), (0.26, 0.32), (2.5, 3.3), (175, 188)),
    6.0: ((150, 190), (0.24, 0.30), (2.6, 3.6), (182, 200)),
}


def course(speed_m_s: float, run_s: float = 18.0) -> tuple[Segment, ...]:
    return Segment("stand", 4.0), Segment("run", run_s, speed_m_s)


@cache
def feet(strike: str, speed_m_s: float, seed: int = 3) -> dict:
    return build_feet(RunnerConfig(segments=course(speed_m_s), strike=strike, seed=seed))


@cache
def session(strike: str, speed_m_s: float, placement: str = "foot", ideal: bool = False, rate_hz: float = 208.0):
    config = RunnerConfig(
        segments=course(speed_m_s), strike=strike, placement=placement, ideal=ideal, rate_hz=rate_hz, seed=3
    )
    return simulate(config, feet=feet(strike, speed_m_s))


def steady(rows: np.ndarray) -> np.ndarray:
    return rows[(rows["ic_s"] > 12.8) & (rows["ic_s"] < 21.0) & np.isfinite(rows["stride_time_s"])]


def test_a_passive_stance_keeps_its_energy_and_is_its_own_mirror_image() -> None:
    gait = periodic_gait(3.3, 60 / 166)
    attack = gait.attack_rad
    path = stance(-np.cos(attack), np.sin(attack), gait.flight_speed_m_s, -gait.sink_m_s, gait.stiffness_n_m, 0.0)
    assert path[-1, 3:5] == pytest.approx([gait.flight_speed_m_s, gait.sink_m_s], abs=1e-4)
    impulse = np.trapezoid(CARRIED_KG * path[:, 6], path[:, 0])
    assert impulse == pytest.approx(CARRIED_KG * STANDARD_GRAVITY_M_S2 * gait.step_s, rel=1e-3)
    assert np.trapezoid(path[:, 5], path[:, 0]) == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("speed_m_s", [3.3, 5.0])
def test_the_ground_carries_the_body_weight_over_whole_strides(strike: str, speed_m_s: float) -> None:
    """Feet are integrated after the body, so nothing forces this sum; braking and driving must cancel, too."""
    left, right = (feet(strike, speed_m_s)[side] for side in SIDES)
    starts = [initial_s for plan, initial_s, _ in contacts(left) if 12.0 < initial_s < 21.0]
    rows = slice(*np.searchsorted(left.time_s, [starts[0], starts[-1]]))
    mean = (left.force_n[rows] + right.force_n[rows]).mean() / (BODY_MASS_KG * STANDARD_GRAVITY_M_S2)
    assert mean.imag == pytest.approx(1.0, abs=0.03)
    assert mean.real == pytest.approx(0.0, abs=0.04)


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("speed_m_s", [3.3, 5.0])
def test_steady_force_is_there_in_planned_contacts_only_and_never_pulls(strike: str, speed_m_s: float) -> None:
    for motion in feet(strike, speed_m_s).values():
        force_n = motion.force_n.imag.copy()
        assert force_n.min() == 0.0
        for _, initial_s, terminal_s in contacts(motion):
            force_n[slice(*np.searchsorted(motion.time_s, [initial_s, min(terminal_s, 1e9)]))] = 0.0
        rows = slice(*np.searchsorted(motion.time_s, [11.0, 21.0]))
        assert force_n[rows].max() == 0.0


@pytest.mark.parametrize("strike", STRIKES)
def test_the_ball_of_the_loaded_foot_stands_still(strike: str) -> None:
    motion = feet(strike, 3.3)["left"]
    ball = complex(*BALL[:2]) * np.exp(1j * motion.pitch[0])
    speed = motion.ankle[1] + 1j * motion.pitch[1] * ball + BALL[2] * motion.pitch[1]  # rolls on its radius
    for _, initial_s, terminal_s in contacts(motion)[6:]:
        if terminal_s < 21.0:
            length_s = terminal_s - initial_s
            rows = slice(*np.searchsorted(motion.time_s, [initial_s + 0.4 * length_s, initial_s + 0.8 * length_s]))
            assert np.abs(speed[rows].real).max() < 0.25
            assert abs(np.trapezoid(speed[rows].real, motion.time_s[rows])) < 0.012


@pytest.mark.parametrize(
    ("strike", "speed_m_s"), [*((strike, 3.3) for strike in STRIKES), *(("rearfoot", speed) for speed in NORMAL)]
)
def test_sizes_are_those_of_runners(strike: str, speed_m_s: float) -> None:
    truth = steady(session(strike, speed_m_s).truth)
    force_n = np.concatenate([motion.force_n.imag for motion in feet(strike, speed_m_s).values()])
    contact_ms, duty, force_bw, cadence = NORMAL[speed_m_s]
    assert contact_ms[0] < 1e3 * truth["ground_contact_time_s"].mean() < contact_ms[1]
    assert duty[0] < truth["duty_factor"].mean() < duty[1]
    assert cadence[0] < truth["cadence_spm"].mean() < cadence[1]
    assert truth["speed_m_s"].mean() == pytest.approx(speed_m_s, rel=0.02)
    peak_bw = np.quantile(force_n[force_n > 20], 0.98) / (BODY_MASS_KG * STANDARD_GRAVITY_M_S2)
    assert force_bw[0] < peak_bw < force_bw[1]
    angle_deg = {"rearfoot": (12, 24), "midfoot": (-1, 9), "forefoot": (-12, -3)}[strike]
    assert angle_deg[0] < truth["foot_strike_angle_deg"].mean() < angle_deg[1]
    assert -8 < truth["shank_angle_ic_deg"].mean() < 20


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_specific_force_is_the_second_derivative_of_the_position_plus_gravity(placement: str) -> None:
    motion = feet("midfoot", 3.3)["right"]
    inside = slice(*np.searchsorted(motion.time_s, [14.0, 16.0]))
    time_s = motion.time_s[inside]
    position, force, _ = sensor_motion(motion, time_s, placement)
    speed = np.gradient(position, time_s, axis=0)
    wide = 20  # 5 ms: between its rows the integration knows nothing of the position's second derivative
    change = (speed[2 * wide :] - speed[: -2 * wide]) / (2 * wide * (time_s[1] - time_s[0]))
    expected = np.linalg.norm(change + np.array([0, 0, STANDARD_GRAVITY_M_S2]), axis=1)
    actual = np.linalg.norm(force, axis=1)[wide:-wide]
    assert np.quantile(np.abs(actual - expected), 0.90) < 1.5
    assert np.corrcoef(actual, expected)[0, 1] > 0.9


def test_integrating_the_rate_gives_the_angle_with_toes_up_positive() -> None:
    motion = feet("rearfoot", 3.3)["left"]
    time_s = np.arange(12.0, 14.0, 0.0005)
    _, _, rate = sensor_motion(motion, time_s, "foot")
    turned = -np.cumsum(rate[:, 1]) * 0.0005
    pitch = np.interp(time_s, motion.time_s, motion.pitch[0])
    assert np.corrcoef(turned - turned.mean(), pitch - pitch.mean())[0, 1] > 0.99
    assert np.abs((turned - turned[0]) - (pitch - pitch[0])).max() < 0.15  # toe-out and pronation make the rest


def test_shank_angle_is_positive_with_the_ankle_ahead_and_its_derivatives_are_right() -> None:
    time_s = np.arange(0.0, 1.0, 1e-4)
    leg = -0.2 * np.cos(3 * time_s) + 1j * (0.75 + 0.05 * np.sin(5 * time_s))
    rate = 0.6 * np.sin(3 * time_s) + 0.25j * np.cos(5 * time_s)
    change = 1.8 * np.cos(3 * time_s) - 1.25j * np.sin(5 * time_s)
    angle, first, second = shank_jet(np.stack([leg, rate, change]))
    np.testing.assert_allclose(np.gradient(angle, 1e-4)[2:-2], first[2:-2], atol=1e-4)
    np.testing.assert_allclose(np.gradient(first, 1e-4)[2:-2], second[2:-2], atol=1e-3)
    assert shank_jet(np.array([[-0.3 + 0.78j], [0], [0]]))[0, 0] > 0


def test_standing_is_one_g_up_and_still() -> None:
    for placement in ("foot", "shank"):
        config = RunnerConfig(segments=course(2.0, 6.0), placement=placement, mount="aligned", ideal=True)
        stream = simulate(config).sensors["left"]
        quiet = stream.true_time_s < 3.5
        np.testing.assert_allclose(stream.acc_m_s2[quiet].mean(axis=0), [0, 0, 9.807], atol=0.6)
        assert np.rad2deg(np.abs(stream.gyr_rad_s[quiet])).max() < 1.5


def test_a_steady_foot_is_the_same_in_the_room_of_a_treadmill() -> None:
    """There is one motion only: belt or road is a matter of words, and both give the same samples."""
    road, belt = (
        simulate(RunnerConfig(segments=course(3.0, 8.0), surface=surface, seed=4))
        for surface in ("overground", "treadmill")
    )
    for side in SIDES:
        assert road.sensors[side].acc_m_s2.tobytes() == belt.sensors[side].acc_m_s2.tobytes()


def test_the_truth_is_where_the_force_crosses_the_threshold() -> None:
    config = RunnerConfig(segments=course(3.0, 10.0), seed=4)
    feet_ = build_feet(config)
    found = {newton: simulate(config, newton, feet_) for newton in (0.0, 20.0, 50.0)}
    for newton, session_ in found.items():
        rows = session_.truth[(session_.truth["side"] == "left") & np.isfinite(session_.truth["tc_s"])]
        force_n = np.interp(np.r_[rows["ic_s"], rows["tc_s"]], session_.force_time_s, session_.vertical_force_n["left"])
        np.testing.assert_allclose(force_n, newton, atol=1.0)
    times = [np.nanmean(found[newton].truth["ground_contact_time_s"]) for newton in (0.0, 20.0, 50.0)]
    assert times[0] > times[1] > times[2] > times[0] - 0.03


def test_stepping_on_and_stopping_has_contacts_by_force_and_standing_has_none() -> None:
    segments = (Segment("stand", 4.0), Segment("run", 10.0, 3.0), Segment("stand", 3.0), Segment("run", 5.0, 2.0))
    truth = simulate(RunnerConfig(segments=segments)).truth
    assert np.all((truth["ic_s"] > 4.4) & ((truth["ic_s"] < 14.0) | (truth["ic_s"] > 17.4)))
    for side in SIDES:
        own = truth[truth["side"] == side]
        before = own[own["ic_s"] < 15]
        assert np.isnan(before["tc_s"][-1])
        assert np.all(np.isfinite(before["tc_s"][:-1]))
    order = truth["side"][(truth["ic_s"] > 5) & (truth["ic_s"] < 13)]
    assert np.all(order[1:] != order[:-1])


def test_asymmetry_comes_out_about_as_asked_and_the_truth_says_what_came_out() -> None:
    config = RunnerConfig(segments=course(3.0), contact_time_asymmetry_pct=8.0)
    truth = steady(simulate(config).truth)
    left, right = (truth["ground_contact_time_s"][truth["side"] == side].mean() for side in SIDES)
    assert 4 < 200 * (left - right) / (left + right) < 12


def largest_jerk_errors_s(stream, event_s: np.ndarray) -> np.ndarray:
    jerk = np.linalg.norm(np.diff(stream.acc_m_s2, axis=0), axis=1)
    time_s = (stream.true_time_s[1:] + stream.true_time_s[:-1]) / 2
    near = [np.flatnonzero(np.abs(time_s - at_s) <= 0.06) for at_s in event_s]
    return np.array([time_s[rows[np.argmax(jerk[rows])]] - at_s for rows, at_s in zip(near, event_s, strict=True)])


@pytest.mark.parametrize("placement", ["foot", "shank"])
@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("speed_m_s", [3.3, 5.0])
def test_a_trivial_jerk_detector_does_not_find_toe_off(strike: str, placement: str, speed_m_s: float) -> None:
    """With a sensor's noise, that is: the ground lets go softly, but a noiseless sensor could see it do so."""
    result = session(strike, speed_m_s, placement)
    for side in SIDES:
        rows = steady(result.truth[result.truth["side"] == side])
        assert largest_jerk_errors_s(result.sensors[side], rows["tc_s"]).std() >= 0.002


def test_the_same_detector_finds_forefoot_contact_of_an_ideal_foot() -> None:
    result = session("forefoot", 3.3, "foot", ideal=True, rate_hz=1000.0)
    rows = steady(result.truth[result.truth["side"] == "left"])
    assert largest_jerk_errors_s(result.sensors["left"], rows["ic_s"]).std() < 0.002


def test_the_same_seed_is_bit_exact_and_another_is_not() -> None:
    first, again, other = (simulate(RunnerConfig(segments=course(3.0, 6.0), seed=seed)) for seed in (4, 4, 5))
    for side in SIDES:
        assert first.sensors[side].acc_m_s2.tobytes() == again.sensors[side].acc_m_s2.tobytes()
        assert first.sensors[side].acc_m_s2.tobytes() != other.sensors[side].acc_m_s2.tobytes()
    assert first.truth.tobytes() == again.truth.tobytes()


def test_any_mounting_is_only_a_rotation_of_the_same_motion() -> None:
    errors = SensorErrorConfig()
    turned, straight = (
        simulate(RunnerConfig(segments=course(3.0, 6.0), ideal=True, mount=mount, sensor_error=errors)).sensors["left"]
        for mount in ("random", "aligned")
    )
    np.testing.assert_allclose(turned.acc_m_s2 @ turned.mount.T, straight.acc_m_s2, atol=1e-8)
    np.testing.assert_allclose(turned.gyr_rad_s @ turned.mount.T, straight.gyr_rad_s, atol=1e-8)


@pytest.mark.parametrize(
    "config",
    [
        RunnerConfig(segments=(Segment("walk", 10.0, 1.3),)),
        RunnerConfig(segments=course(3.0), slope_deg=3.0),
        RunnerConfig(segments=course(3.0), stride_noise_exponent=1.0),
        RunnerConfig(segments=course(1.5), cadence_spm=230.0, contact_time_s=0.26),
    ],
)
def test_what_this_runner_cannot_do_is_refused(config: RunnerConfig) -> None:
    with pytest.raises(UsageError):
        simulate(config)


def test_it_shares_nothing_of_the_gait_of_the_first_runner() -> None:
    for name in ("springmass_body", "springmass_course", "springmass_foot", "springmass_kernel"):
        module = __import__(f"gaitpipe.simulate.{name}", fromlist=["x"])
        text = inspect.getsource(module)
        assert not any(
            word in text for word in ("runner_curves", "runner_pattern", "runner_kinematics", "runner_sched")
        )
    assert "runner_k" not in inspect.getsource(springmass)
