"""The words of the domain that pass between the layers: frozen values without behaviour.

Units are SI and stand in the names. `acc_m_s2` is specific force (+g up at rest). Times are seconds of the session
clock unless said otherwise. Sample indices count every sample the sensor produced, lost ones included, so an
unexpected `first_sample` *is* the gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

# Passed on: the words of the devices beside the feet belong to the model.
from gaitpipe.auxiliary import AUXILIARIES as AUXILIARIES  # noqa: PLC0414
from gaitpipe.auxiliary import AuxiliaryKind as AuxiliaryKind  # noqa: PLC0414
from gaitpipe.auxiliary import AuxiliaryReading as AuxiliaryReading  # noqa: PLC0414
from gaitpipe.auxiliary import AuxiliarySetup as AuxiliarySetup  # noqa: PLC0414
from gaitpipe.auxiliary import ReadingValue as ReadingValue  # noqa: PLC0414
from gaitpipe.derived import Athlete, CrossChecks, Drift, Symmetry, Variability

Side = Literal["left", "right"]
Placement = Literal["foot", "shank"]
Clock = Literal["device", "arrival", "file"]
SIDES: tuple[Side, Side] = ("left", "right")
Source = Literal["left", "right", "treadmill", "foot_pod", "heart_rate"]
"""Where a notification comes from: the sensor of a side, or a device beside them."""
SOURCES: tuple[Source, ...] = (*SIDES, *AUXILIARIES)

FloatArray = NDArray[np.float64]
ByteArray = NDArray[np.uint8]

STANDARD_GRAVITY_M_S2 = 9.80665

FLAG_ACC_CLIPPED = 1
"""The accelerometer reading stands at the end of its range: the true value was larger."""
FLAG_GYR_CLIPPED = 2
"""The gyroscope reading stands at the end of its range."""
FLAG_GAP_BEFORE = 4
"""At least one sample was lost before this one."""


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """What is known of one sensor before its first sample.

    `rate_hz` is nominal (profile, handshake or file) and fixed for the session. `clock_uncertainty_s` is the standard
    uncertainty of this sensor's time against the session clock; it does not touch durations within one foot.
    Ranges are None when unknown.
    """

    side: Side
    placement: Placement
    rate_hz: float
    has_gyro: bool = True
    device: str = ""
    profile_id: str = ""
    clock: Clock = "file"
    acc_range_m_s2: float | None = None
    gyr_range_rad_s: float | None = None


@dataclass(frozen=True, slots=True)
class SampleBlock:
    """Consecutive samples of one sensor, no gap inside.

    `time_s` (n,), `acc_m_s2` (n, 3) and `gyr_rad_s` (n, 3) are float64 and C-contiguous, in sensor axes;
    `flags` (n,) uint8 of the FLAG bits. `gyr_rad_s` is NaN throughout for a sensor without a gyroscope.
    """

    side: Side
    placement: Placement
    first_sample: int
    time_s: FloatArray
    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray
    flags: ByteArray

    def __len__(self) -> int:
        return int(self.time_s.shape[0])


class FaultKind(Enum):
    """Why a notification could not be used, wholly or in part."""

    LENGTH = "wrong length"
    CHECKSUM = "wrong checksum"
    HEADER = "unknown header"
    INCOMPLETE = "part of a split packet is missing"
    DUPLICATE = "sent twice"
    TIME_BACKWARDS = "device time went backwards"
    VALUE = "value not finite"
    CHARACTERISTIC = "unknown characteristic"


@dataclass(frozen=True, slots=True)
class PacketFault:
    """One notification that was not decoded; never silent, always counted."""

    kind: FaultKind
    detail: str
    host_time_s: float


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """What a sensor says beside its samples; `battery_pct` None when this message does not carry it."""

    host_time_s: float
    battery_pct: int | None = None
    text: str = ""
    ok: bool = True


@dataclass(frozen=True, slots=True)
class RawNotification:
    """One notification as it came, before anything is decoded: the permanent record.

    `host_monotonic_ns` orders and times it within the session; `host_utc_ns` is for people.
    """

    source: Source
    characteristic: str
    host_monotonic_ns: int
    host_utc_ns: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class RecordingEvent:
    """A mark, a speed change, a connection or its loss, at a host time, as recorded."""

    host_monotonic_ns: int
    host_utc_ns: int
    kind: str
    source: Source | None = None
    text: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True)
class SensorSetup:
    """How one sensor of a recording was set up: enough to decode its bytes again at any time.

    `settings` holds what the stream's configuration decides (`rate_hz`, `acc_range_g`, `gyr_range_dps`, ...).
    `device` is a label for people (model and the last digits of its serial), never a radio address.
    """

    side: Side
    placement: Placement
    profile_id: str
    profile_text: str
    settings: Mapping[str, float] = field(default_factory=dict)
    device: str = ""


@dataclass(slots=True)
class StreamQuality:
    """Running counts of one sensor's stream; everything that was lost or refused is here.

    `gap_s` is the summed length of the gaps. `clock_residual_s` is the standard uncertainty of the device clock
    against the session clock, None for files. `measured_rate_hz` is samples over device time, None until known.
    `silent_from_s`: the sensor sent nothing from then to the end; None when it did.
    """

    packets: int = 0
    samples: int = 0
    lost_samples: int = 0
    gaps: int = 0
    gap_s: float = 0.0
    resets: int = 0
    acc_clipped_samples: int = 0
    gyr_clipped_samples: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    clock_residual_s: float | None = None
    measured_rate_hz: float | None = None
    battery_pct: int | None = None
    silent_from_s: float | None = None

    def count_fault(self, kind: FaultKind) -> None:
        self.faults[kind.value] = self.faults.get(kind.value, 0) + 1


Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know about the data: `code` is stable, `message` and `advice` are for people."""

    code: str
    severity: Severity
    message: str
    advice: str = ""
    side: Side | None = None


