"""The ledger: one JSON line a session and run, in the order in which they ended; never rewritten.

Its last line about a session says where it stands. Lines that cannot be read (cut by a crash) are passed over. A
failure with a key is one that the same files, options and program would bring again; one without a key may have passed
(a full disk, a lost worker) and is always tried again.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from gaitpipe.batch.jobs import FAILED_NAME, LEDGER_NAME, Status
from gaitpipe.batch.storage import LocalStorage, Storage

BLOCK_BYTES = 1 << 18
FAILED_COLUMNS = ("session", "files", "reason", "advice", "code", "tried_utc")
_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger.

    `key` is what the result depends on (content, options, program), empty where a failure may pass; its parts stand
    beside it so that the next run can say what changed. `tried` is false for what was only told again.
    """

    session: str
    files: tuple[str, ...]
    status: Status
    started_utc: str
    reason: str = ""
    advice: str = ""
    code: str = ""
    seconds: float = 0.0
    worker: str = ""
    warnings: int = 0
    key: str = ""
    content: str = ""
    options: str = ""
    program: str = ""
    identity: tuple[str, ...] = ()
    athlete: str = ""
    format: str = ""
    tried: bool = True

    def line(self) -> bytes:
        """The entry as a line of JSON."""
        content = asdict(self)
        try:
            return json.dumps(content, ensure_ascii=False).encode() + b"\n"
        except UnicodeEncodeError:  # a file name that is no valid text
            return json.dumps(content).encode() + b"\n"

    def public(self) -> dict[str, Any]:
        """The entry for people's programs, as `--json` prints it."""
        return json.loads(self.line())  # type: ignore[no-any-return]


@dataclass(slots=True)
class Ledger:
    """The ledger of a folder; `size` is how long it was when read, `last` the last entry of each session."""

    storage: Storage
    size: int = 0
    last: dict[str, Entry] = field(default_factory=dict)

    @classmethod
    def load(cls, storage: Storage) -> Ledger:
        """Read where every session stands."""
        ledger = cls(storage, storage.size(LEDGER_NAME))
        for line in _lines_from_the_end(storage):
            entry = _entry(line)
            if entry is not None and entry.session:
                ledger.last.setdefault(entry.session, entry)
        return ledger

    def add(self, entry: Entry) -> None:
        """Write an entry down."""
        self.storage.append(LEDGER_NAME, entry.line())
        if entry.session:
            self.last[entry.session] = entry


def failed_text(entries: Iterable[Entry]) -> str:
    """`failed.csv`: a readable list of what failed, why and what to do."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FAILED_COLUMNS)
    for entry in sorted(entries, key=lambda one: (one.session, one.files)):
        if entry.status == "failed":
            files = "; ".join(entry.files)
            cells = (entry.session, files, entry.reason, entry.advice, entry.code, entry.started_utc)
            writer.writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()


def write_failed(storage: Storage, entries: Iterable[Entry]) -> None:
    """Write `failed.csv`; without failures only its first line."""
    storage.write(FAILED_NAME, failed_text(entries).encode())


def safe_cell(text: str) -> str:
    """Text on one line that no spreadsheet takes for a formula."""
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    return f"'{text}" if text.lstrip("' ").startswith(_FORMULA_STARTS) else text


def _entry(line: bytes) -> Entry | None:
    try:
        told = json.loads(line)
        known = {name: told[name] for name in Entry.__dataclass_fields__ if name in told}
        for name in ("files", "identity"):
            known[name] = tuple(known.get(name, ()))
        return Entry(**known)
    except (ValueError, TypeError):
        return None


def _lines_from_the_end(storage: Storage) -> Iterator[bytes]:
    """The lines of the ledger, the last first; a local file is read in blocks."""
    if not isinstance(storage, LocalStorage):
        yield from reversed((storage.read(LEDGER_NAME) or b"").splitlines())
        return
    try:
        file = (storage.folder / LEDGER_NAME).open("rb")
    except (FileNotFoundError, NotADirectoryError):
        return
    with file:
        position, rest = file.seek(0, os.SEEK_END), b""
        while position > 0:
            size = min(BLOCK_BYTES, position)
            position -= size
            file.seek(position)
            first, *lines = (file.read(size) + rest).split(b"\n")
            yield from (line for line in reversed(lines) if line)
            rest = first
        if rest:
            yield rest
