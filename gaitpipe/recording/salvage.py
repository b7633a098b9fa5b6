"""Counts what was read and what was lost of a recording, and says so in words."""

from __future__ import annotations

from dataclasses import dataclass

from gaitpipe.errors import counted
from gaitpipe.model import Finding, Severity


@dataclass(slots=True)
class SalvageReport:
    """What reading a recording found; complete only after its items have been read to the end.

    `messages_lost` counts jumps of the sequence number and is exact as far as it goes; how much is missing at the end
    of a file that was not closed cannot be known (`tail_bytes` is what stands there unused). `lost_s` is an estimate:
    host time across the jumps, plus one second a damaged chunk with nothing after it.
    """

    closed_cleanly: bool = False
    chunks_read: int = 0
    chunks_bad: int = 0
    bytes_skipped: int = 0
    tail_bytes: int = 0
    messages_read: int = 0
    messages_lost: int = 0
    lost_s: float = 0.0
    recovered: bool = False

    @property
    def damaged(self) -> bool:
        return bool(self.chunks_bad or self.messages_lost or self.bytes_skipped)

    def findings(self) -> list[Finding]:
        """The findings that a person should see; none for a whole recording."""
        found: list[Finding] = []
        if not self.closed_cleanly:
            tail = f" Its last {counted(self.tail_bytes, 'byte')} could not be used." if self.tail_bytes else ""
            message = (
                "The file ends without its closing part: the program or the computer stopped while recording, or the "
                f"file was cut afterwards.{tail}"
            )
            advice = (
                "What was on disk before is read. After a crash at most the last two seconds are missing; of a cut "
                "copy, more: look for the whole file."
            )
            found.append(Finding("recording_not_closed", "warning", message, advice))
        if self.recovered:
            message = "The recording was not closed when it was made; it was closed afterwards."
            found.append(Finding("recording_recovered", "info", message))
        if self.damaged:
            found.append(self._damage())
        if not self.messages_read:
            message = "The recording holds no data: it stopped before the first second was written."
            found.append(Finding("recording_empty", "error", message, "Record again, for at least a minute."))
        return found

    def _damage(self) -> Finding:
        message = (
            f"The file is damaged: {counted(self.chunks_bad, 'part')} with a wrong checksum, "
            f"{counted(self.bytes_skipped, 'unreadable byte')}, "
            f"{counted(self.messages_lost, 'notification')} known to be lost (about {self.lost_s:.1f} s)."
        )
        advice = "What is damaged was left out, never guessed; it counts as a gap. Look for an intact copy of the file."
        severity: Severity = "warning" if self.chunks_bad or self.messages_lost else "info"
        return Finding("recording_damaged", severity, message, advice)
