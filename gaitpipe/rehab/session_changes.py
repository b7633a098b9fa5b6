"""Sessions of one person compared: what changed against one of them by more than the error of two measurements.

Rules
  1. Change is session less reference, of the means, in the figure's unit.
  2. The smallest detectable change of two sessions is 1.96 sqrt(s1^2 + s2^2), with s = own one / (1.96 sqrt 2): the
     root mean square of the two sessions' own ones (number `change_coverage_factor`). What does not change from one
     session to the next, the bias of the method for this runner, drops out; it is in the uncertainty of each value.
  3. A change larger than that is real, up or down; else there is no real change. Whether it is good is not said.
  4. It cannot be said where a condition stands in the way (`session_conditions`), a value is missing or cut off, there
     are too few strides, a model asks for level ground, or no smallest detectable change is known: in this order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gaitpipe.evidence import value
from gaitpipe.rehab.session_conditions import Condition, conditions
from gaitpipe.rehab.session_figures import MEASURED_SIDES, MeasuredSide, SessionFigure, SessionFigures

Judgement = Literal["up", "down", "none", "unsaid"]
LEVEL_ONLY = frozenset({"peak_force_bw", "vertical_stiffness_n_per_m_kg", "leg_stiffness_n_per_m_kg"})
EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one side in one session against the reference, in the figure's unit.

    `change` and `mdc` are given wherever they can be computed, also where nothing is judged; `reason` says why not, in
    so few letters that a line of the terminal holds them.
    """

    session: int
    change: float | None
    change_pct: float | None
    mdc: float | None
    judgement: Judgement
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """One figure of one side over all sessions; `values` and `changes` in the order of the sessions.

    The change of the reference itself is None.
    """

    key: str
    label: str
    unit: str
    side: MeasuredSide
    values: tuple[SessionFigure | None, ...]
    changes: tuple[Change | None, ...]


@dataclass(frozen=True)
class SessionComparison:
    """Sessions in the order they are shown, the place of the reference, and what was found.

    `conditions` are those of each session against the reference, empty for the reference.
    """

    sessions: tuple[SessionFigures, ...]
    reference: int
    conditions: tuple[tuple[Condition, ...], ...]
    figures: tuple[ComparedFigure, ...]

    @property
    def judged(self) -> int:
        """How many changes were judged."""
        return sum(1 for change in self.changes() if change.judgement != "unsaid")

    def changes(self) -> list[Change]:
        """All changes of all figures that stand on their own: not those of both legs where each leg has its own."""
        return [change for figure in self.shown() for change in figure.changes if change is not None]

    def shown(self) -> list[ComparedFigure]:
        """The figures for people: left and right, or both where there is no figure of a side."""
        sided = {figure.key for figure in self.figures if figure.side != "both"}
        return [figure for figure in self.figures if figure.side != "both" or figure.key not in sided]


def compared_sessions(sessions: Sequence[SessionFigures], reference: int) -> SessionComparison:
    """Compare each session with the one at the place `reference`; see the rules above."""
    base = sessions[reference]
    found = tuple(() if place == reference else conditions(base, one) for place, one in enumerate(sessions))
    keys = dict.fromkeys(key for one in sessions for key in one.names)
    figures = [
        _compared(sessions, reference, found, key, side)
        for key in keys
        for side in MEASURED_SIDES
        if any((key, side) in one.figures for one in sessions)
    ]
    return SessionComparison(tuple(sessions), reference, found, tuple(figures))


def change_mdc(one: float | None, other: float | None) -> float | None:
    """Smallest detectable change between two sessions from those of each, in their unit; None where one is not known.

    Each is 1.96 sqrt(2) s of its session; the change has 1.96 sqrt(s1^2 + s2^2) (GUM 5.1.2).
    """
    if one is None or other is None:
        return None
    factor = value("change_coverage_factor")
    return factor * math.hypot(one / (factor * math.sqrt(2.0)), other / (factor * math.sqrt(2.0)))


def _compared(
    sessions: Sequence[SessionFigures],
    reference: int,
    found: Sequence[tuple[Condition, ...]],
    key: str,
    side: MeasuredSide,
) -> ComparedFigure:
    name = next(one.names[key] for one in (sessions[reference], *sessions) if key in one.names)
    values = tuple(one.figures.get((key, side)) for one in sessions)
    changes = tuple(
        None if place == reference else _change(sessions, reference, place, found[place], key, side)
        for place in range(len(sessions))
    )
    return ComparedFigure(key, name.label, name.unit, side, values, changes)


def _change(
    sessions: Sequence[SessionFigures],
    reference: int,
    place: int,
    found: Sequence[Condition],
    key: str,
    side: MeasuredSide,
) -> Change:
    base, here = sessions[reference], sessions[place]
    one, other = base.figures.get((key, side)), here.figures.get((key, side))
    if one is None or other is None or one.mean is None or other.mean is None:
        return Change(place, None, None, None, "unsaid", _obstacle(found, key) or _missing(base, here, key, side))
    change = other.mean - one.mean
    percent = 100.0 * change / one.mean if one.mean > 0.0 and not _near_zero(key) else None
    if base.names[key].unit != here.names[key].unit:
        return Change(place, None, None, None, "unsaid", "other unit")
    mdc = change_mdc(one.mdc, other.mdc)
    reason = _obstacle(found, key) or _few(one, other) or _slope(base, here, key)
    reason = reason or ("" if mdc is not None else "error not known")
    if reason or mdc is None:
        return Change(place, change, percent, mdc, "unsaid", reason)
    judgement: Judgement = "none" if abs(change) <= mdc * (1.0 + EDGE) else "up" if change > 0.0 else "down"
    return Change(place, change, percent, mdc, judgement)


def _near_zero(key: str) -> bool:
    """Whether a figure may be zero or negative, so that per cent of it mean nothing."""
    return key.endswith("_deg") or key.startswith("flight_time")


def _obstacle(found: Sequence[Condition], key: str) -> str:
    return next((one.short for one in found if one.obstacle and key not in one.judged), "")


def _missing(base: SessionFigures, here: SessionFigures, key: str, side: MeasuredSide) -> str:
    for session, missing, cut in (
        (base, "none in reference", "reference cut off"),
        (here, "not given", "cut off here"),
    ):
        figure = session.figures.get((key, side))
        if figure is None:
            return missing
        if figure.mean is None:
            return cut
    return ""


def _few(one: SessionFigure, other: SessionFigure) -> str:
    least = value("compare_least_strides")
    return f"under {least:.0f} strides" if min(one.n, other.n) < least else ""


def _slope(base: SessionFigures, here: SessionFigures, key: str) -> str:
    steepest = max(abs(one.context.incline_pct or 0.0) for one in (base, here))
    return "not level" if key in LEVEL_ONLY and steepest > value("load_incline_maximum_pct") + EDGE else ""
