"""What the synthetic runner is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gaitpipe.errors import UsageError
from gaitpipe.model import Placement
from gaitpipe.simulate.sensor_error import SensorErrorConfig

Strike = Literal["rearfoot", "midfoot", "forefoot"]
SegmentKind = Literal["stand", "walk", "run"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the session: standing, walking or running at one speed."""

    kind: SegmentKind
    duration_s: float
    speed_m_s: float = 0.0


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


def check_config(config: RunnerConfig) -> None:
    """Refuse what no runner can do.

    Raises
    ------
    UsageError
        With the value that is wrong and what would be right.
    """
    if not config.segments:
        raise UsageError("a synthetic session needs at least one segment", "For example: stand 5 s, run 55 s at 3 m/s.")
    for segment in config.segments:
        low, high = {"stand": (0.0, 0.0), "walk": (0.4, 2.2), "run": (1.2, 7.0)}[segment.kind]
        if not low <= segment.speed_m_s <= high:
            raise UsageError(f"{segment.kind} at {segment.speed_m_s} m/s is outside {low} to {high} m/s")
        if not 2.0 <= segment.duration_s <= 36_000:
            raise UsageError(f"a segment lasts 2 s to 10 h, not {segment.duration_s} s")
    if not 20 <= config.rate_hz <= 4000:
        raise UsageError(f"rate {config.rate_hz} Hz is outside 20 to 4000 Hz")
    if abs(config.contact_time_asymmetry_pct) > 30:
        raise UsageError("contact time asymmetry beyond 30 % is not running any more")
    if config.cadence_spm is not None and not 120 <= config.cadence_spm <= 240:
        raise UsageError(f"cadence {config.cadence_spm} steps/min is outside 120 to 240")
    if config.contact_time_s is not None and not 0.1 <= config.contact_time_s <= 0.4:
        raise UsageError(f"contact time {config.contact_time_s} s is outside 0.1 to 0.4 s")
