"""How well the two feet's clocks are known to each other, with or without a knock that both sensors felt."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gaitpipe.evidence import value
from gaitpipe.gait.tap_sync import TapOffset, TapWatch, apply_taps, tap_finding, tapped_clocks_s
from gaitpipe.model import Finding, SensorInfo, Side, StreamQuality

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
    clocks = {side: clock_s(info, qualities[side]) for side, info in sensors.items()}
    if taps is None:
        return clocks, []
    outcome = taps.outcome(clocks)
    if isinstance(outcome, TapOffset):
        apply_taps(rows, outcome)
        clocks = tapped_clocks_s(outcome, {side: qualities[side].clock_residual_s or 0.0 for side in clocks})
    return clocks, [tap_finding(outcome)]


def clock_s(info: SensorInfo, quality: StreamQuality) -> float:
    """Standard uncertainty of a sensor's clock against the session clock [s]; 0 in files, which have one time base."""
    if info.clock == "file":
        return 0.0
    return math.hypot(quality.clock_residual_s or 0.0, value("radio_delay_sd_s"))


def left_right_clock_s(
    clocks: Mapping[Side, float], sensors: Mapping[Side, SensorInfo], qualities: Mapping[Side, StreamQuality]
) -> float | None:
    """Standard uncertainty of a time of the left sensor against one of the right [s]: root of the summed squares.

    `clocks` are those of `session_clocks`. None with one sensor, where both have the one time base of a file, or where
    a clock's residual is not known.
    """
    radio = [side for side in clocks if sensors[side].clock != "file"]
    residuals_s = [qualities[side].clock_residual_s for side in radio]
    if len(clocks) < 2 or not radio or any(one is None or not math.isfinite(one) for one in residuals_s):
        return None
    return math.hypot(*clocks.values())
