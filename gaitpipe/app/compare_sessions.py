"""Sessions of one person compared: opens what was given, refuses what is no second session, and writes the results.

Rules
  1. Given are summaries, folders of an analysis, or gaitpipe's own recordings, which are analysed on the way.
  2. The same recording twice, by its content, is refused: its change is none. So is another person's (`force` lets it
     be shown, never judged).
  3. The reference is the first given, unless another is named, by its place as given (from 1) or its name.
  4. Sessions are shown in order of time where all of them know theirs, else as given.
  5. `comparison.csv` has a row a figure, side and session; `comparison.json` the same with the conditions;
     `comparison.html` is the page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gaitpipe import __version__
from gaitpipe.app.analyze import Analysis
from gaitpipe.app.file_kind import HEAD_BYTES, kind_of
from gaitpipe.app.inputs import Input, open_recording
from gaitpipe.app.outputs import make_folder
from gaitpipe.app.summary_file import SUMMARY, read_summary_file
from gaitpipe.app.summary_json import summary_text
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.exporters.atomic import write_atomic
from gaitpipe.exporters.cells import table_text
from gaitpipe.model import Placement
from gaitpipe.rehab.session_changes import Change, ComparedFigure, SessionComparison, compared_sessions
from gaitpipe.rehab.session_figures import SessionFigures, session_figures
from gaitpipe.report.sessions_words import letter

CSV_NAME, JSON_NAME, PAGE_NAME = "comparison.csv", "comparison.json", "comparison.html"
SCHEMA_VERSION = 1
ANALYSE = "`gaitpipe analyze RECORDING --out DIR` makes DIR/summary.json."
COLUMNS = (
    "metric", "label", "unit", "side", "session", "name", "recorded_utc", "is_reference", "strides", "value",
    "uncertainty", "sd", "session_mdc", "change", "change_pct", "change_mdc", "judgement", "reason",
)  # fmt: skip
JUDGEMENT_WORD = {"up": "real change up", "down": "real change down", "none": "no real change", "unsaid": "not judged"}


@dataclass(frozen=True)
class ComparedSessions:
    """A comparison, the names its sessions are told apart by, and what is to be said of the whole."""

    comparison: SessionComparison
    names: tuple[str, ...]
    notes: tuple[str, ...]


def open_figures(
    path: Path, analyse: Callable[[Input], Analysis], placement: Placement | None = None
) -> SessionFigures:
    """The figures of a summary, of a folder that holds one, or of a recording, which `analyse` analyses.

    Raises
    ------
    RecordingError
        It is none of these, or cannot be read.
    UsageError
        A placement for figures that are there already.
    """
    if path.is_dir() and not (path / SUMMARY).is_file():
        raise RecordingError(str(path), f"there is no {SUMMARY} in this folder", _near(path))
    if not path.is_dir() and _is_recording(path):
        analysis = analyse(open_recording(path, placement))
        return session_figures(json.loads(summary_text(analysis)), str(path))
    if placement is not None:
        raise UsageError("--placement changes nothing in figures that were made before", "Give the recording itself.")
    if path.suffix.lower() == ".csv":
        raise RecordingError(str(path), "is a table, without what a comparison needs", f"Give {SUMMARY}. {ANALYSE}")
    file, content = read_summary_file(path)
    return session_figures(content, str(file))


def _near(folder: Path) -> str:
    below = sorted(one.parent.name for one in folder.glob(f"*/{SUMMARY}"))
    return (
        f"Its folders hold some: give {', '.join(below[:4])}{' ...' if len(below) > 4 else ''}." if below else ANALYSE
    )


def _is_recording(path: Path) -> bool:
    if path.exists() and not path.is_file():
        raise RecordingError(str(path), "cannot be read: it is no file", "Give a file: not a pipe.")
    if path.suffix.lower() == ".mcap":
        return True  # a broken one is told as such, not as a summary
    try:
        with path.open("rb") as file:
            return kind_of(file.read(HEAD_BYTES)) == "recording"
    except OSError:
        return False  # the reader of summaries says why


def compare_given(sessions: Sequence[SessionFigures], reference: str | None, force: bool = False) -> ComparedSessions:
    """Compare sessions in the order they were given; see the rules above.

    Raises
    ------
    UsageError
        Fewer than two, the same one twice, another person's, or a reference that is none of them.
    """
    if len(sessions) < 2:
        raise UsageError("one session alone is no comparison", "Give two or more, of one person.")
    refuse_same(sessions)
    names = names_of(sessions)
    base = _reference(reference, sessions, names)
    notes = _persons(sessions, names, force)
    order = _order(sessions)
    if order is None:
        order = list(range(len(sessions)))
        notes.append("Not every session knows when it was recorded: they stand as they were given.")
    comparison = compared_sessions([sessions[place] for place in order], order.index(base))
    return ComparedSessions(comparison, tuple(names[place] for place in order), tuple(notes))


def refuse_same(sessions: Sequence[SessionFigures]) -> None:
    """Raise UsageError when two are of one recording: by content, or by all their figures where that is not known."""
    for place, one in enumerate(sessions):
        for other in sessions[:place]:
            if one.input_sha256 and other.input_sha256:
                same = one.input_sha256 == other.input_sha256
            else:
                same = bool(one.figures) and one.figures == other.figures
            if same:
                message = f"{other.file} and {one.file} are of the same recording: there is no change to be seen"
                raise UsageError(message, "Give another session.")


def names_of(sessions: Sequence[SessionFigures]) -> list[str]:
    """A name for each: the recording's, with the folder where that is not enough, with a number where neither is."""
    names = [one.name or Path(one.file).stem for one in sessions]
    if len(set(names)) < len(names):
        names = [
            _with_folder(name, one.file) if names.count(name) > 1 else name
            for name, one in zip(names, sessions, strict=True)
        ]
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _with_folder(name: str, file: str) -> str:
    folder = Path(file).resolve().parent.name
    return folder if name == "session" and folder else f"{folder}/{name}" if folder else name


