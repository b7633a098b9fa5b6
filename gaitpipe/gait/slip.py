"""Watches whether a sensor still sits as it was calibrated, and finds its new mounting when it does not.

Rules
  1. Strides that do not repeat are set aside (`pattern`). Of the others the first `REFERENCE_STRIDES` of a mode
     (running, walking) are its reference.
  2. A sensor that turned on the leg shows the same pattern turned. The best rotation between two patterns (Kabsch)
     gives the angle of the turn; what no rotation explains is the change of gait. A change of gait can look like a
     small turn: angles below `GAIT_SHARE` of that change do not count.
  3. Slow slip: the last `SLOW_STRIDES` strides are turned by more than `SLOW_DEG`, for as many strides. The mounting is
     corrected by that rotation. Sudden slip: the last `SUDDEN_STRIDES` are turned by more than `SUDDEN_DEG`. Angles do
     not count from the first of them until `RECOVERY_STRIDES` more have shown the new mounting. If the turn goes away
     by itself, nothing is corrected.
  4. A sensor turned so far that strides are not found any more, or at wrong places, shows in the principal axis of its
     rotation rate. That axis and the mean specific force give a provisional mounting; then strides come back, and
     rule 3 with them.
  5. Where the alignment knew no standing, a pose that comes later, with gait after it, corrects the mounting from then
     on: it is told anew, as at the beginning.
  6. Strides and windows are counted, never blocks, and a correction holds from the next multiple of `EPOCH_S` in sample
     numbers: packet size cannot change the result. Times of contacts go on meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gaitpipe.gait.alignment import EPOCH_S, WINDOW_S, solve
from gaitpipe.gait.axes import angle_deg, principal_axis, project, repetition, unit, waveform_vote
from gaitpipe.gait.calibration import MOVING_GYR_RMS_RAD_S, REPEATS_LEAST, Calibration, is_still
from gaitpipe.gait.pattern import BINS, Neighbours, PatternBuilder, Patterned, Timed
from gaitpipe.gait.windows import Windows
from gaitpipe.model import CalibrationEpoch, FloatArray, SampleBlock, SensorInfo

REFERENCE_STRIDES = 12
SLOW_STRIDES = 20
SLOW_DEG = 5.0
SUDDEN_STRIDES = 6
SUDDEN_DEG = 15.0
RECOVERY_STRIDES = 10
GAIT_SHARE = 0.6
"""Strides of five runners at 2, 3, 4 and 5 m/s, joined at will: the change of gait looked like a turn of at most 0.56
of itself, and of 14 degrees."""
CLEAR_GAIT_DEG = 35.0
"""With a larger change of gait, no rotation explains what came: the strides are cut at the wrong places."""
PHASE_SHIFTS = (0, -1, 1, -2, 2)
_SHIFTED = (np.arange(BINS) - np.array(PHASE_SHIFTS)[:, None]) % BINS
"""Rows of a pattern for each shift, shape (shifts, BINS)."""
LOST_WINDOWS = 8
LOST_DEG = 30.0
LOST_RATIO = 3.0

ANGLE_COLUMNS = (
    "foot_pitch_ic_rad",
    "shank_angle_ic_rad",
    "retraction_speed_m_s",
    "reckoned_length_m",
    "reckoned_speed_m_s",
)
"""What of a stride depends on the mounting."""
REACH_S = 0.5
"""Angles of a stride look this far past its end."""

UNLIKE = "unlike_neighbours"
"""The reason in `quality` of a stride that resembles no neighbour."""

Why = Literal["slip", "turned", "standing"]


@dataclass(frozen=True, slots=True)
class Turn:
    """The rotation (3, 3) that takes segment axes to where they are now, its angle, and the change of gait besides."""

    matrix: FloatArray
    angle_deg: float
    gait_deg: float

    def counts(self, least_deg: float) -> bool:
        """Whether it is larger than `least_deg` and than what a change of gait can look like."""
        return self.angle_deg > max(least_deg, GAIT_SHARE * self.gait_deg)


@dataclass(slots=True)
class _Mode:
    """Patterns of one mode of gait."""

    reference: list[FloatArray] = field(default_factory=list)
    recent: deque[FloatArray] = field(default_factory=lambda: deque(maxlen=SLOW_STRIDES))
    starts_s: deque[float] = field(default_factory=lambda: deque(maxlen=SLOW_STRIDES))
    turned: int = 0


def turn_between(reference: FloatArray, now: FloatArray) -> Turn:
    """Best rotation from one pattern to another, both (m, 3), over small shifts of phase."""
    moved = now[_SHIFTED]
    u, sizes, v = np.linalg.svd(np.einsum("smi,mj->sij", moved, reference))
    handed = np.sign(np.linalg.det(u @ v))
    explained = sizes[:, 0] + sizes[:, 1] + handed * sizes[:, 2]
    best = int(np.argmax(explained))
    matrix = np.asarray(u[best] @ np.diag([1.0, 1.0, handed[best]]) @ v[best], dtype=np.float64)
    alike = float(explained[best]) / max(1e-12, float(np.sqrt(np.sum(reference * reference) * np.sum(now * now))))
    return Turn(matrix, _rotation_deg(matrix), float(np.degrees(np.arccos(np.clip(alike, -1.0, 1.0)))))


class SlipMonitor:
    """Follows one aligned sensor; `correction` says what to do at the next epoch boundary.

    Parameters
    ----------
    info : SensorInfo

    `stood` says whether standing is known, and is to be set before the first samples.
    """

    def __init__(self, info: SensorInfo) -> None:
        self._info = info
        self._rate_hz = info.rate_hz
        self.stood = False
        self._windows = Windows(max(8, round(WINDOW_S * info.rate_hz)))
        self._patterns = PatternBuilder()
        self._neighbours = Neighbours()
        self.unlike_s: list[float] = []
        self._modes = {"run": _Mode(), "walk": _Mode()}
        self._pending: tuple[Why, FloatArray, float] | None = None
        self._invalid_from_s: float | None = None
        self._recovered: list[FloatArray] = []
        self._moving: deque[tuple[FloatArray, FloatArray]] = deque(maxlen=LOST_WINDOWS)
        self._again = Calibration(info.rate_hz, self._windows.samples)
        self._late: FloatArray | None = None
        self._last_stride_s = -np.inf
        self._now_s = -np.inf
        self.epochs: list[CalibrationEpoch] = []
        self.invalid_s: list[tuple[float, float]] = []

    def feed(self, block: SampleBlock) -> None:
        """Look at aligned samples, before their strides are added."""
        self._patterns.feed(block)
        self._now_s = float(block.time_s[-1])
        for acc, gyr in self._windows.push(block):
            self._look(acc, gyr)

    def add(self, stride: Timed) -> None:
        """Take in a stride of the samples so far."""
        pattern = self._patterns.pattern(stride)
        if pattern is not None:
            self._last_stride_s = stride.ic_s
            self._judge(self._neighbours.add(Patterned(stride.ic_s, stride.mode, pattern)))

    def _judge(self, judged: Iterable[tuple[Patterned, bool]]) -> None:
        for stride, repeats in judged:
            if repeats:
                self._follow(stride)
            else:
                self.unlike_s.append(stride.ic_s)

    def _follow(self, stride: Patterned) -> None:
        mode = self._modes[stride.mode]
        if self._pending is not None:
            return
        if self._invalid_from_s is None and len(mode.reference) < REFERENCE_STRIDES:
            mode.reference.append(stride.pattern)
            return
        mode.recent.append(stride.pattern)
        mode.starts_s.append(stride.ic_s)
        if len(mode.reference) < REFERENCE_STRIDES:
            return
        if self._invalid_from_s is not None:
            self._recover(mode, stride.pattern)
        else:
            self._compare(mode)

    def correction(self, from_s: float) -> FloatArray | None:
        """At an epoch boundary: the rotation (3, 3) from the axes so far to the right ones, now applied; or None."""
        if self._pending is None:
            self._pending = self._stood_late() or self._turned()
        if self._pending is None:
            return None
        self._judge(self._neighbours.flush())
        why, matrix, angle = self._pending
        self._pending = None
        if why != "standing" and self._invalid_from_s is None:
            self._invalid_from_s = self._last_stride_s
        begun_s = self._invalid_from_s
        self.epochs.append(CalibrationEpoch(from_s, why, angle, begun_s))
        for mode in self._modes.values():
            mode.recent.clear()
            mode.starts_s.clear()
            mode.turned = 0
            if why == "standing":
                mode.reference = [pattern @ matrix for pattern in mode.reference]
        self._neighbours.forget()
        self._moving.clear()
        self._again, self._late = Calibration(self._rate_hz, self._windows.samples), None
        self._recovered = []
        if why == "slip" and begun_s is not None:
            self.invalid_s.append((begun_s, from_s))
            self._invalid_from_s = None
        return np.ascontiguousarray(matrix.T)

    def finish(self) -> None:
        """End of the stream: what is invalid stays so."""
        self._judge(self._neighbours.flush())
        if self._invalid_from_s is not None:
            self.invalid_s.append((self._invalid_from_s, np.inf))
            self.epochs.append(CalibrationEpoch(np.inf, "slip", np.nan, self._invalid_from_s))

    def _compare(self, mode: _Mode) -> None:
        reference = np.mean(mode.reference, axis=0)
        if len(mode.recent) >= SUDDEN_STRIDES:
            last = np.mean(list(mode.recent)[-SUDDEN_STRIDES:], axis=0)
            if turn_between(reference, last).counts(SUDDEN_DEG):
                self._invalid_from_s = mode.starts_s[-SUDDEN_STRIDES]
                self._recovered = []
                return
        if len(mode.recent) < SLOW_STRIDES:
            return
        slow = turn_between(reference, np.mean(mode.recent, axis=0))
        mode.turned = mode.turned + 1 if slow.counts(SLOW_DEG) else 0
        if mode.turned >= SLOW_STRIDES:
            self._invalid_from_s = mode.starts_s[0]
            self._pending = "slip", slow.matrix, slow.angle_deg

    def _recover(self, mode: _Mode, pattern: FloatArray) -> None:
        """After a sudden turn: wait for enough strides in the new mounting, then correct by them, if it is still so."""
        self._recovered.append(pattern)
        del self._recovered[:-RECOVERY_STRIDES]
        if len(self._recovered) < RECOVERY_STRIDES:
            return
        now = np.mean(self._recovered[-RECOVERY_STRIDES // 2 :], axis=0)
        turn = turn_between(np.mean(mode.reference, axis=0), now)
        if turn.gait_deg > CLEAR_GAIT_DEG:
            return
        if turn.counts(SLOW_DEG):
            self._pending = "slip", turn.matrix, turn.angle_deg
        elif self._invalid_from_s is not None:
            self.invalid_s.append((self._invalid_from_s, self._last_stride_s))
            self._invalid_from_s = None

    def _look(self, acc: FloatArray, gyr: FloatArray) -> None:
        """Remember a window of the last movement; while standing is not known, look for it."""
        if not self.stood and self._late is None and self._again.judge(acc, gyr):
            rotation, report = solve(self._again, self._info, self._windows.samples)
            self._again = Calibration(self._rate_hz, self._windows.samples)
            if report.standing_s > 0.0 and report.confidence != "low":
                self._late = rotation.matrix
        if is_still(acc, gyr):
            self._moving.clear()
        elif np.sqrt(np.sum(gyr * gyr) / len(gyr)) > MOVING_GYR_RMS_RAD_S:
            self._moving.append((acc, gyr))

    def _stood_late(self) -> tuple[Why, FloatArray, float] | None:
        if self._late is None:
            return None
        matrix, self._late, self.stood = self._late.T, None, True
        return "standing", np.asarray(matrix), _rotation_deg(matrix)

    def _turned(self) -> tuple[Why, FloatArray, float] | None:
        """Movement that repeats about an axis far from the medio-lateral one, with no stride or strides in doubt."""
        mode = max(self._modes.values(), key=lambda mode: len(mode.reference))
        doubtful = self._invalid_from_s is not None or self._last_stride_s < self._now_s - EPOCH_S
        if len(self._moving) < LOST_WINDOWS or len(mode.reference) < REFERENCE_STRIDES or not doubtful:
            return None
        acc = np.concatenate([window[0] for window in self._moving])
        gyr = np.concatenate([window[1] for window in self._moving])
        axis, ratio = principal_axis(gyr, self._rate_hz)
        if waveform_vote(-project(gyr, axis), self._rate_hz) < 0.0:
            axis = -axis
        away_deg = angle_deg(axis, np.array([0.0, 1.0, 0.0]))
        if away_deg < LOST_DEG or ratio < LOST_RATIO or repetition(gyr, self._rate_hz) < REPEATS_LEAST:
            return None
        before = _frame(np.array([0.0, 1.0, 0.0]), np.mean(mode.reference, axis=(0, 1)))
        matrix = np.array(_frame(axis, acc.mean(axis=0)).T @ before)
        return "turned", matrix, _rotation_deg(matrix)


def set_aside(rows: NDArray[np.void], mine: NDArray[np.bool_], unlike_s: Sequence[float]) -> None:
    """Mark the strides of one side, `mine` (n,), that resemble no neighbour: they are no gait."""
    unlike = mine & np.isin(rows["ic_s"], unlike_s)
    rows["quality"][unlike & (rows["quality"] != "ok")] += ";" + UNLIKE
    rows["quality"][unlike & (rows["quality"] == "ok")] = UNLIKE


def blank(rows: NDArray[np.void], mine: NDArray[np.bool_], invalid_s: Sequence[tuple[float, float]]) -> None:
    """Empty what depends on the mounting in those rows (n,) of one side, `mine` (n,), that touch an invalid time."""
    for from_s, to_s in invalid_s:
        touched = mine & (rows["ic_s"] < to_s) & (np.nan_to_num(rows["next_ic_s"], nan=np.inf) + REACH_S > from_s)
        for name in ANGLE_COLUMNS:
            rows[name][touched] = np.nan


def _frame(axis: FloatArray, force: FloatArray) -> FloatArray:
    """Rows: an axis, the force at right angles to it, and their cross product."""
    one = unit(axis)
    two = unit(force - (force @ one) * one)
    return np.array([one, two, np.cross(one, two)])


def _rotation_deg(matrix: FloatArray) -> float:
    return float(np.degrees(np.arccos(np.clip(0.5 * (np.trace(matrix) - 1.0), -1.0, 1.0))))
