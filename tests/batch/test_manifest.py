from __future__ import annotations

import pytest

from gaitpipe.app.batch import dry_run
from gaitpipe.batch.manifest import read_manifest
from gaitpipe.errors import ManifestError


def refused(text: str | bytes) -> ManifestError:
    with pytest.raises(ManifestError) as caught:
        read_manifest(text.encode() if isinstance(text, str) else text, "sessions.csv")
    assert caught.value.exit_code == 2
    return caught.value


def test_a_row_says_files_and_what_they_do_not_say():
    text = "session,left,right,placement,belt_speed_m_s,athlete\nP01,a.csv,b.csv,shank,3.2,A01\nP02,c.csv,,,,\n"
    first, second = read_manifest(text.encode(), "m.csv")
    assert (first.line, first.session, first.files) == (2, "P01", {"left": "a.csv", "right": "b.csv"})
    assert (first.options, first.athlete) == ({"placement": "shank", "belt_speed_m_s": 3.2}, "A01")
    assert (second.files, second.options) == ({"left": "c.csv"}, {})


def test_semicolons_decimal_commas_and_a_byte_order_mark_are_understood():
    (row,) = read_manifest("\ufeffsession;recording;height_m\nx;a.mcap;1,75\n".encode(), "m.csv")
    assert (row.files, row.options) == ({"recording": "a.mcap"}, {"height_m": 1.75})


def test_an_unknown_column_names_the_one_that_was_meant():
    error = refused("session,recording,plasement\nx,a.mcap,foot\n")
    assert "line 1, plasement: unknown column (did you mean placement?)" in error.message
    assert "belt_speed_m_s" in error.advice


def test_all_faults_are_told_at_once_with_their_lines():
    text = (
        "session,recording,left,right,placement,height_m\n"
        "a,a.mcap,l.csv,,foot,1.7\n"
        "b,,,,foot,1.7\n"
        ",c.mcap,,,foott,170\n"
        "A,,l.csv,l.csv,foot,tall\n"
    )
    faults = [str(fault) for fault in refused(text).faults]
    assert [fault.split(":")[0].split(",")[0] for fault in faults] == [
        "line 2", "line 3", "line 4", "line 4", "line 4", "line 5", "line 5", "line 5",
    ]  # fmt: skip
    assert any("did you mean foot?" in fault for fault in faults)
    assert any("no number from 1.2 to 2.3" in fault for fault in faults)
    assert any("stands in line 2 too" in fault for fault in faults)
    assert any("same file" in fault for fault in faults)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("session,recording\n", "has no rows"),
        ("recording\na.mcap\n", "session: this column is missing"),
        ("session,athlete\nx,y\n", "no column of files"),
        ("session,recording,session\nx,a,y\n", "stands twice"),
        ("session,recording\nx,a.mcap,foot\n", "3 cells for 2 columns"),
        (b"session,recording\nx,\xff\n", "line 2: is no UTF-8"),
        ("session,recording\nx," + "a" * 3000 + "\n", "longer than 2000"),
    ],
)
def test_what_is_no_manifest_is_refused(text, words):
    assert words in refused(text).message


def test_faults_of_columns_and_of_cells_are_told_together_in_the_order_of_lines():
    faults = refused("session,recording,plasement,height_m\nx,a.mcap,foot,9\nX,b.mcap,foot,8\n").faults
    assert [(fault.line, fault.column) for fault in faults] == [
        (1, "plasement"), (2, "height_m"), (3, "height_m"), (3, "session"),
    ]  # fmt: skip


def test_formats_and_columns_are_checked_before_anything_is_done(place):
    place.add_csv("a.csv")
    rows = ("session,left,format,columns", "x,a.csv,plain_cvs,", "y,a.csv,,acc=ax+ay", 'z,a.csv,plain_csv,"acc=x,y,z"')
    manifest = place.add("m.csv", "\n".join(rows) + "\n")
    with pytest.raises(ManifestError) as caught:
        dry_run(place.request(inputs=(), manifest=str(manifest)))
    format_fault, columns_fault = caught.value.faults
    assert (format_fault.line, format_fault.column, columns_fault.line, columns_fault.column) == (
        2, "format", 3, "columns",
    )  # fmt: skip
    assert "Did you mean plain_csv?" in str(format_fault)


@pytest.mark.parametrize("name", ["Jane Doe", "=A01", "-A01", "a" * 41])
def test_an_athlete_is_a_pseudonym(name):
    assert "is no pseudonym" in refused(f"session,recording,athlete\nx,a.mcap,{name}\n").message


def test_a_row_after_a_cell_with_a_line_end_keeps_its_line():
    error = refused('session,recording,shoe\nx,a.mcap,"two\nlines"\ny,b.mcap,z\nx,c.mcap,\n')
    assert [fault.line for fault in error.faults] == [5]
