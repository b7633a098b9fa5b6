"""The cohort table: one row a file and side, over all files; `cohort.csv`, `cohort.parquet` and the data dictionary.

Rules
  1. A side with a sensor has a row, also when none of its strides could be used: then `no_figures_because` says why.
     A side without a sensor has none.
  2. What was not computed is empty, never 0. Figures of both legs and left against right stand in both rows.
  3. Columns are the same whatever the files hold (`cohort_columns`); rows are sorted by input, session, content and
     side, so the same files give the same bytes.
  4. A summary that is none, of an unknown form or with values of the wrong kind is refused with file and key.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.exporters.cells import table_text
from gaitpipe.exporters.cohort_columns import CohortColumn, cohort_columns, cohort_metrics
from gaitpipe.exporters.cohort_dictionary import dictionary_text
from gaitpipe.model import SIDES, Side
from gaitpipe.rehab.screen_reader import Reader

if TYPE_CHECKING:
    import pyarrow as pa

CSV_NAME, PARQUET_NAME, DICTIONARY_NAME = "cohort.csv", "cohort.parquet", "cohort_dictionary.csv"
CONTEXT_KEYS = ("input", "format", "athlete", "session")
"""What a caller may say of a file; `session` counts where the summary has no name, `athlete` before the summary's."""
SCHEMA_VERSION = 1
LARGEST = 1e15
SEPARATOR = ";"


def cohort_rows(summary: Mapping[str, Any], context: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of one file: a dictionary a side with a sensor, with a value or None for every column.

    Parameters
    ----------
    summary
        Content of a `summary.json`.
    context
        What the caller knows of the file, by `CONTEXT_KEYS`; `input` also names it in errors.

    Raises
    ------
    RecordingError
        It is no summary of this version, or a value is not of its kind: names file and key.
    ValueError
        The context has a key that is not known.
    """
    unknown = sorted(set(context) - set(CONTEXT_KEYS))
    if unknown:
        raise ValueError(f"unknown context {', '.join(unknown)}; known: {', '.join(CONTEXT_KEYS)}")
    root = Reader(context.get("input") or "summary.json", "", summary)
    _check_form(root)
    sensors = root.needed_table("sensors")
    seen: dict[str, Reader] = {}
    return [_row(root, side, context, seen) for side in SIDES if sensors.table(side).present]


def write_cohort(rows: Iterable[Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write the table of these rows and its dictionary into a folder; Parquet too where pyarrow is installed.

    Each file is whole or not there. Where Parquet cannot be written, one of an earlier run is taken away.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    RecordingError
        A file cannot be written.
    ValueError
        A row has a column that is not known.
    """
    columns = cohort_columns()
    known = {column.name for column in columns}
    table = sorted(rows, key=_order)
    for row in table:
        if not known >= row.keys():
            raise ValueError(f"unknown columns {', '.join(sorted(row.keys() - known))}")
    folder = Path(folder)
    names = [column.name for column in columns]
    parquet = _parquet(columns, table)
    if parquet is None:
        (folder / PARQUET_NAME).unlink(missing_ok=True)
    files: dict[str, str | bytes | None] = {
        DICTIONARY_NAME: dictionary_text(),
        CSV_NAME: table_text(names, ([row.get(name) for name in names] for row in table)),
        PARQUET_NAME: parquet,
    }
    written = []
    for name, content in files.items():
        if content is not None:
            write_atomic(folder / name, content)
            written.append(folder / name)
    return written


def _order(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name) or "") for name in ("input", "session", "input_sha256", "side"))


def _check_form(root: Reader) -> None:
    version = root.count("schema_version")
    if version is None:
        raise root.fault("schema_version", "is missing; is this a summary.json?")
    if version != SCHEMA_VERSION:
        age = "newer than" if version > SCHEMA_VERSION else "older than what"
        raise root.fault("schema_version", f"{version} is {age} this gaitpipe knows ({SCHEMA_VERSION})")
    root.needed_table("metrics")


