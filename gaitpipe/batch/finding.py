"""Finds files under folders, globs and URLs; knows nothing of what they hold.

Left out, without a word: hidden files and folders, what a gaitpipe wrote itself (by its names), and folders that are
the output of a batch, the one of this run included. Links to folders are followed once.
"""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gaitpipe.batch.jobs import (
    COHORT_NAMES,
    FAILED_NAME,
    LEDGER_NAME,
    REPORT_NAME,
    STATE,
    STRIDES_NAME,
    SUMMARY_NAME,
    FoundFile,
    Problem,
)
from gaitpipe.batch.storage import as_path, file_system, is_url, real_place, remote_errors
from gaitpipe.errors import UsageError

OWN_NAMES = frozenset(
    (STRIDES_NAME, SUMMARY_NAME, REPORT_NAME, "report.pdf", "decision.json", "plan.ics", LEDGER_NAME, FAILED_NAME)
) | frozenset(COHORT_NAMES)
TRUTH_ENDINGS = (".truth.csv",)
TRUTH_NAME = "truth.csv"
GLOB_MARKS = "*?["


@dataclass(slots=True)
class Found:
    """All files of the inputs, sorted by name, without doubles; and folders that could not be read."""

    files: list[FoundFile] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)


def find_files(inputs: list[str], out: str, recursive: bool = True) -> Found:
    """Look for the files of all inputs; `out` is where the results go.

    Names of files are relative to the folder that was given; with several inputs that folder's own name comes first.

    Raises
    ------
    UsageError
        An input is not there, or a glob fits nothing.
    """
    found = Found()
    several = len(inputs) > 1
    for text in inputs:
        walk = _remote(text, recursive) if is_url(text) else _local(text, Path(out), recursive, found)
        before = len(found.files)
        found.files += (replace(file, name=f"{_root_name(text)}/{file.name}") if several and not file.named else file
                        for file in walk)  # fmt: skip
        if len(found.files) == before and any(mark in text for mark in GLOB_MARKS) and not found.problems:
            raise UsageError(f"{text}: no file fits", "Put a pattern into quotes, and check it with ls.")
    by_path = {file.path: file for file in sorted(found.files, key=lambda file: (not file.named, file.name))}
    found.files = sorted(by_path.values(), key=lambda file: (file.name, file.path))
    return found


def look(path: str) -> FoundFile | None:
    """The file as it is now; None when it is gone or is no file. For paths and URLs."""
    if is_url(path):
        fs, inside = file_system(path)
        try:
            with remote_errors(path, "read"):
                info = fs.info(inside)
        except FileNotFoundError:
            return None
        return _remote_file(info, path, path.rsplit("/", 1)[-1]) if info.get("type") == "file" else None
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return _local_file(path, Path(path).name, status) if Path(path).is_file() else None


def _root_name(text: str) -> str:
    fixed = text.rstrip("/") if is_url(text) else os.path.abspath(as_path(text))  # noqa: PTH100 (no link is followed)
    while any(mark in fixed for mark in GLOB_MARKS):
        fixed = fixed.rpartition("/")[0]
    return fixed.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _local(text: str, out: Path, recursive: bool, found: Found) -> Iterator[FoundFile]:
    path = as_path(text)
    if path.is_dir():
        yield from _walk(path.resolve(), "", out.resolve(), recursive, found, set())
    elif path.exists() and not path.is_file():
        raise UsageError(f"{text}: is neither a file nor a folder", "Give files and folders: a pipe is not read.")
    elif path.exists():
        yield replace(_local_file(str(real_place(path)), path.name, path.stat()), named=True)
    elif any(mark in text for mark in GLOB_MARKS):
        fixed = _fixed(str(path.absolute()))
        base, pattern = Path(fixed).resolve(), str(path.absolute())[len(fixed) :].lstrip("/\\")
        for name in sorted(glob.glob(pattern, root_dir=base, recursive=True)):  # noqa: PTH207 (of a folder, by name)
            inside = base / name
            if inside.is_dir():
                yield from _walk(inside, f"{Path(name).as_posix()}/", out.resolve(), recursive, found, set())
            elif inside.is_file() and not _left_out(inside.name):
                yield _local_file(str(inside), Path(name).as_posix(), inside.stat())
    else:
        raise UsageError(f"{text}: there is no such file or folder", "Check the name.")


