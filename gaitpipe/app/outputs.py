"""The files of an analysis: `strides.csv`, `summary.json` and `report.html`, each whole or not there.

Rules:

1. A finding about wrong units means that every figure would be wrong: nothing is written, and what an earlier analysis
   left in the folder is taken away, so that nobody reads it as this one's.
2. Any other finding is inside the files.
3. `report.html` comes last: where it stands, the other two do too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gaitpipe import __version__
from gaitpipe.app.analyze import Analysis, refuse_wrong_units
from gaitpipe.app.summary_json import summary_text
from gaitpipe.errors import RecordingError
from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.exporters.strides_csv import write_strides_csv
from gaitpipe.model import RecordingEvent
from gaitpipe.report.document import ReportInput
from gaitpipe.report.html import render_html

STRIDES_NAME, SUMMARY_NAME, REPORT_NAME = "strides.csv", "summary.json", "report.html"


@dataclass(frozen=True, slots=True)
class OutputFiles:
    """Where the files of one analysis are."""

    strides: Path
    summary: Path
    report: Path


def make_folder(folder: Path | str) -> Path:
    """Make sure that a folder exists and can be written to.

    Raises
    ------
    RecordingError
        It is a file, cannot be made, or cannot be written to.
    """
    folder = Path(folder)
    probe = folder / ".gaitpipe-probe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        reason = "is a file, not a folder" if folder.is_file() else f"cannot be written to: {error.strerror}"
        raise RecordingError(str(folder), reason, "Name another folder with --out.") from error
    return folder


def write_outputs(analysis: Analysis, folder: Path | str) -> OutputFiles:
    """Write the three files of an analysis into a folder.

    Raises
    ------
    AnalysisError
        The units of the input are wrong; nothing was written.
    RecordingError
        The folder cannot be written to.
    """
    folder = make_folder(folder)
    files = OutputFiles(folder / STRIDES_NAME, folder / SUMMARY_NAME, folder / REPORT_NAME)
    _refuse_wrong_units(analysis, files)
    page = render_html(report_input(analysis))
    write_strides_csv(analysis.result.strides, files.strides)
    write_atomic(files.summary, summary_text(analysis))
    write_atomic(files.report, page)
    return files


def _refuse_wrong_units(analysis: Analysis, files: OutputFiles) -> None:
    """Raise when the units of the input are wrong, and take away the files of an earlier analysis."""
    if analysis.unit_errors:
        for path in (files.report, files.summary, files.strides):
            path.unlink(missing_ok=True)
    refuse_wrong_units(analysis)


def report_input(analysis: Analysis) -> ReportInput:
    """Return the input of the report for an analysis."""
    return ReportInput(
        result=analysis.result,
        title="Running gait report",
        recording_name=analysis.name,
        recorded_utc=analysis.recorded_utc,
        software_version=__version__,
        input_sha256=analysis.input_sha256,
        events=told_events(analysis.events),
        session_start_monotonic_ns=analysis.session_start_monotonic_ns,
        metadata=analysis.metadata,
        synthetic=analysis.synthetic,
        truth=analysis.truth,
    )


def told_events(events: Sequence[RecordingEvent]) -> tuple[RecordingEvent, ...]:
    """Return the events that a reader of the report wants to know; the recording holds them all.

    Battery and MTU are told elsewhere, and that sensors connect at the start is no news.
    """
    started: set[tuple[str, str | None]] = set()
    told = []
    for event in events:
        first = event.kind in ("connected", "streaming") and (event.kind, event.side) not in started
        started.add((event.kind, event.side))
        if not first and event.kind not in ("battery", "mtu"):
            told.append(event)
    return tuple(told)


def folders_for(paths: Sequence[Path], out: Path) -> list[Path]:
    """Return the output folder of each input: `out` for one, `out/<stem>` for several, told apart where stems agree."""
    if len(paths) == 1:
        return [out]
    stems = [path.stem for path in paths]
    names = [f"{path.resolve().parent.name}-{path.stem}" if stems.count(path.stem) > 1 else path.stem for path in paths]
    taken: dict[str, int] = {}
    folders = []
    for name in names:
        taken[name] = taken.get(name, 0) + 1
        folders.append(out / (name if taken[name] == 1 else f"{name}-{taken[name]}"))
    return folders
