"""One scan for all devices, and who of those that were seen is the left sensor, the right one, the treadmill.

A device that the user named (part of its name or address) is taken by that. Sensors that were not named are taken in
the order of their names, then addresses, among those that the profile recognises: the same sensors give the same sides
every time. Of several treadmills, pods or straps the strongest is taken: it is the one at hand. As names may come late
and a third sensor may stand by, the scan goes on a moment after enough were seen. Devices beside the feet are waited
for only for a moment: without them there is still a recording.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from bleak import BleakScanner
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakDBusError

from gaitpipe.errors import DeviceError, DeviceReason
from gaitpipe.model import AuxiliaryKind, Placement, Side, Source
from gaitpipe.protocol.profile import Profile
from gaitpipe.sources.ble_errors import LINK_ERRORS, as_device_error

SETTLE_S = 0.5
AUXILIARY_WAIT_S = 4.0
BUSY = "org.bluez.Error.InProgress"
BUSY_PAUSE_S = 0.25
NAMES_SHOWN = 12


class BleBackend(Protocol):
    """The two classes that bleak takes as `backend`; None means the platform's own Bluetooth."""

    @property
    def scanner(self) -> type[BaseBleakScanner]: ...
    @property
    def client(self) -> type[BaseBleakClient]: ...


@dataclass(frozen=True, slots=True)
class WantedSensor:
    """One sensor to record. `match` is part of the name or address chosen by the user; None: any of this profile."""

    side: Side
    placement: Placement
    profile: Profile
    settings: Mapping[str, float] = field(default_factory=dict)
    match: str | None = None

    @property
    def source(self) -> Source:
        """What its items are marked with."""
        return self.side

    @property
    def words(self) -> str:
        """How to speak of it to a person."""
        return f"{self.side} {self.placement} sensor"


@dataclass(frozen=True, slots=True)
class WantedDevice:
    """One device beside the feet; otherwise as `WantedSensor`. It is only listened to, and may be missing."""

    kind: AuxiliaryKind
    profile: Profile
    settings: Mapping[str, float] = field(default_factory=dict)
    match: str | None = None

    @property
    def source(self) -> Source:
        """What its items are marked with."""
        return self.kind

    @property
    def words(self) -> str:
        """How to speak of it to a person."""
        return self.kind.replace("_", " ")


Wanted = WantedSensor | WantedDevice


@dataclass(frozen=True, slots=True)
class FoundSensor:
    """A device that was heard; `profile_id` is None when no profile recognises it."""

    address: str
    name: str
    rssi: int
    profile_id: str | None


@dataclass(slots=True)
class Sighting:
    """What the scanner knows of one device so far."""

    device: BLEDevice
    advertisement: AdvertisementData

    @property
    def name(self) -> str:
        """The advertised name wins: the system's may be an old one."""
        return self.advertisement.local_name or self.device.name or ""

    def fits(self, profile: Profile) -> bool:
        """Whether `profile` recognises the advertisement."""
        return profile.matches(
            self.name or None, self.advertisement.service_uuids, tuple(self.advertisement.manufacturer_data)
        )

    def as_found(self, profiles: Sequence[Profile]) -> FoundSensor:
        """Return the public form."""
        # A motion sensor may offer a standard service too (a chest strap its heart rate): it is the sensor that counts.
        ranked = sorted(profiles, key=lambda profile: profile.auxiliary is not None)
        profile_id = next((profile.id for profile in ranked if self.fits(profile)), None)
        return FoundSensor(self.device.address, self.name, self.advertisement.rssi, profile_id)


def scanner_options(backend: BleBackend | None) -> dict[str, Any]:
    """Return keyword arguments for `BleakScanner`."""
    return {} if backend is None else {"backend": backend.scanner}


async def scan(
    profiles: Sequence[Profile],
    duration_s: float,
    backend: BleBackend | None = None,
    on_found: Callable[[FoundSensor], None] | None = None,
) -> list[FoundSensor]:
    """Listen for `duration_s` and return all devices heard: known sensors first, then the strongest.

    `on_found` is called once for each known sensor, as soon as it is recognised.

    Raises
    ------
    DeviceError
        Bluetooth is off, missing or not allowed.
    """
    sightings: dict[str, Sighting] = {}
    announced: set[str] = set()
    profiles = [profile for profile in profiles if profile.variant_of is None]

    def on_advertisement(device: BLEDevice, advertisement: AdvertisementData) -> None:
        sightings[device.address] = Sighting(device, advertisement)
        found = sightings[device.address].as_found(profiles)
        if found.profile_id is not None and device.address not in announced and found.name:
            announced.add(device.address)
            if on_found is not None:
                on_found(found)

    async with listening(on_advertisement, backend, duration_s):
        await asyncio.sleep(duration_s)
    found = [sighting.as_found(profiles) for sighting in sightings.values()]
    return sorted(found, key=lambda item: (item.profile_id is None, -item.rssi, item.name, item.address))


