"""From the text of a plan file to a `Plan`: every fault at once, with its key, its line and what was meant.

The form of the tables is checked by pydantic, what tables say about each other and about the evidence by
`plan_faults`. What is odd but allowed is a finding (`plan_findings`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import ValidationError

from gaitpipe.errors import PlanError, ProfileFault
from gaitpipe.protocol.schema_faults import pydantic_faults, sorted_faults, syntax_fault
from gaitpipe.protocol.toml_lines import Location, dotted, line_of, lines_of_keys
from gaitpipe.rehab.plan import SCHEMA_VERSION, Plan
from gaitpipe.rehab.plan_faults import cross_faults, date_faults

_ADVICE = "Mend the lines named above; `gaitpipe plan new` writes a plan that explains every key."


def parse_plan(text: str, file: str, on: date | None = None) -> Plan:
    """Read and check a plan.

    Parameters
    ----------
    text, file
        The text of the file, and its name for messages.
    on
        The day of today, where it is known: what has been done cannot lie after it.

    Raises
    ------
    PlanError
        Names all faults.
    """
    raw = _read(text, file)
    _refuse_other_version(raw, text, file)
    faults = _placed(cross_faults(raw), text)
    plan: Plan | None = None
    try:
        plan = Plan.model_validate(raw)
    except ValidationError as error:
        faults += pydantic_faults(error, Plan, text)
    if plan is not None and on is not None:
        faults += _placed(date_faults(plan, on), text)
    if plan is None or faults:
        raise PlanError(file, _one_a_key(sorted_faults(faults)), _ADVICE)
    return plan


def _read(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise PlanError(file, [syntax_fault(str(error))], "The file is not valid TOML.") from None
    except (ValueError, RecursionError) as error:
        reason = "tables or lists too deep" if isinstance(error, RecursionError) else str(error)
        raise PlanError(file, [ProfileFault("", None, reason)], "The file is not valid TOML.") from None


def _refuse_other_version(raw: dict[str, Any], text: str, file: str) -> None:
    """Say at once that a plan is of another time: its other faults would say nothing."""
    version = raw.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version == SCHEMA_VERSION:
        return
    problem = f"this plan has schema version {version}; this gaitpipe reads version {SCHEMA_VERSION}"
    advice = "It was written for a newer gaitpipe: update." if version > SCHEMA_VERSION else "Set schema_version = 1."
    line = lines_of_keys(text).get(("schema_version",))
    raise PlanError(file, [ProfileFault("schema_version", line, problem)], advice)


def _placed(found: Iterable[tuple[Location, str]], text: str) -> list[ProfileFault]:
    lines = lines_of_keys(text)
    return [ProfileFault(dotted(place), line_of(lines, place), problem) for place, problem in found]


def _one_a_key(faults: list[ProfileFault]) -> list[ProfileFault]:
    """Leave out what says of a number that it is not finite a second time."""
    told = {fault.key for fault in faults if fault.problem.endswith("no number to reckon with")}
    return [fault for fault in faults if fault.key not in told or fault.problem.endswith("no number to reckon with")]
