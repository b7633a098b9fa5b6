"""What a session says does not depend on how its samples were cut up, nor on which foot's packet came first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.model import SIDES, Placement, SampleBlock, SessionResult
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment

COURSE = (Segment("stand", 3.0), Segment("walk", 7.0, 1.3), Segment("run", 9.0, 3.0), Segment("stand", 3.0))
HOLES = {"none": (), "some": ((700, 704), (1000, 1009), (1300, 1301), (1500, 1560), (1565, 1567))}


def config(placement: Placement, **changes: Any) -> RunnerConfig:
    return RunnerConfig(segments=COURSE, placement=placement, rate_hz=104.0, seed=8, **changes)


def everything(result: SessionResult) -> dict[str, object]:
    """All that a result says, in a form that can be compared bit by bit."""
    said: dict[str, object] = {
        "strides": result.strides.tobytes(),
        "metrics": repr(result.metrics),
        "findings": repr(result.findings),
    }
    for sensor in result.sensors:
        mean = sensor.pitch_rate_deg_s
        curves = None if mean is None else (mean.mean.tobytes(), mean.sd.tobytes(), mean.stride_count)
        said[sensor.info.side] = (
            repr(sensor.alignment), curves, repr(sensor.quality), dict(sensor.rejected_strides), sensor.duration_s,
        )  # fmt: skip
    return said


def run(session: Session, blocks: Iterator[SampleBlock]) -> tuple[dict[str, object], dict[str, list[str]]]:
    updates = defaultdict(list)
    for block in blocks:
        for update in session.feed(block):
            updates[update.side].append(repr(update))
    return everything(session.finish()), dict(updates)


def interleaved(feet: dict[str, list[SampleBlock]], turns: list[bool]) -> Iterator[SampleBlock]:
    """The feet's blocks in their own order, the turns over and over again deciding whose comes next."""
    waiting = {side: list(reversed(blocks)) for side, blocks in feet.items()}
    turn = 0
    while any(waiting.values()):
        side = SIDES[turns[turn % len(turns)]]
        other = SIDES[not turns[turn % len(turns)]]
        yield (waiting[side] or waiting[other]).pop()
        turn += 1


@settings(max_examples=16, deadline=None, derandomize=True)
@given(
    placement=st.sampled_from(["foot", "shank"]),
    holes=st.sampled_from(["none", "some"]),
    sizes=st.tuples(st.sampled_from([3, 10, 37, 104, 5000]), st.sampled_from([5, 11, 64, 400, 5000])),
    turns=st.lists(st.booleans(), min_size=1, max_size=30),
)
def test_any_blocks_in_any_order_give_the_same_result(
    runner: Any,
    blocks: Any,
    info: Any,
    placement: Placement,
    holes: str,
    sizes: tuple[int, int],
    turns: list[bool],
) -> None:
    sensors = runner(config(placement)).sensors
    expected = run(
        Session([info(stream) for stream in sensors.values()]),
        (block for stream in sensors.values() for block in blocks(stream, None, HOLES[holes])),
    )
    feet = {
        side: list(blocks(stream, size, HOLES[holes]))
        for (side, stream), size in zip(sensors.items(), sizes, strict=True)
    }
    session = Session([info(stream) for stream in sensors.values()])
    assert run(session, interleaved(feet, turns)) == expected


@pytest.mark.parametrize("placement", ["foot", "shank"])
@pytest.mark.parametrize("first", SIDES)
def test_a_foot_far_behind_the_other_loses_no_step(
    runner: Any, blocks: Any, info: Any, placement: Placement, first: str
) -> None:
    """The other foot's first contact after standing must be known before a row is given out without it."""
    sensors = runner(config(placement)).sensors
    infos = [info(stream) for stream in sensors.values()]
    live = {side: list(blocks(stream, 10)) for side, stream in sensors.items()}
    whole, _ = run(Session(infos), (block for stream in sensors.values() for block in blocks(stream)))
    for lead in (0, 1, 5, 20, 40):
        turns = [bool(SIDES.index(first))] * lead + [False, True] * len(live["left"])
        result, _ = run(Session(infos), interleaved(live, turns))
        assert result == whole


def test_the_course_is_worth_comparing(runner: Any, analyse: Any) -> None:
    """Both gaits, both feet, steps of both, and with holes some rejected strides."""
    result = analyse(runner(config("foot")).sensors.values())
    assert len(result.strides) > 25
    assert set(result.strides["mode"]) == {"walk", "run"}
    assert np.isfinite(result.strides["step_time_s"]).mean() > 0.9
    holed = analyse(runner(config("foot")).sensors.values(), holes=HOLES["some"])
    assert "gap" in {reason for sensor in holed.sensors for reason in sensor.rejected_strides}


def test_empty_blocks_are_harmless(runner: Any, blocks: Any, info: Any) -> None:
    sensors = runner(config("foot")).sensors
    pieces = [block for stream in sensors.values() for block in blocks(stream, 500)]

    def empty(block: SampleBlock) -> SampleBlock:
        none = np.zeros((0, 3))
        return SampleBlock(
            block.side, block.placement, block.first_sample, np.zeros(0), none, none, np.zeros(0, np.uint8)
        )

    infos = [info(stream) for stream in sensors.values()]
    with_empty = (part for block in pieces for part in (empty(block), block))
    assert run(Session(infos), with_empty) == run(Session(infos), iter(pieces))


def test_findings_about_units_do_not_depend_on_blocks_after_the_watched_time(
    info: Any, runner: Any, blocks: Any
) -> None:
    """Units are judged on the first two minutes; what comes later must not count, however long a block is."""
    stream = runner(config("foot")).sensors["left"]
    count = round(150 * stream.rate_hz)
    time_s = np.arange(count) / stream.rate_hz
    acc, gyr = np.tile([0.0, 0.0, 9.8], (count, 1)), np.zeros((count, 3))
    gyr[round(140 * stream.rate_hz) :, 0] = 100.0
    findings = []
    for size in (count, 10):
        session = Session([info(stream)])
        for start in range(0, count, size):
            part = slice(start, start + size)
            session.feed(
                SampleBlock("left", "foot", start, time_s[part], acc[part], gyr[part], np.zeros(count, np.uint8)[part])
            )
        findings.append(session.finish().findings)
    assert findings[0] == findings[1]
