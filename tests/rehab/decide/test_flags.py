"""Each flag at its limits, and in which stages it stands in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.words import Flag

STAGES = ("S1", "S2", "S3", "S4", "S5")
ALL = frozenset(STAGES)


def flag_of(situation: Any, flag_id: str) -> Flag:
    return next(flag for flag in situation.decide().flags if flag.id == flag_id)


def low_shoe(fine: Any) -> Any:
    return fine.row(shoe="Racer", shoe_drop_mm=0.0, shoe_minimal=False)


MEASURED: list[tuple[str, str, dict[str, Any], frozenset[str]]] = [
    ("F1", "amber", {"cadence_spm": 165.0 * 0.95, "ground_contact_time_s": 0.28}, frozenset()),
    ("F1", "none", {"cadence_spm": 165.0 * 0.951, "ground_contact_time_s": 0.28}, frozenset()),
    ("F1", "red", {"cadence_spm": 165.0 * 0.90, "ground_contact_time_s": 0.30}, ALL),
    ("F2", "none", {"ground_contact_time_s": 0.262 / 1.044}, frozenset()),
    ("F2", "amber", {"ground_contact_time_s": 0.262 / 1.06}, {"S3", "S4"}),
    ("F2", "amber", {"ground_contact_time_s": 0.262 / 1.099}, {"S3", "S4"}),
    ("F2", "red", {"ground_contact_time_s": 0.262 / 1.101}, ALL),
    ("F3", "none", {"foot_strike_angle_deg": 8.5}, frozenset()),
    ("F3", "red", {"foot_strike_angle_deg": 7.0}, ALL - {"S5"}),
    ("F3", "red", {"foot_strike_angle_deg": -3.0}, ALL - {"S5"}),
    ("F5", "none", {"ground_contact_time_s": (0.257, 0.267)}, frozenset()),
    ("F5", "amber", {"ground_contact_time_s": (0.256, 0.268)}, frozenset({"S3", "S4"})),
    ("F5", "amber", {"ground_contact_time_s": (0.268, 0.256)}, frozenset({"S3", "S4"})),
    ("F5", "red", {"ground_contact_time_s": (0.251, 0.273)}, ALL),
]


@pytest.mark.rule("F1", "F2", "F3", "F5", "H3")
@pytest.mark.parametrize(("flag_id", "level", "values", "blocking"), MEASURED)
@pytest.mark.parametrize("stage", STAGES)
def test_a_flag_of_the_sensors_has_its_level_and_blocks_in_its_stages(
    make: Any, stage: str, flag_id: str, level: str, values: dict[str, Any], blocking: frozenset[str]
) -> None:
    situation = make.fine(stage).measured(**values)
    flag = flag_of(situation, flag_id)
    assert flag.level == level
    assert flag.blocks == (stage in blocking)
    if flag.blocks:
        assert "H3" in [rule.id for rule in situation.decide().rules]


@pytest.mark.rule("F3")
def test_a_fall_of_the_angle_within_its_class_is_amber(make: Any) -> None:
    situation = make.fine("S4").compared_with(foot_strike_angle_deg=20.0).measured(foot_strike_angle_deg=15.0)
    assert flag_of(situation, "F3").level == "amber"
    assert situation.decide().decision == "PROGRESS"


@pytest.mark.rule("F3")
def test_a_step_over_the_class_limit_within_error_is_only_told(make: Any) -> None:
    situation = make.fine("S4").compared_with(foot_strike_angle_deg=8.5).measured(foot_strike_angle_deg=7.5)
    assert flag_of(situation, "F3").level == "info"


@pytest.mark.rule("F3")
def test_moving_towards_the_heel_raises_nothing(make: Any) -> None:
    situation = make.fine("S4").compared_with(foot_strike_angle_deg=0.0).measured(foot_strike_angle_deg=12.0)
    assert flag_of(situation, "F3").level == "none"


@pytest.mark.rule("F3")
def test_an_unknown_angle_blocks_only_when_the_baseline_knows_it(make: Any) -> None:
    today = make.fine("S4").measured(foot_strike_angle_deg=(None, None))
    assert flag_of(today, "F3").level == "not assessed"
    assert today.decide().decision == "INSUFFICIENT"
    neither = today.compared_with(foot_strike_angle_deg=(None, None))
    assert flag_of(neither, "F3").level == "not assessed"
    assert neither.decide().decision == "PROGRESS"


@pytest.mark.rule("F4")
@pytest.mark.parametrize(
    ("today", "usual", "level"), [(8.0, 5.0, "none"), (9.0, 5.0, "amber"), (9.0, 8.0, "none"), (12.5, 12.4, "red")]
)
@pytest.mark.parametrize("stage", ["S3", "S4", "S5"])
def test_overstride_never_blocks(make: Any, stage: str, today: float, usual: float, level: str) -> None:
    situation = make.fine(stage).compared_with(shank_angle_ic_deg=usual).measured(shank_angle_ic_deg=today)
    flag = flag_of(situation, "F4")
    assert (flag.level, flag.blocks) == (level, False)
    assert situation.decide().decision == "PROGRESS"


@pytest.mark.rule("F5")
def test_an_asymmetry_that_was_there_before_is_not_new(make: Any) -> None:
    pair = (0.256, 0.268)
    situation = make.fine("S4").compared_with(ground_contact_time_s=pair).measured(ground_contact_time_s=pair)
    assert flag_of(situation, "F5").level == "none"


def drift(key: str, change: float, side: str = "left", exceeds: bool = True) -> dict[str, Any]:
    return {"key": key, "side": side, "change": change, "change_pct": change, "exceeds": exceeds, "note": ""}


@pytest.mark.rule("F6")
@pytest.mark.parametrize(
    ("figure", "level"),
    [
        (drift("ground_contact_time_s", 3.9), "none"),
        (drift("ground_contact_time_s", 4.0), "amber"),
        (drift("ground_contact_time_s", 8.0, "right"), "red"),
        (drift("ground_contact_time_s", -9.0), "none"),
        (drift("cadence_spm", -3.0), "amber"),
        (drift("cadence_spm", -6.0), "red"),
        (drift("foot_strike_angle_deg", -4.0), "amber"),
        (drift("foot_strike_angle_deg", -8.0), "red"),
        (drift("foot_strike_angle_deg", -8.0, exceeds=False), "none"),
    ],
)
def test_drift_within_the_run_is_told_and_never_blocks(make: Any, figure: dict[str, Any], level: str) -> None:
    situation = make.fine("S4").measured(drift=[figure])
    flag = flag_of(situation, "F6")
    assert (flag.level, flag.blocks) == (level, False)


@pytest.mark.rule("F7")
@pytest.mark.parametrize(("minutes", "level"), [(44.0, "none"), (45.0, "amber"), (52.0, "amber"), (53.0, "red")])
def test_in_s5_a_longer_session_than_the_longest_blocks(make: Any, minutes: float, level: str) -> None:
    situation = make.fine("S5").row(run_min=minutes)
    flag = flag_of(situation, "F7")
    assert (flag.level, flag.blocks) == (level, level != "none")
    assert situation.decide().decision == ("PROGRESS" if level == "none" else "HOLD")


@pytest.mark.rule("F7")
def test_in_s5_a_heavier_session_of_the_same_minutes_is_a_spike_by_load(make: Any) -> None:
    situation = make.fine("S5").measured(ground_contact_time_s=0.262 / 1.09)
    flag = flag_of(situation, "F7")
    assert flag.level == "amber"
    assert "(1.00)" in flag.text


@pytest.mark.rule("F7")
@pytest.mark.parametrize("stage", ["S4", "S5"])
def test_in_s4_and_s5_minutes_that_are_not_logged_block(make: Any, stage: str) -> None:
    situation = make.fine(stage).row(run_min=None)
    assert flag_of(situation, "F7").blocks
    assert situation.decide().decision == "INSUFFICIENT"


@pytest.mark.rule("F7", "S4")
@pytest.mark.parametrize(
    ("before", "today", "fits"),
    [(15.0, 20.0, True), (15.0, 21.0, False), (20.0, 24.0, True), (20.0, 25.0, False), (24.0, 28.8, True),
     (24.0, 29.0, False), (6.0, 11.0, True), (6.0, 12.0, False)],
)  # fmt: skip
def test_in_s4_the_growth_rule_stands_in_place_of_the_spike_rule(
    make: Any, before: float, today: float, fits: bool
) -> None:
    situation = make.fine("S4").row("before", run_min=before).row(run_min=today)
    flag = flag_of(situation, "F7")
    assert (flag.level, flag.blocks) == (("info", False) if fits else ("amber", True))
    assert ("H3" in [rule.id for rule in situation.decide().rules]) is not fits


@pytest.mark.rule("F7")
@pytest.mark.parametrize("stage", ["S1", "S2", "S3"])
def test_before_s4_a_spike_is_shown_and_blocks_nothing(make: Any, stage: str) -> None:
    flag = flag_of(make.fine(stage).row(run_min=20.0), "F7")
    assert (flag.level, flag.blocks) == ("red", False)


@pytest.mark.rule("F7")
def test_the_first_run_of_a_month_is_held_against_the_level_of_the_ladder(make: Any) -> None:
    situation = make.fine("S4", "L1").without_row("before")
    assert flag_of(situation.row(run_min=6.0), "F7").level == "info"
    assert flag_of(situation.row(run_min=7.0), "F7").blocks
    planned = situation.planned(baseline={"longest_run_min": 20.0})
    assert flag_of(planned.row(run_min=24.0), "F7").level == "info"


@pytest.mark.rule("F7")
def test_a_run_of_more_than_thirty_days_ago_is_no_reference(make: Any) -> None:
    situation = make.fine("S5").without_row("before")
    old = LogEntry(date=make.TODAY - timedelta(days=31), kind="run", run_min=80.0)
    assert flag_of(situation.with_row(old), "F7").level == "not assessed"
    recent = replace(old, date=make.TODAY - timedelta(days=30))
    assert flag_of(situation.with_row(recent).row(run_min=80.0), "F7").level != "not assessed"


@pytest.mark.rule("F8")
@pytest.mark.parametrize(
    ("stage", "location", "incline", "level"),
    [
        ("S4", "midportion", 5.0, "none"),
        ("S4", "midportion", 6.0, "amber"),
        ("S4", "midportion", 10.0, "red"),
        ("S5", "midportion", 9.0, "none"),
        ("S5", "midportion", 10.0, "red"),
        ("S4", "insertional", 2.0, "none"),
        ("S4", "insertional", 3.0, "amber"),
        ("S4", "insertional", 6.0, "red"),
        ("S5", "insertional", 3.0, "amber"),
        ("S3", "insertional", 10.0, "red"),
    ],
)
def test_incline_is_more_severe_at_the_insertion(
    make: Any, stage: str, location: str, incline: float, level: str
) -> None:
    flag = flag_of(make.fine(stage, location=location).row(incline_pct=incline), "F8")
    assert (flag.level, flag.blocks) == (level, level == "red" and stage == "S4")


@pytest.mark.rule("F8", "H3")
def test_steep_hills_hold_in_s4_even_without_a_recording(make: Any) -> None:
    found = make.fine("S4").unmeasured().row(incline_pct=12.0).decide()
    assert [rule.id for rule in found.rules] == ["H3"]


SHOES = [
    ({"shoe_drop_mm": 10.0}, "none", "none"),
    ({"shoe": "Other", "shoe_drop_mm": 7.0}, "none", "none"),
    ({"shoe": "Other", "shoe_drop_mm": 6.0}, "amber", "red"),
    ({"shoe": "Other", "shoe_drop_mm": 0.0}, "red", "red"),
    ({"shoe": "Other", "shoe_drop_mm": 6.0, "shoe_minimal": True}, "red", "red"),
    ({"shoe": "Other", "shoe_drop_mm": None, "shoe_minimal": None}, "not assessed", "not assessed"),
    ({"shoe": "Other", "shoe_drop_mm": 10.0, "shoe_minimal": None}, "not assessed", "not assessed"),
]


@pytest.mark.rule("F9")
@pytest.mark.parametrize(("changes", "midportion", "insertional"), SHOES)
@pytest.mark.parametrize("stage", STAGES)
def test_a_lower_shoe_is_flagged_and_red_blocks_up_to_s4(
    make: Any, stage: str, changes: dict[str, Any], midportion: str, insertional: str
) -> None:
    for location, level in (("midportion", midportion), ("insertional", insertional)):
        flag = flag_of(make.fine(stage, location=location).row(**changes), "F9")
        assert flag.level == level
        assert flag.blocks == (level == "not assessed" or (level == "red" and stage != "S5"))


@pytest.mark.rule("F9")
def test_the_same_minimal_shoe_as_always_is_none_and_another_one_amber(make: Any) -> None:
    usual = make.fine("S4").planned(baseline={"shoe": "Bare", "shoe_drop_mm": 0.0})
    same = {"shoe": "Bare", "shoe_drop_mm": 0.0, "shoe_minimal": True}
    assert flag_of(usual.row(**same), "F9").level == "none"
    assert flag_of(usual.row(**(same | {"shoe": "Bare 2"})), "F9").level == "amber"


@pytest.mark.rule("F9")
def test_a_shoe_that_nobody_ever_named_is_not_assessed_and_blocks_nothing(make: Any) -> None:
    nothing = {"shoe": None, "shoe_drop_mm": None}
    situation = make.fine("S4").planned(baseline=nothing).every_row(shoe_minimal=None, **nothing)
    flag = flag_of(situation, "F9")
    assert (flag.level, flag.blocks) == ("not assessed", False)
    assert situation.decide().decision == "PROGRESS"


@pytest.mark.rule("F10")
@pytest.mark.parametrize(
    ("stage", "surface", "usual", "level"),
    [
        ("S4", "road", "road", "none"),
        ("S4", "sand", "road", "red"),
        ("S5", "sand", "road", "amber"),
        ("S4", "trail", "road", "amber"),
        ("S4", "treadmill", "road", "amber"),
        ("S4", "road", "treadmill", "amber"),
        ("S4", None, "road", "not assessed"),
    ],
)
def test_surface_is_told_and_never_blocks(make: Any, stage: str, surface: str | None, usual: str, level: str) -> None:
    situation = make.fine(stage).planned(baseline={"surface": usual}).row(surface=surface, belt_speed_m_s=None)
    situation = situation.compared_with(speed=None).measured(speed=None)
    flag = flag_of(situation, "F10")
    assert (flag.level, flag.blocks) == (level, False)


def _later(fine: Any) -> dict[str, Any]:
    """The baseline, recorded on the day after the session."""
    return fine.baselines[0] | {"recording": {"name": "base", "recorded_utc": "2026-05-20T08:00:00Z"}}


ONE_SENSOR = {
    "left": {"samples": 82, "lost_samples": 18},
    "right": {"samples": 100, "lost_samples": 0},
}
BAD_DATA: list[tuple[str, Any, str]] = [
    ("few strides", lambda fine: fine.measured(strides=40), "too few good strides"),
    ("one leg", lambda fine: fine.measured(ground_contact_time_s=(0.262, None)), "both legs"),
    ("errors", lambda fine: fine.measured(findings=[{"code": "bad_clock", "severity": "error"}]), "errors"),
    ("no baseline", lambda fine: fine.without_baseline(), "no baseline"),
    ("no session", lambda fine: fine.unmeasured(), "was not given"),
    ("other speed", lambda fine: fine.compared_with(speed=3.2), "same speed"),
    ("other surface", lambda fine: fine.planned(baseline={"surface": "road"}).compared_with(speed=None), "comparable"),
    ("surface blank", lambda fine: fine.row(surface=None).measured(speed=None), "surface of today"),
    ("incline blank", lambda fine: fine.row(incline_pct=None), "incline of today"),
    ("later baseline", lambda fine: replace(fine, baselines=(_later(fine),)), "recorded after"),
    ("copied", lambda fine: fine.compared_with(strides=600), "session itself"),
    ("one sensor", lambda fine: fine.measured(data_quality=ONE_SENSOR), "18 % of the samples of a sensor"),
    ("another baseline", lambda fine: fine.planned(baseline={"sessions": ["else"]}), "this person"),
    (
        "lost samples",
        lambda fine: fine.measured(data_quality={"left": {"samples": 800, "lost_samples": 400}}),
        "lost",
    ),
    ("clock", lambda fine: fine.measured(data_quality={"left": {"clock_residual_s": 0.2}}), "clock"),
]


@pytest.mark.rule("F11")
@pytest.mark.parametrize(("change", "word"), [case[1:] for case in BAD_DATA], ids=[case[0] for case in BAD_DATA])
@pytest.mark.parametrize("stage", ["S3", "S4", "S5"])
def test_data_that_cannot_be_used_is_insufficient_and_says_why(make: Any, stage: str, change: Any, word: str) -> None:
    situation = change(make.fine(stage))
    found = situation.decide()
    flag = flag_of(situation, "F11")
    assert flag.blocks
    assert word in flag.text
    assert found.decision == "INSUFFICIENT"
    assert all(one.level == "not assessed" for one in found.flags if one.id in ("F1", "F2", "F3", "F4", "F5", "F6"))
    assert any(text.startswith("F11") for text in found.missing)


@pytest.mark.rule("F11")
def test_bad_data_takes_the_flags_of_the_sensors_out_but_not_the_pain(make: Any) -> None:
    situation = make.fine("S4").measured(foot_strike_angle_deg=-3.0, strides=40)
    assert situation.decide().decision == "INSUFFICIENT"
    assert situation.row(pain_after=4.0).decide().decision == "HOLD"
    assert situation.row(pain_after=6.0).decide().decision == "REGRESS"


@pytest.mark.rule("F11")
def test_an_old_baseline_is_stale(make: Any) -> None:
    long_ago = make.ON - timedelta(days=300)
    situation = make.fine("S4").planned(baseline={"recorded": long_ago})
    situation = replace(situation, baselines=(make.summary("base", long_ago, speed=2.8),))
    assert "days old" in flag_of(situation, "F11").text


@pytest.mark.rule("F11")
def test_symptom_only_mode_lifts_it_and_says_so(make: Any) -> None:
    tables = {"plan": {"symptom_only": True, "symptom_only_reason": "no sensors in this clinic"}}
    situation = make.fine("S4").unmeasured().planned(**tables)
    assert situation.decide().decision == "PROGRESS"
    assert "no sensors in this clinic" in flag_of(situation, "F11").text


@pytest.mark.rule("F11")
@pytest.mark.parametrize("stage", ["S1", "S2"])
def test_early_stages_need_no_recording_but_one_that_the_log_names(make: Any, stage: str) -> None:
    situation = make.fine(stage).unmeasured()
    assert situation.decide().decision == "INSUFFICIENT"
    assert situation.every_row(session_id=None).decide().decision == "PROGRESS"


def test_of_several_baselines_the_one_at_the_same_speed_counts(make: Any) -> None:
    situation = make.fine("S4").planned(baseline={"sessions": ["base", "slow"]})
    slow = make.summary("slow", make.ON - timedelta(days=40), speed=2.2, cadence_spm=150.0)
    both = replace(situation, baselines=(slow, *situation.baselines))
    assert flag_of(both, "F11").level == "none"
    assert flag_of(both, "F1").value == pytest.approx(0.0)
    assert both.decide().decision == "PROGRESS"


def test_an_unknown_speed_withholds_and_is_not_taken_for_the_same(make: Any) -> None:
    situation = make.fine("S4").every_row(belt_speed_m_s=None)
    situation = replace(situation, session=make.summary("today", make.TODAY))
    found = situation.decide()
    assert found.decision == "INSUFFICIENT"
    assert flag_of(situation, "F2").level == "not assessed"


def test_a_flag_that_is_switched_off_is_shown_and_blocks_nothing(make: Any) -> None:
    situation = low_shoe(make.fine("S4"))
    assert situation.decide().decision == "HOLD"
    off = situation.planned(flags={"off": {"F9": "orthotics decide here"}})
    assert off.decide().decision == "PROGRESS"
    assert flag_of(off, "F9").level == "red"
    assert "orthotics decide here" in flag_of(off, "F9").text


def test_every_decision_shows_all_flags_in_order(make: Any) -> None:
    for situation in (make.fine("S4"), make.fine("S1").unmeasured(), make.fine("S5").without_row()):
        assert [flag.id for flag in situation.decide().flags] == [f"F{number}" for number in range(1, 12)]
