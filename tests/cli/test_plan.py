"""`gaitpipe plan new | show | check | diff`."""

from __future__ import annotations

import json
import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest

NEW = ("plan", "new", "--athlete", "A01", "--path", "K", "--side", "left", "--location", "midportion", "--stage", "S4")


@pytest.fixture
def file(call, tmp_path) -> Path:
    """A new plan of a clinic."""
    path = tmp_path / "plan.toml"
    assert call(*NEW, "--level", "L4", "--clinician", "B. Sample", "--baseline", "base", "--out", path).code == 0
    return path


def test_new_plan_is_valid_and_says_where_the_runner_stands(call, file):
    checked = call("plan", "check", file)
    assert checked.code == 0
    assert f"{file}: ok (A01, left side, midportion: S4 L4" in checked.out


def test_new_plan_takes_all_its_options(call, tmp_path):
    path = tmp_path / "full.toml"
    made = call(
        *NEW, "--out", path, "--full", "--clinician", "B. Sample", "--since", "2026-01-02", "--started", "2025-12-01",
        "--age", 41,
        "--pain-am0", 1, "--stiffness0", 10, "--baseline", "a", "--baseline", "b", "--baseline-recorded", "2026-01-01",
        "--surface", "treadmill", "--shoe", "Runner", "--shoe-drop", 8, "--norm-raises", 22,
    )  # fmt: skip
    assert made.code == 0
    shown = json.loads(call("plan", "show", path, "--json").out)
    assert shown["baseline"]["sessions"] == ["a", "b"]
    assert shown["symptom_baseline"] == {"pain_am": 1.0, "stiff_am_min": 10.0}
    assert shown["stage"]["level"] == "L1"
    assert len(shown["ladder"]) == 8


def test_without_a_clinician_a_new_plan_is_of_self_mode(call, tmp_path):
    path = tmp_path / "self.toml"
    made = call(*NEW, "--out", path)
    assert "no stage decision" in made.err
    assert json.loads(call("plan", "show", path, "--json").out)["plan"]["mode"] == "self"


def test_clinic_mode_without_a_clinician_is_refused_and_nothing_written(call, tmp_path):
    made = call(*NEW, "--mode", "clinic", "--out", tmp_path / "x.toml")
    assert made.code == 2
    assert "a clinician stands for them" in made.err
    assert list(tmp_path.iterdir()) == []


def test_a_plan_without_a_baseline_says_what_is_taken_and_what_to_do_next(call, tmp_path, file):
    new = tmp_path / "my plans" / "p.toml"
    new.parent.mkdir()
    made = call(*NEW, "--clinician", "B. Sample", "--out", new)
    early = call(*NEW[:-1], "S1", "--clinician", "B. Sample", "--out", tmp_path / "early.toml")
    for said in (made.err, early.err, call("plan", "check", new).err):
        assert "whatever is given with --baseline is taken" in said
        assert "another person's file is refused" in said
        assert "no PROGRESS" not in said
    assert "[baseline]" in made.err
    hint = next(line for line in made.err.splitlines() if "plan check" in line)
    assert shlex.split(hint.split("`")[1])[-1] == str(new)
    assert "whatever is given" not in call("plan", "check", file).err


@pytest.mark.parametrize("option", ["--since", "--started"])
def test_a_stage_or_a_programme_that_begins_tomorrow_is_refused(call, tmp_path, option):
    tomorrow = date.today() + timedelta(days=1)
    made = call(*NEW, option, tomorrow, "--out", tmp_path / "x.toml")
    assert made.code == 2
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_file_is_named_with_the_option_it_belongs_to(call, recording):
    case = Path(__file__).parents[2] / "recordings" / "rehab_cases" / "case_a"
    swapped = call("plan", "check", case / "log.csv", case / "plan.toml")
    assert swapped.code == 2
    assert "is a training log, not a plan" in swapped.err
    assert "--log" in swapped.err
    assert "plan.toml: ok" in swapped.out, "the others are checked all the same"
    assert "is a recording" in call("plan", "show", recording).err


def test_a_folder_that_cannot_be_written_to_is_told(call):
    made = call(*NEW, "--out", "/proc/plan.toml")
    assert made.code == 2
    assert "cannot be written" in made.err
    assert "folder" in made.err


