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
(with a value), `suspended` and `resumed` (the computer slept; value: for how many s), `dropped` (value: how many
notifications the reader was too slow for) and `advice` (text for the person). A lost device is looked for until `stop`;
the others go on undisturbed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from typing import Any

from gaitpipe.errors import UsageError
from gaitpipe.model import RecordingEvent, Source
from gaitpipe.protocol.profile import Profile
from gaitpipe.sources.ble_link import DeviceLink
from gaitpipe.sources.ble_lookout import Lookout
from gaitpipe.sources.ble_named import doubt_of
from gaitpipe.sources.ble_queue import LONGEST_BYTES, Item, ItemQueue
from gaitpipe.sources.ble_scan import (
    AUXILIARY_WAIT_S,
    SETTLE_S,
    BleBackend,
    FoundSensor,
    Wanted,
    WantedDevice,
    WantedSensor,
    find_all,
    scan,
)
from gaitpipe.sources.ble_session import GATT_TIMEOUT_S, Clock, LinkOptions, LinkState, Notify, system_clock
from gaitpipe.sources.ble_sleep import watch_for_sleep
from gaitpipe.sources.ble_stale import end_links_left_open

__all__ = ["BleBackend", "BleSource", "FoundSensor", "LinkState", "WantedDevice", "WantedSensor", "scan"]

CANCEL_ATTEMPTS = 10


