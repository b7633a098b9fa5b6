"""Recording from virtual sensors: nothing is lost, live and offline agree, and trouble never costs the file."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.app.analyze import analyze_input, analyze_recording
from gaitpipe.app.athlete import height_metadata
from gaitpipe.app.inputs import open_recording
from gaitpipe.app.live import LiveSession
from gaitpipe.app.outputs import told_events, write_outputs
from gaitpipe.app.record import InterruptedBeforeStartError, RecordRequest, Talk, record
from gaitpipe.derived import Athlete
from gaitpipe.errors import AnalysisError, DeviceError, DeviceReason
from gaitpipe.exporters.strides_csv import strides_csv_text
from gaitpipe.model import SIDES, RawNotification, RecordingEvent, SampleBlock
from gaitpipe.recording.decode import StreamDecoder, read_recording
from gaitpipe.recording.reader import open_raw
from gaitpipe.recording.writer import RecordingWriter
from gaitpipe.session import Session
from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment
from gaitpipe.sources.ble import WantedSensor
from gaitpipe.sources.replay import replay

pytestmark = pytest.mark.skipif(importlib.util.find_spec("bumble") is None, reason="virtual sensors need bumble")

SPEED = 5.0
PROFILE = profile_store.load("open_imu")
SETTINGS = PROFILE.resolve_settings({})
SILENT = Talk(lambda _text: None, lambda _view: None)


def wanted(*sides: str) -> tuple[WantedSensor, ...]:
    return tuple(WantedSensor(side, "foot", PROFILE, SETTINGS, f"OpenIMU {side}") for side in sides)


class World:
    """A virtual radio with the sensors of a synthetic runner, in virtual time."""

    def __init__(self, folder: Path, virtual_time, *sides: str) -> None:
        from gaitpipe.simulate.peripheral import VirtualSensor
        from gaitpipe.simulate.radio import VirtualRadio

        self.radio = VirtualRadio(speed=SPEED)
        self.folder = folder
        self._time = virtual_time()
        streams = simulate(RunnerConfig((Segment("stand", 5.0), Segment("run", 15.0, 3.0)))).sensors
        self.sensors = {
            side: VirtualSensor(
                PROFILE, SETTINGS, streams[side], name=f"OpenIMU {side}", address=f"C0:00:00:00:00:{number:02X}"
            )
            for number, side in enumerate(sides, start=1)
        }

    async def __aenter__(self) -> World:
        self._time.__enter__()
        await self.radio.__aenter__()
        for sensor in self.sensors.values():
            await self.radio.add_sensor(sensor)
        return self

    async def __aexit__(self, *error) -> None:
        try:
            await self.radio.__aexit__(*error)
        finally:
            self._time.__exit__(*error)

    def request(self, *sides: str, **options) -> RecordRequest:
        return RecordRequest(
            wanted(*sides), self.folder, backend=self.radio.backend, clock=self.radio.clock.now, **options
        )


async def record_with_an_outage(folder: Path, virtual_time):
    """Record both feet; the right link is lost for a moment while the runner runs."""
    said, views = [], []
    stop = asyncio.Event()
    async with World(folder, virtual_time, *SIDES) as world:
        left, right = world.sensors["left"], world.sensors["right"]

        def show(view) -> None:
            views.append(view)
            if not right.connections > 1 and view.elapsed_s > 11.0 and right.streaming.is_set():
                right.supervision_timeout()
            if left.finished.is_set() and right.finished.is_set():
                stop.set()

        recorded = await record(world.request(*SIDES, belt_speed_m_s=3.0), stop, Talk(said.append, show))
        sent = {side: sensor.packets_sent for side, sensor in world.sensors.items()}
    return recorded, said, views, sent


@pytest.fixture(scope="module")
def session(tmp_path_factory, virtual_time):
    folder = tmp_path_factory.mktemp("live")
    with asyncio.Runner() as runner:
        recorded, said, views, sent = runner.run(record_with_an_outage(folder, virtual_time))
    return recorded, recorded.live.finish(recorded.session_start_utc), said, views, sent


def notifications(path: Path) -> list[RawNotification]:
    return [item for item in open_raw(path).items if isinstance(item, RawNotification)]


def test_every_packet_that_was_sent_is_in_the_file(session):
    recorded, _analysis, _said, _views, sent = session
    found = [item for item in notifications(recorded.path) if item.characteristic == PROFILE.packet.characteristic]
    for side in SIDES:
        count = sum(item.source == side for item in found)
        assert sent[side] - 2 <= count <= sent[side]  # what a sensor sends into a link that is just breaking is lost
    assert open_raw(recorded.path).setups[0].device == "OpenIMU left"


def test_the_file_is_named_by_date_and_time_only(session):
    assert session[0].path.stem.replace("-", "").replace("_", "").isdigit()


def test_the_outage_is_told_shown_and_counted(session):
    _recorded, analysis, said, views, _sent = session
    assert "right: link lost" in said
    assert views[-1].sides[1].reconnects == 1
    assert views[-1].sides[1].battery_pct == 87
    right = next(sensor for sensor in analysis.result.sensors if sensor.info.side == "right")
    assert right.quality.gaps >= 1


def test_the_live_view_shows_cadence_and_contact_time_while_the_runner_runs(session):
    views = session[3]
    standing = [view.sides[0] for view in views if view.elapsed_s < 4.0]
    assert standing
    assert all(side.cadence_spm is None for side in standing)
    running = [view.sides[0] for view in views if 14.0 < view.elapsed_s < 19.0]
    assert running
    assert all(side.cadence_spm == pytest.approx(160.0, abs=3.0) for side in running)
    assert all(0.15 < side.ground_contact_time_s < 0.35 for side in running)


def strides_of(sensors, blocks: Iterable[SampleBlock], belt_speed_m_s) -> str:
    session = Session(sensors, belt_speed_m_s)
    for block in blocks:
        session.feed(block)
    return strides_csv_text(session.finish().strides)


def joined(blocks: Iterable[SampleBlock]) -> list[SampleBlock]:
    """One block between gaps, one side after the other."""
    runs: dict[str, list[list[SampleBlock]]] = {}
    for block in blocks:
        side = runs.setdefault(block.side, [[]])
        if side[-1] and side[-1][-1].first_sample + len(side[-1][-1]) != block.first_sample:
            side.append([])
        side[-1].append(block)
    names = ("time_s", "acc_m_s2", "gyr_rad_s", "flags")
    return [
        SampleBlock(
            run[0].side,
            run[0].placement,
            run[0].first_sample,
            *(np.concatenate([getattr(block, name) for block in run]) for name in names),
        )
        for side in runs.values()
        for run in side
    ]


async def replayed(path: Path) -> str:
    source = replay(path)
    decoder = StreamDecoder(source.setups, source.session_start_monotonic_ns)
    decoded = [one async for item in source.items() for one in decoder.receive(item)] + decoder.flush()
    return strides_of(decoder.sensors, (one for one in decoded if isinstance(one, SampleBlock)), 3.0)


async def test_live_replay_file_and_one_block_give_the_same_bytes(session):
    recorded, analysis, *_ = session
    live = strides_csv_text(analysis.result.strides)
    assert live.count("\nleft,") > 12
    assert live.count("\nright,") > 8
    recording = read_recording(recorded.path)
    assert strides_csv_text(analyze_recording(recording, 3.0).strides) == live
    assert await replayed(recorded.path) == live
    assert strides_of(recording.sensors, read_recording(recorded.path), 3.0) == live
    again = read_recording(recorded.path)
    blocks = joined(again)
    assert sum(block.side == "left" for block in blocks) == 1
    assert strides_of(again.sensors, blocks, 3.0) == live


def test_all_files_of_the_live_session_are_those_of_a_later_analysis(session, tmp_path):
    recorded, analysis, *_ = session
    live = write_outputs(analysis, tmp_path / "live")
    later = write_outputs(analyze_input(open_recording(recorded.path)), tmp_path / "later")
    for name in ("strides", "summary", "report"):
        assert getattr(live, name).read_bytes() == getattr(later, name).read_bytes()


async def test_a_sensor_that_is_absent_is_named_with_advice(virtual_time, tmp_path):
    async with World(tmp_path, virtual_time, "left") as world:
        with pytest.raises(DeviceError) as caught:
            await record(world.request(*SIDES, scan_timeout_s=0.4), asyncio.Event(), SILENT, lambda: None)
    assert caught.value.reason is DeviceReason.NOT_FOUND
    assert caught.value.exit_code == 4
    assert "right foot sensor" in caught.value.message
    assert "Wake the sensor" in caught.value.advice
    assert list(tmp_path.iterdir()) == []


async def test_sensors_that_send_nothing_leave_no_file(virtual_time, tmp_path):
    async with World(tmp_path, virtual_time, "left") as world:
        world.sensors["left"].faults.drop_packets = frozenset(range(10_000))
        with pytest.raises(DeviceError, match="sent nothing"):
            await record(world.request("left", seconds=2.0), asyncio.Event(), SILENT, lambda: None)
    assert list(tmp_path.iterdir()) == []


def test_the_report_tells_losses_and_marks_but_not_that_sensors_connect(session):
    kinds = [event.kind for event in told_events(session[1].events)]
    assert "disconnected" in kinds
    assert "streaming" in kinds  # the second one of the right sensor
    assert not {"mtu", "battery"} & set(kinds)
    assert len(kinds) < len(session[1].events) - 6


async def test_stopping_while_scanning_records_nothing(virtual_time, tmp_path):
    stop = asyncio.Event()
    async with World(tmp_path, virtual_time) as world:
        asyncio.get_running_loop().call_later(0.1, stop.set)
        with pytest.raises(InterruptedBeforeStartError):
            await record(world.request(*SIDES, scan_timeout_s=30.0), stop, SILENT, lambda: None)
    assert list(tmp_path.iterdir()) == []


async def test_a_time_limit_ends_the_recording_by_itself(virtual_time, tmp_path):
    async with World(tmp_path, virtual_time, "left") as world:
        recorded = await record(world.request("left", seconds=3.0), asyncio.Event(), SILENT, lambda: None)
    assert not recorded.interrupted
    assert open_raw(recorded.path).salvage.closed_cleanly
    analysis = recorded.live.finish(recorded.session_start_utc)
    assert {"no_movement", "no_gait"} <= {finding.code for finding in analysis.result.findings}


def test_an_analysis_that_fails_does_not_cost_the_recording(session, tmp_path, monkeypatch):
    recorded = session[0]
    raw = open_raw(recorded.path)
    items: list[RawNotification | RecordingEvent] = list(raw.items)
    calls = []

    def fail(_session, block) -> list:
        calls.append(block)
        if len(calls) > 20:
            raise ZeroDivisionError("made to fail")
        return []

    monkeypatch.setattr(Session, "feed", fail)
    path = tmp_path / "copy.mcap"
    start_ns = raw.session_start_monotonic_ns
    with RecordingWriter(path, raw.setups, session_start_monotonic_ns=start_ns, session_start_utc_ns=1) as writer:
        live = LiveSession(raw.setups, writer, {}, start_ns)
        for item in items:
            live.receive(item)
        assert "made to fail" in live.view({}, start_ns).failure
    with pytest.raises(AnalysisError) as caught:
        live.finish("2026-01-01T00:00:00Z")
    assert str(path) in caught.value.advice
    assert len(notifications(path)) == len([item for item in items if isinstance(item, RawNotification)])


def test_a_recorded_height_is_that_of_the_live_session_and_of_a_later_analysis(session, tmp_path):
    raw = open_raw(session[0].path)
    path, start_ns, metadata = tmp_path / "tall.mcap", raw.session_start_monotonic_ns, height_metadata(1.9)
    with RecordingWriter(
        path, raw.setups, metadata, session_start_monotonic_ns=start_ns, session_start_utc_ns=1
    ) as writer:
        live = LiveSession(raw.setups, writer, metadata, start_ns)
        for item in raw.items:
            live.receive(item)
    assert live.finish("2026-01-01T00:00:00Z").result.athlete == Athlete(1.9)
    assert analyze_input(open_recording(path)).result.athlete == Athlete(1.9)
