"""What every detector of one sensor does with its blocks: keep their order, bridge short holes, save and restore."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core.kernel import EVENT_DTYPE, EVENT_RESTART, FLAG_BRIDGED
from gaitpipe.model import SampleBlock


class StreamDetector(ABC):
    """Gait events of one sensor from blocks in any split.

    Parameters
    ----------
    state : structured array, shape (1,)
        All that changes, with `next_sample`, `last_time_s`, `last_acc` and, with a gyroscope, `last_gyr`.
    bridge_samples : int
        The longest hole that is bridged by straight lines; a longer one restarts the detector.
    """

    def __init__(self, state: NDArray[np.void], bridge_samples: int) -> None:
        self._state = state
        self._bridge_samples = bridge_samples

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
        """Events of the contact that is still open at the end of the stream; nothing may be pushed after it."""
        if self._state[0]["next_sample"] < 0:
            return np.zeros(0, EVENT_DTYPE)
        return self._finish()

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
        if len(data) != self._state.dtype.itemsize:
            message = f"a detector state has {self._state.dtype.itemsize} bytes, not {len(data)}"
            raise ValueError(message)
        self._state = np.frombuffer(data, self._state.dtype).copy()

    @abstractmethod
    def _advance(self, block: SampleBlock) -> NDArray[np.void]:
        """Events of consecutive samples."""

    @abstractmethod
    def _finish(self) -> NDArray[np.void]:
        """Events of what is open after the last sample."""


def counted_events(events: NDArray[np.void], count: int) -> NDArray[np.void]:
    """The first `count` events; -1 is the kernel's word for samples that are not finite."""
    if count < 0:
        message = "samples must be finite: leave lost samples out"
        raise ValueError(message)
    return events[:count]


def _bridge(row: np.void, block: SampleBlock, missing: int) -> SampleBlock:
    """The lost samples as straight lines from the last sample to the first of `block`, marked as bridged."""
    part = (np.arange(1, missing + 1) / (missing + 1))[:, None]
    has_gyro = "last_gyr" in (row.dtype.names or ())
    last_gyr = row["last_gyr"] if has_gyro else np.full(3, np.nan)
    return SampleBlock(
        block.side,
        block.placement,
        block.first_sample - missing,
        row["last_time_s"] + part[:, 0] * (block.time_s[0] - row["last_time_s"]),
        row["last_acc"] + part * (block.acc_m_s2[0] - row["last_acc"]),
        last_gyr + part * (block.gyr_rad_s[0] - last_gyr),
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
