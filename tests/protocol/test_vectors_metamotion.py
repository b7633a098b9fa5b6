"""Messages of MetaMotion boards: those that the vendor's own tests publish with their values, and constructed ones.

Published: mbientlab/MetaWear-SDK-Cpp, test_accelerometer_bmi270.py, test_accelerometer_bmi160.py, test_gyro_bmi160.py,
test_dataprocessor.py, test_settings.py, common.py. The others are built from the rules.
"""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import STANDARD_GRAVITY_M_S2, DeviceStatus, FaultKind, PacketFault, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.sample_rows import decode_samples

DATA = "326a9006-85cb-9195-d9dd-464cfbbae75a"
DEGREE = np.pi / 180.0
PACKED = "62B7530DE9FD 16D04D0E5702 8AFFA1050A01"
PACKED_G = [(-4.539, 0.833, -0.131), (-2.995, 0.894, 0.146), (-0.029, 0.352, 0.065)]
ACCOUNTED = [
    "09 03 00 a6 33 0d 00 c1 00 b1 24 19 cd",
    "09 03 00 ad 33 0d 00 d4 00 18 25 c0 cc",
    "09 03 00 b4 33 0d 00 c7 00 09 25 b2 cc",
    "09 03 00 ba 33 0d 00 c5 00 17 25 bc cc",
    "09 03 00 c1 33 0d 00 d4 00 e9 24 e4 cc",
    "09 03 00 c8 33 0d 00 af 00 f7 24 e3 cc",
]


def board(kind, **settings):
    profile = profile_store.load(f"metamotion_{kind}")
    return profile, profile.resolve_settings(settings)


def decoded(kind, messages, **settings):
    profile, chosen = board(kind, **settings)
    return decode_samples(profile, chosen, DATA, [bytes.fromhex(item) for item in messages])


@pytest.mark.parametrize("kind", ["s", "r"])
def test_single_acceleration_at_4_g(kind):
    (row,) = decoded(kind, ["03 04 16C4 94A2 2AD0"], acc_range_g=4, samples_per_notification=1)
    np.testing.assert_allclose(np.array(row["acc_m_s2"]) / STANDARD_GRAVITY_M_S2, (-1.872, -2.919, -1.495), atol=6e-4)
    assert row["device_time_s"] is None


@pytest.mark.parametrize(("kind", "message"), [("s", "03 05" + PACKED), ("r", "03 1C" + PACKED)])
def test_packed_accelerations_at_8_g_oldest_first(kind, message):
    rows = decoded(kind, [message], acc_range_g=8)
    np.testing.assert_allclose([np.array(row["acc_m_s2"]) / STANDARD_GRAVITY_M_S2 for row in rows], PACKED_G, atol=6e-4)


def test_single_angular_velocity_of_a_bmi160_at_500_deg_s():
    (row,) = decoded("r", ["13 05 3E43 FF7F 0080"], gyr_range_dps=500, samples_per_notification=1)
    np.testing.assert_allclose(np.array(row["gyr_rad_s"]) / DEGREE, (262.409, 499.497, -499.512), atol=6e-4)
    constructed = decoded("s", ["13 04 3E43 FF7F 0080"], gyr_range_dps=500, samples_per_notification=1)
    assert constructed == [row]


def test_packed_angular_velocities_of_a_bmi160_at_1000_deg_s():
    numbers = "0915 AD26 08DE 8A1A 0D26 65E4 8D20 AC27 73EC"
    rows = decoded("r", ["13 07" + numbers], gyr_range_dps=1000)
    expected = [(164.177, 301.860, -265.122), (207.134, 296.982, -215.457), (254.055, 309.634, -152.591)]
    np.testing.assert_allclose([np.array(row["gyr_rad_s"]) / DEGREE for row in rows], expected, atol=6e-4)
    constructed = decoded("s", ["13 05" + numbers], gyr_range_dps=1000)  # register 05 is packed on a BMI270
    assert constructed == rows


