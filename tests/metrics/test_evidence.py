"""Every number about the body has a unit, a range, a grade and a source, and is used."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

import gaitpipe
from gaitpipe import evidence
from gaitpipe.evidence import NUMBERS, SOURCES, Grade, Number, Tag
from gaitpipe.session import metrics

every = pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.key)
SUFFIXES = (
    ("_s_per_deg", "s/deg"), ("_m_s2", "m/s^2"), ("_rad_s", "rad/s"), ("_m_s", "m/s"), ("_deg", "deg"), ("_pct", "%"),
    ("_hz", "Hz"), ("_spm", "1/min"), ("_m", "m"), ("_s", "s"),
)  # fmt: skip


@every
def test_a_number_is_complete(number: Number) -> None:
    assert number.low <= number.value <= number.high
    assert number.tag in get_args(Tag)
    assert number.grade in get_args(Grade)
    assert number.source in {source.key for source in SOURCES}
    assert number.note.strip()


@every
def test_the_unit_stands_in_the_key(number: Number) -> None:
    assert number.unit == next((unit for suffix, unit in SUFFIXES if number.key.endswith(suffix)), "1")


@every
def test_an_engineering_choice_is_not_graded_as_a_study(number: Number) -> None:
    assert (number.tag == "engineering") == (number.grade == "D")


def test_keys_are_unique() -> None:
    assert len({number.key for number in NUMBERS}) == len(NUMBERS)
    assert len({source.key for source in SOURCES}) == len(SOURCES)


def test_every_source_is_used() -> None:
    used = {number.source for number in NUMBERS} | {metric.source for metric in metrics()}
    assert used == {source.key for source in SOURCES}
    assert all(source.reference.strip() for source in SOURCES)


def test_every_number_is_used() -> None:
    """A number is read by its key, or by a key that is put together from the placement."""
    root = Path(str(gaitpipe.__file__)).parent
    code = "\n".join(path.read_text("utf-8") for path in root.rglob("*.py") if path.name != "evidence.py")
    for number in NUMBERS:
        tail = number.key.removeprefix("foot").removeprefix("shank")
        assert f'"{number.key}"' in code or f'placement}}{tail}"' in code, number.key


def test_look_up_by_key() -> None:
    first = NUMBERS[0]
    assert evidence.number(first.key) is first
    assert evidence.value(first.key) == first.value
    assert evidence.reference(first.source)
    with pytest.raises(KeyError, match="no_such_number"):
        evidence.value("no_such_number")
