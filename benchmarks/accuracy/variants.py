"""The same recording under other conditions: another rate, lost packets, another mounting. Everything is seeded."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
from scipy.signal import resample_poly
from scipy.spatial.transform import Rotation

from benchmarks.accuracy.readers import Case
from gaitpipe.model import FLAG_GAP_BEFORE, FloatArray, Recording, SampleBlock, SensorInfo

PACKET_SAMPLES = 8
LOSS_SHARE = 0.01

Change = Callable[[SampleBlock, SensorInfo], list[SampleBlock]]


def at_rate(case: Case, rate_hz: float) -> Case:
    """Resampled with a linear-phase anti-alias filter whose delay is taken off (polyphase, Kaiser window)."""

    def change(block: SampleBlock, info: SensorInfo) -> list[SampleBlock]:
        step = Fraction(rate_hz / info.rate_hz).limit_denominator(1000)
        acc, gyr = (
            np.ascontiguousarray(resample_poly(x, step.numerator, step.denominator, axis=0, padtype="line"))
            for x in (block.acc_m_s2, block.gyr_rad_s)
        )
        time_s = block.time_s[0] + np.arange(len(acc)) / (info.rate_hz * float(step))
        first = round(block.first_sample * float(step))
        return [
            replace(
                block,
                first_sample=first,
                time_s=time_s,
                acc_m_s2=acc,
                gyr_rad_s=gyr,
                flags=np.zeros(len(acc), np.uint8),
            )
        ]

    changed = _changed(case, change)
    sensors = tuple(replace(info, rate_hz=rate_hz) for info in changed.recording.sensors)
    return replace(changed, recording=replace(changed.recording, sensors=sensors))


def with_loss(case: Case, seed: int, share: float = LOSS_SHARE) -> Case:
    """Whole packets of 8 samples are lost, each with probability `share`; the first one never is."""
    rng = np.random.default_rng(seed)

    def change(block: SampleBlock, _: SensorInfo) -> list[SampleBlock]:
        packets = range(0, len(block), PACKET_SAMPLES)
        lost = rng.random(len(packets)) < share
        lost[0] = False
        kept = [_cut(block, at, at + PACKET_SAMPLES) for at, gone in zip(packets, lost, strict=True) if not gone]
        for before, after in itertools.pairwise(kept):
            if after.first_sample != before.first_sample + len(before):
                after.flags[0] |= FLAG_GAP_BEFORE
        return kept

    return _changed(case, change)


def rotated(case: Case, seed: int) -> Case:
    """Each sensor mounted in another random orientation."""
    rng = np.random.default_rng(seed)
    turns = {info.side: Rotation.from_quat(rng.normal(size=4)) for info in case.recording.sensors}

    def change(block: SampleBlock, _: SensorInfo) -> list[SampleBlock]:
        turn = turns[block.side]
        acc, gyr = (np.ascontiguousarray(turn.apply(x)) for x in (block.acc_m_s2, block.gyr_rad_s))
        return [replace(block, acc_m_s2=acc, gyr_rad_s=gyr)]

    return _changed(case, change)


def in_segment_axes(case: Case, block: SampleBlock) -> tuple[FloatArray, FloatArray]:
    """Acceleration and rotation rate (n, 3) with x forward, y left, z up, by the mounting that the data set knows."""
    w, x, y, z = case.mounts[block.side]
    turn = Rotation.from_quat([x, y, z, w])
    order, sign = [0, 2, 1], np.array([1.0, -1.0, 1.0])  # of the data set: x forward, y up, z right
    return turn.apply(block.acc_m_s2)[:, order] * sign, turn.apply(block.gyr_rad_s)[:, order] * sign


def _cut(block: SampleBlock, start: int, end: int) -> SampleBlock:
    return replace(
        block,
        first_sample=block.first_sample + start,
        time_s=block.time_s[start:end],
        acc_m_s2=block.acc_m_s2[start:end].copy(),
        gyr_rad_s=block.gyr_rad_s[start:end].copy(),
        flags=block.flags[start:end].copy(),
    )


def _changed(case: Case, change: Change) -> Case:
    sensors = {info.side: info for info in case.recording.sensors}
    blocks = [part for block in case.recording for part in change(block, sensors[block.side])]
    blocks.sort(key=lambda block: float(block.time_s[0]))
    recording = Recording(name=case.recording.name, sensors=case.recording.sensors, blocks=blocks)
    return replace(case, recording=recording)
