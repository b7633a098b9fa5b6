"""One sensor in two files of one program: the accelerometer's is read, with the gyroscope's beside it joined to it.

Rules:

1. The accelerometer's file is the one that is given; whoever reads a file refuses the gyroscope's in its place.
2. Both are of one clock. Times count from an origin of each file, and are moved by what lies between the two origins.
3. Without a gyroscope's file the accelerometer is read alone, and that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from gaitpipe.importers._companion import joined_sha256, only_one
from gaitpipe.importers._contract import ImportedFile, ReadOptions, SensorSamples
from gaitpipe.importers._join import join_gyroscope
from gaitpipe.importers._units import (
    ACC_FACTORS,
    GYR_FACTORS,
    acceleration_factor,
    common_unit,
    rotation_rate_factor,
    unit_in_name,
)
from gaitpipe.model import Finding, FloatArray

Kind: TypeAlias = Literal["accelerometer", "gyroscope"]


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file: times [s] (n,), values (n, 3) in its own unit, the Unix time [s] of time 0, None where not known."""

    time_s: FloatArray
    values: FloatArray
    unit: str | None
    first_line: int
    sha256: str
    origin_s: float | None = None


def axes_unit(names: Sequence[str]) -> str | None:
    """The unit that all these columns name, of acceleration or of rotation rate; None if they name none or several."""
    return common_unit([unit_in_name(name, ACC_FACTORS) or unit_in_name(name, GYR_FACTORS) for name in names])


def read_two_files(
    path: Path,
    options: ReadOptions,
    companions: tuple[Path, ...],
    read_part: Callable[[Path, Kind, list[Finding]], FilePart],
    label: str = "",
) -> ImportedFile:
    """The accelerometer's file with the gyroscope's among `companions`, if there is one; `label` names the sensor.

    Raises
    ------
    RecordingError
        `read_part` refuses a file, a unit is not known, several files may be the gyroscope's, or both have no common
        time.
    """
    findings: list[Finding] = []
    acc = read_part(path, "accelerometer", findings)
    acc_m_s2 = acc.values * acceleration_factor(acc.unit, options, path, findings)
    other = only_one(companions, path, findings)
    gyr_rad_s, digests = None, [acc.sha256]
    if other is not None:
        gyr = read_part(other, "gyroscope", findings)
        rate = gyr.values * rotation_rate_factor(gyr.unit, options, other, findings)
        gyr_time_s = gyr.time_s + ((gyr.origin_s or 0.0) - (acc.origin_s or 0.0))
        gyr_rad_s = join_gyroscope(acc.time_s, gyr_time_s, rate, other, findings)
        digests.append(gyr.sha256)
    origin_s, first_line = acc.origin_s, acc.first_line
    samples = SensorSamples(label, acc.time_s, acc_m_s2, gyr_rad_s, clock_origin_s=origin_s, first_line=first_line)
    return ImportedFile((samples,), joined_sha256(*digests), tuple(findings))
