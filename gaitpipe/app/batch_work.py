"""What a worker does with one session: fetch, read, analyse, write, and tell what became of it in plain values.

Nothing that is wrong with a file leaves this function as an exception: it comes back as a code, a reason and advice.
"""

from __future__ import annotations

import errno
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gaitpipe.batch import worker
from gaitpipe.batch.content import code_fingerprint, file_sha256
from gaitpipe.batch.finding import look
from gaitpipe.batch.jobs import (
    DEFECT,
    MEMORY,
    REPORT_NAME,
    RESULTS,
    STILL_WRITTEN,
    STRIDES_NAME,
    SUMMARY_NAME,
    FoundFile,
    Role,
    Session,
    content_of,
)
from gaitpipe.batch.storage import LocalStorage, RemoteStorage, file_system, is_url, remote_errors, storage_of
from gaitpipe.errors import AnalysisError, GaitpipeError, RecordingError, UsageError

if TYPE_CHECKING:
    from gaitpipe.app.analyze import Analysis
    from gaitpipe.app.inputs import SessionFiles

WRITTEN_ADVICE = "Run the same command again when it is finished."
_ONE_AT_A_TIME = threading.Lock()
"""Dask workers may have several threads; the bound on memory and drawing are of the whole process."""
SIDE_ADVICE = (
    "Put left or right into its name, one file of each to a session, or write it into a manifest: under left or right, "
    "its sensors under left_sensor, right_sensor."
)
MEMORY_ADVICE = "Give each worker more with --memory, or cut the recording into shorter ones."


class _NotSeenError(RecordingError):
    """The worker's machine has not this file."""


class _OtherProgramError(UsageError):
    """The worker has another version of the program."""


class _ChangedError(Exception):
    """A file is not any more what was planned with."""


def job_of(
    session: Session, *, out: str, reports: bool, memory_bytes: int | None, known_content: str = ""
) -> dict[str, Any]:
    """A session as plain values that any worker understands."""
    files = {role: [file.path, file.size, file.stamp] for role, file in session.files.items()}
    return {
        "session": session.name,
        "files": files,
        "companions": [[file.path, file.size, file.stamp] for file in session.companions],
        "options": dict(session.options),
        "out": out,
        "reports": reports,
        "memory_bytes": memory_bytes,
        "known_content": known_content,
        "program": code_fingerprint(),
    }


def work(job: Mapping[str, Any]) -> dict[str, Any]:
    """Do one session; `job` is what `job_of` gives.

    Returns
    -------
    dict
        `status` (`ok`, `failed`, `skipped`, `same` when the content is the known one), `code`, `reason`, `advice`,
        `passing` (another try may go well), `written`, `warnings`, `format`, `digests` (path -> SHA-256), `seconds`,
        `worker`, `resident_bytes`, and `traceback` of a defect.
    """
    with _ONE_AT_A_TIME:
        return _work(job)


def _work(job: Mapping[str, Any]) -> dict[str, Any]:
    begun = time.perf_counter()
    told: dict[str, Any] = {"digests": {}, "warnings": 0, "written": False, "format": ""}
    try:
        with worker.memory_bound(job["memory_bytes"]):
            _do(job, told)
    except Exception as error:  # noqa: BLE001 (one bad file never stops the run)
        told |= _failure(_what_happened(error, job), job, told.pop("writing", False))
    told.pop("writing", None)
    told["seconds"] = round(time.perf_counter() - begun, 3)
    told |= {"worker": worker.worker_name(), "resident_bytes": worker.resident_bytes()}
    return told


def _do(job: Mapping[str, Any], told: dict[str, Any]) -> None:
    if job["program"] != code_fingerprint():
        message = f"worker {worker.worker_name()} runs gaitpipe {code_fingerprint()}, not {job['program']}"
        raise _OtherProgramError(message, "Install the same software on all machines.")
    session = _session(job)
    _check_there(session)
    with _fetched(session) as paths:
        told["digests"] = {path: file_sha256(local) for path, local in paths.items()}
        if job["known_content"] and content_of(told["digests"], session) == job["known_content"]:
            told |= {"status": "same"}
            return
        analysis = _analysed(session, paths, told)
    _check_unchanged(session)
    told["writing"] = True
    _write(job, analysis, told)
    errors = analysis.errors
    told["warnings"] = sum(finding.severity == "warning" for finding in analysis.result.findings)
    told["status"] = "failed" if errors else "ok"
    if errors:
        reason = " ".join(dict.fromkeys(finding.message for finding in errors))
        advice = " ".join(dict.fromkeys(finding.advice for finding in errors if finding.advice))
        advice = f"{advice} The files were written and say so.".strip()
        told |= {"code": errors[0].code, "reason": reason, "advice": advice}


