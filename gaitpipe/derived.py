"""What is derived from a whole session: variability, symmetry, drift, cross-checks; what is known of the athlete.

Frozen values without behaviour, like `model`, which holds the result they are part of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NOT_DISTINGUISHABLE = "not distinguishable from timing noise"
"""What is said of a variability of which nothing is left without the noise."""


@dataclass(frozen=True, slots=True)
class Athlete:
    """What is known of the runner's body; None where not given."""

    height_m: float | None = None


@dataclass(frozen=True, slots=True)
class Variability:
    """Stride-to-stride variability of one quantity of one foot, as a coefficient of variation in per cent.

    `observed_cv_pct` holds the timing noise of the method too; `cv_pct` is without it (95 % between `low_pct` and
    `high_pct`), None when it cannot be told from the noise or there are too few strides: `note` says which.
    `noise_sd_s` is the noise that was removed: of one event for stride time, of the contact time for contact time.
    `method`: the noise was seen in the strides themselves ("sequence") or is that of the benchmark ("stated").
    """

    key: str
    side: Literal["left", "right"]
    method: Literal["sequence", "stated"]
    count: int
    mean: float
    observed_cv_pct: float
    cv_pct: float | None
    low_pct: float | None
    high_pct: float | None
    noise_sd_s: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Symmetry:
    """Left against right of one metric, in its SI unit. Positive: larger on the left.

    `index_pct` is 100 (left - right) / mean with its 95 % interval from stride-to-stride scatter alone; None for a
    metric without a ratio. `limit` is the smallest difference that scatter, two mountings of a sensor and the two
    clocks do not explain; None when not known, and then `exceeds` is None too.
    """

    key: str
    left: float
    right: float
    difference: float
    difference_low: float
    difference_high: float
    index_pct: float | None
    index_low_pct: float | None
    index_high_pct: float | None
    angle_pct: float | None
    limit: float | None
    limit_pct: float | None
    exceeds: bool | None


@dataclass(frozen=True, slots=True)
class Drift:
    """Change of one metric of one foot within the session: mean of the last third minus mean of the first, SI unit.

    `low` and `high` hold it in 95 % of cases; `mdc` is the smallest change that counts, settling of the strap
    included. All None with too few strides: `note` says so. `change_pct` is None for a metric without a ratio.
    """

    key: str
    side: Literal["left", "right"]
    count: int
    first: float | None
    last: float | None
    change: float | None
    change_pct: float | None
    low: float | None
    high: float | None
    mdc: float | None
    exceeds: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TreadmillCheck:
    """What a treadmill said while the feet ran (or walked); None where it did not tell.

    `speed_m_s` is the median of its readings, `low_m_s` and `high_m_s` the smallest and the largest; `steady` when nine
    in ten are near the median. `used`: it is the session's belt speed. `given_m_s` is what a person typed; what the
    motion sensors measured by themselves is `sensors_m_s`. `jumps`: it changes faster than a belt can, so it is the
    speed that was set. `incline_usable`: the incline went into the session's context. `lag_s` is by how much its speed
    comes after the sensors', None where the speed did not change enough to tell.
    """

    readings: int
    readings_in_gait: int
    speed_m_s: float | None = None
    low_m_s: float | None = None
    high_m_s: float | None = None
    steady: bool | None = None
    used: bool = False
    given_m_s: float | None = None
    sensors_m_s: float | None = None
    jumps: bool = False
    incline_pct: float | None = None
    incline_steady: bool | None = None
    incline_usable: bool = False
    lag_s: float | None = None
    unused_because: str = ""


@dataclass(frozen=True, slots=True)
class FootPodCheck:
    """What a foot pod said while the feet ran (or walked), beside the motion sensors; None where it did not tell.

    `cadence_as_sent_per_min` counts what `counts` says, known from the sensors' cadence; None when it fits neither.
    `cadence_spm` is the same in steps of both feet. `lag_s` is by how much the pod's cadence comes after the sensors'.
    """

    readings: int
    readings_in_gait: int
    cadence_as_sent_per_min: float | None = None
    counts: Literal["steps", "strides", "steps twice"] | None = None
    cadence_spm: float | None = None
    sensors_cadence_spm: float | None = None
    speed_m_s: float | None = None
    sensors_m_s: float | None = None
    lag_s: float | None = None


@dataclass(frozen=True, slots=True)
class HeartRateCheck:
    """Heart rate while the feet ran (or walked): mean of the readings, and the highest of the session.

    `left_out` readings had no skin contact, or a rate that no heart has.
    """

    readings: int
    readings_in_gait: int
    left_out: int = 0
    mean_bpm: float | None = None
    highest_bpm: float | None = None


@dataclass(frozen=True, slots=True)
class WatchQuantity:
    """One figure of a watch beside that of the motion sensors, over windows in which both told it.

    `difference` is the mean of watch less sensors; `low` and `high` are its 95 % limits of agreement, None with too few
    windows.
    """

    key: str
    unit: str
    windows: int
    watch: float | None = None
    sensors: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class WatchCheck:
    """A watch's running dynamics (a FIT file) beside the motion sensors.

    `offset_s` is the session time of the file's first record, and `aligned_by` how it is known; None where it is not,
    for the reason `not_compared`. `correlation` is that of the two cadences where they were aligned by them.
    """

    file: str
    device: str
    records: int
    window_s: float
    offset_s: float | None = None
    aligned_by: Literal["time of day", "given", "cadence"] | None = None
    correlation: float | None = None
    quantities: tuple[WatchQuantity, ...] = ()
    developer_fields: int = 0
    not_compared: str = ""


@dataclass(frozen=True, slots=True)
class CrossChecks:
    """Devices beside the feet, None where there was none."""

    treadmill: TreadmillCheck | None = None
    foot_pod: FootPodCheck | None = None
    heart_rate: HeartRateCheck | None = None
    watch: WatchCheck | None = None
