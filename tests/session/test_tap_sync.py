"""The whole session with two clocks apart: a knock in standing puts step and flight time right, and says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gaitpipe.model import StreamQuality
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment

LAG_S = 0.015
KNOCK_AT_S = 4.0031
CONFIG = RunnerConfig(segments=(Segment("stand", 8.0), Segment("run", 32.0, 3.0)), rate_hz=208.0, seed=3)


def run(runner, blocks, info, *, tap_sync, knocked=True, lag_s=LAG_S):
    """The right sensor's clock is late by `lag_s`; the recorder knows both clocks to 4 ms only."""
    streams = [runner(CONFIG).sensors[side] for side in ("left", "right")]
    session = Session([info(stream, clock="device") for stream in streams], tap_sync=tap_sync)
    for stream in streams:
        for block in blocks(stream, 52):
            time_s, acc = block.time_s, block.acc_m_s2.copy()
            if knocked:
                acc[:, 2] += 80.0 * np.exp(-0.5 * ((time_s - KNOCK_AT_S) * 208.0 / 0.8) ** 2)
            late_s = lag_s if stream.side == "right" else 0.0
            session.feed(replace(block, time_s=time_s + late_s, acc_m_s2=acc))
    quality = {stream.side: StreamQuality(samples=1, clock_residual_s=0.0005) for stream in streams}
    return session.finish(quality)


def metric(result, key):
    return next(one for one in result.metrics if one.key == key)


def test_a_knock_takes_the_lag_out_of_step_and_flight_time_and_is_told(runner, blocks, info):
    true = run(runner, blocks, info, tap_sync=False, lag_s=0.0)
    apart = run(runner, blocks, info, tap_sync=False)
    tapped = run(runner, blocks, info, tap_sync=True)
    for key in ("step_time_s", "flight_time_s"):
        for side in ("left", "right"):
            truth, raw, mended = (getattr(metric(one, key), side).mean for one in (true, apart, tapped))
            assert abs(raw - truth) == pytest.approx(LAG_S, abs=0.002)
            assert abs(mended - truth) < 0.004
    assert metric(tapped, "step_time_s").left.uncertainty < metric(apart, "step_time_s").left.uncertainty
    (finding,) = [one for one in tapped.findings if one.code == "tap"]
    assert "1 common knock" in finding.message
    assert not [one for one in apart.findings if one.code in ("tap", "no_tap")]


def test_without_a_knock_nothing_is_changed_and_the_reason_is_told(runner, blocks, info):
    plain = run(runner, blocks, info, tap_sync=False, knocked=False)
    asked = run(runner, blocks, info, tap_sync=True, knocked=False)
    assert plain.strides.tobytes() == asked.strides.tobytes()
    assert metric(plain, "step_time_s") == metric(asked, "step_time_s")
    (finding,) = [one for one in asked.findings if one.code == "no_tap"]
    assert "no knock was found while standing" in finding.message


def test_contact_times_of_each_foot_do_not_change(runner, blocks, info):
    apart = run(runner, blocks, info, tap_sync=False)
    tapped = run(runner, blocks, info, tap_sync=True)
    assert metric(apart, "ground_contact_time_s") == metric(tapped, "ground_contact_time_s")
