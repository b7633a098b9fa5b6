"""Looks into files of other programs, says what they hold, and turns them into plain CSV or Parquet.

Rules
  1. A look reads the whole file with the importer that knows it and judges the samples as an analysis would, so what a
     look accepts can be analysed.
  2. What a file does not say (side, placement) is named with the option that says it; nothing is guessed.
  3. A conversion writes one file a sensor, all of one input or none of them; none with wrong units.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from gaitpipe import importers
from gaitpipe.app.blocks import joined_blocks
from gaitpipe.app.file_names import safe_name, told_apart
from gaitpipe.app.gravity import GravityCheck
from gaitpipe.app.inputs import is_own_recording, open_recording
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.exporters.formats._library import need_library
from gaitpipe.exporters.formats.csv_files import sample_header, sample_lines
from gaitpipe.exporters.publish import published, refuse_existing
from gaitpipe.gait.stream_watch import StreamWatch
from gaitpipe.importers import ReadOptions
from gaitpipe.importers._contract import CLOCK_ZONE_KEY
from gaitpipe.importers._samples import recording_of_samples
from gaitpipe.model import Finding, Placement, Recording, SampleBlock, SensorInfo, Side

Target = Literal["csv", "parquet"]
OWN_NAME = "recording"
OWN_DESCRIPTION = "gaitpipe's own recording (MCAP)"


@dataclass(slots=True)
class SensorLook:
    """One sensor of a file; side and placement None where the file does not say them; counts complete after reading."""

    info: SensorInfo
    label: str
    side: Side | None
    placement: Placement | None
    gravity: GravityCheck
    watch: StreamWatch
    samples: int = 0
    lost_samples: int = 0
    gaps: int = 0
    first_s: float = 0.0
    last_s: float = 0.0

    @property
    def duration_s(self) -> float:
        """From the first to the last sample."""
        return self.last_s - self.first_s

    def add(self, block: SampleBlock) -> None:
        if not self.samples:
            self.first_s = float(block.time_s[0])
        self.samples += len(block)
        self.last_s = float(block.time_s[-1])
        self.gravity.feed(block.acc_m_s2)
        self.watch.feed(block)


@dataclass(slots=True)
class FileLook:
    """What a file holds. `missing` names the options that an analysis of it needs.

    `start_utc` is its first moment, with Z at its end; without it where the file does not say the zone of its clock.
    """

    path: Path
    importer: str
    description: str
    experimental: bool
    sensors: list[SensorLook]
    findings: list[Finding]
    start_utc: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[Finding]:
        """Findings that make every figure wrong, such as units."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def missing(self) -> list[str]:
        found = []
        if any(sensor.side is None for sensor in self.sensors):
            several = "--left-sensor NAME and --right-sensor NAME"
            found.append("--left FILE or --right FILE: which side it is of" if len(self.sensors) == 1 else several)
        if any(sensor.placement is None for sensor in self.sensors):
            found.append("--placement foot or --placement shank")
        return found


@dataclass(frozen=True, slots=True)
class _Part:
    """A recording and the looks at its sensors, by the side that its blocks have."""

    recording: Recording
    looks: dict[Side, SensorLook]


def look(
    path: Path,
    importer: str = "",
    options: ReadOptions | None = None,
    sides: Mapping[str, Side] | None = None,
    take: Callable[[SensorLook, SampleBlock], None] = lambda _sensor, _block: None,
    begin: Callable[[FileLook], None] = lambda _file: None,
) -> FileLook:
    """Read a file to its end and say what it holds.

    Parameters
    ----------
    importer
        The importer's name; empty for the one that knows the content.
    sides
        Sides of sensors by their label, for files that do not say them.
    begin, take
        Called once when the sensors are known, and with every block.

    Raises
    ------
    UsageError
        There is no such importer, or no sensor of such a label.
    RecordingError
        The file cannot be read or its samples cannot be used.
    """
    file, parts = _own(path) if not importer and is_own_recording(path) else _imported(path, importer, options, sides)
    begin(file)
    for part in parts:
        for block in joined_blocks(part.recording):
            sensor = part.looks[block.side]
            if len(block):
                sensor.add(block)
                take(sensor, block)
        for side, sensor in part.looks.items():
            file.findings += [_for_sensor(finding, part) for finding in sensor.watch.findings()]
            quality = part.recording.quality[side]
            sensor.lost_samples, sensor.gaps = quality.lost_samples, quality.gaps
        file.findings += [_for_sensor(finding, part) for finding in part.recording.findings]
    return file


