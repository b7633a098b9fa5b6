"""The way of the foot, stride by stride: length, speed, angles at contact. Rules of the reckoning: `core.strapdown`.

Rules
  1. Aligned samples of the last seconds are kept; a stride is measured when it is complete, from its own samples alone.
  2. Up to `BRIDGED_LONGEST_S` of lost samples are bridged by straight lines: over an impact that costs a stride some
     per cent, elsewhere next to nothing. A stride with a longer hole is not measured. Nor is one whose sensor stood at
     the end of its range for longer than `CLIPPED_LONGEST_S` at a stretch. Shorter clipping is left as it is: the
     reading at the end of the range is nearer to the truth than a line drawn below it.
  3. The mean specific force of a stride must be gravity. Where it is not within `GRAVITY_TOLERANCE`, contacts or
     samples are wrong, and the stride is not measured.
  4. The foot strike angle is what the foot's pitch was heading for at contact: taken 20 and 10 ms before and carried on
     in a straight line. Impact shakes a real sensor from contact on; a pitch taken 10 ms early would be 1-3 degrees
     too large. Zero is the foot at its own mid-stance.
  5. The shank angle is that 10 ms before contact, zero in upright standing; it needs standing.
  6. The last contact has no stride of its own: its angles come from the stride that ends there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gaitpipe.core.strapdown import RESULTS, measure_stride
from gaitpipe.evidence import value
from gaitpipe.gait.recent import RecentBlocks
from gaitpipe.model import (
    FLAG_ACC_CLIPPED,
    FLAG_GYR_CLIPPED,
    STANDARD_GRAVITY_M_S2,
    FloatArray,
    Placement,
    SampleBlock,
)

KEEP_S = 6.0
LEAD_S = 0.010
WINDOW_S = 0.045
"""Mid-stance is averaged over this: long enough against noise, short enough for a contact of a tenth of a second."""
FOOT_STANCE = (0.15, 0.60)
SHANK_STANCE = (0.40, 0.40)
"""Where mid-stance is looked for, as parts of the contact. The ankle is nearly at rest at 40 %: the sole is down, the
heel not yet up."""
MARGIN_S = 0.035
"""More samples than needed at either end: at least one at the lowest rate, so that places between samples exist."""
LEAST_SAMPLES = 8
SAME_CONTACT_S = 0.05
CLIPPED_LONGEST_S = 0.050
BRIDGED_LONGEST_S = 0.016
GRAVITY_TOLERANCE = 0.10
DIRECTION_LEAST_M = 0.3
"""A shorter stride has no direction to speak of: stepping on the spot."""


@dataclass(frozen=True, slots=True)
class StrideMotion:
    """What dead reckoning says of one stride; NaN where it says nothing.

    `length_m` is the way over the ground or belt from mid-stance to mid-stance, `speed_m_s` that over the stride time.
    `foot_pitch_rad` is positive toes up, `shank_angle_rad` positive with the ankle ahead of the knee. `retraction_m_s`
    is the forward speed of the foot against the ground just before contact.
    """

    length_m: float = math.nan
    speed_m_s: float = math.nan
    foot_pitch_rad: float = math.nan
    shank_angle_rad: float = math.nan
    retraction_m_s: float = math.nan


NO_MOTION = StrideMotion()


class Timing(Protocol):
    """What is asked of a stride (`gait.strides.Stride`): its corrected contacts."""

    @property
    def ic_s(self) -> float: ...
    @property
    def tc_s(self) -> float: ...
    @property
    def next_ic_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class _Span:
    ic_s: float
    tc_s: float
    next_ic_s: float


class TrajectoryBuilder:
    """Keeps the aligned samples of the last seconds of one sensor and measures strides in them."""

    def __init__(self, placement: Placement) -> None:
        self._is_foot = placement == "foot"
        self._recent = RecentBlocks()
        self._before: Timing | None = None
        self._stance = FOOT_STANCE if self._is_foot else SHANK_STANCE
        if self._is_foot:
            self._lever = (-value("foot_lever_back_m"), 0.0, value("foot_lever_up_m"))
        else:
            self._lever = (0.0, 0.0, value("shank_lever_m"))

    def feed(self, block: SampleBlock) -> None:
        """Remember the aligned samples for as long as a stride may still need them."""
        self._recent.push(block)

    def forget(self, before_s: float) -> None:
        """Drop samples that no coming stride can reach."""
        self._recent.forget(before_s - KEEP_S)

    def clear(self) -> None:
        """Forget all samples: those to come stand in other axes, and no stride may mix the two."""
        self._recent.clear()

    def measure(self, stride: Timing, stood: bool, known_s: float = math.inf) -> StrideMotion:
        """Measure the stride between two contacts.

        Parameters
        ----------
        stride : Timing
            Its corrected contact times.
        stood : bool
            Whether segment z is up in upright standing.
        known_s : float
            Time up to which samples have certainly arrived by now, for any packet size; later ones are not used.
        """
        before, self._before = self._before, stride
        if stride.ic_s < stride.tc_s < stride.next_ic_s:
            return self._measure(stride, False, stood, known_s)
        if math.isnan(stride.next_ic_s) and before is not None and abs(before.next_ic_s - stride.ic_s) < SAME_CONTACT_S:
            motion = self._measure(
                _Span(before.ic_s, before.ic_s + stride.tc_s - stride.ic_s, stride.ic_s), True, stood, known_s
            )
            return replace(motion, length_m=math.nan, speed_m_s=math.nan)
        return NO_MOTION

    def _measure(self, stride: Timing, at_end: bool, stood: bool, known_s: float) -> StrideMotion:
        """Measure a stride, its angles at its first contact or `at_end`."""
        contact_s = stride.tc_s - stride.ic_s
        from_s = stride.ic_s - 2.0 * LEAD_S - MARGIN_S
        to_s = stride.next_ic_s + self._stance[1] * contact_s + 0.5 * WINDOW_S + MARGIN_S
        samples = self._cut(from_s, to_s) if to_s <= known_s else None
        if samples is None:
            return NO_MOTION
        time_s, acc, gyr = samples
        # Equal spacing holds better than single time stamps do, which may carry the jitter of arrival.
        interval_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1)
        places = np.interp((stride.ic_s, stride.next_ic_s), time_s, np.arange(len(time_s)))
        contacts = (float(places[0]), float(places[1]), contact_s / interval_s)
        stance = (*self._stance, max(1, int(0.5 * WINDOW_S / interval_s)))
        segment, out = (self._is_foot, at_end), np.empty(RESULTS)
        measure_stride(acc, gyr, interval_s, contacts, stance, self._lever, LEAD_S / interval_s, segment, out)
        return self._motion(out, stride.next_ic_s - stride.ic_s, stood)

    def _cut(self, from_s: float, to_s: float) -> tuple[FloatArray, FloatArray, FloatArray] | None:
        """Time, specific force and rotation rate in [from, to]; None when a sample is missing or clipped too long."""
        near = self._recent.near(from_s, to_s)
        if not near:
            return None
        time_s = np.concatenate([block.time_s for block in near]) if len(near) > 1 else near[0].time_s
        wanted = slice(*np.searchsorted(time_s, (from_s, to_s)).tolist())
        time_s = time_s[wanted]
        if len(time_s) < LEAST_SAMPLES or time_s[0] > from_s + MARGIN_S or time_s[-1] < to_s - MARGIN_S:
            return None
        acc, gyr, flags = (
            (np.concatenate(parts) if len(parts) > 1 else parts[0])[wanted]
            for parts in zip(*((block.acc_m_s2, block.gyr_rad_s, block.flags) for block in near), strict=True)
        )
        if any(a.first_sample + len(a) != b.first_sample for a, b in pairwise(near)):
            numbers = np.concatenate([block.first_sample + np.arange(len(block)) for block in near])[wanted]
            if (np.max(np.diff(numbers)) - 1) * (to_s - from_s) > BRIDGED_LONGEST_S * (numbers[-1] - numbers[0]):
                return None
            time_s, acc, gyr = _bridged(numbers, time_s, acc, gyr)
        clipped = _longest_run(flags & (FLAG_ACC_CLIPPED | FLAG_GYR_CLIPPED))
        return None if clipped * (to_s - from_s) > CLIPPED_LONGEST_S * len(flags) else (time_s, acc, gyr)

    def _motion(self, out: FloatArray, stride_time_s: float, stood: bool) -> StrideMotion:
        length_m, _, gravity_m_s2, _, _, near_ahead, near_up, far_ahead, far_up, retraction_m_s = out.tolist()
        if not abs(gravity_m_s2 / STANDARD_GRAVITY_M_S2 - 1.0) <= GRAVITY_TOLERANCE:
            return NO_MOTION
        # Not over the time between the mid-stances: the foot lies still, so their choice moves time but not place.
        speed_m_s = length_m / stride_time_s
        if length_m < DIRECTION_LEAST_M:
            return StrideMotion(length_m, speed_m_s)
        if not self._is_foot:
            angle_rad = math.atan2(-near_ahead, near_up) if stood else math.nan
            return StrideMotion(length_m, speed_m_s, shank_angle_rad=angle_rad)
        near_rad, far_rad = math.atan2(near_up, near_ahead), math.atan2(far_up, far_ahead)
        return StrideMotion(length_m, speed_m_s, 2.0 * near_rad - far_rad, retraction_m_s=retraction_m_s)


def _bridged(numbers: NDArray[np.int64], *signals: FloatArray) -> list[FloatArray]:
    """Signals (n,) or (n, 3) with straight lines over the lost samples."""
    every = np.arange(numbers[0], numbers[-1] + 1)
    out = []
    for signal in signals:
        columns = [np.interp(every, numbers, column) for column in np.atleast_2d(signal.T)]
        out.append(columns[0] if signal.ndim == 1 else np.stack(columns, axis=1))
    return out


def _longest_run(marks: NDArray[np.integer[Any]]) -> int:
    """Most marked samples in a row."""
    edges = np.flatnonzero(np.diff(marks != 0, prepend=False, append=False))
    return int(np.max(edges[1::2] - edges[::2], initial=0))
