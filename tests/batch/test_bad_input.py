"""Whatever a file holds, it has its line in the ledger, with a reason and advice, and the others are analysed."""

from __future__ import annotations

import os
import zipfile

import pytest

from gaitpipe.app import batch_work
from gaitpipe.errors import GaitpipeError


def lines(place, side="left"):
    return place.csv_texts[side].splitlines()


SPOILED = {
    "a huge line": lambda rows: [*rows[:50], "1," * 3_000_000, *rows[50:]],
    "mixed encodings": lambda rows: [*rows[:50], "0.24,\udcff\udcfe,1,1,1,1,1", *rows[50:]],
    "decimal commas in a table of commas": lambda rows: [rows[0], *(row.replace(".", ",") for row in rows[1:])],
    "a wrong separator": lambda rows: [row.replace(",", "|") for row in rows],
    "a missing column": lambda rows: [row.rsplit(",", 4)[0] for row in rows],
    "duplicated times": lambda rows: [rows[0], *(f"1.0,{row.split(',', 1)[1]}" for row in rows[1:])],
    "mixed rates": lambda rows: [rows[0], *rows[1:1000], *rows[1000::9]],
    "only a header": lambda rows: rows[:1],
    "accelerations in g": lambda rows: [
        rows[0],
        *(
            ",".join([cells[0], *(f"{float(cell) / 9.81:.5f}" for cell in cells[1:4]), *cells[4:]])
            for cells in (row.split(",") for row in rows[1:])
        ),
    ],
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_file_is_told_and_the_next_one_is_analysed(place, of, what):
    place.add_recording("good.mcap")
    text = "\n".join(SPOILED[what](lines(place))) + "\n"
    place.add("spoiled_left.csv", text.encode("utf-8", "surrogateescape"))
    result = place.run()
    entry = of(result)["spoiled"]
    assert of(result)["good"].status == "ok"
    if what in ("mixed rates", "mixed encodings") and entry.status == "ok":
        assert entry.warnings  # these may be read with a warning
        return
    assert entry.status == "failed"
    assert entry.reason
    assert entry.advice
    assert entry.code not in ("", "defect")
    assert result.exit_code == 3


def test_files_that_are_empty_or_cut_are_told(place, of):
    place.add("empty.mcap", b"")
    place.add("empty_left.csv", b"")
    place.add("cut.mcap", place.recording.read_bytes()[:300])
    result = place.run()
    assert {name: entry.status for name, entry in of(result).items()} == dict.fromkeys(of(result), "failed")
    assert len(result.entries) == 3
    assert all(entry.advice for entry in result.entries)
    assert result.exit_code == 1


def test_a_file_of_one_sensor_without_a_side_is_told_what_to_do(place, of):
    place.add_csv("imu_17.csv")
    entry = of(place.run())["imu_17"]
    assert (entry.status, entry.code) == ("failed", "not_said")
    assert "manifest" in entry.advice


def test_sensors_of_nobody_knows_where_are_told(place, of):
    place.add_csv("a_left.csv")
    entry = of(place.run(options={}))["a"]
    assert entry.code == "not_said"
    assert "--placement" in entry.advice


def test_a_file_that_may_not_be_read_is_told_and_tried_again(place, of, bound_by_permissions):
    place.add_recording("good.mcap")
    paths = [place.add_recording("closed.mcap"), place.add_csv("shut_left.csv")]
    for path in paths:
        path.chmod(0)
    (place.data / "folder").mkdir(mode=0)
    with bound_by_permissions():
        entries = of(place.run())
    assert {name: entry.code for name, entry in entries.items()} == {
        "good": "", "closed": "unreadable", "shut": "unreadable", "folder": "unreadable",
    }  # fmt: skip
    assert all("permissions" in entries[name].advice for name in ("closed", "shut", "folder"))
    for path in paths:
        path.chmod(0o600)
    (place.data / "folder").rmdir()
    assert {entry.status for entry in place.run().entries} == {"ok", "unchanged"}


def test_results_that_may_not_be_written_are_told_and_harm_nothing(place, bound_by_permissions):
    place.add_recording("a.mcap")
    place.out.mkdir(mode=0o500)
    with bound_by_permissions(), pytest.raises(GaitpipeError, match="cannot be written") as caught:
        place.run()
    assert caught.value.advice
    assert list(place.out.iterdir()) == []


def test_a_disk_that_gives_an_error_is_told_and_tried_again(place, of, monkeypatch):
    place.add_recording("good.mcap")
    place.add_recording("closed.mcap")

    def refuse(path):
        if path.name == "closed.mcap":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    real = batch_work.file_sha256
    monkeypatch.setattr(batch_work, "file_sha256", refuse)
    entries = of(place.run())
    assert (entries["closed"].code, entries["closed"].key) == ("unreadable", "")
    assert "Permission denied" in entries["closed"].reason
    monkeypatch.undo()
    assert of(place.run())["closed"].status == "ok"


def test_a_defect_is_told_with_its_traceback_kept_and_stops_nothing(place, of, monkeypatch):
    place.add_recording("a.mcap")
    place.add_recording("b.mcap")
    real = batch_work._session_files

    def broken(session, paths):
        if session.name == "a":
            raise ZeroDivisionError("here")
        return real(session, paths)

    monkeypatch.setattr(batch_work, "_session_files", broken)
    entries = of(place.run())
    assert (entries["a"].code, entries["b"].status) == ("defect", "ok")
    assert "ZeroDivisionError" in (place.out / ".gaitpipe" / "defects" / "a.log").read_text()


def test_a_file_that_grows_between_two_looks_is_left_until_it_is_finished(place, of):
    place.add_recording("good.mcap")
    growing = place.add_recording("growing.mcap")
    os.utime(growing)  # of this moment

    def wait(_seconds):
        with growing.open("ab") as file:
            file.write(b"more")

    entry = of(place.run(wait=wait))["growing"]
    assert (entry.status, entry.code, entry.reason) == ("skipped", "still_being_written", "still being written")
    place.add_recording("growing.mcap")
    assert of(place.run())["growing"].status == "ok"


def test_a_file_that_changes_while_it_is_analysed_gives_no_results(place, of, monkeypatch):
    path = place.add_recording("a.mcap")
    real = batch_work._analysed

    def slow(*arguments):
        done = real(*arguments)
        path.write_bytes(path.read_bytes() + b"more")
        return done

    monkeypatch.setattr(batch_work, "_analysed", slow)
    assert of(place.run())["a"].code == "still_being_written"
    assert place.sessions() == []


def test_a_recording_of_a_living_recorder_is_left(place, of, tmp_path, monkeypatch):
    state = tmp_path / "state"
    state.mkdir()
    (state / "recorder.lock").write_text(f'{{"pid": {os.getpid()}, "doing": "recording to {place.data}"}}')
    monkeypatch.setenv("GAITPIPE_STATE", str(state))
    path = place.add("now.mcap", place.recording.read_bytes()[:-100])
    os.utime(path)
    assert of(place.run(wait=lambda _: None))["now"].code == "still_being_written"


def test_findings_that_are_errors_are_failures_and_are_not_in_the_cohort(place, of):
    place.add_recording("good.mcap")
    place.add_recording("wrong.mcap")
    manifest = place.add("m.csv", "session,recording,placement\nwrong,wrong.mcap,shank\n")
    entries = of(place.run(manifest=str(manifest), options={}))
    assert entries["wrong"].status == "failed"
    assert entries["wrong"].code not in ("", "defect")
    assert place.sessions() == ["good", "wrong"]
    assert "wrong" not in (place.out / "cohort.csv").read_text()


def test_a_zip_bomb_is_not_opened(place, of):
    place.add_recording("good.mcap")
    path = place.data / "bomb_left.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("TotalAcceleration.csv", b"time,seconds_elapsed,z,y,x\n" + b"0" * 20_000_000)
    place.old(path)
    entries = of(place.run())
    assert entries["good"].status == "ok"
    assert (entries["bomb"].status, entries["bomb"].code) == ("failed", "bad_file")
    assert "bomb" in entries["bomb"].reason


def parts(place, side):
    """Samples of a foot as a program writes them that makes a file each for accelerometer and gyroscope."""
    rows = [[float(cell) for cell in line.split(",")] for line in lines(place, side)[1:]]
    head = "epoch (ms),time (+00:00),elapsed (s),x-axis ({0}),y-axis ({0}),z-axis ({0})\n"
    texts = {}
    for name, unit, first, factor in (("Accelerometer", "g", 1, 9.80665), ("Gyroscope", "deg/s", 4, 0.01745329252)):
        body = (
            f"{1.7e12 + 1000 * row[0]:.0f},x,{row[0]:.5f},"
            + ",".join(f"{value / factor:.5f}" for value in row[first : first + 3])
            for row in rows
        )
        texts[name] = head.format(unit) + "\n".join(body) + "\n"
    return texts


def test_a_part_belongs_to_its_file_and_a_change_of_it_is_seen(place, of):
    for name, text in parts(place, "left").items():
        place.add(f"left_{name}.csv", text)
    result = place.run()
    assert [(len(entry.files), entry.status, entry.format) for entry in result.entries] == [(2, "ok", "metabase")]
    place.add("left_Gyroscope.csv", parts(place, "right")["Gyroscope"])
    assert place.run().counts["ok"] == 1
    (place.data / "left_Accelerometer.csv").unlink()
    place.add_recording("good.mcap")
    entry = of(place.run())["left_Gyroscope.csv"]
    assert (entry.status, entry.code) == ("skipped", "part_alone")


def test_columns_of_ones_own_are_named_for_all_files(place, of):
    text = place.csv_texts["left"].split("\n", 1)[1]
    place.add("own_left.csv", "t_s,ax_m/s2,ay_m/s2,az_m/s2,gx_rad/s,gy_rad/s,gz_rad/s\n" + text)
    place.add_recording("good.mcap")
    said = {"placement": "foot", "columns": "time=t_s acc=ax_m/s2,ay_m/s2,az_m/s2 gyr=gx_rad/s,gy_rad/s,gz_rad/s"}
    assert "own" not in of(place.run())
    assert of(place.run(options=said))["own"].status == "ok"


def test_a_table_in_utf_16_is_told_and_not_passed_over(place, of):
    place.add_recording("good.mcap")
    place.add("wide_left.csv", place.csv_texts["left"].encode("utf-16"))
    entry = of(place.run())["wide"]
    assert (entry.status, entry.code) == ("failed", "bad_file")
    assert "UTF-8" in entry.reason + entry.advice
