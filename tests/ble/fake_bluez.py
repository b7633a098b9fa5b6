"""A stand-in for bluetoothd on a real dbus-daemon, bridged to the virtual radio.

bleak's own BlueZ backend talks to it over D-Bus as it would to the real one; below it the virtual radio's central scans
and connects, so advertisements, MTU and GATT come from the virtual sensors. Modelled: one adapter, the object tree with
BlueZ's paths, Device1 and GATT signals in BlueZ's order, its error names, AcquireNotify with its socket. Not modelled:
pairing. Faults on request: a method that fails or never answers, values told twice, the service or the bus going away.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError, BleakGATTProtocolError
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

ADAPTER = "/org/bluez/hci0"
ADAPTER_INTERFACE = "org.bluez.Adapter1"
DEVICE_INTERFACE = "org.bluez.Device1"
SERVICE_INTERFACE = "org.bluez.GattService1"
CHARACTERISTIC_INTERFACE = "org.bluez.GattCharacteristic1"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"

DAEMON_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
"""


class Bus:
    """A private message bus that can die and come back at the same address."""

    def __init__(self, folder: Path) -> None:
        self._configuration = folder / "bus.conf"
        self._configuration.write_text(DAEMON_CONFIGURATION.format(socket=folder / "bus"))
        self.address = f"unix:path={folder / 'bus'}"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Run the daemon; returns once it says that it is ready."""
        command = ["dbus-daemon", f"--config-file={self._configuration}", "--nofork", "--print-address=1"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._process.stdout.readline()

    def end(self, *, kill: bool = False) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill() if kill else process.terminate()
            process.wait(10)
            process.stdout.close()
        Path(self.address.removeprefix("unix:path=")).unlink(missing_ok=True)


@contextlib.contextmanager
def dbus_daemon(folder: Path) -> Iterator[str]:
    """Run a private message bus; yields its address."""
    bus = Bus(folder)
    bus.start()
    try:
        yield bus.address
    finally:
        bus.end()


class DBusFailureError(Exception):
    """An error reply."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name
        self.text = text


