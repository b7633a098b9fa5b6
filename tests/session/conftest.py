"""Simulated sessions and ways to feed them: shared by the tests of the whole pipeline. Nothing here is about people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from gaitpipe.model import SampleBlock, SensorInfo, SessionResult, Side
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, SimulatedSession, SimulatedStream, simulate
from simulated_blocks import Hole, blocks_of

_simulate = cache(simulate)


def info_of(stream: SimulatedStream, **changes: object) -> SensorInfo:
    return replace(SensorInfo(stream.side, stream.placement, stream.rate_hz), **changes)  # type: ignore[arg-type]


def analyse_streams(
    streams: Iterable[SimulatedStream],
    size: int | None = None,
    holes: Iterable[Hole] = (),
    belt_speed_m_s: float | None = None,
    **changes: object,
) -> SessionResult:
    streams = list(streams)
    session = Session([info_of(stream, **changes) for stream in streams], belt_speed_m_s)
    for stream in streams:
        for block in blocks_of(stream, size, holes):
            session.feed(block)
    return session.finish()


@pytest.fixture(scope="session")
def runner() -> Callable[[RunnerConfig], SimulatedSession]:
    """The synthetic runner; the same config is run once only."""
    return _simulate


@pytest.fixture(scope="session")
def analyse() -> Callable[..., SessionResult]:
    """Analyse streams, each in one block unless `size` says otherwise; further arguments change the sensor infos."""
    return analyse_streams


@pytest.fixture(scope="session")
def blocks() -> Callable[..., Iterator[SampleBlock]]:
    """Blocks of a stream."""
    return blocks_of


@pytest.fixture(scope="session")
def info() -> Callable[..., SensorInfo]:
    """What a session is told of a stream."""
    return info_of


@pytest.fixture(scope="session")
def good() -> Callable[[SessionResult, Side], np.ndarray]:
    """The `ok` strides of one side."""
    return lambda result, side: result.strides[(result.strides["side"] == side) & (result.strides["quality"] == "ok")]
