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

Hole = tuple[int, int]
_simulate = cache(simulate)


def block_of(stream: SimulatedStream, start: int = 0, stop: int | None = None) -> SampleBlock:
    part = slice(start, stop)
    return SampleBlock(
        stream.side,
        stream.placement,
        start,
        stream.device_time_s[part],
        np.ascontiguousarray(stream.acc_m_s2[part]),
        np.ascontiguousarray(stream.gyr_rad_s[part]),
        stream.flags[part],
    )


def blocks_of(stream: SimulatedStream, size: int | None = None, holes: Iterable[Hole] = ()) -> Iterator[SampleBlock]:
    """The stream without its holes [start, stop), in blocks of `size` samples or as large as they can be."""
    edges = [0, *(edge for hole in sorted(holes) for edge in hole), len(stream.device_time_s)]
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        step = size or max(1, last - first)
        for start in range(first, last, step):
            yield block_of(stream, start, min(last, start + step))


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
