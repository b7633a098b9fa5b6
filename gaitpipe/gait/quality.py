"""What a person should know about the data before believing the figures: findings with advice, never silent numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core.params import MINIMUM_RATE_HZ
from gaitpipe.errors import counted
from gaitpipe.gait.accelerometer import CADENCE_RATE_HZ, CONTACT_RATE_HZ, gives_contacts, is_too_slow
from gaitpipe.gait.belt import belt_findings
from gaitpipe.gait.summary import counted_rows, main_mode
from gaitpipe.gait.table import StrideTable
from gaitpipe.model import (
    SIDES,
    Finding,
    FloatArray,
    SensorInfo,
    SensorResult,
    Severity,
    Side,
    StreamQuality,
)

SHAPE_PER_DEG = 1.0 / 150.0
FOOT_SCORE_MAXIMUM, FOOT_RATIO_MAXIMUM = 0.06, 0.30
SHANK_SCORE_MINIMUM, SHANK_RATIO_MINIMUM = -0.04, 0.15
"""Foot or shank: median over the strides of the mean |rate| of early mid-stance over the swing peak, minus the angle of
the stride's waveform / 150. Computed running at 2-5 m/s: feet -0.47 to -0.08, shanks 0.13 to 0.49, whatever they are
read as. Real feet, walking and jogging: -0.32 to 0.01. The ratio alone: feet below 0.28, shanks above 0.22, walking
ones above 0.17 in simulation. Simulated shanks at less than 4 m/s look like neither; they are not told from feet."""
SWAPPED_DEG = -5.0
"""Mean specific force of running leans inward on both feet, for a foot is held turned in during swing: right minus left
was 8 to 24 degrees on five runners at 2-5 m/s. On shanks it was -4 to 9: nothing is said of them."""
FEW_STRIDES = 30
FITTED_M_S = (1.9, 5.2)


LEAST_TO_ALTERNATE = 3
"""Good strides of each foot before anything is said about how the feet alternate."""
OTHER_NEAR_S = 2.0
WRONG_RATE = "wrong_rate"
WRONG_RATE_SHARE = 0.1
"""Real chips are within a few per cent of what was set."""
UNEVEN_STEP_SHARE = 0.06
"""Steps further than this from half the stride are no limp that runs: clocks are apart, or one foot is there twice."""


def sensor_findings(result: SensorResult, table: StrideTable) -> list[Finding]:
    """Findings of one sensor: its stream, its mounting, its strides."""
    return [
        *_stream_findings(result),
        *_clipping_findings(result, table),
        *_alignment_findings(result),
        *_stride_findings(result, table),
        *_placement_findings(result, table),
        *belt_findings(table, result.info.side),
    ]


def _clipping_findings(result: SensorResult, table: StrideTable) -> list[Finding]:
    quality, side, found = result.quality, result.info.side, []
    mine = table.of_side(side)
    if quality.acc_clipped_samples:
        clipped = counted(quality.acc_clipped_samples, "acceleration sample")
        message = f"{clipped} of the {side} sensor at the end of its range."
        found.append(
            Finding(
                "acc_clipped",
                "info",
                message,
                "A clipped peak counts as larger than what was seen; it is not repaired.",
                side,
            )
        )
    if quality.gyr_clipped_samples:
        clipped = counted(quality.gyr_clipped_samples, "rotation sample")
        message = f"{clipped} of the {side} sensor at the end of its range: angles and stride length are less certain."
        late = int(np.sum(mine & np.isfinite(table.column("tc_raw_s")) & np.isnan(table.column("tc_s"))))
        if late:
            message += f" {counted(late, 'contact')} ended on such samples: no contact time there."
        found.append(Finding("gyr_clipped", "warning", message, "Use a gyroscope range of 2000 deg/s.", side))
    return found


def at_wrong_rate(info: SensorInfo, quality: StreamQuality) -> bool:
    """Whether a sensor ran so far from the rate it was recorded with that its times and filters are wrong."""
    measured = quality.measured_rate_hz
    return measured is not None and abs(measured / info.rate_hz - 1.0) > WRONG_RATE_SHARE


def set_wrong_rate_aside(rows: NDArray[np.void], mine: NDArray[np.bool_]) -> None:
    """Mark all strides of one side, `mine` (n,): nothing of them is to be counted."""
    rows["quality"][mine & (rows["quality"] != "ok")] += ";" + WRONG_RATE
    rows["quality"][mine & (rows["quality"] == "ok")] = WRONG_RATE


def _rate_findings(info: SensorInfo, quality: StreamQuality) -> list[Finding]:
    measured, side = quality.measured_rate_hz, info.side
    if measured is None:
        return []
    if at_wrong_rate(info, quality):
        message = (
            f"The {side} sensor ran at {measured:.0f} Hz, not at {info.rate_hz:.0f} Hz: none of its figures is given."
        )
        advice = f"Record again with the rate that it has (`--set rate_hz={measured:.0f}`), or correct its profile."
        return [Finding(WRONG_RATE, "error", message, advice, side)]
    if abs(measured / info.rate_hz - 1.0) <= 0.02:
        return []
    message = f"The {side} sensor ran at {measured:.1f} Hz instead of {info.rate_hz:.1f} Hz."
    return [Finding("rate_off", "warning", message, "Check the profile's rate and the sensor's settings.", side)]


def _stream_findings(result: SensorResult) -> list[Finding]:
    info, quality, found = result.info, result.quality, []
    side = info.side
    total = quality.samples + quality.lost_samples
    lost_pct = 100.0 * quality.lost_samples / total if total else 0.0
    if lost_pct > 1.0:
        severity: Severity = "warning" if lost_pct > 5.0 else "info"
        message = f"{lost_pct:.1f} % of the {side} sensor's samples were lost, in {counted(quality.gaps, 'gap')}."
        advice = "Bring the receiver closer, turn other radio traffic off, or lower the rate."
        if info.clock == "file":
            advice = "Check how the file was recorded and exported."
        found.append(Finding("sample_loss", severity, message, advice, side))
    if quality.silent_from_s is not None:
        message = f"The {side} sensor sent nothing from {_clock(quality.silent_from_s)} to the end of the recording."
        advice = "What is said of left and right is of different times; so are their means."
        found.append(Finding("silent_to_the_end", "warning", message, advice, side))
    if quality.resets:
        message = f"The {side} sensor restarted or reconnected {counted(quality.resets, 'time')}."
        advice = "Its battery, its fit, or Bluetooth itself: the events of the recording say which."
        found.append(Finding("sensor_restart", "warning", message, advice, side))
    if is_too_slow(info):
        found.append(_too_slow(info))
    elif info.rate_hz < 100.0:
        message = f"The {side} sensor ran at {info.rate_hz:.0f} Hz: peak acceleration is not given below 100 Hz."
        found.append(Finding("low_rate", "info", message, "Use 200 Hz or more if the sensor can.", side))
    found += _rate_findings(info, quality)
    if quality.clock_residual_s is not None and quality.clock_residual_s > 0.005:
        message = f"The {side} sensor's clock is known to {1000.0 * quality.clock_residual_s:.0f} ms only."
        found.append(Finding("clock", "warning", message, "Step and flight time carry that error.", side))
    if not info.has_gyro and not is_too_slow(info):
        found.append(_no_gyroscope(info))
    return found


def _too_slow(info: SensorInfo) -> Finding:
    rest = "cadence only, no contact time and no angles"
    if info.rate_hz < CADENCE_RATE_HZ:
        rest = "nothing can be computed, not even cadence"
    message = (
        f"The {info.side} sensor ran at {info.rate_hz:g} Hz, below the {MINIMUM_RATE_HZ:g} Hz for contacts: {rest}."
    )
    return Finding("rate_too_low", "warning", message, "Record at 100 Hz or more.", info.side)


def _no_gyroscope(info: SensorInfo) -> Finding:
    side = info.side
    if gives_contacts(info):
        message = f"The {side} sensor has no gyroscope: contact time is less certain, and there are no angles."
        return Finding("no_gyroscope", "info", message, "A gyroscope gives both.", side)
    message = f"The {side} sensor has no gyroscope: cadence only, no contact time and no angles."
    advice = "Use a sensor with a gyroscope for contact time."
    if info.placement == "foot":
        advice = "For contact time use a sensor with a gyroscope, or wear it on the shank."
    elif info.rate_hz < CONTACT_RATE_HZ:
        advice = f"For contact time record the shank at {CONTACT_RATE_HZ:.0f} Hz or more, or with a gyroscope."
    return Finding("no_gyroscope", "warning", message, advice, side)


def _alignment_findings(result: SensorResult) -> list[Finding]:
    side, report = result.info.side, result.alignment
    if not result.info.has_gyro or is_too_slow(result.info):
        return []
    if report is None:
        message = f"The {side} sensor saw too little movement to be aligned: no strides are given for it."
        advice = "Stand still for 5 s, then walk or run for at least 10 s."
        return [Finding("no_movement", "warning", message, advice, side)]
    found = _calibration_findings(result)
    if report.standing_s == 0.0:
        message = f"No quiet standing was found for the {side} sensor: its mounting is known less well."
        if report.pose_refused:
            message = (
                f"The {side} sensor was still for a while, but not as it sits in gait (it lay somewhere, or was moved "
                "later): its mounting is known less well."
            )
        found.append(Finding("no_standing", "info", message, "Stand still for 5 s at the start of a recording.", side))
    if report.mirrored:
        message = (
            f"The axes of the {side} sensor are left-handed, or its gyroscope's signs are turned: no mounting fits."
        )
        advice = "Give axes of accelerometer and gyroscope that are the same and right-handed (x cross y is z)."
        found.append(Finding("axes_mirrored", "error", message, advice, side))
    elif report.confidence == "low":
        message = f"The mounting of the {side} sensor could not be found with confidence."
        advice = "Fix the sensor firmly, stand still for 5 s, then run straight ahead."
        found.append(Finding("alignment_low", "warning", message, advice, side))
    return found


def _calibration_findings(result: SensorResult) -> list[Finding]:
    """What happened to the mounting during the session."""
    side, placement, found = result.info.side, result.info.placement, []
    for epoch in result.calibrations:
        if epoch.why == "standing":
            message = f"The {side} sensor saw quiet standing only at {epoch.from_s:.0f} s: angles are surer after it."
            found.append(Finding("late_standing", "info", message, "Stand still for 5 s before you start.", side))
            continue
        begun_s = epoch.from_s if epoch.invalid_from_s is None else epoch.invalid_from_s
        message = f"The {side} sensor turned on the {placement} by about {epoch.angle_deg:.0f} deg at {begun_s:.0f} s"
        if math.isfinite(epoch.from_s):
            message += f"; its mounting was found anew at {epoch.from_s:.0f} s. Angles between are left out."
        else:
            message = (
                f"The {side} sensor seems to have turned on the {placement} at {begun_s:.0f} s, too late to find its "
                "new mounting: angles from then on are left out."
            )
        advice = "Times of contacts go on. Fix the sensor so that it cannot turn."
        found.append(Finding("sensor_slipped", "warning", message, advice, side))
    return found


def _stride_findings(result: SensorResult, table: StrideTable) -> list[Finding]:
    side = result.info.side
    if result.alignment is None and not gives_contacts(result.info):
        return []
    mine = table.of_side(side)
    good = int((mine & counted_rows(table)).sum()) if len(table.rows) else 0
    if good == 0:
        message = f"No usable stride was found on the {side} side."
        return [
            Finding("no_strides", "warning", message, "Check the placement, and that the recording holds gait.", side)
        ]
    found = []
    if good < FEW_STRIDES:
        strides = counted(good, "stride")
        message = f"Only {strides} to count on the {side} side: means are uncertain, variability is not meaningful, "
        message += "and a sensor that turned on its segment would hardly be noticed."
        found.append(Finding("few_strides", "info", message, f"Record at least {FEW_STRIDES} strides a side.", side))
    poor = int((mine & (table.rows["quality"] != "ok")).sum()) + sum(result.rejected_strides.values())
    if poor > 0.2 * (poor + good):
        message = f"{poor} of {poor + good} strides of the {side} side are too poor to count."
        found.append(Finding("many_rejected", "warning", message, "See the reasons under data quality.", side))
    return found


def _placement_findings(result: SensorResult, table: StrideTable) -> list[Finding]:
    side, placement, report = result.info.side, result.info.placement, result.alignment
    ratios = table.column("stance_rate_ratio")[table.of_side(side) & counted_rows(table)]
    ratios = ratios[np.isfinite(ratios)]
    if len(ratios) < 3 or report is None or report.waveform_deg is None or report.confidence == "low":
        return []
    ratio = float(np.median(ratios))
    score = ratio - SHAPE_PER_DEG * min(90.0, max(-30.0, report.waveform_deg))
    if placement == "foot" and score <= FOOT_SCORE_MAXIMUM and ratio <= FOOT_RATIO_MAXIMUM:
        return []
    if placement == "shank" and score >= SHANK_SCORE_MINIMUM and ratio >= SHANK_RATIO_MINIMUM:
        return []
    other = "shank" if placement == "foot" else "foot"
    message = (
        f"The {side} sensor was given as {placement} but moves like one on the {other}: its figures are not reliable."
    )
    return [Finding("placement", "error", message, f"Analyse it again with the placement {other}.", side)]


def pair_findings(sides: Sequence[Side], table: StrideTable) -> list[Finding]:
    """Findings about the two feet together, and about the session when there is no gait at all."""
    if not len(table.rows):
        return [
            Finding(
                "no_gait",
                "warning",
                "No running or walking was found.",
                "Check that the recording holds at least 10 s of gait and that the sensors sat on the feet or shanks.",
            )
        ]
    found = []
    belt_m_s, (slowest, fastest) = table.belt_speed_m_s, FITTED_M_S
    runs = counted_rows(table) & (table.rows["mode"] == "run")
    reckoned = table.column("reckoned_speed_m_s")[runs]
    speed_m_s = belt_m_s if belt_m_s is not None else _median(reckoned)
    fitted_walking = not any(info.has_gyro for info in table.sensors.values())
    if not runs.any() and not fitted_walking:
        message = "No running was found: the figures are of walking, for which contact time was not fitted."
        found.append(Finding("no_running", "warning", message, "Read contact, swing and flight time as rough."))
    elif runs.any() and not np.isnan(speed_m_s) and not slowest <= speed_m_s <= fastest:
        message = f"Contact time was fitted at {slowest:g} to {fastest:g} m/s, not at {speed_m_s:.1f} m/s."
        found.append(Finding("speed_not_fitted", "warning", message, "Read contact and flight time as rough."))
    if len(sides) == 1:
        message = f"One foot only ({sides[0]}): step time, flight time and left-right differences are not given."
        found.append(Finding("one_foot", "info", message, "Use two sensors for them."))
        return found
    if not _alternate(table):
        message = "The two sensors do not alternate: they may sit on the same foot, or their clocks are not aligned."
        found.append(Finding("not_alternating", "warning", message, "Check which sensor is on which foot."))
    return found


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan


def swap_findings(results: Sequence[SensorResult], table: StrideTable) -> list[Finding]:
    """A hint that left and right were mixed up: feet only, running only, both with standing."""
    reports = {result.info.side: result.alignment for result in results if result.info.placement == "foot"}
    leans = [report.force_lateral_deg for report in (reports.get("left"), reports.get("right")) if report is not None]
    if len(leans) < 2 or leans[0] is None or leans[1] is None or main_mode(table) != "run" or not len(table.rows):
        return []
    if leans[1] - leans[0] > SWAPPED_DEG:
        return []
    message = "The two sensors lean outward where feet lean inward: left and right may be swapped."
    return [Finding("maybe_swapped", "warning", message, "Check which sensor was on which foot.")]


def _other_near(table: StrideTable) -> np.ndarray:
    """Rows with any contact of the other foot within two seconds, (n,)."""
    near = np.zeros(len(table.rows), dtype=bool)
    ic_s = table.column("ic_s")
    for side, other in (SIDES, SIDES[::-1]):
        mine, others_s = table.of_side(side), np.sort(ic_s[table.of_side(other)])
        if len(others_s):
            after = np.searchsorted(others_s, ic_s[mine])
            below, above = others_s[np.maximum(after - 1, 0)], others_s[np.minimum(after, len(others_s) - 1)]
            near[mine] = np.minimum(np.abs(ic_s[mine] - below), np.abs(above - ic_s[mine])) <= OTHER_NEAR_S
    return near


def _clock(time_s: float) -> str:
    return f"{int(time_s) // 60}:{int(time_s) % 60:02d}"


def _alternate(table: StrideTable) -> bool:
    """Whether the other foot lands about half-way through a stride; True when there are too few strides to tell.

    Both feet's strides count together: the distance from one half is the same seen from either. Two equal streams have
    no contact inside each other's strides at all. Strides of times at which the other sensor was away tell nothing.
    """
    good = counted_rows(table) & _other_near(table)
    if min(int((good & table.of_side(side)).sum()) for side in SIDES) < LEAST_TO_ALTERNATE:
        return True
    steps = (table.column("other_ic_s") - table.column("ic_s")) / (table.column("next_ic_s") - table.column("ic_s"))
    known = steps[np.isfinite(steps) & good]
    return len(known) >= 0.5 * int(good.sum()) and float(np.median(np.abs(known - 0.5))) < UNEVEN_STEP_SHARE
