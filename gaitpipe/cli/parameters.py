"""Values on the command line: paths, numbers, speeds and settings, refused with the option's name and what is right."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from gaitpipe.cli.console import near
from gaitpipe.evidence import value as number_of

F = TypeVar("F", bound=Callable[..., Any])

SURFACES = ("treadmill", "road", "track", "grass", "trail", "sand")
"""As in `rehab.words`, which loads more than a command line needs to start."""
_SPEED = re.compile(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*(m/s|km/h|kmh|mph)?\s*", re.IGNORECASE)
_M_S_PER_UNIT = {"": 1.0, "m/s": 1.0, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "mph": 0.44704}


class PathOf(click.Path):
    """A path; an empty text, as an unset variable of a shell gives, is none."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if value == "":
            self.fail("an empty text is no path.", param, ctx)
        return super().convert(value, param, ctx)


class Number(click.FloatRange):
    """A number between two limits; NaN is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"'{value}' is no number from {self.min:g} to {self.max:g}.", param, ctx)
        return number


class NearChoice(click.Choice[str]):
    """A choice that says what a mistyped word may have meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the chosen word."""
        if value not in self.choices:
            known = [str(choice) for choice in self.choices]
            self.fail(f"'{value}' is not one of {', '.join(known)}.{near(str(value), known)}", param, ctx)
        return str(super().convert(value, param, ctx))


class Speed(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A speed with or without a unit, in m/s inside: 3.0, 3.0m/s, 10.8km/h, 6.7mph."""

    name = "speed"

    def __init__(self, low_m_s: float = 0.0, high_m_s: float = math.inf) -> None:
        self._low_m_s, self._high_m_s = low_m_s, high_m_s

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the speed in m/s."""
        if isinstance(value, float):
            return value
        found = _SPEED.fullmatch(str(value))
        if found is None:
            self.fail(f"'{value}' is no speed. Write 3.0 (m/s), 10.8km/h or 6.7mph.", param, ctx)
        speed_m_s = float(found.group(1).replace(",", ".")) * _M_S_PER_UNIT[(found.group(2) or "").lower()]
        if not self._low_m_s <= speed_m_s <= self._high_m_s:
            self.fail(f"{value} is not between {self._low_m_s:g} and {self._high_m_s:g} m/s.", param, ctx)
        return speed_m_s


class SettingValue(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """KEY=VALUE with a number."""

    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Return the key and the number."""
        if isinstance(value, tuple):
            return value
        key, equals, text = str(value).partition("=")
        try:
            return key.strip(), float(text)
        except ValueError:
            reason = "has no '='" if not equals else f"'{text}' is not a number"
            return self.fail(f"{reason} in '{value}'. Write for example rate_hz=208.", param, ctx)


def height_option(command: F) -> F:
    """Add --height-m."""
    limits = Number(number_of("height_minimum_m"), number_of("height_maximum_m"))
    return click.option("--height-m", type=limits, help="Height of the runner in metres, for leg stiffness.")(command)


def context_options(command: F) -> F:
    """Add --surface, --incline, --shoe, --shoe-drop and --athlete; the command gets them as `context`.

    It is what a recording keeps of them as its metadata.
    """

    @functools.wraps(command)
    def gathered(
        *args: Any,
        surface: str | None,
        incline_pct: float | None,
        shoe: str | None,
        shoe_drop_mm: float | None,
        athlete: str | None,
        **others: Any,
    ) -> Any:
        from gaitpipe.app.athlete import athlete_metadata
        from gaitpipe.app.run_context import context_metadata

        context = context_metadata(surface, shoe, shoe_drop_mm, incline_pct) | athlete_metadata(athlete)
        return command(*args, context=context, **others)

    options = (
        click.option("--surface", type=NearChoice(SURFACES), help="What the runner ran on."),
        click.option("--incline", "incline_pct", type=Number(-40, 40), help="Incline of the belt or road in per cent."),
        click.option("--shoe", metavar="NAME", help="The shoe, by the name that you always give it."),
        click.option("--shoe-drop", "shoe_drop_mm", type=Number(-10, 30), help="Heel drop of the shoe in millimetres."),
        click.option("--athlete", metavar="PSEUDONYM", help="The runner, by a pseudonym: never a name."),
    )
    added: Any = gathered
    for option in reversed(options):
        added = option(added)
    return added  # type: ignore[no-any-return]


def profile_dirs_option(command: F) -> F:
    """Add --profile-dir FOLDER, any number of times; the command gets them as `folders`."""
    return click.option(
        "--profile-dir", "folders", multiple=True, type=PathOf(), help="Another folder with device profiles."
    )(command)


def settings_option(command: F) -> F:
    """Add --set KEY=VALUE, any number of times."""
    return click.option(
        "--set", "settings", type=SettingValue(), multiple=True, help="A setting of the sensor, such as rate_hz=208."
    )(command)
