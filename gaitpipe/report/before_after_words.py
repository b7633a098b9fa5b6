"""How figures of a before/after comparison are shown: units, decimals and the words of a judgement."""

from __future__ import annotations

from gaitpipe.rehab.words import BlockFigure
from gaitpipe.report.text import DASH, number, signed

_SHOWN: dict[str, tuple[str, float, int]] = {
    "1/min": ("steps/min", 1.0, 1),
    "s": ("ms", 1000.0, 1),
    "1": ("% of stride", 100.0, 1),
    "m": ("cm", 100.0, 1),
    "deg": ("deg", 1.0, 1),
    "BW": ("BW", 1.0, 2),
    "%": ("%", 1.0, 1),
}


def shown_unit(figure: BlockFigure) -> str:
    """The unit that people read."""
    return _SHOWN.get(figure.unit, (figure.unit, 1.0, 2))[0]


def scale_of(figure: BlockFigure) -> float:
    """What turns the figure's unit into the one that people read."""
    return _SHOWN.get(figure.unit, (figure.unit, 1.0, 2))[1]


def shown(figure: BlockFigure, value: float | None) -> str:
    """A value of the figure as text, without the unit; a dash when it is not known."""
    _, scale, decimals = _SHOWN.get(figure.unit, (figure.unit, 1.0, 2))
    return DASH if value is None else number(value * scale, decimals)


def shown_change(figure: BlockFigure, value: float | None) -> str:
    """The same with its sign."""
    _, scale, decimals = _SHOWN.get(figure.unit, (figure.unit, 1.0, 2))
    return DASH if value is None else signed(value * scale, decimals)


def judgement(figure: BlockFigure) -> str:
    """What may be said of the difference, in a few words."""
    if figure.exceeds is None:
        return "not judged" if figure.difference is not None else "not given"
    if not figure.exceeds:
        return "no real change"
    return "higher with the cue" if (figure.difference or 0.0) > 0.0 else "lower with the cue"


def wash_out(figure: BlockFigure) -> str:
    """Whether it came back after the cue; empty when not judged."""
    return {None: "", True: "came back", False: "did not fully come back"}[figure.returned]
