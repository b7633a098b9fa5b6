"""Open IMU packets built from the README, and what holds for every sensor."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.errors import LocalProtocolError
from gaitpipe.model import FaultKind, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.packets import crc16_ccitt_false
from gaitpipe.protocol.sample_rows import decode_samples

DEGREE = np.pi / 180.0


def test_open_imu_packet_is_the_struct_of_the_readme():
    profile = profile_store.load("open_imu")
    chosen = profile.resolve_settings({"acc_range_g": 16, "gyr_range_dps": 2000})
    body = struct.pack("<BBII6h", 1, 0, 7, 1_500_000, 2048, 0, -2048, 16384, 0, -16384)
    packet = body + struct.pack("<H", crc16_ccitt_false(body))
    (row,) = decode_samples(profile, chosen, profile.packet.characteristic, [packet])
    assert row["device_time_s"] == pytest.approx(1.5)
    assert row["acc_m_s2"] == pytest.approx([9.80665, 0.0, -9.80665])
    assert row["gyr_rad_s"] == pytest.approx([1000 * DEGREE, 0.0, -1000 * DEGREE])
    damaged = packet[:12] + bytes([packet[12] ^ 1]) + packet[13:]
    (fault,) = decode_samples(profile, chosen, profile.packet.characteristic, [damaged])
    assert fault.kind is FaultKind.CHECKSUM
    other_version = b"\x02" + packet[1:]
    (fault,) = decode_samples(profile, chosen, profile.packet.characteristic, [other_version])
    assert fault.kind is FaultKind.HEADER


def test_open_imu_commands_and_sizes_are_those_of_the_readme():
    profile = profile_store.load("open_imu")
    chosen = profile.resolve_settings({})
    assert [command.payload.hex(" ").upper() for command in profile.start_commands(chosen)] == ["01 D0 00 10 D0 07"]
    assert [command.payload for command in profile.stop_commands(chosen)] == [b"\x02"]
    assert profile.required_mtu(chosen) == 111
    assert all(
        profile.required_mtu(profile.resolve_settings({"rate_hz": rate_hz})) <= 185
        for rate_hz in profile.settings["rate_hz"].allowed
    )


def test_crc_gives_the_check_value_of_ccitt_false():
    assert crc16_ccitt_false(b"123456789") == 0x29B1


def test_floats_that_are_not_finite_are_refused():
    profile = profile_store.load("movella_dot")
    decoder = Decoder(profile, "left", "foot", profile.resolve_settings({}))
    for number, bad in enumerate((float("nan"), float("inf"), -float("inf"), 1e30)):
        for axis in range(6):
            values = [0.0, 0.0, 9.8, 0.0, 0.0, 0.0]
            values[axis] = bad
            payload = struct.pack("<I6f", 16667 * number, *values)
            (fault,) = decoder.receive(profile.packet.characteristic, payload, 0.0)
            assert fault.kind is FaultKind.VALUE
    good = struct.pack("<I6f", 16667 * 3, 0.0, 0.0, 9.8, 0.0, 0.0, 0.0)
    decoder.receive(profile.packet.characteristic, good, 0.1)
    (block,) = decoder.flush()
    assert isinstance(block, SampleBlock)


def test_settings_that_the_sensor_lacks_are_refused_with_what_is_allowed():
    profile = profile_store.load("movella_dot")
    with pytest.raises(LocalProtocolError, match="rate_hz = 100") as caught:
        profile.resolve_settings({"rate_hz": 100})
    assert "60" in caught.value.advice
    with pytest.raises(LocalProtocolError) as caught:
        profile.resolve_settings({"rate": 60})
    assert "rate_hz" in caught.value.advice
