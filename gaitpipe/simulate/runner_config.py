"""What the synthetic runner is asked to do."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Literal

from gaitpipe.errors import UsageError
from gaitpipe.model import Placement
from gaitpipe.simulate.sensor_error import SensorErrorConfig

Strike = Literal["rearfoot", "midfoot", "forefoot"]
SegmentKind = Literal["stand", "walk", "run"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the session: standing, walking or running at one speed.

    `cadence_spm` and `contact_time_s`, when running, replace those of the config in this part: a cue.
    """

    kind: SegmentKind
    duration_s: float
    speed_m_s: float = 0.0
    cadence_spm: float | None = None
    contact_time_s: float | None = None


@dataclass(frozen=True, slots=True)
class RunnerConfig:
    """Runner, course and sensors of one synthetic session; the same config gives the same session, bit for bit.

    Parameters
    ----------
    segments
        Done one after another with smooth changes of speed.
    placement, rate_hz
        Where both sensors sit and their nominal rate.
    strike
        Foot strike when running; walking always lands on the heel.
    contact_time_asymmetry_pct
        100 * (left - right) / mean of the contact times, exact for the mean of each segment's contacts.
    cadence_spm, contact_time_s
        Replace the values that follow from speed, when running.
    stride_time_cv, contact_time_cv
        Stride-to-stride coefficients of variation.
    stride_noise_exponent
        Spectral exponent of the step times' variation: 0 white, 1 for 1/f.
    push_off_jitter_s
        Standard deviation of the push-off movement against the end of contact. Real rates of rotation are not locked
        to the end of the force; without this, toe-off could be read off the signal better than any real one.
    angle_sd_deg
        Stride-to-stride standard deviation of the angles at contact and toe-off.
    surface
        `treadmill` keeps the runner in place: the belt carries the foot back. At constant speed the sensor cannot tell.
    slope_deg
        Uphill positive; turns gravity against the running surface.
    mount
        `random` turns each sensor arbitrarily on its segment, `aligned` leaves it in segment axes.
    ideal
        True leaves out tissue, mounting resonance and every sensor and clock error.
    """

    segments: tuple[Segment, ...] = (Segment("stand", 5.0), Segment("run", 55.0, 3.0))
    placement: Placement = "foot"
    rate_hz: float = 208.0
    strike: Strike = "rearfoot"
    contact_time_asymmetry_pct: float = 0.0
    cadence_spm: float | None = None
    contact_time_s: float | None = None
    stride_time_cv: float = 0.012
    contact_time_cv: float = 0.022
    stride_noise_exponent: float = 0.0
    push_off_jitter_s: float = 0.003
    angle_sd_deg: float = 1.5
    surface: Literal["overground", "treadmill"] = "overground"
    slope_deg: float = 0.0
    seed: int = 1
    mount: Literal["random", "aligned"] = "random"
    ideal: bool = False
    sensor_error: SensorErrorConfig = field(default_factory=SensorErrorConfig)

    @property
    def duration_s(self) -> float:
        return sum(segment.duration_s for segment in self.segments)


SPEEDS_M_S: dict[SegmentKind, tuple[float, float]] = {"stand": (0.0, 0.0), "walk": (0.4, 2.2), "run": (1.2, 7.0)}
MAX_ASYMMETRY_PCT = 30.0
LIMITS: dict[str, tuple[str, float, float, str]] = {
    "rate_hz": ("sampling rate", 20.0, 4000.0, " Hz"),
    "contact_time_asymmetry_pct": ("contact time asymmetry", -MAX_ASYMMETRY_PCT, MAX_ASYMMETRY_PCT, " %"),
    "cadence_spm": ("cadence", 120.0, 240.0, " steps/min"),
    "contact_time_s": ("contact time", 0.1, 0.4, " s"),
    "stride_time_cv": ("variation of the stride time", 0.0, 0.2, ""),
    "contact_time_cv": ("variation of the contact time", 0.0, 0.2, ""),
    "stride_noise_exponent": ("exponent of the stride time's variation", -2.0, 2.0, ""),
    "push_off_jitter_s": ("jitter of the push-off", 0.0, 0.05, " s"),
    "angle_sd_deg": ("variation of the angles", 0.0, 15.0, " deg"),
    "slope_deg": ("slope", -30.0, 30.0, " deg"),
    "seed": ("seed", 0, 2**63 - 1, ""),
}
"""What each number of a config means, and from where to where a runner or sensor makes sense; None is left alone."""


def check_config(config: RunnerConfig) -> None:
    """Refuse what no runner can do, and what is no number.

    Raises
    ------
    UsageError
        With the value that is wrong and what would be right.
    """
    if not config.segments:
        raise UsageError("a synthetic session needs at least one segment", "For example: stand 5 s, run 55 s at 3 m/s.")
    for segment in config.segments:
        low, high = SPEEDS_M_S[segment.kind]
        _check_number(f"speed of the part '{segment.kind}'", segment.speed_m_s, low, high, " m/s")
        _check_number(f"length of the part '{segment.kind}'", segment.duration_s, 2.0, 36_000.0, " s")
        for key in ("cadence_spm", "contact_time_s"):
            if getattr(segment, key) is not None:
                meaning, low, high, unit = LIMITS[key]
                _check_number(f"{meaning} of the part '{segment.kind}'", getattr(segment, key), low, high, unit)
    for key, (meaning, low, high, unit) in LIMITS.items():
        value = getattr(config, key)
        if value is not None:
            _check_number(meaning, value, low, high, unit)
    _check_sensor_error(config.sensor_error)


def _check_number(meaning: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:  # also true of NaN
        allowed = f"{low:g}{unit}" if low == high else f"{low:g} to {high:g}{unit}"
        raise UsageError(f"the {meaning} cannot be {value:g}{unit}", f"Allowed: {allowed}.")


def _check_sensor_error(errors: SensorErrorConfig) -> None:
    """Refuse sizes of sensor errors that are no finite numbers or negative."""
    for item in fields(errors):
        value = getattr(errors, item.name)
        numbers = value if isinstance(value, tuple) else () if value is None else (value,)
        if not all(math.isfinite(number) and number >= 0 for number in numbers):
            raise UsageError(f"the sensor error {item.name} cannot be {value}", "Allowed: finite numbers from 0 on.")
