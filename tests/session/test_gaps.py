"""Lost samples: what is excluded, what is not, and that it is counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gaitpipe.model import Placement, SessionResult
from gaitpipe.simulate.runner import RunnerConfig, Segment, SimulatedStream

RATE_HZ = 208.0


@pytest.fixture(scope="module", params=["foot", "shank"])
def stream(request: pytest.FixtureRequest, runner: Any) -> SimulatedStream:
    placement: Placement = request.param
    segments = (Segment("stand", 4.0), Segment("run", 16.0, 3.0))
    return runner(RunnerConfig(segments=segments, placement=placement, rate_hz=RATE_HZ, seed=3)).sensors["left"]


@pytest.fixture(scope="module")
def whole(stream: SimulatedStream, analyse: Any) -> SessionResult:
    """The same stream without a hole."""
    return analyse([stream])


def sample_of(stream: SimulatedStream, time_s: float) -> int:
    return int(np.searchsorted(stream.device_time_s, time_s))


def test_without_loss_every_stride_counts(whole: SessionResult) -> None:
    assert len(whole.strides) > 15
    assert set(whole.strides["quality"]) == {"ok"}
    assert whole.sensors[0].rejected_strides == {}
    assert not {finding.code for finding in whole.findings} & {"sample_loss", "many_rejected"}


def test_a_bridged_gap_in_mid_stance_excludes_nothing(
    stream: SimulatedStream, whole: SessionResult, analyse: Any
) -> None:
    """No event lies near it: all strides stay, and move by less than a millisecond."""
    row = whole.strides[8]
    start = sample_of(stream, 0.5 * (row["ic_raw_s"] + row["tc_raw_s"])) - 2
    got = analyse([stream], holes=[(start, start + 4)])
    assert set(got.strides["quality"]) == {"ok"}
    assert len(got.strides) == len(whole.strides)
    for name in ("ic_raw_s", "tc_raw_s"):
        np.testing.assert_allclose(got.strides[name], whole.strides[name], rtol=0, atol=1e-3)
    quality = got.sensors[0].quality
    assert (quality.gaps, quality.lost_samples) == (1, 4)
    assert quality.gap_s == pytest.approx(4 / RATE_HZ)


def test_a_bridged_gap_at_push_off_leaves_out_that_contact_time_only(
    stream: SimulatedStream, whole: SessionResult, analyse: Any
) -> None:
    start = sample_of(stream, whole.strides["tc_raw_s"][8]) - 3
    got = analyse([stream], holes=[(start, start + 6)])
    assert len(got.strides) == len(whole.strides)
    assert np.flatnonzero(got.strides["quality"] == "gap").tolist() == [8]
    assert set(np.delete(got.strides["quality"], 8)) == {"ok"}
    row = got.strides[8]
    for name in ("tc_s", "tc_raw_s", "ground_contact_time_s", "swing_time_s", "duty_factor", "flight_time_s"):
        assert np.isnan(row[name]), name
    assert row["stride_time_s"] == pytest.approx(whole.strides["stride_time_s"][8], abs=1e-3)
    others = np.arange(len(got.strides)) != 8
    np.testing.assert_allclose(got.strides["tc_raw_s"][others], whole.strides["tc_raw_s"][others], rtol=0, atol=1e-3)


def test_a_bridged_gap_at_initial_contact_spoils_both_strides_that_it_joins(
    stream: SimulatedStream, whole: SessionResult, analyse: Any
) -> None:
    start = sample_of(stream, whole.strides["ic_raw_s"][8]) - 3
    got = analyse([stream], holes=[(start, start + 6)])
    assert got.sensors[0].rejected_strides == {"gap": 1}
    assert len(got.strides) == len(whole.strides) - 1
    assert np.flatnonzero(got.strides["quality"] == "gap").tolist() == [7]
    kept = got.strides[got.strides["quality"] == "ok"]
    same = whole.strides[np.isin(np.arange(len(whole.strides)), (7, 8), invert=True)]
    np.testing.assert_allclose(kept["ic_raw_s"], same["ic_raw_s"], rtol=0, atol=1e-3)


@pytest.mark.parametrize(("after_contact_s", "known"), [(0.040, False), (0.070, True)])
def test_a_peak_in_a_bridged_gap_is_left_out_not_understated(
    runner: Any, analyse: Any, after_contact_s: float, known: bool
) -> None:
    """The peak is looked for in the 60 ms after the contact; the contact itself is far enough from the gap."""
    segments = (Segment("stand", 4.0), Segment("run", 16.0, 3.0))
    stream = runner(RunnerConfig(segments=segments, placement="shank", rate_hz=RATE_HZ, seed=3)).sensors["left"]
    whole = analyse([stream]).strides
    start = sample_of(stream, whole["ic_raw_s"][8] + after_contact_s)
    got = analyse([stream], holes=[(start, start + 5)]).strides
    assert len(got) == len(whole)
    assert set(got["quality"]) == {"ok"}
    if known:
        assert got["peak_acc_m_s2"][8] == whole["peak_acc_m_s2"][8]
    else:
        assert np.isnan(got["peak_acc_m_s2"][8])


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_long_gap_drops_the_open_stride_and_no_stride_reaches_over_it(
    stream: SimulatedStream, whole: SessionResult, analyse: Any, part: float
) -> None:
    row = whole.strides[8]
    start = sample_of(stream, row["ic_s"] + part * row["stride_time_s"])
    stop = start + round(0.3 * RATE_HZ)
    got = analyse([stream], holes=[(start, stop)])
    assert sum(got.sensors[0].rejected_strides.values()) == got.sensors[0].rejected_strides["gap"] == 1
    before, after = stream.device_time_s[start], stream.device_time_s[stop]
    ends_s = got.strides["ic_s"] + got.strides["stride_time_s"]
    assert not np.any((got.strides["ic_s"] < before) & (ends_s > after))
    assert len(whole.strides) - 5 <= len(got.strides) < len(whole.strides)
    early = got.strides["ic_s"] < row["ic_s"] - 1.0
    assert got.strides[early].tobytes() == whole.strides[: early.sum()].tobytes()


def test_a_jump_of_the_clock_over_a_gap_makes_no_stride(stream: SimulatedStream, analyse: Any) -> None:
    """The sensor was away for a minute by its clock, though few samples are missing by their numbers."""
    start = sample_of(stream, 12.0)
    time_s = stream.device_time_s + np.where(np.arange(len(stream.device_time_s)) >= start, 60.0, 0.0)
    for length in (5, 80):
        got = analyse([replace(stream, device_time_s=time_s)], holes=[(start - length, start)])
        times_s = got.strides["stride_time_s"]
        assert np.all(times_s[:-1] < 1.0)
        assert np.isnan(times_s[-1])  # the last contact has no next one
        assert got.strides["ic_s"].max() > 70.0


def test_much_loss_is_told(stream: SimulatedStream, analyse: Any) -> None:
    holes = [(start, start + 20) for start in range(1000, 4000, 150)]
    result = analyse([stream], holes=holes)
    findings = {finding.code: finding for finding in result.findings}
    assert findings["sample_loss"].severity == "warning"
    assert "20 gaps" in findings["sample_loss"].message
    assert findings["many_rejected"].severity == "warning"
    assert result.sensors[0].quality.lost_samples == 400
