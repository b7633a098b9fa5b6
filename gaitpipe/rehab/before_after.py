"""Before, under and after a cue in one visit (A-B-A): what changed, how sure that is, and whether it went back.

Rules
  1. Same speed, same shoe, sensors left on. Where the measured speeds of the blocks differ by more than
     `load_speed_tolerance_m_s` nothing is judged.
  2. Each block needs `load_least_strides` good running strides a leg; with fewer the means are shown, not judged.
  3. A block is cut into five stretches of neighbours (`gait.drift`). Strides follow each other, so a block counts as
     five values and not as hundreds: slow wandering is in their spread.
  4. Difference = cue less the mean of the two plain blocks. Its 95 % interval joins, as squares, the scatter of the
     stretches (Student's t for the four degrees of freedom of one block, the fewest there are: stretches too are a
     little alike) and the plain running's own change: while the cue was on it may have stood as in the first block or
     as in the last. A difference that is not larger than what plain running did by itself is thus never called one.
     Checked by computation (docs/before-after.md): it holds for memories of ten strides and 1/f^0.6 wandering.
  5. Smallest detectable change = that interval joined with how far a strap settles. The sensors stayed on and nothing
     was set up anew, so the parts of the uncertainty that come with a new mounting, a new day and the runner-to-runner
     bias of the method are the same in all blocks and drop out: it is smaller than that between sessions.
  6. The wash-out came back when last less first is within the smallest detectable change of these two blocks.
  7. Peak force and index are of both legs or not at all. The index compares each block with the two plain ones.
  8. One visit and one cue: that the runner would have changed just then without it cannot be ruled out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gaitpipe import evidence
from gaitpipe.gait.drift import T_95, Z_95, mean_and_error
from gaitpipe.model import SIDES, FloatArray, Side
from gaitpipe.rehab.before_after_notes import Blocks, Steps, notes_of
from gaitpipe.rehab.block_series import (
    StrideColumns,
    asymmetry_pct,
    block_series,
    index_pct,
    mean_step,
)
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.words import BeforeAfter, BlockFigure

BLOCKS = ("before", "cue", "after")
T_FEWEST = 2.776
"""Student's t for 95 % with 4 degrees of freedom."""
BOTH_LEGS = "needs both legs"
Stretches = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class _Series:
    """One figure of the three blocks, five values each; None with the reason. `settling`: standard uncertainty of a
    change within one session that more strides do not reduce.
    """

    key: str
    label: str
    unit: str
    values: Stretches | None
    settling: float
    note: str = ""


def before_after(
    before: StrideColumns,
    cue: StrideColumns,
    after: StrideColumns,
    *,
    cue_text: str = "",
    comfort: float | None = None,
    injured: Side | None = None,
    plan: Plan | None = None,
) -> BeforeAfter:
    """Compare three blocks of one visit; see the rules at the top.

    Parameters
    ----------
    before, cue, after
        Strides of each block: rows of `model.STRIDE_DTYPE`, or a mapping of its columns.
    comfort
        0 (very awkward) to 10 (as usual), None when not asked.
    injured
        The sore side: its strike angle enters the index, and asymmetry is injured less other. By default the plan's;
        without either, both legs and left less right.

    Raises
    ------
    ValueError
        A block has no `side` column, or comfort is not between 0 and 10.
    """
    if comfort is not None and not 0.0 <= comfort <= 10.0:
        raise ValueError(f"comfort is 0 to 10, not {comfort:g}")
    blocks: Blocks = (block_series(before), block_series(cue), block_series(after))
    if injured is None and plan is not None and plan.tendon.side != "both":
        injured = "left" if plan.tendon.side == "left" else "right"
    kappa = evidence.value("load_strike_weight") if plan is None else plan.value("load_strike_weight")
    why_not = _unjudged(blocks)
    sides = tuple(side for side in SIDES if all(side in block.sides for block in blocks))
    steps = _steps(blocks, (injured,) if injured else SIDES)
    series = [*_times(blocks, sides), *_angles(blocks, sides), *_derived(blocks, steps, injured, kappa)]
    figures = tuple(_figure(one, why_not) for one in series)
    exponent = evidence.value("load_exponent") if plan is None else plan.value("load_exponent")
    return BeforeAfter(
        cue=cue_text,
        figures=figures,
        strides=(blocks[0].least_strides, blocks[1].least_strides, blocks[2].least_strides),
        comfort=comfort,
        notes=tuple(notes_of(blocks, sides, figures, steps, why_not, (exponent, kappa))),
    )


