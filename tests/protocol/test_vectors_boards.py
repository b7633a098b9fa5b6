"""Boards: no captures were found, so every packet here is built from the published rules."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.model import FaultKind
from gaitpipe.protocol.sample_rows import decode_samples

DEGREE, G = np.pi / 180.0, 9.80665


def decoded(profile_id, characteristic, text, **settings):
    profile = profile_store.load(profile_id)
    data = [bytes.fromhex(item) for item in ([text] if isinstance(text, str) else text)]
    return decode_samples(profile, profile.resolve_settings(settings), characteristic, data)


def started(profile_id, **settings):
    profile = profile_store.load(profile_id)
    commands = profile.start_commands(profile.resolve_settings(settings))
    return [(item.characteristic[4:8], item.payload) for item in commands]


def unfit(profile_id, **settings):
    profile = profile_store.load(profile_id)
    return profile.unfit_reason(profile.resolve_settings(settings))


BLUEST = "00e00000-0001-11e1-ac36-0002a5d5c51b"


def test_bluest_packet_decodes_in_si_and_has_ticks_of_8_ms():
    text = "E8 03 00 00 00 00 E8 03 64 00 9C FF 00 00 90 01 00 00 00 00"
    (row,) = decoded("st_bluest", BLUEST, text)
    assert row["device_time_s"] == pytest.approx(8.0)
    assert row["acc_m_s2"] == pytest.approx([0.0, 0.0, G])
    assert row["gyr_rad_s"] == pytest.approx([10 * DEGREE, -10 * DEGREE, 0.0])
    assert row["mag_ut"] == pytest.approx([40.0, 0.0, 0.0])
    (old,) = decoded("st_bluest", BLUEST, text, gyr_step_dps=1)
    assert old["gyr_rad_s"] == pytest.approx([100 * DEGREE, -100 * DEGREE, 0.0])


def test_bluest_board_is_recognised_by_what_stands_in_place_of_a_company():
    """`01 06 00 E0 00 00` and a radio address: version 1, device 6. The system takes the first two for a company."""
    profile = profile_store.load("st_bluest")
    sent = bytes.fromhex("01 06 00 E0 00 00 C0 11 22 33 44 55")
    assert profile.matches(None, [], [int.from_bytes(sent[:2], "little")])
    for device in (0x02, 0x03, 0x80):
        assert profile.matches("any name", [], [device << 8 | 1])
    assert not profile.matches(None, [], [0x0602])  # version 2: another protocol


@pytest.mark.parametrize(("rate_hz", "fit"), [(10, False), (20, False), (25, False), (40, True), (50, True)])
def test_bluest_is_of_use_only_with_firmware_of_one_s_own(rate_hz, fit):
    assert (unfit("st_bluest", rate_hz=rate_hz) is None) is fit
    assert "cuts off" in unfit("st_bluest", rate_hz=50, acc_range_g=2)


THINGY_RAW = "ef680406-9b35-4933-9b10-52ffa9740042"


def test_thingy52_packet_decodes_in_si():
    (row,) = decoded("nordic_thingy52", THINGY_RAW, "00 00 00 00 00 04 20 00 E0 FF 00 00 90 01 00 00 70 FE")
    assert row["device_time_s"] is None
    assert row["acc_m_s2"] == pytest.approx([0.0, 0.0, G])
    assert row["gyr_rad_s"] == pytest.approx([DEGREE, -DEGREE, 0.0])
    assert row["mag_ut"] == pytest.approx([25.0, 0.0, -25.0])


def test_thingy52_is_configured_with_nine_bytes_and_is_unfit_at_any_rate():
    ((place, payload),) = started("nordic_thingy52", rate_hz=200)
    assert (place, payload) == ("0401", struct.pack("<HHHHB", 1000, 1000, 1000, 200, 0))
    assert all("2 g" in unfit("nordic_thingy52", rate_hz=rate_hz) for rate_hz in (10, 50, 200))


ADAFRUIT = "adaf{}-c332-42a8-93bd-25e905756cb8"


def test_adafruit_packets_come_in_two_services():
    (acc,) = decoded("adafruit_ble", ADAFRUIT.format("0201"), "0000 0000 0000 0000 0AE8 1C41")
    assert acc["acc_m_s2"] == pytest.approx([0.0, 0.0, 9.806], abs=1e-3)
    assert acc["gyr_rad_s"] is None
    (gyr,) = decoded("adafruit_ble", ADAFRUIT.format("0401"), struct.pack("<3f", 1.0, -2.0, 0.5).hex())
    assert gyr["gyr_rad_s"] == pytest.approx([1.0, -2.0, 0.5])
    assert gyr["acc_m_s2"] is None


def test_adafruit_period_is_written_in_each_service_under_the_same_uuid():
    profile = profile_store.load("adafruit_ble")
    acc, gyr = profile.start_commands(profile.resolve_settings({"rate_hz": 100}))
    assert acc.payload == gyr.payload == struct.pack("<i", 10)
    for command, service in ((acc, ADAFRUIT.format("0200")), (gyr, ADAFRUIT.format("0400"))):
        assert profile.places_of(command.characteristic) == ((service, ADAFRUIT.format("0001")),)


def test_adafruit_board_without_a_gyroscope_is_asked_for_accelerations_alone():
    profile = profile_store.load("adafruit_ble")
    chosen = profile.resolve_settings({"gyroscope": 0})
    assert profile.data_characteristics(chosen) == (ADAFRUIT.format("0201"),)
    assert len(profile.start_commands(chosen)) == 1
    assert not profile.sends("gyr", chosen)


def test_adafruit_board_as_sold_is_unfit_and_with_16_g_it_is_not():
    assert "acc_range_g=16" in unfit("adafruit_ble")
    assert unfit("adafruit_ble", acc_range_g=16) is None
    assert "40 Hz" in unfit("adafruit_ble", acc_range_g=16, rate_hz=20)


XIAO = "7ab21002-a3c1-11ed-b87c-0242ac120012"


def test_xiao_batch_carries_counter_clock_and_count():
    body = struct.pack("<HHIB", 0xAA55, 7, 2_500_000, 2) + struct.pack("<6h", 0, 0, 4096, -4096, 0, 0)
    assert body[:2] == bytes.fromhex("55 AA")
    rows = decoded("xiao_batch", XIAO, body.hex())
    assert [row["device_time_s"] for row in rows] == pytest.approx([2.5, 2.5 + 1 / 833])
    assert rows[0]["acc_m_s2"] == pytest.approx([0.0, 0.0, 0.9994 * G], rel=1e-3)
    assert rows[1]["acc_m_s2"] == pytest.approx([-0.9994 * G, 0.0, 0.0], rel=1e-3)
    assert rows[0]["gyr_rad_s"] is None


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda body: b"\x56" + body[1:], FaultKind.HEADER),
        (lambda body: body[:8] + b"\x03" + body[9:], FaultKind.LENGTH),
        (lambda body: body[:-1], FaultKind.LENGTH),
    ],
)
def test_xiao_batch_with_another_marker_or_count_is_a_fault(change, kind):
    body = struct.pack("<HHIB", 0xAA55, 7, 2_500_000, 2) + struct.pack("<6h", 0, 0, 4096, -4096, 0, 0)
    (fault,) = decoded("xiao_batch", XIAO, change(body).hex())
    assert fault.kind is kind


def test_xiao_sketch_is_started_by_a_word_and_found_with_its_uuid_either_way_round():
    profile = profile_store.load("xiao_batch")
    chosen = profile.resolve_settings({})
    assert [item.payload for item in profile.start_commands(chosen)] == [b"start"]
    assert [item.payload for item in profile.stop_commands(chosen)] == [b"stop"]
    for service, characteristic in profile.places_of(XIAO)[1:]:
        usual_service, usual = profile.places_of(XIAO)[0]
        assert bytes.fromhex(service.replace("-", "")) == bytes.fromhex(usual_service.replace("-", ""))[::-1]
        assert bytes.fromhex(characteristic.replace("-", "")) == bytes.fromhex(usual.replace("-", ""))[::-1]
    assert profile.required_mtu(chosen) == 9 + 6 * 20 + 3


EDGE_IMU = "8e7c2dae-0002-4b0d-b516-f525649c49ca"


def test_edge_meter_packet_decodes_in_si_and_the_one_of_floats_is_refused():
    packet = struct.pack("<9h", 8192, 0, -8192, 1638, 0, -16384, 8192, 0, 0)
    (row,) = decoded("edge_meter", EDGE_IMU, packet.hex())
    assert row["acc_m_s2"] == pytest.approx([G, 0.0, -G])
    assert row["gyr_rad_s"] == pytest.approx([100 * DEGREE, 0.0, -1000 * DEGREE], rel=1e-3)
    assert row["mag_ut"] == pytest.approx([100.0, 0.0, 0.0])
    (fault,) = decoded("edge_meter", EDGE_IMU, struct.pack("<9f", *[0.5] * 9).hex())
    assert fault.kind is FaultKind.LENGTH


@pytest.mark.parametrize(("rate_hz", "period_ms"), [(4, 250), (10, 100), (20, 50), (50, 20), (100, 10)])
def test_edge_meter_period_is_written_high_byte_first(rate_hz, period_ms):
    profile = profile_store.load("edge_meter")
    (command,) = profile.start_commands(profile.resolve_settings({"rate_hz": rate_hz}))
    assert command.payload == struct.pack(">H", period_ms)
    assert "4 g" in unfit("edge_meter", rate_hz=rate_hz)


SENSORTAG = "f000aa81-0451-4000-b000-000000000000"


@pytest.mark.parametrize(("range_g", "config"), [(2, "7F 00"), (4, "7F 01"), (8, "7F 02"), (16, "7F 03")])
def test_sensortag_range_is_in_its_configuration_and_in_the_scale(range_g, config):
    assert started("ti_sensortag", acc_range_g=range_g) == [("aa83", b"\x0a"), ("aa82", bytes.fromhex(config))]
    packet = struct.pack("<9h", 131, -131, 0, 0, 0, 32768 // range_g - (range_g == 1), 40, 0, -40)
    (row,) = decoded("ti_sensortag", SENSORTAG, packet.hex(), acc_range_g=range_g)
    assert row["gyr_rad_s"] == pytest.approx([DEGREE, -DEGREE, 0.0], rel=1e-3)
    assert row["acc_m_s2"] == pytest.approx([0.0, 0.0, G])
    assert row["mag_ut"] == pytest.approx([40.0, 0.0, -40.0])
    assert row["device_time_s"] is None


def test_sensortag_is_too_slow_for_gait_and_says_so():
    profile = profile_store.load("ti_sensortag")
    assert max(profile.settings["rate_hz"].allowed) == 10
    assert "ten samples a second" in unfit("ti_sensortag")
    assert [item.payload for item in profile.stop_commands(profile.resolve_settings({}))] == [b"\0\0"]
