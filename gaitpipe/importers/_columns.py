"""Columns of a table that a person names: what was typed, and the samples in them. For text and for Parquet.

Typed is `time=t_s acc=ax,ay,az gyr=gx,gy,gz`. A name with blanks stands in quotes: `time="elapsed (s)"`. The unit of
the time stands behind its column (`time=t:ms`; a name that ends so itself is written `t:ms:ms`) or in the key
(`time_ms=t`), else in the column's name (`t_ms`); else the column is in seconds, which is checked. A column of dates
and clock times, or of time stamps, needs no unit and takes none. The units of acceleration and rotation rate stand in
the columns' names (`ax_m/s2`, `x_g`, `gyr_x_rad_s`), or are asked for.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.importers._contract import ColumnNames, ReadOptions, SensorSamples, TimeUnit
from gaitpipe.importers._units import (
    ACC_FACTORS,
    GYR_FACTORS,
    TIME_FACTORS,
    acceleration_factor,
    common_unit,
    rotation_rate_factor,
    unit_in_name,
)
from gaitpipe.model import Finding, FloatArray

EXAMPLE = 'Write it like "time=t_s acc=ax,ay,az gyr=gx,gy,gz" (a time in milliseconds: time=t:ms)'
TIME_KEYS: Mapping[str, str | None] = {"time": None} | {f"time_{unit}": unit for unit in TIME_FACTORS}
KEYS = (*TIME_KEYS, "acc", "gyr")


def column_names(typed: str) -> ColumnNames:
    """The columns that a person names.

    Raises
    ------
    UsageError
        A key is not known or there twice, no acceleration is named, or not three of an axis.
    """
    pairs = _pairs(typed)
    acc, gyr = _three(pairs, "acc"), _three(pairs, "gyr")
    if acc is None:
        raise UsageError("--columns names no acceleration", f"{EXAMPLE}.")
    times = [key for key in pairs if key in TIME_KEYS]
    if len(times) > 1:
        raise UsageError(f"--columns names the time twice: {', '.join(times)}", f"{EXAMPLE}.")
    time, unit = _time(times[0], pairs[times[0]]) if times else ("", None)
    named = [time, *acc, *(gyr or ())]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise UsageError(f"--columns names {', '.join(twice)} twice", f"{EXAMPLE}, each column once.")
    return ColumnNames(acc, gyr, time, unit)


def wanted(names: ColumnNames) -> list[str]:
    """All columns that are named."""
    return [*([names.time] if names.time else []), *names.acc, *(names.gyr or ())]


def not_there(names: ColumnNames, there: Sequence[str], path: Path, line: int | None = None) -> RecordingError | None:
    """The error for a file that has not all named columns, with what was meant; None where it has.

    `line` is where the file names them.
    """
    missing = [name for name in wanted(names) if name not in there]
    if not missing:
        return None
    close = {name: difflib.get_close_matches(name, there, n=1) for name in missing}
    hints = "".join(f" Did you mean '{near[0]}' for {name}?" for name, near in close.items() if near)
    known = ", ".join(name for name in there if name)[:300]
    return RecordingError(str(path), f"no column {', '.join(missing)}", f"The file has: {known}.{hints}", line)


def samples_of_columns(
    columns: Mapping[str, FloatArray],
    options: ReadOptions,
    path: Path,
    findings: list[Finding],
    first_line: int | None = None,
    clock: tuple[FloatArray, float | None] | None = None,
) -> SensorSamples:
    """The samples in the columns (n,) that `options.columns` names.

    `clock` are times (n,) [s] and the Unix time of their zero, where the file has them as moments and not as numbers.

    Raises
    ------
    RecordingError
        A unit is neither in the names nor in the options; there is no time and no rate; or moments were given a unit.
    """
    names = options.columns
    if names is None:
        raise RecordingError(str(path), "which columns are meant was not said", f"Add --columns. {EXAMPLE}.")
    unit = common_unit([unit_in_name(name, ACC_FACTORS) for name in names.acc])
    acc = np.column_stack([columns[name] for name in names.acc])
    acc = acc * acceleration_factor(unit, options, path, findings)
    gyr = None
    if names.gyr is not None:
        unit = common_unit([unit_in_name(name, GYR_FACTORS) for name in names.gyr])
        gyr = np.column_stack([columns[name] for name in names.gyr])
        gyr = gyr * rotation_rate_factor(unit, options, path, findings)
    if clock is not None and names.time_unit is not None:
        message = f"column {names.time} holds dates and clock times, not {names.time_unit}"
        raise RecordingError(str(path), message, f"Name it without a unit: time={names.time}.")
    time_s, origin_s = clock or _times(columns, names, options, path, len(acc))
    return SensorSamples("", time_s, acc, gyr, clock_origin_s=origin_s, first_line=first_line)


def _pairs(typed: str) -> dict[str, str]:
    try:
        parts = shlex.split(typed)
    except ValueError:
        raise UsageError("--columns has a quotation mark that is not closed", f"{EXAMPLE}.") from None
    pairs: dict[str, str] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if key not in KEYS or not equals or not value:
            close = difflib.get_close_matches(key, KEYS, n=1)
            hint = f" Did you mean {close[0]}=?" if close and key not in KEYS else ""
            raise UsageError(f"--columns: '{part}' is not one of time=, acc=, gyr= with names", f"{EXAMPLE}.{hint}")
        if key in pairs:
            raise UsageError(f"--columns names {key} twice", f"{EXAMPLE}.")
        pairs[key] = value
    return pairs


def _time(key: str, typed: str) -> tuple[str, TimeUnit | None]:
    """The name of the time's column and its unit, which stands in the key or behind the name."""
    name, colon, unit = typed.rpartition(":")
    if TIME_KEYS[key] is None and colon and name and unit in TIME_FACTORS:
        return name, cast("TimeUnit", unit)
    return typed, cast("TimeUnit | None", TIME_KEYS[key])


def _three(pairs: Mapping[str, str], key: str) -> tuple[str, str, str] | None:
    if key not in pairs:
        return None
    names = [name.strip() for name in pairs[key].split(",")]
    if len(names) != 3 or not all(names):
        raise UsageError(f"--columns: {key} needs three columns, not '{pairs[key]}'", f"{EXAMPLE}.")
    return names[0], names[1], names[2]


def _times(
    columns: Mapping[str, FloatArray], names: ColumnNames, options: ReadOptions, path: Path, count: int
) -> tuple[FloatArray, float | None]:
    """Times [s]; Unix times are counted from the first one, which is the origin."""
    if not names.time:
        if options.rate_hz is None:
            advice = "Name it (time=...) or say the samples a second: --rate 200."
            raise RecordingError(str(path), "no column of the time is named", advice)
        return np.arange(count) / options.rate_hz, None
    factor = TIME_FACTORS[names.time_unit or unit_in_name(names.time, TIME_FACTORS) or "s"]
    time = columns[names.time]
    finite = time[np.isfinite(time)]
    if len(finite) and _is_unix(float(finite[0]) * factor):
        first = float(finite[0])
        return (time - first) * factor, first * factor
    return time * factor, None


def _is_unix(time_s: float) -> bool:
    """Whether this is a moment from 2001 on, counted from 1970: no recording is that long."""
    return 1e9 <= time_s < 1e10
