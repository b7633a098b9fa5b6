"""The runner's height, from an argument or from what a recording says of itself."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gaitpipe.derived import Athlete
from gaitpipe.errors import UsageError

HEIGHT_KEY = "height_m"
ATHLETE_KEY = "athlete"
"""Pseudonym of the runner in a recording's metadata."""


def athlete_of(metadata: Mapping[str, str], height_m: float | None = None) -> Athlete | None:
    """Return the athlete: the given height [m] first, else the recording's own; None when neither is known."""
    if height_m is not None:
        return Athlete(height_m)
    try:
        recorded_m = float(metadata.get(HEIGHT_KEY, "nan"))
    except ValueError:
        return None
    return Athlete(recorded_m) if math.isfinite(recorded_m) else None


def height_metadata(height_m: float | None) -> dict[str, str]:
    """Return what a recording keeps of a height [m]."""
    return {} if height_m is None else {HEIGHT_KEY: f"{height_m:.6g}"}


def athlete_metadata(athlete: str | None) -> dict[str, str]:
    """Return what a recording keeps of the runner's pseudonym; nothing of an empty one.

    Raises
    ------
    UsageError
        It is an e-mail address, or holds what no pseudonym does.
    """
    from gaitpipe.rehab.plan_faults import athlete_problem

    told = (athlete or "").strip()
    if problem := athlete_problem(told):
        raise UsageError(f"--athlete '{told}': it {problem}")
    return {ATHLETE_KEY: told} if told else {}
