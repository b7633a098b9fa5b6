"""What is odd but allowed is said; what differs is said in words."""

from __future__ import annotations

from datetime import date

import pytest

from gaitpipe.rehab.plan_diff import changes_between, changes_from_defaults
from gaitpipe.rehab.plan_findings import plan_findings

SELF = {"mode": 'mode = "self"', "clinician": 'clinician = ""'}
EXERCISE = (
    '[[exercise]]\nid = "x"\nname = "Raise"\nkind = "{}"\nstages = ["{}"]\ntier = 2\nknee = "{}"\nsets = 3\n'
    'dose = "10"\nper_week = 3\nsource = "own"\n'
)
OVERRIDE = '[stage.override]\nstage = "{}"\nlevel = "L1"\nreason = "race"\nclinician = "B"\ndecided = 2026-01-05\n'
STEPS = "".join(f'[[ladder]]\nlevel = "{name}"\nsets = 1\nrun_min = {{}}\nwalk_min = 0\n' for name in ("a", "b"))


def codes(plan, on=None) -> dict[str, str]:
    return {finding.code: finding.severity for finding in plan_findings(plan, on)}


CASES = [
    ("", {"side": 'side = "both"'}, "plan-bilateral-norm", "warning"),
    ("", {}, "plan-norm", "info"),
    ("[strength]\nper_week = 1\n", {}, "plan-strength-days", "warning"),
    ("", SELF, "plan-no-clinician", "info"),
    ("[thresholds]\nindex_red_pct = 8\n", SELF, "plan-changed-without-clinician", "warning"),
    ("", {"mode": 'mode = "self"\nage_years = 16'}, "plan-clinician-only", "warning"),
    ("", {"mode": 'mode = "self"\nclinician_only = true'}, "plan-clinician-only", "warning"),
    ("", {"mode": 'mode = "clinic"\nage_years = 16'}, "plan-under-age", "warning"),
    ("", {"mode": 'mode = "clinic"\nsymptom_only = true\nsymptom_only_reason = "x"'}, "plan-symptom-only", "warning"),
    ("", {"athlete": 'athlete = "Jane Doe"'}, "plan-athlete-name", "warning"),
    ("", {"sessions": "sessions = []"}, "plan-baseline", "info"),
    ("", {"sessions": 'sessions = ["a", "a"]'}, "plan-baseline-twice", "warning"),
    ("", {"sessions": 'sessions = ["a"]\nincline_pct = 4'}, "plan-baseline-incline", "warning"),
    ("", {"sessions": 'sessions = ["a"]\nincline_pct = -4'}, "plan-baseline-incline", "warning"),
    ("", {}, "plan-baseline-context", "info"),
    ("[load]\ntest_retest_psi = [99, 101]\n", {}, "plan-test-retest", "warning"),
    ("[thresholds]\nrecovery_high_days = 4\n", {}, "plan-unverified", "info"),
    ('[flags.off]\nF3 = "x"\n', {}, "plan-flag-off", "warning"),
    ('[red_flags]\noff = ["RF6"]\n', {}, "plan-red-flag-off", "warning"),
    (
        '[[red_flags.cleared]]\nid = "RF1"\nassessed = 2026-01-01\nreason = "ok"\nclinician = "B"\n',
        {},
        "plan-red-flag-cleared",
        "info",
    ),
    ("[thresholds]\nladder_growth_pct = 10\n", {}, "plan-ladder-growth", "warning"),
    (STEPS.format(15, 12), {}, "plan-ladder-falls", "warning"),
    (STEPS.format(40, 40), {}, "plan-ladder-start", "warning"),
    (STEPS.format(10, 12), {}, "plan-ladder-end", "warning"),
    ("[symptom_baseline]\nstiff_am_min = 90\n", {}, "plan-stiff-baseline", "warning"),
    ("[load]\ntest_retest_psi = [1.0, 1.01, 0.99]\n", {}, "plan-test-retest-mean", "warning"),
    (EXERCISE.format("slow heavy", "S3", "straight"), {}, "plan-no-soleus", "warning"),
    (EXERCISE.format("slow heavy", "S3", "bent"), {}, "plan-no-strength", "warning"),
    (EXERCISE.format("hops", "S2", "bent"), {}, "plan-early-spring", "warning"),
    (
        EXERCISE.format("slow heavy", "S3", "bent"),
        {"location": 'location = "insertional"'},
        "plan-below-floor",
        "warning",
    ),
    (EXERCISE.format("drills", "S3", "bent") + 'locations = ["insertional"]\n', {}, "plan-other-location", "info"),
    ('[phrases]\nA1 = "A bit quicker."\n', {}, "plan-phrase", "info"),
    ("[symptom_baseline]\npain_am = 5\n", {}, "plan-sore-baseline", "warning"),
    ("", {"since": ""}, "plan-since", "warning"),
    (OVERRIDE.format("S4"), {}, "plan-override", "info"),
    (OVERRIDE.format("S4"), {}, "plan-old-override", "warning"),
    (OVERRIDE.format("S4"), {"stage": 'stage = "S1"'}, "plan-skipped-stage", "warning"),
]