def test_an_existing_file_is_kept_unless_forced(call, file):
    before = file.read_text()
    refused = call(*NEW, "--out", file)
    assert refused.code == 2
    assert "exists already" in refused.err
    assert file.read_text() == before
    assert call(*NEW, "--out", file, "--force").code == 0
    assert file.read_text() != before


@pytest.mark.parametrize("athlete", ["jane@example.org", " j.d@clinic ", "../up", "a\nb"])
def test_an_address_is_no_pseudonym(call, tmp_path, athlete):
    made = call(*NEW, "--athlete", athlete, "--out", tmp_path / "x.toml")
    assert made.code == 2
    assert "pseudonym" in made.err
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_is_no_utf8_is_refused_and_nothing_written(call, tmp_path):
    made = call(*NEW, "--clinician", "B. Sample\udcff", "--out", tmp_path / "x.toml")
    assert made.code == 2
    assert "not UTF-8" in made.err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_told(call, tmp_path):
    made = call(*NEW, "--out", tmp_path / "no" / "x.toml")
    assert made.code == 2
    assert "cannot be written" in made.err


def test_show_marks_the_level_the_soleus_and_what_is_unverified(call, file):
    out = call("plan", "show", file).out
    assert "> L4: 4 x (5 min run, 1 min walk)" in out
    assert "[soleus]" in out
    assert "tier 2 (unverified)" in out
    assert "4 x 8RM (unverified)" in out
    assert out.rstrip().endswith("nothing")


def test_show_tells_thresholds_that_differ(call, file):
    file.write_text(file.read_text().replace("#recovery_high_days = 3", "recovery_high_days = 4"))
    assert "3 d -> 4 d (grade C, unverified)" in call("plan", "show", file).out


def test_check_tells_all_faults_of_all_files(call, file, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(
        file.read_text().replace("#pain_hold_maximum = 5", "pain_hold_maximum = 7").replace('"left"', '"lft"')
    )
    checked = call("plan", "check", file, bad, tmp_path / "none.toml")
    assert checked.code == 2
    assert f"{file}: ok" in checked.out
    assert "2 faults in this plan" in checked.err
    assert "7 is outside 3 to 5" in checked.err
    assert "did you mean 'left'?" in checked.err
    assert "there is no such file" in checked.err


def test_check_tells_findings_without_failing(call, file):
    file.write_text(file.read_text().replace('side = "left"', 'side = "both"'))
    checked = call("plan", "check", file)
    assert checked.code == 0
    assert "warning: both sides are injured" in checked.err


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a = ", b"x = 1\n" * 500_000], ids=["binary", "broken", "large"])
def test_a_file_that_is_no_plan_is_refused(call, tmp_path, content):
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    assert call("plan", "show", path).code == 2


def test_a_folder_is_no_plan(call, tmp_path):
    shown = call("plan", "show", tmp_path)
    assert shown.code == 2
    assert "cannot be read" in shown.err


def test_diff_against_defaults_and_between_two_plans(call, file, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(
        file.read_text().replace('level = "L4"', 'level = "L5"').replace("#index_red_pct = 10", "index_red_pct = 8")
    )
    assert call("plan", "diff", file).out == ""
    against = call("plan", "diff", other).out
    assert "10 % -> 8 % (grade D)" in against
    assert "L5" not in against
    both = json.loads(call("plan", "diff", file, other, "--json").out)
    assert [change["key"] for change in both] == ["stage.level", "thresholds.index_red_pct"]


@pytest.mark.parametrize(
    ("option", "value"),
    [("--stage", "S7"), ("--path", "X"), ("--pain-am0", "11"), ("--since", "yesterday"), ("--surface", "moon")],
)
def test_a_wrong_option_is_refused(call, tmp_path, option, value):
    assert call(*NEW, option, value, "--out", tmp_path / "x.toml").code == 2


def test_worked_cases_are_valid_plans(call):
    files = sorted((Path(__file__).parents[2] / "recordings" / "rehab_cases").glob("*/plan.toml"))
    assert files
    assert call("plan", "check", *files).code == 0
