"""Runs the whole pipeline on one case and lays what it says beside the reference, sensor by sensor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.readers import Case
from benchmarks.accuracy.score import Comparison, Detected, compare
from gaitpipe.model import FloatArray, SessionResult, Side
from gaitpipe.session import Session

COLUMNS = ("foot_strike_angle_deg", "shank_angle_ic_deg", "stride_length_m", "speed_m_s")
"""Figures of a stride row that are compared with the reference beside its times."""

LAST_CONTACT_S = 0.1
"""A stride ends with a row of its own unless none begins within this time of its end."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What the rows of one sensor are sorted by."""

    dataset: str
    trial: str
    placement: str
    mode: str
    side: str
    runner: str
    speed_m_s: float


def labels_of(case: Case, side: Side) -> Labels:
    runner = case.subject or case.dataset
    return Labels(case.dataset, case.trial, case.placement, case.mode, side, runner, case.speed_m_s)


def run_pipeline(case: Case, **options: Any) -> SessionResult:
    """The whole pipeline, both sensors of the trial in one session; the belt's speed is **not** given to it."""
    session = Session(case.recording.sensors, None, **options)
    for block in case.recording:
        session.feed(block)
    return session.finish()


def detected(strides: NDArray[np.void], kind: str = "") -> Detected:
    """Contacts and figures of a stride table of one side; `kind` is `` or `_raw`.

    Every row counts, whatever its `quality`, since each names a contact; stride times count from `ok` rows alone.
    A contact that only ends a stride (one before a break) has no row: it is added without terminal contact.
    """
    ic_s, tc_s = strides[f"ic{kind}_s"], strides[f"tc{kind}_s"]
    stride_s = strides["stride_time_s"]
    ends = (ic_s + stride_s)[np.isfinite(stride_s)]
    alone = np.array([end for end in ends if not np.any(np.abs(ic_s - end) < LAST_CONTACT_S)])
    order = np.argsort(np.concatenate([ic_s, alone]), kind="stable")
    good_s = np.where(strides["quality"] == "ok", stride_s, np.nan)
    names = [name for name in COLUMNS if name in (strides.dtype.names or ())]

    def filled(values: FloatArray) -> FloatArray:
        return np.concatenate([values, np.full(len(alone), np.nan)])[order]

    columns = {name: filled(strides[name]) for name in names}
    columns["ok"] = filled((strides["quality"] == "ok").astype(np.float64))
    return Detected(np.concatenate([ic_s, alone])[order], filled(tc_s), filled(good_s), columns)


def of_side(strides: NDArray[np.void], side: Side) -> NDArray[np.void]:
    """Rows of one side that name a contact, in order of time."""
    mine = strides[(strides["side"] == side) & np.isfinite(strides["ic_s"])]
    return np.asarray(mine[np.argsort(mine["ic_s"], kind="stable")])


def found_in(case: Case, result: SessionResult, kind: str = "") -> dict[Side, Detected]:
    """What the pipeline found in each sensor of the case."""
    return {info.side: detected(of_side(result.strides, info.side), kind) for info in case.recording.sensors}


def comparisons(case: Case, found: Mapping[Side, Detected]) -> list[Comparison]:
    """What was found beside the reference, one a sensor that has one."""
    return [compared(case, side, found[side]) for side in case.truth if side in found]


def compared(case: Case, side: Side, found: Detected) -> Comparison:
    """One sensor's comparison, labelled with runner, trial, side and the rest."""
    labels = labels_of(case, side)
    values = {name: getattr(labels, name) for name in Labels.__dataclass_fields__}
    return compare(found, case.truth[side]).label(**values)
