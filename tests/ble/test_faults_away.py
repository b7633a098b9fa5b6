"""Sensors and stacks that go away and come back: streaming goes on within 2 s of their being back, on every stack."""

from __future__ import annotations

import asyncio

import pytest

from gaitpipe.errors import DeviceError
from gaitpipe.sources.ble_scan import scan

DATA = "f69b0003-1bdd-4133-9b7f-ffd2d644d4a6"
AGAIN_S = 2.0
"""Streaming again within so long of the sensor (or the stack) being back."""
OUTAGE = ["disconnected", "reconnecting", "connected", "streaming"]


def sequence_numbers(payloads: list[bytes]) -> list[int]:
    return [int.from_bytes(payload[2:6], "little") for payload in payloads]


@pytest.fixture
async def recorded(world, want):
    """One sensor that streams; the test's own faults come after that."""
    world.left = await world.sensor(1)
    collected = await world.record(want("left"), connect_timeout_s=1.0, stall_timeout_s=1.0)
    await collected.until_event("streaming", "left")
    return collected


@pytest.mark.fault("off the air for many scans, then back")
async def test_sensor_that_was_away_for_many_scans_streams_at_once_when_it_is_back(world, want):
    left, _right = await world.sensor(1), await world.sensor(2)
    recorded = await world.record(want("left"), want("right"), rescan_s=0.08)
    await recorded.until_event("streaming", "right")
    await left.power_off()
    await recorded.until_event("advice", "left")
    before = len(recorded.payloads("right", DATA))
    await recorded.until(lambda: len(recorded.payloads("right", DATA)) > before + 30, "a second of the other sensor")

    back_ns = await world.back_on_air(left)

    assert await world.streams_again(recorded, back_ns) < AGAIN_S
    assert recorded.story("left")[2:] == OUTAGE
    assert "is not heard" in recorded.advice("left")
    numbers = sequence_numbers(recorded.payloads("right", DATA))
    assert numbers == list(range(len(numbers))), "the search costs the other sensor nothing"


@pytest.mark.fault("both sensors lost at once")
async def test_both_sensors_lost_at_once_come_back(world, want):
    sensors = [await world.sensor(1), await world.sensor(2)]
    recorded = await world.record(want("left"), want("right"))
    await recorded.until_event("streaming", "left")
    await recorded.until_event("streaming", "right")
    for sensor in sensors:
        await sensor.power_off()
    await recorded.until_event("reconnecting", "left")
    await recorded.until_event("reconnecting", "right")

    back_ns = await world.back_on_air(*sensors)

    for side in ("left", "right"):
        assert await world.streams_again(recorded, back_ns, side) < AGAIN_S
        assert recorded.story(side)[2:] == OUTAGE


@pytest.mark.fault("battery empty, charged again")
async def test_empty_battery_is_told_and_a_charged_sensor_joins_again(world, recorded):
    await recorded.until_event("battery", "left")
    await world.left.set_battery(4)
    await recorded.until_event("battery", "left", 2)
    await world.left.power_off()
    await recorded.until(lambda: "may be empty" in recorded.advice("left"), "advice on the battery")
    assert "battery of 'OpenIMU 0001' is at 4 %" in recorded.advice("left")

    assert await world.streams_again(recorded, await world.back_on_air(world.left)) < AGAIN_S


@pytest.mark.fault("sensor refuses connections after a loss")
async def test_sensor_that_refuses_for_a_while_after_a_loss_is_asked_until_it_accepts(world, recorded):
    world.left.faults.refuse_connections = 3
    await world.left.disconnect()
    lost_ns = world.now_ns

    # pauses of 0.25, 0.5 and 1 s lie between the attempts
    assert await world.streams_again(recorded, lost_ns, after="3 refusals") < 1.75 + AGAIN_S

    assert world.left.connections == 5
    assert recorded.kinds("left").count("reconnecting") == 1
    numbers = sequence_numbers(recorded.payloads("left", DATA))
    assert len(set(numbers)) == len(numbers)


