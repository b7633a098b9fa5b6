"""A run in windows of half a minute or so: what each leg did in each, for figures that sum over a session.

Only good running strides count. A window holds the strides whose contact began in it; windows are counted from the
start of the session's time and a window without strides is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import SIDES, FloatArray

COLUMNS = ("ground_contact_time_s", "stride_time_s", "foot_strike_angle_deg", "shank_angle_ic_deg")


@dataclass(frozen=True, slots=True)
class LegWindow:
    """One leg in one window: its good running strides and their means; None where no stride has the figure."""

    strides: int
    contact_time_s: float | None
    stride_time_s: float | None
    foot_strike_angle_deg: float | None
    shank_angle_ic_deg: float | None


@dataclass(frozen=True, slots=True)
class RunWindow:
    """One window from `start_s` (session time) on; a leg without strides is None."""

    start_s: float
    left: LegWindow | None
    right: LegWindow | None


def load_windows(strides: NDArray[np.void], window_s: float) -> tuple[RunWindow, ...]:
    """Cut the stride table (STRIDE_DTYPE, shape (n,)) into windows of `window_s` seconds, in order of time."""
    good = (strides["quality"] == "ok") & (strides["mode"] == "run") & np.isfinite(strides["ic_s"])
    if not good.any():
        return ()
    rows = {name: strides[name][good] for name in ("side", "ic_s", *COLUMNS)}  # whole rows would be a large copy
    numbers, place = np.unique(np.floor(rows["ic_s"] / window_s).astype(np.int64), return_inverse=True)
    legs = [_leg_windows(rows, place, rows["side"] == side, len(numbers)) for side in SIDES]
    starts_s = (numbers * window_s).tolist()
    return tuple(RunWindow(*one) for one in zip(starts_s, *legs, strict=True))


def _leg_windows(
    rows: Mapping[str, NDArray[Any]], place: NDArray[np.int64], mine: NDArray[np.bool_], count: int
) -> list[LegWindow | None]:
    """One leg's windows; `place` (n,) is the window of each row, `mine` (n,) the rows of the leg."""
    strides = np.bincount(place[mine], minlength=count).tolist()
    columns = [_means(rows[name][mine], place[mine], count).tolist() for name in COLUMNS]
    return [
        LegWindow(number, *(None if np.isnan(mean) else mean for mean in means)) if number else None
        for number, *means in zip(strides, *columns, strict=True)
    ]


def _means(values: FloatArray, place: NDArray[np.int64], count: int) -> FloatArray:
    """Mean of the finite values in each window, shape (count,); NaN without any."""
    known = np.isfinite(values)
    sums = np.bincount(place[known], weights=values[known], minlength=count)
    numbers = np.bincount(place[known], minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / numbers, dtype=np.float64)
