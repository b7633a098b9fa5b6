"""Recordings of a whole session against what happens to the computer: disk, signals, sleep. The file stays valid."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
import threading

import pytest

from gaitpipe.app.record import InterruptedBeforeStartError, RecordRequest, Talk, record, stop_on_signals
from gaitpipe.errors import RecordingError
from gaitpipe.recording import writer
from gaitpipe.recording.decode import read_recording
from gaitpipe.sources.ble_sleep import LOOK_EVERY_S, SHORTEST_SLEEP_S, Glance, slept_s

START = b"\x01"
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")


class Person:
    """Who records: told lines and views, with an event for the first data."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.told = asyncio.Event()
        self.data = asyncio.Event()

    def say(self, text: str) -> None:
        self.lines.append(text)
        self.told.set()

    def show(self, view) -> None:
        if view.sides[0].samples > 200:
            self.data.set()

    @property
    def talk(self) -> Talk:
        return Talk(self.say, self.show)


def request_of(world, wanted, folder) -> RecordRequest:
    notify = "acquire" if world.stack == "bluez-acquire" else "start"
    return RecordRequest(
        (wanted,), folder, backend=world.backend, clock=world.radio.clock.now, scan_timeout_s=3.0, notify=notify
    )


def nothing() -> None:
    """In place of the warm-up: what is compiled later only delays these tests."""


@pytest.mark.parametrize("speed", [3.0])
@pytest.mark.fault("disk full while recording")
async def test_full_disk_ends_the_recording_with_a_message_and_a_valid_file(speed, world, want, tmp_path, monkeypatch):
    sensor, person = await world.sensor(1), Person()
    real, written = writer._sync_data, []

    def full(descriptor: int) -> None:
        real(descriptor)
        written.append(descriptor)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, "_sync_data", full)
    with pytest.raises(RecordingError) as caught:
        async with asyncio.timeout(15.0):
            await record(request_of(world, want("left"), tmp_path), asyncio.Event(), person.talk, nothing)

    assert caught.value.exit_code == 1
    assert "No space left on device" in caught.value.message
    assert "What was written before is kept" in caught.value.advice
    [path] = tmp_path.glob("*.mcap")
    blocks = list(read_recording(path))
    assert sum(len(block) for block in blocks) > 200
    assert sensor.idle.is_set(), "the sensor was stopped"


@pytest.mark.parametrize("speed", [3.0])
@pytest.mark.fault("folder that cannot be written")
async def test_folder_that_cannot_be_written_is_told_before_a_sensor_starts(speed, world, want, tmp_path, monkeypatch):
    sensor, person = await world.sensor(1), Person()

    def refuse(*_arguments):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(writer, "_private", refuse)  # tests may run as root, whom no permission stops
    with pytest.raises(RecordingError) as caught:
        async with asyncio.timeout(15.0):
            await record(request_of(world, want("left"), tmp_path), asyncio.Event(), person.talk, nothing)

    assert "Read-only file system" in caught.value.message
    assert "permissions" in caught.value.advice
    assert not any(payload.startswith(START) for _characteristic, payload in sensor.writes)


@pytest.mark.parametrize("speed", [3.0])
@needs_signals
@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.fault("Ctrl-C")),
        pytest.param(getattr(signal, "SIGHUP", signal.SIGTERM), marks=pytest.mark.fault("terminal closed (SIGHUP)")),
        pytest.param(signal.SIGTERM, marks=pytest.mark.fault("SIGTERM")),
    ],
)
async def test_signal_ends_the_recording_in_good_order(speed, world, want, tmp_path, number):
    sensor, person = await world.sensor(1), Person()
    stop = asyncio.Event()
    with stop_on_signals(stop, person.say):
        task = asyncio.create_task(record(request_of(world, want("left"), tmp_path), stop, person.talk, nothing))
        async with asyncio.timeout(15.0):
            await person.data.wait()
            os.kill(os.getpid(), number)
            recorded = await task

    assert recorded.interrupted
    assert "Stopping ..." in person.lines
    assert sensor.idle.is_set()
    recording = read_recording(recorded.path)
    assert sum(len(block) for block in recording) > 200
    assert recording.findings == []


@needs_signals
@pytest.mark.fault("Ctrl-C before a sensor was found")
async def test_signal_while_scanning_ends_at_once_and_leaves_no_file(world, want, tmp_path):
    person, stop = Person(), asyncio.Event()
    with stop_on_signals(stop, person.say):
        task = asyncio.create_task(record(request_of(world, want("left"), tmp_path), stop, person.talk, nothing))
        async with asyncio.timeout(15.0):
            await person.told.wait()
            os.kill(os.getpid(), signal.SIGINT)
            with pytest.raises(InterruptedBeforeStartError):
                await task
    assert list(tmp_path.iterdir()) == []


