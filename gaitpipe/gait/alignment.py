"""From sensor axes to segment axes (x forward, y left, z up) for any mounting, without a magnetometer.

Rules
  1. Samples are looked at in windows of a fixed number of samples, counted from the first sample that arrived. Packet
     size therefore cannot change the result.
  2. `calibration` picks what tells the mounting: standing gives the gyroscope's bias and the direction of up, gait the
     scatter of the rotation rate, whose largest axis is medio-lateral.
  3. When there is enough, the rotation is frozen; only a slip of the sensor (`slip`) changes it later. What came before
     is held back and then released through the same rotation, so that the first strides count.
  4. Standing may be missing, or be no standing in this mounting (the axis of gait lies far from horizontal, or the mean
     specific force far from up: the sensor lay on a table). Then up follows from the mean specific force of gait, which
     lies at a rather constant angle behind it. Events hardly depend on it; angles do, so confidence drops.
  5. The sign of the medio-lateral axis follows from two votes: the lean of the segment over whole strides (needs
     standing) and the shape of one stride's rotation rate.
  6. Too little movement until the end, or until the buffer is full: nothing is released, there is no alignment.

Method: standing gravity plus principal axis of the gyroscope, see docs/architecture.md.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from gaitpipe.core.rotation import rotate
from gaitpipe.evidence import value
from gaitpipe.gait.axes import (
    angle_deg,
    forward_lean_vote,
    principal_axis,
    project,
    stride_period_samples,
    turned_forward,
    unit,
    waveform,
    waveform_vote,
)
from gaitpipe.gait.calibration import Calibration
from gaitpipe.gait.windows import Windows
from gaitpipe.model import AlignmentReport, FloatArray, Placement, SampleBlock, SensorInfo

WINDOW_S = 0.5
EPOCH_S = 4.0
"""A correction of the mounting holds from the next multiple of this, in sample numbers: packets cannot be seen."""
BUFFER_LIMIT_S = 600.0
DOUBTS_LIMIT = 8
MIRRORED_VOTES = 0.3
"""Two votes for opposite signs, both at least this sure: the axes are left-handed, or one sensor has its signs turned.
On all real and computed recordings the votes agreed, both by at least 0.6."""
STANDING_TILT_DEG = 35.0
STANDING_FORCE_DEG = 65.0
"""How far the axis of gait may lie from horizontal, and its mean specific force from up, for a pose to be standing. On
computed and real feet and shanks, running and walking: at most 17 and 36 degrees."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rows are the segment axes in sensor axes, shape (3, 3); `gyr_bias_rad_s` (3,) is taken off first."""

    matrix: FloatArray
    gyr_bias_rad_s: FloatArray

    def apply(self, block: SampleBlock) -> SampleBlock:
        """The block in segment axes."""
        acc, gyr = np.empty_like(block.acc_m_s2), np.empty_like(block.gyr_rad_s)
        rotate(self.matrix, np.zeros(3), block.acc_m_s2, acc)
        rotate(self.matrix, self.gyr_bias_rad_s, block.gyr_rad_s, gyr)
        return SampleBlock(block.side, block.placement, block.first_sample, block.time_s, acc, gyr, block.flags)


