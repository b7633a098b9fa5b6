"""Reads named members of a zip archive, and opens nothing that may be a bomb.

Limits, each with its own reason: members, size that the archive declares for a member and in all, its ratio to the
packed size, size that really comes out, encrypted members, archives in the archive, names that lead out of the archive,
and members that share their bytes. Nothing is ever written to disk.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from gaitpipe.errors import RecordingError
from gaitpipe.importers._text import read_bytes

MAX_ARCHIVE_BYTES = 2**30
MAX_MEMBERS = 2000
MAX_MEMBER_BYTES = 2**30
MAX_TOTAL_BYTES = 4 * 2**30
MAX_RATIO = 100.0
"""Text of measurements packs to a third or a tenth; a bomb to a thousandth."""
SMALL_BYTES = 2**20
"""Below this the ratio does not matter."""
CHUNK_BYTES = 2**20
NESTED = (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst")
_ADVICE = "Export the recording again."
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
    RuntimeError, OverflowError, MemoryError, IndexError, AttributeError,
)  # fmt: skip


class Archive:
    """An archive whose members passed the limits; `files` are their sizes by their name without folders."""

    def __init__(self, path: Path) -> None:
        """Read the list of members.

        Raises
        ------
        RecordingError
            It is no zip archive, or beyond a limit.
        """
        self.path = path
        self.content = read_bytes(path, MAX_ARCHIVE_BYTES)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(self.content))
            members = [member for member in self._zip.infolist() if not member.is_dir()]
        except _DAMAGED as error:
            raise RecordingError(str(path), f"not a whole zip archive: {_reason(error)}", _ADVICE) from None
        self._check(members)
        self._members = {PurePosixPath(member.filename).name: member for member in members}

    @property
    def files(self) -> Mapping[str, int]:
        """Declared sizes [bytes] of the members by name."""
        return {name: member.file_size for name, member in self._members.items()}

    def read(self, name: str) -> bytes:
        """The bytes of a member, counted as they come.

        Raises
        ------
        RecordingError
            It is damaged, or larger than it says.
        """
        member, chunks, size = self._members[name], list[bytes](), 0
        try:
            with self._zip.open(member) as file:
                while chunk := file.read(CHUNK_BYTES):
                    size += len(chunk)
                    if size > min(member.file_size, MAX_MEMBER_BYTES):
                        message = f"{name} is larger than the archive says: it may be a bomb, and was not unpacked"
                        raise RecordingError(str(self.path), message, _ADVICE)
                    chunks.append(chunk)
        except _DAMAGED as error:
            message = f"{name} in the archive is damaged: {_reason(error)}"
            raise RecordingError(str(self.path), message, _ADVICE) from None
        return b"".join(chunks)

    def _check(self, members: list[zipfile.ZipInfo]) -> None:
        if len(members) > MAX_MEMBERS:
            self._refuse(f"{len(members)} files in the archive are too many")
        for member in members:
            self._check_member(member)
        names = [PurePosixPath(member.filename).name for member in members]
        twice = sorted({name for name in names if names.count(name) > 1})[:3]
        if twice:
            self._refuse(f"{', '.join(twice)} is in the archive twice", "Give one recording an archive.")
        if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
            self._refuse("its files are too large together; it may be a bomb, and was not unpacked")
        if sum(member.compress_size for member in members) > len(self.content):
            self._refuse("its files share their bytes: it may be a bomb, and was not unpacked")

    def _check_member(self, member: zipfile.ZipInfo) -> None:
        name = PurePosixPath(member.filename)
        shown = member.filename[:60]
        if member.flag_bits & 0x1:
            self._refuse(f"{shown} is encrypted", "Unpack it with its password, and give what was in it.")
        if name.is_absolute() or ".." in name.parts or "\\" in member.filename or ":" in member.filename:
            self._refuse(f"the name {shown!r} leads out of the archive")
        if name.suffix.lower() in NESTED:
            self._refuse(f"{shown} is an archive in the archive", "Unpack it, and give the inner one.")
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > MAX_MEMBER_BYTES:
            self._refuse(f"{shown} would be {member.file_size / 2**30:.1f} GiB: it may be a bomb, and was not unpacked")
        if member.file_size > SMALL_BYTES and ratio > MAX_RATIO:
            self._refuse(f"{shown} is packed {ratio:.0f} times: it may be a bomb, and was not unpacked")

    def _refuse(self, message: str, advice: str = _ADVICE) -> None:
        raise RecordingError(str(self.path), message, advice)


def _reason(error: Exception) -> str:
    return str(error)[:120] or type(error).__name__
