"""The live view of a recording: a table that renews itself on a terminal, a plain line every few seconds otherwise."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from gaitpipe.app.live import DeviceView, LiveView, SideView
from gaitpipe.cli.cue_view import cue_line, cue_panel

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.live import Live
    from rich.table import Table

LINE_EVERY_S = 5.0
SHOWN_LETTERS = 50
UNBOUND_WIDTH = 1000
"""More columns than any part of the view needs."""
KEYS = "q stops, Enter marks, ? helps."
OLD_S = 1.5
"""Older data than this means that a link is in trouble."""


class LiveScreen:
    """Shows a recording on stderr; a context, so that the terminal is left as it was."""

    def __init__(self, quiet: bool, hint: str) -> None:
        self._quiet = quiet
        self._plain_hint = self._hint = hint
        self._live: Live | None = None
        self._next_line_s = LINE_EVERY_S

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True, highlight=False), auto_refresh=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def say(self, text: str) -> None:
        """Print a line above the table."""
        if self._quiet:
            return
        if self._live is not None:
            self._live.console.print(text, markup=False)
        else:
            click.echo(text, err=True)

    def typing(self, text: str) -> None:
        """Show the letters of a line that is being typed, from the next `show` on."""
        shown = f"\n> {text[-SHOWN_LETTERS:]}_" if text else ""
        self._hint = self._plain_hint + shown

    def show(self, view: LiveView) -> None:
        """Show the present state."""
        if self._live is not None:
            self._live.update(_screen(view, self._hint, self._live.console.encoding), refresh=True)
        elif not self._quiet and view.elapsed_s >= self._next_line_s:
            self._next_line_s = (view.elapsed_s // LINE_EVERY_S + 1.0) * LINE_EVERY_S
            click.echo(plain_line(view), err=True)


def picture(view: LiveView, hint: str) -> RenderableType:
    """Return the state as the terminal shows it."""
    return _screen(view, hint, "utf-8")


def plain_line(view: LiveView) -> str:
    """Return the state as one line."""
    cue = () if view.cue is None else (cue_line(view.cue),)
    devices = (device_words(device) for device in view.devices)
    return f"{_clock(view.elapsed_s)}  " + "  |  ".join([*(_words(side) for side in view.sides), *devices, *cue])


def _screen(view: LiveView, hint: str, encoding: str) -> RenderableType:
    """The table with the cue above and the other devices below; on a screen too narrow for one, lines in its place."""
    return _Screen(view, hint, not encoding.lower().startswith("utf"))


class _Screen:
    """Chooses its form when it is drawn: the width of a terminal may change at any time."""

    def __init__(self, view: LiveView, hint: str, ascii_only: bool) -> None:
        self._view, self._hint, self._ascii = view, hint, ascii_only

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.measure import Measurement
        from rich.text import Text

        view, width = self._view, options.max_width
        unbound = options.update(width=UNBOUND_WIDTH)
        if view.cue is not None:
            panel = cue_panel(view.cue, self._ascii)
            fits = Measurement.get(console, unbound, panel).maximum <= width
            yield panel if fits else Text(cue_line(view.cue), "bold")
        table = _table(view, self._hint)
        if Measurement.get(console, unbound, table).maximum <= width:
            yield table
        else:
            yield Text(_title(view, self._hint), "bold")
            for side in view.sides:
                yield Text("\n".join(_filled([side.side.upper(), *_side_parts(side)], width, "  ")))
        if view.devices:
            yield Text("\n".join(_filled([device_words(device) for device in view.devices], width, "   ")), "bold")


def _filled(phrases: Sequence[str], width: int, between: str) -> list[str]:
    """Lines of whole phrases; a phrase that has no room in a line of its own is broken between words."""
    lines: list[str] = []
    for phrase in phrases:
        if lines and len(lines[-1]) + len(between) + len(phrase) <= width:
            lines[-1] += between + phrase
        else:
            lines += textwrap.wrap(phrase, max(width, 1))
    return lines


def device_words(device: DeviceView) -> str:
    """Return what a device beside the feet says, in a few words: `treadmill 3.00 m/s, 1.0 %`."""
    name = device.kind.replace("_", " ")
    if not device.connected:
        return f"{name} not connected"
    said = []
    if device.speed_m_s is not None:
        said.append(f"{device.speed_m_s:.2f} m/s")
    if device.incline_pct:
        said.append(f"{device.incline_pct:.1f} %")
    if device.cadence_per_min is not None:
        said.append(f"{device.cadence_per_min:.0f}/min")
    if device.heart_rate_bpm is not None:
        said.append(f"{device.heart_rate_bpm:.0f} beats/min")
    return f"{name} {', '.join(said) or '-'}"


def _words(side: SideView) -> str:
    return f"{side.side} {', '.join(_side_parts(side))}"


def _side_parts(side: SideView) -> list[str]:
    """The figures of a side, each with its unit or name."""
    parts = [f"{text} {unit}".rstrip() for text, unit in (_cadence(side), _contact(side))]
    parts += [f"battery {_battery(side)}", f"lost {_lost(side)}", f"packet {_age(side)}"]
    if side.reconnects:
        parts.append(f"reconnects {side.reconnects}")
    return parts


def _title(view: LiveView, hint: str) -> str:
    return f"{_clock(view.elapsed_s)} recorded, {view.bytes_written / 1e6:.1f} MB. {hint}"


def _table(view: LiveView, hint: str) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    title = Text(_title(view, hint), "bold")  # as text: what a person types is no markup
    table = Table(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        padding=(0, 2),
    )
    table.add_column("")
    for side in view.sides:
        table.add_column(side.side.upper(), justify="right", min_width=16)
    big = "bold green"
    table.add_row("Cadence", *(Text(" ".join(_cadence(side)), big) for side in view.sides))
    table.add_row("Ground contact", *(Text(" ".join(_contact(side)), big) for side in view.sides))
    table.add_row("Strides", *(str(side.strides) for side in view.sides))
    table.add_row("Battery", *(Text(_battery(side), _warn((side.battery_pct or 100) < 20)) for side in view.sides))
    table.add_row("Signal", *(_signal(side) for side in view.sides))
    table.add_row("Lost samples", *(Text(_lost(side), _warn(_lost_share(side) > 0.01)) for side in view.sides))
    table.add_row("Reconnects", *(Text(str(side.reconnects), _warn(side.reconnects > 0)) for side in view.sides))
    table.add_row("Last packet", *(Text(_age(side), _warn((side.age_s or 0.0) > OLD_S)) for side in view.sides))
    return table


def _warn(needed: bool) -> str:
    return "bold yellow" if needed else ""


def _cadence(side: SideView) -> tuple[str, str]:
    return ("-", "steps/min") if side.cadence_spm is None else (f"{side.cadence_spm:.0f}", "steps/min")


def _contact(side: SideView) -> tuple[str, str]:
    contact_s = side.ground_contact_time_s
    return ("-", "ms") if contact_s is None else (f"{1000 * contact_s:.0f}", "ms")


def _battery(side: SideView) -> str:
    return "-" if side.battery_pct is None else f"{side.battery_pct} %"


def _signal(side: SideView) -> str:
    if not side.connected:
        return "not connected"
    return "-" if side.rssi_dbm is None else f"{side.rssi_dbm} dBm"


def _lost_share(side: SideView) -> float:
    total = side.samples + side.lost_samples
    return side.lost_samples / total if total else 0.0


def _lost(side: SideView) -> str:
    return f"{100 * _lost_share(side):.1f} %"


def _age(side: SideView) -> str:
    return "-" if side.age_s is None else f"{side.age_s:.1f} s ago"


def _clock(seconds: float) -> str:
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return (f"{hours}:" if hours else "") + f"{rest // 60:02d}:{rest % 60:02d}"
