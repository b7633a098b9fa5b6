"""Who is left and who is right: a tap over the virtual radio, remembered, and right in the file."""

from __future__ import annotations

import asyncio
import contextlib

import numpy as np
import pytest

from gaitpipe.app import side_check
from gaitpipe.app.record import RecordRequest, Talk, record
from gaitpipe.app.side_memory import SideMemory
from gaitpipe.errors import UsageError
from gaitpipe.recording.reader import open_raw

NAMES = {1: "OpenIMU 0001", 2: "OpenIMU 0002"}


def still_with_taps(number: int, tapped: bool, every_s: float = 1.5, seconds: float = 40.0):
    """A still sensor that may be tapped now and then; its first angular rate tells which one it is."""
    from gaitpipe.simulate.stream import SensorSamples

    time_s = np.arange(round(208.0 * seconds)) / 208.0
    acc = np.array([0.0, 5.0, 8.436]) + np.random.default_rng(number).normal(0, 0.03, (len(time_s), 3))
    if tapped:
        acc[:, 2] += 25.0 * np.exp(-(((time_s % every_s - 0.7) / 0.03) ** 2))
    gyr = np.zeros((len(time_s), 3))
    gyr[:, 0] = 0.1 * number
    return SensorSamples.uniform(208.0, acc, gyr)


class Person:
    """Hears what is said and ends the recording once it runs."""

    def __init__(self, end_after_s: float = 1.0) -> None:
        self.stop = asyncio.Event()
        self.said: list[str] = []
        self._end_after_s = end_after_s

    def talk(self) -> Talk:
        return Talk(self.said.append, self._see)

    def _see(self, view) -> None:
        if view.elapsed_s > self._end_after_s and all(side.samples for side in view.sides):
            self.stop.set()

    @property
    def words(self) -> str:
        return "\n".join(self.said)


def request_for(world, want, folder, **options) -> RecordRequest:
    return RecordRequest(
        (want("left"), want("right")), folder, backend=world.backend, clock=world.radio.clock.now, scan_timeout_s=3.0,
        **options,
    )  # fmt: skip


def nothing() -> None:
    """No warming up in these tests."""


async def recorded_numbers(request, person) -> dict[str, int]:
    """Record, and return which virtual sensor each side of the file is."""
    from gaitpipe.recording.decode import read_recording

    made = await record(request, person.stop, person.talk(), before=nothing)
    labels = {setup.side: setup.device for setup in open_raw(made.path).setups}
    found = {}
    for block in read_recording(made.path):
        found[block.side] = round(float(np.median(block.gyr_rad_s[:, 0])) / 0.1)
    assert labels == {side: NAMES[number] for side, number in found.items()}, "labels and data are of one sensor"
    return found


@pytest.mark.parametrize("tapped", [1, 2])
async def test_tapped_sensor_becomes_left_in_the_file_and_is_remembered(virtual_world, want, tmp_path, tapped):
    for number, name in NAMES.items():
        await virtual_world.sensor(number, name=name, samples=still_with_taps(number, number == tapped))
    memory = SideMemory(tmp_path / "state")
    person = Person()
    numbers = await recorded_numbers(request_for(virtual_world, want, tmp_path, ask="unknown", memory=memory), person)
    assert numbers == {"left": tapped, "right": 3 - tapped}
    assert "Tap the LEFT foot" in person.words
    assert f"left is '{NAMES[tapped]}'" in person.words

    again = Person()
    (tmp_path / "b").mkdir()
    memory = SideMemory(tmp_path / "state")
    numbers = await recorded_numbers(
        request_for(virtual_world, want, tmp_path / "b", ask="never", memory=memory), again
    )
    assert numbers == {"left": tapped, "right": 3 - tapped}
    assert "as last time" in again.words
    assert "Tap the LEFT foot" not in again.words


async def test_known_pair_is_asked_again_on_request_and_the_answer_counts(virtual_world, want, tmp_path):
    for number, name in NAMES.items():
        await virtual_world.sensor(number, name=name, samples=still_with_taps(number, number == 2))
    memory = SideMemory(tmp_path / "state")
    memory.remember({device(1): "left", device(2): "right"})
    person = Person()
    numbers = await recorded_numbers(request_for(virtual_world, want, tmp_path, ask="always", memory=memory), person)
    assert numbers == {"left": 2, "right": 1}
    assert SideMemory(tmp_path / "state").sides_of([device(1), device(2)]) == ["right", "left"]


def device(number: int):
    return side_check.Device(f"C0:00:00:00:00:{number:02X}", NAMES[number])


async def test_unknown_pair_that_may_not_be_asked_gets_its_sides_by_name_and_that_is_said(
    virtual_world, want, tmp_path
):
    for number, name in NAMES.items():
        await virtual_world.sensor(number, name=name, samples=still_with_taps(number, number == 2))
    person = Person()
    assert await recorded_numbers(request_for(virtual_world, want, tmp_path, ask="never"), person) == {
        "left": 1,
        "right": 2,
    }
    assert "order of the sensors' names" in person.words


@pytest.mark.parametrize("both", [True, False])
async def test_no_clear_tap_is_refused_with_what_to_do_and_nothing_is_recorded_or_remembered(
    virtual_world, want, tmp_path, monkeypatch, both
):
    monkeypatch.setattr(side_check, "PATIENCE_S", 6.0)
    for number, name in NAMES.items():
        await virtual_world.sensor(number, name=name, samples=still_with_taps(number, both))
    memory, person = SideMemory(tmp_path / "state"), Person()
    with pytest.raises(UsageError, match="no clear tap") as caught:
        await record(
            request_for(virtual_world, want, tmp_path, ask="unknown", memory=memory),
            person.stop,
            person.talk(),
            nothing,
        )
    assert "--no-ask" in caught.value.advice
    assert ("Both moved" in person.words) is both
    assert not list(tmp_path.glob("*.mcap"))
    assert SideMemory(tmp_path / "state").sides_of([device(1), device(2)]) is None
    assert all(sensor.connections == 1 for sensor in virtual_world.radio.sensors)


async def test_stop_while_asking_ends_it_and_lets_go_of_the_sensors(virtual_world, want, tmp_path):
    from gaitpipe.app.stopping import InterruptedBeforeStartError

    for number, name in NAMES.items():
        await virtual_world.sensor(number, name=name, samples=still_with_taps(number, False))
    person = Person()

    def say(text: str) -> None:
        if "Tap" in text:
            person.stop.set()

    with pytest.raises(InterruptedBeforeStartError):
        await record(
            request_for(virtual_world, want, tmp_path, ask="unknown"), person.stop, Talk(say, lambda _: None), nothing
        )
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5.0):
            await asyncio.gather(*(sensor.idle.wait() for sensor in virtual_world.radio.sensors))
    assert not any(sensor.streaming.is_set() for sensor in virtual_world.radio.sensors)


def test_named_or_different_or_single_sensors_need_no_question(want):
    assert side_check.needs_telling([want("left"), want("right")], "unknown")
    assert not side_check.needs_telling([want("left")], "always")
    assert not side_check.needs_telling([want("left", match="0001"), want("right", match="0002")], "unknown")
    assert side_check.needs_telling([want("left", match="0001"), want("right", match="0002")], "always")
    assert not side_check.needs_telling([want("left"), want("right", "movella_dot")], "always")
