"""Lines typed during a recording over the virtual radio: events in the file, in the analysis and in the report."""

from __future__ import annotations

import asyncio

import pytest

from gaitpipe.app.analyze import analyze
from gaitpipe.app.outputs import write_outputs
from gaitpipe.app.record import RecordRequest, Talk, record
from gaitpipe.errors import RecordingError
from gaitpipe.recording import writer as recording_writer
from gaitpipe.recording.decode import read_recording


async def entered(lines: asyncio.Queue[str]):
    while True:
        yield await lines.get()


def nothing() -> None:
    """No warming up in these tests."""


@pytest.fixture
async def run(virtual_world, want, tmp_path):
    """Records a left sensor while lines are entered, one a view of the recording, until the last or a stop."""

    async def recorded(lines: list[str], **options):
        await virtual_world.sensor(1)
        queue: asyncio.Queue[str] = asyncio.Queue()
        stop, said, left = asyncio.Event(), [], list(lines)

        def show(view) -> None:
            if view.sides[0].samples and left:
                queue.put_nowait(left.pop(0))
            elif view.sides[0].samples and not left and lines[-1] != "q":
                stop.set()

        request = RecordRequest(
            (want("left"),), tmp_path, backend=virtual_world.backend, clock=virtual_world.radio.clock.now,
            scan_timeout_s=3.0, typed=entered(queue), **options,
        )  # fmt: skip
        async with asyncio.timeout(30.0):
            return await record(request, stop, Talk(said.append, show), nothing), said

    return recorded


async def test_typed_lines_become_events_live_and_in_the_file_alike(run, tmp_path):
    made, said = await run(["", "s what", "calf a bit tight", "s 10.8", "?", "q"], belt_speed_m_s=2.5)
    assert not made.interrupted, "q is a normal end"
    assert any("no speed" in line for line in said)
    recording = read_recording(made.path)
    for _ in recording:
        pass
    typed = [event for event in recording.events if event.kind in ("mark", "note", "speed")]
    assert [(event.kind, event.text, event.value, event.source) for event in typed] == [
        ("mark", "", None, None),
        ("note", "calf a bit tight", None, None),
        ("speed", "", 3.0, None),
    ]
    assert typed[0].host_monotonic_ns < typed[1].host_monotonic_ns < typed[2].host_monotonic_ns
    live, again = made.live.finish(made.session_start_utc), analyze(made.path)
    assert live.events == again.events
    assert live.result.findings == again.result.findings
    assert live.result.belt_speed_m_s is again.result.belt_speed_m_s is None, "the speed was changed meanwhile"
    assert "belt_speed_changed" in {finding.code for finding in again.result.findings}
    report = write_outputs(again, tmp_path / "out").report.read_text("utf-8")
    assert "calf a bit tight" in report
    assert ">speed<" in report


async def test_speed_that_is_the_belt_speed_changes_nothing(run):
    made, _ = await run(["s 9", "s 9.1", "q"], belt_speed_m_s=2.5)
    assert made.live.finish(made.session_start_utc).result.belt_speed_m_s == 2.5


async def test_stop_by_the_event_is_an_interruption_whatever_was_typed(run):
    made, _ = await run(["m one"])
    assert made.interrupted


async def test_full_disk_while_a_mark_is_written_is_told_as_what_it_is(run, monkeypatch):
    """The second part that writes must not hide what the first one met."""
    full = OSError(28, "No space left on device")
    failing = recording_writer.RecordingWriter.write

    def write(self, item, sequence=None):
        with self._as_recording_error():
            if getattr(item, "kind", "") == "mark":
                raise full
        failing(self, item, sequence)

    monkeypatch.setattr(recording_writer.RecordingWriter, "write", write)
    with pytest.raises(RecordingError, match="No space left"):
        await run(["", "x", "q"])
