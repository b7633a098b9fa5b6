from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitpipe.batch.names import folded, paired, session_name, side_in, told_apart


@pytest.mark.parametrize(
    ("name", "side", "letter"),
    [
        ("run_left.csv", "left", False),
        ("RIGHT.csv", "right", False),
        ("LeftFoot.csv", "left", False),
        ("run1rightfoot.csv", "right", False),
        ("P01/left/run.csv", "left", False),
        ("left_study/run_right.csv", "right", False),
        ("P01_L.csv", "left", True),
        ("footR.csv", "right", True),
    ],
)
def test_a_side_word_of_its_own_is_seen(name, side, letter):
    found = side_in(name)
    assert found is not None
    assert (found.side, found.letter) == (side, letter)


@pytest.mark.parametrize("name", ["run.csv", "cleft.csv", "bright.csv", "left_right.csv", "lower.csv", "hall/run.csv"])
def test_other_words_are_no_side(name):
    assert side_in(name) is None


def test_two_files_whose_paths_differ_in_the_side_alone_are_one_session():
    names = ["a_left.csv", "a_right.csv", "b/left/x.csv", "b/right/x.csv", "c_L.csv", "c_R.csv"]
    assert [sides for sides, _ in paired(names)] == [
        {"left": "a_left.csv", "right": "a_right.csv"},
        {"left": "b/left/x.csv", "right": "b/right/x.csv"},
        {"left": "c_L.csv", "right": "c_R.csv"},
    ]


def test_a_lone_word_gives_a_side_and_a_lone_letter_does_not():
    assert paired(["a_left.csv", "b_l.csv"]) == [({"left": "a_left.csv"}, "a_\0.csv"), ({}, "b_l.csv")]


def test_where_two_files_fit_one_side_none_of_them_is_believed():
    names = ["a_left.csv", "a_l.csv", "a_right.csv"]
    assert paired(names) == [({}, name) for name in names]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("P01/run 1.csv", "P01-run_1"),
        ("a_\0_b.csv", "a_b"),
        ("run_\0.csv", "run"),
        ("\0.csv", "session"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON.csv", "_CON"),
        ("=cmd|' /C calc'!A0.csv", "cmd_-C_calc_A0"),
        ("-rf.csv", "rf"),
        (".hidden.csv", "hidden"),
        ("a\nb\x00", "a_b"),
    ],
)
def test_names_of_sessions_are_safe(path, name):
    assert session_name(path) == name


@given(st.text())
def test_any_text_gives_a_name_that_every_system_takes(text):
    name = session_name(text)
    assert name
    assert not name.startswith((".", "-"))
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert len(name.encode()) <= 128


def test_a_file_name_that_is_no_text_still_gives_a_name():
    assert session_name("run\udcff.csv").startswith("run")


def test_names_equal_on_some_file_system_are_told_apart_whatever_the_order():
    wanted = {"a/run.csv": "run", "b/RUN.csv": "RUN", "c/walk.csv": "walk"}
    names = told_apart(wanted)
    assert names == told_apart(dict(reversed(wanted.items())))
    assert names["c/walk.csv"] == "walk"
    assert len({folded(name) for name in names.values()}) == 3


def test_a_name_that_is_taken_is_not_given_again():
    assert told_apart({"run.csv": "run"}, ["Run"])["run.csv"].startswith("run-")
