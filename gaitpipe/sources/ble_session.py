"""One connection to a sensor, from its first moment to its end, and what all links of a source share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak_retry_connector import establish_connection

from gaitpipe.model import RawNotification, RecordingEvent
from gaitpipe.protocol.handshake import Command
from gaitpipe.protocol.profile import Profile
from gaitpipe.sources.ble_errors import LINK_ERRORS
from gaitpipe.sources.ble_scan import BleBackend

ATT_HEADER_BYTES = 3
GATT_TIMEOUT_S = 5.0

Clock = Callable[[], tuple[int, int]]


def system_clock() -> tuple[int, int]:
    """Return monotonic and UTC time of the host, in ns."""
    return time.monotonic_ns(), time.time_ns()


@dataclass(slots=True)
class LinkState:
    """How the link of one side is just now, for a live view."""

    device: str = ""
    connected: bool = False
    streaming: bool = False
    rssi_dbm: int | None = None
    mtu: int | None = None
    battery_pct: int | None = None
    reconnects: int = 0
    notifications: int = 0
    last_data_s: float | None = None

    @property
    def age_s(self) -> float | None:
        """Seconds since the last data notification; None before the first."""
        return None if self.last_data_s is None else time.monotonic() - self.last_data_s


@dataclass(slots=True)
class LinkOptions:
    """What all links of a source share: where items go, the clock, the radio's lock, and patience."""

    emit: Callable[[RawNotification | RecordingEvent], None]
    clock: Clock
    backend: BleBackend | None
    connect_timeout_s: float
    stall_timeout_s: float
    rescan_s: float
    longest_pause_s: float
    radio_lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Session:
    """A fresh client and its life. After `drop` nothing of it reaches the recording any more."""

    def __init__(self, client: BleakClient, profile: Profile, lost: asyncio.Event) -> None:
        self._client = client
        self._profile = profile
        self.lost = lost
        self.live = True

    @classmethod
    async def open(cls, device: BLEDevice, profile: Profile, name: str, options: LinkOptions) -> Session:
        """Connect with a fresh client.

        `establish_connection` makes one attempt (and repeats only what BlueZ calls transient, and takes over a link
        that a crashed program left open): longer pauses are the supervisor's, so that other sensors get their turn.
        """
        lost = asyncio.Event()
        choice: dict[str, Any] = {} if options.backend is None else {"backend": options.backend.client}

        def on_disconnected(_client: BleakClient) -> None:
            lost.set()

        async with options.radio_lock, asyncio.timeout(options.connect_timeout_s):
            client = await establish_connection(BleakClient, device, name, on_disconnected, max_attempts=1, **choice)
        return cls(client, profile, lost)

    @property
    def is_connected(self) -> bool:
        """Whether the link is up as far as the system knows."""
        return self._client.is_connected and not self.lost.is_set()

    def find(self, key: str) -> BleakGATTCharacteristic | None:
        """Return the characteristic that the profile means by this key, under whichever of its UUIDs the sensor has it.

        Some devices have one UUID in two services, so the profile's own service goes first.
        """
        with suppress(*LINK_ERRORS):
            for service_uuid, uuid in self._profile.places_of(key):
                services = list(self._client.services)
                services.sort(key=lambda service: service.uuid != service_uuid)
                for service in services:
                    characteristic = service.get_characteristic(uuid)
                    if characteristic is not None:
                        return characteristic
        return None

    def mtu(self, uuid: str) -> int | None:
        """Return the agreed ATT MTU as seen at one characteristic: BlueZ tells it nowhere else."""
        characteristic = self.find(uuid)
        return None if characteristic is None else characteristic.max_write_without_response_size + ATT_HEADER_BYTES

    async def subscribe(self, uuid: str, on_payload: Callable[[bytes], None]) -> None:
        """Let notifications of a characteristic come, if the sensor has it; `on_payload` must not block."""
        characteristic = self.find(uuid)
        if characteristic is None:
            return

        def on_notification(_characteristic: BleakGATTCharacteristic, payload: bytearray) -> None:
            if self.live:
                on_payload(bytes(payload))

        async with asyncio.timeout(GATT_TIMEOUT_S):
            await self._client.start_notify(characteristic, on_notification)

    async def write(self, commands: Iterable[Command]) -> None:
        """Write commands in their order."""
        for command in commands:
            characteristic = self.find(command.characteristic)
            if characteristic is not None:
                async with asyncio.timeout(GATT_TIMEOUT_S):
                    await self._client.write_gatt_char(characteristic, command.payload, response=command.with_response)
                await asyncio.sleep(command.pause_after_s)

    async def read(self, uuid: str) -> bytes:
        """Read a characteristic; nothing if the sensor has it not or cannot tell just now."""
        characteristic = self.find(uuid)
        if characteristic is None or "read" not in characteristic.properties:
            return b""
        with suppress(*LINK_ERRORS):
            async with asyncio.timeout(GATT_TIMEOUT_S):
                return bytes(await self._client.read_gatt_char(characteristic))
        return b""

    async def finish(self, stop_commands: Iterable[Command], uuids: Iterable[str]) -> None:
        """Stop the stream in good order; never raises."""
        with suppress(*LINK_ERRORS):
            async with asyncio.timeout(GATT_TIMEOUT_S):
                await self.write(stop_commands)
                for characteristic in filter(None, map(self.find, uuids)):
                    await self._client.stop_notify(characteristic)

    async def drop(self) -> None:
        """Let go of the client, whatever state it is in; never raises."""
        self.live = False
        with suppress(*LINK_ERRORS):
            async with asyncio.timeout(GATT_TIMEOUT_S):
                await self._client.disconnect()
