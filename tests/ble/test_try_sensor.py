"""`profiles try` over the virtual radio: connect, listen, judge."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.app.new_profile import NewProfile, profile_text
from gaitpipe.app.stopping import InterruptedBeforeStartError
from gaitpipe.app.try_sensor import TryRequest, try_sensor
from gaitpipe.errors import DeviceError, DeviceReason
from gaitpipe.protocol.profile import parse_profile

LISTEN_S = 4.0


def still(rate_hz: float, seconds: float = 30.0):
    from gaitpipe.simulate.stream import SensorSamples

    generator = np.random.default_rng(1)
    count = round(rate_hz * seconds)
    acc = np.array([0.0, 5.0, 8.436]) + generator.normal(0, 0.02, (count, 3))
    return SensorSamples.uniform(rate_hz, acc, generator.normal(0, 0.01, (count, 3)))


def request_for(world, profile, **options) -> TryRequest:
    return TryRequest(
        profile, backend=world.backend, clock=world.radio.clock.now, seconds=LISTEN_S, scan_timeout_s=3.0, **options
    )


@pytest.mark.parametrize("profile_id", ["open_imu", "movella_dot", "movesense_imu6"])
async def test_shipped_profile_fits_its_own_sensor(virtual_world, profile_id):
    rate_hz = profile_store.load(profile_id).settings["rate_hz"].default
    await virtual_world.sensor(1, profile_id, samples=still(rate_hz))
    tried = await try_sensor(request_for(virtual_world, profile_store.load(profile_id)), asyncio.Event())
    verdicts = {line.name: line for line in tried.lines}
    assert {line.verdict for line in tried.lines} == {"ok"}, verdicts
    assert {"packets", "rate", "clock", "gravity", "rotation", "losses", "MTU", "battery"} <= set(verdicts)


async def test_profile_with_a_wrong_unit_is_caught_over_the_radio(virtual_world):
    await virtual_world.sensor(1, samples=still(208.0))
    text = profile_store.load("open_imu").text.replace('unit = "g"', 'unit = "mg"')
    tried = await try_sensor(request_for(virtual_world, parse_profile(text, "wrong")), asyncio.Event())
    (wrong,) = [line for line in tried.lines if line.verdict == "wrong"]
    assert wrong.name == "gravity"
    assert "not mg" in wrong.advice


async def test_matched_sensor_is_tried_among_several(virtual_world):
    for number in (1, 2):
        await virtual_world.sensor(number, samples=still(208.0))
    profile = profile_store.load("open_imu")
    tried = await try_sensor(request_for(virtual_world, profile, match="0002"), asyncio.Event())
    assert tried.sensor.name == "OpenIMU 0002"


async def test_missing_characteristic_is_an_error_that_names_it(virtual_world):
    await virtual_world.sensor(1, samples=still(208.0))
    text = profile_store.load("open_imu").text.replace("f69b0003", "f69b0009")
    with pytest.raises(DeviceError) as caught:
        await try_sensor(request_for(virtual_world, parse_profile(text, "wrong")), asyncio.Event())
    assert caught.value.reason is DeviceReason.WRONG_MODEL
    assert "f69b0009" in caught.value.message


async def test_sensor_that_waits_for_another_start_command_is_told(virtual_world):
    await virtual_world.sensor(1, samples=still(208.0))
    text = profile_store.load("open_imu").text.replace('{ hex = "01" }', '{ hex = "07" }')
    tried = await try_sensor(request_for(virtual_world, parse_profile(text, "wrong")), asyncio.Event())
    assert tried.lines[0].verdict == "wrong"
    assert "start command" in tried.lines[0].advice


async def test_stop_ends_the_search_and_the_listening(virtual_world):
    profile = parse_profile(profile_text(NewProfile("absent", "Absent")), "absent")
    stop = asyncio.Event()
    stop.set()
    with pytest.raises(InterruptedBeforeStartError):
        await try_sensor(request_for(virtual_world, profile), stop)
