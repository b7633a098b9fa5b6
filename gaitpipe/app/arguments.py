"""Refuses arguments that `analyze` cannot use, before anything is read, with what would be right."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from pathlib import Path
from typing import Any

from gaitpipe.errors import UsageError

PLACEMENTS = ("foot", "shank")
SAMPLES_ADVICE = "Give the path of a CSV file, or a data frame or mapping with its columns."


def check_arguments(
    recording: Any, left: Any, right: Any, placement: Any, belt_speed_m_s: Any, height_m: Any = None
) -> None:
    """Refuse arguments of the wrong kind and those that contradict each other.

    Raises
    ------
    UsageError
        Names the argument and says what to give.
    """
    _check_kinds(recording, left, right)
    if placement is not None and not (isinstance(placement, str) and placement in PLACEMENTS):
        raise UsageError(f"placement={placement!r} is not known", "Give placement='foot' or placement='shank'.")
    _check_number(belt_speed_m_s, "belt_speed_m_s", "speed", "Give the speed of the treadmill in m/s, such as 3.0.")
    _check_number(height_m, "height_m", "height", "Give the runner's height in metres, such as 1.75.")
    if recording is not None and (left is not None or right is not None):
        raise UsageError("give a recording or left and right files, not both", "Leave one of them out.")
    if recording is None and left is None and right is None:
        advice = "Give a recording, or the files of the left and the right foot."
        raise UsageError("there is nothing to analyse", advice)
    if recording is None and placement is None:
        raise UsageError("where the sensors sat is not known", "Give placement='foot' or placement='shank'.")


def _check_kinds(recording: Any, left: Any, right: Any) -> None:
    if recording is not None and not _is_path(recording):
        message = f"recording is a path, not {_kind(recording)}"
        raise UsageError(message, "Give the path of a gaitpipe recording (.mcap); samples go to left= and right=.")
    for name, samples in (("left", left), ("right", right)):
        if samples is not None and not _is_path(samples) and not _has_columns(samples):
            raise UsageError(f"{name} cannot be {_kind(samples)}", SAMPLES_ADVICE)


def _check_number(given: Any, name: str, quantity: str, advice: str) -> None:
    if given is None:
        return
    number = isinstance(given, Real) and not isinstance(given, bool)
    if not number or not math.isfinite(given):
        raise UsageError(f"{name}={given!r} is no {quantity}", advice)


def _is_path(value: Any) -> bool:
    return isinstance(value, str | Path) and value != ""


def _has_columns(value: Any) -> bool:
    """Tell a mapping or a data frame, without loading pandas."""
    return isinstance(value, Mapping) or (hasattr(value, "columns") and hasattr(value, "items"))


def _kind(value: Any) -> str:
    return "an empty text" if isinstance(value, str) else f"a value of type {type(value).__name__}"
