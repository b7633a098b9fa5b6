"""Frames of Polar sensors: those that the vendor's own tests publish with their values, and constructed ones.

Published: polarofficial/polar-ble-sdk, AccDataTest, GyrDataTest and PmdSettingTest. The others are built from rules.
"""

from __future__ import annotations

import struct

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import STANDARD_GRAVITY_M_S2, DeviceStatus, FaultKind, PacketFault, SampleBlock
from gaitpipe.protocol.codecs.polar_control import parse_settings
from gaitpipe.protocol.codecs.polar_delta import pack
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.sample_rows import decode_samples

CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
DEGREE = np.pi / 180.0
MILLI_G = STANDARD_GRAVITY_M_S2 / 1000.0
TWO_SECONDS = "00 94 35 77 00 00 00 00"
H10_RAW = bytes.fromhex(
    "f7ffffff e703f8ff feffe503 f9ffffff e503faff ffffe603 fafffeff e603f9ff ffffe503"
    "f8ffffff e603f8ff feffe603 faffffff e503faff ffffe703 faffffff e503f8ff ffffe603"
    "f7ffffff e603f8ff feffe603 f9fffeff e703f9ff 0000e603 f9ffffff e603f7ff feffe503"
    "f9ffffff e503f9ff ffffe503 faff0000 e603f9ff feffe603 f8ffffff e603f8ff ffffe503"
    "f9ffffff e603f9ff ffffe503 faffffff e603f9ff ffffe503 f9ffffff e503f8ff feffe603"
    "f9ffffff e603f9ff ffffe603 f9ff0000 e503f9ff feffe603 f8fffeff e603f7ff feffe603"
)
VERITY_DELTA = bytes.fromhex(
    "7107f06a 9e8d0a38 be5cbeba 2f96b3ee 4be5adfb 42b9ebbe 4cfeba2f 92bfee4b"
    "e4b1fb12 b9ecbd3c 3ebb2f8f d3de4be3 b5f7d2b8 edbd307e 7b2f8be3 ce8be2ba"
    "f7a2b8ee bc20be7b 2f88f3ce cbe1bdef 52f8efbc 18fe3b2f 8403bfcb e0c2ef32"
    "b8f0bb04 4ebc2e81 13af0be0 c6eff2f7 f1b9fc7d bc2e7d27 9f4bdfca ebc2f7f2"
    "b8eccd7c 2e7b378f 4bdecee3 92f7f3b8 e00dfd2d 774b7fcb ddd2df62 37f5b7d4"
    "4dbd2d74 5b6fcbdc d7d73237 f6b5c88d 7d2d716b 4f4bdcdc d3f236f7 b4bcddfd"
    "2c6f7b3f 4bdbe0cf d236f8b2 b02dbe2c 6c8f1fcb dae3c7a2 76f9"
)


def sensor(profile_id="polar_verity_sense", **settings):
    profile = profile_store.load(profile_id)
    return profile, profile.resolve_settings(settings)


def rows_of(frame, profile_id="polar_verity_sense", **settings):
    profile, chosen = sensor(profile_id, **settings)
    return decode_samples(profile, chosen, DATA, [bytes.fromhex(frame) if isinstance(frame, str) else frame])


def values(rows, key):
    return np.array([row[key] for row in rows])


def test_h10_frame_of_36_samples_in_mg():
    rows = rows_of(bytes.fromhex("02" + TWO_SECONDS + "01") + H10_RAW, "polar_h10")
    assert len(rows) == 36
    np.testing.assert_allclose(values(rows[:2], "acc_m_s2") / MILLI_G, [(-9, -1, 999), (-8, -2, 997)])
    np.testing.assert_allclose(np.linalg.norm(values(rows, "acc_m_s2"), axis=1), STANDARD_GRAVITY_M_S2, rtol=0.003)
    assert rows[-1]["device_time_s"] == pytest.approx(2.0)
    assert rows[0]["device_time_s"] == pytest.approx(2.0 - 35 / 200)
    assert rows[0]["gyr_rad_s"] is None


