"""Every number about the body, every rule and every phrase, with unit, range, grade, tag and source, in one place."""

from __future__ import annotations

from gaitpipe.evidence.compare import COMPARE_NUMBERS
from gaitpipe.evidence.cues import CUE_NUMBERS
from gaitpipe.evidence.education import EDUCATION, FORBIDDEN, forbidden_in
from gaitpipe.evidence.effects import EFFECTS
from gaitpipe.evidence.fill import fill
from gaitpipe.evidence.phrases import PHRASES
from gaitpipe.evidence.rehab import REHAB_NUMBERS
from gaitpipe.evidence.rules import RULES
from gaitpipe.evidence.schedule import SCHEDULE_NUMBERS
from gaitpipe.evidence.sensors import SENSOR_NUMBERS
from gaitpipe.evidence.sources import SOURCES
from gaitpipe.evidence.types import TAG_WORD, EducationLine, Effect, Grade, Number, Phrase, Rule, Source, Tag

__all__ = [
    "EDUCATION",
    "EFFECTS",
    "FORBIDDEN",
    "NUMBERS",
    "PHRASES",
    "RULES",
    "SOURCES",
    "TAG_WORD",
    "EducationLine",
    "Effect",
    "Grade",
    "Number",
    "Phrase",
    "Rule",
    "Source",
    "Tag",
    "fill",
    "forbidden_in",
    "number",
    "phrase",
    "reference",
    "rule",
    "unverified",
    "value",
]

NUMBERS: tuple[Number, ...] = (
    *SENSOR_NUMBERS,
    *REHAB_NUMBERS,
    *SCHEDULE_NUMBERS,
    *CUE_NUMBERS,
    *COMPARE_NUMBERS,
)

_BY_KEY = {number.key: number for number in NUMBERS}
_RULES = {rule.id: rule for rule in RULES}
_PHRASES = {phrase.id: phrase for phrase in PHRASES}
_REFERENCES = {source.key: source.reference for source in SOURCES}


def number(key: str) -> Number:
    """The entry of a key; KeyError names an unknown one."""
    return _BY_KEY[key]


def value(key: str) -> float:
    """The value of a key, in its unit."""
    return _BY_KEY[key].value


def rule(rule_id: str) -> Rule:
    """The rule of an id as printed (`RF1`, `R1`, `H6`, `P1`, `F7`, `S3`); KeyError names an unknown one."""
    return _RULES[rule_id]


def phrase(phrase_id: str) -> Phrase:
    """The advice of an id (`A1` to `A10`), not filled in; KeyError names an unknown one."""
    return _PHRASES[phrase_id]


def unverified(key: str) -> bool:
    """Whether a number, or a rule or advice by its id, rests on memory: a person must see it marked; else False."""
    entry = _BY_KEY.get(key) or _RULES.get(key) or _PHRASES.get(key)
    return entry is not None and entry.tag == "memory"


def reference(key: str) -> str:
    """The full reference of a source key; KeyError names an unknown one."""
    return _REFERENCES[key]
