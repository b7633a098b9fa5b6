"""The real thing below bleak, as far as a machine without a radio goes: the kernel's Bluetooth and bluetoothd.

The virtual sensors' air gets a controller behind /dev/vhci, which the kernel takes for an adapter that was plugged in.
So host, L2CAP, ATT, GATT, D-Bus and bleak's BlueZ backend are the ones that people use. Only inside the virtual machine
of `tests/vm/run`: bluetoothd is started, killed and restarted at will here.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import platform
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any

from bumble.transport import open_transport
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from gaitpipe.simulate.radio import VirtualRadio
from gaitpipe.simulate.virtual_link import VirtualController

ADAPTER_INTERFACE = "org.bluez.Adapter1"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
PLUGINS_LEFT_OUT = "a2dp,avrcp,hostname,input,network,midi,policy,sap,bap,bass,csip,mcp,vcp,micp"
STATE_FOLDER = Path("/var/lib/bluetooth")
PATIENCE_S = 20.0
LOOK_PERIOD_S = 0.05

_NOT_ON_REQUEST = "the real bluetoothd does not fail in this way on request"
_ABOVE = "above the stack, and the command takes minutes to compile in an emulated processor"
_HANGS_UP = "fails itself (list corruption in hci_chan_del) when a sensor hangs up as soon as it is connected"
_LEFT_OUT = (
    # part of `uname -v`, part of the test's name, reason
    ("", "aborted_connection_of_which_no_end", _NOT_ON_REQUEST),
    ("", "scan_that_is_refused_as_in_progress", _NOT_ON_REQUEST),
    ("", "bluetooth_service_that_dies", "done with the real one in test_real_bluetoothd.py"),
    ("", "message_bus_that_dies", "bluetoothd ends with the bus, and what starts both again is not in the machine"),
    ("", "full_disk_ends", _ABOVE),
    ("", "folder_that_cannot_be_written", _ABOVE),
    ("", "signal_ends_the_recording", _ABOVE),
    ("", "signal_while_scanning", _ABOVE),
    ("Debian 6.1.192", "refused_connection", f"kernel 6.1.192 {_HANGS_UP}"),
    ("Debian 6.1.192", "always_refuses", f"kernel 6.1.192 {_HANGS_UP}"),
    ("Debian 6.1.192", "refuses_for_a_while", f"kernel 6.1.192 {_HANGS_UP}"),
)

_adapter_numbers = itertools.count(1)


def left_out(test_name: str) -> str:
    """Return why a test cannot be run here; nothing where it can."""
    kernel = platform.version()
    return next((why for version, part, why in _LEFT_OUT if version in kernel and part in test_name), "")


class Bluetoothd:
    """The service: start, stop, crash. Its log goes to the folder that `GAITPIPE_TEST_LOGS` names."""

    def __init__(self, bus_address: str) -> None:
        self._environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": bus_address}
        self._log = Path(os.environ.get("GAITPIPE_TEST_LOGS", "/tmp")) / "bluetoothd.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["bluetoothd", "-n", "-d", "-P", PLUGINS_LEFT_OUT]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code; an earlier end is returned as it was."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        if process.poll() is None:
            process.send_signal(how)
        return process.wait(PATIENCE_S)

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return None if self._process is None else self._process.poll()


class SystemBus:
    """What a test asks of bluetoothd over D-Bus, beside bleak: the adapter's power."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._bus: MessageBus | None = None

    async def call(self, path: str, interface: str, member: str, signature: str = "", *body: Any) -> list[Any]:
        if self._bus is None:
            self._bus = await MessageBus(bus_address=self._address, bus_type=BusType.SYSTEM).connect()
        message = Message("org.bluez", path, interface, member, signature=signature, body=list(body))
        reply = await self._bus.call(message)
        if reply.message_type is MessageType.ERROR:
            raise RuntimeError(f"{reply.error_name}: {reply.body}")
        return reply.body

    async def adapters(self) -> dict[str, bool]:
        """Return path -> powered; nothing while bluetoothd is away."""
        try:
            objects = (await self.call("/", OBJECT_MANAGER, "GetManagedObjects"))[0]
        except RuntimeError:
            return {}
        found = {path: interfaces.get(ADAPTER_INTERFACE) for path, interfaces in objects.items()}
        return {path: adapter["Powered"].value for path, adapter in found.items() if adapter}

    async def set_powered(self, powered: bool) -> None:
        """Switch all adapters on or off and wait until they are."""
        async for adapters in self._looks():
            if adapters and set(adapters.values()) == {powered}:
                return
            for path in adapters:
                with contextlib.suppress(RuntimeError):  # Busy, or not there yet: asked again
                    value = Variant("b", powered)
                    await self.call(path, PROPERTIES, "Set", "ssv", ADAPTER_INTERFACE, "Powered", value)

    async def until_no_adapter(self) -> None:
        async for adapters in self._looks():
            if not adapters:
                return

    async def _looks(self) -> AsyncIterator[dict[str, bool]]:
        """Look at the adapters again and again, for so long as a test may wait."""
        for _ in range(round(PATIENCE_S / LOOK_PERIOD_S)):
            yield await self.adapters()
            await asyncio.sleep(LOOK_PERIOD_S)
        raise TimeoutError(f"the adapters are {await self.adapters()}")

    async def close(self) -> None:
        if self._bus is not None:
            self._bus.disconnect()
            await self._bus.wait_for_disconnect()


class KernelRadio(VirtualRadio):
    """Virtual sensors that the kernel of this machine hears; the host's side is the system's own Bluetooth.

    Every radio is a new adapter with an address of its own: bluetoothd keeps what it knew of a sensor by the adapter.
    """

    def __init__(self, bus_address: str, *, speed: float = 1.0) -> None:
        super().__init__(speed=speed)
        self.bus = SystemBus(bus_address)
        self._transport: Any = None
        self._host: VirtualController | None = None

    async def __aenter__(self) -> KernelRadio:
        self._host = VirtualController("host", self.air)
        self._host.public_address = f"00:1B:DC:00:00:{next(_adapter_numbers):02X}/P"
        await self.plug_in()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await super().__aexit__(kind, error, trace)
        finally:
            await self.unplug()
            await self.bus.until_no_adapter()
            await self.bus.close()

    async def plug_in(self) -> None:
        """Let the kernel find the adapter, and switch it on."""
        self._transport = await open_transport("vhci")
        self._host.set_packet_sink(self._transport.sink)
        self._transport.source.set_packet_sink(self._host)
        await self.bus.set_powered(True)

    async def unplug(self) -> None:
        """Pull the adapter out: links end, the kernel loses it."""
        self._host.lose_all_links()
        self._host.set_packet_sink(None)
        await self._transport.close()


def prepare_state_folder() -> None:
    """Let bluetoothd begin without a memory."""
    if os.environ.get("GAITPIPE_TEST_VM") != "1":  # it would be this machine's own Bluetooth that forgets its devices
        raise RuntimeError("only in the virtual machine")
    shutil.rmtree(STATE_FOLDER, ignore_errors=True)
    STATE_FOLDER.mkdir(parents=True)
