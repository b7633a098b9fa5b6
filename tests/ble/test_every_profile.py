"""Every shipped profile of a motion sensor: its virtual sensor is found, started, recorded whole, and stopped."""

from __future__ import annotations

import asyncio
from itertools import groupby

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import DeviceStatus, RawNotification, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.packets import has_clock
from gaitpipe.protocol.profile import Profile, parse_profile
from gaitpipe.simulate.stream import PacketStream
from gaitpipe.sources.ble import scan

SECONDS = 2.4
PROFILES = [profile_store.load(item.id) for item in profile_store.available()]
MOTION = [profile for profile in PROFILES if profile.auxiliary is None]


def joined_by_arrival(profile: Profile) -> bool:
    """Two streams without a clock: what a busy computer delays is misplaced between them."""
    settings = profile.resolve_settings({})
    leading = profile.leading_packet(settings)
    return profile.sends("gyr", settings) and not leading.holds_quantity("gyr") and not has_clock(leading)


@pytest.fixture
def speed(request: pytest.FixtureRequest) -> float:
    profile = request.node.callspec.params.get("profile") if hasattr(request.node, "callspec") else None
    return 1.0 if profile is not None and joined_by_arrival(profile) else 6.0


def decode(profile: Profile, settings, items) -> tuple[Decoder, list]:
    decoder = Decoder(profile, "left", "foot", settings)
    decoded = []
    for item in items:
        if isinstance(item, RawNotification):
            decoded += decoder.receive(item.characteristic, item.payload, item.host_monotonic_ns * 1e-9)
    return decoder, decoded + decoder.flush()


def packets_of(profile: Profile, settings, samples) -> int:
    """Notifications of the leading characteristic in the whole stream."""
    stream, count = PacketStream(samples, profile, settings), 0
    leading = profile.leading_packet(settings).characteristic
    while not stream.finished:
        count += sum(key == leading for key, _ in stream.next_packet().notifications)
    return count


async def record_all(world, want, profile: Profile, sensor, samples):
    """Record a virtual sensor of this profile from its first sample to its last, then stop."""
    recorded = await world.record(want("left", profile.id))
    leading = profile.leading_packet(sensor.settings).characteristic
    expected = packets_of(profile, sensor.settings, samples)
    async with asyncio.timeout(8.0):
        await sensor.finished.wait()
    await recorded.until(lambda: len(recorded.payloads("left", leading)) >= expected, "all packets")
    await recorded.source.stop()
    return recorded


def assert_values_are_right(profile: Profile, settings, blocks, samples) -> None:
    """What comes out is what went in, at the place that the index of the samples says."""
    for quantity, got, sent in (("acc", "acc_m_s2", samples.acc_m_s2), ("gyr", "gyr_rad_s", samples.gyr_rad_s)):
        values = np.concatenate([getattr(block, got) for block in blocks])
        indices = np.concatenate([block.first_sample + np.arange(len(block)) for block in blocks])
        if not profile.sends(quantity, settings):
            assert np.all(np.isnan(values))
            continue
        # The rotation rate changes by 1 rad/s a second: joined by arrival, it is right to 0.1 s.
        step = 0.1 if quantity == "gyr" and joined_by_arrival(profile) else 0.02
        np.testing.assert_allclose(values, sent[indices], atol=step)


@pytest.mark.parametrize("profile", MOTION, ids=lambda profile: profile.id)
async def test_virtual_sensor_is_found_started_recorded_whole_and_stopped(virtual_world, want, make_samples, profile):
    settings = profile.resolve_settings({})
    samples = make_samples(settings["rate_hz"], SECONDS)
    sensor = await virtual_world.sensor(1, profile.id, samples=samples)
    seen = await scan(PROFILES, 0.2, virtual_world.backend)
    assert [item.profile_id for item in seen] == [profile.variant_of or profile.id]
    recorded = await record_all(virtual_world, want, profile, sensor, samples)

    decoder, decoded = decode(profile, settings, recorded.items)
    blocks = [item for item in decoded if isinstance(item, SampleBlock)]
    quality = decoder.quality
    assert quality.faults == {}
    assert sensor.samples_sent == len(samples.true_time_s)
    ends = round(0.2 * settings["rate_hz"]) if joined_by_arrival(profile) else 0  # acceleration without its rotation
    assert sensor.samples_sent - ends <= quality.samples <= sensor.samples_sent
    if has_clock(profile.leading_packet(settings)):
        assert (quality.lost_samples, quality.gaps, quality.resets) == (0, 0, 0)
        assert_values_are_right(profile, settings, blocks, samples)
    elif quality.gaps == 0:  # without a clock a computer that stands still looks like a gap
        assert_values_are_right(profile, settings, blocks, samples)

    commands = (*profile.start_commands(settings), *profile.stop_commands(settings))
    assert sensor.writes == [(command.characteristic, command.payload) for command in commands]
    assert sensor.idle.is_set()
    answers = [item for item in decoded if isinstance(item, DeviceStatus)]
    assert all(answer.ok for answer in answers)


def second_variant() -> Profile:
    """A Movesense whose GATT has the newer UUIDs alone."""
    text = profile_store.load("movesense_imu6").text
    lines = [line for line in text.splitlines() if not line.startswith("also = ")]
    text = "\n".join(lines)
    for usual, newer in (
        ("34802252-7185-4d5d-b431-630e7050e8f0", "fdf3"),
        ("34800001-7185-4d5d-b431-630e7050e8f0", "6b200001-ff4e-4979-8186-fb7ba486fcd7"),
        ("34800002-7185-4d5d-b431-630e7050e8f0", "6b200002-ff4e-4979-8186-fb7ba486fcd7"),
    ):
        assert usual in text
        text = text.replace(usual, newer)
    return parse_profile(text, "variant_b.toml")


async def test_movesense_with_the_other_uuids_is_recorded_under_the_usual_ones(virtual_world, want, make_samples):
    from gaitpipe.simulate.peripheral import VirtualSensor

    profile, device = profile_store.load("movesense_imu6"), second_variant()
    settings = profile.resolve_settings({})
    samples = make_samples(settings["rate_hz"], SECONDS)
    sensor = VirtualSensor(device, settings, samples)
    await virtual_world.radio.add_sensor(sensor)
    recorded = await record_all(virtual_world, want, profile, sensor, samples)

    decoder, decoded = decode(profile, settings, recorded.items)
    blocks = [item for item in decoded if isinstance(item, SampleBlock)]
    assert (decoder.quality.lost_samples, decoder.quality.faults) == (0, {})
    assert decoder.quality.samples == len(samples.true_time_s)
    assert_values_are_right(profile, settings, blocks, samples)
    assert {key for key, _ in sensor.writes} == {"6b200001-ff4e-4979-8186-fb7ba486fcd7"}
    assert [key for key, _ in groupby(payload[0] for _, payload in sensor.writes)] == [1, 2]


async def test_witmotion_tells_battery_and_rate_among_the_samples(virtual_world, want, make_samples):
    profile = profile_store.load("witmotion_ble")
    samples = make_samples(100.0, SECONDS)
    sensor = await virtual_world.sensor(1, profile.id, samples=samples)
    recorded = await record_all(virtual_world, want, profile, sensor, samples)
    decoder, decoded = decode(profile, profile.resolve_settings({}), recorded.items)
    told = [item.text for item in decoded if isinstance(item, DeviceStatus) and item.battery_pct is None]
    assert told == ["rate 100 Hz"]
    assert decoder.quality.battery_pct == 75
    assert sensor.samples_sent == decoder.quality.samples
