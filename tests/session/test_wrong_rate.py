"""A sensor that runs at another rate than it was recorded with gives no figures, and its true rate is told."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.session import Session
from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

SET_HZ = 208.0


def run(true_hz):
    """A run of 25 s from a sensor that samples at `true_hz` although 208 Hz were set."""
    profile = profile_store.load("open_imu")
    settings = profile.resolve_settings({"rate_hz": SET_HZ})
    config = RunnerConfig((Segment("stand", 5.0), Segment("run", 20.0, 3.0)), rate_hz=true_hz)
    samples = simulate(config).sensors["left"]
    encoder, decoder = Encoder(profile, settings), Decoder(profile, "left", "foot", settings)
    session = Session([decoder.info])
    decoded = []
    for first in range(0, len(samples.acc_m_s2) - 8, 8):
        part = slice(first, first + 8)
        for uuid, data in encoder.encode(first / true_hz, samples.acc_m_s2[part], samples.gyr_rad_s[part]):
            decoded += decoder.receive(uuid, data, (first + 7) / true_hz + 0.01)
    for item in decoded + decoder.flush():
        if isinstance(item, SampleBlock):
            session.feed(item)
    return session.finish({"left": decoder.quality})


@pytest.mark.parametrize("true_hz", [416.0, 312.0, 260.0])
def test_far_off_rate_is_an_error_with_the_true_rate_and_no_figures(true_hz):
    result = run(true_hz)
    (finding,) = [item for item in result.findings if item.code == "wrong_rate"]
    assert finding.severity == "error"
    assert f"ran at {true_hz:.0f} Hz, not at 208 Hz" in finding.message
    assert f"rate_hz={true_hz:.0f}" in finding.advice
    assert result.sensors[0].quality.measured_rate_hz == pytest.approx(true_hz, rel=0.01)
    assert all(metric.left is None or metric.left.count == 0 for metric in result.metrics)
    assert not np.any(result.strides["quality"] == "ok")


def test_rate_of_a_real_chip_is_no_error():
    result = run(SET_HZ * 1.015)
    assert [item.code for item in result.findings if item.code in ("wrong_rate", "rate_off")] == []
    cadence = next(metric for metric in result.metrics if metric.key == "cadence_spm")
    assert cadence.left is not None
