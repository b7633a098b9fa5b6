"""A treadmill, a pod and a strap beside two sensors, over the radio: recorded, shown, and never written to."""

from __future__ import annotations

import asyncio

import pytest

from gaitpipe import profile_store
from gaitpipe.app.analyze import devices_of
from gaitpipe.app.devices import device_profile
from gaitpipe.app.record import RecordRequest, Talk, record
from gaitpipe.model import AUXILIARIES, RawNotification
from gaitpipe.recording.decode import read_recording
from gaitpipe.simulate.auxiliary import DeviceHabits, device_stream
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate
from gaitpipe.sources.ble import WantedDevice, scan

SESSION = simulate(RunnerConfig((Segment("stand", 2.0), Segment("run", 58.0, 3.0)), rate_hz=104.0))


@pytest.fixture
def speed() -> float:
    return 6.0


async def device(world, kind: str, number: int, habits: DeviceHabits | None = None, **options):
    """Put a device on the air that follows the runner."""
    profile = device_profile(kind)
    stream = device_stream(profile, SESSION, habits)
    return await world.sensor(number, profile=profile, samples=stream, name=f"Virtual {kind}", **options)


def wish(kind: str, match: str | None = None) -> WantedDevice:
    return WantedDevice(kind, device_profile(kind), match=match)


async def test_all_three_are_recorded_beside_a_sensor_and_nothing_is_written_to_them(world, want):
    sensor = await world.sensor(1)
    devices = [await device(world, kind, number) for number, kind in enumerate(AUXILIARIES, start=2)]
    recorded = await world.record(want("left"), *(wish(kind) for kind in AUXILIARIES))
    for one in devices:
        leading = one.profile.data_characteristics({})[0]
        kind = one.profile.auxiliary
        await recorded.until(lambda: len(recorded.payloads(kind, leading)) >= 3, f"readings of the {kind}")  # noqa: B023
    await recorded.source.stop()
    assert sensor.writes, "the sensor was started by a command"
    assert [one.writes for one in devices] == [[], [], []]
    assert all(recorded.kinds(kind)[:1] == ["connected"] for kind in AUXILIARIES)


async def test_a_small_mtu_splits_readings_and_they_come_out_whole(virtual_world, want, tmp_path):
    await virtual_world.sensor(1)
    await device(virtual_world, "treadmill", 2, DeviceHabits(incline_pct=2.0, most_bytes=9), max_mtu=23)
    path, live_view = await record_session(virtual_world, tmp_path, (want("left"),), (wish("treadmill"),))
    recording = read_recording(path)
    assert sum(len(block) for block in recording) > 0
    readings = devices_of(recording)["treadmill"]
    assert len(readings) >= 3
    assert all(one.values["incline_pct"] == 2.0 and one.values["speed_m_s"] is not None for one in readings)
    assert recording.auxiliary_quality["treadmill"].packets >= 2 * len(readings)
    assert recording.auxiliary_quality["treadmill"].faults == {}
    assert recording.auxiliaries[0].device == "Virtual treadmill"
    assert live_view.devices[0].kind == "treadmill"
    assert live_view.devices[0].connected


async def test_a_device_that_is_away_does_not_keep_the_feet_from_recording(virtual_world, want, tmp_path):
    await virtual_world.sensor(1)
    said: list[str] = []
    path, view = await record_session(virtual_world, tmp_path, (want("left"),), (wish("heart_rate"),), said)
    recording = read_recording(path)
    assert sum(len(block) for block in recording) > 200
    assert devices_of(recording) == {"heart_rate": []}
    assert not view.devices[0].connected
    assert any("heart rate was not heard" in line for line in said)


