"""Importers: samples of other programs' files. One format, one module, found by folder scan (`IMPORTER`)."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.importers._columns import column_names
from gaitpipe.importers._contract import (
    AccelerationUnit,
    ColumnNames,
    ImportedFile,
    Importer,
    ReadOptions,
    RotationRateUnit,
    SensorSamples,
)
from gaitpipe.importers._foreign import ZIP_MAGIC, foreign
from gaitpipe.importers._merge import merge
from gaitpipe.importers._samples import recording_of_file
from gaitpipe.model import Placement, Recording, Side
from gaitpipe.registry import load_plugins

__all__ = [
    "AccelerationUnit", "ColumnNames", "ImportedFile", "Importer", "ReadOptions", "RotationRateUnit", "SensorSamples",
    "available", "column_names", "find_importer", "merge", "read", "read_head", "recording_of_file",
]  # fmt: skip

HEAD_BYTES = 65_536
PLAIN = "plain_csv"
ZIPPED = "sensor_logger"
PARQUET_MAGIC = b"PAR1"


def available() -> tuple[Importer, ...]:
    """All importers, sorted by name."""
    return load_plugins(sys.modules[__name__], "IMPORTER", Importer)


def find_importer(path: Path | str, name: str = "", options: ReadOptions | None = None) -> Importer:
    """The importer for a file: the one called `name`, else the one that knows the content, else the file's ending.

    A picture, a document or a packed file is told as such, whatever its ending.
    Where `options` name the columns of a table, the file is one of text, or of Parquet by its content.

    Raises
    ------
    UsageError
        There is no importer of this name.
    RecordingError
        The file cannot be read, or no importer, or more than one, is right for it.
    """
    path = Path(path)
    importers = available()
    if name:
        return _called(name, importers)
    head = read_head(path)
    if options is not None and options.columns is not None:
        return _called("parquet" if head.startswith(PARQUET_MAGIC) else "columns", importers, foreign(head, path))
    found = [importer for importer in importers if importer.sniff(head, path)]
    if not found:
        error = foreign(head, path)
        if error is not None:
            raise error
        if head.startswith(ZIP_MAGIC):
            return _called(ZIPPED, importers)  # it says what it expects, and what is in the archive
        found = [importer for importer in importers if path.suffix.lower() in importer.extensions]
        found = [importer for importer in found if importer.name == PLAIN] or found  # it says what it expects
    if not found and not head:
        raise RecordingError(str(path), "the file is empty", "Export the data again.")
    names = ", ".join(importer.name for importer in found or importers)
    if not found:
        raise RecordingError(str(path), "no importer knows this kind of file", f"There are importers for: {names}.")
    if len(found) > 1:
        raise RecordingError(str(path), f"more than one importer fits: {names}", "Name the format.")
    return found[0]


def read_head(path: Path) -> bytes:
    """The first bytes of a file, as importers' `sniff` takes them.

    Raises
    ------
    RecordingError
        The file cannot be read.
    """
    if path.exists() and not path.is_file():
        raise RecordingError(str(path), "cannot be read: it is no file", "Give a file: not a folder, nor a pipe.")
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise RecordingError(str(path), f"cannot be read: {error.strerror}", "Check the name.") from error


def read(
    path: Path | str,
    side: Side,
    placement: Placement,
    *,
    label: str = "",
    name: str = "",
    options: ReadOptions | None = None,
) -> Recording:
    """One sensor of a file as a recording: the importer called `name`, or the one that knows the content, reads it.

    `label` is the file's own name of the sensor, needed when it holds several and does not say their sides.

    Raises
    ------
    UsageError
        There is no such importer or sensor.
    RecordingError
        The file cannot be read, or its samples cannot be used.
    """
    path = Path(path)
    importer = find_importer(path, name, options)
    file = importer.read(path, options or ReadOptions())
    return recording_of_file(file, importer, path, side, placement, label)


def _called(name: str, importers: tuple[Importer, ...], error: RecordingError | None = None) -> Importer:
    if error is not None:
        raise error
    by_name = {importer.name: importer for importer in importers}
    if name in by_name:
        return by_name[name]
    close = difflib.get_close_matches(name, by_name, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(by_name)}."
    raise UsageError(f"there is no importer called '{name}'", hint)
