"""A sensor that is away when the recording ends: what it did not send is lost, and said."""

from __future__ import annotations

import pytest

from gaitpipe import profile_store
from gaitpipe.app.analyze import analyze_recording
from gaitpipe.app.simulate import SimulationRequest, plain_run, write_simulation
from gaitpipe.model import RawNotification
from gaitpipe.recording.decode import read_recording
from gaitpipe.recording.reader import open_raw
from gaitpipe.recording.writer import RecordingWriter
from gaitpipe.simulate.runner_config import RunnerConfig

AWAY_FROM_S = 20.0


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """A recording of 40 s whose left sensor sent nothing after 20 s."""
    folder = tmp_path_factory.mktemp("cut")
    whole, _truth = write_simulation(
        SimulationRequest(RunnerConfig(plain_run(40.0, 3.0)), profile_store.load("open_imu")), folder
    )
    raw = open_raw(whole)
    path = folder / "cut.mcap"
    start_ns = raw.session_start_monotonic_ns
    with RecordingWriter(
        path,
        raw.setups,
        raw.metadata,
        session_start_monotonic_ns=start_ns,
        session_start_utc_ns=raw.session_start_utc_ns,
    ) as writer:
        for item in raw.items:
            away = (item.host_monotonic_ns - start_ns) / 1e9 >= AWAY_FROM_S
            if not (isinstance(item, RawNotification) and item.source == "left" and away):
                writer.write(item)
    return path


def test_what_was_not_sent_before_the_end_is_counted_as_lost(cut):
    recording = read_recording(cut)
    for _block in recording.blocks:
        pass
    left, right = recording.quality["left"], recording.quality["right"]
    assert right.lost_samples == 0
    assert right.silent_from_s is None
    assert left.samples + left.lost_samples == pytest.approx(right.samples, abs=20)
    assert left.gaps == 1
    assert left.silent_from_s == pytest.approx(AWAY_FROM_S, abs=0.2)


def test_silence_to_the_end_is_a_finding_and_no_doubt_about_how_the_feet_alternate(cut):
    result = analyze_recording(read_recording(cut))
    codes = {finding.code: finding for finding in result.findings}
    assert "from 0:19 to the end" in codes["silent_to_the_end"].message or "0:20" in codes["silent_to_the_end"].message
    assert codes["silent_to_the_end"].side == "left"
    assert "not_alternating" not in codes
    assert codes["sample_loss"].severity == "warning"
