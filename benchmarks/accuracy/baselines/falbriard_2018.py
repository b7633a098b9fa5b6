"""Foot: minima of the pitch rate in the two halves of the cycle (Falbriard et al. 2018, their best features)."""

from __future__ import annotations

import itertools

import numpy as np

from benchmarks.accuracy.baselines._contract import Baseline, Contacts, Signals, lowpass, mid_swings, refined


def detect(signals: Signals) -> Contacts:
    rate = lowpass(signals.pitch_rad_s, signals.rate_hz, 30.0)
    swings = mid_swings(signals.pitch_rad_s, signals.rate_hz)
    initial, terminal = [], []
    for start, end in itertools.pairwise(swings):
        middle = (start + end) // 2
        initial.append(refined(rate, start + int(np.argmin(rate[start:middle]))))
        terminal.append(refined(rate, middle + int(np.argmin(rate[middle:end]))))
    return signals.at(initial), signals.at(terminal)


BASELINE = Baseline(
    key="falbriard_2018",
    title="Falbriard 2018",
    source="Falbriard M et al. (2018) Front Physiol 9:610",
    rule="IC = minimum of the pitch rate (30 Hz) in the first half between two mid-swings, TC = that in the second",
    placements=("foot",),
    needs_gyro=True,
    detect=detect,
)
