"""The worked cases A to D, through the command line, against the oracles to four digits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gaitpipe import cli

CASES = Path(__file__).parents[3] / "recordings" / "rehab_cases"
DAY = "2026-03-31"
TIGHT = 1e-4
Decided = Callable[..., dict[str, Any]]


@pytest.fixture
def decided(capsys) -> Decided:
    """`gaitpipe decide --json` on the files of a case."""

    def run(case: str, *more: str, log: str = "log.csv", session: bool = True) -> dict[str, Any]:
        folder = CASES / case
        arguments = ["--plan", folder / "plan.toml", "--log", folder / log, "--baseline", folder / "baseline.json"]
        arguments += ["--session", folder / "session.json"] if session else []
        code = cli.run(["decide", *map(str, arguments), "--date", DAY, "--json", *more])
        captured = capsys.readouterr()
        assert code == 0, captured.err
        return json.loads(captured.out)

    return run


def flags(found: dict[str, Any], *levels: str) -> dict[str, str]:
    return {flag["id"]: flag["level"] for flag in found["flags"] if flag["level"] in levels}


def test_case_a_two_good_sessions_with_a_quicker_cadence_progress(decided):
    found = decided("case_a")
    assert (found["decision"], found["stage_in"], found["level_in"]) == ("PROGRESS", "S4", "L4")
    assert (found["stage_out"], found["level_out"]) == ("S4", "L5")
    assert found["rules"] == ["P1"]
    assert found["psi"] == pytest.approx(98.328, rel=TIGHT)
    assert found["mdc_psi"] == pytest.approx(4.47, abs=0.005)
    assert found["psi_direction"] == "within error"
    assert found["load_steps"] == pytest.approx(1559.1, rel=TIGHT)
    assert found["load_reference_steps"] == pytest.approx(1230.0)
    assert found["slr"] == pytest.approx(1.2676, rel=TIGHT)
    assert found["slr_range"] == pytest.approx([1.1849, 1.3110], rel=TIGHT)
    assert found["cadence_change_pct"] == pytest.approx(4.878, rel=TIGHT)
    assert flags(found, "amber", "red") == {}
    assert flags(found, "info") == {"F7": "info"}
    assert "A8" in {one["id"] for one in found["advice"]}


def test_case_b_forefoot_in_zero_drop_shoes_steps_back(decided):
    found = decided("case_b")
    assert (found["decision"], found["stage_in"], found["stage_out"]) == ("REGRESS", "S5", "S4")
    assert found["rules"] == ["R1"]
    assert found["psi"] == pytest.approx(113.49, rel=TIGHT)
    assert found["mdc_psi"] == pytest.approx(7.34, abs=0.005)
    assert found["load_steps"] == pytest.approx(5467.4, rel=TIGHT)
    assert found["slr"] == pytest.approx(1.6081, rel=TIGHT)
    assert found["slr_range"] == pytest.approx([1.1375, 5.3517], rel=TIGHT)
    assert found["slr_direction"] == "up"
    assert flags(found, "red") == {"F2": "red", "F3": "red", "F7": "red", "F9": "red"}
    assert [one["id"] for one in found["advice"]] == ["A2", "A3", "A6"]
    assert any("overstride" in text and "Achilles load" in text for text in found["conflicts"])
    assert not found["review"]


def test_case_b_repeated_within_two_weeks_asks_for_a_review(decided, tmp_path):
    folder = CASES / "case_b"
    lines = (folder / "log.csv").read_text().splitlines()
    again = next(line for line in lines if line.startswith("2026-03-30"))
    earlier = again.replace("2026-03-30", "2026-03-25").replace("case_b_today", "case_b_before")
    text = "\n".join([line for line in lines if not line.startswith("2026-03-25")] + [earlier]) + "\n"
    path = tmp_path / "log.csv"
    path.write_text(text)
    assert decided("case_b", log=str(path))["review"]


def test_case_c_quiet_index_but_asymmetric_holds(decided):
    found = decided("case_c")
    assert (found["decision"], found["stage_in"], found["stage_out"]) == ("HOLD", "S3", "S3")
    assert found["rules"] == ["H3", "H4"]
    assert found["psi"] == pytest.approx(100.37, rel=TIGHT)
    assert found["psi_direction"] == "within error"
    assert found["load_steps"] == pytest.approx(647.1, rel=TIGHT)
    assert found["asi"] == pytest.approx(-5.926, rel=TIGHT)
    assert found["asi_baseline"] == pytest.approx(-0.738, rel=1e-3)
    assert found["asi_change"] == pytest.approx(-5.188, rel=TIGHT)
    assert flags(found, "amber", "red") == {"F5": "amber"}
    assert [one["id"] for one in found["advice"]] == ["A7", "A9"]
    lsi = next(one for one in found["criteria"] if one["id"] == "heel_raise_lsi")
    assert lsi["met"] is False
    assert "75.0 %" in lsi["seen"]


def test_case_c_never_shows_a_peak_force_of_one_leg(decided):
    text = json.dumps(decided("case_c"))
    assert "2.24" not in text
    assert "2.11" not in text


def test_case_d_a_ticked_pop_refers_and_says_nothing_else(decided):
    found = decided("case_d")
    assert found["decision"] == "REFER"
    assert found["rules"] == ["RF1"]
    assert found["advice"] == []
    assert found["conflicts"] == []


def test_case_d_a_red_flag_told_at_the_command_refers_too(decided):
    assert decided("case_d", "--red-flag", "RF1", log="log_missing_morning.csv")["rules"] == ["RF1"]
    assert decided("case_a", "--red-flag", "RF1")["decision"] == "REFER"


def test_case_d_a_missing_morning_holds(decided):
    found = decided("case_d", log="log_missing_morning.csv")
    assert found["decision"] == "HOLD"
    assert found["rules"] == ["H6"]
    assert found["level_out"] == "L4"


@pytest.mark.parametrize("case", ["case_a", "case_b", "case_c", "case_d"])
def test_the_log_around_a_case_is_quiet(decided, case):
    """No rule of the weeks, of recovery days or of painkillers fires by itself."""
    found = decided(case)
    assert not {"R2", "R3", "H5", "H7"} & {*found["rules"], *found["other_rules"]}


@pytest.mark.parametrize("case", ["case_a", "case_b", "case_c", "case_d"])
def test_case_without_its_sensors_never_progresses(decided, case):
    assert decided(case, session=False)["decision"] != "PROGRESS"


def test_made_files_are_what_the_script_makes(monkeypatch):
    monkeypatch.syspath_prepend(str(CASES))
    import make

    for name, text in make.files().items():
        assert (CASES / name).read_text() == text, f"run python recordings/rehab_cases/make.py ({name})"


@pytest.mark.parametrize("case", ["case_a", "case_b", "case_c", "case_d"])
def test_every_file_says_that_it_is_synthetic(case):
    for name in ("baseline.json", "session.json"):
        content = json.loads((CASES / case / name).read_text())
        assert content["recording"]["synthetic"] is True
        assert "synthetic" in content["note"]
    assert "Synthetic" in (CASES / case / "plan.toml").read_text().splitlines()[0]
