"""One-to-one matching of contacts, and which contacts count. Nothing here is tuned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.readers import Truth
from gaitpipe.model import FloatArray

EVENT_WINDOW_S = 0.050
EDGE_S = 0.35
"""Contacts closer than this to either end of the gait data are not scored: the reference recordings are cut there."""

IndexArray = NDArray[np.int64]


def match(found_s: FloatArray, true_s: FloatArray, window_s: float) -> tuple[IndexArray, IndexArray]:
    """Pairs (index of found, index of true) no further apart than `window_s`, nearest pairs first, each used once."""
    distance = np.abs(found_s[:, None] - true_s[None, :])
    distance[~np.isfinite(distance)] = np.inf
    pairs: list[tuple[int, int]] = []
    while distance.size and distance.min() <= window_s:
        i, j = np.unravel_index(int(np.argmin(distance)), distance.shape)
        pairs.append((int(i), int(j)))
        distance[i, :] = np.inf
        distance[:, j] = np.inf
    pairs.sort(key=lambda pair: pair[1])
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def scored(truth: Truth) -> NDArray[np.bool_]:
    """Contacts of the reference that count: far enough from both ends of the gait data, shape (n,)."""
    return np.asarray((truth.ic_s >= truth.start_s + EDGE_S) & (truth.ic_s <= truth.end_s - EDGE_S))


def extra(ic_s: FloatArray, truth: Truth, window_s: float) -> int:
    """Found contacts in the scored interval that belong to none of the reference.

    A contact that the reference saw but left out is neither right nor wrong; its own time may be poor, so the wide
    window always applies to it.
    """
    inside = (ic_s >= truth.start_s + EDGE_S) & (ic_s <= truth.end_s - EDGE_S)
    found, _ = match(ic_s, truth.ic_s, window_s)
    inside[found] = False
    also, _ = match(ic_s, truth.excluded_ic_s, max(window_s, EVENT_WINDOW_S))
    inside[also] = False
    return int(inside.sum())


def mean(values: FloatArray) -> float:
    """Mean of the finite values; NaN of none."""
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else np.nan
