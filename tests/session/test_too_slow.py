"""Sensors that sample too seldom for contacts: cadence where it can be had, words where not, never a crash."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gaitpipe.app.analyze import Analysis
from gaitpipe.app.outputs import write_outputs
from gaitpipe.model import SampleBlock, SensorInfo
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate

COURSE = (Segment("stand", 5.0), Segment("run", 40.0, 3.0), Segment("stand", 2.0))


@pytest.fixture(scope="module")
def runners():
    return {placement: simulate(RunnerConfig(COURSE, placement=placement)) for placement in ("foot", "shank")}


def thinned(stream, rate_hz: float):
    """The stream as a slower sensor gives it: means over its sampling interval."""
    step = stream.rate_hz / rate_hz
    starts = (np.arange(int(len(stream.true_time_s) / step)) * step).astype(int)
    ends = np.minimum(starts + max(1, int(step)), len(stream.true_time_s))

    def means(values):
        sums = np.vstack([np.zeros(3), np.cumsum(values, axis=0)])
        return (sums[ends] - sums[starts]) / (ends - starts)[:, None]

    return starts / stream.rate_hz, means(stream.acc_m_s2), means(stream.gyr_rad_s)


def result_of(runner, placement, rate_hz, has_gyro):
    session = Session([SensorInfo(side, placement, rate_hz, has_gyro=has_gyro) for side in runner.sensors])
    for side, stream in runner.sensors.items():
        time_s, acc, gyr = thinned(stream, rate_hz)
        flags = np.zeros(len(acc), np.uint8)
        session.feed(SampleBlock(side, placement, 0, time_s, acc, gyr if has_gyro else gyr * np.nan, flags))
    return session.finish()


@pytest.mark.parametrize("placement", ["foot", "shank"])
@pytest.mark.parametrize("has_gyro", [True, False])
@pytest.mark.parametrize("rate_hz", [25.0, 26.0, 39.0])
def test_below_40_hz_there_is_cadence_and_nothing_else(runners, placement, has_gyro, rate_hz):
    result = result_of(runners[placement], placement, rate_hz, has_gyro)
    cadence = next(metric for metric in result.metrics if metric.key == "cadence_spm")
    truth = 120.0 / np.nanmean(runners[placement].truth["stride_time_s"])
    assert cadence.both.mean == pytest.approx(truth, rel=0.02)
    assert len(result.strides) == 0
    others = [metric for metric in result.metrics if metric.key != "cadence_spm"]
    assert not any(metric.both and metric.both.count for metric in others)
    codes = [finding.code for finding in result.findings]
    assert codes.count("rate_too_low") == 2
    assert not {"no_movement", "no_gyroscope", "low_rate"} & set(codes)


@pytest.mark.parametrize("has_gyro", [True, False])
@pytest.mark.parametrize("rate_hz", [1.0, 10.0, 12.5, 20.0])
def test_below_25_hz_nothing_is_given_and_that_is_said(runners, rate_hz, has_gyro, tmp_path):
    result = result_of(runners["foot"], "foot", rate_hz, has_gyro)
    assert not any(side and side.count for metric in result.metrics for side in (metric.left, metric.both))
    told = [finding.message for finding in result.findings if finding.code == "rate_too_low"]
    assert len(told) == 2
    assert all("not even cadence" in message for message in told)
    files = write_outputs(Analysis(result, "slow", "0" * 64), tmp_path)
    assert "not even cadence" in files.report.read_text("utf-8")
    assert json.loads(files.summary.read_text("utf-8"))["metrics"] == {}
