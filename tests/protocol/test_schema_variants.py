"""What the schema allows beside the shipped profiles: other clocks, other counters, other layouts, no gyroscope."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.profile import parse_profile
from gaitpipe.protocol.sample_rows import decode_samples

SEQUENCE = '    { name = "sequence", type = "u32" },\n'
CLOCK = '    { name = "device_time", type = "u32" },\n'
NO_CLOCK = [(CLOCK, ""), ('meaning = "first_sample"\ntick_s = 1e-6', 'meaning = "none"')]
NO_SEQUENCE = [(SEQUENCE, ""), ('sequence_counts = "packets"\n', "")]
GYRO_LINE = next(line for line in profile_store.load("open_imu").text.splitlines(True) if 'quantity = "gyr"' in line)
MIXED = ('quantity = "gyr", type = "i16"', 'quantity = "gyr", type = "i32"')


def variant(*pairs):
    text = profile_store.load("open_imu").text
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_profile(text, "variant.toml")


VARIANTS = {
    "last sample": [('"first_sample"', '"last_sample"')],
    "samples counted": [('sequence_counts = "packets"', 'sequence_counts = "samples"')],
    "16-bit counter": [(SEQUENCE, SEQUENCE.replace("u32", "u16"))],
    "16-bit clock of 8 ms": [(CLOCK, CLOCK.replace("u32", "u16")), ("tick_s = 1e-6", "tick_s = 0.008")],
    "clock only": NO_SEQUENCE,
    "counter only": NO_CLOCK,
    "blocks of mixed types": [('"interleaved"', '"blocks"'), MIXED],
    "interleaved mixed types": [MIXED],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_losses_are_counted_exactly_whatever_the_packet_carries(name, make_bench):
    bench = make_bench(variant(*VARIANTS[name]))
    lost = {5, 20, 21, 22, 90}
    bench.feed(packet for number, packet in enumerate(bench.packets(200)) if number not in lost)
    bench.flush()
    quality = bench.decoder.quality
    assert quality.lost_samples == 5 * bench.count
    assert (quality.gaps, quality.resets, quality.faults) == (3, 0, {})
    assert bench.indices[-1] == 200 * bench.count - 1
    np.testing.assert_allclose(bench.times_s, bench.indices / bench.rate_hz + bench.host_delay_s, atol=0.012)
    np.testing.assert_allclose(bench.blocks[0].acc_m_s2, np.tile([0.0, 0.0, 9.8], (bench.count, 1)), atol=5e-3)


def test_clock_kind_is_told(make_bench):
    assert make_bench(variant(*NO_CLOCK)).decoder.info.clock == "arrival"
    assert make_bench(variant()).decoder.info.clock == "device"


def test_last_sample_stamp_is_turned_into_the_time_of_the_first():
    profile = variant(('"first_sample"', '"last_sample"'))
    chosen = profile.resolve_settings({})
    ((uuid, data),) = Encoder(profile, chosen).encode(3.0, np.zeros((8, 3)), np.zeros((8, 3)))
    rows = decode_samples(profile, chosen, uuid, [data])
    assert int.from_bytes(data[6:10], "little") == pytest.approx((3.0 + 7 / 208) * 1e6, abs=1)
    assert rows[0]["device_time_s"] == pytest.approx(3.0, abs=1e-6)


def test_stream_without_clock_and_counter_keeps_going_and_sees_a_long_pause(make_bench):
    bench = make_bench(variant(*NO_CLOCK, *NO_SEQUENCE))
    packets = bench.packets(300)
    bench.feed(packets[:100] + packets[200:])
    bench.flush()
    quality = bench.decoder.quality
    assert quality.gaps == 1
    assert quality.lost_samples == pytest.approx(800, abs=2)
    assert bench.decoder.quality.clock_residual_s is not None


def test_accelerometer_only_sensor_has_no_gyroscope(make_bench):
    profile = variant((GYRO_LINE, ""))
    assert not profile.has_gyro
    bench = make_bench(profile)
    bench.feed(bench.packets(5))
    bench.flush()
    assert not bench.decoder.info.has_gyro
    assert bench.decoder.info.gyr_range_rad_s is None
    assert np.all(np.isnan(bench.blocks[0].gyr_rad_s))
    uuid, data, _ = bench.packet()[0]
    assert decode_samples(profile, bench.settings, uuid, [data])[0]["gyr_rad_s"] is None
