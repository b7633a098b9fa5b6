"""A red flag told at `decide` or `report` counts for that command only: how to keep it for the days to come."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gaitpipe.app.decide import DecideInput


def keep_lines(given: DecideInput, plan: Path, log: Path) -> list[str]:
    """What to say of red flags that were told and do not stand in the log's rows of that day; empty without any.

    Parameters
    ----------
    given
        The inputs of the decision.
    plan, log
        The files, as the person named them.
    """
    from gaitpipe.rehab.log_faults import RED_FLAG_IDS

    stored = {flag for row in given.log if row.date == given.on for flag in row.red_flags or ()}
    told = [flag for flag in dict.fromkeys(given.red_flags) if flag not in stored]
    if not told:
        return []
    own = f" --plan {shlex.quote(str(plan))}" if set(told) - set(RED_FLAG_IDS) else ""
    flags = " ".join(f"--red-flag {shlex.quote(flag)}" for flag in told)
    command = f"gaitpipe log add --log {shlex.quote(str(log))} --date {given.on.isoformat()}{own} {flags}"
    them = "it" if len(told) == 1 else "them"
    return [f"{', '.join(told)}: not stored by this command. Keep {them} in the log:", f"  {command}"]
