"""Units of acceleration and rotation rate, as programs write them: what to multiply with to get m/s^2 and rad/s.

A unit is what the person says, else what the file says. Where neither says it, it is asked for: a guess from the
numbers could be wrong without anybody noticing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from gaitpipe.errors import RecordingError
from gaitpipe.importers._contract import ReadOptions
from gaitpipe.model import STANDARD_GRAVITY_M_S2, Finding

ACC_FACTORS: Mapping[str, float] = {"m/s2": 1.0, "g": STANDARD_GRAVITY_M_S2, "mg": STANDARD_GRAVITY_M_S2 / 1000.0}
GYR_FACTORS: Mapping[str, float] = {"rad/s": 1.0, "deg/s": math.radians(1.0), "mdeg/s": math.radians(1e-3)}
TIME_FACTORS: Mapping[str, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_SPELLINGS = {
    "m/s/s": "m/s2", "ms-2": "m/s2", "m*s-2": "m/s2", "m/s-2": "m/s2", "m/sec2": "m/s2", "mps2": "m/s2",
    "dps": "deg/s", "mdps": "mdeg/s", "deg/sec": "deg/s", "degreepersecond": "deg/s", "degrees/s": "deg/s",
    "rps": "", "sec": "s", "seconds": "s", "µs": "us", "μs": "us", "microsec": "us",
}  # fmt: skip
_IN_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*(?:\([^()]*\))?[^()\[\]{}]*)[)\]}]\s*$")


def unit_of(text: str, factors: Mapping[str, float]) -> str | None:
    """The unit of `factors` that is written so (`m/(s^2)`, `m/s/s`, `m_s2`, `°/s`, `dps`); None if it is none."""
    if text.strip("()[] ") == "G":
        return None  # gauss as well as gravity
    plain = re.sub(r"[\s()\[\]^]", "", text.lower()).replace("²", "2").replace("°", "deg")
    for spelling in (plain, plain.replace("_", "/")):
        unit = _SPELLINGS.get(spelling, spelling)
        if unit in factors:
            return unit
    return None


def unit_in_name(name: str, factors: Mapping[str, float]) -> str | None:
    """The unit at the end of a column's name: `AccX(g)`, `X [mg]`, `ax_m/s/s`, `acc_x_m_s2`; None if there is none."""
    bracketed = _IN_BRACKETS.search(name)
    if bracketed:
        return unit_of(bracketed[1], factors)
    parts = re.split(r"[_\s]+", name)
    ends = ("_".join(parts[first:]) for first in range(1, len(parts)))
    return next((unit for end in ends if (unit := unit_of(end, factors)) is not None), None)


def acceleration_factor(stated: str | None, options: ReadOptions, path: Path, findings: list[Finding]) -> float:
    """What makes m/s^2 of the file's numbers: by the unit that was asked for, else the stated one.

    Raises
    ------
    RecordingError
        Neither says it.
    """
    asked = options.acceleration_unit
    return _factor("acceleration", "--acc-unit", stated, asked, ACC_FACTORS, path, findings)


def rotation_rate_factor(stated: str | None, options: ReadOptions, path: Path, findings: list[Finding]) -> float:
    """What makes rad/s of the file's numbers; see `acceleration_factor`.

    Raises
    ------
    RecordingError
        Neither says it.
    """
    asked = options.rotation_rate_unit
    return _factor("rotation rate", "--gyr-unit", stated, asked, GYR_FACTORS, path, findings)


def common_unit(units: Sequence[str | None]) -> str | None:
    """The unit of three axes, None if they do not agree."""
    return units[0] if len(set(units)) == 1 else None


def _factor(
    what: str,
    option: str,
    stated: str | None,
    asked: str | None,
    factors: Mapping[str, float],
    path: Path,
    findings: list[Finding],
) -> float:
    unit = asked or stated
    if unit is None:
        *first, last = factors
        advice = f"Say it: {option} {', '.join(first)} or {last}."
        raise RecordingError(str(path), f"the file does not say the unit of the {what}", advice)
    if stated is not None and unit != stated:
        message = f"{path.name} gives the {what} in {stated}; it was read as {unit}, as asked for."
        findings.append(Finding("unit_overridden", "warning", message, f"Leave out {option} if that is not meant."))
    return factors[unit]
