"""Every rule, advice, line and finding is complete: grade, tag, a source that exists; every source is used."""

from __future__ import annotations

from datetime import date
from string import Formatter
from typing import get_args

import pytest

from gaitpipe import evidence
from gaitpipe.evidence import EDUCATION, EFFECTS, NUMBERS, PHRASES, RULES, SOURCES, Grade, Phrase, Rule, Tag, fill
from gaitpipe.rehab.exercises import ALTERNATIVES, EXERCISES
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.stages import stage_criteria
from gaitpipe.rehab.words import STAGES, Stage
from gaitpipe.session import metrics

SOURCE_KEYS = {source.key for source in SOURCES}
GRADED = [(entry.id, entry) for table in (RULES, PHRASES, EDUCATION) for entry in table]
GRADED += [(effect.factor, effect) for effect in EFFECTS]
every = pytest.mark.parametrize("entry", [entry for _, entry in GRADED], ids=[name for name, _ in GRADED])
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
every_phrase = pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.id)
RULE_IDS = [f"RF{place}" for place in range(1, 9)]
RULE_IDS += ["R1", "R2", "R3", *(f"H{place}" for place in range(1, 8)), "P1", *(f"F{place}" for place in range(1, 12))]
RULE_IDS += [f"S{place}" for place in range(6)]
SECTION_8 = (
    "recovery_light_days", "recovery_medium_days", "recovery_high_days", "class_light_pain_maximum",
    "class_medium_pain_maximum", "class_light_effort_maximum", "class_medium_effort_maximum",
    "foot_strike_rearfoot_deg", "foot_strike_forefoot_deg",
)  # fmt: skip
"""What could not be looked up in the original."""


@every
def test_an_entry_has_a_grade_a_tag_and_a_source(entry: Rule) -> None:
    assert entry.grade in get_args(Grade)
    assert entry.tag in get_args(Tag)
    assert entry.source in SOURCE_KEYS


@every
def test_a_choice_of_this_project_is_not_graded_as_a_study(entry: Rule) -> None:
    assert (entry.tag == "engineering") == (entry.grade == "D")


def test_the_rules_are_those_that_the_engine_prints() -> None:
    assert [rule.id for rule in RULES] == RULE_IDS
    assert [phrase.id for phrase in PHRASES] == [f"A{place}" for place in range(1, 11)]
    assert [line.id for line in EDUCATION] == [f"E{place}" for place in range(1, len(EDUCATION) + 1)]


@every_rule
def test_a_rule_names_its_numbers_and_nothing_is_left_open(rule: Rule) -> None:
    named = {name for _, name, _, _ in Formatter().parse(rule.template) if name}
    assert set(rule.numbers) == named
    assert all(evidence.number(key).key == key for key in rule.numbers)
    assert "{" not in rule.text
    assert rule.title.strip()
    assert rule.text == fill(rule.template, evidence.value)


def test_a_rule_speaks_of_the_numbers_of_the_plan() -> None:
    own = {"pain_hold_maximum": 4.0}
    text = fill(evidence.rule("R1").template, lambda key: own.get(key, evidence.value(key)))
    assert text == "pain during, after or next morning above 4/10"


@pytest.mark.parametrize("key", [f"RF{place}" for place in range(1, 9)])
def test_a_red_flag_says_what_to_do(key: str) -> None:
    assert evidence.rule(key).action.endswith(".")


@every_phrase
def test_an_advice_is_filled_from_numbers_and_the_values_it_names(phrase: Phrase) -> None:
    text = fill(phrase.text, evidence.value, **dict.fromkeys(phrase.values, "17"))
    assert "{" not in text
    assert text.count("17") == len(phrase.values)
    assert phrase.when.strip()


def test_an_advice_without_its_value_is_refused() -> None:
    with pytest.raises(KeyError, match="cadence"):
        fill(evidence.phrase("A1").text, evidence.value)


def test_the_pain_advice_follows_the_limits_of_the_plan() -> None:
    text = evidence.phrase("A6").text
    usual = "A little discomfort (up to 3/10) that is gone next morning is fine; 4-5: repeat, do not add; "
    assert fill(text, evidence.value) == f"{usual}above 5: step back."
    own = {"pain_progress_maximum": 2.0, "pain_hold_maximum": 4.0}
    assert "(up to 2/10)" in fill(text, own.__getitem__)
    assert "3-4: repeat, do not add; above 4: step back" in fill(text, own.__getitem__)


def test_every_source_is_used_once_named_and_not_empty() -> None:
    tables = (NUMBERS, RULES, PHRASES, EDUCATION, EFFECTS, metrics(), EXERCISES, ALTERNATIVES)
    used = {entry.source for table in tables for entry in table}
    assert used == SOURCE_KEYS
    assert len(SOURCE_KEYS) == len(SOURCES)
    assert all(source.reference.strip() for source in SOURCES)


@pytest.mark.parametrize("key", SECTION_8)
def test_what_was_not_looked_up_is_tagged_as_from_memory(key: str) -> None:
    assert evidence.number(key).tag == "memory"


def test_a_page_that_only_tells_of_a_paper_says_so() -> None:
    for key in ("silbernagel2007_summary", "gameplan", "beyer2015_table", "lagas2021", "rupture_article"):
        assert "(secondary source)" in evidence.reference(key)


def test_the_advice_on_cadence_stays_within_what_was_studied() -> None:
    cue = evidence.number("cadence_cue_pct")
    assert cue.value < cue.high <= evidence.value("cadence_cue_highest_pct") <= evidence.value("cadence_red_pct")


def test_what_rests_on_memory_is_known_by_its_key_or_id() -> None:
    assert evidence.unverified("recovery_medium_days")
    assert evidence.unverified("H5")
    assert not evidence.unverified("spike_amber_ratio")
    assert not evidence.unverified("R1")
    assert not evidence.unverified("the clinic's own rule")


def test_unknown_ids_are_refused() -> None:
    for look_up in (evidence.rule, evidence.phrase, evidence.reference, evidence.number):
        with pytest.raises(KeyError, match="no_such"):
            look_up("no_such")


@pytest.mark.parametrize("location", ["midportion", "insertional"])
@pytest.mark.parametrize("side", ["left", "both"])
@pytest.mark.parametrize("stage", STAGES)
def test_the_criteria_of_a_stage_are_those_that_the_engine_asks_for(stage: Stage, side: str, location: str) -> None:
    plan = Plan.model_validate(
        {
            "schema_version": 1,
            "plan": {"athlete": "A-17", "mode": "clinic", "path": "R", "clinician": "C-1"},
            "tendon": {"side": side, "location": location},
            "stage": {"stage": stage, "level": "L4" if stage == "S4" else None},
        }
    )
    asked = {criterion.id for criterion in stage_criteria(plan, (), date(2026, 5, 4))}
    assert asked <= set(evidence.rule(stage).criteria)
    assert len(asked) >= 2
