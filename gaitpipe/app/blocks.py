"""Joins the small blocks of packets into larger ones, where nobody waits for a result: the same figures, sooner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from gaitpipe.model import SampleBlock, Side

JOINED_SAMPLES = 512


def joined_blocks(blocks: Iterable[SampleBlock], samples: int = JOINED_SAMPLES) -> Iterator[SampleBlock]:
    """Yield the same samples in blocks of at least `samples`; shorter ones end at a gap or at the end.

    The order of each sensor's samples stays; that of the two sensors may change by one block.
    """
    waiting: dict[Side, list[SampleBlock]] = {}
    for block in blocks:
        parts = waiting.setdefault(block.side, [])
        if parts and parts[-1].first_sample + len(parts[-1]) != block.first_sample:
            yield _join(parts)
            parts.clear()
        parts.append(block)
        if sum(map(len, parts)) >= samples:
            yield _join(parts)
            parts.clear()
    yield from (_join(parts) for parts in waiting.values() if parts)


def _join(parts: list[SampleBlock]) -> SampleBlock:
    if len(parts) == 1:
        return parts[0]
    return SampleBlock(
        parts[0].side,
        parts[0].placement,
        parts[0].first_sample,
        np.concatenate([part.time_s for part in parts]),
        np.concatenate([part.acc_m_s2 for part in parts]),
        np.concatenate([part.gyr_rad_s for part in parts]),
        np.concatenate([part.flags for part in parts]),
    )
