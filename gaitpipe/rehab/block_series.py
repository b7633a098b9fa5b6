"""One block of a visit (before, cue, after) as five stretches of each figure: what a comparison of blocks rests on.

Only good running strides count, in order of time. Each leg's strides are cut into five stretches of neighbours, and
stretches of both legs are averaged one by one: the legs of a runner follow each other, they are not two samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gaitpipe.evidence import value
from gaitpipe.gait.drift import STRETCHES, stretch_medians
from gaitpipe.gait.symmetry import symmetry_index_pct
from gaitpipe.model import SIDES, FloatArray, Side
from gaitpipe.rehab.load import Step, relative_step_load

StrideColumns: TypeAlias = NDArray[np.void] | Mapping[str, NDArray[Any]]
"""Strides of one block: rows of `model.STRIDE_DTYPE`, or a mapping of its columns, each (n,). What lacks is unknown."""

STEADY_SHARE = 0.5
"""A figure that is known in fewer of the strides would speak of the exceptions."""


@dataclass(frozen=True, slots=True)
class BlockSeries:
    """Good running strides of one block: how many a leg, and medians of five stretches by (side, column), (5,) each."""

    strides: Mapping[Side, int]
    stretches: Mapping[tuple[Side, str], FloatArray]
    speed_m_s: float | None

    @property
    def least_strides(self) -> int:
        """Strides of the leg with fewer, of the legs that have any; 0 without strides."""
        counts = [count for count in self.strides.values() if count]
        return min(counts, default=0)

    @property
    def sides(self) -> tuple[Side, ...]:
        """Legs with strides."""
        return tuple(side for side in SIDES if self.strides[side])

    def leg(self, side: Side, column: str) -> FloatArray | None:
        """Stretches of one leg, shape (5,); None when not known."""
        return self.stretches.get((side, column))

    def mean_of_legs(self, column: str, sides: Sequence[Side]) -> FloatArray | None:
        """Stretches averaged over these legs, shape (5,); None unless all of them know it."""
        known = [found for side in sides if (found := self.leg(side, column)) is not None]
        return np.mean(known, axis=0) if known and len(known) == len(sides) else None

    def steps(self, strike_sides: Sequence[Side]) -> tuple[Step, ...] | None:
        """The mean step of both legs in each stretch; the strike angle is the mean of these sides, None if not known.

        None when a leg is missing, or the duty factor lies outside what the half sine describes.
        """
        cadence = self.mean_of_legs("cadence_spm", SIDES)
        contact_s = self.mean_of_legs("ground_contact_time_s", SIDES)
        if cadence is None or contact_s is None:
            return None
        angles = self.mean_of_legs("foot_strike_angle_deg", strike_sides)
        found = tuple(
            Step(60.0 / float(cadence[k]), float(contact_s[k]), None if angles is None else float(angles[k]))
            for k in range(STRETCHES)
        )
        low, high = value("duty_factor_sine_minimum"), value("duty_factor_sine_maximum")
        return found if all(low < step.duty_factor < high for step in found) else None


def block_series(strides: StrideColumns) -> BlockSeries:
    """Cut one block into stretches; see the rules at the top.

    Raises
    ------
    ValueError
        There is no `side` column, or columns differ in length.
    """
    columns = _columns(strides)
    if "side" not in columns:
        raise ValueError("strides need a column 'side'")
    count = len(columns["side"])
    if any(len(values) != count for values in columns.values()):
        raise ValueError("the columns of a block differ in length")
    good = np.ones(count, dtype=bool)
    for name, wanted in (("quality", "ok"), ("mode", "run")):
        if name in columns:
            good &= np.asarray(columns[name]) == wanted
    if "ic_s" in columns:
        order = np.argsort(columns["ic_s"], kind="stable")
        columns, good = {name: np.asarray(values)[order] for name, values in columns.items()}, good[order]
    masks = {side: good & (np.asarray(columns["side"]) == side) for side in SIDES}
    stretches = {
        (side, name): stretch_medians(known)
        for name, values in columns.items()
        if np.asarray(values).dtype.kind == "f"
        for side in SIDES
        if (known := _known(np.asarray(values, dtype=np.float64)[masks[side]])) is not None
    }
    speed = np.asarray(columns.get("speed_m_s", np.full(count, np.nan)), dtype=np.float64)[good]
    speed = speed[np.isfinite(speed)]
    return BlockSeries(
        strides={side: int(masks[side].sum()) for side in SIDES},
        stretches=stretches,
        speed_m_s=float(np.median(speed)) if len(speed) else None,
    )


def _columns(strides: StrideColumns) -> dict[str, NDArray[Any]]:
    if isinstance(strides, Mapping):
        return {str(name): np.asarray(values) for name, values in strides.items()}
    return {name: strides[name] for name in strides.dtype.names or ()}


def _known(values: FloatArray) -> FloatArray | None:
    """The known values, when there are enough of them to cut."""
    known = values[np.isfinite(values)]
    return known if len(known) >= max(STRETCHES, STEADY_SHARE * len(values)) else None


def asymmetry_pct(left: FloatArray, right: FloatArray) -> FloatArray:
    """100 (left - right) / mean in each stretch, shape (5,)."""
    return np.array([symmetry_index_pct(float(a), float(b)) or 0.0 for a, b in zip(left, right, strict=True)])


def mean_step(blocks: Sequence[Sequence[Step]]) -> Step:
    """The mean step over the stretches of blocks of equal weight; the strike angle only when all know it."""
    steps = [step for block in blocks for step in block]
    angles = [step.strike_angle_deg for step in steps if step.strike_angle_deg is not None]
    return Step(
        60.0 / float(np.mean([60.0 / step.step_time_s for step in steps])),
        float(np.mean([step.contact_time_s for step in steps])),
        float(np.mean(angles)) if len(angles) == len(steps) else None,
    )


def index_pct(steps: Sequence[Step], baseline: Step, strike_weight: float) -> FloatArray:
    """Per-step index of each stretch, % of the baseline's step, shape (5,)."""
    return np.array([100.0 * relative_step_load(step, baseline, strike_weight) for step in steps])