class FakeBluez:
    """`org.bluez` on one bus. `objects` is the tree: path -> interface -> property -> Variant."""

    def __init__(self, bus_address: str, radio: Any) -> None:
        self._radio = radio
        self._bus_address = bus_address
        self._bus: MessageBus | None = None
        self._faults: dict[str, list[DBusFailureError | None]] = {}
        self._sockets: dict[str, socket.socket] = {}
        self.values_twice = False
        self._scanner: BleakScanner | None = None
        self._clients: dict[str, BleakClient] = {}
        self._devices: dict[str, Any] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.objects: dict[str, dict[str, dict[str, Variant]]] = {}

    async def start(self) -> None:
        """Appear on the bus."""
        self._bus = MessageBus(bus_address=self._bus_address, bus_type=BusType.SYSTEM, negotiate_unix_fd=True)
        await self._bus.connect()
        self._bus.add_message_handler(self._on_message)
        await self._bus.request_name("org.bluez")
        self._add(
            ADAPTER,
            ADAPTER_INTERFACE,
            {
                "Address": Variant("s", "F0:00:00:00:00:00"),
                "Powered": Variant("b", True),
                "Discovering": Variant("b", False),
                "Roles": Variant("as", ["central", "peripheral"]),
            },
        )

    async def stop(self) -> None:
        """Vanish from the bus without a word, as a process that is killed: all links end, all objects are gone."""
        bus, self._bus = self._bus, None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if bus is not None:
            bus.disconnect()
            with contextlib.suppress(Exception):
                await bus.wait_for_disconnect()
        scanner, self._scanner = self._scanner, None
        if scanner is not None:
            await scanner.stop()
        for client in list(self._clients.values()):
            await client.disconnect()
        self.objects.clear()

    def switch_off(self) -> None:
        """Bluetooth is switched off in the desktop's settings."""
        self._radio.adapter.switch_off()
        self._change(ADAPTER, ADAPTER_INTERFACE, {"Powered": Variant("b", False)})

    def switch_on(self) -> None:
        """And on again."""
        self._radio.adapter.powered = True
        self._scanner = None
        self._change(ADAPTER, ADAPTER_INTERFACE, {"Powered": Variant("b", True), "Discovering": Variant("b", False)})

    def fail(self, member: str, error: str, text: str, times: int = 1) -> None:
        """Let the next calls of a method end with an error."""
        self._faults.setdefault(member, []).extend([DBusFailureError(error, text)] * times)

    def hang(self, member: str, times: int = 1) -> None:
        """Let the next calls of a method never be answered."""
        self._faults.setdefault(member, []).extend([None] * times)

    # -- messages -------------------------------------------------------------------------------------------------

    def _on_message(self, message: Message) -> bool | None:
        if message.message_type is not MessageType.METHOD_CALL or not str(message.interface).startswith(
            ("org.bluez", OBJECT_MANAGER)
        ):
            return None
        task = asyncio.get_running_loop().create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _answer(self, message: Message) -> None:
        descriptors: list[int] = []
        try:
            if pending := self._faults.get(message.member):
                fault = pending.pop(0)
                if fault is None:
                    return
                raise fault
            signature, body = await self._call(message)
            if message.member == "AcquireNotify":
                descriptors = [body[0]]
                body = [0, body[1]]
        except DBusFailureError as failure:
            reply = Message.new_error(message, failure.name, failure.text)
        except BleakGATTProtocolError as error:
            text = f"Operation failed with ATT error: 0x{error.code:02x}"
            reply = Message.new_error(message, "org.bluez.Error.Failed", text)
        except (BleakError, TimeoutError) as error:
            reply = Message.new_error(message, "org.bluez.Error.Failed", str(error) or "timeout")
        else:
            reply = Message.new_method_return(message, signature, body, descriptors)
        with contextlib.suppress(Exception):
            await self._bus.send(reply)
        for descriptor in descriptors:
            socket.socket(fileno=descriptor).close()

    async def _call(self, message: Message) -> tuple[str, list[Any]]:
        if message.path not in self.objects and message.path != "/":
            raise DBusFailureError("org.freedesktop.DBus.Error.UnknownObject", f"no object {message.path}")
        handlers = {
            "GetManagedObjects": self._managed_objects,
            "SetDiscoveryFilter": self._nothing,
            "StartDiscovery": self._start_discovery,
            "StopDiscovery": self._stop_discovery,
            "Connect": self._connect,
            "Disconnect": self._disconnect,
            "ReadValue": self._read_value,
            "WriteValue": self._write_value,
            "StartNotify": self._start_notify,
            "AcquireNotify": self._acquire_notify,
            "StopNotify": self._stop_notify,
        }
        if message.member not in handlers:
            raise DBusFailureError("org.freedesktop.DBus.Error.UnknownMethod", f"no method {message.member}")
        return await handlers[message.member](message.path, *message.body) or ("", [])

    async def _managed_objects(self, _path: str) -> tuple[str, list[Any]]:
        return "a{oa{sa{sv}}}", [self.objects]

    async def _nothing(self, *_arguments: Any) -> None:
        pass

    # -- discovery ------------------------------------------------------------------------------------------------

    async def _start_discovery(self, _path: str) -> None:
        if not self.objects[ADAPTER][ADAPTER_INTERFACE]["Powered"].value:
            raise DBusFailureError("org.bluez.Error.NotReady", "Resource Not Ready")
        if self._scanner is not None:
            raise DBusFailureError("org.bluez.Error.InProgress", "Operation already in progress")
        self._scanner = BleakScanner(self._on_advertisement, backend=self._radio.backend.scanner)
        await self._scanner.start()
        self._change(ADAPTER, ADAPTER_INTERFACE, {"Discovering": Variant("b", True)})

    async def _stop_discovery(self, _path: str) -> None:
        if self._scanner is None:
            raise DBusFailureError("org.bluez.Error.Failed", "No discovery started")
        scanner, self._scanner = self._scanner, None
        await scanner.stop()
        self._change(ADAPTER, ADAPTER_INTERFACE, {"Discovering": Variant("b", False)})

    def _on_advertisement(self, device: Any, advertisement: Any) -> None:
        path = f"{ADAPTER}/dev_{device.address.replace(':', '_')}"
        self._devices[path] = device
        heard = {
            "RSSI": Variant("n", advertisement.rssi),
            "UUIDs": Variant("as", advertisement.service_uuids),
            "ManufacturerData": Variant(
                "a{qv}", {key: Variant("ay", value) for key, value in advertisement.manufacturer_data.items()}
            ),
        }
        if path in self.objects:
            self._change(path, DEVICE_INTERFACE, heard)
            return
        name = advertisement.local_name or device.address.replace(":", "-")
        properties = heard | {
            "Address": Variant("s", device.address),
            "AddressType": Variant("s", "random"),
            "Alias": Variant("s", name),
            "Adapter": Variant("o", ADAPTER),
            "Connected": Variant("b", False),
            "Paired": Variant("b", False),
            "ServicesResolved": Variant("b", False),
        }
        if advertisement.local_name:
            properties["Name"] = Variant("s", advertisement.local_name)
        self._add(path, DEVICE_INTERFACE, properties)

    # -- devices --------------------------------------------------------------------------------------------------

    async def _connect(self, path: str) -> None:
        if not self.objects[ADAPTER][ADAPTER_INTERFACE]["Powered"].value:
            raise DBusFailureError("org.bluez.Error.NotReady", "Resource Not Ready")
        client = BleakClient(
            self._devices[path], lambda lost: self._on_disconnected(path, lost), backend=self._radio.backend.client
        )
        try:
            await client.connect()
        except BleakError as error:
            if "failed to discover services" not in str(error):
                raise
            # bluetoothd answers as soon as the link is up, and then the link is lost
            self._change(path, DEVICE_INTERFACE, {"Connected": Variant("b", True)})
            asyncio.get_running_loop().call_soon(self._on_disconnected, path, client)
            return
        self._clients[path] = client
        self._change(path, DEVICE_INTERFACE, {"Connected": Variant("b", True)})
        for service in client.services:
            service_path = f"{path}/service{service.handle:04x}"
            self._add(
                service_path,
                SERVICE_INTERFACE,
                {
                    "UUID": Variant("s", service.uuid),
                    "Device": Variant("o", path),
                    "Primary": Variant("b", True),
                },
            )
            for characteristic in service.characteristics:
                self._add(
                    f"{service_path}/char{characteristic.handle:04x}",
                    CHARACTERISTIC_INTERFACE,
                    {
                        "UUID": Variant("s", characteristic.uuid),
                        "Service": Variant("o", service_path),
                        "Flags": Variant("as", list(characteristic.properties)),
                        "Notifying": Variant("b", False),
                        "MTU": Variant("q", client.mtu_size),
                    }
                    | ({"NotifyAcquired": Variant("b", False)} if "notify" in characteristic.properties else {}),
                )
        self._change(path, DEVICE_INTERFACE, {"ServicesResolved": Variant("b", True)})

    async def _disconnect(self, path: str) -> None:
        client = self._clients.get(path)
        if client is None:
            raise DBusFailureError("org.bluez.Error.NotConnected", "Not Connected")
        await client.disconnect()

    def _on_disconnected(self, path: str, _client: BleakClient) -> None:
        self._clients.pop(path, None)
        for held in [item for item in self._sockets if item.startswith(f"{path}/")]:
            self._release(held)
        self._change(path, DEVICE_INTERFACE, {"ServicesResolved": Variant("b", False)})
        self._change(path, DEVICE_INTERFACE, {"Connected": Variant("b", False)})
        for child in [item for item in self.objects if item.startswith(f"{path}/")]:
            interfaces = list(self.objects.pop(child))
            self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [child, interfaces])

    def _target(self, path: str) -> tuple[BleakClient, int]:
        """Return the client and the handle behind a characteristic's path."""
        client = self._clients.get("/".join(path.split("/")[:5]))
        if client is None:
            raise DBusFailureError("org.bluez.Error.Failed", "Not connected")
        return client, int(path[-4:], 16)

    async def _read_value(self, path: str, _options: Any) -> tuple[str, list[Any]]:
        client, handle = self._target(path)
        return "ay", [bytes(await client.read_gatt_char(handle))]

    async def _write_value(self, path: str, data: bytes, options: dict[str, Variant]) -> None:
        client, handle = self._target(path)
        with_response = options.get("type", Variant("s", "request")).value == "request"
        await client.write_gatt_char(handle, bytes(data), response=with_response)

    async def _stop_notify(self, path: str) -> None:
        client, handle = self._target(path)
        await client.stop_notify(handle)
        self._change(path, CHARACTERISTIC_INTERFACE, {"Notifying": Variant("b", False)})

    async def _start_notify(self, path: str) -> None:
        client, handle = self._target(path)

        def on_value(_characteristic: Any, value: bytearray) -> None:
            for _ in range(1 + self.values_twice):
                self._change(path, CHARACTERISTIC_INTERFACE, {"Value": Variant("ay", bytes(value))})

        await client.start_notify(handle, on_value)
        self._change(path, CHARACTERISTIC_INTERFACE, {"Notifying": Variant("b", True)})

    async def _acquire_notify(self, path: str, _options: Any) -> tuple[str, list[Any]]:
        """Values go through a socket of their own; whoever holds the other end closes it to end the notifications."""
        client, handle = self._target(path)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._sockets[path] = ours

        def on_value(_characteristic: Any, value: bytearray) -> None:
            with contextlib.suppress(OSError):
                for _ in range(1 + self.values_twice):
                    ours.send(value)

        def on_closed() -> None:
            self._release(path)
            task = asyncio.get_running_loop().create_task(self._end_notify(client, handle))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        asyncio.get_running_loop().add_reader(ours, on_closed)
        await client.start_notify(handle, on_value)
        self._change(path, CHARACTERISTIC_INTERFACE, {"NotifyAcquired": Variant("b", True)})
        return "hq", [theirs.detach(), client.mtu_size]

    async def _end_notify(self, client: BleakClient, handle: int) -> None:
        with contextlib.suppress(BleakError):
            await client.stop_notify(handle)

    def _release(self, path: str) -> None:
        ours = self._sockets.pop(path, None)
        if ours is not None:
            asyncio.get_running_loop().remove_reader(ours)
            ours.close()

    # -- signals --------------------------------------------------------------------------------------------------

    def _add(self, path: str, interface: str, properties: dict[str, Variant]) -> None:
        self.objects.setdefault(path, {})[interface] = properties
        self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, {interface: properties}])

    def _change(self, path: str, interface: str, properties: dict[str, Variant]) -> None:
        if path in self.objects and interface in self.objects[path]:
            self.objects[path][interface].update(properties)
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, properties, []])

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        if self._bus is not None and self._bus.connected:
            self._bus.send(Message.new_signal(path, interface, member, signature, body))


async def forget_bluez_manager() -> None:
    """Close the bus that bleak keeps open for the running loop, so that nothing is left when the loop closes."""
    from bleak.backends.bluezdbus import manager

    instance = manager._global_instances.pop(asyncio.get_running_loop(), None)
    if instance is not None and instance._bus is not None:
        instance._bus.disconnect()
        if instance._bus_watcher_task is not None:
            await asyncio.wait({instance._bus_watcher_task}, timeout=5)