@dataclass(slots=True)
class Recording:
    """Sensors and their blocks, from a recording or an importer, not yet analysed.

    `blocks` may be read once. `quality`, `findings`, `events`, `readings` and `auxiliary_quality` are complete only
    after `blocks` has been read to its end.
    """

    name: str
    sensors: tuple[SensorInfo, ...]
    blocks: Iterable[SampleBlock]
    quality: dict[Side, StreamQuality] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    events: list[RecordingEvent] = field(default_factory=list)
    readings: list[AuxiliaryReading] = field(default_factory=list)
    auxiliaries: tuple[AuxiliarySetup, ...] = ()
    auxiliary_quality: dict[AuxiliaryKind, StreamQuality] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    input_sha256: str = ""

    def __iter__(self) -> Iterator[SampleBlock]:
        return iter(self.blocks)


STRIDE_COLUMNS: tuple[str, ...] = (
    "side", "stride", "ic_s", "tc_s", "ic_raw_s", "tc_raw_s", "stride_time_s", "step_time_s",
    "ground_contact_time_s", "swing_time_s", "flight_time_s", "duty_factor", "cadence_spm",
    "foot_strike_angle_deg", "shank_angle_ic_deg", "landing_distance_m", "stride_length_m", "speed_m_s",
    "peak_acc_m_s2", "mode", "quality",
    "flight_time_one_foot_s", "peak_force_bw", "vertical_stiffness_n_per_m_kg", "leg_stiffness_n_per_m_kg",
    "peak_acc_at_least_m_s2", "foot_strike_class", "foot_strike_probability", "retraction_speed_m_s",
    "ic_uncertainty_s", "tc_uncertainty_s",
)  # fmt: skip
"""Columns of `strides.csv`, in order. A row speaks of the stride that starts at its `ic_s`."""

STRIDE_TEXT_COLUMNS = frozenset({"side", "mode", "quality", "foot_strike_class"})

STRIDE_DTYPE = np.dtype(
    [
        (
            name,
            {"side": "U5", "mode": "U5", "quality": "U120", "foot_strike_class": "U8", "stride": "i8"}.get(name, "f8"),
        )
        for name in STRIDE_COLUMNS
    ]
)
"""One row a stride and side; NaN where a value was not computed."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Mean and spread of one signal over the strides of a foot, on a grid of the stride in per cent from `ic`.

    `phase_pct` (m,), `mean` (m,), `sd` (m,). `terminal_contact_pct` is the mean place of toe-off in the stride.
    """

    phase_pct: FloatArray
    mean: FloatArray
    sd: FloatArray
    stride_count: int
    terminal_contact_pct: float


