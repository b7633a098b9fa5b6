"""Readings of standard services: worked examples, round trips, and any bytes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.model import FaultKind
from gaitpipe.protocol.readings import BY_UUID, READINGS, Unread
from gaitpipe.protocol.readings.treadmill import TreadmillData
from gaitpipe.protocol.uuids import full_uuid

QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def read(name: str, hexadecimal: str):
    return READINGS[name].codec().receive(bytes.fromhex(hexadecimal))


def told(values) -> dict:
    """The fields that a device told."""
    return {name: value for name, value in values.items() if value is not None}


def test_published_running_speed_measurement_gives_speed_and_cadence():
    """Worked example of public code."""
    expected = {"speed_m_s": 3.0, "cadence_per_min": 170.0, "running": False}
    assert told(read("rsc_measurement", "00 00 03 AA")) == expected


def test_published_report_of_a_real_treadmill_names_the_fields_of_its_flags():
    """A report of a real machine at rest, kept as a test by dudanov/pyftms: flags 0x259C, all else zero."""
    values = told(read("ftms_treadmill_data", "9C 25" + 24 * "00"))
    assert set(values) == {
        "speed_m_s", "distance_m", "incline_pct", "ramp_angle_rad", "elevation_gain_m", "elevation_loss_m", "energy_j",
        "energy_per_hour_j", "energy_per_minute_j", "heart_rate_bpm", "elapsed_time_s", "step_count",
    }  # fmt: skip
    assert set(values.values()) == {0.0}


def test_published_status_message_gives_the_target_speed():
    """Vector of dudanov/pyftms: 1.05 km/h."""
    values = told(read("ftms_status", "05 69 00"))
    assert values == {"event": "target speed changed", "target_speed_m_s": pytest.approx(1.05 / 3.6)}


CONSTRUCTED = [
    (
        "rsc_measurement",
        "07 66 03 B4 69 00 10 27 00 00",
        {"speed_m_s": 870 / 256, "cadence_per_min": 180, "running": True, "stride_length_m": 1.05, "distance_m": 1000},
    ),
    (
        "ftms_treadmill_data",
        "0C 04 E8 03 E8 03 00 0A 00 39 00 3C 00",
        {
            "speed_m_s": 10.0 / 3.6,
            "distance_m": 1000,
            "incline_pct": 1.0,
            "ramp_angle_rad": math.radians(5.7),
            "elapsed_time_s": 60,
        },
    ),
    ("ftms_treadmill_data", "08 00 E8 03 FF 7F FF 7F", {"speed_m_s": 10.0 / 3.6}),
    ("ftms_treadmill_data", "08 00 E8 03 F1 FF FF 7F", {"speed_m_s": 10.0 / 3.6, "incline_pct": -1.5}),
    ("ftms_treadmill_data", "80 00 00 00 64 00 FF FF FF", {"speed_m_s": 0, "energy_j": 418_400}),
    ("ftms_treadmill_data", "04 00 00 00 FF FF FF", {"speed_m_s": 0, "distance_m": 16_777_215}),
    ("ftms_treadmill_data", "00 10 E8 03 38 FF 2C 01", {"speed_m_s": 10.0 / 3.6, "belt_force_n": -200, "power_w": 300}),
    ("ftms_treadmill_data", "60 00 E8 03 02 03", {"speed_m_s": 10 / 3.6, "pace_m_s": 200 / 60, "average_pace_m_s": 5}),
    ("ftms_treadmill_data", "00 03 E8 03 8C 5A", {"speed_m_s": 10 / 3.6, "heart_rate_bpm": 140,
        "metabolic_equivalent": 9}),
    ("ftms_treadmill_data", "02 28 E8 03 D0 07 3C 00 10 27 00", {
        "speed_m_s": 10 / 3.6, "average_speed_m_s": 20 / 3.6, "remaining_time_s": 60, "step_count": 10_000}),
    ("ftms_status", "06 0F 00", {"event": "target incline changed", "target_incline_pct": 1.5}),
    ("ftms_status", "02 02", {"event": "paused by the user"}),
    ("ftms_status", "03", {"event": "stopped by the safety key"}),
    ("ftms_status", "77 01", {"event": "code 119"}),
    ("training_status", "00 0D", {"training_status": "manual mode"}),
    ("training_status", "01 02 4C 65 67 73", {"training_status": "warming up", "text": "Legs"}),
    ("ftms_speed_range", "64 00 D0 07 0A 00", {
        "speed_minimum_m_s": 1 / 3.6, "speed_maximum_m_s": 20 / 3.6, "speed_step_m_s": 0.1 / 3.6}),
    ("ftms_incline_range", "E2 FF 96 00 05 00", {
        "incline_minimum_pct": -3, "incline_maximum_pct": 15, "incline_step_pct": 0.5}),
    ("heart_rate_measurement", "16 3C 00 04", {"heart_rate_bpm": 60, "contact": True, "rr_interval_s": (1.0,)}),
    ("heart_rate_measurement", "04 00", {"heart_rate_bpm": 0, "contact": False}),
    ("heart_rate_measurement", "00 8C", {"heart_rate_bpm": 140}),
    ("heart_rate_measurement", "19 2C 01 0A 00 00 02 00 01", {
        "heart_rate_bpm": 300, "energy_j": 10_000, "rr_interval_s": (0.5, 0.25)}),
    ("battery_level", "57", {"battery_pct": 87}),
    ("sensor_location", "02", {"location": "in shoe"}),
    ("rsc_feature", "05 00", {"has_stride_length": True, "has_distance": False, "has_walking_or_running": True,
                              "has_calibration": False, "has_several_locations": False}),
    ("manufacturer_text", "41 63 6D 65 00", {"manufacturer": "Acme"}),
    ("model_text", "52 75 6E", {"model": "Run"}),
    ("serial_number_text", "34 32", {"serial_number": "42"}),
    ("firmware_text", "31 2E 32", {"firmware": "1.2"}),
    ("hardware_text", "C3 A4", {"hardware": "ä"}),
    ("software_text", "33", {"software": "3"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "payload", "expected"), CONSTRUCTED)
def test_constructed_bytes_give_the_fields_of_the_tables(name, payload, expected):
    """Bytes built here from the published tables: no capture of such a message was seen."""
    values = told(read(name, payload))
    assert values == {
        field: pytest.approx(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
        for field, value in expected.items()
    }


@pytest.mark.parametrize(("name", "payload", "expected"), CONSTRUCTED)
def test_what_was_read_is_written_as_the_same_fields(name, payload, expected):
    codec = READINGS[name].codec()
    values = codec.receive(bytes.fromhex(payload))
    assert READINGS[name].codec().receive(codec.write(values)) == values


CUT_SHORT = [(name, payload) for name, payload, _ in CONSTRUCTED if not name.endswith("_text")]


@pytest.mark.parametrize(("name", "payload"), [*CUT_SHORT, ("ftms_treadmill_data", "9C 25" + 24 * "00")])
def test_every_prefix_of_a_message_is_a_fault_or_tells_fewer_intervals(name, payload):
    data = bytes.fromhex(payload)
    whole = READINGS[name].codec().receive(data)
    for length in range(len(data)):
        part = READINGS[name].codec().receive(data[:length])
        if isinstance(part, Unread):
            assert part.detail
        elif name == "heart_rate_measurement":
            assert len(part["rr_interval_s"]) < len(whole["rr_interval_s"])
        else:  # codes without a needed parameter: the text or the number after them is not part of their meaning
            assert name in ("ftms_status", "training_status", "rsc_feature")
            assert length > 0


def test_bytes_behind_the_fields_are_a_fault_unless_padding_or_unknown_flags_explain_them():
    assert read("ftms_treadmill_data", "00 00 E8 03 00 00")["speed_m_s"] == pytest.approx(10 / 3.6)
    assert read("ftms_treadmill_data", "00 40 E8 03 07")["speed_m_s"] == pytest.approx(10 / 3.6)
    for name, payload in (
        ("ftms_treadmill_data", "00 00 E8 03 07"),
        ("rsc_measurement", "00 00 03 AA 01"),
        ("heart_rate_measurement", "00 8C 01"),
        ("heart_rate_measurement", "10 8C 01"),
        ("heart_rate_measurement", "10 8C"),
        ("ftms_status", "05 69 00 00"),
        ("ftms_speed_range", "64 00 D0 07 0A 00 00"),
    ):
        assert isinstance(read(name, payload), Unread), payload


@pytest.mark.parametrize("name", READINGS)
def test_random_bytes_never_raise_and_never_give_a_number_that_is_not_finite(name):
    @QUICK
    @given(st.lists(st.binary(max_size=40), max_size=6))
    def check(payloads):
        codec = READINGS[name].codec()
        for read_now in [*(codec.receive(payload) for payload in payloads), codec.end()]:
            assert read_now is None or isinstance(read_now, (dict, Unread))
            for value in read_now.values() if isinstance(read_now, dict) else ():
                assert not isinstance(value, float) or math.isfinite(value)
        assert codec.end() is None, "nothing is given up twice"

    check()


TREADMILL = st.fixed_dictionaries(
    {"speed_m_s": st.integers(0, 2500).map(lambda raw: raw / 360)},
    optional={
        "average_speed_m_s": st.integers(0, 65_535).map(lambda raw: raw / 360),
        "distance_m": st.integers(0, 2**24 - 1).map(float),
        "incline_pct": st.integers(-32_768, 32_766).map(lambda raw: raw / 10),
        "elevation_gain_m": st.integers(0, 65_535).map(lambda raw: raw / 10),
        "energy_j": st.integers(0, 65_534).map(lambda raw: raw * 4184.0),
        "energy_per_minute_j": st.integers(0, 254).map(lambda raw: raw * 4184.0),
        "heart_rate_bpm": st.integers(0, 255).map(float),
        "elapsed_time_s": st.integers(0, 65_535).map(float),
        "belt_force_n": st.integers(-32_768, 32_766).map(float),
        "step_count": st.integers(0, 2**24 - 1).map(float),
    },
)


def zeroed(values) -> dict:
    """As it comes back: the other half of a pair that has no mark for "not available" is sent as 0."""
    return values | ({"elevation_loss_m": 0.0} if "elevation_gain_m" in values else {})


@QUICK
@given(TREADMILL, st.integers(9, 40))
def test_a_reading_in_several_notifications_comes_out_as_one(values, most_bytes):
    codec = TreadmillData()
    parts = codec.parts(values, most_bytes)
    assert all(len(part) <= most_bytes for part in parts)
    results = [codec.receive(part) for part in parts]
    assert results[:-1] == [None] * (len(parts) - 1)
    assert told(results[-1]) == pytest.approx(zeroed(values), abs=1e-9)
    assert codec.end() is None
    assert told(codec.receive(codec.write(values))) == pytest.approx(zeroed(values), abs=1e-9)


def test_a_part_whose_speed_was_lost_is_a_fault_and_the_next_reading_is_whole():
    codec = TreadmillData()
    first, last = codec.parts({"speed_m_s": 3.0, "distance_m": 100.0}, 5)
    assert codec.receive(first) is None
    lost = codec.receive(first)
    assert isinstance(lost, Unread)
    assert lost.kind is FaultKind.INCOMPLETE
    assert told(codec.receive(last)) == {"speed_m_s": pytest.approx(3.0), "distance_m": 100.0}
    codec.receive(first)
    assert codec.end().kind is FaultKind.INCOMPLETE


@QUICK
@given(
    st.integers(0, 65_535), st.none() | st.booleans(), st.none() | st.integers(0, 65_535),
    st.none() | st.lists(st.integers(0, 65_535), min_size=1, max_size=9),
)  # fmt: skip
def test_heart_rate_comes_back_as_it_was_sent(rate_bpm, contact, energy, ticks):
    codec = READINGS["heart_rate_measurement"].codec()
    values = {
        "heart_rate_bpm": rate_bpm,
        "contact": contact,
        "energy_j": None if energy is None else energy * 1000.0,
        "rr_interval_s": None if ticks is None else tuple(tick / 1024 for tick in ticks),
    }
    assert codec.receive(codec.write(values)) == values


@QUICK
@given(
    st.integers(0, 65_535), st.integers(0, 255), st.booleans(), st.none() | st.integers(0, 65_535),
    st.none() | st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_running_speed_comes_back_as_it_was_sent(speed, cadence, running, stride, distance):
    codec = READINGS["rsc_measurement"].codec()
    values = {
        "speed_m_s": speed / 256,
        "cadence_per_min": float(cadence),
        "running": running,
        "stride_length_m": None if stride is None else stride / 100,
        "distance_m": None if distance is None else distance / 10,
    }
    assert codec.receive(codec.write(values)) == values


def test_values_beyond_an_integer_saturate_and_never_wrap():
    codec = TreadmillData()
    values = codec.receive(codec.write({"speed_m_s": 1e6, "incline_pct": -1e6, "distance_m": -5.0}))
    assert values["speed_m_s"] == pytest.approx(655.35 / 3.6)
    assert values["incline_pct"] == pytest.approx(-3276.8)
    assert values["distance_m"] == 0.0


def test_standard_characteristics_are_found_by_uuid_and_the_control_point_is_not_among_them():
    shorts = ("2a19", "2a37", "2a53", "2a54", "2a5d", "2acc", "2acd", "2ad3", "2ad4", "2ad5", "2ada",
              "2a24", "2a25", "2a26", "2a27", "2a28", "2a29")  # fmt: skip
    assert set(BY_UUID) == {full_uuid(short) for short in shorts}
    assert full_uuid("2ad9") not in BY_UUID
