"""Separated text of any program: encodings, line ends, preambles, separators, decimal commas, damage."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.errors import RecordingError
from gaitpipe.importers._table import Header, find_header, read_columns, table_findings
from gaitpipe.importers._text import head_lines, text_of

PREAMBLE = "Größe;°/s\n\nDevice:;\n"
ROWS = [(0.0, 1.5, "a"), (0.01, -2.25, "b c"), (0.02, 3.0, "")]


def fits(cells):
    return {"t", "x"} <= set(cells)


def table(separator=",", decimal=".", end="\n", preamble="", units=""):
    lines = [separator.join(("t", "name", "x"))] + ([units] if units else [])
    lines += [separator.join((repr(t), name, repr(x))).replace(".", decimal) for t, x, name in ROWS]
    return (preamble + "\n".join(lines) + "\n").replace("\n", end)


def load(content, path, units=None, numbers=("t", "x"), words=("name",)):
    text = text_of(content, path)
    header = find_header(text, fits, units)
    assert header is not None
    return read_columns(text, header, numbers, words), text


def assert_rows_are_those_written(found):
    assert found.columns["t"].tolist() == [row[0] for row in ROWS]
    assert found.columns["x"].tolist() == [row[1] for row in ROWS]
    assert found.words["name"].tolist() == [row[2] for row in ROWS]


def refused(content, path, words, **options):
    with pytest.raises(RecordingError, match=words) as caught:
        load(content, path, **options)
    assert str(path) in caught.value.message
    assert caught.value.advice
    return caught.value.line


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_encoding_line_end_and_separator_gives_the_same_numbers_and_lines(encoding, end, separator, tmp_path):
    content = table(separator, end=end, preamble="sep=;\nGroße,°/s\n").encode(encoding)
    found, _text = load(content, tmp_path / "a.csv")
    assert_rows_are_those_written(found)
    assert found.first_line == 4
    header = find_header(content, fits)
    assert header is not None
    assert (header.line, header.separator) == (3, separator)


def test_chinese_text_of_a_windows_program_is_read(tmp_path):
    content = table("\t", preamble="设备名称\t加速度X(g)\n").encode("gb2312")
    found, text = load(content, tmp_path / "a.txt")
    assert_rows_are_those_written(found)
    assert text.encoding == "gb2312"
    assert head_lines(content, 5)[0] == "设备名称\t加速度X(g)"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_read_where_the_separator_is_none(separator, tmp_path):
    assert_rows_are_those_written(load(table(separator, ",").encode(), tmp_path / "a.csv")[0])


def test_points_and_commas_mixed_are_refused_with_the_line(tmp_path):
    content = table(";", ",").replace("-2,25", "-2.25").encode()
    assert refused(content, tmp_path / "a.csv", "not a number like those before it") == 3


def test_thousands_separators_are_not_taken_for_decimals(tmp_path):
    content = table(";", ",").replace("-2,25", "1.002,25").encode()
    assert refused(content, tmp_path / "a.csv", "is not a number") == 3


def test_decimal_commas_between_commas_are_refused_with_advice(tmp_path):
    assert refused(table(",", ",").encode(), tmp_path / "a.csv", "cells, but the header names 3") == 2


def test_units_below_the_names_are_kept_apart(tmp_path):
    content = table("\t", units="s\t-\tm/s2").encode()
    text = text_of(content, tmp_path / "a.csv")
    header = find_header(text, fits, units=lambda cells: "m/s2" in cells)
    assert header.units == ("s", "-", "m/s2")
    assert_rows_are_those_written(read_columns(text, header, ("t", "x"), ("name",)))
    assert read_columns(text, header, ("t",)).first_line == 3
    assert find_header(table().encode(), fits, units=lambda cells: "m/s2" in cells).units == ()


def test_table_without_names_is_read_by_names_that_are_given(tmp_path):
    text = text_of(b"0;1,5\n1;2,5\n", tmp_path / "a.csv")
    found = read_columns(text, Header(("t", "x"), ";", line=0), ("t", "x"))
    assert found.columns["x"].tolist() == [1.5, 2.5]
    assert found.first_line == 1


def test_header_too_far_down_is_not_found(tmp_path):
    assert find_header(table(preamble="x\n" * 199).encode(), fits) is not None
    assert find_header(table(preamble="x\n" * 200).encode(), fits) is None


def test_separator_at_the_end_of_every_row_is_no_column(tmp_path):
    text = text_of(b"t,x\n0,1,\n1,2,\n", tmp_path / "a.csv")
    header = find_header(text, fits)
    assert read_columns(text, header, ("t", "x")).columns["x"].tolist() == [1.0, 2.0]
    with pytest.raises(RecordingError, match="3 cells"):
        read_columns(text, header, ("t", "x"), strict=True)


def test_quoted_separators_and_blanks_around_numbers_are_no_matter(tmp_path):
    found, _text = load(b't, name, x\n 0.0 ,"a, b", 1.5\n1.0,"c;d",  2.5 \n', tmp_path / "a.csv")
    assert found.columns["x"].tolist() == [1.5, 2.5]
    assert found.words["name"].tolist() == ["a, b", "c;d"]


@pytest.mark.parametrize(
    ("spoil", "words", "line"),
    [
        (lambda text: text.replace("-2.25", "fast"), "'fast' is not a number", 6),
        (lambda text: text.replace("-2.25", "1_0"), "'1_0' is not a number", 6),
        (lambda text: text.replace("-2.25", "1;2"), "4 cells, but the header names 3", 6),
        (lambda text: text.replace("b c", '"b'), "quotation mark", 6),
        (lambda text: text.replace("b c", "b" * 70_000), "absurdly long", 6),
        (lambda text: text.replace("b c", "\0"), "not text", 6),
        (lambda text: text.replace(";x", ";y;x;x"), "x stands there twice", 4),
        (lambda text: text.replace("name", "label"), "no column name", 4),
    ],
)
def test_damage_is_told_with_its_line_whatever_stands_before_the_table(spoil, words, line, tmp_path):
    content = spoil(table(";", preamble=PREAMBLE)).encode()
    assert refused(content, tmp_path / "a.csv", words) == line


def test_encoding_that_changes_in_the_middle_is_told_with_its_line(tmp_path):
    content = table(";", preamble=PREAMBLE).encode() + "0.03;é;1\n".encode("cp1252") + b"0.04;f;2\n"
    assert refused(content, tmp_path / "a.csv", "not in the encoding of the rest") == 8
    assert refused(table().encode() + b"\x81\x8d,1,2\n", tmp_path / "a.csv", "not text in a known encoding") == 5
    content = table().encode("utf-16-le") + b"\x00\xd8" * 3
    assert refused(content, tmp_path / "a.csv", "not UTF-16") == 5


def test_utf_16_cut_in_a_character_loses_its_last_line_only(tmp_path):
    content = table().encode("utf-16") + "0.03,é,1".encode("utf-16-le")[:-1]
    found, _text = load(content, tmp_path / "a.csv")
    assert_rows_are_those_written(found)
    [finding] = table_findings(found, tmp_path / "a.csv")
    assert (finding.code, found.cut_line) == ("last_line_cut", 5)


def test_empty_cells_are_lost_numbers_and_short_rows_too(tmp_path):
    found, _text = load(b"t,name,x\n0,a,\n1,b\n2,c,nan\n3,d,4\n", tmp_path / "a.csv")
    assert np.isnan(found.columns["x"][:3]).all()
    assert found.columns["t"].tolist() == [0.0, 1.0, 2.0, 3.0]
