"""The pipeline with coefficients that were fitted without the runner it is judged on.

Two ways. Sensors with a gyroscope: the biases depend on how a foot lands, so `fit.py` fits them anew and the whole
pipeline runs with them. The accelerometer of the shank: its biases are plain numbers (one for initial contact, one for
toe-off in each gait), so the others' mean error is taken off the raw times of the one who is judged.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.accuracy.readers import Case
from benchmarks.accuracy.score import Detected, pooled
from benchmarks.accuracy.streams import comparisons, run_pipeline
from gaitpipe.model import SessionResult, Side


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Options of the `Session` by (placement, runner) from a fit without that runner; empty while there is no fit."""

    options: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def run(self, case: Case) -> SessionResult | None:
        """The case with its runner held out, None where nothing was fitted on this data set."""
        found = self.options.get((case.placement, case.subject)) if case.dataset == "virtual_imu" else None
        return None if found is None else run_pipeline(case, **found)


def held_out_fit(cases: Sequence[Case], progress: Callable[[str], None]) -> HeldOut:
    """Fit the coefficients once for each runner, without that runner.

    The fit is `benchmarks.accuracy.fit.held_out(cases)`: options of the `Session` by (placement, runner). While there
    is none, only the shipped coefficients are judged and the report says so.
    """
    if importlib.util.find_spec("benchmarks.accuracy.fit") is None:
        progress("no fit to hold out: only the shipped coefficients are judged")
        return HeldOut()
    fit = importlib.import_module("benchmarks.accuracy.fit")
    progress("fitting without each runner in turn")
    return HeldOut({key: dict(options) for key, options in fit.held_out(cases).items()})


@dataclass(frozen=True, slots=True)
class RawCase:
    """A case with the raw times that the pipeline found in it."""

    case: Case
    found: Mapping[Side, Detected]


def by_others(raw: Sequence[RawCase]) -> list[tuple[Case, dict[Side, Detected]]]:
    """Times of each person minus the others' mean error: of initial contact over both gaits, of toe-off in its own."""
    rows = pooled(part for one in raw for part in comparisons(one.case, one.found)).rows
    out = []
    for one in raw:
        others = rows[rows["runner"] != one.case.subject]
        same = others[others["mode"] == one.case.mode]
        ic_s, tc_s = _mean_error_s(others, "ic"), _mean_error_s(same, "tc")
        if np.isfinite(ic_s) and np.isfinite(tc_s):
            shifted = {
                side: replace(found, ic_s=found.ic_s - ic_s, tc_s=found.tc_s - tc_s)
                for side, found in one.found.items()
            }
            out.append((one.case, shifted))
    return out


def _mean_error_s(rows: pd.DataFrame, event: str) -> float:
    """Mean of the means of each person and gait, so that a long trial does not decide."""
    errors = rows[f"{event}_found"] - rows[f"{event}_true"]
    return float(errors.groupby([rows["runner"], rows["mode"]]).mean().mean()) if len(rows) else float("nan")
