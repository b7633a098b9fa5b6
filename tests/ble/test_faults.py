"""The BLE source against everything that goes wrong with sensors, on both stacks."""

from __future__ import annotations

import asyncio
import time

import pytest

from gaitpipe.errors import DeviceError, DeviceReason

DATA = "f69b0003-1bdd-4133-9b7f-ffd2d644d4a6"
COMMAND = "f69b0002-1bdd-4133-9b7f-ffd2d644d4a6"


def sequence_numbers(payloads: list[bytes]) -> list[int]:
    return [int.from_bytes(payload[2:6], "little") for payload in payloads]


async def wait_for(event: asyncio.Event) -> None:
    async with asyncio.timeout(8.0):
        await event.wait()


@pytest.mark.fault("none: two sensors at once lose nothing")
async def test_two_sensors_at_once_lose_nothing(world, want):
    sensors = [await world.sensor(number, seconds=1.0) for number in (1, 2)]
    recorded = await world.record(want("left"), want("right"))

    for sensor in sensors:
        await wait_for(sensor.finished)
    for sensor, side in zip(sensors, ("left", "right"), strict=True):
        expected = list(range(sensor.packets_sent))
        await recorded.until(lambda: len(recorded.payloads(side, DATA)) >= len(expected), "all packets")  # noqa: B023
        assert sequence_numbers(recorded.payloads(side, DATA)) == expected
        assert sensor.packets_sent >= 25
    assert recorded.source.link["left"].mtu == 247
    assert recorded.source.link["left"].battery_pct == 87


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param("the sensor disconnects", marks=pytest.mark.fault("disconnect in mid-stream")),
        pytest.param("out of range", marks=pytest.mark.fault("supervision timeout in mid-stream")),
    ],
)
async def test_lost_link_is_noticed_and_streams_again_while_the_other_sensor_goes_on(world, want, loss):
    left, right = await world.sensor(1), await world.sensor(2)
    recorded = await world.record(want("left"), want("right"))
    await recorded.until_event("streaming", "left")
    await recorded.until_event("streaming", "right")

    lost_ns = world.now_ns
    if loss == "out of range":
        left.supervision_timeout()
    else:
        await left.disconnect()
    assert await world.streams_again(recorded, lost_ns) < 2.0

    story = [kind for kind in recorded.kinds("left") if kind not in ("battery", "mtu")]
    assert story == ["connected", "streaming", "disconnected", "reconnecting", "connected", "streaming"]
    assert recorded.source.link["left"].reconnects == 1
    assert "disconnected" not in recorded.kinds("right")
    numbers = sequence_numbers(recorded.payloads("right", DATA))
    assert numbers == list(range(len(numbers)))
    assert right.connections == 1
    numbers = sequence_numbers(recorded.payloads("left", DATA))
    assert len(set(numbers)) == len(numbers), "no notification twice after a reconnection"


@pytest.mark.fault("absent sensor")
async def test_absent_sensor_is_reported_with_what_was_seen(world, want):
    await world.sensor(1)
    source = world.source(want("left", match="OpenIMU 0001"), want("right", match="OpenIMU 0002"), scan_timeout_s=0.6)

    with pytest.raises(DeviceError) as caught:
        await source.connect()

    assert caught.value.reason is DeviceReason.NOT_FOUND
    assert "right foot sensor" in caught.value.message
    assert "left" not in caught.value.message
    assert "'OpenIMU 0001'" in caught.value.message
    assert caught.value.advice


@pytest.mark.fault("connection refused twice, then accepted")
async def test_refused_connection_is_tried_again_and_then_accepted(world, want):
    sensor = await world.sensor(1)
    sensor.faults.refuse_connections = 2

    recorded = await world.record(want("left"))
    await recorded.until_event("streaming", "left")

    assert sensor.connections == 3


@pytest.mark.fault("sensor that refuses every connection")
async def test_sensor_that_always_refuses_is_a_clear_error(world, want):
    sensor = await world.sensor(1)
    sensor.faults.refuse_connections = 1_000_000  # bleak itself repeats what BlueZ calls aborted

    with pytest.raises(DeviceError) as caught:
        await world.source(want("left"), connect_timeout_s=2.0).connect()

    assert caught.value.reason is DeviceReason.CONNECT_FAILED
    assert "OpenIMU 0001" in caught.value.message


@pytest.mark.fault("none: a clean stop stops the sensor")
async def test_stop_stops_the_sensor_and_may_be_called_twice(world, want):
    sensor = await world.sensor(1)
    recorded = await world.record(want("left"))
    await recorded.until_event("streaming", "left")

    await recorded.source.stop()
    await recorded.source.stop()

    assert sensor.writes[-1] == (COMMAND, b"\x02")
    assert sensor.idle.is_set()
    assert not recorded.source.link["left"].connected
    assert "disconnected" not in recorded.kinds("left"), "an own disconnect is no loss"


@pytest.mark.fault("stop while a sensor is away")
async def test_stop_while_a_sensor_is_away_ends_at_once(world, want):
    sensor = await world.sensor(1)
    recorded = await world.record(want("left"))
    await recorded.until_event("streaming", "left")
    await sensor.power_off()
    await recorded.until_event("reconnecting", "left")

    async with asyncio.timeout(4.0):
        await recorded.source.stop()


