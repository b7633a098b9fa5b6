"""A red flag told at `decide` or `report` and how to keep it; `decide` with few words, or with a wrong file."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

CASE = Path(__file__).parents[2] / "recordings" / "rehab_cases" / "case_a"
DAY = "2026-03-31"


@pytest.fixture
def given(tmp_path) -> list:
    """Options of a decision on case A, its log in a folder with a space."""
    folder = tmp_path / "my folder"
    folder.mkdir()
    shutil.copy(CASE / "log.csv", folder)
    return ["--plan", CASE / "plan.toml", "--log", folder / "log.csv", "--date", DAY]


def summaries(**others: Path) -> list:
    files = {"session": CASE / "session.json", "baseline": CASE / "baseline.json"} | others
    return ["--session", files["session"], "--baseline", files["baseline"]]


def hint_in(text: str) -> list[str]:
    (line,) = (line.strip() for line in text.splitlines() if "gaitpipe log add" in line)
    return shlex.split(line)


def test_a_red_flag_told_to_decide_says_how_to_keep_it_and_is_then_kept(call, given):
    told = call("decide", *given, *summaries(), "--red-flag", "rf1")
    assert told.out.startswith("REFER")
    assert "not stored by this command" in told.out
    assert call(*hint_in(told.out)[1:]).code == 0
    again = call("decide", *given, *summaries(), "--red-flag", "RF1")
    assert again.out.startswith("REFER")
    assert "not stored" not in again.out, "the log has it now"
    assert call("decide", *given, *summaries()).out.startswith("REFER"), "tomorrow knows of it"


def test_the_hint_leaves_stdout_to_programs(call, given):
    told = call("decide", *given, *summaries(), "--red-flag", "RF1", "--json")
    assert "log add" not in told.out
    assert hint_in(told.err)[-2:] == ["--red-flag", "RF1"]


def test_without_a_red_flag_there_is_no_hint(call, given):
    told = call("decide", *given, *summaries())
    assert "not stored" not in told.out + told.err


def test_a_report_says_how_to_keep_a_red_flag_too(call, given, tmp_path):
    told = call("report", CASE / "session.json", "--out", tmp_path / "out", *given, "--red-flag", "RF1", "-q")
    assert told.code == 0, told.err
    assert "not stored by this command" in told.err
    assert hint_in(told.err)[:5] == ["gaitpipe", "log", "add", "--log", str(given[3])]


def test_quiet_prints_the_line_of_the_decision_only(call, given):
    quiet, loud = (call("decide", *given, *summaries(), *more) for more in (["-q"], []))
    (line,) = quiet.out.splitlines()
    assert line.startswith("PROGRESS: ")
    assert line in loud.out.splitlines()
    assert quiet.err == ""


def test_a_recording_or_another_file_as_summary_is_named_with_what_to_do(call, given, recording):
    for wrong in ({"session": recording}, {"baseline": recording}):
        told = call("decide", *given, *summaries(**wrong))
        assert told.code != 0
        assert "is a recording, not the summary.json" in told.err
        assert f"gaitpipe analyze {recording}" in told.err
    told = call("decide", *given, *summaries(session=CASE / "log.csv"))
    assert "is a training log" in told.err


def test_plan_and_log_the_wrong_way_round_are_told_so(call):
    told = call("decide", "--plan", CASE / "log.csv", "--log", CASE / "plan.toml")
    assert told.code == 2
    assert "is a training log, not a plan" in told.err
    assert "belongs to --log" in told.err
