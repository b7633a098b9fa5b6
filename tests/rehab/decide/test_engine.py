"""Recovery, override, review, modes, advice, conflicts and the fingerprint of the parameters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gaitpipe import evidence
from gaitpipe.errors import UsageError
from gaitpipe.rehab import conflicts
from gaitpipe.rehab.identity import parameter_hash
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.recovery import earliest_next, session_class

DAY = date(2026, 5, 1)


def session(pain: float | None, rpe: float | None, after: float | None = 0.0) -> LogEntry:
    return LogEntry(date=DAY, kind="run", pain_during=pain, pain_after=after, rpe=rpe)


@pytest.mark.rule("H5")
@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (session(2.0, 1.0), "light"),
        (session(3.0, 1.0), "medium"),
        (session(1.0, 2.0), "medium"),
        (session(1.0, 4.0), "medium"),
        (session(1.0, 5.0), "high"),
        (session(4.0, 1.0), "high"),
        (session(0.0, 1.0, 4.0), "high"),
        (session(4.0, None), "high"),
        (session(1.0, None), None),
        (session(None, 3.0), None),
    ],
)
def test_the_class_is_the_worse_of_pain_and_effort(entry: LogEntry, found: str | None) -> None:
    assert session_class(entry) == found


@pytest.mark.rule("H5")
@pytest.mark.parametrize(("rpe", "days"), [(1.0, 0), (3.0, 2), (6.0, 3), (None, None)])
def test_the_next_session_of_a_class_has_an_earliest_day(make: Any, rpe: float | None, days: int | None) -> None:
    expected = None if days is None else DAY + timedelta(days=days)
    assert earliest_next(make.fine().plan, session(1.0, rpe)) == expected


@pytest.mark.rule("H5")
@pytest.mark.parametrize(
    ("gap", "rpe_before", "rpe_today", "early"),
    [(1, 3.0, 3.0, True), (2, 3.0, 3.0, False), (1, 1.0, 3.0, False), (1, 6.0, 1.0, False), (2, 6.0, 6.0, True),
     (3, 6.0, 6.0, False), (2, 6.0, 3.0, False), (1, 6.0, 3.0, True)],
)  # fmt: skip
def test_too_early_is_judged_by_the_class_that_both_reach(
    make: Any, gap: int, rpe_before: float, rpe_today: float, early: bool
) -> None:
    situation = make.fine("S5").row(rpe=rpe_today)
    situation = situation.row("before", rpe=rpe_before, date=make.TODAY - timedelta(days=gap))
    assert situation.decide().decision == ("HOLD" if early else "PROGRESS")


@pytest.mark.rule("H5")
def test_strength_on_the_day_before_is_not_too_early(make: Any) -> None:
    strength = replace(
        make.fine("S4").judged, kind="strength", session_id=None, level=None, run_min=None, rpe=7.0,
        date=make.TODAY - timedelta(days=1),
    )  # fmt: skip
    assert make.fine("S4").with_row(strength).decide().decision == "PROGRESS"


def overridden(make: Any, **changes: Any) -> Any:
    override = {"stage": "S4", "level": "L6", "reason": "tested", "clinician": "PT", "decided": make.ON} | changes
    return make.fine("S4").planned(stage={"override": override})


def test_an_override_stands_beside_the_engines_word(make: Any) -> None:
    found = overridden(make).decide()
    assert (found.decision, found.stage_out, found.level_out) == ("PROGRESS", "S4", "L6")
    assert found.decided_by == "clinician override"
    assert "tested" in found.override_reason
    assert found.inputs["engine_out"] == "S4 (return to running), level L5"
    assert [rule.id for rule in found.rules] == ["P1"]


@pytest.mark.parametrize(("level", "word"), [("L6", "PROGRESS"), ("L4", "HOLD"), ("L2", "REGRESS")])
def test_an_override_is_named_by_where_it_leads(make: Any, level: str, word: str) -> None:
    assert overridden(make, level=level).decide().decision == word


def test_an_override_never_goes_before_a_red_flag(make: Any) -> None:
    found = overridden(make).row(red_flags=("RF1",)).decide()
    assert (found.decision, found.decided_by, found.level_out) == ("REFER", "rules", "L4")


@pytest.mark.parametrize("days", [1, 4])
def test_an_override_ends_with_the_next_session(make: Any, days: int) -> None:
    found = overridden(make, decided=make.TODAY - timedelta(days=days)).decide()
    assert found.decided_by == "rules"


def test_an_override_of_tomorrow_does_not_stand_yet(make: Any) -> None:
    assert overridden(make, decided=make.ON + timedelta(days=1)).decide().decided_by == "rules"


def test_an_override_ends_with_what_would_step_back_and_not_before(make: Any) -> None:
    plain = overridden(make, decided=make.TODAY)
    assert plain.decide().decided_by == "clinician override"
    sore = plain.with_row(LogEntry(date=make.TODAY, kind="rest", pain_during=8.0)).decide()
    assert (sore.decision, sore.decided_by) == ("REGRESS", "rules")
    before = plain.row("before", pain_after=8.0).decide()
    assert before.decided_by == "clinician override", "what the clinician could know does not count"
    assert plain.row(pain_am=None).decide().decision == "HOLD"


def test_the_reasons_of_an_overridden_decision_are_not_told_as_its_own(make: Any) -> None:
    found = overridden(make, level="L6").row(rpe=9.0).row("before", rpe=9.0, date=make.TODAY - timedelta(days=2))
    found = found.decide()
    assert (found.decision, found.rules, found.missing) == ("PROGRESS", (), ())
    assert [rule.id for rule in found.other_rules] == ["H5"]
    assert found.inputs["engine_decision"] == "HOLD"
    assert "Wait" not in found.action


@pytest.mark.rule("R1")
@pytest.mark.parametrize(("days", "review"), [(13, True), (14, True), (15, False)])
def test_two_steps_back_within_two_weeks_call_for_a_review(make: Any, days: int, review: bool) -> None:
    bad = replace(make.fine("S5").judged, date=make.TODAY - timedelta(days=days), session_id="bad", pain_during=7.0)
    found = make.fine("S5").row(pain_after=6.0).with_row(bad).decide()
    assert found.decision == "REGRESS"
    assert ("review" in found.review) == review
    assert make.fine("S5").row(pain_after=6.0).decide().review == ""


@pytest.mark.parametrize(("last", "review"), [(70.0, True), (75.0, False), (92.0, False)])
def test_no_change_of_the_questionnaire_in_twelve_weeks_calls_for_a_review(
    make: Any, last: float, review: bool
) -> None:
    started = make.ON - timedelta(weeks=14)
    situation = make.fine("S4").planned(plan={"started": started})
    situation = situation.with_row(LogEntry(date=started, kind="test", visa_a=60.0))
    assert ("VISA-A" in situation.row(visa_a=last).decide().review) == review


def test_swelling_without_an_answer_to_the_red_flags_calls_for_a_review(make: Any) -> None:
    assert "RF3" in make.fine("S4").row(swelling=True, red_flags=None).decide().review
    answered = make.fine("S4").row(swelling=True).decide()
    assert (answered.decision, "RF3" in answered.review) == ("PROGRESS", False)
    assert "Swelling was logged" in answered.review


@pytest.mark.parametrize(("path", "stage", "told"), [("R", "S2", True), ("R", "S3", False), ("K", "S2", False)])
def test_running_before_its_stage_on_path_r_calls_for_a_review(make: Any, path: str, stage: str, told: bool) -> None:
    assert ("Path R" in make.fine(stage, path=path).decide().review) == told


def test_what_to_do_fits_the_decision(make: Any) -> None:
    assert make.fine("S1").row(pain_during=6.0).decide().action.startswith("Do less, and stay in S1")
    assert make.fine("S2").row(pain_during=6.0).decide().action.startswith("Go back to S1")
    assert "not before" not in make.fine("S2").row(pain_during=6.0).decide().action
    assert "Needed: 1 more good session" in make.fine("S4").without_row("before").decide().action
    assert "3 x (8 min run, 1 min walk)" in make.fine("S4").decide().action


def test_self_mode_decides_only_with_a_clinician_in_the_plan(make: Any) -> None:
    alone = make.fine("S4").planned(plan={"mode": "self", "clinician": ""})
    found = alone.decide()
    assert (found.decision, found.rules, found.advice) == ("INSUFFICIENT", (), ())
    assert "names no clinician" in found.missing[0]
    assert alone.row(red_flags=("RF1",)).decide().decision == "REFER"
    dash = make.fine("S4").planned(plan={"mode": "self", "clinician": "-"})
    assert dash.decide().decision == "INSUFFICIENT"
    worse = alone.row(pain_after=8.0).decide()
    assert (worse.decision, "clinician" in worse.review) == ("INSUFFICIENT", True)
    assert make.fine("S4").planned(plan={"mode": "self"}).decide().decision == "PROGRESS"


@pytest.mark.parametrize(
    ("change", "ids"),
    [
        (lambda fine: fine, ["A8"]),
        (lambda fine: fine.measured(foot_strike_angle_deg=2.0), ["A2"]),
        (lambda fine: fine.row(shoe="Racer", shoe_drop_mm=0.0), ["A3"]),
        (lambda fine: fine.row(pain_after=4.0), ["A6"]),
        (lambda fine: fine.measured(ground_contact_time_s=(0.256, 0.268)), ["A7"]),
        (lambda fine: fine.measured(ground_contact_time_s=(0.268, 0.256)), ["A8"]),
        (lambda fine: fine.row(incline_pct=6.0), ["A4"]),
        (lambda fine: fine.measured(cadence_spm=150.0, ground_contact_time_s=0.29), ["A1"]),
        (
            lambda fine: fine.measured(foot_strike_angle_deg=-3.0).row(
                shoe="R", shoe_drop_mm=0.0, pain_after=4.0, surface="treadmill"
            ),
            ["A2", "A3", "A6"],
        ),
    ],
)
def test_at_most_three_advices_fit_what_was_seen(make: Any, change: Any, ids: list[str]) -> None:
    found = change(make.fine("S4")).decide()
    assert [phrase_id for phrase_id, _ in found.advice] == ids
    assert not any("{" in text for _, text in found.advice)


def test_advice_names_the_athletes_own_numbers_and_the_clinicians_words(make: Any) -> None:
    slow = make.fine("S4").measured(cadence_spm=150.0, ground_contact_time_s=0.29)
    assert "158 steps/min" in dict(slow.decide().advice)["A1"]
    spiked = make.fine("S5").row(run_min=50.0).decide()
    assert dict(spiked.advice)["A10"] == "Longest run in 30 days: 50 min. Next run up to 55 min."
    own = make.fine("S4").planned(phrases={"A8": "Nothing to tell."})
    assert own.decide().advice == (("A8", "Nothing to tell."),)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda fine: fine.measured(cadence_spm=172.0, ground_contact_time_s=0.255), conflicts.CADENCE),
        (lambda fine: fine.measured(foot_strike_angle_deg=-3.0), conflicts.FOREFOOT),
        (lambda fine: fine.row(shoe_drop_mm=14.0), conflicts.HEEL),
        (lambda fine: fine, conflicts.TREADMILL),
        (lambda fine: fine.measured(ground_contact_time_s=0.262 * 1.06), conflicts.FORCE),
    ],
)
def test_conflicts_are_stated_where_they_apply(make: Any, change: Any, sentence: str) -> None:
    assert sentence in change(make.fine("S4")).decide().conflicts


def test_equal_contact_times_with_a_weak_leg_are_told_apart(make: Any) -> None:
    weak = LogEntry(date=make.TODAY, kind="test", heel_raises_injured=15, heel_raises_other=28)
    assert conflicts.SYMMETRY in make.fine("S3").with_row(weak).decide().conflicts
    assert conflicts.SYMMETRY not in make.fine("S3").decide().conflicts


def test_no_text_of_a_decision_holds_a_forbidden_word(make: Any) -> None:
    for stage in ("S0", "S1", "S2", "S3", "S4", "S5"):
        for change in ({}, {"pain_after": 6.0}, {"pain_am": None}, {"incline_pct": 12.0}, {"red_flags": ("RF1",)}):
            found = make.fine(stage).row(**change).measured(foot_strike_angle_deg=-3.0).decide()
            texts = [found.action, found.review, *found.missing, *found.conflicts, *(text for _, text in found.advice)]
            texts += [rule.text for rule in (*found.rules, *found.other_rules)] + [flag.text for flag in found.flags]
            assert not [word for text in texts for word in evidence.forbidden_in(text)]


def test_the_fingerprint_follows_the_parameters_and_not_the_person(make: Any) -> None:
    plain = make.fine("S4")
    same = [
        plain.planned(plan={"athlete": "B-2", "clinician": "XX"}),
        plain.planned(tendon={"side": "right"}),
        plain.planned(stage={"level": "L2"}),
        make.fine("S2"),
    ]
    other = [
        plain.planned(thresholds={"pain_progress_maximum": 2.0}),
        plain.planned(flags={"off": {"F9": "why"}}),
        plain.planned(phrases={"A8": "Nothing."}),
        plain.planned(plan={"path": "R"}),
        plain.planned(load={"mdc_psi": 6.0}),
        plain.planned(red_flags={"extra": {"RFX": "more"}}),
        plain.planned(strength={"heel_raise_norm_reps": 22}),
    ]
    assert {parameter_hash(one.plan) for one in same} == {parameter_hash(plain.plan)}
    assert len({parameter_hash(one.plan) for one in (plain, *other)}) == len(other) + 1


def test_thresholds_of_the_plan_count(make: Any) -> None:
    strict = make.fine("S4").planned(thresholds={"pain_progress_maximum": 1.0})
    found = strict.decide()
    assert found.decision == "HOLD"
    assert found.thresholds["pain_progress_maximum"] == 1.0


def test_every_number_that_a_rule_names_is_given_as_a_threshold(make: Any) -> None:
    found = make.fine("S4").decide()
    assert {key for rule in evidence.RULES for key in rule.numbers} <= set(found.thresholds)


def test_a_log_that_knows_tomorrow_is_refused(make: Any) -> None:
    late = make.fine("S4").with_row(LogEntry(date=make.ON + timedelta(days=1), kind="rest"))
    with pytest.raises(UsageError, match="after the day of the decision"):
        late.decide()


def test_the_order_of_the_log_does_not_matter(make: Any) -> None:
    plain = make.fine("S4")
    assert replace(plain, log=tuple(reversed(plain.log))).decide() == plain.decide()


def test_an_empty_log_is_insufficient(make: Any) -> None:
    found = replace(make.fine("S4").unmeasured(), log=()).decide()
    assert found.decision == "INSUFFICIENT"
    assert "no session to judge" in found.missing[0]
