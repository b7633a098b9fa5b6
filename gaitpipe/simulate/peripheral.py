"""A virtual BLE sensor of any profile: it advertises, takes commands, streams its samples, and fails on request.

Its life, in rules:

- On the air it advertises until somebody connects; after every disconnection it advertises again.
- A write to one of its characteristics is answered as the profile says; the answer may start or stop the stream.
  A profile whose start commands do not start the stream (or that has none) streams as soon as one of its data
  characteristics is subscribed to.
- The stream follows the common motion (`VirtualClock.motion_s`): a sensor that starts 1.3 s after the first one begins
  1.3 s into its samples, so both feet stay in true synchrony. Samples that pass while it is stopped, disconnected or
  muted are lost, as on a real device.
- A disconnection stops the stream; the client has to start it again.
- `reboot` also starts the device clock and the sequence numbers anew.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from typing import Any

from gaitpipe.protocol.profile import Profile
from gaitpipe.protocol.profile_parts import Characteristic
from gaitpipe.simulate.auxiliary import ReadingStream
from gaitpipe.simulate.bumble_api import att, gatt, hci
from gaitpipe.simulate.clock import VirtualClock
from gaitpipe.simulate.stream import PacketSource, PacketStream, Samples, SensorFaults, SensorPacket
from gaitpipe.simulate.virtual_link import (
    VirtualAir,
    VirtualController,
    advertising_data,
    make_device,
    retire_device,
    scan_response,
)

ADVERTISING_INTERVAL_MS = 30.0


class VirtualSensor:
    """One sensor on the virtual air; add it to a `VirtualRadio`.

    Parameters
    ----------
    profile, settings
        Device and stream configuration, as for a recording.
    samples
        What it measures; or, for other devices than motion sensors, its packets.
    name
        Advertised name; by default the profile's.
    address
        Its radio address; must differ between sensors.
    loop
        Repeat the samples for ever instead of ending with `finished`.
    max_mtu
        Largest ATT MTU that it agrees to.

    Attributes
    ----------
    packets_sent, packets_dropped, samples_sent, connections, writes
        What it did so far.
    finished
        Set when the last sample was sent (or the stream failed: `failure`).
    streaming, idle
        Set while it streams, and while it does not.
    """

    def __init__(
        self,
        profile: Profile,
        settings: Mapping[str, float],
        samples: Samples | PacketSource,
        *,
        name: str | None = None,
        address: str = "C0:00:00:00:00:01",
        loop: bool = False,
        max_mtu: int = 247,
        battery_pct: int = 87,
        rssi_dbm: int = -50,
        faults: SensorFaults | None = None,
    ) -> None:
        self.profile = profile
        self.settings = dict(settings)
        self.name = name if name is not None else str(profile.advertisement.local_name)
        self.address = address
        self.max_mtu = max_mtu
        self.battery_pct = battery_pct
        self.rssi_dbm = rssi_dbm
        self.faults = faults if faults is not None else SensorFaults()
        self.packets_sent = 0
        self.packets_dropped = 0
        self.samples_sent = 0
        self.connections = 0
        self.writes: list[tuple[str, bytes]] = []
        self.failure: BaseException | None = None
        self.finished = asyncio.Event()
        self.streaming = asyncio.Event()
        self.idle = asyncio.Event()
        self.idle.set()
        self._stream: PacketSource = (
            samples if isinstance(samples, PacketSource) else PacketStream(samples, profile, self.settings, loop=loop)
        )
        self._reads = dict(samples.reads) if isinstance(samples, ReadingStream) else {}
        self._muted = False
        self._packet_index = 0
        self._clock = VirtualClock()
        self._device: Any = None
        self._controller: Any = None
        self._connection: Any = None
        self._characteristics: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()

    # -- on and off the air ---------------------------------------------------------------------------------------

    async def power_on(self, air: VirtualAir, clock: VirtualClock) -> None:
        """Put the sensor on the air; called by `VirtualRadio.add_sensor`."""
        self._clock = clock
        self._controller = VirtualController(self.name, air, self.rssi_dbm)
        self._device = make_device(self.name, self.address, self._controller)
        self._device.gatt_server.max_mtu = self.max_mtu
        self._device.add_services([self._make_service(service) for service in self.profile.services])
        self._device.on("connection", self._on_connection)
        await self._device.power_on()
        await self._advertise()

    async def power_off(self) -> None:
        """Take the sensor off the air, as when its battery is empty: an open link ends by supervision timeout."""
        if self._device is None:
            return
        device, self._device = self._device, None
        self._stop_stream()
        await retire_device(device, self._controller)
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._connection = None

    async def disconnect(self) -> None:
        """Close the link from the sensor's side."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(Exception):
                await connection.disconnect()

    def supervision_timeout(self) -> None:
        """Lose the radio link, as when the runner walks away; what is sent from now on counts as dropped."""
        self._connection = None
        if self._controller is not None:
            self._controller.lose_all_links()

    async def reboot(self) -> None:
        """Restart: the link is lost, the device clock and the sequence numbers begin anew."""
        self._stop_stream()
        self._stream.resume(self._clock.motion_s)
        self._stream.reboot()
        self.supervision_timeout()

    def mute(self) -> None:
        """Stay connected but send nothing any more, until somebody connects anew."""
        self._muted = True

    async def set_battery(self, battery_pct: int) -> None:
        """Change the battery level and tell a subscriber."""
        self.battery_pct = battery_pct
        characteristic = self.profile.battery_characteristic
        if characteristic is not None and self._connection is not None:
            await self._notify(characteristic, self._battery_value())

    # -- GATT -----------------------------------------------------------------------------------------------------

    def _make_service(self, service: Any) -> Any:
        members = [self._make_characteristic(item) for item in service.characteristics]
        return gatt.Service(service.uuid, members)

    def _make_characteristic(self, item: Characteristic) -> Any:
        key, flags = item.key, gatt.Characteristic.Properties(0)
        for name in item.properties:
            flags |= gatt.Characteristic.Properties[name.upper().replace("-", "_")]
        value: Any = att.AttributeValue(
            read=lambda _connection: self._read_value(key),
            write=lambda _connection, data: self._on_write(key, bytes(data)),
        )
        permissions = gatt.Characteristic.READABLE | gatt.Characteristic.WRITEABLE
        characteristic = gatt.Characteristic(item.uuid, flags, permissions, value)
        carries_data = key in self.profile.data_characteristics(self.settings)
        if carries_data and self.profile.streams_when_subscribed(self.settings):
            characteristic.on("subscription", self._on_subscription)
        self._characteristics[key] = characteristic
        return characteristic

    def _read_value(self, key: str) -> bytes:
        if key == self.profile.battery_characteristic:
            return self._battery_value()
        return self._reads.get(key, b"")

    def _battery_value(self) -> bytes:
        """Battery Level is one byte; vendors' own battery characteristics carry the charging state after it."""
        is_standard = str(self.profile.battery_characteristic).lower().startswith("00002a19")
        return bytes([self.battery_pct] if is_standard else [self.battery_pct, 0])

    async def _on_write(self, characteristic: str, payload: bytes) -> None:
        self.writes.append((characteristic, payload))
        if self.faults.reject_writes:
            raise att.ATT_Error(0x80)
        reply = self.profile.reply_to(characteristic, payload, self.settings)
        for target, data in reply.notifications:
            await self._notify(target, data)
        if reply.streaming is True:
            self._start_stream()
        elif reply.streaming is False:
            self._stop_stream()

    def _on_subscription(self, _connection: Any, notify_enabled: bool, _indicate_enabled: bool) -> None:
        if notify_enabled:
            self._start_stream()
        else:
            self._stop_stream()

    async def _notify(self, characteristic: str, data: bytes) -> None:
        if self._connection is None:
            return
        target, server = self._characteristics[characteristic], self._device.gatt_server
        if target.properties & gatt.Characteristic.Properties.NOTIFY:
            await server.notify_subscriber(self._connection, target, data)
        else:
            self._in_background(server.indicate_subscriber(self._connection, target, data))

    # -- connection -----------------------------------------------------------------------------------------------

    async def _advertise(self) -> None:
        advertisement = self.profile.advertisement
        await self._device.start_advertising(
            auto_restart=False,
            advertising_data=advertising_data(advertisement.service_uuids, advertisement.manufacturer_id),
            scan_response_data=scan_response(self.name),
            advertising_interval_min=ADVERTISING_INTERVAL_MS,
            advertising_interval_max=ADVERTISING_INTERVAL_MS,
        )

    def _on_connection(self, connection: Any) -> None:
        self.connections += 1
        connection.on("disconnection", lambda _reason: self._on_disconnection(connection))
        if self.faults.refuse_connections > 0:
            self.faults.refuse_connections -= 1
            self._in_background(self._refuse(connection))
            return
        self._connection = connection
        self._muted = False

    async def _refuse(self, connection: Any) -> None:
        with contextlib.suppress(Exception):
            await connection.disconnect(hci.HCI_ErrorCode.REMOTE_USER_TERMINATED_CONNECTION_ERROR)

    def _on_disconnection(self, connection: Any) -> None:
        if self._connection is connection or self._connection is None:
            self._connection = None
            self._stop_stream()
        if self._device is not None:
            self._in_background(self._advertise())

    def _in_background(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        task.add_done_callback(self._note_failure)

    def _note_failure(self, task: asyncio.Task[None]) -> None:
        """Keep the first error of a task for the radio, which raises it at the end; nobody waits in vain for it."""
        if not task.cancelled() and (error := task.exception()) is not None and self._device is not None:
            self.failure = self.failure or error
            self.finished.set()

    # -- stream ---------------------------------------------------------------------------------------------------

    def _start_stream(self) -> None:
        if self._task is not None or self._connection is None:
            return
        self._stream.resume(self._clock.begin_motion())
        self._task = asyncio.get_running_loop().create_task(self._run_stream())
        self._task.add_done_callback(self._note_failure)
        self.idle.clear()
        self.streaming.set()

    def _stop_stream(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        self.streaming.clear()
        self.idle.set()

    async def _run_stream(self) -> None:
        """Pack what is due and send it: at once, or in bursts at connection events with a bounded queue."""
        queue: deque[SensorPacket] = deque()
        interval_s = self.faults.connection_interval_s
        while True:
            due_s = self._stream.next_due_s()
            if due_s is None and not queue:
                break
            now_s = self._clock.motion_s
            wake_s = now_s if queue or due_s is None else max(due_s, now_s)
            if interval_s > 0.0:
                wake_s = (wake_s // interval_s + 1.0) * interval_s
            await self._clock.sleep_until_motion(wake_s)
            self._pack_due(queue)
            for _ in range(min(len(queue), self.faults.packets_per_event if interval_s > 0.0 else len(queue))):
                await self._send(queue.popleft())
        self.finished.set()

    def _pack_due(self, queue: deque[SensorPacket]) -> None:
        now_s = self._clock.motion_s + 1e-6
        while (due_s := self._stream.next_due_s()) is not None and due_s <= now_s:
            packet = self._stream.next_packet()
            index, self._packet_index = self._packet_index, self._packet_index + 1
            full = self.faults.connection_interval_s > 0.0 and len(queue) >= self.faults.queue_limit
            if self._muted or full or index in self.faults.drop_packets:
                self.packets_dropped += 1
            else:
                if index in self.faults.corrupt_packets:
                    packet = packet.corrupted()
                queue.extend([packet] * (2 if index in self.faults.repeat_packets else 1))

    async def _send(self, packet: SensorPacket) -> None:
        if self._connection is None:
            self.packets_dropped += 1
            return
        for characteristic, payload in packet.notifications:
            await self._notify(characteristic, payload)
        self.packets_sent += 1
        self.samples_sent += packet.sample_count
