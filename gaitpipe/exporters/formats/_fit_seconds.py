"""A session second by second, as sports watches store it: what the strides at each second say, in FIT's own terms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gaitpipe.model import SIDES, Side

NAN = math.nan


@dataclass(frozen=True, slots=True)
class Second:
    """The state in the middle of one second; NaN where nothing is known.

    `cadence_rpm` counts strides, as FIT does: half of the steps a minute. `stance_balance_pct` is the left foot's share
    of both contact times. `distance_m` is summed from the speeds so far, NaN in a session without any speed.
    """

    time_s: float
    cadence_rpm: float = NAN
    stance_time_s: float = NAN
    stance_pct: float = NAN
    stance_balance_pct: float = NAN
    step_length_m: float = NAN
    speed_m_s: float = NAN
    distance_m: float = NAN


def seconds(strides: NDArray[np.void], start_s: float, end_s: float) -> Iterator[Second]:
    """One Second for each whole second from `start_s` to `end_s`, from the good strides of both feet.

    Parameters
    ----------
    strides
        (n,) of STRIDE_DTYPE.
    """
    good = strides[(strides["quality"] == "ok") & np.isfinite(strides["stride_time_s"])]
    count = max(1, math.ceil(end_s - start_s))
    middles_s = start_s + np.arange(count) + 0.5
    sides = {side: np.sort(good[good["side"] == side], order="ic_s") for side in SIDES}
    places = {side: _current(rows, middles_s) for side, rows in sides.items()}
    has_speed = bool(np.isfinite(good["speed_m_s"]).any())
    distance_m = 0.0
    for second in range(count):
        now = {side: sides[side][place[second]] for side, place in places.items() if place[second] >= 0}
        state = _of_strides(start_s + second, now)
        if has_speed:
            distance_m += 0.0 if math.isnan(state.speed_m_s) else state.speed_m_s
            state = replace(state, distance_m=distance_m)
        yield state


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
        speed_m_s=mean([float(row["speed_m_s"]) for row in rows]),
    )


def mean(values: list[float]) -> float:
    """Mean of the values that are known; NaN when none is."""
    known = [value for value in values if math.isfinite(value)]
    return sum(known) / len(known) if known else NAN
