"""Sensors over Bluetooth Low Energy, through unmodified bleak: raw notifications and events, in order of arrival.

    source = BleSource(wanted)
    try:
        await source.connect()      # one scan for all, then one connection after another
        await source.start()        # subscribe, start, watch
        async for item in source.items():
            ...                     # RawNotification or RecordingEvent, until somebody calls stop()
    finally:
        await source.stop()

Events: `connected`, `streaming`, `disconnected` (after `stalled` too: we hung up), `reconnecting`, `battery` and `mtu`
(with a value) and `advice` (text for the person). A lost sensor is looked for until `stop`; the other
one goes on undisturbed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from gaitpipe.errors import UsageError
from gaitpipe.model import RawNotification, RecordingEvent, Side
from gaitpipe.sources.ble_link import SensorLink
from gaitpipe.sources.ble_scan import SETTLE_S, BleBackend, FoundSensor, WantedSensor, find_all, scan
from gaitpipe.sources.ble_session import Clock, LinkOptions, LinkState, system_clock

__all__ = ["BleBackend", "BleSource", "FoundSensor", "LinkState", "WantedSensor", "scan"]

Item = RawNotification | RecordingEvent

CANCEL_ATTEMPTS = 10


class BleSource:
    """Records the wanted sensors; see the module text for its use.

    Parameters
    ----------
    wanted
        One sensor a side.
    backend
        Other bleak backend classes than the platform's, as those of a virtual radio.
    scan_timeout_s
        How long to look for all sensors at the start.
    settle_s
        How much longer to look once enough were seen, so that a late name or a third sensor cannot change the sides.
    stall_timeout_s
        A sensor that is connected but silent for so long is reconnected.
    connect_timeout_s, rescan_s, longest_pause_s
        Patience of one connection attempt, of one look for a lost sensor, and the longest pause between two of them.
    clock
        Gives (monotonic ns, UTC ns) for timestamps; another one than the system's only for virtual time.
    """

    def __init__(
        self,
        wanted: Sequence[WantedSensor],
        *,
        backend: BleBackend | None = None,
        scan_timeout_s: float = 20.0,
        settle_s: float = SETTLE_S,
        stall_timeout_s: float = 3.0,
        connect_timeout_s: float = 20.0,
        rescan_s: float = 5.0,
        longest_pause_s: float = 10.0,
        clock: Clock = system_clock,
    ) -> None:
        sides = [sensor.side for sensor in wanted]
        if not sides or len(set(sides)) != len(sides):
            raise UsageError(f"one sensor a side is needed, not {sides}", "Name the sides left and right, each once.")
        self._wanted = tuple(wanted)
        self._scan_timeout_s = scan_timeout_s
        self._settle_s = settle_s
        self._queue: asyncio.Queue[Item | BaseException | None] = asyncio.Queue()
        self._options = LinkOptions(
            emit=self._queue.put_nowait,
            clock=clock,
            backend=backend,
            connect_timeout_s=connect_timeout_s,
            stall_timeout_s=stall_timeout_s,
            rescan_s=rescan_s,
            longest_pause_s=longest_pause_s,
        )
        self._links: list[SensorLink] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def link(self) -> Mapping[Side, LinkState]:
        """State of each side's link, for a live view; empty before `connect`."""
        return {link.side: link.state for link in self._links}

    async def connect(self) -> list[FoundSensor]:
        """Find and connect all sensors; return them in the order of `wanted`.

        Raises
        ------
        DeviceError
            A sensor is absent, refuses, is of another model, or Bluetooth cannot be used.
        """
        sightings = await find_all(self._wanted, self._scan_timeout_s, self._options.backend, self._settle_s)
        self._links = [
            SensorLink(wanted, sighting, self._options)
            for wanted, sighting in zip(self._wanted, sightings, strict=True)
        ]
        self._say_who_is_who()
        try:
            for link in self._links:
                await link.connect()
        except BaseException:
            await self._close_links()
            raise
        profiles = [wanted.profile for wanted in self._wanted]
        return [sighting.as_found([profile]) for sighting, profile in zip(sightings, profiles, strict=True)]

    async def start(self) -> None:
        """Start all streams close together, then watch over them.

        Raises
        ------
        DeviceError
            A sensor refused its start command.
        """
        for link in self._links:
            await link.subscribe()
        for link in self._links:
            await link.start()
        for link in self._links:
            task = asyncio.get_running_loop().create_task(link.supervise(), name=f"gaitpipe {link.side} sensor")
            task.add_done_callback(self._on_supervisor_done)
            self._tasks.append(task)

    async def items(self) -> AsyncIterator[Item]:
        """Yield notifications and events as they come; ends after `stop`."""
        while True:
            item = await self._queue.get()
            if item is None:
                self._queue.put_nowait(None)  # so that a second reader ends too
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    async def stop(self) -> None:
        """Stop the streams and disconnect; may be called at any time and more than once."""
        tasks, self._tasks = self._tasks, []
        await _end_tasks(tasks)
        await self._close_links()
        self._queue.put_nowait(None)

    async def _close_links(self) -> None:
        await asyncio.gather(*(link.close() for link in self._links))

    def _on_supervisor_done(self, task: asyncio.Task[None]) -> None:
        """A supervisor only ends by cancellation; anything else is a defect that the reader must see."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._queue.put_nowait(error)

    def _say_who_is_who(self) -> None:
        """Where the user did not say which sensor is which, tell how it was decided."""
        unnamed = [link for link in self._links if link.wanted.match is None]
        names = [link.state.device for link in unnamed]
        if len(unnamed) < 2:
            return
        if len(set(names)) < len(names):
            text = f"Several sensors are called '{names[0]}': sides were given by the order of their addresses."
        else:
            pairs = ", ".join(f"{link.side} is '{link.state.device}'" for link in unnamed)
            text = f"Sides were given by the order of the sensors' names: {pairs}."
        monotonic_ns, utc_ns = self._options.clock()
        self._queue.put_nowait(RecordingEvent(monotonic_ns, utc_ns, "advice", None, text))


async def _end_tasks(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel, again if needed: before Python 3.12 `wait_for`, which stacks below us use, can lose a cancellation."""
    for _ in range(CANCEL_ATTEMPTS):
        pending = [task for task in tasks if not task.done()]
        if not pending:
            return
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=1.0)