async def test_of_two_treadmills_the_named_one_is_taken(virtual_world, want):
    await virtual_world.sensor(1)
    profile = device_profile("treadmill")
    for number, name in ((2, "Gym left"), (3, "Gym right")):
        stream = device_stream(profile, SESSION)
        await virtual_world.sensor(number, profile=profile, samples=stream, name=name, rssi_dbm=-40 - 10 * number)
    recorded = await virtual_world.record(want("left"), wish("treadmill", "Gym right"))
    await recorded.until(
        lambda: any(isinstance(item, RawNotification) and item.source == "treadmill" for item in recorded.items)
    )
    assert recorded.source.found["treadmill"].name == "Gym right"
    await recorded.source.stop()


async def test_a_motion_sensor_with_a_heart_rate_service_is_listed_as_the_sensor_that_it_is(virtual_world):
    await virtual_world.sensor(1, "polar_h10")
    await device(virtual_world, "heart_rate", 2)
    profiles = [profile_store.load(item.id) for item in profile_store.available()]
    found = await scan(profiles, 0.3, backend=virtual_world.backend)
    assert {one.name: one.profile_id for one in found} == {
        profile_store.load("polar_h10").advertisement.local_name: "polar_h10",
        "Virtual heart_rate": "heart_rate",
    }


async def record_session(world, folder, wanted, devices, said=None):
    """Record a session as `gaitpipe record` does, until the feet have sent two seconds; the last view too."""
    stop, views = asyncio.Event(), []
    seconds = 20.0

    def show(view) -> None:
        views.append(view)

    talk = Talk(said.append if said is not None else lambda _line: None, show)
    request = RecordRequest(
        tuple(wanted),
        folder,
        seconds=seconds,
        backend=world.backend,
        clock=world.radio.clock.now,
        devices=tuple(devices),
    )
    async with asyncio.timeout(40):
        recorded = await record(request, stop, talk, before=lambda: None)
    return recorded.path, views[-1]


@pytest.mark.parametrize("speed", [1.0])
@pytest.mark.parametrize("noticed", [True, False], ids=["away for long", "back before anybody noticed"])
@pytest.mark.fault("bluetoothd dies and starts again: devices beside the feet")
async def test_treadmill_and_strap_stream_again_as_soon_as_the_foot_after_bluetoothd_restarted(
    speed, world, want, noticed
):
    if world.bluez is None:
        pytest.skip("bluetoothd belongs to BlueZ")
    await world.sensor(1)
    kinds = ("treadmill", "heart_rate")
    devices = [await device(world, kind, number) for number, kind in enumerate(kinds, start=2)]
    recorded = await world.record(want("left"), *(wish(kind) for kind in kinds), stall_timeout_s=1.0)
    for one in ("left", *kinds):
        await recorded.until_event("streaming", one)

    await world.bluez.stop()
    if noticed:
        await recorded.until(lambda: "no usable Bluetooth adapter" in recorded.advice("left"), "advice on the service")
        for kind in kinds:
            await recorded.until_event("disconnected", kind)
    await world.bluez.start()

    for one in ("left", *kinds):
        await recorded.until_event("streaming", one, 2, within_s=6.0)  # their own patience is 30 s and more
    assert not any("stalled" in recorded.kinds(kind) for kind in kinds)
    assert [one.writes for one in devices] == [[], []]


@pytest.mark.parametrize("speed", [1.0])
async def test_foot_that_stalls_costs_a_living_treadmill_nothing(speed, world, want):
    sensor = await world.sensor(1)
    belt = await device(world, "treadmill", 2)
    recorded = await world.record(want("left"), wish("treadmill"), stall_timeout_s=0.5)
    await recorded.until_event("streaming", "left")
    await recorded.until_event("streaming", "treadmill")
    belt.mute()  # it stands, and says nothing
    link = recorded.source.link["treadmill"]
    await recorded.until(lambda: link.age_s > 1.5, "a silent belt")
    sensor.mute()
    await recorded.until_event("stalled", "left")
    await recorded.until_event("streaming", "left", 2)
    assert "disconnected" not in recorded.kinds("treadmill")
