"""What tests of importers do again and again: read a file whole, list what was found, see a file refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gaitpipe.errors import RecordingError
from gaitpipe.importers import read
from gaitpipe.model import Recording, SampleBlock, Side


def load(path: Path, side: Side = "left", **others: Any) -> tuple[Recording, list[SampleBlock]]:
    """The recording and all its blocks."""
    recording = read(path, side, "foot", **others)
    return recording, list(recording.blocks)


def codes(recording: Recording) -> list[str]:
    return [found.code for found in recording.findings]


def assert_refused(path: Path, words: str, **others: Any) -> RecordingError:
    """The file is refused with these words, its path and advice; gives the error."""
    with pytest.raises(RecordingError, match=words) as caught:
        load(path, **others)
    assert str(path) in caught.value.message, caught.value.message
    assert caught.value.advice, f"no advice: {caught.value.message}"
    return caught.value
