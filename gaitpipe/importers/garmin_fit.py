"""FIT files as samples: those few in which a watch or a pod kept its calibrated accelerometer.

Rules:

1. Messages `accelerometer_data` hold arrays: offsets in time [ms] from the message's own, and calibrated accelerations
   [g]; `gyroscope_data` the same with rotation rates [deg/s]. Counts without calibration are refused.
2. A file without them holds at most the running dynamics of a watch, about one value a second: no samples, but a
   comparison. It is refused with that advice.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._fit import ACCELEROMETER, GYROSCOPE, FitMessages, is_fit, read_fit
from gaitpipe.importers._join import join_gyroscope
from gaitpipe.model import STANDARD_GRAVITY_M_S2, Finding, FloatArray


def sniff(head: bytes, path: Path) -> bool:
    """True for a FIT file."""
    del path
    return is_fit(head)


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read the calibrated accelerometer and gyroscope of a FIT file.

    Raises
    ------
    RecordingError
        It is no FIT file, damaged, or holds no such samples.
    UsageError
        fitdecode is not installed.
    """
    del options
    file = read_fit(path, (ACCELEROMETER, GYROSCOPE))
    accelerations = file.messages[ACCELEROMETER]
    if not accelerations.rows:
        message = "a FIT file without samples of motion: at most the figures of a watch, once a second"
        raise RecordingError(str(path), message, "Compare them with a recording: --compare-fit FILE.")
    findings = [
        Finding(
            "import_experimental",
            "warning",
            f"{path.name}: samples in FIT files are experimental: none of a real device was seen yet.",
            "Compare some figures with the vendor's own program before you rely on them.",
        )
    ]
    unix_s, acc_g = _samples(accelerations, "calibrated_accel", path)
    first_s = float(np.nanmin(unix_s)) if np.isfinite(unix_s).any() else 0.0
    gyr = None
    if file.messages[GYROSCOPE].rows:
        gyr_unix_s, rates_deg_s = _samples(file.messages[GYROSCOPE], "calibrated_gyro", path)
        gyr = np.deg2rad(rates_deg_s)
        if not np.array_equal(unix_s, gyr_unix_s):
            gyr = join_gyroscope(unix_s - first_s, gyr_unix_s - first_s, gyr, path, findings)
    acc = acc_g * STANDARD_GRAVITY_M_S2
    sensor = SensorSamples(file.device, unix_s - first_s, acc, gyr, clock_origin_s=first_s or None)
    return ImportedFile((sensor,), file.sha256, tuple(findings))


def _samples(messages: FitMessages, name: str, path: Path) -> tuple[FloatArray, FloatArray]:
    """Unix times (n,) and values (n, 3) of all samples of these messages."""
    times: list[FloatArray] = []
    values: list[FloatArray] = []
    for unix_s, row in zip(messages.unix_s, messages.rows, strict=True):
        axes = [_array(row.get(f"{name}_{axis}")) for axis in "xyz"]
        offsets_ms = _array(row.get("sample_time_offset"))
        if len({len(axis) for axis in (*axes, offsets_ms)}) != 1 or not len(offsets_ms):
            message = f"its samples are counts without calibration, or lack a part ({name}, sample_time_offset)"
            raise RecordingError(str(path), message, "Such samples cannot be read: use another export.")
        own_ms = row.get("timestamp_ms")
        times.append(unix_s + ((own_ms if isinstance(own_ms, int | float) else 0.0) + offsets_ms) * 1e-3)
        values.append(np.column_stack(axes))
    return np.concatenate(times), np.concatenate(values)


def _array(value: object) -> FloatArray:
    cells = value if isinstance(value, list | tuple) else () if value is None else (value,)
    return np.array([float(x) if isinstance(x, int | float) else np.nan for x in cells], dtype=np.float64)


IMPORTER = Importer(
    name="garmin_fit",
    extensions=(".fit",),
    description="FIT files with calibrated samples of an accelerometer (experimental)",
    sniff=sniff,
    read=read,
    layout="specification",
    layout_source="the FIT profile, as an open reader (fitdecode) holds it",
    tested_against="synthetic files",
)
