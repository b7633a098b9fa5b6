"""Live equals offline: however a signal is cut into blocks, events and the last state are the same to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.core.detector import Detector
from gaitpipe.core.kernel import EVENT_DTYPE, EVENT_IC, EVENT_RESTART, EVENT_SWING
from gaitpipe.core.params import default_params
from gaitpipe.core.state import STATE_DTYPE
from gaitpipe.model import Placement, SampleBlock

RATE_HZ = 104.0
PLACEMENT = st.sampled_from(["foot", "shank"])
SIZES = st.lists(st.sampled_from([1, 2, 3, 7, 13, 41, 104, 700]), min_size=1, max_size=12)
HOLES = st.lists(st.tuples(st.integers(1, 900), st.sampled_from([1, 4, 10, 11, 60])), max_size=4)


def kept_pieces(count: int, holes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of a signal of `count` samples between holes (distance from the last one, length)."""
    pieces, start = [], 0
    for distance, length in holes:
        if start + distance + length >= count:
            break
        pieces.append((start, start + distance))
        start += distance + length
    return [*pieces, (start, count)]


def cut_up(pieces: list[tuple[int, int]], sizes: list[int]) -> list[tuple[int, int]]:
    """Cut every piece into blocks, the sizes over and over again."""
    blocks, turn = [], 0
    for first, last in pieces:
        start = first
        while start < last:
            stop = min(last, start + sizes[turn % len(sizes)])
            blocks.append((start, stop))
            start, turn = stop, turn + 1
    return blocks


@settings(max_examples=25, deadline=None, derandomize=True)
@given(placement=PLACEMENT, sizes=SIZES, holes=HOLES)
def test_any_blocks_with_any_holes_give_the_same_bits(
    course: Any, run_pieces: Any, placement: Placement, sizes: list[int], holes: list[tuple[int, int]]
) -> None:
    block = course(placement, RATE_HZ)
    pieces = kept_pieces(len(block), holes)
    assert run_pieces(block, RATE_HZ, cut_up(pieces, sizes)) == run_pieces(block, RATE_HZ, pieces)


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_single_samples_give_the_same_bits(course: Any, run_pieces: Any, placement: Placement) -> None:
    block = course(placement, RATE_HZ)
    whole = run_pieces(block, RATE_HZ, [(0, len(block))])
    assert len(whole[0]) > 50 * EVENT_DTYPE.itemsize
    assert run_pieces(block, RATE_HZ, cut_up([(0, len(block))], [1])) == whole


@settings(max_examples=20, deadline=None, derandomize=True)
@given(placement=PLACEMENT, place=st.floats(0.0, 1.0), holes=HOLES)
def test_a_restored_snapshot_continues_with_the_same_bits(
    course: Any, cut: Any, run_pieces: Any, placement: Placement, place: float, holes: list[tuple[int, int]]
) -> None:
    block = course(placement, RATE_HZ)
    blocks = cut_up(kept_pieces(len(block), holes), [37])
    split = round(place * len(blocks))
    events = []
    detector = Detector(default_params(placement), RATE_HZ)
    for start, stop in blocks[:split]:
        events.append(detector.push(cut(block, start, stop)))
    snapshot = detector.snapshot()
    detector.push(cut(block, len(block) - 50, len(block)))  # what the old one does afterwards must not matter
    second = Detector(default_params(placement), RATE_HZ)
    second.restore(snapshot)
    for start, stop in blocks[split:]:
        events.append(second.push(cut(block, start, stop)))
    state = second.snapshot()
    events.append(second.finish())
    assert (np.concatenate(events).tobytes(), state) == run_pieces(block, RATE_HZ, blocks)


def test_a_snapshot_of_another_length_is_refused() -> None:
    detector = Detector(default_params("foot"), RATE_HZ)
    before = detector.snapshot()
    assert len(before) == STATE_DTYPE.itemsize
    for wrong in (b"", before[:-1], before + b"\0"):
        with pytest.raises(ValueError, match=f"{STATE_DTYPE.itemsize} bytes, not {len(wrong)}"):
            detector.restore(wrong)
    assert detector.snapshot() == before


def test_an_empty_block_changes_nothing(course: Any, cut: Any) -> None:
    block = course("foot", RATE_HZ)
    detector = Detector(default_params("foot"), RATE_HZ)
    detector.push(cut(block, 0, 700))
    before = detector.snapshot()
    assert len(detector.push(cut(block, 700, 700))) == 0
    assert detector.snapshot() == before


def test_a_block_that_goes_back_is_refused_and_changes_nothing(course: Any, cut: Any) -> None:
    block = course("foot", RATE_HZ)
    detector = Detector(default_params("foot"), RATE_HZ)
    detector.push(cut(block, 0, 700))
    before = detector.snapshot()
    with pytest.raises(ValueError, match="starts at sample 699, before 700"):
        detector.push(cut(block, 699, 800))
    assert detector.snapshot() == before


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("channel", ["acc_m_s2", "gyr_rad_s"])
def test_a_value_that_is_not_finite_is_refused(course: Any, cut: Any, bad: float, channel: str) -> None:
    block = cut(course("foot", RATE_HZ), 0, 500)
    values = {"acc_m_s2": block.acc_m_s2.copy(), "gyr_rad_s": block.gyr_rad_s.copy()}
    values[channel][250, 1] = bad
    poisoned = SampleBlock("left", "foot", 0, block.time_s, **values, flags=block.flags)
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="finite"):
        Detector(default_params("foot"), RATE_HZ).push(poisoned)