class BleSource:
    """Records the wanted devices; see the module text for its use.

    Parameters
    ----------
    wanted
        At most one sensor a side and one device of a kind beside them; at least one in all.
    backend
        Other bleak backend classes than the platform's, as those of a virtual radio.
    scan_timeout_s
        How long to look for all sensors at the start.
    auxiliary_wait_s
        How much longer to look for the devices beside the feet; later ones join when they are heard.
    settle_s
        How much longer to look once enough were seen, so that a late name or a third sensor cannot change the sides.
    stall_timeout_s
        A sensor that is connected but silent for so long is reconnected; other devices have times of their own.
    connect_timeout_s, gatt_timeout_s
        Patience of one connection attempt and of one request.
    rescan_s, longest_pause_s, stubborn_pause_s
        How often the scan for a lost device begins anew, the longest pause after a failed attempt, and the pause after
        a device turned out to be the wrong one or refused its commands.
    notify
        On Linux, `acquire` lets notifications come through a socket of their own.
    may_end_links
        Whether links of programs that are gone may be ended. Only for who knows that no living program has opened them.
    queue_bytes
        How much may wait for the reader.
    known
        Profiles by which a sensor that the user named is seen to be of another model.
    clock
        Gives (monotonic ns, UTC ns) for timestamps; another one than the system's only for virtual time.
    """

    def __init__(
        self,
        wanted: Sequence[Wanted],
        *,
        backend: BleBackend | None = None,
        scan_timeout_s: float = 20.0,
        auxiliary_wait_s: float = AUXILIARY_WAIT_S,
        settle_s: float = SETTLE_S,
        stall_timeout_s: float = 3.0,
        connect_timeout_s: float = 10.0,
        gatt_timeout_s: float = GATT_TIMEOUT_S,
        rescan_s: float = 5.0,
        longest_pause_s: float = 1.0,
        stubborn_pause_s: float = 10.0,
        notify: Notify = "start",
        may_end_links: bool = False,
        queue_bytes: int = LONGEST_BYTES,
        known: Sequence[Profile] = (),
        clock: Clock = system_clock,
    ) -> None:
        sources = [item.source for item in wanted]
        if not sources or len(set(sources)) != len(sources):
            advice = "Name the sides left and right and each kind of device, each once."
            raise UsageError(f"one sensor a side and one device of a kind is needed, not {sources}", advice)
        self._wanted = tuple(wanted)
        self._scan_timeout_s = scan_timeout_s
        self._auxiliary_wait_s = auxiliary_wait_s
        self._settle_s = settle_s
        self._may_end_links = may_end_links
        self._known = tuple(known)
        self._queue = ItemQueue(queue_bytes)
        self._options = LinkOptions(
            emit=self._queue.put,
            clock=clock,
            backend=backend,
            connect_timeout_s=connect_timeout_s,
            stall_timeout_s=stall_timeout_s,
            rescan_s=rescan_s,
            longest_pause_s=longest_pause_s,
            stubborn_pause_s=stubborn_pause_s,
            gatt_timeout_s=gatt_timeout_s,
            notify=notify,
        )
        self._lookout = Lookout(self._options)
        self._links: list[DeviceLink] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def link(self) -> Mapping[Source, LinkState]:
        """State of each device's link, for a live view; empty before `connect`."""
        return {link.source: link.state for link in self._links}

    @property
    def found(self) -> Mapping[Source, FoundSensor]:
        """All devices that were heard so far; those beside the feet may come later."""
        heard = {link.source: (link.sighting, link.wanted.profile) for link in self._links}
        return {source: seen.as_found([profile]) for source, (seen, profile) in heard.items() if seen is not None}

    @property
    def waiting_bytes(self) -> int:
        """Memory held by what the reader has not taken yet."""
        return self._queue.size_bytes

    async def connect(self) -> list[FoundSensor]:
        """Find and connect all sensors; return them (not the devices beside the feet) in the order of `wanted`.

        Raises
        ------
        DeviceError
            A sensor is absent, refuses, is of another model, or Bluetooth cannot be used.
        """
        if self._may_end_links:
            for name in await end_links_left_open(self._wanted, self._options.backend):
                text = (
                    f"'{name}' was still connected to this computer, perhaps by a program that crashed: that was ended."
                )
                self._emit_event("advice", None, text)
        sightings = await find_all(
            self._wanted, self._scan_timeout_s, self._options.backend, self._settle_s, self._auxiliary_wait_s
        )
        for wanted, sighting in zip(self._wanted, sightings, strict=True):
            if sighting is not None and (doubt := doubt_of(wanted, sighting, self._known)):
                self._emit_event("advice", wanted.source, doubt)
        self._links = [
            DeviceLink(wanted, sighting, self._options, self._lookout)
            for wanted, sighting in zip(self._wanted, sightings, strict=True)
        ]
        for link in self._links:
            link.is_taken = self._is_taken
            link.on_doubt = self._doubt_others
        self._say_who_is_who()
        try:
            for link in self._links:
                if link.sighting is not None:
                    await link.connect()
                else:
                    text = f"The {link.wanted.words} was not heard. Recording goes on; it joins when it is heard."
                    self._emit_event("advice", link.source, text)
        except BaseException:
            await self._close_links()
            raise
        return [self.found[link.source] for link in self._links if not link.optional]

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
            self._watch_over(link.supervise(), f"gaitpipe {link.source} link")
        self._watch_over(watch_for_sleep(self._options.clock, self._queue.put, self._wake), "gaitpipe sleep watch")

    async def items(self) -> AsyncIterator[Item]:
        """Yield notifications and events as they come; ends after `stop`."""
        while (item := await self._queue.get()) is not None:
            yield item

    async def stop(self) -> None:
        """Stop the streams and disconnect; may be called at any time and more than once."""
        tasks, self._tasks = self._tasks, []
        await _end_tasks(tasks)
        await self._lookout.close()
        await self._close_links()
        self._queue.close()

    def _watch_over(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        task.add_done_callback(self._on_task_done)
        self._tasks.append(task)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        """These tasks only end by cancellation; anything else is a defect that the reader must see."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._queue.fail(error)

    async def _close_links(self) -> None:
        await asyncio.gather(*(link.close() for link in self._links))

    def _wake(self) -> None:
        for link in self._links:
            link.awake()

    def _doubt_others(self, doubtful: DeviceLink, stack_is_gone: bool) -> None:
        """One link has found the stack gone, or is silent: let the others see whether theirs live."""
        for link in self._links:
            if link is not doubtful:
                link.doubt(stack_is_gone)

    def _is_taken(self, address: str) -> bool:
        return any(link.sighting is not None and link.sighting.device.address == address for link in self._links)

    def _say_who_is_who(self) -> None:
        """Where the user did not say which sensor is which, tell how it was decided."""
        unnamed = [link for link in self._links if link.wanted.match is None and not link.optional]
        names = [link.state.device for link in unnamed]
        if len(unnamed) < 2 or not all(_could_be(one, other) for one in unnamed for other in unnamed):
            return
        if len(set(names)) < len(names):
            text = f"Several sensors are called '{names[0]}': sides were given by the order of their addresses."
        else:
            pairs = ", ".join(f"{link.source} is '{link.state.device}'" for link in unnamed)
            text = f"Sides were given by the order of the sensors' names: {pairs}."
        self._emit_event("advice", None, text)

    def _emit_event(self, kind: str, source: Source | None, text: str) -> None:
        monotonic_ns, utc_ns = self._options.clock()
        self._queue.put(RecordingEvent(monotonic_ns, utc_ns, kind, source, text))


def _could_be(one: DeviceLink, other: DeviceLink) -> bool:
    """Whether the device of one link would be recognised as that of the other one too."""
    return one.sighting is not None and one.sighting.fits(other.wanted.profile)


async def _end_tasks(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel, again if needed: before Python 3.12 `wait_for`, which stacks below us use, can lose a cancellation."""
    for _ in range(CANCEL_ATTEMPTS):
        pending = [task for task in tasks if not task.done()]
        if not pending:
            return
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=1.0)