@pytest.mark.fault("other services after a loss (wrong model), then the right ones")
async def test_device_with_other_services_after_a_loss_is_told_and_the_right_one_accepted(world, want):
    left = await world.sensor(1)
    recorded = await world.record(want("left"), stubborn_pause_s=0.2)
    await recorded.until_event("streaming", "left")
    await left.power_off()
    other = await world.sensor(2, "movella_dot", name=left.name)
    await other.power_off()
    other.address = left.address
    await world.back_on_air(other)
    await recorded.until(lambda: "is not a" in recorded.advice("left"), "advice on the model")

    await other.power_off()
    back_ns = await world.back_on_air(left)

    assert await world.streams_again(recorded, back_ns) < AGAIN_S


@pytest.mark.fault("Bluetooth switched off and on while recording")
async def test_bluetooth_switched_off_and_on_while_recording_is_told_and_survived(world, recorded):
    await world.switch_off()
    await recorded.until(lambda: "switched off" in recorded.advice("left"), "advice on Bluetooth")

    await world.switch_on()
    on_ns = world.now_ns

    assert await world.streams_again(recorded, on_ns) < AGAIN_S


@pytest.mark.fault("connection attempt hangs")
async def test_connection_that_hangs_is_given_up_and_tried_again(world, recorded):
    world.hang("connect")
    await world.left.disconnect()
    lost_ns = world.now_ns

    assert await world.streams_again(recorded, lost_ns, after="a limit of 1 s") < 1.0 + AGAIN_S


@pytest.mark.fault("start_notify hangs")
async def test_subscription_that_hangs_is_given_up_and_tried_again(world, recorded):
    world.hang("start_notify")
    await world.left.disconnect()
    lost_ns = world.now_ns

    assert await world.streams_again(recorded, lost_ns, after="a limit of 1 s") < 1.0 + AGAIN_S

    assert world.left.connections >= 3


@pytest.mark.fault("disconnect hangs")
async def test_disconnect_that_hangs_holds_nothing_up(world, want):
    sensor = await world.sensor(1)
    recorded = await world.record(want("left"), stall_timeout_s=0.4, gatt_timeout_s=0.6)
    await recorded.until_event("streaming", "left")
    world.hang("disconnect")
    sensor.mute()
    await recorded.until_event("stalled", "left")
    # the system still holds the link that could not be ended, until the sensor ends it
    await asyncio.wait_for(sensor.disconnect(), 3.0)
    free_ns = world.now_ns

    assert await world.streams_again(recorded, free_ns) < AGAIN_S

    world.hang("disconnect")
    async with asyncio.timeout(4.0):
        await recorded.source.stop()


@pytest.mark.fault("bluetoothd dies and starts again")
async def test_bluetooth_service_that_dies_and_starts_again_is_survived(world, recorded):
    if world.bluez is None:
        pytest.skip("bluetoothd belongs to BlueZ")
    await world.bluez.stop()
    await recorded.until(lambda: "no usable Bluetooth adapter" in recorded.advice("left"), "advice on the service")

    await world.bluez.start()
    back_ns = world.now_ns

    assert await world.streams_again(recorded, back_ns) < AGAIN_S


@pytest.mark.fault("D-Bus daemon dies and starts again")
async def test_message_bus_that_dies_is_told_and_when_it_is_back_the_stream_too(private_bus, world, recorded):
    if world.bluez is None:
        pytest.skip("D-Bus belongs to BlueZ")
    before = len(recorded.payloads("left", DATA))
    assert before > 0
    private_bus.end(kill=True)
    await recorded.until(lambda: "D-Bus" in recorded.advice("left"), "advice on the bus")
    await world.bluez.stop()
    private_bus.start()
    await world.bluez.start()
    back_ns = world.now_ns

    assert await world.streams_again(recorded, back_ns) < AGAIN_S


@pytest.mark.fault("le-connection-abort-by-local, Connected never changes")
async def test_aborted_connection_of_which_no_end_is_told_is_given_up_and_tried_again(world, recorded):
    if world.bluez is None:
        pytest.skip("an error of BlueZ")
    world.bluez.fail("Connect", "org.bluez.Error.Failed", "le-connection-abort-by-local")
    await world.left.disconnect()
    lost_ns = world.now_ns

    assert await world.streams_again(recorded, lost_ns, after="a limit of 1 s") < 1.0 + AGAIN_S


