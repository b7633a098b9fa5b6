"""Every rule by itself, and every pair of rules of different levels: the higher decides, the lower is kept beside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from gaitpipe import evidence
from gaitpipe.rehab.log import LogEntry

LEVEL = {"RF": "REFER", "R": "REGRESS", "H": "HOLD", "P": "PROGRESS"}
ORDER = ("REFER", "REGRESS", "HOLD", "PROGRESS")


def rising_weeks(situation: Any) -> Any:
    """Mornings 0, 1, 2 in the last three weeks: none of them worse than usual by much."""
    first = situation.judged.date - timedelta(days=20)
    weekly = {row.date: min(2.0, max(0.0, float((row.date - first).days // 7))) for row in situation.log}
    log = tuple(row if row.pain_am is None else replace(row, pain_am=weekly[row.date]) for row in situation.log)
    return replace(situation, log=log)


def ticked(flag: str) -> Callable[[Any], Any]:
    return lambda fine: fine.row("before", red_flags=(flag,))


CASES: dict[str, Callable[[Any], Any]] = {
    **{f"RF{number}": ticked(f"RF{number}") for number in range(1, 9)},
    "R1": lambda fine: fine.row(pain_during=6.0),
    "R2": lambda fine: fine.row(settled_48h=False),
    "R3": rising_weeks,
    "H1": lambda fine: fine.row(pain_after=4.0),
    "H2": lambda fine: fine.row(stiff_am_min=11.0),
    "H3": lambda fine: fine.measured(foot_strike_angle_deg=-3.0),
    "H4": lambda fine: fine.with_row(
        LogEntry(
            date=fine.judged.date, kind="test", session_id="weak", heel_raises_injured=15, heel_raises_other=28,
            pain_during=0.0, pain_after=0.0, pain_am=0.0, stiff_am_min=5.0, analgesic=False,
        )
    ),
    "H5": lambda fine: fine.row("before", date=fine.judged.date - timedelta(days=1)),
    "H6": lambda fine: fine.row(pain_am=None),
    "H7": lambda fine: fine.row(analgesic=True),
    "P1": lambda fine: fine,
}  # fmt: skip


def level(rule_id: str) -> str:
    return LEVEL[re.sub(r"\d", "", rule_id)]


def test_the_table_walks_every_rule_that_decides() -> None:
    assert set(CASES) == {rule.id for rule in evidence.RULES if rule.id[0] in "RHP"}


@pytest.mark.rule("RF1", "RF2", "RF3", "RF4", "RF5", "RF6", "RF7", "RF8", "R1", "R2", "R3")
@pytest.mark.rule("H1", "H2", "H3", "H4", "H5", "H6", "H7", "P1")
@pytest.mark.parametrize("rule_id", sorted(CASES))
def test_a_rule_that_fires_alone_decides_at_its_level(make: Any, rule_id: str) -> None:
    found = CASES[rule_id](make.fine()).decide()
    assert found.decision == level(rule_id)
    assert rule_id in [rule.id for rule in found.rules]
    assert {level(rule.id) for rule in found.rules} == {found.decision}
    assert all(rule.text for rule in found.rules)


PAIRS = [pair for pair in combinations(sorted(CASES), 2) if level(pair[0]) != level(pair[1]) and "P1" not in pair]


def in_order(pair: tuple[str, str]) -> tuple[str, str]:
    high, low = sorted(pair, key=lambda rule_id: ORDER.index(level(rule_id)))
    return high, low


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_of_two_rules_the_higher_decides_and_the_lower_is_kept(make: Any, pair: tuple[str, str]) -> None:
    high, low = in_order(pair)
    found = CASES[high](CASES[low](make.fine())).decide()
    assert found.decision == level(high)
    assert high in [rule.id for rule in found.rules]
    assert low in [rule.id for rule in found.other_rules]


@pytest.mark.rule("P1")
@pytest.mark.parametrize("rule_id", sorted(set(CASES) - {"P1"}))
def test_progress_never_decides_beside_another_rule(make: Any, rule_id: str) -> None:
    found = CASES[rule_id](make.fine()).decide()
    assert "P1" not in [rule.id for rule in found.rules]
    assert found.decision != "PROGRESS"
    assert (found.stage_out, found.level_out) != ("S4", "L1")


@pytest.mark.parametrize(
    "pair", [pair for pair in combinations(sorted(CASES), 2) if level(pair[0]) == level(pair[1])], ids="-".join
)
def test_two_rules_of_one_level_are_both_named(make: Any, pair: tuple[str, str]) -> None:
    first, second = pair
    found = CASES[first](CASES[second](make.fine())).decide()
    if {first, second} <= {f"RF{number}" for number in range(1, 9)}:
        found = make.fine().row("before", red_flags=pair).decide()
    assert {first, second} <= {rule.id for rule in found.rules}


def test_nothing_fired_and_not_enough_is_insufficient_with_what_is_missing(make: Any) -> None:
    found = make.fine("S4").without_row("before").decide()
    assert found.decision == "INSUFFICIENT"
    assert found.rules == ()
    assert "1 more good session at L4" in found.missing[0]
    assert (found.stage_out, found.level_out) == (found.stage_in, found.level_in)


@pytest.mark.parametrize(("pain", "decision"), [(3.0, "PROGRESS"), (3.5, "HOLD"), (5.0, "HOLD"), (5.5, "REGRESS")])
@pytest.mark.parametrize("column", ["pain_during", "pain_after"])
@pytest.mark.rule("R1", "H1", "P1")
def test_pain_has_no_gap_between_the_limits(make: Any, column: str, pain: float, decision: str) -> None:
    # Pain above 3 makes a session a hard one: the one before is three days back, as such a one asks.
    assert make.fine().row(**{column: pain}).decide().decision == decision


@pytest.mark.rule("R1")
def test_morning_pain_above_five_steps_back_even_when_it_is_usual(make: Any) -> None:
    situation = make.fine().planned(symptom_baseline={"pain_am": 6.0}).row(pain_am=6.0)
    assert situation.decide().decision == "REGRESS"


@pytest.mark.rule("R2")
def test_two_of_the_last_three_mornings_worse_step_back_one_holds(make: Any) -> None:
    once = make.fine().row(pain_am=3.0)
    assert [rule.id for rule in once.decide().rules] == ["H2"]
    assert [rule.id for rule in once.row("before", pain_am=3.0).decide().rules] == ["R2"]


@pytest.mark.rule("R2")
def test_a_worse_morning_four_sessions_ago_is_past(make: Any) -> None:
    situation = make.fine()
    earlier = [make.BEFORE - timedelta(days=3 * back) for back in (1, 2)]
    for place, day in enumerate(earlier):
        situation = situation.with_row(
            LogEntry(
                date=day, kind="run", session_id=f"e{place}", pain_during=1.0, pain_after=1.0, stiff_am_min=5.0,
                pain_am=3.0 if place else 1.0, rpe=3.0, analgesic=False, run_min=8.0,
            )
        )  # fmt: skip
    assert [rule.id for rule in situation.row(pain_am=3.0).decide().rules] == ["H2"]


@pytest.mark.rule("H2")
@pytest.mark.parametrize(("stiff", "decision"), [(10.0, "PROGRESS"), (10.5, "HOLD")])
def test_stiffness_holds_only_above_the_limit(make: Any, stiff: float, decision: str) -> None:
    assert make.fine().row(stiff_am_min=stiff).decide().decision == decision


@pytest.mark.rule("P1")
def test_a_morning_between_the_limits_is_neither_good_nor_held(make: Any) -> None:
    found = make.fine().row(pain_am=2.5).decide()
    assert found.decision == "INSUFFICIENT"
    assert "hurt more than usual" in found.missing[0]


@pytest.mark.rule("R1")
def test_pain_logged_after_the_judged_session_counts(make: Any) -> None:
    situation = make.fine()
    later = LogEntry(date=make.ON, kind="strength", pain_during=7.0)
    assert situation.with_row(later).decide().decision == "REGRESS"


@pytest.mark.rule("H6")
@pytest.mark.parametrize("column", ["pain_during", "pain_after", "pain_am", "stiff_am_min"])
def test_each_missing_pain_field_holds_and_is_named(make: Any, column: str) -> None:
    found = make.fine().row(**{column: None}).decide()
    assert found.decision == "HOLD"
    assert found.rules[0].inputs["missing"] == [column]


@pytest.mark.rule("H6")
def test_a_session_without_an_entry_holds_and_asks_to_log_it(make: Any) -> None:
    found = make.fine().without_row().decide()
    assert [rule.id for rule in found.rules] == ["H6"]
    assert "log it" in found.rules[0].text


@pytest.mark.rule("P1")
@pytest.mark.parametrize(
    ("change", "decision"),
    [({"pain_am": None}, "INSUFFICIENT"), ({"analgesic": None}, "INSUFFICIENT"), ({"analgesic": True}, "HOLD"),
     ({"pain_during": 4.0}, "HOLD")],
)  # fmt: skip
def test_a_session_before_that_is_not_good_breaks_the_row(make: Any, change: dict[str, Any], decision: str) -> None:
    found = make.fine().row("before", **change).decide()
    assert (found.decision, found.inputs["good_sessions"]) == (decision, 1)


@pytest.mark.rule("P1")
def test_a_bad_strength_session_between_two_good_runs_breaks_the_row(make: Any) -> None:
    situation = make.fine("S4")
    strength = LogEntry(
        date=make.TODAY - timedelta(days=1), kind="strength", pain_during=4.0, pain_after=1.0, pain_am=1.0,
        stiff_am_min=5.0, rpe=6.0, analgesic=False,
    )  # fmt: skip
    found = situation.with_row(strength).decide()
    assert (found.decision, found.inputs["good_sessions"]) == ("HOLD", 1)


@pytest.mark.rule("P1")
def test_a_good_strength_session_between_is_not_counted_and_breaks_nothing(make: Any) -> None:
    situation = make.fine("S4")
    strength = LogEntry(
        date=make.TODAY - timedelta(days=1), kind="strength", pain_during=1.0, pain_after=1.0, pain_am=1.0,
        stiff_am_min=5.0, rpe=7.0, analgesic=False,
    )  # fmt: skip
    assert situation.with_row(strength).decide().decision == "PROGRESS"
    assert situation.with_row(strength).without_row("before").decide().decision == "INSUFFICIENT"


def test_the_same_inputs_give_the_same_decision(make: Any) -> None:
    assert make.fine().decide() == make.fine().decide()
