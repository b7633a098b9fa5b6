"""Step time."""

from __future__ import annotations

import math

from gaitpipe.evidence import value
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import FloatArray


def step_time_s(table: StrideTable) -> FloatArray:
    """Initial contact to the next of the other foot [s], shape (n,); NaN without the other foot."""
    return table.column("other_ic_s") - table.column("ic_s")


def _systematic(context: MetricContext) -> float | None:
    """Both feet's contacts are biased, each its own way, and their clocks differ."""
    spread_s = value("shank_accelerometer_ic_bias_sd_s")
    if context.sensor.has_gyro:
        spread_s = value(f"{context.sensor.placement}_ic_bias_sd_s")
    contact_s = value("few_runners_factor") * spread_s
    return math.hypot(math.sqrt(2.0) * contact_s, context.clock_s)


def _repeat(context: MetricContext) -> float | None:
    return math.hypot(value("mounting_repeat_sd_s"), context.clock_s)


METRIC = StrideMetric(
    key="step_time_s",
    label="Step time",
    unit="s",
    display_unit="ms",
    display_scale=1000.0,
    display_decimals=0,
    definition="Initial contact to the next initial contact of the other foot. Needs both sensors; the "
    "bias of each foot and the clocks enter its error.",
    source="design",
    compute=step_time_s,
    systematic_sd=_systematic,
    repeat_sd=_repeat,
    example=({"ic_s": 1.0, "next_ic_s": 1.7, "other_ic_s": 1.36}, 0.36),
    absent="needs both sensors",
    order=25,
    compare="cross",
)
