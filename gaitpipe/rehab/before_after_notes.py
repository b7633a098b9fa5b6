"""What is said beside the figures of a before/after comparison: conditions, what did not go back, conflicts."""

from __future__ import annotations

from collections.abc import Sequence

from gaitpipe.model import Side
from gaitpipe.rehab.block_series import BlockSeries, mean_step
from gaitpipe.rehab.load import Step, models, range_of, strike_changed, weighted_per_km_ratio
from gaitpipe.rehab.words import BlockFigure

Blocks = tuple[BlockSeries, BlockSeries, BlockSeries]
Steps = tuple[tuple[Step, ...], ...]


def notes_of(
    blocks: Blocks,
    sides: tuple[Side, ...],
    figures: tuple[BlockFigure, ...],
    steps: Steps | None,
    why_not: str,
    model: tuple[float, float],
) -> list[str]:
    """Sentences for the reader, conditions first; `model` is exponent and strike weight."""
    notes = []
    if why_not:
        notes.append(f"Not judged: {why_not}.")
    speeds = [block.speed_m_s for block in blocks if block.speed_m_s is not None]
    if len(speeds) < len(blocks):
        notes.append("The speed is not known: this holds only if it was the same in all blocks.")
    if len(sides) == 1:
        notes.append(f"Only the {sides[0]} leg has strides in all blocks: no peak force, asymmetry or index.")
    if not why_not:
        real = [figure for figure in figures if figure.exceeds]
        if not real:
            notes.append("No real change: every difference is within its smallest detectable change.")
        stayed = [figure.label for figure in figures if figure.returned is False]
        if stayed:
            notes.append(f"Did not fully come back after the cue: {_listed(stayed)}. Part of the change may be drift.")
        notes += _conflicts(figures, steps, model)
    notes.append("Holds for the same speed and shoe. One visit and one cue: repeat it before building on it.")
    return notes


def _conflicts(figures: tuple[BlockFigure, ...], steps: Steps | None, model: tuple[float, float]) -> list[str]:
    """What a change for the better may hide (rehab.md 4.4)."""
    found = {figure.key: figure for figure in figures}
    said = []
    quicker = found["cadence_spm"]
    if quicker.exceeds and (quicker.difference or 0.0) > 0.0 and steps is not None:
        base, under = mean_step((steps[0], steps[2])), mean_step((steps[1],))
        more_pct = 100.0 * (base.step_time_s / under.step_time_s - 1.0)
        ratios = {
            one: weighted_per_km_ratio(under, base, one) for one in models(*model, strike_changed((under,), base))
        }
        low, high = range_of(ratios)
        index = found["psi_pct"]
        real = bool(index.exceeds) and not low < 1.0 < high
        conclusion = ("less" if high <= 1.0 else "more") if real else "no conclusion"
        change = "no real change" if not index.exceeds else "less" if (index.difference or 0.0) < 0.0 else "more"
        said.append(
            f"Quicker steps: {change} per step, and {more_pct:.1f} % more steps a kilometre. Weighted load a "
            f"kilometre: {low:.2f} to {high:.2f} of before over the models ({conclusion}). Use it if it feels "
            "comfortable and pain is not worse."
        )
    lower = [
        figure for figure in figures
        if figure.key.startswith("foot_strike_angle") and figure.exceeds and (figure.difference or 0.0) < 0.0
    ]  # fmt: skip
    if lower:
        said.append(
            "The foot lands flatter under the cue. That may look like less overstride, and loads the Achilles more: "
            "keep the usual landing."
        )
    return said


def _listed(words: Sequence[str]) -> str:
    lowered = [word[0].lower() + word[1:] for word in words]
    return lowered[0] if len(lowered) == 1 else f"{', '.join(lowered[:-1])} and {lowered[-1]}"
