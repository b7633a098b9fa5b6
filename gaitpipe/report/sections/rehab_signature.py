"""Lines to sign: the clinician reads, judges and signs; the software does not."""

from __future__ import annotations

from gaitpipe.report.document import Content, Lines, Paragraph, ReportInput, Section, has_rehab

_WORDS = "The decision above is a proposal of rules. The clinician who signs has checked it against history and exam."


def _render(_report: ReportInput) -> Content:
    return Paragraph(_WORDS), Lines(("Clinician, name", "Signature", "Date", "Changed to, and why"))


SECTION = Section("rehab-signature", "Signature", 3, _render, applies=has_rehab)
