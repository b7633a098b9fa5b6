"""Reads `compare.json` back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from gaitpipe.errors import RecordingError
from gaitpipe.rehab.words import BeforeAfter, BlockFigure

ADVICE = "Make it with `gaitpipe compare`."
_TEXTS = frozenset({"key", "label", "unit", "note"})
_TRUTHS = frozenset({"exceeds", "returned"})


def read_compare(path: Path | str) -> BeforeAfter:
    """Read the comparison of one visit that `gaitpipe compare` wrote.

    Raises
    ------
    RecordingError
        The file cannot be read, is no such comparison, or was changed so that it makes no sense; says where.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordingError(str(path), f"cannot be read: {error}", ADVICE) from error
    if not isinstance(content, dict) or content.get("kind") != "before_after":
        raise RecordingError(str(path), "is no comparison of blocks before, under and after a cue", ADVICE)
    if content.get("schema_version") != 1:
        message = f"schema_version {content.get('schema_version')!r} is not known to this version"
        raise RecordingError(str(path), message, ADVICE)
    try:
        return _before_after(content)
    except (KeyError, TypeError, ValueError) as error:
        problem = f"'{error.args[0]}' is missing" if isinstance(error, KeyError) else str(error)
        raise RecordingError(str(path), f"is damaged: {problem}", ADVICE) from error


def compared_input(path: Path | str) -> str:
    """SHA-256 of the recording that a comparison was made of; empty when the file does not say.

    A comparison that lies beside a report need not be of the same person: hold this against the session's own.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    found = content.get("input_sha256") if isinstance(content, dict) else None
    return found if isinstance(found, str) else ""


def _before_after(content: Mapping[str, Any]) -> BeforeAfter:
    before, cue, after = (int(content["blocks"][name]["strides"]) for name in ("before", "cue", "after"))
    comfort = _number(content["comfort"], "comfort")
    if comfort is not None and not 0.0 <= comfort <= 10.0:
        raise ValueError(f"comfort is 0 to 10, not {comfort:g}")
    return BeforeAfter(
        cue=_text(content["cue"], "cue"),
        figures=tuple(_figure(one) for one in content["figures"]),
        strides=(before, cue, after),
        comfort=comfort,
        notes=tuple(_text(one, "notes") for one in content["notes"]),
    )


def _figure(found: Mapping[str, Any]) -> BlockFigure:
    values: dict[str, Any] = {}
    for item in fields(BlockFigure):
        one = found[item.name]
        if item.name in _TEXTS:
            values[item.name] = _text(one, item.name)
        elif item.name in _TRUTHS:
            if one is not None and not isinstance(one, bool):
                raise TypeError(f"'{item.name}' is true, false or null")
            values[item.name] = one
        else:
            values[item.name] = _number(one, item.name)
    return BlockFigure(**values)


def _number(found: Any, name: str) -> float | None:
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise TypeError(f"'{name}' is a number or null")
    return float(found)


def _text(found: Any, name: str) -> str:
    if not isinstance(found, str):
        raise TypeError(f"'{name}' is a text")
    return found
