"""The stride table as the metrics see it: one row a stride and side with its own times and the other foot's contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sys import intern

import numpy as np
from numpy.typing import NDArray

from gaitpipe.derived import Athlete
from gaitpipe.gait.strides import Stride
from gaitpipe.model import SIDES, FloatArray, SensorInfo, Side

ROW_DTYPE = np.dtype(
    [
        ("side", "U5"),
        ("stride", "i8"),
        ("ic_s", "f8"),
        ("tc_s", "f8"),
        ("ic_raw_s", "f8"),
        ("tc_raw_s", "f8"),
        ("next_ic_s", "f8"),
        ("other_ic_s", "f8"),
        ("foot_pitch_ic_rad", "f8"),
        ("stance_rate_ratio", "f8"),
        ("peak_acc_m_s2", "f8"),
        ("peak_acc_bound_m_s2", "f8"),
        ("other_tc_s", "f8"),
        ("reckoned_length_m", "f8"),
        ("reckoned_speed_m_s", "f8"),
        ("shank_angle_ic_rad", "f8"),
        ("retraction_speed_m_s", "f8"),
        ("mode", "U4"),
        ("quality", "O"),
    ]
)
"""`quality` holds references to a few texts that all rows share: as texts of their own they would be three quarters of
the table."""

PIECE_ROWS = 256

SAME_CONTACT_S = 0.02
"""Two times of one contact differ by no more than this, whatever bias was taken off; two contacts never do."""


@dataclass(frozen=True, slots=True)
class StrideTable:
    """Rows of `ROW_DTYPE`, shape (n,), in order of `ic_s`, with what is known of the session."""

    rows: NDArray[np.void]
    sensors: Mapping[Side, SensorInfo]
    belt_speed_m_s: float | None = None
    athlete: Athlete | None = None
    belt_told: bool = False
    """The belt speed is what the treadmill said, not what a person gave."""

    def column(self, name: str) -> FloatArray:
        """One float column, shape (n,)."""
        return np.asarray(self.rows[name], dtype=np.float64)

    def of_side(self, side: Side) -> NDArray[np.bool_]:
        """Mask of the rows of one foot, shape (n,)."""
        return np.asarray(self.rows["side"] == side)


def row_of(stride: Stride, other_ic_s: float) -> tuple[object, ...]:
    """The tuple of one row, in the order of `ROW_DTYPE`."""
    return (
        stride.side,
        stride.number,
        stride.ic_s,
        stride.tc_s,
        stride.ic_raw_s,
        stride.tc_raw_s,
        stride.next_ic_s,
        other_ic_s,
        stride.motion.foot_pitch_rad,
        stride.stance_rate_ratio,
        stride.peak_acc_m_s2,
        stride.peak_acc_bound_m_s2,
        np.nan,
        stride.motion.length_m,
        stride.motion.speed_m_s,
        stride.motion.shank_angle_rad,
        stride.motion.retraction_m_s,
        stride.mode,
        intern(stride.quality),
    )


class RowStore:
    """Grows by rows; full pieces are arrays, which take a quarter of what tuples and their floats take."""

    def __init__(self) -> None:
        self._full: list[NDArray[np.void]] = []
        self._last: list[tuple[object, ...]] = []

    def __len__(self) -> int:
        return sum(map(len, self._full)) + len(self._last)

    def add(self, pairs: Iterable[tuple[Stride, float]]) -> None:
        """Take in strides, each with the contact time of the other foot."""
        for stride, other_ic_s in pairs:
            self._last.append(row_of(stride, other_ic_s))
            if len(self._last) == PIECE_ROWS:
                self._close()

    def add_rows(self, rows: NDArray[np.void]) -> None:
        """Take in rows of `ROW_DTYPE`, shape (n,)."""
        self._close()
        self._full.append(rows)

    def take(self) -> NDArray[np.void]:
        """All rows, shape (n,) of `ROW_DTYPE`, in the order of `add`; the store is empty then."""
        self._close()
        rows = np.concatenate(self._full)
        self._full.clear()
        return rows

    def _close(self) -> None:
        self._full.append(np.array(self._last, dtype=ROW_DTYPE))
        self._last.clear()


def table_of(
    rows: Iterable[tuple[object, ...]] | NDArray[np.void],
    sensors: Mapping[Side, SensorInfo],
    belt_speed_m_s: float | None,
    athlete: Athlete | None = None,
) -> StrideTable:
    """Build the table from rows, sorted by contact time and side, and look up the other foot's toe-off."""
    array = rows if isinstance(rows, np.ndarray) else np.array(list(rows), dtype=ROW_DTYPE)
    array = array[np.lexsort((array["side"], array["ic_s"]))]
    array["other_tc_s"] = _other_tc_s(array)
    return StrideTable(array, sensors, belt_speed_m_s, athlete)


def _other_tc_s(rows: NDArray[np.void]) -> FloatArray:
    """Terminal contact that belongs to each stride's `other_ic_s`, of good strides only; NaN without one."""
    found = np.full(len(rows), np.nan)
    for side in SIDES:
        others = rows[(rows["side"] != side) & (rows["quality"] == "ok")]
        mine = np.flatnonzero((rows["side"] == side) & np.isfinite(rows["other_ic_s"]))
        if not len(others):
            continue
        wanted_s = rows["other_ic_s"][mine]
        place = np.minimum(np.searchsorted(others["ic_s"], wanted_s - SAME_CONTACT_S), len(others) - 1)
        same = np.abs(others["ic_s"][place] - wanted_s) <= SAME_CONTACT_S
        found[mine[same]] = others["tc_s"][place[same]]
    return found