def test_accounter_gives_the_boards_clock_with_every_sample():
    rows = decoded("r", ACCOUNTED, accounter=1, acc_range_g=2)
    np.testing.assert_allclose(
        np.array(rows[0]["acc_m_s2"]) / STANDARD_GRAVITY_M_S2, (0.0118, 0.573, -0.795), atol=6e-4
    )
    steps_ms = np.diff([row["device_time_s"] for row in rows]) * 1000
    np.testing.assert_allclose(steps_ms, np.array([7, 7, 6, 7, 7]) * 48 / 32.768)
    assert np.floor(steps_ms).astype(int).tolist() == [10, 10, 8, 10, 10]  # the vendor, from whole ms: 10 11 8 11 10


def test_register_05_of_the_gyroscope_is_told_apart_by_its_length():
    """8 bytes: single on a BMI160. On a board with another chip than the profile's the rest is no whole sample."""
    rows = decoded("r", ["13 05 3E43 FF7F 0080"], samples_per_notification=1)
    assert len(rows) == 1
    (fault,) = decoded("r", ["13 05 3E43 FF7F 0080"])  # packed is wanted: this register is not it
    assert fault.kind is FaultKind.HEADER


@pytest.mark.parametrize("message", ["03", "", "03 05", "03 05 0100 0200 03", "09 03", "09 03 00 a6 33 0d 00 c1 00"])
def test_cut_messages_are_faults(message):
    for accounter in (0, 1):
        (fault,) = decoded("s", [message], accounter=accounter)
        assert isinstance(fault, PacketFault)


def test_processor_that_was_not_asked_for_is_no_sample():
    (fault,) = decoded("s", ["09 03 05 a6 33 0d 00 c1 00 b1 24 19 cd"], accounter=1)
    assert fault.kind is FaultKind.HEADER


def said(kind, *messages):
    profile, chosen = board(kind, accounter=1)
    decoder = Decoder(profile, "left", "foot", chosen)
    found = [item for message in messages for item in decoder.receive(DATA, bytes.fromhex(message), 1.0)]
    assert all(isinstance(item, DeviceStatus) for item in found)
    return found, decoder


@pytest.mark.parametrize(
    ("kind", "message", "ok", "words"),
    [
        ("s", "03 80 04 00", True, "accelerometer BMI270"),
        ("s", "13 80 01 00", True, "gyroscope BMI270"),
        ("r", "03 80 01 01", True, "accelerometer BMI160"),
        ("r", "13 80 00 01", True, "gyroscope BMI160"),
        ("s", "03 80 01 01", False, "MetaMotion R, RL or C, not a MetaMotion S; data are missing or wrong; record it"),
        ("r", "13 80 01 00", False, "profile metamotion_s"),
        ("s", "13 80", False, "has no gyroscope"),
        ("s", "03 80 03 01", False, "not known"),
        ("s", "15 80 00 01", True, "magnetometer"),
        ("s", "11 8C 63 34 10", True, "99 %, 4.15 V"),
        ("s", "0B 84 04 33 0D 00 03", True, "logging"),
        ("s", "FE 07", True, "debug"),
        ("s", "77 01 02", True, "module 77"),
    ],
)
def test_answers_of_the_board_become_words_and_a_wrong_board_is_said_with_what_to_do(kind, message, ok, words):
    (status,), decoder = said(kind, message)
    assert status.ok is ok
    assert words in status.text
    assert decoder.quality.battery_pct == (99 if "8C" in message else None)


def test_processors_with_the_numbers_that_were_asked_for_are_fine():
    statuses, _ = said("s", "09 02 00", "09 02 01")
    assert [(item.ok, item.text[:26]) for item in statuses] == [
        (True, "clock for the acceleromete"),
        (True, "clock for the gyroscope: p"),
    ]


def test_processors_with_other_numbers_are_told_and_their_samples_find_their_stream():
    profile, chosen = board("s", accounter=1)
    decoder = Decoder(profile, "left", "foot", chosen)
    told = [decoder.receive(DATA, bytes.fromhex(item), 0.0)[0] for item in ("09 02 04", "09 02 00")]
    assert [item.ok for item in told] == [False, False]
    assert "switch the board off and on" in told[0].text
    for number in range(300):
        tick = round(number / 100 / 0.00146484375).to_bytes(4, "little")
        decoder.receive(DATA, b"\x09\x03\x04" + tick + bytes.fromhex("0000 0000 0008"), number / 100)
        decoder.receive(DATA, b"\x09\x03\x00" + tick + bytes.fromhex("E803 0000 0000"), number / 100)
    blocks = [item for item in decoder.flush() if isinstance(item, SampleBlock)]
    np.testing.assert_allclose(blocks[0].acc_m_s2[0], (0, 0, STANDARD_GRAVITY_M_S2))
    np.testing.assert_allclose(blocks[0].gyr_rad_s[0], (1000 / 16.4 * DEGREE, 0, 0), rtol=1e-6)
    assert decoder.quality.faults == {}


