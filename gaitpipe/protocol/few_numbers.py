"""A quantile of a handful of numbers, to the last bit as numpy has it.

A call of `np.quantile` costs as much as a hundred steps of plain Python, and the session clock asks every second.
"""

from __future__ import annotations

from collections.abc import Sequence

from gaitpipe.model import FloatArray


def quantile_of_sorted(ordered: Sequence[float] | FloatArray, share: float) -> float:
    """As `np.quantile` with its default, linear method, of numbers in ascending order: at least one, none of them NaN.

    Parameters
    ----------
    ordered : sequence of float, or ndarray of shape (n,)
    share : float
        0 to 1.
    """
    place = (len(ordered) - 1) * share
    below = int(place)
    part = place - below
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1.0 - part)
