"""Framing of MbientLab MetaWear boards: samples and the answers of the board come on one characteristic.

Rules of this state machine:

1. A notification is `[module][register][data]`; bit 7 of the register marks the answer to a read. Modules: 03
   accelerometer, 13 gyroscope, 09 data processor, 11 settings, 0B logging.
2. Samples are the data registers of modules 03 and 13 (04, 05, 07, 1C: which of them is single and which is packed
   depends on the chip), and `[09][03][processor][tick u32][x y z]`, the samples of an accounter: a data processor that
   adds the board's clock. Everything else is an answer.
3. The board says which number a new processor has (`[09][02][number]`). The start commands make two, first that of the
   accelerometer, then that of the gyroscope. A packet leaves with 0 or 1 in place of the number, in this order. Without
   the answers (they came before the recording) numbers are what they are after all processors were removed: 0 and 1.
4. The start commands subscribe to processors 0 and 1, as no command can wait for an answer. Other numbers mean that
   their samples will not come: not ok.
5. The answer to a module query says which chip the board has. BMI270 is MetaMotion S, BMI160 is R, RL and C: their
   registers and codes differ, and advertisements do not tell. Another chip than the profile's is not ok.

Source: mbientlab/MetaWear-SDK-Cpp, its sources and tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from gaitpipe.model import DeviceStatus, FaultKind, PacketFault
from gaitpipe.protocol.codecs.framing import Unframed

ACCELEROMETER, GYROSCOPE, PROCESSOR, SETTINGS = 0x03, 0x13, 0x09, 0x11
READ = 0x80
_DATA_REGISTERS = frozenset({0x04, 0x05, 0x07, 0x1C})
_ADDED, _NOTIFIED = 0x02, 0x03
_BATTERY = 0x0C
_MODULES = {
    0x03: "accelerometer", 0x13: "gyroscope", 0x09: "data processor", 0x11: "settings", 0x0B: "logging",
    0x15: "magnetometer", 0x19: "sensor fusion", 0xFE: "debug",
}  # fmt: skip
_STREAMS = ("accelerometer", "gyroscope")


@dataclass(frozen=True, slots=True)
class Chip:
    """A motion chip: how the board numbers it, and the boards that have it."""

    name: str
    accelerometer: int
    gyroscope: int
    boards: str
    profile_id: str

    def implementation(self, module: int) -> int:
        """The number by which the board tells the chip when one of its two modules is queried."""
        return self.accelerometer if module == ACCELEROMETER else self.gyroscope


BMI270 = Chip("BMI270", 4, 1, "MetaMotion S", "metamotion_s")
BMI160 = Chip("BMI160", 1, 0, "MetaMotion R, RL or C", "metamotion_r")


class MetaWearFraming:
    """See the rules above; `chip` is the one that the profile is for."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._processors: list[int] = []

    def receive(self, payload: bytes, host_time_s: float) -> Unframed:
        """Take one notification of the board."""
        if len(payload) < 2:
            return Unframed(faults=(_short(payload, host_time_s),))
        module, register = payload[0], payload[1]
        if module in (ACCELEROMETER, GYROSCOPE) and register in _DATA_REGISTERS:
            return Unframed(packets=(payload,))
        if module == PROCESSOR and register == _NOTIFIED:
            return self._processed(payload, host_time_s)
        return Unframed(statuses=(self._answer(module, register, payload[2:], host_time_s),))

    def _processed(self, payload: bytes, host_time_s: float) -> Unframed:
        if len(payload) < 3:
            return Unframed(faults=(_short(payload, host_time_s),))
        number = payload[2]
        place = self._processors.index(number) if number in self._processors else number
        return Unframed(packets=(payload[:2] + bytes((place,)) + payload[3:],))

    def _answer(self, module: int, register: int, data: bytes, host_time_s: float) -> DeviceStatus:
        if register == READ:
            return self._module(module, data, host_time_s)
        if (module, register) == (PROCESSOR, _ADDED) and data:
            return self._added(data[0], host_time_s)
        if (module, register) == (SETTINGS, READ | _BATTERY) and len(data) >= 3 and data[0] <= 100:
            volts = int.from_bytes(data[1:3], "little") / 1000.0
            return DeviceStatus(host_time_s, battery_pct=data[0], text=f"battery {data[0]} %, {volts:.2f} V")
        name = _MODULES.get(module, f"module {module:02X}")
        return DeviceStatus(
            host_time_s, text=f"{name}, register {register & 0x7F:02X}: {data[:18].hex(' ') or 'empty'}"
        )

    def _module(self, module: int, data: bytes, host_time_s: float) -> DeviceStatus:
        name = _MODULES.get(module, f"module {module:02X}")
        if module not in (ACCELEROMETER, GYROSCOPE):
            return DeviceStatus(host_time_s, text=f"{name}: {data.hex(' ') or 'not on this board'}")
        if not data:
            return DeviceStatus(host_time_s, text=f"this board has no {name}: its data will not come", ok=False)
        found = next((chip for chip in (BMI270, BMI160) if chip.implementation(module) == data[0]), None)
        if found is self._chip:
            return DeviceStatus(host_time_s, text=f"{name} {found.name}")
        if found is None:
            text = f"{name} of a kind that is not known ({data.hex(' ')}): data may be missing or wrong"
            return DeviceStatus(host_time_s, text=text, ok=False)
        text = f"the {name} is a {found.name}: this is a {found.boards}, not a {self._chip.boards}"
        advice = f"data are missing or wrong; record it with the profile {found.profile_id}"
        return DeviceStatus(host_time_s, text=f"{text}; {advice}", ok=False)

    def _added(self, number: int, host_time_s: float) -> DeviceStatus:
        """Rules 3 and 4. A third processor is the first one of a new start."""
        if len(self._processors) >= len(_STREAMS):
            self._processors.clear()
        place = len(self._processors)
        self._processors.append(number)
        text = f"clock for the {_STREAMS[place]}: processor {number}"
        if number == place:
            return DeviceStatus(host_time_s, text=text)
        advice = f"but {place} was asked for, so its data will not come; switch the board off and on"
        return DeviceStatus(host_time_s, text=f"{text}, {advice}", ok=False)

    def end(self, host_time_s: float) -> Unframed:  # noqa: ARG002
        """The link or the recording ended: the next start makes new processors."""
        self._processors.clear()
        return Unframed()

    def frames(self, packet: bytes) -> list[bytes]:
        """The packet as it is: a virtual board numbers its processors 0 and 1."""
        return [packet]


def _short(payload: bytes, host_time_s: float) -> PacketFault:
    return PacketFault(FaultKind.LENGTH, f"{len(payload)} bytes are no message of a board", host_time_s)
