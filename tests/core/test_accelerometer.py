"""Contacts from a shank accelerometer alone: same bits for any blocks, holes, snapshots, and without the compiler."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config

from gaitpipe.core.accelerometer_detector import STATE_DTYPE, AccelerometerDetector
from gaitpipe.core.accelerometer_kernel import ACC_CLIPPED, EVENT_WALKED, FLAG_BRIDGED
from gaitpipe.core.accelerometer_params import AccelerometerParams, accelerometer_hash, coefficients
from gaitpipe.core.kernel import EVENT_CLIPPED, EVENT_IC, EVENT_LOST, EVENT_NO_CONTACT, EVENT_RESTART, EVENT_TC
from gaitpipe.core.params import default_params
from gaitpipe.errors import AnalysisError
from gaitpipe.model import FLAG_ACC_CLIPPED, SampleBlock
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate

RATE_HZ = 104.0
SIZES = st.lists(st.sampled_from([1, 2, 3, 7, 41, 104, 700]), min_size=1, max_size=8)
HOLES = st.lists(st.tuples(st.integers(1, 900), st.sampled_from([1, 4, 10, 11, 60])), max_size=3)

PROGRAM = """
import hashlib, sys
import numpy as np
from numba import config
from gaitpipe.core.accelerometer_detector import AccelerometerDetector
from gaitpipe.core.accelerometer_params import AccelerometerParams
from gaitpipe.model import SampleBlock
assert config.DISABLE_JIT
data = np.load(sys.argv[1])
detector = AccelerometerDetector(AccelerometerParams(), 104.0)
count, digest = 0, hashlib.sha256()
for start, stop in ((0, 700), (704, 1300), (1340, 1800)):
    parts = (data[name][start:stop] for name in ("t", "a", "g", "f"))
    events = detector.push(SampleBlock("left", "shank", start, *parts))
    digest.update(events.tobytes())
    count += len(events)