@pytest.mark.parametrize(("added", "replaced", "code", "severity"), CASES)
def test_what_is_odd_is_a_finding(make, added, replaced, code, severity):
    assert codes(make(added, **replaced))[code] == severity


def test_a_plain_plan_has_no_warning(make):
    plan = make("[strength]\nheel_raise_norm_reps = 22\n")
    assert set(codes(plan).values()) == {"info"}


def test_dates_are_looked_at_where_today_is_known(make):
    plan = make(sessions='sessions = ["a"]\nrecorded = 2025-01-01')
    assert "plan-stale-baseline" not in codes(plan)
    assert "plan-stale-baseline" in codes(plan, date(2026, 2, 1))
    assert "plan-stale-baseline" not in codes(plan, date(2025, 2, 1))


def test_a_usual_morning_that_the_log_can_move_is_said(make):
    assert "plan-usual-morning" in codes(make())
    assert "plan-usual-morning" in codes(make("[symptom_baseline]\npain_am = 1\n"))
    assert "plan-usual-morning" not in codes(make("[symptom_baseline]\npain_am = 1\nstiff_am_min = 5\n"))


def test_a_plan_that_only_says_who_changes_nothing(make):
    assert changes_from_defaults(make()) == ()


def test_threshold_is_told_with_old_new_unit_and_grade(make):
    (change,) = changes_from_defaults(make("[thresholds]\nindex_red_pct = 8\n"))
    assert (change.key, change.before, change.after) == ("thresholds.index_red_pct", "10 %", "8 %")
    assert str(change).endswith("10 % -> 8 % (grade D)")


def test_a_number_from_memory_is_told_as_unverified(make):
    (change,) = changes_from_defaults(make("[thresholds]\nrecovery_high_days = 4\n"))
    assert change.unverified
    assert "3 d -> 4 d (grade C, unverified)" in str(change)


def test_own_value_equal_to_the_default_is_no_change(make):
    assert changes_from_defaults(make("[thresholds]\nindex_red_pct = 10\n")) == ()


@pytest.mark.parametrize(
    ("added", "replaced", "words"),
    [
        (STEPS.format(10, 12), {}, "ladder L1: 6 x (1 min run, 2 min walk) -> not there"),
        (STEPS.format(10, 12), {}, "ladder a: not there -> 10 min run without a break"),
        ('[flags.off]\nF3 = "x"\n', {}, "flag F3 off: not set -> x"),
        ('[red_flags]\noff = ["RF6"]\n', {}, "red flag RF6: on -> off"),
        ('[red_flags.extra]\nRF9 = "gout"\n', {}, "own red flag RF9: not set -> gout"),
        ('[phrases]\nA8 = "Too small to tell."\n', {}, "measurement error. -> Too small to tell."),
        ("[strength]\nper_week = 2\n", {}, "strength days a week: not set -> 2"),
        ("[symptom_baseline]\npain_am = 2\n", {}, "usual morning pain: not set -> 2 of 10"),
        ("[load]\ntest_retest_psi = [99, 100, 101]\n", {}, "own test-retest of the index: not set -> 99, 100, 101"),
        (EXERCISE.format("slow heavy", "S3", "bent"), {}, "exercise x: not there -> S3; Raise [soleus]: 3 x 10"),
        (OVERRIDE.format("S4"), {}, "clinician's override: not set -> S4 L1 by B on 2026-01-05: race"),
        ("", {"mode": 'mode = "clinic"\nsymptom_only = true\nsymptom_only_reason = "x"'}, "symptoms alone: no -> yes"),
    ],
)
def test_each_sort_of_change_is_told_in_words(make, added, replaced, words):
    assert any(words in str(change) for change in changes_from_defaults(make(added, **replaced)))


def test_two_plans_are_compared_in_all_they_say(make):
    before = make()
    after = make("[thresholds]\nindex_red_pct = 8\n", stage='stage = "S4"\nlevel = "L1"', side='side = "right"')
    told = [str(change) for change in changes_between(before, after)]
    assert told == [
        "injured side: left -> right",
        "stage: S3 -> S4",
        "ladder level: not set -> L1",
        "index red pct (per-step index above baseline, and above its smallest detectable change): "
        "10 % -> 8 % (grade D)",
    ]
    assert changes_between(after, after) == ()


def test_order_of_the_ladder_is_a_change(make):
    before, after = (
        make(STEPS.format(10, 10)),
        make(STEPS.format(10, 10).replace('"a"', '"c"').replace('"b"', '"a"').replace('"c"', '"b"')),
    )
    assert [change.label for change in changes_between(before, after)] == ["order of the ladder"]
