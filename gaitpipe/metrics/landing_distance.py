"""How far ahead of the body the foot lands, estimated from a spring-mass model."""

from __future__ import annotations

import math

import numpy as np

from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.metrics.ground_contact_time import (
    contact_systematic_sd_s,
    ground_contact_time_s,
    mounting_repeat_sd_s,
)
from gaitpipe.metrics.speed import place_pct, relative_sd, speed_m_s
from gaitpipe.model import FloatArray


def landing_distance_m(table: StrideTable) -> FloatArray:
    """Half of the way the body goes during contact [m], shape (n,); NaN in walking.

    A spring-mass body passes over its foot at the middle of the contact.
    """
    distance_m = 0.5 * speed_m_s(table) * ground_contact_time_s(table)
    return np.where(table.rows["mode"] == "run", distance_m, np.nan)


def _spread(context: MetricContext, speed_share: float, contact_sd_s: float | None) -> float | None:
    if contact_sd_s is None or not np.isfinite(context.mean) or not context.contact_time_s > 0.0:
        return None
    return abs(context.mean) * math.hypot(speed_share, contact_sd_s / context.contact_time_s)


def _systematic(context: MetricContext) -> float | None:
    return _spread(context, relative_sd(context), contact_systematic_sd_s(context))


def _repeat(context: MetricContext) -> float | None:
    return _spread(context, 0.01 * place_pct(context), mounting_repeat_sd_s(context))


METRIC = StrideMetric(
    key="landing_distance_m",
    label="Landing distance, estimate",
    unit="m",
    display_unit="cm",
    display_scale=100.0,
    display_decimals=0,
    definition="Estimate from a model, not seen by the sensor: half of speed times contact time, as for a body that "
    "passes over its foot in the middle of contact. Its uncertainty is that of speed and contact time; how far the "
    "model is off is not known. Two runners with the same contact time get the same figure, however they land.",
    source="morin2005",
    compute=landing_distance_m,
    systematic_sd=_systematic,
    repeat_sd=_repeat,
    example=({"ic_s": 1.0, "tc_s": 1.25, "next_ic_s": 1.7, "belt_speed_m_s": 3.0}, 0.375),
    absent="needs running with known speed and contact time",
    order=76,
    compare="own",
)
