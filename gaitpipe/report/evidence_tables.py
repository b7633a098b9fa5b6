"""Tables of the evidence: numbers, rules, phrases, education and effects, for the report's appendix and for the docs.

A source is a number in brackets that stands in the list of sources at the end. What rests on memory says "unverified"
in the column of every table; nothing here can be printed without its status.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from gaitpipe.evidence import TAG_WORD, EducationLine, Effect, Grade, Number, Phrase, Rule, Tag, fill, number, reference
from gaitpipe.rehab.plan import Exercise
from gaitpipe.rehab.words import STAGES
from gaitpipe.report.document import Cell, Column, Facts, Table

GRADES = (
    "Grades: A trials in people with the condition, B direct laboratory studies or prospective cohorts, C indirect, "
    "small or conflicting, D opinion of experts or a choice of this project."
)
STATUS = (
    "Status: of no source more than the abstract, a table or an excerpt was read. What is called unverified is from "
    "memory and was not looked up again. Choices of this project wait for a physiotherapist's signature."
)
UNVERIFIED = TAG_WORD["memory"]
_SUFFIXES = {
    "s": "_s", "s/deg": "_s_per_deg", "m/s^2": "_m_s2", "rad/s": "_rad_s", "m/s": "_m_s", "deg": "_deg", "%": "_pct",
    "Hz": "_hz", "1/min": "_spm", "min": "_min", "mm": "_mm", "d": "_days", "month": "_months", "wk": "_weeks",
    "a": "_years", "h": "_h", "m": "_m",
}  # fmt: skip
_UNITS = {
    "1": "", "d": "days", "wk": "weeks", "month": "months", "a": "years", "1/min": "/min", "m/s^2": "m/s\u00b2",
    "deg": "\u00b0",
}  # fmt: skip


_ABBREVIATIONS = {
    "visa a": "VISA-A", "tendins a": "TENDINS-A", "lsi": "symmetry index", "mcid": "change that matters",
    "mdc": "detectable change", " ic ": " contact ", " tc ": " toe-off ", " sd": " spread", "stage1": "stage S1",
    "stage2": "stage S2", "stage3": "stage S3", "stage4": "stage S4",
}  # fmt: skip


class _Graded(Protocol):
    @property
    def grade(self) -> Grade: ...
    @property
    def tag(self) -> Tag: ...
    @property
    def source(self) -> str: ...


class References:
    """Sources in the order in which the tables name them."""

    def __init__(self) -> None:
        self._keys: list[str] = []

    def mark(self, key: str) -> str:
        """The mark of a source in the text, such as `[3]`."""
        if key not in self._keys:
            self._keys.append(key)
        return f"[{self._keys.index(key) + 1}]"

    def listed(self) -> Facts:
        """All sources that were named, by their mark."""
        return Facts(tuple((f"[{place}]", reference(key)) for place, key in enumerate(self._keys, 1)), wide=True)


def numbers_table(
    caption: str, numbers: Iterable[Number], sources: References, own: Callable[[str], float] | None = None
) -> Table:
    """Numbers with value, range, grade, status and source; `own` gives the plan's values, which are marked as such."""
    rows = tuple(
        (
            Cell(_name(entry), entry.note),
            _value(entry, own),
            Cell(f"{entry.low:g} to {entry.high:g}"),
            *_standing(entry, sources),
        )
        for entry in numbers
    )
    return Table(caption, _columns("Number", "Value", "Range"), rows, compact=True)


def bands_table(caption: str, sources: References, own: Callable[[str], float]) -> Table:
    """Weekly load that suits each stage, by path: one row a stage."""
    rows = []
    for stage in STAGES:
        keys = [f"weekly_load_{path}_{stage.lower()}" for path in ("r", "k")]
        ends = [(own(f"{key}_low_pct"), own(f"{key}_high_pct")) for key in keys]
        bands = (Cell(f"{low:g} to {high:g}\u00a0%") for low, high in ends)
        rows.append((Cell(stage), *bands, *_standing(number(f"{keys[0]}_low_pct"), sources)))
    note = "Of the best stable week; shown, never a rule. R: no running until S4. K: keep running, less of it."
    return Table(caption, _columns("Stage", "Path R", "Path K"), tuple(rows), notes=(note,), compact=True)


