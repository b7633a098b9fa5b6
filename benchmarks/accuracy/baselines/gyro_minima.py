"""Foot or shank: the plain gyro-minimum detector without halves: first minimum after swing, deepest one after it."""

from __future__ import annotations

import itertools

import numpy as np

from benchmarks.accuracy.baselines._contract import (
    Baseline,
    Contacts,
    Signals,
    lowpass,
    mid_swings,
    minima,
    refined,
)  # fmt: skip

LEAST_CONTACT_S = 0.10


def detect(signals: Signals) -> Contacts:
    rate = lowpass(signals.pitch_rad_s, signals.rate_hz, 30.0)
    swings = mid_swings(signals.pitch_rad_s, signals.rate_hz)
    initial, terminal = [], []
    for start, end in itertools.pairwise(swings):
        dips = start + minima(rate[start:end])
        dips = dips[rate[dips] < 0.0]
        later = dips[dips >= dips[0] + LEAST_CONTACT_S * signals.rate_hz] if len(dips) else dips
        if len(later):
            initial.append(refined(rate, int(dips[0])))
            terminal.append(refined(rate, int(later[np.argmin(rate[later])])))
    return signals.at(initial), signals.at(terminal)


BASELINE = Baseline(
    key="gyro_minima",
    title="Gyro minima",
    source="foot: after Falbriard 2018 without the halves; shank: after Greene 2010 without the low-pass at 5 Hz",
    rule="IC = first negative minimum of the pitch rate (30 Hz) after mid-swing, TC = deepest one from 0.10 s later on",
    placements=("foot", "shank"),
    needs_gyro=True,
    detect=detect,
)
