"""One scan in the background for all devices that are away.

Rules:

- It listens all the time while somebody is looked for, so that a device that comes back is heard at its first
  advertisement. There are no pauses but those that the radio needs for connecting.
- Scan and connection take turns under the radio's lock. When a device is heard the scan ends, so that its link can
  connect; then the scan goes on for the others.
- The scan begins anew every `rescan_s` and whenever somebody joins the search: controllers report an advertiser once a
  scan, and a scan can die in silence.
- A scan that cannot begin (Bluetooth off, its service gone) is told to all who wait and tried again, at first at once,
  then once a second. That is as long as a person's switch needs to be noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from gaitpipe.errors import DeviceError
from gaitpipe.sources.ble_errors import LINK_ERRORS, as_device_error
from gaitpipe.sources.ble_scan import Sighting, scanner_options
from gaitpipe.sources.ble_session import LinkOptions

SCANNER_TIMEOUT_S = 5.0
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 1.0


@dataclass(eq=False, slots=True)
class Search:
    """Somebody looks for one device.

    `is_it` decides; `on_unheard` is told after each scan in vain, `on_error` of each scan that failed, with the number
    of failures in a row.
    """

    is_it: Callable[[Sighting], bool]
    on_unheard: Callable[[], None] = lambda: None
    on_error: Callable[[DeviceError, int], None] = lambda _error, _count: None
    found: asyncio.Future[Sighting] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Lookout:
    """See the rules at the top of this module."""

    def __init__(self, options: LinkOptions) -> None:
        self._options = options
        self._searches: list[Search] = []
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def find(self, search: Search) -> Sighting:
        """Return the device as soon as it is heard, however long that takes."""
        self._searches.append(search)
        self._changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="gaitpipe lookout")
        try:
            return await search.found
        finally:
            self._searches.remove(search)
            self._changed.set()

    async def close(self) -> None:
        """End the scan; whoever still waits is to be cancelled by its owner."""
        task, self._task = self._task, None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=SCANNER_TIMEOUT_S)

    async def _run(self) -> None:
        failures = 0
        while self._searches:
            try:
                await self._scan_once()
                failures = 0
            except Exception as error:  # noqa: BLE001 (whatever a stack raises: those who wait must not wait in vain)
                failures += 1
                known = as_device_error(error, "looking for sensors")
                for search in tuple(self._searches):
                    search.on_error(known, failures)
                await asyncio.sleep(min(FIRST_PAUSE_S * 2 ** min(failures - 1, 8), LONGEST_PAUSE_S))

    async def _scan_once(self) -> None:
        """Listen until one is heard, somebody joins or `rescan_s` are over."""
        async with self._options.radio_lock:
            self._changed.clear()
            scanner = BleakScanner(self._on_advertisement, **scanner_options(self._options.backend))
            try:
                async with asyncio.timeout(SCANNER_TIMEOUT_S):
                    await scanner.start()
                if not await self._news_within(self._options.rescan_s):
                    for search in tuple(self._searches):
                        search.on_unheard()
            finally:
                with suppress(*LINK_ERRORS):
                    async with asyncio.timeout(SCANNER_TIMEOUT_S):
                        await scanner.stop()

    async def _news_within(self, patience_s: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._changed.wait()
        return self._changed.is_set()

    def _on_advertisement(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        sighting = Sighting(device, advertisement)
        for search in self._searches:
            if not search.found.done() and search.is_it(sighting):
                search.found.set_result(sighting)
                self._changed.set()
                return
