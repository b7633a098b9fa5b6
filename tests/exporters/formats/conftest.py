"""A short run as a recording, sessions made by hand, and a disk that is full."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.app.export import Exported, export_input
from gaitpipe.app.inputs import Input, open_recording
from gaitpipe.app.simulate import SimulationRequest, write_simulation
from gaitpipe.exporters.formats import ExportChoices, ExportOutcome, ExportSession, find_exporter
from gaitpipe.model import FLAG_GAP_BEFORE, Recording, SampleBlock, SensorInfo, Side, StreamQuality
from gaitpipe.session import Session
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

COURSE = (Segment("stand", 5.0), Segment("run", 15.0, 3.0))
RATE_HZ = 208.0
START_NS = 1_772_442_000_123_456_789
"""2026-03-02T09:00:00.123456789Z"""


@pytest.fixture(scope="session")
def recording(tmp_path_factory) -> Path:
    """A synthetic recording of both feet, 20 s."""
    request = SimulationRequest(RunnerConfig(COURSE, surface="treadmill"), profile_store.load("open_imu"))
    return write_simulation(request, tmp_path_factory.mktemp("simulated"))[0]


@pytest.fixture
def exported(recording, tmp_path) -> Callable[..., Exported]:
    """Export the recording in a format."""

    def run(name: str, folder: Path | None = None, **choices) -> Exported:
        made = ExportChoices(**choices) if choices else None
        return export_input(open_recording(recording), find_exporter(name), folder or tmp_path / "out", made)

    return run


def make_blocks(
    side: Side,
    seconds: float,
    *,
    rate_hz: float = RATE_HZ,
    gap: slice | None = None,
    size: int = 500,
    gyro: bool = True,
) -> list[SampleBlock]:
    """Consecutive blocks of waves around gravity; the samples of `gap` are lost."""
    count = round(seconds * rate_hz)
    sample = np.arange(count)
    if gap is not None:
        sample = np.delete(sample, gap)
    breaks = np.flatnonzero(np.diff(sample) > 1) + 1
    cuts = sorted({*range(0, len(sample), size), *breaks.tolist(), len(sample)})
    blocks = []
    for start, end in pairwise(cuts):
        time_s = sample[start:end] / rate_hz
        waves = np.column_stack([np.sin((3 + axis) * time_s + axis) for axis in range(6)])
        acc = np.ascontiguousarray(waves[:, :3] * 7.0 + [0.0, 0.0, 9.81])
        rates = np.ascontiguousarray(waves[:, 3:] * 3.0) if gyro else np.full((end - start, 3), np.nan)
        flags = np.zeros(end - start, np.uint8)
        if start in breaks:
            flags[0] = FLAG_GAP_BEFORE
        blocks.append(SampleBlock(side, "foot", int(sample[start]), time_s, acc, rates, flags))
    return blocks


def make_input(
    sides: tuple[Side, ...] = ("left", "right"), *, gyro: bool = True, gap: slice | None = None, seconds: float = 6.0
) -> Input:
    """A session of waves: no strides are in it, but every sample is known."""
    infos = tuple(SensorInfo(side, "foot", RATE_HZ, has_gyro=gyro, device="IMU 1234") for side in sides)
    blocks = [block for side in sides for block in make_blocks(side, seconds, gap=gap, gyro=gyro)]
    blocks.sort(key=lambda block: float(block.time_s[0]))
    quality = {side: StreamQuality(samples=sum(len(one) for one in blocks if one.side == side)) for side in sides}
    recording = Recording("waves", infos, blocks, quality)
    return Input(recording, session_start_monotonic_ns=0, session_start_utc_ns=START_NS)


@pytest.fixture
def input_of() -> Callable[..., Input]:
    return make_input


@pytest.fixture
def blocks_of() -> Callable[..., list[SampleBlock]]:
    return make_blocks


@pytest.fixture
def outcome() -> ExportOutcome:
    """The result of a session without samples."""
    return ExportOutcome(Session([SensorInfo("left", "foot", RATE_HZ)]).finish())


@pytest.fixture
def session() -> ExportSession:
    infos = tuple(SensorInfo(side, "foot", RATE_HZ) for side in ("left", "right"))
    return ExportSession("long", infos, "gaitpipe test", START_NS)


@pytest.fixture
def full_disk() -> Callable[[int], object]:
    """No file may grow beyond so many bytes: what a full disk does to a writer, by another error number."""

    @contextmanager
    def limit(size: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limit
