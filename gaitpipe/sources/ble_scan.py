"""One scan for all sensors, and who of those that were seen is the left and who the right one.

A sensor that the user named (part of its name or address) is taken by that. Sensors that were not named are taken in
the order of their names, then addresses, among those that the profile recognises: the same sensors give the same sides
every time. As names may come late and a third sensor may stand by, the scan goes on a moment after enough were seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bleak import BleakScanner
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

from gaitpipe.errors import DeviceError, DeviceReason
from gaitpipe.model import Placement, Side
from gaitpipe.protocol.profile import Profile
from gaitpipe.sources.ble_errors import LINK_ERRORS, as_device_error

SETTLE_S = 0.5
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
        profile_id = next((profile.id for profile in profiles if self.fits(profile)), None)
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

    try:
        async with BleakScanner(on_advertisement, **scanner_options(backend)):
            await asyncio.sleep(duration_s)
    except LINK_ERRORS as error:
        raise as_device_error(error, "scanning for sensors") from error
    found = [sighting.as_found(profiles) for sighting in sightings.values()]
    return sorted(found, key=lambda item: (item.profile_id is None, -item.rssi, item.name, item.address))


async def find_all(
    wanted: Sequence[WantedSensor], timeout_s: float, backend: BleBackend | None, settle_s: float = SETTLE_S
) -> list[Sighting]:
    """Return one sighting for each wanted sensor, in their order, from one scan.

    Raises
    ------
    DeviceError
        Bluetooth cannot be used, or a sensor was not heard in time (NOT_FOUND; it names what was heard).
    """
    sightings: dict[str, Sighting] = {}
    enough = asyncio.Event()

    def on_advertisement(device: BLEDevice, advertisement: AdvertisementData) -> None:
        sightings[device.address] = Sighting(device, advertisement)
        if None not in assign(wanted, sightings.values()):
            enough.set()

    try:
        async with BleakScanner(on_advertisement, **scanner_options(backend)):
            try:
                async with asyncio.timeout(timeout_s):
                    await enough.wait()
                    await asyncio.sleep(settle_s)
            except TimeoutError:
                pass  # what is missing is said below
    except LINK_ERRORS as error:
        raise as_device_error(error, "scanning for sensors") from error
    chosen = assign(wanted, sightings.values())
    missing = [sensor for sensor, sighting in zip(wanted, chosen, strict=True) if sighting is None]
    if missing:
        raise _not_found(missing, list(sightings.values()), timeout_s)
    return [sighting for sighting in chosen if sighting is not None]


def assign(wanted: Sequence[WantedSensor], sightings: Any) -> list[Sighting | None]:
    """Return for each wanted sensor its sighting or None: those that were named first, the others by name."""
    free = sorted(sightings, key=lambda sighting: (sighting.name, sighting.device.address))
    chosen: list[Sighting | None] = [None] * len(wanted)
    for position in sorted(range(len(wanted)), key=lambda index: wanted[index].match is None):
        sensor = wanted[position]
        candidates = [sighting for sighting in free if sighting.fits(sensor.profile)]
        if sensor.match is not None:
            # the user's word is enough where the name tells nothing; the services are checked after connecting
            candidates = [item for item in candidates if _named(item, sensor.match)] or [
                item for item in free if _named(item, sensor.match)
            ]
        if candidates:
            chosen[position] = candidates[0]
            free.remove(candidates[0])
    return chosen


def _named(sighting: Sighting, text: str) -> bool:
    return text.casefold() in sighting.name.casefold() or text.casefold() in sighting.device.address.casefold()


def _not_found(missing: Sequence[WantedSensor], seen: Sequence[Sighting], timeout_s: float) -> DeviceError:
    whom = " and ".join(
        f"{item.side} {item.placement} sensor ({item.profile.name}{f', {item.match!r}' if item.match else ''})"
        for item in missing
    )
    named = sorted({f"'{item.name}'" for item in seen if item.name})
    others = ", ".join(named[:NAMES_SHOWN]) if named else "no other device with a name"
    return DeviceError(
        DeviceReason.NOT_FOUND,
        f"the {whom} was not found within {timeout_s:g} s; seen: {others}",
        "Wake the sensor (move it or press its button), charge it, bring it closer, and check that no phone is "
        "connected to it. `gaitpipe scan` shows what is near.",
    )
