"""WitMotion's stream of bytes without checksum: found again after garbage, never out of step for good."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe import profile_store
from gaitpipe.model import DeviceStatus, FaultKind, SampleBlock
from gaitpipe.protocol.codecs.witmotion import FRAME_BYTES, WitmotionFraming, battery_pct
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.sample_rows import decode_samples

DATA = "0000ffe4-0000-1000-8000-00805f9a34fb"
G, DEGREE = 9.80665, np.pi / 180.0
# A packet that a user posted; its values were calculated apart from this program.
POSTED = bytes.fromhex("55 61 77 02 A8 FE 92 FE 06 02 30 FE CD FF F8 F0 53 FC AB C4")
BATTERY = bytes.fromhex("55 71 64 00 88 01") + bytes(14)


def frame(number):
    """A frame with a number in it that holds neither byte of a header."""
    return b"\x55\x61" + bytes([1 + number % 80, 0, 2, 0, 3, 0] + [4] * 12)


def run(chunks):
    framing = WitmotionFraming()
    got = [framing.receive(chunk, float(number)) for number, chunk in enumerate(chunks)]
    got.append(framing.end(99.0))
    packets = [packet for item in got for packet in item.packets]
    return packets, [fault for item in got for fault in item.faults]


def cut(data, size, first=0):
    """The stream in notifications of one size, the first of another."""
    head = [data[:first]] if first else []
    return head + [data[at : at + size] for at in range(first, len(data), size)]


def test_posted_packet_decodes_to_its_values():
    profile = profile_store.load("witmotion_ble")
    (row,) = decode_samples(profile, profile.resolve_settings({}), DATA, [POSTED])
    assert np.array(row["acc_m_s2"]) / G == pytest.approx([0.3081, -0.1680, -0.1787], abs=1e-4)
    assert np.array(row["gyr_rad_s"]) / DEGREE == pytest.approx([31.616, -28.320, -3.113], abs=1e-3)
    assert np.degrees(row["euler_rad"]) == pytest.approx([-21.138, -5.169, -83.436], abs=1e-3)
    assert row["device_time_s"] is None


@pytest.mark.parametrize("size", [1, 3, 7, 19, 20, 21, 40, 60, 97, 244])
@pytest.mark.parametrize("first", [0, 8, 13])
def test_frames_come_out_whole_however_notifications_cut_the_stream(size, first):
    frames = [frame(number) for number in range(60)]
    packets, faults = run(cut(b"".join(frames), size, first))
    assert packets == frames
    assert faults == []


def test_garbage_between_notifications_costs_only_itself():
    frames = [frame(number) for number in range(9)]
    packets, faults = run([*frames[:3], b"\x01\x02\x55", *frames[3:6], b"\x55\x61\x07", *frames[6:]])
    assert packets == frames
    assert [fault.kind for fault in faults] == [FaultKind.HEADER] * len(faults)
    assert sum(int(fault.detail.split()[0]) for fault in faults) == 6


def test_short_notification_costs_its_own_frame_and_the_next_ones_are_read():
    frames = [frame(number) for number in range(6)]
    packets, faults = run([*frames[:2], frames[2][:18], *frames[3:]])
    assert packets == frames[:2] + frames[3:]
    assert [(fault.kind, fault.detail) for fault in faults] == [(FaultKind.HEADER, "18 bytes that are no frame")]


def test_start_in_the_middle_of_a_frame_is_found_from_two_headers():
    frames = [frame(number) for number in range(20)]
    packets, faults = run(cut(b"".join(frames)[11:], 20))
    assert packets == frames[1:-1] + packets[-1:]
    assert packets[-1] == frames[-1]
    assert [fault.detail for fault in faults] == ["9 bytes that are no frame"]


@pytest.mark.parametrize("size", [20, 60])
@pytest.mark.parametrize("start", [*range(1, 18), 19])
def test_value_that_looks_like_a_header_is_never_taken_for_one_while_it_stands_still(start, size):
    """Yaw of 136.9 degrees is 55 61. From any start within a frame, no sample is made of shifted bytes, unless
    notifications begin at the yaw (the next test)."""
    still = b"\x55\x61" + bytes([9] * 16) + b"\x55\x61"
    moving = [frame(number) for number in range(12)]
    packets, faults = run(cut((still * 8 + b"".join(moving))[start:], size))
    assert set(packets) <= {still, *moving}
    assert packets[-11:] == moving[1:]
    assert faults


def test_wrong_step_is_noticed_when_the_value_changes():
    """Notifications that begin at the false header: the step is wrong until the value moves, then it is a fault."""
    still = b"\x55\x61" + bytes([9] * 16) + b"\x55\x61"
    moving = [frame(number) for number in range(12)]
    packets, faults = run(cut((still * 4 + b"".join(moving))[18:], 20))
    assert packets[-10:] == moving[2:]
    assert [fault.kind for fault in faults if fault.kind is not FaultKind.INCOMPLETE] == [FaultKind.HEADER]


def test_answers_to_register_reads_are_told_apart_from_samples():
    profile = profile_store.load("witmotion_ble")
    decoder = Decoder(profile, "left", "foot", profile.resolve_settings({}))
    decoded = decoder.receive(DATA, POSTED + BATTERY + POSTED, 0.0)
    decoded += decoder.receive(DATA, bytes.fromhex("55 71 03 00 0B 00") + bytes(14), 0.1)
    decoded += decoder.receive(DATA, bytes.fromhex("55 71 2E 00 10 27") + bytes(14), 0.2)
    decoded += decoder.receive(DATA, bytes.fromhex("55 71 3A 00 78 00") + bytes(14), 0.3)
    decoded += decoder.flush()
    battery, rate, version, other = [item for item in decoded if isinstance(item, DeviceStatus)]
    assert (battery.battery_pct, battery.text) == (75, "battery at 3.92 V")
    assert decoder.quality.battery_pct == 75
    assert (rate.text, version.text) == ("rate 200 Hz", "firmware 10000")
    assert other.text.startswith("register 0x3a: 0078 0000")
    assert sum(len(item) for item in decoded if isinstance(item, SampleBlock)) == 2
    assert decoder.quality.faults == {}


@pytest.mark.parametrize(
    ("centivolts", "pct"),
    [(420, 100), (397, 100), (396, 90), (378, 40), (377, 30), (369, 15), (368, 10), (341, 5), (340, 0), (0, 0)],
)
def test_battery_voltage_is_turned_to_per_cent_by_the_vendors_table(centivolts, pct):
    assert battery_pct(centivolts) == pct


def test_rates_and_bandwidths_have_the_vendors_codes():
    profile = profile_store.load("witmotion_ble")
    codes = {10: 6, 20: 7, 50: 8, 100: 9, 200: 11}
    assert set(codes) == set(profile.settings["rate_hz"].allowed)
    for rate_hz, code in codes.items():
        commands = profile.start_commands(profile.resolve_settings({"rate_hz": rate_hz}))
        assert [item.payload.hex(" ").upper() for item in commands] == [
            "FF AA 69 88 B5",
            f"FF AA 03 {code:02X} 00",
            "FF AA 1F 03 00",
            "FF AA 27 03 00",
            "FF AA 27 64 00",
        ]
        assert {item.pause_after_s for item in commands} == {0.1}
    wide = profile.start_commands(profile.resolve_settings({"bandwidth_hz": 256}))[2]
    assert wide.payload == bytes.fromhex("FF AA 1F 00 00")
    assert "98" in profile.unfit_reason(profile.resolve_settings({"bandwidth_hz": 20}))
    assert profile.unfit_reason(profile.resolve_settings({})) is None


def test_standard_uuid_of_the_same_four_digits_is_another_service():
    profile = profile_store.load("witmotion_ble")
    assert not profile.matches(None, ["ffe5"], [])
    assert profile.matches(None, ["0000FFE5-0000-1000-8000-00805F9A34FB"], [])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(chunks=st.lists(st.binary(max_size=90), max_size=12))
def test_any_bytes_are_counted_and_little_is_kept(chunks):
    framing = WitmotionFraming()
    accounted = 0
    for chunk in chunks:
        got = framing.receive(chunk, 0.0)
        accounted += FRAME_BYTES * (len(got.packets) + len(got.statuses))
        accounted += sum(int(item.detail.split()[0]) for item in got.faults if item.kind is FaultKind.HEADER)
        assert len(framing._kept) < 2 * FRAME_BYTES
    accounted += sum(int(item.detail.split()[0]) for item in framing.end(0.0).faults)
    assert accounted == sum(map(len, chunks))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(garbage=st.binary(max_size=70), size=st.integers(5, 60))
def test_after_any_garbage_the_stream_is_found_again(garbage, size):
    frames = [frame(number) for number in range(30)]
    packets, _ = run([*cut(garbage, 20), *cut(b"".join(frames), size)])
    assert packets[-24:] == frames[-24:]