digest.update(detector.finish().tobytes() + detector.snapshot())
print(count, digest.hexdigest())
"""


def new() -> AccelerometerDetector:
    return AccelerometerDetector(AccelerometerParams(), RATE_HZ)


def push_all(block: SampleBlock, cut: Any, pieces: list[tuple[int, int]]) -> tuple[np.ndarray, bytes]:
    detector = new()
    events = [detector.push(cut(block, start, stop)) for start, stop in pieces]
    return np.concatenate([*events, detector.finish()]), detector.snapshot()


def kept_pieces(count: int, holes: list[tuple[int, int]], sizes: list[int]) -> list[tuple[int, int]]:
    """Blocks of the given sizes, over and over, with holes (distance from the last one, length) between."""
    spans, start = [], 0
    for distance, length in holes:
        if start + distance + length < count:
            spans.append((start, start + distance))
            start += distance + length
    pieces, turn = [], 0
    for first, last in [*spans, (start, count)]:
        place = first
        while place < last:
            stop = min(last, place + sizes[turn % len(sizes)])
            pieces.append((place, stop))
            place, turn = stop, turn + 1
    return pieces


@cache
def _whole(course: Any) -> SampleBlock:
    block: SampleBlock = course("shank", RATE_HZ)
    return block


@settings(max_examples=4 if config.DISABLE_JIT else 20, deadline=None, derandomize=True)
@given(sizes=SIZES, holes=HOLES)
def test_any_blocks_with_any_holes_give_the_same_bits(
    course: Any, cut: Any, sizes: list[int], holes: list[tuple[int, int]]
) -> None:
    block = _whole(course)
    events, state = push_all(block, cut, kept_pieces(len(block), holes, sizes))
    again, other = push_all(block, cut, kept_pieces(len(block), holes, [len(block)]))
    assert (events.tobytes(), state) == (again.tobytes(), other)


@settings(max_examples=4 if config.DISABLE_JIT else 10, deadline=None, derandomize=True)
@given(place=st.floats(0.0, 1.0), holes=HOLES)
def test_a_restored_snapshot_continues_with_the_same_bits(
    course: Any, cut: Any, place: float, holes: list[tuple[int, int]]
) -> None:
    block = _whole(course)
    pieces = kept_pieces(len(block), holes, [37])
    split = round(place * len(pieces))
    first, second = new(), new()
    events = [first.push(cut(block, *piece)) for piece in pieces[:split]]
    second.restore(first.snapshot())
    first.finish()  # what the old one does afterwards must not matter
    events += [second.push(cut(block, *piece)) for piece in pieces[split:]]
    whole, state = push_all(block, cut, pieces)
    assert np.concatenate([*events, second.finish()]).tobytes() == whole.tobytes()
    assert second.snapshot() == state


def test_a_snapshot_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=f"{STATE_DTYPE.itemsize} bytes, not 3"):
        new().restore(b"abc")


def test_the_bits_are_those_of_plain_python(course: Any, cut: Any, tmp_path: Path) -> None:
    block = course("shank", RATE_HZ)
    np.savez(tmp_path / "block.npz", t=block.time_s, a=block.acc_m_s2, g=block.gyr_rad_s, f=block.flags)
    events, state = push_all(block, cut, [(0, 700), (704, 1300), (1340, 1800)])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "block.npz")],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    count, digest = done.stdout.split()
    assert int(count) > 20
    assert digest == hashlib.sha256(events.tobytes() + state).hexdigest()


@pytest.mark.parametrize("seed", range(4))
def test_any_mounting_gives_the_same_times(course: Any, cut: Any, seed: int) -> None:
    from scipy.spatial.transform import Rotation

    block = course("shank", RATE_HZ)
    turn = Rotation.random(random_state=seed).as_matrix()
    turned = SampleBlock(
        "left", "shank", 0, block.time_s, np.ascontiguousarray(block.acc_m_s2 @ turn.T), block.gyr_rad_s, block.flags
    )
    (straight, _), (other, _) = (push_all(one, cut, [(0, len(block))]) for one in (block, turned))
    assert list(other["kind"]) == list(straight["kind"])
    assert np.max(np.abs(other["time_s"] - straight["time_s"])) < 1e-6


def test_the_gyroscope_is_not_looked_at(course: Any, cut: Any) -> None:
    block = course("shank", RATE_HZ)
    blind = SampleBlock(
        "left", "shank", 0, block.time_s, block.acc_m_s2, np.full_like(block.gyr_rad_s, np.nan), block.flags
    )
    assert push_all(blind, cut, [(0, len(block))])[0].tobytes() == push_all(block, cut, [(0, len(block))])[0].tobytes()


def test_walking_and_running_are_told_apart_and_standing_gives_nothing(course: Any, cut: Any) -> None:
    """The course: stand to 3 s, walk to 9 s, run to 17 s, stand to 21 s, run to 27 s."""
    events, _ = push_all(course("shank", RATE_HZ), cut, [(0, len(course("shank", RATE_HZ)))])
    ends = events[events["kind"] == EVENT_TC]
    walked = (ends["flags"] & EVENT_WALKED) > 0
    assert walked[ends["time_s"] < 8.5].all()
    assert walked[ends["time_s"] < 8.5].size >= 2
    assert not walked[ends["time_s"] > 10.5].any()
    assert (~walked).sum() >= 12
    contacts_s = events["time_s"][events["kind"] == EVENT_IC]
    assert not np.any((contacts_s < 3.0) | ((contacts_s > 17.6) & (contacts_s < 20.9)))
    assert np.all(np.diff(contacts_s) > 0.4)


def test_contacts_in_a_short_hole_are_lost_and_a_long_one_begins_anew(course: Any, cut: Any) -> None:
    block = course("shank", RATE_HZ)
    whole, _ = push_all(block, cut, [(0, len(block))])
    contact = int(whole["sample"][whole["kind"] == EVENT_IC][8])
    short, _ = push_all(block, cut, [(0, contact - 2), (contact + 3, len(block))])
    near = short[(short["kind"] == EVENT_IC) & (np.abs(short["sample"] - contact) < 20)]
    assert len(near) == 1
    assert near["flags"][0] & EVENT_LOST
    assert EVENT_RESTART not in short["kind"]
    long, _ = push_all(block, cut, [(0, contact - 2), (contact + 30, len(block))])
    assert (long["kind"] == EVENT_RESTART).sum() == 1
    assert long["kind"][long["sample"] > contact + 300].size > 10


def test_a_short_hole_around_a_landing_never_moves_a_contact_that_counts(cut: Any) -> None:
    """It may hide the landing, and another rise of the force is taken for it: that contact is given as lost."""
    course = (Segment("stand", 2.0), Segment("run", 6.0, 3.0))
    stream = simulate(RunnerConfig(segments=course, placement="shank", rate_hz=RATE_HZ, seed=5)).sensors["left"]
    block = SampleBlock(
        "left", "shank", 0, stream.device_time_s, stream.acc_m_s2, stream.gyr_rad_s, stream.flags
    )  # fmt: skip
    whole, _ = push_all(block, cut, [(0, len(block))])
    contacts_s = whole["time_s"][whole["kind"] == EVENT_IC]
    lost = 0
    for start in range(int(contacts_s[3] * RATE_HZ) - 12, int(contacts_s[3] * RATE_HZ) + 9, 2):
        holed, _ = push_all(block, cut, [(0, start), (start + 5, len(block))])
        found = holed[holed["kind"] == EVENT_IC]
        near = np.abs(found["time_s"][:, None] - contacts_s).argmin(axis=1)
        given = (found["flags"] & EVENT_LOST) == 0
        assert np.max(np.abs(found["time_s"] - contacts_s[near])[given]) < 0.002
        lost += not given.all()
    assert lost >= 5


def test_a_clipped_landing_keeps_its_time_and_loses_its_peak(course: Any, cut: Any) -> None:
    block = course("shank", RATE_HZ)
    limit = 4.0 * 9.80665
    flags = np.where(np.abs(block.acc_m_s2).max(axis=1) >= limit, FLAG_ACC_CLIPPED, 0).astype(np.uint8)
    cropped = SampleBlock(
        "left", "shank", 0, block.time_s, np.clip(block.acc_m_s2, -limit, limit), block.gyr_rad_s, flags
    )
    whole, _ = push_all(block, cut, [(0, len(block))])
    clipped, _ = push_all(cropped, cut, [(0, len(block))])
    running, marked = (one[(one["kind"] == EVENT_IC) & (one["time_s"] > 21.5)] for one in (whole, clipped))
    assert np.median(np.abs(running["time_s"] - marked["time_s"])) < 0.003
    assert (marked["flags"] & EVENT_CLIPPED).any()


def test_a_stop_ends_the_chain(course: Any, cut: Any) -> None:
    events, _ = push_all(course("shank", RATE_HZ), cut, [(0, len(course("shank", RATE_HZ)))])
    stops_s = events["time_s"][events["kind"] == EVENT_NO_CONTACT]
    assert np.any((stops_s > 16.5) & (stops_s < 20.0))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_not_finite_is_refused(course: Any, cut: Any, value: float) -> None:
    block = cut(course("shank", RATE_HZ), 0, 50)
    acc = block.acc_m_s2.copy()
    acc[20, 1] = value
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="finite"):
        new().push(SampleBlock("left", "shank", 0, block.time_s, acc, block.gyr_rad_s, block.flags))


def test_a_block_that_goes_back_is_refused(course: Any, cut: Any) -> None:
    detector = new()
    detector.push(cut(course("shank", RATE_HZ), 0, 50))
    with pytest.raises(ValueError, match="before 50"):
        detector.push(cut(course("shank", RATE_HZ), 40, 60))


def test_nothing_in_gives_nothing_out(course: Any, cut: Any) -> None:
    detector = new()
    assert len(detector.finish()) == 0
    assert len(detector.push(cut(course("shank", RATE_HZ), 0, 0))) == 0


def test_rates_outside_the_range_are_refused() -> None:
    with pytest.raises(AnalysisError, match="20 Hz"):
        coefficients(AccelerometerParams(), 20.0)


def test_the_hash_knows_both_the_detector_and_what_is_taken_off() -> None:
    shank, foot = default_params("shank"), default_params("foot")
    base = accelerometer_hash(AccelerometerParams(), shank)
    assert base != accelerometer_hash(AccelerometerParams(smooth_hz=14.0), shank)
    assert base != accelerometer_hash(AccelerometerParams(), foot)


def test_the_flag_bits_are_those_of_the_blocks() -> None:
    assert ACC_CLIPPED == FLAG_ACC_CLIPPED
    assert FLAG_BRIDGED & FLAG_ACC_CLIPPED == 0
