"""The published rules on the same recordings, with every help that a real sensor would not have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.accuracy import baselines
from benchmarks.accuracy.baselines._contract import Baseline, Signals
from benchmarks.accuracy.readers import Case
from benchmarks.accuracy.score import Comparison, detected_of
from benchmarks.accuracy.streams import compared
from benchmarks.accuracy.variants import in_segment_axes
from gaitpipe.model import FloatArray, SampleBlock, Side
from gaitpipe.registry import load_plugins


def all_baselines() -> tuple[Baseline, ...]:
    """Every rule of the folder `baselines`."""
    return load_plugins(baselines, "BASELINE", Baseline)


def baseline_comparisons(case: Case) -> list[tuple[str, Comparison]]:
    """Key of the rule and its comparison, for each rule that fits the case and each sensor with a reference."""
    out = []
    for info in case.recording.sensors:
        fitting = [r for r in all_baselines() if case.placement in r.placements and (info.has_gyro or not r.needs_gyro)]
        if info.side in case.truth:
            out += [(rule.key, _best(rule, case, info.side)) for rule in fitting]
    return out


def _best(rule: Baseline, case: Case, side: Side) -> Comparison:
    """Where the mounting is not known, forward may be backward: the sign that serves the rule better is taken."""
    tried = [compared(case, side, detected_of(*rule.detect(signals))) for signals in _signals(case, side)]
    return max(tried, key=lambda found: (int(found.rows["ic_found"].notna().sum()) - found.extra, -_ic_spread(found)))


def _ic_spread(found: Comparison) -> float:
    errors = (found.rows["ic_found"] - found.rows["ic_true"]).to_numpy(np.float64)
    return float(np.nansum(errors * errors))


def _signals(case: Case, side: Side) -> Iterator[Signals]:
    """Gait of one sensor in segment axes; two candidates (forward, backward) for an unknown mounting."""
    block = _whole(case, side)
    truth, (info,) = case.truth[side], [info for info in case.recording.sensors if info.side == side]
    gait = (block.time_s >= truth.start_s) & (block.time_s <= truth.end_s)
    if side in case.mounts:
        acc, gyr = in_segment_axes(case, block)
        yield Signals(info.rate_hz, block.time_s[gait], acc[gait], -gyr[gait, 1])
        return
    acc = _body_axes(block.acc_m_s2[gait])
    for sign in (1.0, -1.0):
        turned = acc * np.array([sign, sign, 1.0])
        yield Signals(info.rate_hz, block.time_s[gait], turned, np.full(len(turned), np.nan))


def _whole(case: Case, side: Side) -> SampleBlock:
    (block,) = [block for block in case.recording if block.side == side]
    return block


def _body_axes(acc_m_s2: FloatArray) -> FloatArray:
    """An accelerometer's own axes: up is its mean over whole strides, forward varies most across it."""
    up = acc_m_s2.mean(axis=0) / np.linalg.norm(acc_m_s2.mean(axis=0))
    flat = acc_m_s2 - np.outer(acc_m_s2 @ up, up)
    _, _, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    forward = axes[0] - (axes[0] @ up) * up
    forward /= np.linalg.norm(forward)
    return np.asarray(acc_m_s2 @ np.column_stack([forward, np.cross(up, forward), up]))
