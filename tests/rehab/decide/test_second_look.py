"""Ways to a step up that a second look found: each must stay shut."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest


def on_rest_day(make: Any, fine: Any, **values: Any) -> Any:
    """The fine case with a day of rest between its two sessions."""
    return fine.with_row(make.LogEntry(date=make.BEFORE + timedelta(1), kind="rest", **values))


@pytest.mark.rule("R2")
def test_pain_that_had_not_settled_steps_back_also_when_a_rest_day_says_so(make: Any) -> None:
    found = on_rest_day(make, make.fine("S4"), pain_am=1, stiff_am_min=5, settled_48h=False).decide()
    assert found.decision == "REGRESS"
    assert [rule.id for rule in found.rules] == ["R2"]


@pytest.mark.rule("H1")
@pytest.mark.parametrize("field", ["pain_daily", "pain_walk_30min", "hop_pain"])
def test_pain_above_five_in_a_walk_or_in_hops_holds(make: Any, field: str) -> None:
    found = make.fine("S4").row(**{field: 5.5}).decide()
    assert found.decision in ("HOLD", "REFER")
    fired = [rule.id for rule in (*found.rules, *found.other_rules)]
    assert "H1" in fired


@pytest.mark.rule("P1")
def test_a_rest_day_in_between_without_its_morning_withholds(make: Any) -> None:
    assert on_rest_day(make, make.fine("S4"), pain_am=1, stiff_am_min=5).decide().decision == "PROGRESS"
    found = on_rest_day(make, make.fine("S4")).decide()
    assert found.decision == "INSUFFICIENT"
    assert any("Fill in the morning" in text for text in found.missing)


def test_a_row_with_a_morning_alone_is_a_day_of_rest(make: Any) -> None:
    row = make.LogEntry(date=make.BEFORE + timedelta(1), pain_am=1, stiff_am_min=5)
    assert make.fine("S4").with_row(row).decide().decision == "PROGRESS"


@pytest.mark.rule("R1")
@pytest.mark.parametrize(("pain", "word"), [(8, "REGRESS"), (2, "INSUFFICIENT")])
def test_a_morning_written_to_the_day_of_decision_is_not_passed_over(make: Any, pain: float, word: str) -> None:
    row = make.LogEntry(date=make.ON, kind="rest", pain_am=pain, stiff_am_min=5)
    assert make.fine("S4").with_row(row).decide().decision == word


def test_an_override_ends_when_the_session_that_it_spoke_of_is_old(make: Any) -> None:
    override = {"stage": "S5", "reason": "r", "clinician": "PT", "decided": make.ON}
    situation = make.fine("S4").planned(stage={"override": override})
    assert situation.decide().decided_by == "clinician override"
    assert situation.at(make.ON + timedelta(14)).decide().decided_by == "clinician override"
    late = situation.at(make.ON + timedelta(15)).decide()
    assert (late.decided_by, late.decision) == ("rules", "INSUFFICIENT")


@pytest.mark.rule("P1")
def test_a_run_far_too_long_for_its_level_does_not_count_at_it(make: Any) -> None:
    found = make.fine("S4").row("before", run_min=60.0).decide()
    assert found.decision == "INSUFFICIENT"
    assert any("too long for" in text for text in found.missing)