@asynccontextmanager
async def listening(
    on_advertisement: Callable[[BLEDevice, AdvertisementData], None], backend: BleBackend | None, patience_s: float
) -> AsyncIterator[None]:
    """Scan inside the context; a radio that is busy just now is asked again for up to `patience_s`.

    Raises
    ------
    DeviceError
        Bluetooth cannot be used.
    """
    give_up_s = time.monotonic() + patience_s
    scanner = BleakScanner(on_advertisement, **scanner_options(backend))
    try:
        while True:
            try:
                await scanner.start()
                break
            except BleakDBusError as error:
                if error.dbus_error != BUSY or time.monotonic() > give_up_s:
                    raise
                await asyncio.sleep(BUSY_PAUSE_S)
    except LINK_ERRORS as error:
        raise as_device_error(error, "scanning for sensors") from error
    try:
        yield
    finally:
        with suppress(*LINK_ERRORS):
            await scanner.stop()


async def find_all(
    wanted: Sequence[Wanted],
    timeout_s: float,
    backend: BleBackend | None,
    settle_s: float = SETTLE_S,
    auxiliary_wait_s: float = AUXILIARY_WAIT_S,
) -> list[Sighting | None]:
    """Return one sighting for each wanted device, in their order, from one scan; None for an absent auxiliary.

    Raises
    ------
    DeviceError
        Bluetooth cannot be used, or a sensor was not heard in time (NOT_FOUND; it names what was heard).
    """
    sightings: dict[str, Sighting] = {}
    enough, complete = asyncio.Event(), asyncio.Event()
    essential = [index for index, item in enumerate(wanted) if isinstance(item, WantedSensor)]

    def on_advertisement(device: BLEDevice, advertisement: AdvertisementData) -> None:
        sightings[device.address] = Sighting(device, advertisement)
        chosen = assign(wanted, sightings.values())
        if all(chosen[index] is not None for index in essential):
            enough.set()
        if None not in chosen:
            complete.set()

    async with listening(on_advertisement, backend, timeout_s):
        with suppress(TimeoutError):  # what is missing is said below
            async with asyncio.timeout(timeout_s):
                await enough.wait()
        if enough.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(auxiliary_wait_s):
                    await complete.wait()
            await asyncio.sleep(settle_s)
    chosen = assign(wanted, sightings.values())
    missing = [wanted[index] for index in essential if chosen[index] is None]
    if missing:
        raise _not_found(missing, list(sightings.values()), timeout_s)
    return chosen


def assign(wanted: Sequence[Wanted], sightings: Iterable[Sighting]) -> list[Sighting | None]:
    """Return for each wanted device its sighting or None: sensors before others, those that were named first."""
    by_name = sorted(sightings, key=lambda sighting: (sighting.name, sighting.device.address))
    chosen: list[Sighting | None] = [None] * len(wanted)

    def urgency(index: int) -> tuple[bool, bool]:
        return isinstance(wanted[index], WantedDevice), wanted[index].match is None

    for position in sorted(range(len(wanted)), key=urgency):
        candidates = [sighting for sighting in by_name if fits(wanted[position], sighting)]
        match = wanted[position].match
        if match is not None and not candidates:
            # the user's word is enough where the name tells nothing; the services are checked after connecting
            candidates = [sighting for sighting in by_name if _named(sighting, match)]
        if isinstance(wanted[position], WantedDevice):
            candidates.sort(key=lambda sighting: -sighting.advertisement.rssi)
        if candidates:
            chosen[position] = candidates[0]
            by_name.remove(candidates[0])
    return chosen


def fits(wanted: Wanted, sighting: Sighting) -> bool:
    """Whether the profile recognises this device and, if the user named one, it has that name or address."""
    return sighting.fits(wanted.profile) and (wanted.match is None or _named(sighting, wanted.match))


def _named(sighting: Sighting, text: str) -> bool:
    return text.casefold() in sighting.name.casefold() or text.casefold() in sighting.device.address.casefold()


def _not_found(missing: Sequence[Wanted], seen: Sequence[Sighting], timeout_s: float) -> DeviceError:
    whom = " and ".join(
        f"{item.words} ({item.profile.name}{f', {item.match!r}' if item.match else ''})" for item in missing
    )
    named = sorted({f"'{item.name}'" for item in seen if item.name})
    others = ", ".join(named[:NAMES_SHOWN]) if named else "no other device with a name"
    return DeviceError(
        DeviceReason.NOT_FOUND,
        f"the {whom} was not found within {timeout_s:g} s; seen: {others}",
        "Wake the sensor (move it or press its button), charge it, bring it closer, and check that no phone is "
        "connected to it. `gaitpipe scan` shows what is near.",
    )
