"""Cadence of one sensor against its reference, over strides that belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.readers import Truth
from benchmarks.accuracy.score.matching import EDGE_S, match, mean, scored

STRIDE_WINDOW_S = 0.060
PAIR_WINDOW_S = 0.250


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
    good = strides[(strides["quality"] == "ok") & np.isfinite(strides["stride_time_s"])]
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
