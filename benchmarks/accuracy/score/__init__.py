"""Comparison with a reference: matching, agreement, and the figures that the targets speak of."""

from benchmarks.accuracy.score.cadence import CadenceScore, Pairing, score_cadence
from benchmarks.accuracy.score.contacts import Comparison, Detected, compare, detected_of, pooled
from benchmarks.accuracy.score.figures import figures
from benchmarks.accuracy.score.matching import EDGE_S, EVENT_WINDOW_S, match, mean, scored

__all__ = [
    "EDGE_S", "EVENT_WINDOW_S", "CadenceScore", "Comparison", "Detected", "Pairing", "compare", "detected_of",
    "figures", "match", "mean", "pooled", "score_cadence", "scored",
]  # fmt: skip
