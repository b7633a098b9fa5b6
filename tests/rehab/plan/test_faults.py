"""Every fault of a plan is named with its line; nothing loosens what must hold."""

from __future__ import annotations

import re
from datetime import date

import pytest

from gaitpipe import evidence
from gaitpipe.errors import PlanError
from gaitpipe.rehab.plan_faults import SETTINGS
from gaitpipe.rehab.plan_text import parse_plan

STEP = '[[ladder]]\nlevel = "{}"\nsets = 1\nrun_min = {}\nwalk_min = 0\n'
EXERCISE = (
    '[[exercise]]\nid = "{}"\nname = "{}"\nkind = "slow heavy"\nstages = {}\ntier = 2\nknee = "bent"\nsets = 3\n'
    'dose = "10"\nper_week = 3\nsource = "own"\n'
)

ADDED = [
    ("[thresholds]\npain_hold_maximum = 7", 16, "7 is outside 3 to 5 of 10 (default 5 of 10; grade A"),
    ("[thresholds]\npain_hold_maximum = 7", 16, "Only a clinician may change it"),
    ("[thresholds]\nindex_red_pct = 40", 16, "40 is outside 5 to 15 % (default 10 %; grade D"),
    ("[thresholds]\npain_hold_maximun = 4", 16, "did you mean 'pain_hold_maximum'?"),
    ("[thresholds]\nheel_raise_noise_reps = 8", 16, "is fixed: it is no setting"),
    ("[thresholds]\nok_sessions_to_progress = 2.5", 16, "must be a whole number"),
    ("[thresholds]\nstage1_minimum_days = 7.5", 16, "must be a whole number"),
    ('[thresholds]\nindex_red_pct = "ten"', 16, "valid number"),
    ("[thresholds]\nindex_red_pct = true", 16, "valid number"),
    ("[thresholds]\nindex_red_pct = nan", 16, "no number to reckon with"),
    ("[thresholds]\nindex_red_pct = inf", 16, "no number to reckon with"),
    ("[thresholds]\noverstride_amber_deg = 12\noverstride_red_deg = 10", 16, "must not be above overstride_red_deg"),
    ("[thresholds]\nweekly_load_r_s4_high_pct = 5", 16, "must not be above weekly_load_r_s4_high_pct (5)"),
    ('[red_flags]\noff = ["RF1"]', 16, "RF1 cannot be switched off"),
    ('[red_flags]\noff = ["RF5", "RF2"]', 16, "RF2 cannot be switched off"),
    ('[red_flags]\noff = ["rf3"]', 16, "rf3 cannot be switched off"),
    ('[red_flags]\noff = [" RF4 "]', 16, "cannot be switched off"),
    ('[red_flags]\noff = ["RF9"]', 16, "there is no red flag 'RF9'"),
    ('[red_flags.extra]\nRF1 = "feels fine"', 16, "RF1 is built in"),
    ('[red_flags.extra]\nrf8 = "feels fine"', 16, "RF8 is built in"),
    ('[red_flags.extra]\n"two words" = "x"', 16, "an id is a letter"),
    ('[red_flags.extra]\nF1 = "x"', 16, "an id is a letter"),
    ('[[red_flags.cleared]]\nid = "RF1"\nassessed = 2026-01-01\nclinician = "B"', 15, "missing"),
    ('[[red_flags.cleared]]\nid = "RF1"\nassessed = 2026-01-01\nreason = "ok"', 15, "missing"),
    (
        '[[red_flags.cleared]]\nid = "RF77"\nassessed = 2026-01-01\nreason = "ok"\nclinician = "B"',
        16,
        "there is no red flag 'RF77'",
    ),
    ('[flags.off]\nF11 = "data are always poor"', 16, "F11 (poor data) cannot be off"),
    ('[flags.off]\nF12 = "x"', 16, "there is no flag 'F12'"),
    ('[flags.off]\nF3 = ""', 16, "at least 1 character"),
    ('[flags.off]\nF3 = "  "', 16, "nothing but spaces"),
    ('[phrases]\nA11 = "x"', 16, "there is no phrase 'A11'"),
    ('[phrases]\nA2 = "Your tendon is healed."', 16, "must not say 'healed'"),
    ('[phrases]\nA1 = "Try {cadense} steps/min"', 16, "(did you mean 'cadence'?)"),
    ('[phrases]\nA1 = "Try {cadence.real} steps/min"', 16, "nothing is known for '{cadence.real}'"),
    ('[phrases]\nA1 = "Try {cadence!r}"', 16, "takes nothing but its name"),
    ('[phrases]\nA1 = "Try {cadence:>9}"', 16, "takes nothing but its name"),
    ('[phrases]\nA1 = "Try {} now"', 16, "nothing is known for '{}'"),
    ('[phrases]\nA1 = "Try {cadence now"', 16, "braces do not match"),
    (STEP.format("L1", 10) + STEP.format("L1", 12), 21, "level 'L1' is there twice"),
    (STEP.format("S3", 10), 16, "is the name of a stage"),
    (STEP.format("L 1", 10), 16, "a level is a letter"),
    (STEP.format("a", 10) + STEP.format("b", 20), 23, "20 min of running after 10: at most 15"),
    (STEP.format("a", 24) + STEP.format("b", 30), 23, "30 min of running after 24: at most 28.8"),
    (STEP.format("a", 0), 18, "greater than 0"),
    (EXERCISE.format("x", "x", '["S2"]') + EXERCISE.format("x", "y", '["S2"]'), 27, "exercise 'x' is there twice"),
    (EXERCISE.format("x", "x", "[]"), 19, "must name at least one"),
    (EXERCISE.format("x", "safe raise", '["S2"]'), 17, "must not say 'safe'"),
    (
        STEP.format("a", 30) + STEP.format("b", 30) + "strides = 60\nstrides_s = 60",
        23,
        "90 min of running after 30: at most 36",
    ),
    ("[load]\nmdc_psi = 40", 16, "would silence flag F2: at most 15"),
    ("[strength]\nheel_raise_norm_reps = 9", 16, "9 is less than the 10 that lead out of S1"),
    ("[load]\nmdc_psi = 0", 16, "0 would call every difference a real one"),
    ("[load]\ntest_retest_psi = [nan]", 16, "no number to reckon with"),
    ("[symptom_baseline]\npain_am = 11", 16, "less than or equal to 10 (found 11)"),
    ("[symptom_baseline]\nstiff_am_min = -1", 16, "greater than or equal to 0"),
    ("[strenght]\nper_week = 2", 15, "unknown key (did you mean 'strength'?)"),
    ("[strength]\nper_weak = 2", 16, "unknown key (did you mean 'per_week'?)"),
    ('[stage.override]\nstage = "S4"\nlevel = "L1"\nclinician = "B"\ndecided = 2026-01-01', 15, "missing"),
    ('[stage.override]\nstage = "S4"\nlevel = "L1"\nreason = "x"\ndecided = 2026-01-01', 15, "missing"),
    (
        '[stage.override]\nstage = "S4"\nreason = "x"\nclinician = "B"\ndecided = 2026-01-01',
        15,
        "S4 stands on the ladder",
    ),
    (
        '[stage.override]\nstage = "S4"\nlevel = "L9"\nreason = "x"\nclinician = "B"\ndecided = 2026-01-01',
        17,
        "the ladder has no level 'L9'",
    ),
]

