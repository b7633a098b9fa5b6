"""THE pipeline: blocks of samples in, stride updates out, and at the end the result of the session.

Live recording, replay and batch analysis all feed this one class. What it says depends on each sensor's samples alone,
not on how they were cut into blocks nor on how the two feet's blocks were interleaved.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

import gaitpipe.metrics
from gaitpipe.core.accelerometer_detector import AccelerometerDetector
from gaitpipe.core.accelerometer_params import AccelerometerParams, accelerometer_hash
from gaitpipe.core.detector import Detector
from gaitpipe.core.kernel import EVENT_RESTART, EVENT_SWING
from gaitpipe.core.params import MINIMUM_RATE_HZ, DetectorParams, default_params, parameter_hash
from gaitpipe.derived import Athlete
from gaitpipe.errors import UsageError
from gaitpipe.evidence import value
from gaitpipe.gait.accelerometer import (
    AccelerometerCadence,
    AccelerometerStrides,
    gives_contacts,
    is_too_slow,
    steady,
    stride_params,
)
from gaitpipe.gait.bilateral import BilateralJoiner
from gaitpipe.gait.clocks import left_right_clock_s, session_clocks
from gaitpipe.gait.cross_check import Devices, cross_checks
from gaitpipe.gait.cross_findings import cross_findings
from gaitpipe.gait.drift import drift_of
from gaitpipe.gait.ensemble import EnsembleBuilder
from gaitpipe.gait.event_uncertainty import event_uncertainty_s
from gaitpipe.gait.mounting import Mounting
from gaitpipe.gait.quality import at_wrong_rate, pair_findings, sensor_findings, set_wrong_rate_aside, swap_findings
from gaitpipe.gait.slip import blank, set_aside
from gaitpipe.gait.stream_watch import StreamWatch
from gaitpipe.gait.strides import Stride, StrideBuilder
from gaitpipe.gait.strike import strike_class
from gaitpipe.gait.summary import (
    LEAST_STRIDES,
    counted_rows,
    main_mode,
    published,
    side_repeats,
    summarise,
    with_window_cadence,
)
from gaitpipe.gait.symmetry import symmetry_of
from gaitpipe.gait.table import RowStore, StrideTable, table_of
from gaitpipe.gait.tap_sync import TapWatch
from gaitpipe.gait.trajectory import TrajectoryBuilder
from gaitpipe.gait.transitions import mark_transitions
from gaitpipe.gait.updates import cadence_update, stride_update
from gaitpipe.gait.variability import variability_of
from gaitpipe.metrics._contract import StrideMetric
from gaitpipe.model import (
    FLAG_ACC_CLIPPED,
    FLAG_GYR_CLIPPED,
    STRIDE_DTYPE,
    Finding,
    Placement,
    SampleBlock,
    SensorInfo,
    SensorResult,
    SessionResult,
    Side,
    StreamQuality,
    StrideUpdate,
)
from gaitpipe.registry import load_plugins

WATERMARK_MARGIN_S = 0.5
"""How long after the longest stride a contact can still become known: the gate's delay and the rest of a swing."""


def metrics() -> tuple[StrideMetric, ...]:
    """All metrics, found by looking into the folder `gaitpipe/metrics`."""
    return load_plugins(gaitpipe.metrics, "METRIC", StrideMetric)


@dataclass(slots=True)
class _Foot:
    """Everything the session keeps for one sensor.

    `cadence` is there for a sensor without a gyroscope or one that is too slow for contacts; `landings` too, when its
    acceleration shows contacts.
    """

    info: SensorInfo
    mounting: Mounting
    detector: Detector
    strides: StrideBuilder
    ensemble: EnsembleBuilder
    trajectory: TrajectoryBuilder
    watch: StreamWatch
    cadence: AccelerometerCadence | None
    landings: AccelerometerDetector | None = None
    quality: StreamQuality = field(default_factory=StreamQuality)
    next_sample: int = -1
    first_s: float = np.nan
    last_s: float = np.nan
    last_swing_s: float = -np.inf