def _session(job: Mapping[str, Any]) -> Session:
    roles: Mapping[Role, Any] = job["files"]
    files = {role: FoundFile(path, path, size, stamp) for role, (path, size, stamp) in roles.items()}
    companions = tuple(FoundFile(path, path, size, stamp) for path, size, stamp in job["companions"])
    return Session(job["session"], files, companions, job["options"])


def _check_there(session: Session) -> None:
    for file in session.all_files:
        if not is_url(file.path) and not Path(file.path).exists():
            advice = "It was moved, or the worker's machine does not share the folder: use a path or URL that all see."
            raise _NotSeenError(file.path, f"worker {worker.worker_name()} cannot see this file", advice)


def _check_unchanged(session: Session) -> None:
    for file in session.all_files:
        now = look(file.path)
        if file.stamp and (now is None or (now.size, now.stamp) != (file.size, file.stamp)):
            raise _ChangedError


@contextmanager
def _fetched(session: Session) -> Iterator[dict[str, Path]]:
    """Local paths of all files; what lies under a URL is copied beside each other and taken away again."""
    remote = [file for file in session.all_files if is_url(file.path)]
    local = {file.path: Path(file.path) for file in session.all_files if not is_url(file.path)}
    if not remote:
        yield local
        return
    with tempfile.TemporaryDirectory(prefix="gaitpipe-") as place:
        folders: dict[str, Path] = {}
        for file in remote:
            folder, _, name = file.path.rpartition("/")
            target = folders.setdefault(folder, Path(place) / str(len(folders))) / name
            target.parent.mkdir(exist_ok=True)
            fs, inside = file_system(file.path)
            with remote_errors(file.path, "fetched"):
                fs.get_file(inside, str(target))
            local[file.path] = target
        yield local


def _analysed(session: Session, paths: Mapping[str, Path], told: dict[str, Any]) -> Analysis:
    from gaitpipe.app.analyze import analyze_input, refuse_wrong_units
    from gaitpipe.app.inputs import open_session
    from gaitpipe.app.run_context import context_metadata

    options = session.options
    context = context_metadata(
        options.get("surface"), options.get("shoe"), options.get("shoe_drop_mm"), options.get("incline_pct")
    )
    files = _session_files(session, paths)
    told["format"] = _format(files)
    analysis = analyze_input(
        open_session(files),
        options.get("belt_speed_m_s"),
        None,
        options.get("height_m"),
        context,
        tap_sync=bool(options.get("tap_sync")),
    )
    refuse_wrong_units(analysis)
    return analysis


def _session_files(session: Session, paths: Mapping[str, Path]) -> SessionFiles:
    from gaitpipe.app.inputs import SessionFiles
    from gaitpipe.importers import ReadOptions, column_names

    options = session.options
    columns = column_names(options["columns"]) if options.get("columns") else None
    places = {role: paths[file.path] for role, file in session.files.items()}
    return SessionFiles(
        places.get("recording"),
        places.get("left"),
        places.get("right"),
        options.get("left_sensor", ""),
        options.get("right_sensor", ""),
        options.get("placement"),
        options.get("format", ""),
        ReadOptions(options.get("acc_unit"), options.get("gyr_unit"), options.get("rate_hz"), columns),
    )


def _format(files: SessionFiles) -> str:
    """What the files are called as a format, for the cohort table."""
    from gaitpipe import importers
    from gaitpipe.app.inputs import is_own_recording

    path = next(Path(str(one)) for one in (files.recording, files.left, files.right) if one is not None)
    if files.recording is not None and (path.suffix.lower() == ".mcap" or is_own_recording(path)):
        return "mcap"
    return importers.find_importer(path, files.importer, files.options).name


