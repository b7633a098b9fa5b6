"""What is to be done for each session, and why; pure.

Rules, the first that fits counts
  1. A session with a problem is told as failed, each time.
  2. A session that was never analysed is run; so is one that was skipped, or that failed in a way that may pass.
  3. What failed is not tried again while files, options and program are the same, unless that is asked for.
  4. Another program or other options: run. Files that look changed: a worker reads them, and only a changed content is
     analysed. Results that are gone: run. A report that is wanted and missing: run.
  5. When only what failed is asked for, everything else that would be run is left for another time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gaitpipe.batch.content import FileMemory
from gaitpipe.batch.jobs import REPORT_NAME, STRIDES_NAME, SUMMARY_NAME, Session, content_of, digest_of
from gaitpipe.batch.ledger import Entry

Action = Literal["run", "check", "unchanged", "failed_before", "unusable", "left"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done for a session; `known_content` is the digest under which nothing has to be done after all."""

    session: Session
    action: Action
    why: str
    entry: Entry | None = None
    known_content: str = ""

    @property
    def works(self) -> bool:
        """Whether a worker gets it."""
        return self.action in ("run", "check")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is asked for, and what it runs with."""

    program: str
    reports: bool = False
    retry_failed: bool = False


def key_of(content: str, options: str, program: str) -> str:
    """What a result depends on, as one digest."""
    return digest_of([content, options, program])


def options_digest(session: Session) -> str:
    """A digest of what is said of a session."""
    return digest_of([dict(session.options), session.athlete])


def decide(
    session: Session, entry: Entry | None, memory: FileMemory, present: Mapping[str, set[str]], wanted: Wanted
) -> Decision:
    """Decide about one session by the rules of this module.

    Parameters
    ----------
    entry
        The ledger's last line about it, if there is one.
    present
        Names of the files in the folder of each session's results.
    """
    if session.problem is not None:
        return Decision(session, "unusable", session.problem.reason, entry)
    decision = _of_history(session, entry, memory, present.get(session.name, set()), wanted)
    failed_last = entry is not None and entry.status == "failed"
    if wanted.retry_failed and decision.works and not failed_last:
        return Decision(session, "left", decision.why, entry)
    return decision


def _of_history(
    session: Session, entry: Entry | None, memory: FileMemory, present: set[str], wanted: Wanted
) -> Decision:
    if entry is None:
        return Decision(session, "run", "new")
    if entry.status == "skipped" or not entry.key:
        return Decision(session, "run", f"not done last time: {entry.code or entry.status}", entry)
    changes = _changes(session, entry, content_of(memory.digests(session.all_files), session), wanted)
    if entry.status == "failed":
        again = "failed before" + (f"; {changes}" if changes else "")
        return Decision(session, "run" if changes or wanted.retry_failed else "failed_before", again, entry)
    missing = _missing(present, wanted)
    if changes == LOOKS_CHANGED and not missing:
        return Decision(session, "check", changes, entry, entry.content)
    why = changes or missing
    return Decision(session, "run" if why else "unchanged", why or "unchanged", entry)


def _missing(present: set[str], wanted: Wanted) -> str:
    if not {STRIDES_NAME, SUMMARY_NAME} <= present:
        return "its results are gone"
    return "its report is missing" if wanted.reports and REPORT_NAME not in present else ""


LOOKS_CHANGED = "its files may have changed"


def _changes(session: Session, entry: Entry, content: str | None, wanted: Wanted) -> str:
    if entry.program != wanted.program:
        return "the program changed"
    if entry.options != options_digest(session):
        return "what is said of it changed"
    if content is None:
        return LOOKS_CHANGED
    return "" if content == entry.content else "its files changed"
