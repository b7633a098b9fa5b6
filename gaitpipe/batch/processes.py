"""Processes of this machine: started afresh (spawn), one thread each, bounded in memory.

Rules
  1. Each process is a pool of its own with one job at a time. When it dies, it is known which job it had; the other
     processes go on.
  2. That job is tried once more in a fresh process: the first one may have been killed by somebody else. When that one
     dies too, the job is the culprit: its future gets WorkerDiedError.
  3. A job that found no memory in a process that had done others before is tried once more in a fresh one.
  4. A process that has grown beyond half of its bound is replaced between jobs.
  5. A process that cannot even start is the machine's fault, not a job's: WorkersLostError.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, Self

from gaitpipe.batch import worker
from gaitpipe.batch.executors import WorkerDiedError, WorkersLostError
from gaitpipe.batch.jobs import MEMORY

MOST_DEATHS = 2
DIED_ADVICE = (
    "It crashed or ran out of memory, twice. Look at the file; give more memory with --memory, or leave it out."
)


@dataclass(slots=True, eq=False)
class _Task:
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    future: Future[Any] = field(default_factory=Future)
    begun: bool = False
    deaths: int = 0
    out_of_memory: bool = False


@dataclass(slots=True, eq=False)
class _Slot:
    """A process and what it has done; `started` ends when the process has shown that it lives."""

    pool: ProcessPoolExecutor | None = None
    started: Future[str] | None = None
    task: _Task | None = None
    jobs: int = 0


class LocalProcesses:
    """See the rules of this module.

    Parameters
    ----------
    count
        How many processes.
    memory_bytes
        Bound of each; None for none. The jobs themselves keep it (`worker.memory_bound`).
    """

    name = "processes of this machine"
    shares_nothing = False

    def __init__(self, count: int, memory_bytes: int | None = None) -> None:
        self.died = 0
        self._memory_bytes = memory_bytes
        self._context = multiprocessing.get_context("spawn")
        self._slots = [_Slot() for _ in range(count)]
        self._waiting: deque[_Task] = deque()
        self._lock = threading.RLock()
        self._stopped = False

    @property
    def window(self) -> int:
        """One job a process."""
        return len(self._slots)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Begin a job as soon as a process is free."""
        task = _Task(function, arguments)
        with self._lock:
            self._waiting.append(task)
            self._fill()
        return task.future

    def pids(self) -> list[int]:
        """The processes that live."""
        pools = [slot.pool for slot in self._slots if slot.pool is not None]
        return [pid for pool in pools for pid in list(getattr(pool, "_processes", None) or ())]

    def stop(self) -> None:
        """End all processes at once."""
        with self._lock:
            self._stopped = True
            self._waiting.clear()
            processes = [one for slot in self._slots if slot.pool for one in (slot.pool._processes or {}).values()]
        for process in processes:
            process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._stopped = True
            pools = [slot.pool for slot in self._slots if slot.pool is not None]
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)

    def _fill(self) -> None:
        """Give every free process a job; the lock is held."""
        for slot in self._slots:
            while slot.task is None and self._waiting and not self._stopped:
                task = self._waiting.popleft()
                if task.begun or task.future.set_running_or_notify_cancel():
                    task.begun = True
                    self._begin(slot, task)

    def _begin(self, slot: _Slot, task: _Task) -> None:
        slot.task = task
        try:
            if slot.pool is None:
                slot.pool = ProcessPoolExecutor(1, self._context, worker.start_worker)
                with worker.one_thread_environment(), worker.no_interrupts():
                    slot.started, slot.jobs = slot.pool.submit(worker.ready), 0
            inner = slot.pool.submit(task.function, *task.arguments)
        except (BrokenProcessPool, OSError, RuntimeError) as error:
            inner = Future()
            inner.set_exception(error if isinstance(error, BrokenProcessPool) else BrokenProcessPool(str(error)))
        inner.add_done_callback(lambda done: self._ended(slot, task, done))

    def _ended(self, slot: _Slot, task: _Task, inner: Future[Any]) -> None:
        """A job of a slot has ended, well or badly; runs in a thread of its pool."""
        error = inner.exception()
        with self._lock:
            slot.task = None
            slot.jobs += 1
            told = inner.result() if error is None else None
            if isinstance(error, BrokenProcessPool):
                error = self._died(slot, task, error)
            elif self._again_in_a_fresh_one(slot, task, told):
                self._replace(slot)
                self._waiting.appendleft(task)
                task.out_of_memory = True
            elif self._has_grown(told):
                self._replace(slot)
            again = task in self._waiting
        if not again:
            if error is None:
                task.future.set_result(told)
            else:
                task.future.set_exception(error)
        with self._lock:
            self._fill()

    def _died(self, slot: _Slot, task: _Task, error: BaseException) -> BaseException | None:
        """What a dead process means for its job: an error, or None when the job waits for another turn."""
        started = slot.started
        well = started is not None and started.done() and started.exception() is None
        slot.pool = None
        task.deaths += 1
        if self._stopped:
            return WorkersLostError("the workers were stopped", "Run the same command again: it goes on.")
        self.died += well
        if task.deaths < MOST_DEATHS:
            self._waiting.appendleft(task)
            return None
        if not well:
            message, advice = f"worker processes cannot be started ({error})", "Try --workers 0, in one process."
            return WorkersLostError(message, advice)
        return WorkerDiedError("killed the worker (out of memory or a crash)", DIED_ADVICE)

    @staticmethod
    def _again_in_a_fresh_one(slot: _Slot, task: _Task, told: Any) -> bool:
        no_memory = isinstance(told, dict) and told.get("code") == MEMORY
        return no_memory and slot.jobs > 1 and not task.out_of_memory

    def _has_grown(self, told: Any) -> bool:
        if self._memory_bytes is None or not isinstance(told, dict):
            return False
        return int(told.get("resident_bytes") or 0) > self._memory_bytes // 2

    @staticmethod
    def _replace(slot: _Slot) -> None:
        if slot.pool is not None:
            slot.pool.shutdown(wait=False)
            slot.pool = None


def default_workers() -> int:
    """As many as this process may use cores."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
