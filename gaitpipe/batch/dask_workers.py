"""A Dask cluster: an existing scheduler, or one of this machine.

Rules
  1. A scheduler that does not answer, and one without workers, is told within seconds, before anything is begun.
  2. All workers must have the same Python, gaitpipe, numpy, scipy and numba as this process: otherwise the same file
     would give other figures depending on who computed it. Workers that join later are checked with each job.
  3. A worker that dies loses nothing: the scheduler gives its jobs to others. It blames all jobs that the worker had;
     so one that it gives up is sent once more, and is the culprit when it is given up again (WorkerDiedError).
  4. When the scheduler is gone, all that is unfinished ends as WorkersLostError.

Dask's messages are Python pickles: use a network that you trust, or TLS (`tls://`, configured for Dask).
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from gaitpipe.batch import worker
from gaitpipe.batch.executors import WorkerDiedError, WorkersLostError
from gaitpipe.batch.processes import DIED_ADVICE
from gaitpipe.errors import GaitpipeError, UsageError

LOCAL = "local"
ANSWER_S = 8.0
WORKERS_S = 30.0
"""Workers that are just starting may take a while."""
ADDRESS_ADVICE = "Write --dask tcp://HOST:PORT, or --dask local."
MOST_TRIES = 2
READING_S = 5.0
"""How long the number of workers is believed."""


class DaskWorkers:
    """See the rules of this module.

    Parameters
    ----------
    address
        `tcp://host:port` of a scheduler, or `local` for one of this machine.
    count
        How many workers a local one has.
    memory_bytes
        Bound of each worker of a local one.

    Raises
    ------
    UsageError
        The distributed library is missing, or the address is none.
    WorkersLostError
        The scheduler does not answer or has no workers.
    GaitpipeError
        Workers have other software.
    """

    def __init__(self, address: str, count: int, memory_bytes: int | None = None) -> None:
        _check_library()
        _check_address(address)
        self.died = 0  # the scheduler replaces workers without telling
        self._cluster: Any = None
        self._threads, self._counted_s = 1, -READING_S
        self.shares_nothing = address != LOCAL
        self.name = "a local Dask cluster" if address == LOCAL else f"the Dask workers of {address}"
        _quiet()
        try:
            if address == LOCAL:
                self._cluster = _local_cluster(count)
            self._client = _connected(self._cluster or address)
            self._check_workers()
        except BaseException:
            self._close()
            raise
        del memory_bytes  # each job keeps its bound itself, as on every worker

    @property
    def window(self) -> int:
        """A job a thread of all workers there are now: one that waits on a worker is blamed for its neighbour's end."""
        now_s = time.monotonic()
        if now_s - self._counted_s > READING_S:
            with contextlib.suppress(Exception):
                self._threads = max(1, sum(self._client.nthreads().values()))
            self._counted_s = now_s
        return self._threads

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Begin a job; never taken from Dask's memory of earlier calls."""

        def begin() -> Any:
            return self._client.submit(function, *arguments, pure=False)

        try:
            return _DaskFuture(begin)
        except Exception as error:
            raise _lost() from error

    def stop(self) -> None:
        """Give up what runs: the workers may still end it, and nobody listens."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        for part in (getattr(self, "_client", None), self._cluster):
            with contextlib.suppress(Exception):  # a dead scheduler does not answer a goodbye
                if part is not None:
                    part.close(timeout=ANSWER_S)

    def _check_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=WORKERS_S)
            told: Mapping[str, Any] = self._client.run(worker.facts, on_error="return")
        except TimeoutError:
            advice = "Start some: `dask worker tcp://HOST:PORT --nthreads 1`, one process a core."
            raise WorkersLostError(f"{self.name}: there are none", advice) from None
        faults = different(my_facts(), told)
        if faults:
            advice = "Install the same software on all machines: otherwise figures would depend on who computed them."
            raise GaitpipeError("\n  ".join([f"{self.name} cannot be used:", *faults]), advice)


class _DaskFuture:
    """A job with the few methods of a future that are needed, and our words for what can go wrong (rule 3)."""

    def __init__(self, begin: Callable[[], Any]) -> None:
        self._begin = begin
        self._future = begin()
        self._function: Callable[[Any], Any] | None = None
        self._value: Any = None
        self._error: Exception | None = None
        self._tries = 1

    def add_done_callback(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self._future.add_done_callback(self._ended)

    def cancel(self) -> None:
        with contextlib.suppress(Exception):
            self._future.cancel()

    def result(self) -> Any:
        """The result, once the job has ended.

        Raises
        ------
        WorkerDiedError, WorkersLostError
            See the rules.
        """
        if self._error is not None:
            raise self._error
        return self._value

    def _ended(self, future: Any) -> None:
        """Called by Dask in a thread of its own; a result whose worker died before it was fetched is made again."""
        try:
            self._value = future.result()
        except Exception as error:  # noqa: BLE001 (it belongs to the future)
            if _gave_up(error) and self._tries < MOST_TRIES:
                self._tries += 1
                with contextlib.suppress(Exception):
                    self._future = self._begin()
                    self._future.add_done_callback(self._ended)
                    return
            self._error = _in_our_words(error)
        except BaseException:  # noqa: BLE001 (a cancelled future)
            self._error = _lost()
        if self._function is not None:
            self._function(self)


def _in_our_words(error: Exception) -> Exception:
    from distributed.client import FutureCancelledError

    if _gave_up(error):
        return WorkerDiedError("killed the workers (out of memory or a crash)", DIED_ADVICE)
    return _lost() if isinstance(error, FutureCancelledError | TimeoutError | OSError) else error


def _gave_up(error: Any) -> bool:
    """Whether the scheduler blames a job for the end of several workers."""
    from distributed.scheduler import KilledWorker

    return isinstance(error, KilledWorker)


def my_facts() -> Mapping[str, Any]:
    """What this process runs."""
    return worker.facts()


def different(mine: Mapping[str, Any], told: Mapping[str, Any]) -> list[str]:
    """What workers have that this process has not, a line a worker; `told` holds facts or an exception by address."""
    faults = []
    for address, theirs in sorted(told.items()):
        if isinstance(theirs, ModuleNotFoundError):
            faults.append(f"{address}: {theirs.name or 'gaitpipe'} is not installed there")
        elif not isinstance(theirs, Mapping):
            faults.append(f"{address}: does not answer: {theirs!r:.200}")
        else:
            others = {name: value for name, value in mine.items() if theirs.get(name) != value}
            told_of = "; ".join(f"{name} {theirs.get(name)}, here {value}" for name, value in others.items())
            faults += [f"{address}: {told_of}"] if others else []
    return faults


def _check_library() -> None:
    try:
        import distributed  # noqa: F401
    except ImportError:
        advice = 'Install it: python -m pip install "gaitpipe[dask]". `--workers N` needs nothing more.'
        raise UsageError("--dask needs the distributed library, which is missing", advice) from None


def _check_address(address: str) -> None:
    """Refuse what is no address before a client is made of it, which would not go away silently."""
    from distributed.comm import registry

    scheme = address.partition("://")[0] if "://" in address else ""
    if address != LOCAL and scheme not in registry.backends:
        raise UsageError(f"{address}: is no address of a Dask scheduler", ADDRESS_ADVICE)


def _quiet() -> None:
    """Dask tells at length about workers and connections that are lost; it is told in our own words."""
    for name in ("distributed", "distributed.client", "distributed.nanny", "distributed.scheduler", "distributed.core"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _local_cluster(count: int) -> Any:
    import distributed

    library: Any = distributed
    with worker.one_thread_environment(), worker.no_interrupts():
        return library.LocalCluster(
            n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0,
            silence_logs=logging.CRITICAL,
        )  # fmt: skip


def _connected(place: Any) -> Any:
    import distributed

    library: Any = distributed
    try:
        return library.Client(place, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        advice = "Is it running, and is this its address (tcp://HOST:PORT)? `dask scheduler` starts one."
        raise WorkersLostError(f"no Dask scheduler answers at {place}", advice) from error
    except (ValueError, RuntimeError, TypeError) as error:
        raise UsageError(f"{place}: is no address of a Dask scheduler: {error}", ADDRESS_ADVICE) from error


def _lost() -> WorkersLostError:
    advice = "What was done is kept. Start the scheduler and its workers again, and run the same command: it goes on."
    return WorkersLostError("the Dask scheduler is gone", advice)
