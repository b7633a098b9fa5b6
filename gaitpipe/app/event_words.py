"""What a person is told of the events of a recording, and in which words.

Rules:

1. A link that was lost is told, that it is looked for, and that it streams again.
2. A device that was never connected is not "reconnecting": its link says what it does, and its first data are told.
3. Advice and what happened to the computer are told in the event's own words.
"""

from __future__ import annotations

from gaitpipe.app.devices import WORDS
from gaitpipe.model import RecordingEvent, Source

TOLD_EVENTS = {
    "disconnected": "link lost",
    "stalled": "no data",
    "reconnecting": "reconnecting",
    "advice": "",
    "resumed": "",
    "dropped": "",
}
"""Events that are told whatever was before, and the words; the event's own text where there are none."""


class EventWords:
    """See the rules above. Takes all events in their order."""

    def __init__(self) -> None:
        self._known: set[Source] = set()
        self._away: set[Source] = set()

    def of(self, event: RecordingEvent) -> str | None:
        """Return what to say of the next event; None where it is not told."""
        words = self._of(event)
        if words is None or event.source is None:
            return words
        return f"{_name(event.source)}: {words}"

    def _of(self, event: RecordingEvent) -> str | None:
        source = event.source
        if source is not None and event.kind == "streaming":
            back, known = source in self._away, source in self._known
            self._away.discard(source)
            self._known.add(source)
            return None if not back else "back, streaming again" if known else "heard, streaming"
        if source is not None and event.kind == "reconnecting":
            self._away.add(source)
            if source not in self._known:
                return event.text
        if source is not None and event.kind == "disconnected":
            self._known.add(source)
        words = TOLD_EVENTS.get(event.kind)
        return event.text if words == "" else words


def _name(source: Source) -> str:
    return source if source == "left" or source == "right" else WORDS[source]  # noqa: PLR1714 (mypy follows this)
