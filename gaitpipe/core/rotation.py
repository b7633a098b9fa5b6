"""Turns samples from sensor axes into segment axes, compiled: one call a block instead of a score of small array calls.

Sums are written out in a fixed order: a matrix product of a library may round differently by block size.
"""

from __future__ import annotations

from typing import Any

from numba import njit


@njit(cache=True)
def rotate(matrix: Any, bias: Any, vectors: Any, out: Any) -> None:
    """`out[i] = matrix @ (vectors[i] - bias)` for vectors and out of shape (n, 3), matrix (3, 3), bias (3,)."""
    for i in range(vectors.shape[0]):
        x, y, z = vectors[i, 0] - bias[0], vectors[i, 1] - bias[1], vectors[i, 2] - bias[2]
        for axis in range(3):
            out[i, axis] = x * matrix[axis, 0] + y * matrix[axis, 1] + z * matrix[axis, 2]
