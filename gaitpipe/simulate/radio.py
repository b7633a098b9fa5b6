"""A virtual radio: one host's Bluetooth adapter, the air around it, and the virtual sensors on it.

async with VirtualRadio() as radio:
    await radio.add_sensor(sensor)
    source = BleSource(wanted, backend=radio.backend, clock=radio.clock.now)
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError

from gaitpipe.simulate.bleak_backend import VirtualBackend, make_backend
from gaitpipe.simulate.bumble_api import core, hci
from gaitpipe.simulate.clock import VirtualClock
from gaitpipe.simulate.peripheral import VirtualSensor
from gaitpipe.simulate.virtual_link import VirtualAir, VirtualController, make_device, retire_device, uninterrupted

HOST_ADDRESS = "F0:00:00:00:00:00"

AdvertisementListener = Callable[[Any], None]


@dataclass(slots=True)
class AdapterFaults:
    """What the host's Bluetooth stack does wrong: how many of the next requests of a kind (`connect`, `disconnect`,
    `start_notify`) are never answered, and whether every notification is delivered twice.
    """

    hanging: Counter[str] = field(default_factory=Counter)
    deliver_twice: bool = False

    async def hang(self, request: str) -> None:
        """Return at once, or never when this request is one of those."""
        if self.hanging[request] > 0:
            self.hanging[request] -= 1
            await asyncio.get_running_loop().create_future()


class VirtualAdapter:
    """The host's Bluetooth adapter: scanning for several listeners, one pending connection at a time."""

    def __init__(self, air: VirtualAir) -> None:
        self.powered = True
        self.faults = AdapterFaults()
        self._controller = VirtualController("host", air)
        self._device = make_device("host", HOST_ADDRESS, self._controller)
        self._connecting = asyncio.Lock()
        self._listeners: list[AdvertisementListener] = []

    async def power_on(self) -> None:
        """Start the adapter's host stack."""
        self._device.on("advertisement", self._on_advertisement)
        await self._device.power_on()

    async def power_off(self) -> None:
        """End all links and stop the host stack."""
        await retire_device(self._device, self._controller)

    def switch_off(self) -> None:
        """Switch Bluetooth off, as a user does: links end, scans and connections are refused until `powered`."""
        self.powered = False
        self._controller.lose_all_links()

    def switch_on(self) -> None:
        """Switch Bluetooth on again."""
        self.powered = True

    def require_power(self) -> None:
        """Raise what bleak raises on every platform when Bluetooth is off."""
        if not self.powered:
            raise BleakBluetoothNotAvailableError(
                "Bluetooth is turned off.", BleakBluetoothNotAvailableReason.POWERED_OFF
            )

    async def start_scan(self, listener: AdvertisementListener) -> None:
        """Report every advertisement to `listener` until `stop_scan`."""
        self.require_power()
        self._listeners.append(listener)
        if len(self._listeners) == 1:
            try:
                await uninterrupted(self._device.start_scanning(legacy=True, active=True))
            except asyncio.CancelledError:
                await self.stop_scan(listener)
                raise

    async def stop_scan(self, listener: AdvertisementListener) -> None:
        """Stop reporting to `listener`; the radio scans on while others listen."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            if not self._listeners:
                await uninterrupted(self._device.stop_scanning(legacy=True))

    def _on_advertisement(self, advertisement: Any) -> None:
        for listener in tuple(self._listeners):
            listener(advertisement)

    async def connect(self, address: str, timeout_s: float) -> Any:
        """Return a bumble connection to the sensor at `address`.

        Raises
        ------
        TimeoutError, BleakError
            It does not advertise, or the link failed.
        """
        self.require_power()
        await self.faults.hang("connect")
        async with self._connecting:
            attempt = asyncio.ensure_future(self._device.connect(hci.Address(address), timeout=timeout_s))
            try:
                connection = await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await self._forget(attempt)
                raise
            except core.TimeoutError as error:
                raise TimeoutError(f"no answer from {address} within {timeout_s:g} s") from error
            except core.ConnectionError as error:
                raise BleakError(f"could not connect to {address}: {error}") from error
        if self._device.connections.get(connection.handle) is not connection:  # a sensor may hang up at once
            raise BleakError("failed to discover services, device disconnected")
        return connection

    async def _forget(self, attempt: asyncio.Future[Any]) -> None:
        """Undo a connection attempt whose caller gave up, be it still pending or just completed."""
        attempt.cancel()
        await asyncio.wait({attempt})
        self._controller.pending_le_connection = None
        if not attempt.cancelled() and attempt.exception() is None:
            await attempt.result().disconnect()


class VirtualRadio:
    """The virtual world of a recording; an asynchronous context. A sensor that failed makes it raise at the end.

    Attributes
    ----------
    clock
        Common time of all sensors and of the host; `speed` > 1 runs it faster than real time. Give `clock.now` to
        `BleSource`, so that the host's timestamps are on the same scale.
    backend
        Scanner and client classes bound to this radio, for bleak's `backend=`.
    """

    def __init__(self, *, speed: float = 1.0) -> None:
        self.clock = VirtualClock(speed)
        self.air = VirtualAir()
        self.sensors: list[VirtualSensor] = []
        self._adapter: VirtualAdapter | None = None

    @property
    def adapter(self) -> VirtualAdapter:
        """The host's adapter; there is one inside the context."""
        if self._adapter is None:
            message = "use `async with VirtualRadio() as radio`"
            raise RuntimeError(message)
        return self._adapter

    @property
    def backend(self) -> VirtualBackend:
        """Scanner and client classes for bleak's `backend=`."""
        return make_backend(self.adapter)

    async def __aenter__(self) -> VirtualRadio:
        self._adapter = VirtualAdapter(self.air)
        await self._adapter.power_on()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sensor in self.sensors:
            await sensor.power_off()
        if self._adapter is not None:
            await self._adapter.power_off()
        failure = next((sensor.failure for sensor in self.sensors if sensor.failure is not None), None)
        if failure is not None and error is None:
            raise failure

    async def add_sensor(self, sensor: VirtualSensor) -> VirtualSensor:
        """Put a sensor on the air; addresses must differ."""
        if any(other.address == sensor.address for other in self.sensors):
            message = f"two virtual sensors with the address {sensor.address}"
            raise ValueError(message)
        self.sensors.append(sensor)
        await sensor.power_on(self.air, self.clock)
        return sensor
