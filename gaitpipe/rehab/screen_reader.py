"""Typed look-ups in a parsed `summary.json`, whose faults name the file and the key."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from gaitpipe.errors import RecordingError

ADVICE = "Make the summary again with `gaitpipe analyze`, or mend this value."
LARGEST_COUNT = 10**12
"""More than any count of a session: a day of samples is twenty million."""


class Reader:
    """One object of the file. An object that is absent or null reads as empty; `present` tells the two apart."""

    def __init__(self, file: str, place: str, content: Any) -> None:
        self.file = file
        self.place = place
        self.present = content is not None
        if content is not None and not isinstance(content, Mapping):
            raise RecordingError(file, f"{place or 'the file'}: {_seen(content)} where an object belongs", ADVICE)
        self._content: Mapping[str, Any] = content if content is not None else {}

    def fault(self, key: str, problem: str) -> RecordingError:
        """The error for a key of this object."""
        return RecordingError(self.file, f"{self._path(key)}: {problem}", ADVICE)

    def keys(self) -> tuple[str, ...]:
        """Names of what the object holds, in its order."""
        return tuple(str(key) for key in self._content)

    def table(self, key: str) -> Reader:
        """The object under a key, empty when it is absent."""
        return Reader(self.file, self._path(key), self._content.get(key))

    def needed_table(self, key: str) -> Reader:
        """The object under a key that must be there."""
        if self._content.get(key) is None:
            raise self.fault(key, "is missing; is this a summary.json?")
        return self.table(key)

    def tables(self, key: str) -> list[Reader]:
        """The list of objects under a key, empty when it is absent."""
        found = self._content.get(key)
        if found is None:
            return []
        if isinstance(found, str) or not isinstance(found, Sequence):
            raise self.fault(key, f"{_seen(found)} where a list belongs")
        return [Reader(self.file, f"{self._path(key)}[{index}]", item) for index, item in enumerate(found)]

    def number(self, key: str, low: float, high: float, what: str) -> float | None:
        """A finite number between two limits; `what` says in words what it is."""
        found = self._content.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self.fault(key, f"{_seen(found)} where a number belongs")
        if not (low <= found <= high) or not math.isfinite(found):
            raise self.fault(key, f"{_short(found)} is not {what} ({low:.4g} to {high:.4g})")
        return float(found)

    def count(self, key: str) -> int | None:
        """A whole number, not negative."""
        found = self.number(key, 0, LARGEST_COUNT, "a count")
        if found is not None and found != int(found):
            raise self.fault(key, f"{_short(found)} is not a whole number")
        return None if found is None else int(found)

    def text(self, key: str) -> str | None:
        """A text; an empty one is missing."""
        found = self._content.get(key)
        if found is not None and not isinstance(found, str):
            raise self.fault(key, f"{_seen(found)} where text belongs")
        return found or None

    def choice(self, key: str, known: Sequence[str]) -> Any:
        """One of the known words, None when absent."""
        found = self.text(key)
        if found is not None and found not in known:
            raise self.fault(key, f"'{found[:40]}' is not one of {', '.join(known)}")
        return found

    def flag(self, key: str) -> bool | None:
        """True or false, None when absent."""
        found = self._content.get(key)
        if found is not None and not isinstance(found, bool):
            raise self.fault(key, f"{_seen(found)} where true or false belongs")
        return found

    def _path(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key


def _seen(content: Any) -> str:
    if isinstance(content, str):
        return f"the text '{content[:40]}'"
    if isinstance(content, bool):
        return str(content).lower()
    if isinstance(content, Mapping):
        return "an object"
    return "a list" if isinstance(content, Sequence) else f"the number {_short(content)}"


def _short(number: float) -> str:
    return "a number this large" if abs(number) >= 1e300 else f"{float(number):.6g}"
