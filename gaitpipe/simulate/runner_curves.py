"""Smooth curves with exact derivatives: piecewise quintics through knots, and a C3 step.

A *jet* is an array whose first axis is the order of the time derivative: `jet[0]` value, `jet[1]` first derivative and
so on. Working with jets keeps the synthetic signals free of numerical differentiation, so any sampling rate is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import FloatArray

ComplexArray = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class PiecewiseQuintic:
    """A C2 curve: `knot_s` (m,), `coefficients` (m - 1, 6) in powers of the time since the piece's first knot.

    Outside its knots the curve stays at its end values (ends are meant to be at rest, or never looked at).
    """

    knot_s: FloatArray
    coefficients: FloatArray

    def jet(self, time_s: FloatArray) -> FloatArray:
        """Value and first three derivatives at `time_s` (n,): array (4, n)."""
        inside_s = np.clip(time_s, self.knot_s[0], self.knot_s[-1])
        piece = np.clip(np.searchsorted(self.knot_s, inside_s, side="right") - 1, 0, len(self.coefficients) - 1)
        c0, c1, c2, c3, c4, c5 = self.coefficients.T[:, piece]
        s = inside_s - self.knot_s[piece]
        result = np.empty((4, len(s)))
        result[0] = c0 + s * (c1 + s * (c2 + s * (c3 + s * (c4 + s * c5))))
        result[1] = c1 + s * (2 * c2 + s * (3 * c3 + s * (4 * c4 + s * 5 * c5)))
        result[2] = 2 * c2 + s * (6 * c3 + s * (12 * c4 + s * 20 * c5))
        result[3] = 6 * c3 + s * (24 * c4 + s * 60 * c5)
        return result


def fit_quintic(knot_s: FloatArray, value: FloatArray, rate: FloatArray, acceleration: FloatArray) -> PiecewiseQuintic:
    """Quintic spline through values and rates; accelerations that are NaN are chosen by the curve.

    The chosen accelerations make the third derivative continuous, which is also the curve of least squared jerk. A knot
    with a given acceleration may have a jump in jerk: used at initial contact, where the onset is physical.

    Parameters
    ----------
    knot_s, value, rate, acceleration
        Arrays (m,), knots strictly increasing; any unit for the value, its derivatives per second.
    """
    from scipy.linalg import solve_banded

    count = len(knot_s)
    h = np.diff(knot_s)
    if count < 2 or np.any(h <= 0):
        raise ValueError("knots of a curve must increase")
    secant = 60 * np.diff(value) / h**3
    jerk_left_end = secant - (24 * rate[:-1] + 36 * rate[1:]) / h**2
    jerk_right_start = secant - (36 * rate[:-1] + 24 * rate[1:]) / h**2
    bands = np.zeros((3, count))
    right_side = np.nan_to_num(acceleration)
    bands[1] = 1.0
    free = np.flatnonzero(np.isnan(acceleration[1:-1])) + 1
    bands[1, free] = 9 / h[free - 1] + 9 / h[free]
    bands[2, free - 1] = -3 / h[free - 1]
    bands[0, free + 1] = -3 / h[free]
    right_side[free] = jerk_right_start[free] - jerk_left_end[free - 1]
    solved = solve_banded((1, 1), bands, right_side)
    return PiecewiseQuintic(np.asarray(knot_s, dtype=np.float64), _coefficients(h, value, rate, solved))


def _coefficients(h: FloatArray, value: FloatArray, rate: FloatArray, acceleration: FloatArray) -> FloatArray:
    p0, v0, a0 = value[:-1], rate[:-1], acceleration[:-1]
    dp = value[1:] - p0 - v0 * h - a0 * h**2 / 2
    dv = rate[1:] - v0 - a0 * h
    da = acceleration[1:] - a0
    return np.stack(
        [
            p0,
            v0,
            a0 / 2,
            (10 * dp - 4 * dv * h + da * h**2 / 2) / h**3,
            (-15 * dp + 7 * dv * h - da * h**2) / h**4,
            (6 * dp - 3 * dv * h + da * h**2 / 2) / h**5,
        ],
        axis=1,
    )


def step_jet(time_s: FloatArray, start_s: FloatArray, duration_s: FloatArray) -> FloatArray:
    """A step from 0 to 1 with three continuous derivatives: jet (4, n)."""
    x = np.clip((time_s - start_s) / duration_s, 0.0, 1.0)
    result = np.empty((4, *np.shape(x)))
    result[0] = x**4 * (35 + x * (-84 + x * (70 - 20 * x)))
    result[1] = 140 * x**3 * (1 - x) ** 3 / duration_s
    result[2] = 420 * x**2 * (1 - x) ** 2 * (1 - 2 * x) / duration_s**2
    result[3] = 840 * x * (1 - x) * (1 - 5 * x + 5 * x**2) / duration_s**3
    return result


def product_jet(first: FloatArray, second: FloatArray) -> FloatArray:
    """Jet (3, n) of the product of two curves (Leibniz)."""
    return np.stack(
        [
            first[0] * second[0],
            first[1] * second[0] + first[0] * second[1],
            first[2] * second[0] + 2 * first[1] * second[1] + first[0] * second[2],
        ]
    )


def rotation_jet(angle: FloatArray) -> ComplexArray:
    """Jet (4, n) of exp(i angle) from the jet of the angle in rad: a rotation in the x-z plane as a complex number."""
    turned = np.exp(1j * angle[0])
    return np.stack(
        [
            turned,
            1j * angle[1] * turned,
            (1j * angle[2] - angle[1] ** 2) * turned,
            (1j * angle[3] - 3 * angle[1] * angle[2] - 1j * angle[1] ** 3) * turned,
        ]
    )


def quintic_between(start: ComplexArray, end: ComplexArray, duration_s: FloatArray) -> ComplexArray:
    """Coefficients (6, m) in powers of u = t / duration of curves from `start` to `end`, jets (>= 3, m)."""
    h = duration_s
    c0, c1, c2 = start[0], start[1] * h, start[2] * h**2 / 2
    dp = end[0] - c0 - c1 - c2
    dv = end[1] * h - c1 - 2 * c2
    da = end[2] * h**2 - 2 * c2
    return np.stack([c0, c1, c2, 10 * dp - 4 * dv + da / 2, -15 * dp + 7 * dv - da, 6 * dp - 3 * dv + da / 2])