def _row(root: Reader, side: Side, context: Mapping[str, str], seen: dict[str, Reader]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for place, columns in _tables().items():
        table = _table_at(root, place.replace("{side}", side), seen)
        row |= {column.name: _value(table, column, key) for column, key in columns}
    told = {key: context.get(key) or None for key in CONTEXT_KEYS}
    row |= {"input": told["input"], "format": told["format"], "side": side}
    row["session"] = row["session"] or told["session"] or _stem(told["input"] or "")
    row["athlete"] = told["athlete"] or row["athlete"]
    row |= _counted(root, side, row) | _findings(root, side) | _missing(root, side)
    row["no_figures_because"] = _no_figures(row)
    return {column.name: row[column.name] for column in cohort_columns()}


@cache
def _tables() -> dict[str, list[tuple[CohortColumn, str]]]:
    """The columns that have a place, by the object they stand in, each with its key there."""
    found: dict[str, list[tuple[CohortColumn, str]]] = {}
    for column in cohort_columns():
        if column.place:
            table, _, key = column.place.rpartition(".")
            found.setdefault(table, []).append((column, key))
    return found


def _table_at(root: Reader, place: str, seen: dict[str, Reader]) -> Reader:
    """The object at a place; `seen` keeps what was looked up of this summary."""
    if not place:
        return root
    if place not in seen:
        above, _, name = place.rpartition(".")
        holder = _table_at(root, above, seen)
        seen[place] = _picked(holder, name) if "[" in name else holder.table(name)
    return seen[place]


def _value(table: Reader, column: CohortColumn, key: str) -> Any:
    """What stands under a key, of the column's type; None where there is nothing."""
    if not table.present:
        return None
    if column.type == "text":
        return table.text(key)
    if column.type == "true_false":
        return table.flag(key)
    if column.type == "time":
        return _time(table, key)
    if column.type == "integer":
        return table.count(key)
    return table.number(key, -LARGEST, LARGEST, "a number of this kind")


def _picked(found: Reader, name: str) -> Reader:
    """The entry of a list that has these values: `drift[key=cadence_spm,side=left]`; empty without one."""
    list_name, _, conditions = name.rstrip("]").partition("[")
    wanted = dict(condition.split("=") for condition in conditions.split(","))
    entries = found.tables(list_name)
    fitting = (one for one in entries if all(one.text(key) == value for key, value in wanted.items()))
    return next(fitting, Reader(found.file, list_name, None))


def _time(found: Reader, key: str) -> str | None:
    text = found.text(key)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise found.fault(key, f"'{text[:30]}' is no time such as 2026-05-04T07:30:00Z") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _stem(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].split(".", 1)[0] or "session"


def _counted(root: Reader, side: Side, row: Mapping[str, Any]) -> dict[str, Any]:
    """Strides and losses that are sums of what the summary tells."""
    quality = root.table("data_quality").table(side)
    strides = quality.table("strides")
    kinds, dropped = _counts(strides, "by_quality"), _counts(strides, "rejected")
    good = kinds.pop("ok", 0)
    reasons = {name: kinds.get(name, 0) + dropped.get(name, 0) for name in sorted({*kinds, *dropped})}
    used = max((row[f"{one.key}_n"] or 0 for one in cohort_metrics() if not one.bilateral), default=0)
    lost, there = row["lost_samples"] or 0, row["samples"] or 0
    return {
        "strides_used": min(used, good),
        "strides_rejected": sum(reasons.values()),
        "strides_rejected_because": SEPARATOR.join(f"{name}:{n}" for name, n in reasons.items() if n) or None,
        "lost_samples_pct": 100.0 * lost / (lost + there) if lost + there else None,
        "packet_faults": sum(_counts(quality, "faults").values()) if quality.present else None,
    }


def _counts(table: Reader, key: str) -> dict[str, int]:
    """The counts under a key by their names."""
    counts = table.table(key)
    return {name: counts.count(name) or 0 for name in counts.keys()}  # noqa: SIM118 (a Reader is no mapping)


def _findings(root: Reader, side: Side) -> dict[str, str | None]:
    codes: dict[str, list[str]] = {"error": [], "warning": [], "info": []}
    for item in root.tables("findings"):
        severity = item.choice("severity", tuple(codes))
        if item.choice("side", SIDES) in (None, side) and severity is not None:
            codes[severity].append(item.text("code") or "")
    return {f"findings_{name}": SEPARATOR.join(dict.fromkeys(found)) or None for name, found in codes.items()}


def _missing(root: Reader, side: Side) -> dict[str, str | None]:
    """Figures that have no value for this side, with their reason; and figures that have no columns."""
    metrics, reasons = root.table("metrics"), []
    for metric in cohort_metrics():
        found = metrics.table(metric.key)
        if not found.table("both" if metric.bilateral else side).present:
            note = found.text("note") or ""
            reasons.append(f"{metric.key}: {note}" if note else metric.key)
    known = {metric.key for metric in cohort_metrics()}
    others = [name for name in metrics.keys() if name not in known]  # noqa: SIM118
    return {
        "figures_not_given": SEPARATOR.join(one.replace(SEPARATOR, ",") for one in reasons) or None,
        "figures_without_column": SEPARATOR.join(others) or None,
    }


def _no_figures(row: Mapping[str, Any]) -> str | None:
    """Why a row has no figures; None when it has one."""
    if any(row[f"{one.key}_n"] for one in cohort_metrics() if not one.bilateral):
        return None
    if row["strides_rejected_because"]:
        return f"no stride could be used: {row['strides_rejected_because']}"
    codes = row["findings_error"] or row["findings_warning"]
    return f"no strides were found: {codes}" if codes else "no strides were found"


def _parquet(columns: Iterable[CohortColumn], rows: Iterable[Mapping[str, Any]]) -> bytes | None:
    """The table as Parquet; None without pyarrow."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        return None
    table = list(rows)
    fields = [pa.field(column.name, _arrow_type(column, pa)) for column in columns]
    arrays = [pa.array([_arrow_value(row.get(field.name), field, pa) for row in table], field.type) for field in fields]
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), buffer, compression="zstd")
    return buffer.getvalue()


def _arrow_type(column: CohortColumn, arrow: Any) -> pa.DataType:
    return {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "true_false": arrow.bool_(),
        "time": arrow.timestamp("us", "UTC"),
    }[column.type]


def _arrow_value(value: Any, field: Any, arrow: Any) -> Any:
    if arrow.types.is_timestamp(field.type) and value is not None:
        return datetime.fromisoformat(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value
