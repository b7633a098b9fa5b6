"""Parquet exports hold the very same samples, in groups of rows, and other programs read them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gaitpipe.app.export import export_input
from gaitpipe.app.inputs import open_recording
from gaitpipe.exporters.formats import find_exporter
from gaitpipe.exporters.formats.parquet import FLAGS, METADATA_KEY, ROWS, ParquetWriter
from gaitpipe.model import RecordingEvent

pq = pytest.importorskip("pyarrow.parquet")
PARQUET = find_exporter("parquet")
ACC = ["acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2"]
GYR = ["gyr_x_rad_s", "gyr_y_rad_s", "gyr_z_rad_s"]


def test_recorded_samples_are_the_same_bit_for_bit(recording, exported, tmp_path):
    exported("parquet")
    table = pq.read_table(tmp_path / "out" / "samples.parquet").to_pandas()
    for side in ("left", "right"):
        blocks = [block for block in open_recording(recording).recording if block.side == side]
        mine = table[table["side"] == side]
        np.testing.assert_array_equal(mine["time_s"], np.concatenate([one.time_s for one in blocks]))
        np.testing.assert_array_equal(mine[ACC], np.concatenate([one.acc_m_s2 for one in blocks]))
        np.testing.assert_array_equal(mine[GYR], np.concatenate([one.gyr_rad_s for one in blocks]))
        flags = np.concatenate([one.flags for one in blocks])
        for name, bit in FLAGS.items():
            np.testing.assert_array_equal(mine[name], (flags & bit) != 0)


def test_gap_is_rows_left_out_and_marked(input_of, tmp_path):
    export_input(input_of(("left",), gap=slice(300, 340)), PARQUET, tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "samples.parquet").to_pandas()
    assert table["sample"].tolist() == [*range(300), *range(340, 1248)]
    assert table.index[table["gap_before"]].tolist() == [300]


def test_sensor_without_gyroscope_has_null_rates_never_zero(input_of, tmp_path):
    export_input(input_of(gyro=False), PARQUET, tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "samples.parquet")
    assert all(table[name].null_count == len(table) for name in GYR)
    assert all(table[name].null_count == 0 for name in ACC)


def test_units_and_sensors_stand_in_the_metadata(exported, tmp_path):
    exported("parquet")
    schema = pq.read_schema(tmp_path / "out" / "samples.parquet")
    units = {field.name: (field.metadata or {}).get(b"unit") for field in schema}
    assert units["time_s"] == b"s"
    assert units["acc_x_m_s2"] == b"m/s^2"
    assert units["gyr_z_rad_s"] == b"rad/s"
    facts = json.loads(schema.metadata[METADATA_KEY.encode()])
    assert facts["sensors"]["right"]["rate_hz"] == 208.0
    assert facts["sensors"]["right"]["placement"] == "foot"
    strides = {field.name: (field.metadata or {}).get(b"unit") for field in pq.read_schema(
        tmp_path / "out" / "strides.parquet"
    )}  # fmt: skip
    assert strides["speed_m_s"] == b"m/s"
    assert strides["stride_length_m"] == b"m"
    assert strides["cadence_spm"] == b"steps/min"
    assert strides["leg_stiffness_n_per_m_kg"] == b"N/(m kg)"
    assert strides["duty_factor"] is None


def test_duckdb_reads_strides_and_what_was_not_computed_is_null(exported, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    made = exported("parquet")
    path = tmp_path / "out" / "strides.parquet"
    question = (
        "select side, count(*), count(leg_stiffness_n_per_m_kg), avg(stride_time_s) from read_parquet(?) group by 1"
    )
    rows = {row[0]: row[1:] for row in duckdb.execute(question, [str(path)]).fetchall()}
    strides = made.analysis.result.strides
    for side in ("left", "right"):
        mine = strides[strides["side"] == side]
        assert rows[side][0] == len(mine)
        assert rows[side][1] == 0  # the height was not given
        assert rows[side][2] == pytest.approx(np.nanmean(mine["stride_time_s"]))


def test_events_are_a_table_of_their_own(input_of, tmp_path):
    opened = input_of()
    opened.recording.events = [RecordingEvent(10**9, 0, "speed", None, "=1", 3.0), RecordingEvent(2 * 10**9, 0, "mark")]
    export_input(opened, PARQUET, tmp_path / "out")
    assert pq.read_table(tmp_path / "out" / "events.parquet").to_pylist() == [
        {"time_s": 1.0, "kind": "speed", "source": None, "text": "=1", "value": 3.0},
        {"time_s": 2.0, "kind": "mark", "source": None, "text": None, "value": None},
    ]


def test_rows_are_written_in_groups_of_bounded_size(session, blocks_of, outcome, tmp_path):
    writer = ParquetWriter(session, tmp_path)
    for block in blocks_of("left", 1000.0):
        writer.samples(block)
    writer.finish(outcome)
    metadata = pq.read_metadata(tmp_path / "samples.parquet")
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    assert sum(sizes) == 208_000
    assert len(sizes) == 4
    assert max(sizes) <= ROWS + 500
