"""Shank accelerometer: minima of the forward and the sideways acceleration (Purcell et al. 2006)."""

from __future__ import annotations

import numpy as np
from scipy.signal import find_peaks

from benchmarks.accuracy.baselines._contract import (
    Baseline,
    Contacts,
    Signals,
    lowpass,
    minima,
    refined,
    stride_frequency_hz,
)  # fmt: skip

STANCE_SHARE = (0.20, 0.60)


def detect(signals: Signals) -> Contacts:
    acc = lowpass(signals.acc_m_s2, signals.rate_hz, 60.0)
    norm = np.linalg.norm(acc, axis=1)
    stride = signals.rate_hz / stride_frequency_hz(norm, signals.rate_hz)
    impacts, _ = find_peaks(norm, distance=round(0.7 * stride), height=float(norm.mean() + norm.std()))
    dips = minima(acc[:, 0])
    initial = [refined(acc[:, 0], int(dips[np.argmin(np.abs(dips - impact))])) for impact in impacts if len(dips)]
    initial = sorted(set(initial))
    terminal = []
    for start, end in zip(initial, [*initial[1:], np.nan], strict=True):
        length = end - start if end - start < 1.4 * stride else stride
        low, high = (round(start + share * length) for share in STANCE_SHARE)
        part = acc[low:high, :2]
        whole = high <= len(acc) and len(part)
        terminal.append(low + float(np.argmin(part, axis=0).mean()) if whole else np.nan)
    return signals.at(initial), signals.at(terminal)


BASELINE = Baseline(
    key="purcell_2006",
    title="Purcell 2006",
    source="Purcell B et al. (2006), as described by Kiernan et al. (2023) Sensors 23:5022",
    rule="IC = minimum of forward acceleration nearest to the peak of |acc|; TC = mean place of the forward and "
    "sideways minima in 20-60 % of the stride",
    placements=("shank",),
    needs_gyro=False,
    detect=detect,
)
