"""Shank accelerometer: zero crossing before the longitudinal peak, plateau after the second (Sinclair et al. 2013)."""

from __future__ import annotations

import numpy as np
from scipy.signal import find_peaks

from benchmarks.accuracy.baselines._contract import (
    Baseline,
    Contacts,
    Signals,
    crossing,
    lowpass,
    stride_frequency_hz,
)  # fmt: skip
from gaitpipe.model import STANDARD_GRAVITY_M_S2

POSITIVE_S = 0.020
PLATEAU_SHARE = 0.02


def detect(signals: Signals) -> Contacts:
    """Gravity is taken off the longitudinal acceleration, so that it crosses zero."""
    up = lowpass(signals.acc_m_s2[:, 2], signals.rate_hz, 60.0, 4) - STANDARD_GRAVITY_M_S2
    stride = signals.rate_hz / stride_frequency_hz(up, signals.rate_hz)
    impacts, _ = find_peaks(up, distance=round(0.7 * stride), height=float(up.mean() + up.std()))
    peaks, _ = find_peaks(up)
    initial, terminal = [], []
    for impact in impacts:
        rises = np.flatnonzero((up[:impact] <= 0.0) & (up[1 : impact + 1] > 0.0))
        good = [at for at in rises if np.all(up[at + 1 : at + 1 + max(1, round(POSITIVE_S * signals.rate_hz))] > 0.0)]
        if not good or impact - good[-1] > 0.3 * stride:
            continue
        initial.append(crossing(up, int(good[-1])))
        later = peaks[(peaks > impact) & (peaks < impact + 0.6 * stride)]
        terminal.append(_plateau(up, int(later[0]), round(0.3 * stride), float(up[impact])) if len(later) else np.nan)
    return signals.at(initial), signals.at(np.array(terminal))


def _plateau(up: np.ndarray, start: int, reach: int, scale: float) -> float:
    """First sample after `start` from which the curve changes by less than 2 % of the impact's peak."""
    steps = np.abs(np.diff(up[start : start + reach]))
    flat = np.flatnonzero(steps[1:] < PLATEAU_SHARE * abs(scale))
    return float(start + 1 + flat[0]) if len(flat) else np.nan


BASELINE = Baseline(
    key="sinclair_2013",
    title="Sinclair 2013",
    source="Sinclair J et al. (2013) J Appl Biomech",
    rule="longitudinal acceleration, 60 Hz; IC = zero crossing before its peak with 20 ms positive after, TC = "
    "first plateau (2 %) after the second peak",
    placements=("shank",),
    needs_gyro=False,
    detect=detect,
)
