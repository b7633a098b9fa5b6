"""Virtual air and virtual Bluetooth controllers: bumble's own, mended where a recording would notice.

Bumble 0.0.236 models a link between hosts and controllers in one process. What is changed here, and why:

- ACL buffers of 27 bytes would cut a 244-byte notification into ten pieces: 251, as on current controllers.
- Scan responses repeated the advertising data; the advertiser's own scan response is sent instead, at its own strength.
- Cancelling a pending connection never reported its end, so the host waited for ever; so did ending a link that had
  just been lost.
- Data was stamped with the sender's current random address, which may differ from the one it connected with.
- Privacy and extended advertising are off: the sensors that we imitate use legacy advertising.
- A supervision timeout (a link that dies in silence) did not exist.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from gaitpipe.simulate.bumble_api import Connection, Controller, LocalLink, core, device, hci, ll

ATT_HEADER_BYTES = 3

T = TypeVar("T")


class VirtualAir(LocalLink):
    """What all virtual controllers share: every advertisement and packet goes through here."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # bumble's constructor has no annotations

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: core.PhysicalTransport,
        data: bytes,
    ) -> None:
        """Deliver data under the address with which the sender opened this connection."""
        connection = sender_controller.le_connections.get(destination_address)
        destination = self.find_le_controller(destination_address)
        if connection is None or destination is None:
            return  # the link went away while the packet was on its way
        asyncio.get_running_loop().call_soon(destination.on_link_acl_data, connection.self_address, transport, data)

    def advertiser(self, address: hci.Address) -> VirtualController | None:
        """Return the controller that advertises under `address`."""
        for controller in self.controllers:
            if isinstance(controller, VirtualController) and controller.le_legacy_advertiser.address == address:
                return controller
        return None


class VirtualController(Controller):
    """A controller with the gaps of the module's text closed; `rssi_dbm` is how strongly others hear it."""

    le_acl_data_packet_length = 251
    supported_max_tx_octets = 251
    supported_max_rx_octets = 251
    suggested_max_tx_octets = 251
    le_features = Controller.le_features & ~(
        hci.LeFeatureMask.LL_PRIVACY
        | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
        | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
    )

    def __init__(self, name: str, air: VirtualAir, rssi_dbm: int = -50) -> None:
        super().__init__(name, link=air)
        self.air = air
        self.rssi_dbm = rssi_dbm

    def on_advertising_pdu(self, pdu: ll.AdvInd | ll.AdvExtInd) -> None:
        """Report an advertisement and its scan response to the host; connect if the host waits for this one."""
        advertiser = self.air.advertiser(pdu.advertiser_address)
        if advertiser is None or not advertiser.le_legacy_advertiser.enabled:
            return
        if self.le_scan_enable:
            event_type = hci.HCI_LE_Advertising_Report_Event.EventType
            answer = advertiser.le_legacy_advertiser.scan_response_data
            for kind, data in ((event_type.ADV_IND, pdu.data), (event_type.SCAN_RSP, answer)):
                report = hci.HCI_LE_Advertising_Report_Event.Report(
                    event_type=kind,
                    address_type=pdu.advertiser_address.address_type,
                    address=pdu.advertiser_address,
                    data=data,
                    rssi=advertiser.rssi_dbm,
                )
                self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))
        pending = self.pending_le_connection
        if pending is not None and pending.peer_address == pdu.advertiser_address:
            self.create_le_connection(pdu.advertiser_address)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Drop the pending connection and, after the command's own answer, report that it ended."""
        if self.pending_le_connection is not None:
            asyncio.get_running_loop().call_soon(self._report_cancelled, self.pending_le_connection.peer_address)
            self.pending_le_connection = None
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_hci_disconnect_command(self, command: hci.HCI_Disconnect_Command) -> None:
        """End a link; one that is gone already is an error and not a promise."""
        if self.find_le_connection_by_handle(command.connection_handle) is None:
            status = hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR
            self._send_hci_command_status(status, command.op_code)
        else:
            super().on_hci_disconnect_command(command)

    def _report_cancelled(self, peer_address: hci.Address) -> None:
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=peer_address.address_type,
                peer_address=peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )

    def lose_all_links(self) -> None:
        """End every connection as when radio contact is lost: both sides learn it by supervision timeout."""
        reason = int(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
        for connection in list(self.le_connections.values()):
            peer = self.air.find_le_controller(connection.peer_address)
            far_end: Connection | None = peer.le_connections.get(connection.self_address) if peer else None
            self.on_le_disconnected(connection, reason)
            if peer is not None and far_end is not None:
                peer.on_le_disconnected(far_end, reason)


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Let a short exchange with the controller end even if the caller is cancelled, and cancel the caller then.

    Half an exchange would confuse bumble's host; and `asyncio.wait_for`, which it uses, loses a cancellation that
    arrives together with the answer before Python 3.12.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # seen; the cancellation counts
        raise


def make_device(name: str, address: str, controller: VirtualController) -> device.Device:
    """Return a bumble host on top of `controller`; `address` is a random static one (`C0:..` and above)."""
    configuration = device.DeviceConfiguration(name=name, address=hci.Address(address))
    return device.Device.from_config_with_hci(configuration, controller, controller)


async def retire_device(host: device.Device, controller: VirtualController) -> None:
    """Disconnect everything, stop advertising and take the device off the air."""
    controller.le_legacy_advertiser.stop()
    controller.lose_all_links()
    for _ in range(4):  # let the disconnection events reach host and application
        await asyncio.sleep(0)
    controller.le_legacy_advertiser.stop()
    await host.power_off()
    if controller in controller.air.controllers:
        controller.air.remove_controller(controller)


def _ad_field(kind: int, data: bytes) -> bytes:
    return bytes([len(data) + 1, kind]) + data


def advertising_data(service_uuids: Iterable[str], manufacturer_id: int | None) -> bytes:
    """Flags, as many service UUIDs as fit, and the company id: at most 31 bytes (names go into the scan response)."""
    data = _ad_field(0x01, b"\x06")
    if manufacturer_id is not None:
        data += _ad_field(0xFF, manufacturer_id.to_bytes(2, "little"))
    for uuid in service_uuids:
        text = str(uuid).lower().replace("-", "")
        is_short = text.startswith("0000") and text.endswith("00001000800000805f9b34fb")
        raw = bytes.fromhex(text[4:8] if is_short else text)[::-1]
        field = _ad_field(0x03 if is_short else 0x07, raw)
        if len(data) + len(field) <= 31:
            data += field
    return data


def scan_response(name: str) -> bytes:
    """Return the answer to an active scan: the complete local name."""
    return _ad_field(0x09, name.encode()[:29])
