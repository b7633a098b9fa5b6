"""Sessions compared, in words and numbers as people read them: terminal, page and text twin say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from gaitpipe.rehab.session_changes import Change, ComparedFigure, SessionComparison
from gaitpipe.rehab.session_figures import SessionFigure, SessionFigures
from gaitpipe.report.text import DASH, count, date, foreign, number, signed, uncertainty

JUDGEMENT = {"up": "real change, up", "down": "real change, down", "none": "no real change"}
EXPLANATION = (
    "± is one standard uncertainty of the value; the part of it that is the same in both sessions plays no role for a "
    "change. Counts from: smallest detectable change of the two sessions (95 %), which counts a new mounting of the "
    "sensors in."
)
_BOTH_LEGS = "both legs"


@dataclass(frozen=True, slots=True)
class Shown:
    """How a figure is shown: unit, factor from the unit of the summary, decimals."""

    unit: str
    scale: float
    decimals: int


def letter(place: int) -> str:
    """The letter of a session: A to Z, then AA, AB and so on."""
    head = letter(place // 26 - 1) if place >= 26 else ""
    return head + chr(ord("A") + place % 26)


def shown_as(figure: ComparedFigure) -> Shown:
    """The display of a figure; one that this version does not know is shown in its own unit."""
    known = _displays().get(figure.key)
    return known or Shown("" if figure.unit == "1" else foreign(figure.unit, 20), 1.0, 3)


@cache
def _displays() -> dict[str, Shown]:
    from gaitpipe.session import metrics

    return {one.key: Shown(one.display_unit, one.display_scale, one.display_decimals) for one in metrics()}


def figure_name(figure: ComparedFigure) -> str:
    """Label and unit: `Ground contact time [ms]`."""
    unit = shown_as(figure).unit
    return f"{foreign(figure.label, 60)} [{unit}]" if unit else foreign(figure.label, 60)


def side_name(figure: ComparedFigure) -> str:
    """`left`, `right` or `both legs`."""
    return _BOTH_LEGS if figure.side == "both" else figure.side


def value_text(figure: ComparedFigure, found: SessionFigure | None) -> str:
    """Mean and its standard uncertainty, in the display unit; a dash without a mean."""
    shown = shown_as(figure)
    if found is None or found.mean is None:
        return DASH
    text = number(found.mean * shown.scale, shown.decimals)
    about = None if found.uncertainty is None else found.uncertainty * shown.scale
    about_text = uncertainty(about, shown.decimals)
    return f"{text}\u00a0{about_text}" if about_text else text


def change_text(figure: ComparedFigure, change: Change) -> str:
    """The change with its sign; one decimal more than the value, so that it can be held against what counts."""
    shown = shown_as(figure)
    return signed(None if change.change is None else change.change * shown.scale, shown.decimals + 1)


def mdc_text(figure: ComparedFigure, change: Change) -> str:
    """The smallest detectable change; a dash where none is known."""
    shown = shown_as(figure)
    return number(None if change.mdc is None else change.mdc * shown.scale, shown.decimals + 1)


def judgement_text(change: Change) -> str:
    """`real change, up`, `no real change`, or `cannot be said: ...`."""
    return JUDGEMENT.get(change.judgement) or f"cannot be said: {change.reason}"


def speed_text(session: SessionFigures) -> str:
    """Speed of a session."""
    speed = session.context.speed_m_s
    return "not known" if speed is None else f"{number(speed, 2)} m/s"


def day_text(session: SessionFigures) -> str:
    """When the session was recorded."""
    return "not known" if session.recorded_utc is None else date(session.recorded_utc)


def place_text(session: SessionFigures) -> str:
    """Where the sensors sat: `foot, left and right`."""
    places = list(dict.fromkeys(one.placement or "not known" for one in session.sensors.values()))
    return f"{' and '.join(places)}, {' and '.join(session.sensors)}" if places else "no sensor"


def summary_text(comparison: SessionComparison, place: int, names: Sequence[str]) -> str:
    """What changed in one session against the reference, in a few sentences."""
    pairs = [
        (figure, change)
        for figure in comparison.shown()
        for change in figure.changes
        if change is not None and change.session == place
    ]
    head = f"{letter(place)} ({names[place]}) against {letter(comparison.reference)} ({names[comparison.reference]}): "
    real = [(figure, change) for figure, change in pairs if change.judgement in ("up", "down")]
    same = sum(1 for _, change in pairs if change.judgement == "none")
    unsaid = sum(1 for _, change in pairs if change.judgement == "unsaid")
    if not real and not same:
        return f"{head}nothing can be said."
    said = "; ".join(_real_text(figure, change) for figure, change in real)
    text = f"{head}real change in {said}." if real else f"{head}no real change."
    if real and same:
        text += f" No real change in {count(same, 'other figure')}."
    elif same:
        text += f" All {count(same, 'figure')} that can be judged are within error."
    return text + (f" Of {count(unsaid, 'figure')} nothing can be said." if unsaid else "")


def _real_text(figure: ComparedFigure, change: Change) -> str:
    label = foreign(figure.label, 60)
    label = label if label[:2].isupper() else label[:1].lower() + label[1:]
    unit = shown_as(figure).unit
    return f"{label} {side_name(figure)} {change_text(figure, change)}{' ' + unit if unit else ''}"


def chance_text(comparison: SessionComparison) -> str:
    """How many real changes are to be expected by chance alone; empty when nothing was judged."""
    if not comparison.judged:
        return ""
    expected = number(comparison.judged / 20.0, 1)
    return (
        f"{count(comparison.judged, 'change was', 'changes were')} judged. By chance alone up to one in twenty looks "
        f"real, here {expected}. Do not build on a single small one; measure again."
    )