def _write(job: Mapping[str, Any], analysis: Analysis, told: dict[str, Any]) -> None:
    """Write the results; the summary comes last: where it stands, the others do too."""
    from gaitpipe.app.summary_json import summary_text
    from gaitpipe.exporters.strides_csv import strides_csv_text

    report = None
    if job["reports"]:
        from gaitpipe.app.outputs import report_input
        from gaitpipe.report.html import render_html

        report = render_html(report_input(analysis))
    storage: LocalStorage | RemoteStorage = storage_of(job["out"])
    folder = f"{RESULTS}/{job['session']}"
    storage.clear_leftovers(folder)
    storage.write(f"{folder}/{STRIDES_NAME}", strides_csv_text(analysis.result.strides).encode("utf-8", "replace"))
    if report is None:
        storage.remove(f"{folder}/{REPORT_NAME}")  # one of an earlier analysis must not stand for this one
    else:
        storage.write(f"{folder}/{REPORT_NAME}", report.encode("utf-8", "replace"))
    storage.write(f"{folder}/{SUMMARY_NAME}", summary_text(analysis).encode("utf-8", "replace"))
    told["written"] = True


def _what_happened(error: Exception, job: Mapping[str, Any]) -> Exception:
    """The error; where the files changed meanwhile, that is what happened."""
    if isinstance(error, _NotSeenError | _OtherProgramError):
        return error
    try:
        _check_unchanged(_session(job))
    except _ChangedError as changed:
        return changed
    except Exception:  # noqa: BLE001 (the first error says more)
        return error
    return error


def _failure(error: Exception, job: Mapping[str, Any], writing: bool) -> dict[str, Any]:
    """What is told of an error: a code for programs, a reason and advice for people, and whether it may pass."""
    if isinstance(error, _ChangedError):
        return {"status": "skipped", "code": STILL_WRITTEN, "reason": "still being written", "advice": WRITTEN_ADVICE,
                "passing": True}  # fmt: skip
    told: dict[str, Any] = {"status": "failed", "passing": False, "advice": ""}
    if _lacks_memory(error):
        bound = job["memory_bytes"]
        limit = f" than the {bound / 1e9:g} GB a worker may have" if bound else " than there is"
        return told | {"code": MEMORY, "reason": f"needs more memory{limit}", "advice": MEMORY_ADVICE}
    if isinstance(error, GaitpipeError):
        code = "output" if writing else _code(error)
        passing = code in ("output", "unreadable", "not_seen", "other_program")
        own = any(path.lower().endswith(".mcap") for path, _size, _stamp in job["files"].values())
        advice = SIDE_ADVICE if "--left" in error.advice and not own else error.advice  # an option of one file only
        return told | {"code": code, "reason": error.message, "advice": advice, "passing": passing}
    if isinstance(error, OSError):
        reason = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        advice = "Check permissions, free space and the disk; the next run tries again."
        return told | {"code": "unreadable", "reason": reason, "advice": advice, "passing": True}
    reason = f"unexpected {type(error).__name__}: {str(error)[:300]}"
    advice = "This is a defect of gaitpipe: report it with the traceback in the folder .gaitpipe of the results."
    return told | {"code": DEFECT, "reason": reason, "advice": advice, "traceback": traceback.format_exc()}


def _lacks_memory(error: BaseException | None) -> bool:
    """Whether memory was short, in whatever words: files are opened and libraries loaded with memory too."""
    while error is not None:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if isinstance(error, ImportError) and "map segment" in str(error):
            return True
        if isinstance(error, SystemError) and "without exception set" in str(error):
            return True  # Python itself found none, in the middle of an import
        error = error.__cause__
    return False


def _code(error: GaitpipeError) -> str:
    if isinstance(error, _NotSeenError):
        return "not_seen"
    if isinstance(error, _OtherProgramError):
        return "other_program"
    if isinstance(error.__cause__, OSError) and not isinstance(error, AnalysisError):
        return "unreadable"
    if isinstance(error, AnalysisError):
        return "wrong_units"
    if isinstance(error, RecordingError):
        return "bad_file"
    return "not_said" if isinstance(error, UsageError) else "error"
