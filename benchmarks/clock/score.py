"""From the traces of single feet to the timing between two feet: every left with every right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from benchmarks.clock.world import GRID_S, FootTrace
from gaitpipe.model import FloatArray

FROM_S = 10.0
TARGET_S, TARGET_COVERAGE = 0.003, 0.95


@dataclass(frozen=True, slots=True)
class Score:
    """Errors of the time between two feet [s], and how often twice the stated uncertainty covers them.

    `covered_now` is with the uncertainty as it was stated at that moment, `covered_final` with the one of the summary.
    `limit_s` is the 95th percentile that no receiver can beat while packets and events keep step; 0 when they do not.
    """

    pairs: int
    p95_s: float
    largest_s: float
    covered_now: float
    covered_final: float
    stated_s: float
    limit_s: float = 0.0

    @property
    def timing_met(self) -> bool:
        return self.p95_s < TARGET_S

    @property
    def coverage_met(self) -> bool:
        return min(self.covered_now, self.covered_final) >= TARGET_COVERAGE


def score(left: Sequence[FootTrace], right: Sequence[FootTrace], limit_s: float = 0.0) -> Score:
    """Score all pairs of the traces; one sequence given twice is paired with itself, no trace with itself."""
    first = round(FROM_S / GRID_S)
    same = left is right
    errors, now, final, stated = [], [], [], []
    for place, one in enumerate(left):
        for other in right[place + 1 :] if same else right:
            error_s = np.abs(one.error_s - other.error_s)[first:]
            known_s = np.hypot(one.uncertainty_s, other.uncertainty_s)[first:]
            errors.append(error_s)
            stated.append(known_s)
            now.append(error_s <= 2.0 * known_s)
            final.append(error_s <= 2.0 * math.hypot(one.final_uncertainty_s, other.final_uncertainty_s))
    pooled_s = np.concatenate(errors)
    return Score(
        pairs=len(errors),
        p95_s=float(np.percentile(pooled_s, 95)),
        largest_s=float(pooled_s.max()),
        covered_now=float(np.concatenate(now).mean()),
        covered_final=float(np.concatenate(final).mean()),
        stated_s=float(np.median(np.concatenate(stated))),
        limit_s=limit_s,
    )


def hole_s(packet_s: float, interval_s: float) -> float:
    """How much of the delay stays hidden while packets and connection events keep step [s]; 0 when it is under 0.1 ms.

    A packet every p seconds and an event every q meet in the same few ways, gcd(p, q) apart. Within that distance the
    phase of the sampling leaves no trace in any arrival.
    """
    ratio = Fraction(packet_s / interval_s).limit_denominator(1000)
    found = interval_s / ratio.denominator
    return found if abs(float(ratio) - packet_s / interval_s) < 1e-9 and found > 1e-4 else 0.0


def least_p95_s(left_hole_s: float, right_hole_s: float) -> float:
    """95th percentile of the difference of two phases, each anywhere in its hole and guessed at the middle [s]."""
    places = (np.arange(2000) + 0.5) / 2000 - 0.5
    apart_s: FloatArray = np.abs(left_hole_s * places[:, None] - right_hole_s * places[None, :])
    return float(np.percentile(apart_s, 95))
