"""Foot: jerk for IC, second minimum of the pitch rate for TC (Yang et al. 2022)."""

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

CONTACT_S = (0.10, 0.70)


def detect(signals: Signals) -> Contacts:
    rate = lowpass(signals.pitch_rad_s, signals.rate_hz, 30.0)
    jerk = np.append(np.diff(signals.norm_m_s2), 0.0) ** 2
    swings = mid_swings(signals.pitch_rad_s, signals.rate_hz)
    initial, terminal = [], []
    for start, end in itertools.pairwise(swings):
        ic = refined(jerk, start + int(np.argmax(jerk[start : (start + end) // 2]))) + 0.5
        later = start + minima(rate[start:end])
        later = later[later >= ic + CONTACT_S[0] * signals.rate_hz]
        tc = refined(rate, int(later[np.argmin(rate[later])])) if len(later) else np.nan
        initial.append(ic)
        terminal.append(tc if CONTACT_S[0] <= (tc - ic) / signals.rate_hz <= CONTACT_S[1] else np.nan)
    return signals.at(initial), signals.at(terminal)


BASELINE = Baseline(
    key="yang_2022",
    title="Yang 2022",
    source="Yang et al. (2022), as described by Lubrano (2026)",
    rule="IC = largest squared difference of |acc| in the first half of the cycle; TC = deepest minimum of the "
    "pitch rate (30 Hz) 0.10-0.70 s after it",
    placements=("foot",),
    needs_gyro=True,
    detect=detect,
)
