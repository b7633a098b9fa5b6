"""End to end over the recordings with truth, where they are: folders as people have them, and a manifest."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("GAITPIPE_DATA") or Path(__file__).parents[3] / "shared" / "data").resolve()
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not DATA.is_dir(), reason="no recordings with truth: set GAITPIPE_DATA"),
]


def test_a_folder_of_real_recordings_and_a_manifest_give_one_table(place, of):
    folder = DATA / "shank_acc_force"
    with (folder / "trials.csv").open(newline="") as file:
        trials = list(csv.DictReader(file))
    lines = ["session,left,placement,belt_speed_m_s,height_m,athlete"]
    lines += [
        f"{one['trial']},{folder / one['trial']}.csv,shank,{one['belt_speed_m_s']},{one['height_m']},{one['subject']}"
        for one in trials
    ]
    manifest = place.add("sessions.csv", "\n".join(lines) + "\n")
    result = place.run(inputs=(str(folder),), manifest=str(manifest), options={})
    entries = of(result)
    assert {entry.status for entry in result.entries if entry.session} == {"ok"}, result.entries
    assert len(place.sessions()) == len(trials)
    assert {name for name, entry in entries.items() if entry.status == "skipped"} == {
        "README.md", "events.csv", "trials.csv",
    }  # fmt: skip
    with (place.out / "cohort.csv").open(newline="") as file:
        rows = {row["session"]: row for row in csv.DictReader(file)}
    for one in trials:
        row = rows[one["trial"]]
        assert (row["athlete"], row["side"], row["placement"]) == (one["subject"], "left", "shank")
        assert row["mode"] == {"running": "run", "walking": "walk"}[one["mode"]]
        assert int(row["strides_used"]) > 3
    assert place.run(inputs=(str(folder),), manifest=str(manifest), options={}).counts["unchanged"] == len(trials)


def test_files_that_no_importer_knows_are_told_and_not_guessed(place):
    result = place.run(inputs=(str(DATA / "foot_imu_walking"), str(DATA / "shank_acc_force")), options={})
    failed = [entry for entry in result.entries if entry.status == "failed"]
    assert all(entry.reason and entry.advice for entry in failed)
    assert not any(entry.code == "defect" for entry in result.entries)
    assert place.sessions() == []
