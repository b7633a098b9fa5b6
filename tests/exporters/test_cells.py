"""Cells of CSV tables: no text is run as a formula, no number is touched, and what was written can be read back."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe.exporters.cells import cell_text, plain_text, safe_text, table_text

FORMULAS = ["=1+1", "+49 170", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r\n=1", "'=1", "\uff1dcmd", "-", "=HYPERLINK(0)"]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_text(text).startswith("'")


@pytest.mark.parametrize("text", ["", "run 1", "2026-03-01", "o'neill", "a=b", "5 %", "'quoted'", "µ"])
def test_text_that_is_no_formula_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [(-0.5, "-0.5"), (-3, "-3"), (0.0, "0"), (-0.0, "0"), (1e-7, "1e-07"), (0.246899935, "0.246899935"),
     (np.float64(-2.5), "-2.5"), (np.int64(-2), "-2"), (True, "true"), (np.False_, "false")],
)  # fmt: skip
def test_numbers_are_never_defused(value: object, cell: str) -> None:
    assert cell_text(value) == cell


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf, np.float64("nan")])
def test_what_is_not_known_is_empty_and_never_zero(value: object) -> None:
    assert cell_text(value) == ""


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))))
def test_any_text_on_one_line_comes_back_as_it_was(text: str) -> None:
    assert plain_text(safe_text(text)) == text


@given(st.text())
def test_any_text_at_all_is_one_line_that_can_be_written_and_is_no_formula(text: str) -> None:
    cell = safe_text(text)
    cell.encode("utf-8")
    assert len(cell.splitlines()) <= 1
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@"))


def test_a_file_name_that_is_no_valid_text_can_be_written() -> None:
    assert safe_text(b"lauf\xff.mcap".decode("utf-8", "surrogateescape")) == "lauf\ufffd.mcap"


def test_a_table_with_commas_quotes_and_formulas_reads_back_in_its_columns() -> None:
    text = table_text(("name", "x_m"), [("a,b", -1.5), ('say "hi"\nthere', None), ("=1+1", 2)])
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [["name", "x_m"], ["a,b", "-1.5"], ['say "hi" there', ""], ["'=1+1", "2"]]


def test_a_row_with_too_few_values_is_refused() -> None:
    with pytest.raises(ValueError, match="1 values in a table of 2 columns"):
        table_text(("a", "b"), [("x",)])


def test_a_list_is_no_cell() -> None:
    with pytest.raises(TypeError, match="list"):
        cell_text([1])
