"""Every way in which Bluetooth can be unusable has a reason and advice."""

from __future__ import annotations

import sys

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from gaitpipe.errors import DeviceError, DeviceReason
from gaitpipe.sources.ble import scan
from gaitpipe.sources.ble_errors import as_device_error

Why = BleakBluetoothNotAvailableReason

CASES = [
    (BleakBluetoothNotAvailableError("off", Why.POWERED_OFF), DeviceReason.BLUETOOTH_OFF),
    (BleakBluetoothNotAvailableError("none", Why.NO_BLUETOOTH), DeviceReason.NO_ADAPTER),
    (BleakBluetoothNotAvailableError("classic", Why.NO_BLE_CENTRAL_ROLE), DeviceReason.NO_ADAPTER),
    (BleakBluetoothNotAvailableError("no", Why.DENIED_BY_USER), DeviceReason.PERMISSION),
    (BleakDBusError("org.bluez.Error.NotReady", []), DeviceReason.BLUETOOTH_OFF),
    (BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"]), DeviceReason.BUSY),
    (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", []), DeviceReason.PERMISSION),
    (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", []), DeviceReason.NO_ADAPTER),
    (BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"]), DeviceReason.CONNECT_FAILED),
    (BleakGATTProtocolError(0x80), DeviceReason.REJECTED),
    (BleakDeviceNotFoundError("C0"), DeviceReason.NOT_FOUND),
    (FileNotFoundError(2, "no such file"), DeviceReason.NO_ADAPTER),
    (PermissionError(13, "denied"), DeviceReason.PERMISSION),
    (BleakError("gone"), DeviceReason.CONNECT_FAILED),
    (TimeoutError(), DeviceReason.CONNECT_FAILED),
]


@pytest.mark.parametrize(("error", "reason"), CASES, ids=lambda item: getattr(item, "name", repr(item)[:60]))
def test_each_error_has_its_reason_and_advice(error, reason):
    translated = as_device_error(error, "connecting to 'Foot'", "Foot")
    assert translated.reason is reason
    assert translated.message.startswith("connecting to 'Foot': ")
    assert len(translated.message) > len("connecting to 'Foot': ")
    assert translated.advice
    assert "org.bluez.Error.InProgress" not in translated.message
    assert translated.exit_code == 4


def test_cause_behind_a_wrapper_counts():
    wrapper = BleakError("failed after 1 attempt")
    wrapper.__cause__ = BleakBluetoothNotAvailableError("off", Why.POWERED_OFF)
    assert as_device_error(wrapper, "connecting").reason is DeviceReason.BLUETOOTH_OFF


def test_device_error_stays_as_it_is():
    error = DeviceError(DeviceReason.WRONG_MODEL, "another model")
    assert as_device_error(error, "connecting") is error


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is the way to Bluetooth on Linux only")
async def test_machine_without_a_message_bus_has_no_adapter(monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'absent'}")
    with pytest.raises(DeviceError) as caught:
        await scan([], 0.1)
    assert caught.value.reason is DeviceReason.NO_ADAPTER
    assert "bluetooth" in caught.value.advice


@pytest.mark.bluez
async def test_machine_without_the_bluetooth_service_has_no_adapter(monkeypatch, bus_address):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address)
    with pytest.raises(DeviceError) as caught:
        await scan([], 0.1)
    assert caught.value.reason is DeviceReason.NO_ADAPTER
