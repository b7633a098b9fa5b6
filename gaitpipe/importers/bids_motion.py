"""BIDS-Motion: `..._motion.tsv` without header, with `..._channels.tsv` and `..._motion.json` beside it.

Rules:

1. `_channels.tsv` names the columns of the data in their order: name, component (x, y, z), type (ACCEL, GYRO, LATENCY),
   tracked_point, units. It must lie beside the data, with the same name but for the ending.
2. Times are the LATENCY channel [s], else rows at the sampling rate of `_motion.json` or of the channels.
3. Each tracked point with three axes of ACCEL is a sensor; side and placement come from its name.
4. `n/a` is a lost sample.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._labels import placement_of, side_of
from gaitpipe.importers._table import Header, read_columns, table_findings
from gaitpipe.importers._text import Text, head_lines, read_text
from gaitpipe.importers._units import ACC_FACTORS, GYR_FACTORS, acceleration_factor, rotation_rate_factor, unit_of
from gaitpipe.model import Finding, FloatArray

ENDING = "_motion.tsv"
REQUIRED = ("name", "component", "type", "tracked_point", "units")
MAX_CHANNELS = 2000
_NO_VALUE = "n/a"


def sniff(head: bytes, path: Path) -> bool:
    """True for rows of numbers between tabs with a table of channels beside them."""
    lines = [line for line in head_lines(head, 3) if line]
    rows = [line.split("\t") for line in lines[:2]]
    numbers = bool(rows) and all(all(_number_cell(cell) for cell in row) for row in rows)
    return numbers and len(rows[0]) > 1 and _beside(path, "_channels.tsv").is_file()


def companions(path: Path) -> tuple[Path, ...]:
    """The tables that say what the columns are."""
    files = [_beside(path, "_channels.tsv"), _beside(path, "_motion.json")]
    return tuple(file for file in files if file != path and file.is_file())


def is_companion(head: bytes, path: Path) -> bool:
    """True for the table of channels and the description of the data beside them."""
    first = (head_lines(head, 1) or [""])[0].split("\t")
    described = set(REQUIRED) <= set(first) or b'"SamplingFrequency"' in head
    return described and _data_of(path) is not None


def _data_of(path: Path) -> Path | None:
    """The data beside a file that describes them."""
    for ending in ("_channels.tsv", "_motion.json"):
        data = path.with_name(path.name.removesuffix(ending) + ENDING)
        if path.name.endswith(ending) and data.is_file():
            return data
    return None


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read all tracked points of a file.

    Raises
    ------
    RecordingError
        A file is missing or damaged, or no tracked point has accelerations.
    """
    data = _data_of(path)
    if data is not None:
        raise RecordingError(str(path), "this only describes the data", f"Give {data.name} instead.")
    text = read_text(path)
    channel_path = _beside(path, "_channels.tsv")
    if not channel_path.is_file():
        message = f"{channel_path.name} is missing: it says what the columns are"
        raise RecordingError(str(path), message, "Keep the files of a BIDS data set together.")
    channels, channel_sha256 = _channels(channel_path)
    description, description_sha256 = _description(_beside(path, "_motion.json"))
    header = Header(tuple(f"{number}" for number in range(len(channels))), "\t", 0)
    width = text.content.split(b"\n", 1)[0].count(b"\t") + 1
    if width != len(channels):
        message = f"{width} columns, but {channel_path.name} describes {len(channels)}"
        raise RecordingError(str(path), message, "Keep the files of one recording together.", 1)
    points = _points(channels, channel_path)
    findings: list[Finding] = []
    wanted = sorted({column for parts in points.values() for column in parts.values()})
    latency = [n for n, row in enumerate(channels) if row["type"].upper() == "LATENCY"]
    table = read_columns(_without_na(text), header, [str(n) for n in {*wanted, *latency[:1]}])
    findings.extend(found for found in table_findings(table, path) if found.code != "columns_ignored")
    columns = {int(name): values for name, values in table.columns.items()}
    time_s = _times(columns, latency, channels, description, options, path, len(next(iter(columns.values()))))
    sensors = [_sensor(point, parts, columns, time_s, channels, options, path, findings)
               for point, parts in points.items()]  # fmt: skip
    digests = [text.sha256, channel_sha256, description_sha256]
    sha256 = hashlib.sha256("".join(digests).encode()).hexdigest()
    return ImportedFile(tuple(sensors), sha256, tuple(findings))


def _beside(path: Path, ending: str) -> Path:
    return (
        path.with_name(path.name.removesuffix(ENDING) + ending)
        if path.name.endswith(ENDING)
        else path.with_name(path.stem + ending)
    )