def _unjudged(blocks: Blocks) -> str:
    """Why no difference is judged; empty when it is."""
    least = int(evidence.value("load_least_strides"))
    few = [(name, block) for name, block in zip(BLOCKS, blocks, strict=True) if block.least_strides < least]
    if few:
        counts = ", ".join(f"{name} {block.least_strides}" for name, block in few)
        return f"needs {least} good running strides a leg in each block: {counts}"
    speeds = [block.speed_m_s for block in blocks if block.speed_m_s is not None]
    if len(speeds) == len(blocks) and max(speeds) - min(speeds) > evidence.value("load_speed_tolerance_m_s"):
        return "not at one speed: " + ", ".join(f"{speed:.2f}" for speed in speeds) + " m/s"
    return ""


def _steps(blocks: Blocks, strike_sides: Sequence[Side]) -> Steps | None:
    found = [steps for block in blocks if (steps := block.steps(strike_sides)) is not None]
    return tuple(found) if len(found) == len(blocks) else None


def _stretches(found: Sequence[FloatArray | None]) -> Stretches | None:
    first, second, third = found
    return None if first is None or second is None or third is None else (first, second, third)


def _settling_s() -> float:
    """What a settling strap does to the contact time of one foot [s]."""
    return evidence.value("strap_settling_sd_s")


def _times(blocks: Blocks, sides: tuple[Side, ...]) -> list[_Series]:
    """Means of the legs that all blocks have; the straps of two legs settle each on its own."""
    settling_s = _settling_s() / math.sqrt(max(len(sides), 1))
    cadences = _stretches([block.mean_of_legs("cadence_spm", sides) for block in blocks])
    stride_s = math.nan if cadences is None else 120.0 / float(np.mean(cadences))
    speeds = [block.speed_m_s for block in blocks if block.speed_m_s is not None]
    speed_m_s = float(np.mean(speeds)) if speeds else math.nan
    figures = (
        ("cadence_spm", "Cadence", "1/min", 0.0),
        ("ground_contact_time_s", "Ground contact time", "s", settling_s),
        ("duty_factor", "Duty factor", "1", settling_s / stride_s),
        ("landing_distance_m", "Landing distance, estimate", "m", 0.5 * speed_m_s * settling_s),
    )
    one_leg = "" if len(sides) == 2 else f"{sides[0]} leg only" if sides else "no leg with strides in all blocks"
    series = []
    for key, label, unit, settling in figures:
        values = _stretches([block.mean_of_legs(key, sides) for block in blocks])
        series.append(_Series(key, label, unit, values, settling, one_leg or ("" if values else "not known")))
    return series


def _angles(blocks: Blocks, sides: tuple[Side, ...]) -> list[_Series]:
    """Angles of each leg; those that these sensors do not see are told once."""
    series = []
    for stem, label, needs in (
        ("foot_strike_angle", "Foot strike angle", "needs foot sensors with a gyroscope"),
        ("shank_angle_ic", "Shank angle at contact", "needs shank sensors, and quiet standing at the start"),
    ):
        seen = [
            _Series(f"{stem}_{side}_deg", f"{label}, {side}", "deg", values, evidence.value("strap_settling_sd_deg"))
            for side in sides
            if (values := _stretches([block.leg(side, f"{stem}_deg") for block in blocks])) is not None
        ]
        series += seen or [_Series(f"{stem}_deg", label, "deg", None, 0.0, needs)]
    return series


