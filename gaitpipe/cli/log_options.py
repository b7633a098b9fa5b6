"""The options of `log add`: one a column, each read as a cell of the log is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

VALUE_OPTIONS = (
    ("--kind", "kind", "run, strength, walk, plyometric, rest or test."),
    ("--pain-during", "pain_during", "Worst pain in the session, 0-10."),
    ("--pain-after", "pain_after", "Worst pain within an hour after it, 0-10."),
    ("--pain-am", "pain_am", "Pain at the first steps of the next morning, 0-10."),
    ("--stiffness", "stiff_am_min", "Stiffness of the next morning, minutes."),
    ("--rpe", "rpe", "Effort, 0-10."),
    ("--level", "level", "Level of the ladder or stage that was done, such as L4."),
    ("--minutes", "run_min", "Minutes of running, without walking."),
    ("--distance-km", "distance_km", "Distance, kilometres."),
    ("--surface", "surface", "treadmill, road, track, grass, trail or sand."),
    ("--incline", "incline_pct", "The steepest part, %."),
    ("--shoe", "shoe", "The shoe's name."),
    ("--drop", "shoe_drop_mm", "Its heel-to-toe drop, mm."),
    ("--exercises", "exercises", "Exercises that were done, in words."),
    ("--pain-daily", "pain_daily", "Pain in daily walking, 0-10."),
    ("--pain-walk", "pain_walk_30min", "Pain in 30 minutes of walking, 0-10."),
    ("--heel-raises-injured", "heel_raises_injured", "Single-leg heel raises, injured side."),
    ("--heel-raises-other", "heel_raises_other", "Single-leg heel raises, other side."),
    ("--hops-injured", "hops_injured", "Single-leg hops, injured side."),
    ("--hops-other", "hops_other", "Single-leg hops, other side."),
    ("--hop-pain", "hop_pain", "Pain while hopping, 0-10."),
    ("--visa-a", "visa_a", "VISA-A, total 0-100."),
    ("--tendins-a", "tendins_a", "TENDINS-A, total 0-100."),
    ("--load-steps", "load_steps", "Session load of the sensors, in steps."),
    ("--notes", "notes", "In words; no names, please."),
)
TRUTH_OPTIONS = (
    ("--analgesic/--no-analgesic", "analgesic", "A painkiller within 24 h."),
    ("--swelling/--no-swelling", "swelling", "Swelling at the tendon."),
    ("--minimal-shoe/--no-minimal-shoe", "shoe_minimal", "A minimal shoe."),
    ("--settled/--not-settled", "settled_48h", "Pain that the session brought was gone after 48 h."),
)


class Cell(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A value of one column, read as a cell of the log is read."""

    def __init__(self, column: str) -> None:
        self.name, self._column = column, column

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value; a comma may part the decimals."""
        from gaitpipe.rehab.log_faults import CellError, is_missing, read_cell

        if not isinstance(value, str):
            return value
        if is_missing(value):
            self.fail("nothing is given; leave the option out when it is not known.", param, ctx)
        try:
            return read_cell(self._column, value, decimal_comma=True)
        except CellError as error:
            self.fail(f"'{value[:40]}': {error}.", param, ctx)


def entry_options(command: F) -> F:
    """Add one option a column."""
    for flags, column, words in reversed(TRUTH_OPTIONS):
        command = click.option(flags, column, default=None, help=words)(command)
    for flag, column, words in reversed(VALUE_OPTIONS):
        command = click.option(flag, column, type=Cell(column), help=words)(command)
    return command
