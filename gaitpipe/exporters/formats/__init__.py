"""Exporters, found by looking into this folder: to write another format, add a module with `EXPORTER`."""

from __future__ import annotations

import difflib
import sys

from gaitpipe.errors import UsageError
from gaitpipe.exporters.formats._contract import (
    ExportChoices,
    Exporter,
    ExportOutcome,
    ExportSession,
    ExportWriter,
    TimedEvent,
)
from gaitpipe.registry import load_plugins

__all__ = [
    "ExportChoices", "ExportOutcome", "ExportSession", "ExportWriter", "Exporter", "TimedEvent", "available",
    "find_exporter",
]  # fmt: skip


def available() -> tuple[Exporter, ...]:
    """All exporters, sorted by name."""
    found = load_plugins(sys.modules[__name__], "EXPORTER", Exporter)
    return tuple(sorted(found, key=lambda exporter: exporter.name))


def find_exporter(name: str) -> Exporter:
    """The exporter called `name`.

    Raises
    ------
    UsageError
        There is none of this name.
    """
    by_name = {exporter.name: exporter for exporter in available()}
    if name in by_name:
        return by_name[name]
    close = difflib.get_close_matches(name.lower(), by_name, n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(by_name)}."
    raise UsageError(f"there is no exporter called '{name}'", hint)
