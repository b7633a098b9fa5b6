"""Running speed, from the sensor, with a belt's speed as scale when there is one."""

from __future__ import annotations

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait.belt import belt_scale, speed_error_share
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import FloatArray


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
    return speed_error_share(context.sensor.placement)


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
    absent="needs a gyroscope that is not clipped for long",
    order=78,
)
