"""A batch: many sessions, found, planned, analysed by workers and written down; one bad file never stops it.

Order of a run
  1. Files are looked for and each session is decided about (`batch.plan`); then the folder of the results is locked.
  2. What needs no work is written into the ledger at once. Workers do the rest; each session has its line in the ledger
     before the next event is told.
  3. Whatever ends the run (all done, Ctrl-C, the first failure, lost workers), `failed.csv` and the cohort table are
     written, and what was learned of the files is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gaitpipe.app.batch_cohort import update_cohort
from gaitpipe.app.batch_plan import BatchRequest, Planned, plan_batch
from gaitpipe.app.batch_work import job_of, work
from gaitpipe.batch import lock
from gaitpipe.batch.content import FileMemory, code_fingerprint, file_sha256
from gaitpipe.batch.executors import Executor, Inline, WorkerDiedError, WorkersLostError
from gaitpipe.batch.jobs import (
    DEFECT,
    INTERRUPTED,
    KILLED,
    LEDGER_NAME,
    LOST,
    REPORT_NAME,
    RESULTS,
    STATE,
    STILL_WRITTEN,
    STRIDES_NAME,
    SUMMARY_NAME,
    FoundFile,
    Session,
    Status,
    content_of,
)
from gaitpipe.batch.ledger import Entry, Ledger, write_failed
from gaitpipe.batch.plan import Decision, key_of, options_digest
from gaitpipe.batch.run import Run, Stopper
from gaitpipe.batch.storage import LocalStorage, RemoteStorage, as_path, is_url, storage_of
from gaitpipe.errors import counted

Tell = Callable[[Mapping[str, Any]], None]
SHOWN_SAME = 3
GOOD = ("ok", "unchanged")
EXIT_SOME_FAILED, EXIT_ALL_FAILED, EXIT_INTERRUPTED = 3, 1, 130


@dataclass(slots=True)
class BatchResult:
    """How a run ended: counts by what became of sessions, entries of this run, and why it ended early if it did."""

    counts: dict[str, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    interrupted: bool = False
    lost: WorkersLostError | None = None

    @property
    def exit_code(self) -> int:
        """0 all is well, 3 some sessions failed, 1 all of them or the workers were lost, 130 interrupted."""
        if self.interrupted:
            return EXIT_INTERRUPTED
        failed = self.counts["failed"] + self.counts["failed_before"]
        if self.lost is not None:
            return EXIT_ALL_FAILED
        if not failed:
            return 0
        return EXIT_SOME_FAILED if self.counts["ok"] + self.counts["unchanged"] else EXIT_ALL_FAILED


def run_batch(request: BatchRequest, tell: Tell, stopper: Stopper | None = None) -> BatchResult:
    """Do a batch; `tell` gets what happens, as plain values: `planned`, `ended` for each session, `finished`.

    Raises
    ------
    UsageError
        There is nothing to do, or something was asked for that does not go together.
    ManifestError
        The manifest has faults.
    GaitpipeError
        The folder of the results is used by another run or cannot be written to, or the workers cannot be used.
    """
    looked = plan_batch(request)
    storage = storage_of(request.out)
    planned = looked.decided(storage, code_fingerprint())
    with lock.hold(storage) as renew:
        if storage.size(LEDGER_NAME) != planned.ledger.size:  # another run ended meanwhile
            planned = looked.decided(storage, code_fingerprint())
        batch = _Batch(request, storage, planned, tell, renew)
        batch.run(stopper or Stopper())
    return batch.result


def dry_run(request: BatchRequest) -> Planned:
    """What a run would do; nothing is written and nothing locked.

    Raises
    ------
    UsageError, ManifestError
        As in `run_batch`.
    """
    return plan_batch(request).decided(storage_of(request.out), code_fingerprint())


class _Batch:
    """One run: its counts, its ledger and what is told."""

    def __init__(
        self,
        request: BatchRequest,
        storage: LocalStorage | RemoteStorage,
        planned: Planned,
        tell: Tell,
        renew: Callable[[], None],
    ) -> None:
        self._request = request
        self._storage = storage
        self._planned = planned
        self._tell = tell
        self._renew = renew
        self._memory: FileMemory = planned.memory
        self._ledger: Ledger = planned.ledger
        self._done_bytes = 0
        self.result = BatchResult(dict.fromkeys(("ok", "unchanged", "failed", "failed_before", "skipped", "left"), 0))

    def run(self, stopper: Stopper) -> None:
        stopper.begun = True
        work_to_do = [decision for decision in self._planned.decisions if decision.works]
        self._tell(self._planned.told())
        with ExitStack() as stack:
            # workers that cannot be had are told before anything is written
            executor = stack.enter_context(make_executor(self._request, len(work_to_do))) if work_to_do else None
            try:
                self._at_once()
                self._memory.save(self._storage)
                stop_now = self._request.fail_fast and self.result.counts["failed"] > 0
                if executor is not None and not stop_now:
                    self._work(executor, work_to_do, stopper)
            finally:
                self._finish()
        given_up = any(entry.code == INTERRUPTED for entry in self.result.entries)
        self.result.interrupted = stopper.asked > 0 and (given_up or self.result.counts["left"] > 0)
        if executor is not None and executor.died:
            text = f"{counted(executor.died, 'worker')} died; others took their place and tried their files again"
            self._tell({"event": "warning", "session": "", "reason": text})
        self._tell({"event": "finished", **self.result.counts, "exit_code": self.result.exit_code})

    def _at_once(self) -> None:
        """Write down what needs no worker."""
        now = _utc(datetime.now(UTC))
        for name, problem in self._planned.problems:
            self._add(Entry("", (name,), "failed", now, problem.reason, problem.advice, problem.code))
        for file, problem in self._planned.skipped:
            self._add(Entry("", (file.path,), "skipped", now, problem.reason, problem.advice, problem.code))
        for decision in self._planned.decisions:
            session, entry = decision.session, decision.entry
            if decision.action == "unusable" and session.problem is not None:
                problem = session.problem
                status: Status = "skipped" if problem.code == STILL_WRITTEN else "failed"
                told = self._entry(session, status, now, problem.reason, problem.advice, problem.code)
                self._add(told)
            elif decision.action in ("unchanged", "failed_before") and entry is not None:
                status = "unchanged" if decision.action == "unchanged" else "failed"
                self._add(_again(entry, session, status, now), decision.action)
            elif decision.action == "left":
                self.result.counts["left"] += 1

    def _work(self, executor: Executor, decisions: list[Decision], stopper: Stopper) -> None:
        request = self._request
        arguments = (
            job_of(
                decision.session,
                out=self._storage.spec,
                reports=request.reports,
                memory_bytes=None if request.workers == 0 else request.memory_bytes,  # this process holds more
                known_content=decision.known_content,
            )
            for decision in decisions
        )
        run: Run[Decision] = Run(executor, work, self._ended, stopper)
        not_done = run.run(zip(decisions, arguments, strict=True))
        self.result.lost = run.lost
        now, advice = _utc(datetime.now(UTC)), "Run the same command again."
        reason, code = ("lost with its workers", LOST) if run.lost else ("given up when it was stopped", INTERRUPTED)
        for decision in not_done:
            if decision in run.unfinished:
                self._add(self._entry(decision.session, "skipped", now, reason, advice, code))
            else:
                self.result.counts["left"] += 1

    def _ended(self, decision: Decision, told: Any, error: Exception | None) -> bool:
        """Write down what became of a session; whether the run goes on."""
        session = decision.session
        if error is not None:
            told = self._of_error(session, error)
        by_path = {file.path: file for file in session.all_files}
        status: Status = "unchanged" if told["status"] == "same" else told["status"]
        if told.get("code") != STILL_WRITTEN:
            for path, sha256 in told["digests"].items():
                self._memory.learn(by_path[path], sha256=sha256)
        if status == "ok" and self._hidden(session):
            told |= {"reason": "its results are not in the folder of this machine", "code": "not_seen", "passing": True}
            told["advice"] = "The worker's machine does not share it: name a folder or URL with --out that all see."
            status = "failed"
        if status == "failed" and not told["written"]:
            self._remove_results(session)
        if "traceback" in told:
            self._storage.write(f"{STATE}/defects/{session.name}.log", told["traceback"].encode("utf-8", "replace"))
        started = _utc(datetime.now(UTC) - timedelta(seconds=told["seconds"]))
        entry = self._entry(
            session, status, started, told.get("reason", ""), told.get("advice", ""), told.get("code", ""),
            told=told,
        )  # fmt: skip
        if status == "unchanged" and decision.entry is not None:
            entry = _again(decision.entry, session, "unchanged", started)
        self._done_bytes += session.size
        self._add(entry)
        self._renew()
        return not (self._request.fail_fast and status == "failed")

    def _of_error(self, session: Session, error: Exception) -> dict[str, Any]:
        """What is told of a session whose worker told nothing."""
        told: dict[str, Any] = {"status": "failed", "digests": {}, "seconds": 0.0, "written": False}
        if isinstance(error, WorkerDiedError):
            digests = {file.path: digest for file in session.all_files if (digest := _digest(file))}
            return told | {"code": KILLED, "reason": error.message, "advice": error.advice, "digests": digests}
        advice = "This is a defect of gaitpipe, or of a worker: report it."
        return told | {"code": DEFECT, "reason": f"unexpected {type(error).__name__}: {error}", "advice": advice,
                       "passing": True}  # fmt: skip

    def _entry(
        self, session: Session, status: Status, started_utc: str, reason: str, advice: str, code: str,
        told: Mapping[str, Any] | None = None,
    ) -> Entry:  # fmt: skip
        told = told or {}
        options, program = options_digest(session), code_fingerprint()
        content = content_of(told.get("digests", {}), session) or ""
        keeps = bool(content) and status in ("ok", "failed") and not told.get("passing")
        return Entry(
            session.name,
            tuple(file.path for file in session.all_files),
            status,
            started_utc,
            reason,
            advice,
            code,
            float(told.get("seconds", 0.0)),
            str(told.get("worker", "")),
            int(told.get("warnings", 0)),
            key_of(content, options, program) if keeps else "",
            content,
            options,
            program,
            session.identity,
            session.athlete,
            str(told.get("format", "")),
        )

    def _add(self, entry: Entry, counted_as: str = "") -> None:
        self._ledger.add(entry)
        self.result.entries.append(entry)
        self.result.counts[counted_as or entry.status] += 1
        self._tell({"event": "ended", **entry.public(), "bytes_done": self._done_bytes})

    def _kept(self) -> list[Entry]:
        """Entries of earlier runs whose sessions this run did not come to: their results stand, and keep their rows."""
        told = {entry.session for entry in self.result.entries}
        return [one.entry for one in self._planned.decisions if one.entry is not None and one.session.name not in told]

    def _hidden(self, session: Session) -> bool:
        """Whether a worker's results cannot be seen here."""
        storage = self._storage
        if not isinstance(storage, LocalStorage) or self._request.dask in (None, "local"):
            return False
        return not (storage.folder / RESULTS / session.name / SUMMARY_NAME).is_file()

    def _remove_results(self, session: Session) -> None:
        """Take away what an earlier analysis left: nobody shall read it as this one's."""
        for name in (SUMMARY_NAME, REPORT_NAME, STRIDES_NAME):
            self._storage.remove(f"{RESULTS}/{session.name}/{name}")

    def _finish(self) -> None:
        self._storage.flush()
        write_failed(self._storage, self.result.entries)
        good = [entry for entry in (*self.result.entries, *self._kept()) if entry.session and entry.status in GOOD]
        with_rows = {entry.session for entry in good}
        told = [one.session for one in self._planned.decisions if one.session.name in with_rows]
        for session, reason in _same_recordings(told, self._memory):
            self._tell({"event": "warning", "session": session, "reason": reason})
        names = {one.session.name: "; ".join(file.name for file in one.session.files.values())
                 for one in self._planned.decisions}  # fmt: skip
        for session, reason in update_cohort(self._storage, good, names):
            self._tell({"event": "warning", "session": session, "reason": f"not in the cohort table: {reason}"})
        self._memory.save(self._storage)


