"""Which part of a recording tells the mounting: the pose of standing, and movement that is gait.

Rules
  1. Samples come in windows of a fixed number. A window is still, moving, or neither. Two still windows in a row are a
     pose: standing, or the sensor lying somewhere.
  2. Movement since the last pose is a stretch. It is gait when its rotation rate repeats with the stride. What does not
     repeat, a sensor being strapped on or waved about, is left out. So is the first second after a pose: a start.
  3. A first pose, or one that differs by more than `SAME_POSE_DEG` from the one before, means that the sensor may have
     been put on or moved in between: what moved before is a last resort only. Poses that agree count together, and so
     do the bouts between them.
  4. It is enough after `GAIT_NEEDED_S` of gait; without any pose, after twice that, for standing may still come.
  5. When the axis found so fits no gait (see `alignment`), the older half is forgotten and more is waited for.
  6. At the end of the stream the gait that there is must do; if there is too little, the last resort.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gaitpipe.gait.axes import angle_deg, repetition
from gaitpipe.model import FloatArray

STILL_GYR_SD_RAD_S = 0.06
STILL_ACC_SD_M_S2 = 0.40
MOVING_GYR_RMS_RAD_S = 1.0
POSE_WINDOWS = 2
START_WINDOWS = 2
SAME_POSE_DEG = 15.0
GAIT_NEEDED_S = 5.0
GAIT_LEAST_S = 1.5
STRETCH_LIMIT_S = 20.0
REPEATS_FROM_S = 3.0
REPEATS_LEAST = 0.45
"""Real and computed running and walking in stretches of 3-6 s: median 0.55 to 0.92. Random waving between 0.2 and 4 Hz:
below 0.4. Laps with sharp turns can stay below; they wait for a better stretch or for the end."""

Window = tuple[FloatArray, FloatArray]


def is_still(acc_m_s2: FloatArray, gyr_rad_s: FloatArray) -> bool:
    """Whether nothing moves in a window (n, 3) of half a second."""
    return bool(gyr_rad_s.std(axis=0).max() < STILL_GYR_SD_RAD_S and acc_m_s2.std(axis=0).max() < STILL_ACC_SD_M_S2)


@dataclass(slots=True)
class Pose:
    """Sum of the window means of a still stretch."""

    acc_sum_m_s2: FloatArray = field(default_factory=lambda: np.zeros(3))
    gyr_sum_rad_s: FloatArray = field(default_factory=lambda: np.zeros(3))
    windows: int = 0

    def add(self, acc_m_s2: FloatArray, gyr_rad_s: FloatArray) -> None:
        self.acc_sum_m_s2 = self.acc_sum_m_s2 + acc_m_s2.mean(axis=0)
        self.gyr_sum_rad_s = self.gyr_sum_rad_s + gyr_rad_s.mean(axis=0)
        self.windows += 1

    def merge(self, other: Pose) -> None:
        self.acc_sum_m_s2 = self.acc_sum_m_s2 + other.acc_sum_m_s2
        self.gyr_sum_rad_s = self.gyr_sum_rad_s + other.gyr_sum_rad_s
        self.windows += other.windows

    @property
    def gyr_bias_rad_s(self) -> FloatArray:
        return self.gyr_sum_rad_s / self.windows


class Calibration:
    """Collects windows until they tell the mounting.

    Parameters
    ----------
    rate_hz : float
    window_samples : int
        Length of every window that `judge` is given.
    """

    def __init__(self, rate_hz: float, window_samples: int) -> None:
        self._rate_hz = rate_hz
        self._window_s = window_samples / rate_hz
        self.pose: Pose | None = None
        self._run = Pose()
        self._stretch: list[Window] = []
        self._skip = 0
        self._gait: list[Window] = []
        self._last_resort: list[Window] = []

    def judge(self, acc_m_s2: FloatArray, gyr_rad_s: FloatArray) -> bool:
        """Take in one window; True when the mounting can be told now."""
        if is_still(acc_m_s2, gyr_rad_s):
            self._still(acc_m_s2, gyr_rad_s)
            return False
        self._run = Pose()
        if self._skip > 0:
            self._skip -= 1
            return False
        self._stretch.append((acc_m_s2, gyr_rad_s))
        if len(self._stretch) * self._window_s > STRETCH_LIMIT_S:
            del self._stretch[0]
        needed_s = GAIT_NEEDED_S if self.pose is not None else 2.0 * GAIT_NEEDED_S
        fresh = _moving(self._stretch)
        if (len(self._gait) + len(fresh)) * self._window_s < needed_s:
            return False
        return self._repeats()

    def doubt(self) -> None:
        """What was collected fits no gait: forget the older half of the movement."""
        self._gait = []
        del self._stretch[: (len(self._stretch) + 1) // 2]

    def gait(self) -> list[Window]:
        """The moving windows that tell the axis; empty when there are too few."""
        fresh = _moving(self._stretch)
        if self._gait and not self._repeats():
            fresh = []
        found = [*self._gait, *fresh]
        return found if len(found) * self._window_s >= GAIT_LEAST_S else self._last_resort

    def _still(self, acc_m_s2: FloatArray, gyr_rad_s: FloatArray) -> None:
        self._run.add(acc_m_s2, gyr_rad_s)
        if self._run.windows < POSE_WINDOWS:
            return
        self._close_stretch()
        self._skip = START_WINDOWS
        pose = self._run
        if self.pose is None or angle_deg(self.pose.acc_sum_m_s2, pose.acc_sum_m_s2) > SAME_POSE_DEG:
            if self._gait:
                self._last_resort, self._gait = self._gait, []
            self.pose = pose
        else:
            self.pose.merge(pose)
        self._run = Pose()

    def _close_stretch(self) -> None:
        moving = _moving(self._stretch)
        if self._repeats():
            self._gait += moving
        elif len(moving) * self._window_s >= GAIT_LEAST_S:
            self._last_resort = moving
        self._stretch = []

    def _repeats(self) -> bool:
        if len(self._stretch) * self._window_s < REPEATS_FROM_S:
            return False
        gyr = np.concatenate([window[1] for window in self._stretch])
        return repetition(gyr, self._rate_hz) >= REPEATS_LEAST


def _moving(windows: list[Window]) -> list[Window]:
    return [(acc, gyr) for acc, gyr in windows if np.sqrt(np.sum(gyr * gyr) / len(gyr)) > MOVING_GYR_RMS_RAD_S]
