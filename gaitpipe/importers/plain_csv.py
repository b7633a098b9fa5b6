"""Plain CSV: `time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2` and, if there is a gyroscope, `gyr_x_rad_s,...`.

Any order of the columns and any orientation of the axes; other columns are ignored and named. One sensor a file. Rows
without usable numbers are lost samples: they become gaps, never values. Clipping is inferred where a channel stands at
its extreme value for three samples in a row, and stated as inferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError
from gaitpipe.importers._contract import Importer
from gaitpipe.importers._table import FIRST_ROW_LINE, NumberTable, read_table
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
    Side,
    StreamQuality,
)

ACC_COLUMNS = ("acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2")
GYR_COLUMNS = ("gyr_x_rad_s", "gyr_y_rad_s", "gyr_z_rad_s")
REQUIRED = ("time_s", *ACC_COLUMNS)

MAX_LOST_SHARE = 0.5
IMPOSSIBLE = 1e5
"""No sensor reads beyond this, in m/s^2 or rad/s: such a cell is no measurement."""
MIN_CLIP_ACC_M_S2 = 15.0
MIN_CLIP_GYR_RAD_S = 4.0
"""No accelerometer has a range below 2 g, no gyroscope for running one below 250 deg/s."""


def sniff(head: bytes, path: Path) -> bool:
    """True when the first line names `time_s` and an axis of the accelerometer."""
    del path
    first = str(head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0], "utf-8", "replace")
    names = {name.strip().strip('"') for name in first.split(",")}
    return "time_s" in names and bool(names.intersection(ACC_COLUMNS))


def read(path: Path, side: Side, placement: Placement) -> Recording:
    """Read one sensor's samples from a plain CSV file.

    Parameters
    ----------
    path : Path
    side, placement
        Where the sensor was worn; the file does not say.

    Raises
    ------
    RecordingError
        The file is not of this format, too short, too slow, or its times are no seconds; with the line where known.
    """
    path = Path(path)
    return recording_of(read_table(path, REQUIRED, GYR_COLUMNS), path, side, placement)


def recording_of(table: NumberTable, path: Path, side: Side, placement: Placement) -> Recording:
    """Turn a table with these columns into a recording; `path` is what errors call it."""
    has_gyro = GYR_COLUMNS[0] in table.columns
    if not len(table.columns["time_s"]):
        raise RecordingError(str(path), "there is a header but no data", "Export the data again.")
    acc = np.column_stack([table.columns[name] for name in ACC_COLUMNS])
    gyr = np.column_stack([table.columns[name] for name in GYR_COLUMNS]) if has_gyro else np.full_like(acc, np.nan)
    sound = _sound(acc) & _sound(gyr) if has_gyro else _sound(acc)
    findings = _table_findings(table, side)
    _check_lost(table, sound, path, side, findings)
    timing = read_timing(table.columns["time_s"], str(path), side)
    findings.extend(timing.findings)
    kept = sound[timing.rows]
    rows, sample = timing.rows[kept], timing.sample[kept] - timing.sample[kept][0]
    acc, gyr = np.ascontiguousarray(acc[rows]), np.ascontiguousarray(gyr[rows])
    flags, quality = _flags(acc, gyr, sample, timing, findings, side)
    info = SensorInfo(side, placement, timing.rate_hz, has_gyro=has_gyro, device=path.name)
    return Recording(
        name=path.stem,
        sensors=(info,),
        blocks=_blocks(info, sample, table.columns["time_s"][rows], acc, gyr, flags),
        quality={side: quality},
        findings=findings,
        input_sha256=table.sha256,
    )


def _sound(values: FloatArray) -> NDArray[np.bool_]:
    """Rows (n,) in which every value is a possible measurement; NaN is not."""
    return np.asarray((np.abs(values) < IMPOSSIBLE).all(axis=1))


def _table_findings(table: NumberTable, side: Side) -> list[Finding]:
    findings: list[Finding] = []
    if table.ignored:
        names = ", ".join(name[:40] or "(no name)" for name in table.ignored[:10])
        more = f" and {len(table.ignored) - 10} more" if len(table.ignored) > 10 else ""
        message = f"Columns of the {side} file that were not used: {names}{more}."
        findings.append(Finding("columns_ignored", "info", message, side=side))
    if table.cut_line is not None:
        message = f"The {side} file does not end with a line end: line {table.cut_line} may be cut and was not used."
        findings.append(Finding("last_line_cut", "info", message, side=side))
    return findings


def _check_lost(table: NumberTable, sound: NDArray[np.bool_], path: Path, side: Side, findings: list[Finding]) -> None:
    bad = ~sound | ~np.isfinite(table.columns["time_s"])
    count = int(bad.sum())
    if count == 0:
        return
    line = int(np.argmax(bad)) + FIRST_ROW_LINE
    verb = "lacks" if count == 1 else "lack"
    text = f"{count} of {len(bad)} rows {verb} a usable number (empty, NaN or impossible), first in line {line}"
    if count > MAX_LOST_SHARE * len(bad):
        raise RecordingError(str(path), text, "Check the export: too little is left to analyse.", line)
    counts = "it counts as a lost sample" if count == 1 else "they count as lost samples"
    message = f"{side.capitalize()} file: {text}; {counts}."
    findings.append(Finding("rows_lost", "warning", message, "Strides with lost samples are left out.", side))


def _flags(
    acc: FloatArray, gyr: FloatArray, sample: NDArray[np.int64], timing: Timing, findings: list[Finding], side: Side
) -> tuple[NDArray[np.uint8], StreamQuality]:
    """Flags (n,) of clipping and gaps, and the counts."""
    gap = np.diff(sample, prepend=-1) > 1
    acc_clipped, gyr_clipped = clipped(acc, MIN_CLIP_ACC_M_S2), clipped(gyr, MIN_CLIP_GYR_RAD_S)
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
    for count, word in ((quality.acc_clipped_samples, "accelerometer"), (quality.gyr_clipped_samples, "gyroscope")):
        if count:
            message = f"The {side} {word}'s range is not in the file; its end is inferred from a level it stands at."
            findings.append(Finding("clipping_inferred", "info", message, "Use a larger range.", side))
    return flags, quality


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


IMPORTER = Importer(
    name="plain_csv",
    extensions=(".csv", ".txt"),
    description="CSV with columns time_s, acc_*_m_s2 and, if there is a gyroscope, gyr_*_rad_s",
    sniff=sniff,
    read=read,
)
