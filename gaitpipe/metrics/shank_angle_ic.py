"""Shank angle at initial contact."""

from __future__ import annotations

import math

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import FloatArray


def shank_angle_ic_deg(table: StrideTable) -> FloatArray:
    """Shank angle 10 ms before contact against upright standing [deg], ankle ahead of knee positive, shape (n,)."""
    return np.degrees(table.column("shank_angle_ic_rad"))


def _systematic(_: MetricContext) -> float | None:
    return math.hypot(value("few_runners_factor") * value("shank_angle_sd_deg"), value("standing_lean_sd_deg"))


METRIC = StrideMetric(
    key="shank_angle_ic_deg",
    label="Shank angle at contact",
    unit="deg",
    display_unit="deg",
    display_scale=1.0,
    display_decimals=1,
    definition="Angle of the shank from the vertical in the direction of running, 10 ms before initial contact; "
    "positive: ankle ahead of knee. Zero is how the runner stood at the start. There is no limit that divides good "
    "from bad: compare a runner with the same runner.",
    source="hamner2013",
    compute=shank_angle_ic_deg,
    systematic_sd=_systematic,
    repeat_sd=_systematic,
    example=({"shank_angle_ic_rad": float(np.radians(6.0))}, 6.0),
    absent="needs shank sensors with a gyroscope, and quiet standing at the start",
    order=74,
    compare="own",
    settling_sd=value("strap_settling_sd_deg"),
    has_ratio=False,
)
