"""One batch at a time into a folder.

Rules
  1. On a file system the lock is the operating system's, on an open file: it ends with the process, however that ends.
     Where the file system has no locks, the run goes on without one.
  2. In an object store it is an object that says who and when, and is renewed; one that was not renewed for two minutes
     is stale, and so is one of this machine whose process is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gaitpipe.batch.jobs import STATE
from gaitpipe.batch.storage import LocalStorage, RemoteStorage
from gaitpipe.errors import GaitpipeError

LOCK_NAME = f"{STATE}/lock.json"
STALE_AFTER_S, RENEW_EVERY_S = 120.0, 30.0
LOCKED_BYTE = 1 << 30
"""Windows keeps others from reading what is locked, so a byte far behind the text is."""


class BusyError(GaitpipeError):
    """Another batch writes into this folder."""


@contextlib.contextmanager
def hold(storage: LocalStorage | RemoteStorage, now_s: Callable[[], float] = time.time) -> Iterator[Callable[[], None]]:
    """Hold the lock of a folder; gives a function to be called now and then, which renews it where that is needed.

    Raises
    ------
    BusyError
        Another run holds it.
    """
    held = _hold_file(storage) if isinstance(storage, LocalStorage) else _hold_object(storage, now_s)
    with held as renew:
        yield renew


@contextlib.contextmanager
def _hold_file(storage: LocalStorage) -> Iterator[Callable[[], None]]:
    path = storage.folder / LOCK_NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        advice = "Check its permissions and the free space, or name another folder with --out."
        raise GaitpipeError(f"{storage.spec}: cannot be written to: {error.strerror}", advice) from error
    try:
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError) as error:
            raise _busy(storage.spec, path.read_bytes()) from error
        except OSError:  # no locks on this file system
            yield lambda: None
            return
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(_who(time.time())).encode())
        yield lambda: None
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def _hold_object(storage: RemoteStorage, now_s: Callable[[], float]) -> Iterator[Callable[[], None]]:
    told = storage.read(LOCK_NAME)
    if told and not _stale(told, now_s()):
        raise _busy(storage.spec, told)
    mine, written_s = _who(now_s()), now_s()
    storage.write(LOCK_NAME, json.dumps(mine).encode())
    told = storage.read(LOCK_NAME) or b"{}"
    if _read(told).get("token") != mine["token"]:  # another one wrote at the same moment, and later
        raise _busy(storage.spec, told)

    def renew() -> None:
        nonlocal written_s
        if now_s() - written_s >= RENEW_EVERY_S:
            written_s = now_s()
            storage.write(LOCK_NAME, json.dumps(mine | {"time_s": written_s}).encode())

    try:
        yield renew
    finally:
        with contextlib.suppress(GaitpipeError):
            storage.remove(LOCK_NAME)


def _who(now_s: float) -> dict[str, Any]:
    return {"pid": os.getpid(), "host": socket.gethostname(), "time_s": now_s, "token": uuid.uuid4().hex}


def _read(told: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        found = json.loads(told)
        if isinstance(found, dict):
            return found
    return {}


def _stale(told: bytes, now_s: float) -> bool:
    who = _read(told)
    try:
        old = now_s - float(who["time_s"]) >= STALE_AFTER_S
        return old or (who["host"] == socket.gethostname() and not _alive(int(who["pid"])))
    except (KeyError, TypeError, ValueError):
        return True


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # asking with a signal would end it; age decides
    if Path("/proc/self").exists():
        return Path(f"/proc/{pid}").exists()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _busy(spec: str, told: bytes) -> BusyError:
    who = _read(told)
    name = f" (process {who['pid']} on {who['host']})" if "pid" in who and "host" in who else ""
    advice = "Wait until it ends, stop it, or name another folder with --out. Nothing was changed."
    return BusyError(f"{spec}: another batch writes into this folder{name}", advice)
