"""One thin reader for each folder of reference recordings: files in, `Case` out, units converted to SI.

The recordings are research data and never part of the repository. They are looked for in the folder given by
`--data`, else in the folder named by the environment variable GAITPIPE_DATA, else in `../shared/data` beside the
checkout.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gaitpipe.model import (
    FLAG_ACC_CLIPPED,
    SIDES,
    STANDARD_GRAVITY_M_S2,
    FloatArray,
    Placement,
    Recording,
    SampleBlock,
    SensorInfo,
    Side,
)

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_DATA = ROOT.parent / "shared" / "data"
DATA_VARIABLE = "GAITPIPE_DATA"

Reference = Literal["force", "mocap", "spectrum", "none"]

LETTERS: dict[str, Side] = {"L": "left", "R": "right"}
PLACEMENTS: tuple[Placement, ...] = ("foot", "shank")
ACC_COLUMNS = ["acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2"]
GYR_COLUMNS = ["gyr_x_rad_s", "gyr_y_rad_s", "gyr_z_rad_s"]
TRUTH_COLUMNS = {
    "foot_strike_angle_deg": "foot_strike_angle_deg",
    "shank_angle_abs_ic_deg": "shank_angle_abs_ic_deg",
    "shank_angle_abs_ic_m10_deg": "shank_angle_abs_ic_m10_deg",
    "belt_speed_m_s": "belt_speed_mps",
}
"""Our names of the figures that the virtual sensors' reference knows of each contact, and its names."""


