"""Contract of every profile of a motion sensor: what is encoded comes back, and no bytes make the decoder raise."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe import profile_store
from gaitpipe.model import FLAG_ACC_CLIPPED, FLAG_GYR_CLIPPED, DeviceStatus, PacketFault, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.packets import range_si
from gaitpipe.protocol.sample_rows import decode_samples

PROFILE_IDS = [item.id for item in profile_store.available() if profile_store.load(item.id).auxiliary is None]
QUICK = settings(max_examples=40, deadline=None, derandomize=True)
every_profile = pytest.mark.parametrize("profile_id", PROFILE_IDS)
load = cache(profile_store.load)
LISTED_IDS = [one for one in PROFILE_IDS if load(one).variant_of is None]
"""The profiles by which a scan names a sensor; the others are modes of the same hardware."""


def range_of(profile, chosen, quantity):
    """End of the range of a quantity, in whichever packet it comes; None where the profile states none."""
    ends = [range_si(layout, chosen, quantity) for layout in profile.active_packets(chosen)]
    return next((end for end in ends if end is not None), None)


def lsb_si(profile, chosen, quantity):
    """Largest rounding error of one value: a whole LSB of integers, the relative step of float32 otherwise."""
    fields = [item for layout in profile.active_packets(chosen) for item in layout.fields]
    item = next(item for item in fields if item.quantity == quantity)
    end = range_of(profile, chosen, quantity)
    if item.type == "f32":
        return (end or 100.0) * 2.0**-23
    return item.scale * item.si_per_unit * (chosen[item.scale_setting] if item.scale_setting else 1.0)


@st.composite
def streams(draw, profile):
    overrides = {key: draw(st.sampled_from(setting.allowed)) for key, setting in profile.settings.items()}
    chosen = profile.resolve_settings(overrides)
    count = profile.samples_per_packet(chosen)
    seed = draw(st.integers(0, 2**32 - 1))
    generator = np.random.default_rng(seed)
    acc = generator.uniform(-0.97, 0.97, (3, count, 3)) * (range_of(profile, chosen, "acc") or 100.0)
    gyr = generator.uniform(-0.97, 0.97, (3, count, 3)) * (range_of(profile, chosen, "gyr") or 10.0)
    return chosen, acc, gyr, draw(st.floats(0.0, 10_000.0))


@every_profile
@QUICK
@given(data=st.data())
def test_encoded_samples_come_back_within_one_lsb(profile_id, data):
    profile = load(profile_id)
    chosen, acc, gyr, start_s = data.draw(streams(profile))
    encoder, decoder = Encoder(profile, chosen), Decoder(profile, "left", "foot", chosen)
    blocks = []
    for number in range(3):
        packet_s = number * acc.shape[1] / chosen["rate_hz"]
        for uuid, payload in encoder.encode(start_s + packet_s, acc[number], gyr[number]):
            assert len(payload) + 3 <= profile.required_mtu(chosen)
            blocks += decoder.receive(uuid, payload, packet_s)
    blocks += decoder.flush()
    assert [type(block) for block in blocks] == [SampleBlock] * 3
    for quantity, sent, got in (("acc", acc, "acc_m_s2"), ("gyr", gyr, "gyr_rad_s")):
        values = [getattr(block, got) for block in blocks]
        if profile.sends(quantity, chosen):
            np.testing.assert_allclose(values, sent, atol=lsb_si(profile, chosen, quantity), rtol=0)
        else:
            assert np.all(np.isnan(values))
    assert [block.first_sample for block in blocks] == [0, acc.shape[1], 2 * acc.shape[1]]
    assert decoder.quality.lost_samples == 0
    assert decoder.quality.faults == {}
    assert all(block.acc_m_s2.flags.c_contiguous and block.acc_m_s2.dtype == np.float64 for block in blocks)


@every_profile
def test_decode_samples_gives_one_row_a_sample_with_device_time(profile_id):
    profile = load(profile_id)
    chosen = profile.resolve_settings({})
    count = profile.samples_per_packet(chosen)
    acc = np.tile([0.5, -1.0, 9.8], (count, 1))
    notifications = Encoder(profile, chosen).encode(12.5, acc, acc / 10.0)
    place = profile.packet.characteristic
    rows = decode_samples(profile, chosen, place, [payload for uuid, payload in notifications if uuid == place])
    sent = {"acc": ("acc_m_s2", [0.5, -1.0, 9.8]), "gyr": ("gyr_rad_s", [0.05, -0.1, 0.98])}
    leading = next(key for quantity, (key, _) in sent.items() if profile.packet.holds_quantity(quantity))
    rows = [row for row in rows if row[leading] is not None]  # other packets may come on the same characteristic
    assert len(rows) == count
    if profile.packet.timestamp.meaning == "none":
        assert rows[0]["device_time_s"] is None
    else:
        assert rows[0]["device_time_s"] == pytest.approx(12.5, abs=profile.packet.timestamp.tick_s)
        assert rows[-1]["device_time_s"] - rows[0]["device_time_s"] == pytest.approx((count - 1) / chosen["rate_hz"])
    for quantity, (key, values) in sent.items():
        if profile.packet.holds_quantity(quantity):
            assert rows[-1][key] == pytest.approx(values, abs=lsb_si(profile, chosen, quantity))
        else:
            assert rows[-1][key] is None


@every_profile
def test_every_prefix_of_a_packet_is_a_fault_and_never_a_sample(profile_id):
    profile = load(profile_id)
    chosen = profile.resolve_settings({})
    acc = np.full((1, 3), 9.0)
    uuid, payload = Encoder(profile, chosen).encode(1.0, acc, acc)[0]
    for length in range(len(payload)):
        decoder = Decoder(profile, "left", "foot", chosen)
        results = [*decoder.receive(uuid, payload[:length], 0.0), *decoder.flush()]
        assert results, length
        assert all(isinstance(item, PacketFault) for item in results), length
        assert sum(decoder.quality.faults.values()) == len(results)


@every_profile
@QUICK
@given(data=st.data())
def test_random_bytes_on_any_characteristic_never_raise(profile_id, data):
    profile = load(profile_id)
    chosen = profile.resolve_settings({})
    decoder = Decoder(profile, "right", "shank", chosen)
    uuids = [*profile.notify_characteristics, "ffff"]
    seen = 0
    for host_s, (uuid, payload) in enumerate(
        data.draw(st.lists(st.tuples(st.sampled_from(uuids), st.binary(max_size=250)), max_size=12))
    ):
        if data.draw(st.booleans()):
            decoder.link_lost(float(host_s))
        for item in [*decoder.receive(uuid, payload, float(host_s)), *decoder.flush()]:
            assert isinstance(item, (SampleBlock, PacketFault, DeviceStatus))
            if isinstance(item, SampleBlock):
                assert item.first_sample >= seen
                seen = item.first_sample + len(item)
                if profile.sends("acc", chosen):
                    assert np.all(np.isfinite(item.acc_m_s2))
                assert np.all(np.isfinite(item.time_s))


@every_profile
@pytest.mark.parametrize(("acc_factor", "gyr_factor"), [(3.0, 0.1), (0.1, -3.0), (0.97, 0.97), (-1.0, 1.0)])
def test_values_beyond_the_range_saturate_and_are_flagged(profile_id, acc_factor, gyr_factor):
    profile = load(profile_id)
    chosen = profile.resolve_settings({})
    acc_end, gyr_end = range_of(profile, chosen, "acc"), range_of(profile, chosen, "gyr")
    if acc_end is None or gyr_end is None:
        pytest.skip("this profile states no ranges")
    decoder = Decoder(profile, "left", "foot", chosen)
    acc, gyr = np.zeros((1, 3)), np.zeros((1, 3))
    acc[0, 1], gyr[0, 2] = acc_factor * acc_end, gyr_factor * gyr_end
    for uuid, payload in Encoder(profile, chosen).encode(0.0, acc, gyr):
        decoder.receive(uuid, payload, 0.0)
    (block,) = decoder.flush()
    acc_clipped, gyr_clipped = abs(acc_factor) >= 1, abs(gyr_factor) >= 1
    assert bool(block.flags[0] & FLAG_ACC_CLIPPED) is acc_clipped
    assert bool(block.flags[0] & FLAG_GYR_CLIPPED) is gyr_clipped
    assert decoder.quality.acc_clipped_samples == int(acc_clipped)
    assert decoder.quality.gyr_clipped_samples == int(gyr_clipped)
    assert np.all(np.abs(block.acc_m_s2) <= acc_end * 1.0001)


@every_profile
def test_handshake_of_the_profile_is_understood_by_its_own_device_side(profile_id):
    profile = load(profile_id)
    for rate_hz in profile.settings["rate_hz"].allowed:
        chosen = profile.resolve_settings({"rate_hz": rate_hz})
        start, stop = (
            [profile.reply_to(command.characteristic, command.payload, chosen).streaming for command in commands]
            for commands in (profile.start_commands(chosen), profile.stop_commands(chosen))
        )
        if profile.streams_when_subscribed(chosen):
            assert set(start) | set(stop) <= {None}
            continue
        assert start.count(True) == 1
        assert False not in start[start.index(True) :]  # before it: what still streams is stopped
        assert [state for state in stop if state is not None] == [False]


@every_profile
def test_every_characteristic_that_is_used_exists_with_the_needed_property(profile_id):
    profile = load(profile_id)
    properties = {item.key: item.properties for service in profile.services for item in service.characteristics}
    chosen = profile.resolve_settings({})
    assert profile.packet.characteristic in profile.notify_characteristics
    for uuid in profile.notify_characteristics:
        assert properties[uuid] & {"notify", "indicate"}
    for packet in profile.packets:
        assert "notify" in properties[packet.characteristic]
    for command in (*profile.start_commands(chosen), *profile.stop_commands(chosen)):
        assert ("write" if command.with_response else "write-without-response") in properties[command.characteristic]


@every_profile
def test_advertisement_of_the_profile_is_recognised_by_itself_and_by_no_other(profile_id):
    sent = load(profile_id).advertisement
    ids = [] if sent.manufacturer_id is None else [sent.manufacturer_id]
    known = [other for other in LISTED_IDS if load(other).matches(sent.local_name, sent.service_uuids, ids)]
    assert known == [load(profile_id).variant_of or profile_id]
    assert load(profile_id).matches(sent.local_name, sent.service_uuids, ids)
    assert not load(profile_id).matches(None, [], [])
    assert not load(profile_id).matches("Some Headphones", ["180f"], [76])
