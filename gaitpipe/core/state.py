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
