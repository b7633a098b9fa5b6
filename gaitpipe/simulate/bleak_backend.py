"""bleak's backend interface on top of the virtual radio: `BleakScanner(backend=...)`, `BleakClient(..., backend=...)`.

The application uses unmodified bleak; below it ATT, GATT, L2CAP and HCI are bumble's real implementations.
Whatever waits for the sensor also waits for the loss of the link: bumble cancels a pending request when the link ends,
and one that is sent afterwards would wait for half a minute. Both become a `BleakError`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from bleak.backends.characteristic import BleakGATTCharacteristic, GattCharacteristicsFlags
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str

from gaitpipe.simulate.bumble_api import att, core, device, gatt_client
from gaitpipe.simulate.virtual_link import ATT_HEADER_BYTES, uninterrupted

if TYPE_CHECKING:
    from gaitpipe.simulate.radio import VirtualAdapter

MTU_ASKED_FOR = 517
DISCONNECT_TIMEOUT_S = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VirtualBackend:
    """The two classes that bleak's front ends take as `backend`, bound to one adapter."""

    scanner: type[BaseBleakScanner]
    client: type[BaseBleakClient]


def make_backend(adapter: VirtualAdapter) -> VirtualBackend:
    """Return scanner and client classes that work on `adapter`."""
    return VirtualBackend(
        scanner=type("BoundVirtualScanner", (VirtualScanner,), {"adapter": adapter}),
        client=type("BoundVirtualClient", (VirtualClient,), {"adapter": adapter}),
    )


class VirtualScanner(BaseBleakScanner):
    """Reports what advertises on the virtual air."""

    adapter: ClassVar[VirtualAdapter]

    def __init__(self, detection_callback: Any, service_uuids: list[str] | None, *_args: Any, **_options: Any) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        """Start scanning."""
        self.seen_devices = {}
        await self.adapter.start_scan(self._on_advertisement)

    async def stop(self) -> None:
        """Stop scanning."""
        await self.adapter.stop_scan(self._on_advertisement)

    def _on_advertisement(self, advertisement: device.Advertisement) -> None:
        fields = _parse_fields(advertisement.data)
        data = AdvertisementData(
            local_name=fields["name"],
            manufacturer_data=fields["manufacturer"],
            service_data={},
            service_uuids=fields["uuids"],
            tx_power=None,
            rssi=advertisement.rssi,
            platform_data=(),
        )
        if not self.is_allowed_uuid(data.service_uuids):
            return
        address = str(advertisement.address).split("/", 1)[0]
        found = self.create_or_update_device(address, address, data.local_name, advertisement.address, data)
        self.call_detection_callbacks(found, data)


def _parse_fields(data: core.AdvertisingData) -> dict[str, Any]:
    name: str | None = None
    uuids: list[str] = []
    manufacturer: dict[int, bytes] = {}
    for kind, value in data.ad_structures:
        match int(kind):
            case 0x08 | 0x09:
                name = value.decode("utf-8", "replace")
            case 0x02 | 0x03:
                uuids += [_uuid_text(core.UUID.from_bytes(value[i : i + 2])) for i in range(0, len(value), 2)]
            case 0x06 | 0x07:
                uuids += [_uuid_text(core.UUID.from_bytes(value[i : i + 16])) for i in range(0, len(value), 16)]
            case 0xFF:
                manufacturer[int.from_bytes(value[:2], "little")] = bytes(value[2:])
    return {"name": name, "uuids": uuids, "manufacturer": manufacturer}


def _uuid_text(uuid: core.UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))


