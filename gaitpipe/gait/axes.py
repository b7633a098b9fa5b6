"""The geometry behind the alignment: directions and signs that the signals of gait give away, each a pure function.

Sums are written out, not left to matrix products, so that they do not depend on how a library splits its work.
"""

from __future__ import annotations

import numpy as np

from gaitpipe.model import STANDARD_GRAVITY_M_S2, FloatArray

SMOOTHING_S = 0.2
"""Boxcar before the scatter is taken. It leaves the swing of the leg (1-3 Hz) and takes away the quick turns in and out
at landing, which are not sagittal: on computed running at 2-5 m/s the axis of one foot then moved by 3 degrees between
speeds instead of 8, and the two largest eigenvalues lay apart by 31 instead of 8."""


def unit(vector: FloatArray) -> FloatArray:
    """The vector scaled to length one, shape (3,)."""
    return np.asarray(vector / np.sqrt(np.sum(vector * vector)), dtype=np.float64)


def project(vectors: FloatArray, axis: FloatArray) -> FloatArray:
    """Component of vectors (n, 3) along a unit axis (3,), shape (n,)."""
    return np.asarray(vectors[:, 0] * axis[0] + vectors[:, 1] * axis[1] + vectors[:, 2] * axis[2], dtype=np.float64)


def angle_deg(one: FloatArray, other: FloatArray) -> float:
    """Angle between two vectors (3,), 0 to 180."""
    return float(np.degrees(np.arccos(np.clip(unit(one) @ unit(other), -1.0, 1.0))))


def smoothed(vectors: FloatArray, samples: int) -> FloatArray:
    """Mean over every `samples` consecutive vectors, (n, 3) to (n - samples + 1, 3)."""
    sums = np.cumsum(np.concatenate([np.zeros((1, 3)), vectors]), axis=0)
    return np.asarray((sums[samples:] - sums[:-samples]) / samples, dtype=np.float64)


def principal_axis(gyr_rad_s: FloatArray, rate_hz: float) -> tuple[FloatArray, float]:
    """Axis of the largest scatter of the smoothed rotation rate (n, 3) and the ratio of the two largest eigenvalues."""
    samples = max(1, round(SMOOTHING_S * rate_hz))
    if len(gyr_rad_s) < samples + 2:
        return np.array([0.0, 1.0, 0.0]), 1.0
    slow = smoothed(gyr_rad_s, samples)
    scatter = np.array([[np.sum(slow[:, i] * slow[:, j]) for j in range(3)] for i in range(3)])
    values, vectors = np.linalg.eigh(scatter)
    return vectors[:, 2], float(values[2] / max(values[1], 1e-12))


def turned_forward(vector: FloatArray, left: FloatArray, angle_rad: float) -> FloatArray:
    """A vector (3,) perpendicular to `left`, turned about it: up goes towards forward for a positive angle."""
    return np.asarray(vector * np.cos(angle_rad) + np.cross(left, vector) * np.sin(angle_rad), dtype=np.float64)


def forward_lean_vote(forward_m_s2: FloatArray) -> float:
    """How sure it is that the axis points forward, in [-1, 1], from the mean forward specific force of whole strides.

    A foot and a shank spend the stride leaning forward (heel up, knee ahead), so gravity's reaction and the pull of the
    swing lie behind the standing up direction on average. On force-labelled trials of five runners at 2-5 m/s the mean
    was -0.4 to -1.4 g for both placements, without exception.
    """
    return float(np.clip(-np.mean(forward_m_s2) / (0.3 * STANDARD_GRAVITY_M_S2), -1.0, 1.0))


def waveform(rate_rad_s: FloatArray, rate_hz: float) -> complex:
    """Shape of one stride of the sagittal rate (n,): h2 conj(h1)^2 / |h1|^3 of its first two harmonics h1 and h2.

    Its angle does not depend on where the stride begins and turns by 180 degrees with the sign of the axis. 0 without a
    whole stride.
    """
    period = stride_period_samples(rate_rad_s, rate_hz)
    count = len(rate_rad_s) // period * period
    if count == 0:
        return 0j
    phase = 2j * np.pi * np.arange(count) / period
    first = np.mean(rate_rad_s[:count] * np.exp(-phase))
    second = np.mean(rate_rad_s[:count] * np.exp(-2.0 * phase))
    size = float(np.abs(first)) ** 3
    return complex(second * np.conj(first) ** 2 / size) if size > 0.0 else 0j


def waveform_vote(rate_rad_s: FloatArray, rate_hz: float) -> float:
    """How sure it is that positive lobes of the rate are the swing, in [-1, 1], from the shape of one stride.

    In running the angle of `waveform` lies between 25 and 105 degrees for the foot and between -20 and 50 for the
    shank, so 45 decides between the two signs for both.
    """
    shape = waveform(rate_rad_s, rate_hz)
    size = abs(shape)
    if size == 0.0:
        return 0.0
    return float(min(1.0, 4.0 * size) * (shape * np.exp(-0.25j * np.pi)).real / size)


def stride_period_samples(x: FloatArray, rate_hz: float) -> int:
    """Stride time in samples: the shortest lag in 0.4-1.7 s whose autocorrelation is a peak near the best one."""
    x = x - x.mean()
    spectrum = np.fft.rfft(x, 2 * len(x))
    power = np.fft.irfft(spectrum * np.conj(spectrum))[: len(x)] / np.arange(len(x), 0, -1)
    low, high = round(0.4 * rate_hz), min(round(1.7 * rate_hz), len(x) - 2)
    if high <= low + 2:
        return max(1, low)
    band = power[low:high]
    peaks = np.flatnonzero((band[1:-1] >= band[:-2]) & (band[1:-1] > band[2:])) + 1
    if len(peaks) == 0:
        return low + int(np.argmax(band))
    best = band[peaks].max()
    good = peaks[band[peaks] >= min(best, 0.85 * best)]  # the best one may be negative, where nothing repeats
    return low + int(good[0])


def repetition(gyr_rad_s: FloatArray, rate_hz: float) -> float:
    """How well the rotation rate (n, 3) repeats after one stride: the best autocorrelation at a lag of 0.4-1.7 s, to 1.

    All three axes together, so that the mounting does not matter. 0 when the stretch is too short to hold two strides.
    """
    n = len(gyr_rad_s)
    low, high = round(0.4 * rate_hz), min(round(1.7 * rate_hz), 2 * n // 3)
    if high <= low + 2:
        return 0.0
    x = gyr_rad_s - gyr_rad_s.mean(axis=0)
    spectrum = np.fft.rfft(x, 2 * n, axis=0)
    power = np.fft.irfft(np.sum(np.abs(spectrum) ** 2, axis=1))[:n]
    energy = np.concatenate([[0.0], np.cumsum(np.sum(x * x, axis=1))])
    lags = np.arange(low, high)
    both = energy[n - lags] * (energy[n] - energy[lags])
    band = power[low:high] / np.sqrt(np.maximum(both, 1e-12))
    peaks = np.flatnonzero((band[1:-1] >= band[:-2]) & (band[1:-1] > band[2:])) + 1
    return float(band[peaks].max()) if len(peaks) else 0.0
