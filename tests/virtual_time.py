"""Time that passes only while nobody has anything to do: worlds of virtual sensors need not wait.

Inside `with virtual_time():` the running event loop and the functions of `time` show virtual time. Rules:

1. While there is work, time stands still: a slow or busy computer misses no deadline.
2. When every task waits, time goes on by itself to the next timer. Nothing sleeps.
3. What a thread or the message bus still has on its way is waited for first, in real time (`settle`, and the
   executor's jobs): it is not overtaken by a timer.
4. `time.sleep` in the loop's thread moves time on: everything stands still for as long, as with the real one.

Programs in other processes live in real time: they and virtual time must not meet.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

LOOK_S = 0.02  # how long a pending thread is waited for before the loop looks around
REAL_SLEEP = time.sleep


class _Clock:
    """Virtual time, in ns, on the scale of the real clocks where it was made."""

    def __init__(self) -> None:
        self.passed_ns = 0
        self._monotonic_ns, self._utc_ns = time.monotonic_ns(), time.time_ns()
        self._thread = threading.get_ident()

    def advance(self, seconds: float) -> None:
        self.passed_ns += max(1, round(seconds * 1e9))

    def sleep(self, seconds: float) -> None:
        if threading.get_ident() == self._thread:
            self.advance(seconds)
        else:
            REAL_SLEEP(seconds)

    def monotonic_ns(self) -> int:
        return self._monotonic_ns + self.passed_ns

    def utc_ns(self) -> int:
        return self._utc_ns + self.passed_ns

    def shown(self) -> dict[str, Callable[..., Any]]:
        """What takes the place of the functions of `time`."""
        return {
            "monotonic_ns": self.monotonic_ns,
            "monotonic": lambda: self.monotonic_ns() * 1e-9,
            "time_ns": self.utc_ns,
            "time": lambda: self.utc_ns() * 1e-9,
            "sleep": self.sleep,
        }


class _Selector:
    """The loop's own selector; where that one would wait for a timer, time goes on instead."""

    def __init__(self, real: selectors.BaseSelector, clock: _Clock, settle: Callable[[], None] | None) -> None:
        self._real = real
        self._clock = clock
        self._settle = settle
        self.jobs = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if ready or timeout is None or timeout <= 0:
            return ready if ready or timeout is not None else self._real.select(None)
        if self.jobs:
            return self._real.select(min(timeout, LOOK_S))
        if self._settle is not None:
            self._settle()
            ready = self._real.select(0)
        if not ready:
            self._clock.advance(timeout)
        return ready


def _count_jobs(loop: asyncio.AbstractEventLoop, selector: _Selector) -> Callable[..., Any]:
    """The loop's `run_in_executor` that lets the selector know what is under way."""
    real = loop.run_in_executor

    def done(_future: Any) -> None:
        selector.jobs -= 1

    def run_in_executor(executor: Any, function: Callable[..., Any], *arguments: Any) -> Any:
        future = real(executor, function, *arguments)
        selector.jobs += 1
        future.add_done_callback(done)
        return future

    return run_in_executor


@contextmanager
def virtual_time(settle: Callable[[], None] | None = None) -> Iterator[None]:
    """Let the running loop live in virtual time.

    `settle` returns once everything that was sent through another process of this world (a message bus) has arrived.
    """
    loop: Any = asyncio.get_running_loop()
    clock = _Clock()
    selector = _Selector(loop._selector, clock, settle)
    with (
        mock.patch.object(loop, "_selector", selector),
        mock.patch.object(loop, "run_in_executor", _count_jobs(loop, selector)),
        mock.patch.multiple(time, **clock.shown()),
    ):
        yield
