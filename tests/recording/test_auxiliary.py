"""Devices beside the feet through a file: the same readings live and read back, and never at the feet's expense."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gaitpipe import profile_store
from gaitpipe.app.analyze import devices_of
from gaitpipe.app.devices import device_profile
from gaitpipe.errors import LocalProtocolError
from gaitpipe.model import (
    AUXILIARIES,
    AuxiliaryReading,
    AuxiliarySetup,
    DeviceStatus,
    PacketFault,
    RawNotification,
    RecordingEvent,
    SensorSetup,
)
from gaitpipe.protocol.readings import READINGS
from gaitpipe.protocol.readings.treadmill import TreadmillData
from gaitpipe.protocol.uuids import full_uuid
from gaitpipe.recording.decode import StreamDecoder, read_recording
from gaitpipe.recording.writer import RecordingWriter
from gaitpipe.sources.replay import replay

START_NS, UTC_NS = 5_000_000_000, 1_800_000_000_000_000_000
MEASURED = {"treadmill": "2acd", "foot_pod": "2a53", "heart_rate": "2a37"}


def setup_of(kind: str) -> AuxiliarySetup:
    profile = device_profile(kind)
    return AuxiliarySetup(kind, profile.id, profile.text, {}, f"my {kind}")


SETUPS = [setup_of(kind) for kind in AUXILIARIES]
FEET = [SensorSetup("left", "foot", "open_imu", profile_store.load("open_imu").text, {"rate_hz": 208.0}, "foot")]


def raw(source: str, seconds: float, payload: bytes, short: str = "") -> RawNotification:
    at_ns = round(seconds * 1e9)
    return RawNotification(source, full_uuid(short or MEASURED[source]), START_NS + at_ns, UTC_NS + at_ns, payload)


def make_items() -> list[RawNotification | RecordingEvent]:
    """Ten seconds of all three, the treadmill in parts of its readings, with a bad message, a lost link."""
    treadmill, pod, strap = (
        READINGS[name].codec() for name in ("ftms_treadmill_data", "rsc_measurement", "heart_rate_measurement")
    )
    assert isinstance(treadmill, TreadmillData)
    items: list[RawNotification | RecordingEvent] = []
    for second in range(10):
        parts = treadmill.parts({"speed_m_s": 2.5 + 0.1 * second, "distance_m": 3.0 * second, "incline_pct": 1.0}, 9)
        items += [raw("treadmill", second + 0.1 + 0.01 * number, part) for number, part in enumerate(parts)]
        items.append(raw("foot_pod", second + 0.3, pod.write({"speed_m_s": 2.5, "cadence_per_min": 82.0})))
        values = {"heart_rate_bpm": 120 + second, "contact": True, "rr_interval_s": (0.5, 0.49)}
        items.append(raw("heart_rate", second + 0.5, strap.write(values)))
    first, _ = treadmill.parts({"speed_m_s": 3.0, "distance_m": 1.0, "incline_pct": 1.0}, 9)
    items.append(raw("treadmill", 10.0, first))
    items.append(RecordingEvent(START_NS + 10_200_000_000, UTC_NS + 10_200_000_000, "disconnected", "treadmill"))
    items.append(raw("treadmill", 10.5, b"\x00"))
    items.append(raw("heart_rate", 10.6, b"\x41", "2a19"))
    items.append(RecordingEvent(START_NS + 10_700_000_000, UTC_NS + 10_700_000_000, "battery", "foot_pod", value=44.0))
    return items


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "beside.mcap"
    writer = RecordingWriter(
        path, FEET, session_start_monotonic_ns=START_NS, session_start_utc_ns=UTC_NS, auxiliaries=SETUPS
    )
    with writer:
        for item in make_items():
            writer.write(item)
    return path


def decode(setups, items) -> tuple[StreamDecoder, list]:
    decoder = StreamDecoder(FEET, START_NS, setups)
    decoded = [one for item in items for one in decoder.receive(item)]
    return decoder, decoded + decoder.flush()


async def test_live_replay_and_file_give_the_same_readings(file):
    live, decoded = decode(SETUPS, make_items())
    told = [one for one in decoded if isinstance(one, AuxiliaryReading)]
    assert len(told) == 30
    source = replay(file)
    again, replayed = decode(source.raw.auxiliaries, [item async for item in source.items()])
    recording = read_recording(file)
    assert list(recording) == []
    assert told == [one for one in replayed if isinstance(one, AuxiliaryReading)] == recording.readings
    assert live.auxiliary_quality == again.auxiliary_quality == recording.auxiliary_quality
    assert [setup.device for setup in recording.auxiliaries] == ["my treadmill", "my foot_pod", "my heart_rate"]


def test_readings_have_the_time_of_the_last_of_their_parts_and_are_kept_by_device(file):
    recording = read_recording(file)
    list(recording)
    devices = devices_of(recording)
    assert [len(devices[kind]) for kind in AUXILIARIES] == [10, 10, 10]
    first = devices["treadmill"][0]
    assert first.time_s == pytest.approx(0.11)
    assert first.values["speed_m_s"] == pytest.approx(2.5)
    assert first.values["incline_pct"] == 1.0
    assert devices["heart_rate"][-1].values["rr_interval_s"] == (0.5, 502 / 1024)


def test_faults_and_batteries_are_counted_by_device(file):
    recording = read_recording(file)
    list(recording)
    quality = recording.auxiliary_quality
    assert quality["treadmill"].faults == {"part of a split packet is missing": 1, "wrong length": 1}
    assert quality["treadmill"].packets == 22
    assert (quality["foot_pod"].battery_pct, quality["heart_rate"].battery_pct) == (44, 65)
    assert quality["foot_pod"].faults == {}
    assert [event.kind for event in recording.events] == ["disconnected", "battery"]


def test_a_device_that_was_not_set_up_is_said_and_does_not_raise():
    decoder, decoded = decode(SETUPS[1:], make_items())
    faults = [one for one in decoded if isinstance(one, PacketFault)]
    assert len(faults) == 22
    assert "as treadmill" in faults[0].detail
    assert DeviceStatus(10.6, battery_pct=65) in decoded
    assert set(decoder.auxiliary_quality) == {"foot_pod", "heart_rate"}


@pytest.mark.parametrize(
    "text", ["not toml at all [", profile_store.load("open_imu").text, profile_store.load("heart_rate").text]
)
def test_a_device_profile_that_cannot_be_used_costs_nothing_but_that_device(tmp_path, text):
    setups = [replace(SETUPS[0], profile_text=text), *SETUPS[1:]]
    path = tmp_path / "odd.mcap"
    writer = RecordingWriter(
        path, FEET, session_start_monotonic_ns=START_NS, session_start_utc_ns=UTC_NS, auxiliaries=setups
    )
    with writer:
        for item in make_items():
            writer.write(item)
    recording = read_recording(path)
    list(recording)
    assert set(recording.auxiliary_quality) == {"foot_pod", "heart_rate"}
    assert len(recording.readings) == 20
    codes = [finding.code for finding in recording.findings]
    assert codes == ["device_profile", "no_setup"]
    assert "treadmill" in recording.findings[0].message


def test_a_live_decoder_refuses_a_profile_of_another_kind():
    with pytest.raises(LocalProtocolError, match="not of a treadmill"):
        StreamDecoder(FEET, START_NS, [replace(SETUPS[0], profile_text=SETUPS[2].profile_text)])
