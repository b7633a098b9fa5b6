"""Runners walked day by day from S1 into S5: never stuck, never held for what the plan itself asked for."""

from __future__ import annotations

import functools
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from gaitpipe.rehab.ladder import level_names
from module_beside import module_beside

WALKER = module_beside(__file__, "walker")
EVERY = pytest.mark.parametrize("every", [1, 14])
PATHS = pytest.mark.parametrize("path", ["R", "K"])


@functools.cache
def walked(path: str, location: str, every: int) -> Any:
    """A runner for whom all goes well, ten weeks into S5."""
    return WALKER.Walker(path, location, every).walk(40 * 7, then_days=70)


def position(decision: Any, plan: Any) -> int:
    """Place of what a decision leads to, stages and levels on one line."""
    names = level_names(plan)
    if decision.stage_out == "S4":
        return 4 + names.index(decision.level_out)
    return int(decision.stage_out[1]) if decision.stage_out < "S4" else 4 + len(names)


def before(decision: Any, plan: Any) -> int:
    names = level_names(plan)
    if decision.stage_in == "S4":
        return 4 + names.index(decision.level_in)
    return int(decision.stage_in[1]) if decision.stage_in < "S4" else 4 + len(names)


def fired(walker: Any) -> set[str]:
    return {rule.id for one in walker.decisions for rule in (*one.rules, *one.other_rules)} - {"P1"}


@EVERY
@PATHS
@pytest.mark.parametrize("location", ["midportion", "insertional"])
def test_a_runner_for_whom_all_goes_well_gets_to_s5_in_time(path: str, location: str, every: int) -> None:
    walker = walked(path, location, every)
    plan = walker.plan()
    assert walker.stage == "S5"
    assert fired(walker) == set()  # neither H5, nor H3 for a spike, nor anything else of the plan's own making
    assert not [flag for one in walker.decisions for flag in one.flags if flag.id == "F7" and flag.blocks]
    assert [before(one, plan) + 1 for _, one in walker.moves] == [position(one, plan) for _, one in walker.moves]
    reached = {one.stage_out: day for day, one in reversed(walker.moves)}
    weeks = [(b - a).days / 7 for a, b in pairwise([WALKER.START, *(reached[f"S{number}"] for number in range(2, 6))])]
    assert 8 <= sum(weeks) <= 20
    assert all(least <= found <= most for found, least, most in zip(weeks, (1, 2, 2, 4), (2, 4, 5, 9), strict=True))


@EVERY
@PATHS
def test_sessions_keep_their_days_and_their_growth(path: str, every: int) -> None:
    walker = walked(path, "midportion", every)
    runs = [row for row in walker.log if row.kind == "run"]
    hard = [row.date for row in walker.log if row.kind in ("run", "plyometric")]
    assert all((b - a).days >= 2 for a, b in pairwise(hard))
    for row in runs:
        week = [one.run_min for one in runs if row.date - timedelta(days=7) < one.date <= row.date]
        assert len(week) <= 3
        if row.level == "S5":
            assert row.run_min <= max(30.0, sum(week) - row.run_min) or len(week) < 3
    for older, row in pairwise(runs):
        longest = max(one.run_min for one in runs if one.date < row.date and one.date >= row.date - timedelta(days=30))
        assert row.run_min <= max(1.2 * longest, min(longest + 5.0, 20.0)), (older, row)
    weekly = [
        sum(row.run_min for row in runs if walker.since + timedelta(days=7 * back) <= row.date
            < walker.since + timedelta(days=7 * back + 7))
        for back in range(-2, 10)
    ]  # fmt: skip
    full = weekly[2:]
    assert all(b <= 1.2 * a + 1e-6 for a, b in pairwise(full))
    assert all(b >= 0.9 * a for a, b in pairwise(full))  # no going up and down
    assert full[-1] > full[0]


@EVERY
def test_path_r_runs_only_short_recordings_before_s4_and_only_after_hops(every: int) -> None:
    walker = walked("R", "midportion", every)
    s4 = next(day for day, one in walker.moves if one.stage_out == "S4")
    s3 = next(day for day, one in walker.moves if one.stage_out == "S3")
    early = [row for row in walker.log if row.kind == "run" and row.date < s4]
    hops = [row.date for row in walker.log if row.kind == "plyometric"]
    assert early
    assert all(3 <= row.run_min <= 8 and row.date > max(s3, hops[0]) for row in early)
    assert all((b.date - a.date).days >= 7 for a, b in pairwise(early))
    assert walker.base is not None
    assert walker.base.day == early[0].date


@EVERY
def test_path_k_takes_hops_and_runs_by_turns_however_often_it_is_planned_anew(every: int) -> None:
    walker = walked("K", "midportion", every)
    s3 = next(day for day, one in walker.moves if one.stage_out == "S3")
    s4 = next(day for day, one in walker.moves if one.stage_out == "S4")
    kinds = [row.kind for row in walker.log if s3 <= row.date < s4 and row.kind in ("run", "plyometric")]
    assert len(kinds) >= 4
    assert all(a != b for a, b in pairwise(kinds))


@EVERY
@PATHS
def test_a_bad_morning_every_third_week_steps_back_recovers_and_skips_nothing(path: str, every: int) -> None:
    walker = WALKER.Walker(path, "midportion", every, "S4", "L1", {"S4": 6.0, "S5": 6.0}).walk(24 * 7, then_days=99)
    plan = walker.plan()
    words = [one.decision for _, one in walker.moves]
    assert words.count("REGRESS") >= 6
    assert any(one.stage_out == "S5" for _, one in walker.moves)
    for _, one in walker.moves:
        step = position(one, plan) - before(one, plan)
        down = -2 if one.stage_in == "S5" else -1  # from S5 to the level without faster strides
        assert step == (1 if one.decision == "PROGRESS" else down)
    assert fired(walker) == {"R1", "H2"}  # one morning, both rules
    for row in (row for row in walker.log if row.notes == "bad"):
        after = [one.date for one in walker.log if one.date > row.date and one.kind in ("run", "plyometric")]
        assert not after or 4 <= (after[0] - row.date).days <= 7


@EVERY
def test_a_worse_morning_in_s3_holds_and_the_stage_is_left_later(every: int) -> None:
    usual = next(day for day, one in walked("K", "midportion", every).moves if one.stage_out == "S4")
    held = WALKER.Walker("K", "midportion", every, bad={"S3": 3.0}).walk(40 * 7, to="S4")
    assert "H2" in fired(held)
    assert held.stage == "S4"
    assert held.today >= usual
