"""Which of two sensors was tapped or shaken, told from their specific force alone; refuses where it is not clear.

A tap on the ground or a shake is a short deviation of |specific force| from what it is at rest, of one sensor and not
of the other. What moves both (walking up, a bump of the treadmill) names none. The two numbers below are this
project's choice: a quiet foot stays below 1 m/s^2, a light tap of a foot gives 10 and more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gaitpipe.model import FloatArray

TAP_M_S2 = 5.0
"""A movement counts from here on."""
RATIO = 3.0
"""The other sensor must have moved less than this part of it."""
SETTLE_S = 0.8
"""A verdict waits so long after the strongest movement: the other foot may follow."""


@dataclass(frozen=True, slots=True)
class Tap:
    """`which` is 0 or 1, None when it is not clear: nothing moved yet (`none`), both did (`both`), or it is too early
    to say (`wait`). `strength_m_s2` of both sensors.
    """

    which: Literal[0, 1] | None
    why: Literal["", "none", "both", "wait"]
    strength_m_s2: tuple[float, float]


def find_tap(first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray]) -> Tap:
    """Say which of two sensors was tapped.

    Parameters
    ----------
    first, second : pair of ndarray
        Time (n,) [s] on one clock for both, within some 0.1 s, and specific force (n, 3) [m/s^2]. Not of one length.
    """
    (strength_0, time_0), (strength_1, time_1) = _strongest(*first), _strongest(*second)
    strengths = (strength_0, strength_1)
    stronger: Literal[0, 1] = 0 if strength_0 >= strength_1 else 1
    if strengths[stronger] < TAP_M_S2:
        return Tap(None, "none", strengths)
    seen_until_s = min(float(first[0][-1]), float(second[0][-1])) if len(first[0]) and len(second[0]) else -np.inf
    if seen_until_s < (time_0, time_1)[stronger] + SETTLE_S:
        return Tap(None, "wait", strengths)
    if strengths[1 - stronger] > strengths[stronger] / RATIO:
        return Tap(None, "both", strengths)
    return Tap(stronger, "", strengths)


def _strongest(time_s: FloatArray, acc_m_s2: FloatArray) -> tuple[float, float]:
    """The largest deviation of |specific force| from its median [m/s^2], and when it was [s]."""
    if len(time_s) == 0:
        return 0.0, -np.inf
    norm = np.sqrt(np.sum(acc_m_s2 * acc_m_s2, axis=1))
    deviation = np.abs(norm - np.median(norm))
    place = int(np.argmax(deviation))
    return float(deviation[place]), float(time_s[place])
