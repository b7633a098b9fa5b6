"""From a sensor's bytes through a file to samples: the same samples, whichever way they come."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.errors import RecordingError
from gaitpipe.model import DeviceStatus, PacketFault, RawNotification, RecordingEvent, SampleBlock, SensorSetup
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.recording.decode import StreamDecoder, read_recording
from gaitpipe.recording.reader import open_raw
from gaitpipe.recording.writer import RecordingWriter
from gaitpipe.sources.replay import replay

START_NS = 77_000_000_000
UTC_NS = 1_800_000_000_000_000_000
RATE_HZ = 208.0

MOTION_IDS = [item.id for item in profile_store.available() if profile_store.load(item.id).auxiliary is None]


def sensor_setup(side: str, profile_id: str = "open_imu", device: str = "Open 7") -> SensorSetup:
    stored = next(item for item in profile_store.available() if item.id == profile_id)
    text = Path(stored.file).read_text(encoding="utf-8")
    settings = profile_store.load(profile_id).resolve_settings({})
    return SensorSetup(side, "foot", profile_id, text, settings, device)


def stream(setup: SensorSetup, seconds: float, delay_ns: int) -> list[RawNotification]:
    """Notifications of one sensor, with a delay of the radio that is never the same."""
    profile = profile_store.load(setup.profile_id)
    encoder, settings = Encoder(profile, setup.settings), setup.settings
    per_packet, rate_hz = profile.samples_per_packet(settings), settings["rate_hz"]
    noise = np.random.default_rng(delay_ns)
    items = []
    for packet in range(int(seconds * rate_hz / per_packet)):
        time_s = (packet * per_packet + np.arange(per_packet)) / rate_hz
        acc = np.column_stack([9.81 + 5 * np.sin(7 * time_s), np.cos(time_s), time_s % 3])
        gyr = np.column_stack([np.sin(9 * time_s), 0.1 * time_s % 1, -np.cos(5 * time_s)])
        host_ns = START_NS + int(time_s[-1] * 1e9) + delay_ns + int(noise.integers(0, 8_000_000))
        for characteristic, payload in encoder.encode(float(time_s[0]), acc, gyr):
            items.append(RawNotification(setup.side, characteristic, host_ns, UTC_NS + host_ns - START_NS, payload))
            host_ns += 1_000_000
    return items


def session(seconds: float = 6.0):
    setups = (sensor_setup("left"), sensor_setup("right", device=""))
    items = stream(setups[0], seconds, 30_000_000) + stream(setups[1], seconds, 41_000_000)
    items.append(RecordingEvent(START_NS + 3_000_000_000, UTC_NS, "disconnected", "right"))
    items.append(RecordingEvent(START_NS + 3_500_000_000, UTC_NS, "battery", "left", value=81.0))
    items.append(RecordingEvent(START_NS + 4_000_000_000, UTC_NS, "mark", text="faster"))
    items.sort(key=lambda item: item.host_monotonic_ns)
    del items[200:204]
    return setups, items


def write(path, setups, items):
    with RecordingWriter(path, setups, session_start_monotonic_ns=START_NS, session_start_utc_ns=UTC_NS) as writer:
        for item in items:
            writer.write(item)
    return path


def decode_live(setups, items):
    decoder = StreamDecoder(setups, START_NS)
    decoded = [one for item in items for one in decoder.receive(item)] + decoder.flush()
    return decoder, decoded


def fingerprint(blocks):
    """Every bit of the blocks, in their order."""
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(f"{block.side} {block.placement} {block.first_sample} {len(block)}".encode())
        for values in (block.time_s, block.acc_m_s2, block.gyr_rad_s, block.flags):
            digest.update(values.tobytes())
    return digest.hexdigest()


def blocks_of(decoded):
    return [one for one in decoded if isinstance(one, SampleBlock)]


async def test_live_file_and_replay_give_the_same_samples_bit_for_bit(tmp_path):
    setups, items = session()
    live, decoded = decode_live(setups, items)
    path = write(tmp_path / "a.mcap", setups, items)
    recording = read_recording(path)
    from_file = list(recording)
    source = replay(path)
    replayed, again = decode_live(source.setups, [item async for item in source.items()])
    assert len(from_file) > 50
    assert fingerprint(from_file) == fingerprint(blocks_of(decoded)) == fingerprint(blocks_of(again))
    assert recording.quality == live.quality == replayed.quality
    assert recording.sensors == live.sensors


def test_recording_carries_sensors_quality_events_and_hash(tmp_path):
    setups, items = session()
    path = write(tmp_path / "easy run.mcap", setups, items)
    recording = read_recording(path)
    assert recording.name == "easy run"
    assert recording.input_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [(info.side, info.profile_id, info.clock) for info in recording.sensors] == [
        ("left", "open_imu", "device"),
        ("right", "open_imu", "device"),
    ]
    assert recording.sensors[0].device == "Open 7"
    assert recording.sensors[1].device == profile_store.load("open_imu").name
    samples = {"left": 0, "right": 0}
    for block in recording:
        samples[block.side] += len(block)
    assert {side: quality.samples for side, quality in recording.quality.items()} == samples
    assert sum(quality.lost_samples for quality in recording.quality.values()) > 0
    assert recording.quality["left"].battery_pct == 81
    assert [event.kind for event in recording.events] == ["disconnected", "battery", "mark"]
    assert recording.findings == []


def test_samples_come_back_near_their_values_and_their_time(tmp_path):
    setups, items = session()
    rate_hz = setups[0].settings["rate_hz"]
    blocks = [block for block in read_recording(write(tmp_path / "a.mcap", setups, items)) if block.side == "left"]
    index = np.concatenate([block.first_sample + np.arange(len(block)) for block in blocks])
    acc = np.concatenate([block.acc_m_s2 for block in blocks])
    time_s = np.concatenate([block.time_s for block in blocks])
    assert np.abs(acc[:, 0] - (9.81 + 5 * np.sin(7 * index / rate_hz))).max() < 0.01
    assert np.abs(time_s - time_s[0] - (index - index[0]) / rate_hz).max() < 0.005


def test_profile_in_the_file_decides_not_the_one_on_this_machine(tmp_path):
    setups, items = session(3.0)
    renamed = tuple(replace(setup, profile_text=setup.profile_text.replace("open_imu", "my_imu")) for setup in setups)
    assert renamed[0].profile_text != setups[0].profile_text
    recording = read_recording(write(tmp_path / "a.mcap", renamed, items))
    assert {info.profile_id for info in recording.sensors} == {"my_imu"}
    assert len(list(recording)) > 10


def test_torn_recording_gives_a_prefix_of_the_samples_and_a_finding(tmp_path):
    setups, items = session()
    path = write(tmp_path / "a.mcap", setups, items)
    whole = list(read_recording(path))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    torn = read_recording(path)
    part = {(block.side, block.first_sample): block for block in torn}
    assert [finding.code for finding in torn.findings] == ["recording_not_closed"]
    assert 0 < len(part) < len(whole)
    originals = {(block.side, block.first_sample): block for block in whole}
    assert all(np.array_equal(block.acc_m_s2, originals[key].acc_m_s2) for key, block in part.items())


def test_data_of_a_side_without_a_sensor_are_told(tmp_path):
    setups, items = session(3.0)
    recording = read_recording(write(tmp_path / "a.mcap", setups[:1], items))
    assert {block.side for block in recording} == {"left"}
    assert [(finding.code, finding.side) for finding in recording.findings] == [("no_setup", "right")]


def test_unknown_characteristic_and_rubbish_are_counted_not_raised(tmp_path):
    setups, items = session(3.0)
    rubbish = [
        RawNotification("left", "0000ffff-0000-1000-8000-00805f9b34fb", START_NS, UTC_NS, b"?"),
        replace(items[0], payload=b"\xff" * 3),
        replace(items[0], payload=b""),
    ]
    recording = read_recording(write(tmp_path / "a.mcap", setups, rubbish + items))
    assert len(list(recording)) > 10
    assert sum(recording.quality["left"].faults.values()) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda setup: replace(setup, profile_text="id = 3"),
        lambda setup: replace(setup, settings={"rate_hz": 3.0}),
        lambda setup: replace(setup, settings={"speed": 3.0}),
    ],
)
def test_profile_that_cannot_be_used_names_the_file(tmp_path, spoil):
    setups, items = session(1.0)
    path = write(tmp_path / "a.mcap", [spoil(setup) for setup in setups], items)
    with pytest.raises(RecordingError, match="profile cannot be used") as caught:
        read_recording(path)
    assert str(path) in caught.value.message
    assert caught.value.advice
    assert len(list(open_raw(path).items)) == len(items), "the raw bytes can still be read"


def test_events_and_faults_of_the_live_decoder():
    setups, items = session(1.0)
    decoder = StreamDecoder(setups[:1], START_NS)
    assert decoder.receive(RecordingEvent(START_NS, UTC_NS, "mark")) == []
    battery = decoder.receive(RecordingEvent(START_NS, UTC_NS, "battery", "left", value=64.2))
    assert battery == [DeviceStatus(0.0, battery_pct=64)]
    stranger = next(item for item in items if item.source == "right")
    (fault,) = decoder.receive(stranger)
    assert isinstance(fault, PacketFault)
    assert fault.host_time_s == pytest.approx((stranger.host_monotonic_ns - START_NS) / 1e9)


@pytest.mark.parametrize("profile_id", MOTION_IDS)
def test_every_profile_survives_the_file(tmp_path, profile_id):
    setup = sensor_setup("left", profile_id)
    items = stream(setup, 5.0, 20_000_000)
    _decoder, decoded = decode_live([setup], items)
    blocks = list(read_recording(write(tmp_path / "a.mcap", [setup], items)))
    assert len(blocks) > 5
    assert fingerprint(blocks) == fingerprint(blocks_of(decoded))
