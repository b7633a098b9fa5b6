"""Wrong placement, the same foot twice, left and right mixed up: told where computed sensors of people allow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gaitpipe.model import Placement, SessionResult, Side
from gaitpipe.session import Session

OTHER: Mapping[Any, Any] = {"left": "right", "right": "left", "foot": "shank", "shank": "foot"}


def result_of(case: Any, placement: Placement | None = None, swap: bool = False) -> SessionResult:
    def changed(thing: Any) -> Any:
        side: Side = OTHER[thing.side] if swap else thing.side
        return replace(thing, side=side, placement=placement or thing.placement)

    session = Session([changed(info) for info in case.recording.sensors])
    for block in case.recording.blocks:
        session.feed(changed(block))
    return session.finish()


def count(result: SessionResult, code: str) -> int:
    return sum(finding.code == code for finding in result.findings)


@pytest.mark.reference
def test_the_right_placement_and_sides_are_never_doubted(runners: Any) -> None:
    for case in runners:
        result = result_of(case)
        assert count(result, "placement") == count(result, "maybe_swapped") == 0, case.trial


@pytest.mark.reference
def test_the_wrong_placement_is_told(runners: Any) -> None:
    """A figure that is not told is too poor to count: only a sensor with two good strides may go untold."""
    told = sensors = 0
    for case in runners[::2]:
        result = result_of(case, OTHER[case.placement])
        sensors += len(case.recording.sensors)
        told += count(result, "placement")
        for finding in result.findings:
            assert finding.code != "placement" or case.placement in finding.advice
    assert told >= 0.93 * sensors


@pytest.mark.reference
def test_swapped_feet_are_told_and_swapped_shanks_are_not(runners: Any) -> None:
    for case in runners[::2]:
        if len(case.recording.sensors) == 2:
            result = result_of(case, swap=True)
            assert count(result, "maybe_swapped") == (case.placement == "foot"), case.trial


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_a_foot_with_two_sensors_is_told(session: Any, analyse: Any, tools: Any, placement: Placement) -> None:
    """The same foot given as both: the contacts do not alternate."""
    stream = session.sensors["left"]
    assert "not_alternating" in tools.codes(analyse([stream, replace(stream, side="right")]))
    assert "not_alternating" not in tools.codes(analyse(list(session.sensors.values())))
