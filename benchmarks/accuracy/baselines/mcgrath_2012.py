"""Shank gyroscope: minima beside mid-swing with adaptive thresholds (Greene 2010, for running McGrath 2012)."""

from __future__ import annotations

import numpy as np
from scipy.signal import find_peaks

from benchmarks.accuracy.baselines._contract import Baseline, Contacts, Signals, lowpass, minima, refined

SWING_APART_S = 0.5
REACH_S = 1.5


def detect(signals: Signals) -> Contacts:
    rate = lowpass(signals.pitch_rad_s, signals.rate_hz, 5.0, 5)
    above, below = rate[rate > rate.mean()], rate[rate < rate.mean()]
    swings, _ = find_peaks(
        rate, height=0.8 * float(above.mean()), distance=max(1, round(SWING_APART_S * signals.rate_hz))
    )
    dips = minima(rate)
    dips = dips[rate[dips] < 0.8 * float(below.mean())]
    reach = round(REACH_S * signals.rate_hz)
    initial, terminal = [], []
    for swing, following in zip(swings, [*swings[1:], len(rate)], strict=True):
        inside = dips[(dips > swing) & (dips < min(following, swing + reach))]
        if not len(inside):
            continue
        initial.append(refined(rate, int(inside[0])))
        terminal.append(refined(rate, int(inside[-1])) if len(inside) > 1 else np.nan)
    return signals.at(initial), signals.at(terminal)


BASELINE = Baseline(
    key="mcgrath_2012",
    title="Greene 2010 / McGrath 2012",
    source="Greene BR et al. (2010); McGrath D et al. (2012) Sports Eng 15:207",
    rule="sagittal rate, 5 Hz; mid-swings above 0.8 of the mean of what is above the mean; IC = minimum after, TC = "
    "minimum before a mid-swing, below an adaptive threshold",
    placements=("shank",),
    needs_gyro=True,
    detect=detect,
)
