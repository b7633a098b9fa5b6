"""The detector of a shank sensor without a gyroscope: blocks in sensor axes in, events out, in any split."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core.accelerometer_kernel import (
    EVENTS_PER_ANCHOR,
    FILTER_MEMORY,
    FLAG_BRIDGED,
    NONE,
    RING_COLUMNS,
    RING_SAMPLES,
    advance,
    finish,
)
from gaitpipe.core.accelerometer_params import AccelerometerParams, coefficients
from gaitpipe.core.kernel import EVENT_DTYPE, EVENT_RESTART
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


class AccelerometerDetector:
    """Gait events of one shank accelerometer, any mounting, from blocks in any split.

    Parameters
    ----------
    params : AccelerometerParams
    rate_hz : float
        Nominal rate; fixed for the session.
    """

    def __init__(self, params: AccelerometerParams, rate_hz: float) -> None:
        self.params = params
        self.rate_hz = rate_hz
        self._coefficients = coefficients(params, rate_hz)
        self._state = np.zeros(1, STATE_DTYPE)
        row = self._state[0]
        row["next_sample"] = -1
        row["anchor"] = row["held"] = NONE
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
        missing = block.first_sample - expected if expected >= 0 else 0
        found = []
        if 0 < missing <= self._bridge_samples:
            part = (np.arange(1, missing + 1) / (missing + 1))[:, None]
            time_s = row["last_time_s"] + part[:, 0] * (block.time_s[0] - row["last_time_s"])
            acc = row["last_acc"] + part * (block.acc_m_s2[0] - row["last_acc"])
            found.append(self._advance(expected, time_s, acc, np.full(missing, FLAG_BRIDGED, np.uint8)))
        elif missing:
            found.append(_restart_event(block))
        found.append(self._advance(block.first_sample, block.time_s, block.acc_m_s2, block.flags))
        return np.concatenate(found) if len(found) > 1 else found[0]

    def finish(self) -> NDArray[np.void]:
        """Events of the contact that is still open at the end of the stream; nothing may be pushed after it."""
        if self._state[0]["next_sample"] < 0:
            return np.zeros(0, EVENT_DTYPE)
        events = self._room(0)
        return events[: finish(self._state, self._coefficients, events)]

    def snapshot(self) -> bytes:
        """The whole state as bytes."""
        return self._state.tobytes()

    def restore(self, data: bytes) -> None:
        """Continue, bit-exactly, from a snapshot of a detector with the same parameters and rate.

        Raises
        ------
        ValueError
            The bytes are not a state of this version.
        """
        if len(data) != STATE_DTYPE.itemsize:
            message = f"a detector state has {STATE_DTYPE.itemsize} bytes, not {len(data)}"
            raise ValueError(message)
        self._state = np.frombuffer(data, STATE_DTYPE).copy()

    def _room(self, samples: int) -> NDArray[np.void]:
        row = self._coefficients[0]
        anchors = 4 * (samples + int(row["reach"])) // int(row["cycle_minimum"]) + 4
        return np.empty(EVENTS_PER_ANCHOR * anchors, EVENT_DTYPE)

    def _advance(
        self, first: int, time_s: NDArray[np.float64], acc: NDArray[np.float64], flags: NDArray[np.uint8]
    ) -> NDArray[np.void]:
        events = self._room(len(time_s))
        count = advance(self._state, self._coefficients, first, time_s, acc, flags, events)
        if count < 0:
            message = "samples must be finite: leave lost samples out"
            raise ValueError(message)
        return events[:count]


def _restart_event(block: SampleBlock) -> NDArray[np.void]:
    event = np.zeros(1, EVENT_DTYPE)
    event["kind"] = EVENT_RESTART
    event["sample"] = block.first_sample
    event["time_s"] = block.time_s[0]
    for name in ("peak_acc_m_s2", "pitch_rad", "rate_rad_s"):
        event[name] = np.nan
    return event
