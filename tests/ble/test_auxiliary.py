"""Devices beside the feet: recorded when they are there, never a reason not to record, and never written to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gaitpipe import profile_store
from gaitpipe.errors import UsageError
from gaitpipe.model import RawNotification
from gaitpipe.protocol.handshake import CommandRule, PayloadPart
from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.profile_parts import Advertisement, Characteristic, ReadingRule, Service
from gaitpipe.protocol.uuids import full_uuid
from gaitpipe.sources.ble import BleSource, WantedDevice
from gaitpipe.sources.ble_plan import AUXILIARY_STALL_S, plan_of

FITNESS_MACHINE, TREADMILL_DATA, CONTROL_POINT = (full_uuid(text) for text in ("1826", "2ACD", "2AD9"))
DATA = "f69b0003-1bdd-4133-9b7f-ffd2d644d4a6"
BELT_AT_3_M_S = bytes.fromhex("00003804")  # flags 0: instantaneous speed alone, 1080 x 0.01 km/h


def treadmill_profile() -> Profile:
    """A treadmill whose profile even has a command that moves the belt: it must not be sent."""
    characteristics = (
        Characteristic(TREADMILL_DATA, frozenset({"notify"}), "data", TREADMILL_DATA),
        Characteristic(CONTROL_POINT, frozenset({"write", "indicate"}), "command", CONTROL_POINT),
    )
    start = CommandRule("start", CONTROL_POINT, True, (PayloadPart("bytes", data=b"\x07"),), b"\x07")
    return replace(
        profile_store.load("open_imu"),
        id="treadmill",
        name="Treadmill",
        local_name_prefixes=("Belt",),
        service_uuids=(FITNESS_MACHINE,),
        advertisement=Advertisement("Belt 1", (FITNESS_MACHINE,)),
        services=(Service(FITNESS_MACHINE, characteristics),),
        settings={},
        commands=(start,),
        packets=(),
        readings=(ReadingRule(TREADMILL_DATA, "treadmill"),),
        auxiliary="treadmill",
        mtu_min=23,
    )


@pytest.fixture
def wanted_treadmill() -> WantedDevice:
    return WantedDevice("treadmill", treadmill_profile())


async def treadmill(world, number: int = 9, period_s: float = 0.1, **options):
    """Put a treadmill on the air that tells its speed; it streams to whoever subscribes."""
    from gaitpipe.simulate.stream import TimedNotifications

    profile = replace(treadmill_profile(), commands=())
    told = TimedNotifications([(index * period_s, TREADMILL_DATA, BELT_AT_3_M_S) for index in range(600)])
    return await world.sensor(number, profile=profile, samples=told, **options)


def told_speeds(recorded) -> list[bytes]:
    return recorded.payloads("treadmill", TREADMILL_DATA)


@pytest.mark.fault("none: two sensors and a treadmill at once")
async def test_treadmill_is_recorded_beside_two_sensors_and_nothing_is_written_to_it(world, want, wanted_treadmill):
    sensors = [await world.sensor(number) for number in (1, 2)]
    belt = await treadmill(world)
    recorded = await world.record(want("left"), want("right"), wanted_treadmill)
    await recorded.until(lambda: len(told_speeds(recorded)) > 3, "speeds")
    await belt.disconnect()
    await recorded.until_event("streaming", "treadmill", 2)
    await recorded.source.stop()

    assert belt.writes == []
    assert [len(sensor.writes) for sensor in sensors] == [2, 2], "start and stop, to the sensors alone"
    assert set(told_speeds(recorded)) == {BELT_AT_3_M_S}
    assert set(recorded.source.link) == {"left", "right", "treadmill"}
    assert recorded.source.found["treadmill"].name == "Belt 1"
    assert recorded.source.link["treadmill"].reconnects == 1
    sources = {item.source for item in recorded.items if isinstance(item, RawNotification)}
    assert sources == {"left", "right", "treadmill"}


@pytest.mark.fault("treadmill absent at the start, switched on later")
async def test_absent_treadmill_is_told_and_joins_when_it_is_switched_on(world, want, wanted_treadmill):
    await world.sensor(1)
    source = world.source(want("left"), wanted_treadmill)
    found = await source.connect()
    assert [item.name for item in found] == ["OpenIMU 0001"]
    await source.start()
    recorded = world.collect(source)
    await recorded.until_event("streaming", "left")
    assert "was not heard" in recorded.advice("treadmill")

    belt = await treadmill(world)
    on_ns = world.now_ns

    assert await world.streams_again(recorded, on_ns, "treadmill", 1) < 2.0
    assert "disconnected" not in recorded.kinds("treadmill")
    assert "disconnected" not in recorded.kinds("left")
    assert belt.writes == []


@pytest.mark.fault("treadmill refuses every connection")
async def test_treadmill_that_refuses_does_not_keep_from_recording(world, want, wanted_treadmill):
    await world.sensor(1)
    belt = await treadmill(world)
    belt.faults.refuse_connections = 3
    recorded = await world.record(want("left"), wanted_treadmill)
    await recorded.until_event("streaming", "left")
    await recorded.until_event("advice", "treadmill")

    await recorded.until_event("streaming", "treadmill")

    assert "disconnected" not in recorded.kinds("left")


async def test_treadmill_that_is_silent_for_a_while_is_left_alone(virtual_world, want, wanted_treadmill):
    world = virtual_world
    await world.sensor(1)
    belt = await treadmill(world)
    recorded = await world.record(want("left"), wanted_treadmill, stall_timeout_s=0.3)
    await recorded.until_event("streaming", "treadmill")
    belt.mute()
    before = len(recorded.payloads("left", DATA))
    await recorded.until(
        lambda: len(recorded.payloads("left", DATA)) > before + 40, "a second and a half of the sensor"
    )
    assert "stalled" not in recorded.kinds("treadmill")


def test_devices_beside_the_feet_are_waited_for_longer_and_have_no_commands(wanted_treadmill, want):
    plan = plan_of(wanted_treadmill, 3.0)
    assert (plan.start, plan.stop) == ((), ())
    assert CONTROL_POINT not in plan.subscribe
    assert plan.stall_timeout_s == AUXILIARY_STALL_S["treadmill"] > 3.0
    assert plan_of(want("left"), 3.0).stall_timeout_s == 3.0


async def test_nearest_of_two_treadmills_is_taken(virtual_world, want, wanted_treadmill):
    world = virtual_world
    await world.sensor(1)
    await treadmill(world, 8, name="Belt 1", rssi_dbm=-80)
    await treadmill(world, 9, name="Belt 2", rssi_dbm=-50)
    source = world.source(want("left"), wanted_treadmill)
    await source.connect()
    assert source.found["treadmill"].name == "Belt 2"


def test_two_treadmills_are_refused(wanted_treadmill):
    with pytest.raises(UsageError, match="treadmill"):
        BleSource([wanted_treadmill, wanted_treadmill])
