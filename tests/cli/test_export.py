"""`gaitpipe export` and `gaitpipe import` as a person types them."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from gaitpipe.app.format_table import importer_rows


def files_of(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_recording_is_exported_straight_into_the_folder(call, recording, tmp_path):
    done = call("export", recording, "--to", "csv", "--out", tmp_path / "out", "--json")
    assert done.code == 0
    assert files_of(tmp_path / "out") == ["events.csv", "left.csv", "right.csv", "sensors.json", "strides.csv"]
    content = json.loads(done.out)
    assert content["format"] == "csv"
    assert content["files"] == files_of(tmp_path / "out")
    assert content["samples"] > 8000
    assert content["strides"] > 20
    assert content["bytes"] > 100_000


def test_several_inputs_get_a_folder_each_and_one_bad_file_does_not_stop_the_others(call, recording, tmp_path):
    (tmp_path / "torn.mcap").write_bytes(b"\x89MCAP0\r\n")
    shutil.copy(recording, tmp_path / "good.mcap")
    done = call(
        "export", recording, tmp_path / "torn.mcap", tmp_path / "good.mcap", "--to", "mcap", "--out", tmp_path / "out",
        "--json",
    )  # fmt: skip
    assert done.code == 3
    assert "1 of 3 inputs failed" in done.err
    found = files_of(tmp_path / "out")
    assert found == sorted([f"{recording.stem}/{recording.stem}.decoded.mcap", "good/good.decoded.mcap"])
    assert len(done.out.splitlines()) == 2


def test_several_recordings_of_a_subject_become_runs_of_one_data_set(call, recording, tmp_path):
    shutil.copy(recording, tmp_path / "second.mcap")
    done = call(
        "export", recording, tmp_path / "second.mcap", "--to", "bids", "--subject", "07", "--session", "a", "--out",
        tmp_path / "out",
    )  # fmt: skip
    assert done.code == 0
    motion = [name for name in files_of(tmp_path / "out") if name.endswith("_motion.tsv")]
    assert motion == [
        f"sub-07/ses-a/motion/sub-07_ses-a_task-running_tracksys-{side}foot_run-{run}_motion.tsv"
        for side in ("left", "right")
        for run in (1, 2)
    ]


def test_files_of_two_feet_are_exported_as_one_session(call, samples, write_csv, tmp_path):
    left, right = write_csv("L.csv", samples["left"]), write_csv("R.csv", samples["right"])
    done = call(
        "export", "--left", left, "--right", right, "--placement", "foot", "--to", "csv", "--out", tmp_path / "out"
    )
    assert done.code == 0
    assert (tmp_path / "out" / "left.csv").is_file()
    found = np.loadtxt(tmp_path / "out" / "right.csv", delimiter=",", skiprows=1)
    np.testing.assert_array_equal(found, np.loadtxt(right, delimiter=",", skiprows=1))


def test_fit_of_files_without_a_date_asks_for_it_and_takes_it(call, samples, write_csv, tmp_path):
    pytest.importorskip("fit_tool")
    words = ("export", "--left", write_csv("L.csv", samples["left"]), "--placement", "foot", "--to", "fit")
    done = call(*words, "--out", tmp_path / "out")
    assert done.code == 2
    assert "--start" in done.err
    done = call(*words, "--out", tmp_path / "out", "--start", "2026-03-02T10:30:00+01:00")
    assert done.code == 0
    assert files_of(tmp_path / "out") == ["L.fit"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--to", "csv"), "nothing to export"),
        (("a.mcap", "--left", "b.csv", "--to", "csv"), "not both"),
        (("a.mcap", "--to", "cvs"), "Did you mean 'csv'"),
        (("a.mcap", "--to", "fit", "--start", "yesterday"), "is no date and time"),
        (("a.mcap", "--to", "fit", "--start", "2026-03-02T10:30:00"), "does not say its time zone"),
        (("a.mcap", "b.mcap", "--to", "fit", "--start", "2026-03-02T10:30:00Z"), "one recording"),
        (("a.mcap", "b.mcap", "--to", "bids", "--subject", "Jane Doe"), "is no BIDS label"),
        (("a.mcap", "b.mcap", "--to", "bids", "--task", ""), "is no BIDS label"),
        (("a.csv", "b.csv", "--to", "csv", "--columns", "acc=a,b"), "acc needs three columns"),
        (("a.csv", "b.csv", "--to", "csv", "--format", "plain"), "no importer called 'plain'"),
    ],
)
def test_wrong_use_is_told_before_anything_is_read(words, told, call, tmp_path):
    done = call("export", *words, "--out", tmp_path / "out")
    assert done.code == 2
    assert done.err.count(told) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["import", "analyze"])
@pytest.mark.parametrize(
    ("option", "told"), [(("--columns", "acc=a,b"), "acc needs three"), (("--format", "x"), "no importer called 'x'")]
)
def test_option_that_is_wrong_for_every_file_is_told_once(command, option, told, call, tmp_path):
    done = call(command, "a.csv", "b.csv", *option, "--out", tmp_path / "out")
    assert done.code == 2
    assert done.err.count(told) == 1


def test_second_export_is_refused_and_force_replaces(call, recording, tmp_path):
    words = ("export", recording, "--to", "csv", "--out", tmp_path / "out")
    assert call(*words).code == 0
    done = call(*words)
    assert done.code == 2
    assert "--force" in done.err
    assert call(*words, "--force").code == 0


def test_wrong_units_give_no_files(call, samples, write_csv, tmp_path):
    table = samples["left"].copy()
    table[:, 1:4] /= 9.80665
    done = call(
        "export", "--left", write_csv("L.csv", table), "--placement", "foot", "--to", "csv", "--out", tmp_path / "o"
    )
    assert done.code == 1
    assert "It looks like g" in done.err
    assert not (tmp_path / "o").exists()


def test_import_lists_every_importer(call):
    done = call("import", "--list")
    assert done.code == 0
    for row in importer_rows():
        assert row["name"] in done.out
        assert row["tested_against"] in done.out
    assert json.loads(call("import", "--list", "--json").out) == importer_rows()


def test_import_says_what_a_file_holds_and_which_options_an_analysis_needs(call, samples, write_csv):
    table = np.delete(samples["left"], np.s_[1000:1020], 0)
    done = call("import", write_csv("L.csv", table), "--json")
    assert done.code == 0
    assert "s in which it hardly moves (gravity is 9.81)" in done.err
    assert "lost: 20 samples in 1 gap" in done.err
    assert "--placement" in done.err
    assert "of the file, 96 ms in all" in done.err  # not "of the left file": the file does not say its side
    content = json.loads(done.out)
    [sensor] = content["sensors"]
    assert sensor["side"] is None
    assert sensor["rate_hz"] == pytest.approx(208.0, rel=0.01)
    assert sensor["lost_samples"] == 20
    assert sensor["acc_at_rest_m_s2"] == pytest.approx(9.81, abs=0.2)
    assert len(content["missing_options"]) == 2
    assert [finding["code"] for finding in content["findings"]] == ["time_gaps"]


def test_import_does_not_speak_of_rest_in_a_file_in_which_nobody_stands(call, samples, write_csv):
    running = samples["left"][samples["left"][:, 0] > 6.0]
    done = call("import", write_csv("L.csv", running), "--json")
    assert "gravity: not checked: the sensor is never still for 0.5 s" in done.err
    assert json.loads(done.out)["sensors"][0]["acc_at_rest_m_s2"] is None


def test_import_of_several_files_says_a_line_each_unless_asked_for_more(call, recording, samples, write_csv):
    table = np.delete(samples["left"], np.s_[1000], 0)
    table[500, 1] = np.nan
    paths = [recording, write_csv("L.csv", table), write_csv("R.csv", samples["right"])]
    done = call("import", *paths)
    lines = done.err.splitlines()
    assert [line.split(": ")[0] for line in lines[:3]] == [str(path) for path in paths]
    assert "recording, left 208 Hz 20.0 s, right 208 Hz 20.0 s" in lines[0]
    assert "plain_csv, 208 Hz 20.0 s; 1 warning; needs --left FILE or --right FILE and --placement" in lines[1]
    assert "--verbose" in lines[3]
    assert len(lines) == 4
    told = call("import", *paths, "--verbose").err
    assert "lacks a usable number" in told
    assert told.count("gravity:") == 4
    assert call("import", *paths, "--quiet").err == ""
    grams = samples["left"].copy()
    grams[:, 1:4] /= 9.80665
    failed = call("import", *paths, write_csv("G.csv", grams))
    assert failed.code == 3
    assert "looks like g" in failed.err


def test_import_tells_acceleration_in_g_by_gravity(call, samples, write_csv):
    table = samples["left"].copy()
    table[:, 1:4] /= 9.80665
    done = call("import", write_csv("L.csv", table))
    assert "this looks like g: give --acc-unit g" in done.err


def test_import_of_a_recording_knows_sides_and_placement(call, recording):
    content = json.loads(call("import", recording, "--json").out)
    assert content["format"] == "recording"
    assert [(sensor["side"], sensor["placement"]) for sensor in content["sensors"]] == [
        ("left", "foot"),
        ("right", "foot"),
    ]
    assert content["missing_options"] == []
    assert content["start_utc"].endswith("Z")


def test_import_converts_to_plain_files_bit_for_bit(call, recording, tmp_path):
    done = call("import", recording, "--out", tmp_path / "plain")
    assert done.code == 0
    names = [f"{recording.stem}_left.csv", f"{recording.stem}_right.csv"]
    assert files_of(tmp_path / "plain") == names
    exported = call("export", recording, "--to", "csv", "--out", tmp_path / "export")
    assert exported.code == 0
    for name, side in zip(names, ("left", "right"), strict=True):
        assert (tmp_path / "plain" / name).read_bytes() == (tmp_path / "export" / f"{side}.csv").read_bytes()
    done = call("import", recording, "--out", tmp_path / "plain")
    assert done.code == 2
    assert "--force" in done.err


def test_import_converts_to_parquet_with_a_null_side_where_it_is_not_known(call, samples, write_csv, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    path = write_csv("L.csv", samples["left"])
    assert call("import", path, "--to", "parquet", "--out", tmp_path / "plain").code == 0
    table = pq.read_table(tmp_path / "plain" / "L.parquet").to_pandas()
    assert table["side"].isna().all()
    np.testing.assert_array_equal(table["time_s"], np.loadtxt(path, delimiter=",", skiprows=1)[:, 0])


def test_import_of_several_files_goes_on_after_a_bad_one(call, samples, write_csv, tmp_path):
    good = write_csv("L.csv", samples["left"])
    bad = tmp_path / "bad.csv"
    bad.write_text("time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2\n1,2,3,x\n")
    done = call("import", bad, good, "--out", tmp_path / "plain", "--json")
    assert done.code == 3
    assert files_of(tmp_path / "plain") == ["L.csv"]
    assert [json.loads(line)["file"] for line in done.out.splitlines()] == [str(good)]
    assert call("import", bad).code == 1


def test_files_of_the_same_name_do_not_replace_each_other(call, samples, write_csv, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one, two = write_csv("a/run.csv", samples["left"]), write_csv("b/run.csv", samples["right"])
    assert call("import", one, two, "--out", tmp_path / "plain").code == 0
    assert files_of(tmp_path / "plain") == ["a-run.csv", "b-run.csv"]


def test_folders_and_files_of_an_export_are_named_in_one_way(call, recording, tmp_path):
    paths = [tmp_path / "a=1 (left*).mcap", tmp_path / "--b.mcap"]
    for path in paths:
        shutil.copy(recording, path)
    assert call("export", "--to", "mcap", "--out", tmp_path / "out", "--", *paths).code == 0
    assert files_of(tmp_path / "out") == ["a_1 _left/a_1 _left.decoded.mcap", "b/b.decoded.mcap"]


def test_import_tells_the_address_of_a_sensor_and_does_not_write_it_twice(call, tmp_path):
    rows = [f"{1000 * row},12:00:00.000,{row / 100:.2f},0.0,{0.001 * (row % 7)},1.0" for row in range(500)]
    header = "epoch (ms),time (+01:00),elapsed (s),x-axis (g),y-axis (g),z-axis (g)"
    path = tmp_path / "a_MetaWear_2026-06-10T22.00.00.000_CCA00625B61F_Accelerometer_100.000Hz_1.7.3.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    done = call("import", path, "--out", tmp_path / "plain")
    assert "'CCA00625B61F': side not said" in done.err
    assert files_of(tmp_path / "plain") == [path.name]


def test_import_names_a_missing_file_and_an_unknown_sensor(call, samples, write_csv, tmp_path):
    assert "cannot be read" in call("import", tmp_path / "none.csv").err
    done = call("import", write_csv("L.csv", samples["left"]), "--left-sensor", "A1")
    assert done.code == 2
    assert "no sensor called 'A1'" in done.err
    assert call("import").code == 2


def test_a_look_at_a_file_with_wrong_units_fails_and_nothing_is_converted(call, tmp_path):
    rows = "".join(f"{row / 100},0.0,{0.001 * (row % 7)},1.0\n" for row in range(500))
    path = tmp_path / "g.csv"
    path.write_text("time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2\n" + rows)
    assert call("import", str(path)).code == 1
    assert call("import", str(path), "--out", str(tmp_path / "out")).code == 1
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True
    said = call("import", str(path), "--acc-unit", "g")
    assert said.code == 0
    assert "read as g, as asked for" in said.err


def test_a_look_by_the_names_of_columns_needs_no_format(call, tmp_path):
    rows = "".join(f"{row / 100},0.0,{0.01 * (row % 7)},9.8\n" for row in range(500))
    path = tmp_path / "own.csv"
    path.write_text("t,ax,ay,az\n" + rows)
    assert call("import", str(path), "--columns", "time=t acc=ax,ay,az", "--acc-unit", "m/s2").code == 0
