"""Joins the small blocks of packets into larger ones: the same figures, for a fraction of the calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from gaitpipe.model import SampleBlock, Side

JOINED_SAMPLES = 512


class BlockJoiner:
    """Holds the blocks of each sensor back until they have `samples` together; never joins over a gap.

    The order of each sensor's samples stays; that of the two sensors may change by one block.
    """

    def __init__(self, samples: int) -> None:
        self._samples = samples
        self._waiting: dict[Side, list[SampleBlock]] = {}
        self._counts: dict[Side, int] = {}

    def push(self, block: SampleBlock) -> list[SampleBlock]:
        """Take a block; return what is large enough now, or ended by a gap."""
        side = block.side
        parts, count = self._waiting.setdefault(side, []), self._counts.get(side, 0)
        ready = []
        if parts and parts[-1].first_sample + len(parts[-1]) != block.first_sample:
            ready.append(_join(parts))
            parts.clear()
            count = 0
        parts.append(block)
        count += len(block)
        if count >= self._samples:
            ready.append(_join(parts))
            parts.clear()
            count = 0
        self._counts[side] = count
        return ready

    def flush(self) -> list[SampleBlock]:
        """Return what waits."""
        ready = [_join(parts) for parts in self._waiting.values() if parts]
        self._waiting.clear()
        self._counts.clear()
        return ready


def joined_blocks(blocks: Iterable[SampleBlock], samples: int = JOINED_SAMPLES) -> Iterator[SampleBlock]:
    """Yield the same samples in blocks of at least `samples`; shorter ones end at a gap or at the end."""
    joiner = BlockJoiner(samples)
    for block in blocks:
        yield from joiner.push(block)
    yield from joiner.flush()


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
