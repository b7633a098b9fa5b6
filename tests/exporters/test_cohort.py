"""The cohort table: a row a file and side, empty where nothing is known, and refusals that name file and key."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from gaitpipe.errors import RecordingError
from gaitpipe.exporters import cohort
from gaitpipe.exporters.cohort import cohort_rows, write_cohort
from gaitpipe.exporters.cohort_columns import cohort_columns

NAMES = [column.name for column in cohort_columns()]


def read(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "cohort.csv").read_text("utf-8"), newline="")))


def test_a_file_with_two_feet_gives_two_rows_with_every_column(summary) -> None:
    rows = cohort_rows(summary(), {"input": "data/run1.mcap", "format": "gaitpipe"})
    assert [row["side"] for row in rows] == ["left", "right"]
    assert all(list(row) == NAMES for row in rows)
    left, right = rows
    assert (left["ground_contact_time_s_mean"], right["ground_contact_time_s_mean"]) == (0.25, 0.26)
    assert (left["session"], left["input"], left["format"]) == ("run1", "data/run1.mcap", "gaitpipe")
    assert left["recorded_utc"] == "2026-03-02T07:30:00Z"
    assert left["lost_samples_pct"] == pytest.approx(10.0)
    assert (left["strides_used"], left["strides_rejected"]) == (100, 3)
    assert left["strides_rejected_because"] == "gap:1;transition:2"
    assert left["packet_faults"] == 2
    assert (left["findings_info"], right["findings_info"], right["findings_warning"]) == (
        "few_strides", None, "belt_speed",
    )  # fmt: skip


def test_figures_of_both_legs_stand_in_both_rows(summary) -> None:
    left, right = cohort_rows(summary(), {})
    for name in ("peak_force_bw_both_mean", "ground_contact_time_s_asymmetry_pct", "left_right_clock_uncertainty_s"):
        assert left[name] == right[name] is not None


def test_what_was_not_computed_is_none_in_the_row_and_empty_in_the_file_and_never_zero(summary, tmp_path) -> None:
    rows = cohort_rows(summary(), {})
    assert rows[0]["stride_length_m_mean"] is None
    assert "stride_length_m" in rows[0]["figures_not_given"].split(";")
    write_cohort(rows, tmp_path)
    assert read(tmp_path)[0]["stride_length_m_mean"] == ""


def test_entries_of_lists_are_found_by_key_side_and_method(summary) -> None:
    symmetry = [{"key": "swing_time_s", "difference": 9.0},
                {"key": "ground_contact_time_s", "difference": -0.01, "limit": 0.02, "exceeds": False}]  # fmt: skip
    drift = [{"key": "cadence_spm", "side": side, "change": change, "mdc": 3.0}
             for side, change in (("left", 1.0), ("right", -2.0))]  # fmt: skip
    variability = [{"key": "stride_time_s", "side": "left", "method": method, "cv_pct": cv_pct}
                   for method, cv_pct in (("stated", 7.0), ("sequence", 1.5))]  # fmt: skip
    left, right = cohort_rows(summary(symmetry=symmetry, drift=drift, variability=variability), {})
    assert right["ground_contact_time_s_left_minus_right"] == -0.01
    assert right["ground_contact_time_s_left_minus_right_exceeds"] is False
    assert (left["cadence_spm_drift"], right["cadence_spm_drift"]) == (1.0, -2.0)
    assert (left["stride_time_s_cv_pct"], right["stride_time_s_cv_pct"]) == (1.5, None)


def test_a_side_whose_strides_were_all_refused_keeps_its_row_and_says_why(summary) -> None:
    content = summary()
    content["metrics"]["ground_contact_time_s"]["right"] = None
    content["data_quality"]["right"]["strides"] = {"found": 3, "by_quality": {"clipped": 3}, "rejected": {"gap": 4}}
    left, right = cohort_rows(content, {})
    assert left["no_figures_because"] is None
    assert right["no_figures_because"] == "no stride could be used: clipped:3;gap:4"
    assert (right["strides_used"], right["ground_contact_time_s_n"]) == (0, None)


def test_a_file_in_which_nothing_was_found_gives_rows_with_the_reason(summary) -> None:
    none = {"found": 0, "by_quality": {}, "rejected": {}}
    content = summary(metrics={}, findings=[{"code": "dead_channel", "severity": "error", "side": None}])
    for side in ("left", "right"):
        content["data_quality"][side]["strides"] = none
    rows = cohort_rows(content, {})
    assert [row["no_figures_because"] for row in rows] == ["no strides were found: dead_channel"] * 2


def test_a_side_without_a_sensor_has_no_row(summary) -> None:
    content = summary()
    del content["sensors"]["right"]
    assert [row["side"] for row in cohort_rows(content, {})] == ["left"]


def test_foot_and_shank_in_one_table_are_told_apart_by_their_column(summary, tmp_path) -> None:
    shank = summary()
    shank["sensors"]["left"] = shank["sensors"]["right"] = {"placement": "shank"}
    write_cohort([*cohort_rows(summary(), {"input": "a"}), *cohort_rows(shank, {"input": "b"})], tmp_path)
    assert [row["placement"] for row in read(tmp_path)] == ["foot", "foot", "shank", "shank"]


def test_a_figure_of_a_newer_version_is_named_and_not_dropped_in_silence(summary) -> None:
    content = summary()
    content["metrics"]["braking_s"] = content["metrics"]["ground_contact_time_s"]
    assert cohort_rows(content, {})[0]["figures_without_column"] == "braking_s"


def test_rows_stand_in_the_same_order_whoever_comes_first(summary, tmp_path) -> None:
    rows = [row for name in ("b", "a", "c") for row in cohort_rows(summary(), {"input": name})]
    texts = []
    for number, order in enumerate((rows, rows[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_cohort(iter(order), folder)
        texts.append((folder / "cohort.csv").read_bytes())
    assert texts[0] == texts[1]
    assert [(row["input"], row["side"]) for row in read(tmp_path / "0")][:3] == [
        ("a", "left"), ("a", "right"), ("b", "left"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1", 'a"b\nc,d', "lauf\udcff", "001"])
def test_hostile_names_do_no_harm_in_the_table(summary, tmp_path, name: str) -> None:
    content = summary()
    content["recording"]["name"] = content["context"]["shoe"] = name
    write_cohort(cohort_rows(content, {"input": name}), tmp_path)
    rows = read(tmp_path)
    assert len(rows) == 2
    for row in rows:
        for cell in (row["session"], row["input"], row["shoe"]):
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))
        assert row["ground_contact_time_s_asymmetry_pct"] == "1.5"


def test_a_negative_number_stays_a_number(summary, tmp_path) -> None:
    content = summary()
    content["metrics"]["ground_contact_time_s"]["asymmetry_pct"] = -3.25
    write_cohort(cohort_rows(content, {}), tmp_path)
    assert read(tmp_path)[0]["ground_contact_time_s_asymmetry_pct"] == "-3.25"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": None}, "schema_version: is missing; is this a summary.json"),
        ({"schema_version": 0}, "0 is older than what this gaitpipe knows"),
        ({"schema_version": 2}, "2 is newer than this gaitpipe knows"),
        ({"metrics": None}, "metrics: is missing"),
        ({"metrics": [1]}, "metrics: a list where an object belongs"),
        ({"sensors": "none"}, "sensors: the text 'none' where an object belongs"),
        ({"findings": [{"code": "x", "severity": "fatal"}]}, "'fatal' is not one of"),
        ({"recording": {"name": "x", "recorded_utc": "yesterday"}}, "'yesterday' is no time"),
        ({"data_quality": {"left": {"samples": "many"}}}, "the text 'many' where a number belongs"),
        ({"data_quality": {"left": {"samples": -1}}}, "samples"),
        ({"recording": {"name": 7}}, "the number 7 where text belongs"),
    ],
)
def test_what_is_no_summary_is_refused_with_file_and_key(summary, change: dict[str, Any], words: str) -> None:
    with pytest.raises(RecordingError, match=r"somewhere/x\.json") as caught:
        cohort_rows(summary(**change), {"input": "somewhere/x.json"})
    assert words in caught.value.message


@pytest.mark.parametrize("content", [[], "text", 3])
def test_json_that_is_no_object_is_refused(content: Any) -> None:
    with pytest.raises(RecordingError, match="where an object belongs"):
        cohort_rows(content, {})


def test_a_number_that_is_none_is_refused(summary) -> None:
    content = summary()
    content["metrics"]["ground_contact_time_s"]["left"]["mean"] = json.loads("NaN")
    with pytest.raises(RecordingError, match=r"ground_contact_time_s\.left\.mean"):
        cohort_rows(content, {})


def test_a_context_that_nobody_knows_is_a_mistake_of_the_caller(summary) -> None:
    with pytest.raises(ValueError, match="colour"):
        cohort_rows(summary(), {"colour": "red"})


def test_a_row_with_a_column_that_nobody_knows_is_refused_before_anything_is_written(tmp_path) -> None:
    with pytest.raises(ValueError, match="colour"):
        write_cohort([{"colour": "red"}], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_rows_give_a_table_of_names_alone(tmp_path) -> None:
    write_cohort([], tmp_path)
    assert (tmp_path / "cohort.csv").read_text().splitlines() == [",".join(NAMES)]


def test_a_folder_that_is_not_there_is_an_error_with_advice(tmp_path) -> None:
    with pytest.raises(RecordingError, match="cannot be written"):
        write_cohort([], tmp_path / "gone")


def test_without_pyarrow_an_old_parquet_file_is_taken_away(summary, tmp_path, monkeypatch) -> None:
    (tmp_path / "cohort.parquet").write_bytes(b"of another run")
    monkeypatch.setattr(cohort, "_parquet", lambda *_: None)
    written = write_cohort(cohort_rows(summary(), {}), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cohort.csv", "cohort_dictionary.csv"]
    assert sorted(written) == sorted(tmp_path.iterdir())


def test_a_day_of_samples_is_a_count_like_any_other(summary) -> None:
    content = summary()
    content["data_quality"]["left"]["samples"] = 24 * 3600 * 416
    assert cohort_rows(content, {})[0]["samples"] == 35_942_400
