"""Folders to write to and files to read: on this machine's file system, or under a URL through fsspec.

Rules
  1. fsspec is loaded only where a URL is given. `file://` is a path.
  2. A file is whole or not there: on a file system it is written under another name and renamed, in an object store the
     whole object is put.
  3. An object store cannot append: a text that grows is put anew, at most every few seconds, and once at the end.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from gaitpipe.errors import RecordingError, UsageError

PUT_EVERY_S = 5.0
IN_PROCESS_ONLY = frozenset({"memory"})
"""File systems of fsspec that live inside one process: its workers see nothing of them."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+://")
_WRITE_ADVICE = "Check that the folder exists, its permissions and the free space, or name another with --out."


def is_url(text: str) -> bool:
    """Whether a text begins with a scheme; a drive letter is none, and `file://` is a path."""
    return _URL.match(text) is not None and not text.lower().startswith("file://")


def as_path(text: str) -> Path:
    """The path of a text that is no URL; `~` and `file://` are understood."""
    if text.lower().startswith("file://"):
        return Path(unquote(urlsplit(text).path))
    return Path(text).expanduser()


def real_place(path: Path) -> Path:
    """The absolute path of a file, the same from wherever it is named; of links only the file's own name is kept."""
    return path.parent.resolve() / path.name


def file_system(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL and the path in it.

    Raises
    ------
    UsageError
        fsspec, or what it needs for this scheme, is not installed; or nobody knows the scheme.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        advice = 'Install it: python -m pip install "gaitpipe[cloud]"; other stores than s3 need a package more.'
        raise UsageError(f"{url}: reading URLs needs the fsspec library, which is missing", advice) from None
    try:
        found, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        advice = "Check the scheme, and install the package that fsspec names for it."
        raise UsageError(f"{url}: cannot be opened: {error}", advice) from None
    return found, str(path)


class Storage(Protocol):
    """A folder to keep results in."""

    spec: str
    remote: bool

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is none."""

    def size(self, name: str) -> int:
        """Bytes of a file; 0 where there is none."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all; folders are made."""

    def append(self, name: str, data: bytes) -> None:
        """Add to a file that only this process writes."""

    def flush(self) -> None:
        """Make sure that what was appended is there."""

    def remove(self, name: str) -> None:
        """Take a file away; nothing happens where there is none."""

    def listing(self, name: str) -> dict[str, set[str]]:
        """Names of files by the folders of a folder."""


class LocalStorage:
    """A folder of this machine, or one that several machines share."""

    remote = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.spec = str(self.folder)
        self._open: dict[str, Any] = {}

    def read(self, name: str) -> bytes | None:
        try:
            return (self.folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise RecordingError(str(self.folder / name), f"cannot be read: {error.strerror}", "") from error

    def size(self, name: str) -> int:
        try:
            return (self.folder / name).stat().st_size
        except OSError:
            return 0

    def write(self, name: str, data: bytes) -> None:
        path = self.folder / name
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise RecordingError(str(path), f"cannot be written: {error.strerror}", _WRITE_ADVICE) from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def append(self, name: str, data: bytes) -> None:
        try:
            file = self._open.get(name)
            if file is None:
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                file = self._open[name] = (self.folder / name).open("ab+")
                if file.tell() and not _ends_a_line(file):
                    file.write(b"\n")  # the last run was killed while it wrote
            file.write(data)
            file.flush()
        except OSError as error:
            raise RecordingError(
                str(self.folder / name), f"cannot be written: {error.strerror}", _WRITE_ADVICE
            ) from error

    def flush(self) -> None:
        for file in self._open.values():
            file.close()
        self._open.clear()

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError, NotADirectoryError):
            (self.folder / name).unlink()

    def listing(self, name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(self.folder / name) as folders:
            for folder in folders:
                with suppress(NotADirectoryError), os.scandir(folder.path) as files:
                    found[folder.name] = {file.name for file in files}
        return found

    def clear_leftovers(self, name: str) -> None:
        """Take away what a killed worker left half written in a folder."""
        with suppress(OSError), os.scandir(self.folder / name) as files:
            for file in files:
                if file.name.startswith(".") and file.name.endswith(".tmp"):
                    with suppress(OSError):
                        Path(file.path).unlink()


class RemoteStorage:
    """A folder under a URL."""

    remote = True

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.spec = url.rstrip("/")
        self._fs, self._root = file_system(self.spec)
        self._fs.invalidate_cache()  # what another process wrote a moment ago counts
        self._clock = clock
        self._growing: dict[str, tuple[bytearray, float, bool]] = {}

    def read(self, name: str) -> bytes | None:
        with self._errors(name, "read"):
            try:
                return bytes(self._fs.cat_file(f"{self._root}/{name}"))
            except FileNotFoundError:
                return None

    def size(self, name: str) -> int:
        with self._errors(name, "read"):
            try:
                self._fs.invalidate_cache()
                return int(self._fs.info(f"{self._root}/{name}")["size"] or 0)
            except FileNotFoundError:
                return 0

    def write(self, name: str, data: bytes) -> None:
        with self._errors(name, "written"):
            self._fs.pipe_file(f"{self._root}/{name}", data)

    def append(self, name: str, data: bytes) -> None:
        text, put, _ = self._growing.get(name) or (bytearray(self.read(name) or b""), -PUT_EVERY_S, True)
        if text and not text.endswith(b"\n"):
            text += b"\n"
        text += data
        due = self._clock() - put >= PUT_EVERY_S
        if due:
            self.write(name, bytes(text))
        self._growing[name] = text, self._clock() if due else put, not due

    def flush(self) -> None:
        for name, (text, _put, waits) in self._growing.items():
            if waits:
                self.write(name, bytes(text))
        self._growing.clear()

    def remove(self, name: str) -> None:
        with self._errors(name, "removed"), suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._root}/{name}")

    def listing(self, name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        with self._errors(name, "listed"):
            self._fs.invalidate_cache()
            try:
                paths = self._fs.find(f"{self._root}/{name}")
            except FileNotFoundError:
                return {}
        for path in paths:
            folder, _, file = str(path).rpartition("/")
            found.setdefault(folder.rpartition("/")[2], set()).add(file)
        return found

    def clear_leftovers(self, name: str) -> None:
        """Whole objects leave nothing behind."""

    @contextmanager
    def _errors(self, name: str, verb: str) -> Iterator[None]:
        with remote_errors(f"{self.spec}/{name}", verb):
            yield


@contextmanager
def remote_errors(url: str, verb: str) -> Iterator[None]:
    """Turn whatever a store's library raises into an error with the URL; missing files pass as they are.

    Raises
    ------
    RecordingError
        The store refused, or cannot be reached.
    """
    try:
        yield
    except (FileNotFoundError, RecordingError, UsageError, MemoryError):
        raise
    except Exception as error:
        text = " ".join(str(error).split())[:300] or type(error).__name__
        advice = "Check the URL, the credentials and the network; the store's own words stand above."
        raise RecordingError(url, f"cannot be {verb}: {text}", advice) from error


def storage_of(spec: str) -> LocalStorage | RemoteStorage:
    """The folder of a path or URL; nothing is made or looked at yet."""
    return RemoteStorage(spec) if is_url(spec) else LocalStorage(as_path(spec))


def _ends_a_line(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")
