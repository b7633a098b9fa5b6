"""C3D: contacts as events, and the sensors as analog channels, for gait laboratories' programs; needs `ezc3d`.

Rules
  1. Initial and terminal contacts of strides of quality `ok` are events "Foot Strike" and "Foot Off" of the contexts
     "Left" and "Right", the words that gait programs look for. Times count from the first frame, as C3D has it, and not
     from the session's time 0: the parameter GAITPIPE:FIRST_FRAME_SESSION_TIME_S is what lies between, and
     GAITPIPE:TIME_ZERO says so in words.
  2. C3D has one clock and one rate for all analog channels: samples are put on a regular grid of the faster sensor's
     nominal rate, by straight lines between neighbours. In a gap the channels are NaN. This is a copy for looking at
     beside other data; csv and parquet hold the samples themselves.
  3. There are no points. A frame holds as many analog samples as it takes to stay within 65,535 frames, the most that
     old readers know: a power of two, for readers divide the two rates, in single precision, and cut the rest off. The
     last frame is filled up with NaN.
  4. The library builds the file in memory: a recording of more than MAX_SAMPLES is refused, not cut.
"""

from __future__ import annotations

import errno
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.exporters.formats._contract import ExportChoices, Exporter, ExportOutcome, ExportSession
from gaitpipe.exporters.formats._library import need_library
from gaitpipe.model import SIDES, FloatArray, SampleBlock, SensorInfo, Side

MAX_SAMPLES = 2_000_000
"""Of both feet: more than an hour at 208 Hz."""
MAX_FRAMES = 65_000
TIME_ZERO = "EVENT:TIMES count from the first frame. Add FIRST_FRAME_SESSION_TIME_S for times as in strides.csv."
GAP_INTERVALS = 1.5
BLOCK_BYTES = 512
_EVENTS = (("ic_s", "Foot Strike", 1), ("tc_s", "Foot Off", 2))
_AXES = ("x", "y", "z")


