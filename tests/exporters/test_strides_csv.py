from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.errors import RecordingError
from gaitpipe.exporters import strides_csv
from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.exporters.cells import safe_text
from gaitpipe.exporters.strides_csv import number_text, read_strides_csv, strides_csv_text, write_strides_csv
from gaitpipe.model import STRIDE_COLUMNS, STRIDE_DTYPE


def table(rows):
    strides = np.zeros(rows, dtype=STRIDE_DTYPE)
    for name in STRIDE_COLUMNS:
        if STRIDE_DTYPE[name].kind == "f":
            strides[name] = np.nan
    strides["side"] = ["left", "right"] * (rows // 2) + ["left"] * (rows % 2)
    strides["stride"] = np.arange(rows) // 2
    strides["ic_s"] = np.arange(rows) * 0.35 + 0.1234567
    strides["mode"] = "run"
    strides["quality"] = "ok"
    return strides


def test_header_and_one_row_are_as_agreed():
    strides = table(1)
    strides["duty_factor"] = 0.3
    strides["speed_m_s"] = -0.0
    lines = strides_csv_text(strides).split("\n")
    assert lines[0] == ",".join(STRIDE_COLUMNS)
    later = "," * (len(STRIDE_COLUMNS) - 1 - STRIDE_COLUMNS.index("quality"))
    assert lines[1] == "left,0,0.123457,,,,,,,,,0.300000,,,,,,0.000000,,run,ok" + later
    assert lines[2:] == [""]


def test_what_was_not_computed_is_empty_and_stays_nan(tmp_path):
    strides = table(4)
    write_strides_csv(strides, tmp_path / "strides.csv")
    back = read_strides_csv(tmp_path / "strides.csv")
    assert back.dtype == STRIDE_DTYPE
    assert np.isnan(back["tc_s"]).all()
    assert (back["stride"] == strides["stride"]).all()
    assert np.abs(back["ic_s"] - strides["ic_s"]).max() <= 0.5e-6


def test_equal_strides_give_equal_bytes_also_after_reading_back(tmp_path):
    strides = table(7)
    for name in ("a.csv", "b.csv"):
        write_strides_csv(strides.copy(), tmp_path / name)
    write_strides_csv(read_strides_csv(tmp_path / "a.csv"), tmp_path / "c.csv")
    first = (tmp_path / "a.csv").read_bytes()
    assert first == (tmp_path / "b.csv").read_bytes() == (tmp_path / "c.csv").read_bytes()
    assert b"\r" not in first


def test_a_table_of_many_pieces_is_written_as_one(tmp_path, monkeypatch):
    strides = table(23)
    whole = strides_csv_text(strides)
    for rows in (1, 5, 23, 24):
        monkeypatch.setattr(strides_csv, "PIECE_ROWS", rows)
        write_strides_csv(strides, tmp_path / "strides.csv")
        assert (tmp_path / "strides.csv").read_bytes() == whole.encode()
    assert strides_csv_text(strides[:0]) == ",".join(STRIDE_COLUMNS) + "\n"


def test_a_file_that_comes_in_pieces_is_not_there_when_a_piece_fails(tmp_path):
    def pieces():
        yield "first"
        raise OverflowError

    (tmp_path / "file").write_text("before")
    with pytest.raises(OverflowError):
        write_atomic(tmp_path / "file", pieces())
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "before")]


@given(st.floats())
@settings(max_examples=200, deadline=None)
def test_number_text_is_the_number_to_six_decimals_or_empty(value):
    text = number_text(value)
    if math.isfinite(value):
        assert float(text) == pytest.approx(value, abs=0.5000001e-6, rel=1e-15)
        assert not text.startswith("-0.000000")
        assert "e" not in text
    else:
        assert text == ""


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "a,b", 'say "x"', "it's", "ok"])
def test_any_text_survives_and_is_no_formula(tmp_path, text):
    strides = table(2)
    strides["quality"] = text
    path = tmp_path / "strides.csv"
    write_strides_csv(strides, path)
    assert read_strides_csv(path)["quality"].tolist() == [text, text]
    assert safe_text(text)[0] not in "=+-@\t\r"


def test_text_with_line_ends_stays_one_row():
    strides = table(2)
    strides["quality"] = "\tfirst\r\nsecond"
    assert strides_csv_text(strides).splitlines()[1].rstrip(",").endswith(",run, first  second")


def test_empty_table_round_trips(tmp_path):
    write_strides_csv(table(0), tmp_path / "strides.csv")
    assert read_strides_csv(tmp_path / "strides.csv").shape == (0,)


def test_columns_added_later_are_ignored(tmp_path):
    lines = strides_csv_text(table(2)).splitlines()
    (tmp_path / "a.csv").write_text("\n".join(f"new,{line}" for line in lines))
    assert len(read_strides_csv(tmp_path / "a.csv")) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("tc_s", "toe_off", 1), "no column tc_s"),
        (lambda text: text.replace("0.123457", "soon"), "a.csv:2: column ic_s: 'soon' is not a number"),
        (lambda text: "", "not a stride table"),
        (lambda text: text.replace("left,0,", "left,,"), "column stride"),
        (lambda text: text[: text.index("0.123")], None),
    ],
)
def test_table_that_is_not_whole_is_refused_with_its_line(tmp_path, change, words):
    path = tmp_path / "a.csv"
    path.write_text(change(strides_csv_text(table(1))))
    if words is None:  # a row that was cut has empty cells: nothing computed, nothing invented
        assert np.isnan(read_strides_csv(path)["ic_s"]).all()
        return
    with pytest.raises(RecordingError, match=words.replace(".", r"\.")):
        read_strides_csv(path)


def test_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(RecordingError) as caught:
        write_atomic(tmp_path / "folder", "text")
    assert caught.value.advice
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    with pytest.raises(RecordingError):
        write_atomic(tmp_path / "none" / "a.txt", b"bytes")


def test_atomic_write_replaces_and_keeps_line_ends(tmp_path):
    path = tmp_path / "a.txt"
    write_atomic(path, "old")
    write_atomic(path, "ä\nnew\r\n")
    assert path.read_bytes() == "ä\nnew\r\n".encode()
    assert list(tmp_path.iterdir()) == [path]
