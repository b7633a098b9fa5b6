"""Physical parameters of the detector for shank sensors without a gyroscope, turned into its coefficient record."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core.accelerometer_kernel import RING_SAMPLES
from gaitpipe.core.params import MAXIMUM_RATE_HZ, MINIMUM_RATE_HZ, DetectorParams, group_delay_samples, parameter_hash
from gaitpipe.errors import AnalysisError
from gaitpipe.evidence import value


@dataclass(frozen=True, slots=True)
class AccelerometerParams:
    """Everything the detector can be told, in physical units. `*_part` are parts of a stride.

    `fast_hz` divides the landing from the swing of the leg, `hump_hz` smooths its energy to one hump a stride,
    `smooth_hz` is the low-pass corner of the signals in which events are picked.
    """

    fast_hz: float = 8.0
    hump_hz: float = 4.0
    smooth_hz: float = 15.0
    hump_floor_m_s2: float = 1.5
    hump_first_s: float = 0.15
    search_window_s: float = 3.0
    search_hop_s: float = 0.5
    search_least_s: float = 2.5
    reach_s: float = 6.0
    least_repetition: float = 0.5
    least_fit: float = 0.5
    least_harmonic: float = 0.2
    minimum_stride_s: float = value("stride_time_minimum_s")
    maximum_stride_s: float = value("stride_time_maximum_s")
    minimum_contact_s: float = value("contact_time_minimum_s")
    braking_before_s: float = 0.110
    braking_after_s: float = 0.060
    braking_lead_s: float = 0.025
    braking_width_s: float = 0.070
    braking_reach_s: float = 0.060
    run_from_part: float = 0.24
    run_to_part: float = 0.52
    run_usual_part: float = 0.38
    run_width_part: float = 0.08
    walk_from_part: float = 0.45
    walk_to_part: float = 0.75
    mode_rms_m_s2: float = 8.0
    mode_stride_s: float = 0.86
    mode_margin: float = 1.1
    peak_window_s: float = 0.060
    bridge_gap_s: float = 0.100
    gap_margin_s: float = 0.015
    last_wait_s: float = 0.040


def accelerometer_hash(params: AccelerometerParams, strides: DetectorParams) -> str:
    """Twelve hex digits that change when any number of the detector or of what is taken off its features changes."""
    text = repr(sorted(asdict(params).items())) + parameter_hash(strides)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


COEFFICIENTS_DTYPE = np.dtype(
    [
        ("fast", "f8", (5,)),
        ("hump_low", "f8", (5,)),
        ("hump_high", "f8", (5,)),
        ("smooth_low", "f8", (5,)),
        ("smooth_high", "f8", (5,)),
        ("smooth_delay", "f8"),
        ("hump_lag", "i8"),
        ("hump_floor", "f8"),
        ("hump_first", "i8"),
        ("search_window", "i8"),
        ("search_hop", "i8"),
        ("search_least", "i8"),
        ("search_step", "i8"),
        ("reach", "i8"),
        ("least_repetition", "f8"),
        ("least_fit", "f8"),
        ("least_harmonic", "f8"),
        ("cycle_minimum", "i8"),
        ("cycle_maximum", "i8"),
        ("contact_minimum", "f8"),
        ("braking_before", "i8"),
        ("braking_after", "i8"),
        ("braking_lead", "f8"),
        ("braking_width", "f8"),
        ("braking_reach", "i8"),
        ("run_from", "f8"),
        ("run_to", "f8"),
        ("run_usual", "f8"),
        ("run_width", "f8"),
        ("walk_from", "f8"),
        ("walk_to", "f8"),
        ("mode_rms", "f8"),
        ("mode_cycle", "f8"),
        ("mode_margin", "f8"),
        ("peak_window", "i8"),
        ("gap_margin", "i8"),
        ("last_wait", "i8"),
    ]
)


def coefficients(params: AccelerometerParams, rate_hz: float) -> NDArray[np.void]:
    """The kernel's record for one sampling rate, shape (1,).

    Humps and features come from 4th-order Bessel low-passes, whose group delay is flat in their pass band, so that one
    fixed delay can be taken off.

    Raises
    ------
    AnalysisError
        The rate is outside the range of the detectors.
    """
    from scipy.signal import bessel, butter

    if not MINIMUM_RATE_HZ <= rate_hz <= MAXIMUM_RATE_HZ:
        raise AnalysisError(
            f"sampling rate {rate_hz:g} Hz is outside {MINIMUM_RATE_HZ:g} to {MAXIMUM_RATE_HZ:g} Hz",
            "Record at 100 Hz or more; resample faster recordings to 200-500 Hz first.",
        )
    fast = butter(2, params.fast_hz, "highpass", fs=rate_hz, output="sos")
    hump = bessel(4, params.hump_hz, fs=rate_hz, norm="mag", output="sos")
    smooth = bessel(4, min(params.smooth_hz, 0.35 * rate_hz), fs=rate_hz, norm="mag", output="sos")
    record = np.zeros(1, COEFFICIENTS_DTYPE)
    row = record[0]
    for name, section in (
        ("fast", fast[0]),
        ("hump_low", hump[0]),
        ("hump_high", hump[1]),
        ("smooth_low", smooth[0]),
        ("smooth_high", smooth[1]),
    ):
        row[name] = section[[0, 1, 2, 4, 5]]
    row["smooth_delay"] = group_delay_samples(smooth)
    row["hump_lag"] = round(group_delay_samples(hump) - row["smooth_delay"])
    row["hump_first"] = round(params.hump_first_s * rate_hz + group_delay_samples(hump))
    row["hump_floor"] = params.hump_floor_m_s2
    row["search_window"] = round(params.search_window_s * rate_hz)
    row["search_hop"] = round(params.search_hop_s * rate_hz)
    row["search_least"] = round(params.search_least_s * rate_hz)
    row["search_step"] = max(1, round(0.02 * rate_hz))
    row["reach"] = min(round(params.reach_s * rate_hz), RING_SAMPLES - round(0.4 * rate_hz))
    row["least_repetition"] = params.least_repetition
    row["least_fit"] = params.least_fit
    row["least_harmonic"] = params.least_harmonic
    row["cycle_minimum"] = round(params.minimum_stride_s * rate_hz)
    row["cycle_maximum"] = round(params.maximum_stride_s * rate_hz)
    row["contact_minimum"] = params.minimum_contact_s * rate_hz
    row["braking_before"] = round(params.braking_before_s * rate_hz)
    row["braking_after"] = round(params.braking_after_s * rate_hz)
    row["braking_lead"] = params.braking_lead_s * rate_hz
    row["braking_width"] = params.braking_width_s * rate_hz
    row["braking_reach"] = round(params.braking_reach_s * rate_hz)
    row["run_from"], row["run_to"] = params.run_from_part, params.run_to_part
    row["run_usual"], row["run_width"] = params.run_usual_part, params.run_width_part
    row["walk_from"], row["walk_to"] = params.walk_from_part, params.walk_to_part
    row["mode_rms"], row["mode_cycle"] = params.mode_rms_m_s2, params.mode_stride_s * rate_hz
    row["mode_margin"] = params.mode_margin
    row["peak_window"] = round(params.peak_window_s * rate_hz)
    row["gap_margin"] = round(params.gap_margin_s * rate_hz)
    row["last_wait"] = round(params.last_wait_s * rate_hz)
    return record
