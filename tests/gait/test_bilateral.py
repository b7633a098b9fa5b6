"""Joining both feet: exact pairing against a brute-force one, in any order of arrival."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.gait.bilateral import BilateralJoiner
from gaitpipe.gait.strides import Stride
from gaitpipe.model import SIDES, Side


def stride(side: Side, number: int, ic_s: float, next_ic_s: float) -> Stride:
    return Stride(side, number, ic_s, np.nan, ic_s, np.nan, next_ic_s, np.nan, np.nan, np.nan, "run", "ok")


def strides_of(side: Side, contacts_s: list[float], dropped: set[int]) -> list[Stride]:
    """Each contact to the next, but for the dropped ones."""
    pairs = pairwise(contacts_s)
    return [stride(side, k, *pair) for k, pair in enumerate(pairs) if k not in dropped]


def brute_force(strides: list[Stride], contacts_s: dict[Side, list[float]]) -> list[tuple[Stride, float]]:
    """Look at every contact of the other foot for every stride: the one inside it, when there is just one."""
    rows = []
    for one in sorted(strides, key=lambda stride: (stride.ic_s, stride.side)):
        others = contacts_s["right" if one.side == "left" else "left"]
        inside = [time_s for time_s in others if one.ic_s < time_s < one.next_ic_s]
        rows.append((one, inside[0] if len(inside) == 1 else math.nan))
    return rows


def assert_rows(rows: list[tuple[Stride, float]], expected: list[tuple[Stride, float]]) -> None:
    assert [row[0] for row in rows] == [row[0] for row in expected]
    np.testing.assert_array_equal([row[1] for row in rows], [row[1] for row in expected])


# Times are multiples of 1/16 s, so that contacts of both feet often coincide: the edges are part of the test.
CONTACTS = st.lists(st.integers(1, 24), max_size=25).map(lambda steps: (np.cumsum(steps) / 16.0).tolist())
DROPPED = st.sets(st.integers(0, 24), max_size=5)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(left=CONTACTS, right=CONTACTS, dropped=st.tuples(DROPPED, DROPPED), turns=st.lists(st.booleans(), min_size=1))
def test_any_strides_in_any_order_are_paired_as_by_brute_force(
    left: list[float], right: list[float], dropped: tuple[set[int], set[int]], turns: list[bool]
) -> None:
    contacts_s: dict[Side, list[float]] = {"left": left, "right": right}
    strides = {side: strides_of(side, contacts_s[side], gone) for side, gone in zip(SIDES, dropped, strict=True)}
    expected = brute_force([*strides["left"], *strides["right"]], contacts_s)
    joiner, rows = BilateralJoiner(SIDES), []
    waiting = {side: [(time_s, k) for k, time_s in enumerate(contacts_s[side])] for side in SIDES}
    turn = 0
    while any(waiting.values()):
        side = SIDES[turns[turn % len(turns)]]
        if not waiting[side]:
            side = SIDES[1 - SIDES.index(side)]
        turn += 1
        time_s, k = waiting[side].pop(0)
        joiner.contact(side, time_s)
        for one in strides[side]:
            if one.number == k - 1:
                joiner.push(one)
        rows += joiner.advance(side, time_s)
    rows += joiner.flush()
    assert_rows(rows, expected)


def test_a_silent_foot_holds_rows_back_until_the_end() -> None:
    joiner = BilateralJoiner(SIDES)
    for time_s in (1.0, 1.7, 2.4):
        joiner.contact("left", time_s)
    joiner.push(stride("left", 1, 1.0, 1.7))
    joiner.push(stride("left", 2, 1.7, 2.4))
    assert joiner.advance("left", 100.0) == []
    assert_rows(joiner.flush(), [(stride("left", 1, 1.0, 1.7), np.nan), (stride("left", 2, 1.7, 2.4), np.nan)])
    assert joiner.flush() == []


def test_a_foot_that_is_back_releases_rows_in_order_of_time() -> None:
    joiner = BilateralJoiner(SIDES)
    for time_s in (1.0, 1.7):
        joiner.contact("left", time_s)
    joiner.push(stride("left", 1, 1.0, 1.7))
    assert joiner.advance("left", 9.0) == []
    for time_s in (0.65, 1.35):
        joiner.contact("right", time_s)
    joiner.push(stride("right", 1, 0.65, 1.35))
    assert_rows(joiner.advance("right", 1.5), [(stride("right", 1, 0.65, 1.35), 1.0)])
    assert_rows(joiner.advance("right", 1.7), [(stride("left", 1, 1.0, 1.7), 1.35)])


def test_a_watermark_never_falls() -> None:
    joiner = BilateralJoiner(SIDES)
    joiner.advance("left", 5.0)
    joiner.advance("left", 1.0)
    joiner.contact("right", 2.0)
    joiner.push(stride("right", 1, 2.0, 2.7))
    assert len(joiner.advance("right", 5.0)) == 1


def test_one_sensor_never_knows_of_the_other_foot() -> None:
    joiner = BilateralJoiner(("right",))
    for time_s in (1.0, 1.7):
        joiner.contact("right", time_s)
    joiner.push(stride("right", 1, 1.0, 1.7))
    assert_rows(joiner.advance("right", 1.7), [(stride("right", 1, 1.0, 1.7), np.nan)])


def test_memory_does_not_grow_with_the_session() -> None:
    joiner = BilateralJoiner(SIDES)
    for k in range(2000):
        for side, shift_s in (("left", 0.0), ("right", 0.35)):
            joiner.contact(side, 0.7 * k + shift_s)
            if k:
                joiner.push(stride(side, k, 0.7 * (k - 1) + shift_s, 0.7 * k + shift_s))
            joiner.advance(side, 0.7 * k + shift_s)
    assert max(len(contacts) for contacts in joiner._contacts.values()) < 40
    assert len(joiner._waiting) < 5
