"""What an exporter is: one module of this folder with an object `EXPORTER`.

An exporter opens a writer in an empty folder. The writer gets every block of samples once, in the order of the
recording, and at the end the result; it keeps no more of the samples than a few blocks. Where the folder lies, that
nothing is overwritten, and that what appears is whole or not there, is the business of `exporters.publish` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from gaitpipe.model import SampleBlock, SensorInfo, SessionResult, Side, StreamQuality


@dataclass(frozen=True, slots=True)
class ExportChoices:
    """What a person decides about an export.

    `subject`, `session` and `task` are labels of a BIDS data set (letters and digits; `session` may be empty), `run`
    the number where one subject has several. `start_utc_ns` is when the first sample was, for files that do not say it.
    """

    subject: str = "01"
    session: str = ""
    task: str = "running"
    run: int | None = None
    start_utc_ns: int | None = None


@dataclass(frozen=True, slots=True)
class ExportSession:
    """What is known of a session before its first sample.

    `name` can be the name of a file. `start_utc_ns` is the Unix time of session time 0 [ns], None when not known.
    `facts` are words and numbers about the session as text (surface, belt speed, whether it is synthetic).
    """

    name: str
    sensors: tuple[SensorInfo, ...]
    software: str
    start_utc_ns: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    input_sha256: str = ""
    choices: ExportChoices = field(default_factory=ExportChoices)

    def sensor(self, side: Side) -> SensorInfo:
        """The sensor of a side."""
        return next(info for info in self.sensors if info.side == side)

    @property
    def start_utc_text(self) -> str | None:
        """When the session began, in ISO 8601 to the microsecond; None when not known."""
        if self.start_utc_ns is None:
            return None
        moment = datetime.fromtimestamp(self.start_utc_ns // 1_000_000_000, UTC)
        return moment.replace(microsecond=self.start_utc_ns % 1_000_000_000 // 1000).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """An event of the recording at a session time [s]; `source` empty where it is of no device."""

    time_s: float
    kind: str
    source: str = ""
    text: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True)
class ExportOutcome:
    """What is known after the last sample: the result, the events in the order of time, and the counts of a sensor."""

    result: SessionResult
    events: tuple[TimedEvent, ...] = ()
    quality: Mapping[Side, StreamQuality] = field(default_factory=dict)


class ExportWriter(Protocol):
    """Writes one session; `close` lets go of open files and may come at any time, `finish` was called or not."""

    def samples(self, block: SampleBlock) -> None:
        """Write one block.

        Raises
        ------
        OSError
            The disk is full, or the like.
        """

    def finish(self, outcome: ExportOutcome) -> None:
        """Write the rest and complete all files.

        Raises
        ------
        OSError
            See `samples`.
        GaitpipeError
            This session cannot be written in this format.
        """

    def close(self) -> None:
        """Close what is open; never raises."""


def no_check(choices: ExportChoices) -> None:
    """For formats that every choice is right for and that need no library."""
    del choices


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format.

    `files(session)` are all paths, relative to the folder of the export, that an export of this session may have: none
    of them may be there before, and of an earlier one that is replaced none stays. `shared` are those that several
    exports have in common and that a later one may replace.
    `open(session, folder, target)` gives the writer: it writes into `folder` and may look at what stands in `target`
    already, where the files will come to lie. It raises a UsageError at once when the session cannot be written.
    `check(choices)` raises a UsageError for what is wrong whatever the session: a label, a library that is missing.
    `together`: several inputs go into one folder (a data set), not into one each. `extra` is the optional part of
    gaitpipe that has the library, empty where none is needed.
    """

    name: str
    description: str
    files_text: str
    readers: str
    open: Callable[[ExportSession, Path, Path], ExportWriter]
    files: Callable[[ExportSession], tuple[str, ...]]
    shared: frozenset[str] = frozenset()
    together: bool = False
    extra: str = ""
    check: Callable[[ExportChoices], None] = no_check
