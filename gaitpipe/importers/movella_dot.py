"""Movella DOT (Xsens DOT) CSV: recording and streaming exports of the vendor's app.

Rules:

1. Acceleration in m/s^2 and rotation rate in deg/s, in the sensor's axes, come from the rate-quantities modes and
   custom mode 5. The delta and high-fidelity modes give the change of velocity and orientation over one output
   interval: they are divided by it (Xsens DOT user manual, 4.2.1).
2. Modes with orientation or free acceleration alone are refused: gravity was taken out by the vendor's filter.
3. SampleTimeFine counts microseconds in 32 bits and wraps after 71.6 minutes. It is the same clock for all sensors that
   the app has synchronised, so that it is kept as it is.
4. PacketCounter is compared with the times: where it skips more than they do, it is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gaitpipe.errors import RecordingError, counted
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._table import (
    Header,
    NumberTable,
    axes,
    find_header,
    header_of,
    read_columns,
    stacked,
    table_findings,
)
from gaitpipe.importers._text import read_text
from gaitpipe.importers._units import acceleration_factor, rotation_rate_factor
from gaitpipe.model import Finding, FloatArray

COUNTER, TIME = "PacketCounter", "SampleTimeFine"
WRAP_US = 2.0**32
SHORTEST_STEP_US, LONGEST_STEP_US = 5_000.0, 1_100_000.0
"""The sensor gives 1 to 120 samples a second."""
ACC = re.compile(r"Acc_([XYZ])", re.IGNORECASE)
GYR = re.compile(r"Gyr_([XYZ])", re.IGNORECASE)
DELTA_V = re.compile(r"dv\[([123])\]", re.IGNORECASE)
DELTA_Q = re.compile(r"dq_([WXYZ])", re.IGNORECASE)
MODES = "Record in the mode 'Rate quantities', with or without magnetometer, or 'Custom mode 5'."


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the columns of such a file."""
    return COUNTER in cells and TIME in cells


