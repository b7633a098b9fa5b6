"""Movesense: bytes of real sensors, published with the vendor's decoding, and bytes built from the published rules."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import DeviceStatus, FaultKind, PacketFault
from gaitpipe.protocol.codecs import codec_named
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.sample_rows import decode_samples

DEGREE = np.pi / 180.0
GSP_DATA = "34800002-7185-4d5d-b431-630e7050e8f0"
# sensein/movesense-py, tests/fixtures/validation/fixture.json: real sensors, after the header of 2 bytes.
# /Meas/IMU6/52
IMU6_52 = bytes.fromhex(
    "aca10200 94b578bf399b8840cdb20d41 55ff7cbf6a60884092c70c41 82627cbfa2e988405da00c41 8bf871bf71248940c38c0c41"
    "48e17abf713daabf3333b3be c3f568bf713daabf3e0ad7be ae4721bff628bcbf3e0ad7be ae4721bf3333b3bf3e0ad7be"
)
# /Meas/Gyro/52
GYRO_52 = bytes.fromhex(
    "03de0100 295c8f3f666606c03e0a57be ae47a13f85eb01c0295c8fbe ae47a13fc3f5e8bf295c8fbe 295c8f3f85ebf1bf3e0a57be"
)
VARIANTS = {"movesense_acc": ("Acc", 12), "movesense_gyro": ("Gyro", 12), "movesense_imu6": ("IMU6", 24)}
VARIANTS["movesense_imu9"] = ("IMU9", 36)


def movesense(rate_hz=52, profile_id="movesense_imu6"):
    profile = profile_store.load(profile_id)
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
        ("01 65 C8 00 57", True, "status 200; 57"),  # GET with its answer
        ("01 63 94 01", False, "404, no such path or rate"),
        ("01 63 99 01", False, "409, busy"),
        ("01 63 F7 01", False, "503, no reading"),
        ("01 63 FB 01", False, "507, all its streams are in use"),
        ("01 63 01 94", False, "404, no such path"),  # old firmware: big-endian
        ("01 63 01 99", False, "409, busy"),
        ("01 63 01 F7", False, "503, no reading"),
        ("01 63 01 FB", False, "507, all its streams"),
        ("01 63 64 00 01 02 00 00", True, "100, more follows"),
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


def test_movesense_gyro_capture_decodes_to_the_vendors_values():
    profile, chosen = movesense(52, "movesense_gyro")
    rows = decode_samples(profile, chosen, GSP_DATA, [b"\x02\x63" + GYRO_52])
    assert [row["device_time_s"] for row in rows] == pytest.approx([122.371 + i / 52 for i in range(4)])
    assert rows[0]["gyr_rad_s"] == pytest.approx(np.array([1.12, -2.10, -0.21]) * DEGREE, abs=1e-6)
    assert [row["acc_m_s2"] for row in rows] == [None] * 4
    assert "no acceleration" in profile.unfit_reason(chosen)


@pytest.mark.parametrize("profile_id", VARIANTS)
def test_movesense_variants_ask_for_their_own_path(profile_id):
    profile, chosen = movesense(52, profile_id)
    (start,) = profile.start_commands(chosen)
    assert start.payload == b"\x01\x63/Meas/" + VARIANTS[profile_id][0].encode() + b"/52"
    assert profile.required_mtu(chosen) == 161
    assert profile.places_of(GSP_DATA) == (
        ("34802252-7185-4d5d-b431-630e7050e8f0", GSP_DATA),
        ("0000fdf3-0000-1000-8000-00805f9b34fb", "6b200002-ff4e-4979-8186-fb7ba486fcd7"),
    )


@pytest.mark.parametrize("profile_id", VARIANTS)
def test_no_number_of_samples_fills_one_data_exactly_so_a_full_one_always_has_a_second_part(profile_id):
    profile, chosen = movesense(52, profile_id)
    sample_bytes = VARIANTS[profile_id][1]
    packet_format = codec_named("movesense_gsp").format(profile.packet, chosen)
    sizes = [packet_format.size_bytes(count) for count in range(1, 60)]
    assert sizes == [4 + sample_bytes * count for count in range(1, 60)]
    assert 150 not in sizes


def test_movesense_imu9_packet_of_148_bytes_stands_alone_and_one_of_292_comes_in_two():
    """Constructed; movesense-py's fixture holds a real one of 148 bytes, whose values are not printed."""
    profile, chosen = movesense(104, "movesense_imu9")
    for count, lengths in ((4, [150]), (8, [152, 144])):
        values = np.arange(9 * count, dtype="<f4").reshape(3, count, 3)
        packet = struct.pack("<I", 7000) + values.tobytes()
        frames = codec_named("movesense_gsp").framing().frames(packet)
        assert [len(frame) for frame in frames] == lengths
        rows = decode_samples(profile, chosen, GSP_DATA, frames)
        np.testing.assert_allclose([row["acc_m_s2"] for row in rows], values[0])
        np.testing.assert_allclose([row["gyr_rad_s"] for row in rows], values[1] * DEGREE)
        np.testing.assert_allclose([row["mag_ut"] for row in rows], values[2])


def test_movesense_asks_for_its_charge_with_get():
    profile, chosen = movesense()
    command = "34800001-7185-4d5d-b431-630e7050e8f0"
    reply = profile.reply_to(command, b"\x04\x65/System/Energy/Level", chosen)
    assert reply.notifications == ((GSP_DATA, bytes.fromhex("01 65 C8 00 57")),)
    assert profile.reply_to(command, b"\x04\x65/Other", chosen).notifications == ((GSP_DATA, b"\1\x65\x94\1"),)
