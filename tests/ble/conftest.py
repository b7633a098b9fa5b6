"""A small world for the BLE tests: a virtual radio with sensors, seen by bleak through one of four stacks.

`virtual`: bleak's front ends on our own backend classes. `bluez-start` and `bluez-acquire`: bleak's own BlueZ backend
on a real dbus-daemon, with a stand-in for bluetoothd that is bridged to the same virtual radio; notifications come as
D-Bus signals (StartNotify) or through a socket (AcquireNotify). `vm`: the real bluetoothd on the real kernel, inside
the virtual machine of `tests/vm/run` only.

A test with `@pytest.mark.fault("what goes wrong")` is a row of the table that `--fault-table FILE` writes (JSON; see
`benchmarks/ble/faults.py`); `world.streams_again(...)` adds how long it took until data flowed again.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import RawNotification, RecordingEvent
from gaitpipe.sources.ble import BleSource, WantedSensor
from module_beside import module_beside

WAIT_S = 8.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fault-table", metavar="FILE", help="write which Bluetooth faults passed on which layer (JSON)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fault(what): a row of the table of Bluetooth faults")
    config.stash[ROWS] = []


ROWS = pytest.StashKey[list[dict[str, Any]]]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    outcome = yield
    report = outcome.get_result()
    marker = item.get_closest_marker("fault")
    if marker is None or (report.when != "call" and report.passed):
        return
    reason = report.longrepr[2].removeprefix("Skipped: ") if report.skipped else ""
    item.config.stash[ROWS].append(
        {
            "fault": marker.args[0],
            "layer": item.callspec.params.get("world", "virtual") if hasattr(item, "callspec") else "virtual",
            "test": item.nodeid,
            "outcome": report.outcome,
            "reason": reason,
            "again": [value for name, value in item.user_properties if name == "again"],
        }
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    file = session.config.getoption("--fault-table", None)
    if file is not None:
        Path(file).write_text(json.dumps(session.config.stash[ROWS], indent=1))


HAS_BUMBLE = importlib.util.find_spec("bumble") is not None
BLUEZ_MISSING = (
    "the BlueZ layer needs Linux"
    if sys.platform != "linux"
    else "the BlueZ layer needs the program dbus-daemon"
    if shutil.which("dbus-daemon") is None
    else ""
)
IN_VIRTUAL_MACHINE = os.environ.get("GAITPIPE_TEST_VM") == "1"
VM_NOTIFY = os.environ.get("GAITPIPE_TEST_VM_NOTIFY", "start")


def run_samples(rate_hz: float, seconds: float) -> Any:
    """A still sensor with a slow rotation: enough to tell samples apart, nothing that clips."""
    from gaitpipe.simulate.stream import SensorSamples

    time_s = np.arange(round(rate_hz * seconds)) / rate_hz
    acc = np.stack([np.sin(time_s), np.cos(time_s), np.full_like(time_s, 9.81)], axis=1)
    gyr = np.stack([time_s, -time_s, 0.5 * time_s], axis=1)
    return SensorSamples.uniform(rate_hz, acc, gyr)


@dataclass
class Collected:
    """Everything that a source gave so far."""

    source: BleSource
    items: list[RawNotification | RecordingEvent] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> None:
        async for item in self.source.items():
            self.items.append(item)
            self._changed.set()

    async def until(self, condition: Callable[[], bool], what: str = "", within_s: float = WAIT_S) -> None:
        """Wait for a condition that an item brings about."""
        try:
            async with asyncio.timeout(within_s):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pytest.fail(f"did not happen: {what}; events: {[(e.source, e.kind, e.text) for e in self.events()]}")

    async def until_event(self, kind: str, side: str, count: int = 1, within_s: float = WAIT_S) -> None:
        await self.until(lambda: self.kinds(side).count(kind) >= count, f"{kind} of {side}, {count} times", within_s)

    def events(self, side: str | None = None) -> list[RecordingEvent]:
        found = [item for item in self.items if isinstance(item, RecordingEvent)]
        return [item for item in found if side is None or item.source == side]

    def story(self, side: str) -> list[str]:
        """What happened to a link, without what it told by the way."""
        return [kind for kind in self.kinds(side) if kind not in ("battery", "mtu", "advice")]

    def advice(self, side: str | None = None) -> str:
        """All advice so far as one text."""
        return "\n".join(event.text for event in self.events(side) if event.kind == "advice")

    def kinds(self, side: str) -> list[str]:
        return [item.kind for item in self.events(side)]

    def payloads(self, side: str, characteristic: str) -> list[bytes]:
        found = [item for item in self.items if isinstance(item, RawNotification)]
        return [item.payload for item in found if item.source == side and item.characteristic == characteristic]


class World:
    """A virtual radio, how bleak reaches it, and helpers; everything that was opened is closed at the end."""

    def __init__(self, stack: str, radio: Any, bluez: Any, closing: AsyncExitStack, request: Any) -> None:
        self.stack = stack
        self.radio = radio
        self.bluez = bluez
        self.bluetoothd: Any = None  # the real one, on the stack `vm`
        self._closing = closing
        self._request = request

    @property
    def backend(self) -> Any:
        return self.radio.backend if self.stack == "virtual" else None

    @property
    def now_ns(self) -> int:
        return self.radio.clock.now()[0]

    async def switch_off(self) -> None:
        """Switch Bluetooth off, as in the desktop's settings."""
        if self.stack == "vm":
            await self.radio.bus.set_powered(False)
        else:
            (self.bluez or self.radio.adapter).switch_off()

    async def switch_on(self) -> None:
        if self.stack == "vm":
            await self.radio.bus.set_powered(True)
        else:
            (self.bluez or self.radio.adapter).switch_on()

    def _need_a_stand_in(self) -> None:
        if self.stack == "vm":
            pytest.skip("the real bluetoothd does not fail in this way on request")

    def deliver_twice(self, doubled: bool) -> None:
        """Let the stack below bleak deliver every notification twice, or no longer."""
        self._need_a_stand_in()
        if self.bluez is not None:
            self.bluez.values_twice = doubled
        else:
            self.radio.adapter.faults.deliver_twice = doubled

    def hang(self, request: str, times: int = 1) -> None:
        """Let the stack below bleak never answer the next `connect`, `disconnect` or `start_notify`."""
        self._need_a_stand_in()
        if self.bluez is None:
            self.radio.adapter.faults.hanging[request] += times
        else:
            notify = "AcquireNotify" if self.stack == "bluez-acquire" else "StartNotify"
            members = {"connect": "Connect", "disconnect": "Disconnect", "start_notify": notify}
            self.bluez.hang(members[request], times)

    async def sensor(self, number: int = 1, profile_id: str = "open_imu", seconds: float = 30.0, **options: Any) -> Any:
        """Put one more sensor on the air."""
        from gaitpipe.simulate.peripheral import VirtualSensor

        profile = options.pop("profile", None) or profile_store.load(profile_id)
        settings = profile.resolve_settings(options.pop("settings", {}))
        options.setdefault("address", f"C0:00:00:00:00:{number:02X}")
        if profile.id == "open_imu":
            options.setdefault("name", f"OpenIMU {number:04d}")
        samples = options.pop("samples", None) or run_samples(settings["rate_hz"], seconds)
        return await self.radio.add_sensor(VirtualSensor(profile, settings, samples, **options))

    async def back_on_air(self, *sensors: Any) -> int:
        """Put sensors that were off back on the air; return when that was, in ns of the host's monotonic clock."""
        for sensor in sensors:
            await sensor.power_on(self.radio.air, self.radio.clock)
        return self.now_ns

    def source(self, *wanted: Any, **options: Any) -> BleSource:
        """A source with little patience; it is stopped at the end of the test."""
        quick = {
            "scan_timeout_s": 3.0,
            "auxiliary_wait_s": 0.3,
            "settle_s": 0.05,
            "rescan_s": 0.5,
            "gatt_timeout_s": 5.0 if self.stack == "vm" else 1.0,  # the real one takes 2 s to disconnect
        }
        notify = {"bluez-acquire": "acquire", "vm": VM_NOTIFY}.get(self.stack, "start")
        options = quick | {"notify": notify} | options
        source = BleSource(wanted, backend=self.backend, clock=self.radio.clock.now, **options)
        self._closing.push_async_callback(source.stop)
        return source

    async def record(self, *wanted: Any, **options: Any) -> Collected:
        """Connect, start and collect in the background."""
        source = self.source(*wanted, **options)
        await source.connect()
        await source.start()
        return self.collect(source)

    def collect(self, source: BleSource) -> Collected:
        collected = Collected(source)
        task = asyncio.get_running_loop().create_task(collected.read())

        async def finish() -> None:
            await source.stop()
            await task

        self._closing.push_async_callback(finish)
        return collected

    async def streams_again(
        self, recorded: Collected, since_ns: int, side: str = "left", count: int = 2, after: str = ""
    ) -> float:
        """Wait for the next `streaming` event; return and note how long after `since_ns` it came, in s.

        `after` names a time limit that has to run out first.
        """
        await recorded.until_event("streaming", side, count)
        at_ns = [event.host_monotonic_ns for event in recorded.events(side) if event.kind == "streaming"][count - 1]
        seconds = (at_ns - since_ns) * 1e-9
        self._request.node.user_properties.append(("again", {"seconds": seconds, "after": after}))
        return seconds


