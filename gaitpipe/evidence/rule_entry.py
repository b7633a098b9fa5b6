"""How an entry of the rules is made: its text names its numbers in braces."""

from __future__ import annotations

from gaitpipe.evidence.fill import fill, names
from gaitpipe.evidence.rehab import REHAB_NUMBERS
from gaitpipe.evidence.types import Grade, Rule, Tag

_VALUES = {number.key: number.value for number in REHAB_NUMBERS}


def rule_entry(
    rule_id: str,
    title: str,
    template: str,
    grade: Grade,
    tag: Tag,
    source: str,
    action: str = "",
    note: str = "",
    criteria: tuple[str, ...] = (),
) -> Rule:
    """A rule whose text names its numbers in braces."""
    numbers = tuple(name for name in dict.fromkeys(names(template)) if name in _VALUES)
    text = fill(template, _VALUES.__getitem__)
    return Rule(rule_id, title, text, grade, tag, source, numbers, template, action, note, criteria)
