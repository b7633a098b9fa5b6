"""Times of samples that came in batches with one time each.

Rules: the samples of a batch are spread evenly until the next batch begins. Where the next one is further away, or
nearer, than the batch is long (by a fifth), something is missing or came twice: then the usual interval counts, and
the rest is a gap for the judgement of the times. The usual interval is the median over the batches, or that of a given
rate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import FloatArray

NEAR_SHARE = 0.2


def spread(first_s: FloatArray, counts: NDArray[np.int64], rate_hz: float | None = None) -> FloatArray:
    """Times (n,) of all samples of batches.

    Parameters
    ----------
    first_s
        Time of the first sample of each batch, shape (m,).
    counts
        Samples in each batch, shape (m,), at least 1; n is their sum.
    rate_hz
        Usual samples a second; None measures it.
    """
    if not len(first_s):
        return np.zeros(0)
    own_s = np.append(np.diff(first_s), np.nan) / counts
    usual_s = 1.0 / rate_hz if rate_hz else usual_interval_s(first_s, counts)
    own_s = np.where(np.abs(own_s - usual_s) <= NEAR_SHARE * usual_s, own_s, usual_s)
    batch = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(first_s[batch] + within * own_s[batch], dtype=np.float64)


def usual_interval_s(first_s: FloatArray, counts: NDArray[np.int64]) -> float:
    """Median time between samples over the batches [s]; NaN with a single batch."""
    own_s = np.diff(first_s) / counts[:-1]
    own_s = own_s[own_s > 0.0]
    return float(np.median(own_s)) if len(own_s) else float("nan")
