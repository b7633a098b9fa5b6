"""Hazards H1 to H12 (the list of what could hurt somebody): each with what stops it, end to end where it can be."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gaitpipe.app.decide import read_inputs, read_summary
from gaitpipe.errors import LogError, RecordingError
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.log_text import log_csv

CASE = Path(__file__).parents[3] / "recordings" / "rehab_cases" / "case_a"
ON = date(2026, 3, 31)


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., dict[str, Path]]:
    """Files of case A in a folder of their own, changed by name."""

    def write(**changes: Callable[[str], str]) -> dict[str, Path]:
        named = {"plan": "plan.toml", "log": "log.csv", "session": "session.json", "baseline": "baseline.json"}
        for key, name in named.items():
            text = (CASE / name).read_text("utf-8")
            (tmp_path / name).write_text(changes.get(key, str)(text), "utf-8")
        return {key: tmp_path / name for key, name in named.items()}

    return write


def decided(files: dict[str, Path], on: date = ON) -> Any:
    return read_inputs(files["plan"], files["log"], files["session"], [files["baseline"]], on).decide()


def edited(change: Callable[[dict[str, Any]], None]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        content = json.loads(text)
        change(content)
        return json.dumps(content)

    return edit


def with_cell(text: str, line: int, column: str, value: str) -> str:
    """The log with another value in one cell."""
    rows = list(csv.reader(io.StringIO(text)))
    rows[line][rows[0].index(column)] = value
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def test_the_case_that_the_hazards_change_is_a_step_up(files: Callable[..., dict[str, Path]]) -> None:
    assert decided(files()).decision == "PROGRESS"


@pytest.mark.rule("hazard-H1", "F5")
def test_h1_sensors_on_the_wrong_legs_still_raise_the_asymmetry(make: Any) -> None:
    right, wrong = (0.256, 0.268), (0.268, 0.256)
    for pair in (right, wrong):
        found = make.fine("S4").measured(ground_contact_time_s=pair).decide()
        assert found.decision == "HOLD"
    assert "A7" not in [one for one, _ in make.fine("S4").measured(ground_contact_time_s=wrong).decide().advice]


@pytest.mark.rule("hazard-H1", "F11")
def test_h1_a_session_that_may_have_swapped_sides_is_not_used(files: Callable[..., dict[str, Path]]) -> None:
    def swap(content: dict[str, Any]) -> None:
        content["findings"] = [{"code": "maybe_swapped", "severity": "warning", "side": None, "message": "m"}]

    found = decided(files(session=edited(swap)))
    assert found.decision == "INSUFFICIENT"
    assert "maybe swapped" in found.missing[0]


@pytest.mark.rule("hazard-H2", "F11")
@pytest.mark.parametrize("factor", [0.5, 1.6])
def test_h2_a_wrong_time_base_leaves_the_range_of_running(make: Any, factor: float) -> None:
    found = make.fine("S4").measured(ground_contact_time_s=0.262 * factor).decide()
    assert found.decision == "INSUFFICIENT"
    assert found.load.psi is None


@pytest.mark.rule("hazard-H2", "hazard-H8")
def test_h2_h8_milliseconds_for_seconds_are_refused(files: Callable[..., dict[str, Path]]) -> None:
    def scale(content: dict[str, Any]) -> None:
        for side in ("left", "right"):
            content["metrics"]["ground_contact_time_s"][side]["mean"] = 256.0

    with pytest.raises(RecordingError, match="ground_contact_time_s"):
        decided(files(session=edited(scale)))


@pytest.mark.rule("hazard-H3", "H6")
def test_h3_a_missing_morning_is_not_a_morning_without_pain(make: Any) -> None:
    missing = make.fine("S4").row(pain_am=None).decide()
    none = make.fine("S4").row(pain_am=0.0).decide()
    assert (missing.decision, none.decision) == ("HOLD", "PROGRESS")
    assert missing.inputs["entry"]["pain_am"] is None


@pytest.mark.rule("hazard-H3")
def test_h3_a_missing_morning_stays_missing_through_the_file(tmp_path: Path) -> None:
    entry = LogEntry(date=ON, kind="run", pain_during=0.0)
    file = tmp_path / "log.csv"
    file.write_text(log_csv([entry]), "utf-8")
    from gaitpipe.app.log import read_log

    assert read_log(file, ON) == (entry,)
    assert read_log(file, ON)[0].pain_am is None


@pytest.mark.rule("hazard-H4", "F11", "F9")
def test_h4_a_stale_baseline_and_another_shoe_stand_in_the_way(make: Any) -> None:
    old = make.ON - timedelta(days=400)
    stale = replace(make.fine("S4"), baselines=(make.summary("base", old, speed=2.8),))
    assert stale.planned(baseline={"recorded": old}).decide().decision == "INSUFFICIENT"
    other = make.fine("S4").row(shoe="Other", shoe_drop_mm=None, shoe_minimal=None).decide()
    assert other.decision == "INSUFFICIENT"
    assert other.missing[0].startswith("F9")


@pytest.mark.rule("hazard-H5", "F11")
def test_h5_a_mistyped_belt_speed_is_seen_against_the_baseline_and_the_log(make: Any) -> None:
    against_baseline = replace(make.fine("S4"), session=make.summary("today", make.TODAY, speed=10.0))
    found = against_baseline.row(belt_speed_m_s=None).decide()
    assert found.decision == "INSUFFICIENT"
    assert "same speed" in found.missing[0]
    against_log = make.fine("S4").row(belt_speed_m_s=2.4).decide()
    assert against_log.decision == "INSUFFICIENT"
    assert found.load.psi_technique is None


@pytest.mark.rule("hazard-H6", "F11")
def test_h6_walking_is_not_taken_for_running(make: Any) -> None:
    walk = {"cadence_spm": 112.0, "ground_contact_time_s": 0.66}
    found = make.fine("S4").measured(**walk).decide()
    assert found.decision == "INSUFFICIENT"
    assert found.load.load_steps is None
    told = make.fine("S4").row("before", kind="walk", run_min=None)
    assert told.decide().inputs["longest_run_before_min"] is None


@pytest.mark.rule("hazard-H7", "RF1")
def test_h7_a_ticked_red_flag_outlives_later_entries_and_bad_files(files: Callable[..., dict[str, Path]]) -> None:
    def tick(text: str) -> str:
        return with_cell(text, 3, "red_flags", "RF1")

    found = decided(files(log=tick))
    assert (found.decision, [rule.id for rule in found.rules]) == ("REFER", ["RF1"])


@pytest.mark.rule("hazard-H8")
@pytest.mark.parametrize(("column", "value"), [("run_min", "1500"), ("pain_am", "11"), ("belt_speed_m_s", "10.0")])
def test_h8_a_number_in_another_unit_is_refused_with_its_place(
    files: Callable[..., dict[str, Path]], column: str, value: str
) -> None:
    def spoil(text: str) -> str:
        return with_cell(text, -1, column, value)

    with pytest.raises(LogError, match=column):
        decided(files(log=spoil))


@pytest.mark.rule("hazard-H9", "H6")
def test_h9_a_recording_that_the_log_does_not_know_is_not_judged(files: Callable[..., dict[str, Path]]) -> None:
    def rename(content: dict[str, Any]) -> None:
        content["recording"]["name"] = "somebody_else"

    found = decided(files(session=edited(rename)))
    assert [rule.id for rule in found.rules] == ["H6"]


@pytest.mark.rule("hazard-H9", "F11")
def test_h9_a_baseline_that_the_plan_does_not_name_is_not_used(files: Callable[..., dict[str, Path]]) -> None:
    def rename(content: dict[str, Any]) -> None:
        content["recording"]["name"] = "case_b_baseline"

    found = decided(files(baseline=edited(rename)))
    assert found.decision == "INSUFFICIENT"
    assert "this person's" in found.missing[0]


@pytest.mark.rule("hazard-H9", "F11")
def test_h9_a_recording_of_another_day_than_its_entry_is_not_used(files: Callable[..., dict[str, Path]]) -> None:
    def other_day(content: dict[str, Any]) -> None:
        content["recording"]["recorded_utc"] = "2026-03-20T17:00:00Z"

    found = decided(files(session=edited(other_day)))
    assert found.decision == "INSUFFICIENT"
    assert "right file" in found.missing[0]


@pytest.mark.rule("hazard-H9", "F11")
def test_h9_a_session_is_not_its_own_baseline(make: Any) -> None:
    situation = make.fine("S4").planned(baseline={"sessions": []})
    found = replace(situation, baselines=(make.summary("today", make.TODAY, speed=2.8),)).decide()
    assert found.decision == "INSUFFICIENT"
    assert any("its own baseline" in text for text in found.missing)


@pytest.mark.rule("hazard-H10", "H7")
@pytest.mark.parametrize(("taken", "decision"), [(True, "HOLD"), (None, "INSUFFICIENT"), (False, "PROGRESS")])
def test_h10_there_is_no_progress_on_painkillers_nor_when_it_is_not_said(
    make: Any, taken: bool | None, decision: str
) -> None:
    assert make.fine("S4").row(analgesic=taken).decide().decision == decision
    if taken is not False:
        assert make.fine("S4").row("before", analgesic=taken).decide().decision == decision


@pytest.mark.rule("hazard-H11", "S3")
def test_h11_with_both_sides_injured_no_symmetry_index_opens_a_gate(make: Any) -> None:
    found = make.fine("S3", side="both").decide()
    criterion = next(one for one in found.criteria if one.id == "heel_raise_norm")
    assert (found.decision, criterion.met) == ("INSUFFICIENT", None)
    assert "comparing them says nothing" in criterion.seen
    assert not any(one.id == "heel_raise_lsi" for one in found.criteria)


@pytest.mark.rule("hazard-H12", "F11")
@pytest.mark.parametrize("name", ["ground_contact_time_s", "cadence_spm"])
def test_h12_a_figure_that_is_not_a_number_is_refused_not_taken_for_fine(
    files: Callable[..., dict[str, Path]], name: str
) -> None:
    broken = files()
    text = broken["session"].read_text("utf-8")
    content = json.loads(text)
    content["metrics"][name]["left"]["mean"] = float("nan")
    broken["session"].write_text(json.dumps(content), "utf-8")
    with pytest.raises(RecordingError, match=name):
        decided(broken)


@pytest.mark.rule("hazard-H12", "F1", "F2", "F3", "F5")
def test_h12_a_missing_figure_is_not_assessed_and_never_none(make: Any) -> None:
    found = make.fine("S4").measured(ground_contact_time_s=(None, None), foot_strike_angle_deg=(None, None))
    found = replace(found, session=found.session | {"metrics": {**found.session["metrics"], **_one_leg()}})
    levels = {flag.id: flag.level for flag in found.decide().flags}
    assert {levels[flag] for flag in ("F1", "F2", "F3", "F4", "F5", "F6")} == {"not assessed"}
    assert found.decide().decision == "INSUFFICIENT"


def _one_leg() -> dict[str, Any]:
    return {"ground_contact_time_s": {"left": {"n": 600, "mean": 0.262}}}


def test_a_summary_that_is_none_is_refused_with_its_name(tmp_path: Path) -> None:
    for text in ("", "[]", "nonsense", '{"metrics": 3}'):
        file = tmp_path / "summary.json"
        file.write_text(text, "utf-8")
        with pytest.raises(RecordingError, match=r"summary\.json"):
            read_summary(tmp_path)
