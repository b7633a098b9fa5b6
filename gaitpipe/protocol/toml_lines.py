"""TOML texts of anybody: reading one, and in which line each key stands.

`tomllib` does not say the line, and a fault without its line is hard to find.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

Location = tuple[int | str, ...]

_DEEPEST = 50
"""Tables in tables; no file of ours has more than 10. Dotted keys nest without end and without a RecursionError."""
_TOO_DEEP = "lists or tables are nested too deeply"

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)$"""
)
_STRINGS = re.compile(r"""\"(?:[^"\\]|\\.)*\"|'[^']*'""")


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text; a byte order mark in front of it is passed over.

    Raises
    ------
    ValueError
        No TOML; lists or tables in one another to no end, or a number of thousands of digits, which `tomllib` alone
        answers with a RecursionError or a plain ValueError.
    """
    try:
        raw = tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    level: list[Any] = [raw]
    for _ in range(_DEEPEST):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return raw
    raise ValueError(_TOO_DEEP)


def dotted(location: Location) -> str:
    """`("packet", "field", 0, "type")` as `packet.field[0].type`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def line_of(lines: Mapping[Location, int], location: Location) -> int | None:
    """Line of the key at `location`, or of the nearest table around it; None for the file as a whole."""
    for length in range(len(location), 0, -1):
        line = lines.get(location[:length])
        if line is not None:
            return line
    return None


def lines_of_keys(text: str) -> dict[Location, int]:
    """Line number (from 1) of every table, key and inline table that begins a line of a list."""
    scanner = _Scanner()
    for number, line in enumerate(text.splitlines(), start=1):
        scanner.read(number, line)
    return scanner.lines


class _Scanner:
    """Reads line by line. Inside a list over several lines only the beginnings of its inline tables are noted."""

    def __init__(self) -> None:
        self.lines: dict[Location, int] = {}
        self._table: Location = ()
        self._array_sizes: dict[Location, int] = {}
        self._open_brackets = 0
        self._list_key: Location = ()
        self._list_index = 0

    def read(self, number: int, line: str) -> None:
        if self._open_brackets > 0:
            if line.lstrip().startswith("{"):
                self.lines.setdefault((*self._list_key, self._list_index), number)
                self._list_index += 1
            self._open_brackets += _bracket_balance(line)
            return
        table = _TABLE.match(line)
        if table:
            self._enter(number, table.group(2), is_array=table.group(1) == "[[")
            return
        key = _KEY.match(line)
        if key:
            location = (*self._table, *_parts(key.group(1)))
            self.lines.setdefault(location, number)
            self._open_brackets = _bracket_balance(key.group(2))
            self._list_key, self._list_index = location, 0

    def _enter(self, number: int, name: str, *, is_array: bool) -> None:
        location: Location = ()
        parts = _parts(name)
        for depth, part in enumerate(parts):
            location = (*location, part)
            is_last = depth == len(parts) - 1
            if is_last and is_array:
                self._array_sizes[location] = self._array_sizes.get(location, 0) + 1
                self.lines.setdefault(location, number)
            if location in self._array_sizes:
                location = (*location, self._array_sizes[location] - 1)
        self._table = location
        self.lines.setdefault(location, number)


def _parts(name: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""", name)]


def _bracket_balance(line: str) -> int:
    bare = _STRINGS.sub("", line).split("#", 1)[0]
    return bare.count("[") - bare.count("]")
