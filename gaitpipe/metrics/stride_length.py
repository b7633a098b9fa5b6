"""Stride length, from the sensor, with a belt's speed as scale when there is one."""

from __future__ import annotations

import numpy as np

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.metrics.speed import place_pct, relative_sd, scaled
from gaitpipe.metrics.stride_time import stride_time_s
from gaitpipe.model import FloatArray


def stride_length_m(table: StrideTable) -> FloatArray:
    """Way from mid-stance to mid-stance over the ground or the belt [m], shape (n,)."""
    belt_m_s = np.nan if table.belt_speed_m_s is None else table.belt_speed_m_s
    return scaled(table, table.column("reckoned_length_m"), belt_m_s * stride_time_s(table))


def _systematic(context: MetricContext) -> float | None:
    return relative_sd(context) * context.mean if np.isfinite(context.mean) else None


def _repeat(context: MetricContext) -> float | None:
    return 0.01 * place_pct(context) * context.mean if np.isfinite(context.mean) else None


METRIC = StrideMetric(
    key="stride_length_m",
    label="Stride length",
    unit="m",
    display_unit="m",
    display_scale=1.0,
    display_decimals=2,
    definition="Way of the foot over the ground or belt from mid-stance to the next mid-stance, measured by the sensor "
    "on level ground. With a belt speed it is scaled like the speed: belt speed times stride time on average.",
    source="hamner2013",
    compute=stride_length_m,
    systematic_sd=_systematic,
    repeat_sd=_repeat,
    example=({"ic_s": 1.0, "next_ic_s": 1.7, "belt_speed_m_s": 3.0}, 2.1),
    absent="needs a gyroscope that is not clipped for long",
    order=80,
    compare="own",
)
