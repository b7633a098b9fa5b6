"""One connection to a device, from its first moment to its end, and what all links of a source share.

Every call into a Bluetooth stack has a time limit, and whatever a stack raises arrives as one of `LINK_ERRORS`: a stack
that hangs or breaks costs one connection, never the recording.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError

from gaitpipe.model import RawNotification, RecordingEvent
from gaitpipe.protocol.handshake import Command
from gaitpipe.sources.ble_errors import LINK_ERRORS
from gaitpipe.sources.ble_plan import LinkPlan
from gaitpipe.sources.ble_scan import BleBackend

ATT_HEADER_BYTES = 3
GATT_TIMEOUT_S = 5.0
DROP_TIMEOUT_S = 2.0

GONE_ON_DBUS = {
    "org.bluez.Error.Failed",  # "Not connected"
    "org.bluez.Error.NotConnected",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoReply",
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.UnknownMethod",
    "org.freedesktop.DBus.Error.UnknownObject",
}
"""Answers of BlueZ and D-Bus to a request after the link, the device or the service is gone. Others mean that the
device was asked: one that refuses a read is there."""

Clock = Callable[[], tuple[int, int]]
Notify = Literal["start", "acquire"]
"""How BlueZ delivers notifications: as D-Bus signals, or through a socket of their own (faster, but some devices do not
bear it). Other systems know one way only."""


def system_clock() -> tuple[int, int]:
    """Return monotonic and UTC time of the host, in ns."""
    return time.monotonic_ns(), time.time_ns()


@dataclass(slots=True)
class LinkState:
    """How the link to one device is just now, for a live view.

    `notifications` arrived, `dropped` of them found the recording's queue full. `last_data_s` is of `time.monotonic`.
    """

    device: str = ""
    connected: bool = False
    streaming: bool = False
    rssi_dbm: int | None = None
    mtu: int | None = None
    battery_pct: int | None = None
    reconnects: int = 0
    notifications: int = 0
    dropped: int = 0
    last_data_s: float | None = None

    @property
    def age_s(self) -> float | None:
        """Seconds since the last data notification; None before the first."""
        return None if self.last_data_s is None else time.monotonic() - self.last_data_s


@dataclass(slots=True)
class LinkOptions:
    """What all links of a source share: where items go (False: no room), the clock, the radio's lock, and patience."""

    emit: Callable[[RawNotification | RecordingEvent], bool]
    clock: Clock
    backend: BleBackend | None
    connect_timeout_s: float
    stall_timeout_s: float
    rescan_s: float
    longest_pause_s: float
    stubborn_pause_s: float
    gatt_timeout_s: float = GATT_TIMEOUT_S
    notify: Notify = "start"
    radio_lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Session:
    """A fresh client and its life. After `drop` nothing of it reaches the recording any more.

    `changed` is set when something happened that whoever watches the link should look at: the link ended (`lost`), or
    everything comes twice (`doubled`).
    """

    def __init__(self, plan: LinkPlan, options: LinkOptions) -> None:
        self._plan = plan
        self._options = options
        self._client: BleakClient | None = None
        self.changed = asyncio.Event()
        self.lost = False
        self.doubled = False
        self._live = True

    async def open(self, device: BLEDevice) -> None:
        """Connect, once: pauses and further attempts are the supervisor's, so that other devices get their turn."""
        backend = self._options.backend
        choice: dict[str, Any] = {} if backend is None else {"backend": backend.client}
        async with self._options.radio_lock, self._call(self._options.connect_timeout_s):
            self._client = BleakClient(
                device, lambda _client: self.give_up(), timeout=self._options.connect_timeout_s, **choice
            )
            await self._client.connect()
            if self._client.is_connected:
                # BlueZ aborted a first attempt, of which bleak told the end, and bleak's own second one succeeded
                self.lost = False
                self.changed.clear()

    def give_up(self) -> None:
        """Note that the link has ended or is of no use any more."""
        self.lost = True
        self.changed.set()

    def note_doubled(self) -> None:
        """Note that every notification comes twice."""
        self.doubled = True
        self.changed.set()

    @property
    def is_connected(self) -> bool:
        """Whether the link is up as far as the system knows."""
        return self._client is not None and self._client.is_connected and not self.lost

    def find(self, key: str) -> BleakGATTCharacteristic | None:
        """Return the characteristic that the profile means by this key, under whichever of its UUIDs the device has it.

        Some devices have one UUID in two services, so the profile's own service goes first.
        """
        if self._client is None:
            return None
        with suppress(*LINK_ERRORS):
            for service_uuid, uuid in self._plan.places.get(key, ()):
                services = sorted(self._client.services, key=lambda service: service.uuid != service_uuid)
                for service in services:
                    if (characteristic := service.get_characteristic(uuid)) is not None:
                        return characteristic
        return None

    def mtu(self, key: str) -> int | None:
        """Return the agreed ATT MTU as seen at one characteristic: BlueZ tells it nowhere else."""
        characteristic = self.find(key)
        return None if characteristic is None else characteristic.max_write_without_response_size + ATT_HEADER_BYTES

    async def subscribe(self, key: str, on_payload: Callable[[bytes], None]) -> None:
        """Let notifications of a characteristic come, if the device has it; `on_payload` must not block."""
        characteristic = self.find(key)
        if characteristic is None or self._client is None:
            return

        def on_notification(_characteristic: BleakGATTCharacteristic, payload: bytearray) -> None:
            if self._live:
                on_payload(bytes(payload))

        use_start = self._options.notify == "start"
        async with self._call():
            await self._client.start_notify(characteristic, on_notification, bluez={"use_start_notify": use_start})

    async def write(self, commands: Iterable[Command]) -> None:
        """Write commands in their order."""
        for command in commands:
            characteristic = self.find(command.characteristic)
            if characteristic is not None and self._client is not None:
                async with self._call():
                    await self._client.write_gatt_char(characteristic, command.payload, response=command.with_response)
                await asyncio.sleep(command.pause_after_s)

    async def read(self, key: str) -> bytes:
        """Read a characteristic; nothing if the device has it not or cannot tell just now."""
        characteristic = self.find(key)
        if characteristic is None or "read" not in characteristic.properties or self._client is None:
            return b""
        with suppress(*LINK_ERRORS):
            async with self._call():
                return bytes(await self._client.read_gatt_char(characteristic))
        return b""

    async def answers(self) -> bool | None:
        """Whether the device answers, by reading what it has to read, whatever that is; None if it has nothing.

        An error that the device sent is an answer too.
        """
        if self._client is None or not self.is_connected:
            return False
        try:
            readable = next(
                (item for item in self._client.services.characteristics.values() if "read" in item.properties), None
            )
            if readable is None:
                return None
            async with self._call():
                await self._client.read_gatt_char(readable)
        except BleakGATTProtocolError:
            return True
        except BleakDBusError as error:
            return error.dbus_error not in GONE_ON_DBUS
        except LINK_ERRORS:
            return False
        return True

    async def finish(self) -> None:
        """Stop the stream in good order; never raises."""
        with suppress(*LINK_ERRORS):
            await self.write(self._plan.stop)
            async with self._call():
                for characteristic in filter(None, map(self.find, self._plan.subscribe)):
                    if self._client is not None:
                        await self._client.stop_notify(characteristic)

    async def drop(self) -> None:
        """Let go of the client, whatever state it is in; never raises, never hangs."""
        self._live = False
        client, self._client = self._client, None
        if client is not None:
            with suppress(*LINK_ERRORS):
                async with self._call(min(DROP_TIMEOUT_S, self._options.gatt_timeout_s)):
                    await client.disconnect()

    @asynccontextmanager
    async def _call(self, timeout_s: float | None = None) -> AsyncIterator[None]:
        """Around every call into the stack: see the module text."""
        try:
            async with asyncio.timeout(self._options.gatt_timeout_s if timeout_s is None else timeout_s):
                yield
        except LINK_ERRORS:
            raise
        except Exception as error:
            raise BleakError(f"{type(error).__name__}: {error}") from error
