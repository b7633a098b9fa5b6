"""The detector of a shank sensor without a gyroscope: blocks in sensor axes in, events out, in any split."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core.accelerometer_kernel import (
    EVENTS_PER_ANCHOR,
    FILTER_MEMORY,
    NONE,
    RING_COLUMNS,
    RING_SAMPLES,
    advance,
    finish,
)
from gaitpipe.core.accelerometer_params import AccelerometerParams, coefficients
from gaitpipe.core.kernel import EVENT_DTYPE
from gaitpipe.core.stream_detector import StreamDetector, counted_events
from gaitpipe.model import SampleBlock

STATE_DTYPE = np.dtype(
    [
        ("next_sample", "i8"),
        ("valid_from", "i8"),
        ("scan_from", "i8"),
        ("last_end", "i8"),
        ("tracking", "i8"),
        ("stride", "f8"),
        ("hump", "f8"),
        ("hump_sample", "i8"),
        ("anchor", "i8"),
        ("held", "i8"),
        ("misfits", "i8"),
        ("cycles", "i8"),
        ("walking", "i8"),
        ("ic", "f8"),
        ("up", "f8", (3,)),
        ("front", "f8", (3,)),
        ("last_time_s", "f8"),
        ("last_acc", "f8", (3,)),
        ("memory", "f8", (FILTER_MEMORY,)),
        ("ring", "f8", (RING_SAMPLES, RING_COLUMNS)),
    ]
)


class AccelerometerDetector(StreamDetector):
    """Gait events of one shank accelerometer, any mounting, from blocks in any split.

    Parameters
    ----------
    params : AccelerometerParams
    rate_hz : float
        Nominal rate; fixed for the session.
    """

    def __init__(self, params: AccelerometerParams, rate_hz: float) -> None:
        state = np.zeros(1, STATE_DTYPE)
        state["next_sample"] = -1
        state["anchor"] = state["held"] = NONE
        super().__init__(state, round(params.bridge_gap_s * rate_hz))
        self.params = params
        self.rate_hz = rate_hz
        self._coefficients = coefficients(params, rate_hz)

    def _advance(self, block: SampleBlock) -> NDArray[np.void]:
        events = self._room(len(block))
        count = advance(
            self._state, self._coefficients, block.first_sample, block.time_s, block.acc_m_s2, block.flags, events
        )
        return counted_events(events, count)

    def _finish(self) -> NDArray[np.void]:
        events = self._room(0)
        return events[: finish(self._state, self._coefficients, events)]

    def _room(self, samples: int) -> NDArray[np.void]:
        row = self._coefficients[0]
        anchors = 4 * (samples + int(row["reach"])) // int(row["cycle_minimum"]) + 4
        return np.empty(EVENTS_PER_ANCHOR * anchors, EVENT_DTYPE)