def _fixed(pattern: str) -> str:
    """The part of a pattern before its first mark, up to a slash."""
    first = min(pattern.find(mark) for mark in GLOB_MARKS if mark in pattern)
    return pattern[:first].rpartition("/")[0] or "/"


def _walk(
    folder: Path, prefix: str, out: Path, recursive: bool, found: Found, seen: set[tuple[int, int]]
) -> Iterator[FoundFile]:
    try:
        status = folder.stat()
        if folder == out or (status.st_dev, status.st_ino) in seen or (folder / STATE).is_dir():
            return
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as items:
            entries = sorted(items, key=lambda item: item.name)
    except OSError as error:
        reason = f"the folder cannot be read: {error.strerror}"
        found.problems.append((str(folder), Problem("unreadable", reason, _advice(error))))
        return
    for entry in entries:
        if _left_out(entry.name):
            continue
        try:
            if entry.is_file():
                yield _local_file(entry.path, prefix + entry.name, entry.stat())
            elif recursive and entry.is_dir():
                yield from _walk(Path(entry.path), f"{prefix}{entry.name}/", out, recursive, found, seen)
            elif entry.is_symlink() and not Path(entry.path).exists():
                found.problems.append(
                    (entry.path, Problem("no_file", "it links to nothing", "Mend or remove the link."))
                )
        except OSError as error:  # it went away, or may not be looked at
            problem = Problem("unreadable", f"cannot be read: {error.strerror}", _advice(error))
            found.problems.append((entry.path, problem))


def _advice(error: OSError) -> str:
    return "It is a link that leads to itself: remove it." if error.errno == errno.ELOOP else "Check its permissions."


def _left_out(name: str) -> bool:
    return name.startswith(".") or name.lower() in OWN_NAMES


def _local_file(path: str, name: str, status: os.stat_result) -> FoundFile:
    return FoundFile(path, name, status.st_size, f"{status.st_mtime_ns}:{status.st_ino}", status.st_mtime)


def _remote(url: str, recursive: bool) -> Iterator[FoundFile]:
    fs, root = file_system(url)
    with remote_errors(url, "listed"):
        fs.invalidate_cache()
        if any(mark in url for mark in GLOB_MARKS):
            base, details = _fixed(root), fs.glob(root, detail=True)
        else:
            try:
                info = fs.info(root)
            except FileNotFoundError:
                raise UsageError(f"{url}: there is no such object or folder", "Check the URL.") from None
            if info.get("type") == "file":
                yield replace(_remote_file(info, url, url.rsplit("/", 1)[-1]), named=True)
                return
            base = root.rstrip("/")
            details = fs.find(root, maxdepth=None if recursive else 1, detail=True)
    files = {str(path): info for path, info in sorted(details.items()) if info.get("type") == "file"}
    outputs = {path.split(f"/{STATE}/")[0] for path in files if f"/{STATE}/" in path}
    for path, info in files.items():
        name = path[len(base) :].strip("/")
        hidden = any(part.startswith(".") for part in name.split("/")) or _left_out(name.rsplit("/", 1)[-1])
        if name and not hidden and not any(path.startswith(f"{output}/") for output in outputs):
            yield _remote_file(info, str(fs.unstrip_protocol(path)), name)


def _remote_file(info: dict[str, Any], url: str, name: str) -> FoundFile:
    """What a store tells of an object; the stamp is its ETag, a checksum, or when it was changed."""
    keys = ("ETag", "etag", "md5", "md5Hash", "content_md5", "checksum", "LastModified", "last_modified", "updated")
    marks = (_mark(info[key]) for key in (*keys, "mtime", "created") if info.get(key))
    return FoundFile(url, name, int(info.get("size") or 0), next(marks, ""))


def _mark(value: Any) -> str:
    """A mark as text; some file systems tell the same moment in two ways."""
    return str(value.timestamp() if isinstance(value, datetime) else value)
