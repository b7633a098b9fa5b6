"""Who works: this process, processes of this machine, or a Dask cluster; all behind `submit` and futures.

An executor takes a function that can be pickled by its name and arguments of plain values, and gives
`concurrent.futures`-like futures. `window` says how many jobs it wants to have at a time. Work that a worker cannot
survive ends as `WorkerDiedError` in its own future; the others lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Protocol, Self

from gaitpipe.errors import GaitpipeError


class WorkerDiedError(GaitpipeError):
    """A job ended its worker, more than once: by a crash, or killed for want of memory."""


class WorkersLostError(GaitpipeError):
    """There are no workers any more; what is unfinished can be done by another run."""


class Executor(Protocol):
    """See the module."""

    name: str
    shares_nothing: bool
    """Whether its workers may be on machines that do not see this one's files."""
    died: int
    """How many workers died and were replaced, as far as is known."""

    @property
    def window(self) -> int:
        """How many jobs are wanted at a time."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Begin a job; returns a future."""

    def stop(self) -> None:
        """Give up what runs."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Inline:
    """Works in this process, one job at a time: to look into a defect, or where no other may see the files."""

    name = "this process"
    shares_nothing = False
    died = 0
    window = 1

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Do a job now."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 (it belongs to the future)
            future.set_exception(error)
        return future

    def stop(self) -> None:
        """Nothing runs between jobs."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


class Completion:
    """Futures in the order in which they end, of any executor; more may be added meanwhile, and it can be woken."""

    def __init__(self) -> None:
        self._ended: SimpleQueue[Any] = SimpleQueue()
        self._waiting: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, future: Any, job: Any) -> None:
        """Wait for a future, too; `job` comes back with it."""
        self._waiting[future] = job
        future.add_done_callback(self._ended.put)

    def wake(self) -> None:
        """Let `next` return None; may be called from a signal handler."""
        self._ended.put(None)

    def next(self) -> tuple[Any, Any] | None:
        """Wait for the next future that ends: (future, job); None when woken."""
        future = self._ended.get()
        if future is None:
            return None
        return future, self._waiting.pop(future)

    def give_up(self) -> Iterator[Any]:
        """Cancel all that is left; gives their jobs."""
        for future, job in list(self._waiting.items()):
            future.cancel()
            yield job
        self._waiting.clear()


def result_of(future: Any) -> Any:
    """The result of a future that ended; a job that was cancelled with its workers is a lost one.

    Raises
    ------
    WorkerDiedError, WorkersLostError
        See there.
    """
    try:
        return future.result()
    except CancelledError as error:
        raise WorkersLostError("the workers were lost", "Run the same command again: it goes on.") from error
