"""What happened during the recording: marks, notes, speeds and cues, connections lost and found."""

from __future__ import annotations

from gaitpipe.model import RecordingEvent
from gaitpipe.report.document import Block, Cell, Column, Content, Paragraph, ReportInput, Section, Table
from gaitpipe.report.event_rows import PERSON_KINDS, Dated, Folded, shown_events
from gaitpipe.report.text import clock_time, count, foreign, number, with_unit

_MOST_OF_THE_PERSON = 1000
_MOST_OF_DEVICES = 60
_MOST_LETTERS = 500
"""As many as a note that is typed may have."""
_COLUMNS = (
    Column("No."),
    Column("Time", small="min:s"),
    Column("Event", numeric=False),
    Column("Side", numeric=False),
    Column("Note", numeric=False),
)


def _applies(report: ReportInput) -> bool:
    return bool(report.events)


def _render(report: ReportInput) -> Content:
    singles, folded = shown_events(report)
    rows, left_out = _single_rows(singles)
    rows += [_folded_row(one) for one in folded]
    blocks: list[Block] = [Table("Events during the recording", _COLUMNS, tuple(rows), compact=True)]
    if folded:
        text = "Rows without a number stand for many events of one device; the recording holds each of them."
        blocks.append(Paragraph(text, muted=True))
    if left_out:
        more = count(left_out, "more event is", "more events are")
        blocks.append(Paragraph(f"{more} in the recording.", muted=True))
    return tuple(blocks)


def _single_rows(singles: tuple[Dated, ...]) -> tuple[list[tuple[Cell, ...]], int]:
    """The rows of the events that are shown one by one, and how many had no room; devices never take a person's."""
    room = {True: _MOST_OF_THE_PERSON, False: _MOST_OF_DEVICES}
    rows: list[tuple[Cell, ...]] = []
    for index, (time_s, event) in enumerate(singles, 1):
        of_person = event.kind in PERSON_KINDS
        room[of_person] -= 1
        if room[of_person] >= 0:
            rows.append((Cell(str(index)), Cell(_time(time_s)), *_words(event)))
    return rows, len(singles) - len(rows)


def _folded_row(one: Folded) -> tuple[Cell, ...]:
    return (Cell(""), Cell(_time(one.time_s)), *_kind_and_side(one.kind, one.source), Cell(one.words))


def _time(time_s: float | None) -> str:
    return "not known" if time_s is None else clock_time(time_s)


def _words(event: RecordingEvent) -> tuple[Cell, Cell, Cell]:
    note = " \u00b7 ".join(part for part in (foreign(event.text, _MOST_LETTERS), _value(event)) if part)
    return (*_kind_and_side(event.kind, event.source), Cell(note))


def _kind_and_side(kind: str, source: str | None) -> tuple[Cell, Cell]:
    return Cell(foreign(kind).replace("_", " ")), Cell((source or "both").replace("_", " "))


def _value(event: RecordingEvent) -> str:
    if event.value is None or event.kind == "cue":  # the text of a cue says its target and its share of feedback
        return ""
    if event.kind == "speed":
        return f"{with_unit(number(event.value, 2), 'm/s')} ({with_unit(number(3.6 * event.value, 1), 'km/h')})"
    return number(event.value, 2)


SECTION = Section("events", "Events", 60, _render, applies=_applies)