class VirtualClient(BaseBleakClient):
    """One connection to a virtual sensor."""

    adapter: ClassVar[VirtualAdapter]

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        super().__init__(
            address_or_ble_device,
            disconnected_callback=options.get("disconnected_callback"),
            timeout=options.get("timeout", 30.0),
        )
        known_name = address_or_ble_device.name if isinstance(address_or_ble_device, BLEDevice) else None
        self._name = known_name or self.address
        self._connection: Any = None
        self._peer: Any = None
        self._lost: asyncio.Future[None] | None = None
        self._subscribers: dict[int, Any] = {}

    @property
    def name(self) -> str:
        """Advertised name, or the address."""
        return self._name

    @property
    def mtu_size(self) -> int:
        """Negotiated ATT MTU, in bytes."""
        return int(self._connection.att_mtu) if self._connection is not None else 23

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._connection is not None

    async def connect(self, pair: bool, **options: Any) -> None:  # noqa: ARG002  # the interface is bleak's
        """Connect, agree on the MTU and discover services; `pair` is ignored."""
        if self.is_connected:
            raise BleakError("Client is already connected")
        self._lost = asyncio.get_running_loop().create_future()
        self._connection = await self.adapter.connect(self.address, float(options.get("timeout", self._timeout)))
        self._connection.on("disconnection", self._on_disconnection)
        self._peer = device.Peer(self._connection)
        try:
            await self._while_linked(self._peer.request_mtu(MTU_ASKED_FOR))
            await self._while_linked(self._peer.discover_all())
            self.services = self._collect_services()
        except BleakError as error:
            await self.disconnect()
            raise BleakError("failed to discover services, device disconnected") from error
        except BaseException:
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        """Close the link; returns when it is down."""
        connection, lost = self._connection, self._lost
        if connection is None or lost is None:
            return
        await self.adapter.faults.hang("disconnect")
        try:
            await uninterrupted(asyncio.wait_for(connection.disconnect(), DISCONNECT_TIMEOUT_S))
            async with asyncio.timeout(DISCONNECT_TIMEOUT_S):
                await asyncio.wait({lost})
        except (core.BaseBumbleError, TimeoutError):
            self._on_disconnection(0)

    def _on_disconnection(self, _reason: int) -> None:
        if self._connection is None:
            return
        self._connection = None
        self.services = None
        self._subscribers.clear()
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def pair(self, *_args: Any, **_options: Any) -> None:
        """Pairing is not modelled."""
        raise BleakError("virtual sensors do not pair")

    async def unpair(self) -> None:
        """Pairing is not modelled."""
        raise BleakError("virtual sensors do not pair")

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_options: Any) -> bytearray:
        """Read a value from the sensor."""
        return bytearray(await self._while_linked(characteristic.obj.read_value()))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_options: Any) -> bytearray:
        """Read a descriptor from the sensor."""
        return bytearray(await self._while_linked(descriptor.obj.read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: Any, response: bool) -> None:
        """Write a value, with or without the sensor's acknowledgement."""
        await self._while_linked(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: Any) -> None:
        """Write a descriptor."""
        await self._while_linked(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_options: Any
    ) -> None:
        """Subscribe."""
        if characteristic.handle in self._subscribers:
            raise BleakError("Characteristic notifications already started")

        def subscriber(value: bytes) -> None:
            for _ in range(1 + self.adapter.faults.deliver_twice):
                callback(bytearray(value))

        await self.adapter.faults.hang("start_notify")

        self._subscribers[characteristic.handle] = subscriber
        await self._while_linked(characteristic.obj.subscribe(subscriber))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        subscriber = self._subscribers.pop(characteristic.handle, None)
        if subscriber is not None:
            await self._while_linked(characteristic.obj.unsubscribe(subscriber))

    async def _while_linked(self, request: Awaitable[T]) -> T:
        """Wait for `request` or for the loss of the link, whichever comes first."""
        task: asyncio.Future[T] = asyncio.ensure_future(request)
        either: set[asyncio.Future[Any]] = {task}
        try:
            if self._lost is None or self._connection is None:
                raise BleakError("Not connected")
            await asyncio.wait(either | {self._lost}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() or task.cancelled():
                raise BleakError("the device disconnected")
            return task.result()
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except core.BaseBumbleError as error:
            raise BleakError(str(error)) from error
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _collect_services(self) -> BleakGATTServiceCollection:
        services = BleakGATTServiceCollection()
        for found in self._peer.services:
            service = BleakGATTService(found, found.handle, _uuid_text(found.uuid))
            services.add_service(service)
            for item in found.characteristics:
                services.add_characteristic(self._collect_characteristic(item, service))
        return services

    def _collect_characteristic(
        self, item: gatt_client.CharacteristicProxy[bytes], service: BleakGATTService
    ) -> BleakGATTCharacteristic:
        properties = [flag.name.replace("_", "-") for flag in GattCharacteristicsFlags if item.properties & flag.value]
        connection = self._connection
        return BleakGATTCharacteristic(
            item,
            item.handle,
            _uuid_text(item.uuid),
            properties,  # type: ignore[arg-type]  # bleak's literal type of property names
            lambda: int(connection.att_mtu) - ATT_HEADER_BYTES,
            service,
        )