@pytest.mark.fault("reboot: sequence and clock begin anew")
async def test_reboot_starts_sequence_anew_after_reconnection(world, want):
    sensor = await world.sensor(1)
    recorded = await world.record(want("left"))
    await recorded.until(lambda: len(recorded.payloads("left", DATA)) > 5, "some packets")

    rebooted_ns = world.now_ns
    await sensor.reboot()
    assert await world.streams_again(recorded, rebooted_ns) < 2.0
    before = len(recorded.payloads("left", DATA))
    await recorded.until(lambda: len(recorded.payloads("left", DATA)) > before + 2, "packets after the reboot")

    numbers = sequence_numbers(recorded.payloads("left", DATA))
    restart = numbers.index(0, 1)
    assert numbers[:restart] == list(range(restart))
    assert numbers[restart:] == list(range(len(numbers) - restart))


@pytest.mark.fault("connected but silent")
async def test_connected_but_silent_sensor_is_reconnected(world, want):
    sensor = await world.sensor(1)
    recorded = await world.record(want("left"), stall_timeout_s=0.4)
    await recorded.until_event("streaming", "left")

    silent_ns = world.now_ns
    sensor.mute()
    await world.streams_again(recorded, silent_ns, after="0.4 s of silence")

    story = [kind for kind in recorded.kinds("left") if kind not in ("battery", "mtu")]
    assert story == ["connected", "streaming", "stalled", "disconnected", "reconnecting", "connected", "streaming"]
    assert sensor.connections == 2


@pytest.mark.fault("program stands still for a second")
async def test_program_that_stands_still_for_a_while_does_not_take_it_for_a_silent_sensor(world, want):
    await world.sensor(1)
    recorded = await world.record(want("left"), stall_timeout_s=0.4)
    await recorded.until_event("streaming", "left")
    await recorded.until_event("battery", "left")
    before = len(recorded.payloads("left", DATA))

    time.sleep(1.0)  # noqa: ASYNC251  # the whole event loop stands still, as while something is compiled
    await recorded.until(lambda: len(recorded.payloads("left", DATA)) > before + 30, "packets after the pause")

    assert "stalled" not in recorded.kinds("left")
    numbers = sequence_numbers(recorded.payloads("left", DATA))
    assert numbers == list(range(len(numbers))), "nothing is lost either"


@pytest.mark.fault("MTU 23: packets are cut off")
async def test_too_small_mtu_gives_advice(world, want):
    await world.sensor(1, max_mtu=23)
    recorded = await world.record(want("left"))
    await recorded.until_event("advice", "left")
    await recorded.until(lambda: bool(recorded.payloads("left", DATA)), "a packet")

    mtu = next(event for event in recorded.events("left") if event.kind == "mtu")
    advice = next(event for event in recorded.events("left") if event.kind == "advice")
    assert mtu.value == 23.0
    assert "MTU" in advice.text
    assert {len(payload) for payload in recorded.payloads("left", DATA)} == {20}, "packets are cut off, as told"


@pytest.mark.fault("Bluetooth off at the start")
async def test_bluetooth_off_is_a_clear_error(world, want):
    await world.sensor(1)
    await world.switch_off()

    with pytest.raises(DeviceError) as caught:
        await world.source(want("left")).connect()

    assert caught.value.reason is DeviceReason.BLUETOOTH_OFF
    assert "on" in caught.value.advice


@pytest.mark.fault("start command rejected (ATT 0x80)")
async def test_refused_start_command_is_a_clear_error(world, want):
    sensor = await world.sensor(1)
    sensor.faults.reject_writes = True
    source = world.source(want("left"))
    await source.connect()

    with pytest.raises(DeviceError) as caught:
        await source.start()

    assert caught.value.reason is DeviceReason.REJECTED


@pytest.mark.fault("wrong model at the start")
async def test_sensor_of_another_model_is_a_clear_error(world, want):
    await world.sensor(1, "movella_dot")

    with pytest.raises(DeviceError) as caught:
        await world.source(want("left", match="Movella")).connect()

    assert caught.value.reason is DeviceReason.WRONG_MODEL
    assert "Open IMU" in caught.value.message


@pytest.mark.parametrize("profile_id", ["open_imu", "movella_dot", "movesense_imu6"])
async def test_every_profile_streams_and_tells_its_battery(world, want, profile_id):
    sensor = await world.sensor(1, profile_id, seconds=0.5, battery_pct=41)
    recorded = await world.record(want("left", profile_id))
    data = sensor.profile.packet.characteristic

    await wait_for(sensor.finished)
    await recorded.until_event("battery", "left")
    await sensor.set_battery(40)
    await recorded.until_event("battery", "left", 2)

    assert [event.value for event in recorded.events("left") if event.kind == "battery"] == [41.0, 40.0]
    assert len(recorded.payloads("left", data)) >= sensor.packets_sent
    assert sensor.samples_sent == round(0.5 * sensor.settings["rate_hz"])


async def test_two_streams_start_close_together(world, want):
    """The second start command follows the first at once: nothing else is asked of the sensors in between."""
    sensors = [await world.sensor(1), await world.sensor(2)]
    source = world.source(want("left"), want("right"))
    await source.connect()
    for sensor in sensors:
        assert sensor.writes == []

    await source.start()

    assert [len(sensor.writes) for sensor in sensors] == [1, 1]
    assert all(sensor.streaming.is_set() for sensor in sensors)


async def test_defect_in_the_supervisor_reaches_the_reader(virtual_world, want):
    sensor = await virtual_world.sensor(1)
    source = virtual_world.source(want("left"))
    await source.connect()
    await source.start()

    async def read_to_the_end() -> None:
        async for item in source.items():
            if getattr(item, "kind", "") == "streaming":
                source._options.clock = None  # cannot be called: the supervisor's next event fails
                await sensor.disconnect()

    with pytest.raises(TypeError):
        await asyncio.wait_for(read_to_the_end(), 5.0)
