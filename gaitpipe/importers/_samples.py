"""From the samples of an imported file to a recording: the same judgement for every format.

Rules:

1. A row without usable numbers is a lost sample: it becomes a gap, never a value. More than half of them is an error.
   Rows of the accelerometer before the gyroscope began and after it ended are no losses: they are left out, and told.
2. Clipping is marked at the range that the file states. Without one it is inferred where a channel stands at its
   extreme value for three samples in a row, and stated as inferred.
3. A file with several sensors gives the one that was asked for by its label, else the one that it says is of the side,
   and of the placement where several are of the side.
4. Units are those of the importer; whether gravity is 9.8 in them is checked with the samples, by the session.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.importers._contract import ImportedFile, Importer, SensorSamples
from gaitpipe.importers._timing import Timing, read_timing
from gaitpipe.model import (
    FLAG_ACC_CLIPPED,
    FLAG_GAP_BEFORE,
    FLAG_GYR_CLIPPED,
    Finding,
    FloatArray,
    Placement,
    Recording,
    SampleBlock,
    SensorInfo,
    Severity,
    Side,
    StreamQuality,
)

CLOCK_ORIGIN_KEY = "clock_origin_unix_s"
FILE_KEY = "file_sha256"
MAX_LOST_SHARE = 0.5
MAX_ALONE_S = 5.0
"""Sensors that are started and stopped one after the other differ by less."""
IMPOSSIBLE = 1e5
"""No sensor reads beyond this, in m/s^2 or rad/s: such a cell is no measurement."""
MIN_CLIP_ACC_M_S2 = 15.0
MIN_CLIP_GYR_RAD_S = 4.0
"""No accelerometer has a range below 2 g, no gyroscope for running one below 250 deg/s."""
RANGE_SHARE = 0.999
"""A reading this near to the end of the stated range stands at it: scales are rounded."""


def choose_sensor(
    file: ImportedFile, path: Path, side: Side, label: str = "", placement: Placement | None = None
) -> SensorSamples:
    """The sensor of a file that is meant: by its label, else by the side (and the placement, if several are of that
    side), else the only one.

    Raises
    ------
    UsageError
        No sensor, or more than one, is meant; or the file says that it is of the other side.
    """
    labels = [sensor.label for sensor in file.sensors]
    known = ", ".join(f"'{name}'" for name in labels)
    if label:
        if label in labels:
            return file.sensors[labels.index(label)]
        close = difflib.get_close_matches(label, labels, n=1)
        hint = f"Did you mean '{close[0]}'?" if close else f"It holds: {known}."
        raise UsageError(f"{path}: there is no sensor called '{label}'", hint)
    of_side = [sensor for sensor in file.sensors if sensor.side == side]
    unknown = [sensor for sensor in file.sensors if sensor.side is None]
    if len(of_side) > 1:
        of_side = [sensor for sensor in of_side if sensor.placement == placement] or of_side
    if len(of_side) == 1:
        return of_side[0]
    if len(file.sensors) == 1 and unknown:
        return unknown[0]
    if len(file.sensors) == 1:
        message = f"{path}: the file says that it is of the {file.sensors[0].side} side, not the {side}"
        raise UsageError(message, "Give it for the other side, or name its sensor with --left-sensor, --right-sensor.")
    message = f"{path}: which of its {len(labels)} sensors is the {side} one? It holds: {known}"
    raise UsageError(message, "Name them: --left-sensor and --right-sensor.")


def recording_of_file(
    file: ImportedFile, importer: Importer, path: Path, side: Side, placement: Placement, label: str = ""
) -> Recording:
    """The samples of one sensor of an imported file as a recording.

    Raises
    ------
    RecordingError
        The samples are too few, too slow, or their times are no seconds; with the line where known.
    UsageError
        Which sensor is meant is not clear.
    """
    samples = choose_sensor(file, path, side, label, placement)
    several = len(file.sensors) > 1
    said = [finding if several or finding.side else replace(finding, side=side) for finding in file.findings]
    recording = recording_of_samples(samples, path, side, placement, said)
    if importer.layout == "memory":
        message = (
            f"{path.name}: reading '{importer.name}' files is experimental: their layout is known from memory only."
        )
        advice = "Compare some figures with the vendor's own program before you rely on them."
        recording.findings.append(Finding("import_experimental", "warning", message, advice, side))
    of_sensor = hashlib.sha256(f"{file.sha256}:{samples.label}".encode()).hexdigest()
    recording.input_sha256 = of_sensor if several else file.sha256
    recording.metadata = {**file.metadata, FILE_KEY: file.sha256}
    if samples.clock_origin_s is not None:
        recording.metadata[CLOCK_ORIGIN_KEY] = repr(samples.clock_origin_s)
    return recording


def recording_of_samples(
    samples: SensorSamples, path: Path, side: Side, placement: Placement, findings: list[Finding]
) -> Recording:
    """Turn samples into a recording; `path` is what errors call them.

    Raises
    ------
    RecordingError
        See `recording_of_file`.
    """
    if not len(samples.time_s):
        raise RecordingError(str(path), "there is a header but no data", "Export the data again.")
    has_gyro = samples.gyr_rad_s is not None
    acc = samples.acc_m_s2
    gyr = samples.gyr_rad_s if samples.gyr_rad_s is not None else np.full_like(acc, np.nan)
    sound = _sound(acc) & _sound(gyr) if has_gyro else _sound(acc)
    outside = _outside_gyroscope(samples, sound) if has_gyro else np.zeros(len(acc), dtype=bool)
    _check_lost(samples, sound, outside, path, side, findings)
    timing = read_timing(samples.time_s, str(path), side, samples.first_line)
    findings.extend(timing.findings)
    kept = sound[timing.rows]
    rows, sample = timing.rows[kept], timing.sample[kept] - timing.sample[kept][0]
    acc, gyr = np.ascontiguousarray(acc[rows]), np.ascontiguousarray(gyr[rows])
    flags, quality = _flags(samples, acc, gyr, sample, timing, findings, side)
    info = SensorInfo(
        side,
        placement,
        timing.rate_hz,
        has_gyro=has_gyro,
        device=samples.label or path.name,
        acc_range_m_s2=samples.acc_range_m_s2,
        gyr_range_rad_s=samples.gyr_range_rad_s,
    )
    return Recording(
        name=path.stem,
        sensors=(info,),
        blocks=_blocks(info, sample, samples.time_s[rows], acc, gyr, flags),
        quality={side: quality},
        findings=findings,
    )


def _sound(values: FloatArray) -> NDArray[np.bool_]:
    """Rows (n,) in which every value is a possible measurement; NaN is not."""
    return np.asarray((np.abs(values) < IMPOSSIBLE).all(axis=1))


def _check_lost(
    samples: SensorSamples,
    sound: NDArray[np.bool_],
    outside: NDArray[np.bool_],
    path: Path,
    side: Side,
    findings: list[Finding],
) -> None:
    bad = ~sound | ~np.isfinite(samples.time_s)
    if 0 < bad.sum() <= MAX_LOST_SHARE * len(bad):
        _tell_outside(samples.time_s, outside, side, findings)
        bad &= ~outside
    count = int(bad.sum())
    if count == 0:
        return
    row = int(np.argmax(bad))
    line = None if samples.first_line is None else row + samples.first_line
    verb = "lacks" if count == 1 else "lack"
    place = f"sample {row + 1}" if line is None else f"line {line}"
    text = f"{count} of {len(bad)} rows {verb} a usable number (empty, NaN or impossible), first in {place}"
    if count > MAX_LOST_SHARE * len(bad):
        raise RecordingError(str(path), text, "Check the export: too little is left to analyse.", line)
    counts = "it counts as a lost sample" if count == 1 else "they count as lost samples"
    message = f"{side.capitalize()} file: {text}; {counts}."
    findings.append(Finding("rows_lost", "warning", message, "Strides with lost samples are left out.", side))


def _outside_gyroscope(samples: SensorSamples, sound: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows (n,) with acceleration and without rotation rate, before its first row or after its last."""
    gyr = samples.gyr_rad_s
    if gyr is None or not sound.any():
        return np.zeros(len(sound), dtype=bool)
    alone = _sound(samples.acc_m_s2) & np.isnan(gyr).all(axis=1) & np.isfinite(samples.time_s)
    rows = np.arange(len(sound))
    first, last = int(np.argmax(sound)), len(sound) - 1 - int(np.argmax(sound[::-1]))
    return np.asarray(alone & ((rows < first) | (rows > last)))


