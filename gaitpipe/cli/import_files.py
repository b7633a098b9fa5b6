"""`import`: what files of other programs hold, and the same as plain CSV or Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gaitpipe.cli.analysis import EXIT_SOME_FAILED
from gaitpipe.cli.console import Console, common_options, console, json_option, print_json
from gaitpipe.cli.file_options import FormatOptions, format_options
from gaitpipe.cli.parameters import NearChoice, PathOf
from gaitpipe.errors import GaitpipeError, UsageError, counted

if TYPE_CHECKING:
    from gaitpipe.app.import_files import FileLook, SensorLook, Target
    from gaitpipe.model import Side


@click.command("import", short_help="Say what files of other programs hold; turn them into plain CSV or Parquet.")
@click.argument("files", nargs=-1, type=PathOf(), metavar="[FILE]...")
@click.option("--list", "list_formats", is_flag=True, help="List the formats that are read.")
@click.option("--out", type=PathOf(), help="Folder for the samples as plain files, one a sensor.")
@click.option("--to", "target", type=NearChoice(["csv", "parquet"]), default="csv", show_default=True, help="Which.")
@click.option("--left-sensor", default="", metavar="NAME", help="The left sensor, in a file that does not say it.")
@click.option("--right-sensor", default="", metavar="NAME", help="The right sensor, in such a file.")
@format_options
@click.option("--force", is_flag=True, help="Replace files of the same names.")
@click.option("-v", "--verbose", is_flag=True, help="All details of each of several files, not a line a file.")
@json_option
@common_options
def import_files(
    files: tuple[Path, ...],
    list_formats: bool,
    out: Path | None,
    target: Target,
    left_sensor: str,
    right_sensor: str,
    formats: FormatOptions,
    force: bool,
    verbose: bool,
    as_json: bool,
) -> int:
    """Say what files hold: format, sensors, sides, rates, losses, gravity, and which option is missing.

    Of several files each gets a line, and what is wrong with it; --verbose tells all of each.

    With --out the samples are written as plain CSV (or Parquet) too, one file a sensor. `gaitpipe analyze` and
    `gaitpipe export` read the same files without this step. --json prints one object a file.

    Ends with 0 when all files can be used, 1 when the one given cannot, 3 when some of several cannot.
    """
    if list_formats:
        return _list(as_json)
    if not files:
        raise UsageError("there is no file to look at", "Name one, or write --list for the formats.")
    sides = _sides(left_sensor, right_sensor)
    _check(formats, out, target)
    words, failed = console(), 0
    for path, name in zip(files, _stems(files), strict=True):
        try:
            if len(files) > 1 and _is_companion(words, path):
                continue
            file, made = _one(path, out, target, name, formats, sides, force)
            (_show if verbose or len(files) == 1 else _show_line)(words, file, made)
            if as_json:
                print_json(_content(file, made), one_line=True)
            failed += bool(file.errors)
        except GaitpipeError as error:
            if len(files) == 1:
                raise
            words.failure(error.message, error.advice)
            failed += 1
    if len(files) > 1 and not verbose:
        words.say("All details of each file, with its warnings: --verbose")
    if failed and len(files) > 1:
        words.failure(f"{failed} of {len(files)} files cannot be used; the reasons stand above")
    return 0 if not failed else 1 if len(files) == 1 else EXIT_SOME_FAILED


def _check(formats: FormatOptions, out: Path | None, target: Target) -> None:
    """Refuse what is wrong whatever the files are."""
    formats.check()
    if out is not None and target == "parquet":
        from gaitpipe.app.import_files import need_pyarrow

        need_pyarrow()


def _sides(left_sensor: str, right_sensor: str) -> dict[str, Side]:
    if left_sensor and left_sensor == right_sensor:
        raise UsageError("one sensor cannot be of both sides", "Give --left-sensor and --right-sensor different names.")
    named: tuple[tuple[str, Side], ...] = ((left_sensor, "left"), (right_sensor, "right"))
    return {label: side for label, side in named if label}


def _one(
    path: Path,
    out: Path | None,
    target: Target,
    name: str,
    formats: FormatOptions,
    sides: dict[str, Side],
    force: bool,
) -> tuple[FileLook, list[Path]]:
    """Look into one file, and convert it where that was asked for; the second value are the files made."""
    from gaitpipe.app.import_files import convert, look

    if out is None:
        return look(path, formats.importer, formats.read_options(), sides), []
    return convert(path, out, target, formats.importer, formats.read_options(), sides, name, force)


def _show_line(words: Console, file: FileLook, made: Sequence[Path]) -> None:
    """One of several files: a line, and the findings that are errors."""
    sensors = [
        " ".join([*([one.side] if one.side else []), f"{one.info.rate_hz:.4g} Hz {one.duration_s:.1f} s"])
        for one in file.sensors
    ]
    warnings = sum(finding.severity == "warning" for finding in file.findings) + file.experimental
    parts = [f"{file.importer}, {', '.join(sensors)}"]
    parts += [counted(warnings, "warning")] if warnings else []
    parts += ["needs " + " and ".join(option.partition(":")[0] for option in file.missing)] if file.missing else []
    parts += [f"wrote {', '.join(path.name for path in made)}"] if made else []
    words.say(f"{file.path}: {'; '.join(parts)}")
    words.findings(file.errors)


def _show(words: Console, file: FileLook, made: Sequence[Path]) -> None:
    words.say(f"{file.path}: {file.importer} ({file.description})")
    if file.experimental:
        advice = "Compare some figures with the vendor's own program before you rely on them."
        words.note("warning", "this format is experimental: its layout is known from memory only.", advice)
    if file.start_utc:
        zone = "" if file.start_utc.endswith("Z") else ", in a zone that the file does not say"
        words.say(f"  began {file.start_utc}{zone}")
    for sensor in file.sensors:
        words.say(f"  {_title(sensor)}")
        gyro = "with gyroscope" if sensor.info.has_gyro else "no gyroscope"
        words.say(f"    {sensor.info.rate_hz:g} Hz, {sensor.duration_s:.1f} s, {sensor.samples} samples, {gyro}")
        words.say(f"    lost: {counted(sensor.lost_samples, 'sample')} in {counted(sensor.gaps, 'gap')}")
        words.say(f"    range: {_range(sensor)}")
        words.say(f"    gravity: {sensor.gravity.words}")
    words.findings(file.findings)
    for option in file.missing:
        words.say(f"  an analysis needs {option}")
    for path in made:
        words.say(f"  wrote {path}")


def _title(sensor: SensorLook) -> str:
    label = f"'{sensor.label}'" if sensor.label else "sensor"
    return f"{label}: {sensor.side or 'side not said'}, {sensor.placement or 'placement not said'}"


def _range(sensor: SensorLook) -> str:
    acc, gyr = sensor.info.acc_range_m_s2, sensor.info.gyr_range_rad_s
    known = [f"{acc:.4g} m/s^2" if acc is not None else "", f"{gyr:.4g} rad/s" if gyr is not None else ""]
    return ", ".join(word for word in known if word) or "not said"


def _content(file: FileLook, made: Sequence[Path]) -> dict[str, Any]:
    return {
        "file": str(file.path),
        "format": file.importer,
        "experimental": file.experimental,
        "start_utc": file.start_utc if file.start_utc and file.start_utc.endswith("Z") else None,
        "sensors": [
            {
                "label": sensor.label,
                "side": sensor.side,
                "placement": sensor.placement,
                "rate_hz": sensor.info.rate_hz,
                "duration_s": round(sensor.duration_s, 6),
                "samples": sensor.samples,
                "lost_samples": sensor.lost_samples,
                "gaps": sensor.gaps,
                "has_gyro": sensor.info.has_gyro,
                "acc_range_m_s2": sensor.info.acc_range_m_s2,
                "gyr_range_rad_s": sensor.info.gyr_range_rad_s,
                "acc_at_rest_m_s2": sensor.gravity.reading_m_s2,
            }
            for sensor in file.sensors
        ],
        "findings": [
            {"code": finding.code, "severity": finding.severity, "message": finding.message}
            for finding in file.findings
        ],
        "missing_options": file.missing,
        "files": [str(path) for path in made],
    }


def _stems(files: Sequence[Path]) -> list[str]:
    """What the files of each input are called after: its stem, told apart where stems agree."""
    from gaitpipe.app.outputs import folders_for

    return [path.stem for path in files] if len(files) == 1 else [one.name for one in folders_for(files, Path("-"))]


def _is_companion(words: Console, path: Path) -> bool:
    """Whether a file is only a part of another, and was told as such."""
    from gaitpipe import importers

    head = importers.read_head(path)
    owner = next((one for one in importers.available() if one.is_companion(head, path)), None)
    if owner is not None:
        words.say(f"{path}: {owner.name}, a part that is read with the file it belongs to")
    return owner is not None


def _list(as_json: bool) -> int:
    from gaitpipe.app.format_table import importer_rows

    rows = importer_rows()
    if as_json:
        print_json(rows)
        return 0
    for row in rows:
        words = " (experimental)" if row["experimental"] else ""
        click.echo(f"{row['name']}  {' '.join(row['endings'])}{words}")
        click.echo(f"    {row['description']}")
        click.echo(f"    layout: {row['layout_source']}; tested against: {row['tested_against']}")
    return 0
