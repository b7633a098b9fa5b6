"""What a person wrote is in the report and in the summary, however poor the radio was."""

from __future__ import annotations

from gaitpipe.app.outputs import told_events
from gaitpipe.app.summary_events import summary_events
from gaitpipe.model import RecordingEvent
from gaitpipe.report.document import Table
from gaitpipe.report.event_rows import shown_events
from gaitpipe.report.html import sections

EVENTS = next(section for section in sections() if section.key == "events")


def event(start_ns: int, time_s: float, kind: str, source=None, text="", value=None) -> RecordingEvent:
    return RecordingEvent(start_ns + round(time_s * 1e9), 0, kind, source, text, value)


def outage(start_ns: int, time_s: float, length_s: float, source: str = "left") -> list[RecordingEvent]:
    return [
        event(start_ns, time_s, "disconnected", source, "link lost"),
        event(start_ns, time_s + 0.1, "reconnecting", source, "looking for it"),
        event(start_ns, time_s + length_s - 0.1, "connected", source, "name"),
        event(start_ns, time_s + length_s, "streaming", source, "name"),
    ]


def rows_of(report) -> list[list[str]]:
    (table,) = [block for block in EVENTS.content(report) if isinstance(block, Table)]
    return [[cell.text for cell in row] for row in table.rows]


def poor_radio(start_ns: int) -> list[RecordingEvent]:
    """Thirty times away, 2 s each, the last one 12 s; after them what a person typed."""
    events = [one for k in range(29) for one in outage(start_ns, 10.0 + 10 * k, 2.0)]
    events += outage(start_ns, 300.0, 12.0)
    return [
        *events,
        event(start_ns, 320.0, "mark"),
        event(start_ns, 330.0, "note", None, "calf tight " * 40),
        event(start_ns, 340.0, "speed", None, "", 10.0 / 3.0),
        event(start_ns, 350.0, "cue", None, "part: no feedback", 0.0),
    ]


def test_a_poor_radio_is_one_row_a_device_and_pushes_out_nothing_that_was_typed(build):
    start_ns = build.report().session_start_monotonic_ns
    rows = rows_of(build.report(events=tuple(poor_radio(start_ns))))
    assert [row[2] for row in rows] == ["mark", "note", "speed", "cue", "link"]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", ""]
    assert rows[1][4] == ("calf tight " * 40).strip(), "a note that was taken is shown in whole"
    assert rows[2][4] == "3.33\u00a0m/s (12.0\u00a0km/h)"
    assert rows[4][1:4] == ["0:10", "link", "left"]
    assert rows[4][4].startswith("30 times away, 1\u00a0min 10\u00a0s in all, longest 12.0\u00a0s")
    assert rows[4][4].endswith("at 0:10, 0:20, 0:30, ...")


def test_a_few_link_events_are_shown_one_by_one_in_their_order(build):
    start_ns = build.report().session_start_monotonic_ns
    events = (*outage(start_ns, 10.0, 2.0), event(start_ns, 11.0, "mark"))
    rows = rows_of(build.report(events=events))
    assert [row[2] for row in rows] == ["disconnected", "reconnecting", "mark", "connected", "streaming"]


def test_a_sensor_that_never_came_back_is_said_to_be_away(build):
    start_ns = build.report().session_start_monotonic_ns
    events = [one for k in range(12) for one in outage(start_ns, 10.0 + 10 * k, 2.0, "right")]
    events.append(event(start_ns, 200.0, "disconnected", "right"))
    (folded,) = shown_events(build.report(events=tuple(events)))[1]
    assert folded.words.startswith("13 times away, 24.0\u00a0s in all, longest 2.0\u00a0s, not back from the last;")


def test_a_first_stream_after_a_lost_link_is_told_since_it_ends_the_time_away():
    events = [event(0, 0.0, "connected", "left"), event(0, 1.0, "disconnected", "left")]
    events += [event(0, 5.0, "connected", "left"), event(0, 6.0, "streaming", "left")]
    assert [one.kind for one in told_events(events)] == ["disconnected", "connected", "streaming"]


def test_the_summary_lists_what_was_typed_and_the_cue_with_units_and_no_radio():
    typed = summary_events(poor_radio(7), 7)
    assert [(one["time_s"], one["kind"], one["value"], one["unit"]) for one in typed] == [
        (320.0, "mark", None, None),
        (330.0, "note", None, None),
        (340.0, "speed", 10.0 / 3.0, "m/s"),
        (350.0, "cue", 0.0, "1"),
    ]
    start = event(0, 1.0, "cue", None, "start: ground contact time 240-250 ms (0..4 % of 240 ms); feedback on", 0.245)
    assert summary_events([start], None)[0] | {"text": ""} == {
        "time_s": None, "kind": "cue", "text": "", "value": 0.245, "unit": "s"
    }  # fmt: skip