def _tell_outside(time_s: FloatArray, outside: NDArray[np.bool_], side: Side, findings: list[Finding]) -> None:
    """Tell how long the accelerometer ran alone; a warning where that is no matter of switching on and off."""
    count = int(outside.sum())
    if count == 0:
        return
    breaks = np.flatnonzero(np.diff(np.flatnonzero(outside)) > 1) + 1
    parts = [time_s[rows] for rows in np.split(np.flatnonzero(outside), breaks)]
    alone_s = float(sum(part.max() - part.min() for part in parts))
    rows = "1 row" if count == 1 else f"{count} rows"
    message = (
        f"{side.capitalize()} file: the gyroscope began later or ended earlier than the accelerometer; {rows} "
        f"({alone_s:.2f} s) at the start or end without rotation rate {'was' if count == 1 else 'were'} left out."
    )
    severity: Severity = "info" if alone_s <= MAX_ALONE_S else "warning"
    advice = "" if severity == "info" else "Check whether the gyroscope's data are complete."
    findings.append(Finding("gyroscope_shorter", severity, message, advice, side))


def _flags(
    samples: SensorSamples,
    acc: FloatArray,
    gyr: FloatArray,
    sample: NDArray[np.int64],
    timing: Timing,
    findings: list[Finding],
    side: Side,
) -> tuple[NDArray[np.uint8], StreamQuality]:
    """Flags (n,) of clipping and gaps, and the counts."""
    gap = np.diff(sample, prepend=-1) > 1
    acc_clipped = _clipped(acc, samples.acc_range_m_s2, MIN_CLIP_ACC_M_S2)
    gyr_clipped = _clipped(gyr, samples.gyr_range_rad_s, MIN_CLIP_GYR_RAD_S)
    flags = gap * np.uint8(FLAG_GAP_BEFORE)
    flags |= acc_clipped * np.uint8(FLAG_ACC_CLIPPED) | gyr_clipped * np.uint8(FLAG_GYR_CLIPPED)
    lost = int(sample[-1]) + 1 - len(sample)
    quality = StreamQuality(
        samples=len(sample),
        lost_samples=lost,
        gaps=int(gap.sum()),
        gap_s=lost / timing.rate_hz,
        acc_clipped_samples=int(acc_clipped.sum()),
        gyr_clipped_samples=int(gyr_clipped.sum()),
        measured_rate_hz=timing.rate_hz,
    )
    for count, stated, word in (
        (quality.acc_clipped_samples, samples.acc_range_m_s2, "accelerometer"),
        (quality.gyr_clipped_samples, samples.gyr_range_rad_s, "gyroscope"),
    ):
        if count and stated is None:
            message = f"The {side} {word}'s range is not in the file; its end is inferred from a level it stands at."
            findings.append(Finding("clipping_inferred", "info", message, "Use a larger range.", side))
    return flags, quality