def rules_table(caption: str, rules: Iterable[Rule], sources: References, value_of: Callable[[str], float]) -> Table:
    """Rules with what fires them, filled in with these values, and where the evidence qualifies them."""
    rows = tuple(
        (
            Cell(rule.id, rule.title),
            Cell(_sentence(fill(rule.template, value_of)), rule.action),
            Cell(rule.note),
            *_standing(rule, sources),
        )
        for rule in rules
    )
    return Table(
        caption, _columns("Rule", "What fires it, what follows", "What to know", numeric=False), rows, compact=True
    )


def phrases_table(caption: str, phrases: Iterable[Phrase], sources: References) -> Table:
    """Advices with what calls for them; what is filled in stands in braces."""
    rows = tuple(
        (Cell(phrase.id), Cell(phrase.text, f"When: {phrase.when}"), Cell(phrase.note), *_standing(phrase, sources))
        for phrase in phrases
    )
    return Table(caption, _columns("Advice", "Words", "What to know", numeric=False), rows, compact=True)


def exercises_table(caption: str, exercises: Iterable[Exercise], sources: References) -> Table:
    """Exercises with stages, dose and load tier; doses and tiers from memory say so."""
    rows = tuple(
        (
            Cell(item.name, ", ".join(item.stages)),
            Cell(f"{item.sets} sets: {item.dose}", item.tempo),
            Cell(str(item.tier), UNVERIFIED if item.tier_unverified else ""),
            Cell(item.grade or ""),
            Cell(UNVERIFIED if item.unverified else TAG_WORD["engineering" if item.grade == "D" else "read"]),
            Cell(sources.mark(item.source)),
        )
        for item in exercises
    )
    return Table(caption, _columns("Exercise", "Dose", "Tier", numeric=False), rows, compact=True)


def effects_table(caption: str, effects: Iterable[Effect], sources: References) -> Table:
    """What studies found."""
    rows = tuple((Cell(effect.factor), Cell(effect.effect), *_standing(effect, sources)) for effect in effects)
    return Table(caption, _columns("Factor", "Found", numeric=False), rows, compact=True)


def education_table(
    caption: str, lines: Iterable[EducationLine], sources: References, value_of: Callable[[str], float]
) -> Table:
    """Lines for the runner, filled in with these values, each with what qualifies it."""
    rows = tuple(
        (Cell(line.topic), Cell(fill(line.text, value_of)), Cell(line.but), *_standing(line, sources)) for line in lines
    )
    return Table(caption, _columns("Topic", "Words", "But", numeric=False), rows, compact=True)


def _columns(*labels: str, numeric: bool = True) -> tuple[Column, ...]:
    first, *rest = labels
    middle = tuple(Column(label, numeric=numeric) for label in rest)
    return (
        Column(first, numeric=False), *middle,
        Column("Grade", numeric=False), Column("Status", numeric=False), Column("Source", numeric=False),
    )  # fmt: skip


def _standing(entry: _Graded, sources: References) -> tuple[Cell, ...]:
    return Cell(entry.grade), Cell(TAG_WORD[entry.tag]), Cell(sources.mark(entry.source))


def _name(entry: Number) -> str:
    words = entry.key.removesuffix(_SUFFIXES.get(entry.unit, "")).removesuffix("_reps").replace("_", " ")
    for plain, usual in _ABBREVIATIONS.items():
        words = words.replace(plain, usual)
    return words[0].upper() + words[1:]


def _value(entry: Number, own: Callable[[str], float] | None) -> Cell:
    unit = _UNITS.get(entry.unit, entry.unit)
    value = entry.value if own is None else own(entry.key)
    shown = f"{value:g}\u00a0{unit}" if unit else f"{value:g}"
    return Cell(shown, "" if value == entry.value else f"set by the plan; usual {entry.value:g}")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
