"""The aligned samples of the last seconds, for what looks at whole strides."""

from __future__ import annotations

from collections import deque

import numpy as np

from gaitpipe.model import SampleBlock

JOIN_SAMPLES = 64


class RecentBlocks:
    """Blocks of one sensor in order of time; short ones are joined, since one may hold a single sample.

    No gap is joined over: a block stays without a gap inside.
    """

    def __init__(self) -> None:
        self._blocks: deque[SampleBlock] = deque()
        self._short: list[SampleBlock] = []
        self._samples = 0

    def push(self, block: SampleBlock) -> None:
        """Remember a block."""
        if self._short and self._short[-1].first_sample + len(self._short[-1]) != block.first_sample:
            self._join()
        self._short.append(block)
        self._samples += len(block)
        if self._samples >= JOIN_SAMPLES:
            self._join()

    def near(self, from_s: float, to_s: float) -> list[SampleBlock]:
        """The blocks with samples in [from, to], perhaps with others around them."""
        self._join()
        return [block for block in self._blocks if block.time_s[-1] >= from_s and block.time_s[0] <= to_s]

    def forget(self, before_s: float) -> None:
        """Drop the blocks that end before a time."""
        while self._blocks and self._blocks[0].time_s[-1] < before_s:
            self._blocks.popleft()

    def clear(self) -> None:
        """Drop all blocks."""
        self._blocks.clear()
        self._short.clear()
        self._samples = 0

    def _join(self) -> None:
        short, self._short, self._samples = self._short, [], 0
        if len(short) == 1:
            self._blocks.append(short[0])
        elif short:
            first = short[0]
            joined = (
                np.concatenate([getattr(block, name) for block in short])
                for name in ("time_s", "acc_m_s2", "gyr_rad_s", "flags")
            )
            self._blocks.append(SampleBlock(first.side, first.placement, first.first_sample, *joined))
