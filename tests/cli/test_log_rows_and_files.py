"""`gaitpipe log`: which row is meant, hints that can be pasted, and files that are no log or cannot be written."""

from __future__ import annotations

import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest

from gaitpipe.app.log import read_log
from gaitpipe.rehab.log import LogEntry

TODAY = date.today()
DAY = TODAY - timedelta(days=2)
CASE = Path(__file__).parents[2] / "recordings" / "rehab_cases" / "case_a"


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "log.csv"


@pytest.fixture
def add(call, file):
    """Add to the log of this test, two days ago."""
    return lambda *arguments: call("log", "add", "--log", file, "--date", DAY, *arguments)


def only(file) -> LogEntry:
    (entry,) = read_log(file, TODAY)
    return entry


def test_a_name_goes_to_the_row_of_that_day_that_has_none(add, file):
    add("--kind", "run", "--pain-during", "4", "--no-red-flags")
    named = add("--session", "run1")
    assert named.code == 0
    assert (only(file).session_id, only(file).pain_during) == ("run1", 4.0)
    assert "session_id" in named.err


def test_a_name_with_values_fills_in_what_the_row_without_one_lacks(add, file):
    add("--kind", "run", "--pain-during", "4", "--no-red-flags")
    assert add("--session", "run1", "--kind", "run", "--pain-during", "4", "--pain-after", "1", "--rpe", "3").code == 0
    assert (only(file).session_id, only(file).pain_after, only(file).rpe) == ("run1", 1.0, 3.0)


@pytest.mark.parametrize("other", [["--pain-during", "2"], ["--kind", "strength"]])
def test_a_name_with_other_values_is_another_session_of_the_day(add, file, other):
    add("--kind", "run", "--pain-during", "4", "--no-red-flags")
    assert add("--session", "second", *other).code == 0
    assert [entry.session_id for entry in read_log(file, TODAY)] == [None, "second"]


def test_a_name_alone_makes_no_row(add, file):
    assert add("--session", "run1").code == 2
    assert not file.exists()
    add("--kind", "rest", "--no-red-flags")
    refused = add("--session", "run1")
    assert refused.code == 2
    assert "nothing to add" in refused.err


def test_a_red_flag_of_a_day_goes_to_its_only_row(add, file):
    add("--session", "run1", "--kind", "run", "--pain-during", "4")
    assert add("--red-flag", "RF1").code == 0
    assert (only(file).session_id, only(file).red_flags) == ("run1", ("RF1",))


def test_a_hint_can_be_pasted_though_names_have_spaces(call, tmp_path):
    folder = tmp_path / "my log's folder"
    folder.mkdir()
    file = folder / "log.csv"
    day = TODAY - timedelta(days=1)
    done = call("log", "add", "--log", file, "--date", day, "--session", "run 1", "--kind", "run", "--pain-during", 1)
    hint = next(line.split("`")[1] for line in done.err.splitlines() if "gaitpipe log add" in line)
    words = shlex.split(hint)
    assert words[:5] == ["gaitpipe", "log", "add", "--log", str(file)]
    assert words[words.index("--session") + 1] == "run 1"


def test_an_unknown_level_is_doubted_and_known_ones_are_not(add, call, file):
    assert "no level or stage 'L9'" in add("--level", "L9").err
    assert only(file).level == "L9"
    for level in ("L8", "l4", "S3"):
        assert "no level" not in add("--level", level, "--replace").err
    assert "Levels: L1" in add("--level", "L10", "--replace", "--plan", CASE / "plan.toml").err


def test_a_log_that_cannot_be_written_is_told_with_what_to_do(call, tmp_path):
    file = tmp_path / f"{'l' * 250}.csv"  # the name fits, that of the file it is written to first does not
    for command in (["add", "--rpe", "3"], ["import", tmp_path / "other.csv"]):
        (tmp_path / "other.csv").write_text("date,rpe\n2026-01-02,3\n")
        done = call("log", *command, "--log", file)
        assert done.code != 0
        assert "cannot be written" in done.err
        assert "folder" in done.err


def test_utf16_of_a_spreadsheet_is_read_and_written_as_utf8_with_its_mark(add, call, file):
    file.write_bytes("date\tnotes\tpain_am\r\n2026-01-02\tgrüße\t2,5\r\n".encode("utf-16"))
    assert [(entry.notes, entry.pain_am) for entry in read_log(file, TODAY)] == [("grüße", 2.5)]
    assert add("--rpe", "3").code == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfdate\t")
    assert "grüße" in file.read_text("utf-8")


def test_a_file_that_is_no_log_is_told_so_in_one_sentence(call, file):
    file.write_text("time_s,acc_x_m_s2\n0,1\n1,2\n")
    done = call("log", "show", "--log", file)
    assert done.code == 2
    assert "is no training log" in done.err
    assert "line" not in done.err.replace("first line", "")


def test_another_kind_of_file_is_named_with_the_option_it_belongs_to(call, recording):
    plan = call("log", "show", "--log", CASE / "plan.toml")
    assert (plan.code, "is a plan, not a training log" in plan.err, "--plan" in plan.err) == (2, True, True)
    assert "--session or --baseline" in call("log", "show", "--log", CASE / "session.json").err
    assert "is a recording" in call("log", "show", "--log", recording).err
