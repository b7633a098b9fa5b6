"""`analyze` and `report` write their files where they say, and say what they found."""

from __future__ import annotations

import json
import os
import shutil
import sys

import pytest

import gaitpipe
from gaitpipe.errors import RecordingError
from gaitpipe.exporters.strides_csv import read_strides_csv

HEADER = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
FILES = ("strides.csv", "summary.json", "report.html")


def test_a_recording_gives_three_files_a_table_and_json(call, recording, tmp_path):
    called = call("analyze", recording, "--out", tmp_path, "--belt-speed", "10.8km/h", "--json")
    assert called.code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    assert "Cadence [steps/min]" in called.err
    assert f"Report: {tmp_path / 'report.html'}" in called.err
    printed = json.loads(called.out)
    assert printed == json.loads((tmp_path / "summary.json").read_text())
    assert printed["recording"]["belt_speed_m_s"] == pytest.approx(3.0)
    assert printed["recording"]["synthetic"] is True
    assert printed["achilles_load"]["value"] is None
    assert "needs a baseline" in printed["achilles_load"]["note"]
    statistic = {"n", "mean", "sd", "uncertainty", "mdc", "censored", "median", "median_above"}
    assert set(printed["metrics"]["cadence_spm"]["left"]) == statistic
    assert printed["data_quality"]["left"]["strides"]["found"] > 15
    assert len(read_strides_csv(tmp_path / "strides.csv")) > 30


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="file names are Unicode there")
def test_a_file_name_that_is_no_utf_8_does_no_harm(call, recording, tmp_path):
    path = tmp_path / os.fsdecode(b"run\xff.mcap")
    path.write_bytes(recording.read_bytes())
    assert call("analyze", path, "--out", tmp_path / "out").code == 0
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["recording"]["name"] == "run?"
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["report.html", "strides.csv", "summary.json"]


def test_the_same_input_gives_the_same_bytes(call, recording, tmp_path):
    for name in ("one", "two"):
        assert call("analyze", recording, "--out", tmp_path / name, "--quiet").code == 0
    for file in FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_quiet_says_nothing_when_all_is_well(call, recording, tmp_path):
    called = call("analyze", recording, "--out", tmp_path, "-q")
    assert (called.code, called.out, called.err) == (0, "", "")


def test_report_is_made_again_beside_the_recording(call, recording, tmp_path):
    for file in (recording, recording.with_name("truth.csv")):
        shutil.copy(file, tmp_path)
    assert call("report", tmp_path).code == 0
    page = (tmp_path / "report.html").read_text()
    assert "Synthetic session" in page
    assert "Check against the truth" in page


def test_one_bad_input_of_several_does_not_stop_the_others(call, recording, tmp_path):
    bad = tmp_path / "bad.mcap"
    bad.write_bytes(b"no recording at all")
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(recording, other / "session.mcap")
    out = tmp_path / "out"
    called = call("analyze", recording, bad, other / "session.mcap", "--out", out, "--json")
    assert [json.loads(line)["schema_version"] for line in called.out.splitlines()] == [1, 1]
    assert called.code == 3
    assert "1 of 3 inputs failed" in called.err
    assert str(bad) in called.err
    folders = {path.parent.name for path in out.glob("*/report.html")}
    assert folders == {f"{recording.parent.name}-session", "other-session"}


def test_csv_files_of_both_feet_are_analysed_together(call, samples, write_csv, tmp_path):
    left, right = write_csv("left.csv", samples["left"]), write_csv("right.csv", samples["right"])
    called = call("analyze", "--left", left, "--right", right, "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 0
    analysis = gaitpipe.analyze(left=left, right=right, placement="foot")
    assert len(analysis.strides) == len(read_strides_csv(tmp_path / "out" / "strides.csv"))
    cadence = next(metric for metric in analysis.result.metrics if metric.key == "cadence_spm")
    assert cadence.both.mean == pytest.approx(160.0, abs=1.0)


def test_python_analysis_takes_frames_and_gives_frames(samples, write_csv):
    import pandas as pd

    frames = {side: pd.DataFrame(table, columns=HEADER.split(",")).round(6) for side, table in samples.items()}
    given = gaitpipe.analyze(**frames, placement="foot", belt_speed_m_s=3.0)
    read = gaitpipe.analyze(
        left=write_csv("left.csv", samples["left"]),
        right=write_csv("right.csv", samples["right"]),
        placement="foot",
        belt_speed_m_s=3.0,
    )
    assert len(given.strides) > 30
    pd.testing.assert_frame_equal(given.strides, read.strides)
    with pytest.raises(RecordingError, match="no column acc_z_m_s2"):
        gaitpipe.analyze(left=frames["left"].drop(columns="acc_z_m_s2"), placement="foot")


def test_python_analysis_gives_the_frame_that_the_command_writes(call, recording, tmp_path):
    call("analyze", recording, "--out", tmp_path, "-q")
    frame = gaitpipe.analyze(recording).strides
    written = read_strides_csv(tmp_path / "strides.csv")
    assert frame["side"].tolist() == written["side"].tolist()
    assert abs(frame["ic_s"].to_numpy() - written["ic_s"]).max() < 1e-6
