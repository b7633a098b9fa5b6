"""Mean and spread of the sagittal rotation rate over the strides of one foot, as running sums of constant size."""

from __future__ import annotations

import numpy as np

from gaitpipe.gait.recent import RecentBlocks
from gaitpipe.gait.strides import Stride
from gaitpipe.model import Ensemble, SampleBlock

POINTS = 101
KEEP_S = 6.0


class EnsembleBuilder:
    """Collects aligned samples of the last seconds and adds each good stride to the running sums, by mode."""

    def __init__(self) -> None:
        self._recent = RecentBlocks()
        self._count = {"run": 0, "walk": 0}
        self._mean = {mode: np.zeros(POINTS) for mode in self._count}
        self._squares = {mode: np.zeros(POINTS) for mode in self._count}
        self._contact = dict.fromkeys(self._count, 0.0)

    def feed(self, block: SampleBlock) -> None:
        """Remember the aligned samples for as long as a stride may still need them."""
        self._recent.push(block)

    def add(self, stride: Stride) -> None:
        """Resample a good and complete stride to the grid and add it (Welford's running mean and squares)."""
        if stride.quality != "ok" or np.isnan(stride.next_ic_s):
            return
        phase = np.linspace(stride.ic_s, stride.next_ic_s, POINTS)
        near = self._recent.near(phase[0] - 0.1, phase[-1] + 0.1)
        cuts = [np.searchsorted(part.time_s, (phase[0] - 0.1, phase[-1] + 0.1)) for part in near]
        if not any(first < last for first, last in cuts):
            return
        parts = [(part, first, last) for part, (first, last) in zip(near, cuts, strict=True)]
        times = np.concatenate([part.time_s[first:last] for part, first, last in parts])
        rates = -np.degrees(np.concatenate([part.gyr_rad_s[first:last, 1] for part, first, last in parts]))
        curve = np.interp(phase, times, rates)
        mode = stride.mode
        self._count[mode] += 1
        step = curve - self._mean[mode]
        self._mean[mode] += step / self._count[mode]
        self._squares[mode] += step * (curve - self._mean[mode])
        contact_pct = 100.0 * (stride.tc_s - stride.ic_s) / (stride.next_ic_s - stride.ic_s)
        self._contact[mode] += (contact_pct - self._contact[mode]) / self._count[mode]

    def forget(self, before_s: float) -> None:
        """Drop samples that no coming stride can reach."""
        self._recent.forget(before_s - KEEP_S)

    def result(self, mode: str) -> Ensemble | None:
        """Mean and standard deviation over the strides of a mode, None with fewer than two."""
        count = self._count[mode]
        if count < 2:
            return None
        return Ensemble(
            phase_pct=np.linspace(0.0, 100.0, POINTS),
            mean=self._mean[mode].copy(),
            sd=np.sqrt(self._squares[mode] / (count - 1)),
            stride_count=count,
            terminal_contact_pct=self._contact[mode],
        )
