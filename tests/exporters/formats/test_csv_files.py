"""CSV exports are read back bit for bit, and no cell of them is a formula."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from gaitpipe import importers
from gaitpipe.app.analyze import analyze_input
from gaitpipe.app.export import export_input, timed_events
from gaitpipe.app.file_names import safe_name, told_apart
from gaitpipe.app.inputs import SessionFiles, open_recording, open_session
from gaitpipe.exporters.formats import find_exporter
from gaitpipe.exporters.strides_csv import read_strides_csv
from gaitpipe.model import RecordingEvent

CSV = find_exporter("csv")


def joined(blocks):
    """All samples of the blocks of one sensor: sample numbers, times, accelerations, rates."""
    blocks = list(blocks)
    samples = np.concatenate([np.arange(one.first_sample, one.first_sample + len(one)) for one in blocks])
    names = ("time_s", "acc_m_s2", "gyr_rad_s")
    return samples, *(np.concatenate([getattr(one, name) for one in blocks]) for name in names)


@pytest.mark.parametrize("gyro", [True, False], ids=["gyro", "no gyro"])
@pytest.mark.parametrize("gap", [None, slice(300, 340)], ids=["whole", "gap"])
def test_samples_are_read_back_bit_for_bit_with_their_gaps(gyro, gap, input_of, blocks_of, tmp_path):
    export_input(input_of(gyro=gyro, gap=gap), CSV, tmp_path / "out")
    for side in ("left", "right"):
        back = importers.read(tmp_path / "out" / f"{side}.csv", side, "foot")
        assert back.sensors[0].has_gyro is gyro
        for found, expected in zip(joined(back), joined(blocks_of(side, 6.0, gap=gap, gyro=gyro)), strict=True):
            np.testing.assert_array_equal(found, expected)
        assert not [finding for finding in back.findings if finding.code != "time_gaps"]


def test_recorded_samples_come_back_bit_for_bit_and_give_the_same_contacts(recording, exported, tmp_path):
    made = exported("csv")
    left = [block for block in open_recording(recording).recording if block.side == "left"]
    back = importers.read(tmp_path / "out" / "left.csv", "left", "foot")
    for found, expected in zip(joined(back)[1:], joined(left)[1:], strict=True):
        np.testing.assert_array_equal(found, expected)
    files = SessionFiles(None, tmp_path / "out" / "left.csv", tmp_path / "out" / "right.csv", placement="foot")
    again = analyze_input(open_session(files), 3.0).result.strides
    strides = made.analysis.result.strides
    assert len(again) == len(strides) > 20
    # Half a sample: the file's rate is the measured one, 207.6 Hz, and the recording's the nominal one, 208 Hz.
    np.testing.assert_allclose(again["ic_s"], strides["ic_s"], atol=0.5 / 208)


def test_strides_beside_the_samples_are_those_of_the_analysis(exported, tmp_path):
    made = exported("csv")
    back = read_strides_csv(tmp_path / "out" / "strides.csv")
    np.testing.assert_allclose(back["ic_s"], made.analysis.result.strides["ic_s"], atol=1e-6)


def test_sensors_are_described(exported, tmp_path):
    exported("csv")
    content = json.loads((tmp_path / "out" / "sensors.json").read_text())
    left = content["sensors"]["left"]
    assert left["rate_hz"] == 208.0
    assert left["placement"] == "foot"
    assert left["profile_id"] == "open_imu"
    assert left["acc_range_m_s2"] == pytest.approx(16 * 9.80665)
    assert left["samples"] > 4000
    assert content["start_utc"].endswith("Z")
    assert content["facts"]["synthetic"]


def test_text_that_a_spreadsheet_would_run_is_defused_and_half_characters_are_replaced(input_of, tmp_path):
    opened = input_of()
    texts = ["=1+1", "+A1", "-2", "@sum", "two\nlines", "half \ud800", 'quote",']
    opened.recording.events = [
        RecordingEvent(number * 10**9, 0, "note", None, text, None) for number, text in enumerate(texts)
    ]
    export_input(opened, CSV, tmp_path / "out")
    with (tmp_path / "out" / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["'=1+1", "'+A1", "'-2", "'@sum", "two lines", "half ?", 'quote",']
    assert [float(row["time_s"]) for row in rows] == [0, 1, 2, 3, 4, 5, 6]


def test_events_are_in_the_order_of_session_time():
    events = [RecordingEvent(3_000_000_000, 0, "mark"), RecordingEvent(1_500_000_000, 0, "speed", None, "", 3.0)]
    found = timed_events(events, 1_000_000_000)
    assert [(event.time_s, event.kind, event.value) for event in found] == [(0.5, "speed", 3.0), (2.0, "mark", None)]
    assert timed_events(events, None) == ()


def test_sensor_called_by_its_file_does_not_carry_the_files_name(input_of, tmp_path):
    opened = input_of()
    sensors = opened.recording.sensors
    opened.recording.sensors = (replace(sensors[0], device="Jane Doe left.csv"), sensors[1])
    export_input(opened, CSV, tmp_path / "out")
    text = (tmp_path / "out" / "sensors.json").read_text()
    assert "Jane" not in text
    assert "IMU 1234" in text


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("session", "session"),
        ("../../etc/passwd", "etc_passwd"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("=cmd|' /C calc'!A0", "cmd__ _C calc__A0"),
        ("a\nb\x1b[31m", "a_b_[31m".replace("[", "_")),
        ("CON", "_CON"),
        ("", "recording"),
        ("Läufer 1", "Läufer 1"),
        ("\ud800", "recording"),
    ],
)
def test_hostile_names_become_names_of_files(hostile, safe):
    assert safe_name(hostile) == safe


def test_long_name_is_cut_to_what_every_file_system_takes():
    assert len(safe_name("ü" * 500).encode()) <= 80


def test_names_that_a_system_may_take_for_one_are_told_apart():
    assert told_apart(["Run", "run", "run-2", "run?", "run_"]) == ["Run", "run-2", "run-2-2", "run-3", "run-4"]
