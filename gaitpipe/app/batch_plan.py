"""What a batch is asked for, and from there to a decision about each session; nothing is written here."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gaitpipe.app.batch_find import Sessions, sessions_of, sessions_of_manifest
from gaitpipe.batch.content import FileMemory
from gaitpipe.batch.finding import Found, find_files, look
from gaitpipe.batch.jobs import RESULTS, STILL_WRITTEN, FoundFile, Problem, Session
from gaitpipe.batch.ledger import Ledger
from gaitpipe.batch.manifest import ManifestRow, read_manifest
from gaitpipe.batch.names import told_apart
from gaitpipe.batch.plan import Decision, Wanted, decide
from gaitpipe.batch.storage import (
    IN_PROCESS_ONLY,
    LocalStorage,
    RemoteStorage,
    as_path,
    file_system,
    is_url,
    real_place,
    remote_errors,
)
from gaitpipe.errors import RecordingError, UsageError

RECENT_S = 10.0
SECOND_LOOK_S = 1.2
"""Recorders and copies write at least once a second."""
WRITTEN = Problem(STILL_WRITTEN, "still being written", "Run the same command again when it is finished.")


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What a person asks for. `inputs`, `out` and `manifest` are paths or URLs, inputs globs too.

    `options` are said of all sessions (names as in a manifest). `workers` None means one a core, 0 this process;
    `dask` is an address or `local`. `wait` is how a second look at files that are just being written is waited for.
    """

    inputs: tuple[str, ...]
    out: str
    manifest: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    reports: bool = False
    retry_failed: bool = False
    fail_fast: bool = False
    recursive: bool = True
    workers: int | None = None
    dask: str | None = None
    memory_bytes: int | None = None
    wait: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Planned:
    """Decisions about all sessions, and what is none."""

    decisions: list[Decision]
    skipped: list[tuple[FoundFile, Problem]]
    problems: list[tuple[str, Problem]]
    memory: FileMemory
    ledger: Ledger

    def told(self) -> dict[str, Any]:
        """The plan in numbers, as an event."""
        actions = [decision.action for decision in self.decisions]
        works = [decision for decision in self.decisions if decision.works]
        return {
            "event": "planned",
            "sessions": len(self.decisions),
            "to_do": len(works),
            "bytes_to_do": sum(decision.session.size for decision in works),
            **{name: actions.count(name) for name in ("unchanged", "failed_before", "unusable", "left")},
            "skipped": len(self.skipped),
        }


@dataclass(frozen=True, slots=True)
class Looked:
    """The files that were found, before anything is known of earlier runs."""

    request: BatchRequest
    found: Found
    rows: tuple[ManifestRow, ...]
    seen_s: float

    def decided(self, storage: LocalStorage | RemoteStorage, program: str) -> Planned:
        """Decide about each session with what the folder of the results knows of earlier runs.

        Raises
        ------
        UsageError
            There is no session.
        """
        request = self.request
        memory, ledger = FileMemory.load(storage, program), Ledger.load(storage)
        sessions = self._sessions(memory)
        if not sessions.sessions and not self.found.problems:
            others = f"; {len(sessions.skipped)} files are of other kinds" if sessions.skipped else ""
            message = f"there is no recording in {', '.join(request.inputs) or request.manifest}{others}"
            raise UsageError(message, "`gaitpipe import --list` lists the formats; a manifest names files one by one.")
        named = _named(sessions.sessions, ledger)
        named = _not_being_written(named, request, self.seen_s, memory)
        present = storage.listing(RESULTS)
        wanted = Wanted(program, request.reports, request.retry_failed)
        decisions = [decide(one, ledger.last.get(one.name), memory, present, wanted) for one in named]
        decisions.sort(key=lambda decision: decision.session.name)
        return Planned(decisions, sessions.skipped, self.found.problems, memory, ledger)

    def _sessions(self, memory: FileMemory) -> Sessions:
        options = dict(self.request.options)
        told = sessions_of_manifest(self.rows, self.request.manifest or "", options, memory)
        taken = {_identity(file.path) for session in told.sessions for file in session.all_files}
        taken.add(_identity(self.request.manifest or ""))
        rest = [file for file in self.found.files if _identity(file.path) not in taken]
        chosen = str(options.get("format") or ("columns" if options.get("columns") else ""))
        others = sessions_of(rest, options, memory, chosen)
        return Sessions(told.sessions + others.sessions, others.skipped, told.kinds | others.kinds)


def plan_batch(request: BatchRequest) -> Looked:
    """Look for the files of a request and read its manifest.

    Raises
    ------
    UsageError
        There is no input, it is not there, or workers cannot see it.
    ManifestError
        The manifest has faults.
    """
    if not request.inputs and request.manifest is None:
        raise UsageError("there is nothing to do", "Give files, folders or URLs, or --manifest.")
    _check_places(request)
    rows: list[ManifestRow] = []
    if request.manifest is not None:
        request = replace(request, manifest=_place(request.manifest))
        rows = read_manifest(_bytes_of(str(request.manifest)), str(request.manifest), MANIFEST_CHECKS)
    seen_s = time.time()
    found = find_files(list(request.inputs), _place(request.out), request.recursive)
    return Looked(request, found, tuple(rows), seen_s)


