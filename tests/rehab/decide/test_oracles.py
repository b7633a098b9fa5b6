"""The worked cases A to D, through the files and the command's own reader, digit by digit."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gaitpipe.app.decide import decision_content, read_inputs

CASES = Path(__file__).parents[3] / "recordings" / "rehab_cases"
ON = date(2026, 3, 31)


def content_of(case: str, log: str = "log.csv", *red_flags: str) -> dict[str, Any]:
    folder = CASES / f"case_{case}"
    given = read_inputs(
        folder / "plan.toml", folder / log, folder / "session.json", [folder / "baseline.json"], ON, red_flags
    )
    return decision_content(given.decide())


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-4)


def levels(content: dict[str, Any]) -> dict[str, str]:
    return {flag["id"]: flag["level"] for flag in content["flags"]}


@pytest.mark.rule("P1", "F7", "S4")
def test_case_a_second_good_session_goes_on_to_l5() -> None:
    found = content_of("a")
    assert (found["decision"], found["rules"]) == ("PROGRESS", ["P1"])
    assert (found["stage_out"], found["level_out"]) == ("S4", "L5")
    assert found["psi"] == close(98.328)
    assert found["mdc_psi"] == pytest.approx(4.5, abs=0.05)
    assert found["psi_direction"] == "within error"
    assert found["load_details"]["step_weight"] == close(0.90647)
    assert found["load_steps"] == close(1559.1)
    assert found["load_reference_steps"] == close(1230.0)
    assert found["slr"] == close(1.2676)
    assert found["slr_range"] == [close(1.1849), close(1.3110)]
    assert found["load_details"]["peak_force_bw"] == close(2.14044)
    assert found["load_details"]["peak_force_baseline_bw"] == close(2.17682)
    assert found["cadence_change_pct"] == close(4.878)
    assert levels(found)["F7"] == "info"
    assert found["advice"] == [{"id": "A8", "text": "The change in the index is within measurement error."}]


@pytest.mark.rule("R1", "F2", "F3", "F7", "F9")
def test_case_b_zero_drop_and_forefoot_steps_back() -> None:
    found = content_of("b")
    assert found["decision"] == "REGRESS"
    assert "R1" in found["rules"]
    assert found["psi"] == close(113.493)
    assert found["mdc_psi"] == pytest.approx(7.3, abs=0.05)
    assert found["load_details"]["step_weight"] == close(1.57110)
    assert found["load_steps"] == close(5467.4)
    assert found["load_reference_steps"] == close(3400.0)
    assert found["slr"] == close(1.6081)
    assert found["slr_range"] == [close(1.1375), close(5.3517)]
    assert found["slr_direction"] == "up"
    assert {levels(found)[flag] for flag in ("F2", "F3", "F7", "F9")} == {"red"}
    assert "(1.00)" in next(flag["text"] for flag in found["flags"] if flag["id"] == "F7")
    assert [one["id"] for one in found["advice"]] == ["A2", "A3", "A6"]
    assert any("less overstride" in text and "more Achilles load" in text for text in found["conflicts"])
    assert not any("less force per step" in text for text in found["conflicts"])  # the index is up
    assert found["review"] == ""


@pytest.mark.rule("H3", "H4", "F5")
def test_case_c_a_quiet_index_with_a_spared_leg_holds() -> None:
    found = content_of("c")
    assert (found["decision"], found["rules"]) == ("HOLD", ["H3", "H4"])
    assert (found["stage_in"], found["stage_out"]) == ("S3", "S3")
    assert found["psi"] == close(100.370)
    assert found["psi_direction"] == "within error"
    assert found["load_details"]["step_weight"] == close(1.01115)
    assert found["load_steps"] == close(647.14)
    assert found["asi"] == pytest.approx(-5.926, abs=5e-4)
    assert found["asi_baseline"] == pytest.approx(-0.738, abs=5e-4)
    assert found["asi_change"] == pytest.approx(-5.19, abs=5e-3)
    assert levels(found)["F5"] == "amber"
    assert [one["id"] for one in found["advice"]] == ["A7", "A9"]


@pytest.mark.rule("RF1", "H6")
def test_case_d_a_pop_refers_and_a_missing_morning_holds() -> None:
    found = content_of("d")
    assert (found["decision"], found["rules"]) == ("REFER", ["RF1"])
    assert (found["advice"], found["conflicts"]) == ([], [])
    assert content_of("a", "log.csv", "RF1")["decision"] == "REFER"
    held = content_of("d", "log_missing_morning.csv")
    assert (held["decision"], held["rules"]) == ("HOLD", ["H6"])
