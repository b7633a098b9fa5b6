"""Leg stiffness from the sine model."""

from __future__ import annotations

import math

import numpy as np

from gaitpipe.evidence import number, value
from gaitpipe.gait.sine_model import leg_angle_share, leg_sensitivity
from gaitpipe.gait.sine_model import leg_stiffness_n_per_m_kg as sine_leg_stiffness
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics import _both_legs, speed
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray


def leg_stiffness_n_per_m_kg(table: StrideTable) -> FloatArray:
    """Peak force over the shortening of the leg, per body mass [N/(m kg)], mean of both legs, shape (n,).

    NaN without the athlete's height or a speed.
    """
    height_m = table.athlete.height_m if table.athlete is not None else None
    if height_m is None:
        return np.full(len(table.rows), np.nan)
    times_s = _both_legs.times_of_both_legs(table)
    return sine_leg_stiffness(*times_s, speed.METRIC.compute(table), value("leg_length_share") * height_m)


def _sensitivity(context: MetricContext) -> float:
    return leg_sensitivity(0.5 * context.stride_time_s, context.contact_time_s, context.mean)


def _systematic(context: MetricContext) -> float | None:
    """Contact time and the model; speed and the length of the leg through the leg's angle."""
    part = _both_legs.systematic_sd(context, _sensitivity(context))
    if part is None:
        return None
    leg = number("leg_length_share")
    length = 0.25 * (leg.high - leg.low) / leg.value
    angle_share = leg_angle_share(0.5 * context.stride_time_s, context.contact_time_s, context.mean)
    return math.hypot(part, angle_share * context.mean * math.hypot(2.0 * speed.relative_sd(context), length))


def _repeat(context: MetricContext) -> float | None:
    """What mounting changes; the error of a speed is taken as new each time."""
    part = _both_legs.repeat_sd(context, _sensitivity(context))
    if part is None:
        return None
    angle_share = leg_angle_share(0.5 * context.stride_time_s, context.contact_time_s, context.mean)
    return math.hypot(part, angle_share * context.mean * 2.0 * speed.relative_sd(context))


_LEG_M = value("leg_length_share") * 1.75
_FORCE_M_S2 = STANDARD_GRAVITY_M_S2 * 0.5 * math.pi * 1.4
_DOWN_M = _FORCE_M_S2 * 0.25**2 / math.pi**2 - STANDARD_GRAVITY_M_S2 * 0.25**2 / 8.0
_EXAMPLE = _FORCE_M_S2 / (_LEG_M - math.sqrt(_LEG_M**2 - (3.0 * 0.125) ** 2) + _DOWN_M)

METRIC = StrideMetric(
    key="leg_stiffness_n_per_m_kg",
    label="Leg stiffness, estimate",
    unit="N/(m kg)",
    display_unit="N/(m kg)",
    display_scale=1.0,
    display_decimals=0,
    definition="Estimate from a model, per kilogram of body mass: peak ground force over how far the leg shortens, "
    "means of both legs; the leg is taken as 0.53 of body height. Level running only; given only when contact time is "
    "known to 5 %.",
    source="morin2005",
    compute=leg_stiffness_n_per_m_kg,
    systematic_sd=_systematic,
    repeat_sd=_repeat,
    example=(
        {
            "ic_s": 1.0,
            "tc_s": 1.25,
            "next_ic_s": 1.7,
            "other_ic_s": 1.35,
            "other_tc_s": 1.60,
            "belt_speed_m_s": 3.0,
            "height_m": 1.75,
        },
        _EXAMPLE,
    ),
    absent="needs both sensors, the runner's height and a speed; running only",
    order=87,
    bilateral=True,
    withheld=_both_legs.contact_time_too_unsure,
)
