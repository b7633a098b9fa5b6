"""The pipeline with coefficients that were fitted without the runner it is judged on."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.accuracy.readers import Case
from benchmarks.accuracy.streams import run_pipeline
from gaitpipe.model import SessionResult


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
