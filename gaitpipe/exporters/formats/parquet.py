"""Parquet: samples, strides and events as tables for pandas, DuckDB, polars or R; needs `pyarrow`.

Rules
  1. `samples.parquet` has a row a sample of either foot, in the order of the recording; a lost sample has no row, and
     `sample` counts on over it. Values are the float64 of the recording, unchanged; without a gyroscope they are null.
  2. Units stand in the names and, as `unit`, in the metadata of each column; what is known of session and sensors is
     JSON in the metadata of the file, under `gaitpipe`.
  3. Rows are written in groups of ROWS: more is never held, however long the recording is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gaitpipe.exporters.formats._contract import ExportChoices, Exporter, ExportOutcome, ExportSession
from gaitpipe.exporters.formats._facts import EVENT_COLUMNS, event_rows, sensor_facts, session_facts
from gaitpipe.exporters.formats._library import need_library
from gaitpipe.exporters.formats.csv_files import ACC_COLUMNS, GYR_COLUMNS
from gaitpipe.model import (
    FLAG_ACC_CLIPPED,
    FLAG_GAP_BEFORE,
    FLAG_GYR_CLIPPED,
    STRIDE_COLUMNS,
    STRIDE_TEXT_COLUMNS,
    SampleBlock,
    SensorInfo,
)

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 65_536
"""Rows of a group: about 6 MB in memory."""
METADATA_KEY = "gaitpipe"
FLAGS = {"acc_clipped": FLAG_ACC_CLIPPED, "gyr_clipped": FLAG_GYR_CLIPPED, "gap_before": FLAG_GAP_BEFORE}
SIDE_DICTIONARY = ("left", "right")
_UNIT_ENDINGS = {
    "_m_s2": "m/s^2", "_rad_s": "rad/s", "_m_s": "m/s", "_deg": "deg", "_spm": "steps/min", "_bw": "body weights",
    "_n_per_m_kg": "N/(m kg)", "_s": "s", "_m": "m",
}  # fmt: skip


class SampleTable:
    """One file of samples, written in groups of rows; a context that closes it."""

    def __init__(self, path: Path, sensors: Sequence[SensorInfo], facts: Mapping[str, Any]) -> None:
        import pyarrow.parquet as pq

        content = dict(facts) | {"sensors": {info.side: sensor_facts(info) for info in sensors}}
        self.metadata = {METADATA_KEY: json.dumps(content, allow_nan=False)}
        self._has_gyro = {info.side: info.has_gyro for info in sensors}
        self._schema = sample_schema().with_metadata(self.metadata)
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", use_dictionary=True, version="2.6")

    def add(self, block: SampleBlock, *, side_known: bool = True) -> None:
        """Take a block; write when there are enough."""
        if len(block):
            gyro = self._has_gyro[block.side]
            self._waiting.append(sample_batch(block, self._schema, gyro, side_known=side_known))
            self._rows += len(block)
        if self._rows >= ROWS:
            self._flush()

    def finish(self) -> None:
        """Write the rest and the file's end."""
        self._flush()
        self._writer.close()

    def close(self) -> None:
        """Let go of the file; never raises."""
        with suppress(OSError, ValueError):
            self._writer.close()

    def __enter__(self) -> SampleTable:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.finish()
        else:
            self.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema), row_group_size=ROWS * 2)
            self._waiting, self._rows = [], 0


class ParquetWriter:
    """See the rules above."""

    def __init__(self, session: ExportSession, folder: Path) -> None:
        self._folder = folder
        self._samples = SampleTable(folder / "samples.parquet", session.sensors, session_facts(session))

    def samples(self, block: SampleBlock) -> None:
        self._samples.add(block)

    def finish(self, outcome: ExportOutcome) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._samples.finish()
        metadata = self._samples.metadata
        strides = stride_table(outcome).replace_schema_metadata(metadata)
        pq.write_table(strides, self._folder / "strides.parquet", compression="zstd")
        types = (pa.float64(), pa.string(), pa.string(), pa.string(), pa.float64())
        schema = pa.schema(list(zip(EVENT_COLUMNS, types, strict=True)), metadata=metadata)
        rows = [dict(zip(EVENT_COLUMNS, row, strict=True)) for row in event_rows(outcome.events)]
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), self._folder / "events.parquet", compression="zstd")

    def close(self) -> None:
        self._samples.close()


def sample_schema() -> pa.Schema:
    """The columns of `samples.parquet`."""
    import pyarrow as pa

    fields = [("time_s", pa.float64()), ("side", pa.dictionary(pa.int8(), pa.string())), ("sample", pa.int64())]
    fields += [(name, pa.float64()) for name in (*ACC_COLUMNS, *GYR_COLUMNS)]
    fields += [(name, pa.bool_()) for name in FLAGS]
    return pa.schema([_field(name, kind) for name, kind in fields])


def sample_batch(block: SampleBlock, schema: pa.Schema, has_gyro: bool, *, side_known: bool = True) -> pa.RecordBatch:
    """The rows of a block; `side` is null where it is not known."""
    import pyarrow as pa

    count = len(block)
    side = pa.array(np.full(count, SIDE_DICTIONARY.index(block.side), np.int8))
    arrays: list[Any] = [
        pa.array(block.time_s),
        pa.DictionaryArray.from_arrays(side if side_known else pa.nulls(count, pa.int8()), pa.array(SIDE_DICTIONARY)),
        pa.array(np.arange(block.first_sample, block.first_sample + count, dtype=np.int64)),
        *(pa.array(np.ascontiguousarray(axis)) for axis in block.acc_m_s2.T),
    ]
    if has_gyro:
        arrays += [pa.array(np.ascontiguousarray(axis)) for axis in block.gyr_rad_s.T]
    else:
        arrays += [pa.nulls(count, pa.float64())] * 3
    arrays += [pa.array((block.flags & bit) != 0) for bit in FLAGS.values()]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def stride_table(outcome: ExportOutcome) -> pa.Table:
    """The stride table, null where a value was not computed."""
    import pyarrow as pa

    strides = outcome.result.strides
    arrays, fields = [], []
    for name in STRIDE_COLUMNS:
        text = name in STRIDE_TEXT_COLUMNS
        values = strides[name].tolist() if text else np.ascontiguousarray(strides[name])
        array = pa.array(values, pa.string() if text else None, from_pandas=True)
        arrays.append(array)
        fields.append(_field(name, array.type))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _field(name: str, kind: Any) -> Any:
    import pyarrow as pa

    unit = next((unit for ending, unit in _UNIT_ENDINGS.items() if name.endswith(ending)), "")
    return pa.field(name, kind, metadata={"unit": unit} if unit else None)


def _check(_choices: ExportChoices) -> None:
    need_library("Parquet", "pyarrow", "parquet")


def _open(session: ExportSession, folder: Path, _target: Path) -> ParquetWriter:
    _check(session.choices)
    return ParquetWriter(session, folder)


EXPORTER = Exporter(
    name="parquet",
    description="Samples, strides and events as columns, with units and sensors in the metadata",
    files_text="`samples.parquet`, `strides.parquet`, `events.parquet`",
    readers="pyarrow, pandas and DuckDB: the same samples, bit for bit",
    open=_open,
    files=lambda _session: ("samples.parquet", "strides.parquet", "events.parquet"),
    extra="parquet",
    check=_check,
)
