"""The cohort table as its users read it: pandas and DuckDB, from CSV and from Parquet; and its dictionary."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import gaitpipe
from gaitpipe.exporters.cohort import cohort_rows, write_cohort
from gaitpipe.exporters.cohort_columns import cohort_columns, cohort_metrics
from gaitpipe.exporters.cohort_dictionary import FIELDS, dictionary_rows, markdown

PAGE = Path(str(gaitpipe.__file__)).parent.parent / "docs" / "data-dictionary.md"
UNITS = {"m_s2": "m/s^2", "rad_s": "rad/s", "m_s": "m/s", "deg": "deg", "pct": "%", "hz": "Hz", "spm": "1/min",
         "mm": "mm", "m": "m", "s": "s", "bw": "BW", "kg": "N/(m kg)"}  # fmt: skip
ADDED = ("mean", "sd", "uncertainty", "mdc", "median", "median_above", "both", "drift", "left_minus_right", "limit")


@pytest.fixture
def folder(summary, tmp_path) -> Path:
    """A table of two files; the session is called 001."""
    content = summary()
    content["recording"]["name"] = "001"
    write_cohort([row for name in ("a", "b") for row in cohort_rows(content, {"input": name})], tmp_path)
    return tmp_path


def python_of(page: str) -> str:
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]


def test_the_recipe_of_the_page_gives_pandas_the_right_types(folder, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    exec(python_of(markdown()), names)
    table = names["cohort"]
    assert isinstance(table, pd.DataFrame)
    assert list(table["session"]) == ["001"] * 4
    assert str(table["recorded_utc"].dtype).startswith("datetime64")
    assert table["recorded_utc"].dt.tz is not None
    assert table["ground_contact_time_s_mean"].mean() == pytest.approx(0.255)
    assert table["stride_length_m_mean"].isna().all()
    assert table["stride_length_m_mean"].dtype == "float64"
    assert table["strides_used"].dtype == "Int64"
    assert table["synthetic"].dtype == "boolean"


def test_duckdb_reads_the_csv_file_with_the_right_types(folder) -> None:
    duckdb = pytest.importorskip("duckdb")
    found = {
        name: kind for name, kind, *_ in duckdb.sql(f"describe select * from '{folder / 'cohort.csv'}'").fetchall()
    }
    assert found["recorded_utc"].startswith("TIMESTAMP")
    assert (found["synthetic"], found["strides_used"], found["side"]) == ("BOOLEAN", "BIGINT", "VARCHAR")
    assert found["ground_contact_time_s_mean"] == "DOUBLE"
    sql = re.findall(r"```sql\n(.*?)```", markdown(), re.DOTALL)[0].replace("cohort.csv", str(folder / "cohort.csv"))
    assert duckdb.sql(sql).fetchall()[0] == ("001", "left", 0.25)


def test_parquet_holds_every_type_also_of_columns_that_are_empty(folder) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(folder / "cohort.parquet")
    kinds = {"text": "string", "integer": "int64", "number": "double", "true_false": "bool",
             "time": "timestamp[us, tz=UTC]"}  # fmt: skip
    assert {field.name: str(field.type) for field in table.schema} == {
        column.name: kinds[column.type] for column in cohort_columns()
    }
    assert table.column("session").to_pylist() == ["001"] * 4
    assert table.column("stride_length_m_mean").null_count == 4


def test_csv_and_parquet_hold_the_same_numbers(folder) -> None:
    pytest.importorskip("pyarrow")
    one, other = pd.read_csv(folder / "cohort.csv"), pd.read_parquet(folder / "cohort.parquet")
    for column in cohort_columns():
        if column.type in ("number", "integer"):
            pd.testing.assert_series_equal(
                one[column.name].astype(float), other[column.name].astype(float), check_names=False
            )


def test_the_dictionary_beside_the_table_has_a_row_a_column(folder) -> None:
    table = pd.read_csv(folder / "cohort_dictionary.csv", dtype="string", keep_default_na=False)
    assert tuple(table.columns) == FIELDS
    assert list(table["name"]) == list(pd.read_csv(folder / "cohort.csv", nrows=0).columns)
    assert not (table["meaning"] == "").any()
    assert not (table["empty_where"] == "").any()


def test_every_figure_of_the_product_has_columns_with_its_definition_and_source() -> None:
    rows = dictionary_rows()
    for metric in cohort_metrics():
        mine = [row for row in rows if row[5] == metric.definition]
        assert any(row[0].endswith("_mean") for row in mine)
        assert all(row[7] for row in mine)


def test_every_number_has_a_unit_and_its_name_says_it() -> None:
    for column in cohort_columns():
        if column.type != "number":
            continue
        name, stripped = column.name, True
        while stripped and column.unit != "%":
            stripped = next((word for word in ADDED if name.endswith(f"_{word}")), "")
            name = name.removesuffix(f"_{stripped}")
        name = re.sub(r"(clock_)uncertainty_s$", r"\1s", name)
        named = next((unit for suffix, unit in UNITS.items() if name.endswith(f"_{suffix}")), "1")
        assert column.unit == named, column.name


def test_names_are_unique_and_plain_for_every_program() -> None:
    names = [column.name for column in cohort_columns()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name) for name in names)


def test_the_page_is_up_to_date() -> None:
    expected = "run: python -m gaitpipe.exporters.cohort_dictionary > docs/data-dictionary.md"
    assert PAGE.read_text("utf-8") == markdown(), expected
