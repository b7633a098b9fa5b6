"""The detector of one sensor: aligned blocks in, events out. The compiled work is in `gaitpipe.core.kernel`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core import state
from gaitpipe.core.kernel import EVENT_DTYPE, EVENTS_PER_CYCLE, advance, finish
from gaitpipe.core.params import DetectorParams, coefficients
from gaitpipe.core.stream_detector import StreamDetector, counted_events
from gaitpipe.model import SampleBlock


class Detector(StreamDetector):
    """Gait events of one sensor from aligned blocks, in any split.

    Parameters
    ----------
    params : DetectorParams
    rate_hz : float
        Nominal rate; fixed for the session.
    """

    def __init__(self, params: DetectorParams, rate_hz: float) -> None:
        super().__init__(state.fresh(), round(params.bridge_gap_s * rate_hz))
        self.params = params
        self.rate_hz = rate_hz
        self._coefficients = coefficients(params, rate_hz)

    def _advance(self, block: SampleBlock) -> NDArray[np.void]:
        # Two more: the first swing that ends in the block may have had its peak before it, however short the block is.
        cycles = len(block) // int(self._coefficients[0]["cycle_minimum"]) + 2
        events = np.empty(EVENTS_PER_CYCLE * cycles, EVENT_DTYPE)
        count = advance(
            self._state, self._coefficients, block.first_sample, block.time_s, block.acc_m_s2, block.gyr_rad_s,
            block.flags, events,
        )  # fmt: skip
        return counted_events(events, count)

    def _finish(self) -> NDArray[np.void]:
        events = np.empty(EVENTS_PER_CYCLE, EVENT_DTYPE)
        return events[: finish(self._state, self._coefficients, events)]
