"""The files of an analysis: `strides.csv`, `summary.json` and `report.html`, each whole or not there.

With a plan `decision.json` and `plan.ics` too, on request `report.pdf`.

Rules:

1. A finding about wrong units means that every figure would be wrong: nothing is written, and what an earlier analysis
   left in the folder is taken away, so that nobody reads it as this one's.
2. Any other finding is inside the files.
3. `report.html` comes last: where it stands, the others do too.
4. What an earlier report left and this one does not give (a PDF, a decision, a calendar of days) is taken away: a plan
   of days must not outlive a red flag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gaitpipe import __version__
from gaitpipe.app.analyze import Analysis, refuse_wrong_units
from gaitpipe.app.calendar import refuse_other_files
from gaitpipe.app.file_names import told_apart
from gaitpipe.app.summary_json import summary, summary_text
from gaitpipe.errors import RecordingError
from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.exporters.strides_csv import write_strides_csv
from gaitpipe.model import RecordingEvent
from gaitpipe.report.document import ReportInput
from gaitpipe.report.html import render_html

if TYPE_CHECKING:
    from gaitpipe.app.achilles_report import RehabRead

STRIDES_NAME, SUMMARY_NAME, REPORT_NAME = "strides.csv", "summary.json", "report.html"
PDF_NAME, DECISION_NAME, CALENDAR_NAME = "report.pdf", "decision.json", "plan.ics"


@dataclass(frozen=True, slots=True)
class OutputFiles:
    """Where the files of one analysis are; None for what it did not make. `content` is what the report says."""

    strides: Path | None
    summary: Path | None
    report: Path
    pdf: Path | None
    decision: Path | None
    calendar: Path | None
    content: ReportInput


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


def write_outputs(
    analysis: Analysis, folder: Path | str, rehab: RehabRead | None = None, pdf: bool = False
) -> OutputFiles:
    """Write the files of an analysis into a folder.

    Parameters
    ----------
    rehab
        Plan, log and baselines, for a report with a plan.
    pdf
        Whether `report.pdf` is wanted too.

    Raises
    ------
    AnalysisError
        The units of the input are wrong; nothing was written.
    RecordingError
        The folder cannot be written to, or the screen of the session cannot be used.
    UsageError
        A PDF is wanted and the typst library is not installed, or a `plan.ics` in the folder is no calendar.
    """
    folder = make_folder(folder)
    _refuse_wrong_units(analysis, folder)
    refuse_other_files(folder / CALENDAR_NAME)
    content = report_input(analysis)
    if rehab is not None:
        from gaitpipe.app.achilles_report import with_rehab

        content = with_rehab(content, rehab, summary(analysis), folder)
    parts = _rendered(content, pdf)
    write_strides_csv(analysis.result.strides, folder / STRIDES_NAME)
    write_atomic(folder / SUMMARY_NAME, summary_text(analysis))
    found = _written(folder, parts)
    return OutputFiles(folder / STRIDES_NAME, folder / SUMMARY_NAME, folder / REPORT_NAME, *found, content)


def write_report(content: ReportInput, folder: Path | str, pdf: bool = False) -> OutputFiles:
    """Write the files of a report without a recording into a folder.

    Raises
    ------
    RecordingError
        The folder cannot be written to.
    UsageError
        A PDF is wanted and the typst library is not installed, or a `plan.ics` in the folder is no calendar.
    """
    folder = make_folder(folder)
    refuse_other_files(folder / CALENDAR_NAME)
    found = _written(folder, _rendered(content, pdf))
    return OutputFiles(None, None, folder / REPORT_NAME, *found, content)


def _rendered(content: ReportInput, pdf: bool) -> dict[str, str | bytes | None]:
    """The files of a report by name, `report.html` last; None for what it does not hold."""
    parts: dict[str, str | bytes | None] = dict.fromkeys((PDF_NAME, DECISION_NAME, CALENDAR_NAME))
    if pdf:
        from gaitpipe.report.pdf import render_pdf

        parts[PDF_NAME] = render_pdf(content)
    if content.rehab is not None:
        from gaitpipe.app.achilles_report import calendar_of, decision_text

        parts |= {DECISION_NAME: decision_text(content.rehab), CALENDAR_NAME: calendar_of(content.rehab)}
    return parts | {REPORT_NAME: render_html(content)}


def _written(folder: Path, parts: Mapping[str, str | bytes | None]) -> tuple[Path | None, Path | None, Path | None]:
    """Write the parts, take away what an earlier report left; returns where PDF, decision and calendar are."""
    for name, part in parts.items():
        if part is None:
            (folder / name).unlink(missing_ok=True)
        else:
            write_atomic(folder / name, part)
    pdf, decision, calendar = (
        folder / name if parts[name] is not None else None for name in (PDF_NAME, DECISION_NAME, CALENDAR_NAME)
    )
    return pdf, decision, calendar


def _refuse_wrong_units(analysis: Analysis, folder: Path) -> None:
    """Raise when the units of the input are wrong, and take away the files of an earlier analysis."""
    if analysis.unit_errors:
        for name in (REPORT_NAME, PDF_NAME, DECISION_NAME, CALENDAR_NAME, SUMMARY_NAME, STRIDES_NAME):
            (folder / name).unlink(missing_ok=True)
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
    lost: set[str | None] = set()  # a first stream after a lost link says when the sensor was back
    told = []
    for event in events:
        first = event.kind in ("connected", "streaming") and (event.kind, event.source) not in started
        first = first and event.source not in lost
        started.add((event.kind, event.source))
        if event.kind in ("disconnected", "stalled"):
            lost.add(event.source)
        if not first and event.kind not in ("battery", "mtu"):
            told.append(event)
    return tuple(told)


def folders_for(paths: Sequence[Path], out: Path) -> list[Path]:
    """Return the output folder of each input: `out` for one, `out/<stem>` for several, told apart where stems agree.

    What of a stem could not be a name everywhere is left out, as in the names of exported files.
    """
    if len(paths) == 1:
        return [out]
    stems = [path.stem for path in paths]
    names = [f"{path.resolve().parent.name}-{path.stem}" if stems.count(path.stem) > 1 else path.stem for path in paths]
    return [out / name for name in told_apart(names)]