def wanted(side: str, profile_id: str = "open_imu", match: str | None = None, **settings: float) -> WantedSensor:
    return WantedSensor(side, "foot", profile_store.load(profile_id), settings, match)


@pytest.fixture
def want() -> Callable[..., WantedSensor]:
    return wanted


@pytest.fixture
def make_samples() -> Callable[[float, float], Any]:
    return run_samples


@pytest.fixture(scope="session")
def bus_address(tmp_path_factory: pytest.TempPathFactory):
    if BLUEZ_MISSING:
        pytest.skip(BLUEZ_MISSING)
    with module_beside(__file__, "fake_bluez").dbus_daemon(tmp_path_factory.mktemp("dbus")) as address:
        yield address


@pytest.fixture(scope="session")
def bus_witness() -> type:
    """`with bus_witness(address) as witness: witness.settle()`: everything sent on the bus has arrived."""
    return module_beside(__file__, "bus_witness").BusWitness


@pytest.fixture(scope="session")
def real_bluez(tmp_path_factory: pytest.TempPathFactory):
    """The address of a bus and the real bluetoothd on it."""
    real = module_beside(__file__, "real_bluez")
    real.prepare_state_folder()
    with module_beside(__file__, "fake_bluez").dbus_daemon(tmp_path_factory.mktemp("dbus")) as address:
        bluetoothd = real.Bluetoothd(address)
        bluetoothd.start()
        yield address, bluetoothd
        bluetoothd.end()


