"""A session second by second, as sports watches store it: what the strides at each second say, in FIT's own terms.

Distance is speed times the time in motion:

1. In motion is the time from one contact to the next of the same foot, whatever the stride is good for; contacts less
   than MAX_PAUSE_S apart belong together. Half a stride before the first contact of a bout and after its last is motion
   too. Standing, and longer parts without contacts such as lost samples, add nothing.
2. The speed is that of the belt where it is known. Else it lies on straight lines between the middles of good strides.
   Further than MAX_BRIDGE_S from any of them it is not known, and nothing is added.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import SIDES, FloatArray, Side

NAN = math.nan
MAX_PAUSE_S = 2.0
MAX_BRIDGE_S = 10.0
PARTS = 10
"""Motion is looked at so many times a second."""


@dataclass(frozen=True, slots=True)
class Second:
    """The state in the middle of one second; NaN where nothing is known.

    `cadence_rpm` counts strides, as FIT does: half of the steps a minute. `stance_balance_pct` is the left foot's share
    of both contact times. `speed_m_s` is the mean over the time in motion, `moving_s` how much of the second that is;
    `distance_m` is summed from both up to the end of the second, NaN in a session without any speed.
    """

    time_s: float
    cadence_rpm: float = NAN
    stance_time_s: float = NAN
    stance_pct: float = NAN
    stance_balance_pct: float = NAN
    step_length_m: float = NAN
    speed_m_s: float = NAN
    distance_m: float = NAN
    moving_s: float = 0.0


def seconds(
    strides: NDArray[np.void], start_s: float, end_s: float, belt_speed_m_s: float | None = None
) -> Iterator[Second]:
    """One Second for each whole second from `start_s` to `end_s`, from the good strides of both feet.

    Parameters
    ----------
    strides
        (n,) of STRIDE_DTYPE.
    belt_speed_m_s
        Speed of the treadmill belt [m/s], if it is known.
    """
    good = strides[(strides["quality"] == "ok") & np.isfinite(strides["stride_time_s"])]
    count = max(1, math.ceil(end_s - start_s))
    middles_s = start_s + np.arange(count) + 0.5
    sides = {side: np.sort(good[good["side"] == side], order="ic_s") for side in SIDES}
    places = {side: _current(rows, middles_s) for side, rows in sides.items()}
    points_s = start_s + (np.arange(count * PARTS) + 0.5) / PARTS
    speeds_m_s = _speeds(strides, good, points_s, belt_speed_m_s).reshape(count, PARTS)
    moving = np.isfinite(speeds_m_s)
    sums_m_s = np.where(moving, speeds_m_s, 0.0).sum(axis=1)
    distance_m = np.cumsum(sums_m_s) / PARTS
    for second, parts in enumerate(moving.sum(axis=1).tolist()):
        now = {side: sides[side][place[second]] for side, place in places.items() if place[second] >= 0}
        yield replace(
            _of_strides(start_s + second, now),
            speed_m_s=float(sums_m_s[second]) / parts if parts else NAN,
            distance_m=float(distance_m[second]) if moving.any() else NAN,
            moving_s=parts / PARTS,
        )


def _speeds(
    strides: NDArray[np.void], good: NDArray[np.void], points_s: FloatArray, belt_speed_m_s: float | None
) -> FloatArray:
    """Speed at each time (n,) [m/s]; NaN out of motion, and where it is not known."""
    moving = np.zeros(len(points_s), dtype=bool)
    for start_s, end_s in _bouts(strides):
        moving |= (points_s >= start_s) & (points_s < end_s)
    if belt_speed_m_s is not None:
        return np.where(moving, belt_speed_m_s, NAN)
    known = good[np.isfinite(good["speed_m_s"])]
    if not len(known):
        return np.full(len(points_s), NAN)
    middles_s = known["ic_s"] + known["stride_time_s"] / 2.0
    order = np.argsort(middles_s)
    middles_s = middles_s[order]
    after = np.searchsorted(middles_s, points_s)
    before_s, after_s = (
        np.abs(middles_s[np.clip(place, 0, len(middles_s) - 1)] - points_s) for place in (after - 1, after)
    )
    moving &= np.minimum(before_s, after_s) <= MAX_BRIDGE_S
    return np.where(moving, np.interp(points_s, middles_s, known["speed_m_s"][order]), NAN)


def _bouts(strides: NDArray[np.void]) -> list[tuple[float, float]]:
    """Begin and end [s] of each time in motion, in their order; see rule 1."""
    rows = np.sort(strides[np.isfinite(strides["ic_s"])], order="ic_s")
    plausible = np.isfinite(rows["stride_time_s"]) & (rows["stride_time_s"] <= MAX_PAUSE_S)
    if not plausible.any():
        return []
    half_s = float(np.median(rows["stride_time_s"][plausible])) / 2.0
    ends_s = rows["ic_s"] + np.where(plausible, rows["stride_time_s"], half_s)
    bouts: list[tuple[float, float]] = []
    for start_s, end_s in zip(rows["ic_s"].tolist(), ends_s.tolist(), strict=True):
        if bouts and start_s - bouts[-1][1] <= MAX_PAUSE_S:
            bouts[-1] = bouts[-1][0], max(bouts[-1][1], end_s)
        else:
            bouts.append((start_s - half_s, end_s))
    return bouts


def _current(rows: NDArray[np.void], times_s: NDArray[np.floating]) -> NDArray[np.int64]:
    """Place of the stride that each time lies in; -1 where it lies in none."""
    if not len(rows):
        return np.full(len(times_s), -1, np.int64)
    place = np.searchsorted(rows["ic_s"], times_s, side="right") - 1
    inside = (place >= 0) & (times_s < (rows["ic_s"] + rows["stride_time_s"])[np.maximum(place, 0)])
    return np.where(inside, place, -1).astype(np.int64)


def _of_strides(time_s: float, now: Mapping[Side, np.void]) -> Second:
    rows = list(now.values())
    contacts_s = {side: float(row["ground_contact_time_s"]) for side, row in now.items()}
    stance_s, stride_s = mean(list(contacts_s.values())), mean([float(row["stride_time_s"]) for row in rows])
    left_s, right_s = contacts_s.get("left", NAN), contacts_s.get("right", NAN)
    return Second(
        time_s,
        cadence_rpm=60.0 / stride_s,
        stance_time_s=stance_s,
        stance_pct=100.0 * stance_s / stride_s,
        stance_balance_pct=100.0 * left_s / (left_s + right_s),
        step_length_m=mean([float(row["stride_length_m"]) for row in rows]) / 2.0,
    )


def mean(values: list[float]) -> float:
    """Mean of the values that are known; NaN when none is."""
    known = [value for value in values if math.isfinite(value)]
    return sum(known) / len(known) if known else NAN