class C3dWriter:
    """See the rules above."""

    def __init__(self, session: ExportSession, folder: Path) -> None:
        self._session, self._path = session, folder / _name(session)
        self._parts: dict[Side, list[FloatArray]] = {info.side: [] for info in session.sensors}
        self._count = 0

    def samples(self, block: SampleBlock) -> None:
        self._count += len(block)
        if self._count > MAX_SAMPLES:
            message = f"too long for C3D: more than {MAX_SAMPLES:,} samples"
            raise RecordingError(self._session.name, message, "C3D is for trials: use --to parquet, or shorter files.")
        if len(block):
            columns = [block.time_s[:, None], block.acc_m_s2, block.gyr_rad_s]
            self._parts[block.side].append(np.hstack(columns))

    def finish(self, outcome: ExportOutcome) -> None:
        samples = {side: np.concatenate(parts) for side, parts in self._parts.items() if parts}
        self._parts.clear()
        if not samples:
            raise RecordingError(self._session.name, "there are no samples", "Export another recording.")
        start_s = min(float(table[0, 0]) for table in samples.values())
        end_s = max(float(table[-1, 0]) for table in samples.values())
        rate_hz = max(self._session.sensor(side).rate_hz for side in samples)
        count = math.floor((end_s - start_s) * rate_hz) + 1
        per_frame = 1
        while count > MAX_FRAMES * per_frame:
            per_frame *= 2
        frames = math.ceil(count / per_frame)
        grid_s = start_s + np.arange(frames * per_frame) / rate_hz
        names, channels = [], []
        for side, table in samples.items():
            info = self._session.sensor(side)
            names += _channel_names(info)
            channels.append(on_grid(table[:, : 1 + len(_channel_names(info))], grid_s, info.rate_hz))
        self._write(names, np.vstack(channels), rate_hz, per_frame, events_of(outcome, start_s, end_s), start_s)

    def close(self) -> None:
        self._parts.clear()

    def _write(
        self,
        names: list[tuple[str, str]],
        channels: FloatArray,
        rate_hz: float,
        per_frame: int,
        events: list[tuple[float, Side, str, int]],
        start_s: float,
    ) -> None:
        import ezc3d

        content: Any = ezc3d.c3d()
        parameters = content["parameters"]
        parameters["POINT"]["RATE"]["value"] = [rate_hz / per_frame]
        parameters["ANALOG"]["RATE"]["value"] = [rate_hz]
        parameters["ANALOG"]["LABELS"]["value"] = [name for name, _ in names]
        parameters["ANALOG"]["UNITS"]["value"] = [unit for _, unit in names]
        content["data"]["points"] = np.zeros((4, 0, channels.shape[1] // per_frame))
        content["data"]["analogs"] = channels[None]
        content.add_parameter("GAITPIPE", "SOFTWARE", [self._session.software])
        content.add_parameter("GAITPIPE", "FIRST_FRAME_SESSION_TIME_S", [start_s])
        content.add_parameter("GAITPIPE", "TIME_ZERO", [TIME_ZERO])
        content.add_parameter("EVENT", "USED", [len(events)])
        if events:
            minutes = [time_s // 60 for time_s, *_ in events]
            seconds = [time_s % 60 for time_s, *_ in events]
            content.add_parameter("EVENT", "TIMES", np.array([minutes, seconds]))
            content.add_parameter("EVENT", "CONTEXTS", [side.capitalize() for _, side, _, _ in events])
            content.add_parameter("EVENT", "LABELS", [label for _, _, label, _ in events])
            content.add_parameter("EVENT", "ICON_IDS", [icon for *_, icon in events])
        try:
            content.write(str(self._path))
        except (RuntimeError, ValueError) as error:
            raise OSError(f"the library ezc3d failed: {error}") from error
        _check_whole(self._path, channels.size)


def _check_whole(path: Path, values: int) -> None:
    """Raise an OSError for a file that is shorter than its header and its values, 4 bytes each.

    The library says nothing when the disk is full, and must not be given such a file to read: that ends the process.
    """
    with path.open("rb") as file:
        head = file.read(BLOCK_BYTES)
        size = file.seek(0, os.SEEK_END)
    data_block = int.from_bytes(head[16:18], "little")  # counts from 1
    if len(head) < BLOCK_BYTES or size < (data_block - 1) * BLOCK_BYTES + 4 * values:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def on_grid(table: FloatArray, grid_s: FloatArray, rate_hz: float) -> FloatArray:
    """Values of a table (n, 1 + m) with times in its first column, at the times of the grid (k,): (m, k).

    Straight lines between neighbours; NaN before the first, after the last and inside a gap of more than
    GAP_INTERVALS sample intervals.
    """
    time_s = table[:, 0]
    after = np.searchsorted(time_s, grid_s, side="left").clip(1, len(time_s) - 1)
    gap = time_s[after] - time_s[after - 1] > GAP_INTERVALS / rate_hz
    nearest_s = np.minimum(np.abs(grid_s - time_s[after]), np.abs(grid_s - time_s[after - 1]))
    outside = (grid_s < time_s[0]) | (grid_s > time_s[-1]) | (gap & (nearest_s > 1e-9))
    values = np.stack([np.interp(grid_s, time_s, column) for column in table[:, 1:].T])
    values[:, outside] = np.nan
    return values


def events_of(outcome: ExportOutcome, start_s: float, end_s: float) -> list[tuple[float, Side, str, int]]:
    """(time from the first frame [s], side, label, icon) of all contacts inside the file, in the order of time."""
    strides = outcome.result.strides
    good = strides[strides["quality"] == "ok"]
    found: list[tuple[float, Side, str, int]] = []
    for side in SIDES:
        for column, label, icon in _EVENTS:
            times_s = good[column][good["side"] == side]
            inside = times_s[(times_s >= start_s) & (times_s <= end_s)]
            found += [(float(time_s) - start_s, side, label, icon) for time_s in inside]
    return sorted(found)


def _channel_names(info: SensorInfo) -> list[tuple[str, str]]:
    """(name, unit) of the analog channels of a sensor."""
    start = f"{info.side[0].upper()}_{info.placement}"
    kinds = [("acc", "m/s2"), *([("gyr", "rad/s")] if info.has_gyro else [])]
    return [(f"{start}_{kind}_{axis}", unit) for kind, unit in kinds for axis in _AXES]


def _name(session: ExportSession) -> str:
    return f"{session.name}.c3d"


def _check(_choices: ExportChoices) -> None:
    need_library("C3D", "ezc3d", "c3d")


def _open(session: ExportSession, folder: Path, _target: Path) -> C3dWriter:
    _check(session.choices)
    return C3dWriter(session, folder)


EXPORTER = Exporter(
    name="c3d",
    description="Contacts as Foot Strike and Foot Off events, sensors as analog channels on one regular clock",
    files_text="`NAME.c3d`",
    readers="ezc3d and c3d, two separate readers: the same events and channels",
    open=_open,
    files=lambda session: (_name(session),),
    extra="c3d",
    check=_check,
)
