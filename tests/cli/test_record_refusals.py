"""What `record`, `scan` and `profiles` refuse or tell before any radio is touched."""

from __future__ import annotations

import pytest

from gaitpipe import profile_store

RECORD = ("record", "--placement", "foot", "--out")


def test_setting_that_does_not_serve_is_refused_with_the_reason_and_the_way_out(call, tmp_path):
    called = call(*RECORD, tmp_path / "out", "--left", "movesense_imu6", "--set", "rate_hz=26")
    assert called.code == 2
    assert "does not serve for gait. Movesense IMU6: below 40 Hz" in called.err
    assert "--force" in called.err
    assert not (tmp_path / "out").exists()


def test_asking_and_not_asking_at_once_is_refused(call, tmp_path):
    called = call(*RECORD, tmp_path, "--profile", "open_imu", "--ask-sides", "--no-ask")
    assert called.code == 2
    assert "contradict" in called.err


def test_asking_without_a_terminal_is_refused_with_the_way_out(call, tmp_path):
    called = call(*RECORD, tmp_path / "out", "--profile", "open_imu", "--ask-sides")
    assert called.code == 2
    assert "needs a terminal" in called.err
    assert "--left ID@NAME" in called.err
    assert not (tmp_path / "out").exists()


def test_same_sensor_named_for_both_sides_is_refused(call, tmp_path):
    called = call(*RECORD, tmp_path / "out", "--left", "open_imu@left", "--right", "open_imu@LEFT")
    assert called.code == 2
    assert "both 'open_imu@left'" in called.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("like", [None, "open_imu"])
def test_new_profile_is_written_checked_found_and_never_overwritten(call, tmp_path, monkeypatch, like):
    monkeypatch.setenv("GAITPIPE_PROFILES", str(tmp_path / "own"))
    arguments = ["profiles", "new", "--id", "my_board", "--name", "My board", *(["--like", like] if like else [])]
    made = call(*arguments)
    file = tmp_path / "own" / "my_board.toml"
    assert made.code == 0, made.err
    assert str(file) in made.err
    checked = call("profiles", "check", "my_board", file)
    assert checked.code == 0
    assert checked.out.count(": ok (my_board, My board)") == 2
    assert "without a source" in checked.err
    assert "my_board" in call("profiles", "list").out
    assert "(own)" in next(line for line in call("profiles", "list").out.splitlines() if line.startswith("my_board"))
    before = file.read_text()
    again = call(*arguments)
    assert again.code == 2
    assert "is the id of" in again.err
    refused = call(*arguments[:3], "other_board", "--out", file)
    assert refused.code == 1
    assert "exists already" in refused.err
    assert file.read_text() == before


def test_new_profile_without_a_folder_of_ones_own_needs_a_file(call, tmp_path):
    refused = call("profiles", "new", "--id", "my_board")
    assert refused.code == 2
    assert "--out" in refused.err
    made = call("profiles", "new", "--id", "my_board", "--out", tmp_path / "a" / "x.toml")
    assert made.code == 0
    assert call("profiles", "show", "my_board", "--profile-dir", tmp_path / "a").code == 0


def test_broken_file_of_ones_own_is_named_beside_the_list_and_other_ids_work(call, tmp_path, monkeypatch):
    monkeypatch.setenv("GAITPIPE_PROFILES", str(tmp_path))
    (tmp_path / "broken.toml").write_text("no TOML")
    listed = call("profiles", "list")
    assert listed.code == 2
    assert "open_imu" in listed.out
    assert str(tmp_path / "broken.toml") in listed.err
    assert call("profiles", "show", "open_imu").code == 0
    assert call("profiles", "check", "broken").code == 2


def test_trying_a_profile_that_is_none_is_refused_before_the_radio(call, tmp_path):
    assert call("profiles", "try", "opn_imu").code == 2
    text = profile_store.load("open_imu").text.replace('role = "data"\norder', 'role = "dat"\norder')
    (tmp_path / "bad.toml").write_text(text)
    called = call("profiles", "try", tmp_path / "bad.toml")
    assert called.code == 2
    assert "did you mean 'data'" in called.err