def lobe(time_s: np.ndarray, start_s: float, length_s: float, height: float) -> np.ndarray:
    inside = (time_s >= start_s) & (time_s < start_s + length_s)
    return np.where(inside, height * np.sin(np.pi * (time_s - start_s) / length_s), 0.0)


def test_two_swings_that_close_within_one_short_block_are_both_reported(run_pieces: Any) -> None:
    """A swing that closes late and one that closes soon: their ends lie nearer together than the shortest stride."""
    rate_hz = 208.0
    time_s = np.arange(round(4 * rate_hz)) / rate_hz
    rate = lobe(time_s, 0.55, 0.3, 10.0) - lobe(time_s, 0.85, 0.3, 6.0)
    rate += lobe(time_s, 1.15, 0.3, 10.0) + 6.0 * ((time_s >= 1.42) & (time_s < 1.62))
    rate += lobe(time_s, 1.74, 0.10, 30.0) - lobe(time_s, 1.84, 0.3, 25.0)
    gyr = np.zeros((len(time_s), 3))
    gyr[:, 1] = -rate
    acc = np.tile([0.0, 0.0, 9.81], (len(time_s), 1))
    block = SampleBlock("left", "foot", 0, time_s, acc, gyr, np.zeros(len(time_s), np.uint8))
    whole = run_pieces(block, rate_hz, [(0, len(block))])
    single = run_pieces(block, rate_hz, [(k, k + 1) for k in range(len(block))])
    assert single == whole
    detector = Detector(default_params("foot"), rate_hz)
    closings = []
    for k in range(len(block)):
        events = detector.push(SampleBlock("left", "foot", k, *(
            x[k : k + 1] for x in (block.time_s, block.acc_m_s2, block.gyr_rad_s, block.flags)
        )))  # fmt: skip
        closings += [(k, len(events))] * int((events["kind"] == EVENT_SWING).any())
    between = np.diff([k for k, _ in closings])
    shortest = round(default_params("foot").minimum_stride_s * rate_hz)
    close = int(np.argmin(between))
    assert between[close] < shortest - 1, closings
    assert closings[close][1] + closings[close + 1][1] > 3, closings
    start, stop = closings[close][0], closings[close + 1][0] + 1
    assert run_pieces(block, rate_hz, [(0, start), (start, stop), (stop, len(block))]) == whole


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_a_bridged_hole_moves_only_the_events_around_it(course: Any, cut: Any, placement: Placement) -> None:
    rate_hz = 208.0
    block = course(placement, rate_hz)
    detector = Detector(default_params(placement), rate_hz)
    whole = detector.push(block)
    contacts = whole[(whole["kind"] == EVENT_IC) & (whole["time_s"] > 10)]
    hole = int(contacts["sample"][4]) + 2
    holed = Detector(default_params(placement), rate_hz)
    got = np.concatenate([holed.push(cut(block, 0, hole)), holed.push(cut(block, hole + 4, len(block)))])
    assert np.array_equal(got["kind"], whole["kind"])
    lost = got["flags"] != whole["flags"]
    margin_s = default_params(placement).gap_margin_s + 2.0 / rate_hz
    assert lost.sum() == 1
    assert got["kind"][lost] == EVENT_IC
    assert np.all(np.abs(whole["sample"][lost] - (hole + 2)) < 4 + margin_s * rate_hz)
    before = whole["sample"] < hole - 25
    after = whole["sample"] > hole + 60
    assert got[before].tobytes() == whole[before].tobytes()
    np.testing.assert_allclose(got["time_s"][after], whole["time_s"][after], rtol=0, atol=1e-5)


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_a_long_hole_restarts_and_says_so_once(course: Any, cut: Any, placement: Placement) -> None:
    rate_hz = 208.0
    block = course(placement, rate_hz)
    detector = Detector(default_params(placement), rate_hz)
    detector.push(cut(block, 0, 2500))
    limit = round(default_params(placement).bridge_gap_s * rate_hz)
    events = detector.push(cut(block, 2500 + limit + 1, len(block)))
    assert np.flatnonzero(events["kind"] == EVENT_RESTART).tolist() == [0]
    assert events["time_s"][0] == block.time_s[2500 + limit + 1]
    assert np.all(events["sample"] >= 2500 + limit + 1 - 30)
    bridged = Detector(default_params(placement), rate_hz)
    bridged.push(cut(block, 0, 2500))
    assert not (bridged.push(cut(block, 2500 + limit, len(block)))["kind"] == EVENT_RESTART).any()
