"""The virtual radio itself: what bumble leaves out, the common motion, and faults on request."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import pairwise

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

from gaitpipe.errors import LocalProtocolError
from gaitpipe.model import RawNotification
from gaitpipe.sources.ble import scan

DATA = "f69b0003-1bdd-4133-9b7f-ffd2d644d4a6"
COMMAND = "f69b0002-1bdd-4133-9b7f-ffd2d644d4a6"


def sequence(payload: bytes) -> int:
    return int.from_bytes(payload[2:6], "little")


def device_time_s(payload: bytes) -> float:
    return int.from_bytes(payload[6:10], "little") * 1e-6


async def wait_for(event: asyncio.Event) -> None:
    async with asyncio.timeout(8.0):
        await event.wait()


async def test_sensor_that_starts_later_joins_the_same_motion(virtual_world, want):
    world = virtual_world
    await world.sensor(1)
    await world.sensor(2)
    left = await world.record(want("left", match="0001"))
    await left.until(lambda: len(left.payloads("left", DATA)) > 3, "packets of the left")

    before_s = world.radio.clock.motion_s
    right = await world.record(want("right", match="0002"))
    after_s = world.radio.clock.motion_s
    await right.until(lambda: len(right.payloads("right", DATA)) > 0, "a packet of the right")

    assert device_time_s(left.payloads("left", DATA)[0]) == 0.0
    assert before_s > 0.1
    first_s = device_time_s(right.payloads("right", DATA)[0])
    assert before_s <= first_s <= after_s + 1 / 208 + 1e-6


async def test_samples_that_pass_while_disconnected_are_lost(virtual_world, want):
    world = virtual_world
    sensor = await world.sensor(1)
    recorded = await world.record(want("left"))
    await recorded.until_event("streaming", "left")
    lost_at_s = world.radio.clock.motion_s
    await sensor.disconnect()
    await recorded.until_event("connected", "left", 2)
    back_at_s = world.radio.clock.motion_s
    await recorded.until_event("streaming", "left", 2)
    await recorded.until(lambda: device_time_s(recorded.payloads("left", DATA)[-1]) > back_at_s, "a new packet")

    times_s = [device_time_s(payload) for payload in recorded.payloads("left", DATA)]
    steps_s = [b - a for a, b in pairwise(times_s)]
    assert max(steps_s) > back_at_s - lost_at_s - 2 * 8 / 208
    assert sum(step > 1.5 * 8 / 208 for step in steps_s) == 1


@pytest.mark.parametrize("speed", [4.0])
async def test_faster_world_keeps_one_time_scale(virtual_world, want, speed):
    sensor = await virtual_world.sensor(1, seconds=2.0)
    recorded = await virtual_world.record(want("left"))
    await wait_for(sensor.finished)
    await recorded.until(lambda: len(recorded.payloads("left", DATA)) == sensor.packets_sent, "all packets")

    data = [item for item in recorded.items if isinstance(item, RawNotification)]
    spans_s = [
        (data[-1].host_monotonic_ns - data[0].host_monotonic_ns) * 1e-9,
        (data[-1].host_utc_ns - data[0].host_utc_ns) * 1e-9,
    ]
    device_span_s = device_time_s(data[-1].payload) - device_time_s(data[0].payload)
    assert device_span_s > 1.9
    # a packet cannot come before it is complete; the first one may have come late
    assert all(span_s > 0.5 * device_span_s for span_s in spans_s)
    assert spans_s[0] == pytest.approx(spans_s[1], abs=1e-3)


async def test_dropped_packets_leave_exactly_those_gaps(virtual_world, want):
    from gaitpipe.simulate.stream import SensorFaults

    sensor = await virtual_world.sensor(1, seconds=0.5, faults=SensorFaults(drop_packets=frozenset({3, 4, 7})))
    recorded = await virtual_world.record(want("left"))
    await wait_for(sensor.finished)
    await recorded.until(lambda: len(recorded.payloads("left", DATA)) == sensor.packets_sent, "all packets")

    assert [sequence(payload) for payload in recorded.payloads("left", DATA)] == [
        number for number in range(13) if number not in (3, 4, 7)
    ]
    assert sensor.packets_dropped == 3


async def test_overloaded_link_drops_whole_packets_in_order(virtual_world, want):
    from gaitpipe.simulate.stream import SensorFaults

    faults = SensorFaults(connection_interval_s=0.1, packets_per_event=1, queue_limit=2)
    sensor = await virtual_world.sensor(1, seconds=1.0, faults=faults)
    recorded = await virtual_world.record(want("left"))
    await wait_for(sensor.finished)
    await recorded.until(lambda: len(recorded.payloads("left", DATA)) == sensor.packets_sent, "all packets")

    numbers = [sequence(payload) for payload in recorded.payloads("left", DATA)]
    assert numbers == sorted(set(numbers))
    assert sensor.packets_dropped > 5
    assert sensor.packets_sent + sensor.packets_dropped == 26


async def test_scan_tells_name_strength_and_profile_of_each_sensor(world, want):
    await world.sensor(1, rssi_dbm=-71)
    await world.sensor(2, "movella_dot", rssi_dbm=-55)
    profiles = [want("left", "open_imu").profile, want("left", "movella_dot").profile]
    announced = []

    found = await scan(profiles, 0.3, world.backend, announced.append)

    assert [(item.name, item.rssi, item.profile_id) for item in found] == [
        ("Movella DOT", -55, "movella_dot"),
        ("OpenIMU 0001", -71, "open_imu"),
    ]
    assert {item.profile_id for item in announced} == {"open_imu", "movella_dot"}


async def test_manufacturer_and_service_marks_are_advertised(virtual_world):
    await virtual_world.sensor(1, "movesense_imu6")
    await virtual_world.sensor(2, "movella_dot")

    found = await BleakScanner.discover(0.3, return_adv=True, backend=virtual_world.backend.scanner)

    marks = {advertisement.local_name: advertisement for _device, advertisement in found.values()}
    assert marks["Movesense 204730000081"].service_uuids == ["0000fdf3-0000-1000-8000-00805f9b34fb"]
    assert list(marks["Movella DOT"].manufacturer_data) == [2182]


@pytest.mark.parametrize("how", ["timeout", "cancelled"])
async def test_connection_attempt_that_ends_early_does_not_block_the_next_one(virtual_world, how):
    sensor = await virtual_world.sensor(1)
    client_class = virtual_world.backend.client
    absent = BleakClient("C0:00:00:00:00:99", backend=client_class)

    async def try_both() -> None:
        own_s, outer_s = (0.2, 20.0) if how == "timeout" else (20.0, 0.2)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(absent.connect(timeout=own_s), outer_s)
        async with BleakClient(sensor.address, backend=client_class) as client:
            assert client.mtu_size == 247

    await asyncio.wait_for(try_both(), 5.0)


async def test_request_on_a_link_that_gets_lost_fails_at_once(virtual_world):
    sensor = await virtual_world.sensor(1)
    battery = sensor.profile.battery_characteristic
    async with asyncio.timeout(5.0):
        client = BleakClient(sensor.address, backend=virtual_world.backend.client)
        await client.connect()
        reading = asyncio.ensure_future(client.read_gatt_char(battery))
        await asyncio.sleep(0)
        sensor.supervision_timeout()
        with pytest.raises(BleakError):
            await reading
        with pytest.raises(BleakError):
            await client.read_gatt_char(battery)
        assert not client.is_connected


async def test_connection_survives_a_change_of_the_scanning_address(virtual_world):
    """A host that scans under a fresh private address keeps the address of its open connections."""
    sensor = await virtual_world.sensor(1)
    async with asyncio.timeout(5.0), BleakClient(sensor.address, backend=virtual_world.backend.client) as client:
        host = next(item for item in virtual_world.radio.air.controllers if item.name == "host")
        host.random_address = "F0:00:00:00:00:77"
        assert await client.read_gatt_char(sensor.profile.battery_characteristic) == bytes([87])
        await client.write_gatt_char(COMMAND, b"\x02", response=True)
    assert sensor.writes == [(COMMAND, b"\x02")]


async def test_two_sensors_with_one_address_are_refused(virtual_world):
    await virtual_world.sensor(1)
    with pytest.raises(ValueError, match="C0:00:00:00:00:01"):
        await virtual_world.sensor(2, address="C0:00:00:00:00:01")


async def test_virtual_sensor_that_fails_makes_the_radio_raise_instead_of_waiting_for_ever(want, make_samples):
    pytest.importorskip("bumble")
    from gaitpipe.simulate.peripheral import VirtualSensor
    from gaitpipe.simulate.radio import VirtualRadio
    from gaitpipe.sources.ble import BleSource

    samples = make_samples(208, 1.0)
    samples.acc_m_s2[50] = float("nan")
    wanted = want("left")

    async def record() -> None:
        async with VirtualRadio() as radio:
            sensor = await radio.add_sensor(VirtualSensor(wanted.profile, wanted.profile.resolve_settings(), samples))
            source = BleSource([wanted], backend=radio.backend, settle_s=0.1)
            await source.connect()
            await source.start()
            await wait_for(sensor.finished)
            await source.stop()

    with pytest.raises(LocalProtocolError, match="not finite"):
        await record()


def test_without_bumble_the_recorder_works_and_the_radio_says_what_to_install():
    code = """
import sys
sys.modules["bumble"] = None
import gaitpipe.sources.ble
from gaitpipe.errors import GaitpipeError
try:
    import gaitpipe.simulate.radio
except GaitpipeError as error:
    print(error.message, "|", error.advice)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "bumble" in result.stdout, result.stderr
    assert 'pip install -e ".[demo]"' in result.stdout
