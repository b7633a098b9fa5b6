"""A cue over the virtual radio: a runner who answers is told so, no feedback means silence, a replay agrees."""

from __future__ import annotations

import asyncio
import importlib.util
from itertools import pairwise
from pathlib import Path

import pytest

from gaitpipe import profile_store
from gaitpipe.app.analyze import analyze_input
from gaitpipe.app.cue import CueWish, LiveCue, plan_of
from gaitpipe.app.inputs import open_recording
from gaitpipe.app.live import LiveSession
from gaitpipe.app.outputs import write_outputs
from gaitpipe.app.record import RecordRequest, Talk, record
from gaitpipe.app.recorded_cue import cues_of_events
from gaitpipe.app.sound import Silent
from gaitpipe.cli.cue_view import cue_line
from gaitpipe.model import SIDES, RecordingEvent
from gaitpipe.recording.reader import open_raw
from gaitpipe.recording.writer import RecordingWriter
from gaitpipe.simulate.runner import simulate
from gaitpipe.simulate.runner_config import RunnerConfig, Segment
from gaitpipe.sources.ble import WantedSensor

pytestmark = pytest.mark.skipif(importlib.util.find_spec("bumble") is None, reason="virtual sensors need bumble")

SPEED = 5.0
PROFILE = profile_store.load("open_imu")
SETTINGS = PROFILE.resolve_settings({})
COURSE = (
    Segment("stand", 4.0),
    Segment("run", 26.0, 2.78),  # to 30 s: below the band once the cue is on
    Segment("run", 32.0, 2.78, cadence_spm=172.0),  # to 62 s: inside
)
PLAN, _ = plan_of(CueWish("cadence", typed_baseline="160", sound="tone", schedule="30 on, 10 off", before_s=10.0))


class Heard(Silent):
    """Sounds with the time of the virtual world at which they were asked for."""

    def __init__(self) -> None:
        self.clock = lambda: (0, 0)
        self.sounds: list[tuple[str, int]] = []
        self.closed = False

    def play(self, name, delay_s=0.0) -> None:
        self.sounds.append((name, self.clock()[0] + round(delay_s * 1e9)))

    def close(self) -> None:
        self.closed = True


async def record_with_a_cue(folder: Path, virtual_time):
    from gaitpipe.simulate.peripheral import VirtualSensor
    from gaitpipe.simulate.radio import VirtualRadio

    streams = simulate(RunnerConfig(COURSE, cadence_spm=160.0, surface="treadmill")).sensors
    heard, views, said, stop = Heard(), [], [], asyncio.Event()
    with virtual_time():
        async with VirtualRadio(speed=SPEED) as radio:
            heard.clock = radio.clock.now
            sensors = [
                VirtualSensor(
                    PROFILE, SETTINGS, streams[side], name=f"OpenIMU {side}", address=f"C0:00:00:00:00:{k:02X}"
                )
                for k, side in enumerate(SIDES, start=1)
            ]
            for sensor in sensors:
                await radio.add_sensor(sensor)
            cue = LiveCue(PLAN, heard, 2.78)
            wanted = tuple(WantedSensor(side, "foot", PROFILE, SETTINGS, f"OpenIMU {side}") for side in SIDES)
            request = RecordRequest(wanted, folder, 2.78, backend=radio.backend, clock=radio.clock.now, cue=cue)

            def show(view) -> None:
                views.append(view)
                if all(sensor.finished.is_set() for sensor in sensors):
                    stop.set()

            recorded = await record(request, stop, Talk(said.append, show))
    return recorded, cue, heard, views, said


@pytest.fixture(scope="module")
def session(tmp_path_factory, virtual_time):
    with asyncio.Runner() as runner:
        return runner.run(record_with_a_cue(tmp_path_factory.mktemp("cue"), virtual_time))


def events_of(path: Path) -> list[RecordingEvent]:
    return [item for item in open_raw(path).items if isinstance(item, RecordingEvent) and item.kind == "cue"]


