"""Stride length on the real laps: the pipeline against the displacement of a marker on the sensor.

The reference alone decides what counts, by these rules:
  1. Zero-velocity stretches of the marker closer than 0.15 s belong to one stance; its middle is where a stride begins.
  2. A stride runs from one middle to the next; it is a running (walking) stride when that takes 0.5-1.1 s (0.8-1.5 s).
  3. It is left out when the marker jumps inside it (faster than 9 m/s: no foot on these laps is), and counted.
  4. It is steady when its length and its time are within 15 % of the median of itself and the three strides before
     and after it: these laps have starts, stops and turns at every few strides.
A stride of the pipeline belongs to a reference stride when that one's beginning lies between its contact and its
toe-off, or no more than 0.10 s outside.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.accuracy.readers import Case, Marker
from benchmarks.accuracy.score import agreement
from benchmarks.accuracy.score.figures import Figures, ratio
from gaitpipe.model import FloatArray

STANCE_GAP_S = 0.15
STRIDE_S = {"run": (0.5, 1.1), "walk": (0.8, 1.5)}
LEAST_LENGTH_M = 0.3
FASTEST_M_S = 9.0
STEADY_SHARE = 0.15
NEIGHBOURS = 3
REACH_S = 0.10


@dataclass(frozen=True, slots=True)
class LapStrides:
    """Reference strides of one recording: `start_s`, `length_m`, `time_s`, `steady`, each (k,); `jumps` left out."""

    start_s: FloatArray
    length_m: FloatArray
    time_s: FloatArray
    steady: NDArray[np.bool_]
    jumps: int


def reference_strides(marker: Marker, mode: str) -> LapStrides:
    """Strides by the marker alone."""
    middles = _stances(marker)
    length_m = np.linalg.norm(np.diff(marker.position_m[middles], axis=0)[:, :2], axis=1)
    start_s = marker.time_s[middles[:-1]]
    time_s = np.diff(marker.time_s[middles])
    speed = np.linalg.norm(np.diff(marker.position_m, axis=0), axis=1) / np.diff(marker.time_s)
    jump = np.array([speed[a:b].max() > FASTEST_M_S for a, b in itertools.pairwise(middles)], dtype=bool)
    low, high = STRIDE_S[mode]
    gait = (time_s >= low) & (time_s <= high) & (length_m >= LEAST_LENGTH_M)
    keep = gait & ~jump
    steady = _steady(length_m[keep]) & _steady(time_s[keep])
    return LapStrides(start_s[keep], length_m[keep], time_s[keep], steady, int((gait & jump).sum()))


def _stances(marker: Marker) -> NDArray[np.int64]:
    """Sample numbers of the middles of the stances."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marker.still.astype(np.int8), [0]])))
    groups: list[list[int]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if groups and marker.time_s[start] - marker.time_s[groups[-1][1] - 1] < STANCE_GAP_S:
            groups[-1][1] = int(end)
        else:
            groups.append([int(start), int(end)])
    return np.array([(start + end - 1) // 2 for start, end in groups], dtype=np.int64)


def _steady(values: FloatArray) -> NDArray[np.bool_]:
    near = [values[max(0, i - NEIGHBOURS) : i + NEIGHBOURS + 1] for i in range(len(values))]
    middle = np.array([np.median(part) for part in near])
    return np.asarray(np.abs(values - middle) <= STEADY_SHARE * middle, dtype=bool)


def lap_rows(case: Case, strides: NDArray[np.void]) -> pd.DataFrame:
    """One row a reference stride: `trial`, `mode`, `steady`, `true_m`, and `found_m`, `found_s` (NaN when missed)."""
    assert case.marker is not None
    reference = reference_strides(case.marker, case.mode)
    begin_s = strides["ic_s"] - REACH_S
    end_s = np.where(np.isfinite(strides["tc_s"]), strides["tc_s"], strides["ic_s"] + 0.2) + REACH_S
    found = [np.flatnonzero((begin_s <= at) & (at <= end_s)) for at in reference.start_s]
    index = np.array([int(hits[0]) if len(hits) == 1 else -1 for hits in found], dtype=np.int64)

    def taken(name: str) -> FloatArray:
        return np.where(index >= 0, strides[name][index], np.nan) if len(strides) else np.full(len(index), np.nan)

    return pd.DataFrame(
        {
            "trial": case.trial,
            "mode": case.mode,
            "steady": reference.steady,
            "jumps": reference.jumps,
            "true_m": reference.length_m,
            "true_s": reference.time_s,
            "seen": index >= 0,
            "found_m": taken("stride_length_m"),
            "found_s": taken("stride_time_s"),
        }
    )


def lap_figures(tables: Sequence[pd.DataFrame]) -> Figures:
    """Share of strides found, and the error of the steady ones in per cent of their own length."""
    rows = pd.concat(tables, ignore_index=True)
    steady = rows[rows["steady"]]
    both = steady.dropna(subset=["found_m", "true_m"])
    errors = 100.0 * (both["found_m"] / both["true_m"] - 1.0).to_numpy(np.float64)
    timed = steady.dropna(subset=["found_s"])
    return {
        "strides": float(len(rows)),
        "steady": float(len(steady)),
        "jumps": float(rows.groupby("trial")["jumps"].first().sum()),
        "found": float(rows["seen"].mean()) if len(rows) else np.nan,
        "steady_found": float(steady["seen"].mean()) if len(steady) else np.nan,
        "length_n": float(len(both)),
        "length_share": ratio(len(both), len(steady)),
        "length_rmse": agreement.rms(errors),
        "length_bias": float(errors.mean()) if len(errors) else np.nan,
        "length_median": agreement.quartiles(errors)[1],
        "length_sd": float(errors.std(ddof=1)) if len(errors) > 1 else np.nan,
        "time_sd": float(1000.0 * (timed["found_s"] - timed["true_s"]).std()) if len(timed) > 1 else np.nan,
    }
