"""By how much one slow series comes after another: a device beside the feet against the motion sensors.

The delay of such a device is smoothing, radio and waiting for its next message, all in one. It can be seen only where
the quantity changes; in steady running nothing is said. One number for the session, to about half the time between two
messages.
"""

from __future__ import annotations

import numpy as np

from gaitpipe.model import FloatArray

STEP_S = 0.25
LONGEST_S = 12.0
LEAST_PAIRS = 20
LEAST_CHANGE = 0.05
"""Standard deviation of the reference over its mean: less is no change to see a delay by."""
LEAST_LIKENESS = 0.9
WORSE, LEAST_WORSE = 1.5, 0.002
"""By how much more of the values (a factor, and a share of their variance) must stay unexplained this far from the best
delay, or its place is not known: a straight rise fits every delay."""
FALL_AT_S = 2.0


def lag_s(reference_s: FloatArray, reference: FloatArray, time_s: FloatArray, values: FloatArray) -> float | None:
    """Delay of `values` (n,) at `time_s` behind `reference` (m,) at `reference_s` [s]; None where it cannot be told.

    Both times rise. Between its points the reference is joined by straight lines; NaN in it is a hole.
    """
    delays_s = np.arange(0.0, LONGEST_S + STEP_S / 2, STEP_S)
    if len(reference_s) < 2 or len(time_s) < LEAST_PAIRS:
        return None
    # The same pairs for every delay, or the likeness of one could not be compared with that of another.
    inside = (time_s - LONGEST_S >= reference_s[0]) & (time_s <= reference_s[-1])
    shifted = np.array([np.interp(time_s - delay_s, reference_s, reference) for delay_s in delays_s])
    usable = inside & np.isfinite(values) & np.all(np.isfinite(shifted), axis=0)
    if int(usable.sum()) < LEAST_PAIRS:
        return None
    likeness = np.array([_likeness(row[usable], values[usable]) for row in shifted])
    best = int(np.argmax(likeness))
    away = round(FALL_AT_S / STEP_S)
    unexplained = 1.0 - likeness**2
    beside = [unexplained[place] for place in (best - away, best + away) if 0 <= place < len(likeness)]
    if likeness[best] < LEAST_LIKENESS or best == len(likeness) - 1:
        return None
    if min(beside) < WORSE * unexplained[best] + LEAST_WORSE:
        return None
    return float(delays_s[best])


def _likeness(one: FloatArray, other: FloatArray) -> float:
    """Correlation of the two; 0 when one of them does not change enough."""
    # Zero everywhere (nobody was seen to run) is no change either: its correlation would be 0 by 0.
    if np.std(one) <= LEAST_CHANGE * abs(float(np.mean(one))) or np.std(other) == 0.0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
