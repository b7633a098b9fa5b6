"""One knock that both sensors feel tells how far their clocks are apart: two sensors knocked together, or both stamped.

Rules:

1. Looked at are the first and the last half minute. A knock is a short deviation of |specific force| from rest, of at
   least 12 m/s^2, with quiet before and after it (standing; running has no such quiet). What lies within 0.15 s
   belongs to one knock.
2. Knocks of the two sensors pair when they are nearest to each other and within 80 ms: clocks are not further apart.
   A knock of one sensor alone is none.
3. The offset of a pair is the lag of the best likeness of both traces (cross-correlation on a grid of 0.5 ms, between
   the two waveforms around the knock). A likeness below 0.6 is no common knock. Where samples are missing nearby, there
   is no offset.
4. A knock is shorter than a sample: its time is known to the sampling interval / sqrt(12) for each sensor. Several
   knocks of one end are averaged. They must agree within what their uncertainties allow, else the taps contradict each
   other and nothing is said.
5. Knocks at both ends give a line in time, knocks at one end a constant.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import counted
from gaitpipe.model import SIDES, STANDARD_GRAVITY_M_S2, Finding, FloatArray, SampleBlock, Side

LOOKED_AT_S = 30.0
KNOCK_M_S2 = 12.0
QUIET_M_S2 = 3.0
TOGETHER_S = 0.08
_WITHIN_S, _QUIET_FROM_S, _QUIET_TO_S = 0.15, 0.2, 0.5
_GRID_S, _AROUND_S = 0.0005, 0.08
_LEAST_LIKENESS = 0.6
_FLOOR_S = 0.0005


@dataclass(frozen=True, slots=True)
class TapOffset:
    """What the knocks say: right minus left clock is `offsets_s` at `times_s` [s], each within `sd_s` [s]."""

    times_s: tuple[float, ...]
    offsets_s: tuple[float, ...]
    sd_s: float
    knocks: int

    def at_s(self, time_s: FloatArray) -> FloatArray:
        """Right minus left clock at these times [s]; between two ends on a line, beyond them constant."""
        return np.interp(time_s, self.times_s, self.offsets_s)


@dataclass(frozen=True, slots=True)
class NoTap:
    """Why there is no offset."""

    reason: str


def tap_offset(left: tuple[FloatArray, FloatArray], right: tuple[FloatArray, FloatArray]) -> TapOffset | NoTap:
    """Find the knocks of one end of a session and the offset between the two clocks.

    Parameters
    ----------
    left, right : pair of ndarray
        Time (n,) [s], rising, and |specific force| (n,) [m/s^2].
    """
    if min(len(left[0]), len(right[0])) < 3:
        return NoTap("one sensor has no samples there")
    found_left, found_right = knocks_s(*left), knocks_s(*right)
    pairs = [
        (one, other) for one in found_left for other in found_right if _nearest(one, other, found_left, found_right)
    ]
    if not pairs:
        return NoTap(_why_unpaired(bool(found_left), bool(found_right)))
    known = [(one, lag) for one, other in pairs if (lag := _lag_s(left, right, one, other)) is not None]
    if not known:
        return NoTap("samples were lost at the knock, or the two sensors felt different ones")
    sd_s = math.hypot(_period_s(left[0]), _period_s(right[0])) / math.sqrt(12.0)
    offsets_s = np.array([lag for _, lag in known])
    if len(known) > 1 and float(np.ptp(offsets_s)) > 3.0 * math.sqrt(2.0) * sd_s:
        return NoTap("several knocks contradict each other")
    at_s = float(np.mean([one for one, _ in known]))
    sd_s = math.hypot(sd_s / math.sqrt(len(known)), _FLOOR_S)
    return TapOffset((at_s,), (float(offsets_s.mean()),), sd_s, len(known))


def _why_unpaired(left: bool, right: bool) -> str:
    if left and right:
        return "the knocks of the two sensors are not at the same time"
    if not left and not right:
        return "no knock was found while standing"
    return f"only the {'left' if left else 'right'} sensor felt a knock"


def both_ends(first: TapOffset | NoTap, last: TapOffset | NoTap, clock_s: float) -> TapOffset | NoTap:
    """Join what the two ends of a session say; `clock_s` is how far the clocks may drift apart between them [s]."""
    if isinstance(first, NoTap) or isinstance(last, NoTap):
        return last if isinstance(first, NoTap) and isinstance(last, TapOffset) else first
    apart_s = abs(last.offsets_s[0] - first.offsets_s[0])
    if apart_s > 3.0 * math.hypot(first.sd_s, last.sd_s, 2.0 * clock_s):
        return NoTap("the knocks at the start and at the end contradict each other")
    sd_s = max(first.sd_s, last.sd_s)
    return TapOffset(first.times_s + last.times_s, first.offsets_s + last.offsets_s, sd_s, first.knocks + last.knocks)


def knocks_s(time_s: FloatArray, acc_m_s2: FloatArray) -> list[float]:
    """Times of the knocks of one sensor [s]: rule 1. `acc_m_s2` is |specific force|, shape (n,)."""
    away = np.abs(acc_m_s2 - STANDARD_GRAVITY_M_S2)
    found: list[float] = []
    for place in np.flatnonzero(away >= KNOCK_M_S2):
        at_s = float(time_s[place])
        if found and at_s - found[-1] < _WITHIN_S:
            continue
        near = slice(*np.searchsorted(time_s, (at_s, at_s + _WITHIN_S)))
        peak_s = float(time_s[near][np.argmax(away[near])])
        if _quiet(time_s, away, peak_s - _QUIET_TO_S, peak_s - _QUIET_FROM_S) and _quiet(
            time_s, away, peak_s + _QUIET_FROM_S, peak_s + _QUIET_TO_S
        ):
            found.append(peak_s)
    return found


def _quiet(time_s: FloatArray, away: FloatArray, from_s: float, to_s: float) -> bool:
    part = away[slice(*np.searchsorted(time_s, (from_s, to_s)))]
    return len(part) > 0 and float(part.max()) < QUIET_M_S2


def _nearest(one: float, other: float, ones: Sequence[float], others: Sequence[float]) -> bool:
    """Whether two knocks are each other's nearest and together: rule 2."""
    apart_s = abs(one - other)
    return (
        apart_s < TOGETHER_S
        and apart_s == min(abs(one - each) for each in others)
        and apart_s == min(abs(other - each) for each in ones)
    )


