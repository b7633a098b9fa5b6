"""Writes a runner's samples as other programs write them: synthetic files in the vendors' layouts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from gaitpipe.importers import ReadOptions, column_names
from gaitpipe.model import STANDARD_GRAVITY_M_S2
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate

START = datetime(2026, 6, 10, 22, 0, 0, tzinfo=UTC)
START_S = START.timestamp()


@dataclass(frozen=True)
class Samples:
    """Times [s] (n,), acceleration [m/s^2] and rotation rate [rad/s] (n, 3)."""

    time_s: np.ndarray
    acc: np.ndarray
    gyr: np.ndarray


@dataclass(frozen=True)
class Format:
    """How a program writes: `write(folder, samples)` gives the file to read; and how finely it does."""

    write: Callable[[Path, Samples], Path]
    time_s: float
    acc_m_s2: float
    gyr_rad_s: float
    rate_hz: float = 208.0
    options: ReadOptions = field(default_factory=ReadOptions)


@cache
def runner(rate_hz: float = 208.0, seconds: float = 25.0) -> Samples:
    """A synthetic runner's left foot: three seconds of standing, then running."""
    config = RunnerConfig((Segment("stand", 3.0), Segment("run", seconds - 3.0, 3.0)), rate_hz=rate_hz)
    stream = simulate(config).sensors["left"]
    return Samples(np.arange(len(stream.acc_m_s2)) / rate_hz, stream.acc_m_s2, stream.gyr_rad_s)


def part(samples: Samples, start: int, end: int) -> Samples:
    return Samples(samples.time_s[start:end], samples.acc[start:end], samples.gyr[start:end])


def rows_of(columns: Sequence[tuple[str, Sequence[object] | np.ndarray]], separator: str = ",") -> list[str]:
    """Lines from columns with a format each."""
    cells = [[form.format(value) for value in values] for form, values in columns]
    return [separator.join(row) for row in zip(*cells, strict=True)]


def save(path: Path, lines: Sequence[str], encoding: str = "utf-8", end: str = "\n") -> Path:
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def edit(path: Path, change: Callable[[str], str], encoding: str = "utf-8") -> Path:
    path.write_bytes(change(path.read_bytes().decode(encoding)).encode(encoding))
    return path


def plain_csv(folder: Path, samples: Samples) -> Path:
    header = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
    columns = [("{!r}", [float(value) for value in axis]) for axis in (samples.time_s, *samples.acc.T, *samples.gyr.T)]
    return save(folder / "plain.csv", [header, *rows_of(columns)])


DOT_PREAMBLE = (
    "sep=,", "DeviceTag:,D1,,,,,", "FirmwareVersion:,3.0.0,,,,,", "AppVersion:,2023.6.0,,,,,", "SyncStatus:,Synced",
    "OutputRate:,120Hz", "FilterProfile:,General", "Measurement Mode:,Rate quantities",
    "StartTime: ,2026-06-10_22:00:00_086 WEST", "© Movella Technologies B. V. 2005-2026", "",
)  # fmt: skip
DOT_START_US = 2**32 - 3_000_000


def movella_dot(
    folder: Path, samples: Samples, names: str = "Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z", values: np.ndarray | None = None
) -> Path:
    """Rate quantities, or other columns; the counter of microseconds wraps after three seconds."""
    values = np.column_stack([samples.acc, np.degrees(samples.gyr)]) if values is None else values
    time_us = (np.rint(samples.time_s * 1e6).astype(int) + DOT_START_US) % 2**32
    columns = [("{}", range(1, len(time_us) + 1)), ("{}", time_us), *(("{:.7f}", axis) for axis in values.T)]
    return save(folder / "D1_20260610.csv", [*DOT_PREAMBLE, f"PacketCounter,SampleTimeFine,{names}", *rows_of(columns)])


METABASE_NAME = "run_MetaWear_2026-06-10T22.00.00.000_CCA00625B61F_{}_{}Hz_1.7.3.csv"


