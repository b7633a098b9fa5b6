"""The exact truth of a synthetic session, and its file.

One row a contact and side, in order of `ic_s`; columns mean the same as in `strides.csv` and speak of the stride that
starts at `ic_s`. A contact that goes over into standing, or whose end lies after the session, has no `tc_s`.
"""

from __future__ import annotations

import csv
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError

TRUTH_COLUMNS: tuple[str, ...] = (
    "side", "stride", "ic_s", "tc_s", "stride_time_s", "step_time_s", "ground_contact_time_s", "swing_time_s",
    "flight_time_s", "duty_factor", "cadence_spm", "foot_strike_angle_deg", "shank_angle_ic_deg", "stride_length_m",
    "speed_m_s", "mode",
)  # fmt: skip

TRUTH_DTYPE = np.dtype(
    [(name, "U5" if name in ("side", "mode") else "i8" if name == "stride" else "f8") for name in TRUTH_COLUMNS]
)


def write_truth_csv(truth: NDArray[np.void], path: str | PathLike[str]) -> None:
    """Write the table; floats with all digits, empty where undefined."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(TRUTH_COLUMNS)
        for row in truth:
            writer.writerow([_cell(row[name]) for name in TRUTH_COLUMNS])


def read_truth_csv(path: str | PathLike[str]) -> NDArray[np.void]:
    """Read what `write_truth_csv` wrote.

    Raises
    ------
    RecordingError
        The file has other columns or a cell that is no number.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    if not lines or tuple(lines[0]) != TRUTH_COLUMNS:
        raise RecordingError(str(path), "this is not a truth table of the simulator", "Write it again with simulate.")
    truth = np.zeros(len(lines) - 1, dtype=TRUTH_DTYPE)
    for index, line in enumerate(lines[1:]):
        try:
            truth[index] = tuple(_value(name, cell) for name, cell in zip(TRUTH_COLUMNS, line, strict=True))
        except ValueError as error:
            raise RecordingError(str(path), f"cannot read this line: {error}", line=index + 2) from error
    return truth


def _cell(value: object) -> str:
    if isinstance(value, np.floating):
        return "" if np.isnan(value) else repr(float(value))
    return str(value)


def _value(name: str, cell: str) -> str | int | float:
    if name in ("side", "mode"):
        return cell
    if name == "stride":
        return int(cell)
    return float(cell) if cell else float("nan")