def commands(kind, **settings):
    profile, chosen = board(kind, **settings)
    start = [item.payload.hex(" ").upper() for item in profile.start_commands(chosen)]
    return start, [item.payload.hex(" ").upper() for item in profile.stop_commands(chosen)]


def test_start_and_stop_of_a_bmi270_are_the_published_bytes_in_order():
    start, stop = commands("s", rate_hz=200, acc_range_g=8)
    assert start == [
        "03 80", "13 80", "11 8C", "11 09 06 00 06 00 00 00 58 02",
        "03 03 A9 02", "13 03 29 00", "03 05 01", "13 05 01",
        "03 02 01 00", "13 02 01 00", "03 01 01", "13 01 01",
    ]  # fmt: skip
    assert stop == ["03 01 00", "13 01 00", "03 02 00 01", "13 02 00 01", "03 05 00", "13 05 00"]
    assert "03 03 A8 03" in commands("s")[0]


def test_start_and_stop_of_a_bmi160_are_the_published_bytes_in_order():
    start, stop = commands("r", rate_hz=100, acc_range_g=2, gyr_range_dps=250)
    assert start == [
        "03 80", "13 80", "11 8C", "03 03 28 03", "13 03 28 03", "03 1C 01", "13 07 01",
        "03 02 01 00", "13 02 01 00", "03 01 01", "13 01 01",
    ]  # fmt: skip
    assert stop[-2:] == ["03 1C 00", "13 07 00"]
    single, _ = commands("r", samples_per_notification=1, gyr_range_dps=125, rate_hz=50)
    assert {"03 04 01", "13 05 01", "13 03 27 04"} <= set(single)


@pytest.mark.parametrize(("kind", "gyro"), [("s", "13 04"), ("r", "13 05")])
def test_clock_is_made_by_two_processors_and_taken_away_again(kind, gyro):
    start, stop = commands(kind, accounter=1)
    made = start[start.index("09 08") :]
    assert made == [
        "09 08", "09 02 03 04 FF A0 11 31 03", f"09 02 {gyro} FF A0 11 31 03", "09 07 00 01", "09 07 01 01", "09 03 01",
        "03 02 01 00", "13 02 01 00", "03 01 01", "13 01 01",
    ]  # fmt: skip
    assert stop[-3:] == ["09 07 00 00", "09 07 01 00", "09 08"]


@pytest.mark.parametrize("kind", ["s", "r"])
@pytest.mark.parametrize("settings", [{}, {"samples_per_notification": 1}, {"accounter": 1}, {"rate_hz": 200}])
def test_every_mode_fits_the_smallest_mtu_and_comes_back(kind, settings):
    profile, chosen = board(kind, **settings)
    assert profile.required_mtu(chosen) == 23
    encoder, decoder = Encoder(profile, chosen), Decoder(profile, "left", "foot", chosen)
    count, rate_hz = profile.samples_per_packet(chosen), chosen["rate_hz"]
    generator = np.random.default_rng(5)
    acc, gyr = generator.uniform(-100, 100, (3 * 200, 3)), generator.uniform(-30, 30, (3 * 200, 3))
    results = []
    for first in range(0, 600, count):
        part = slice(first, first + count)
        for uuid, payload in encoder.encode(first / rate_hz, acc[part], gyr[part]):
            results += decoder.receive(uuid, payload, (first + count) / rate_hz)
    blocks = [item for item in [*results, *decoder.flush()] if isinstance(item, SampleBlock)]
    np.testing.assert_allclose(np.concatenate([item.acc_m_s2 for item in blocks]), acc, atol=3e-3)
    np.testing.assert_allclose(np.concatenate([item.gyr_rad_s for item in blocks]), gyr, atol=6e-4)
    assert decoder.info.clock == ("device" if settings.get("accounter") else "arrival")
