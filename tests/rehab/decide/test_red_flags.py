"""Red flags stay until a clinician has assessed them; the first four cannot be muted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gaitpipe import evidence
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.red_flags import FALLBACK_ACTION, action_of, active_red_flags

IDS = [f"RF{number}" for number in range(1, 9)]


@pytest.mark.rule("RF1", "RF2", "RF3", "RF4", "RF5", "RF6", "RF7", "RF8")
@pytest.mark.parametrize("flag", IDS)
def test_a_ticked_flag_refers_with_the_words_of_the_evidence(make: Any, flag: str) -> None:
    found = make.fine("S4").row(red_flags=(flag,)).decide()
    assert found.decision == "REFER"
    assert found.action == evidence.rule(flag).action
    assert evidence.rule(flag).title in found.rules[0].text


@pytest.mark.parametrize("flag", IDS)
def test_a_flag_told_on_the_day_refers_whatever_was_cleared(make: Any, flag: str) -> None:
    cleared = {"id": flag, "assessed": make.ON, "reason": "seen", "clinician": "PT"}
    situation = make.fine("S4").planned(red_flags={"cleared": [cleared]})
    assert situation.decide().decision == "PROGRESS"
    assert situation.decide(flag).decision == "REFER"


def test_a_flag_stays_when_later_entries_say_none(make: Any) -> None:
    situation = make.fine("S4").with_row(LogEntry(date=make.ON - timedelta(days=25), red_flags=("RF3",)))
    assert [rule.id for rule in situation.decide().rules] == ["RF3"]


@pytest.mark.parametrize(("days", "decision"), [(-1, "REFER"), (0, "PROGRESS"), (1, "PROGRESS")])
def test_a_flag_is_cleared_by_an_assessment_on_its_day_or_later(make: Any, days: int, decision: str) -> None:
    day = make.TODAY + timedelta(days=days)
    cleared = {"id": "RF2", "assessed": day, "reason": "no such medicine", "clinician": "PT"}
    situation = make.fine("S4").row(red_flags=("RF2",)).planned(red_flags={"cleared": [cleared]})
    assert situation.decide().decision == decision


def test_clearing_one_flag_does_not_clear_another(make: Any) -> None:
    cleared = {"id": "RF2", "assessed": make.ON, "reason": "no such medicine", "clinician": "PT"}
    situation = make.fine("S4").row(red_flags=("RF2", "RF3")).planned(red_flags={"cleared": [cleared]})
    assert [rule.id for rule in situation.decide().rules] == ["RF3"]


@pytest.mark.rule("RF1", "RF2", "RF3", "RF4")
@pytest.mark.parametrize("flag", IDS)
def test_only_rf5_to_rf8_can_be_switched_off(make: Any, flag: str) -> None:
    """The plan's reader refuses it as well; the engine does not rely on that."""
    situation = make.fine("S4").row(red_flags=(flag,)).planned(red_flags={"off": [flag]})
    muted = flag in ("RF5", "RF6", "RF7", "RF8")
    assert situation.decide().decision == ("PROGRESS" if muted else "REFER")


@pytest.mark.rule("RF5")
@pytest.mark.parametrize(("minutes", "raised"), [(60.0, False), (61.0, True)])
def test_long_morning_stiffness_in_the_log_raises_rf5(make: Any, minutes: float, raised: bool) -> None:
    found = make.fine("S4").row(stiff_am_min=minutes).decide()
    assert ([rule.id for rule in found.rules] == ["RF5"]) == raised


@pytest.mark.rule("RF7")
@pytest.mark.parametrize(("pain", "raised"), [(5.0, False), (5.5, True)])
def test_pain_in_daily_walking_raises_rf7(make: Any, pain: float, raised: bool) -> None:
    found = make.fine("S4").row(pain_daily=pain).decide()
    assert ([rule.id for rule in found.rules] == ["RF7"]) == raised


@pytest.mark.rule("RF8")
@pytest.mark.parametrize(
    ("plan", "raised"),
    [
        ({"age_years": 17.0, "mode": "self"}, True),
        ({"age_years": 18.0, "mode": "self"}, False),
        ({"clinician_only": True, "mode": "self"}, True),
        ({"clinician_only": True, "age_years": 17.0}, False),
    ],
)
def test_a_child_or_clinician_only_raises_rf8_outside_clinic_mode(
    make: Any, plan: dict[str, Any], raised: bool
) -> None:
    found = make.fine("S4").planned(plan=plan).decide()
    assert ([rule.id for rule in found.rules] == ["RF8"]) == raised


def test_a_flag_of_the_clinic_refers_in_its_own_words(make: Any) -> None:
    situation = make.fine("S4").planned(red_flags={"extra": {"RFX": "blood thinners"}}).row(red_flags=("RFX",))
    found = situation.decide()
    assert found.decision == "REFER"
    assert "blood thinners" in found.rules[0].text
    assert found.action == FALLBACK_ACTION == action_of(situation.plan, "RFX")


def test_a_flag_that_nobody_knows_is_not_dropped(make: Any) -> None:
    assert make.fine("S4").row(red_flags=("RF99",)).decide().decision == "REFER"


def test_flags_come_in_order_and_once_each(make: Any) -> None:
    situation = make.fine("S4").row(red_flags=("RF3", "RF1")).row("before", red_flags=("RF1",))
    found = active_red_flags(situation.plan, situation.log, situation.on, ("RF2",))
    assert [rule.id for rule in found] == ["RF1", "RF2", "RF3"]