def _reference(told: str | None, sessions: Sequence[SessionFigures], names: Sequence[str]) -> int:
    if told is None:
        return 0
    fitting = [place for place, name in enumerate(names) if told == name]
    fitting = fitting or [place for place, one in enumerate(sessions) if told == one.name]
    if not fitting and told.isdecimal() and 1 <= int(told) <= len(sessions):
        fitting = [int(told) - 1]
    if len(fitting) != 1:
        many = "is the name of several sessions" if fitting else "is none of the sessions"
        known = ", ".join(f"{place} ({name})" for place, name in enumerate(names, 1))
        raise UsageError(f"the reference '{told}' {many}", f"Give its place or its name: {known}.")
    return fitting[0]


def _persons(sessions: Sequence[SessionFigures], names: Sequence[str], force: bool) -> list[str]:
    """Refuse sessions of several persons; returns what is to be said where their names are not all known."""
    athletes = {one.athlete for one in sessions if one.athlete}
    if len(athletes) > 1:
        told = ", ".join(f"{name}: {one.athlete or 'not known'}" for name, one in zip(names, sessions, strict=True))
        if not force:
            message = f"these are sessions of several persons ({told})"
            raise UsageError(message, "A change is told of one person. With --force they are shown, and not judged.")
        return [f"These are sessions of several persons ({told}): a difference is no change."]
    if athletes and all(one.athlete for one in sessions):
        return []
    return ["The files do not all say whose they are: make sure that all are of one person."]


