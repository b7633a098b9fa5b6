"""Opens a `summary.json`: of its own path, or of the folder of an analysis that holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gaitpipe.app.file_kind import other_kind
from gaitpipe.errors import RecordingError

LARGEST_BYTES = 50_000_000
SUMMARY = "summary.json"
ADVICE = "Give the summary.json of `gaitpipe analyze`."


def read_summary_file(path: Path) -> tuple[Path, Mapping[str, Any]]:
    """The file and its content; what the content means is for its readers to check.

    Raises
    ------
    RecordingError
        There is none, it cannot be read, or it is of another kind.
    """
    file = path / SUMMARY if path.is_dir() else path
    try:
        other = other_kind(file, "summary")
        if other is not None:
            raise RecordingError(str(file), *other)
        if file.stat().st_size > LARGEST_BYTES:
            raise RecordingError(str(file), "is too large for a summary", ADVICE)
        content = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        advice = "`gaitpipe analyze RECORDING --out DIR` writes DIR/summary.json."
        raise RecordingError(str(file), "there is no such file", advice) from None
    except OSError as error:
        raise RecordingError(str(file), f"cannot be read: {error.strerror}", "Check the name.") from None
    except (ValueError, RecursionError):
        raise RecordingError(str(file), "is no JSON", ADVICE) from None
    if not isinstance(content, Mapping):
        raise RecordingError(str(file), "is no summary of a session", ADVICE)
    return file, content
