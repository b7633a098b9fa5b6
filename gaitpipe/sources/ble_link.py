"""The link to one device: connect, stream, notice trouble, come back.

Rules of the supervisor:

- Every connection has a fresh client and a session of its own; whatever an older session still delivers is ignored, so
  a notification never comes twice and an own disconnect is never taken for a loss.
- Subscribe first, then send the start commands: fast sensors send before the acknowledgement arrives.
- Trouble is a lost link; a link that is silent for longer than its plan allows, or, after the computer slept, for
  `AWAKE_S`; and a link that delivers everything twice. All lead to: drop the client, wait until the device is heard,
  connect, subscribe, start; again and again until `close`.
- A Bluetooth service that dies tells nobody, and a belt that stands may be silent for long. So a link that stalls, or
  finds the adapter, its service or D-Bus gone, lets all others ask their devices at once whether they answer.
- A device that is away is listened for without pauses (`ble_lookout`). Only failed attempts are followed by one: it
  doubles up to `longest_pause_s`. A device that answers but is the wrong one or refuses its commands is asked again
  after `stubborn_pause_s`. Data, and the computer's waking up, end all pauses.
- Scans and connections of all devices take turns under one lock: Bluetooth stacks refuse two at once.
- The notification callback only takes the time and queues; nothing in it can block.
- Without a sensor there is no recording: its first connection must succeed. Devices beside the feet may come later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Literal

from gaitpipe.errors import DeviceError, DeviceReason
from gaitpipe.model import Source
from gaitpipe.sources.ble_errors import LINK_ERRORS, as_device_error
from gaitpipe.sources.ble_lookout import Lookout, Search
from gaitpipe.sources.ble_plan import plan_of
from gaitpipe.sources.ble_report import LinkReport
from gaitpipe.sources.ble_scan import Sighting, Wanted, WantedDevice, fits
from gaitpipe.sources.ble_session import LinkOptions, LinkState, Session

FIRST_CONNECT_ATTEMPTS = 3
FIRST_PAUSE_S = 0.25
BATTERY_PERIOD_S = 60.0
STALL_GRACE_S = 0.3
AWAKE_S = 1.0
FAILED_SCANS_TOLD = 3

Trouble = Literal["link lost", "stalled", "doubled"]
Doubt = Literal["perhaps gone", "stack gone"]
LASTING = (DeviceReason.BLUETOOTH_OFF, DeviceReason.NO_ADAPTER, DeviceReason.PERMISSION)
STUBBORN = (DeviceReason.WRONG_MODEL, DeviceReason.REJECTED)


class DeviceLink:
    """One wanted device and its connections; `sighting` None when it was not heard yet.

    Raises
    ------
    LocalProtocolError
        The profile does not have the wanted settings.
    """

    def __init__(self, wanted: Wanted, sighting: Sighting | None, options: LinkOptions, lookout: Lookout) -> None:
        self.wanted = wanted
        self.source: Source = wanted.source
        self._options = options
        self._lookout = lookout
        self._plan = plan_of(wanted, options.stall_timeout_s)
        self._report = LinkReport(wanted, self._plan, options, self._end_pauses)
        self._sighting: Sighting | None = None
        self._session: Session | None = None
        self._pause_s = 0.0
        self._hurry = asyncio.Event()
        self._woke_s = 0.0
        self._doubt: Doubt | None = None
        self._battery_due_s = 0.0
        self.is_taken: Callable[[str], bool] = lambda _address: False  # whether another link has this address
        self.on_doubt: Callable[[DeviceLink, bool], None] = lambda _link, _stack_is_gone: (
            None
        )  # other links may be dead
        if sighting is not None:
            self._note_sighting(sighting)

    @property
    def optional(self) -> bool:
        """Whether a recording can do without it."""
        return isinstance(self.wanted, WantedDevice)

    @property
    def state(self) -> LinkState:
        """How the link is just now."""
        return self._report.state

    @property
    def sighting(self) -> Sighting | None:
        """How the device was last heard."""
        return self._sighting

    async def connect(self) -> None:
        """Connect for the first time, with a few attempts.

        Raises
        ------
        DeviceError
            CONNECT_FAILED and its kin, or WRONG_MODEL when a characteristic of the profile is missing. Never for a
            device that is optional: that gives advice.
        """
        for attempt in range(FIRST_CONNECT_ATTEMPTS):
            try:
                if attempt > 0:
                    await asyncio.sleep(attempt * FIRST_PAUSE_S)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._options.rescan_s):
                            await self._find()
                await self._open()
            except (*LINK_ERRORS, DeviceError) as error:
                await self._drop()
                known = as_device_error(error, f"connecting to {self._report.name}", self.state.device)
                if self.optional:
                    self._report.advise_on(known, " Recording goes on without it.")
                    return
                if known is error or attempt + 1 == FIRST_CONNECT_ATTEMPTS:
                    raise known from (None if known is error else error)
            else:
                return

    async def subscribe(self) -> None:
        """Subscribe to everything that the plan lists; a loss meanwhile is left to the supervisor."""
        await self._guarded(self._subscribe(), "subscribing to")

    async def start(self) -> None:
        """Send the start commands.

        Raises
        ------
        DeviceError
            The sensor refused a command (REJECTED).
        """
        await self._guarded(self._start(), "starting")

    async def _guarded(self, work: Coroutine[Any, Any, None], doing: str) -> None:
        try:
            await work
        except LINK_ERRORS as error:
            known = as_device_error(error, f"{doing} {self._report.name}", self.state.device)
            if known.reason is DeviceReason.REJECTED and not self.optional:
                raise known from error
            if self._session is not None:
                self._session.give_up()

    async def supervise(self) -> None:
        """Watch the link and restore it, until cancelled."""
        if self._session is None:
            await self._come_back()
        while True:
            trouble = await self._watch()
            self._tell(trouble)
            await self._drop()
            await self._come_back()

    def awake(self) -> None:
        """The computer slept: the link has a moment to show that it lives, and nothing waits for a pause."""
        self._woke_s = time.monotonic()
        self._end_pauses()
        if self._session is not None:
            self._session.changed.set()

    def doubt(self, stack_is_gone: bool) -> None:
        """Another link is in trouble (where known, as the whole stack is gone): find out whether this one lives."""
        if self._session is not None and (stack_is_gone or self._doubt is None):
            self._doubt = "stack gone" if stack_is_gone else "perhaps gone"
            self._session.changed.set()

    async def close(self) -> None:
        """Stop the stream and disconnect; never raises, never hangs, does nothing a second time."""
        if self._session is not None and self._session.is_connected:
            await self._session.finish()
        await self._drop()

    async def _watch(self) -> Trouble:
        """Return what went wrong, once something did; reads the battery now and then."""
        session = self._session
        if session is None:
            return "link lost"
        started_s, doubtful = time.monotonic(), False
        while True:
            left_s = self._silent_at_s(started_s) - time.monotonic()
            if left_s <= 0.0 and doubtful:
                self.on_doubt(self, False)
                return "stalled"
            doubtful = left_s <= 0.0
            if doubtful:  # perhaps it was this program that stood still: let what has arrived meanwhile come in first
                left_s = STALL_GRACE_S
            session.changed.clear()
            if self._doubt is not None:
                await self._ask_whether_it_lives(session)
            if session.lost:
                return "link lost"
            if session.doubled:
                return "doubled"
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left_s, max(0.05, self._battery_due_s - time.monotonic()))):
                    await session.changed.wait()
            if time.monotonic() >= self._battery_due_s and not session.lost:
                await self._read_battery(session)

    async def _ask_whether_it_lives(self, session: Session) -> None:
        """A link in doubt has ended when its device does not answer, or cannot be asked and the stack is gone."""
        doubt, self._doubt = self._doubt, None
        age_s = self.state.age_s
        if doubt == "perhaps gone" and age_s is not None and age_s < AWAKE_S:
            return
        answers = await session.answers()
        if answers is False or (answers is None and doubt == "stack gone"):
            session.give_up()

    def _silent_at_s(self, started_s: float) -> float:
        """When silence becomes trouble."""
        last_s = max(started_s, self.state.last_data_s or 0.0)
        silent_at_s = last_s + self._plan.stall_timeout_s
        return min(silent_at_s, self._woke_s + AWAKE_S) if last_s < self._woke_s else silent_at_s

    def _tell(self, trouble: Trouble) -> None:
        if trouble == "stalled":
            self._report.note_silence()
        if trouble == "doubled":
            self._report.note_doubles()
        self._report.event("disconnected", "link lost" if trouble == "link lost" else "given up")

    async def _come_back(self) -> None:
        """Restore the stream, however long it takes."""
        heard = self._sighting is not None
        text = f"looking for {self._report.name}" if heard else "not heard yet, it is listened for"
        self._report.event("reconnecting", text)
        while True:
            await self._wait_out_the_pause()
            await self._find()
            try:
                await self._open()
                await self._subscribe()
                await self._start()
            except (*LINK_ERRORS, DeviceError) as error:
                self._note_failure(as_device_error(error, f"connecting to {self._report.name}"))
                await self._drop()
            else:
                self.state.reconnects += 1
                return

    async def _wait_out_the_pause(self) -> None:
        self._hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause_s):
                await self._hurry.wait()
        self._pause_s = min(max(2.0 * self._pause_s, FIRST_PAUSE_S), self._options.longest_pause_s)

    def _end_pauses(self) -> None:
        self._pause_s = 0.0
        self._hurry.set()

    def _note_failure(self, error: DeviceError) -> None:
        self._report.advise_on(error)
        if error.reason is DeviceReason.NO_ADAPTER:
            self.on_doubt(self, True)
        if error.reason in STUBBORN:
            self._pause_s = self._options.stubborn_pause_s

    async def _find(self) -> None:
        """Wait until the device is heard; needed as systems forget a device that is gone."""
        known = self._sighting.device.address if self._sighting is not None else None

        def is_it(sighting: Sighting) -> bool:
            if known is not None:
                return sighting.device.address == known
            return fits(self.wanted, sighting) and not self.is_taken(sighting.device.address)

        self._note_sighting(await self._lookout.find(Search(is_it, self._report.advise_away, self._on_scan_failed)))

    def _note_sighting(self, sighting: Sighting) -> None:
        self._sighting = sighting
        self._report.note_sighting(sighting)

    def _on_scan_failed(self, error: DeviceError, count: int) -> None:
        if error.reason is DeviceReason.NO_ADAPTER:
            self.on_doubt(self, True)
        if error.reason in LASTING or count >= FAILED_SCANS_TOLD:
            self._report.advise_on(error)

    async def _open(self) -> None:
        """Connect and check that it is the right kind of device."""
        if self._sighting is None:
            message = f"the {self.wanted.words} was not heard yet"
            raise ConnectionError(message)
        self._doubt = None
        session = self._session = Session(self._plan, self._options)
        await session.open(self._sighting.device)
        missing = [key for key in self._plan.required if session.find(key) is None]
        if missing and session.is_connected:
            raise DeviceError(
                DeviceReason.WRONG_MODEL,
                f"'{self.state.device}' is not a {self.wanted.profile.name}: it has no characteristic {missing[0]}",
                "Choose the profile of this device (`gaitpipe profiles` lists them), or name the right device.",
                self.state.device,
            )
        if not session.is_connected:
            message = "the device hung up as soon as it was connected"
            raise ConnectionError(message)
        self.state.connected = True
        self._report.event("connected", self.state.device)

    async def _subscribe(self) -> None:
        session = self._require_session()
        for key in self._plan.data:
            await session.subscribe(key, self._report.tap(session, key))
        for key in self._plan.subscribe:
            if key not in self._plan.data:
                with suppress(*LINK_ERRORS):  # battery and status are welcome, but no reason to give up
                    await session.subscribe(key, self._report.tap(session, key))
        self._report.note_mtu(session.mtu(self._plan.data[0]))

    async def _start(self) -> None:
        session = self._require_session()
        await session.write(self._plan.start)
        self._battery_due_s = 0.0  # soon, but not between the starts of two sensors

    def _require_session(self) -> Session:
        if self._session is None or self._session.lost:
            message = f"{self._report.name} is not connected"
            raise ConnectionError(message)
        return self._session

    async def _read_battery(self, session: Session) -> None:
        """Read the charge, if the device tells it; one that fails to is no reason to stop."""
        self._battery_due_s = time.monotonic() + BATTERY_PERIOD_S
        value = await session.read(self._plan.battery) if self._plan.battery is not None else b""
        if value:
            self._report.note_battery(value[0])

    async def _drop(self) -> None:
        """Let go of the present client, whatever state it is in."""
        session, self._session = self._session, None
        self.state.connected = self.state.streaming = False
        if session is not None:
            await session.drop()