@pytest.fixture
def private_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A message bus of this test alone, which may die; to be asked for before `world`."""
    if BLUEZ_MISSING:
        pytest.skip(BLUEZ_MISSING)
    bus = module_beside(__file__, "fake_bluez").Bus(tmp_path)
    bus.start()
    yield bus
    bus.end()


@pytest.fixture
def speed() -> float:
    """How much faster than real time the virtual world runs; a test module may override it."""
    return 1.0


async def _build(stack: str, speed: float, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if not HAS_BUMBLE:
        pytest.skip('virtual sensors need bumble: python -m pip install -e ".[test]"')
    from gaitpipe.simulate.radio import VirtualRadio

    async with AsyncExitStack() as closing:
        if stack == "vm":
            yield await _build_real(speed, request, closing)
            return
        virtual_time, bluez = request.getfixturevalue("virtual_time"), None
        if stack == "virtual":
            closing.enter_context(virtual_time())
        else:
            private = "private_bus" in request.fixturenames
            address = (
                request.getfixturevalue("private_bus").address if private else request.getfixturevalue("bus_address")
            )
            request.getfixturevalue("monkeypatch").setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
            witness = closing.enter_context(request.getfixturevalue("bus_witness")(address))
            closing.enter_context(virtual_time(witness.settle))
        radio = await closing.enter_async_context(VirtualRadio(speed=speed))
        if stack != "virtual":
            fake = module_beside(__file__, "fake_bluez")
            bluez = fake.FakeBluez(address, radio)
            await bluez.start()
            closing.push_async_callback(bluez.stop)
            closing.push_async_callback(fake.forget_bluez_manager)
        yield World(stack, radio, bluez, closing, request)


async def _build_real(speed: float, request: pytest.FixtureRequest, closing: AsyncExitStack) -> World:
    real = module_beside(__file__, "real_bluez")
    if reason := real.left_out(request.node.name):
        pytest.skip(reason)
    address, bluetoothd = request.getfixturevalue("real_bluez")
    request.getfixturevalue("monkeypatch").setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    radio = await closing.enter_async_context(real.KernelRadio(address, speed=speed))
    closing.push_async_callback(module_beside(__file__, "fake_bluez").forget_bluez_manager)
    world = World("vm", radio, None, closing, request)
    world.bluetoothd = bluetoothd
    return world


VM_MISSING = "the kernel and bluetoothd are tested in a virtual machine: tests/vm/run"
VM_MARKS = [pytest.mark.vm, *([] if IN_VIRTUAL_MACHINE else [pytest.mark.skip(reason=VM_MISSING)])]
STACKS = [
    "virtual",
    pytest.param("bluez-start", marks=pytest.mark.bluez),
    pytest.param("bluez-acquire", marks=pytest.mark.bluez),
]
if IN_VIRTUAL_MACHINE:
    STACKS.append(pytest.param("vm", marks=VM_MARKS))


@pytest.fixture(params=STACKS)
async def world(request: pytest.FixtureRequest, speed: float) -> AsyncIterator[World]:
    """The same world through each stack."""
    async for item in _build(request.param, speed, request):
        yield item


@pytest.fixture
async def virtual_world(request: pytest.FixtureRequest, speed: float) -> AsyncIterator[World]:
    """The world through the virtual backend only."""
    async for item in _build("virtual", speed, request):
        yield item


@pytest.fixture(params=[pytest.param("vm", marks=VM_MARKS)])
async def vm_world(request: pytest.FixtureRequest, speed: float) -> AsyncIterator[World]:
    """The world through the real kernel and bluetoothd only."""
    async for item in _build(request.param, speed, request):
        yield item