class DataMissingError(Exception):
    """The folder with the reference recordings is not there, or is not complete."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Reference contacts of one side: `ic_s` and `tc_s` (n,), NaN where not known; `stride_time_s` (n,) from each
    contact to the next one of that side, NaN where that one was left out. Gait lasts from `start_s` to `end_s`;
    `excluded_ic_s` are contacts that were seen but left out; `columns` are other figures of the contacts, each (n,)."""

    ic_s: FloatArray
    tc_s: FloatArray
    stride_time_s: FloatArray
    start_s: float
    end_s: float
    belt_speed_m_s: float | None = None
    excluded_ic_s: FloatArray = field(default_factory=lambda: np.zeros(0))
    columns: Mapping[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Marker:
    """Motion capture of the sensor itself: `time_s` (n,), `position_m` (n, 3) with z up, `still` (n,) true where the
    data set calls its velocity zero."""

    time_s: FloatArray
    position_m: FloatArray
    still: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Case:
    """One trial and placement, with everything that is known about it from elsewhere."""

    dataset: str
    trial: str
    placement: Placement
    mode: Literal["run", "walk"]
    reference: Reference
    recording: Recording
    truth: Mapping[Side, Truth] = field(default_factory=dict)
    subject: str = ""
    speed_m_s: float = np.nan
    mounts: Mapping[Side, FloatArray] = field(default_factory=dict)
    """Quaternion (w, x, y, z) from sensor to segment axes (x forward, y up, z right), where the data set knows it."""
    marker: Marker | None = None


def data_folder(option: str | None) -> Path:
    """The folder of the recordings.

    Raises
    ------
    DataMissingError
        It does not exist.
    """
    folder = Path(option or os.environ.get(DATA_VARIABLE) or DEFAULT_DATA)
    if not folder.is_dir():
        message = (
            "The reference recordings are not on this machine, so nothing was measured. "
            f"Give their folder with --data or in the environment variable {DATA_VARIABLE}."
        )
        raise DataMissingError(message)
    return folder


def all_cases(folder: Path) -> Iterator[Case]:
    """Every trial of every data set, in a fixed order.

    Raises
    ------
    DataMissingError
        A data set is missing.
    """
    for name, reader in READERS.items():
        if not (folder / name).is_dir():
            message = f"The folder of reference recordings holds no '{name}'."
            raise DataMissingError(message)
        yield from reader(folder / name)


def block_of(
    info: SensorInfo, time_s: FloatArray, acc_m_s2: FloatArray, gyr_rad_s: FloatArray | None = None
) -> list[SampleBlock]:
    """One sensor's samples as blocks: rows with a missing value are lost samples, and a block ends before them."""
    acc = np.ascontiguousarray(acc_m_s2, dtype=np.float64)
    gyr = np.full_like(acc, np.nan) if gyr_rad_s is None else np.ascontiguousarray(gyr_rad_s, dtype=np.float64)
    good = np.isfinite(time_s) & np.isfinite(acc).all(axis=1)
    if gyr_rad_s is not None:
        good &= np.isfinite(gyr).all(axis=1)
    flags = np.zeros(len(acc), np.uint8)
    if info.acc_range_m_s2 is not None:
        flags[(np.abs(acc) >= 0.998 * info.acc_range_m_s2).any(axis=1)] |= FLAG_ACC_CLIPPED
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(np.int8), [0]])))
    return [
        SampleBlock(
            info.side, info.placement, int(a), np.array(time_s[a:b]), acc[a:b].copy(), gyr[a:b].copy(), flags[a:b]
        )
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def _recording(name: str, sensors: list[tuple[SensorInfo, list[SampleBlock]]]) -> Recording:
    blocks = [block for _, parts in sensors for block in parts]
    blocks.sort(key=lambda block: float(block.time_s[0]))
    return Recording(name=name, sensors=tuple(info for info, _ in sensors), blocks=blocks)


def read_virtual_imu(folder: Path) -> Iterator[Case]:
    """Computed foot and shank sensors of treadmill runners; truth from force plates (vertical force over 50 N)."""
    trials = pd.read_csv(folder / "trials.csv").set_index("trial_id")
    exclusions = pd.read_csv(folder / "exclusions.csv")
    for trial, row in trials.iterrows():
        samples = pd.read_parquet(folder / "imu" / f"{trial}.parquet")
        table = pd.read_csv(folder / "truth" / f"{trial}.csv")
        left_out = exclusions[(exclusions["trial"] == trial) & exclusions["ic_s"].notna()]
        for placement in PLACEMENTS:
            sensors: list[tuple[SensorInfo, list[SampleBlock]]] = []
            truth: dict[Side, Truth] = {}
            for letter, side in LETTERS.items():
                part = samples[(samples["side"] == letter) & (samples["placement"] == placement)]
                if not len(part):
                    continue
                info = SensorInfo(side, placement, float(row["rate_hz"]))
                time_s, acc, gyr = (part[c].to_numpy(np.float64) for c in ("time_s", ACC_COLUMNS, GYR_COLUMNS))
                sensors.append((info, block_of(info, time_s, acc, gyr)))
                mine = table[table["side"] == letter]
                truth[side] = Truth(
                    ic_s=mine["ic_s"].to_numpy(np.float64),
                    tc_s=mine["tc_s"].to_numpy(np.float64),
                    stride_time_s=mine["stride_time_s"].to_numpy(np.float64),
                    start_s=float(row["blend_end_s"]),
                    end_s=float(row["gait_end_s"]),
                    belt_speed_m_s=float(row["belt_speed_mps"]),
                    excluded_ic_s=left_out.loc[left_out["side"] == letter, "ic_s"].to_numpy(np.float64),
                    columns={name: mine[source].to_numpy(np.float64) for name, source in TRUTH_COLUMNS.items()},
                )
            mounts = {side: _mount(row, placement, letter) for letter, side in LETTERS.items() if side in truth}
            yield Case(
                "virtual_imu", str(trial), placement, "run", "force", _recording(str(trial), sensors), truth,
                str(row["subject"]), float(row["nominal_speed_mps"]), mounts,
            )  # fmt: skip


def _mount(row: pd.Series, placement: Placement, letter: str) -> FloatArray:
    return np.array([row[f"mount_{placement}_{letter}_q{part}"] for part in "wxyz"], dtype=np.float64)


def read_foot_imu_running(folder: Path) -> Iterator[Case]:
    """A real sensor on the right shoe, laps with turns: no contact times; the spectrum is the reference of cadence."""
    for path in sorted(folder.glob("*.csv")):
        table = pd.read_csv(path)
        info = SensorInfo("right", "foot", 200.0)
        time_s = table["t_s"].to_numpy(np.float64)
        acc, gyr = (table[list(c)].to_numpy(np.float64) for c in (("ax", "ay", "az"), ("gx", "gy", "gz")))
        mode: Literal["run", "walk"] = "run" if path.stem.startswith("run") else "walk"
        recording = _recording(path.stem, [(info, block_of(info, time_s, acc, gyr))])
        marker = Marker(time_s, table[["px", "py", "pz"]].to_numpy(np.float64), table["zv_vicon"].to_numpy() > 0.5)
        yield Case("foot_imu_running", path.stem, "foot", mode, "spectrum", recording, subject="P", marker=marker)


def read_foot_imu_walking(folder: Path) -> Iterator[Case]:
    """Real sensors on both feet, walking; contact times from motion capture, in samples of the sensors."""
    rate_hz = 204.8
    table = pd.read_csv(folder / "imu_sample.csv", header=[0, 1], index_col=0)
    events = pd.read_csv(folder / "stride_events_sample.csv")
    time_s = np.arange(len(table)) / rate_hz
    sensors: list[tuple[SensorInfo, list[SampleBlock]]] = []
    truth: dict[Side, Truth] = {}
    for side in SIDES:
        info = SensorInfo(side, "foot", rate_hz)
        channels = table[f"{side}_sensor"]
        acc = channels[["acc_x", "acc_y", "acc_z"]].to_numpy(np.float64)
        gyr = np.radians(channels[["gyr_x", "gyr_y", "gyr_z"]].to_numpy(np.float64))
        sensors.append((info, block_of(info, time_s, acc, gyr)))
        truth[side] = _walking_truth(events[events["foot"] == side], rate_hz)
    recording = _recording("imu_sample", sensors)
    yield Case("foot_imu_walking", "imu_sample", "foot", "walk", "mocap", recording, truth)


def _walking_truth(events: pd.DataFrame, rate_hz: float) -> Truth:
    """A row of the file runs from one mid-stance to the next: `pre_ic` begins the contact that ends at `tc`."""
    contacts = events[["pre_ic", "tc"]].to_numpy(np.float64) / rate_hz
    stride_time_s = (events["ic"] - events["pre_ic"]).to_numpy(np.float64) / rate_hz
    order = np.argsort(contacts[:, 0])
    contacts, stride_time_s = contacts[order], stride_time_s[order]
    ends = (float(contacts[0, 0]), float(contacts[-1, 0] + stride_time_s[-1]))
    stride_time_s[stride_time_s > 1.5 * np.median(stride_time_s)] = np.nan  # the turn between the two walks
    return Truth(contacts[:, 0], contacts[:, 1], stride_time_s, *ends)


def read_shank_acc_force(folder: Path) -> Iterator[Case]:
    """A real accelerometer on one shank, no gyroscope; the force of that leg gives the contacts (over 60 N)."""
    events = pd.read_csv(folder / "events.csv")
    for _, row in pd.read_csv(folder / "trials.csv").iterrows():
        table = pd.read_csv(folder / f"{row['trial']}.csv")
        info = SensorInfo("right", "shank", 1000.0 / 7.0, has_gyro=False, acc_range_m_s2=8 * STANDARD_GRAVITY_M_S2)
        time_s = table["time_s"].to_numpy(np.float64)
        mine = events[events["trial"] == row["trial"]]
        ic_s, tc_s = mine["ic_s"].to_numpy(np.float64), mine["tc_s"].to_numpy(np.float64)
        truth = Truth(
            ic_s, tc_s, _whole_strides(ic_s), float(time_s[0]), float(time_s[-1]), float(row["belt_speed_m_s"])
        )
        yield Case(
            "shank_acc_force", str(row["trial"]), "shank", "run" if row["mode"] == "running" else "walk", "force",
            _recording(str(row["trial"]), [(info, block_of(info, time_s, table[ACC_COLUMNS].to_numpy(np.float64)))]),
            {"right": truth}, str(row["subject"]), float(row["belt_speed_m_s"]),
        )  # fmt: skip


def _whole_strides(ic_s: FloatArray) -> FloatArray:
    """Times to the next contact; NaN for the last one and where a contact must be missing between the two."""
    stride_time_s = np.append(np.diff(ic_s), np.nan)
    stride_time_s[stride_time_s > 1.5 * np.nanmedian(stride_time_s)] = np.nan
    return stride_time_s


def read_shoe_acc_outdoor(folder: Path) -> Iterator[Case]:
    """A real accelerometer on the left shoe, units of g, clipped at 8 g; nothing to compare with but its spectrum."""
    for path in sorted(folder.glob("*.csv")):
        table = pd.read_csv(path)
        info = SensorInfo("left", "foot", 100.0, has_gyro=False, acc_range_m_s2=8 * STANDARD_GRAVITY_M_S2)
        acc = table[["x_g", "y_g", "z_g"]].to_numpy(np.float64) * STANDARD_GRAVITY_M_S2
        blocks = block_of(info, table["t_s"].to_numpy(np.float64), acc)
        yield Case("shoe_acc_outdoor", path.stem, "foot", "run", "none", _recording(path.stem, [(info, blocks)]))


READERS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "virtual_imu": read_virtual_imu,
    "foot_imu_running": read_foot_imu_running,
    "foot_imu_walking": read_foot_imu_walking,
    "shank_acc_force": read_shank_acc_force,
    "shoe_acc_outdoor": read_shoe_acc_outdoor,
}