class Session:
    """One session of one or two sensors.

    Parameters
    ----------
    sensors : sequence of SensorInfo
        At most one a side.
    belt_speed_m_s : float, optional
        Speed of the treadmill belt, when there is one; the attribute may be changed until `finish`.
    athlete : Athlete, optional
        What is known of the runner's body.
    detector_params : mapping of placement to DetectorParams, optional
        Other parameters than the shipped ones, for a placement with a gyroscope.
    tap_sync : bool
        Look for a knock of both sensors and put their clocks together by it.

    Raises
    ------
    UsageError
        No sensor, two sensors on one side, a belt speed outside 0.3-12 m/s, or a height that no adult has.
    """

    def __init__(
        self,
        sensors: Sequence[SensorInfo],
        belt_speed_m_s: float | None = None,
        athlete: Athlete | None = None,
        detector_params: Mapping[Placement, DetectorParams] | None = None,
        *,
        tap_sync: bool = False,
    ) -> None:
        sides = [info.side for info in sensors]
        if not sides or len(set(sides)) != len(sides):
            raise UsageError("a session needs one sensor, or one on each side", "Give --left and --right once each.")
        if belt_speed_m_s is not None and not 0.3 <= belt_speed_m_s <= 12.0:
            raise UsageError(
                f"belt speed {belt_speed_m_s:g} m/s is not between 0.3 and 12 m/s",
                "Give it in m/s: km/h divided by 3.6.",
            )
        check_athlete(athlete)
        self.belt_speed_m_s = belt_speed_m_s
        self._athlete = athlete
        self._feet: dict[Side, _Foot] = {
            info.side: _foot(info, (detector_params or {}).get(info.placement, default_params(info.placement)))
            for info in sensors
        }
        self._joiner = BilateralJoiner(tuple(self._feet))
        self._taps = TapWatch() if tap_sync else None
        self._rows = RowStore()

    def feed(self, block: SampleBlock) -> list[StrideUpdate]:
        """Take in one block and give out the strides of that foot that are complete now.

        Raises
        ------
        ValueError
            The block goes back in its sensor's samples or holds values that are not finite.
        """
        foot = self._feet[block.side]
        if len(block) == 0:
            return []
        _count(foot, block)
        foot.watch.feed(block)
        if self._taps is not None:
            self._taps.feed(block)
        if foot.cadence is None:
            return self._detect(foot, foot.mounting.push(block))
        windows = foot.cadence.feed(block)
        if foot.landings is None:
            return [cadence_update(block, cadence_spm) for cadence_spm in windows]
        return self._detect_landings(foot, foot.landings, block)

    def finish(
        self,
        quality: Mapping[Side, StreamQuality] | None = None,
        findings: Iterable[Finding] = (),
        devices: Devices | None = None,
    ) -> SessionResult:
        """End all streams and give the result.

        `quality` holds the counts of the decoder or importer, `findings` what they found; both go into the result.
        `devices` holds the readings of each device beside the feet. A steady treadmill speed is the belt speed where
        none was given.
        """
        for foot in self._feet.values():
            if foot.cadence is None:
                self._detect(foot, foot.mounting.flush())
                events = foot.detector.finish()
                last = foot.strides.push(events) + foot.strides.finish()
                self._take(foot, _with_motion(foot, last, events))
            elif foot.landings is not None:
                self._take(foot, foot.strides.push(foot.landings.finish()) + foot.strides.finish())
        self._rows.add(self._joiner.flush())
        sensors = {side: foot.info for side, foot in self._feet.items()}
        table = table_of(self._rows.take(), sensors, self.belt_speed_m_s, self._athlete)
        for side, foot in self._feet.items():
            foot.mounting.finish()
            blank(table.rows, table.of_side(side), foot.mounting.invalid_s)
            set_aside(table.rows, table.of_side(side), foot.mounting.unlike_s)
        mark_transitions(table.rows)
        qualities = {side: (quality or {}).get(side, foot.quality) for side, foot in self._feet.items()}
        for side, foot in self._feet.items():
            if at_wrong_rate(foot.info, qualities[side]):
                set_wrong_rate_aside(table.rows, table.of_side(side))
        clocks, tapped = session_clocks(table.rows, sensors, qualities, self._taps)
        checks = cross_checks(replace(table, belt_speed_m_s=None), devices or {}, self.belt_speed_m_s)
        if checks is not None and checks.treadmill is not None and checks.treadmill.used:
            table = replace(table, belt_speed_m_s=checks.treadmill.speed_m_s, belt_told=True)
        results = tuple(_sensor_result(foot, qualities[side], table) for side, foot in self._feet.items())
        found = [*findings, *(finding for foot in self._feet.values() for finding in foot.watch.findings())]
        for result in results:
            found.extend(sensor_findings(result, table))
        if any(foot.cadence is None or foot.landings is not None for foot in self._feet.values()):
            found.extend(pair_findings(tuple(self._feet), table))
            found.extend(swap_findings(results, table))
        found.extend(cross_findings(checks))
        found.extend(tapped)
        cadence = next(metric for metric in metrics() if metric.key == "cadence_spm")
        windows = _window_cadences(self._feet, table)
        summaries = with_window_cadence(summarise(table, metrics(), clocks), windows, cadence)
        return SessionResult(
            sensors=results,
            metrics=summaries,
            findings=tuple(found),
            belt_speed_m_s=table.belt_speed_m_s,
            cross_checks=checks,
            mode=main_mode(table),
            athlete=self._athlete,
            variability=variability_of(table),
            symmetry=symmetry_of(summaries, side_repeats(table, metrics(), clocks)),
            drift=drift_of(table, metrics()),
            left_right_clock_s=left_right_clock_s(clocks, sensors, qualities),
            parameter_hash="-".join(sorted({_parameter_hash(foot) for foot in self._feet.values()})),
            strides=stride_columns(table),  # the largest of all: last, when the others need no room any more
        )

    def _detect(self, foot: _Foot, blocks: list[SampleBlock]) -> list[StrideUpdate]:
        updates: list[StrideUpdate] = []
        for raw in blocks:
            block = foot.mounting.align(raw)
            foot.ensemble.feed(block)
            foot.trajectory.feed(block)
            events = foot.detector.push(block)
            strides = _with_motion(foot, foot.strides.push(events), events)
            self._take(foot, strides)
            updates.extend(stride_update(stride) for stride in strides)
            self._raise_watermark(foot, block, events)
            foot.ensemble.forget(float(block.time_s[-1]))
            foot.trajectory.forget(float(block.time_s[-1]))
        return updates

    def _detect_landings(self, foot: _Foot, landings: AccelerometerDetector, block: SampleBlock) -> list[StrideUpdate]:
        events = landings.push(block)
        strides = foot.strides.push(events)
        self._take(foot, strides)
        self._raise_watermark(foot, block, events)
        return [stride_update(stride) for stride in strides]

    def _take(self, foot: _Foot, strides: list[Stride]) -> None:
        """Hand what the last events gave to the parts that look at whole strides."""
        for ic_s in foot.strides.contacts_s:
            self._joiner.contact(foot.info.side, ic_s)
        for stride in strides:
            foot.mounting.add(stride)
            if foot.cadence is None:
                foot.ensemble.add(stride)
            self._joiner.push(stride)

    def _raise_watermark(self, foot: _Foot, block: SampleBlock, events: NDArray[np.void]) -> None:
        """Events are final up to the last swing; in standing or after a restart, up to a longest stride ago."""
        closing = events[(events["kind"] == EVENT_SWING) | (events["kind"] == EVENT_RESTART)]
        if len(closing):
            foot.last_swing_s = float(closing["time_s"][-1]) - 0.1
        reach_s = foot.detector.params.maximum_stride_s + WATERMARK_MARGIN_S
        if foot.landings is not None:
            reach_s += foot.landings.params.reach_s
        watermark_s = max(foot.last_swing_s, float(block.time_s[-1]) - reach_s)
        self._rows.add(self._joiner.advance(foot.info.side, watermark_s))


