"""The last seconds of a sensor: joined for speed, never over a gap, the same samples for any packet size."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.gait.recent import JOIN_SAMPLES, RecentBlocks
from gaitpipe.model import SampleBlock


def block(first: int, count: int) -> SampleBlock:
    numbers = np.arange(first, first + count, dtype=np.float64)
    vectors = np.stack([numbers, numbers + 0.1, numbers + 0.2], axis=1)
    return SampleBlock("left", "foot", first, 0.01 * numbers, vectors, -vectors, np.zeros(count, np.uint8))


def samples_of(recent: RecentBlocks, from_s: float, to_s: float) -> list[float]:
    times = [time for part in recent.near(from_s, to_s) for time in part.time_s.tolist()]
    return [time for time in times if from_s <= time <= to_s]


@pytest.mark.parametrize("size", [1, 3, JOIN_SAMPLES, 500])
def test_any_packet_size_gives_the_same_samples(size: int) -> None:
    recent = RecentBlocks()
    for first in range(0, 1000, size):
        recent.push(block(first, min(size, 1000 - first)))
    assert samples_of(recent, 2.0, 4.0) == samples_of_whole(2.0, 4.0)
    assert samples_of(recent, 9.9, 20.0) == samples_of_whole(9.9, 20.0)


def samples_of_whole(from_s: float, to_s: float) -> list[float]:
    recent = RecentBlocks()
    recent.push(block(0, 1000))
    return samples_of(recent, from_s, to_s)


def test_single_samples_are_joined_into_few_blocks() -> None:
    recent = RecentBlocks()
    for first in range(640):
        recent.push(block(first, 1))
    assert len(recent.near(-1.0, 100.0)) == 640 / JOIN_SAMPLES


def test_no_block_reaches_over_a_gap() -> None:
    recent = RecentBlocks()
    for first in (0, 1, 2, 7, 8):
        recent.push(block(first, 1))
    assert [(part.first_sample, len(part)) for part in recent.near(-1.0, 1.0)] == [(0, 3), (7, 2)]


def test_old_blocks_are_forgotten_and_all_are_cleared() -> None:
    recent = RecentBlocks()
    for first in range(0, 1000, 100):
        recent.push(block(first, 100))
    recent.forget(5.0)
    assert samples_of(recent, 0.0, 4.9) == []
    assert len(samples_of(recent, 5.0, 100.0)) == 500
    recent.clear()
    assert recent.near(-np.inf, np.inf) == []
