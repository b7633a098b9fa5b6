"""The turn between two patterns, and which strides repeat."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gaitpipe.gait.pattern import BINS, Neighbours, Patterned
from gaitpipe.gait.slip import ANGLE_COLUMNS, GAIT_SHARE, UNLIKE, blank, set_aside, turn_between
from gaitpipe.gait.table import ROW_DTYPE


def pattern(seed: int = 0) -> np.ndarray:
    """Three smooth periodic components and gravity."""
    generator, phase = np.random.default_rng(seed), 2 * np.pi * np.arange(BINS) / BINS
    waves = [
        np.cos(k * phase + generator.uniform(0, 6, (3, 1))) * generator.normal(0, 8 / k, (3, 1)) for k in (1, 2, 3)
    ]
    return np.asarray(np.sum(waves, axis=0).T + np.array([0.0, 0.0, 9.81]))


@pytest.mark.parametrize("angle_deg", [0.0, 3.0, 40.0, 120.0, 179.0])
@pytest.mark.parametrize("shift", [0, 1, -2])
def test_a_turned_pattern_gives_its_turn(angle_deg: float, shift: int) -> None:
    turn = Rotation.from_rotvec(np.radians(angle_deg) * np.array([0.48, -0.6, 0.64])).as_matrix()
    found = turn_between(pattern(), np.roll(pattern() @ turn.T, shift, axis=0))
    np.testing.assert_allclose(found.matrix, turn, atol=1e-9)
    assert found.angle_deg == pytest.approx(angle_deg, abs=1e-4)
    assert found.gait_deg < 1e-4


def test_a_larger_pattern_is_no_turn_and_no_change_of_gait() -> None:
    found = turn_between(pattern(), 1.7 * pattern())
    assert found.angle_deg < 1e-4
    assert found.gait_deg < 1e-4


def test_what_no_turn_explains_is_a_change_of_gait() -> None:
    found = turn_between(pattern(), pattern(1))
    assert found.gait_deg > 20.0
    assert not turn_between(pattern(), pattern() + 0.1 * (pattern(1) - pattern())).counts(5.0)
    assert found.counts(0.0) == (found.angle_deg > GAIT_SHARE * found.gait_deg)


def judged(patterns: list[np.ndarray], times_s: list[float] | None = None) -> list[bool]:
    neighbours = Neighbours()
    found = []
    for index, one in enumerate(patterns):
        found += neighbours.add(Patterned(times_s[index] if times_s else 0.7 * index, "run", one))
    found += neighbours.flush()
    assert [stride.pattern is one for (stride, _), one in zip(found, patterns, strict=True)]
    return [repeats for _, repeats in found]


def test_strides_that_repeat_count_and_others_do_not() -> None:
    gait, waving = [pattern()] * 6, [pattern(seed) for seed in (3, 4, 5, 6)]
    noisy = [one + np.random.default_rng(9).normal(0, 1, one.shape) for one in gait]
    assert judged(noisy) == [True] * 6
    assert judged([*noisy, waving[0], *noisy]) == [True] * 6 + [False] + [True] * 6
    assert judged([pattern(), pattern(3)]) == [False, False]
    assert judged([pattern()]) == [False]


def test_strides_far_apart_are_no_neighbours() -> None:
    assert judged([pattern()] * 4, [0.0, 0.7, 30.0, 60.0]) == [True, True, False, False]


def test_rows_are_blanked_in_invalid_times_and_marked_when_unlike() -> None:
    rows = np.zeros(4, ROW_DTYPE)
    rows["side"], rows["quality"] = ["left", "left", "right", "left"], ["ok", "gap", "ok", "ok"]
    rows["ic_s"], rows["next_ic_s"] = [1.0, 2.0, 2.0, 9.0], [1.7, 2.7, 2.7, np.nan]
    for name in ANGLE_COLUMNS:
        rows[name] = 1.0
    mine = rows["side"] == "left"
    blank(rows, mine, [(1.9, 5.0)])
    for name in ANGLE_COLUMNS:
        assert np.isnan(rows[name]).tolist() == [True, True, False, False], name
    blank(rows, mine, [(8.0, np.inf)])
    assert np.isnan(rows[ANGLE_COLUMNS[0]]).tolist() == [True, True, False, True]
    set_aside(rows, mine, [2.0, 9.0])
    assert rows["quality"].tolist() == ["ok", f"gap;{UNLIKE}", "ok", UNLIKE]
