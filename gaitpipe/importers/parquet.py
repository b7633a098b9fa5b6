"""Parquet: samples in columns whose names say what they are.

Rules:

1. Columns are `time_s` (or `time_ms`, `time_us`, `time_ns`), `acc_x_m_s2` and so on (or `acc_x_g`, `acc_x_mg`),
   `gyr_x_rad_s` and so on (or `gyr_x_deg_s`). Time stamps and durations say their own unit, whatever they are called;
   where no name says the time, the only column of them is the time. Time stamps without a zone tell the day alone.
2. Several sensors stand below each other, told apart by the columns `side`, `placement` and `sensor`; or beside each
   other, with a name before each column: `left_foot_acc_x_m_s2`.
3. Where a person names columns, those are read, as one sensor.
4. Rows and sizes that the file declares are checked before anything is unpacked. Checksums of pages are checked where
   the file has them; without, a flipped bit inside a page cannot be told from a measurement.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitpipe.errors import RecordingError
from gaitpipe.importers._clock_text import ZONE_UNKNOWN
from gaitpipe.importers._columns import EXAMPLE, not_there, samples_of_columns
from gaitpipe.importers._columns import wanted as named_columns
from gaitpipe.importers._contract import ImportedFile, Importer, ReadOptions, SensorSamples
from gaitpipe.importers._extras import needed
from gaitpipe.importers._labels import placement_of, side_of
from gaitpipe.importers._text import read_bytes
from gaitpipe.importers._units import ACC_FACTORS, GYR_FACTORS, TIME_FACTORS
from gaitpipe.model import Finding, FloatArray

MAGIC = b"PAR1"
MAX_ROWS = 80_000_000
MAX_UNPACKED_BYTES = 8 * 2**30
MAX_COLUMNS = 2000
MAX_SENSORS = 64
BATCH_ROWS = 1_000_000
FACTS_KEY = b"gaitpipe"
"""What this project's export says of session and sensors, as JSON."""
GROUPS = ("side", "placement", "sensor")
_UNITS = {
    "m_s2": ACC_FACTORS["m/s2"], "g": ACC_FACTORS["g"], "mg": ACC_FACTORS["mg"],
    "rad_s": GYR_FACTORS["rad/s"], "deg_s": GYR_FACTORS["deg/s"],
}  # fmt: skip
_COLUMN = re.compile(r"(?:(?P<label>.+)_)?(?P<kind>acc|gyr)_(?P<axis>[xyz])_(?P<unit>m_s2|mg|g|rad_s|deg_s)")
_TIME = re.compile(r"(?:(?P<label>.+)_)?time_(?P<unit>s|ms|us|ns)")
_DAMAGED = (OSError, ValueError, TypeError, KeyError, IndexError, RuntimeError, OverflowError, MemoryError)
_ADVICE = "Export the file again."


@dataclass(slots=True)
class _Sensor:
    """Columns of one sensor: of its time, and by kind and axis; with the factors to SI units."""

    label: str
    time: str = ""
    has_unit: bool = False
    """Whether the time is a time stamp or a duration, in ns as read."""
    axes: dict[tuple[str, str], tuple[str, float]] | None = None

    def columns(self, kind: str) -> list[tuple[str, float]]:
        return [self.axes[kind, axis] for axis in "xyz" if self.axes and (kind, axis) in self.axes]