@dataclass(frozen=True, slots=True)
class AlignmentReport:
    """How the sensor axes were turned into segment axes and how well that is supported by the data.

    `force_lateral_deg` is how far the mean specific force of gait leans to the left of standing up, None without
    standing. `pose_refused`: the sensor was still for a while, but not standing as it was worn in gait. `waveform_deg`
    is the shape of the sagittal rotation rate (`gait.axes.waveform`), which tells a foot from a shank. `mirrored`: the
    axes are left-handed, or those of accelerometer and gyroscope differ in sign; no rotation can mend that.
    """

    method: str
    standing_s: float
    eigenvalue_ratio: float
    axis_angle_deg: float
    confidence: Literal["high", "medium", "low", "none"]
    force_lateral_deg: float | None = None
    pose_refused: bool = False
    waveform_deg: float | None = None
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class CalibrationEpoch:
    """A correction of a sensor's mounting during the session.

    It holds from `from_s`; infinite when the end came first. Angles between `invalid_from_s` and `from_s` are not
    given; None when none are lost. `why`: `slip` turned the sensor on the leg by `angle_deg`, `turned` so far that
    strides were lost, `standing` came late and told the up direction.
    """

    from_s: float
    why: Literal["slip", "turned", "standing"]
    angle_deg: float
    invalid_from_s: float | None = None


@dataclass(frozen=True, slots=True)
class SensorResult:
    """Everything that was learned about one sensor of the session."""

    info: SensorInfo
    quality: StreamQuality
    alignment: AlignmentReport | None
    pitch_rate_deg_s: Ensemble | None
    duration_s: float
    rejected_strides: Mapping[str, int]
    calibrations: tuple[CalibrationEpoch, ...] = ()


@dataclass(frozen=True, slots=True)
class SideStatistic:
    """Mean of a metric on one side: count, mean, standard deviation between strides, standard uncertainty of the mean
    (systematic part included) and the smallest detectable change of the mean; None where it cannot be given.

    `censored` strides are known only to be larger than a bound (a clipped peak). With any of them there is no mean
    (`mean`, `sd` NaN): `median` takes them into account, or `median_above` is what it is larger than. Metrics that
    cannot be cut off have no median.
    """

    count: int
    mean: float
    sd: float
    uncertainty: float | None
    mdc: float | None
    censored: int = 0
    median: float | None = None
    median_above: float | None = None


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """One row of the metric table, values in the column's SI unit; `display_scale` turns them into `display_unit`."""

    key: str
    label: str
    unit: str
    display_unit: str
    display_scale: float
    display_decimals: int
    definition: str
    left: SideStatistic | None
    right: SideStatistic | None
    both: SideStatistic | None
    asymmetry_pct: float | None
    note: str = ""
    unstated: str = ""
    """Why there is no uncertainty or no smallest detectable change; empty when both are given."""


@dataclass(frozen=True, slots=True)
class SessionResult:
    """What `Session.finish()` gives: the stride table, one result a sensor, the metric table and the findings.

    `mode` is the gait that the metric table and the ensembles speak of: the good strides of that mode.
    `left_right_clock_s` is the standard uncertainty of a time of the left sensor against one of the right [s]; None
    with one sensor, where both have the one time base of a file, or where a clock's residual is not known.
    """

    strides: NDArray[np.void]
    sensors: tuple[SensorResult, ...]
    metrics: tuple[MetricSummary, ...]
    findings: tuple[Finding, ...]
    belt_speed_m_s: float | None
    parameter_hash: str
    mode: Literal["run", "walk"] = "run"
    athlete: Athlete | None = None
    variability: tuple[Variability, ...] = ()
    symmetry: tuple[Symmetry, ...] = ()
    drift: tuple[Drift, ...] = ()
    cross_checks: CrossChecks | None = None
    left_right_clock_s: float | None = None


@dataclass(frozen=True, slots=True)
class StrideUpdate:
    """A stride of one foot, just completed: what the live view shows before the other foot is known.

    `ground_contact_time_s` is NaN without a terminal contact; `mode` is empty where the sensor cannot tell.
    """

    side: Side
    ic_s: float
    tc_s: float
    stride_time_s: float
    cadence_spm: float
    ground_contact_time_s: float
    quality: str
    mode: Literal["run", "walk", ""] = "run"
