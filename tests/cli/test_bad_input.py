"""Bad input: each kind gives a message with advice and its exit code, never a traceback, never a silent number."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment


def codes(folder) -> set[str]:
    return {finding["code"] for finding in json.loads((folder / "summary.json").read_text())["findings"]}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("missing.mcap", None, "cannot be read"),
        ("empty.mcap", b"", "empty"),
        ("text.mcap", b"these are words\n" * 100, "not"),
    ],
)
def test_files_that_are_no_recordings(call, tmp_path, name, content, expected):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    called = call("analyze", path, "--out", tmp_path / "out")
    assert called.code == 1
    assert name in called.err
    assert expected in called.err
    assert not (tmp_path / "out" / "strides.csv").exists()


def test_a_truncated_recording_is_used_as_far_as_it_goes_and_says_so(call, recording, tmp_path):
    path = tmp_path / "torn.mcap"
    data = recording.read_bytes()
    path.write_bytes(data[: 3 * len(data) // 4])
    called = call("analyze", path, "--out", tmp_path / "out")
    assert called.code == 0
    assert "The file ends without its closing part" in called.err
    assert "of a cut copy, more" in called.err
    assert "recording_not_closed" in codes(tmp_path / "out")


@pytest.mark.parametrize(
    ("columns", "factor", "words"), [((1, 4), 1 / 9.80665, "It looks like g"), ((4, 7), 57.29578, "deg/s")]
)
def test_wrong_units_publish_nothing_and_take_away_older_results(
    call, samples, write_csv, tmp_path, columns, factor, words
):
    out = tmp_path / "out"
    good = write_csv("good.csv", samples["left"])
    assert call("analyze", "--left", good, "--placement", "foot", "--out", out, "-q").code == 0
    table = samples["left"].copy()
    table[:, slice(*columns)] *= factor
    called = call("analyze", "--left", write_csv("bad.csv", table), "--placement", "foot", "--out", out)
    assert called.code == 1
    assert words in called.err
    assert "no figures are given" in called.err
    assert list(out.iterdir()) == []


def test_nan_rows_are_lost_samples_and_stated(call, samples, write_csv, tmp_path):
    table = samples["left"].copy()
    table[2500:2600, 1:] = np.nan
    called = call("analyze", "--left", write_csv("nan.csv", table), "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 0
    assert "100 of" in called.err
    assert {"rows_lost", "one_foot"} <= codes(tmp_path / "out")


def test_a_file_of_nan_is_refused(call, samples, write_csv, tmp_path):
    table = np.full_like(samples["left"], np.nan)
    table[:, 0] = samples["left"][:, 0]
    called = call("analyze", "--left", write_csv("nan.csv", table), "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 1
    assert "lack a usable number" in called.err


def test_a_stretch_of_time_that_goes_back_is_left_out_and_stated(call, samples, write_csv, tmp_path):
    table = samples["left"].copy()
    table[2000:2100, 0] = table[2000:2100, 0][::-1]
    called = call("analyze", "--left", write_csv("back.csv", table), "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 0
    assert "not later than the time before, first in line 2003" in called.err
    quality = json.loads((tmp_path / "out" / "summary.json").read_text())["data_quality"]["left"]
    assert quality["lost_samples"] == pytest.approx(99, abs=1)


def test_time_that_starts_again_or_trembles_is_refused(call, samples, write_csv, tmp_path):
    again, uneven = samples["left"].copy(), samples["left"].copy()
    again[2000:, 0] -= again[2000, 0]
    uneven[:, 0] += np.random.default_rng(0).normal(0.0, 0.001, len(uneven))
    for table, expected in ((again, "not later than the time before"), (uneven, "too uneven")):
        called = call("analyze", "--left", write_csv("t.csv", table), "--placement", "foot", "--out", tmp_path / "out")
        assert called.code == 1
        assert expected in called.err
        assert "\n  " in called.err  # advice
        assert not (tmp_path / "out" / "strides.csv").exists()


@pytest.mark.parametrize(
    ("content", "expected"), [("", "empty"), ("a,b\n1,2\n", "no importer"), ("time_s,acc_x_m_s2\n0,1\n", "acc_y")]
)
def test_csv_files_of_another_kind(call, tmp_path, content, expected):
    path = tmp_path / "other.dat"
    path.write_text(content)
    called = call("analyze", "--left", path, "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 1
    assert "other.dat" in called.err
    assert expected in called.err


def test_one_foot_only_is_stated(call, samples, write_csv, tmp_path):
    path = write_csv("right.csv", samples["right"])
    called = call("analyze", "--right", path, "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 0
    assert "One foot only (right)" in called.err
    metrics = json.loads((tmp_path / "out" / "summary.json").read_text())["metrics"]
    assert metrics["cadence_spm"]["left"] is None
    assert metrics["cadence_spm"]["right"]["mean"] == pytest.approx(160.0, abs=1.0)


def test_standing_only_gives_no_figures_and_says_why(call, write_csv, tmp_path):
    stream = simulate(RunnerConfig((Segment("stand", 20.0),))).sensors["left"]
    table = np.column_stack([stream.true_time_s, stream.acc_m_s2, stream.gyr_rad_s])
    called = call("analyze", "--left", write_csv("still.csv", table), "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 0
    assert "No running or walking was found" in called.err
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["metrics"] == {}
    assert (tmp_path / "out" / "strides.csv").read_text().count("\n") == 1


def test_shank_data_analysed_as_foot_is_an_error_with_the_way_out(call, write_csv, tmp_path):
    course = (Segment("stand", 5.0), Segment("run", 20.0, 4.5))
    stream = simulate(RunnerConfig(course, placement="shank")).sensors["left"]
    path = write_csv("shank.csv", np.column_stack([stream.true_time_s, stream.acc_m_s2, stream.gyr_rad_s]))
    called = call("analyze", "--left", path, "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 1
    assert "error:" in called.err
    assert "placement shank" in called.err
    assert (tmp_path / "out" / "report.html").exists()
    again = call("analyze", "--left", path, "--placement", "shank", "--out", tmp_path / "again")
    assert again.code == 0


@pytest.mark.parametrize("command", ["analyze", "simulate", "demo"])
def test_an_output_folder_that_cannot_be_written(call, recording, tmp_path, command):
    blocker = tmp_path / "file"
    blocker.write_text("")
    inputs = [recording] if command == "analyze" else []
    called = call(command, *inputs, "--out", blocker)
    assert called.code == 1
    assert "is a file, not a folder" in called.err
    assert "--out" in called.err


@pytest.mark.parametrize("speed", ["0.01", "50km/h"])
def test_a_belt_speed_that_no_treadmill_has(call, recording, tmp_path, speed):
    called = call("analyze", recording, "--out", tmp_path / "out", "--belt-speed", speed)
    assert called.code == 2
    assert "belt speed" in called.err


def test_unknown_and_mistyped_profiles(call, tmp_path):
    called = call("simulate", "--out", tmp_path, "--profile", "open_imo")
    assert called.code == 2
    assert "there is no device profile 'open_imo'. Did you mean 'open_imu'?" in called.err
    called = call("record", "--profile", "movesens_imu6", "--placement", "foot", "--out", tmp_path)
    assert called.code == 2
    assert "movesense_imu6" in called.err


@pytest.mark.parametrize("settings", ["rate_hz=209", "rate_hertz=208"])
def test_settings_that_the_sensor_does_not_have(call, tmp_path, settings):
    called = call("record", "--profile", "open_imu", "--placement", "foot", "--out", tmp_path, "--set", settings)
    assert called.code == 2
    assert "208" in called.err or "rate_hz" in called.err


@pytest.mark.skipif(sys.platform != "linux", reason="takes the bus of BlueZ away, which only Linux has")
@pytest.mark.parametrize(
    "command", [["scan", "--seconds", "1"], ["record", "--profile", "open_imu", "--placement", "foot"]]
)
def test_no_bluetooth_ends_with_four_and_advice(call, monkeypatch, tmp_path, command):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    out = ["--out", str(tmp_path)] if command[0] == "record" else []
    called = call(*command, *out)
    assert called.code == 4
    assert "message bus (D-Bus) does not answer" in called.err
    assert "Plug in or enable" in called.err
    assert list(tmp_path.glob("*.mcap")) == []
