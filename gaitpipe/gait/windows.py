"""Cuts a stream into windows of a fixed number of samples, whatever the size of the blocks it comes in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gaitpipe.model import FloatArray, SampleBlock


class Windows:
    """Collects acceleration and rotation rate and gives them out in windows counted from the first sample received."""

    def __init__(self, samples: int) -> None:
        self.samples = samples
        self._parts: list[tuple[FloatArray, FloatArray]] = []
        self._count = 0

    def push(self, block: SampleBlock) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Windows (acc, gyr), each (samples, 3), that are full now."""
        self._parts.append((block.acc_m_s2, block.gyr_rad_s))
        self._count += len(block)
        if self._count < self.samples:
            return
        acc = np.concatenate([part[0] for part in self._parts])
        gyr = np.concatenate([part[1] for part in self._parts])
        whole = self._count // self.samples * self.samples
        self._parts = [(acc[whole:], gyr[whole:])]
        self._count -= whole
        for start in range(0, whole, self.samples):
            yield acc[start : start + self.samples], gyr[start : start + self.samples]
