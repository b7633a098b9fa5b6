"""Cutting samples into packets on the common time of the motion."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.errors import UsageError
from gaitpipe.model import SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.simulate.stream import PacketStream, SensorSamples

RATE_HZ = 208.0


def make_stream(samples, loop=False) -> PacketStream:
    profile = profile_store.load("open_imu")
    return PacketStream(samples, profile, profile.resolve_settings({"rate_hz": RATE_HZ}), loop=loop)


def device_times_s(stream: PacketStream, count: int) -> list[float]:
    packets = [stream.next_packet() for _ in range(count)]
    return [int.from_bytes(packet.notifications[0][1][6:10], "little") * 1e-6 for packet in packets]


def test_packet_is_due_when_its_last_sample_is_taken(make_samples):
    stream = make_stream(make_samples(RATE_HZ, 1.0))
    assert stream.next_due_s() == pytest.approx(7 / RATE_HZ)
    packet = stream.next_packet()
    assert packet.sample_count == 8
    assert packet.due_s == pytest.approx(7 / RATE_HZ)
    assert stream.next_due_s() == pytest.approx(15 / RATE_HZ)


def test_every_sample_is_sent_once_and_the_last_packet_may_be_short(make_samples):
    stream = make_stream(make_samples(RATE_HZ, 0.1))  # 21 samples
    counts = []
    while not stream.finished:
        counts.append(stream.next_packet().sample_count)
    assert counts == [8, 8, 5]
    assert stream.next_due_s() is None


def test_resume_goes_to_where_the_motion_is_and_never_back(make_samples):
    stream = make_stream(make_samples(RATE_HZ, 2.0))
    stream.resume(1.0)
    assert device_times_s(stream, 1) == [pytest.approx(1.0)]
    stream.resume(0.5)
    assert device_times_s(stream, 1) == [pytest.approx(1.0 + 8 / RATE_HZ, abs=1e-6)]


def test_loop_goes_on_with_a_steady_clock(make_samples):
    stream = make_stream(make_samples(RATE_HZ, 0.5), loop=True)  # 104 samples, 13 packets
    times_s = device_times_s(stream, 40)
    np.testing.assert_allclose(np.diff(times_s), 8 / RATE_HZ, atol=2e-6)
    stream.resume(10.0)
    assert device_times_s(stream, 1)[0] == pytest.approx(10.0, abs=1 / RATE_HZ)


def test_reboot_starts_clock_and_sequence_at_zero(make_samples):
    stream = make_stream(make_samples(RATE_HZ, 2.0))
    device_times_s(stream, 5)
    stream.reboot()
    payload = stream.next_packet().notifications[0][1]
    assert int.from_bytes(payload[2:6], "little") == 0
    assert int.from_bytes(payload[6:10], "little") == 0


def test_drifting_clock_is_sent_as_the_device_reads_it():
    still = np.tile([0.0, 0.0, 9.81], (416, 1))
    samples = SensorSamples.uniform(RATE_HZ, still, np.zeros((416, 3)), offset_s=5.0, drift_ppm=1000.0)
    times_s = device_times_s(make_stream(samples), 52)
    assert times_s[0] == pytest.approx(5.0)
    assert times_s[-1] - times_s[0] == pytest.approx(51 * 8 / RATE_HZ * 1.001, abs=2e-6)


def test_samples_of_unequal_length_are_refused():
    with pytest.raises(UsageError, match="equal count"):
        make_stream(SensorSamples(np.arange(3.0), np.arange(3.0), np.zeros((2, 3)), np.zeros((3, 3))))


@pytest.mark.parametrize("profile_id", ["open_imu", "movella_dot", "movesense_imu6"])
def test_packets_decode_to_the_samples_that_went_in(make_samples, profile_id):
    profile = profile_store.load(profile_id)
    settings = profile.resolve_settings()
    samples = make_samples(settings["rate_hz"], 1.0)
    stream = PacketStream(samples, profile, settings)
    decoder = Decoder(profile, "left", "foot", settings)
    decoded = []
    while not stream.finished:
        packet = stream.next_packet()
        for characteristic, payload in packet.notifications:
            decoded += decoder.receive(characteristic, payload, packet.due_s)
    decoded += decoder.flush()

    blocks = [item for item in decoded if isinstance(item, SampleBlock)]
    assert len(blocks) == len(decoded)
    assert decoder.quality.lost_samples == 0
    np.testing.assert_allclose(np.concatenate([block.acc_m_s2 for block in blocks]), samples.acc_m_s2, atol=6e-3)
    np.testing.assert_allclose(np.concatenate([block.gyr_rad_s for block in blocks]), samples.gyr_rad_s, atol=2e-3)