class Aligner:
    """Holds blocks back until the mounting is known, then turns every block into segment axes.

    `push` gives blocks out as they came, cut at multiples of `EPOCH_S`; `align` turns one. A correction by `turn` in
    between holds for what is aligned after it.

    Parameters
    ----------
    info : SensorInfo
        A sensor with a gyroscope.
    """

    def __init__(self, info: SensorInfo) -> None:
        self._info = info
        self._windows = Windows(max(8, round(WINDOW_S * info.rate_hz)))
        self._calibration = Calibration(info.rate_hz, self._windows.samples)
        self._held: deque[SampleBlock] = deque()
        self._received = 0
        self._looked_at = 0
        self._forgotten = 0
        self._enough = False
        self._doubts = 0
        self.epoch_samples = max(1, round(EPOCH_S * info.rate_hz))
        self.rotation: Rotation | None = None
        self.report: AlignmentReport | None = None

    def push(self, block: SampleBlock) -> list[SampleBlock]:
        """Blocks that are ready to be aligned now; empty while the mounting is not known yet."""
        if self.rotation is not None:
            return self._cut(block)
        self._held.append(block)
        self._received += len(block)
        for acc, gyr in self._windows.push(block):
            if not self._enough:
                self._looked_at += len(acc)
                self._enough = self._calibration.judge(acc, gyr) and not self._doubtful()
        if not self._enough:
            self._forget(self._received)
            return []
        self._forget(self._looked_at)
        return self._release()

    def align(self, block: SampleBlock) -> SampleBlock:
        """A block that came from `push` or `flush`, in segment axes."""
        return self._known().apply(block)

    def turn(self, matrix: FloatArray) -> None:
        """Correct the mounting: `matrix` (3, 3) takes the segment axes so far to the right ones."""
        known = self._known()
        self.rotation = Rotation(matrix @ known.matrix, known.gyr_bias_rad_s)

    def _known(self) -> Rotation:
        if self.rotation is None:
            message = "the mounting is not known yet: no block was given out"
            raise ValueError(message)
        return self.rotation

    def flush(self) -> list[SampleBlock]:
        """End of the stream: find the mounting from what there is. Empty when there was too little movement."""
        if self.rotation is None and self._calibration.gait():
            return self._release()
        return []

    def _forget(self, now: int) -> None:
        """Drop what lies further back than the buffer reaches; by samples, for whole blocks would show packet size."""
        surplus = now - round(BUFFER_LIMIT_S * self._info.rate_hz) - self._forgotten
        while surplus > 0:
            first = self._held[0]
            count = min(surplus, len(first))
            self._held[0] = part_of(first, count, len(first))
            if count == len(first):
                del self._held[0]
            self._forgotten += count
            surplus -= count

    def _release(self) -> list[SampleBlock]:
        self.rotation, self.report = solve(self._calibration, self._info, self._windows.samples)
        held, self._held = self._held, deque()
        return [piece for block in held for piece in self._cut(block)]

    def _doubtful(self) -> bool:
        """Whether to wait for better gait: what there is gives a poor axis, or one that denies the pose before it."""
        _, report = solve(self._calibration, self._info, self._windows.samples)
        if self._doubts >= DOUBTS_LIMIT or not (report.confidence == "low" or report.pose_refused):
            return False
        self._doubts += 1
        self._calibration.doubt()
        return True

    def _cut(self, block: SampleBlock) -> list[SampleBlock]:
        first, last = block.first_sample, block.first_sample + len(block)
        edges = [first, *range((first // self.epoch_samples + 1) * self.epoch_samples, last, self.epoch_samples), last]
        return [part_of(block, start - first, stop - first) for start, stop in pairwise(edges)]


def part_of(block: SampleBlock, start: int, stop: int) -> SampleBlock:
    """The samples [start, stop) of a block."""
    return SampleBlock(
        block.side,
        block.placement,
        block.first_sample + start,
        block.time_s[start:stop],
        block.acc_m_s2[start:stop],
        block.gyr_rad_s[start:stop],
        block.flags[start:stop],
    )


def solve(calibration: Calibration, info: SensorInfo, window_samples: int) -> tuple[Rotation, AlignmentReport]:
    """The rotation from what was collected, and how well it is supported."""
    windows, pose, rate_hz = calibration.gait(), calibration.pose, info.rate_hz
    acc = np.concatenate([window[0] for window in windows])
    bias = np.zeros(3) if pose is None else pose.gyr_bias_rad_s
    gyr = np.concatenate([window[1] for window in windows]) - bias
    axis, ratio = principal_axis(gyr, rate_hz)
    force = acc.mean(axis=0)
    up = force if pose is None else pose.acc_sum_m_s2
    tilt_deg = abs(90.0 - angle_deg(axis, up))
    standing = pose is not None and tilt_deg < STANDING_TILT_DEG and angle_deg(force, up) < STANDING_FORCE_DEG
    up = unit(up if standing else force)
    left = unit(axis - (axis @ up) * up)
    votes = waveform_vote(-project(gyr, left), rate_hz)
    mirrored = False
    if standing:
        lean = forward_lean_vote(project(acc, np.cross(left, up)))
        mirrored = votes * lean < 0.0 and min(abs(votes), abs(lean)) > MIRRORED_VOTES
        votes = 0.5 * votes + 0.5 * lean
    if votes < 0.0:
        left = -left
    if not standing:
        up = turned_forward(up, left, _mean_lean_rad(info.placement, -project(gyr, left), rate_hz))
    report = AlignmentReport(
        method=f"{'standing' if standing else 'mean'} gravity and gyroscope axis",
        standing_s=pose.windows * window_samples / rate_hz if standing and pose is not None else 0.0,
        eigenvalue_ratio=ratio,
        axis_angle_deg=tilt_deg,
        confidence=_confidence(standing, ratio, tilt_deg, abs(votes)),
        waveform_deg=float(np.degrees(np.angle(waveform(-project(gyr, left), rate_hz)))),
        force_lateral_deg=angle_deg(force, -left) - 90.0 if standing else None,
        mirrored=mirrored,
        pose_refused=pose is not None and not standing,
    )
    return Rotation(np.array([np.cross(left, up), left, up]), bias), report


def _mean_lean_rad(placement: Placement, rate_rad_s: FloatArray, rate_hz: float) -> float:
    """By how much the mean specific force of gait lies behind the up direction of standing."""
    walks = stride_period_samples(rate_rad_s, rate_hz) > value("stride_time_walk_s") * rate_hz
    lean_deg = value(f"{placement}_force_lean_walk_deg") if walks else value(f"{placement}_force_lean_run_deg")
    return float(np.radians(lean_deg))


def _confidence(standing: bool, ratio: float, tilt_deg: float, votes: float) -> Literal["high", "medium", "low"]:
    if ratio < 3.0 or votes < 0.2:
        return "low"
    if not standing or ratio < 8.0 or tilt_deg > 25.0:
        return "medium"
    return "high"
