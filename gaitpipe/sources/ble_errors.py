"""What Bluetooth stacks raise, in the words of `DeviceError`: the reason, and what the person can do about it."""

from __future__ import annotations

import sys

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from gaitpipe.errors import DeviceError, DeviceReason

LINK_ERRORS = (BleakError, TimeoutError, EOFError, OSError, AttributeError, KeyError, AssertionError)
"""Everything that a failing link raises in practice: BlueZ backends also let go of half-built objects."""

_ADVICE = {
    DeviceReason.BLUETOOTH_OFF: "Switch Bluetooth on and try again.",
    DeviceReason.NO_ADAPTER: "Plug in or enable a Bluetooth adapter; on Linux the service `bluetooth` must be running.",
    DeviceReason.PERMISSION: (
        "Allow this program to use Bluetooth in the privacy settings."
        if sys.platform == "darwin"
        else "Allow your user to use Bluetooth (on Linux: membership in the group `bluetooth`)."
    ),
    DeviceReason.CONNECT_FAILED: (
        "Check that no phone or other program is connected to the sensor, bring it closer, or restart it."
    ),
    DeviceReason.REJECTED: "Check that the sensor's firmware fits the profile and its settings (rate, ranges).",
    DeviceReason.BUSY: (
        "Wait a moment and try again. Close other programs that scan for or connect Bluetooth devices, as the "
        "Bluetooth settings; if it stays so, switch Bluetooth off and on."
    ),
    DeviceReason.NOT_FOUND: "Wake the sensor (move it or press its button), charge it, and bring it closer.",
}

_DBUS_REASONS = {
    "org.bluez.Error.NotReady": DeviceReason.BLUETOOTH_OFF,
    "org.bluez.Error.InProgress": DeviceReason.BUSY,
    "org.bluez.Error.NotAuthorized": DeviceReason.PERMISSION,
    "org.freedesktop.DBus.Error.AccessDenied": DeviceReason.PERMISSION,
    "org.freedesktop.DBus.Error.ServiceUnknown": DeviceReason.NO_ADAPTER,
    "org.freedesktop.DBus.Error.NameHasNoOwner": DeviceReason.NO_ADAPTER,
}

_UNAVAILABLE_REASONS = {
    BleakBluetoothNotAvailableReason.POWERED_OFF: DeviceReason.BLUETOOTH_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: DeviceReason.PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: DeviceReason.PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: DeviceReason.PERMISSION,
}

_REASONS_BY_TYPE: tuple[tuple[type[BaseException], DeviceReason], ...] = (
    (BleakGATTProtocolError, DeviceReason.REJECTED),
    (BleakDeviceNotFoundError, DeviceReason.NOT_FOUND),
    (PermissionError, DeviceReason.PERMISSION),
    (FileNotFoundError, DeviceReason.NO_ADAPTER),  # no D-Bus socket
    (ConnectionRefusedError, DeviceReason.NO_ADAPTER),
    (EOFError, DeviceReason.NO_ADAPTER),
    (BrokenPipeError, DeviceReason.NO_ADAPTER),
)

_BUS_GONE = (FileNotFoundError, ConnectionRefusedError, EOFError, BrokenPipeError)
"""What is raised when the message bus, through which Linux reaches Bluetooth, does not answer."""

_MESSAGES = {
    DeviceReason.BLUETOOTH_OFF: "Bluetooth is switched off",
    DeviceReason.NO_ADAPTER: "there is no usable Bluetooth adapter",
    DeviceReason.PERMISSION: "this program may not use Bluetooth",
    DeviceReason.BUSY: "Bluetooth is busy with another request for this device or adapter",
}


def as_device_error(error: BaseException, doing: str, device: str = "") -> DeviceError:
    """Return `error`, met while `doing` something, as a `DeviceError` with advice; one that is one already stays."""
    if isinstance(error, DeviceError):
        return error
    reason = _reason(error)
    if reason is DeviceReason.NO_ADAPTER and isinstance(error, _BUS_GONE):
        detail = "the system's message bus (D-Bus) does not answer"
    else:
        detail = _MESSAGES.get(reason) or str(error) or type(error).__name__
    return DeviceError(reason, f"{doing}: {detail}", _ADVICE[reason], device)


def _reason(error: BaseException) -> DeviceReason:
    cause: BaseException | None = error
    while cause is not None:  # bleak-retry-connector wraps what bleak raised
        reason = _reason_of_one(cause)
        if reason is not None:
            return reason
        cause = cause.__cause__
    return DeviceReason.CONNECT_FAILED


def _reason_of_one(error: BaseException) -> DeviceReason | None:
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _UNAVAILABLE_REASONS.get(error.reason, DeviceReason.NO_ADAPTER)
    if isinstance(error, BleakDBusError):
        return _DBUS_REASONS.get(error.dbus_error)
    return next((reason for kind, reason in _REASONS_BY_TYPE if isinstance(error, kind)), None)
