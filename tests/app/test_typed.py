"""Lines typed during a recording: what each means, and that no line can end or harm the recording."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe.app.typed import HELP, LONGEST_TEXT, Typed, read_line, take_typed


@pytest.mark.parametrize(
    ("line", "kind", "text", "value_m_s"),
    [
        ("", "mark", "", None),
        ("  ", "mark", "", None),
        ("m", "mark", "", None),
        ("M", "mark", "", None),
        ("m cue begins", "note", "cue begins", None),
        ("left calf feels tight", "note", "left calf feels tight", None),
        ("stop thinking", "note", "stop thinking", None),
        ("s 10.8", "speed", "", 3.0),
        ("s10.8", "speed", "", 3.0),
        ("S 10,8 km/h", "speed", "", 3.0),
        ("s 3.0m/s", "speed", "", 3.0),
        ("s: 3 m/s", "speed", "", 3.0),
        ("s 6.7mph", "speed", "", 2.9952),
        ("s 0", "speed", "", 0.0),
        ("?", "help", "", None),
        ("q", "stop", "", None),
        ("\x1b[A", "note", "[A", None),
        ("a\tb\x00c", "note", "a b c", None),
    ],
)
def test_each_line_means_one_thing(line, kind, text, value_m_s):
    assert read_line(line) == Typed(kind, text, value_m_s)


@pytest.mark.parametrize(
    "line", ["s", "s fast", "s 10.5 miles", "s -3", "s 99", "s 13 m/s", "s 1e9", "s 10.5.2", "s nan"]
)
def test_what_is_no_speed_is_answered_and_not_written(line):
    typed = read_line(line)
    assert typed.kind == "wrong"
    assert "nothing was written" in typed.text


@given(st.text(max_size=2000))
def test_any_text_is_understood_as_something_that_can_be_written(text):
    typed = read_line(text)
    assert len(typed.text) <= LONGEST_TEXT + 100
    assert typed.text.isprintable()
    assert (typed.value_m_s is not None) == (typed.kind == "speed")


async def typed_lines(*lines):
    for line in lines:
        yield line


async def test_events_carry_the_time_of_their_line_and_wrong_lines_write_nothing():
    events, said, now_ns = [], [], iter(range(100, 200))
    lines = typed_lines("", "s quick", "?", "s 10.8", "tired", "q", "never read")
    stopped = await take_typed(lines, events.append, lambda: (next(now_ns), 7), said.append)
    assert stopped
    assert [(event.kind, event.text, event.value, event.host_monotonic_ns) for event in events] == [
        ("mark", "", None, 100),
        ("speed", "", 3.0, 103),
        ("note", "tired", None, 104),
    ]
    assert said[2] == HELP
    assert said[3] == "speed: 3.00 m/s (10.8 km/h)"


async def test_end_of_the_lines_does_not_stop():
    assert not await take_typed(typed_lines("x"), [].append, lambda: (0, 0), [].append)


async def test_a_pipe_that_pours_out_lines_leaves_the_others_their_turn():
    async def flood():
        while True:
            yield "y"

    events, turns = [], []

    async def others() -> None:
        while len(events) < 5:
            turns.append(len(events))
            await asyncio.sleep(0)

    typing = asyncio.create_task(take_typed(flood(), events.append, lambda: (0, 0), lambda _: None))
    await others()
    typing.cancel()
    assert {1, 2, 3, 4} <= set(turns), "between any two lines others had their turn"


@pytest.mark.parametrize(("length", "said"), [(500, "note: "), (501, "note cut at 500 characters: ")])
async def test_a_note_that_is_cut_is_answered_with_the_limit(length, said):
    events, answers = [], []
    await take_typed(typed_lines("x" * length), events.append, lambda: (0, 0), answers.append)
    assert answers == [said + "x" * 500]
    assert [event.text for event in events] == ["x" * 500]
