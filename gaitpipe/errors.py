"""Every error of gaitpipe: data about what happened, and advice on what to do next.

Offline input raises early, with the place and the advice. A live stream never raises on a bad packet: that is a
counted `model.PacketFault`. The command line prints `message` and `advice` and leaves with `exit_code`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class GaitpipeError(Exception):
    """Root of all errors; `message` says what and where, `advice` what to do next."""

    exit_code = 1

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(GaitpipeError):
    """The command or the call was put together wrongly."""

    exit_code = 2


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its word: `1 fault`, `2 faults`; `many` where the plural is not `one` with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"


@dataclass(frozen=True, slots=True)
class ProfileFault:
    """One fault of a profile or plan file: dotted key, line in the file (None if unknown) and what is wrong."""

    key: str
    line: int | None
    problem: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        return f"{place}{self.key}: {self.problem}" if self.key else f"{place}{self.problem}"


class ProfileError(GaitpipeError):
    """A device profile that cannot be used; carries all its faults at once."""

    exit_code = 2
    what = "device profile"

    def __init__(self, file: str, faults: Sequence[ProfileFault], advice: str = "") -> None:
        self.file = file
        self.faults = tuple(faults)
        whole = len(self.faults) == 1 and not self.faults[0].key and self.faults[0].line is None
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        found = f"{counted(len(self.faults), 'fault')} in this {self.what}\n{lines}"
        super().__init__(f"{file}: {self.faults[0].problem if whole else found}", advice)


class UnknownProfileError(ProfileError):
    """No device profile has this id; `near` is what may have been meant."""

    def __init__(self, name: str, near: str, known: Sequence[str]) -> None:
        super().__init__(name, ())
        hint = f" Did you mean '{near}'?" if near else ""
        self.message = f"there is no device profile '{name}'.{hint}"
        self.advice = f"Known profiles: {', '.join(known)}."
        self.args = (self.message,)


@dataclass(frozen=True, slots=True)
class LogFault:
    """One fault of a training log: line in the file, column and value (both may be empty) and what is wrong."""

    line: int | None
    column: str
    value: str
    problem: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line is not None else ""
        cell = f"{self.column} '{self.value}'" if self.column and self.value else self.column
        return ": ".join(part for part in (", ".join(part for part in (place, cell) if part), self.problem) if part)


class LogError(GaitpipeError):
    """A training log that cannot be used; carries all its faults at once."""

    exit_code = 2
    what = "log"
    SHOWN = 12

    def __init__(self, file: str, faults: Sequence[LogFault], advice: str = "") -> None:
        self.file = file
        self.faults = tuple(faults)
        whole = len(self.faults) == 1 and self.faults[0].line is None
        lines = "\n".join(f"  {fault}" for fault in self.faults[: self.SHOWN])
        more = f"\n  and {len(self.faults) - self.SHOWN} more" if len(self.faults) > self.SHOWN else ""
        found = f"{counted(len(self.faults), 'fault')} in this {self.what}\n{lines}{more}"
        super().__init__(f"{file}: {self.faults[0] if whole else found}", advice)


class ManifestError(LogError):
    """A manifest of sessions that cannot be used; carries all its faults at once."""

    what = "manifest"


class PlanError(ProfileError):
    """A plan of rehab that cannot be used; carries all its faults at once, as a device profile does."""

    what = "plan"


class DeviceReason(Enum):
    """Why a sensor or the Bluetooth adapter could not be used."""

    NOT_FOUND = "not found"
    BLUETOOTH_OFF = "bluetooth off"
    NO_ADAPTER = "no adapter"
    PERMISSION = "permission"
    CONNECT_FAILED = "connect failed"
    WRONG_MODEL = "wrong model"
    REJECTED = "command rejected"
    STALLED = "no data"
    BUSY = "busy"


class DeviceError(GaitpipeError):
    """A sensor or the radio did not do its part."""

    exit_code = 4

    def __init__(self, reason: DeviceReason, message: str, advice: str = "", device: str = "") -> None:
        super().__init__(message, advice)
        self.reason = reason
        self.device = device


class ProtocolError(GaitpipeError):
    """Bytes and profile do not fit together; use one of the two subclasses."""


class LocalProtocolError(ProtocolError):
    """Our side asked for something the device's protocol cannot do (an unknown rate, a wrong sample count)."""

    exit_code = 2


class PeerProtocolError(ProtocolError):
    """The device sent what its profile does not allow, where nothing else can be done with it."""


class RecordingError(GaitpipeError):
    """A file cannot be read or written; `path` and, where known, `line` say where."""

    def __init__(self, path: str, message: str, advice: str = "", line: int | None = None) -> None:
        place = f"{path}:{line}" if line is not None else path
        super().__init__(f"{place}: {message}", advice)
        self.path = path
        self.line = line


class AnalysisError(GaitpipeError):
    """The signals were read but cannot be analysed as asked."""