def _period_s(time_s: FloatArray) -> float:
    return float(np.median(np.diff(time_s)))


def _lag_s(
    left: tuple[FloatArray, FloatArray], right: tuple[FloatArray, FloatArray], left_s: float, right_s: float
) -> float | None:
    """Right minus left clock by the likeness of the two waveforms [s]: rule 3."""
    grid_s = np.arange(-_AROUND_S, _AROUND_S, _GRID_S)
    shapes = []
    for (time_s, acc_m_s2), at_s in ((left, left_s), (right, right_s)):
        around = slice(*np.searchsorted(time_s, (at_s - 2.0 * _AROUND_S, at_s + 2.0 * _AROUND_S)))
        steps_s = np.diff(time_s[around])
        if len(steps_s) < 3 or float(steps_s.max()) > 1.5 * _period_s(time_s):
            return None
        shape = np.abs(np.interp(at_s + grid_s, time_s[around], acc_m_s2[around]) - STANDARD_GRAVITY_M_S2)
        shapes.append(shape / np.linalg.norm(shape))
    likeness = np.correlate(shapes[1], shapes[0], "full")
    best = int(np.argmax(likeness))
    if likeness[best] < _LEAST_LIKENESS or not 0 < best < len(likeness) - 1:
        return None
    before, at, after = likeness[best - 1 : best + 2]
    bend = before - 2.0 * at + after
    between = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
    return right_s - left_s + (best + float(between) - (len(grid_s) - 1)) * _GRID_S


class TapWatch:
    """Keeps |specific force| of both ends of a session, by side, and gives the outcome when it is over."""

    def __init__(self) -> None:
        self._first: dict[Side, list[tuple[FloatArray, FloatArray]]] = {}
        self._last: dict[Side, deque[tuple[FloatArray, FloatArray]]] = {}
        self._from_s: dict[Side, float] = {}

    def feed(self, block: SampleBlock) -> None:
        """Take one block of either sensor."""
        trace = (block.time_s, np.sqrt(np.sum(block.acc_m_s2 * block.acc_m_s2, axis=1)))
        begun_s = self._from_s.setdefault(block.side, float(block.time_s[0]))
        if block.time_s[0] - begun_s < LOOKED_AT_S:
            self._first.setdefault(block.side, []).append(trace)
            return
        last = self._last.setdefault(block.side, deque())
        last.append(trace)
        while block.time_s[-1] - last[0][0][-1] > LOOKED_AT_S:
            last.popleft()

    def outcome(self, clocks_s: Mapping[Side, float]) -> TapOffset | NoTap:
        """What the knocks say; `clocks_s` is the standard uncertainty of each clock without them [s]."""
        if len(self._from_s) < len(SIDES):
            return NoTap("there is one sensor only")
        ends = [_joined(self._first), _joined({side: list(kept) for side, kept in self._last.items()})]
        first, last = (tap_offset(end["left"], end["right"]) for end in ends)
        return both_ends(first, last, math.hypot(*clocks_s.values()))


def apply_taps(rows: NDArray[np.void], found: TapOffset) -> None:
    """Put the other foot's contacts of all rows on the row's own clock, in place."""
    for name in ("other_ic_s", "other_tc_s"):
        lag_s = found.at_s(np.nan_to_num(rows[name]))
        rows[name] -= np.where(rows["side"] == "left", lag_s, -lag_s)


def tapped_clocks_s(found: TapOffset, residuals_s: Mapping[Side, float]) -> dict[Side, float]:
    """Standard uncertainty of each clock after the taps [s]; `residuals_s` is how far each wanders.

    What both ends of the radio hide is gone; a clock may have wandered once at the tap and once now.
    """
    return {
        side: math.hypot(math.sqrt(2.0) * own_s, found.sd_s / math.sqrt(2.0)) for side, own_s in residuals_s.items()
    }


def _joined(parts: Mapping[Side, list[tuple[FloatArray, FloatArray]]]) -> dict[Side, tuple[FloatArray, FloatArray]]:
    empty = np.empty(0)
    return {
        side: (
            np.concatenate([empty, *(time_s for time_s, _ in parts.get(side, []))]),
            np.concatenate([empty, *(acc for _, acc in parts.get(side, []))]),
        )
        for side in SIDES
    }


def tap_finding(outcome: TapOffset | NoTap) -> Finding:
    """What is told of it."""
    if isinstance(outcome, NoTap):
        message = f"The clocks of the two feet were not put together by a tap: {outcome.reason}."
        advice = "Stand still, knock the two sensors together once, and stand still again for a second."
        return Finding("no_tap", "warning", message, advice)
    offsets = " and ".join(f"{1000.0 * offset_s:+.1f} ms" for offset_s in outcome.offsets_s)
    message = (
        f"{counted(outcome.knocks, 'common knock')} of both sensors put their clocks together: right minus left was "
        f"{offsets}, within {1000.0 * outcome.sd_s:.1f} ms. Step and flight time are corrected by it."
    )
    return Finding("tap", "info", message)
