"""The compiled kernel against the readable oracle: the same events from two independent statements of the rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.core.detector import Detector
from gaitpipe.core.kernel import (
    EVENT_CLIPPED,
    EVENT_IC,
    EVENT_LOST,
    EVENT_NO_CONTACT,
    EVENT_RESTART,
    EVENT_SWING,
    EVENT_TC,
)
from gaitpipe.core.params import default_params
from gaitpipe.gait.alignment import part_of
from gaitpipe.model import FLAG_ACC_CLIPPED, FLAG_GYR_CLIPPED, Placement, SampleBlock
from gaitpipe.simulate.runner import RunnerConfig, Segment, SensorErrorConfig, Strike, simulate

KINDS = {
    EVENT_IC: "ic",
    EVENT_TC: "tc",
    EVENT_SWING: "swing",
    EVENT_RESTART: "restart",
    EVENT_NO_CONTACT: "no contact",
}
PLACEMENTS = pytest.mark.parametrize("placement", ["foot", "shank"])


def stretches_of(naive: Any, block: SampleBlock, holes: list[tuple[int, int]], bridge: int) -> list[Any]:
    """The block without its holes, short ones filled by straight lines, as the rules say."""
    kept = np.ones(len(block), bool)
    for start, stop in holes:
        kept[start:stop] = False
    have = np.flatnonzero(kept)
    splits = np.flatnonzero(np.diff(have) - 1 > bridge)
    stretches = []
    for part in np.split(have, splits + 1):
        first, last = int(part[0]), int(part[-1]) + 1
        places = np.arange(first, last)

        def fill(x: np.ndarray, part: np.ndarray = part, places: np.ndarray = places) -> np.ndarray:
            return np.interp(places, part, x[part])

        stretches.append(
            naive.Stretch(
                first_sample=block.first_sample + first,
                time_s=fill(block.time_s),
                acc=np.stack([fill(block.acc_m_s2[:, axis]) for axis in range(3)], axis=1),
                gyr=np.stack([fill(block.gyr_rad_s[:, axis]) for axis in range(3)], axis=1),
                bridged=~kept[first:last],
                clipped=(block.flags[first:last] & FLAG_ACC_CLIPPED).astype(bool) & kept[first:last],
                rate_clipped=(block.flags[first:last] & FLAG_GYR_CLIPPED).astype(bool) & kept[first:last],
            )
        )
    return stretches


def assert_same(naive: Any, block: SampleBlock, rate_hz: float, holes: list[tuple[int, int]] | None = None) -> int:
    """Compare all events; returns their number."""
    params, holes = default_params(block.placement), holes or []
    detector = Detector(params, rate_hz)
    edges = [0, *(edge for hole in holes for edge in hole), len(block)]
    pieces = [part_of(block, start, stop) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
    got = np.concatenate([*(detector.push(piece) for piece in pieces), detector.finish()])
    bridge = round(params.bridge_gap_s * rate_hz)
    expected = naive.Oracle(params, rate_hz).events(stretches_of(naive, block, holes, bridge))
    assert [KINDS[int(kind)] for kind in got["kind"]] == [event.kind for event in expected]
    assert [bool(flags & EVENT_LOST) for flags in got["flags"]] == [event.lost for event in expected]
    assert [bool(flags & EVENT_CLIPPED) for flags in got["flags"]] == [event.clipped for event in expected]
    lost = np.array([event.lost for event in expected], bool)
    for name, tolerance in (
        ("sample", 1e-6),
        ("time_s", 1e-9),
        ("peak_acc_m_s2", 1e-9),
        ("pitch_rad", 1e-9),
        ("rate_rad_s", 1e-8),
    ):
        reference = np.array([getattr(event, name) for event in expected])
        defined = ~lost & (np.isfinite(reference) | (name != "time_s"))
        np.testing.assert_allclose(got[name][defined], reference[defined], rtol=0.0, atol=tolerance, err_msg=name)
        if name == "sample":  # the extremum of a bridge's straight line may round to either side
            np.testing.assert_allclose(got[name][lost], reference[lost], rtol=0.0, atol=0.51)
    return len(got)


@PLACEMENTS
@pytest.mark.parametrize("rate_hz", [50.0, 52.0, 104.0, 208.0, 416.0])
def test_standing_walking_running_and_stops_give_the_same_events(
    naive: Any, course: Any, placement: Placement, rate_hz: float
) -> None:
    assert assert_same(naive, course(placement, rate_hz), rate_hz) > 55


def runner(placement: Placement, strike: Strike, speed_m_s: float, errors: SensorErrorConfig, seed: int) -> SampleBlock:
    """Six seconds of running in segment axes that end anywhere in a cycle."""
    kind = "walk" if speed_m_s < 2.0 else "run"
    config = RunnerConfig(
        segments=(Segment("stand", 2.0), Segment(kind, 6.0 + 0.1 * seed, speed_m_s)),
        placement=placement, strike=strike, mount="aligned", seed=seed, sensor_error=errors,
    )  # fmt: skip
    stream = simulate(config).sensors["left"]
    return SampleBlock("left", placement, 0, stream.device_time_s, stream.acc_m_s2, stream.gyr_rad_s, stream.flags)


@PLACEMENTS
@pytest.mark.parametrize(
    ("strike", "speed_m_s"),
    [("rearfoot", 1.1), ("rearfoot", 2.0), ("rearfoot", 4.0), ("midfoot", 3.0), ("forefoot", 2.5), ("forefoot", 6.0)],
)
def test_every_strike_and_speed_gives_the_same_events(
    naive: Any, placement: Placement, strike: Strike, speed_m_s: float
) -> None:
    for seed in (1, 2, 3):
        assert assert_same(naive, runner(placement, strike, speed_m_s, SensorErrorConfig(), seed), 208.0) >= 10


@PLACEMENTS
def test_clipped_signals_give_the_same_events(naive: Any, placement: Placement) -> None:
    errors = SensorErrorConfig(acc_range_g=4.0, gyr_range_dps=300.0)
    block = runner(placement, "rearfoot", 3.5, errors, 1)
    assert (block.flags & FLAG_ACC_CLIPPED).sum() > 20
    assert (block.flags & FLAG_GYR_CLIPPED).sum() > 20
    assert assert_same(naive, block, 208.0) >= 10


@PLACEMENTS
def test_a_recording_that_ends_anywhere_gives_the_same_events(
    naive: Any, course: Any, cut: Any, placement: Placement
) -> None:
    """The open last cycle: cut short in every phase of a running cycle, and after the runner stopped."""
    block = course(placement, 104.0)
    numbers = {assert_same(naive, cut(block, 900, stop), 104.0) for stop in [*range(1600, 1690, 3), 1780, 1900]}
    assert len(numbers) > 4


@PLACEMENTS
def test_bridged_and_long_holes_give_the_same_events(naive: Any, course: Any, placement: Placement) -> None:
    holes = [(1500, 1505), (1800, 1820), (2000, 2001), (2300, 2400), (2440, 2445), (4800, 4821)]
    assert assert_same(naive, course(placement, 208.0), 208.0, holes) > 50


@PLACEMENTS
def test_a_hole_anywhere_in_a_cycle_gives_the_same_events(
    naive: Any, course: Any, cut: Any, placement: Placement
) -> None:
    block = cut(course(placement, 104.0), 950, 1560)
    for place in range(450, 540, 4):
        assert assert_same(naive, block, 104.0, [(place, place + 5)]) > 10


@PLACEMENTS
def test_standing_gives_nothing(naive: Any, course: Any, cut: Any, placement: Placement) -> None:
    assert assert_same(naive, cut(course(placement, 208.0), 0, 500), 208.0) == 0


def wobble(seed: int, placement: Placement, rate_hz: float, amplitude_rad_s: float, corner_hz: float) -> SampleBlock:
    """Noise that looks like movement: slow random rotation rate, rough force, a few clipped samples."""
    generator = np.random.default_rng(seed)
    count = round(12 * rate_hz)
    time_s = np.arange(count) / rate_hz
    gyr, acc = np.zeros((2, count, 3))
    for axis in range(3):
        for frequency_hz in generator.uniform(0.3, corner_hz, 6):
            gyr[:, axis] += np.sin(2 * np.pi * (frequency_hz * time_s + generator.uniform())) * amplitude_rad_s
            acc[:, axis] += np.sin(2 * np.pi * (3 * frequency_hz * time_s + generator.uniform())) * 8.0
    gyr += generator.standard_normal(gyr.shape)
    acc += generator.standard_normal(acc.shape)
    flags = (generator.uniform(size=count) < 0.01).astype(np.uint8) * FLAG_ACC_CLIPPED
    flags |= (generator.uniform(size=count) < 0.01).astype(np.uint8) * FLAG_GYR_CLIPPED
    return SampleBlock("left", placement, 0, time_s + 100.0, acc, gyr, flags)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**31),
    placement=st.sampled_from(["foot", "shank"]),
    rate_hz=st.sampled_from([60.0, 100.0, 208.0]),
    amplitude_rad_s=st.sampled_from([0.5, 2.0, 5.0]),
    corner_hz=st.sampled_from([1.5, 3.0]),
    holes=st.lists(st.tuples(st.integers(20, 600), st.sampled_from([1, 3, 6, 40])), max_size=3),
)
def test_any_movement_with_any_holes_gives_the_same_events(
    naive: Any,
    seed: int,
    placement: Placement,
    rate_hz: float,
    amplitude_rad_s: float,
    corner_hz: float,
    holes: list[tuple[int, int]],
) -> None:
    block = wobble(seed, placement, rate_hz, amplitude_rad_s, corner_hz)
    cuts, here = [], 20
    for distance, length in holes:
        if here + distance + length < len(block) - 1:
            cuts.append((here + distance, here + distance + length))
            here += distance + length
    assert_same(naive, block, rate_hz, cuts)


def test_random_movement_does_reach_the_finders(naive: Any) -> None:
    """The property above would be empty if noise never made a contact."""
    assert sum(assert_same(naive, wobble(seed, "foot", 100.0, 3.0, 1.5), 100.0) for seed in range(4)) > 40