def _format_problem(name: str) -> str:
    from gaitpipe.importers import find_importer

    try:
        find_importer("", name)  # no file is looked at where the format is named
    except UsageError as error:
        return f"{error.message}. {error.advice}"
    return ""


def _columns_problem(typed: str) -> str:
    from gaitpipe.importers import column_names

    try:
        column_names(typed)
    except UsageError as error:
        return f"{error.message}. {error.advice}"
    return ""


MANIFEST_CHECKS = {"format": _format_problem, "columns": _columns_problem}
"""What only the importers know; they are loaded when a manifest has such a cell."""


def _place(text: str) -> str:
    return text if is_url(text) else str(real_place(as_path(text)))


def _identity(place: str) -> str:
    """One text for one file, also where folders or the file are linked to."""
    return place if is_url(place) else os.path.realpath(place)


def _check_places(request: BatchRequest) -> None:
    """Refuse file systems that workers cannot see, and a folder of results that is a file."""
    for text in (*request.inputs, request.out, request.manifest or ""):
        if is_url(text):
            protocols = file_system(text)[0].protocol
            names = {protocols} if isinstance(protocols, str) else set(protocols)
            if names & IN_PROCESS_ONLY and (request.dask is not None or request.workers != 0):
                advice = "Add --workers 0, which works in this process."
                raise UsageError(f"{text}: workers cannot see what lies in this process's memory", advice)
    if is_url(request.out):
        return
    if as_path(request.out).is_file():
        raise UsageError(f"{request.out}: is a file, not a folder", "Name a folder with --out.")
    if any(not is_url(text) and as_path(text).resolve() == as_path(request.out).resolve() for text in request.inputs):
        advice = "Name another with --out; it may lie inside that folder."
        raise UsageError(f"{request.out}: is the folder of the recordings, results cannot go there", advice)


def _bytes_of(place: str) -> bytes:
    try:
        if is_url(place):
            fs, inside = file_system(place)
            with remote_errors(place, "read"):
                return bytes(fs.cat_file(inside))
        return Path(place).read_bytes()
    except OSError as error:
        raise UsageError(f"{place}: cannot be read: {error.strerror or error}", "Check the name.") from error


def _named(sessions: list[Session], ledger: Ledger) -> list[Session]:
    """Give each session its name: the one it had, else its own, told apart where another has it.

    A name that the ledger knows of other files is free only when those are gone (then they were moved here).
    """
    known = {entry.identity: name for name, entry in ledger.last.items()}
    fixed = {id(one): one.name for one in sessions if one.line is not None}
    used = set(fixed.values())
    for one in sessions:
        old = known.get(one.identity)
        if id(one) not in fixed and old is not None and old not in used:
            fixed[id(one)] = old
            used.add(old)
    free = [one for one in sessions if id(one) not in fixed]
    keys = {id(one): "|".join(file.name for file in one.files.values()) for one in free}
    counts = Counter(keys.values())
    wanted = {("|".join(one.identity) if counts[keys[id(one)]] > 1 else keys[id(one)]): one for one in free}
    alive = {one.name for one in free if _belongs_to_others(one.name, ledger)}
    names = told_apart({key: one.name for key, one in wanted.items()}, used | alive)
    by_id = fixed | {id(one): names[key] for key, one in wanted.items()}
    return [replace(one, name=by_id[id(one)]) for one in sessions]


def _belongs_to_others(name: str, ledger: Ledger) -> bool:
    entry = ledger.last.get(name)
    if entry is None:
        return False
    paths = [part.partition("=")[2] for part in entry.identity]
    return any(not is_url(path) and Path(path).exists() for path in paths)


def _not_being_written(
    sessions: list[Session], request: BatchRequest, seen_s: float, memory: FileMemory
) -> list[Session]:
    """Look again at files that changed a moment ago; those that grow, or are recorded just now, are skipped."""
    recent = {
        file.path: file
        for one in sessions
        for file in one.all_files
        if file.mtime_s is not None and file.mtime_s > seen_s - RECENT_S and memory.sha256(file) is None
    }
    if not recent:
        return sessions
    from gaitpipe.app.radio_lock import what_is_recorded
    from gaitpipe.app.side_memory import state_folder

    request.wait(max(0.0, SECOND_LOOK_S - (time.time() - seen_s)))
    recorded = what_is_recorded(state_folder())
    growing = set()
    for path, file in recent.items():
        now = look(path)
        changed = now is None or (now.size, now.stamp) != (file.size, file.stamp)
        if changed or (recorded is not None and Path(path).parent == recorded and _is_open(Path(path))):
            growing.add(path)
    return [replace(one, problem=WRITTEN) if growing & {file.path for file in one.all_files} else one
            for one in sessions]  # fmt: skip


def _is_open(path: Path) -> bool:
    """Whether a recording has no end yet."""
    from gaitpipe.recording.framing import has_footer

    try:
        with path.open("rb") as file:
            return not has_footer(file, path.stat().st_size)
    except (OSError, RecordingError):
        return False
