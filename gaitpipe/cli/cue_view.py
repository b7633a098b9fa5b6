"""The visual twin of a cue: a word and a sign five lines high, the value and its band; a plain line without a terminal.

The word and the sign say it, colour only repeats it. While the schedule has no feedback, nothing is judged on the
screen either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gaitpipe.app.cue import CueView
from gaitpipe.cli.big_letters import big
from gaitpipe.report.text import clock_time

if TYPE_CHECKING:
    from rich.panel import Panel

_UP = ["  #  ", " ### ", "#####", "  #  ", "  #  "]
_LEVEL = ["     ", "#####", "     ", "#####", "     "]
_BIG = {
    ("cadence", "below"): ("QUICKER", _UP),
    ("cadence", "above"): ("SLOWER", _UP[::-1]),
    ("contact", "below"): ("LONGER", _UP),
    ("contact", "above"): ("SHORTER", _UP[::-1]),
}
_COLOURS = {"below": "bold bright_cyan", "above": "bold bright_yellow", "in_band": "bold bright_green"}


def cue_line(view: CueView) -> str:
    """The cue in one line: phase, judgement, value and band."""
    plan, signal = view.plan, view.signal
    parts = [f"cue {plan.of.label}: {signal.phase}{_until(view)}"]
    if view.problem:
        parts.append(view.problem)
    if not signal.feedback_on:
        if signal.reason:
            parts.append(signal.reason)
        if signal.phase.startswith(("feedback", "no feedback")):
            parts.append("on your own")
        return ", ".join(parts)
    if signal.judgement == "waiting":
        return ", ".join([*parts, signal.reason or "waiting", _band(view)])
    off = f" by {abs(signal.off_pct):.1f} %" if signal.off_pct else ""
    words = {
        "in_band": "IN THE BAND",
        "below": f"BELOW{off}: {plan.of.below}",
        "above": f"ABOVE{off}: {plan.of.above}",
    }
    return ", ".join([*parts, words[signal.judgement], _value(view), _band(view)])


def cue_panel(view: CueView, ascii_only: bool = False) -> Panel:
    """The cue as a panel, the judgement in big letters while feedback is on."""
    from rich import box
    from rich.panel import Panel
    from rich.text import Text

    signal, ink = view.signal, "#" if ascii_only else "\u2588"
    body = Text()
    if signal.feedback_on and signal.judgement != "waiting":
        word, sign = _BIG.get((view.plan.metric, signal.judgement), ("IN BAND", _LEVEL))
        lines = zip(sign, big(word, ink), sign, big(_number(view), ink), strict=True)
        for left, middle, right, size in lines:
            row = f"{left.replace('#', ink)}   {middle}   {right.replace('#', ink)}      {size}"
            body.append(row.rstrip() + "\n", _COLOURS[signal.judgement])
        body.append(f"\n{_value(view)}, {_band(view)}", "bold")
    else:
        body.append(_quiet(view), "bold")
    if view.problem:
        body.append(f"\n{view.problem}", "bold yellow")
    title = f"Cue: {view.plan.of.label}, {signal.phase}{_until(view)}"
    return Panel(body, title=title, title_align="left", box=box.ASCII if ascii_only else box.ROUNDED, padding=(1, 2))


def _quiet(view: CueView) -> str:
    """What stands there while nothing is judged on the screen."""
    signal = view.signal
    if signal.feedback_on:
        return f"{signal.reason or 'waiting'}; {_band(view)}"
    if signal.reason:
        return signal.reason
    if signal.phase == "waiting for running":
        return "Stand still first, then run."
    if signal.phase.startswith("plain running"):
        return "Run as usual."
    return "On your own: keep it as it was with the feedback."


def _number(view: CueView) -> str:
    return "" if view.signal.value is None else f"{view.plan.of.scale * view.signal.value:.0f}"


def _value(view: CueView) -> str:
    return "no value" if view.signal.value is None else view.plan.of.shown(view.signal.value)


def _band(view: CueView) -> str:
    low, high, of = view.signal.low, view.signal.high, view.plan.of
    if low is None or high is None:
        return "band not known yet"
    return f"band {of.scale * low:.0f} to {of.scale * high:.0f} {of.unit}"


def _until(view: CueView) -> str:
    return "" if view.signal.until_s is None else f" until {clock_time(view.signal.until_s)}"
