"""Every number about the body, every rule and every phrase, with unit, range, grade, tag and source, in one place."""

from __future__ import annotations

from gaitpipe.evidence.rehab import REHAB_NUMBERS
from gaitpipe.evidence.schedule import SCHEDULE_NUMBERS
from gaitpipe.evidence.sensors import SENSOR_NUMBERS
from gaitpipe.evidence.sources import SOURCES
from gaitpipe.evidence.types import TAG_WORD, EducationLine, Grade, Number, Phrase, Rule, Source, Tag

__all__ = [
    "NUMBERS",
    "SOURCES",
    "TAG_WORD",
    "EducationLine",
    "Grade",
    "Number",
    "Phrase",
    "Rule",
    "Source",
    "Tag",
    "number",
    "reference",
    "value",
]

NUMBERS: tuple[Number, ...] = (*SENSOR_NUMBERS, *REHAB_NUMBERS, *SCHEDULE_NUMBERS)

_BY_KEY = {number.key: number for number in NUMBERS}


def number(key: str) -> Number:
    """The entry of a key; KeyError names an unknown one."""
    return _BY_KEY[key]


def value(key: str) -> float:
    """The value of a key, in its SI unit."""
    return _BY_KEY[key].value


def reference(key: str) -> str:
    """The full reference of a source key."""
    return next(source.reference for source in SOURCES if source.key == key)
