"""What an importer is: one module of this folder with an object `IMPORTER`.

An importer says what a file holds, in SI units and in the file's own words; it judges nothing. Times, gaps and clipping
are judged once for all formats in `_samples.py`, units in the session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gaitpipe.model import Finding, FloatArray, Placement, Side

AccelerationUnit = Literal["m/s2", "g", "mg"]
RotationRateUnit = Literal["rad/s", "deg/s", "mdeg/s"]
Layout = Literal["specification", "files", "code", "memory"]
"""What the layout of a format was taken from: a published specification, real files, public code that reads or writes
it, or memory alone (such a format is experimental, and every recording read by it says so)."""


CLOCK_ZONE_KEY = "clock_zone"
"""In a file's metadata as "unknown" where its clock of the day is local and its zone is not told."""


TimeUnit = Literal["s", "ms", "us", "ns"]


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """Which columns of a table are meant: three of the acceleration, three of the rotation rate or none.

    `time` is empty where the file has none (then the rate must be said); `time_unit` is None where the column's name
    says it.
    """

    acc: tuple[str, str, str]
    gyr: tuple[str, str, str] | None = None
    time: str = ""
    time_unit: TimeUnit | None = None


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person says of a file that it does not say itself; None where nothing was said.

    A unit that is said goes before the unit that the file states, and a finding tells it.
    """

    acceleration_unit: AccelerationUnit | None = None
    rotation_rate_unit: RotationRateUnit | None = None
    rate_hz: float | None = None
    columns: ColumnNames | None = None


@dataclass(frozen=True, slots=True)
class SensorSamples:
    """The samples of one sensor as its file holds them.

    `label` is what the file calls the sensor (empty when it has no name); `side` and `placement` are None unless the
    file says them. `time_s` (n,), `acc_m_s2` (n, 3) and `gyr_rad_s` (n, 3; None without a gyroscope) are float64 in the
    order of the file, NaN where a number is missing: nothing is left out, sorted or filled in. `time_s` is in the
    file's own time base; `clock_origin_s` is the Unix time [s] of its zero, None when unknown (so that times stay small
    and keep their decimals). `first_line` is the line of the first row when row i stands on line `first_line` + i, else
    None. Ranges only where the file says them.
    """

    label: str
    time_s: FloatArray
    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray | None
    side: Side | None = None
    placement: Placement | None = None
    clock_origin_s: float | None = None
    first_line: int | None = None
    acc_range_m_s2: float | None = None
    gyr_range_rad_s: float | None = None


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """All sensors of a file; `sha256` covers its bytes and those of its companions.

    `findings` are about the reading itself (columns left out, a line cut, a companion missing); `metadata` holds what
    the file says of the session under the names that recordings use (`belt_speed_m_s`, ...).
    """

    sensors: tuple[SensorSamples, ...]
    sha256: str
    findings: tuple[Finding, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


def no_companions(path: Path) -> tuple[Path, ...]:
    """For formats of a single file."""
    del path
    return ()


@dataclass(frozen=True, slots=True)
class Importer:
    """One file format of samples.

    `name` is the module's name and what people give to choose it; `extensions` are lower case with the dot.
    `sniff(head, path)` looks at the first bytes (at most 64 KiB) and says whether the file is of this format; it never
    raises. `read(path, options)` gives all sensors of the file, or raises a RecordingError that names the file, the
    line where known, and what to do.

    Some programs write a file each for accelerometer and gyroscope. Then `read` takes the accelerometer's file and
    finds the others beside it; `companions(path)` names those that belong to a file and exist, and `is_companion(head,
    path)` says that a file is only such a part (batches leave it out, `read` of it names the file to give).

    `layout` is what the format was taken from, `layout_source` and `tested_against` are lines of the table in the docs.
    """

    name: str
    extensions: tuple[str, ...]
    description: str
    sniff: Callable[[bytes, Path], bool]
    read: Callable[[Path, ReadOptions], ImportedFile]
    layout: Layout
    layout_source: str
    tested_against: str
    companions: Callable[[Path], tuple[Path, ...]] = no_companions
    is_companion: Callable[[bytes, Path], bool] = lambda _head, _path: False
