"""A log as text: what is read, what is refused, and that nothing is lost on the way back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.errors import LogError
from gaitpipe.evidence import RULES, value
from gaitpipe.rehab.log import COLUMNS, LogEntry
from gaitpipe.rehab.log_faults import COUNTS, RED_FLAG_IDS, SCALES, TRUTHS, WORDS, doubts, gaps
from gaitpipe.rehab.log_text import TEXT_COLUMNS, LogTable, log_csv, parse_log, parse_table, table_csv

TODAY = date(2026, 11, 22)


def read(text: str, **more):
    return parse_log(text, "log.csv", TODAY, **more)


def refused(text: str) -> LogError:
    with pytest.raises(LogError) as caught:
        read(text)
    assert caught.value.exit_code == 2
    return caught.value


def one_fault(text: str):
    faults = refused(text).faults
    assert len(faults) == 1, faults
    return faults[0]


def test_rows_come_back_sorted_by_date_and_rows_of_a_day_in_the_order_of_the_file():
    rows = read("date,session_id\n2026-11-03,b\n2026-11-01,\n2026-11-03,a\n")
    assert [(row.date.day, row.session_id) for row in rows] == [(1, None), (3, "b"), (3, "a")]


def test_a_header_alone_is_an_empty_log():
    assert read("date,pain_am\n") == ()


@pytest.mark.parametrize("cell", ["", "-", "n/a", "NA", "N/A", "nan", "NaN", "  "])
def test_what_says_nothing_is_missing_and_never_zero(cell):
    (row,) = read(f"date,pain_am,analgesic,shoe,red_flags,run_min\n2026-11-03,{cell},{cell},{cell},{cell},{cell}\n")
    assert (row.pain_am, row.analgesic, row.shoe, row.red_flags, row.run_min) == (None,) * 5


def test_a_zero_is_a_zero():
    (row,) = read("date,pain_am,stiff_am_min,heel_raises_injured\n2026-11-03,0,0.0,0\n")
    assert (row.pain_am, row.stiff_am_min, row.heel_raises_injured) == (0.0, 0.0, 0)
    assert isinstance(row.heel_raises_injured, int)


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("yes", True),
        ("no", False),
        ("TRUE", True),
        ("False", False),
        ("y", True),
        ("N", False),
        ("1", True),
        ("0", False),
        *((word, True) for word in ("ja", "WAHR", "Oui", "vrai")),
        *((word, False) for word in ("nein", "FALSCH", "non", "Faux")),
    ],
)
def test_yes_and_no_have_many_spellings(cell, meaning):
    assert read(f"date,analgesic\n2026-11-03,{cell}\n")[0].analgesic is meaning


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [("none", ()), ("", None), ("RF1", ("RF1",)), ("rf3 RF1", ("RF1", "RF3")), ("RF1  RF1", ("RF1",))],
)
def test_red_flags_tell_asked_and_none_from_not_asked(cell, meaning):
    assert read(f"date,red_flags\n2026-11-03,{cell}\n")[0].red_flags == meaning


def test_a_red_flag_of_the_clinic_is_known_once_the_plan_names_it():
    text = "date,red_flags\n2026-11-03,RF9\n"
    assert "RF9" in one_fault(text).problem
    assert read(text, red_flags=["RF9"])[0].red_flags == ("RF9",)


@pytest.mark.parametrize(
    ("column", "cell", "word"),
    [
        ("pain_am", "11", "0 to 10"),
        ("pain_am", "-1", "0 to 10"),
        ("pain_am", "bad", "not a number"),
        ("pain_am", "inf", "not a number"),
        ("pain_am", "1_0", "not a number"),
        ("pain_am", "0x5", "not a number"),
        ("pain_during", '"2,5"', "2.5"),
        ("rpe", "13", "6 to 20"),
        ("run_min", "25:30", "not a number"),
        ("distance_km", "5000", "kilometres"),
        ("belt_speed_m_s", "10", "10 km/h is 2.78"),
        ("heel_raises_injured", "-3", "from 0"),
        ("hops_injured", "2.5", "whole number"),
        ("visa_a", "101", "0 to 100"),
        ("analgesic", "maybe", "yes nor no"),
        ("analgesic", "none", "yes nor no"),
        ("kind", "jog", "run, strength"),
        ("surface", "asphalt", "treadmill, road"),
        ("red_flags", "pop", "RF1"),
        ("red_flags", "none RF1", "which is true"),
    ],
)
def test_a_bad_cell_is_named_with_line_column_value_and_what_is_right(column, cell, word):
    fault = one_fault(f"date,{column}\n2026-11-02,\n2026-11-03,{cell}\n")
    assert (fault.line, fault.column, fault.value) == (3, column, cell.strip('"'))
    assert word in fault.problem


@pytest.mark.parametrize(
    "cell", ["31.02.2026", "03.13.2026", "3.11.26", "2026-11-3", "20261103", "2026-02-30", "0206-11-03"]
)
def test_a_day_that_is_not_iso_is_refused_with_the_form(cell):
    fault = one_fault(f"date\n{cell}\n")
    assert fault.column == "date"
    assert "year-month-day" in fault.problem


@pytest.mark.parametrize("cell", ["03.11.2026", "3.11.2026"])
def test_a_day_with_dots_has_its_day_first_and_is_written_as_iso(cell):
    entries = read(f"date,rpe\n{cell},3\n")
    assert entries[0].date == date(2026, 11, 3)
    assert "2026-11-03," in log_csv(entries)


def test_days_with_slashes_are_refused_once_with_what_to_do():
    error = refused("date,rpe\n" + "".join(f"11/0{day}/2026,3\n" for day in range(1, 10)) + "2026-11-01,77\n")
    assert [(fault.line, fault.column) for fault in error.faults] == [(2, "date"), (11, "rpe")]
    assert "9 rows" in error.faults[0].problem
    assert "2026-11-03" in error.advice
    assert "Excel" in error.advice


def test_a_row_without_its_day_is_refused():
    assert "missing" in one_fault("date,pain_am\n,3\n").problem


def test_a_day_to_come_is_refused_and_today_is_not():
    assert "future" in one_fault(f"date\n{TODAY + timedelta(days=1)}\n").problem
    assert read(f"date\n{TODAY}\n")[0].date == TODAY


@pytest.mark.parametrize("rows", ["2026-11-03,a\n2026-11-03,a\n", "2026-11-03,\n2026-11-03,\n"])
def test_a_day_that_is_there_twice_with_the_same_session_is_refused(rows):
    fault = one_fault(f"date,session_id\n{rows}")
    assert (fault.line, fault.value) == (3, "2026-11-03")
    assert "line 2" in fault.problem


def test_two_sessions_of_a_day_and_a_plain_row_stand_side_by_side():
    assert len(read("date,session_id\n2026-11-03,a\n2026-11-03,b\n2026-11-03,\n")) == 3


def test_a_session_on_two_days_is_refused():
    assert one_fault("date,session_id\n2026-11-03,a\n2026-11-04,a\n").column == "session_id"


def test_two_mornings_after_one_day_are_refused():
    fault = one_fault("date,session_id,pain_am\n2026-11-03,a,2\n2026-11-03,b,4\n")
    assert (fault.column, fault.line) == ("pain_am", 3)
    assert len(read("date,session_id,pain_am\n2026-11-03,a,2\n2026-11-03,b,2\n")) == 2


@pytest.mark.parametrize(
    ("header", "row", "column"),
    [
        ("kind,run_min", "rest,5", "run_min"),
        ("kind,run_min", "walk,5", "run_min"),
        ("kind,run_min", "run,0", "run_min"),
        ("kind,distance_km", "rest,3", "distance_km"),
        ("run_min,distance_km", "0,3", "distance_km"),
        ("run_min,distance_km", "20,10", "distance_km"),
        ("pain_during,pain_after,pain_am,settled_48h", "0,0,0,no", "settled_48h"),
        ("surface,belt_speed_m_s", "road,2.8", "belt_speed_m_s"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(header, row, column):
    assert one_fault(f"date,{header}\n2026-11-03,{row}\n").column == column


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("kind,run_min,distance_km", "run,6,2.1"),  # the first level: twelve minutes of walking between
        ("kind,run_min", "rest,0"),
        ("kind,distance_km", "walk,5"),
        ("pain_during,settled_48h", "0,yes"),
        ("surface,belt_speed_m_s", "treadmill,2.8"),
    ],
)
def test_a_row_that_can_be_true_is_taken(header, row):
    assert len(read(f"date,{header}\n2026-11-03,{row}\n")) == 1


def test_all_faults_are_named_at_once_in_the_order_of_the_lines():
    error = refused("date,pain_durin,pain_am\n2026-11-03,1,11\nnever,1,2\n2026-12-03,1,x\n")
    assert [fault.line for fault in error.faults] == [1, 2, 3, 4, 4]
    assert "did you mean 'pain_during'" in error.message
    assert error.message.startswith("log.csv: 5 faults")
    assert "nothing was" in error.advice.lower()


def test_a_hundred_faults_are_carried_but_not_all_printed():
    error = refused("date,pain_am\n" + "".join(f"2026-11-0{1 + n % 9},11\n" for n in range(100)))
    assert len(error.faults) > 100
    assert "more" in error.message.splitlines()[-1]
    assert len(error.message.splitlines()) < 16


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_says_what_belongs_there(text):
    assert "first line" in one_fault(text).problem


def test_a_file_without_any_column_of_a_log_is_no_log():
    assert "is no training log" in one_fault("time_s,acc_x\n1,2\n3,4\n").problem


def test_a_log_without_days_is_refused():
    assert one_fault("pain_am\n3\n").column == "date"


def test_a_column_that_is_there_twice_is_refused():
    assert "twice" in one_fault("date,pain_am,Pain_AM\n2026-11-03,1,5\n").problem


@pytest.mark.parametrize("row", ["2026-11-03,1", "2026-11-03,1,no,RF1"])
def test_a_row_of_another_length_is_refused_because_a_red_flag_could_be_lost(row):
    assert "3 columns" in one_fault(f"date,pain_am,red_flags\n{row}\n").problem


def test_an_open_quotation_mark_is_a_fault_with_its_line():
    assert refused('date,notes\n2026-11-03,"open\n').faults[0].line == 2


@pytest.mark.parametrize("start", ["", "\ufeff", "sep=;\r\n", "\ufeffsep=;\r\n"])
def test_what_spreadsheets_write_elsewhere_is_read(start):
    text = f"{start}Date;pain_am;stiff_am_min;notes\r\n2026-11-03;2,5;10;a, b\r\n;;;\r\n\r\n2026-11-01;0;;\r\n"
    rows = read(text)
    assert [(row.pain_am, row.stiff_am_min, row.notes) for row in rows] == [(0.0, None, None), (2.5, 10.0, "a, b")]


def test_tabs_part_columns_too():
    assert read("date\tpain_am\n2026-11-03\t2,5\n")[0].pain_am == 2.5


def test_columns_of_the_user_are_kept_with_dialect_and_mark():
    text = "\ufeffdate;x_Mine;pain_am\n2026-11-03;=1+1;2,5\n2026-11-01;;\n"
    table = parse_table(text, "log.csv", TODAY)
    assert (table.own_columns, table.own, table.delimiter, table.bom) == (("x_Mine",), (("",), ("=1+1",)), ";", True)
    again = parse_table(table_csv(table), "log.csv", TODAY)
    assert again == table
    assert ";2,5;" in table_csv(table)


def test_an_entry_is_put_in_its_place_and_takes_its_own_cells_along():
    table = parse_table("date,x_a\n2026-11-01,one\n2026-11-03,two\n", "log.csv", TODAY)
    moved = table.with_entry(replace(table.entries[0], date=date(2026, 11, 5)), 0).with_entry(
        LogEntry(date(2026, 11, 4))
    )
    assert [(entry.date.day, own) for entry, own in zip(moved.entries, moved.own, strict=True)] == [
        (3, ("two",)),
        (4, ("",)),
        (5, ("one",)),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+49", "-x", "@home", "'=1", "''-", "n/a", "NaN", "-", "it's", "'quoted'"])
def test_text_that_looks_like_a_formula_or_like_nothing_is_guarded_and_comes_back(text):
    entry = LogEntry(date(2026, 11, 3), notes=text, shoe=text)
    written = log_csv([entry])
    assert read(written) == (entry,)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in written.splitlines()[1].split(","))


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)
UNSURE = ("kind", "run_min", "distance_km", "surface", "settled_48h", "pain_am", "stiff_am_min")
"""Columns that could contradict each other, or another row of the day."""
VALUES = {
    **dict.fromkeys(TEXT_COLUMNS, TEXTS.map(lambda text: " ".join(text.split()) or None)),
    **{column: st.floats(low, high).map(lambda value: value + 0.0) for column, (low, high, _) in SCALES.items()},
    **dict.fromkeys(COUNTS, st.integers(0, 100)),
    **dict.fromkeys(TRUTHS, st.booleans()),
    **{column: st.sampled_from(words) for column, words in WORDS.items()},
    "red_flags": st.sets(st.sampled_from(RED_FLAG_IDS)).map(lambda ids: tuple(sorted(ids))),
}
CELLS = st.sampled_from([column for column in COLUMNS[1:] if column not in UNSURE]).flatmap(
    lambda column: st.tuples(st.just(column), VALUES[column])
)
ROWS = st.lists(CELLS, max_size=4).map(dict)


def test_every_column_has_values_to_try():
    assert {"date", *VALUES} == set(COLUMNS)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(rows=st.lists(ROWS, max_size=3), days=st.permutations(range(1, 4)))
@pytest.mark.parametrize(("delimiter", "bom"), [(",", False), (";", True), ("\t", False)])
def test_entries_survive_the_way_to_bytes_and_back(delimiter, bom, rows, days):
    entries = [
        LogEntry(date(2026, 11, day), **{**row, "session_id": None}) for day, row in zip(days, rows, strict=False)
    ]
    ordered = tuple(sorted(entries, key=lambda entry: entry.date))
    data = table_csv(LogTable(ordered, (), ((),) * len(ordered), delimiter, bom)).encode()
    table = parse_table(data.decode(), "log.csv", TODAY)
    assert table.entries == ordered
    assert not ordered or table_csv(table).encode() == data


@pytest.mark.parametrize("word", ["run", "rest", "walk", "strength", "plyometric", "test"])
def test_every_kind_and_what_could_contradict_survives_too(word):
    entry = LogEntry(
        date(2026, 11, 3), "s1", word, run_min=20.5 if word == "run" else None, pain_am=0.0, settled_48h=False
    )
    assert read(log_csv([entry])) == (entry,)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("date,pain_am;\t\n\r\"'=-0123456789.x_ RFnoeys\ufeff"), max_size=120))
def test_any_text_is_read_or_refused_with_a_log_error(text):
    for whole in (text, f"date,pain_am\n{text}"):
        with suppress(LogError):
            assert all(isinstance(row.date, date) for row in read(whole))


def test_a_morning_of_today_is_doubted_since_it_has_not_come():
    entries = (LogEntry(TODAY, pain_am=1.0), LogEntry(TODAY - timedelta(days=1), pain_am=1.0))
    assert [(entry.date, column) for entry, column, _ in doubts(entries, TODAY)] == [(TODAY, "pain_am")]


@pytest.mark.parametrize(
    ("entry", "column"),
    [
        (LogEntry(TODAY, settled_48h=False), "settled_48h"),
        (LogEntry(TODAY, swelling=True), "red_flags"),
        (LogEntry(TODAY, kind="rest", pain_during=2.0), "kind"),
    ],
)
def test_what_is_only_unlikely_is_a_doubt(entry, column):
    assert [found for _, found, _ in doubts((entry,), TODAY)] == [column]


def test_gaps_name_the_pains_of_runs_and_the_mornings_that_have_come():
    yesterday = TODAY - timedelta(days=1)
    rows = (
        LogEntry(yesterday, "a", "run", pain_during=1.0, stiff_am_min=5.0),
        LogEntry(yesterday, "b", "strength", pain_am=2.0),
        LogEntry(yesterday, "c", "rest"),
        LogEntry(TODAY, "d", "run", pain_during=1.0),
    )
    found = [(entry.session_id, columns) for entry, columns in gaps(rows, TODAY)]
    assert found == [("a", ("pain_after", "pain_am")), ("d", ("pain_after",))]


def test_the_red_flags_of_the_log_are_those_of_the_evidence():
    assert tuple(rule.id for rule in RULES if rule.id.startswith("RF")) == RED_FLAG_IDS


def test_no_entry_can_be_faster_than_the_evidence_says():
    low, high, _ = SCALES["belt_speed_m_s"]
    assert (low, high) == (0.0, value("log_speed_maximum_m_s"))


def test_the_page_about_the_log_names_every_column():
    page = (Path(__file__).parents[3] / "docs" / "log.md").read_text("utf-8")
    assert [column for column in COLUMNS if f"`{column}`" not in page] == []
