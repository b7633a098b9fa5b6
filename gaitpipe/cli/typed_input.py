"""Lines typed while a recording runs, from a terminal or a pipe, without disturbing the live table.

Rules:

1. Reading begins and ends with `typed_lines`. A thread waits for bytes: it holds no lock of Python's own stdin, so that
   the program can end while it waits.
2. On a terminal the echo is off and the letters so far are shown by `on_edit`: an echo would be torn by the table. The
   terminal is put back as it was in any case; Ctrl-C still interrupts. What was typed before is dropped.
3. A program in the background must not read from the terminal, or the system would stop it: then nothing is read.
4. The end of the input, or an input that cannot be read, ends the lines and nothing else.
5. A pipe that never ends to write waits: a few pieces at most are held.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator

POLL_S = 0.2
MOST_PIECES = 4
READ_BYTES = 4096
LONGEST_LINE = 2000
_END_OF_ESCAPE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz~")


class LineEditor:
    """Bytes in, lines out: UTF-8 cut anywhere, backspace, Ctrl-U, a tab as a space; other keys do nothing."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._text = ""
        self._escape = ""
        self._after_return = False

    @property
    def text(self) -> str:
        """The line so far."""
        return self._text

    def feed(self, data: bytes, end: bool = False) -> list[str]:
        """Take bytes; return the lines that are complete. At the `end` what is left is a line too."""
        lines = []
        for letter in self._decode(data, end):
            if self._skips(letter):
                continue
            if letter in "\r\n":
                if not (letter == "\n" and self._after_return):
                    lines.append(self._text)
                    self._text = ""
            elif letter in "\x7f\b":
                self._text = self._text[:-1]
            elif letter == "\x15":
                self._text = ""
            elif len(self._text) < LONGEST_LINE and (letter.isprintable() or letter == "\t"):
                self._text += " " if letter == "\t" else letter
            self._after_return = letter == "\r"
        if end and self._text:
            lines.append(self._text)
            self._text = ""
        return lines

    def _skips(self, letter: str) -> bool:
        """Whether the letter belongs to an escape sequence: ESC [ ... letter, or ESC and one more."""
        if not self._escape:
            self._escape = letter if letter == "\x1b" else ""
            return letter == "\x1b"
        if self._escape == "\x1b" and letter in "[O":
            self._escape += letter
        elif len(self._escape) == 1 or letter in _END_OF_ESCAPE:
            self._escape = ""
        else:
            self._escape += letter
        return True


async def typed_lines(on_edit: Callable[[str], None], descriptor: int | None = None) -> AsyncIterator[str]:
    """Yield each line when it is entered; `descriptor` is stdin's when not given. Ends with the input."""
    number = _stdin_number() if descriptor is None else descriptor
    if number is None:
        return
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()
    ended, room = threading.Event(), threading.Semaphore(MOST_PIECES)

    def give(data: bytes) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
            loop.call_soon_threadsafe(chunks.put_nowait, data)

    with _quiet_terminal(number):
        threading.Thread(
            target=_read, args=(number, give, ended, room), name="gaitpipe typed input", daemon=True
        ).start()
        editor = LineEditor()
        try:
            while True:
                data = await chunks.get()
                room.release()
                for line in editor.feed(data, end=not data):
                    yield line
                if not data:
                    return
                on_edit(editor.text)
        finally:
            ended.set()


def _read(descriptor: int, give: Callable[[bytes], None], ended: threading.Event, room: threading.Semaphore) -> None:
    """Hand over what comes until the end (an empty one) or until `ended`."""
    try:
        while not ended.is_set():
            if room.acquire(timeout=POLL_S):
                while not ended.is_set() and not _may_read(descriptor):
                    pass
                if ended.is_set():
                    return
                data = os.read(descriptor, READ_BYTES)
                give(data)
                if not data:
                    return
    except OSError:
        give(b"")


if sys.platform == "win32":

    def _may_read(_descriptor: int) -> bool:
        """Files and consoles there cannot be waited for: reading waits."""
        return True

    @contextlib.contextmanager
    def _quiet_terminal(_descriptor: int) -> Iterator[None]:
        yield

else:
    import select
    import termios
    import time
    import tty

    def _may_read(descriptor: int) -> bool:
        """Wait a moment for bytes; say whether there are some that this process may take."""
        if not _in_foreground(descriptor):
            time.sleep(POLL_S)
            return False
        return bool(select.select([descriptor], [], [], POLL_S)[0])

    def _in_foreground(descriptor: int) -> bool:
        if not os.isatty(descriptor):
            return True
        try:
            return os.tcgetpgrp(descriptor) == os.getpgrp()
        except OSError:  # not the terminal that started this program: nobody stops it for reading
            return True

    @contextlib.contextmanager
    def _quiet_terminal(descriptor: int) -> Iterator[None]:
        """On a terminal: each letter at once, no echo, Ctrl-C as ever; put back at the end."""
        if not os.isatty(descriptor) or not _in_foreground(descriptor):
            yield
            return
        before = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor, termios.TCSANOW)
            termios.tcflush(descriptor, termios.TCIFLUSH)
            yield
        finally:
            if _in_foreground(descriptor):  # from the background setting it would stop the program
                with contextlib.suppress(termios.error):  # the terminal is gone
                    termios.tcsetattr(descriptor, termios.TCSANOW, before)


def _stdin_number() -> int | None:
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):  # no stdin, or one that is no file
        return None