def test_verity_delta_frame_of_57_samples_in_g_by_the_factor():
    frame = bytes.fromhex("02" + TWO_SECONDS + "80") + VERITY_DELTA
    rows = rows_of(frame, factor=2.44e-4)
    raw = values(rows, "acc_m_s2") / (2.44e-4 * STANDARD_GRAVITY_M_S2)
    assert len(rows) == 57
    expected = [(1905, 27376, -29282), (2095, 27271, -29367), (12274, 20173, -32449)]
    np.testing.assert_allclose(raw[[0, 1, -1]], expected)
    assert (values(rows, "acc_m_s2")[0] / MILLI_G).astype(int).tolist() == [464, 6679, -7144]  # as the vendor cuts them
    assert rows[-1]["device_time_s"] == pytest.approx(2.0)
    without_factor = rows_of(frame)
    np.testing.assert_allclose(
        values(without_factor, "acc_m_s2"), raw * 8.0 / 32768.0 * STANDARD_GRAVITY_M_S2, rtol=1e-12
    )


def test_acceleration_delta_frame_in_mg():
    rows = rows_of("02 65 00 00 00 00 00 00 00 81 F1FF 1400 F003 06 01 7B 0F 08")
    np.testing.assert_allclose(values(rows, "acc_m_s2") / MILLI_G, [(-15, 20, 1008), (-20, 17, 1008)])
    assert rows[-1]["device_time_s"] == pytest.approx(101e-9)
    halved = rows_of("02 65 00 00 00 00 00 00 00 81 F1FF 1400 F003 06 01 7B 0F 08", factor=0.5)
    np.testing.assert_allclose(values(halved, "acc_m_s2") / MILLI_G, [(-7.5, 10, 504), (-10, 8.5, 504)])


def test_gyroscope_delta_frame_times_the_factor():
    frame = "05 FF FF FF FF FF FF FF 7F 80 EAFF 0800 0D00 03 01 DF 00"
    for factor in (1.0, 0.07):
        rows = rows_of(frame, factor=factor)
        expected = np.array([(-22, 8, 13), (-23, 11, 16)]) * factor * DEGREE
        np.testing.assert_allclose(values(rows, "gyr_rad_s"), expected)
        assert rows[-1]["device_time_s"] == pytest.approx(9223372036.854775807)


@pytest.mark.parametrize("factor", [0.0, 0.5])
def test_gyroscope_frame_of_float_patterns(factor):
    frame = "05" + TWO_SECONDS + "81 0000803F 00002041 0000A041 1C 01 0000A001 000008CD CCEC0D"
    rows = rows_of(frame, factor=factor)
    patterns = [(0x3F800000, 0x41200000, 0x41A00000)]
    patterns += [(0x3F800000 + 0x1A00000, 0x41200000 + 0x800000, (0x41A00000 + 0xFDECCCCD) & 0xFFFFFFFF)]
    expected = np.array([struct.unpack("<3f", struct.pack("<3I", *row)) for row in patterns])
    np.testing.assert_allclose(values(rows, "gyr_rad_s"), expected * (factor or 1.0) * DEGREE, rtol=1e-6)
    np.testing.assert_allclose(expected[0], (1.0, 10.0, 20.0))


def test_settings_answer_is_read():
    told = parse_settings(bytes.fromhex("00 01 34 00 01 01 10 00 02 04 F5 00 F4 01 E8 03 D0 07 04 01 03"))
    assert told == {0: (52,), 1: (16,), 2: (245, 500, 1000, 2000), 4: (3,)}


@pytest.mark.parametrize(
    ("frame_type", "content", "mg"),
    [
        (0, "01 FF 7F 00 80 05", [(1, -1, 127), (0, -128, 5)]),
        (1, "FFFF 0080 FF7F", [(-1, -32768, 32767)]),
        (2, "FFFFFF 102700 F0D8FF", [(-1, 10000, -10000)]),
    ],
)
def test_constructed_plain_frames_of_8_16_and_24_bits_are_in_mg(frame_type, content, mg):
    rows = rows_of(f"02{TWO_SECONDS}{frame_type:02X}{content}", acc_range_g=16)
    np.testing.assert_allclose(values(rows, "acc_m_s2") / MILLI_G, mg)