def make_executor(request: BatchRequest, jobs: int) -> Executor:
    """The workers that a request asks for.

    Raises
    ------
    UsageError
        They cannot see the files.
    GaitpipeError
        They cannot be used.
    """
    from gaitpipe.batch.processes import LocalProcesses, default_workers

    count = default_workers() if request.workers is None else request.workers
    if request.dask is not None:
        from gaitpipe.batch.dask_workers import DaskWorkers

        return DaskWorkers(request.dask, max(1, count))
    if count == 0:
        return Inline()
    return LocalProcesses(min(count, jobs), request.memory_bytes)


def _again(entry: Entry, session: Session, status: Status, now: str) -> Entry:
    """An earlier entry told again: nothing was computed."""
    files = tuple(file.path for file in session.all_files)
    return replace(entry, files=files, status=status, started_utc=now, seconds=0.0, worker="", tried=False,
                   identity=session.identity)  # fmt: skip


def _same_recordings(sessions: Iterable[Session], memory: FileMemory) -> list[tuple[str, str]]:
    """Sessions that have a file of samples in common: (the first, what is to be said)."""
    names: dict[tuple[str, ...], list[str]] = {}
    for session in sessions:
        sensors = [str(session.options.get(name, "")) for name in ("left_sensor", "right_sensor")]
        for sha256 in {memory.sha256(file) for file in session.files.values()} - {None}:
            names.setdefault((str(sha256), *sensors), []).append(session.name)
    groups = dict.fromkeys(tuple(same) for same in names.values() if len(same) > 1)
    return [(first, _same_words(others)) for first, *others in groups]


def _same_words(others: Sequence[str]) -> str:
    more = f" and {len(others) - SHOWN_SAME} more" if len(others) > SHOWN_SAME else ""
    shown = ", ".join(others[:SHOWN_SAME])
    return f"holds the same samples as {shown}{more}: the cohort table counts them more than once. Take copies away."


def _digest(file: FoundFile) -> str:
    """A digest of a file whose worker died: what is under a URL is known by its stamp only."""
    if is_url(file.path):
        return f"stamp {file.stamp}"
    try:
        return file_sha256(as_path(file.path))
    except OSError:
        return ""


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
