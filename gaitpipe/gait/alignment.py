"""From sensor axes to segment axes (x forward, y left, z up) for any mounting, without a magnetometer.

Rules
  1. Samples are looked at in windows of a fixed number of samples, counted from the first sample that arrived. Packet
     size therefore cannot change the result.
  2. A still window (standing) gives the gyroscope's bias and the direction of up. A moving window adds to the
     scatter of the rotation rate, whose largest axis is medio-lateral.
  3. When enough moving windows are in, the rotation is frozen for the rest of the session. What came before is held
     back and then released through the same rotation, so that the first strides count.
  4. Standing may be missing: then up is the mean specific force of the moving windows. The rotation rate about the
     medio-lateral axis, and with it every event, hardly depends on it; angles would, so confidence drops.
  5. The sign of the medio-lateral axis follows from two votes: the lean of the segment over whole strides (needs
     standing) and the shape of one stride's rotation rate.
  6. Too little movement until the end, or until the buffer is full: nothing is released, there is no alignment.

Method: standing gravity plus principal axis of the gyroscope, see docs/architecture.md.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gaitpipe.core.rotation import rotate
from gaitpipe.gait.windows import Windows
from gaitpipe.model import STANDARD_GRAVITY_M_S2, AlignmentReport, FloatArray, SampleBlock, SensorInfo

WINDOW_S = 0.5
MOVING_NEEDED_S = 6.0
MOVING_LEAST_S = 1.5
BUFFER_LIMIT_S = 600.0
STILL_GYR_SD_RAD_S = 0.06
STILL_ACC_SD_M_S2 = 0.40
MOVING_GYR_RMS_RAD_S = 1.0
FAST_RAD_S = 2.0


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


def _project(vectors: FloatArray, axis: FloatArray) -> FloatArray:
    return np.asarray(vectors[:, 0] * axis[0] + vectors[:, 1] * axis[1] + vectors[:, 2] * axis[2], dtype=np.float64)


class Aligner:
    """Holds blocks back until the mounting is known, then turns every block into segment axes.

    Parameters
    ----------
    info : SensorInfo
        A sensor with a gyroscope.
    """

    def __init__(self, info: SensorInfo) -> None:
        self._rate_hz = info.rate_hz
        self._windows = Windows(max(8, round(WINDOW_S * info.rate_hz)))
        self._held: deque[SampleBlock] = deque()
        self._received = 0
        self._looked_at = 0
        self._forgotten = 0
        self._still_acc: list[FloatArray] = []
        self._still_gyr: list[FloatArray] = []
        self._moving: list[tuple[FloatArray, FloatArray]] = []
        self._rotation: Rotation | None = None
        self.report: AlignmentReport | None = None

    def push(self, block: SampleBlock) -> list[SampleBlock]:
        """Aligned blocks that are ready now; empty while the mounting is not known yet."""
        if self._rotation is not None:
            return [self._rotation.apply(block)]
        self._held.append(block)
        self._received += len(block)
        for acc, gyr in self._windows.push(block):
            if self._moving_s < MOVING_NEEDED_S:
                self._looked_at += len(acc)
                self._judge(acc, gyr)
        if self._moving_s < MOVING_NEEDED_S:
            self._forget(self._received)
            return []
        self._forget(self._looked_at)
        return self._release()

    def flush(self) -> list[SampleBlock]:
        """End of the stream: align with what there is. Empty when there was too little movement."""
        if self._rotation is None and self._moving_s >= MOVING_LEAST_S:
            return self._release()
        return []

    @property
    def _moving_s(self) -> float:
        return len(self._moving) * self._windows.samples / self._rate_hz

    def _judge(self, acc: FloatArray, gyr: FloatArray) -> None:
        if gyr.std(axis=0).max() < STILL_GYR_SD_RAD_S and acc.std(axis=0).max() < STILL_ACC_SD_M_S2:
            self._still_acc.append(acc.mean(axis=0))
            self._still_gyr.append(gyr.mean(axis=0))
        elif np.sqrt(np.sum(gyr * gyr) / len(gyr)) > MOVING_GYR_RMS_RAD_S:
            self._moving.append((acc, gyr))

    def _forget(self, now: int) -> None:
        """Drop what lies further back than the buffer reaches; by samples, for whole blocks would show packet size."""
        surplus = now - round(BUFFER_LIMIT_S * self._rate_hz) - self._forgotten
        while surplus > 0:
            first = self._held[0]
            count = min(surplus, len(first))
            self._held[0] = _without_beginning(first, count)
            if count == len(first):
                del self._held[0]
            self._forgotten += count
            surplus -= count

    def _release(self) -> list[SampleBlock]:
        acc = np.concatenate([part[0] for part in self._moving])
        bias = np.mean(self._still_gyr, axis=0) if self._still_gyr else np.zeros(3)
        gyr = np.concatenate([part[1] for part in self._moving]) - bias
        standing = bool(self._still_acc)
        up = unit(np.mean(self._still_acc, axis=0) if standing else acc.mean(axis=0))
        axis, ratio = principal_axis(gyr)
        tilt_deg = float(np.degrees(np.arcsin(min(1.0, abs(float(axis @ up))))))
        left = unit(axis - (axis @ up) * up)
        votes = waveform_vote(-_project(gyr, left), self._rate_hz)
        if standing:
            votes = 0.5 * votes + 0.5 * forward_lean_vote(_project(acc, np.cross(left, up)))
        if votes < 0.0:
            left = -left
        self._rotation = Rotation(np.array([np.cross(left, up), left, up]), bias)
        self.report = AlignmentReport(
            method=f"{'standing' if standing else 'mean'} gravity and gyroscope axis",
            standing_s=len(self._still_acc) * self._windows.samples / self._rate_hz,
            eigenvalue_ratio=ratio,
            axis_angle_deg=tilt_deg,
            confidence=_confidence(standing, ratio, tilt_deg, abs(votes)),
        )
        held, self._held = self._held, deque()
        self._moving = []
        return [self._rotation.apply(block) for block in held]


def _without_beginning(block: SampleBlock, count: int) -> SampleBlock:
    return SampleBlock(
        block.side,
        block.placement,
        block.first_sample + count,
        block.time_s[count:],
        block.acc_m_s2[count:],
        block.gyr_rad_s[count:],
        block.flags[count:],
    )


def _confidence(standing: bool, ratio: float, tilt_deg: float, votes: float) -> Literal["high", "medium", "low"]:
    if ratio < 2.0 or votes < 0.2:
        return "low"
    if not standing or ratio < 5.0 or tilt_deg > 25.0:
        return "medium"
    return "high"


def unit(vector: FloatArray) -> FloatArray:
    """The vector scaled to length one, shape (3,)."""
    return np.asarray(vector / np.sqrt(np.sum(vector * vector)), dtype=np.float64)


def principal_axis(gyr_rad_s: FloatArray) -> tuple[FloatArray, float]:
    """Axis of the largest rotation scatter and the ratio of the two largest eigenvalues.

    Only samples faster than `FAST_RAD_S` count. Sums are written out, not a matrix product, so that they do not depend
    on how a library splits its work.
    """
    fast = gyr_rad_s[np.sum(gyr_rad_s * gyr_rad_s, axis=1) > FAST_RAD_S**2]
    if len(fast) < 3:
        return np.array([0.0, 1.0, 0.0]), 1.0
    scatter = np.array([[np.sum(fast[:, i] * fast[:, j]) for j in range(3)] for i in range(3)])
    values, vectors = np.linalg.eigh(scatter)
    return vectors[:, 2], float(values[2] / max(values[1], 1e-12))


def forward_lean_vote(forward_m_s2: FloatArray) -> float:
    """How sure it is that the axis points forward, in [-1, 1], from the mean forward specific force of whole strides.

    A foot and a shank spend the stride leaning forward (heel up, knee ahead), so gravity's reaction and the pull of the
    swing lie behind the standing up direction on average. On force-labelled trials of five runners at 2-5 m/s the mean
    was -0.4 to -1.4 g for both placements, without exception.
    """
    return float(np.clip(-np.mean(forward_m_s2) / (0.3 * STANDARD_GRAVITY_M_S2), -1.0, 1.0))


def waveform_vote(rate_rad_s: FloatArray, rate_hz: float) -> float:
    """How sure it is that positive lobes of the rate are the swing, in [-1, 1], from the shape of one stride.

    With h1 and h2 the first two harmonics of the stride, the angle of h2 conj(h1)^2 does not depend on where the stride
    begins and turns by 180 degrees with the sign of the axis. In running it lies near 76 degrees for the foot and 15
    for the shank, so 45 decides between the two signs for both.
    """
    period = stride_period_samples(rate_rad_s, rate_hz)
    count = len(rate_rad_s) // period * period
    if count == 0:
        return 0.0
    phase = 2j * np.pi * np.arange(count) / period
    first = np.mean(rate_rad_s[:count] * np.exp(-phase))
    second = np.mean(rate_rad_s[:count] * np.exp(-2.0 * phase))
    product = second * np.conj(first) ** 2
    size = np.abs(product)
    if size == 0.0:
        return 0.0
    weight = min(1.0, 4.0 * np.abs(second) / np.abs(first))
    return float(weight * np.real(product * np.exp(-0.25j * np.pi)) / size)


def stride_period_samples(x: FloatArray, rate_hz: float) -> int:
    """Stride time in samples: the shortest lag in 0.4-1.7 s whose autocorrelation is a peak near the best one."""
    x = x - x.mean()
    spectrum = np.fft.rfft(x, 2 * len(x))
    power = np.fft.irfft(spectrum * np.conj(spectrum))[: len(x)] / np.arange(len(x), 0, -1)
    low, high = round(0.4 * rate_hz), min(round(1.7 * rate_hz), len(x) - 2)
    if high <= low + 2:
        return max(1, low)
    band = power[low:high]
    peaks = np.flatnonzero((band[1:-1] >= band[:-2]) & (band[1:-1] > band[2:])) + 1
    if len(peaks) == 0:
        return low + int(np.argmax(band))
    good = peaks[band[peaks] >= 0.85 * band[peaks].max()]
    return low + int(good[0])
