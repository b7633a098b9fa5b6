"""Bytes of a file as text in one form: UTF-8, lines that end with a newline, complete lines only.

Rules:

1. The encoding is decided once, for the whole file: UTF-16 by its byte order mark or its zero bytes, else UTF-8 where
   all bytes are, else GB2312 where all are (Chinese programs), else Windows-1252. A file that is UTF-8 in one place and
   not in another was put together from two, and is refused with the line.
2. A zero byte is no text: the file is binary, or its end was lost in a crash. Refused, with the line.
3. Lines may end with newline, carriage return or both.
4. A last line without an end may be cut in the middle of a number, and is left out; `cut_line` tells it. A single line
   is kept, so that what it is can be told.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from gaitpipe.errors import RecordingError

MAX_FILE_BYTES = 2 * 2**30
MAX_LINE_BYTES = 65_536
UTF_16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_MULTI_BYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SAVE_UTF_8 = "Save it as UTF-8 text."


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text: `content` is UTF-8 with newlines, `encoding` what it was in, `sha256` that of its bytes."""

    path: Path
    content: bytes
    encoding: str
    sha256: str
    cut_line: int | None


def read_text(path: Path, *, utf_8_only: bool = False) -> Text:
    """Read a text file by the rules at the top of this module.

    Raises
    ------
    RecordingError
        The file cannot be read, is too large, empty or no text; UTF-16 where only UTF-8 is taken.
    """
    return text_of(read_bytes(path), path, utf_8_only=utf_8_only)


def read_bytes(path: Path, limit_bytes: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file of sensible size.

    Raises
    ------
    RecordingError
        The file cannot be read or is too large.
    """
    try:
        size = path.stat().st_size
        if size > limit_bytes:
            advice = "Split it into sessions."
            raise RecordingError(str(path), f"the file is too large ({size / 2**30:.1f} GiB)", advice)
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(
            str(path), f"cannot be read: {error.strerror}", "Check the name and permissions."
        ) from error


def text_of(content: bytes, path: Path, *, utf_8_only: bool = False) -> Text:
    """The text of bytes, such as a member of an archive; `path` is what errors call them.

    Raises
    ------
    RecordingError
        See `read_text`.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if not content.strip():
        raise RecordingError(str(path), "the file is empty", "Export the data again.")
    content, encoding = _utf_8(content, path, utf_8_only)
    content = _with_newlines(content)
    cut_line = None
    if not content.endswith(b"\n") and b"\n" in content:
        cut_line = content.count(b"\n") + 1
        content = content[: content.rfind(b"\n") + 1]
    content = content.rstrip(b"\n \t") + b"\n"
    return Text(path, content, encoding, sha256, cut_line)


def head_lines(head: bytes, limit: int) -> list[str]:
    """The first lines of a file from its first bytes, as well as they can be read; never an error.

    A last line that the limit of the bytes may have cut is left out unless it is the only one.
    """
    mark = next((mark for mark in UTF_16_MARKS if head.startswith(mark)), None)
    encoding = UTF_16_MARKS[mark] if mark else _utf_16_by_zeros(head)
    if encoding:
        content = head.removeprefix(mark or b"").decode(encoding, "ignore").encode("utf-8", "ignore")
    else:
        content = head.removeprefix(codecs.BOM_UTF8)
        content = content[: content.rfind(b"\n") + 1] or content
        content = content.decode(_single_encoding(content) or "cp1252", "replace").encode("utf-8", "replace")
    lines = _with_newlines(content).split(b"\n", limit)
    return [str(line, "utf-8", "replace") for line in lines[: min(limit, max(1, len(lines) - 1))]]


def line_at(content: bytes, place: int) -> int:
    """The line, from 1, in which byte `place` stands."""
    return content.count(b"\n", 0, place) + 1


def _utf_8(content: bytes, path: Path, utf_8_only: bool) -> tuple[bytes, str]:
    mark = next((mark for mark in UTF_16_MARKS if content.startswith(mark)), None)
    utf_16 = UTF_16_MARKS[mark] if mark else _utf_16_by_zeros(content)
    if utf_16 and utf_8_only:
        raise RecordingError(str(path), "the file is in UTF-16", "Save it as CSV in UTF-8.")
    if utf_16:
        return _from_utf_16(content.removeprefix(mark or b""), utf_16, path)
    if (zero := content.find(b"\0")) >= 0:
        message = "not text from here on: the file is binary, or its end was damaged by a crash"
        advice = "Give a CSV file; if only its end is damaged, cut it there."
        raise RecordingError(str(path), message, advice, line_at(content, zero))
    content = content.removeprefix(codecs.BOM_UTF8)
    encoding = _single_encoding(content)
    if encoding == "utf-8":
        return content, encoding
    if encoding == "gb2312":
        return content.decode(encoding).encode(), encoding
    place = _first_not_utf_8(content)
    if _MULTI_BYTE.search(content):
        message = "this line is not in the encoding of the rest (UTF-8)"
        raise RecordingError(str(path), message, f"Was it put together from two files? {_SAVE_UTF_8}", place)
    try:
        return content.decode("cp1252").encode(), "cp1252"
    except UnicodeDecodeError as error:
        line = line_at(content, error.start)
        raise RecordingError(str(path), "this line is not text in a known encoding", _SAVE_UTF_8, line) from None


def _from_utf_16(content: bytes, encoding: str, path: Path) -> tuple[bytes, str]:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end < len(content) - 1:
            line = content[: error.start].decode(encoding, "ignore").count("\n") + 1
            raise RecordingError(str(path), "from here on this is not UTF-16", _SAVE_UTF_8, line) from None
        text = content[: error.start].decode(encoding)  # cut in the middle of a character
    if (zero := text.find("\0")) >= 0:
        line = text.count("\n", 0, zero) + 1
        raise RecordingError(str(path), "not text from here on: the file is binary", "Give a text file.", line)
    return text.removeprefix("\ufeff").encode("utf-8", "replace"), encoding


def _utf_16_by_zeros(content: bytes) -> str:
    """The kind of UTF-16 without a mark: every second byte of its first Latin letters is zero."""
    first = content[:64]
    if len(first) >= 8 and not any(first[1::2]) and all(first[::2]):
        return "utf-16-le"
    if len(first) >= 8 and not any(first[::2]) and all(first[1::2]):
        return "utf-16-be"
    return ""


def _single_encoding(content: bytes) -> str:
    """UTF-8 or GB2312 if all of the content is that, else nothing."""
    for encoding in ("utf-8", "gb2312"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return ""


def _first_not_utf_8(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return line_at(content, error.start)
    return 1


def _with_newlines(content: bytes) -> bytes:
    if b"\r" not in content:
        return content
    while b"\r\r\n" in content:  # a transfer that made two line ends of one
        content = content.replace(b"\r\r\n", b"\r\n")
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
