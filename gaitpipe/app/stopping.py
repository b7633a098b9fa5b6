"""How a person ends what runs: a stop event that work waits on, set by Ctrl-C, SIGTERM or a closed terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from gaitpipe.errors import GaitpipeError

T = TypeVar("T")


class InterruptedBeforeStartError(GaitpipeError):
    """The user stopped before anything was recorded."""

    exit_code = 130


async def unless_stopped(work: Awaitable[T], stop: asyncio.Event) -> T:
    """Return what `work` gives, or cancel it when `stop` is set first."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        return await task
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, GaitpipeError):
        await task
    raise InterruptedBeforeStartError("stopped before anything was recorded")


@contextlib.contextmanager
def stop_on_signals(stop: asyncio.Event, say: Callable[[str], None]) -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP (the terminal was closed) set `stop`; a second Ctrl-C interrupts at once."""
    loop = asyncio.get_running_loop()

    def ask(number: int) -> None:
        if number == signal.SIGINT:  # before a word is said: the next one may follow at once
            loop.remove_signal_handler(number)
        if number not in (signal.SIGINT, signal.SIGTERM):
            _leave_the_terminal()
        if not stop.is_set():
            say("Stopping ...")
            stop.set()

    if sys.platform == "win32":  # event loops there take no signal handlers
        signal.signal(signal.SIGINT, lambda number, _frame: loop.call_soon_threadsafe(ask_once, number))

        def ask_once(_number: int) -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            stop.set()

        yield
        return
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` wants it to go on
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, ask, number)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _leave_the_terminal() -> None:
    """Let words to a terminal go nowhere: one that is closed fails each of them, and with it the report."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(descriptor).st_mode):
                os.dup2(nowhere, descriptor)
    os.close(nowhere)
