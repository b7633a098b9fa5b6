"""Reads FIT files of watches: the messages that are asked for, as columns of numbers.

The whole file is checked by its own checksum first. Developer fields (of apps and pods, without a common meaning) are
counted and left out.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gaitpipe.errors import RecordingError
from gaitpipe.importers._extras import needed
from gaitpipe.importers._text import read_bytes
from gaitpipe.model import FloatArray

MAX_FILE_BYTES = 64 * 2**20
MAX_MESSAGES = 2_000_000
FIT_EPOCH_UNIX_S = 631_065_600
"""FIT counts seconds from the last day of 1989, UTC; smaller numbers than 0x10000000 count from switching on."""
FIRST_TRUE_TIME = 0x10000000
FILE_ID, RECORD, GYROSCOPE, ACCELEROMETER = 0, 20, 164, 165
_ADVICE = "Copy the original file from the watch, or download it from its service, again."


@dataclass(slots=True)
class FitMessages:
    """Messages of one kind: `rows` are their fields by name, `unix_s` (n,) their times, NaN without one."""

    unix_s: list[float] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def column(self, name: str) -> FloatArray:
        """One field (n,), NaN where a message does not have it as a number."""
        values = [row.get(name) for row in self.rows]
        told = [float(value) if isinstance(value, int | float) else np.nan for value in values]
        return np.array(told, dtype=np.float64)


@dataclass(slots=True)
class FitFile:
    """What was asked for of a FIT file, by message number; and how many developer fields were left out."""

    sha256: str
    messages: dict[int, FitMessages]
    device: str = ""
    developer_fields: int = 0


def is_fit(head: bytes) -> bool:
    """Whether a file begins as FIT files do."""
    return len(head) >= 12 and head[8:12] == b".FIT" and head[0] in (12, 14)


def read_fit(path: Path, wanted: Sequence[int]) -> FitFile:
    """Read the messages with these numbers.

    Raises
    ------
    RecordingError
        It is no FIT file, or damaged.
    UsageError
        fitdecode is not installed.
    """
    content = read_bytes(path, MAX_FILE_BYTES)
    if not is_fit(content[:14]):
        raise RecordingError(str(path), "not a FIT file", "Give the .fit file of the watch.")
    fitdecode = needed("fitdecode", "fit", "FIT files")
    file = FitFile(hashlib.sha256(content).hexdigest(), {number: FitMessages() for number in wanted})
    damaged = (
        fitdecode.FitError, struct.error, ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError,
        OverflowError, AssertionError, RecursionError, ArithmeticError,
    )  # fmt: skip
    strict = {"check_crc": fitdecode.CrcCheck.RAISE, "error_handling": fitdecode.ErrorHandling.RAISE}
    try:
        with fitdecode.FitReader(io.BytesIO(content), **strict) as frames:
            for number, frame in enumerate(frames):
                if number > MAX_MESSAGES:
                    raise RecordingError(str(path), "there are too many messages in it", _ADVICE)
                if isinstance(frame, fitdecode.FitDataMessage):
                    _take(file, frame)
    except damaged as error:
        message = f"the FIT file is cut or damaged: {str(error)[:150] or type(error).__name__}"
        raise RecordingError(str(path), message, _ADVICE) from None
    return file


def _take(file: FitFile, frame: Any) -> None:
    number = frame.global_mesg_num
    if number == FILE_ID and not file.device:
        told = [frame.get_value(name, fallback="") for name in ("manufacturer", "garmin_product", "product_name")]
        file.device = " ".join(dict.fromkeys(str(value)[:40] for value in told if value))
    if number not in file.messages:
        return
    row: dict[str, Any] = {}
    stamp = np.nan
    for one in frame.fields:
        if one.field_def is not None and one.field_def.is_dev:
            file.developer_fields += 1
            continue
        row[one.name] = one.value
        if one.name == "timestamp" and isinstance(one.raw_value, int) and one.raw_value >= FIRST_TRUE_TIME:
            stamp = float(one.raw_value + FIT_EPOCH_UNIX_S)
    file.messages[number].rows.append(row)
    file.messages[number].unix_s.append(stamp)
