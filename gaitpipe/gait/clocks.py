"""How well the two feet's clocks are known to each other, with or without a knock that both sensors felt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gaitpipe.evidence import value
from gaitpipe.gait.tap_sync import TapOffset, TapWatch, apply_taps, tap_finding, tapped_clocks_s
from gaitpipe.model import Finding, SensorInfo, SensorResult, Side, StreamQuality

Clocks = dict[Side, float]


def session_clocks(
    rows: NDArray[np.void],
    sensors: Mapping[Side, SensorInfo],
    qualities: Mapping[Side, StreamQuality],
    taps: TapWatch | None,
) -> tuple[Clocks, list[Finding]]:
    """Standard uncertainty of each clock [s], and what was found by the knocks, when they were asked for.

    With knocks the times of the other foot in `rows` are put right, in place.
    """
    clocks = {side: clock_uncertainty_s(info, qualities[side]) for side, info in sensors.items()}
    if taps is None:
        return clocks, []
    outcome = taps.outcome(clocks)
    if isinstance(outcome, TapOffset):
        apply_taps(rows, outcome)
        clocks = tapped_clocks_s(outcome, {side: qualities[side].clock_residual_s or 0.0 for side in clocks})
    return clocks, [tap_finding(outcome)]


def clock_uncertainty_s(info: SensorInfo, quality: StreamQuality) -> float:
    """Standard uncertainty of a sensor's clock against the session clock [s]; 0 in files, which have one time base.

    The residual is what the arrivals say; the delay that a radio always has cannot be seen in them and is added.
    """
    if info.clock == "file":
        return 0.0
    return math.hypot(quality.clock_residual_s or 0.0, value("radio_delay_sd_s"))


def left_right_clock_uncertainty_s(sensors: Sequence[SensorResult]) -> float | None:
    """Standard uncertainty of a time of the left sensor against one of the right [s]: root of the summed squares.

    None with one sensor, where both have the one time base of a file, or where a clock's residual is not known.
    """
    if len(sensors) < 2 or all(sensor.info.clock == "file" for sensor in sensors):
        return None
    radio = [sensor for sensor in sensors if sensor.info.clock != "file"]
    residuals_s = [sensor.quality.clock_residual_s for sensor in radio]
    if any(residual_s is None or not math.isfinite(residual_s) for residual_s in residuals_s):
        return None
    return math.hypot(*(clock_uncertainty_s(sensor.info, sensor.quality) for sensor in radio))