def metabase(folder: Path, samples: Samples, gyro: Samples | None = None, rates: str = "200.000") -> Path:
    """Accelerometer and, unless `gyro` has no sample, the gyroscope beside it."""
    acc = _metabase_file(folder / METABASE_NAME.format("Accelerometer", "200.000"), samples.time_s, samples.acc, "g")
    gyro = samples if gyro is None else gyro
    if len(gyro.time_s):
        _metabase_file(folder / METABASE_NAME.format("Gyroscope", rates), gyro.time_s, gyro.gyr, "deg/s")
    return acc


def _metabase_file(path: Path, time_s: np.ndarray, values: np.ndarray, unit: str) -> Path:
    epoch = np.rint((START_S + time_s) * 1000).astype(int)
    clock = [(START + timedelta(seconds=float(value))).strftime("%H:%M:%S.%f")[:-3] for value in time_s]
    scaled = values / STANDARD_GRAVITY_M_S2 if unit == "g" else np.degrees(values)
    columns = [("{}", epoch), ("{}", clock), ("{:.3f}", time_s - time_s[0]), *(("{:.3f}", axis) for axis in scaled.T)]
    header = f"epoch (ms),time (+01:00),elapsed (s),x-axis ({unit}),y-axis ({unit}),z-axis ({unit})"
    return save(path, [header, *rows_of(columns)])


def movesense_csv(folder: Path, samples: Samples) -> Path:
    """Two files of a sample app, whose rows end with a comma and a blank."""
    time_ms = np.rint(samples.time_s * 1000).astype(int) + 123_456
    for word, values, unit in (
        ("LinearAcc", samples.acc, "m/s^2"),
        ("AngularVelocity", np.degrees(samples.gyr), "degree per second"),
    ):
        header = f"Timestamp (ms),X: ({unit}),Y: ({unit}),Z: ({unit})"
        rows = rows_of([("{}", time_ms), *(("{:.6f}", axis) for axis in values.T)])
        save(folder / f"Movesense_20260610_{word}.csv", [header, *(f"{row}, " for row in rows)])
    return folder / "Movesense_20260610_LinearAcc.csv"


def polar_sensor_logger(folder: Path, samples: Samples, set_clock: bool = True) -> Path:
    first_ns = int((START_S - 946_684_800) * 1e9) if set_clock else 599_616_000_000_000_000
    time_ns = [first_ns + int(value) for value in np.rint(samples.time_s * 1e9)]
    phone = [(START + timedelta(seconds=float(t))).isoformat(timespec="milliseconds")[:-6] for t in samples.time_s]
    for word, values, unit in (
        ("ACC", samples.acc / STANDARD_GRAVITY_M_S2 * 1000, "mg"),
        ("GYRO", np.degrees(samples.gyr), "dps"),
    ):
        form = "{:.0f}" if unit == "mg" else "{:.6f}"
        header = f"Phone timestamp;sensor timestamp [ns];X [{unit}];Y [{unit}];Z [{unit}] "
        rows = rows_of([("{}", phone), ("{}", time_ns), *((form, axis) for axis in values.T)], ";")
        save(folder / f"Polar_Sense_B0123456_20260610_220000_{word}.txt", [header, *rows])
    return folder / "Polar_Sense_B0123456_20260610_220000_ACC.txt"


WIT_ENGLISH = "time\tDeviceName\tChipTime()\tAccX(g)\tAccY(g)\tAccZ(g)\tAsX(°/s)\tAsY(°/s)\tAsZ(°/s)\tAngleX(°)"


def witmotion_rows(samples: Samples, device: str, chip: bool = False, arrival_s: np.ndarray | None = None) -> list[str]:
    def written(times_s: np.ndarray) -> list[str]:
        return [(START + timedelta(seconds=float(t))).isoformat(timespec="milliseconds")[:-6] for t in times_s]

    times = samples.time_s if arrival_s is None else arrival_s
    chips = [text.replace("T", " ") for text in written(samples.time_s)] if chip else ["null"] * len(times)
    values = np.column_stack([samples.acc / STANDARD_GRAVITY_M_S2, np.degrees(samples.gyr), samples.acc[:, 0]])
    columns = [("{}", written(times)), ("{}", [device] * len(times)), ("{}", chips)]
    return rows_of([*columns, *(("{:.3f}", axis) for axis in values.T)], "\t")


