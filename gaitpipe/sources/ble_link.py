"""The link to one sensor: connect, stream, notice trouble, come back.

Rules of the supervisor:

- Every connection has a fresh client and a session of its own; whatever an older session still delivers is ignored, so
  a notification never comes twice and an own disconnect is never taken for a loss.
- Subscribe first, then send the start commands: fast sensors send before the acknowledgement arrives.
- Trouble is a lost link, or a link without data for `stall_timeout_s` although it should stream. Both lead to: drop the
  client, scan for this sensor, connect, subscribe, start; again and again until `close`, with pauses that double up to
  `longest_pause_s` and start from nothing once data flows.
- Scans and connections of all sensors take turns under one lock: Bluetooth stacks refuse two at once.
- The notification callback only takes the time and queues; nothing in it can block.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Literal

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from gaitpipe.errors import DeviceError, DeviceReason
from gaitpipe.model import RawNotification, RecordingEvent, Side
from gaitpipe.sources.ble_errors import LINK_ERRORS, as_device_error
from gaitpipe.sources.ble_scan import Sighting, WantedSensor, scanner_options
from gaitpipe.sources.ble_session import ATT_HEADER_BYTES, LinkOptions, LinkState, Session

FIRST_CONNECT_ATTEMPTS = 3
FIRST_PAUSE_S = 0.25
BATTERY_PERIOD_S = 60.0
STALL_GRACE_S = 0.3


class SensorLink:
    """One wanted sensor and its connections."""

    def __init__(self, wanted: WantedSensor, sighting: Sighting, options: LinkOptions) -> None:
        self.wanted = wanted
        self.state = LinkState(device=sighting.name, rssi_dbm=sighting.advertisement.rssi)
        self._options = options
        self._profile = wanted.profile
        self._settings = wanted.profile.resolve_settings(wanted.settings)
        self._device = sighting.device
        self._session: Session | None = None
        self._pause_s = 0.0
        self._battery_due_s = 0.0
        self._cut_length = 0  # length of a packet that was cut off by too small an MTU; 0 where the MTU suffices
        self._advised: set[str] = set()

    @property
    def side(self) -> Side:
        """The side that the sensor is worn on."""
        return self.wanted.side

    async def connect(self) -> None:
        """Connect for the first time, with a few attempts.

        Raises
        ------
        DeviceError
            CONNECT_FAILED and its kin, or WRONG_MODEL when a characteristic of the profile is missing.
        """
        for attempt in range(FIRST_CONNECT_ATTEMPTS):
            try:
                if attempt > 0:
                    await asyncio.sleep(attempt * FIRST_PAUSE_S)
                    await self._find_again()
                await self._open()
            except LINK_ERRORS as error:
                await self._drop()
                if attempt + 1 == FIRST_CONNECT_ATTEMPTS:
                    raise as_device_error(error, f"connecting to '{self.state.device}'", self.state.device) from error
            else:
                return

    async def subscribe(self) -> None:
        """Subscribe to everything that the profile lists; a loss meanwhile is left to the supervisor."""
        await self._guarded(self._subscribe(), "subscribing")

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
            translated = as_device_error(error, f"{doing} '{self.state.device}'", self.state.device)
            if translated.reason is DeviceReason.REJECTED:
                raise translated from error
            if self._session is not None:
                self._session.lost.set()

    async def supervise(self) -> None:
        """Watch the link and restore it, until cancelled."""
        while True:
            trouble = await self._watch()
            if trouble == "stalled":
                self._event("stalled", f"no data for {self._options.stall_timeout_s:g} s")
                if self._cut_length:  # some sensors send nothing at all rather than a part
                    self._advise_mtu()
            self._event("disconnected", "given up" if trouble == "stalled" else "link lost")
            await self._drop()
            await self._come_back()

    async def close(self) -> None:
        """Stop the stream and disconnect; never raises, never hangs, does nothing a second time."""
        if self._session is not None and self._session.is_connected:
            await self._session.finish(
                self._profile.stop_commands(self._settings), self._profile.subscriptions(self._settings)
            )
        await self._drop()

    async def _watch(self) -> Literal["disconnected", "stalled"]:
        """Return what went wrong, once something did; reads the battery now and then."""
        session = self._session
        if session is None:
            return "disconnected"
        started_s, doubtful = time.monotonic(), False
        while True:
            last_s = max(started_s, self.state.last_data_s or 0.0)
            left_s = last_s + self._options.stall_timeout_s - time.monotonic()
            if left_s <= 0.0 and doubtful:
                return "stalled"
            doubtful = left_s <= 0.0
            if doubtful:  # perhaps it was this program that stood still: let what has arrived meanwhile come in first
                left_s = STALL_GRACE_S
            try:
                async with asyncio.timeout(min(left_s, max(0.05, self._battery_due_s - time.monotonic()))):
                    await session.lost.wait()
            except TimeoutError:
                if time.monotonic() >= self._battery_due_s:
                    await self._read_battery(session)
            else:
                return "disconnected"

    async def _come_back(self) -> None:
        """Restore the stream, however long it takes."""
        attempt = 0
        while True:
            attempt += 1
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(max(2.0 * self._pause_s, FIRST_PAUSE_S), self._options.longest_pause_s)
            if attempt == 1:
                self._event("reconnecting", f"looking for '{self.state.device}'")
            try:
                if await self._find_again():
                    await self._open()
                    await self._subscribe()
                    await self._start()
                    self.state.reconnects += 1
                    return
                if attempt > 1:
                    self._advise("away", "The sensor is not heard: bring it closer, wake it or charge it.")
            except (*LINK_ERRORS, DeviceError) as error:
                known = as_device_error(error, f"reconnecting to '{self.state.device}'")
                self._advise(known.reason.value, f"{known.message}. {known.advice}")
            await self._drop()

    async def _find_again(self) -> bool:
        """Scan for this sensor's address; needed as systems forget a device that is gone."""

        def is_it(device: BLEDevice, advertisement: AdvertisementData) -> bool:
            if device.address != self._device.address:
                return False
            self.state.rssi_dbm = advertisement.rssi
            return True

        async with self._options.radio_lock:
            found = await BleakScanner.find_device_by_filter(
                is_it, timeout=self._options.rescan_s, **scanner_options(self._options.backend)
            )
        if found is not None:
            self._device = found
        return found is not None

    async def _open(self) -> None:
        """Connect and check that it is the right kind of sensor."""
        session = self._session = await Session.open(self._device, self._profile, self.state.device, self._options)
        needed = list(self._profile.data_characteristics(self._settings))
        needed += [command.characteristic for command in self._profile.start_commands(self._settings)]
        missing = [uuid for uuid in needed if session.find(uuid) is None]
        if missing and session.is_connected:
            await self._drop()
            raise DeviceError(
                DeviceReason.WRONG_MODEL,
                f"'{self.state.device}' is not a {self._profile.name}: it has no characteristic {missing[0]}",
                "Choose the profile of this sensor (`gaitpipe profiles` lists them), or name the right sensor.",
                self.state.device,
            )
        self.state.connected = True
        self._event("connected", self.state.device)

    async def _subscribe(self) -> None:
        session = self._require_session()
        data = self._profile.data_characteristics(self._settings)
        for key in data:
            await session.subscribe(key, self._make_callback(key))
        for key in self._profile.subscriptions(self._settings):
            if key not in data:
                with suppress(*LINK_ERRORS):  # battery and status are welcome, but no reason to give up
                    await session.subscribe(key, self._make_callback(key))
        self._check_mtu(session)

    async def _start(self) -> None:
        session = self._require_session()
        await session.write(self._profile.start_commands(self._settings))
        self._battery_due_s = 0.0  # soon, but not between the starts of two sensors

    def _require_session(self) -> Session:
        if self._session is None or self._session.lost.is_set():
            message = f"'{self.state.device}' is not connected"
            raise ConnectionError(message)
        return self._session

    def _make_callback(self, uuid: str) -> Callable[[bytes], None]:
        side, state = self.wanted.side, self.state
        emit, clock = self._options.emit, self._options.clock
        is_data = uuid in self._profile.data_characteristics(self._settings)
        is_battery = uuid == self._profile.battery_characteristic

        def on_payload(payload: bytes) -> None:
            monotonic_ns, utc_ns = clock()
            if is_data:
                state.last_data_s = time.monotonic()
                if not state.streaming:
                    self._note_streaming()
                if len(payload) == self._cut_length:
                    self._advise_mtu()
            state.notifications += 1
            emit(RawNotification(side, uuid, monotonic_ns, utc_ns, payload))
            if is_battery and payload:
                self._note_battery(payload[0])

        return on_payload

    def _note_streaming(self) -> None:
        """Data flows: the outage, if there was one, is over."""
        self.state.streaming = True
        self._pause_s = 0.0
        self._advised &= {"mtu"}
        self._event("streaming", self.state.device)

    async def _read_battery(self, session: Session) -> None:
        """Read the charge, if the sensor tells it; a sensor that fails to is no reason to stop."""
        self._battery_due_s = time.monotonic() + BATTERY_PERIOD_S
        uuid = self._profile.battery_characteristic
        value = await session.read(uuid) if uuid is not None else b""
        if value:
            self._note_battery(value[0])

    def _note_battery(self, battery_pct: int) -> None:
        if battery_pct <= 100 and battery_pct != self.state.battery_pct:
            self.state.battery_pct = battery_pct
            self._event("battery", "", float(battery_pct))

    def _check_mtu(self, session: Session) -> None:
        """Compare the agreed MTU with what one packet needs: too small an MTU cuts every packet off, silently.

        Old versions of BlueZ do not tell the MTU, and bleak then says 23: so advice waits for a packet of just the
        length to which it would be cut.
        """
        mtu = session.mtu(self._profile.data_characteristics(self._settings)[0])
        if mtu is not None:
            self.state.mtu = mtu
            self._event("mtu", "", float(mtu))
            too_small = mtu < self._profile.required_mtu(self._settings)
            self._cut_length = mtu - ATT_HEADER_BYTES if too_small else 0

    def _advise_mtu(self) -> None:
        needed = self._profile.required_mtu(self._settings)
        self._advise(
            "mtu",
            f"Packets of '{self.state.device}' need an ATT MTU of {needed} bytes, but the link has {self.state.mtu}: "
            "they are cut off. Choose a lower rate or use another Bluetooth adapter.",
        )

    async def _drop(self) -> None:
        """Let go of the present client, whatever state it is in."""
        session, self._session = self._session, None
        self.state.connected = self.state.streaming = False
        if session is not None:
            await session.drop()

    def _advise(self, key: str, text: str) -> None:
        """Give one piece of advice once per outage."""
        if key not in self._advised:
            self._advised.add(key)
            self._event("advice", text)

    def _event(self, kind: str, text: str, value: float | None = None) -> None:
        monotonic_ns, utc_ns = self._options.clock()
        self._options.emit(RecordingEvent(monotonic_ns, utc_ns, kind, self.wanted.side, text, value))
