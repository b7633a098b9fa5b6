"""What a worker is before it works: one thread, no Ctrl-C of its own, a bound on its memory, an end with its parent.

Imported by each worker first, so nothing here is heavy.
"""

from __future__ import annotations

import os
import platform
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gaitpipe.batch.content import code_fingerprint

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""Environment of workers: as many processes as cores, so more threads would only be in each other's way."""
ORPHANED = 71


def start_worker() -> None:
    """Make a fresh process a worker of a pool."""
    with suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator says when to stop
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(ORPHANED)


def ready() -> str:
    """Who this worker is; answered by a worker that has started well."""
    return worker_name()


def worker_name() -> str:
    """Name of a process among all workers of all machines."""
    return f"{socket.gethostname()}:{os.getpid()}"


@contextmanager
def one_thread_environment() -> Iterator[None]:
    """Let processes that are started inside have one thread each, without changing this one."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def no_interrupts() -> Iterator[None]:
    """Let processes that are started inside not hear Ctrl-C, from their first instruction on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def memory_bound(limit_bytes: int | None) -> Iterator[None]:
    """Let what needs more than this raise MemoryError (or die) in place of filling the machine; Linux only.

    Bounded is the private memory that can be written (RLIMIT_DATA): not the libraries' code, nor files that are mapped.
    """
    if not limit_bytes or not sys.platform.startswith("linux"):
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    highest = limit_bytes if hard == resource.RLIM_INFINITY else min(limit_bytes, hard)
    if soft != resource.RLIM_INFINITY:
        highest = min(highest, soft)
    resource.setrlimit(resource.RLIMIT_DATA, (highest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def resident_bytes() -> int:
    """Memory of this process now; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 (asked after every session)
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def facts() -> dict[str, Any]:
    """What must be the same on every worker, so that results do not depend on who computed them."""
    import numba
    import numpy as np
    import scipy

    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "gaitpipe": code_fingerprint(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "numba": numba.__version__,
    }