def _order(sessions: Sequence[SessionFigures]) -> list[int] | None:
    """Places in order of time; None where a time is missing."""
    times = [_moment(one.recorded_utc) for one in sessions]
    known = [time for time in times if time is not None]
    if len(known) < len(times):
        return None
    return sorted(range(len(sessions)), key=lambda place: known[place])


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def sessions_content(found: ComparedSessions) -> dict[str, Any]:
    """The content of `comparison.json`, ready for `json.dumps`; null is not known, never 0."""
    comparison = found.comparison
    content = {
        "schema_version": SCHEMA_VERSION,
        "kind": "sessions",
        "software": {"name": "gaitpipe", "version": __version__},
        "reference": letter(comparison.reference),
        "sessions": [_session(found, place) for place in range(len(comparison.sessions))],
        "figures": [_figure(figure) for figure in comparison.figures],
        "judged": comparison.judged,
        "notes": list(found.notes),
    }
    return dict(_sound(content))


def _sound(content: Any) -> Any:
    """The content with texts that can be written: what is no valid text (a file name that is not UTF-8) is replaced."""
    if isinstance(content, dict):
        return {key: _sound(one) for key, one in content.items()}
    if isinstance(content, list):
        return [_sound(one) for one in content]
    return content.encode("utf-8", "replace").decode() if isinstance(content, str) else content


def _session(found: ComparedSessions, place: int) -> dict[str, Any]:
    one = found.comparison.sessions[place]
    return {
        "session": letter(place),
        "name": found.names[place],
        "file": one.file,
        "input_sha256": one.input_sha256 or None,
        "recorded_utc": one.recorded_utc,
        "synthetic": one.synthetic,
        "athlete": one.athlete or None,
        "mode": one.mode or None,
        "context": asdict(one.context),
        "placement": {side: sensor.placement for side, sensor in one.sensors.items()},
        "software_version": one.software_version or None,
        "parameter_hash": one.parameter_hash or None,
        "conditions": [
            {"code": condition.code, "obstacle": condition.obstacle, "text": condition.text}
            for condition in found.comparison.conditions[place]
        ],
    }


def _figure(figure: ComparedFigure) -> dict[str, Any]:
    return {
        "key": figure.key,
        "label": figure.label,
        "unit": figure.unit,
        "side": figure.side,
        "values": [None if one is None else asdict(one) for one in figure.values],
        "changes": [None if change is None else _change(change) for change in figure.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "change": change.change,
        "change_pct": change.change_pct,
        "mdc": change.mdc,
        "judgement": JUDGEMENT_WORD[change.judgement],
        "reason": change.reason or None,
    }


def sessions_csv(found: ComparedSessions) -> str:
    """The text of `comparison.csv`: a row a figure, side and session, in the unit of the column `unit`."""
    return table_text(COLUMNS, [row for figure in found.comparison.figures for row in _rows(found, figure)])


def _rows(found: ComparedSessions, figure: ComparedFigure) -> list[tuple[Any, ...]]:
    rows = []
    for place, value in enumerate(figure.values):
        change = figure.changes[place]
        numbers = (value.n, value.mean, value.uncertainty, value.sd, value.mdc) if value is not None else (None,) * 5
        judged: tuple[Any, ...] = (None, None, None, None, None)
        if change is not None:
            word = JUDGEMENT_WORD[change.judgement]
            judged = (change.change, change.change_pct, change.mdc, word, change.reason or None)
        session = found.comparison.sessions[place]
        head = (figure.key, figure.label, figure.unit, figure.side, letter(place), found.names[place])
        rows.append((*head, session.recorded_utc, change is None, *numbers, *judged))
    return rows


def write_sessions(found: ComparedSessions, folder: Path) -> list[Path]:
    """Write the table, the data and the page into a folder, each whole or not there; the page comes last.

    Raises
    ------
    RecordingError
        The folder cannot be written to.
    """
    from gaitpipe.report.sessions_page import render_sessions

    folder = make_folder(folder)
    page = render_sessions(found.comparison, found.names, found.notes, __version__)
    data = json.dumps(sessions_content(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    written = []
    for name, content in ((CSV_NAME, sessions_csv(found)), (JSON_NAME, data), (PAGE_NAME, page)):
        write_atomic(folder / name, content)
        written.append(folder / name)
    return written
