"""Files that belong together because a program writes one a sensor: they stand in one folder and differ in one word."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from gaitpipe.errors import RecordingError
from gaitpipe.model import Finding


def beside(path: Path, word: re.Pattern[str], other: re.Pattern[str]) -> tuple[Path, ...]:
    """The files beside `path` that are named like it with `other` in place of its last `word`; () if there are none.

    What follows the word may differ (such as a rate), unless one file is the same there too: then it is that one alone.
    """
    found = list(word.finditer(path.name))
    if not found:
        return ()
    before, after = path.name[: found[-1].start()], path.name[found[-1].end() :]
    matches = []
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return ()
    for name in names:
        match = other.match(name, len(before)) if name.startswith(before) else None
        if match and name != path.name and Path(name).suffix.lower() == path.suffix.lower():
            matches.append((name[match.end() :] == after, path.with_name(name)))
    same = tuple(file for alike, file in matches if alike)
    return same or tuple(file for _alike, file in matches)


def only_one(files: tuple[Path, ...], path: Path, findings: list[Finding]) -> Path | None:
    """The gyroscope's file beside an accelerometer's; its absence is told.

    Raises
    ------
    RecordingError
        There are several.
    """
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        message = f"several files beside it may be its gyroscope's: {names[:300]}"
        raise RecordingError(str(path), message, "Leave one of them in the folder.")
    if not files:
        message = f"{path.name}: no file of the gyroscope beside it; the accelerometer was read alone."
        advice = "Put it into the same folder under the name that the program gave it."
        findings.append(Finding("companion_missing", "info", message, advice))
        return None
    return files[0]


def wrong_part(path: Path, part: str, others: tuple[Path, ...], wanted: str) -> RecordingError:
    """The error for a part that was given in place of the file that it belongs to."""
    names = f": {others[0].name}" if others else ""
    return RecordingError(str(path), f"this is only the {part} of a session", f"Give the {wanted}'s file{names}.")


def joined_sha256(*digests: str) -> str:
    """One digest for files that are read as one; that of a single file stays as it is."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