def _clipped(values: FloatArray, stated_range: float | None, smallest_range: float) -> NDArray[np.bool_]:
    if stated_range is None:
        return clipped(values, smallest_range)
    return np.asarray((np.abs(values) >= RANGE_SHARE * stated_range).any(axis=1))


def clipped(values: FloatArray, smallest_range: float) -> NDArray[np.bool_]:
    """Samples (n,) at which an axis of `values` (n, 3) seems to stand at the end of its range.

    That is its largest or smallest value, where this value occurs three times in a row somewhere and is not smaller
    than the smallest range that such sensors have.
    """
    found = np.zeros(len(values), dtype=bool)
    for axis in values.T:
        for extreme in (axis.max(), axis.min()):
            at = axis == extreme
            in_a_row = at[:-2] & at[1:-1] & at[2:]
            if abs(extreme) >= smallest_range and in_a_row.any() and not at.all():
                found |= at
    return found


def _blocks(
    info: SensorInfo,
    sample: NDArray[np.int64],
    time_s: FloatArray,
    acc: FloatArray,
    gyr: FloatArray,
    flags: NDArray[np.uint8],
) -> Iterator[SampleBlock]:
    """One block between gaps."""
    starts = [0, *(np.flatnonzero(np.diff(sample) > 1) + 1).tolist(), len(sample)]
    for start, end in pairwise(starts):
        part = slice(start, end)
        first = int(sample[start])
        yield SampleBlock(info.side, info.placement, first, time_s[part], acc[part], gyr[part], flags[part])