def test_the_runner_is_told_below_and_then_in_the_band(session):
    views = [view.cue.signal for view in session[3]]
    judged = [signal.judgement for signal in views if signal.feedback_on and signal.judgement != "waiting"]
    changes = [b for a, b in pairwise(["", *judged]) if a != b]
    assert changes == ["below", "in_band"]
    assert judged.count("below") >= 5
    assert judged.count("in_band") >= 5


def test_low_tones_stop_when_the_cadence_rises_and_none_comes_without_feedback(session):
    recorded, cue, heard, *_ = session
    assert {name for name, _ in heard.sounds} == {"low"}
    times_s = [(at_ns - recorded.session_start_monotonic_ns) / 1e9 for _, at_ns in heard.sounds]
    start_s = cue.state.memory.start_s
    assert len(times_s) >= 5
    assert min(times_s) >= start_s
    assert max(times_s) < start_s + 30.0
    assert heard.closed


def test_the_screen_judges_only_while_feedback_is_on(session):
    lines = [cue_line(view.cue) for view in session[3]]
    phases = [line.split(": ", 1)[1].split(" until")[0].split(",")[0] for line in lines]
    order = [b for a, b in pairwise(["", *phases]) if a != b]
    assert order == ["waiting for running", "plain running", "feedback on", "no feedback", "plain running again"]
    silent = [line for line, phase in zip(lines, phases, strict=True) if phase != "feedback on"]
    assert not any(word in line for line in silent for word in ("BELOW", "IN THE BAND", "ABOVE"))
    assert any("BELOW by" in line and "quicker steps" in line for line in lines)
    assert any("IN THE BAND, 17" in line for line in lines)


def test_the_recording_holds_target_parts_and_end_at_their_exact_times(session):
    recorded, cue, _, _, said = session
    events = events_of(recorded.path)
    assert [event.text.split(":")[0] for event in events] == ["before", "start", "part", "end"]
    assert events[1].value == pytest.approx(172.0)
    assert "168-176 steps/min" in events[1].text
    times_s = [(event.host_monotonic_ns - recorded.session_start_monotonic_ns) / 1e9 for event in events]
    start_s = cue.state.memory.start_s
    assert times_s[1:] == pytest.approx([start_s, start_s + 30.0, start_s + 40.0], abs=1e-6)
    assert times_s[0] == pytest.approx(start_s - 10.0, abs=1e-6)
    assert any("Cue, start: cadence 168-176" in line for line in said)
    (found,) = cues_of_events(events, recorded.session_start_monotonic_ns)
    assert found.after_s == pytest.approx(start_s + 40.0)
    assert found.feedback_end_s == pytest.approx(start_s + 30.0)


def test_a_replay_of_the_file_gives_the_same_cue(session, tmp_path):
    recorded, cue, heard, *_ = session
    raw, again = open_raw(recorded.path), Heard()
    start_ns = raw.session_start_monotonic_ns
    with RecordingWriter(
        tmp_path / "again.mcap", raw.setups, session_start_monotonic_ns=start_ns, session_start_utc_ns=1
    ) as writer:
        live = LiveSession(raw.setups, writer, raw.metadata, start_ns, 2.78)
        live.cue = LiveCue(PLAN, again, 2.78)
        for item in raw.items:
            live.receive(item)
    assert [name for name, _ in again.sounds] == [name for name, _ in heard.sounds]
    assert live.cue.state.milestones() == cue.state.milestones()
    assert repr(live.cue.state.memory) == repr(cue.state.memory)


def test_the_figures_do_not_change_with_a_cue_and_the_report_lists_it(session, tmp_path):
    recorded, *_ = session
    live = recorded.live.finish(recorded.session_start_utc)
    files = write_outputs(live, tmp_path / "live")
    later = write_outputs(analyze_input(open_recording(recorded.path)), tmp_path / "later")
    for name in ("strides", "summary", "report"):
        assert getattr(files, name).read_bytes() == getattr(later, name).read_bytes()
    report = files.report.read_text("utf-8")
    assert "start: cadence 168-176 steps/min" in report
    assert "end: plain running again" in report