def check_athlete(athlete: Athlete | None) -> None:
    """Refuse a height that no adult has.

    Raises
    ------
    UsageError
        Names the height and says what to give.
    """
    if athlete is None or athlete.height_m is None:
        return
    low_m, high_m = value("height_minimum_m"), value("height_maximum_m")
    if not low_m <= athlete.height_m <= high_m:
        raise UsageError(
            f"a height of {athlete.height_m:g} m is not between {low_m:g} and {high_m:g} m",
            "Give it in metres, such as 1.75.",
        )


def _with_motion(foot: _Foot, strides: list[Stride], events: NDArray[np.void]) -> list[Stride]:
    """The strides with what dead reckoning says of them.

    A stride is given out with the swing that follows it; samples up to that swing are there for any packet size.
    """
    swings_s = events["time_s"][events["kind"] == EVENT_SWING]
    moved = []
    for stride in strides:
        later_s = swings_s[swings_s > stride.next_ic_s]
        known_s = float(later_s[0]) if len(later_s) else math.inf
        moved.append(replace(stride, motion=foot.trajectory.measure(stride, foot.mounting.stood, known_s)))
    return moved


def stride_columns(table: StrideTable) -> NDArray[np.void]:
    """The rows of `strides.csv`: the table's own columns and one column a metric, shape (n,) of STRIDE_DTYPE."""
    out = np.zeros(len(table.rows), STRIDE_DTYPE)
    names = STRIDE_DTYPE.names or ()
    for name in names:
        if STRIDE_DTYPE[name].kind == "f":
            out[name] = np.nan
    for name in ("side", "stride", "ic_s", "tc_s", "ic_raw_s", "tc_raw_s", "mode", "quality"):
        out[name] = table.rows[name]
    for metric in metrics():
        if metric.key in names:
            out[metric.key] = published(table, metric)
    out["ic_uncertainty_s"] = event_uncertainty_s(table, "ic")
    out["tc_uncertainty_s"] = event_uncertainty_s(table, "tc")
    out["foot_strike_class"] = strike_class(out["foot_strike_angle_deg"], table.rows["mode"])
    return out