def _number_cell(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return cell.strip() == _NO_VALUE
    return True


def _without_na(text: Text) -> Text:
    return (
        text
        if b"n/a" not in text.content
        else Text(text.path, text.content.replace(b"n/a", b"nan"), text.encoding, text.sha256, text.cut_line)
    )


def _channels(path: Path) -> tuple[list[dict[str, str]], str]:
    """The rows of the table of channels, and its SHA-256; a last line without end is a line here."""
    text = read_text(path)
    content = path.read_bytes().decode("utf-8-sig", "replace")
    lines = [line.rstrip("\r").split("\t") for line in content.split("\n") if line.strip()]
    names = [name.strip() for name in lines[0]] if lines else []
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        message = f"no column {', '.join(missing)}"
        raise RecordingError(str(path), message, f"BIDS asks for {', '.join(REQUIRED)}.", 1)
    if len(lines) - 1 > MAX_CHANNELS:
        raise RecordingError(str(path), f"{len(lines) - 1} channels are too many", "Is this a table of channels?")
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(names):
            message = f"{len(cells)} cells, but the header names {len(names)} columns"
            raise RecordingError(str(path), message, "Export the table of channels again.", number)
    return [dict(zip(names, map(str.strip, cells), strict=True)) for cells in lines[1:]], text.sha256


def _description(path: Path) -> tuple[dict[str, Any], str]:
    if not path.is_file():
        return {}, ""
    content = read_text(path, utf_8_only=True)
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise RecordingError(str(path), f"this is not JSON: {error}", "Write the description again.") from None
    return (document if isinstance(document, dict) else {}), content.sha256


def _points(channels: Sequence[Mapping[str, str]], path: Path) -> dict[str, dict[tuple[str, str], int]]:
    """Columns of each tracked point by type and component, of those that have three axes of acceleration."""
    points: dict[str, dict[tuple[str, str], int]] = {}
    for number, row in enumerate(channels):
        key = row["type"].upper(), row["component"].lower()
        if key[0] in ("ACCEL", "GYRO") and key[1] in ("x", "y", "z"):
            point = points.setdefault(row["tracked_point"], {})
            if key in point:
                message = f"{row['tracked_point']} has two channels of {key[0]} {key[1]}"
                raise RecordingError(str(path), message, "Name tracked points apart.", number + 2)
            point[key] = number
    whole = {point: parts for point, parts in points.items() if all(("ACCEL", axis) in parts for axis in "xyz")}
    if not whole:
        message = "no tracked point has accelerations (ACCEL) in x, y and z"
        raise RecordingError(str(path), message, "Only data of motion sensors can be analysed.")
    return whole


def _times(
    columns: Mapping[int, FloatArray],
    latency: Sequence[int],
    channels: Sequence[Mapping[str, str]],
    description: Mapping[str, Any],
    options: ReadOptions,
    path: Path,
    count: int,
) -> FloatArray:
    if latency:
        return columns[latency[0]]
    told = [options.rate_hz, *(description.get(key) for key in ("SamplingFrequencyEffective", "SamplingFrequency"))]
    told += [row.get("sampling_frequency") for row in channels]
    rates = [rate for rate in map(_rate, told) if rate is not None]
    if not rates:
        message = "there is neither a LATENCY channel nor a SamplingFrequency"
        raise RecordingError(str(path), message, "Say it: --rate.")
    return np.arange(count) / rates[0]


def _rate(value: Any) -> float | None:
    try:
        rate_hz = float(value)
    except (TypeError, ValueError):
        return None
    return rate_hz if 0.1 < rate_hz < 1e5 else None


def _sensor(
    point: str,
    parts: Mapping[tuple[str, str], int],
    columns: Mapping[int, FloatArray],
    time_s: FloatArray,
    channels: Sequence[Mapping[str, str]],
    options: ReadOptions,
    path: Path,
    findings: list[Finding],
) -> SensorSamples:
    def of(kind: str) -> FloatArray:
        return np.column_stack([columns[parts[kind, axis]] for axis in "xyz"])

    def unit(kind: str, factors: Mapping[str, float]) -> str | None:
        units = {unit_of(channels[parts[kind, axis]]["units"], factors) for axis in "xyz"}
        return units.pop() if len(units) == 1 else None

    acc = of("ACCEL") * acceleration_factor(unit("ACCEL", ACC_FACTORS), options, path, findings)
    gyr = None
    if all(("GYRO", axis) in parts for axis in "xyz"):
        gyr = of("GYRO") * rotation_rate_factor(unit("GYRO", GYR_FACTORS), options, path, findings)
    return SensorSamples(point, time_s, acc, gyr, side=side_of(point), placement=placement_of(point), first_line=1)


IMPORTER = Importer(
    name="bids_motion",
    extensions=(".tsv",),
    description="motion.tsv of a BIDS-Motion data set, with channels.tsv and motion.json beside it",
    sniff=sniff,
    read=read,
    layout="specification",
    layout_source="BIDS specification, motion",
    tested_against="synthetic data sets of several tracked points",
    companions=companions,
    is_companion=is_companion,
)
