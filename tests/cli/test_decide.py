"""`gaitpipe decide`: files in, a decision out, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gaitpipe.app.decide import known_red_flags
from gaitpipe.cli.decide import repeated

CASES = Path(__file__).parents[2] / "recordings" / "rehab_cases"
KEYS = (
    "decision", "stage_in", "rules", "flags", "psi", "mdc_psi", "slr", "slr_range", "asi", "parameter_hash", "inputs",
    "thresholds", "stage_out", "level_out", "other_rules", "rule_details", "criteria", "missing", "advice", "conflicts",
    "software_version",
)  # fmt: skip


def arguments(case: str, log: str = "log.csv") -> list[Any]:
    folder = CASES / f"case_{case}"
    files = ["--plan", folder / "plan.toml", "--log", folder / log, "--session", folder / "session.json"]
    return ["decide", *files, "--baseline", folder / "baseline.json", "--date", "2026-03-31"]


@pytest.mark.parametrize(
    ("case", "decision", "rules"),
    [("a", "PROGRESS", ["P1"]), ("b", "REGRESS", ["R1"]), ("c", "HOLD", ["H3", "H4"]), ("d", "REFER", ["RF1"])],
)
def test_the_worked_cases_as_json(call: Callable[..., Any], case: str, decision: str, rules: list[str]) -> None:
    called = call(*arguments(case), "--json")
    found = json.loads(called.out)
    assert called.code == 0
    assert (found["decision"], found["rules"]) == (decision, rules)
    assert set(KEYS) <= set(found)
    assert {"id", "level", "blocks", "text", "value", "baseline", "amber", "red", "unit"} <= set(found["flags"][0])


def test_a_page_for_people_says_word_reason_next_step_and_fingerprint(call: Callable[..., Any]) -> None:
    called = call(*arguments("c"))
    assert called.code == 0
    for text in (
        "HOLD: Repeat the same level.",
        "H3  F5 amber",
        "H4  Heel raises",
        "A7  ",
        "parameters ",
        "Not a medical",
    ):
        assert text in called.out


def test_a_number_from_memory_is_marked_as_unverified(call: Callable[..., Any], tmp_path: Path) -> None:
    log = (CASES / "case_a" / "log.csv").read_text("utf-8")
    harder = log.replace(",9,3,no,", ",9,6,no,").replace(",8,3,no,", ",8,6,no,")
    (tmp_path / "log.csv").write_text(harder, "utf-8")
    given = arguments("a")
    given[given.index("--log") + 1] = tmp_path / "log.csv"
    called = call(*given)
    assert "H5  2 days after" in called.out
    assert "recovery_high_days = 3  (unverified)" in called.out


def test_after_refer_there_is_the_red_flag_and_what_to_do_and_nothing_else(call: Callable[..., Any]) -> None:
    called = call(*arguments("d"))
    assert called.code == 0
    assert "urgent same-day assessment" in called.out
    for word in ("Stage", "Load", "Flags", "Advice", "F2", "index", "L4", "L5"):
        assert word not in called.out


def test_a_red_flag_on_the_command_line_refers(call: Callable[..., Any]) -> None:
    assert call(*arguments("a"), "--red-flag", "rf3").out.startswith("REFER")


def test_a_red_flag_is_told_even_when_a_file_cannot_be_read(call: Callable[..., Any], tmp_path: Path) -> None:
    given = arguments("a")
    given[given.index("--log") + 1] = tmp_path / "none.csv"
    called = call(*given, "--red-flag", "RF1")
    assert called.code == 2
    assert "REFER RF1: Possible rupture" in called.err
    assert called.err.count("Possible rupture") == 1
    assert "none.csv" in called.err


def test_an_unknown_red_flag_is_refused_with_the_known_ones(call: Callable[..., Any]) -> None:
    called = call(*arguments("a"), "--red-flag", "RF77")
    assert called.code == 2
    assert all(f"{flag} (" in called.err for flag in known_red_flags())
    assert "RF1 (Possible rupture)" in called.err


def test_several_baselines_after_one_flag_or_with_the_flag_again(call: Callable[..., Any]) -> None:
    folder = CASES / "case_a"
    shared = ["decide", "--plan", folder / "plan.toml", "--log", folder / "log.csv", "--date", "2026-03-31", "--json"]
    baseline, session = folder / "baseline.json", ["--session", folder / "session.json"]
    together = call(*shared, "--baseline", baseline, baseline, *session)
    apart = call(*shared, "--baseline", baseline, *session, "--baseline", baseline)
    assert together.code == apart.code == 0
    assert together.out == apart.out


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["--baseline", "a", "b", "--json"], ["--baseline", "a", "--baseline", "b", "--json"]),
        (["--baseline", "a", "--baseline", "b"], ["--baseline", "a", "--baseline", "b"]),
        (["--baseline=a", "b"], ["--baseline=a", "--baseline", "b"]),
        (["--plan", "p", "--baseline", "a", "--log", "l"], ["--plan", "p", "--baseline", "a", "--log", "l"]),
    ],
)
def test_values_after_one_flag_are_spread(given: list[str], found: list[str]) -> None:
    assert repeated(given) == found


def test_session_and_baseline_may_be_left_out_and_are_then_missing(call: Callable[..., Any]) -> None:
    folder = CASES / "case_a"
    called = call(
        "decide", "--plan", folder / "plan.toml", "--log", folder / "log.csv", "--date", "2026-03-31", "--json"
    )
    found = json.loads(called.out)
    assert (called.code, found["decision"], found["psi"]) == (0, "INSUFFICIENT", None)
    assert any("was not given" in text for text in found["missing"])


def test_a_log_of_the_future_is_refused(call: Callable[..., Any]) -> None:
    given = arguments("a")
    given[given.index("--date") + 1] = "2026-03-20"
    called = call(*given)
    assert called.code == 2
    assert "2026-03-" in called.err


@pytest.mark.parametrize("day", ["31.3.2026", "2026-02-30", "tomorrow", ""])
def test_a_day_that_is_none_is_refused(call: Callable[..., Any], day: str) -> None:
    given = arguments("a")
    given[given.index("--date") + 1] = day
    called = call(*given)
    assert called.code == 2
    assert "2026-03-31" in called.err


def test_a_summary_that_is_missing_or_no_summary_is_refused_by_name(call: Callable[..., Any], tmp_path: Path) -> None:
    given = arguments("a")
    given[given.index("--session") + 1] = tmp_path
    called = call(*given)
    assert called.code == 1
    assert "summary.json" in called.err
    assert "gaitpipe analyze" in called.err


def test_the_next_days_are_written_as_a_calendar(call: Callable[..., Any], tmp_path: Path) -> None:
    called = call(*arguments("a"), "--ics", tmp_path / "next.ics")
    assert called.code == 0
    assert (tmp_path / "next.ics").read_text("utf-8").startswith("BEGIN:VCALENDAR")


def test_without_a_day_an_old_log_is_looked_back_at(call: Callable[..., Any], tmp_path: Path) -> None:
    given = arguments("a")[:-2]
    called = call(*given)
    assert called.out.startswith("CAUTION: Looking back: decided for 2026-03-31, ")
    assert "Log a new session before you train." in called.out
    found = json.loads(call(*given, "--json").out)
    assert found["caution"].startswith("Looking back: decided for 2026-03-31")
    assert (found["decision"], found["decided_on"]) == ("PROGRESS", "2026-03-31")
    refused = call(*given, "--ics", tmp_path / "next.ics")
    assert refused.code == 2
    assert "Log a new session" in refused.err
    assert not (tmp_path / "next.ics").exists()
    assert json.loads(call(*arguments("a"), "--json").out)["caution"] == ""


def test_a_log_of_today_is_decided_for_today(call: Callable[..., Any], tmp_path: Path) -> None:
    from datetime import date

    (tmp_path / "log.csv").write_text(f"date,kind\n{date.today().isoformat()},rest\n", "utf-8")
    given = arguments("a")[:-2]
    given[given.index("--log") + 1] = tmp_path / "log.csv"
    found = json.loads(call(*given, "--json").out)
    assert (found["caution"], found["decided_on"]) == ("", date.today().isoformat())


def test_red_flags_that_are_due_are_on_the_page_and_in_the_data(call: Callable[..., Any], tmp_path: Path) -> None:
    log = (CASES / "case_a" / "log.csv").read_text("utf-8").replace(",none,", ",,")
    (tmp_path / "log.csv").write_text(log, "utf-8")
    given = arguments("a")
    given[given.index("--log") + 1] = tmp_path / "log.csv"
    assert "Red flags: never asked; ask them: RF1 possible rupture" in call(*given).out
    assert json.loads(call(*given, "--json").out)["red_flags_due"].startswith("Red flags: never asked")


def test_a_summary_of_a_newer_form_is_refused(call: Callable[..., Any], tmp_path: Path) -> None:
    summary = json.loads((CASES / "case_a" / "session.json").read_text("utf-8"))
    (tmp_path / "new.json").write_text(json.dumps(summary | {"schema_version": 2}), "utf-8")
    given = arguments("a")
    given[given.index("--session") + 1] = tmp_path / "new.json"
    called = call(*given)
    assert called.code == 1
    assert "schema_version: 2 is newer" in called.err
