"""The queue between the radio's callbacks and whoever writes the recording.

Rules:

1. Putting never waits: a callback that waits keeps the whole Bluetooth stack waiting.
2. Items come out in the order in which they went in.
3. Memory is bounded. What does not fit any more is not kept, and that is told: as soon as there is room again, a
   `dropped` event of each source says how many notifications are missing at this place. Events themselves always fit.
   The bound is far away: at 64 MB a writer may stand still for more than half an hour of two sensors at 208 Hz.
"""

from __future__ import annotations

import asyncio
from collections import deque

from gaitpipe.model import RawNotification, RecordingEvent, Source

Item = RawNotification | RecordingEvent

LONGEST_BYTES = 64_000_000
ITEM_BYTES = 320
"""What a notification takes in memory beside its payload: object, times, place in the queue."""


class ItemQueue:
    """One writer side (callbacks), one reader side; see the rules at the top of this module."""

    def __init__(self, longest_bytes: int = LONGEST_BYTES) -> None:
        self._longest_bytes = longest_bytes
        self._items: deque[Item] = deque()
        self._bytes = 0
        self._missing: dict[Source, int] = {}
        self._last_ns = (0, 0)
        self._changed = asyncio.Event()
        self._closed = False
        self._failure: BaseException | None = None

    @property
    def size_bytes(self) -> int:
        """Memory held by notifications that nobody has taken yet."""
        return self._bytes

    def put(self, item: Item) -> bool:
        """Add one item; False when it is a notification that no longer fits."""
        if isinstance(item, RawNotification):
            cost = ITEM_BYTES + len(item.payload)
            if self._bytes + cost > self._longest_bytes:
                self._missing[item.source] = self._missing.get(item.source, 0) + 1
                self._last_ns = item.host_monotonic_ns, item.host_utc_ns
                return False
            self._bytes += cost
        self._tell_missing(item.host_monotonic_ns, item.host_utc_ns)
        self._items.append(item)
        self._changed.set()
        return True

    def close(self) -> None:
        """No more items are expected; `get` gives None once the queue is empty. What comes late is still taken."""
        self._tell_missing(*self._last_ns)
        self._closed = True
        self._changed.set()

    def fail(self, error: BaseException) -> None:
        """Let the reader raise `error` once it has taken what came before it."""
        self._failure = self._failure or error
        self._changed.set()

    async def get(self) -> Item | None:
        """Return the next item, None at the end.

        Raises
        ------
        BaseException
            What `fail` was given.
        """
        while not self._items:
            if self._failure is not None:
                raise self._failure
            if self._closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        item = self._items.popleft()
        if isinstance(item, RawNotification):
            self._bytes -= ITEM_BYTES + len(item.payload)
        return item

    def _tell_missing(self, monotonic_ns: int, utc_ns: int) -> None:
        missing, self._missing = self._missing, {}
        for source, count in missing.items():
            text = f"{count} notifications were not kept: the recording could not be written fast enough"
            self._items.append(RecordingEvent(monotonic_ns, utc_ns, "dropped", source, text, float(count)))