def sniff(head: bytes, path: Path) -> bool:
    """True when a line names PacketCounter and SampleTimeFine, and the file is not one of MT Manager."""
    del path
    header = find_header(head, is_header)
    return header is not None and not _of_mt_manager(header)


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read the sensor of an export.

    Raises
    ------
    RecordingError
        The file is not of this format, or its mode lacks acceleration with gravity or the rotation rate.
    """
    text = read_text(path)
    header = header_of(text, is_header, "Movella DOT")
    if _of_mt_manager(header):
        advice = "Give its columns: --columns, with --acc-unit and --gyr-unit."
        raise RecordingError(str(path), "this is an export of MT Manager, not of a Movella DOT", advice)
    acc, gyr = axes(path, header, ACC, "acceleration"), axes(path, header, GYR, "rotation rate")
    delta_v, delta_q = _all_of(path, header, DELTA_V, "123"), _all_of(path, header, DELTA_Q, "WXYZ")
    if not (acc and gyr) and not (delta_v and delta_q):
        raise _no_rates(path, header)
    by_rate = bool(acc and gyr)
    table = read_columns(text, header, [COUNTER, TIME, *((*acc, *gyr) if by_rate else (*delta_v, *delta_q))])
    findings = table_findings(table, path)
    time_s = _unwrapped_s(table.columns[TIME])
    interval_s = _interval_s(time_s, path)
    _check_counter(table.columns[COUNTER], time_s, interval_s, path, findings)
    if by_rate:
        acc_m_s2 = stacked(table, acc) * acceleration_factor("m/s2", options, path, findings)
        gyr_rad_s = stacked(table, gyr) * rotation_rate_factor("deg/s", options, path, findings)
    else:
        acc_m_s2 = stacked(table, delta_v) / interval_s
        gyr_rad_s = _rotation_rate(table, delta_q) / interval_s
    said = _said(header)
    findings += _clock_findings(said, path)
    samples = SensorSamples(said.get("devicetag", ""), time_s, acc_m_s2, gyr_rad_s, first_line=table.first_line)
    return ImportedFile((samples,), table.sha256, tuple(findings))


def _of_mt_manager(header: Header) -> bool:
    return any(line.startswith("//") for line in header.preamble)


def _said(header: Header) -> dict[str, str]:
    """The key and value of each line before the header, keys in lower case without blanks."""
    pairs = (line.split(header.separator) for line in header.preamble)
    return {
        cells[0].replace(" ", "").rstrip(":").lower(): cells[1].strip()
        for cells in pairs
        if len(cells) > 1 and cells[0]
    }


def _clock_findings(said: dict[str, str], path: Path) -> list[Finding]:
    status = said.get("syncstatus", "")
    if not status or status.lower() in ("synced", "synchronized", "synchronised", "yes", "true"):
        return []
    message = f"{path.name}: the sensors' clocks were not synchronised (SyncStatus: {status[:40]})."
    return [Finding("not_synchronised", "warning", message, "Nothing between both feet can be trusted: use Sync.")]


def _all_of(path: Path, header: Header, pattern: re.Pattern[str], parts: str) -> tuple[str, ...]:
    found = {match[1].upper(): name for name in header.names if (match := pattern.fullmatch(name))}
    missing = [part for part in parts if part not in found]
    if found and missing:
        kind = pattern.pattern.split("(")[0].replace("\\", "")
        message = f"no column {kind}{', '.join(missing)}"
        raise RecordingError(str(path), message, "Export the file with all columns.", header.line)
    return tuple(found[part] for part in parts) if found else ()


def _no_rates(path: Path, header: Header) -> RecordingError:
    names = " ".join(header.names).lower()
    if "freeacc" in names:
        message = "it holds free acceleration only: the vendor's filter has taken gravity out"
    elif "acc_x" in names:
        message = "it holds acceleration, but no rotation rate of the gyroscope"
    else:
        message = "its mode gives orientation only, no acceleration with gravity"
    return RecordingError(str(path), message, MODES, header.line)


def _unwrapped_s(time_us: FloatArray) -> FloatArray:
    """Seconds from microseconds in 32 bits; only a jump back by nearly the whole range is a wrap."""
    rows = np.flatnonzero(np.isfinite(time_us))
    wraps = np.cumsum(np.diff(time_us[rows], prepend=time_us[rows][:1]) < -WRAP_US / 2.0)
    result = time_us.copy()
    result[rows] += wraps * WRAP_US
    return result / 1e6


def _interval_s(time_s: FloatArray, path: Path) -> float:
    steps = np.diff(time_s[np.isfinite(time_s)])
    steps = steps[steps > 0.0]
    if not len(steps):
        advice = f"Export it again with all columns; {TIME} must count microseconds."
        raise RecordingError(str(path), f"{TIME} is empty or stands still: the samples have no time", advice)
    interval_s = float(np.median(steps))
    if not SHORTEST_STEP_US <= 1e6 * interval_s <= LONGEST_STEP_US:
        message = (
            f"{TIME} grows by {1e6 * interval_s:.5g} from row to row, in microseconds {1.0 / interval_s:.4g} samples a "
            "second. A DOT gives 1 to 120 a second: these are not a DOT's microseconds"
        )
        advice = (
            f'If another program wrote this file, say what its columns are: --columns "time={TIME}:us acc=Acc_X,Acc_Y,'
            'Acc_Z gyr=Gyr_X,Gyr_Y,Gyr_Z" --acc-unit m/s2 --gyr-unit deg/s, with the unit that the time is in.'
        )
        raise RecordingError(str(path), message, advice)
    return interval_s


def _rotation_rate(table: NumberTable, delta_q: Sequence[str]) -> FloatArray:
    """Rotation vectors (n, 3) [rad] of the orientation's changes; q and -q are the same change."""
    quaternion = stacked(table, delta_q)
    quaternion = quaternion * np.where(quaternion[:, :1] < 0.0, -1.0, 1.0)
    sine = np.linalg.norm(quaternion[:, 1:], axis=1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, quaternion[:, :1])
    scale = np.divide(angle, sine, out=np.full_like(sine, 2.0), where=sine > 1e-12)
    return np.asarray(quaternion[:, 1:] * scale, dtype=np.float64)


def _check_counter(
    counter: FloatArray, time_s: FloatArray, interval_s: float, path: Path, findings: list[Finding]
) -> None:
    rows = np.isfinite(counter) & np.isfinite(time_s)
    skipped = np.diff(counter[rows]) - 1.0
    missing = np.rint(np.diff(time_s[rows]) / interval_s) - 1.0
    more = (skipped > 0.0) & (skipped > missing)
    if not more.any():
        return
    lost = int((skipped - np.maximum(missing, 0.0))[more].sum())
    message = (
        f"{path.name}: {COUNTER} skips {counted(lost, 'packet')} in {counted(int(more.sum()), 'place')} where the "
        "times do not."
    )
    findings.append(Finding("counter_skips", "warning", message, "The times were believed. Export the file again."))


IMPORTER = Importer(
    name="movella_dot",
    extensions=(".csv",),
    description="Movella DOT (Xsens DOT) app, recording or streaming export",
    sniff=sniff,
    read=read,
    layout="code",
    layout_source="headers written by public apps on the vendor's SDK; Xsens DOT user manual for units and dq, dv",
    tested_against="synthetic files in this layout",
)
