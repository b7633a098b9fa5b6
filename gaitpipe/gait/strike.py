"""Strike class of a contact from its foot strike angle, and how likely that class is.

Thresholds: rearfoot above 8 degrees, forefoot below -1.6, midfoot between (`gaitpipe.evidence`, unverified).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gaitpipe.evidence import value
from gaitpipe.model import FloatArray

STRIKE_CLASSES = ("forefoot", "midfoot", "rearfoot")


def thresholds_deg() -> tuple[float, float]:
    """Angles between forefoot and midfoot and between midfoot and rearfoot [deg]."""
    return value("foot_strike_forefoot_deg"), value("foot_strike_rearfoot_deg")


def strike_class(angle_deg: FloatArray, mode: NDArray[np.str_]) -> NDArray[np.str_]:
    """Class of each contact, shape (n,); empty without an angle and in walking, which always begins at the heel."""
    low, high = thresholds_deg()
    classes = np.where(angle_deg > high, "rearfoot", np.where(angle_deg < low, "forefoot", "midfoot"))
    return np.where(np.isfinite(angle_deg) & (mode == "run"), classes, "")


def class_probability(angle_deg: float, sd_deg: float) -> float:
    """How likely the class of `strike_class` is, when the angle's error is normal with `sd_deg`; NaN without an angle.

    At a threshold it is one half.
    """
    if math.isnan(angle_deg):
        return math.nan
    low, high = thresholds_deg()
    below_low, below_high = (_normal(limit, angle_deg, sd_deg) for limit in (low, high))
    if angle_deg > high:
        return 1.0 - below_high
    return below_low if angle_deg < low else below_high - below_low


def _normal(limit: float, mean: float, sd: float) -> float:
    """Probability that a normal value lies below a limit."""
    return 0.5 * (1.0 + math.erf((limit - mean) / (sd * math.sqrt(2.0))))
