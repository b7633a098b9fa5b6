"""A treadmill's belt speed against what the sensors measured: the scale of a session, and a word when they disagree."""

from __future__ import annotations

import math

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait.summary import counted_rows
from gaitpipe.gait.table import StrideTable
from gaitpipe.model import Finding, Placement, Side

LEAST_FOR_SCALE = 3
DOUBT_FACTOR = 4.0
"""Standard uncertainties of the measured speed by which a belt speed must be off before it is doubted."""


def speed_error_share(placement: Placement) -> float:
    """Standard uncertainty of a speed measured without a belt, as part of it: other runners, another place."""
    runner_pct = value("few_runners_factor") * value(f"{placement}_speed_sd_pct")
    return 0.01 * math.hypot(runner_pct, value(f"{placement}_speed_place_pct"))


def belt_scale(table: StrideTable, side: Side) -> float:
    """Belt speed over the median speed that this side's sensor measured; 1 without a belt, NaN with too few strides.

    One number for the whole session: it takes out what the sensor's place on the shoe or shank does, and leaves the
    variation from stride to stride.
    """
    if table.belt_speed_m_s is None:
        return 1.0
    speeds_m_s = table.column("reckoned_speed_m_s")[counted_rows(table) & table.of_side(side)]
    speeds_m_s = speeds_m_s[np.isfinite(speeds_m_s)]
    return table.belt_speed_m_s / float(np.median(speeds_m_s)) if len(speeds_m_s) >= LEAST_FOR_SCALE else np.nan


def belt_findings(table: StrideTable, side: Side) -> list[Finding]:
    """A warning when the belt speed that was given cannot be what this sensor saw."""
    if table.belt_speed_m_s is None or not len(table.rows):
        return []
    scale = belt_scale(table, side)
    if math.isnan(scale) or abs(1.0 / scale - 1.0) <= DOUBT_FACTOR * speed_error_share(table.sensors[side].placement):
        return []
    measured_m_s = table.belt_speed_m_s / scale
    source = "that the treadmill tells" if table.belt_told else "given"
    given = f"The belt speed {source} is {table.belt_speed_m_s:.2f} m/s"
    message = f"{given}, but the {side} sensor measured {measured_m_s:.2f} m/s."
    return [Finding("belt_speed", "warning", message, "Check the belt speed: lengths are scaled by it.", side)]
