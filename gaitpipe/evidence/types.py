"""What a piece of evidence is: a number, a rule, a phrase or a line of education text, each with grade, tag, source.

`tag` says how it was come by: "read" (source read, as abstract or table), "memory" (from memory of the literature,
shown as unverified wherever a person sees it), "engineering" (a choice of this project, to be signed off by a
physiotherapist), "derived" (measured or computed here; the note says on what).
Grades: A trials in people with the condition, B direct laboratory studies or prospective cohorts, C indirect, small or
conflicting, D expert opinion or engineering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tag = Literal["read", "memory", "engineering", "derived"]
Grade = Literal["A", "B", "C", "D"]

TAG_WORD: dict[Tag, str] = {
    "read": "excerpt read",
    "memory": "unverified (from memory)",
    "engineering": "choice of this project",
    "derived": "computed here",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from."""

    key: str
    reference: str


@dataclass(frozen=True, slots=True)
class Number:
    """One number about the body or about how well the sensors see it.

    `low` and `high` are the plausible range; a plan may set a number that is `setting` to anything inside it.
    """

    key: str
    value: float
    unit: str
    low: float
    high: float
    grade: Grade
    tag: Tag
    source: str
    note: str
    setting: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the decision: `id` as printed (`R1`, `F2`, `RF1`), `text` what fires it in plain words.

    `numbers` are the keys of the numbers it uses; `text` holds their usual values, `template` their keys in braces (a
    plan may set other values: `fill`). `action` is what follows from it, in words for the runner; `note` where the
    evidence qualifies it. `criteria` are the ids of the criteria that a stage asks for (`Criterion.id`).
    """

    id: str
    title: str
    text: str
    grade: Grade
    tag: Tag
    source: str
    numbers: tuple[str, ...] = ()
    template: str = ""
    action: str = ""
    note: str = ""
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """One advice that a report may give; `when` says in words what calls for it.

    `{name}` in the text is filled in by `fill`: the key of a number, or one of `values`, which the caller gives.
    """

    id: str
    text: str
    when: str
    grade: Grade
    tag: Tag
    source: str
    values: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class EducationLine:
    """One line of education text, with the place where the evidence qualifies it (`but`, may be empty).

    `stages` are the stages it is shown in, empty for all. Numbers of the plan stand in braces: `fill` puts them in.
    """

    id: str
    topic: str
    text: str
    but: str
    grade: Grade
    tag: Tag
    source: str
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a study found: a factor, what it does, in words with its figures. For reading, never for computing."""

    factor: str
    effect: str
    grade: Grade
    tag: Tag
    source: str
