"""Synthetic signals in segment axes, the oracle, and ways to cut a signal: shared by the tests of the detector."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType

import numpy as np
import pytest

from gaitpipe.core.detector import Detector
from gaitpipe.core.params import default_params
from gaitpipe.gait.alignment import part_of
from gaitpipe.model import Placement, SampleBlock
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate
from module_beside import module_beside

COURSE = (
    Segment("stand", 3.0),
    Segment("walk", 6.0, 1.4),
    Segment("run", 8.0, 3.0),
    Segment("stand", 4.0),
    Segment("run", 6.0, 4.0),
)


@pytest.fixture(scope="session")
def naive() -> ModuleType:
    """The oracle of `naive.py`."""
    return module_beside(__file__, "naive")


@cache
def _course(placement: Placement, rate_hz: float) -> SampleBlock:
    config = RunnerConfig(segments=COURSE, placement=placement, rate_hz=rate_hz, mount="aligned", seed=5)
    stream = simulate(config).sensors["left"]
    return SampleBlock("left", placement, 0, stream.device_time_s, stream.acc_m_s2, stream.gyr_rad_s, stream.flags)


@pytest.fixture(scope="session")
def course() -> Callable[[Placement, float], SampleBlock]:
    """Stand, walk, run, stand, run: one block in segment axes for a placement and a rate."""
    return _course


@pytest.fixture(scope="session")
def cut() -> Callable[[SampleBlock, int, int], SampleBlock]:
    """Samples [start, stop) of a block."""
    return part_of


def _run(block: SampleBlock, rate_hz: float, pieces: list[tuple[int, int]]) -> tuple[bytes, bytes]:
    detector = Detector(default_params(block.placement), rate_hz)
    events = [detector.push(part_of(block, start, stop)) for start, stop in pieces]
    snapshot = detector.snapshot()
    return np.concatenate([*events, detector.finish()]).tobytes(), snapshot


@pytest.fixture(scope="session")
def run_pieces() -> Callable[[SampleBlock, float, list[tuple[int, int]]], tuple[bytes, bytes]]:
    """Push pieces of a block into a new detector and finish: bytes of all events, and of the state before the end."""
    return _run
