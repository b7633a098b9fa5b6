"""Physical parameters of the detector, turned into one coefficient record for a placement and a sampling rate.

`DetectorParams` is what people read and change (seconds, hertz, rad/s, m/s^2). `coefficients` is what the kernel reads:
a structured array of one row, so that it compiles, caches and also runs with the compiler switched off.
Numbers about the body come from `gaitpipe.evidence`; here they only get their place.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core.kernel import PLACEMENT_FOOT, PLACEMENT_SHANK, TAPS
from gaitpipe.errors import AnalysisError
from gaitpipe.evidence import value
from gaitpipe.model import STANDARD_GRAVITY_M_S2, Placement

MINIMUM_RATE_HZ = 40.0
MAXIMUM_RATE_HZ = 800.0


@dataclass(frozen=True, slots=True)
class DetectorParams:
    """Everything the detector can be told, in physical units; defaults by `default_params`.

    `gate_hz` is the low-pass corner of the swing gate, `rate_hz` and `force_hz` are those of the smoothed rotation rate
    and specific force in which event features are picked. Thresholds of the gate are relative to the athlete's own
    running swing amplitude, with a floor.
    """

    placement: Placement
    gate_hz: float = 6.0
    rate_hz: float = 30.0
    force_hz: float = 14.0
    swing_threshold_fraction: float = 0.35
    swing_floor_rad_s: float = 1.8
    swing_initial_rad_s: float = 3.5
    swing_memory: float = 0.25
    refractory_fraction: float = 0.55
    rival_interval_s: float = 0.18
    rival_fraction: float = 0.7
    minimum_stride_s: float = value("stride_time_minimum_s")
    maximum_stride_s: float = value("stride_time_maximum_s")
    minimum_contact_s: float = value("contact_time_minimum_s")
    prominence_fraction: float = 0.06
    loading_from_s: float = 0.0
    loading_to_s: float = 0.200
    loading_before_rise_s: float = 0.180
    heel_rise_rad: float = math.radians(32.0)
    unloading_from_s: float = 0.110
    unloading_to_s: float = 0.025
    peak_window_s: float = 0.060
    bridge_gap_s: float = 0.100
    gap_margin_s: float = 0.015
    strike_angle_lead_s: float = 0.010
    ic_bias_s: float = 0.0
    ic_bias_slope_s_per_rad: float = 0.0
    ic_bias_pivot_rad: float = 0.0
    ic_bias_lowest_rad: float = 0.0
    ic_bias_highest_rad: float = 0.0
    tc_bias_s: float = 0.0
    tc_bias_slope_s: float = 0.0
    tc_bias_pivot: float = 0.0
    tc_bias_lowest: float = 0.0
    tc_bias_highest: float = 0.0
    walk_tc_bias_s: float = 0.0


def default_params(placement: Placement) -> DetectorParams:
    """Parameters for a placement, with the event biases of the evidence table."""
    if placement == "shank":
        return DetectorParams(
            placement=placement,
            force_hz=12.0,
            loading_from_s=0.010,
            loading_to_s=0.080,
            ic_bias_s=value("shank_ic_bias_s"),
            tc_bias_s=value("shank_tc_bias_s"),
            tc_bias_slope_s=value("shank_tc_bias_slope_s"),
            tc_bias_pivot=value("shank_tc_bias_pivot"),
            tc_bias_lowest=value("shank_tc_bias_lowest"),
            tc_bias_highest=value("shank_tc_bias_highest"),
            walk_tc_bias_s=value("shank_tc_bias_s"),
        )
    return DetectorParams(
        placement=placement,
        ic_bias_s=value("foot_ic_bias_s"),
        ic_bias_slope_s_per_rad=math.degrees(value("foot_ic_bias_slope_s_per_deg")),
        ic_bias_pivot_rad=math.radians(value("foot_ic_bias_pivot_deg")),
        ic_bias_lowest_rad=math.radians(value("foot_ic_bias_lowest_deg")),
        ic_bias_highest_rad=math.radians(value("foot_ic_bias_highest_deg")),
        tc_bias_s=value("foot_tc_bias_s"),
        walk_tc_bias_s=value("foot_walk_tc_bias_s"),
    )


def initial_contact_bias_s(params: DetectorParams, foot_pitch_rad: float) -> float:
    """How late the initial contact feature is at a foot strike angle [s]; the mean when the angle is not known (NaN).

    A straight line in the angle, held outside the angles it was fitted on.
    """
    if math.isnan(foot_pitch_rad):
        return params.ic_bias_s
    held = min(max(foot_pitch_rad, params.ic_bias_lowest_rad), params.ic_bias_highest_rad)
    return params.ic_bias_s + params.ic_bias_slope_s_per_rad * (held - params.ic_bias_pivot_rad)


def terminal_contact_bias_s(params: DetectorParams, raw_duty_factor: float) -> float:
    """How late the terminal contact feature of running is at a raw duty factor [s]; the mean when that is NaN.

    Raw is (terminal - initial contact feature) / stride time. A straight line, held outside what it was fitted on.
    """
    if math.isnan(raw_duty_factor):
        return params.tc_bias_s
    held = min(max(raw_duty_factor, params.tc_bias_lowest), params.tc_bias_highest)
    return params.tc_bias_s + params.tc_bias_slope_s * (held - params.tc_bias_pivot)


def parameter_hash(params: DetectorParams) -> str:
    """Twelve hex digits that change when any number of the detector changes."""
    text = repr(sorted(asdict(params).items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


COEFFICIENTS_DTYPE = np.dtype(
    [
        ("placement", "i8"),
        ("gate", "f8", (5,)),
        ("gate_lag", "i8"),
        ("rate_window", "f8", (TAPS,)),
        ("force_window", "f8", (TAPS,)),
        ("swing_fraction", "f8"),
        ("swing_floor", "f8"),
        ("swing_initial", "f8"),
        ("swing_memory", "f8"),
        ("refractory", "f8"),
        ("rival_interval", "i8"),
        ("rival_fraction", "f8"),
        ("cycle_minimum", "i8"),
        ("cycle_maximum", "i8"),
        ("contact_minimum", "i8"),
        ("prominence", "f8"),
        ("loading_from", "i8"),
        ("loading_to", "i8"),
        ("loading_before_rise", "i8"),
        ("heel_rise", "f8"),
        ("unloading_from", "i8"),
        ("unloading_to", "i8"),
        ("unloading_begin", "f8"),
        ("unloading_end", "f8"),
        ("peak_window", "i8"),
        ("gap_margin", "i8"),
        ("ic_lead", "f8"),
        ("interval_s", "f8"),
        ("gravity", "f8"),
    ]
)


def coefficients(params: DetectorParams, rate_hz: float) -> NDArray[np.void]:
    """The kernel's record for one sampling rate.

    The gate is a causal 2nd-order Butterworth. Features are picked on signals smoothed with a Gaussian window, which
    neither delays nor rings.

    Raises
    ------
    AnalysisError
        The rate is outside `MINIMUM_RATE_HZ`..`MAXIMUM_RATE_HZ`.
    """
    from scipy.signal import butter

    if not MINIMUM_RATE_HZ <= rate_hz <= MAXIMUM_RATE_HZ:
        raise AnalysisError(
            f"sampling rate {rate_hz:g} Hz is outside {MINIMUM_RATE_HZ:g} to {MAXIMUM_RATE_HZ:g} Hz",
            "Record at 100 Hz or more; resample faster recordings to 200-500 Hz first.",
        )
    gate = butter(2, params.gate_hz, fs=rate_hz, output="sos")
    record = np.zeros(1, COEFFICIENTS_DTYPE)
    row = record[0]
    row["placement"] = PLACEMENT_FOOT if params.placement == "foot" else PLACEMENT_SHANK
    row["gate"] = gate[0, [0, 1, 2, 4, 5]]
    row["gate_lag"] = round(group_delay_samples(gate))
    row["rate_window"] = smoothing_window(params.rate_hz, rate_hz)
    row["force_window"] = smoothing_window(params.force_hz, rate_hz)
    row["swing_fraction"] = params.swing_threshold_fraction
    row["swing_floor"] = params.swing_floor_rad_s
    row["swing_initial"] = params.swing_initial_rad_s
    row["swing_memory"] = params.swing_memory
    row["refractory"] = params.refractory_fraction
    row["rival_interval"] = round(params.rival_interval_s * rate_hz)
    row["rival_fraction"] = params.rival_fraction
    row["cycle_minimum"] = round(params.minimum_stride_s * rate_hz)
    row["cycle_maximum"] = round(params.maximum_stride_s * rate_hz)
    row["contact_minimum"] = round(params.minimum_contact_s * rate_hz)
    row["prominence"] = params.prominence_fraction
    row["loading_from"] = round(params.loading_from_s * rate_hz)
    row["loading_to"] = round(params.loading_to_s * rate_hz)
    row["loading_before_rise"] = round(params.loading_before_rise_s * rate_hz)
    row["heel_rise"] = params.heel_rise_rad * rate_hz
    row["unloading_from"] = round(params.unloading_from_s * rate_hz)
    row["unloading_to"] = round(params.unloading_to_s * rate_hz)
    row["unloading_begin"] = params.unloading_from_s * rate_hz
    row["unloading_end"] = params.unloading_to_s * rate_hz
    row["peak_window"] = round(params.peak_window_s * rate_hz)
    row["gap_margin"] = round(params.gap_margin_s * rate_hz)
    row["ic_lead"] = (params.ic_bias_s + params.strike_angle_lead_s) * rate_hz
    row["interval_s"] = 1.0 / rate_hz
    row["gravity"] = STANDARD_GRAVITY_M_S2
    return record


def smoothing_window(corner_hz: float, rate_hz: float) -> NDArray[np.float64]:
    """Middle and one half of a Gaussian window with its -3 dB corner at `corner_hz`, cut at 3 sigma; shape (TAPS,).

    The gain of a Gaussian of width sigma is exp(-(2 pi f sigma)^2 / 2).
    """
    sigma = math.sqrt(math.log(2.0)) / (2.0 * math.pi * corner_hz) * rate_hz
    places = np.arange(TAPS)
    window = np.where(places <= 3.0 * sigma, np.exp(-0.5 * (places / sigma) ** 2), 0.0)
    return np.asarray(window / (window[0] + 2.0 * window[1:].sum()), dtype=np.float64)


def group_delay_samples(sections: NDArray[np.float64]) -> float:
    """Group delay at zero frequency of second-order sections, shape (m, 6), in samples.

    For H(z) = B(z)/A(z) it is sum(k b_k)/sum(b_k) - sum(k a_k)/sum(a_k), added over the sections.
    """
    order = np.arange(3)
    numerator, denominator = sections[:, :3], sections[:, 3:]
    return float(
        np.sum(numerator @ order / numerator.sum(axis=1)) - np.sum(denominator @ order / denominator.sum(axis=1))
    )
