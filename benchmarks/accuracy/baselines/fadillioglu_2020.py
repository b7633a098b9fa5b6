"""Shank gyroscope: zero crossing after mid-swing for IC, residual of the low-pass for TC (Fadillioglu et al. 2020)."""

from __future__ import annotations

import numpy as np
from scipy.signal import find_peaks

from benchmarks.accuracy.baselines._contract import Baseline, Contacts, Signals, crossing, lowpass, refined

SWING_DEG_S = 250.0
SWING_APART_S = 1.0 / 3.0


def detect(signals: Signals) -> Contacts:
    rate = lowpass(signals.pitch_rad_s, signals.rate_hz, 15.0)
    residual = lowpass(signals.pitch_rad_s - rate, signals.rate_hz, 10.0)
    level = rate - rate.mean()
    swings, _ = find_peaks(
        rate, height=float(np.radians(SWING_DEG_S)), distance=max(1, round(SWING_APART_S * signals.rate_hz))
    )
    initial, terminal = [], []
    for swing, following in zip(swings, [*swings[1:], -1], strict=True):
        end = following if following > 0 else len(rate) - 1
        falls = np.flatnonzero((level[swing:end] > 0.0) & (level[swing + 1 : end + 1] <= 0.0))
        if not len(falls):
            continue
        initial.append(crossing(level, swing + int(falls[0])))
        terminal.append(_terminal(rate, residual, swing, following) if following > 0 else np.nan)
    return signals.at(initial), signals.at(terminal)


def _terminal(rate: np.ndarray, residual: np.ndarray, swing: int, following: int) -> float:
    """Largest residual in the half stride before the next mid-swing, up to the lowest rate there."""
    half = (swing + following) // 2
    lowest = half + int(np.argmin(rate[half:following]))
    part = residual[half : lowest + 1]
    return refined(residual, half + int(np.argmax(part)))


BASELINE = Baseline(
    key="fadillioglu_2020",
    title="Fadillioglu 2020",
    source="Fadillioglu C et al. (2020), as described by Kiernan et al. (2023) Sensors 23:5022",
    rule="sagittal rate, 15 Hz; IC = first downward zero crossing after a mid-swing above 250 deg/s; TC = "
    "largest residual (raw minus 15 Hz, at 10 Hz) in the half stride before the next mid-swing up to its minimum",
    placements=("shank",),
    needs_gyro=True,
    detect=detect,
)
