"""Values and explanations as lines of TOML; the standard library only reads it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from datetime import date

WIDTH = 118


def toml_value(value: object) -> str:
    """A text, number, day, truth value, or list of these as TOML.

    Raises
    ------
    TypeError
        For anything else.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if value != round(value) or abs(value) >= 1e15 else f"{value:.1f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        # JSON's escapes are TOML's but for DEL, which JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    raise TypeError(f"no TOML for {type(value).__name__}")


def explain(*paragraphs: str) -> Iterator[str]:
    """Paragraphs as comment lines."""
    for paragraph in paragraphs:
        yield from (f"# {line}" for line in textwrap.wrap(paragraph, WIDTH - 2, break_on_hyphens=False))
