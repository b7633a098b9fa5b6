"""Names of files and folders that are made from names of inputs and sensors: one way for all of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST_NAME = 80
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def safe_name(text: str) -> str:
    """A name for a file on any system: letters, digits, `.`, `-`, `_` and spaces, never hidden, never an option."""
    kept = "".join(
        letter if letter.isalnum() or letter in "._- " else "_" for letter in unicodedata.normalize("NFC", text)
    )
    while len(kept.encode("utf-8", "replace")) > LONGEST_NAME:
        kept = kept[:-1]
    kept = kept.strip("._- ")
    return f"_{kept}" if _RESERVED.fullmatch(kept) else kept or "recording"


def told_apart(names: Iterable[str], mark: str = "-") -> list[str]:
    """The names as `safe_name` makes them, with a number behind those that a system may take for one before them."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        start, number = safe_name(name), 1
        unique = start
        while unique.casefold() in taken:
            number += 1
            unique = f"{start}{mark}{number}"
        taken.add(unique.casefold())
        found.append(unique)
    return found
