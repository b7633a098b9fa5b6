"""How a person ends what runs: a stop event that work waits on, set by Ctrl-C, SIGTERM or a closed terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from gaitpipe.errors import GaitpipeError

T = TypeVar("T")
STEP_PATIENCE_S = 0.3


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
    second = _interrupt_between_steps(loop)

    def ask(number: int) -> None:
        if number == signal.SIGINT:  # before a word is said: the next one may follow at once
            loop.remove_signal_handler(number)
            signal.signal(number, second)
        if number not in (signal.SIGINT, signal.SIGTERM):
            _leave_the_terminal()
        if not stop.is_set():
            say("Stopping ...")
            stop.set()

    if sys.platform == "win32":  # event loops there take no signal handlers
        _stop_on_ctrl_c_alone(loop, stop)
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
        if signal.getsignal(signal.SIGINT) is second:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop_on_ctrl_c_alone(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    def stop_once() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop.set()

    signal.signal(signal.SIGINT, lambda _number, _frame: loop.call_soon_threadsafe(stop_once))


def _interrupt_between_steps(loop: asyncio.AbstractEventLoop) -> Callable[[int, object], None]:
    """Return a handler that ends the loop with KeyboardInterrupt between two steps of its tasks.

    Raised within a step, it would kill whatever task happens to run, and those that clean up may wait for that one for
    ever. A step that lasts longer than `STEP_PATIENCE_S` is interrupted all the same; so is everything by one more.
    """
    ended = threading.Event()

    def end() -> None:
        ended.set()
        raise KeyboardInterrupt

    def end_by_force() -> None:
        main = threading.main_thread().ident
        if not ended.is_set() and main is not None:
            signal.pthread_kill(main, signal.SIGINT)

    def handle(number: int, _frame: object) -> None:
        signal.signal(number, signal.default_int_handler)
        loop.call_soon_threadsafe(end)
        by_force = threading.Timer(STEP_PATIENCE_S, end_by_force)
        by_force.daemon = True
        by_force.start()

    return handle


def _leave_the_terminal() -> None:
    """Let words to a terminal go nowhere: one that is closed fails each of them, and with it the report."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(descriptor).st_mode):
                os.dup2(nowhere, descriptor)
    os.close(nowhere)
