"""From any input to files of another format: reads it once, analyses it on the way, writes samples as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from gaitpipe import __version__
from gaitpipe.app.analyze import Analysis, OnTime, analyze_input, refuse_wrong_units
from gaitpipe.app.blocks import joined_blocks
from gaitpipe.app.file_names import safe_name
from gaitpipe.app.inputs import Input
from gaitpipe.exporters.formats import (
    ExportChoices,
    Exporter,
    ExportOutcome,
    ExportSession,
    ExportWriter,
    TimedEvent,
)
from gaitpipe.exporters.publish import published, refuse_existing
from gaitpipe.model import Recording, RecordingEvent, SampleBlock, SensorInfo

FACTS = ("belt_speed_m_s", "surface", "incline_pct", "shoe_drop_mm", "synthetic")
"""What of a recording's metadata goes into an export: nothing that a person may have filled with a name."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export made: the files (in `folder`), their size, and the analysis that the strides are of."""

    folder: Path
    files: tuple[Path, ...]
    size_bytes: int
    samples: int
    analysis: Analysis


def export_input(
    opened: Input,
    exporter: Exporter,
    folder: Path,
    choices: ExportChoices | None = None,
    *,
    belt_speed_m_s: float | None = None,
    force: bool = False,
    on_time: OnTime | None = None,
) -> Exported:
    """Export what was opened into a folder; all of its files appear when they are complete, or none.

    Parameters
    ----------
    choices
        `start_utc_ns` in it is the Unix time of the first sample, and goes before what the input says.
    belt_speed_m_s
        Speed of the treadmill belt [m/s], for the strides.
    force
        Replace files of the same names.

    Raises
    ------
    UsageError
        Files of these names are there already, or the session cannot be written in this format.
    AnalysisError
        The units of the input are wrong.
    RecordingError
        The input cannot be read, or the files cannot be written.
    """
    recording = opened.recording
    first = _peek(recording)
    session = _session(opened, choices or ExportChoices(), first)
    names = exporter.files(session)
    refuse_existing(folder, names, force)
    counted = _Counted()
    with published(folder, exporter.shared, force, names) as temporary:
        writer = exporter.open(session, temporary, folder)
        try:
            recording.blocks = counted.passed(joined_blocks(recording.blocks), writer)
            analysis = analyze_input(opened, belt_speed_m_s, on_time)
            refuse_wrong_units(analysis)
            events = timed_events(analysis.events, opened.session_start_monotonic_ns)
            writer.finish(ExportOutcome(analysis.result, events, dict(recording.quality)))
        finally:
            writer.close()
        made = sorted(path.relative_to(temporary) for path in temporary.rglob("*") if path.is_file())
        size_bytes = sum((temporary / name).stat().st_size for name in made)
    return Exported(folder, tuple(folder / name for name in made), size_bytes, counted.samples, analysis)


def timed_events(events: Iterable[RecordingEvent], session_start_monotonic_ns: int | None) -> tuple[TimedEvent, ...]:
    """Events in session time, in the order of time; none where session time is not known."""
    if session_start_monotonic_ns is None:
        return ()
    found = (
        TimedEvent(
            (event.host_monotonic_ns - session_start_monotonic_ns) / 1e9,
            _valid(event.kind),
            event.source or "",
            _valid(event.text),
            event.value,
        )
        for event in events
    )
    return tuple(sorted(found, key=lambda event: event.time_s))


def _valid(text: str) -> str:
    """Text that can be written as UTF-8, whatever a damaged or hostile recording holds."""
    return text.encode("utf-8", "replace").decode("utf-8")


class _Counted:
    """Hands blocks to a writer on their way and counts their samples."""

    def __init__(self) -> None:
        self.samples = 0

    def passed(self, blocks: Iterable[SampleBlock], writer: ExportWriter) -> Iterator[SampleBlock]:
        for block in blocks:
            writer.samples(block)
            self.samples += len(block)
            yield block


def _peek(recording: Recording) -> SampleBlock | None:
    """The first block with samples; it stays in the recording."""
    blocks, seen = iter(recording.blocks), []
    for block in blocks:
        seen.append(block)
        if len(block):
            break
    recording.blocks = chain(seen, blocks)
    return seen[-1] if seen and len(seen[-1]) else None


def _session(opened: Input, choices: ExportChoices, first: SampleBlock | None) -> ExportSession:
    recording, start_ns = opened.recording, opened.session_start_utc_ns
    if choices.start_utc_ns is not None:
        first_s = 0.0 if first is None else float(first.time_s[0])
        start_ns = choices.start_utc_ns - round(first_s * 1e9)
    facts = {key: value for key, value in recording.metadata.items() if key in FACTS}
    return ExportSession(
        name=safe_name(recording.name),
        sensors=tuple(_without_file_name(info) for info in recording.sensors),
        software=f"gaitpipe {__version__}",
        start_utc_ns=start_ns,
        facts=facts,
        input_sha256=recording.input_sha256,
        choices=choices,
    )


def _without_file_name(info: SensorInfo) -> SensorInfo:
    """An imported sensor without a label is called by its file, and files are called by people's names."""
    return replace(info, device="") if Path(info.device).suffix and not info.profile_id else info
