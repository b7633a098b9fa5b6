"""What is in the files: digests that are remembered, and the fingerprint of the program that reads them.

A file whose size, time of change and inode (or whose ETag) are as they were is not read again. Only a digest of the
content decides whether a session is analysed again; a new time alone does not.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import gaitpipe
from gaitpipe import __version__
from gaitpipe.batch.jobs import STATE, FoundFile
from gaitpipe.batch.storage import Storage

CACHE_NAME = f"{STATE}/files.json"
FORM = 1
BLOCK_BYTES = 1 << 20
NO_INFLUENCE = frozenset({"cli", "report", "simulate", "sources", "clinic", "batch", "doctor"})
"""Parts of the program that no figure depends on."""


@dataclass(slots=True)
class Known:
    """What is remembered of one file: its stamp, kind and SHA-256 (None where not known)."""

    size: int
    stamp: str
    kind: str | None = None
    sha256: str | None = None


@dataclass(slots=True)
class FileMemory:
    """What earlier runs saw of the files, by path; kinds and companions only as long as the program is the same."""

    code: str
    files: dict[str, Known] = field(default_factory=dict)
    companions: dict[str, tuple[str, dict[str, list[str]]]] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def load(cls, storage: Storage, code: str) -> FileMemory:
        """Read it from a batch's folder; what cannot be read is begun anew, for it only saves time."""
        memory = cls(code)
        try:
            told = json.loads(storage.read(CACHE_NAME) or b"{}")
            same = told.get("code") == code and told.get("form") == FORM
            for path, (size, stamp, kind, sha256) in told.get("files", {}).items():
                memory.files[path] = Known(size, stamp, kind if same else None, sha256)
            if same:
                memory.companions = {name: (one[0], one[1]) for name, one in told.get("companions", {}).items()}
        except (ValueError, TypeError, AttributeError, LookupError):
            return cls(code)
        return memory

    def save(self, storage: Storage) -> None:
        """Write it, when there is anything new."""
        if not self.changed:
            return
        files = {path: [one.size, one.stamp, one.kind, one.sha256] for path, one in self.files.items()}
        content = {"form": FORM, "code": self.code, "files": files, "companions": self.companions}
        storage.write(CACHE_NAME, json.dumps(content).encode())
        self.changed = False

    def kind(self, file: FoundFile) -> str | None:
        """The kind of an unchanged file; None when it must be looked at."""
        known = self.files.get(file.path)
        return known.kind if known is not None and _same(known, file) else None

    def sha256(self, file: FoundFile) -> str | None:
        """The digest of an unchanged file; None when it must be read."""
        known = self.files.get(file.path)
        return known.sha256 if known is not None and _same(known, file) else None

    def digests(self, files: tuple[FoundFile, ...]) -> dict[str, str]:
        """Digests of the unchanged ones of these files, by path."""
        return {file.path: sha256 for file in files if (sha256 := self.sha256(file)) is not None}

    def learn(self, file: FoundFile, *, kind: str | None = None, sha256: str | None = None) -> None:
        """Remember what was seen of a file."""
        known = self.files.get(file.path)
        if known is None or not _same(known, file):
            known = Known(file.size, file.stamp, None, None)
        self.files[file.path] = Known(file.size, file.stamp, kind or known.kind, sha256 or known.sha256)
        self.changed = True


def _same(known: Known, file: FoundFile) -> bool:
    return bool(file.stamp) and (known.size, known.stamp) == (file.size, file.stamp)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file; OSError where it cannot be read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


@cache
def code_fingerprint() -> str:
    """The version with a digest of the program's own text (importers, detector, numbers, outputs).

    Two machines with the same fingerprint compute the same; an edited checkout has another one than its release.
    """
    digest = hashlib.sha256()
    root = Path(str(gaitpipe.__file__)).parent
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if inside.parts[0].removesuffix(".py") not in NO_INFLUENCE:
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"
