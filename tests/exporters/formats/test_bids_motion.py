"""BIDS exports: no error by the BIDS validator, gaps as rows of n/a, and a data set that takes in more sessions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gaitpipe.app.export import export_input
from gaitpipe.errors import UsageError
from gaitpipe.exporters.formats import ExportChoices, find_exporter
from gaitpipe.model import RecordingEvent

BIDS = find_exporter("bids")
STEM = "sub-01/motion/sub-01_task-running"


def issues(folder: Path) -> list[dict]:
    """What the BIDS validator says of a data set."""
    beside = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    program = beside or shutil.which("bids-validator-deno")
    if program is None:
        pytest.skip("needs the bids-validator-deno package")
    command = [program, str(folder), "--format", "json"]
    environment = os.environ | {"NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    return json.loads(done.stdout)["issues"]["issues"]


def errors(folder: Path) -> list[dict]:
    return [issue for issue in issues(folder) if issue["severity"] == "error"]


def rows_of(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()]


@pytest.mark.slow
def test_data_set_of_a_recording_is_valid(exported, tmp_path):
    exported("bids")
    found = issues(tmp_path / "out")
    assert [issue for issue in found if issue["severity"] == "error"] == []
    allowed = {
        "SIDECAR_KEY_RECOMMENDED",
        "JSON_KEY_RECOMMENDED",
        "NO_AUTHORS",
        "TOO_FEW_AUTHORS",
        "SUSPICIOUS_NEGATIVE_EVENT_ONSET",
    }
    assert {issue["code"] for issue in found} <= allowed


@pytest.mark.slow
def test_several_subjects_sessions_and_runs_make_one_valid_data_set(input_of, tmp_path):
    for choices in (
        ExportChoices(),
        ExportChoices(subject="A02", session="1", task="treadmill"),
        ExportChoices(subject="A02", session="2", task="treadmill"),
        ExportChoices(subject="03", run=1),
        ExportChoices(subject="03", run=2),
    ):
        made = export_input(input_of(gap=slice(300, 340)), BIDS, tmp_path / "out", choices)
        assert all(path.is_file() for path in made.files)
    assert errors(tmp_path / "out") == []
    assert rows_of(tmp_path / "out" / "participants.tsv") == [["participant_id"], ["sub-01"], ["sub-A02"], ["sub-03"]]
    assert len(list((tmp_path / "out").rglob("*_motion.tsv"))) == 10


@pytest.mark.slow
def test_one_foot_without_gyroscope_is_valid(input_of, tmp_path):
    export_input(input_of(("right",), gyro=False), BIDS, tmp_path / "out")
    assert errors(tmp_path / "out") == []


@pytest.mark.slow
def test_the_validator_sees_a_broken_data_set(exported, tmp_path):
    """No error means something only if a fault would be one."""
    exported("bids")
    (tmp_path / "out" / f"{STEM}_tracksys-leftfoot_channels.tsv").write_text("name\ttype\nx\tSOMETHING\n")
    assert errors(tmp_path / "out")


def test_names_and_columns_are_those_of_the_bids_schema(exported, tmp_path):
    schema = pytest.importorskip("bidsschematools.schema").load_schema()
    exported("bids")
    fields = schema["rules"]["sidecars"]["motion"]
    sidecar = json.loads((tmp_path / "out" / f"{STEM}_tracksys-leftfoot_motion.json").read_text())
    wanted = {
        name: rule if isinstance(rule, str) else rule["level"]
        for group in fields
        for name, rule in fields[group]["fields"].items()
    }
    assert {name for name, level in wanted.items() if level == "required"} <= set(sidecar)
    columns = schema["rules"]["tabular_data"]["motion"]["motionChannels"]["initial_columns"]
    expected = [schema["objects"]["columns"][name]["name"] for name in columns]
    header = rows_of(tmp_path / "out" / f"{STEM}_tracksys-leftfoot_channels.tsv")[0]
    assert header[: len(expected)] == expected
    types = schema["objects"]["columns"]["type__channels"]["enum"]
    assert {row[2] for row in rows_of(tmp_path / "out" / f"{STEM}_tracksys-leftfoot_channels.tsv")[1:]} <= set(types)


def test_lost_samples_are_rows_of_n_a_and_all_others_unchanged(input_of, blocks_of, tmp_path):
    export_input(input_of(gap=slice(300, 340)), BIDS, tmp_path / "out")
    for side in ("left", "right"):
        rows = rows_of(tmp_path / "out" / f"{STEM}_tracksys-{side}foot_motion.tsv")
        assert len(rows) == 1248
        assert [number for number, row in enumerate(rows) if row == ["n/a"] * 7] == list(range(300, 340))
        found = np.array([row for row in rows if row[0] != "n/a"], float)
        blocks = blocks_of(side, 6.0, gap=slice(300, 340))
        np.testing.assert_array_equal(found[:, 0], np.concatenate([one.time_s for one in blocks]))
        np.testing.assert_array_equal(found[:, 1:4], np.concatenate([one.acc_m_s2 for one in blocks]))
        np.testing.assert_array_equal(found[:, 4:], np.concatenate([one.gyr_rad_s for one in blocks]))


def test_each_channel_is_a_column(input_of, tmp_path):
    for gyro, count in ((True, 7), (False, 4)):
        export_input(input_of(("left",), gyro=gyro), BIDS, tmp_path / str(gyro))
        stem = tmp_path / str(gyro) / f"{STEM}_tracksys-leftfoot"
        channels = rows_of(stem.with_name(stem.name + "_channels.tsv"))[1:]
        assert [row[2] for row in channels] == ["LATENCY", *["ACCEL"] * 3, *(["GYRO"] * 3 if gyro else [])]
        assert {len(row) for row in rows_of(stem.with_name(stem.name + "_motion.tsv"))} == {count}
        sidecar = json.loads(stem.with_name(stem.name + "_motion.json").read_text())
        assert sidecar["MotionChannelCount"] == count
        assert sidecar["SamplingFrequency"] == 208.0


def test_marks_become_events_without_their_words(input_of, tmp_path):
    opened = input_of()
    opened.recording.events = [
        RecordingEvent(3 * 10**9, 0, "note", None, "Jane Doe limps", None),
        RecordingEvent(10**9, 0, "speed", None, "typed by Jane", 3.0),
    ]
    export_input(opened, BIDS, tmp_path / "out")
    rows = rows_of(tmp_path / "out" / f"{STEM}_events.tsv")
    assert [row for row in rows if row[2] not in ("initial_contact", "toe_off")] == [
        ["onset", "duration", "trial_type", "side", "quality", "uncertainty", "source", "value"],
        ["1.0", "n/a", "speed", "n/a", "n/a", "n/a", "n/a", "3.0"],
        ["3.0", "n/a", "note", "n/a", "n/a", "n/a", "n/a", "n/a"],
    ]


def test_contacts_of_both_feet_are_events_in_the_order_of_time_and_every_column_is_described(exported, tmp_path):
    strides = exported("bids").analysis.result.strides
    header, *rows = rows_of(tmp_path / "out" / f"{STEM}_events.tsv")
    sidecar = json.loads((tmp_path / "out" / f"{STEM}_events.json").read_text())
    assert set(header) - {"onset", "duration"} == set(sidecar)
    assert [float(row[0]) for row in rows] == sorted(float(row[0]) for row in rows)
    assert {len(row) for row in rows} == {len(header)}
    for kind, column in (("initial_contact", "ic_s"), ("toe_off", "tc_s")):
        for side in ("left", "right"):
            mine = [dict(zip(header, row, strict=True)) for row in rows if row[2:4] == [kind, side]]
            known = strides[(strides["side"] == side) & np.isfinite(strides[column])]
            assert [float(one["onset"]) for one in mine] == pytest.approx(np.sort(known[column]), abs=1e-6)
            assert len(mine) > 10
            assert {one["quality"] for one in mine} == set(known["quality"].tolist())
            assert 0.0 < float(mine[5]["uncertainty"]) < 0.1


def test_nothing_in_a_data_set_tells_name_date_or_device(input_of, tmp_path):
    opened = input_of()
    opened.recording.name = "Jane Doe"
    opened.recording.metadata = {"shoe": "Jane's", "athlete": "Jane", "surface": "track"}
    made = export_input(opened, BIDS, tmp_path / "out")
    for path in made.files:
        text = str(path.relative_to(tmp_path)) + path.read_text("utf-8")
        assert "Jane" not in text
        assert "2026-" not in text
        assert "2026/" not in text
        assert "IMU 1234" not in text


@pytest.mark.parametrize("label", ["Jane Doe", "../x", "a_b", "", "=1", "ü", "x" * 41])
@pytest.mark.parametrize("option", ["subject", "task"])
def test_label_that_is_no_pseudonym_is_refused(option, label, input_of, tmp_path):
    with pytest.raises(UsageError) as caught:
        export_input(input_of(), BIDS, tmp_path / "out", ExportChoices(**{option: label}))
    assert f"--{option}" in caught.value.advice
    assert not list(tmp_path.iterdir())


def test_data_sets_own_files_stay_as_a_person_wrote_them(input_of, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "dataset_description.json").write_text('{"Name": "Mine", "BIDSVersion": "1.11.1"}')
    (out / "README").write_text("mine")
    table = b"participant_id\tage\r\nsub-07\t33"
    (out / "participants.tsv").write_bytes(table)
    export_input(input_of(), BIDS, out)
    assert json.loads((out / "dataset_description.json").read_text())["Name"] == "Mine"
    assert not (out / "README.md").exists()
    assert (out / "participants.tsv").read_bytes() == table + b"\nsub-01\tn/a\n"
    export_input(input_of(), BIDS, out, ExportChoices(session="2"))
    assert (out / "participants.tsv").read_bytes() == table + b"\nsub-01\tn/a\n"


def test_table_of_participants_that_is_none_is_refused(input_of, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "participants.tsv").write_text("name\nJane\n")
    with pytest.raises(UsageError, match="no table of participants"):
        export_input(input_of(), BIDS, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["participants.tsv"]
