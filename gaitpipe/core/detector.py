"""The detector of one sensor: blocks in, events out, in any split. The compiled work is in `gaitpipe.core.kernel`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core import state as detector_state
from gaitpipe.core.kernel import EVENT_DTYPE, EVENT_RESTART, EVENTS_PER_CYCLE, FLAG_BRIDGED, advance, finish
from gaitpipe.core.params import DetectorParams, coefficients
from gaitpipe.model import SampleBlock


class Detector:
    """Gait events of one sensor from aligned blocks, in any split.

    Parameters
    ----------
    params : DetectorParams
    rate_hz : float
        Nominal rate; fixed for the session.
    """

    def __init__(self, params: DetectorParams, rate_hz: float) -> None:
        self.params = params
        self.rate_hz = rate_hz
        self._coefficients = coefficients(params, rate_hz)
        self._state = detector_state.fresh()
        self._bridge_samples = round(params.bridge_gap_s * rate_hz)

    def push(self, block: SampleBlock) -> NDArray[np.void]:
        """Events that became final with this block, shape (k,), EVENT_DTYPE; times are raw feature times.

        Raises
        ------
        ValueError
            The block starts before the last one ended, or holds a value that is not finite: a bug of the caller.
        """
        if len(block) == 0:
            return np.zeros(0, EVENT_DTYPE)
        row = self._state[0]
        expected = int(row["next_sample"])
        if block.first_sample < expected:
            message = f"block starts at sample {block.first_sample}, before {expected}"
            raise ValueError(message)
        found = []
        missing = block.first_sample - expected if expected >= 0 else 0
        if 0 < missing <= self._bridge_samples:
            found.append(self._advance(_bridge(row, block, missing)))
        elif missing:
            found.append(_restart_event(block))
        found.append(self._advance(block))
        return np.concatenate(found) if len(found) > 1 else found[0]

    def finish(self) -> NDArray[np.void]:
        """Events of the cycle that is still open at the end of the stream; nothing may be pushed after it."""
        events = np.empty(EVENTS_PER_CYCLE, EVENT_DTYPE)
        return events[: finish(self._state, self._coefficients, events)]

    def snapshot(self) -> bytes:
        """The whole state as bytes."""
        return detector_state.snapshot(self._state)

    def restore(self, data: bytes) -> None:
        """Continue, bit-exactly, from a snapshot of a detector with the same parameters and rate."""
        self._state = detector_state.restore(data)

    def _advance(self, block: SampleBlock) -> NDArray[np.void]:
        # Two more: the first swing that ends in the block may have had its peak before it, however short the block is.
        cycles = len(block) // int(self._coefficients[0]["cycle_minimum"]) + 2
        events = np.empty(EVENTS_PER_CYCLE * cycles, EVENT_DTYPE)
        count = advance(
            self._state, self._coefficients, block.first_sample, block.time_s, block.acc_m_s2, block.gyr_rad_s,
            block.flags, events,
        )  # fmt: skip
        if count < 0:
            message = "samples must be finite: leave lost samples out"
            raise ValueError(message)
        return events[:count]


def _bridge(row: np.void, block: SampleBlock, missing: int) -> SampleBlock:
    """The lost samples as straight lines from the last sample to the first of `block`, marked as bridged."""
    part = (np.arange(1, missing + 1) / (missing + 1))[:, None]
    return SampleBlock(
        block.side,
        block.placement,
        block.first_sample - missing,
        row["last_time_s"] + part[:, 0] * (block.time_s[0] - row["last_time_s"]),
        row["last_acc"] + part * (block.acc_m_s2[0] - row["last_acc"]),
        row["last_gyr"] + part * (block.gyr_rad_s[0] - row["last_gyr"]),
        np.full(missing, FLAG_BRIDGED, np.uint8),
    )


def _restart_event(block: SampleBlock) -> NDArray[np.void]:
    event = np.zeros(1, EVENT_DTYPE)
    event["kind"] = EVENT_RESTART
    event["sample"] = block.first_sample
    event["time_s"] = block.time_s[0]
    for name in ("peak_acc_m_s2", "pitch_rad", "rate_rad_s"):
        event[name] = np.nan
    return event
