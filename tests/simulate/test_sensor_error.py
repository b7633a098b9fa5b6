"""The sensor error chain: each part does what it says, alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gaitpipe.model import FLAG_ACC_CLIPPED, FLAG_GYR_CLIPPED, STANDARD_GRAVITY_M_S2
from gaitpipe.simulate.runner import RunnerConfig, Segment, SensorErrorConfig, simulate
from gaitpipe.simulate.sensor_error import NO_ERROR, SamplingPlan, measure, plan_sampling

RATE_HZ = 200.0


def plan_for(config: SensorErrorConfig, duration_s: float = 40.0, seed: int = 1) -> SamplingPlan:
    return plan_sampling(RATE_HZ, duration_s, config, np.random.default_rng(seed))


def measured(config: SensorErrorConfig, acc: np.ndarray, gyr: np.ndarray, plan: SamplingPlan, seed: int = 2):
    return measure(acc, gyr, plan, config, np.random.default_rng(seed))


def still(plan: SamplingPlan) -> tuple[np.ndarray, np.ndarray]:
    count = len(plan.internal_time_s)
    return np.tile([0.0, 0.0, STANDARD_GRAVITY_M_S2], (count, 1)), np.zeros((count, 3))


def test_without_errors_the_signal_passes_unchanged() -> None:
    plan = plan_for(NO_ERROR)
    generator = np.random.default_rng(3)
    acc, gyr = generator.normal(size=(2, len(plan.internal_time_s), 3))
    out_acc, out_gyr, flags = measured(NO_ERROR, acc, gyr, plan)
    np.testing.assert_allclose(out_acc, acc, atol=1e-12)
    np.testing.assert_allclose(out_gyr, gyr, atol=1e-12)
    assert not flags.any()
    np.testing.assert_array_equal(plan.device_time_s, plan.true_time_s)


def test_noise_has_the_asked_density() -> None:
    config = replace(NO_ERROR, acc_noise_ug_sqrt_hz=120.0, gyr_noise_mdps_sqrt_hz=7.0)
    plan = plan_for(config)
    acc, gyr, _ = measured(config, *still(plan), plan)
    assert acc.std(axis=0).mean() == pytest.approx(120e-6 * STANDARD_GRAVITY_M_S2 * 10, rel=0.03)
    assert gyr.std(axis=0).mean() == pytest.approx(np.deg2rad(0.007) * 10, rel=0.03)


def test_bias_stays_within_its_bounds_and_drift_walks() -> None:
    config = replace(NO_ERROR, acc_bias_max_m_s2=0.3, gyr_bias_max_rad_s=0.02)
    plan = plan_for(config)
    acc, gyr, _ = measured(config, *still(plan), plan)
    offset = acc[0] - [0, 0, STANDARD_GRAVITY_M_S2]
    assert 0 < np.abs(offset).max() <= 0.3
    assert 0 < np.abs(gyr).max() <= 0.02
    assert np.ptp(gyr, axis=0).max() == 0
    walking = replace(config, gyr_walk_rad_s_sqrt_s=0.001)
    _, drifted, _ = measured(walking, *still(plan), plan)
    assert np.ptp(drifted, axis=0).min() > 0.001


def test_scale_and_misalignment_turn_gravity_a_little() -> None:
    config = replace(NO_ERROR, scale_sd=0.01, misalignment_sd_deg=1.0)
    plan = plan_for(config)
    acc, _, _ = measured(config, *still(plan), plan)
    assert 1e-3 < abs(acc[0, 2] / STANDARD_GRAVITY_M_S2 - 1) < 0.05
    assert 1e-3 < np.hypot(*acc[0, :2]) / STANDARD_GRAVITY_M_S2 < 0.08


def test_gyroscope_feels_acceleration_only_through_its_sensitivity() -> None:
    config = replace(NO_ERROR, gyr_g_sensitivity_deg_s_g=0.1)
    plan = plan_for(config)
    _, gyr, _ = measured(config, *still(plan), plan)
    assert 0.005 < np.rad2deg(np.linalg.norm(gyr[0])) < 0.5


def test_saturation_clips_and_flags_exactly_the_samples_at_the_end_of_the_range() -> None:
    config = replace(NO_ERROR, acc_range_g=16.0, gyr_range_dps=2000.0)
    plan = plan_for(config, 2.0)
    acc, gyr = still(plan)
    acc[10:13, 0], gyr[12:14, 1] = -300.0, 50.0
    out_acc, out_gyr, flags = measured(config, acc, gyr, plan)
    assert out_acc.min() == pytest.approx(-16 * STANDARD_GRAVITY_M_S2)
    assert np.rad2deg(out_gyr.max()) == pytest.approx(2000)
    assert np.array_equal(np.flatnonzero(flags & FLAG_ACC_CLIPPED), [10, 11, 12])
    assert np.array_equal(np.flatnonzero(flags & FLAG_GYR_CLIPPED), [12, 13])


def test_quantisation_leaves_whole_steps() -> None:
    config = replace(NO_ERROR, acc_step_m_s2=0.5, gyr_step_rad_s=0.1)
    plan = plan_for(config, 2.0)
    acc, gyr = np.random.default_rng(1).normal(size=(2, len(plan.internal_time_s), 3))
    out_acc, out_gyr, _ = measured(config, acc, gyr, plan)
    np.testing.assert_allclose(out_acc / 0.5, np.round(out_acc / 0.5), atol=1e-9)
    assert np.abs(out_acc - acc).max() <= 0.25 + 1e-12
    assert np.abs(out_gyr - gyr).max() <= 0.05 + 1e-12


@pytest.mark.parametrize("compensated", [True, False])
def test_the_filter_delay_is_compensated_or_declared(compensated: bool) -> None:
    config = replace(NO_ERROR, anti_alias_ratio=0.25, filter_delay_compensated=compensated)
    plan = plan_for(config, 20.0)
    wave = np.sin(2 * np.pi * 3 * plan.internal_time_s)
    acc, _, _ = measured(config, np.tile(wave[:, None], 3), np.zeros((len(wave), 3)), plan)
    late_s = 0.0 if compensated else plan.filter_delay_s
    assert plan.filter_delay_s == pytest.approx(np.sqrt(2) / (2 * np.pi * 50), rel=1e-6)
    np.testing.assert_allclose(acc[:, 0], np.sin(2 * np.pi * 3 * (plan.true_time_s - late_s)), atol=0.004)


def test_the_mounting_rings_at_its_frequency_and_leaves_slow_motion_alone() -> None:
    config = replace(NO_ERROR, mount_resonance_hz=(40.0, 40.0), mount_damping=(0.1, 0.1), mount_share=1.0)
    plan = plan_for(config, 20.0)

    def gain(frequency_hz: float) -> float:
        wave = np.sin(2 * np.pi * frequency_hz * plan.internal_time_s)
        acc, _, _ = measured(config, np.tile(wave[:, None], 3), np.zeros((len(wave), 3)), plan)
        return float(np.abs(acc[400:, 0]).max())

    assert gain(2.0) == pytest.approx(1.0, abs=0.02)
    assert gain(40.0) == pytest.approx(5.1, rel=0.1)


def test_clock_and_output_rate_are_off_by_no_more_than_asked() -> None:
    config = replace(NO_ERROR, clock_error_max_ppm=50.0, output_rate_error_max=0.01)
    rates, clocks = [], []
    for seed in range(30):
        plan = plan_for(config, 20.0, seed)
        rates.append((len(plan.true_time_s) - 1) / plan.true_time_s[-1] / RATE_HZ - 1)
        clocks.append(plan.device_time_s[-1] / plan.true_time_s[-1] - 1)
    assert 0.005 < np.abs(rates).max() <= 0.0101
    assert 25e-6 < np.abs(clocks).max() <= 50.1e-6


def test_ordinary_errors_stay_small_against_the_ideal_signal() -> None:
    segments = (Segment("stand", 5.0), Segment("run", 15.0, 3.0))
    exact_rate = SensorErrorConfig(output_rate_error_max=0.0, clock_error_max_ppm=0.0)
    real, ideal = (
        simulate(RunnerConfig(segments=segments, mount="aligned", sensor_error=exact_rate, ideal=ideal)).sensors["left"]
        for ideal in (False, True)
    )
    assert real.acc_m_s2.shape == ideal.acc_m_s2.shape
    difference = real.gyr_rad_s - ideal.gyr_rad_s
    assert 0 < np.sqrt(np.mean(difference**2)) < 0.08 * np.sqrt(np.mean(ideal.gyr_rad_s**2))
    standing = real.true_time_s < 4
    assert np.linalg.norm(real.acc_m_s2[standing].mean(axis=0)) == pytest.approx(STANDARD_GRAVITY_M_S2, abs=0.5)
