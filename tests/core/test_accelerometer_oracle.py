"""The kernel against a slow oracle that looks at the whole signal at once, with scipy's filters and numpy's sums.

The oracle knows the stride time and where a bout begins; how the kernel finds these is tested elsewhere. The kernel's
sense of rhythm may move an anchor by a sample, the oracle has none: contacts must agree to a fiftieth of a sample.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import bessel, butter, find_peaks, group_delay, sosfilt, sosfilt_zi, tf2sos

from gaitpipe.core.accelerometer_detector import AccelerometerDetector
from gaitpipe.core.accelerometer_params import AccelerometerParams
from gaitpipe.core.kernel import EVENT_IC, EVENT_SWING, EVENT_TC

RATE_HZ = 208.0
Signal = NDArray[np.float64]


def steady(sos: Signal, x: Signal) -> Signal:
    """`x` (n, 3) filtered as if its first sample had lasted for ever."""
    start = sosfilt_zi(sos)[:, :, None] * x[0]
    return np.asarray(sosfilt(sos, x, axis=0, zi=start)[0])


def delay_samples(b: Signal, a: Signal) -> float:
    return float(group_delay((b, a), w=[1e-6], fs=RATE_HZ)[1][0])


class Oracle:
    """Contacts of one bout of running in `acc` (n, 3), from the anchor nearest to sample `begin` on."""

    def __init__(self, acc: Signal, stride_s: float, begin: float) -> None:
        smooth = bessel(4, 15.0, fs=RATE_HZ, norm="mag")
        hump = bessel(4, 4.0, fs=RATE_HZ, norm="mag")
        self.delay = delay_samples(*smooth)
        self.acc = steady(tf2sos(*smooth), acc)
        fast = sosfilt(butter(2, 8.0, "highpass", fs=RATE_HZ, output="sos"), acc - acc[0], axis=0)
        height = np.sqrt(np.maximum(0.0, sosfilt(tf2sos(*hump), np.sum(fast * fast, axis=1))))
        tops = find_peaks(height, height=1.5, distance=0.6 * stride_s * RATE_HZ)[0]
        anchors = tops - round(delay_samples(*hump) - self.delay)
        self.anchors = anchors[anchors > begin - 0.1 * RATE_HZ]
        self.initial: list[float] = []
        self.terminal: list[float] = []
        self._follow()

    def _follow(self) -> None:
        up, front, ic = np.zeros(3), np.zeros(3), np.nan
        for k, (first, last) in enumerate(pairwise(self.anchors)):
            part = self.acc[first:last]
            phase = np.arange(last - first) / (last - first) - 0.35
            share = 1.0 if k == 0 else 0.25
            up = up + share * (part.mean(axis=0) - up)
            wave = 2.0 * np.mean(np.cos(2.0 * np.pi * phase)[:, None] * (part - part.mean(axis=0)), axis=0)
            front = front + share * (wave - front)
            z = up / np.linalg.norm(up)
            x = front - (front @ z) * z
            x /= np.linalg.norm(x)
            if k == 0:
                ic = self._landing(self.acc @ x, first)
                self.initial.append(ic - self.delay)
            self.terminal.append(self._unloading(self.acc @ z, ic, last - first) - self.delay)
            ic = self._landing(self.acc @ x, last)
            self.initial.append(ic - self.delay)

    @staticmethod
    def _landing(front: Signal, anchor: int) -> float:
        window = range(anchor - round(0.11 * RATE_HZ), anchor + round(0.06 * RATE_HZ))
        slope = np.sign(np.diff(front))
        bottoms = [i for i in window if slope[i] > 0 >= slope[i - 1]]
        if slope[window[0]] > 0 and slope[window[0] - 1] > 0:  # a rise is taken whole, wherever it began
            bottoms.append(int(np.flatnonzero(slope[: window[0]] <= 0)[-1]) + 1)
        scores = {}
        for bottom in bottoms:
            top = bottom + int(np.argmax(slope[bottom:] <= 0))
            off = (0.5 * (bottom + top) - anchor + 0.025 * RATE_HZ) / (0.07 * RATE_HZ)
            scores[bottom, top] = (front[top] - front[bottom]) * (1.0 - off * off)
        bottom, top = max(scores, key=lambda pair: scores[pair])
        level = front[bottom] + 0.25 * (front[top] - front[bottom])
        return float(np.interp(level, front[bottom : top + 1], np.arange(bottom, top + 1)))

    @staticmethod
    def _unloading(up: Signal, ic: float, cycle: int) -> float:
        first, last = int(ic + max(0.09 * RATE_HZ, 0.24 * cycle)), int(ic + 0.52 * cycle)
        dips = [i for i in range(first, last + 1) if up[i] <= up[i - 1] and up[i] < up[i + 1]]
        if not dips:
            return np.nan
        low = min(dips, key=lambda i: up[i] + 3.0 * ((i - ic - 0.38 * cycle) / (0.08 * cycle)) ** 2)
        curve = np.polyfit([-1.0, 0.0, 1.0], up[low - 1 : low + 2], 2)
        return float(low - curve[1] / (2.0 * curve[0]))


def test_the_contacts_of_a_run_are_those_of_the_oracle(course: Any) -> None:
    """The last bout of the course: from 21 s on, running at 4 m/s."""
    block = course("shank", RATE_HZ)
    detector = AccelerometerDetector(AccelerometerParams(), RATE_HZ)
    events = np.concatenate([detector.push(block), detector.finish()])
    late = events[events["time_s"] > 19.0]
    contacts, ends = (late["sample"][late["kind"] == kind] for kind in (EVENT_IC, EVENT_TC))
    anchors = late["sample"][late["kind"] == EVENT_SWING]
    assert len(contacts) >= 6
    oracle = Oracle(block.acc_m_s2, float(np.median(np.diff(contacts))) / RATE_HZ, contacts[0])
    assert len(oracle.initial) >= len(contacts)
    assert np.max(np.abs(np.array(oracle.initial[: len(contacts)]) - contacts)) < 0.02
    assert np.max(np.abs(oracle.anchors[1 : len(anchors) + 1] - oracle.delay - anchors)) < 1.5
    known = np.array([end for end in oracle.terminal if np.isfinite(end)])
    assert np.max(np.abs(known[: len(ends)] - ends[: len(known)])) < 0.02
