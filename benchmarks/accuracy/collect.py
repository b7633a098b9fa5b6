"""Runs everything once: the pipeline as shipped, held out, and under other conditions; the published rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from benchmarks.accuracy import variants
from benchmarks.accuracy.cadence import CadenceRow, cadence_rows
from benchmarks.accuracy.coverage import Stated, stated_of
from benchmarks.accuracy.heldout import HeldOut, RawCase, by_others
from benchmarks.accuracy.laps import lap_rows
from benchmarks.accuracy.readers import Case
from benchmarks.accuracy.rules import baseline_comparisons
from benchmarks.accuracy.score import EVENT_WINDOW_S, Comparison, Detected, match
from benchmarks.accuracy.streams import comparisons, found_in, of_side, run_pipeline
from gaitpipe.model import SessionResult, Side

SHIPPED, HELD_OUT, RAW = "gaitpipe", "gaitpipe, held out", "gaitpipe, raw times"
LOSS_SEEDS = (1, 2, 3, 4, 5)
ROTATION_SEEDS = (11, 12, 13)
ANGLES = ("foot_strike_angle_deg", "shank_angle_ic_deg")

Group = tuple[str, str, str]
"""Data set, placement, mode."""


@dataclass(frozen=True, slots=True)
class Turned:
    """One sensor after a random mounting rotation: largest change of an event [s] and of an angle [deg], and contacts
    that one run found and the other did not."""

    trial: str
    placement: str
    side: str
    event_s: float
    angle_deg: float
    unpaired: int


@dataclass(slots=True)
class Collected:
    """All comparisons by (method, data set, placement, mode), and what does not fit there."""

    parts: dict[tuple[str, Group], list[Comparison]] = field(default_factory=lambda: defaultdict(list))
    cadence: list[CadenceRow] = field(default_factory=list)
    turned: list[Turned] = field(default_factory=list)
    laps: list[pd.DataFrame] = field(default_factory=list)
    modes: dict[Group, list[bool]] = field(default_factory=lambda: defaultdict(list))
    accelerometers: list[RawCase] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)

    def add(self, method: str, case: Case, found: dict[Side, Detected]) -> None:
        self.parts[method, group_of(case)] += comparisons(case, found)


def group_of(case: Case) -> Group:
    return case.dataset, case.placement, case.mode


CONDITIONS: dict[str, list[Callable[[Case], Case]]] = {
    "50 Hz": [lambda case: variants.at_rate(case, 50.0)],
    "104 Hz": [lambda case: variants.at_rate(case, 104.0)],
    "416 Hz": [lambda case: variants.at_rate(case, 416.0)],
    "1 % packet loss": [lambda case, seed=seed: variants.with_loss(case, seed) for seed in LOSS_SEEDS],
}  # fmt: skip
"""Other conditions of the virtual sensors; several changes are pooled."""


def collect(cases: Iterable[Case], held_out: HeldOut, progress: Callable[[str], None]) -> Collected:
    """Everything that the report needs, one case after the other."""
    out = Collected()
    for case in cases:
        progress(f"{case.dataset} {case.trial} {case.placement}")
        result = run_pipeline(case)
        out.cadence += cadence_rows(case, result)
        if case.marker is not None:
            out.laps.append(lap_rows(case, of_side(result.strides, case.recording.sensors[0].side)))
        if case.truth:
            _against_reference(out, case, result, held_out)
    for case, found in by_others(out.accelerometers):
        out.add(HELD_OUT, case, found)
    return out


def _against_reference(out: Collected, case: Case, result: SessionResult, held_out: HeldOut) -> None:
    shipped = found_in(case, result)
    out.add(SHIPPED, case, shipped)
    raw = found_in(case, result, "_raw")
    out.add(RAW, case, raw)
    if case.dataset == "shank_acc_force":
        out.accelerometers.append(RawCase(case, raw))
    modes = result.strides["mode"][result.strides["quality"] == "ok"]
    out.modes[group_of(case)] += [bool(mode == case.mode) for mode in modes]
    other = held_out.run(case)
    out.stated += stated_of(case, result if other is None else other)
    if other is not None:
        out.add(HELD_OUT, case, found_in(case, other))
    if case.dataset in ("virtual_imu", "shank_acc_force"):
        for key, comparison in baseline_comparisons(case):
            out.parts[key, group_of(case)].append(comparison)
    if case.dataset == "virtual_imu":
        for name, changes in CONDITIONS.items():
            for change in changes:
                changed = change(case)
                out.add(name, changed, found_in(changed, run_pipeline(changed)))
        for seed in ROTATION_SEEDS:
            turned = variants.rotated(case, seed)
            other_found = found_in(turned, run_pipeline(turned))
            out.turned += [turned_by(case, side, shipped[side], other_found[side]) for side in shipped]


def turned_by(case: Case, side: Side, one: Detected, other: Detected) -> Turned:
    """How far the same sensor's figures moved."""
    i, j = match(other.ic_s, one.ic_s, EVENT_WINDOW_S)
    events = [other.ic_s[i] - one.ic_s[j], other.tc_s[i] - one.tc_s[j]]
    angles = [other.columns[name][i] - one.columns[name][j] for name in ANGLES if name in one.columns]
    unpaired = len(one.ic_s) + len(other.ic_s) - 2 * len(i)
    unpaired += sum(int((np.isnan(a) != np.isnan(b)).sum()) for a, b in [(other.tc_s[i], one.tc_s[j])])
    return Turned(case.trial, case.placement, side, _largest(events), _largest(angles), unpaired)


def _largest(values: list[np.ndarray]) -> float:
    flat = np.abs(np.concatenate([np.zeros(0), *values]))
    flat = flat[np.isfinite(flat)]
    return float(flat.max()) if len(flat) else float("nan")