def test_constructed_frame_of_several_blocks_begins_each_on_a_byte():
    samples = np.array([(0, 0, 0), (1, -2, 0), (1, -2, 1), (2000, -3000, 4000), (-30000, 30000, 5)])
    content = samples[0].astype("<i2").tobytes()
    content += bytes((2, 2)) + (0b01_00_00_00_10_01).to_bytes(2, "little")  # six differences of two bits: 12 of 16 bits
    content += bytes((17, 2))
    differences = np.diff(samples, axis=0)[2:].ravel()
    packed = sum((int(value) & 0x1FFFF) << 17 * place for place, value in enumerate(differences))
    content += packed.to_bytes(13, "little")
    rows = rows_of(bytes.fromhex("02" + TWO_SECONDS + "80") + content, factor=2e-4)
    np.testing.assert_allclose(values(rows, "acc_m_s2") / (2e-4 * STANDARD_GRAVITY_M_S2), samples, atol=1e-9)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("0100 0200", "too few"),
        ("0100 0200 0300 08", "cut off"),
        ("0100 0200 0300 00 05", "of 0 bits"),
        ("0100 0200 0300 21 01 0000000000000000000000000000", "of 33 bits"),
        ("0100 0200 0300 FF FF 00", "of 255 bits"),
        ("0100 0200 0300 08 00 00", "without samples"),
        ("0100 0200 0300 08 02 000000 0000", "needs 8 bytes, 7 are left"),
    ],
)
def test_cut_and_absurd_frames_are_faults_with_a_reason(content, words):
    (fault,) = rows_of("02" + TWO_SECONDS + "80" + content)
    assert isinstance(fault, PacketFault)
    assert fault.kind is FaultKind.LENGTH
    assert words in fault.detail


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ("02" + TWO_SECONDS, FaultKind.LENGTH),
        ("02" + TWO_SECONDS + "01", FaultKind.LENGTH),
        ("02" + TWO_SECONDS + "01 0100 0200 03", FaultKind.LENGTH),
        ("02" + TWO_SECONDS + "03 0100 0200 0300", FaultKind.HEADER),
        ("05" + TWO_SECONDS + "01 0100 0200 0300", FaultKind.HEADER),  # no plain numbers from a gyroscope
        ("00" + TWO_SECONDS + "00 010203", FaultKind.HEADER),  # ECG
        ("05" + TWO_SECONDS + "81 0000C07F 00000000 00000000", FaultKind.VALUE),  # not a number
        ("05" + TWO_SECONDS + "81 FFFFFF7E 00000000 00000000", FaultKind.VALUE),  # 1.7e38
        ("02" + TWO_SECONDS + "80 0000 0000 0000 20 03" + "FFFFFF7F" * 9, FaultKind.VALUE),  # adds up to 6e9 steps
    ],
)
def test_other_frames_are_faults_and_never_samples(frame, kind):
    (fault,) = rows_of(frame)
    assert isinstance(fault, PacketFault)
    assert fault.kind is kind


def test_longest_frame_with_the_smallest_differences_asks_for_little_memory():
    content = bytes(6) + (bytes((1, 255)) + bytes(96)) * 5
    rows = rows_of(bytes.fromhex("02" + TWO_SECONDS + "80") + content)
    assert len(rows) == 1 + 5 * 255


def said(message, profile_id="polar_verity_sense"):
    profile, chosen = sensor(profile_id)
    decoder = Decoder(profile, "left", "foot", chosen)
    (status,) = decoder.receive(CONTROL, bytes.fromhex(message), 1.0)
    assert isinstance(status, DeviceStatus)
    assert decoder.quality.faults == {}
    return status


