"""Handshakes with a will of their own: factors told in answers, SDK mode, refusals, boards of another kind."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.app.record import RecordRequest, Talk
from gaitpipe.app.record import record as record_session
from gaitpipe.model import DeviceStatus, RawNotification, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.profile import parse_profile

POLAR_CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
POLAR_DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
BOARD_DATA = "326a9006-85cb-9195-d9dd-464cfbbae75a"
SECONDS = 4.0


@pytest.fixture
def speed() -> float:
    return 6.0


async def virtual(world, samples, profile_id, text=None, **settings):
    """A sensor on the air, of a profile or of a changed text of it."""
    from gaitpipe.simulate.peripheral import VirtualSensor

    profile = profile_store.load(profile_id) if text is None else parse_profile(text, "changed.toml")
    return await world.radio.add_sensor(VirtualSensor(profile, profile.resolve_settings(settings), samples))


def decoded(items, profile_id, **settings):
    profile = profile_store.load(profile_id)
    decoder = Decoder(profile, "left", "foot", profile.resolve_settings(settings))
    found = []
    for item in items:
        if isinstance(item, RawNotification):
            found += decoder.receive(item.characteristic, item.payload, item.host_monotonic_ns * 1e-9)
    return decoder, found + decoder.flush()


def statuses(found):
    return [item for item in found if isinstance(item, DeviceStatus)]


def assert_came_through(found, samples):
    """The samples that went in come out, at the place that their index says."""
    blocks = [item for item in found if isinstance(item, SampleBlock)]
    indices = np.concatenate([block.first_sample + np.arange(len(block)) for block in blocks])
    acc = np.concatenate([block.acc_m_s2 for block in blocks])
    gyr = np.concatenate([block.gyr_rad_s for block in blocks])
    np.testing.assert_allclose(acc, samples.acc_m_s2[indices], atol=0.01)
    np.testing.assert_allclose(gyr, samples.gyr_rad_s[indices], atol=0.01)
    return indices


def written(sensor):
    return [payload.hex(" ").upper() for _, payload in sensor.writes]


async def record(world, want, sensor, profile_id, data, **settings):
    """Record the sensor to its end; its last notifications may still be on their way then."""
    recorded = await world.record(want("left", profile_id, **settings))
    async with asyncio.timeout(8.0):
        await sensor.finished.wait()
    frames = sensor.packets_sent * len(sensor.profile.active_packets(sensor.settings))

    def arrived() -> bool:
        samples = [item for item in recorded.payloads("left", data) if item[1] & 0x80 == 0 or data == POLAR_DATA]
        return len(samples) >= frames

    await recorded.until(arrived, "all packets")
    await recorded.source.stop()
    return recorded


async def test_factors_come_from_the_answers_of_the_sensor_and_scale_its_samples(virtual_world, want, make_samples):
    """This sensor has other factors than its ranges say: 0.3 mg and 0.07 deg/s, as some motion chips have."""
    text = profile_store.load("polar_verity_sense").text
    told = 'setting = "{}_range_{}", type = "f32", scale = {}'
    for quantity, unit, factor in (("acc", "g", 3e-4 / 8.0), ("gyr", "dps", 0.07 / 2000.0)):
        usual = told.format(quantity, unit, "3.0517578125e-5")
        assert usual in text
        text = text.replace(usual, told.format(quantity, unit, factor))
    samples = make_samples(52.0, SECONDS)
    sensor = await virtual(virtual_world, samples, "polar_verity_sense", text, acc_factor=3e-4, gyr_factor=0.07)
    recorded = await record(virtual_world, want, sensor, "polar_verity_sense", POLAR_DATA)

    decoder, found = decoded(recorded.items, "polar_verity_sense")
    assert decoder.quality.faults == {}
    assert_came_through(found, samples)
    texts = [item.text for item in statuses(found)]
    assert texts[:4] == [
        "stop of acceleration: ok", "stop of gyroscope: ok", "start of acceleration: ok, factor 0.0003",
        "start of gyroscope: ok, factor 0.07",
    ]  # fmt: skip
    assert written(sensor) == [
        "03 02", "03 05", "02 02 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03",
        "02 05 00 01 34 00 01 01 10 00 02 01 D0 07 04 01 03", "03 02", "03 05",
    ]  # fmt: skip


async def test_higher_rate_and_range_go_through_sdk_mode_and_leave_it_again(virtual_world, want, make_samples):
    chosen = {"rate_hz": 208, "acc_range_g": 16}
    samples = make_samples(208.0, SECONDS)
    sensor = await virtual(virtual_world, samples, "polar_verity_sense", **chosen)
    recorded = await record(virtual_world, want, sensor, "polar_verity_sense", POLAR_DATA, **chosen)

    decoder, found = decoded(recorded.items, "polar_verity_sense", **chosen)
    assert (decoder.quality.lost_samples, decoder.quality.faults) == (0, {})
    assert len(assert_came_through(found, samples)) == len(samples.true_time_s)
    assert [item[:5] for item in written(sensor)] == [
        "03 02", "03 05", "02 09", "02 02", "02 05", "03 02", "03 05", "03 09",
    ]  # fmt: skip
    assert "start of SDK mode: ok" in [item.text for item in statuses(found)]


async def test_refused_start_and_a_stop_of_the_sensors_own_are_told_and_are_not_ok(virtual_world, want, make_samples):
    """This sensor knows 52 Hz alone: as one with old firmware, it refuses what SDK mode should have allowed."""
    sensor = await virtual(virtual_world, make_samples(52.0, SECONDS), "polar_verity_sense")
    recorded = await virtual_world.record(want("left", "polar_verity_sense", rate_hz=208))
    await recorded.until(lambda: len(recorded.payloads("left", POLAR_CONTROL)) >= 4, "four answers")
    await sensor._notify(POLAR_CONTROL, bytes.fromhex("01 02 05"))
    await recorded.until(lambda: len(recorded.payloads("left", POLAR_CONTROL)) >= 5, "the stop")
    await recorded.source.stop()

    assert sensor.packets_sent == 0
    decoder, found = decoded(recorded.items, "polar_verity_sense", rate_hz=208)
    bad = [item.text for item in statuses(found) if not item.ok]
    assert bad[:2] == ["start of acceleration: refused: a parameter", "start of gyroscope: refused: a parameter"]
    assert bad[2].startswith("the sensor stopped acceleration and gyroscope by itself")
    assert decoder.quality.samples == 0


@pytest.mark.parametrize("profile_id", ["metamotion_s", "metamotion_r"])
async def test_board_with_its_clock_is_set_up_in_order_and_counted_by_it(virtual_world, want, make_samples, profile_id):
    samples = make_samples(100.0, SECONDS)
    sensor = await virtual(virtual_world, samples, profile_id, accounter=1)
    recorded = await record(virtual_world, want, sensor, profile_id, BOARD_DATA, accounter=1)

    decoder, found = decoded(recorded.items, profile_id, accounter=1)
    assert decoder.info.clock == "device"
    assert (decoder.quality.lost_samples, decoder.quality.faults) == (0, {})
    assert len(assert_came_through(found, samples)) == len(samples.true_time_s)
    assert all(item.ok for item in statuses(found))
    assert decoder.quality.battery_pct == 99
    profile = sensor.profile
    commands = (*profile.start_commands(sensor.settings), *profile.stop_commands(sensor.settings))
    assert [payload for _, payload in sensor.writes] == [command.payload for command in commands]


async def test_board_of_the_other_kind_is_noticed_when_it_says_which_chip_it_has(virtual_world, want, make_samples):
    """From outside a MetaMotion R looks like an S, and is taken for one."""
    sensor = await virtual(virtual_world, make_samples(100.0, SECONDS), "metamotion_r")
    recorded = await virtual_world.record(want("left", "metamotion_s"))
    await recorded.until(lambda: len(recorded.payloads("left", BOARD_DATA)) >= 3, "answers")
    await recorded.source.stop()

    assert sensor.connections >= 1
    _, found = decoded(recorded.items, "metamotion_s")
    bad = [item.text for item in statuses(found) if not item.ok]
    assert "accelerometer is a BMI160" in bad[0]
    assert "record it with the profile metamotion_r" in bad[0]
    assert "gyroscope is a BMI160" in bad[1]


@pytest.mark.parametrize(
    ("sent_by", "recorded_as", "settings", "words"),
    [
        ("polar_verity_sense", "polar_verity_sense", {"rate_hz": 208}, "start of acceleration: refused: a parameter"),
        ("metamotion_r", "metamotion_s", {}, "record it with the profile metamotion_r"),
    ],
)
async def test_what_a_sensor_says_is_wrong_is_told_once_while_it_records(
    virtual_world, want, make_samples, tmp_path, sent_by, recorded_as, settings, words
):
    rate_hz = 52.0 if sent_by == "polar_verity_sense" else 100.0
    await virtual(virtual_world, make_samples(rate_hz, SECONDS), sent_by)
    stop, said = asyncio.Event(), []

    def say(text: str) -> None:
        said.append(text)
        if sum("reported" in line for line in said) == 2:  # one of each part of the sensor, before the recording ends
            stop.set()

    request = RecordRequest(
        (want("left", recorded_as, **settings),),
        tmp_path,
        backend=virtual_world.backend,
        clock=virtual_world.radio.clock.now,
        scan_timeout_s=3.0,
    )
    async with asyncio.timeout(20.0):
        await record_session(request, stop, Talk(say, lambda _view: None), before=lambda: None)
    told = [line for line in said if "reported" in line]
    assert told[0].startswith("The left sensor reported: ")
    assert words in told[0]
    assert len(told) == len(set(told)) == 2
