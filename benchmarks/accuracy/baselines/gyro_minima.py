"""Foot: the plain gyro-minimum detector without halves: the deepest minimum of the cycle and the one before it."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.baselines._contract import (
    Baseline, Contacts, Signals, lowpass, mid_swings, minima, refined,
)  # fmt: skip

LEAST_CONTACT_S = 0.10


def detect(signals: Signals) -> Contacts:
    rate = lowpass(signals.pitch_rad_s, signals.rate_hz, 30.0)
    swings = mid_swings(signals.pitch_rad_s, signals.rate_hz)
    initial, terminal = [], []
    for start, end in zip(swings, swings[1:], strict=False):
        dips = start + minima(rate[start:end])
        if not len(dips):
            continue
        last = int(dips[np.argmin(rate[dips])])
        before = dips[dips <= last - LEAST_CONTACT_S * signals.rate_hz]
        if len(before):
            initial.append(refined(rate, int(before[np.argmin(rate[before])])))
            terminal.append(refined(rate, last))
    return signals.at(initial), signals.at(terminal)


BASELINE = Baseline(
    key="gyro_minima",
    title="Gyro minima",
    source="after Falbriard M et al. (2018), without their halves of the cycle",
    rule="TC = deepest minimum of the pitch rate (30 Hz) between two mid-swings, IC = deepest one at least 0.10 s before it",
    placements=("foot",),
    needs_gyro=True,
    detect=detect,
)