def _derived(blocks: Blocks, steps: Steps | None, injured: Side | None, kappa: float) -> list[_Series]:
    """What takes both legs: peak force, asymmetry, index."""
    force = index = unlike = None
    share = index_settling = 0.0
    settling_s = _settling_s()
    left, right = ([block.leg(side, "ground_contact_time_s") for block in blocks] for side in SIDES)
    lefts, rights = _stretches(left), _stretches(right)
    if lefts is not None and rights is not None:
        sign = -1.0 if injured == "right" else 1.0
        unlike = _stretches([sign * asymmetry_pct(a, b) for a, b in zip(lefts, rights, strict=True)])
        share = settling_s / float(np.mean((lefts, rights)))
    note, strike_note = BOTH_LEGS, ""
    if steps is not None:
        note = ""
        base = mean_step((steps[0], steps[2]))
        force = _stretches([np.array([step.peak_force_bw for step in block]) for block in steps])
        index = _stretches([index_pct(block, base, kappa) for block in steps])
        index_settling = 100.0 * math.hypot(share / math.sqrt(2.0), _strike_settling(steps, kappa))
        strike_note = "" if base.strike_angle_deg is not None else "without the strike term: the angle is not known"
    elif unlike is not None:
        note = "the contact times are outside what the model of the step describes"
    force_settling = 0.0 if force is None else float(np.mean(force)) * share / math.sqrt(2.0)
    direction = "injured \u2212 other" if injured else "left \u2212 right"
    return [
        _Series("peak_force_bw", "Peak ground force, estimate", "BW", force, force_settling, note),
        _Series(
            "asymmetry_pct", f"Contact time asymmetry, {direction}", "%", unlike, 100.0 * math.sqrt(2.0) * share,
            "" if unlike else BOTH_LEGS,
        ),
        _Series("psi_pct", "Achilles load index a step (relative)", "%", index, index_settling, note or strike_note),
    ]  # fmt: skip


def _strike_settling(steps: Steps, kappa: float) -> float:
    """What a settling strap does to the index through the strike term, as a share; 0 where the term does not move."""
    rear, fore = evidence.value("foot_strike_rearfoot_deg"), evidence.value("foot_strike_forefoot_deg")
    settling_deg = evidence.value("strap_settling_sd_deg")
    margin_deg = Z_95 * settling_deg
    angles = [step.strike_angle_deg for block in steps for step in block if step.strike_angle_deg is not None]
    moves = any(fore - margin_deg < angle < rear + margin_deg for angle in angles)
    return kappa * settling_deg / (rear - fore) if moves else 0.0


def _figure(series: _Series, why_not: str) -> BlockFigure:
    """Means, difference, interval and judgement of one figure; rules 4 to 6."""
    if series.values is None:
        nothing = (None,) * 9
        return BlockFigure(series.key, series.label, series.unit, *nothing, note=series.note)
    (before, error_1), (cue, error_2), (after, error_3) = (mean_and_error(values) for values in series.values)
    difference = cue - 0.5 * (before + after)
    if why_not:
        unjudged = (None,) * 5
        return BlockFigure(
            series.key, series.label, series.unit, before, cue, after, difference, *unjudged, note=series.note
        )
    half = math.hypot(T_FEWEST * math.hypot(0.5 * error_1, error_2, 0.5 * error_3), Z_95 * 0.5 * abs(after - before))
    mdc = math.hypot(half, Z_95 * series.settling)
    back = math.hypot(Z_95 * series.settling, T_95 * math.hypot(error_1, error_3))
    return BlockFigure(
        key=series.key,
        label=series.label,
        unit=series.unit,
        before=before,
        cue=cue,
        after=after,
        difference=difference,
        low=difference - half,
        high=difference + half,
        mdc=mdc,
        exceeds=abs(difference) > mdc,
        returned=abs(after - before) <= back,
        note=series.note,
    )
