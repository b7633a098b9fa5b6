"""Plan files: read, check, and a new one written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gaitpipe.app.file_kind import other_kind
from gaitpipe.errors import PlanError, ProfileFault, UsageError
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.plan_faults import athlete_problem
from gaitpipe.rehab.plan_template import PlanStart, plan_template
from gaitpipe.rehab.plan_text import parse_plan

LARGEST_BYTES = 2_000_000
"""A plan is a page or five; a larger file is something else."""


def read_plan(path: Path | str, on: date | None = None) -> Plan:
    """Read a plan file.

    Parameters
    ----------
    path
        The file.
    on
        The day that counts as today; what has been done cannot lie after it. None: the day of this machine.

    Raises
    ------
    PlanError
        The file cannot be read, is another kind of file, or has faults; names all of them.
    """
    return parse_plan(_text(Path(path)), str(path), on or date.today())


def _text(path: Path) -> str:
    def refused(reason: str, advice: str) -> PlanError:
        return PlanError(str(path), [ProfileFault("", None, reason)], advice)

    try:
        other = other_kind(path, "plan") if path.is_file() else None
        if other is not None:
            raise refused(*other)
        if path.is_file() and path.stat().st_size > LARGEST_BYTES:
            raise refused("is too large for a plan", "Name a plan file.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise refused("there is no such file", "`gaitpipe plan new --help` tells how to begin one.") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise refused(f"cannot be read: {reason}", "Check the name.") from None


def new_plan(start: PlanStart, file: Path, *, force: bool = False) -> Plan:
    """Write a new plan file and return what it says.

    Raises
    ------
    UsageError
        The athlete is no pseudonym, the file exists and `force` was not given, or it cannot be written.
    PlanError
        What was asked for makes no valid plan; nothing is written.
    """
    problem = athlete_problem(start.athlete)
    if problem:
        raise UsageError(f"--athlete '{start.athlete}' {problem}", "Keep the list of who is who elsewhere.")
    text = plan_template(start)
    plan = parse_plan(text, str(file), start.created)
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError("a text on the command line is not UTF-8", "Write it into the plan file instead.") from None
    try:
        with file.open("wb" if force else "xb") as out:
            out.write(content)
    except FileExistsError:
        raise UsageError(f"{file} exists already", "Take another name with --out, or --force to replace it.") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", "Check the folder.") from None
    return plan
