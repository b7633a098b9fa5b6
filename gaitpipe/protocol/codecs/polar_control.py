"""What a Polar sensor says on the control point of its measurement service (PMD).

Three kinds of messages:

- `[F0][operation][type][status][more][parameters]`: the answer to a command. Status 0 is success. The answer to a start
  may carry the factor of the samples (TLV 5): it becomes the setting `acc_factor` or `gyr_factor`. Firmware that sends
  its samples in mg or deg/s tells none.
- `[01][types...]`: unasked, the sensor has stopped these measurements.
- `[0F][bits]`: what the characteristic reads: which measurements there are.

Parameters are TLVs `[type u8][count u8][values]`.

Source: polarofficial/polar-ble-sdk, online_measurement.pdf and the vendor's decoder; answers quoted in its issues.
"""

from __future__ import annotations

import math
import struct

from gaitpipe.model import DeviceStatus
from gaitpipe.protocol.codecs.answers import Answer

ANSWER, STOPPED, FEATURES = 0xF0, 0x01, 0x0F
GET_SETTINGS, START, STOP, GET_SDK_SETTINGS = 1, 2, 3, 4
ACCELERATION, GYROSCOPE, SDK_MODE = 2, 5, 9
FACTOR = 5
ALREADY_IN_STATE = 6
LARGEST_FACTOR = 1000.0

_TYPES = {
    0: "ECG", 1: "PPG", 2: "acceleration", 3: "pulse intervals", 5: "gyroscope", 6: "magnetometer",
    7: "skin temperature", 9: "SDK mode", 10: "location", 11: "pressure", 12: "temperature",
    13: "offline recording", 14: "offline heart rate",
}  # fmt: skip
_OPERATIONS = {
    1: "settings of", 2: "start of", 3: "stop of", 4: "SDK mode settings of", 5: "state of", 6: "state of SDK mode,",
    7: "trigger of", 8: "trigger of", 9: "trigger of",
}  # fmt: skip
_STATUSES = {
    0: "ok",
    1: "refused: the sensor does not know this command",
    2: "refused: the sensor does not have this measurement",
    3: "refused: not supported by this sensor or its firmware",
    4: "refused: length of the command",
    5: "refused: a parameter",
    6: "refused: it is in this state already",
    7: "refused: resolution",
    8: "refused: sampling rate; rates beside the normal one need SDK mode",
    9: "refused: range; ranges beside the normal one need SDK mode",
    10: "refused: the MTU of the link is too small; use another Bluetooth adapter or a lower rate",
    11: "refused: number of channels",
    12: "refused: not possible in the present state; stop other streams and apps first",
    13: "refused: the sensor is in its charger",
    14: "refused: the sensor's memory is full",
}
_NAMES = {0: "rates", 1: "resolutions", 2: "ranges", 3: "ranges in milli-units", 4: "channels", 5: "factor"}
_STRUCTS = {0: "<H", 1: "<H", 2: "<H", 3: "<I", 4: "<B", 5: "<f"}
_SECURITY, _SECURITY_BYTES = 6, 16


def read_answer(payload: bytes, host_time_s: float) -> Answer:
    """Read one message of the control point; never raises."""
    if not payload:
        return _said("empty message of the control point", host_time_s, ok=False)
    if payload[0] == ANSWER:
        return _answer(payload, host_time_s)
    if payload[0] == STOPPED:
        stopped = " and ".join(_type(item) for item in payload[1:]) or "a measurement"
        text = f"the sensor stopped {stopped} by itself: button pressed, charger, or battery empty"
        return _said(text, host_time_s, ok=False)
    if payload[0] == FEATURES:
        bits = int.from_bytes(payload[1:3], "little")
        # The second byte has bits of its own order (bit 1: SDK mode), so types from 8 on are not read off.
        able = [name for number, name in _TYPES.items() if number < 8 and bits >> number & 1]
        able += ["SDK mode"] if bits >> 9 & 1 else []
        return _said(f"the sensor can send: {', '.join(able)}", host_time_s)
    return _said(f"unknown message of the control point: {payload[:20].hex(' ')}", host_time_s)


def _answer(payload: bytes, host_time_s: float) -> Answer:
    if len(payload) < 4:
        return _said(f"answer cut short: {payload.hex(' ')}", host_time_s, ok=False)
    operation, kind, status, parameters = payload[1], payload[2] & 0x3F, payload[3], payload[5:]
    what = f"{_OPERATIONS.get(operation, f'operation {operation} of')} {_type(kind)}"
    if status == ALREADY_IN_STATE and (operation == STOP or (operation, kind) == (START, SDK_MODE)):
        return _said(f"{what}: nothing to do", host_time_s)
    words = _STATUSES.get(status, f"refused: status {status}")
    if status != 0:
        return _said(f"{what}: {words}", host_time_s, ok=False)
    told = parse_settings(parameters)
    if told is None:
        return _said(f"{what}: ok, but what it tells cannot be read: {parameters[:20].hex(' ')}", host_time_s, ok=False)
    if operation == START and kind in (ACCELERATION, GYROSCOPE) and FACTOR in told:
        return _with_factor(what, kind, told[FACTOR][0], host_time_s)
    listed = "; ".join(f"{_NAMES[key]} {', '.join(f'{value:g}' for value in values)}" for key, values in told.items())
    return _said(f"{what}: {listed or words}", host_time_s)


def _with_factor(what: str, kind: int, factor: float, host_time_s: float) -> Answer:
    if not (math.isfinite(factor) and 0.0 < factor <= LARGEST_FACTOR):
        return _said(f"{what}: ok, but its factor is impossible and not used: {factor:g}", host_time_s, ok=False)
    name = "acc_factor" if kind == ACCELERATION else "gyr_factor"
    return Answer(DeviceStatus(host_time_s, text=f"{what}: ok, factor {factor:g}"), {name: factor})


def parse_settings(data: bytes) -> dict[int, tuple[float, ...]] | None:
    """TLVs `[type][count][values]` by type; None when the bytes are no whole TLVs or hold none that is known.

    Types: 0 rate in Hz, 1 resolution in bits, 2 range, 3 range in milli-units, 4 channels, 5 factor. A security TLV (6)
    is passed over.
    """
    found: dict[int, tuple[float, ...]] = {}
    place = 0
    while place < len(data):
        kind, count = data[place], data[place + 1] if place + 1 < len(data) else 0
        size = _SECURITY_BYTES if kind == _SECURITY else struct.calcsize(_STRUCTS.get(kind, ""))
        values = data[place + 2 : place + 2 + size * count]
        if size == 0 or count == 0 or len(values) != size * count:
            return None
        if kind in _STRUCTS:
            found[kind] = tuple(float(item) for (item,) in struct.iter_unpack(_STRUCTS[kind], values))
        place += 2 + size * count
    return found


def _type(kind: int) -> str:
    return _TYPES.get(kind & 0x3F, f"measurement {kind & 0x3F}")


def _said(text: str, host_time_s: float, *, ok: bool = True) -> Answer:
    return Answer(DeviceStatus(host_time_s, text=text, ok=ok))
