"""Movella DOT: captures quoted in public code, and packets built from the vendor's table of modes."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import FaultKind, PacketFault
from gaitpipe.protocol.codecs import codec_named
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.sample_rows import decode_samples

BASE = "1517{}-4947-11e9-8646-d663bd873d93"
LONG, MEDIUM, SHORT = (BASE.format(number) for number in ("2002", "2003", "2004"))
# Mode: characteristic, size by the SDK programming guide, fields in their order.
MODES = {
    2: (MEDIUM, 36, "quaternion free_acc status_word acc_clip_count gyr_clip_count"),
    3: (MEDIUM, 32, "quaternion free_acc"),
    4: (SHORT, 16, "euler"),
    5: (SHORT, 20, "quaternion"),
    6: (SHORT, 16, "free_acc"),
    7: (MEDIUM, 32, "euler free_acc status_word acc_clip_count gyr_clip_count"),
    16: (MEDIUM, 28, "euler free_acc"),
    18: (MEDIUM, 38, "delta_quaternion delta_velocity mag_relative"),
    19: (MEDIUM, 32, "delta_quaternion delta_velocity"),
    20: (MEDIUM, 34, "acc gyr mag_relative"),
    21: (MEDIUM, 28, "acc gyr"),
    22: (MEDIUM, 40, "euler free_acc gyr"),
    23: (MEDIUM, 34, "euler free_acc mag_relative"),
    24: (MEDIUM, 32, "quaternion gyr"),
    26: (LONG, 44, "quaternion acc gyr"),
}
# How each field is packed, what is packed, and what comes out under which name.
FIELDS = {
    "acc": ("3f", [0.5, -1.25, 9.75], "acc_m_s2", [0.5, -1.25, 9.75]),
    "gyr": ("3f", [90.0, -180.0, 45.0], "gyr_rad_s", [np.pi / 2, -np.pi, np.pi / 4]),
    "mag_relative": ("3h", [4096, -2048, 0], "mag_relative", [1.0, -0.5, 0.0]),
    "euler": ("3f", [180.0, -90.0, 45.0], "euler_rad", [np.pi, -np.pi / 2, np.pi / 4]),
    "quaternion": ("4f", [1.0, 0.0, -0.5, 0.25], "quaternion_wxyz", [1.0, 0.0, -0.5, 0.25]),
    "free_acc": ("3f", [0.25, 0.5, -8.0], "free_acc_m_s2", [0.25, 0.5, -8.0]),
    "delta_quaternion": ("4f", [1.0, 0.0, 0.0, 0.125], "delta_quaternion_wxyz", [1.0, 0.0, 0.0, 0.125]),
    "delta_velocity": ("3f", [0.0, 0.125, 0.25], "delta_velocity_m_s", [0.0, 0.125, 0.25]),
    "status_word": ("H", [0x0102], "status_word", 258.0),
    "acc_clip_count": ("B", [3], "acc_clip_count", 3.0),
    "gyr_clip_count": ("B", [255], "gyr_clip_count", 255.0),
}


def movella(**settings):
    profile = profile_store.load("movella_dot")
    return profile, profile.resolve_settings(settings)


def constructed(payload_id):
    """A packet of this mode, built from the table."""
    packed = b"".join(struct.pack("<" + FIELDS[name][0], *FIELDS[name][1]) for name in MODES[payload_id][2].split())
    return struct.pack("<I", 1_500_000) + packed


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


def test_all_documented_modes_are_offered_and_the_packed_ones_are_not():
    profile, _ = movella()
    assert set(profile.settings["payload_id"].allowed) == set(MODES)
    assert not {1, 17, 25} & set(MODES)
    assert any("1, 17 and 25" in fact.text for fact in profile.facts)


@pytest.mark.parametrize("payload_id", MODES)
def test_each_mode_decodes_at_its_place_with_its_size_padded_or_not(payload_id):
    profile, chosen = movella(payload_id=payload_id)
    characteristic, size, names = MODES[payload_id]
    packet = constructed(payload_id)
    assert len(packet) == size
    assert codec_named(None).format(profile.leading_packet(chosen), chosen).size_bytes(1) == size
    room = {SHORT: 20, MEDIUM: 40, LONG: 63}[characteristic]
    (row,) = decode_samples(profile, chosen, characteristic, [packet])
    assert decode_samples(profile, chosen, characteristic, [packet + bytes(room - size)]) == [row]
    assert row["device_time_s"] == pytest.approx(1.5)
    for name in names.split():
        assert row[FIELDS[name][2]] == pytest.approx(FIELDS[name][3]), name
    assert profile.required_mtu(chosen) == room + 3
    (elsewhere,) = decode_samples(profile, chosen, LONG if characteristic != LONG else SHORT, [packet])
    assert elsewhere.kind is FaultKind.CHARACTERISTIC


@pytest.mark.parametrize("payload_id", MODES)
def test_each_mode_is_started_and_stopped_by_its_own_number(payload_id):
    profile, chosen = movella(payload_id=payload_id)
    _, start = profile.start_commands(chosen)
    (stop,) = profile.stop_commands(chosen)
    assert (start.payload, stop.payload) == (bytes([1, 1, payload_id]), bytes([1, 0, payload_id]))
    fit = payload_id in (20, 21, 26)
    assert (profile.unfit_reason(chosen) is None) is fit
    assert fit == (profile.sends("acc", chosen) and profile.sends("gyr", chosen))


def test_real_capture_of_mode_4_decodes_to_its_angles():
    profile, chosen = movella(payload_id=4)
    capture = bytes.fromhex("d893decb 0a3509c1 46500842 ea43853e 00000000")
    (row,) = decode_samples(profile, chosen, SHORT, [capture])
    assert row["device_time_s"] == pytest.approx(3420.361688)
    assert np.degrees(row["euler_rad"]) == pytest.approx([-8.5754, 34.0784, 0.2603], abs=1e-4)
    (fault,) = decode_samples(profile, chosen, SHORT, [capture[:-1] + b"\1"])
    assert isinstance(fault, PacketFault)


def test_real_capture_of_the_device_control_has_the_rate_where_it_is_written():
    """A read of 1002 quoted in public code: visit, identify, power, two times of 16 bit, tag of 16, rate, filter."""
    capture = bytes.fromhex("0101020a001e00095873656e7320444f54000000000000003c00000000000000")
    assert capture[8:17] == b"Xsens DOT"
    profile, chosen = movella(rate_hz=60)
    written = profile.start_commands(chosen)[0].payload
    assert len(written) == len(capture) == 32
    assert written[24:26] == capture[24:26] == struct.pack("<H", 60)
    assert written[0] == 0x10
    assert not any(written[1:24] + written[26:])


@pytest.mark.parametrize("rate_hz", [1, 4, 10, 12, 15, 20, 30])
def test_slow_rates_are_unfit_and_sixty_is_not(rate_hz):
    profile, chosen = movella(rate_hz=rate_hz)
    assert "60 Hz" in profile.unfit_reason(chosen)
    assert profile.unfit_reason(profile.resolve_settings({})) is None


@pytest.mark.parametrize("payload_id", MODES)
def test_two_samples_in_one_packet_are_refused(payload_id):
    profile, chosen = movella(payload_id=payload_id)
    packet = constructed(payload_id)
    (fault,) = decode_samples(profile, chosen, MODES[payload_id][0], [packet + packet[4:]])
    assert fault.kind is FaultKind.LENGTH


def test_magnetometer_of_mode_20_is_not_taken_for_padding_of_mode_21():
    profile, chosen = movella()
    (fault,) = decode_samples(profile, chosen, MEDIUM, [constructed(20)])
    assert fault.kind is FaultKind.LENGTH
