"""Running speed, from the sensor, with a belt's speed as scale when there is one."""

from __future__ import annotations

import math

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait.summary import counted_rows
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import FloatArray, Side

LEAST_FOR_SCALE = 3


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


def scaled(table: StrideTable, reckoned: FloatArray, from_belt: FloatArray) -> FloatArray:
    """Reckoned values times the scale of their side, shape (n,); `from_belt` for a side that reckoned too little."""
    out = reckoned.copy()
    for side in table.sensors:
        mine = table.of_side(side)
        scale = belt_scale(table, side)
        out[mine] = from_belt[mine] if np.isnan(scale) else reckoned[mine] * scale
    return out


def speed_m_s(table: StrideTable) -> FloatArray:
    """Stride length over stride time, against the ground or the belt [m/s], shape (n,)."""
    belt = np.full(len(table.rows), np.nan if table.belt_speed_m_s is None else table.belt_speed_m_s)
    return scaled(table, table.column("reckoned_speed_m_s"), belt)


def relative_sd(context: MetricContext) -> float:
    """Standard uncertainty of speed and stride length without a belt, as part of the value."""
    runner_pct = value("few_runners_factor") * value(f"{context.sensor.placement}_speed_sd_pct")
    return 0.01 * math.hypot(runner_pct, place_pct(context))


def place_pct(context: MetricContext) -> float:
    """Part of the uncertainty that a sensor put on anew changes [%]."""
    return value(f"{context.sensor.placement}_speed_place_pct")


def _systematic(context: MetricContext) -> float | None:
    return relative_sd(context) * context.mean if np.isfinite(context.mean) else None


def _repeat(context: MetricContext) -> float | None:
    return 0.01 * place_pct(context) * context.mean if np.isfinite(context.mean) else None


METRIC = StrideMetric(
    key="speed_m_s",
    label="Speed",
    unit="m/s",
    display_unit="m/s",
    display_scale=1.0,
    display_decimals=2,
    definition="Stride length over stride time, measured by the sensor on level ground. With a belt speed, the speeds "
    "of each sensor are multiplied by one number so that their median is the belt speed: their mean is then given, not "
    "measured; their variation is measured.",
    source="hamner2013",
    compute=speed_m_s,
    systematic_sd=_systematic,
    repeat_sd=_repeat,
    example=({"belt_speed_m_s": 3.0}, 3.0),
    absent="needs a gyroscope",
    order=78,
)
