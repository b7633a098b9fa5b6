"""Runs jobs to their end, whatever becomes of each.

Rules
  1. Every job that was begun ends in exactly one call of `ended`, in this thread.
  2. `stop` (Ctrl-C) begins no more; what runs in this machine's processes is awaited. A second one gives that up.
  3. When a failure shall end the run, it begins no more, and awaits what runs.
  4. When all workers are lost, what was begun ends as such, and the run ends with that error.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from gaitpipe.batch.executors import Completion, Executor, WorkersLostError, result_of

J = TypeVar("J")


@dataclass(slots=True)
class Stopper:
    """How a person ends a run: the first time gently, the second time at once; before it has begun, at once."""

    asked: int = 0
    begun: bool = False
    wakers: list[Callable[[], None]] = field(default_factory=list)

    def ask(self) -> None:
        """Ask once more; may be called from a signal handler."""
        self.asked += 1
        for wake in self.wakers:
            wake()


@contextlib.contextmanager
def stop_on_signals(stopper: Stopper) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM ask to stop; only in the main thread, elsewhere nothing changes.

    As long as a run has not begun, nothing is written yet: KeyboardInterrupt ends it.
    """

    def asked(*_: object) -> None:
        stopper.ask()
        if not stopper.begun:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, asked) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(slots=True)
class Run(Generic[J]):
    """A run of jobs; `ended(job, result, error)` is called with one of the two, and says whether to go on."""

    executor: Executor
    function: Callable[[Any], Any]
    ended: Callable[[J, Any, Exception | None], bool]
    stopper: Stopper
    lost: WorkersLostError | None = None
    unfinished: list[J] = field(default_factory=list)

    def run(self, jobs: Iterable[tuple[J, Any]]) -> list[J]:
        """Do all jobs, given with their argument; returns those that were not begun or not ended."""
        waiting = iter(jobs)
        completion = Completion()
        self.stopper.wakers.append(completion.wake)
        going = True
        try:
            while True:
                if going and self.lost is None and not self.stopper.asked:
                    going = self._fill(waiting, completion)
                if not len(completion) or self.stopper.asked > 1 or self.lost is not None:
                    break
                ended = completion.next()
                if ended is not None:
                    going = self._take(*ended) and going
        finally:
            self.stopper.wakers.remove(completion.wake)
        if len(completion):
            self.unfinished += completion.give_up()
            self.executor.stop()
        return [*self.unfinished, *(job for job, _ in waiting)]

    def _fill(self, waiting: Iterator[tuple[J, Any]], completion: Completion) -> bool:
        """Begin jobs as long as the executor wants more."""
        window = self.executor.window
        while len(completion) < window:
            following = next(waiting, None)
            if following is None:
                return True
            job, argument = following
            try:
                completion.add(self.executor.submit(self.function, argument), job)
            except WorkersLostError as error:
                self.lost = error
                self.unfinished.append(job)
                return False
        return True

    def _take(self, future: Any, job: J) -> bool:
        try:
            result = result_of(future)
        except WorkersLostError as error:
            self.lost = error
            self.unfinished.append(job)
            return False
        except Exception as error:  # noqa: BLE001 (one job never stops the run)
            return self.ended(job, None, error)
        return self.ended(job, result, None)
