"""Dead reckoning of one stride, slow and readable, with a library's rotations: the oracle of `core.strapdown`."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]


def stride(
    acc: Array,
    gyr: Array,
    interval_s: float,
    contacts: tuple[float, float, float],
    stance: tuple[float, float, int],
    lever: Array,
    lead: float,
    segment: tuple[bool, bool],
) -> Array:
    """The ten results of `measure_stride`, for samples that reach far enough."""
    half = stance[2]
    middles = [_mid_stance(gyr, contact, contacts[2], stance) for contact in contacts[:2]]
    attitude = [Rotation.identity()]
    for before, after in pairwise(gyr):
        attitude.append(attitude[-1] * Rotation.from_rotvec(0.5 * (before + after) * interval_s))
    force = np.array([turn.apply(one) for turn, one in zip(attitude, acc, strict=True)])
    summed = np.zeros_like(force)
    summed[1:] = np.cumsum(0.5 * interval_s * (force[:-1] + force[1:]), axis=0)
    pivoting = np.array([turn.apply(np.cross(rate, lever)) for turn, rate in zip(attitude, gyr, strict=True)])
    left = [(summed - pivoting)[middle - half : middle + half + 1].mean(axis=0) for middle in middles]
    start, stop = middles
    gravity = (left[1] - left[0]) / ((stop - start) * interval_s)
    times_s = (np.arange(len(acc)) - start) * interval_s
    velocity = summed - left[0] - times_s[:, None] * gravity
    up = gravity / np.linalg.norm(gravity)
    way = np.trapezoid(velocity[start : stop + 1], dx=interval_s, axis=0)
    way -= (way @ up) * up
    ahead = way / np.linalg.norm(way)
    axis = attitude[stop if segment[1] else start].inv().apply(ahead) if segment[0] else np.array([0.0, 0.0, 1.0])
    pointing = np.array([turn.apply(axis) for turn in attitude])
    landing = contacts[int(segment[1])]
    near, far = (_between(pointing, landing - k * lead) for k in (1, 2))
    speed_m_s = _between(velocity, landing - lead) @ ahead
    still = [np.mean(np.sum(gyr[m - half : m + half + 1] ** 2, axis=1)) for m in middles]
    return np.array(
        [np.linalg.norm(way), times_s[stop], np.linalg.norm(gravity), *still,
         near @ ahead, near @ up, far @ ahead, far @ up, speed_m_s]
    )  # fmt: skip


def _mid_stance(gyr: Array, contact: float, length: float, stance: tuple[float, float, int]) -> int:
    first, last = (int(np.floor(contact + part * length + 0.5)) for part in stance[:2])
    half = stance[2]
    energy = [np.sum(gyr[i - half : i + half + 1] ** 2) for i in range(first, last + 1)]
    return first + int(np.argmin(energy))


def _between(values: Array, sample: float) -> Array:
    places = np.arange(len(values))
    return np.array([np.interp(sample, places, column) for column in values.T])
