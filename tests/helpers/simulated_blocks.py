"""A simulated sensor's samples as blocks, with holes where a test wants them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from gaitpipe.model import SampleBlock
from gaitpipe.simulate.runner import SimulatedStream

Hole = tuple[int, int]
"""Samples [start, stop) that are missing."""


def block_of(stream: SimulatedStream, start: int = 0, stop: int | None = None) -> SampleBlock:
    """The samples [start, stop) of a stream."""
    part = slice(start, stop)
    return SampleBlock(
        stream.side,
        stream.placement,
        start,
        stream.device_time_s[part],
        np.ascontiguousarray(stream.acc_m_s2[part]),
        np.ascontiguousarray(stream.gyr_rad_s[part]),
        stream.flags[part],
    )


def blocks_of(stream: SimulatedStream, size: int | None = None, holes: Iterable[Hole] = ()) -> Iterator[SampleBlock]:
    """The stream without its holes, in blocks of `size` samples or as large as they can be."""
    edges = [0, *(edge for hole in sorted(holes) for edge in hole), len(stream.device_time_s)]
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        step = size or max(1, last - first)
        for start in range(first, last, step):
            yield block_of(stream, start, min(last, start + step))
