"""`gaitpipe decide --ics` and the report's plan.ics never write over a file that is no calendar."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASE = Path(__file__).parents[2] / "recordings" / "rehab_cases" / "case_a"
FILES = ("plan.toml", "log.csv", "session.json", "baseline.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(CASE / name, tmp_path / name)
    return tmp_path


def arguments(folder: Path) -> list[Any]:
    files = ["--plan", folder / "plan.toml", "--log", folder / "log.csv", "--session", folder / "session.json"]
    return ["decide", *files, "--baseline", folder / "baseline.json", "--date", "2026-03-31"]


@pytest.mark.parametrize("name", FILES)
def test_an_input_as_target_is_refused_and_stays_as_it_was(call: Callable[..., Any], folder: Path, name: str) -> None:
    before = (folder / name).read_bytes()
    called = call(*arguments(folder), "--ics", folder / name)
    assert called.code == 2
    assert "one of the inputs" in called.err
    assert "name of its own" in called.err
    assert (folder / name).read_bytes() == before


def test_an_input_in_the_dress_of_a_calendar_is_refused_too(call: Callable[..., Any], folder: Path) -> None:
    (folder / "session.json").rename(folder / "summary.json")
    (folder / "plan.ics").symlink_to(folder / "summary.json")
    plain = [
        *arguments(folder)[:5],
        "--session",
        folder,
        "--baseline",
        folder / "baseline.json",
        "--date",
        "2026-03-31",
    ]
    called = call(*plain, "--ics", folder / "plan.ics")
    assert called.code == 2
    assert "one of the inputs" in called.err


def test_another_file_is_refused_and_an_earlier_calendar_is_replaced(call: Callable[..., Any], folder: Path) -> None:
    (folder / "notes.txt").write_text("mine\n", "utf-8")
    called = call(*arguments(folder), "--ics", folder / "notes.txt")
    assert called.code == 2
    assert "no calendar" in called.err
    assert (folder / "notes.txt").read_text("utf-8") == "mine\n"
    for _ in range(2):
        assert call(*arguments(folder), "--ics", folder / "next.ics").code == 0
    assert (folder / "next.ics").read_text("utf-8").startswith("BEGIN:VCALENDAR")


def test_a_refused_target_does_not_swallow_a_red_flag(call: Callable[..., Any], folder: Path) -> None:
    called = call(*arguments(folder), "--ics", folder / "log.csv", "--red-flag", "RF1")
    assert called.code == 2
    assert "REFER RF1" in called.err


def test_a_report_leaves_a_plan_ics_that_is_no_calendar(call: Callable[..., Any], folder: Path) -> None:
    out = folder / "out"
    out.mkdir()
    (out / "plan.ics").write_text("mine\n", "utf-8")
    called = call("report", folder / "session.json", *arguments(folder)[1:5], "--out", out)
    assert called.code == 2, called.err
    assert "no calendar" in called.err
    assert (out / "plan.ics").read_text("utf-8") == "mine\n"
    assert not (out / "report.html").exists()
