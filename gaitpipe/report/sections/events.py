"""What happened during the recording: marks, speed changes, connections lost and found."""

from __future__ import annotations

from gaitpipe.model import RecordingEvent
from gaitpipe.report.document import Cell, Column, Content, Paragraph, ReportInput, Section, Table
from gaitpipe.report.text import clock_time, count, foreign, number

_MOST_EVENTS = 60


def _applies(report: ReportInput) -> bool:
    return bool(report.events)


def _render(report: ReportInput) -> Content:
    dated = report.dated_events()
    rows = [
        (Cell(str(index)), Cell(clock_time(time_s)), *_words(event)) for index, (time_s, event) in enumerate(dated, 1)
    ]
    if not dated:
        rows = [(Cell(str(index)), Cell("not known"), *_words(event)) for index, event in enumerate(report.events, 1)]
    columns = (
        Column("No."),
        Column("Time", small="min:s"),
        Column("Event", numeric=False),
        Column("Side", numeric=False),
        Column("Note", numeric=False),
    )
    table = Table("Events during the recording", columns, tuple(rows[:_MOST_EVENTS]), compact=True)
    if len(rows) > _MOST_EVENTS:
        more = count(len(rows) - _MOST_EVENTS, "more event is", "more events are")
        return (table, Paragraph(f"{more} in the recording.", muted=True))
    return (table,)


def _words(event: RecordingEvent) -> tuple[Cell, Cell, Cell]:
    told = event.value is None or event.kind == "cue"  # the text of a cue says its target and its share of feedback
    value = "" if told else number(event.value, 2)
    note = " \u00b7 ".join(part for part in (foreign(event.text), value) if part)
    return Cell(foreign(event.kind).replace("_", " ")), Cell((event.source or "both").replace("_", " ")), Cell(note)


SECTION = Section("events", "Events", 60, _render, applies=_applies)
