"""A small recording that all tests of this folder share."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gaitpipe.model import RawNotification, RecordingEvent, SensorSetup
from gaitpipe.recording.writer import RecordingWriter

START_NS = 5_000_000_000
UTC_NS = 1_800_000_000_000_000_000
CHARACTERISTIC = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
Item = RawNotification | RecordingEvent

SETUPS = (
    SensorSetup("left", "foot", "open_imu", 'id = "open_imu"\n', {"rate_hz": 208, "acc_range_g": 16.0}, "Open 12"),
    SensorSetup("right", "foot", "open_imu", 'id = "open_imu"\n', {"rate_hz": 208.0}, "Open 34"),
)


def make_items(seconds: float, per_second: int = 20) -> list[Item]:
    """Two sensors with random payloads and an event now and then; the same items for the same arguments."""
    noise = random.Random(7)
    items: list[Item] = []
    for index in range(int(seconds * per_second)):
        offset_ns = round(index * 1e9 / per_second)
        side = ("left", "right")[index % 2]
        payload = noise.randbytes(noise.choice((0, 20, 102)))
        items.append(RawNotification(side, CHARACTERISTIC, START_NS + offset_ns, UTC_NS + offset_ns, payload))
        if index % 37 == 5:
            event = RecordingEvent(
                START_NS + offset_ns, UTC_NS + offset_ns, "mark", None, f"mark {index} äß", index / 2
            )
            items.append(event)
    return items


def write_file(path: Path, items: Sequence[Item], close: bool = True) -> Path:
    """Write a recording; with `close` False the file is left as a killed program leaves it."""
    writer = RecordingWriter(
        path, SETUPS, {"belt_speed_m_s": "3.0"}, session_start_monotonic_ns=START_NS, session_start_utc_ns=UTC_NS
    )
    for item in items:
        writer.write(item)
    if close:
        writer.close()
    else:
        writer._closed = True
        writer._file.detach().close()  # what stands in the buffer is lost, as after kill -9
    return path


@pytest.fixture
def make() -> Callable[..., list[Item]]:
    return make_items


@pytest.fixture
def write() -> Callable[..., Path]:
    return write_file


@pytest.fixture
def setups() -> tuple[SensorSetup, ...]:
    return SETUPS