@pytest.mark.fault("scan refused: InProgress")
async def test_scan_that_is_refused_as_in_progress_is_tried_again(world, want):
    if world.bluez is None:
        pytest.skip("an error of BlueZ")
    sensor = await world.sensor(1)
    world.bluez.fail("StartDiscovery", "org.bluez.Error.InProgress", "Operation already in progress", times=2)
    found = await scan([want("left").profile], 0.3)
    assert [item.profile_id for item in found] == ["open_imu"]

    recorded = await world.record(want("left"))
    await recorded.until_event("streaming", "left")
    world.bluez.fail("StartDiscovery", "org.bluez.Error.InProgress", "Operation already in progress", times=2)
    await sensor.disconnect()
    lost_ns = world.now_ns

    assert await world.streams_again(recorded, lost_ns) < AGAIN_S
    assert "advice" not in recorded.kinds("left"), "nothing that a person could do"


@pytest.mark.fault("stack raises what no stack should")
async def test_defect_of_the_stack_costs_a_connection_and_not_the_recording(world, recorded, monkeypatch):
    from bleak import BleakClient

    from gaitpipe.simulate.bleak_backend import VirtualClient

    real, left = BleakClient.connect, [ValueError("a defect"), RuntimeError("another")]

    async def faulty(self, **options):
        is_recorder = world.bluez is None or not isinstance(self._backend, VirtualClient)
        if left and is_recorder:  # the stand-in for bluetoothd has clients of its own
            raise left.pop()
        await real(self, **options)

    monkeypatch.setattr(BleakClient, "connect", faulty)
    await world.left.disconnect()
    lost_ns = world.now_ns

    assert await world.streams_again(recorded, lost_ns) < AGAIN_S
    assert "RuntimeError: another" in recorded.advice("left")


@pytest.mark.fault("sensor left connected by a recorder that was killed")
async def test_sensor_that_a_killed_recorder_left_connected_is_freed_and_found(world, want):
    if world.stack == "virtual":
        pytest.skip("only BlueZ keeps a link whose program is gone")
    sensor = await world.sensor(1)
    killed = world.source(want("left"))
    await killed.connect()
    await killed.start()
    killed._links.pop()._session._client._backend._bus.disconnect()  # all that is left of a process that is killed
    for task in killed._tasks:
        task.cancel()
    assert sensor.streaming.is_set()

    careful = world.source(want("left", match="0001"), scan_timeout_s=0.4)
    with pytest.raises(DeviceError):
        await careful.connect()  # a living recorder may have opened it
    assert sensor.streaming.is_set()
    unnamed = world.source(want("left"), scan_timeout_s=0.4, may_end_links=True)
    with pytest.raises(DeviceError):
        await unnamed.connect()  # it may be part of somebody else's recording

    recorded = await world.record(want("left", match="0001"), may_end_links=True)
    await recorded.until_event("streaming", "left")
    assert "was still connected" in recorded.advice()
    assert sensor.connections == 2


@pytest.mark.fault("everything delivered twice after a reconnection")
async def test_doubled_delivery_is_noticed_and_ended_by_a_new_connection(world, want):
    sensor = await world.sensor(1)
    recorded = await world.record(want("left"))
    await recorded.until_event("streaming", "left")
    world.deliver_twice(True)
    await sensor.disconnect()
    await recorded.until(lambda: "came twice" in recorded.advice("left"), "advice on doubles")
    world.deliver_twice(False)
    seen_ns = world.now_ns

    assert await world.streams_again(recorded, seen_ns, count=3) < 2.0

    before = len(recorded.payloads("left", DATA))
    await recorded.until(lambda: len(recorded.payloads("left", DATA)) > before + 5, "packets of the new connection")
    numbers = sequence_numbers(recorded.payloads("left", DATA))
    assert len(numbers) - len(set(numbers)) >= 12, "the raw recording keeps what came; the decoder counts it once"
    assert numbers[before:] == list(range(numbers[before], numbers[before] + len(numbers) - before))
