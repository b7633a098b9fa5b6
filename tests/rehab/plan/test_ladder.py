"""The walk-run ladder: the table of the dossier, its growth rule, its ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe import evidence
from gaitpipe.errors import UsageError
from gaitpipe.rehab.ladder import (
    DEFAULT_LADDER,
    LADDER_SOURCE,
    GrowthLimits,
    ladder,
    level_after,
    level_before,
    level_words,
    running_minutes,
    steps_too_large,
)

LIMITS = GrowthLimits(20.0, 5.0, 20.0)


def test_default_ladder_is_the_table_of_the_dossier():
    rows = [(step.level, step.sets, step.run_min, step.walk_min, step.running_min) for step in DEFAULT_LADDER]
    assert rows == [
        ("L1", 6, 1, 2, 6), ("L2", 5, 2, 2, 10), ("L3", 5, 3, 2, 15), ("L4", 4, 5, 1, 20), ("L5", 3, 8, 1, 24),
        ("L6", 2, 14, 1, 28), ("L7", 1, 30, 0, 30), ("L8", 1, 30, 0, 30),
    ]  # fmt: skip
    assert [(step.strides, step.strides_s) for step in DEFAULT_LADDER] == [(0, 0)] * 7 + [(6, 15)]
    assert evidence.reference(LADDER_SOURCE)


def test_default_ladder_keeps_its_own_growth_rule(make):
    assert GrowthLimits.of(make()) == LIMITS
    assert steps_too_large(DEFAULT_LADDER, LIMITS) == ()


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        (15, 20, True),  # case A: +5 min up to 20
        (15, 20.1, False),
        (20, 24, True),  # +20 %
        (20, 25, False),
        (6, 11, True),
        (6, 11.1, False),
        (18, 22, False),
        (18, 21.6, True),
        (30, 30, True),
        (30, 36, True),
        (30, 20, True),
    ],
)
def test_growth_rule(before, after, allowed):
    assert LIMITS.allow(before, after) is allowed


@given(st.floats(1, 200), st.floats(1, 300))
def test_longest_run_that_is_named_is_allowed_and_nothing_beyond(before, after):
    longest = LIMITS.longest_after(before)
    assert LIMITS.allow(before, longest)
    assert LIMITS.allow(before, after) is (after <= longest + 1e-9)


def test_levels_follow_each_other_and_end_at_both_ends(make):
    plan = make()
    assert level_after(plan, "L4") == "L5"
    assert level_after(plan, "L8") is None
    assert level_before(plan, "L2") == "L1"
    assert level_before(plan, "L1") is None
    assert running_minutes(plan, "L5") == 24.0


def test_unknown_level_is_refused_with_the_nearest(make):
    with pytest.raises(UsageError, match="no level 'L9'") as caught:
        level_after(make(), "L9")
    assert "L1, L2" in caught.value.advice


def test_own_ladder_of_a_plan_counts(make):
    plan = make(
        '[[ladder]]\nlevel = "a"\nsets = 5\nrun_min = 1\nwalk_min = 1\n'
        '[[ladder]]\nlevel = "b"\nsets = 3\nrun_min = 3\nwalk_min = 1\n'
    )
    assert [step.level for step in ladder(plan)] == ["a", "b"]
    assert level_after(plan, "a") == "b"


def test_levels_in_words():
    words = [level_words(step) for step in DEFAULT_LADDER]
    assert words[0] == "6 x (1 min run, 2 min walk)"
    assert words[6] == "30 min run without a break"
    assert words[7] == "30 min run without a break, then 6 x 15 s a little faster"
