"""One session analysed live, by replay, from the file and in one block gives the same strides.csv, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from gaitpipe import importers, profile_store
from gaitpipe.exporters.strides_csv import strides_csv_text
from gaitpipe.importers import read
from gaitpipe.model import RawNotification, RecordingEvent, SampleBlock, SensorSetup
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.recording.decode import StreamDecoder, read_recording
from gaitpipe.recording.writer import RecordingWriter
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate
from gaitpipe.sources.replay import replay

START_NS = 9_000_000_000_000
UTC_NS = 1_800_000_000_000_000_000


def notifications(stream, setup: SensorSetup, outage_s: tuple[float, float]) -> list[RawNotification]:
    """The sensor's packets as the host gets them: delayed by the radio, none while the link is down."""
    profile = profile_store.load(setup.profile_id)
    encoder = Encoder(profile, setup.settings)
    size = profile.samples_per_packet(setup.settings)
    delays_s = np.random.default_rng(len(setup.side)).uniform(0.010, 0.030, len(stream.true_time_s))
    items = []
    for start in range(0, len(stream.true_time_s) - size, size):
        part = slice(start, start + size)
        packet = encoder.encode(float(stream.device_time_s[start]), stream.acc_m_s2[part], stream.gyr_rad_s[part])
        sent_s = float(stream.true_time_s[start + size - 1])
        host_ns = START_NS + round((sent_s + delays_s[start]) * 1e9)
        if not outage_s[0] <= sent_s < outage_s[1]:
            items += [RawNotification(setup.side, uuid, host_ns, host_ns + UTC_NS, data) for uuid, data in packet]
    return items


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A recorded run with an outage of the right sensor: its setups, its items and its file."""
    config = RunnerConfig(segments=(Segment("stand", 5.0), Segment("run", 20.0, 3.0)))
    profile = next(item for item in profile_store.available() if item.id == "open_imu")
    text = Path(profile.file).read_text(encoding="utf-8")
    settings = profile_store.load("open_imu").resolve_settings({"rate_hz": config.rate_hz})
    streams = simulate(config).sensors
    setups = tuple(SensorSetup(side, config.placement, "open_imu", text, settings) for side in streams)
    items: list[RawNotification | RecordingEvent] = []
    for setup in setups:
        items += notifications(streams[setup.side], setup, (15.0, 16.5) if setup.side == "right" else (0.0, 0.0))
    down_ns = START_NS + 15_100_000_000
    items.append(RecordingEvent(down_ns, down_ns + UTC_NS, "disconnected", "right"))
    items.sort(key=lambda item: item.host_monotonic_ns)
    path = tmp_path_factory.mktemp("run") / "run.mcap"
    with RecordingWriter(path, setups, session_start_monotonic_ns=START_NS, session_start_utc_ns=UTC_NS) as writer:
        for item in items:
            writer.write(item)
    return setups, items, path


def strides_of(sensors, blocks: Iterable[SampleBlock]) -> str:
    session = Session(sensors)
    for block in blocks:
        session.feed(block)
    return strides_csv_text(session.finish().strides)


def strides_live(setups, items) -> str:
    """As the live recorder does it: each item is decoded and analysed when it comes."""
    decoder = StreamDecoder(setups, START_NS)
    decoded = (one for item in items for one in decoder.receive(item))
    blocks = [one for one in decoded if isinstance(one, SampleBlock)]
    blocks += [one for one in decoder.flush() if isinstance(one, SampleBlock)]
    return strides_of(decoder.sensors, blocks)


def joined(blocks: Iterable[SampleBlock]) -> list[SampleBlock]:
    """One block between gaps, one side after the other."""
    runs: dict[str, list[list[SampleBlock]]] = {}
    for block in blocks:
        side = runs.setdefault(block.side, [])
        if side and side[-1][-1].first_sample + len(side[-1][-1]) == block.first_sample:
            side[-1].append(block)
        else:
            side.append([block])
    return [
        SampleBlock(
            run[0].side,
            run[0].placement,
            run[0].first_sample,
            *(np.concatenate([getattr(block, name) for block in run]) for name in ("time_s", "acc_m_s2", "gyr_rad_s")),
            np.concatenate([block.flags for block in run]),
        )
        for side in runs.values()
        for run in side
    ]


async def test_live_replay_and_file_give_the_same_bytes(recorded):
    setups, items, path = recorded
    live = strides_live(setups, items)
    source, recording = replay(path), read_recording(path)
    assert live.count("\nleft,") > 15
    assert live.count("\nright,") > 15
    assert strides_live(source.setups, [item async for item in source.items()]) == live
    assert strides_of(recording.sensors, recording) == live


def test_one_block_a_side_gives_the_same_bytes_as_live(recorded):
    setups, items, path = recorded
    recording = read_recording(path)
    blocks = joined(recording)
    assert sorted(block.side for block in blocks) == ["left", "right", "right"]
    assert strides_of(recording.sensors, blocks) == strides_live(setups, items)


def test_samples_written_as_csv_and_imported_give_the_same_strides_but_for_rounding(recorded, tmp_path):
    _setups, _items, path = recorded
    recording = read_recording(path)
    blocks = list(recording)
    header = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
    for side in ("left", "right"):
        parts = [np.column_stack([b.time_s, b.acc_m_s2, b.gyr_rad_s]) for b in blocks if b.side == side]
        rows = (",".join(map(repr, row)) for row in np.vstack(parts).tolist())
        (tmp_path / f"{side}.csv").write_text("\n".join([header, *rows]) + "\n")
    imported = importers.merge(
        read(tmp_path / "left.csv", "left", "foot"), read(tmp_path / "right.csv", "right", "foot")
    )
    from_csv = strides_of(imported.sensors, imported).splitlines()
    from_file = strides_of(recording.sensors, blocks).splitlines()
    assert len(from_csv) == len(from_file)
    ics = [np.array([float(line.split(",")[2]) for line in lines[1:]]) for lines in (from_csv, from_file)]
    assert np.abs(ics[0] - ics[1]).max() < 0.002
