"""Sessions with something wrong: simulated runners, and computed sensors of real ones where these are at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from benchmarks.accuracy.readers import Case, DataMissingError, data_folder, read_virtual_imu
from gaitpipe.model import SensorInfo, SessionResult
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment, SimulatedSession, SimulatedStream, simulate
from simulated_blocks import blocks_of

STAND_RUN = (Segment("stand", 4.0), Segment("run", 36.0, 3.2))
RATE_HZ = 208.0

_simulate = cache(simulate)


def analyse_streams(
    streams: Sequence[SimulatedStream], holes: Sequence[tuple[int, int]] = (), size: int | None = None
) -> SessionResult:
    """Analyse streams without the samples in `holes` [start, stop), in blocks of `size` samples."""
    session = Session([SensorInfo(stream.side, stream.placement, stream.rate_hz) for stream in streams])
    for stream in streams:
        for block in blocks_of(stream, size, holes):
            session.feed(block)
    return session.finish()


def after(*parts: tuple[np.ndarray, np.ndarray], stream: SimulatedStream) -> SimulatedStream:
    """A stream with the samples of `parts`, (acc, gyr) each, one after another."""
    acc, gyr = (np.concatenate([part[k] for part in parts]) for k in range(2))
    time_s = np.arange(len(acc)) / stream.rate_hz
    return replace(
        stream,
        acc_m_s2=acc,
        gyr_rad_s=gyr,
        device_time_s=time_s,
        true_time_s=time_s,
        flags=np.zeros(len(acc), np.uint8),
    )


def waving(seconds: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """A sensor in the hand: smooth random specific force and rotation rate, 0.3 to 3 Hz, larger than in walking."""
    from scipy.signal import butter, sosfilt

    generator = np.random.default_rng(seed)
    band = butter(2, (0.3, 3.0), "band", fs=RATE_HZ, output="sos")
    raw = sosfilt(band, generator.standard_normal((2, round(seconds * RATE_HZ), 3)), axis=1)
    acc, gyr = raw / raw.std(axis=(1, 2), keepdims=True)
    return np.asarray(6.0 * acc + [3.0, -5.0, 7.5]), np.asarray(5.0 * gyr)


def lying(seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """A sensor on a table, on its side."""
    generator = np.random.default_rng(2)
    count = round(seconds * RATE_HZ)
    acc = np.array([9.8, 0.3, 0.2]) + 0.02 * generator.standard_normal((count, 3))
    return acc, 0.003 * generator.standard_normal((count, 3))


def codes(result: SessionResult) -> set[str]:
    return {finding.code for finding in result.findings}


@pytest.fixture(scope="session", params=["foot", "shank"])
def session(request: pytest.FixtureRequest) -> SimulatedSession:
    """Four seconds of standing and 36 of running, with truth."""
    return _simulate(RunnerConfig(segments=STAND_RUN, placement=request.param, seed=5))


@pytest.fixture(scope="session")
def stream(session: SimulatedSession) -> SimulatedStream:
    return session.sensors["left"]


@pytest.fixture(scope="session")
def whole(stream: SimulatedStream) -> SessionResult:
    """The stream with nothing wrong."""
    return analyse_streams([stream])


@pytest.fixture(scope="session")
def analyse() -> Callable[..., SessionResult]:
    return analyse_streams


@pytest.fixture(scope="session")
def runner() -> Callable[[RunnerConfig], SimulatedSession]:
    return _simulate


@pytest.fixture(scope="session")
def tools() -> Any:
    """The helpers of this file: `after`, `waving`, `lying`, `codes`."""

    class Tools:
        pass

    for function in (after, waving, lying, codes):
        setattr(Tools, function.__name__, staticmethod(function))
    return Tools


@pytest.fixture(scope="session")
def runners() -> list[Case]:
    """Computed sensors of five real runners, both placements; skipped where the recordings are not at hand."""
    try:
        folder = data_folder(None)
        pytest.importorskip("pyarrow", reason="the recordings are Parquet files: install the extra `bench`")
        return list(read_virtual_imu(folder / "virtual_imu"))
    except (DataMissingError, FileNotFoundError):
        pytest.skip("the reference recordings are not on this machine (see benchmarks/README.md)")
