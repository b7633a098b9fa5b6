"""Devices beside the feet from the command line: simulated, analysed, refused where they cannot be used."""

from __future__ import annotations

import json

import pytest

from gaitpipe import profile_store
from gaitpipe.app.devices import device_profile
from gaitpipe.app.live import DeviceView, LiveView
from gaitpipe.app.simulate import SimulationRequest, write_simulation
from gaitpipe.cli.live_view import device_words, plain_line
from gaitpipe.simulate.auxiliary import DeviceHabits
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

COURSE = (Segment("stand", 5.0), Segment("run", 30.0, 3.0))


def summary_of(call, recording, out, *options) -> dict:
    called = call("analyze", recording, "--out", out, "--json", *options)
    assert called.code == 0, called.err
    return json.loads(called.out)


def codes(summary: dict) -> list[str]:
    return [finding["code"] for finding in summary["findings"]]


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """A run on a virtual treadmill with an incline, with a pod that counts strides, and a strap."""
    habits = {
        "treadmill": DeviceHabits(incline_pct=1.5, most_bytes=9),
        "foot_pod": DeviceHabits(counts_strides=True),
        "heart_rate": DeviceHabits(),
    }
    devices = tuple((device_profile(kind), habit) for kind, habit in habits.items())
    runner = RunnerConfig(COURSE, surface="treadmill")
    request = SimulationRequest(runner, profile_store.load("open_imu"), devices=devices)
    return write_simulation(request, tmp_path_factory.mktemp("beside"))[0]


def test_a_treadmill_gives_speed_and_incline_and_a_pod_and_a_strap_are_checks(call, beside, tmp_path):
    summary = summary_of(call, beside, tmp_path)
    assert summary["recording"]["belt_speed_m_s"] == pytest.approx(3.0, abs=0.005)
    assert summary["context"]["surface"] == "treadmill"
    assert summary["context"]["incline_pct"] == pytest.approx(1.5)
    auxiliary = summary["auxiliary"]
    assert set(auxiliary) == {"treadmill", "foot_pod", "heart_rate"}
    assert auxiliary["treadmill"]["notifications"] == 2 * auxiliary["treadmill"]["readings"] == 70
    assert auxiliary["treadmill"]["check"]["used"]
    assert auxiliary["foot_pod"]["check"]["counts"] == "strides"
    cadence_spm = summary["metrics"]["cadence_spm"]["both"]["mean"]
    assert auxiliary["foot_pod"]["check"]["cadence_spm"] == pytest.approx(cadence_spm, rel=0.03)
    assert 70 < auxiliary["heart_rate"]["check"]["mean_bpm"] < auxiliary["heart_rate"]["check"]["highest_bpm"] < 161
    assert {"belt_speed_told", "pod_cadence"} <= set(codes(summary))
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Cross-checks" in page
    assert "used as the belt speed" in page


def test_a_typed_speed_and_incline_go_before_the_treadmills_own(call, beside, tmp_path):
    summary = summary_of(call, beside, tmp_path, "--belt-speed", "3.2", "--incline", "0")
    assert summary["recording"]["belt_speed_m_s"] == 3.2
    assert summary["context"]["incline_pct"] == 0.0
    assert not summary["auxiliary"]["treadmill"]["check"]["used"]
    (said,) = [one for one in summary["findings"] if one["code"] == "belt_speed_contradicted"]
    assert "3.20 m/s" in said["message"]
    assert "3.00 m/s" in said["message"]


def test_speeds_are_the_same_whether_the_belt_speed_was_typed_or_told(call, beside, tmp_path):
    told = summary_of(call, beside, tmp_path / "told")
    typed = summary_of(call, beside, tmp_path / "typed", "--belt-speed", str(told["recording"]["belt_speed_m_s"]))
    for key in ("speed_m_s", "stride_length_m"):
        assert told["metrics"][key]["left"]["mean"] == pytest.approx(typed["metrics"][key]["left"]["mean"], rel=1e-7)


def test_a_treadmill_whose_speed_cannot_be_is_doubted(call, tmp_path):
    devices = ((device_profile("treadmill"), DeviceHabits(speed_factor=1.6)),)
    request = SimulationRequest(
        RunnerConfig(COURSE, surface="treadmill"), profile_store.load("open_imu"), devices=devices
    )
    recording, _ = write_simulation(request, tmp_path)
    summary = summary_of(call, recording, tmp_path / "out")
    doubts = [one["message"] for one in summary["findings"] if one["code"] == "belt_speed"]
    assert len(doubts) == 2
    assert all("that the treadmill tells is 4.80 m/s" in doubt for doubt in doubts)


def test_a_recording_without_such_devices_says_so_and_is_otherwise_as_before(call, recording, tmp_path):
    summary = summary_of(call, recording, tmp_path)
    assert summary["auxiliary"] == {}
    assert "Cross-checks" not in (tmp_path / "report.html").read_text("utf-8")


def test_simulate_with_devices_gives_the_same_bytes_again(call, tmp_path):
    for folder in ("a", "b"):
        options = ("--with", "treadmill", "--with", "heart-rate", "--with", "foot-pod", "--seconds", 12)
        assert call("simulate", "--out", tmp_path / folder, *options).code == 0
    assert (tmp_path / "a" / "session.mcap").read_bytes() == (tmp_path / "b" / "session.mcap").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--left", "treadmill_ftms"), "no motion sensor"),
        (("--left", "open_imu", "--treadmill", "heart_rate@Polar"), "not of a treadmill"),
        (("--left", "open_imu", "--heart-rate", "nothing_here@x"), "there is no device profile"),
    ],
)
def test_record_refuses_devices_in_the_wrong_place(call, tmp_path, arguments, words):
    called = call("record", *arguments, "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 2
    assert words in called.err
    assert not (tmp_path / "out").exists()


def test_simulate_refuses_a_device_beside_the_feet_as_a_sensor(call, tmp_path):
    called = call("simulate", "--profile", "treadmill_ftms", "--out", tmp_path)
    assert called.code == 2
    assert "no motion sensor" in called.err


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (DeviceView("treadmill"), "treadmill not connected"),
        (DeviceView("treadmill", True), "treadmill -"),
        (DeviceView("treadmill", True, speed_m_s=3.0, incline_pct=1.5), "treadmill 3.00 m/s, 1.5 %"),
        (DeviceView("foot_pod", True, speed_m_s=2.9, cadence_per_min=82.0), "foot pod 2.90 m/s, 82/min"),
        (DeviceView("heart_rate", True, heart_rate_bpm=148.0), "heart rate 148 beats/min"),
    ],
)
def test_the_live_line_says_what_each_device_tells(view, words):
    assert device_words(view) == words
    assert plain_line(LiveView(3.0, 0, (), devices=(view,))) == f"00:03  {words}"
