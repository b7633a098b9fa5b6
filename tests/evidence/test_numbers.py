"""Every number about the body has a unit, a range, a grade and a source, and is used."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import gaitpipe
from gaitpipe import evidence
from gaitpipe.evidence import NUMBERS, RULES, SOURCES, Grade, Number, Tag

every = pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.key)
SUFFIXES = (
    ("_s_per_deg", "s/deg"), ("_m_s2", "m/s^2"), ("_rad_s", "rad/s"), ("_m_s", "m/s"), ("_deg", "deg"), ("_pct", "%"),
    ("_hz", "Hz"), ("_spm", "1/min"), ("_bpm", "1/min"), ("_min", "min"), ("_mm", "mm"), ("_days", "d"),
    ("_months", "month"), ("_weeks", "wk"), ("_years", "a"), ("_h", "h"), ("_m", "m"), ("_s", "s"),
)  # fmt: skip
POINTS_OF_A_QUESTIONNAIRE = {"visa_a_mcid_12_weeks", "visa_a_mcid_24_weeks"}
"""Their names end in when they hold; their unit is points."""
LEAST_LETTERS_OF_A_KEY_PUT_TOGETHER = 8


@every
def test_a_number_is_complete(number: Number) -> None:
    assert number.low <= number.value <= number.high
    assert number.tag in get_args(Tag)
    assert number.grade in get_args(Grade)
    assert number.source in {source.key for source in SOURCES}
    assert number.note.strip()


@every
def test_the_unit_stands_in_the_key(number: Number) -> None:
    named = next((unit for suffix, unit in SUFFIXES if number.key.endswith(suffix)), "1")
    assert number.unit == ("1" if number.key in POINTS_OF_A_QUESTIONNAIRE else named)


@every
def test_an_engineering_choice_is_not_graded_as_a_study(number: Number) -> None:
    assert (number.tag == "engineering") == (number.grade == "D")


def test_keys_are_unique() -> None:
    assert len({number.key for number in NUMBERS}) == len(NUMBERS)


@cache
def _names_in_code() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Every whole text of the code outside the evidence, and every text put together, its holes open."""
    root = Path(str(gaitpipe.__file__)).parent
    texts: set[str] = set()
    patterns: set[str] = set()
    for path in root.rglob("*.py"):
        if path.is_relative_to(root / "evidence"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                patterns.add(_pattern(node))
    return frozenset(texts), tuple(re.compile(pattern) for pattern in patterns if pattern)


def _pattern(node: ast.JoinedStr) -> str:
    """The f-string as a pattern, empty when hardly anything of it is written out."""
    written = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
    if sum(map(len, written)) < LEAST_LETTERS_OF_A_KEY_PUT_TOGETHER:
        return ""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9_]+" for part in node.values
    )


@every
def test_a_number_is_used(number: Number) -> None:
    """A number is read by its key, by a key that is put together (`f"{placement}_ic_bias_s"`), or asked of a person."""
    texts, patterns = _names_in_code()
    asked = {key for rule in RULES if rule.id.startswith("RF") for key in rule.numbers}
    assert number.key in texts | asked or any(pattern.fullmatch(number.key) for pattern in patterns)


def test_look_up_by_key() -> None:
    first = NUMBERS[0]
    assert evidence.number(first.key) is first
    assert evidence.value(first.key) == first.value
    assert evidence.reference(first.source)
    with pytest.raises(KeyError, match="no_such_number"):
        evidence.value("no_such_number")
