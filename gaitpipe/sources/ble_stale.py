"""Sensors that a crashed program left connected to this computer.

On Linux a link outlives the program that opened it: after a crash the sensor is still connected, does not advertise,
and no scan hears it. Such a link is ended before the scan, but only by who holds the lock of this computer's recorders,
so that no living one has opened it, and only of a sensor that the user named: another one may well be in use by another
program.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import bleak
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak_retry_connector import close_stale_connections

from gaitpipe.sources.ble_errors import LINK_ERRORS
from gaitpipe.sources.ble_scan import BleBackend, Sighting, Wanted, WantedSensor, fits

PATIENCE_S = 5.0


async def end_links_left_open(wanted: Sequence[Wanted], backend: BleBackend | None) -> list[str]:
    """End the links that a crashed program left open to sensors that the user named; return their names.

    Never raises: what cannot be found out here, the scan will tell.
    """
    named = [item for item in wanted if isinstance(item, WantedSensor) and item.match is not None]
    freed: list[str] = []
    if backend is not None or sys.platform != "linux" or not named or not hasattr(bleak, "BleakAdapter"):
        return freed
    services = sorted({service.uuid for item in named for service in item.profile.services})
    with suppress(*LINK_ERRORS):
        async with asyncio.timeout(PATIENCE_S):
            adapter = await bleak.BleakAdapter.get()
            for device in await adapter.get_connected_devices(services):
                if any(fits(item, _as_sighting(device)) for item in named):
                    await close_stale_connections(device)
                    freed.append(device.name or device.address)
    return freed


def _as_sighting(device: BLEDevice) -> Sighting:
    properties: dict[str, Any] = device.details.get("props", {}) if isinstance(device.details, dict) else {}
    uuids = [str(uuid) for uuid in properties.get("UUIDs", [])]
    makers = {int(key): bytes(value) for key, value in properties.get("ManufacturerData", {}).items()}
    return Sighting(device, AdvertisementData(device.name, makers, {}, uuids, None, -127, ()))
