"""How likely the strike class of a contact is."""

from __future__ import annotations

import numpy as np

from gaitpipe.evidence import value
from gaitpipe.gait.strike import class_probability
from gaitpipe.gait.table import StrideTable
from gaitpipe.metrics._contract import StrideMetric, none
from gaitpipe.metrics.foot_strike_angle import foot_strike_angle_deg
from gaitpipe.model import FloatArray


def foot_strike_probability(table: StrideTable) -> FloatArray:
    """Probability of the class in `foot_strike_class`, shape (n,); NaN where there is no class."""
    sd_deg = value("foot_strike_angle_sd_deg")
    running = table.rows["mode"] == "run"
    angles = np.where(running, foot_strike_angle_deg(table), np.nan)
    return np.array([class_probability(angle, sd_deg) for angle in angles.tolist()], dtype=np.float64)


_ONE_SD_ABOVE_DEG = value("foot_strike_rearfoot_deg") + value("foot_strike_angle_sd_deg")

METRIC = StrideMetric(
    key="foot_strike_probability",
    label="Probability of the strike class",
    unit="1",
    display_unit="%",
    display_scale=100.0,
    display_decimals=0,
    definition="How likely the class of a contact (rearfoot, midfoot, forefoot) is, given how far a single foot strike "
    "angle may be off.",
    source="altman2012",
    compute=foot_strike_probability,
    systematic_sd=none,
    repeat_sd=none,
    example=({"foot_pitch_ic_rad": float(np.radians(_ONE_SD_ABOVE_DEG))}, 0.8413447460685429),
    in_summary=False,
    absent="needs foot sensors with a gyroscope that is not clipped",
    order=72,
    has_ratio=False,
)
