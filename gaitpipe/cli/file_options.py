"""Options that say which files are a session and what they do not say themselves; shared by several commands."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gaitpipe.cli.parameters import NearChoice, Number, PathOf

if TYPE_CHECKING:
    from gaitpipe.app.inputs import SessionFiles
    from gaitpipe.importers import AccelerationUnit, ReadOptions, RotationRateUnit
    from gaitpipe.model import Placement

F = TypeVar("F", bound=Callable[..., Any])
ACCELERATION_UNITS = ("m/s2", "g", "mg")
ROTATION_RATE_UNITS = ("rad/s", "deg/s", "mdeg/s")


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """The format of files and what they do not say themselves, as typed."""

    importer: str = ""
    acceleration_unit: AccelerationUnit | None = None
    rotation_rate_unit: RotationRateUnit | None = None
    rate_hz: float | None = None
    columns: str = ""

    def check(self) -> None:
        """Raise a UsageError for options that are wrong whatever the files are: before any of them is read."""
        from gaitpipe.importers import find_importer

        self.read_options()
        if self.importer:
            find_importer("", self.importer)

    def read_options(self) -> ReadOptions:
        from gaitpipe.importers import ReadOptions, column_names

        columns = column_names(self.columns) if self.columns else None
        return ReadOptions(self.acceleration_unit, self.rotation_rate_unit, self.rate_hz, columns)


@dataclass(frozen=True, slots=True)
class FileOptions:
    """The files of a session beside a recording, as typed; `session` joins them with it."""

    left: Path | None
    right: Path | None
    left_sensor: str
    right_sensor: str
    placement: Placement | None
    formats: FormatOptions

    def session(self, recording: Path | None = None) -> SessionFiles:
        from gaitpipe.app.inputs import SessionFiles

        return SessionFiles(
            recording,
            self.left,
            self.right,
            self.left_sensor,
            self.right_sensor,
            self.placement,
            self.formats.importer,
            self.formats.read_options(),
        )


placement_option = click.option(
    "--placement", type=NearChoice(["foot", "shank"]), help="Where the sensors sat; overrides what a recording says."
)


def format_options(command: F) -> F:
    """Add --format, --columns, --acc-unit, --gyr-unit and --rate; the command gets them as `formats`."""

    @functools.wraps(command)
    def gathered(
        *args: Any, importer: str, columns: str, acc_unit: Any, gyr_unit: Any, rate_hz: float | None, **others: Any
    ) -> Any:
        return command(*args, formats=FormatOptions(importer, acc_unit, gyr_unit, rate_hz, columns), **others)

    options = (
        click.option("--format", "importer", default="", metavar="NAME", help="The file format, if it is not told."),
        click.option(
            "--columns",
            default="",
            metavar="NAMES",
            help='Columns of a table of your own: "time=t:ms acc=ax,ay,az gyr=gx,gy,gz".',
        ),
        click.option(
            "--acc-unit", type=NearChoice(ACCELERATION_UNITS), help="Acceleration's unit, if the file lacks it."
        ),
        click.option("--gyr-unit", type=NearChoice(ROTATION_RATE_UNITS), help="The same of the rotation rate."),
        click.option("--rate", "rate_hz", type=Number(10, 10_000), help="Samples a second, if the file lacks times."),
    )
    return _with(options, gathered)  # type: ignore[no-any-return]


def file_options(command: F) -> F:
    """Add --left, --right, their sensors, --placement and the format options; the command gets them as `files`."""

    @functools.wraps(command)
    def gathered(
        *args: Any,
        left: Path | None,
        right: Path | None,
        left_sensor: str,
        right_sensor: str,
        placement: Placement | None,
        formats: FormatOptions,
        **others: Any,
    ) -> Any:
        files = FileOptions(left, right, left_sensor, right_sensor, placement, formats)
        return command(*args, files=files, **others)

    options = (
        click.option("--left", type=PathOf(), help="File of the left foot or shank, instead of a recording."),
        click.option("--right", type=PathOf(), help="File of the right foot or shank."),
        click.option("--left-sensor", default="", metavar="NAME", help="The left sensor, in a file of several."),
        click.option("--right-sensor", default="", metavar="NAME", help="The right sensor, in a file of several."),
        placement_option,
    )
    return _with(options, format_options(gathered))  # type: ignore[no-any-return]


def _with(options: tuple[Callable[[Any], Any], ...], command: Any) -> Any:
    for option in reversed(options):
        command = option(command)
    return command
