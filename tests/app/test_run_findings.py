"""What was typed or forced during a recording has its consequence for the figures, live and later alike."""

from __future__ import annotations

import pytest

from gaitpipe import profile_store
from gaitpipe.app.fitness import unfit_reason
from gaitpipe.app.new_profile import NewProfile, profile_text
from gaitpipe.app.run_findings import run_findings
from gaitpipe.model import RecordingEvent
from gaitpipe.protocol.profile import parse_profile


def speeds(*values):
    return [RecordingEvent(0, 0, "speed", None, "", value) for value in values]


def test_one_speed_stays_the_belt_speed():
    assert run_findings(3.0, speeds(), {}) == (3.0, [])
    assert run_findings(3.0, speeds(3.0, 2.95, None), {}) == (3.0, [])
    assert run_findings(None, speeds(2.0, 3.0), {}) == (None, [])


def test_changed_speed_is_no_belt_speed_for_the_whole_run():
    speed, (finding,) = run_findings(3.0, speeds(3.5, 3.5, 0.0), {})
    assert speed is None
    assert finding.code == "belt_speed_changed"
    assert "(3, then 3.5, 0 m/s)" in finding.message


def test_forced_recording_says_so_with_the_reason():
    speed, (finding,) = run_findings(3.0, [], {"forced": "at 20 Hz contacts cannot be seen"})
    assert (speed, finding.code, finding.severity) == (3.0, "forced", "warning")
    assert "at 20 Hz" in finding.message


OPEN_IMU = profile_store.load("open_imu")
UNFIT = '\n[[unfit]]\nreason = "its range of 2 g is passed in every step."\nonly_if = { acc_range_g = 2 }\n'


@pytest.mark.parametrize(("settings", "said"), [({"acc_range_g": 2}, "2 g is passed in every step"), ({}, None)])
def test_unfit_settings_of_a_profile_have_their_reason(settings, said):
    profile = parse_profile(OPEN_IMU.text + UNFIT + 'source = "test"\nconfidence = "memory"\n', "unfit")
    assert (unfit_reason(profile, profile.resolve_settings(settings)) or "").endswith(said or "")
    assert (unfit_reason(profile, profile.resolve_settings(settings)) is None) is (said is None)


def test_rates_below_40_hz_do_not_serve_also_where_the_profile_says_nothing():
    text = profile_text(NewProfile("board", "Board")).replace("allowed = [100, 200]", "allowed = [20, 100]")
    profile = parse_profile(text, "board")
    assert "at 20 Hz" in unfit_reason(profile, profile.resolve_settings({"rate_hz": 20}))
    assert unfit_reason(profile, profile.resolve_settings()) is None
