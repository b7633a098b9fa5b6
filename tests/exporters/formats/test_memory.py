"""No export grows in memory with the length of the recording, but C3D, which refuses what is too long."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gaitpipe.exporters import formats
from gaitpipe.model import SampleBlock

STREAMING = [exporter for exporter in formats.available() if exporter.name != "c3d"]
LIBRARIES = {"parquet": "pyarrow", "fit": "fit_tool"}
BLOCK = 512
RATE_HZ = 208.0


def long_stream(blocks: int) -> Iterator[SampleBlock]:
    """Blocks of both feet in turn, made while they are taken."""
    rng = np.random.default_rng(1)
    for number in range(blocks):
        first = number // 2 * BLOCK
        time_s = (first + np.arange(BLOCK)) / RATE_HZ
        acc, gyr = np.round(rng.normal(0, 20, (2, BLOCK, 3)), 3)
        side = ("left", "right")[number % 2]
        yield SampleBlock(side, "foot", first, time_s, acc, gyr, np.zeros(BLOCK, np.uint8))


def peak_bytes(write: Callable[[], None]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        write()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("exporter", STREAMING, ids=lambda exporter: exporter.name)
def test_memory_does_not_grow_with_the_length_of_the_recording(exporter, session, outcome, tmp_path):
    if exporter.extra:
        pytest.importorskip(LIBRARIES[exporter.extra])

    def write(folder: Path, blocks: int) -> None:
        folder.mkdir()
        writer = exporter.open(session, folder, folder / "target")
        for block in long_stream(blocks):
            writer.samples(block)
        writer.finish(outcome)
        writer.close()

    blocks = 160 if exporter.name == "parquet" else 40  # a group of rows of a table is 128 blocks
    write(tmp_path / "warm", 4)
    short = peak_bytes(lambda: write(tmp_path / "short", blocks))
    long = peak_bytes(lambda: write(tmp_path / "long", 4 * blocks))
    assert long < short + 1_000_000, f"{short / 1e6:.1f} MB, and {long / 1e6:.1f} MB for four times as many samples"
    assert long < 30_000_000
