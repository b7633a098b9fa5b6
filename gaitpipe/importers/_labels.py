"""Side and placement from what a file calls its sensor: "Left Foot", "RightLowerLeg", "l_shank".

Words are told apart by blanks, signs, digits and capitals. A name that says both sides or both places says neither.
The ankle is between foot and shank, and says nothing.
"""

from __future__ import annotations

import re

from gaitpipe.model import Placement, Side

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SIDES: dict[Side, frozenset[str]] = {"left": frozenset({"left", "l"}), "right": frozenset({"right", "r"})}
_PLACES: dict[Placement, frozenset[str]] = {
    "foot": frozenset({"foot", "feet", "shoe", "instep", "midfoot", "forefoot", "heel", "toe"}),
    "shank": frozenset({"shank", "shin", "tibia", "calf", "lowerleg"}),
}


def words_of(label: str) -> tuple[str, ...]:
    """The words of a name, in small letters; "lower leg" is one word."""
    words = " ".join(word.lower() for word in _WORD.findall(label[:200]))
    return tuple(words.replace("lower leg", "lowerleg").split())


def side_of(label: str) -> Side | None:
    """The side that a name says, if it says one."""
    said: list[Side] = [side for side, names in _SIDES.items() if names.intersection(words_of(label))]
    return said[0] if len(said) == 1 else None


def placement_of(label: str) -> Placement | None:
    """The place on the leg that a name says, if it says one."""
    said: list[Placement] = [place for place, names in _PLACES.items() if names.intersection(words_of(label))]
    return said[0] if len(said) == 1 else None