def convert(
    path: Path,
    folder: Path,
    target: Target,
    importer: str = "",
    options: ReadOptions | None = None,
    sides: Mapping[str, Side] | None = None,
    name: str = "",
    force: bool = False,
) -> tuple[FileLook, list[Path]]:
    """Look into a file and write each of its sensors as a file `NAME_SIDE.csv` into a folder.

    Raises
    ------
    UsageError
        See `look`; files of these names are there, or pyarrow is missing.
    RecordingError
        See `look`; or the files cannot be written.
    """
    if target == "parquet":
        need_pyarrow()
    made: list[str] = []
    with published(folder, force=force) as temporary, ExitStack() as open_files:
        sinks: dict[int, Callable[[SampleBlock], None]] = {}

        def begin(file: FileLook) -> None:
            made.extend(_names(file, name or path.stem, target))
            refuse_existing(folder, made, force)
            for sensor, sensor_name in zip(file.sensors, made, strict=True):
                open_sink = _csv_sink if target == "csv" else _parquet_sink
                sinks[id(sensor)] = open_sink(temporary / sensor_name, sensor, open_files)

        file = look(path, importer, options, sides, lambda sensor, block: sinks[id(sensor)](block), begin)
        open_files.close()
        if file.errors:
            advice = " ".join(dict.fromkeys(finding.advice for finding in file.errors))
            words = " ".join(dict.fromkeys(finding.message for finding in file.errors))
            raise RecordingError(str(path), f"it was not converted. {words}", advice)
    return file, [folder / sensor_name for sensor_name in made]


def _own(path: Path) -> tuple[FileLook, list[_Part]]:
    opened = open_recording(path)
    recording = opened.recording
    looks: dict[Side, SensorLook] = {
        info.side: _sensor_look(info, info.device, info.side, info.placement) for info in recording.sensors
    }
    found = list(looks.values())
    file = FileLook(path, OWN_NAME, OWN_DESCRIPTION, False, found, [], opened.recorded_utc, recording.metadata)
    return file, [_Part(recording, looks)]


def _sensor_look(info: SensorInfo, label: str, side: Side | None, placement: Placement | None) -> SensorLook:
    return SensorLook(info, label, side, placement, GravityCheck(info.rate_hz), StreamWatch(info))


def _imported(
    path: Path, name: str, options: ReadOptions | None, sides: Mapping[str, Side] | None
) -> tuple[FileLook, list[_Part]]:
    importer = importers.find_importer(path, name, options)
    read = importer.read(path, options or ReadOptions())
    labels = [sensor.label for sensor in read.sensors]
    for label in sides or {}:
        if label not in labels:
            known = ", ".join(f"'{one}'" for one in labels)
            raise UsageError(f"{path}: there is no sensor called '{label}'", f"It holds: {known}.")
    parts = []
    for sensor in read.sensors:
        side = (sides or {}).get(sensor.label, sensor.side)
        recording = recording_of_samples(sensor, path, side or "left", sensor.placement or "foot", [])
        [info] = recording.sensors
        found = _sensor_look(info, sensor.label, side, sensor.placement)
        parts.append(_Part(recording, {info.side: found}))
    origins_s = [sensor.clock_origin_s for sensor in read.sensors if sensor.clock_origin_s is not None]
    start = f"{datetime.fromtimestamp(min(origins_s), UTC):%Y-%m-%dT%H:%M:%SZ}" if origins_s else None
    if start and read.metadata.get(CLOCK_ZONE_KEY) == "unknown":
        start = start.removesuffix("Z")
    looks = [one for part in parts for one in part.looks.values()]
    experimental = importer.layout == "memory"
    findings = list(read.findings)
    return FileLook(
        path, importer.name, importer.description, experimental, looks, findings, start, read.metadata
    ), parts


def _for_sensor(finding: Finding, part: _Part) -> Finding:
    """A finding about a sensor of unknown side was put into words as one of the left: say it without a side."""
    if finding.side is None or finding.side not in part.looks or part.looks[finding.side].side is not None:
        return finding
    message = re.sub(r"\bThe (?:left|right) sensor\b", "The sensor", finding.message)
    message = re.sub(r"\b(?:Left|Right) file\b", "File", message)
    message = re.sub(r"\bthe (?:left|right) (file|accelerometer|gyroscope|sensor)\b", r"the \1", message)
    return replace(finding, side=None, message=message)


def _names(file: FileLook, stem: str, target: Target) -> list[str]:
    """Names of the files of all sensors: by side, else by label; with a number where that tells none apart."""
    ends = [sensor.side or _label_of(sensor, stem) for sensor in file.sensors]
    names = ("_".join(part for part in (safe_name(stem), end) if part) for end in ends)
    return [f"{name}.{target}" for name in told_apart(names, "_")]


def _label_of(sensor: SensorLook, stem: str) -> str:
    """The sensor's label as part of a name; nothing where the name has it already."""
    plain, there = (text.casefold().replace(" ", "_") for text in (sensor.label, stem))
    return safe_name(sensor.label) if plain and plain not in there else ""


def _csv_sink(path: Path, sensor: SensorLook, open_files: ExitStack) -> Callable[[SampleBlock], None]:
    file = open_files.enter_context(path.open("w", encoding="utf-8", newline="\n"))
    file.write(sample_header(sensor.info))
    return lambda block: _write(file, sample_lines(block, sensor.info.has_gyro))


def _write(file: Any, text: str) -> None:
    file.write(text)


def _parquet_sink(path: Path, sensor: SensorLook, open_files: ExitStack) -> Callable[[SampleBlock], None]:
    from gaitpipe.exporters.formats.parquet import SampleTable

    table = open_files.enter_context(SampleTable(path, (sensor.info,), {}))
    return lambda block: table.add(block, side_known=sensor.side is not None)


def need_pyarrow() -> None:
    """Raise a UsageError where pyarrow is not installed."""
    need_library("Parquet", "pyarrow", "parquet")
