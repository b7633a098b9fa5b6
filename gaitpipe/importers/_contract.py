"""What an importer is: one module of this folder with an object `IMPORTER`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gaitpipe.model import Placement, Recording, Side


@dataclass(frozen=True, slots=True)
class Importer:
    """One file format of samples.

    `name` is the module's name and what people give to choose it; `extensions` are lower case with the dot.
    `sniff(head, path)` looks at the first bytes (at most 64 KiB) and says whether the file is of this format; it never
    raises. `read(path, side, placement)` gives the samples of one sensor in SI units, or raises a RecordingError that
    names the file, the line where known, and what to do.
    """

    name: str
    extensions: tuple[str, ...]
    description: str
    sniff: Callable[[bytes, Path], bool]
    read: Callable[[Path, Side, Placement], Recording]
