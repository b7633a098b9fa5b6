"""Where and in what a run was: what a person says of surface, shoe and incline, kept in the recording's metadata.

What is said with the command counts before what the recording says. Metadata are texts: one that does not read as what
it should be counts as not known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gaitpipe.model import SessionResult
from gaitpipe.rehab.words import SURFACES

SURFACE_KEY, SHOE_KEY, DROP_KEY, INCLINE_KEY = "surface", "shoe", "shoe_drop_mm", "incline_pct"


def context_metadata(
    surface: str | None = None,
    shoe: str | None = None,
    shoe_drop_mm: float | None = None,
    incline_pct: float | None = None,
) -> dict[str, str]:
    """Return what a recording keeps of them; nothing of what is not known."""
    found = {SURFACE_KEY: surface, SHOE_KEY: (shoe or "").strip() or None}
    numbers = {DROP_KEY: shoe_drop_mm, INCLINE_KEY: incline_pct}
    found |= {key: None if number is None else f"{number:.6g}" for key, number in numbers.items()}
    return {key: text for key, text in found.items() if text is not None}


def run_context(metadata: Mapping[str, str], result: SessionResult) -> dict[str, Any]:
    """Return the `context` of `summary.json`: null where not known; a belt's speed means a treadmill."""
    surface = metadata.get(SURFACE_KEY)
    belt_m_s = result.belt_speed_m_s
    if surface not in SURFACES:
        surface = None if belt_m_s is None else "treadmill"
    measured_m_s = _measured_speed_m_s(result)
    incline_pct = _number(metadata.get(INCLINE_KEY))
    return {
        "surface": surface,
        "shoe": metadata.get(SHOE_KEY) or None,
        "shoe_drop_mm": _number(metadata.get(DROP_KEY)),
        "incline_pct": _told_incline_pct(result) if incline_pct is None else incline_pct,
        "speed_m_s": measured_m_s if belt_m_s is None else belt_m_s,
        "speed_source": "belt" if belt_m_s is not None else "sensors" if measured_m_s is not None else None,
    }


def _told_incline_pct(result: SessionResult) -> float | None:
    """The steady incline that the treadmill said; many always say 0, so a 0 is not known."""
    treadmill = None if result.cross_checks is None else result.cross_checks.treadmill
    return treadmill.incline_pct if treadmill is not None and treadmill.incline_usable else None


def _measured_speed_m_s(result: SessionResult) -> float | None:
    metric = next((one for one in result.metrics if one.key == "speed_m_s"), None)
    if metric is None:
        return None
    return next((one.mean for one in (metric.both, metric.left, metric.right) if one is not None), None)


def _number(text: str | None) -> float | None:
    try:
        found = float(text or "nan")
    except ValueError:
        return None
    return found if math.isfinite(found) else None
