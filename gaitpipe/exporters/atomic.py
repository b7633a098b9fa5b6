"""Files that are whole or not there at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gaitpipe.errors import RecordingError


def write_atomic(path: Path | str, data: bytes | str | Iterable[str]) -> None:
    """Write a file under another name, force it to disk, then give it its name; text becomes UTF-8 as it is.

    What is no letter, as in a file name that is no UTF-8, becomes a question mark. Text may come in pieces, so that a
    long one never stands in memory as a whole.

    Raises
    ------
    RecordingError
        The file cannot be written; what stood under `path` before is untouched.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            for piece in (data,) if isinstance(data, bytes | str) else data:
                file.write(piece.encode("utf-8", "replace") if isinstance(piece, str) else piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        advice = "Check that the folder exists, its permissions and the free space, or take another folder."
        raise RecordingError(str(path), f"cannot be written: {error.strerror}", advice) from error
    finally:
        with suppress(OSError):  # on a read-only disk even taking away what is not there fails
            temporary.unlink(missing_ok=True)
