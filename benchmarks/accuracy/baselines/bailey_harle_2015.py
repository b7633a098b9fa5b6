"""Foot: no threshold to tune; angular acceleration for IC, vertical acceleration for TC (Bailey and Harle 2015)."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.signal import find_peaks

from benchmarks.accuracy.baselines._contract import (
    Baseline,
    Contacts,
    Signals,
    crossing,
    lowpass,
    mid_swings,
    refined,
    world_up,
)  # fmt: skip

IC_LEVEL_RAD_S = -0.5
CONTACT_S = (0.10, 0.70)


def detect(signals: Signals) -> Contacts:
    rate = lowpass(signals.pitch_rad_s, signals.rate_hz, 30.0)
    up = lowpass(world_up(signals), signals.rate_hz, 30.0)
    change = np.gradient(rate)
    swings = mid_swings(signals.pitch_rad_s, signals.rate_hz)
    initial, terminal = [], []
    for start, end in itertools.pairwise(swings):
        ic = _initial(rate, change, start, end)
        if ic is None:
            continue
        tc = _terminal(rate, up, round(ic), end)
        initial.append(ic)
        terminal.append(tc if CONTACT_S[0] <= (tc - ic) / signals.rate_hz <= CONTACT_S[1] else np.nan)
    return signals.at(initial), signals.at(terminal)


def _initial(rate: np.ndarray, change: np.ndarray, start: int, end: int) -> float | None:
    """From the steepest fall of the rate in the first half, back to where it left the level."""
    half = (start + end) // 2
    at = start + int(np.argmin(change[start:half]))
    while at > start and rate[at] <= IC_LEVEL_RAD_S:
        at -= 1
    while at < half and rate[at + 1] > IC_LEVEL_RAD_S:
        at += 1
    falls = at < half and rate[at] > IC_LEVEL_RAD_S >= rate[at + 1]
    return crossing(rate, at, IC_LEVEL_RAD_S) if falls else None


def _terminal(rate: np.ndarray, up: np.ndarray, ic: int, end: int) -> float:
    """Highest local maximum of the vertical acceleration between the zero crossings around the deepest push-off."""
    middle = ic + (end - ic) // 3
    deepest = middle + int(np.argmin(rate[middle:end]))
    rising = np.flatnonzero(rate[deepest:end] >= 0.0)
    last = deepest + int(rising[0]) if len(rising) else end
    falling = np.flatnonzero(rate[ic:deepest] >= 0.0)
    first = max(middle, ic + int(falling[-1])) if len(falling) else middle
    peaks, _ = find_peaks(up[first:last])
    if not len(peaks):
        return float("nan")
    return refined(up, first + int(peaks[np.argmax(up[first:last][peaks])]))


BASELINE = Baseline(
    key="bailey_harle_2015",
    title="Bailey and Harle 2015",
    source="Bailey GP, Harle R (2015) icSPORTS",
    rule="IC = back from the steepest fall of the pitch rate to -0.5 rad/s; TC = largest peak of vertical acceleration "
    "between the zero crossings of push-off; contact 0.10-0.70 s",
    placements=("foot",),
    needs_gyro=True,
    detect=detect,
)
