"""All that changes in the detector, as one structured row: it compiles, caches on disk and snapshots as bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core.kernel import NO_SWING, RING_COLUMNS, RING_SAMPLES

STATE_DTYPE = np.dtype(
    [
        ("next_sample", "i8"),
        ("primed", "i8"),
        ("valid_from", "i8"),
        ("memory", "f8", (2,)),
        ("in_swing", "i8"),
        ("peak", "f8"),
        ("peak_sample", "i8"),
        ("last_swing", "i8"),
        ("rival", "i8"),
        ("amplitude", "f8"),
        ("swing_threshold", "f8"),
        ("cycle", "f8"),
        ("last_time_s", "f8"),
        ("last_acc", "f8", (3,)),
        ("last_gyr", "f8", (3,)),
        ("ring", "f8", (RING_SAMPLES, RING_COLUMNS)),
    ]
)


def fresh() -> NDArray[np.void]:
    """A detector that has seen nothing, shape (1,)."""
    state = np.zeros(1, STATE_DTYPE)
    row = state[0]
    row["next_sample"] = -1
    row["last_swing"] = NO_SWING
    return state


def snapshot(state: NDArray[np.void]) -> bytes:
    """The whole state as bytes; `restore` gives back a detector that continues bit-exactly."""
    return state.tobytes()


def restore(data: bytes) -> NDArray[np.void]:
    """The inverse of `snapshot`.

    Raises
    ------
    ValueError
        The bytes are not a state of this version.
    """
    if len(data) != STATE_DTYPE.itemsize:
        message = f"a detector state has {STATE_DTYPE.itemsize} bytes, not {len(data)}"
        raise ValueError(message)
    return np.frombuffer(data, STATE_DTYPE).copy()
