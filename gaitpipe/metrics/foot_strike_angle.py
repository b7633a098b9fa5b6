"""Foot strike angle."""

from __future__ import annotations

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import MetricContext, StrideMetric
from gaitpipe.model import FloatArray


def foot_strike_angle_deg(table: StrideTable) -> FloatArray:
    """Foot pitch carried on to contact, against its own mid-stance [deg], toes up positive, shape (n,)."""
    return np.degrees(table.column("foot_pitch_ic_rad"))


def _systematic(_: MetricContext) -> float | None:
    return value("few_runners_factor") * value("foot_strike_angle_sd_deg")


METRIC = StrideMetric(
    key="foot_strike_angle_deg",
    label="Foot strike angle",
    unit="deg",
    display_unit="deg",
    display_scale=1.0,
    display_decimals=1,
    definition="Foot pitch at initial contact in the direction of running, toes up positive, zero at the stillest "
    "moment of the same stance. Taken 20 and 10 ms before contact, where no impact shakes the sensor, and carried on "
    "in a straight line. Foot sensors only.",
    source="hamner2013",
    compute=foot_strike_angle_deg,
    systematic_sd=_systematic,
    repeat_sd=_systematic,
    example=({"foot_pitch_ic_rad": float(np.radians(12.0))}, 12.0),
    absent="needs foot sensors with a gyroscope that is not clipped",
    order=70,
    compare="own",
    settling_sd=value("strap_settling_sd_deg"),
    has_ratio=False,
)
