"""Own words in a plan: known ids, known placeholders, and none of the words that no text of this tool may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from gaitpipe import evidence
from gaitpipe.protocol.schema_tables import Found, meant, table, tables
from gaitpipe.protocol.toml_lines import Location

_PHRASES = {phrase.id: phrase for phrase in evidence.PHRASES}
_NUMBERS = frozenset(number.key for number in evidence.NUMBERS)
_DERIVED = ("pain_hold_lowest",)


def unit_words(number: evidence.Number) -> str:
    """The unit of a number behind a blank, as people read it; nothing for counts and shares."""
    if number.unit == "1":
        return " of 10" if "pain" in number.key else ""
    return f" {number.unit}"


def phrase_faults(phrases: Mapping[str, Any]) -> Found:
    """Unknown ids, and placeholders that nobody fills in."""
    for key, text in phrases.items():
        place: Location = ("phrases", key)
        if key not in _PHRASES:
            yield place, f"there is no phrase '{key}'{meant(key, list(_PHRASES))}; phrases are {', '.join(_PHRASES)}"
        elif isinstance(text, str):
            yield from ((place, problem) for problem in placeholder_problems(key, text))


def placeholder_problems(phrase_id: str, text: str) -> Iterator[str]:
    """What is wrong with the braces of a text for this phrase."""
    known = placeholders(phrase_id)
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        yield f"braces do not match ({error}); write {{{{ and }}}} for plain ones"
        return
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion:
            yield f"'{{{name}}}' takes nothing but its name inside the braces"
        elif name not in known and name not in _NUMBERS:
            told = f"; this phrase may use {', '.join(f'{{{item}}}' for item in known)}" if known else ""
            yield f"nothing is known for '{{{name}}}'{meant(name, [*known, *_NUMBERS])}{told}"


def placeholders(phrase_id: str) -> tuple[str, ...]:
    """The names that a phrase may use beside the keys of the numbers: what its caller gives, and what its text has."""
    phrase = _PHRASES[phrase_id]
    return tuple(dict.fromkeys((*phrase.values, *placeholder_names(phrase.text), *_DERIVED)))


def placeholder_names(text: str) -> tuple[str, ...]:
    """The names in braces of a text whose braces match."""
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name)


def forbidden_faults(raw: Mapping[str, Any]) -> Found:
    """Forbidden words in texts that runners read: phrases, exercises, own red flags."""
    texts: list[tuple[Location, Any]] = [(("phrases", key), text) for key, text in table(raw, "phrases").items()]
    extra = table(table(raw, "red_flags"), "extra")
    texts += [(("red_flags", "extra", key), text) for key, text in extra.items()]
    for row, exercise in tables(raw, "exercise"):
        texts += [(("exercise", row, key), exercise.get(key)) for key in ("name", "dose", "tempo")]
    for place, text in texts:
        if isinstance(text, str):
            for word in evidence.forbidden_in(text):
                yield place, f"must not say '{word}': this tool neither judges nor promises"
