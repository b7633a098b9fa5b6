"""The raw tables of a file that may hold anything: what is asked for, and nothing where it is of another shape.

All checks of a profile between tables read it through these functions, so that none of them can fail on a wrong shape.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from gaitpipe.protocol.toml_lines import Location
from gaitpipe.protocol.uuids import full_uuid

Found: TypeAlias = Iterator[tuple[Location, str]]


def table(raw: Any, key: str) -> Mapping[str, Any]:
    """The table of this name; an empty one where there is none, or something else."""
    value = raw.get(key) if isinstance(raw, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def tables(raw: Any, key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The tables of this list with their places; what is no table is left out."""
    value = raw.get(key) if isinstance(raw, Mapping) else None
    rows = value if isinstance(value, list) else []
    return [(index, row) for index, row in enumerate(rows) if isinstance(row, Mapping)]


def packets(raw: Any) -> list[tuple[Location, Mapping[str, Any]]]:
    """The packet tables, written as one `[packet]` or several `[[packet]]`, with their places."""
    one = table(raw, "packet")
    if one:
        return [(("packet",), one)]
    return [(("packet", index), row) for index, row in tables(raw, "packet")]


def payload_parts(raw: Mapping[str, Any]) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    """All parts of the payloads of commands and of their answers."""
    for number, command in tables(raw, "command"):
        places: list[tuple[Location, Mapping[str, Any]]] = [((), command)]
        for kind in ("reply", "refusal"):
            places += [((kind, row), item) for row, item in tables(command, kind)]
        for path, holder in places:
            for row, part in tables(holder, "payload"):
                yield ("command", number, *path, "payload", row), part


def uuids_of(characteristic: Mapping[str, Any]) -> list[str]:
    """All UUIDs that a characteristic may have, in full."""
    also = characteristic.get("also")
    named = [characteristic.get("uuid"), *(also if isinstance(also, list) else [])]
    return [full_uuid(one) for one in named if isinstance(one, str)]


def meant(word: str, candidates: Sequence[str]) -> str:
    """` (did you mean 'x'?)` when a candidate is near `word`, otherwise nothing."""
    near = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""


def visible(text: str) -> str:
    """The text with what cannot be seen or would steer a terminal written as an escape."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def is_number(value: Any) -> bool:
    """Whether it is a number to calculate with: no truth value, no NaN, nothing too large for a float."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def conditions(item: Any) -> list[dict[str, list[float]]]:
    """The rows of an `only_if`, each setting with its values; none where there is no condition, or something else."""
    one = table(item, "only_if")
    rows = [one] if one else [row for _, row in tables(item, "only_if")]
    found = []
    for row in rows:
        lists = {name: value if isinstance(value, list) else [value] for name, value in row.items()}
        found.append({name: [one for one in values if is_number(one)] for name, values in lists.items()})
    return found
