"""The words of a batch: files, sessions made of them, and what became of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["left", "right"]
"""As in `model`, which loads more than an unchanged folder needs."""
Role = Literal["recording", "left", "right"]
Status = Literal["ok", "failed", "skipped", "unchanged"]
Options = Mapping[str, Any]
"""What is said of a session that its files do not hold: plain JSON values by name, none where nothing is said."""

STRIDES_NAME, SUMMARY_NAME, REPORT_NAME = "strides.csv", "summary.json", "report.html"
RESULTS, STATE, LEDGER_NAME, FAILED_NAME = "results", ".gaitpipe", "ledger.jsonl", "failed.csv"
COHORT_NAMES = ("cohort.csv", "cohort.parquet", "cohort_dictionary.csv")

FAST_STOP, INTERRUPTED = "stopped_by_fail_fast", "interrupted"
STILL_WRITTEN, UNKNOWN_KIND = "still_being_written", "unknown_kind"
KILLED, MEMORY, DEFECT, LOST = "killed_the_worker", "memory", "defect", "workers_lost"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file: absolute path or URL, its name seen from the input it was found in, size [bytes] and `stamp`.

    The stamp is what changes when the file does: time of change and inode, or an object's ETag. `named` files were
    given one by one: such a file is never left out in silence.
    """

    path: str
    name: str
    size: int
    stamp: str
    mtime_s: float | None = None
    named: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something cannot be done: a short code, the reason and what to do."""

    code: str
    reason: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """The files that are one session, by role, with their companions, and what is said of it.

    `problem` is why it cannot be analysed at all; such a session is told and never run.
    """

    name: str
    files: Mapping[Role, FoundFile]
    companions: tuple[FoundFile, ...] = ()
    options: Options = field(default_factory=dict)
    athlete: str = ""
    line: int | None = None
    problem: Problem | None = None

    @property
    def all_files(self) -> tuple[FoundFile, ...]:
        """Files of the roles, then companions."""
        return (*self.files.values(), *self.companions)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.all_files)

    @property
    def identity(self) -> tuple[str, ...]:
        """The paths that make it this session and no other, whatever it is called."""
        return tuple(f"{role}={file.path}" for role, file in sorted(self.files.items()))


def content_of(digests: Mapping[str, str], session: Session) -> str | None:
    """One digest of all files of a session from their SHA-256 by path; None when one is not known."""
    parts = [(role, file) for role, file in sorted(session.files.items())]
    named = [[role, _base(file.path), digests.get(file.path)] for role, file in parts]
    named += sorted(["", _base(file.path), digests.get(file.path)] for file in session.companions)
    if any(sha256 is None for _, _, sha256 in named):
        return None
    return digest_of(named)


def digest_of(value: Any) -> str:
    """Twenty hex digits of a JSON value, the same on every machine."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _base(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]
