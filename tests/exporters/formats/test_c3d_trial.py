"""C3D exports: two separate readers find the same contacts, channels and gaps."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from gaitpipe.app.export import export_input
from gaitpipe.errors import RecordingError
from gaitpipe.exporters.formats import c3d_trial, find_exporter
from gaitpipe.exporters.formats.c3d_trial import on_grid

ezc3d = pytest.importorskip("ezc3d")
C3D = find_exporter("c3d")


def test_contacts_are_foot_strikes_and_foot_offs_of_both_sides(exported):
    made = exported("c3d")
    content = ezc3d.c3d(str(made.files[0]))
    events = content["parameters"]["EVENT"]
    start_s = content["parameters"]["GAITPIPE"]["FIRST_FRAME_SESSION_TIME_S"]["value"][0]
    times_s = events["TIMES"]["value"][0] * 60 + events["TIMES"]["value"][1] + start_s
    labels, contexts = np.array(events["LABELS"]["value"]), np.array(events["CONTEXTS"]["value"])
    strides = made.analysis.result.strides
    good = strides[strides["quality"] == "ok"]
    assert len(good) > 20
    for side in ("left", "right"):
        for column, label in (("ic_s", "Foot Strike"), ("tc_s", "Foot Off")):
            found = times_s[(labels == label) & (contexts == side.capitalize())]
            np.testing.assert_allclose(found, good[column][good["side"] == side], atol=1e-5)
    assert events["USED"]["value"][0] == len(times_s)
    assert np.all(np.diff(times_s) >= 0)


def test_event_times_of_a_late_first_sample_and_what_they_count_from_are_in_the_file(input_of, tmp_path):
    opened = input_of()
    for block in opened.recording.blocks:
        block.time_s[:] += 100.0
    made = export_input(opened, C3D, tmp_path / "out")
    parameters = ezc3d.c3d(str(made.files[0]))["parameters"]
    assert parameters["GAITPIPE"]["FIRST_FRAME_SESSION_TIME_S"]["value"][0] == pytest.approx(100.0)
    assert "first frame" in parameters["GAITPIPE"]["TIME_ZERO"]["value"][0]
    strides = made.analysis.result.strides
    first_s = min(strides["ic_s"][strides["quality"] == "ok"])
    assert first_s > 100.0
    times = parameters["EVENT"]["TIMES"]["value"]
    labels = parameters["EVENT"]["LABELS"]["value"]
    strikes = [60 * times[0][n] + times[1][n] for n, label in enumerate(labels) if label == "Foot Strike"]
    assert min(strikes) + 100.0 == pytest.approx(first_s, abs=1e-4)


def test_another_reader_finds_the_same_events_and_samples(exported):
    c3d = pytest.importorskip("c3d")
    [path] = exported("c3d").files
    content = ezc3d.c3d(str(path))
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of every file without points
        reader = c3d.Reader(file)
        times = reader.get("EVENT").get("TIMES").float_array
        np.testing.assert_allclose(times.T, content["parameters"]["EVENT"]["TIMES"]["value"], rtol=1e-6)
        names = [name.strip() for name in reader.get("EVENT").get("LABELS").string_array]
        assert names == content["parameters"]["EVENT"]["LABELS"]["value"]
        frames = [analog for _, _, analog in reader.read_frames()]
    np.testing.assert_allclose(np.hstack(frames), content["data"]["analogs"][0], rtol=1e-6)


def test_channels_hold_the_samples_and_gaps_are_not_filled(input_of, tmp_path):
    made = export_input(input_of(gap=slice(300, 340)), C3D, tmp_path / "out")
    content = ezc3d.c3d(str(made.files[0]))
    names = content["parameters"]["ANALOG"]["LABELS"]["value"]
    assert names[0] == "L_foot_acc_x"
    assert names[-1] == "R_foot_gyr_z"
    assert content["parameters"]["ANALOG"]["UNITS"]["value"][0] == "m/s2"
    values = content["data"]["analogs"][0]
    time_s = np.arange(1248) / 208
    expected = 7.0 * np.sin(3 * time_s)
    expected[300:340] = np.nan
    np.testing.assert_allclose(values[0], expected, atol=1e-5)


def test_sensor_without_gyroscope_has_three_channels(input_of, tmp_path):
    made = export_input(input_of(("right",), gyro=False), C3D, tmp_path / "out")
    names = ezc3d.c3d(str(made.files[0]))["parameters"]["ANALOG"]["LABELS"]["value"]
    assert names == ["R_foot_acc_x", "R_foot_acc_y", "R_foot_acc_z"]


def test_grid_is_straight_lines_between_neighbours_and_nothing_outside():
    table = np.array([[0.1, 1.0], [0.2, 2.0], [0.3, 3.0], [0.8, 8.0], [0.9, 9.0]])
    grid_s = np.array([0.0, 0.1, 0.15, 0.3, 0.5, 0.8, 0.85, 1.0])
    expected = [[np.nan, 1.0, 1.5, 3.0, np.nan, 8.0, 8.5, np.nan]]
    np.testing.assert_allclose(on_grid(table, grid_s, 10.0), expected)


def test_long_recording_stays_within_the_frames_that_old_readers_count(input_of, monkeypatch, tmp_path):
    monkeypatch.setattr(c3d_trial, "MAX_FRAMES", 333)
    made = export_input(input_of(), C3D, tmp_path / "out")
    content = ezc3d.c3d(str(made.files[0]))
    assert content["header"]["points"]["last_frame"] + 1 == 312
    values = content["data"]["analogs"][0]
    assert content["parameters"]["ANALOG"]["RATE"]["value"][0] == pytest.approx(208.0)
    np.testing.assert_allclose(values[0, :1248], 7.0 * np.sin(3 * np.arange(1248) / 208), atol=1e-5)


def test_last_frame_is_filled_up_with_nan(input_of, monkeypatch, tmp_path):
    monkeypatch.setattr(c3d_trial, "MAX_FRAMES", 333)
    made = export_input(input_of(seconds=6.01), C3D, tmp_path / "out")
    values = ezc3d.c3d(str(made.files[0]))["data"]["analogs"][0]
    assert values.shape[1] == 1252
    assert np.isfinite(values[:, :1250]).all()
    assert np.isnan(values[:, 1250:]).all()


def test_recording_that_would_not_fit_into_memory_is_refused_and_not_cut(input_of, monkeypatch, tmp_path):
    monkeypatch.setattr(c3d_trial, "MAX_SAMPLES", 1000)
    with pytest.raises(RecordingError) as caught:
        export_input(input_of(), C3D, tmp_path / "out")
    assert "too long for C3D" in caught.value.message
    assert "parquet" in caught.value.advice
    assert not list(tmp_path.iterdir())
