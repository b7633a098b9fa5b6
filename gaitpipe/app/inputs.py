"""Opens the input of an analysis, whatever its format: a recording, a file with both sensors, or samples a foot.

gaitpipe's own recordings are told by their first bytes; everything else goes through the importers.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from gaitpipe import importers
from gaitpipe.app.file_kind import MCAP_MAGIC
from gaitpipe.app.frames import recording_of_columns
from gaitpipe.errors import UsageError
from gaitpipe.importers import ImportedFile, ReadOptions
from gaitpipe.importers._contract import CLOCK_ZONE_KEY
from gaitpipe.importers._samples import CLOCK_ORIGIN_KEY
from gaitpipe.model import SIDES, Placement, Recording, SampleBlock, Side
from gaitpipe.recording.decode import read_recording
from gaitpipe.recording.reader import open_raw

if TYPE_CHECKING:
    import pandas as pd

Samples: TypeAlias = "Path | str | Mapping[str, Any] | pd.DataFrame"


@dataclass(frozen=True, slots=True)
class Input:
    """A recording or imported files, opened and not yet analysed; `duration_s` None when not known beforehand.

    `session_start_utc_ns` is the Unix time [ns] of session time 0, None for files that do not say it.
    """

    recording: Recording
    session_start_monotonic_ns: int | None = None
    recorded_utc: str | None = None
    path: Path | None = None
    duration_s: float | None = None
    session_start_utc_ns: int | None = None


@dataclass(frozen=True, slots=True)
class SessionFiles:
    """Which files are one session, and what is said of them.

    Either `recording` (gaitpipe's own, or a file of another program that holds both sensors) or `left`, `right`, or
    both of these. `left_sensor` and `right_sensor` are the file's own names of its sensors, needed where it holds
    several and does not say their sides. `importer` chooses a format that the content does not show. `placement`
    overrides what a file says.
    """

    recording: Path | None = None
    left: Samples | None = None
    right: Samples | None = None
    left_sensor: str = ""
    right_sensor: str = ""
    placement: Placement | None = None
    importer: str = ""
    options: ReadOptions = field(default_factory=ReadOptions)


def is_own_recording(path: Path) -> bool:
    """Whether a file begins as gaitpipe's own recordings do.

    Raises
    ------
    RecordingError
        The file cannot be read.
    """
    return importers.read_head(path).startswith(MCAP_MAGIC)


def open_session(files: SessionFiles) -> Input:
    """Open the files of a session.

    Raises
    ------
    UsageError
        There is no file, the placement is not known, or which sensor of a file is meant is not clear.
    RecordingError
        A file cannot be read, or its samples cannot be used.
    """
    path = files.recording
    if path is not None and (path.suffix.lower() == ".mcap" or is_own_recording(path)):
        return open_recording(path, files.placement)
    if path is not None:
        return _opened(_sides_of_one_file(path, files))
    given: tuple[tuple[Side, Samples | None, str], ...] = (
        ("left", files.left, files.left_sensor),
        ("right", files.right, files.right_sensor),
    )
    read = {side: _of_side(samples, side, label, files) for side, samples, label in given if samples is not None}
    if not read:
        raise UsageError("there is nothing to analyse", "Give a recording, or the files of the left and right foot.")
    return _opened(read)


def open_recording(path: Path | str, placement: Placement | None = None) -> Input:
    """Open a gaitpipe recording; `placement` overrides the one that it was recorded with.

    Raises
    ------
    RecordingError
        The file is missing, empty, of another kind or too damaged.
    """
    path = Path(path)
    raw = open_raw(path)
    recording = read_recording(path)
    if placement is not None:
        _place(recording, placement)
    started = datetime.fromtimestamp(raw.session_start_utc_ns / 1e9, UTC)
    utc_text, start_ns = _utc_text(started), raw.session_start_monotonic_ns
    return Input(recording, start_ns, utc_text, path, session_start_utc_ns=raw.session_start_utc_ns)


def _of_side(samples: Samples, side: Side, label: str, files: SessionFiles) -> Recording:
    if not isinstance(samples, str | Path):
        columns: Mapping[str, Any] = {str(name): values for name, values in samples.items()}
        return recording_of_columns(columns, side, _placement(files, None, f"{side} samples", [side], [""]))
    path = Path(samples)
    importer = importers.find_importer(path, files.importer, files.options)
    file = importer.read(path, files.options)
    placement = _placement(files, file, str(path), [side], [label])
    return importers.recording_of_file(file, importer, path, side, placement, label)


def _sides_of_one_file(path: Path, files: SessionFiles) -> dict[Side, Recording]:
    """The recordings of the sides that one file of another program holds: those it says, or those that were named."""
    importer = importers.find_importer(path, files.importer, files.options)
    file = importer.read(path, files.options)
    labels: dict[Side, str] = {"left": files.left_sensor, "right": files.right_sensor}
    said = {sensor.side for sensor in file.sensors}
    wanted = [side for side in SIDES if labels[side] or side in said]
    if not wanted and len(file.sensors) == 1:
        message, quoted = f"{path}: a file of samples does not say which foot it is of", shlex.quote(str(path))
        raise UsageError(message, f"Write --left {quoted} or --right {quoted}, with --placement.")
    sides = wanted or list(SIDES)
    placement = _placement(files, file, str(path), sides, [labels[side] for side in sides])
    return {side: importers.recording_of_file(file, importer, path, side, placement, labels[side]) for side in sides}


def _placement(
    files: SessionFiles, file: ImportedFile | None, name: str, sides: Sequence[Side], labels: Sequence[str]
) -> Placement:
    """The placement that was given, else the one that the file says of the sensors that are meant."""
    meant = [sensor for sensor in file.sensors if sensor.label in labels] if file is not None and any(labels) else []
    if file is not None and not meant:
        meant = [sensor for sensor in file.sensors if sensor.side in sides] or list(file.sensors)
    said = {sensor.placement for sensor in meant} - {None}
    placement = files.placement or (said.pop() if len(said) == 1 else None)
    if placement is None:
        where = "they are of the foot and of the shank" if said else "where the sensors sat is not known"
        raise UsageError(f"{name}: {where}", "Add --placement foot or --placement shank.")
    return placement


def _opened(read: Mapping[Side, Recording]) -> Input:
    recording = importers.merge(read["left"], read["right"]) if len(read) == 2 else next(iter(read.values()))
    samples = max(
        (quality.samples / _rate_hz(recording, side) for side, quality in recording.quality.items()), default=0
    )
    origin_s = recording.metadata.get(CLOCK_ORIGIN_KEY)
    zone_known = recording.metadata.get(CLOCK_ZONE_KEY) != "unknown"
    if origin_s is None or not zone_known:
        return Input(recording, duration_s=float(samples))
    started = datetime.fromtimestamp(float(origin_s), UTC)
    start_ns = round(float(origin_s) * 1e9)
    return Input(recording, recorded_utc=_utc_text(started), duration_s=float(samples), session_start_utc_ns=start_ns)


def _utc_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _place(recording: Recording, placement: Placement) -> None:
    """Read the recording as if its sensors had been placed so."""
    blocks = recording.blocks
    recording.sensors = tuple(replace(info, placement=placement) for info in recording.sensors)

    def placed() -> Iterator[SampleBlock]:
        for block in blocks:
            yield replace(block, placement=placement)

    recording.blocks = placed()


def _rate_hz(recording: Recording, side: Side) -> float:
    return next(info.rate_hz for info in recording.sensors if info.side == side)
