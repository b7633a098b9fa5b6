"""Flight time."""

from __future__ import annotations

import math

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.metrics.ground_contact_time import contact_systematic_sd_s, mounting_repeat_sd_s
from gaitpipe.model import FloatArray


def flight_time_s(table: StrideTable) -> FloatArray:
    """Terminal contact to the next initial contact of the other foot [s], shape (n,); negative is double support."""
    return table.column("other_ic_s") - table.column("tc_s")


def _with_clock(part_s: float | None, context: MetricContext) -> float | None:
    return None if part_s is None else math.hypot(part_s, context.clock_s)


def _systematic(context: MetricContext) -> float | None:
    return _with_clock(contact_systematic_sd_s(context), context)


def _repeat(context: MetricContext) -> float | None:
    return _with_clock(mounting_repeat_sd_s(context), context)


METRIC = StrideMetric(
    key="flight_time_s",
    label="Flight time",
    unit="s",
    display_unit="ms",
    display_scale=1000.0,
    display_decimals=0,
    definition="Terminal contact to the next initial contact of the other foot; negative means both feet on the "
    "ground. Needs both sensors.",
    source="hamner2013",
    compute=flight_time_s,
    systematic_sd=_systematic,
    repeat_sd=_repeat,
    example=({"ic_s": 1.0, "tc_s": 1.25, "other_ic_s": 1.36}, 0.11),
    absent="needs both sensors",
    order=50,
    compare="cross",
    has_ratio=False,
)
