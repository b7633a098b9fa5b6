"""The pattern of a stride: its specific force, averaged over equal parts of the stride; and whether strides repeat it.

Gait repeats from stride to stride; a sensor in the hand, in a pocket or being strapped on does not, even where its
rotation looks like swings. A stride that resembles none of its neighbours is no stride to count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gaitpipe.gait.recent import RecentBlocks
from gaitpipe.model import FloatArray, SampleBlock

BINS = 24
KEEP_S = 6.0
NEIGHBOURS = 2
NEAR_S = 4.0
LIKENESS_LEAST = 0.40
"""Correlation with the best of two neighbours on either side, mean force taken off. Steady running and walking, real
and computed: above 0.5, mostly above 0.9; strides in sharp turns down to 0.2. Random waving: nine of ten below 0.45."""


class Timed(Protocol):
    """What is asked of a stride."""

    @property
    def ic_s(self) -> float: ...
    @property
    def next_ic_s(self) -> float: ...
    @property
    def mode(self) -> str: ...


class PatternBuilder:
    """Keeps the aligned specific force of the last seconds and cuts patterns out of it."""

    def __init__(self) -> None:
        self._recent = RecentBlocks()

    def feed(self, block: SampleBlock) -> None:
        """Remember the samples for as long as a stride may still need them."""
        self._recent.push(block)
        self._recent.forget(float(block.time_s[-1]) - KEEP_S)

    def pattern(self, stride: Timed) -> FloatArray | None:
        """Mean specific force in the parts of a stride, shape (BINS, 3); None when samples are missing."""
        edges = np.linspace(stride.ic_s, stride.next_ic_s, BINS + 1)
        if not 0.3 < edges[-1] - edges[0] < 2.0:
            return None
        near = self._recent.near(edges[0] - 0.1, edges[-1] + 0.1)
        if not near:
            return None
        cuts = [np.searchsorted(part.time_s, (edges[0] - 0.1, edges[-1] + 0.1)) for part in near]
        times = np.concatenate([part.time_s[a:b] for part, (a, b) in zip(near, cuts, strict=True)])
        acc = np.concatenate([part.acc_m_s2[a:b] for part, (a, b) in zip(near, cuts, strict=True)])
        stop = int(np.searchsorted(times, edges[-1])) + 1
        times, acc = times[:stop], acc[:stop]
        if len(times) < 8 or times[0] > edges[0] or times[-1] < edges[-1] or np.diff(times).max() > 0.1:
            return None
        sums = np.concatenate([np.zeros((1, 3)), np.cumsum(0.5 * (acc[1:] + acc[:-1]) * np.diff(times)[:, None], 0)])
        at = np.stack([np.interp(edges, times, sums[:, axis]) for axis in range(3)], axis=1)
        return np.asarray(np.diff(at, axis=0) / (edges[1] - edges[0]), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Patterned:
    """A stride with its pattern, shape (BINS, 3)."""

    ic_s: float
    mode: str
    pattern: FloatArray


class Neighbours:
    """Compares each stride with the two before and the two after it."""

    def __init__(self) -> None:
        self._strides: list[Patterned] = []
        self._judged = 0

    def add(self, stride: Patterned) -> list[tuple[Patterned, bool]]:
        """Take in a stride; returns those that can be judged now, and whether each resembles a neighbour."""
        self._strides.append(stride)
        return self._judge(len(self._strides) - NEIGHBOURS)

    def flush(self) -> list[tuple[Patterned, bool]]:
        """Judge what is left by the neighbours there are."""
        return self._judge(len(self._strides))

    def forget(self) -> None:
        """Begin anew: what comes cannot be compared with what was."""
        self._strides, self._judged = [], 0

    def _judge(self, stop: int) -> list[tuple[Patterned, bool]]:
        found = []
        while self._judged < stop:
            at = self._judged
            near = [*self._strides[max(0, at - NEIGHBOURS) : at], *self._strides[at + 1 : at + 1 + NEIGHBOURS]]
            found.append((self._strides[at], any(alike(self._strides[at], other) for other in near)))
            self._judged += 1
        surplus = max(0, self._judged - NEIGHBOURS)
        del self._strides[:surplus]
        self._judged -= surplus
        return found


def alike(one: Patterned, other: Patterned) -> bool:
    """Whether two strides follow closely and have a similar pattern."""
    if abs(one.ic_s - other.ic_s) > NEAR_S:
        return False
    a, b = one.pattern - one.pattern.mean(axis=0), other.pattern - other.pattern.mean(axis=0)
    return float(np.sum(a * b)) >= LIKENESS_LEAST * float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
