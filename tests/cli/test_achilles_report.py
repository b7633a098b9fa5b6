"""`report` and `analyze` with a plan: which files they write, and how they refuse."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).parents[2] / "recordings" / "rehab_cases"
DAY = ("--date", "2026-03-31")
with_typst = pytest.mark.skipif(
    importlib.util.find_spec("typst") is None, reason="the typst library is not installed (extra pdf)"
)


def options(name: str, *baselines: Path) -> list[object]:
    folder = CASES / name
    found = ["--plan", folder / "plan.toml", "--log", folder / "log.csv", *DAY]
    return [*found, "--baseline", *(baselines or (folder / "baseline.json",))]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("case", "word"), [("case_a", "PROGRESS"), ("case_b", "REGRESS"), ("case_c", "HOLD")], ids=["a", "b", "c"]
)
def test_a_summary_with_a_plan_gives_report_decision_and_calendar(call, tmp_path, case, word):
    called = call("report", CASES / case / "session.json", *options(case), "--out", tmp_path)
    assert called.code == 0
    assert names(tmp_path) == {"report.html", "decision.json", "plan.ics"}
    assert json.loads((tmp_path / "decision.json").read_text())["decision"] == word
    assert f"Decision: {word}" in called.err
    assert "BEGIN:VEVENT" in (tmp_path / "plan.ics").read_text()


def test_a_red_flag_takes_away_the_plan_of_days_of_an_earlier_report(call, tmp_path):
    assert call("report", CASES / "case_a" / "session.json", *options("case_a"), "--out", tmp_path).code == 0
    assert "plan.ics" in names(tmp_path)
    called = call("report", CASES / "case_d" / "session.json", *options("case_d"), "--out", tmp_path)
    assert called.code == 0
    assert names(tmp_path) == {"report.html", "decision.json"}
    assert "REFER" in called.err


def test_a_red_flag_told_with_the_command_refers(call, tmp_path):
    called = call("report", *options("case_a"), "--red-flag", "RF3", "--out", tmp_path)
    assert called.code == 0
    assert "Decision: REFER (RF3)" in called.err


def test_without_a_recording_the_report_lies_beside_the_log(call, tmp_path):
    for name in ("plan.toml", "log.csv"):
        shutil.copy(CASES / "case_a" / name, tmp_path)
    assert call("report", "--plan", tmp_path / "plan.toml", "--log", tmp_path / "log.csv", *DAY).code == 0
    assert {"report.html", "decision.json"} <= names(tmp_path)


def test_several_baselines_follow_one_flag(call, tmp_path):
    second = tmp_path / "second.json"
    shutil.copy(CASES / "case_a" / "baseline.json", second)
    first = CASES / "case_a" / "baseline.json"
    session = CASES / "case_a" / "session.json"
    assert call("report", session, *options("case_a", first, second), "--out", tmp_path / "out").code == 0


def test_analyze_with_a_plan_writes_all_files(call, recording, tmp_path):
    called = call("analyze", recording, "--out", tmp_path, *options("case_a"))
    assert called.code == 0
    assert names(tmp_path) == {"strides.csv", "summary.json", "report.html", "decision.json", "plan.ics"}
    page = (tmp_path / "report.html").read_text()
    assert 'class="runner"' in page
    assert 'id="ensemble"' in page
    call("analyze", recording, "--out", tmp_path)
    assert names(tmp_path) == {"strides.csv", "summary.json", "report.html"}


@with_typst
def test_pdf_is_written_on_request(call, tmp_path):
    session = CASES / "case_d" / "session.json"
    assert call("report", session, *options("case_d"), "--pdf", "--out", tmp_path).code == 0
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_the_same_input_gives_the_same_bytes(call, tmp_path):
    for name in ("one", "two"):
        assert call("report", *options("case_c"), "--out", tmp_path / name).code == 0
    for name in names(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to report on"),
        (("--plan", CASES / "case_a" / "plan.toml"), "without --log"),
        (("--log", CASES / "case_a" / "log.csv"), "without --plan"),
        (("--baseline", CASES / "case_a" / "baseline.json"), "--baseline belongs to a report with a plan"),
        (("--assessor", "N. N."), "--assessor belongs to a report with a plan"),
        (("--plan", "none.toml", "--log", CASES / "case_a" / "log.csv", *DAY), "there is no such file"),
        ((*options("case_a")[:4], "--date", "2026-13-40"), "is no day"),
    ],
    ids=["nothing", "no log", "no plan", "baseline alone", "assessor alone", "no file", "no day"],
)
def test_wrong_use_is_refused_with_advice(call, arguments, said):
    called = call("report", *arguments)
    assert called.code == 2
    assert said in called.err


def test_several_recordings_with_a_plan_are_refused(call, recording, tmp_path):
    called = call("analyze", recording, recording, "--out", tmp_path, *options("case_a"))
    assert called.code == 2
    assert "of one session" in called.err


def test_a_pdf_without_typst_is_refused_before_anything_is_written(call, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    called = call("report", CASES / "case_a" / "session.json", *options("case_a"), "--pdf", "--out", tmp_path / "out")
    assert called.code == 2
    assert "gaitpipe[pdf]" in called.err
    assert not (tmp_path / "out").exists()
