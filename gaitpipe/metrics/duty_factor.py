"""Duty factor."""

from __future__ import annotations

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.metrics.ground_contact_time import (
    contact_systematic_sd_s,
    ground_contact_time_s,
    mounting_repeat_sd_s,
)
from gaitpipe.metrics.stride_time import stride_time_s
from gaitpipe.model import FloatArray


def duty_factor(table: StrideTable) -> FloatArray:
    """Contact time over stride time [1], shape (n,)."""
    return ground_contact_time_s(table) / stride_time_s(table)


def _systematic(context: MetricContext) -> float | None:
    contact_s = contact_systematic_sd_s(context)
    return None if contact_s is None else contact_s / context.stride_time_s


def _repeat(context: MetricContext) -> float | None:
    contact_s = mounting_repeat_sd_s(context)
    return None if contact_s is None else contact_s / context.stride_time_s


METRIC = StrideMetric(
    key="duty_factor",
    label="Duty factor",
    unit="1",
    display_unit="%",
    display_scale=100.0,
    display_decimals=1,
    definition="Ground contact time divided by stride time of the same foot. Above 50 % there is no flight: walking.",
    source="hamner2013",
    compute=duty_factor,
    systematic_sd=_systematic,
    repeat_sd=_repeat,
    example=({"ic_s": 1.0, "tc_s": 1.25, "next_ic_s": 1.7}, 0.25 / 0.7),
    order=60,
)