REPLACED = [
    ({"stage": 'stage = "S4"'}, 10, "missing: S4 stands on the ladder; its levels are L1, L2"),
    ({"stage": 'stage = "S4"\nlevel = "L44"'}, 12, "the ladder has no level 'L44'"),
    ({"stage": 'stage = "S2"\nlevel = "L2"'}, 12, "path R means no running before S4"),
    ({"stage": 'stage = "S2"\nlevel = "L2"', "path": 'path = "K"'}, 12, "only S4 stands on the ladder"),
    ({"stage": 'stage = "S5"\nlevel = "L2"'}, 12, "only S4 stands on the ladder"),
    ({"stage": 'stage = "S9"'}, 11, "'S9' is not allowed"),
    ({"side": 'side = "lft"'}, 8, "(did you mean 'left'?)"),
    ({"clinician": 'clinician = ""'}, 5, "clinic mode decides stages"),
    ({"clinician": 'clinician = "  "'}, 5, "nothing but spaces"),
    ({"athlete": 'athlete = "jane@example.org"'}, 3, "names and addresses do not belong here"),
    ({"athlete": 'athlete = "../../etc"'}, 3, "cannot be part of a file name"),
    ({"athlete": "athlete = 7"}, 3, "valid string"),
    ({"mode": 'mode = "clinic"\nsymptom_only = true'}, 2, "why are the sensors left out"),
    ({"mode": 'mode = "self"\nsymptom_only = true\nsymptom_only_reason = "x"'}, 5, "is for clinic mode"),
    ({"since": 'since = "last week"'}, 12, "valid date"),
    ({"since": "since = 2026-01-10T10:00:00"}, 12, "date"),
    ({"schema_version": "schema_version = 2"}, 1, "this plan has schema version 2; this gaitpipe reads version 1"),
    ({"schema_version": "schema_version = 0"}, 1, "schema version 0"),
    ({"schema_version": "schema_version = true"}, 1, "must be the number 1"),
    ({"schema_version": "schema_version = 1.0"}, 1, "must be the number 1"),
    ({"schema_version": 'schema_version = "1"'}, 1, "must be the number 1"),
]


@pytest.mark.parametrize(("added", "line", "words"), ADDED)
def test_fault_in_an_added_table_is_told_with_its_line(refuse, added, line, words):
    assert_told(refuse(added), line, words)