def _foot(info: SensorInfo, params: DetectorParams) -> _Foot:
    contacts = gives_contacts(info)
    return _Foot(
        info=info,
        mounting=Mounting(info),
        detector=Detector(params, max(info.rate_hz, MINIMUM_RATE_HZ)),  # a slower one is never fed
        strides=AccelerometerStrides(info.side, stride_params()) if contacts else StrideBuilder(info.side, params),
        ensemble=EnsembleBuilder(),
        trajectory=TrajectoryBuilder(info.placement),
        watch=StreamWatch(info),
        cadence=None if info.has_gyro and not is_too_slow(info) else AccelerometerCadence(info.rate_hz),
        landings=AccelerometerDetector(AccelerometerParams(), info.rate_hz) if contacts else None,
    )


def _parameter_hash(foot: _Foot) -> str:
    if foot.landings is None:
        return parameter_hash(foot.detector.params)
    return accelerometer_hash(foot.landings.params, foot.strides.params)


def _count(foot: _Foot, block: SampleBlock) -> None:
    quality, lost = foot.quality, block.first_sample - foot.next_sample
    if foot.next_sample >= 0 and lost > 0:
        quality.gaps += 1
        quality.lost_samples += lost
        quality.gap_s += lost / foot.info.rate_hz
    quality.samples += len(block)
    quality.acc_clipped_samples += int(np.count_nonzero(block.flags & FLAG_ACC_CLIPPED))
    quality.gyr_clipped_samples += int(np.count_nonzero(block.flags & FLAG_GYR_CLIPPED))
    foot.next_sample = block.first_sample + len(block)
    if np.isnan(foot.first_s):
        foot.first_s = float(block.time_s[0])
    foot.last_s = float(block.time_s[-1])


def _sensor_result(foot: _Foot, quality: StreamQuality, table: StrideTable) -> SensorResult:
    return SensorResult(
        info=foot.info,
        quality=quality,
        alignment=foot.mounting.report,
        pitch_rate_deg_s=foot.ensemble.result(main_mode(table)) if len(table.rows) and foot.cadence is None else None,
        duration_s=0.0 if np.isnan(foot.first_s) else foot.last_s - foot.first_s,
        rejected_strides=dict(foot.strides.dropped),
        calibrations=foot.mounting.epochs,
    )


def _window_cadences(feet: Mapping[Side, _Foot], table: StrideTable) -> dict[Side, list[float]]:
    """Cadences of the windows [steps/min] of the sensors without a gyroscope that show too few strides to count."""
    return {
        side: [120.0 / stride_time_s for stride_time_s in steady(foot.cadence.stride_times_s)]
        for side, foot in feet.items()
        if foot.cadence is not None and int((counted_rows(table) & table.of_side(side)).sum()) < LEAST_STRIDES
    }
