"""`gaitpipe log`: add, show and import, on real files."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from gaitpipe.app.log import add_entry, change_log, read_log, read_table
from gaitpipe.errors import LogError, UsageError
from gaitpipe.rehab.log import LogEntry

TODAY = date.today()
DAY = TODAY - timedelta(days=2)


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "log.csv"


@pytest.fixture
def add(call, file):
    """Add to the log of this test, two days ago if not said otherwise."""
    return lambda *arguments, day=DAY: call("log", "add", "--log", file, "--date", day, *arguments)


def only(file) -> LogEntry:
    (entry,) = read_log(file, TODAY)
    return entry


def test_a_session_is_added_with_all_that_was_said(add, file):
    done = add(
        "--session", "run1", "--kind", "run", "--pain-during", "2", "--pain-after", "2,5", "--pain-am", "0",
        "--stiffness", "10", "--rpe", "3", "--no-analgesic", "--level", "L4", "--minutes", "20",
        "--surface", "treadmill", "--belt-speed", "10km/h", "--shoe", "=NAME", "--drop", "8", "--no-red-flags",
    )  # fmt: skip
    assert (done.code, done.out) == (0, "")
    assert only(file) == LogEntry(
        DAY, "run1", "run", 2.0, 2.5, 0.0, 10.0, 3.0, False, level="L4", run_min=20.0, surface="treadmill",
        belt_speed_m_s=10 / 3.6, shoe="=NAME", shoe_drop_mm=8.0, red_flags=(),
    )  # fmt: skip
    assert "'=NAME" in file.read_text()
    assert "Added the entry" in done.err
    assert "missing" not in done.err


def test_without_a_day_it_is_today(call, file):
    assert call("log", "add", "--log", file, "--rpe", "3").code == 0
    assert only(file).date == TODAY


def test_what_is_not_known_yet_is_asked_for_and_added_a_day_later(add, file):
    first = add("--session", "a", "--kind", "run", "--pain-during", "2", "--pain-after", "1", "--no-red-flags")
    assert f"missing for {DAY}" in first.err
    assert f"--date {DAY} --session a --pain-am" in first.err
    second = add("--pain-am", "1", "--stiffness", "5")  # the day has one session: the morning finds it
    assert second.code == 0
    entry = only(file)
    assert (entry.session_id, entry.pain_during, entry.pain_am, entry.stiff_am_min) == ("a", 2.0, 1.0, 5.0)


def test_a_morning_of_a_day_with_two_sessions_asks_which(add, file):
    add("--session", "a", "--pain-during", "2")
    add("--session", "b", "--pain-during", "3")
    before = file.read_bytes()
    done = add("--pain-am", "1")
    assert done.code == 2
    assert "--session" in done.err
    assert file.read_bytes() == before


def test_a_given_value_changes_only_when_told_and_is_kept_in_the_backup(add, file):
    add("--pain-during", "2", "--no-red-flags")
    before = file.read_bytes()
    refused = add("--pain-during", "3", "--rpe", "4")
    assert refused.code == 2
    assert "--replace" in refused.err
    assert file.read_bytes() == before
    done = add("--pain-during", "3", "--rpe", "4", "--replace")
    assert done.code == 0
    assert "2.0 became 3.0" in done.err
    assert (only(file).pain_during, only(file).rpe) == (3.0, 4.0)
    assert file.with_name("log.csv.bak").read_bytes() == before


def test_saying_the_same_again_changes_nothing(add, file):
    add("--pain-during", "2", "--no-red-flags")
    before = file.stat().st_mtime_ns
    done = add("--pain-during", "2", "--no-red-flags")
    assert (done.code, file.stat().st_mtime_ns) == (0, before)
    assert "nothing was changed" in done.err
    assert not file.with_name("log.csv.bak").exists()


def test_red_flags_are_asked_for_until_they_were(add):
    assert "RF1  Possible rupture" in add("--rpe", "3").err
    assert "RF1  Possible" not in add("--rpe", "3", "--no-red-flags", day=DAY + timedelta(days=1)).err
    assert "RF1  Possible" not in add("--rpe", "3", day=DAY + timedelta(days=2)).err


def test_a_red_flag_says_what_to_do_grows_and_is_never_taken_back(add, file):
    done = add("--red-flag", "rf1")
    assert "do not run" in done.err
    assert add("--red-flag", "RF3").code == 0
    assert only(file).red_flags == ("RF1", "RF3")
    for more in ((), ("--replace",)):
        refused = add("--no-red-flags", *more)
        assert refused.code == 2
        assert "clinician" in refused.err
    assert only(file).red_flags == ("RF1", "RF3")


def test_none_and_then_a_red_flag_on_the_same_day_is_the_red_flag(add, file):
    add("--no-red-flags")
    assert add("--red-flag", "RF4").code == 0
    assert only(file).red_flags == ("RF4",)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--pain-during", "11"), "0 to 10"),
        (("--pain-during", "bad"), "not a number"),
        (("--pain-during", "-1"), "0 to 10"),
        (("--pain-am", "-"), "leave the option out"),
        (("--kind", "jog"), "run, strength"),
        (("--red-flag", "RF9"), "RF9"),
        (("--red-flag", "RF1", "--no-red-flags"), "contradict"),
        (("--kind", "rest", "--minutes", "5"), "no minutes of running"),
        (("--surface", "road", "--belt-speed", "3"), "belt speed"),
        ((), "nothing to add"),
        (("--session", "a"), "nothing to add"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(add, file, arguments, word):
    done = add(*arguments)
    assert (done.code, done.out) == (2, "")
    assert word in done.err
    assert not file.exists()


def test_a_day_to_come_and_a_day_in_another_form_are_refused(call, file):
    for day in (TODAY + timedelta(days=1), "11/03/2026", "03.13.2025"):
        assert call("log", "add", "--log", file, "--date", day, "--rpe", "3").code == 2
    assert not file.exists()


def test_this_morning_s_pain_in_today_s_row_is_doubted(add):
    assert "belongs to yesterday" in add("--pain-am", "1", "--no-red-flags", day=TODAY).err
    assert "belongs to yesterday" not in add("--pain-am", "1", "--no-red-flags").err


def test_a_log_with_a_fault_is_refused_and_left_as_it_is(add, file):
    file.write_text("date,pain_am\n2026-01-01,11\n")
    done = add("--rpe", "3")
    assert done.code == 2
    assert "line 2" in done.err
    assert file.read_text() == "date,pain_am\n2026-01-01,11\n"


def test_columns_dialect_and_rights_of_the_file_stay(add, file):
    file.write_bytes("\ufeffdate;x_mood;pain_during\r\n2026-01-01;=gut;2,5\r\n".encode())
    file.chmod(0o600)
    assert add("--pain-during", "1,5", "--no-red-flags").code == 0
    table = read_table(file, TODAY)
    assert (table.delimiter, table.bom, table.own) == (";", True, (("=gut",), ("",)))
    assert [entry.pain_during for entry in table.entries] == [2.5, 1.5]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (file, file.with_name("log.csv.bak"))} == {0o600}


def test_a_link_to_the_log_stays_a_link(add, file, tmp_path):
    real = tmp_path / "kept" / "real.csv"
    real.parent.mkdir()
    real.write_text("date\n")
    file.symlink_to(real)
    assert add("--rpe", "3").code == 0
    assert file.is_symlink()
    assert len(read_log(real, TODAY)) == 1


def test_additions_at_the_same_time_are_all_kept(file):
    def one(back: int) -> None:
        add_entry(file, {"date": TODAY - timedelta(days=back), "rpe": 3.0}, TODAY)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(24)))
    assert len(read_log(file, TODAY)) == 24


def test_a_file_that_was_saved_elsewhere_meanwhile_is_not_overwritten(file):
    file.write_text("date,rpe\n2026-01-01,3\n")

    def edit(table):
        file.write_text("date,rpe\n2026-01-01,4\n")  # the spreadsheet saves while we think
        return table.with_entry(LogEntry(DAY, rpe=1.0))

    with pytest.raises(LogError, match="another program"):
        change_log(file, TODAY, edit)
    assert file.read_text() == "date,rpe\n2026-01-01,4\n"


def test_a_log_in_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(LogError, match="folder"):
        add_entry(tmp_path / "no" / "log.csv", {"date": DAY, "rpe": 3.0}, TODAY)


def test_an_entry_that_contradicts_another_row_says_so_without_a_line(file):
    add_entry(file, {"date": DAY, "session_id": "a", "pain_am": 2.0}, TODAY)
    with pytest.raises(UsageError, match="another value for the same morning"):
        add_entry(file, {"date": DAY, "session_id": "b", "pain_am": 4.0}, TODAY)


def test_show_has_the_days_the_medians_and_what_is_missing(add, call, file):
    for back in (5, 4, 3):
        add("--kind", "rest", "--pain-am", str(back), "--stiffness", "5", day=TODAY - timedelta(days=back))
    add("--session", "a", "--kind", "run", "--pain-during", "2", "--red-flag", "RF7")
    done = call("log", "show", "--log", file, "--days", "7")
    assert done.code == 0
    assert "median morning pain 4, stiffness 5 min (3 of 7 mornings)" in done.out
    assert f"missing for {DAY}: add them with `gaitpipe log add --log {file} --date {DAY} --session a" in done.out
    assert "RF7" in done.out


def test_show_as_json_keeps_missing_apart_from_zero(add, call, file):
    add("--kind", "run", "--pain-during", "0", "--no-red-flags")
    found = json.loads(call("log", "show", "--log", file, "--json").out)
    (entry,) = found["entries"]
    assert (entry["date"], entry["pain_during"], entry["pain_am"], entry["red_flags"]) == (str(DAY), 0.0, None, [])
    assert found["missing"] == [
        {"date": str(DAY), "session_id": None, "columns": ["pain_after", "pain_am", "stiff_am_min"]}
    ]
    assert len(found["weeks"]) == 4


def test_show_looks_back_from_any_day(add, call, file):
    add("--rpe", "3")
    add("--rpe", "4", day=TODAY)
    found = json.loads(call("log", "show", "--log", file, "--date", DAY, "--json").out)
    assert [entry["rpe"] for entry in found["entries"]] == [3.0]


def test_a_log_that_is_not_there_is_refused_with_how_to_begin(call, tmp_path):
    done = call("log", "show", "--log", tmp_path / "no.csv")
    assert done.code == 2
    assert "log add" in done.err


def test_a_log_in_another_encoding_is_refused_with_the_line(call, file):
    file.write_bytes(b"date,notes\n2026-01-01,ok\n2026-01-02,gr\xfc\xdfe\n")
    done = call("log", "show", "--log", file)
    assert done.code == 2
    assert "line 3" in done.err
    assert "UTF-8" in done.err


@pytest.fixture
def other(tmp_path) -> Path:
    path = tmp_path / "diary.csv"
    path.write_text(f"Tag;Schmerz;Foo\n{DAY};2,5;x\n{DAY - timedelta(days=1)};;y\n")
    return path


@pytest.fixture
def take(call, file, other):
    return lambda *more: call(
        "log", "import", other, "--log", file, "--map", "date=Tag", "--map", "pain_during=Schmerz", *more
    )


def test_import_takes_rows_over_once(take, file):
    done = take()
    assert done.code == 0
    assert "added: 2" in done.err
    assert "not used: Foo" in done.err
    assert [entry.pain_during for entry in read_log(file, TODAY)] == [None, 2.5]
    again = take()
    assert "added: 0" in again.err
    assert "2 there already" in again.err
    assert len(read_log(file, TODAY)) == 2


def test_a_dry_run_says_the_same_and_writes_nothing(take, file):
    found = json.loads(take("--dry-run", "--json").out)
    assert (found["added"], found["dry_run"]) == (2, True)
    assert not file.exists()


def test_import_fills_in_but_changes_nothing_without_being_told(take, add, file):
    add("--rpe", "3")
    assert "added to: 1" in take().err
    assert [(entry.pain_during, entry.rpe) for entry in read_log(file, TODAY)] == [(None, None), (2.5, 3.0)]
    add("--pain-during", "4", "--replace")
    before = file.read_bytes()
    refused = take()
    assert refused.code == 2
    assert "pain_during is 4" in refused.err
    assert file.read_bytes() == before
    assert take("--replace").code == 0
    assert read_log(file, TODAY)[-1].pain_during == 2.5


def test_a_fault_of_the_other_file_is_named_with_its_line_and_stops_all(take, other, file):
    other.write_text(f"Tag;Schmerz\n{DAY};2\n{DAY - timedelta(days=1)};12\n")
    done = take()
    assert done.code == 2
    assert "line 3" in done.err
    assert not file.exists()


@pytest.mark.parametrize(
    ("mapping", "word"),
    [
        ("pain_durin=Foo", "pain_during"),
        ("pain_am", "OURS=THEIRS"),
        ("pain_am=Nope", "no column Nope"),
        ("rpe=Tag", "twice"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(take, mapping, word):
    done = take("--map", mapping)
    assert done.code == 2
    assert word in done.err


def test_help_of_log_is_quick_and_names_every_command():
    done = subprocess.run(
        [sys.executable, "-m", "gaitpipe", "log", "--help"], capture_output=True, text=True, check=True
    )
    assert all(word in done.stdout for word in ("add", "show", "import"))
