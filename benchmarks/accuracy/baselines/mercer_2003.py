"""Shank accelerometer: minima of the longitudinal acceleration around its peak (Mercer et al. 2003)."""

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

NAN = float("nan")


def detect(signals: Signals) -> Contacts:
    up = lowpass(signals.acc_m_s2[:, 2], signals.rate_hz, 15.0, 4)
    stride = signals.rate_hz / stride_frequency_hz(up, signals.rate_hz)
    sharp = lowpass(signals.acc_m_s2[:, 2], signals.rate_hz, 60.0, 4)
    impacts, _ = find_peaks(sharp, distance=round(0.7 * stride), height=float(sharp.mean() + sharp.std()))
    dips, (peaks, _) = minima(up), find_peaks(up)
    initial, terminal = [], []
    for impact in impacts:
        before = dips[dips < impact]
        if not len(before) or impact - before[-1] > 0.3 * stride:
            continue
        maxima = peaks[(peaks > before[-1]) & (peaks < impact + 0.6 * stride)]
        after = dips[dips > maxima[1]] if len(maxima) > 1 else dips[:0]
        initial.append(refined(up, int(before[-1])))
        terminal.append(refined(up, int(after[0])) if len(after) else NAN)
    return signals.at(initial), signals.at(np.array(terminal))


BASELINE = Baseline(
    key="mercer_2003",
    title="Mercer 2003",
    source="Mercer JA et al. (2003), as described by Kiernan et al. (2023) Sensors 23:5022",
    rule="longitudinal acceleration, 15 Hz; IC = local minimum before its peak, TC = minimum after the second maximum",
    placements=("shank",),
    needs_gyro=False,
    detect=detect,
)
