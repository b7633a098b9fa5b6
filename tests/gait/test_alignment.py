"""From any mounting to segment axes: against the simulator's true mounting, held back and released in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gaitpipe.gait import alignment
from gaitpipe.gait.alignment import Aligner
from gaitpipe.gait.axes import forward_lean_vote, principal_axis, stride_period_samples, waveform_vote
from gaitpipe.model import Placement, SampleBlock, SensorInfo
from gaitpipe.simulate.runner import RunnerConfig, Segment, SimulatedStream, simulate
from simulated_blocks import blocks_of

STAND_RUN = (Segment("stand", 4.0), Segment("run", 10.0, 3.0))


def stream_of(placement: Placement, segments: tuple[Segment, ...] = STAND_RUN, **changes: Any) -> SimulatedStream:
    return simulate(RunnerConfig(segments=segments, placement=placement, rate_hz=104.0, seed=2, **changes)).sensors[
        "left"
    ]


@pytest.fixture(scope="module", params=["foot", "shank"])
def stream(request: pytest.FixtureRequest) -> SimulatedStream:
    return stream_of(request.param)


def push_all(stream: SimulatedStream, size: int) -> tuple[Aligner, list[SampleBlock]]:
    aligner = Aligner(SensorInfo(stream.side, stream.placement, stream.rate_hz))
    out = []
    for block in blocks_of(stream, size):
        out += aligner.push(block)
    out += aligner.flush()
    return aligner, [aligner.align(block) for block in out]


def joined(blocks: list[SampleBlock]) -> tuple[bytes, ...]:
    names = ("time_s", "acc_m_s2", "gyr_rad_s", "flags")
    return tuple(np.concatenate([getattr(block, name) for block in blocks]).tobytes() for name in names)


def test_the_axes_are_those_of_the_segment_within_a_few_degrees(stream: SimulatedStream) -> None:
    aligner, blocks = push_all(stream, 10**6)
    assert aligner.report is not None
    assert aligner.report.confidence == "high"
    assert aligner.report.standing_s > 2.0
    true_gyr = stream.gyr_rad_s @ stream.mount.T
    got = np.concatenate([block.gyr_rad_s for block in blocks])
    matrix = np.linalg.lstsq(true_gyr, got, rcond=None)[0]
    angles_deg = np.degrees(np.arccos(np.clip(np.diag(matrix), -1.0, 1.0)))
    assert angles_deg[1] < 5.0  # medio-lateral: the axis that all events come from
    assert np.all(np.linalg.norm(stream.acc_m_s2, axis=1) - np.linalg.norm(
        np.concatenate([block.acc_m_s2 for block in blocks]), axis=1) < 1e-9)  # fmt: skip
    still = np.concatenate([block.acc_m_s2 for block in blocks])[104:300].mean(axis=0)
    np.testing.assert_allclose(still / np.linalg.norm(still), [0.0, 0.0, 1.0], atol=0.02)


@pytest.mark.parametrize("size", [1, 7, 104, 333])
def test_every_sample_comes_out_once_in_order_and_the_same_for_any_block_size(
    stream: SimulatedStream, size: int
) -> None:
    whole, many = push_all(stream, 10**6)[1], push_all(stream, size)[1]
    assert joined(many) == joined(whole)
    starts = {block.first_sample for block in many}
    epoch = round(alignment.EPOCH_S * stream.rate_hz)
    count = len(stream.device_time_s)
    assert starts == {*range(0, count, size), *range(0, count, epoch)}
    assert [block.first_sample for block in many] == sorted(starts)


def test_nothing_comes_out_before_the_mounting_is_known(stream: SimulatedStream) -> None:
    aligner = Aligner(SensorInfo(stream.side, stream.placement, stream.rate_hz))
    standing = slice(0, 400)
    block = SampleBlock(
        "left", stream.placement, 0, stream.device_time_s[standing], stream.acc_m_s2[standing],
        stream.gyr_rad_s[standing], stream.flags[standing],
    )  # fmt: skip
    assert aligner.push(block) == []
    assert aligner.report is None
    assert aligner.flush() == []
    assert aligner.report is None


@pytest.mark.parametrize("stop_s", [6.5, 100.0])
@pytest.mark.parametrize("size", [10, 64, 10**6])
def test_a_full_buffer_forgets_the_oldest_samples_whatever_the_block_size(
    monkeypatch: pytest.MonkeyPatch, stop_s: float, size: int
) -> None:
    """With little movement until the end (6.5 s) and with enough (100 s)."""
    limit_s = 5.0
    monkeypatch.setattr(alignment, "BUFFER_LIMIT_S", limit_s)
    stream = stream_of("foot", (Segment("stand", 3.0), Segment("run", 11.0, 3.0)))
    keep = round(stop_s * stream.rate_hz)
    short = replace(
        stream,
        device_time_s=stream.device_time_s[:keep],
        acc_m_s2=stream.acc_m_s2[:keep],
        gyr_rad_s=stream.gyr_rad_s[:keep],
        flags=stream.flags[:keep],
    )
    singles = push_all(short, 1)[1]
    got = push_all(short, size)[1]
    assert joined(got) == joined(singles)
    assert got[0].first_sample == singles[0].first_sample > 0
    if stop_s < 10:
        assert sum(len(block) for block in got) == round(limit_s * stream.rate_hz)


def test_the_principal_axis_of_a_rotation_is_found() -> None:
    generator = np.random.default_rng(0)
    axis = np.array([0.6, -0.64, 0.48])
    swing = 5.0 * np.sin(2 * np.pi * 1.4 * np.arange(500) / 100.0)[:, None]
    found, ratio = principal_axis(swing * axis + 0.3 * generator.standard_normal((500, 3)), 100.0)
    assert abs(found @ axis) > 0.999
    assert ratio > 50.0


def test_quick_turns_in_and_out_do_not_turn_the_axis() -> None:
    """A foot rolls in and out at landing, faster than it swings: the axis is that of the swing."""
    time_s = np.arange(1000) / 200.0
    gyr = np.zeros((1000, 3))
    gyr[:, 1] = 5.0 * np.sin(2 * np.pi * 1.4 * time_s)
    gyr[:, 0] = 4.0 * np.maximum(0.0, np.sin(2 * np.pi * 1.4 * time_s)) * np.sin(2 * np.pi * 11.2 * time_s)
    axis, _ = principal_axis(gyr, 200.0)
    assert np.degrees(np.arccos(abs(axis[1]))) < 1.0


def test_too_few_samples_give_no_preference() -> None:
    assert principal_axis(np.full((10, 3), 0.1), 200.0)[1] == 1.0


def test_the_votes_turn_their_sign_with_the_axis(stream: SimulatedStream) -> None:
    run = slice(round(7 * stream.rate_hz), None)
    rate = -(stream.gyr_rad_s @ stream.mount.T)[run, 1]
    forward = (stream.acc_m_s2 @ stream.mount.T)[run, 0]
    assert waveform_vote(rate, stream.rate_hz) > 0.2
    assert waveform_vote(-rate, stream.rate_hz) == pytest.approx(-waveform_vote(rate, stream.rate_hz))
    assert forward_lean_vote(forward) > 0.2
    assert forward_lean_vote(-forward) == -forward_lean_vote(forward)


def test_the_stride_period_is_found() -> None:
    time_s = np.arange(600) / 100.0
    signal = np.sin(2 * np.pi * time_s / 0.73) + 0.7 * np.sin(4 * np.pi * time_s / 0.73 + 1.0)
    assert stride_period_samples(signal, 100.0) == 73
    assert waveform_vote(np.zeros(600), 100.0) == 0.0