@pytest.mark.parametrize(
    ("message", "ok", "words"),
    [
        ("F0 02 02 00 00", True, "start of acceleration: ok"),  # as Verity Sense firmware of 2023 answers
        ("F0 02 02 00", True, "start of acceleration: ok"),
        ("F0 02 05 00 00 05 01 29 5C 8F 3D", True, "factor 0.07"),
        ("F0 02 05 00 00 05 01 00 00 C0 7F", False, "impossible"),
        ("F0 02 05 00 00 05 01 00 00 00 00", False, "impossible"),
        ("F0 02 05 00 00 05 01 29 5C", False, "cannot be read"),
        ("F0 02 02 08 00", False, "SDK mode"),
        ("F0 02 02 0A 00", False, "MTU"),
        ("F0 02 02 0D 00", False, "charger"),
        ("F0 02 02 63 00", False, "status 99"),
        ("F0 02 02 06 00", False, "in this state already"),
        ("F0 03 02 06 00", True, "nothing to do"),
        ("F0 02 09 06 00", True, "nothing to do"),
        (
            "F0 01 05 00 00 00 01 34 00 01 01 10 00 02 04 F5 00 F4 01 E8 03 D0 07 04 01 03",
            True,
            "ranges 245, 500, 1000",
        ),
        ("F0 02", False, "cut short"),
        ("01 02 05", False, "stopped acceleration and gyroscope by itself"),
        ("01", False, "stopped a measurement"),
        ("0F 05 00", True, "ECG, acceleration"),  # H10, quoted in issue 360 of polar-ble-sdk
        ("0F 6E 02 00", True, "acceleration, pulse intervals, gyroscope, magnetometer, SDK mode"),  # Verity, issue 249
        ("77 01", True, "unknown message"),
    ],
)
def test_constructed_control_point_messages_become_words(message, ok, words):
    status = said(message)
    assert status.ok is ok
    assert words in status.text


def test_every_status_of_a_refusal_has_words_of_its_own():
    texts = {said(f"F0 02 02 {status:02X} 00").text for status in range(1, 15)}
    assert len(texts) == 14
    assert not any("status " in text for text in texts)


def frame_of(kind, at_s, samples):
    content = pack(np.asarray(samples), 16)
    return struct.pack("<BQB", kind, round(at_s * 1e9), 0x80) + content


def test_each_stream_gets_the_factor_that_the_answer_to_its_own_start_told():
    profile, chosen = sensor()
    decoder = Decoder(profile, "left", "foot", chosen)
    decoder.receive(CONTROL, bytes.fromhex("F0 02 02 00 00 05 01") + struct.pack("<f", 3e-4), 0.0)
    decoder.receive(CONTROL, bytes.fromhex("F0 02 05 00 00 05 01") + struct.pack("<f", 0.07), 0.0)
    samples = [(100, -200, 300)] * 52
    for second in (1, 2, 3):
        decoder.receive(DATA, frame_of(2, second, samples), second + 0.1)
        decoder.receive(DATA, frame_of(5, second, samples), second + 0.1)
    blocks = [item for item in decoder.flush() if isinstance(item, SampleBlock)]
    expected = np.array([100, -200, 300])
    np.testing.assert_allclose(blocks[0].acc_m_s2[0], expected * 3e-4 * STANDARD_GRAVITY_M_S2, rtol=1e-6)
    np.testing.assert_allclose(blocks[0].gyr_rad_s[0], expected * 0.07 * DEGREE, rtol=1e-6)


def test_commands_are_the_published_bytes():
    h10, chosen = sensor("polar_h10")
    assert [item.payload.hex(" ").upper() for item in h10.start_commands(chosen)] == [
        "03 02", "02 02 00 01 C8 00 01 01 10 00 02 01 08 00",
    ]  # fmt: skip
    verity, chosen = sensor()
    assert [item.payload.hex(" ").upper() for item in verity.start_commands(chosen)] == [
        "03 02", "03 05",
        "02 02 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03",
        "02 05 00 01 34 00 01 01 10 00 02 01 D0 07 04 01 03",
    ]  # fmt: skip
    assert [item.payload.hex(" ").upper() for item in verity.stop_commands(chosen)] == ["03 02", "03 05"]


@pytest.mark.parametrize("settings", [{"rate_hz": 208}, {"acc_range_g": 16}, {"gyr_range_dps": 500}])
def test_sdk_mode_is_entered_once_streams_are_off_and_left_at_the_end_where_settings_need_it(settings):
    verity, chosen = sensor(**settings)
    start = [item.payload[:2].hex(" ") for item in verity.start_commands(chosen)]
    assert start == ["03 02", "03 05", "02 09", "02 02", "02 05"]
    assert [item.payload.hex(" ") for item in verity.stop_commands(chosen)] == ["03 02", "03 05", "03 09"]