def witmotion(folder: Path, samples: Samples) -> Path:
    rows = witmotion_rows(samples, "WT901BLE68(c3:9d:03:84:35:11)", chip=True)
    return save(folder / "20260610220000.txt", [WIT_ENGLISH, *rows], end="\r\n")


def shimmer_columns(samples: Samples, device: str, kind: str = "WR") -> list[tuple[str, str, str, np.ndarray]]:
    """Name, unit, form and values of a device's columns."""
    time_ms = (START_S + samples.time_s) * 1000.0
    columns = [(f"{device}_Timestamp_Unix_CAL", "ms", "{!r}", time_ms)]
    for place, axis in enumerate("XYZ"):
        columns.append((f"{device}_Accel_{kind}_{axis}_CAL", "m/(s^2)", "{!r}", samples.acc[:, place]))
    for place, axis in enumerate("XYZ"):
        columns.append((f"{device}_Gyro_{axis}_CAL", "deg/s", "{!r}", np.degrees(samples.gyr[:, place])))
    return columns


def save_shimmer(path: Path, columns: Sequence[tuple[str, str, str, np.ndarray]], separator: str = "\t") -> Path:
    """Names, units and rows, each with a separator at its end."""
    forms = [(form, [float(v) if form == "{!r}" else v for v in values]) for _name, _unit, form, values in columns]
    lines = [f'"sep={separator}"', separator.join(name for name, *_rest in columns) + separator]
    lines.append(separator.join(unit for _name, unit, *_rest in columns) + separator)
    return save(path, lines + [row + separator for row in rows_of(forms, separator)])


def shimmer(folder: Path, samples: Samples) -> Path:
    columns = shimmer_columns(samples, "Shimmer_5F42")
    return save_shimmer(folder / "run_Session1_Shimmer_5F42_Calibrated_SD.csv", columns)


def blue_trident(folder: Path, samples: Samples) -> Path:
    time_us = np.rint((START_S + samples.time_s) * 1e6).astype(np.int64)
    columns = [("{}", time_us), ("{:.6f}", samples.time_s)]
    columns += [("{:.6f}", axis) for axis in (*samples.acc.T, *np.degrees(samples.gyr).T)]
    header = "unix_timestamp_microsec,time_s,ax_m/s/s,ay_m/s/s,az_m/s/s,gx_deg/s,gy_deg/s,gz_deg/s"
    return save(folder / "R1_TS-02092_2026-06-10-22-00-00_lowg.csv", [header, *rows_of(columns)])


def own_columns(folder: Path, samples: Samples) -> Path:
    columns = [("{:.6f}", axis) for axis in (samples.time_s, *samples.acc.T, *samples.gyr.T)]
    return save(folder / "table.csv", ["t_s;ax;ay;az;gx;gy;gz", *rows_of(columns, ";")])


OWN = ReadOptions("m/s2", "rad/s", columns=column_names("time=t_s acc=ax,ay,az gyr=gx,gy,gz"))
G3 = 0.0005 * STANDARD_GRAVITY_M_S2
DEG3 = float(np.radians(0.0005))
FORMATS: dict[str, Format] = {
    "plain_csv": Format(plain_csv, 0.0, 0.0, 0.0),
    "movella_dot": Format(movella_dot, 5e-7, 1e-7, 1e-7, rate_hz=120.0),
    "metabase": Format(metabase, 5e-4, G3, DEG3),
    "movesense_csv": Format(movesense_csv, 5e-4, 1e-6, 1e-6),
    "polar_sensor_logger": Format(polar_sensor_logger, 3e-7, G3, 1e-6),
    "witmotion": Format(witmotion, 5e-4, G3, DEG3),
    "shimmer": Format(shimmer, 1e-6, 1e-9, 1e-9),
    "blue_trident": Format(blue_trident, 1e-6, 1e-6, 1e-6),
    "columns": Format(own_columns, 1e-6, 1e-6, 1e-6, options=OWN),
}
