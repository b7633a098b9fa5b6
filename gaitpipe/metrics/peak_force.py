"""Peak vertical ground force from contact and step time."""

from __future__ import annotations

import math

from gaitpipe.gait.sine_model import peak_force_bw as sine_peak_force_bw
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics import _both_legs
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import FloatArray


def peak_force_bw(table: StrideTable) -> FloatArray:
    """Peak vertical ground force of the mean of both legs [body weights], shape (n,); running only."""
    return sine_peak_force_bw(*_both_legs.times_of_both_legs(table))


def _systematic(context: MetricContext) -> float | None:
    return _both_legs.systematic_sd(context, -1.0)


def _repeat(context: MetricContext) -> float | None:
    return _both_legs.repeat_sd(context, -1.0)


METRIC = StrideMetric(
    key="peak_force_bw",
    label="Peak ground force, estimate",
    unit="BW",
    display_unit="BW",
    display_scale=1.0,
    display_decimals=2,
    definition="Estimate in body weights from a model: force as half a sine over contact, pi / 2 times step time over "
    "contact time, means of both legs. Level running only. Force from the ground, not in a tendon.",
    source="morin2005",
    compute=peak_force_bw,
    systematic_sd=_systematic,
    repeat_sd=_repeat,
    example=(
        {"ic_s": 1.0, "tc_s": 1.25, "next_ic_s": 1.7, "other_ic_s": 1.35, "other_tc_s": 1.60},
        0.5 * math.pi * (0.10 / 0.25 + 1.0),
    ),
    absent=f"{_both_legs.BOTH_LEGS}; running only",
    order=85,
    bilateral=True,
)
