"""One recorder a computer: a lock on a file in the state folder, which says who holds it.

Rules:

1. Who records over the computer's own Bluetooth holds the lock from before the first scan to the end. A second one is
   refused before it touches Bluetooth: sensors and scans of two programs get in each other's way.
2. The lock is the operating system's, on an open file: it ends with the process, however that ends. The file stays;
   what it says counts only while somebody holds it.
3. Only the holder may end links that are still open: nobody living has opened them.
4. Where no lock can be had (no state folder, a read-only one, a file system without locks), recording goes on without
   one, and no link is ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from gaitpipe.errors import DeviceError, DeviceReason

FILE_NAME = "recorder.lock"
RECORDING = "recording to "
"""What a recorder is doing begins so, its folder follows."""
LOCKED_BYTE = 1 << 30
"""Windows keeps others from reading what is locked, so a byte far behind the text is."""
MOST_BYTES = 10_000


@contextlib.contextmanager
def hold_radio(folder: Path | None, doing: str) -> Iterator[bool]:
    """Hold the computer's lock, in the state `folder`, while `doing` ("recording to run1"); give whether it is held.

    Raises
    ------
    DeviceError
        Another process holds it (BUSY).
    """
    descriptor = None if folder is None else _open(folder / FILE_NAME)
    if descriptor is None:
        yield False
        return
    try:
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError) as error:
            raise _busy(descriptor) from error
        except OSError:  # this file system has no locks
            yield False
            return
        _write(descriptor, json.dumps({"pid": os.getpid(), "doing": doing}))
        try:
            yield True
        finally:
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def what_is_recorded(folder: Path | None) -> Path | None:
    """The folder that a living recorder of this computer writes to; None when there is none, or nobody can tell."""
    if folder is None:
        return None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # not the lock itself: a recorder may begin now
        told = json.loads((folder / FILE_NAME).read_bytes())
        doing = str(told["doing"])
        if doing.startswith(RECORDING) and _lives(int(told["pid"])):
            return Path(doing.removeprefix(RECORDING))
    return None


def _lives(pid: int) -> bool:
    if sys.platform != "win32":
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
    return True


def _open(path: Path) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write(descriptor: int, text: str) -> None:
    """Say who holds the lock; a full disk takes only the words from the other's message."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, text.encode())


def _busy(descriptor: int) -> DeviceError:
    who, doing = "another gaitpipe", "using the sensors"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        os.lseek(descriptor, 0, os.SEEK_SET)
        told = json.loads(os.read(descriptor, MOST_BYTES))
        who, doing = f"another gaitpipe (process {int(told['pid'])})", str(told["doing"])
    advice = "Stop that one first (q or Ctrl-C in its terminal), or wait until it ends; nothing of it was touched."
    return DeviceError(DeviceReason.BUSY, f"{who} is {doing}", advice)
