"""Vertical stiffness from the sine model."""

from __future__ import annotations

import math

from gaitpipe.gait.sine_model import vertical_sensitivity
from gaitpipe.gait.sine_model import vertical_stiffness_n_per_m_kg as sine_vertical_stiffness
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics import _both_legs
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray


def vertical_stiffness_n_per_m_kg(table: StrideTable) -> FloatArray:
    """Peak force over the sinking of the centre of mass, per body mass [N/(m kg)], mean of both legs, shape (n,)."""
    return sine_vertical_stiffness(*_both_legs.times_of_both_legs(table))


def _sensitivity(context: MetricContext) -> float:
    return vertical_sensitivity(0.5 * context.stride_time_s, context.contact_time_s)


def _systematic(context: MetricContext) -> float | None:
    return _both_legs.systematic_sd(context, _sensitivity(context))


def _repeat(context: MetricContext) -> float | None:
    return _both_legs.repeat_sd(context, _sensitivity(context))


_FORCE_M_S2 = STANDARD_GRAVITY_M_S2 * 0.5 * math.pi * 1.4

METRIC = StrideMetric(
    key="vertical_stiffness_n_per_m_kg",
    label="Vertical stiffness, estimate",
    unit="N/(m kg)",
    display_unit="N/(m kg)",
    display_scale=1.0,
    display_decimals=0,
    definition="Estimate from a model, per kilogram of body mass: peak ground force over how far the centre of mass "
    "sinks during contact, means of both legs. Level running only; given only when contact time is known to 5 %.",
    source="morin2005",
    compute=vertical_stiffness_n_per_m_kg,
    systematic_sd=_systematic,
    repeat_sd=_repeat,
    example=(
        {"ic_s": 1.0, "tc_s": 1.25, "next_ic_s": 1.7, "other_ic_s": 1.35, "other_tc_s": 1.60},
        _FORCE_M_S2 / (_FORCE_M_S2 * 0.25**2 / math.pi**2 - STANDARD_GRAVITY_M_S2 * 0.25**2 / 8.0),
    ),
    absent="needs both sensors; running only",
    order=86,
    bilateral=True,
    withheld=_both_legs.contact_time_too_unsure,
)