SECOND_CTRL_C = """
import asyncio, sys
from pathlib import Path
import numpy as np
from gaitpipe import profile_store
from gaitpipe.app.record import RecordRequest, Talk, record, stop_on_signals
from gaitpipe.cli.interrupt import quiet_interrupts
from gaitpipe.simulate.peripheral import VirtualSensor
from gaitpipe.simulate.radio import VirtualRadio
from gaitpipe.simulate.stream import SensorSamples
from gaitpipe.sources.ble import WantedSensor

async def main():
    profile = profile_store.load("open_imu")
    settings = profile.resolve_settings()
    still = np.tile([0.0, 0.0, 9.81], (208 * 60, 1))
    async with VirtualRadio(speed=3.0) as radio:
        samples = SensorSamples.uniform(208, still, np.zeros_like(still))
        await radio.add_sensor(VirtualSensor(profile, settings, samples))
        radio.adapter.faults.hanging["disconnect"] = 1000
        stop = asyncio.Event()
        request = RecordRequest(
            (WantedSensor("left", "foot", profile),), Path(sys.argv[1]), backend=radio.backend, clock=radio.clock.now
        )
        def show(view):
            if view.sides[0].samples > 300:
                print("data", flush=True)
        with stop_on_signals(stop, lambda text: print(text, flush=True)):
            await record(request, stop, Talk(lambda text: None, show), lambda: None)

with quiet_interrupts():
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("ended", flush=True)
        raise SystemExit(130)
"""


@needs_signals
@pytest.mark.fault("second Ctrl-C while stopping hangs")
def test_second_ctrl_c_ends_at_once_and_the_file_is_valid_up_to_there(tmp_path):
    pytest.importorskip("bumble")
    process = subprocess.Popen([sys.executable, "-c", SECOND_CTRL_C, tmp_path], stdout=subprocess.PIPE, text=True)
    patience = threading.Timer(120.0, process.kill)  # only a program that hangs meets it
    patience.start()
    sent = 0
    for line in process.stdout:
        if line.strip() == "data" and sent == 0:
            process.send_signal(signal.SIGINT)
            sent = 1
        if line.startswith("Stopping"):
            process.send_signal(signal.SIGINT)
        if line.strip() == "ended":
            break
    assert process.wait(20) == 130
    patience.cancel()
    process.stdout.close()
    [path] = tmp_path.glob("*.mcap")
    assert sum(len(block) for block in read_recording(path)) > 200


@pytest.mark.parametrize("monotonic_runs", [False, True])
@pytest.mark.fault("computer sleeps; the links are dead afterwards")
async def test_sleep_of_the_computer_is_recorded_and_dead_links_come_back_at_once(world, want, monotonic_runs):
    sensor = await world.sensor(1, seconds=90.0)
    recorded = await world.record(want("left"), stall_timeout_s=60.0)
    await recorded.until_event("streaming", "left")
    sensor.mute()
    world.radio.clock.sleep_of_the_host(60.0, monotonic_runs=monotonic_runs)
    woke_ns = world.now_ns
    if monotonic_runs:
        await asyncio.sleep(0.1)  # the last packet was before it
        recorded.source._wake()  # the program's own clock does not jump here; see the test of `slept_s`
    else:
        await recorded.until(lambda: any(event.kind == "resumed" for event in recorded.events()), "resumed")
        suspended, resumed = [event for event in recorded.events() if event.kind in ("suspended", "resumed")]
        assert resumed.value == pytest.approx(60.0, abs=1.0)
        assert (resumed.host_utc_ns - suspended.host_utc_ns) * 1e-9 == pytest.approx(60.0, abs=2.0)

    again_s = await world.streams_again(recorded, woke_ns, after="1 s for the old link to show life")

    assert again_s < 4.0  # half a second until it is noticed, one for the link to show life, then a reconnection
    assert recorded.story("left")[2:] == ["stalled", *["disconnected", "reconnecting", "connected", "streaming"]]


@pytest.mark.fault("clock of the computer is set while recording")
async def test_clock_that_is_set_does_not_end_a_link_that_lives(world, want):
    await world.sensor(1, seconds=90.0)
    recorded = await world.record(want("left"), stall_timeout_s=60.0)
    await recorded.until_event("streaming", "left")
    world.radio.clock.set_utc(600.0)
    await recorded.until(lambda: any(event.kind == "resumed" for event in recorded.events()), "resumed")
    before = recorded.source.link["left"].notifications
    await recorded.until(
        lambda: recorded.source.link["left"].notifications > before + 40, "a second and a half of data"
    )
    assert "disconnected" not in recorded.kinds("left")


def glance(monotonic_s: float, utc_s: float, own_s: float) -> Glance:
    return Glance(round(monotonic_s * 1e9), round(utc_s * 1e9), own_s)


@pytest.mark.parametrize(
    ("now", "expected_s"),
    [
        (glance(0.5, 0.5, 0.5), 0.0),  # nothing
        (glance(0.5, 600.5, 0.5), 600.0),  # Linux, macOS: the monotonic clock stood still
        (glance(600.5, 600.5, 600.5), 600.0),  # Windows: all clocks went on
        (glance(2.0, 2.0, 2.0), 0.0),  # a busy program
        (glance(0.5, -600.0, 0.5), 0.0),  # somebody set UTC back
        (glance(1.5, 1.5, 0.5), 0.0),  # a virtual world that runs three times faster
    ],
)
def test_length_of_sleep_by_the_clocks(now, expected_s):
    assert slept_s(glance(0.0, 0.0, 0.0), now) == pytest.approx(expected_s, abs=LOOK_EVERY_S + 1e-6)
    assert (slept_s(glance(0.0, 0.0, 0.0), now) > 0.0) == (expected_s >= SHORTEST_SLEEP_S)
