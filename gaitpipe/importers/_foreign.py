"""Kinds of files that hold no samples that an importer reads, told by their first bytes, with what to do about them."""

from __future__ import annotations

from pathlib import Path

from gaitpipe.errors import RecordingError

ZIP_MAGIC = b"PK\x03\x04"
_UNPACK = "Unpack it first, and give what was in it."
_SHEET = "Open it there, save the sheet with the samples as CSV (one sensor a file), and give that."
_NO_SAMPLES = "Give the file of samples that the sensor's program exported."
_TABLES = "Export the samples from it as CSV or Parquet, and give that."
_KINDS: tuple[tuple[bytes, int, str, str], ...] = (
    (b"\x1f\x8b", 0, "it is packed with gzip", _UNPACK),
    (b"BZh", 0, "it is packed with bzip2", _UNPACK),
    (b"\xfd7zXZ\x00", 0, "it is packed with xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", 0, "it is packed with zstd", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", 0, "it is a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", 0, "it is a RAR archive", _UNPACK),
    (b"ustar", 257, "it is a tar archive", _UNPACK),
    (b"\x89PNG\r\n\x1a\n", 0, "it is a picture (PNG)", _NO_SAMPLES),
    (b"\xff\xd8\xff", 0, "it is a picture (JPEG)", _NO_SAMPLES),
    (b"GIF8", 0, "it is a picture (GIF)", _NO_SAMPLES),
    (b"%PDF-", 0, "it is a PDF document", _NO_SAMPLES),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "it is an old Office document (such as .xls)", _SHEET),
    (b"SQLite format 3\x00", 0, "it is an SQLite database", _TABLES),
    (b"MATLAB 5.0 MAT-file", 0, "it is a MATLAB file", _TABLES),
    (b"ARROW1\x00\x00", 0, "it is an Arrow (Feather) file", "Write it as Parquet, and give that."),
    (b"ftyp", 4, "it is a video or a sound", _NO_SAMPLES),
    (b"RIFF", 0, "it is a video, a sound or a picture (RIFF)", _NO_SAMPLES),
)
_OFFICE: tuple[tuple[bytes, str, str], ...] = (
    (b"xl/", "it is a workbook of Excel", _SHEET),
    (b"word/", "it is a Word document", _NO_SAMPLES),
    (b"ppt/", "it is a PowerPoint presentation", _NO_SAMPLES),
    (b"opendocument.spreadsheet", "it is a workbook of LibreOffice", _SHEET),
    (b"opendocument", "it is a document of LibreOffice", _NO_SAMPLES),
)


def foreign(head: bytes, path: Path) -> RecordingError | None:
    """The error for a file that begins with `head` and is of such a kind; None where its first bytes do not tell."""
    for magic, place, what, advice in _KINDS:
        if head[place : place + len(magic)] == magic:
            return RecordingError(str(path), f"no importer knows this kind of file: {what}", advice)
    if head.startswith(ZIP_MAGIC) and (b"[Content_Types].xml" in head or head[30:38] == b"mimetype"):
        for mark, what, advice in _OFFICE:
            if mark in head:
                return RecordingError(str(path), f"no importer knows this kind of file: {what}", advice)
    return None
