"""Bytes of real sensors, published with the vendor's own decoding, and bytes built from the published rules."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.errors import LocalProtocolError
from gaitpipe.model import DeviceStatus, FaultKind, PacketFault, SampleBlock
from gaitpipe.protocol.decoder import Decoder, decode_samples
from gaitpipe.protocol.packets import crc16_ccitt_false

DEGREE = np.pi / 180.0
GSP_DATA = "34800002-7185-4d5d-b431-630e7050e8f0"
# sensein/movesense-py, tests/fixtures/validation/fixture.json: /Meas/IMU6/52 of a real sensor, after the header.
IMU6_52 = bytes.fromhex(
    "aca10200 94b578bf399b8840cdb20d41 55ff7cbf6a60884092c70c41 82627cbfa2e988405da00c41 8bf871bf71248940c38c0c41"
    "48e17abf713daabf3333b3be c3f568bf713daabf3e0ad7be ae4721bff628bcbf3e0ad7be ae4721bf3333b3bf3e0ad7be"
)


def movesense(rate_hz=52):
    profile = profile_store.load("movesense_imu6")
    return profile, profile.resolve_settings({"rate_hz": rate_hz})


@pytest.mark.parametrize("reference", [0x02, 0x63])
def test_movesense_capture_decodes_to_the_vendors_values(reference):
    profile, chosen = movesense()
    rows = decode_samples(profile, chosen, GSP_DATA.upper(), [bytes((2, reference)) + IMU6_52])
    assert len(rows) == 4
    assert [row["device_time_s"] for row in rows] == pytest.approx([172.460 + i / 52 for i in range(4)])
    assert rows[0]["acc_m_s2"] == pytest.approx([-0.97152, 4.26895, 8.85615], abs=1e-5)
    assert rows[3]["acc_m_s2"] == pytest.approx([-0.94520, 4.28570, 8.78437], abs=1e-5)
    assert rows[0]["gyr_rad_s"] == pytest.approx(np.array([-0.98, -1.33, -0.35]) * DEGREE, abs=1e-6)
    assert rows[3]["gyr_rad_s"] == pytest.approx(np.array([-0.63, -1.40, -0.42]) * DEGREE, abs=1e-6)
    assert rows[0]["mag_ut"] is None


def split_packet():
    """8 samples at 104 Hz: 196 bytes, cut at 150, inside a number."""
    values = np.arange(48, dtype="<f4") / 10.0
    packet = struct.pack("<I", 5000) + values.tobytes()
    return [b"\x02\x63" + packet[:150], b"\x03\x63" + packet[150:]], values


def test_movesense_split_packet_is_joined_before_it_is_read():
    profile, chosen = movesense(104)
    parts, values = split_packet()
    rows = decode_samples(profile, chosen, GSP_DATA, parts)
    np.testing.assert_allclose([row["acc_m_s2"] for row in rows], values[:24].reshape(8, 3), rtol=1e-6)
    np.testing.assert_allclose([row["gyr_rad_s"] for row in rows], values[24:].reshape(8, 3) * DEGREE, rtol=1e-6)


def test_movesense_lone_parts_are_incomplete_faults():
    profile, chosen = movesense(104)
    parts, _ = split_packet()
    for payloads in ([parts[0]], [parts[1]]):
        (fault,) = decode_samples(profile, chosen, GSP_DATA, payloads)
        assert isinstance(fault, PacketFault)
        assert fault.kind is FaultKind.INCOMPLETE
    first_again = decode_samples(profile, chosen, GSP_DATA, [parts[0], *parts])
    assert isinstance(first_again[0], PacketFault)
    assert len(first_again) == 9


@pytest.mark.parametrize(
    ("message", "ok", "words"),
    [
        ("01 63 C8 00", True, "200"),
        ("01 63 94 01", False, "404"),
        ("01 63 01 FB", False, "507"),  # old firmware: big-endian
        ("01 63 64 00 01 02 00 00", True, "100"),
        ("01 64 01 323034373330 00 4D6F766573656E7365 00 00 617070 00 312E30 00", True, "204730, Movesense, app, 1.0"),
    ],
)
def test_movesense_answers_become_device_status(message, ok, words):
    profile, chosen = movesense()
    decoder = Decoder(profile, "left", "foot", chosen)
    (status,) = decoder.receive(GSP_DATA, bytes.fromhex(message), 1.0)
    assert isinstance(status, DeviceStatus)
    assert status.ok is ok
    assert words in status.text
    assert decoder.quality.faults == {}


def test_movesense_commands_are_the_published_bytes_and_answers_fit():
    profile, chosen = movesense(104)
    (start,) = profile.start_commands(chosen)
    (stop,) = profile.stop_commands(chosen)
    assert start.characteristic == "34800001-7185-4d5d-b431-630e7050e8f0"
    assert start.payload == bytes.fromhex("01 63 2F 4D 65 61 73 2F 49 4D 55 36 2F 31 30 34")
    assert stop.payload == bytes.fromhex("02 63")
    assert profile.reply_to(start.characteristic, start.payload, chosen).notifications == ((GSP_DATA, b"\1\x63\xc8\0"),)
    refused = profile.reply_to(start.characteristic, b"\1\x63/Meas/IMU6/105", chosen)
    assert refused.notifications == ((GSP_DATA, b"\1\x63\x94\1"),)
    assert refused.streaming is None
    assert profile.required_mtu(chosen) == 161
    assert profile.required_mtu(profile.resolve_settings({"rate_hz": 208})) == 243


def test_movella_dot_rate_quantities_decode_in_si():
    profile = profile_store.load("movella_dot")
    chosen = profile.resolve_settings({})
    payload = struct.pack("<I6f", 3_420_361_688, 0.5, -1.25, 9.75, 90.0, -180.0, 45.0)
    (row,) = decode_samples(profile, chosen, "15172003-4947-11e9-8646-d663bd873d93", [payload])
    assert row["device_time_s"] == pytest.approx(3420.361688)
    assert row["acc_m_s2"] == pytest.approx([0.5, -1.25, 9.75])
    assert row["gyr_rad_s"] == pytest.approx([np.pi / 2, -np.pi, np.pi / 4])
    padded = decode_samples(profile, chosen, "15172003-4947-11e9-8646-d663bd873d93", [payload + bytes(12)])
    assert padded == [row]


def test_movella_dot_handshake_sets_the_rate_then_starts():
    profile = profile_store.load("movella_dot")
    rate, start = profile.start_commands(profile.resolve_settings({"rate_hz": 30}))
    assert rate.characteristic == "15171002-4947-11e9-8646-d663bd873d93"
    assert rate.payload == b"\x10" + bytes(23) + b"\x1e\x00" + bytes(6)
    assert start.characteristic == "15172001-4947-11e9-8646-d663bd873d93"
    assert start.payload == b"\x01\x01\x15"
    assert profile.battery_characteristic == "15173001-4947-11e9-8646-d663bd873d93"


def test_movella_dot_battery_and_report_become_device_status():
    profile = profile_store.load("movella_dot")
    decoder = Decoder(profile, "left", "foot", profile.resolve_settings({}))
    assert decoder.receive(profile.battery_characteristic, b"\x57\x00", 1.0)[0].battery_pct == 87
    assert decoder.quality.battery_pct == 87
    (report,) = decoder.receive("15171004-4947-11e9-8646-d663bd873d93", b"\x03", 2.0)
    assert (report.text, report.ok) == ("illegal command", False)
    (fault,) = decoder.receive(profile.battery_characteristic, b"\xff", 3.0)
    assert fault.kind is FaultKind.VALUE


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
    for number, bad in enumerate((float("nan"), float("inf"), 1e30)):
        payload = struct.pack("<I6f", 16667 * number, 0.0, bad, 9.8, 0.0, 0.0, 0.0)
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
