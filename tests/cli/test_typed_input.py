"""Lines from a pipe and from a terminal: read while something else runs, and the terminal is put back."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe.cli.typed_input import LONGEST_LINE, LineEditor, typed_lines

posix = pytest.mark.skipif(sys.platform == "win32", reason="terminals of another kind")
WAIT_S = 10.0


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"m\n", ["m"]),
        (b"\n\n", ["", ""]),
        (b"a\r\nb\rc\n", ["a", "b", "c"]),
        (b"ab\x7fc\n", ["ac"]),
        (b"\x7f\x08x\n", ["x"]),
        (b"wrong\x15right\n", ["right"]),
        (b"a\x1b[Ab\x1b[1;5Cc\x1bOHd\x1bxe\n", ["abcde"]),
        ("Fuß\n".encode(), ["Fuß"]),
        (b"\xff\xfe\n", ["\ufffd\ufffd"]),
    ],
)
def test_bytes_of_keys_become_lines(data, lines):
    assert LineEditor().feed(data) == lines


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_lines_do_not_depend_on_how_the_bytes_were_cut(parts):
    whole, editor = LineEditor().feed(b"".join(parts), end=True), LineEditor()
    cut = [line for part in parts for line in editor.feed(part)] + editor.feed(b"", end=True)
    assert cut == whole


def test_a_line_without_end_takes_no_more_memory():
    editor = LineEditor()
    for _ in range(50):
        editor.feed(b"x" * 1000)
    assert len(editor.text) == LONGEST_LINE


@posix
async def test_pipe_gives_its_lines_and_its_end():
    reading, writing = os.pipe()
    os.write(writing, b"m cue\nlast without end")
    os.close(writing)
    async with asyncio.timeout(WAIT_S):
        assert [line async for line in typed_lines(lambda _: None, reading)] == ["m cue", "last without end"]
    os.close(reading)


@posix
@pytest.mark.parametrize("end", ["cancelled", "closed"])
async def test_terminal_shows_no_echo_meanwhile_and_is_put_back_however_it_ends(end):
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    edits, got = [], asyncio.Queue()

    async def read() -> None:
        async for line in typed_lines(edits.append, slave):
            got.put_nowait(line)

    task = asyncio.create_task(read())
    async with asyncio.timeout(WAIT_S):
        while termios.tcgetattr(slave) == before:  # noqa: ASYNC110 (a terminal tells nobody)
            await asyncio.sleep(0)
        during = termios.tcgetattr(slave)[3]
        assert not during & termios.ECHO
        assert not during & termios.ICANON
        assert during & termios.ISIG, "Ctrl-C is still Ctrl-C"
        os.write(master, b"s 10")
        while "s 10" not in edits:  # noqa: ASYNC110
            await asyncio.sleep(0)
        os.write(master, b".5\n")
        assert await got.get() == "s 10.5"
    task.cancel()
    if end == "closed":
        os.close(master)
    with pytest.raises(asyncio.CancelledError):
        await task
    if end == "cancelled":
        assert termios.tcgetattr(slave) == before
        os.close(master)
    os.close(slave)


@posix
async def test_input_that_cannot_be_read_ends_the_lines_and_nothing_else(tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY)  # a folder
    async with asyncio.timeout(WAIT_S):
        assert [line async for line in typed_lines(lambda _: None, descriptor)] == []
    os.close(descriptor)


async def test_without_stdin_there_are_no_lines(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert [line async for line in typed_lines(lambda _: None)] == []


def test_a_tab_between_words_is_a_space():
    assert LineEditor().feed(b"left\tcalf\n") == ["left calf"]
