"""Heel raises and hops against the dossier: index, error of the test, norms, both sides."""

from __future__ import annotations

import pytest

from gaitpipe.rehab.strength import (
    heel_raise_criterion,
    hop_text,
    lsi_pct,
    stage1_heel_raise_criterion,
    stage2_heel_raise_criterion,
)


def test_case_c_has_an_index_of_75_and_a_difference_outside_the_error(make):
    found = heel_raise_criterion(make(), 21, 28)
    assert lsi_pct(21, 28) == 75.0
    assert found.met is False
    assert "75.0 %" in found.seen
    assert "7 apart, more than the test's error of 6" in found.seen


@pytest.mark.parametrize(
    ("injured", "other", "met"),
    [
        (25, 28, True),  # 89.3 %, but 3 apart is within the error and 25 is enough
        (22, 28, True),  # 6 apart: still within
        (21, 27, True),
        (27, 30, True),  # 90 %
        (36, 40, True),
        (35, 42, False),  # 83 %, 7 apart
        (19, 19, False),  # equal, but below the floor
        (19, 20, False),
        (30, 25, True),  # the injured side is the stronger
        (None, 28, None),
        (25, None, None),
        (None, None, None),
        (25, 0, None),
        (10, None, False),  # below the floor whatever the other leg does
    ],
)
def test_gate_of_stage_three(make, injured, other, met):
    assert heel_raise_criterion(make(), injured, other).met is met


def test_a_norm_stands_in_place_of_the_floor_but_not_inside_the_error_band(make):
    plan = make("[strength]\nheel_raise_norm_reps = 15\n")
    assert heel_raise_criterion(plan, 18, 19).met is True  # 94.7 %, above the norm
    assert heel_raise_criterion(plan, 17, 20).met is False  # 85 %: within the error, but below 20
    assert heel_raise_criterion(plan, 14, 14).met is False
    high = make("[strength]\nheel_raise_norm_reps = 30\n")
    assert heel_raise_criterion(high, 28, 28).met is False


@pytest.mark.parametrize(
    ("norm", "counts", "met"),
    [
        (22, (25, 24), True),
        (22, (24, 25), True),
        (22, (10, 40), False),
        (22, (40, 10), False),
        (22, (25, None), None),
        (22, (None, None), None),
        (22, (10, None), False),
        (None, (30, 30), None),
    ],
)
def test_with_both_sides_injured_only_the_norm_counts(make, norm, counts, met):
    added = "" if norm is None else f"[strength]\nheel_raise_norm_reps = {norm}\n"
    found = heel_raise_criterion(make(added, side='side = "both"'), *counts)
    assert found.met is met
    assert "%" not in found.seen + found.asked


@pytest.mark.parametrize("counts", [(21, 28), (25, 28), (5, 30), (None, 20)])
def test_swapping_the_injured_side_changes_nothing(make, counts):
    left, right = make(), make(side='side = "right"')
    assert heel_raise_criterion(left, *counts) == heel_raise_criterion(right, *counts)


@pytest.mark.parametrize(("injured", "met"), [(9, False), (10, True), (None, None)])
def test_ten_raises_lead_out_of_stage_one(make, injured, met):
    assert stage1_heel_raise_criterion(make(), injured, 30).met is met


@pytest.mark.parametrize(
    ("injured", "other", "met"),
    [(20, None, True), (16, 20, True), (15, 20, False), (19, None, None), (None, 20, None), (19, 24, False)],
)
def test_twenty_raises_or_80_percent_lead_out_of_stage_two(make, injured, other, met):
    assert stage2_heel_raise_criterion(make(), injured, other).met is met


def test_stage_two_with_both_sides_injured_does_not_compare(make):
    plan = make(side='side = "both"')
    assert stage2_heel_raise_criterion(plan, 16, 20).met is False
    assert stage2_heel_raise_criterion(plan, 21, 20).met is True
    assert stage1_heel_raise_criterion(plan, 12, 9).met is False
    assert stage1_heel_raise_criterion(plan, 12, None).met is None


def test_thresholds_of_the_plan_count(make):
    plan = make("[thresholds]\nheel_raise_lsi_pct = 100\nheel_raise_floor_reps = 28\n")
    assert heel_raise_criterion(plan, 29, 31).met is True
    assert heel_raise_criterion(plan, 27, 27).met is False


def test_hops_are_reported_and_do_not_gate(make):
    assert "80.0 % of the other side. Reported, not a gate" in hop_text(make(), 16, 20)
    assert "%" not in hop_text(make(side='side = "both"'), 16, 20)
    assert hop_text(make(), None, None) == "Single-leg hops: not tested."
    assert "not tested vs 20" in hop_text(make(), None, 20)
