"""Comparison of events and strides with a reference: one-to-one matching, bias, spread. Nothing here is tuned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.readers import Truth
from gaitpipe.model import FloatArray

EVENT_WINDOW_S = 0.050
STRIDE_WINDOW_S = 0.060
PAIR_WINDOW_S = 0.250
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


@dataclass(frozen=True, slots=True)
class Pairing:
    """Strides of the pipeline and of the reference that belong together: how many, and both mean cadences."""

    count: int
    cadence_spm: float
    truth_spm: float

    @property
    def difference_spm(self) -> float:
        return self.cadence_spm - self.truth_spm


@dataclass(frozen=True, slots=True)
class CadenceScore:
    """Cadence of one sensor against its reference [steps/min].

    `strides_kept` and `strides_ok` are the pipeline's. All pairings take its `ok` strides and the strides of the
    reference that begin and end scored. `matched` are strides that begin within 60 ms of each other: the verdict.
    `paired` are nearest strides up to a quarter of a second apart: one misplaced contact shortens one stride and
    lengthens its neighbour, and here the two cancel. `strays` are `ok` strides in the scored interval that begin
    at no contact of the reference. `shown_spm` is what the pipeline shows its user, from all its strides, `truth_spm`
    the mean over all strides of the reference: these differ by the strides at the edges too.
    """

    strides_kept: int
    strides_ok: int
    strays: int
    matched: Pairing
    paired: Pairing
    shown_spm: float
    truth_spm: float


def score_cadence(strides: NDArray[np.void], shown_spm: float, truth: Truth) -> CadenceScore:
    """Compare the strides of one side, shape (n,) of STRIDE_DTYPE, with its reference."""
    good = strides[strides["quality"] == "ok"]
    last_s = truth.end_s - EDGE_S
    known = scored(truth) & (truth.ic_s + truth.stride_time_s <= last_s)
    inside = (good["ic_s"] >= truth.start_s + EDGE_S) & (good["ic_s"] + good["stride_time_s"] <= last_s)
    placed, _ = match(good["ic_s"], truth.ic_s, STRIDE_WINDOW_S)
    left_out, _ = match(good["ic_s"], truth.excluded_ic_s, STRIDE_WINDOW_S)
    inside[placed] = inside[left_out] = False
    return CadenceScore(
        strides_kept=len(strides),
        strides_ok=len(good),
        strays=int(inside.sum()),
        matched=_pair(good, truth, known, STRIDE_WINDOW_S),
        paired=_pair(good, truth, known, PAIR_WINDOW_S),
        shown_spm=shown_spm,
        truth_spm=mean(120.0 / truth.stride_time_s),
    )


def _pair(strides: NDArray[np.void], truth: Truth, known: NDArray[np.bool_], window_s: float) -> Pairing:
    found, true = match(strides["ic_s"], np.where(known, truth.ic_s, np.nan), window_s)
    return Pairing(len(found), mean(strides["cadence_spm"][found]), mean(120.0 / truth.stride_time_s[true]))


@dataclass(frozen=True, slots=True)
class EventScore:
    """Events of one sensor against its reference: counts, and the errors found - true [s] of matched contacts.

    `eligible` are the scored contacts of the reference, `recalled` those that were found; `missed_inside` were not
    found though the pipeline has contacts before and after them: the others lie at the ends, where a swing is missing.
    `extra` are contacts of the pipeline in the scored interval that belong to no contact of the reference, the
    excluded ones not among them.
    """

    eligible: int
    recalled: int
    missed_inside: int
    extra: int
    ic_error_s: FloatArray
    tc_error_s: FloatArray
    contact_error_s: FloatArray


def score_events(ic_s: FloatArray, tc_s: FloatArray, truth: Truth) -> EventScore:
    """Compare contacts of the pipeline, `ic_s` and `tc_s` (n,), with the reference.

    A contact that the reference saw but left out is neither right nor wrong.
    """
    found, true = match(ic_s, truth.ic_s, EVENT_WINDOW_S)
    counts = scored(truth)
    keep = counts[true]
    inside = (ic_s >= truth.start_s + EDGE_S) & (ic_s <= truth.end_s - EDGE_S)
    inside[found] = False
    also, _ = match(ic_s, truth.excluded_ic_s, EVENT_WINDOW_S)
    inside[also] = False
    found, true = found[keep], true[keep]
    ic_error = ic_s[found] - truth.ic_s[true]
    tc_error = tc_s[found] - truth.tc_s[true]
    missed_s = truth.ic_s[counts & ~np.isin(np.arange(len(truth.ic_s)), true)]
    between = (missed_s > ic_s.min(initial=np.inf)) & (missed_s < ic_s.max(initial=-np.inf))
    return EventScore(
        eligible=int(counts.sum()),
        recalled=len(found),
        missed_inside=int(between.sum()),
        extra=int(inside.sum()),
        ic_error_s=ic_error,
        tc_error_s=tc_error,
        contact_error_s=tc_error - ic_error,
    )


@dataclass(frozen=True, slots=True)
class ErrorSummary:
    """Errors of several streams [s]: the mean of the streams' means (bias), the standard deviation of these means
    (between), the root of the mean within-stream variance (within), and the root mean square of all errors."""

    count: int
    bias: float
    between: float
    within: float
    rmse: float


def summarise(errors: Sequence[FloatArray]) -> ErrorSummary:
    """Summary over streams, each (k,); NaN errors (no terminal contact) are left out."""
    clean = [e[np.isfinite(e)] for e in errors]
    clean = [e for e in clean if len(e)]
    pooled = np.concatenate(clean) if clean else np.zeros(0)
    means = np.array([e.mean() for e in clean])
    variances = np.array([e.var(ddof=1) for e in clean if len(e) > 1])
    return ErrorSummary(
        count=len(pooled),
        bias=mean(means),
        between=float(means.std(ddof=1)) if len(means) > 1 else np.nan,
        within=float(np.sqrt(variances.mean())) if len(variances) else np.nan,
        rmse=float(np.sqrt(np.mean(pooled * pooled))) if len(pooled) else np.nan,
    )


def mean(values: FloatArray) -> float:
    """Mean of the finite values; NaN of none."""
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else np.nan