def sniff(head: bytes, path: Path) -> bool:
    """True for a Parquet file."""
    del path
    return head.startswith(MAGIC)


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read all sensors of a file.

    Raises
    ------
    RecordingError
        It is no such file, damaged, too large, or its columns are not known.
    UsageError
        pyarrow is not installed.
    """
    content = read_bytes(path)
    if not content.startswith(MAGIC):
        raise RecordingError(str(path), "not a Parquet file", "Give a .parquet file.")
    if len(content) < 12 or not content.endswith(MAGIC):
        message = "the Parquet file is cut, or still being written: its end is missing"
        raise RecordingError(str(path), message, _ADVICE)
    arrow, parquet = needed("pyarrow", "parquet", "Parquet files"), needed("pyarrow.parquet", "parquet", "")
    try:
        file = parquet.ParquetFile(arrow.BufferReader(content), page_checksum_verification=True)
        if options.columns is not None:
            return _named(file, arrow, options, path, hashlib.sha256(content).hexdigest())
        sensors = _sensors(file, path)
        groups = [name for name in GROUPS if name in file.schema_arrow.names]
        wanted = {name for one in sensors for kind in ("acc", "gyr") for name, _factor in one.columns(kind)}
        columns = _columns(file, arrow, wanted | {one.time for one in sensors}, groups, path)
        facts = _facts(file.schema_arrow.metadata or {})
    except _DAMAGED as error:
        message = f"the Parquet file is damaged: {str(error)[:150] or type(error).__name__}"
        raise RecordingError(str(path), message, _ADVICE) from None
    count = max((len(set(columns[name].tolist())) for name in groups), default=0)
    if count > MAX_SENSORS:
        message = f"{count} sensors by {', '.join(groups)} are too many"
        raise RecordingError(str(path), message, "Is this a table of samples?")
    read_sensors = [made for sensor in sensors for made in _made(sensor, columns, groups, facts)]
    ignored, clock = _ignored(file, columns, path), _zone(file, [sensor.time for sensor in sensors])
    return ImportedFile(tuple(read_sensors), hashlib.sha256(content).hexdigest(), ignored, clock)


def _named(file: Any, arrow: Any, options: ReadOptions, path: Path, sha256: str) -> ImportedFile:
    """The one sensor in the columns that a person named."""
    names = options.columns
    if names is None:
        raise RecordingError(str(path), "which columns are meant was not said", "Add --columns.")
    error = not_there(names, list(file.schema_arrow.names), path)
    if error is not None:
        raise error
    columns = _columns(file, arrow, named_columns(names), (), path)
    findings: list[Finding] = []
    has_unit = names.time in _stamps(file)
    clock = _seconds(names.time, columns[names.time], slice(None), has_unit=True) if has_unit else None
    sensor = samples_of_columns(columns, options, path, findings, clock=clock)
    ignored = _ignored(file, columns, path)
    return ImportedFile((sensor,), sha256, (*findings, *ignored), _zone(file, [names.time]))


def _sensors(file: Any, path: Path) -> list[_Sensor]:
    """The sensors that the names of the columns tell."""
    names = list(file.schema_arrow.names)
    if len(names) > MAX_COLUMNS or len(set(names)) < len(names):
        message = f"{len(names)} columns are too many" if len(names) > MAX_COLUMNS else "a column stands there twice"
        raise RecordingError(str(path), message, _ADVICE)
    found: dict[str, _Sensor] = {}
    for name in names:
        match = _COLUMN.fullmatch(name)
        if match is None:
            continue
        sensor = found.setdefault(match["label"] or "", _Sensor(match["label"] or "", axes={}))
        key = match["kind"], match["axis"]
        if (match["unit"] in ("rad_s", "deg_s")) != (key[0] == "gyr") or key in (sensor.axes or {}):
            message = f"column {name} is not of its kind, or there twice in other units"
            raise RecordingError(str(path), message, "Name each axis once, with its unit.")
        assert sensor.axes is not None  # noqa: S101 - set above
        sensor.axes[key] = name, _UNITS[match["unit"]]
    whole = [sensor for sensor in found.values() if len(sensor.columns("acc")) == 3]
    times = {(match["label"] or ""): name for name in names if (match := _TIME.fullmatch(name))}
    stamps = _stamps(file)
    if "" not in times:
        times |= {"": "time"} if "time" in names else {"": stamps[0]} if len(stamps) == 1 else {}
    for sensor in whole:
        sensor.time = times.get(sensor.label, times.get("", ""))
        sensor.has_unit = sensor.time in stamps
    if not whole or not all(sensor.time for sensor in whole):
        missing = "acc_x_m_s2, acc_y_m_s2, acc_z_m_s2" if not whole else "time_s"
        advice = f"The file names: {', '.join(names)[:300]}. Rename them, or say what they are: {EXAMPLE}."
        raise RecordingError(str(path), f"no column {missing}", advice)
    return whole


def _columns(
    file: Any, arrow: Any, wanted: Iterable[str], groups: Sequence[str], path: Path
) -> dict[str, NDArray[Any]]:
    """All columns that are needed, float64 (n,); those of `groups` as words."""
    rows = file.metadata.num_rows
    unpacked = sum(file.metadata.row_group(n).total_byte_size for n in range(file.metadata.num_row_groups))
    if not 0 <= rows <= MAX_ROWS or not 0 <= unpacked <= MAX_UNPACKED_BYTES:
        message = f"the file declares {rows} rows, {unpacked / 2**30:.1f} GiB: it was not unpacked"
        raise RecordingError(str(path), message, "Split it into sessions.")
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in (*sorted(wanted), *groups)}
    seen = 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(parts)):
        seen += batch.num_rows
        if seen > rows:
            raise RecordingError(str(path), "the file holds more rows than it declares", _ADVICE)
        for name, chunks in parts.items():
            chunks.append(_words(batch, name, arrow) if name in groups else _numbers(batch, name, arrow, path))
    if seen != rows:
        raise RecordingError(str(path), f"the file declares {rows} rows, but holds {seen}", _ADVICE)
    return {name: np.concatenate(chunks) if chunks else np.zeros(0) for name, chunks in parts.items()}


def _numbers(batch: Any, name: str, arrow: Any, path: Path) -> FloatArray:
    column = batch.column(batch.schema.get_field_index(name))
    kind = column.type
    if arrow.types.is_timestamp(kind):
        return np.asarray(column.cast(arrow.timestamp("ns")).cast(arrow.int64()).cast(arrow.float64(), safe=False))
    if arrow.types.is_duration(kind):
        return np.asarray(column.cast(arrow.duration("ns")).cast(arrow.int64()).cast(arrow.float64(), safe=False))
    if not (arrow.types.is_floating(kind) or arrow.types.is_integer(kind)):
        advice = "Write it as float; a time may also be a time stamp or a duration."
        raise RecordingError(str(path), f"column {name} does not hold numbers but {kind}", advice)
    return np.asarray(column.cast(arrow.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)


def _words(batch: Any, name: str, arrow: Any) -> NDArray[Any]:
    """A column of words as codes of few: strings (n,) of a fixed width."""
    column = batch.column(batch.schema.get_field_index(name)).cast(arrow.string()).dictionary_encode()
    words = np.array([str(word or "")[:60] for word in column.dictionary.to_pylist()] or [""], dtype="<U60")
    codes = column.indices.fill_null(0).to_numpy(zero_copy_only=False)
    return np.where(np.asarray(column.is_null()), "", words[codes]) if len(codes) else words[:0]


def _made(
    sensor: _Sensor, columns: Mapping[str, NDArray[Any]], groups: Sequence[str], facts: Mapping[str, Any]
) -> list[SensorSamples]:
    """The sensors in these columns: one, or one for each value of the columns that tell them apart."""
    if not groups:
        return [_samples(sensor, columns, slice(None), (), facts)]
    combined = np.stack([columns[name] for name in groups], axis=1)
    values, which = np.unique(combined, axis=0, return_inverse=True)
    return [
        _samples(sensor, columns, np.flatnonzero(which.ravel() == number), tuple(map(str, value)), facts)
        for number, value in enumerate(values)
    ]


def _samples(
    sensor: _Sensor, columns: Mapping[str, NDArray[Any]], rows: Any, said: tuple[str, ...], facts: Mapping[str, Any]
) -> SensorSamples:
    def of(kind: str) -> FloatArray:
        return np.column_stack([columns[name][rows] * factor for name, factor in sensor.columns(kind)])

    gyr = of("gyr") if len(sensor.columns("gyr")) == 3 else None
    time_s, first_s = _seconds(sensor.time, columns[sensor.time], rows, has_unit=sensor.has_unit)
    words = {"L": "left", "R": "right"}
    label = " ".join(words.get(word, word) for word in (sensor.label, *said) if word)
    side = side_of(label)
    told = facts.get("sensors", {}).get(side or "", {})
    return SensorSamples(
        label,
        time_s,
        of("acc"),
        None if gyr is None or np.isnan(gyr).all() else gyr,  # a column that is empty throughout is no gyroscope
        side=side,
        placement=placement_of(label) or placement_of(str(told.get("placement", ""))),
        clock_origin_s=_unix_s(facts.get("start_utc")) if first_s is None else first_s,
        acc_range_m_s2=_positive(told.get("acc_range_m_s2")),
        gyr_range_rad_s=_positive(told.get("gyr_range_rad_s")),
    )


def _stamps(file: Any) -> list[str]:
    """The columns that hold time stamps or durations."""
    import pyarrow as pa

    is_one = (pa.types.is_timestamp, pa.types.is_duration)
    return [field.name for field in file.schema_arrow if any(is_kind(field.type) for is_kind in is_one)]


def _zone(file: Any, times: Sequence[str]) -> Mapping[str, str]:
    """What is to be told of the clock: time stamps without a zone are of some clock on the wall."""
    import pyarrow as pa

    kinds = [field.type for field in file.schema_arrow if field.name in times]
    return ZONE_UNKNOWN if any(pa.types.is_timestamp(kind) and kind.tz is None for kind in kinds) else {}


def _seconds(name: str, column: FloatArray, rows: Any, *, has_unit: bool) -> tuple[FloatArray, float | None]:
    """Times [s]; those of a calendar count from the file's first, whose Unix time is the second value.

    Numbers in a column called `time` alone are seconds, unless they can only be nanoseconds since 1970.
    """
    match = _TIME.fullmatch(name)
    first = float(np.nanmin(column)) if np.isfinite(column).any() else 0.0
    factor = 1e-9 if has_unit or (match is None and first > 1e17) else TIME_FACTORS[match["unit"] if match else "s"]
    if first * factor > 1e8:
        return (column[rows] - first) * factor, first * factor
    return column[rows] * factor, None


def _facts(metadata: Mapping[bytes, bytes]) -> dict[str, Any]:
    """What this project's export says beside the samples; nothing where that is not of its form."""
    try:
        facts = json.loads(metadata.get(FACTS_KEY, b"{}"))
        sensors = {side: told for side, told in facts.get("sensors", {}).items() if isinstance(told, dict)}
    except (ValueError, AttributeError, RecursionError):
        return {}
    return {"sensors": sensors, "start_utc": facts.get("start_utc")}


def _unix_s(text: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment.timestamp() if moment.tzinfo is not None else None


def _positive(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0.0 < value < 1e6
    return float(value) if known else None


def _ignored(file: Any, columns: Mapping[str, NDArray[Any]], path: Path) -> tuple[Finding, ...]:
    ignored = [str(name)[:40] for name in file.schema_arrow.names if name not in columns]
    if not ignored:
        return ()
    more = f" and {len(ignored) - 10} more" if len(ignored) > 10 else ""
    message = f"{path.name}: columns that were not used: {', '.join(ignored[:10])}{more}."
    return (Finding("columns_ignored", "info", message),)


IMPORTER = Importer(
    name="parquet",
    extensions=(".parquet",),
    description="Parquet with columns such as time_s, acc_x_m_s2 and gyr_x_rad_s, of one sensor or several",
    sniff=sniff,
    read=read,
    layout="specification",
    layout_source="this project",
    tested_against="files of this project and a public data set of runners, spoiled in many ways",
)