@pytest.mark.parametrize(("replaced", "line", "words"), REPLACED)
def test_fault_in_a_replaced_line_is_told_with_its_line(refuse, replaced, line, words):
    assert_told(refuse(**replaced), line, words)


def assert_told(error: PlanError, line: int, words: str) -> None:
    assert any(fault.line == line and words in fault.problem for fault in error.faults), error.message
    assert error.exit_code == 2


def test_all_faults_of_several_tables_are_told_at_once_in_the_order_of_the_lines(refuse):
    error = refuse(
        '[thresholds]\npain_hold_maximum = 9\n[red_flags]\noff = ["RF1"]\n[flags.off]\nF11 = "x"\n',
        side='side = "lft"',
    )
    assert [fault.line for fault in error.faults] == [8, 16, 18, 20]
    assert "4 faults in this plan" in error.message


def test_a_newer_plan_is_refused_by_its_version_alone(refuse, plan_text):
    error = refuse(whole=plan_text.replace("schema_version = 1", "schema_version = 9\nfuture = 1"))
    assert len(error.faults) == 1
    assert "update" in error.advice


@pytest.mark.parametrize(
    "whole",
    ["a = ", "a = " + "[" * 3000, "a = " + "9" * 5000, "[plan]\n[plan]\n", "\x00"],
    ids=["syntax", "deep", "huge", "twice", "nul"],
)
def test_text_that_is_no_toml_is_refused(refuse, whole):
    assert refuse(whole=whole).advice == "The file is not valid TOML."


def test_an_empty_file_names_the_tables_that_are_missing(refuse):
    keys = {fault.key for fault in refuse(whole="").faults}
    assert {"plan", "tendon", "stage", "schema_version"} <= keys


def test_byte_order_mark_at_the_beginning_is_let_through(plan_text):
    assert parse_plan("\ufeff" + plan_text, "p").plan.athlete == "A01"


@pytest.mark.parametrize("end", ["low", "high"])
def test_all_settings_may_stand_at_the_same_end_of_their_ranges_together(make, end):
    values = {key: getattr(number, end) for key, number in SETTINGS.items() if not key.startswith("weekly_load_")}
    plan = make("[thresholds]\n" + "".join(f"{key} = {value!r}\n" for key, value in values.items()))
    assert {key: plan.value(key) for key in values} == values


@pytest.mark.parametrize("key", sorted(SETTINGS))
def test_no_setting_may_leave_its_range(refuse, key):
    number = SETTINGS[key]
    margin = max(1.0, number.high - number.low)
    for beyond in (number.low - margin, number.high + margin):
        assert "is outside" in refuse(f"[thresholds]\n{key} = {beyond!r}\n").message


def test_what_is_no_setting_cannot_be_set(refuse):
    for number in evidence.NUMBERS:
        if not number.setting:
            assert "is fixed" in refuse(f"[thresholds]\n{number.key} = {number.value!r}\n").message


FUTURE = [
    ('[stage.override]\nstage = "S2"\nreason = "x"\nclinician = "B"\ndecided = 2026-03-02\n', 19),
    ('[[red_flags.cleared]]\nid = "RF5"\nassessed = 2026-03-02\nreason = "x"\nclinician = "B"\n', 17),
]


@pytest.mark.parametrize(("added", "line"), FUTURE)
def test_what_has_been_done_cannot_lie_in_the_future(plan_text, added, line):
    text = plan_text + added
    assert parse_plan(text, "p", date(2026, 3, 2))
    with pytest.raises(PlanError, match="lies in the future") as caught:
        parse_plan(text, "p", date(2026, 3, 1))
    assert caught.value.faults[0].line == line


@pytest.mark.parametrize(("key", "table"), [("started", "[plan]"), ("since", "[stage]")])
def test_what_began_cannot_begin_tomorrow(plan_text, key, table):
    lines = [line for line in plan_text.splitlines() if not line.startswith((f"{key} ", f"{key}="))]
    text = "\n".join(lines).replace(table, f"{table}\n{key} = 2026-03-02") + "\n"
    assert parse_plan(text, "p", date(2026, 3, 2))
    with pytest.raises(PlanError, match="lies in the future"):
        parse_plan(text, "p", date(2026, 3, 1))


@pytest.mark.parametrize("name", ["-", "X", "--", "42"])
@pytest.mark.parametrize("mode", ["clinic", "self"])
def test_a_clinician_has_a_name(plan_text, name, mode):
    text = re.sub(r'clinician = ".*"', f'clinician = "{name}"', re.sub(r'mode = ".*"', f'mode = "{mode}"', plan_text))
    assert f'clinician = "{name}"' in text
    with pytest.raises(PlanError, match="is no name"):
        parse_plan(text, "p")


def test_a_baseline_of_tomorrow_is_refused(plan_text):
    with pytest.raises(PlanError, match="lies in the future"):
        parse_plan(plan_text + "recorded = 2026-03-02\n", "p", date(2026, 3, 1))
