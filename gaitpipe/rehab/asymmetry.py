"""Left against right for somebody with an injured side: a marker of behaviour, never part of the load index."""

from __future__ import annotations

import math

from gaitpipe.gait.symmetry import symmetry_index_pct
from gaitpipe.model import Side
from gaitpipe.rehab.load import known
from gaitpipe.rehab.words import InjuredSide, LegMeans


def other_side(side: Side) -> Side:
    """The other leg."""
    return "right" if side == "left" else "left"


def asymmetry_pct(injured: float, other: float) -> float | None:
    """100 (injured - other) / mean; negative: the injured leg has less. None when their mean is zero."""
    return symmetry_index_pct(injured, other)


def limb_symmetry_pct(injured: float | None, other: float | None) -> float | None:
    """100 injured / other; None when one is missing or the other is zero."""
    return None if injured is None or other is None or other == 0.0 else 100.0 * injured / other


def contact_asymmetry_pct(left: LegMeans | None, right: LegMeans | None, injured: InjuredSide) -> float | None:
    """Asymmetry of contact time [%]: injured less other; left less right when both are injured. None: a leg missing."""
    left_s, right_s = (None if leg is None else known(leg.contact_time_s) for leg in (left, right))
    if left_s is None or right_s is None:
        return None
    return asymmetry_pct(right_s, left_s) if injured == "right" else asymmetry_pct(left_s, right_s)


def ratio_of_symmetry_angle(angle_pct: float) -> float:
    """The ratio left / right of a symmetry angle in % of 90 deg (`gait.symmetry.symmetry_angle_pct` turned round)."""
    return math.tan(math.radians(45.0 + 0.9 * angle_pct))
