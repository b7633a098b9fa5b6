"""What a real sensor does to a perfect signal. The order is that of the signal path and matters.

Rules, in order
---------------
0. Body: soft tissue (second-order low-pass) and the damped resonance of the mounting. Not compensated: nobody can.
1. Anti-alias low-pass of the device, then decimation to the output rate. Its delay at low frequency is known from the
   datasheet, so by default the time stamps speak of the motion (`filter_delay_compensated`).
2. Scale error and misalignment of the three axes.
3. Constant bias and a slow random walk.
4. White noise of the given density.
5. Sensitivity of the gyroscope to acceleration.
6. Saturation at the range, with flags, then quantisation.
7. Clock: the true output rate is off the nominal one, and the device clock that stamps the samples runs off true time.

Typical numbers: step sizes and noise of LSM6DSO-class parts from their datasheets, orientation values otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitpipe.model import FLAG_ACC_CLIPPED, FLAG_GYR_CLIPPED, STANDARD_GRAVITY_M_S2, ByteArray, FloatArray

MIN_INTERNAL_RATE_HZ = 1600.0


@dataclass(frozen=True, slots=True)
class SensorErrorConfig:
    """Sizes of all errors; set one to zero (or None for a filter or range) to leave it out.

    `*_max` and ranges in tuples are uniform between sensors, densities and SDs are what they say.
    """

    tissue_cutoff_hz: tuple[float, float] | None = (60.0, 150.0)
    mount_resonance_hz: tuple[float, float] | None = (25.0, 60.0)
    mount_damping: tuple[float, float] = (0.1, 0.3)
    mount_share: float = 0.4
    anti_alias_ratio: float | None = 0.4
    filter_delay_compensated: bool = True
    scale_sd: float = 0.005
    misalignment_sd_deg: float = 0.5
    acc_bias_max_m_s2: float = 0.3
    gyr_bias_max_rad_s: float = 0.02
    acc_walk_m_s2_sqrt_s: float = 0.0005
    gyr_walk_rad_s_sqrt_s: float = 0.00002
    acc_noise_ug_sqrt_hz: float = 120.0
    gyr_noise_mdps_sqrt_hz: float = 7.0
    gyr_g_sensitivity_deg_s_g: float = 0.1
    acc_range_g: float | None = 16.0
    gyr_range_dps: float | None = 2000.0
    acc_step_m_s2: float = 0.488e-3 * STANDARD_GRAVITY_M_S2
    gyr_step_rad_s: float = float(np.deg2rad(0.070))
    clock_error_max_ppm: float = 50.0
    output_rate_error_max: float = 0.01


NO_ERROR = SensorErrorConfig(
    tissue_cutoff_hz=None,
    mount_resonance_hz=None,
    anti_alias_ratio=None,
    scale_sd=0.0,
    misalignment_sd_deg=0.0,
    acc_bias_max_m_s2=0.0,
    gyr_bias_max_rad_s=0.0,
    acc_walk_m_s2_sqrt_s=0.0,
    gyr_walk_rad_s_sqrt_s=0.0,
    acc_noise_ug_sqrt_hz=0.0,
    gyr_noise_mdps_sqrt_hz=0.0,
    gyr_g_sensitivity_deg_s_g=0.0,
    acc_range_g=None,
    gyr_range_dps=None,
    acc_step_m_s2=0.0,
    gyr_step_rad_s=0.0,
    clock_error_max_ppm=0.0,
    output_rate_error_max=0.0,
)


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """At which true times a sensor's internal filters run and what its own clock says at each output sample.

    `internal_time_s` holds `warm_up` samples, then `oversampling` for each output sample.
    """

    internal_time_s: FloatArray
    internal_rate_hz: float
    oversampling: int
    warm_up: int
    true_time_s: FloatArray
    device_time_s: FloatArray
    filter_delay_s: float


def plan_sampling(
    rate_hz: float, duration_s: float, config: SensorErrorConfig, generator: np.random.Generator
) -> SamplingPlan:
    """Draw clock and rate errors and lay out the sampling instants of one sensor."""
    true_rate_hz = rate_hz * (1 + generator.uniform(-1, 1) * config.output_rate_error_max)
    clock_ratio = 1 + generator.uniform(-1, 1) * config.clock_error_max_ppm * 1e-6
    filtered = (config.tissue_cutoff_hz, config.mount_resonance_hz, config.anti_alias_ratio) != (None, None, None)
    oversampling = int(np.ceil(MIN_INTERNAL_RATE_HZ / true_rate_hz)) if filtered else 1
    internal_rate_hz = true_rate_hz * oversampling
    warm_up = int(0.25 * internal_rate_hz) if filtered else 0
    true_time_s = np.arange(int(np.floor(duration_s * true_rate_hz))) / true_rate_hz
    delay_s = 0.0
    if config.anti_alias_ratio is not None:
        delay_s = np.sqrt(2) / (2 * np.pi * config.anti_alias_ratio * rate_hz)
    shift_s = delay_s if config.filter_delay_compensated else 0.0
    count = warm_up + (len(true_time_s) - 1) * oversampling + 1
    internal_time_s = (np.arange(count) - warm_up) / internal_rate_hz + shift_s
    return SamplingPlan(
        internal_time_s, internal_rate_hz, oversampling, warm_up, true_time_s, true_time_s * clock_ratio, delay_s
    )


def measure(
    acc_m_s2: FloatArray,
    gyr_rad_s: FloatArray,
    plan: SamplingPlan,
    config: SensorErrorConfig,
    generator: np.random.Generator,
) -> tuple[FloatArray, FloatArray, ByteArray]:
    """Readings of a sensor moved by the given exact specific force and rate, both (m, 3) at `plan.internal_time_s`.

    Returns
    -------
    acc_m_s2, gyr_rad_s, flags
        (n, 3), (n, 3) and (n,) at the plan's output samples.
    """
    acc, gyr = _body_and_filters(acc_m_s2, gyr_rad_s, plan, config, generator)
    acc = np.ascontiguousarray(acc[plan.warm_up :: plan.oversampling])
    gyr = np.ascontiguousarray(gyr[plan.warm_up :: plan.oversampling])
    rate_hz = plan.internal_rate_hz / plan.oversampling
    exact_acc = acc
    acc = acc @ _axes_error(config, generator).T
    gyr = gyr @ _axes_error(config, generator).T
    acc = acc + _bias(len(acc), rate_hz, config.acc_bias_max_m_s2, config.acc_walk_m_s2_sqrt_s, generator)
    gyr = gyr + _bias(len(gyr), rate_hz, config.gyr_bias_max_rad_s, config.gyr_walk_rad_s_sqrt_s, generator)
    bandwidth = np.sqrt(rate_hz / 2)
    acc_noise = config.acc_noise_ug_sqrt_hz * 1e-6 * STANDARD_GRAVITY_M_S2 * bandwidth
    gyr_noise = np.deg2rad(config.gyr_noise_mdps_sqrt_hz * 1e-3) * bandwidth
    acc += acc_noise * generator.standard_normal(acc.shape)
    gyr += gyr_noise * generator.standard_normal(gyr.shape)
    sensitivity = np.deg2rad(config.gyr_g_sensitivity_deg_s_g) / STANDARD_GRAVITY_M_S2
    gyr += sensitivity * exact_acc @ generator.standard_normal((3, 3)).T / np.sqrt(3)
    acc_range = None if config.acc_range_g is None else config.acc_range_g * STANDARD_GRAVITY_M_S2
    gyr_range = None if config.gyr_range_dps is None else float(np.deg2rad(config.gyr_range_dps))
    acc, acc_clipped = _digitise(acc, acc_range, config.acc_step_m_s2)
    gyr, gyr_clipped = _digitise(gyr, gyr_range, config.gyr_step_rad_s)
    flags = (acc_clipped * FLAG_ACC_CLIPPED + gyr_clipped * FLAG_GYR_CLIPPED).astype(np.uint8)
    return acc, gyr, flags


def _body_and_filters(
    acc: FloatArray, gyr: FloatArray, plan: SamplingPlan, config: SensorErrorConfig, generator: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    if config.tissue_cutoff_hz is not None:
        cutoff_hz = generator.uniform(*config.tissue_cutoff_hz)
        acc, gyr = (_low_pass(signal, cutoff_hz, plan.internal_rate_hz) for signal in (acc, gyr))
    if config.mount_resonance_hz is not None:
        frequency_hz, damping = generator.uniform(*config.mount_resonance_hz), generator.uniform(*config.mount_damping)
        shaken = _transmit(acc, frequency_hz, damping, plan.internal_rate_hz)
        acc = acc + config.mount_share * (shaken - acc)
    if config.anti_alias_ratio is not None:
        cutoff_hz = config.anti_alias_ratio * plan.internal_rate_hz / plan.oversampling
        acc, gyr = (_low_pass(signal, cutoff_hz, plan.internal_rate_hz) for signal in (acc, gyr))
    return acc, gyr


def _low_pass(signal: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    from scipy.signal import butter, sosfilt, sosfilt_zi

    if cutoff_hz >= 0.45 * rate_hz:
        return signal
    sections = butter(2, cutoff_hz, fs=rate_hz, output="sos")
    state = sosfilt_zi(sections)[:, :, None] * signal[0]
    return np.asarray(sosfilt(sections, signal, axis=0, zi=state)[0], dtype=np.float64)


def _transmit(signal: FloatArray, frequency_hz: float, damping: float, rate_hz: float) -> FloatArray:
    """Acceleration of a mass on a damped spring whose base moves with `signal` (base-excitation transmissibility)."""
    from scipy.signal import bilinear, lfilter, lfilter_zi

    w = 2 * np.pi * frequency_hz
    b, a = bilinear([2 * damping * w, w * w], [1.0, 2 * damping * w, w * w], fs=rate_hz)
    state = lfilter_zi(b, a)[:, None] * signal[0]
    return np.asarray(lfilter(b, a, signal, axis=0, zi=state)[0], dtype=np.float64)


def _axes_error(config: SensorErrorConfig, generator: np.random.Generator) -> FloatArray:
    """Matrix near one: scale on the diagonal, small angles beside it."""
    off = np.deg2rad(config.misalignment_sd_deg) * generator.standard_normal((3, 3))
    scale = config.scale_sd * generator.standard_normal(3)
    matrix = np.eye(3) + off
    matrix[np.diag_indices(3)] = 1 + scale
    return np.asarray(matrix, dtype=np.float64)


def _bias(
    count: int, rate_hz: float, largest: float, walk_per_sqrt_s: float, generator: np.random.Generator
) -> FloatArray:
    constant = generator.uniform(-largest, largest, 3)
    steps = generator.standard_normal((count, 3)) * walk_per_sqrt_s / np.sqrt(rate_hz)
    return np.asarray(constant + np.cumsum(steps, axis=0))


def _digitise(signal: FloatArray, limit: float | None, step: float) -> tuple[FloatArray, ByteArray]:
    clipped: ByteArray = np.zeros(len(signal), dtype=np.uint8)
    if limit is not None:
        clipped = np.any(np.abs(signal) >= limit, axis=1).astype(np.uint8)
        signal = np.clip(signal, -limit, limit)
    if step > 0:
        signal = np.round(signal / step) * step
    return signal, clipped
