"""Framing of the Movesense GATT SensorData Protocol (GSP).

Rules of this state machine:

1. A notification is `[code][reference][rest]`. Code 1 is an answer to a command, 2 is DATA, 3 is DATA_PART2.
2. A stream packet of up to 150 bytes is one DATA. A longer one is a DATA with its first 150 bytes and a DATA_PART2 with
   the rest, without an offset; the cut may fall inside a number, so the parts are joined before anything is read.
3. A DATA of full length (150) is therefore held until its DATA_PART2 comes. Whether it stands alone after all is known
   only by length: 4 bytes of time and samples of 12 (Acc, Gyro), 24 (IMU6) or 36 bytes (IMU9) never make 150, as 146 is
   no multiple of 12. The nearest, 148 bytes of 12, 6 or 4 samples, is one DATA.
4. Notifications are not acknowledged, so a DATA_PART2 may be lost: a new DATA with the same reference, the end of the
   link or of the recording gives the waiting part up (INCOMPLETE). A DATA_PART2 without its DATA is INCOMPLETE as well.
   The very bytes of the part before are a DUPLICATE: some Bluetooth stacks deliver each notification twice after a
   reconnect.
5. An answer is `[1][reference][status u16, little-endian, as in HTTP]`, with what a GET asked for after it, or to
   HELLO `[1][reference][protocol version][texts, each ended by a zero byte]`. Old firmware sends no answer at all, or
   the status big-endian; the first DATA counts as success, so nothing waits for an answer.

Source: movesense.com, GATT SensorData Protocol specification; sensein/movesense-py.
"""

from __future__ import annotations

from gaitpipe.model import DeviceStatus, FaultKind, PacketFault
from gaitpipe.protocol.codecs.framing import Unframed

COMMAND_RESULT = 1
DATA = 2
DATA_PART2 = 3
PART_BYTES = 150
STREAM_REFERENCE = 0x63
"""Reference in what `frames` makes; the same stands in the start command of the profile."""
_SUCCESS = range(200, 300)
_SMALLEST_HTTP_STATUS = 100
_LARGEST_HTTP_STATUS = 599
_MEANINGS = {
    100: "more follows",
    404: "no such path or rate",
    409: "busy, as while it records into its own memory",
    503: "no reading just now",
    507: "all its streams are in use: restart the sensor",
}


class MovesenseGspFraming:
    """See the rules above."""

    def __init__(self) -> None:
        self._waiting: dict[int, bytes] = {}
        self._joined: dict[int, bytes] = {}

    def receive(self, payload: bytes, host_time_s: float) -> Unframed:
        """Take one notification of the data characteristic."""
        if len(payload) < 2:
            return _fault(FaultKind.LENGTH, f"{len(payload)} bytes are no GSP message", host_time_s)
        code, reference, rest = payload[0], payload[1], payload[2:]
        if code == DATA:
            return self._data(reference, rest, host_time_s)
        if code == DATA_PART2:
            return self._second_part(reference, rest, host_time_s)
        if code == COMMAND_RESULT:
            return Unframed(statuses=(_answer(reference, rest, host_time_s),))
        return _fault(FaultKind.HEADER, f"unknown GSP code {code}", host_time_s)

    def _data(self, reference: int, rest: bytes, host_time_s: float) -> Unframed:
        faults: tuple[PacketFault, ...] = ()
        if len(rest) == PART_BYTES and self._waiting.get(reference) == rest:
            return _fault(FaultKind.DUPLICATE, f"first part again, reference {reference}", host_time_s)
        if self._waiting.pop(reference, None) is not None:
            faults = (_incomplete(reference, host_time_s),)
        if len(rest) > PART_BYTES:
            long = PacketFault(FaultKind.LENGTH, f"DATA of {len(rest)} bytes, at most {PART_BYTES}", host_time_s)
            return Unframed(faults=(*faults, long))
        if len(rest) == PART_BYTES:
            self._waiting[reference] = rest
            return Unframed(faults=faults)
        return Unframed(packets=(rest,), faults=faults)

    def _second_part(self, reference: int, rest: bytes, host_time_s: float) -> Unframed:
        first = self._waiting.pop(reference, None)
        if first is None and self._joined.get(reference) == rest:
            return _fault(FaultKind.DUPLICATE, f"second part again, reference {reference}", host_time_s)
        if first is None:
            return _fault(FaultKind.INCOMPLETE, f"second part without its first, reference {reference}", host_time_s)
        self._joined[reference] = rest
        return Unframed(packets=(first + rest,))

    def end(self, host_time_s: float) -> Unframed:
        """The link or the recording ended: give up what is incomplete."""
        faults = tuple(_incomplete(reference, host_time_s) for reference in self._waiting)
        self._waiting.clear()
        self._joined.clear()
        return Unframed(faults=faults)

    def frames(self, packet: bytes) -> list[bytes]:
        """The notifications that a device sends for one packet."""
        frames = [bytes((DATA, STREAM_REFERENCE)) + packet[:PART_BYTES]]
        if len(packet) > PART_BYTES:
            frames.append(bytes((DATA_PART2, STREAM_REFERENCE)) + packet[PART_BYTES:])
        return frames


def _fault(kind: FaultKind, detail: str, host_time_s: float) -> Unframed:
    return Unframed(faults=(PacketFault(kind, detail, host_time_s),))


def _incomplete(reference: int, host_time_s: float) -> PacketFault:
    return PacketFault(FaultKind.INCOMPLETE, f"second part did not come, reference {reference}", host_time_s)


def _answer(reference: int, rest: bytes, host_time_s: float) -> DeviceStatus:
    # The second byte of a status is 0 to 2; in an answer to HELLO it is the first letter of the serial number.
    if len(rest) > 2 and 0x20 <= rest[1] < 0x7F:
        words = [word.decode("utf-8", "replace") for word in rest[1:].split(b"\0") if word]
        return DeviceStatus(host_time_s, text=f"hello, protocol {rest[0]}: " + ", ".join(words))
    if len(rest) < 2:
        return DeviceStatus(host_time_s, text=f"answer to {reference}: {rest.hex() or 'empty'}")
    status = int.from_bytes(rest[:2], "little")
    if not _SMALLEST_HTTP_STATUS <= status <= _LARGEST_HTTP_STATUS:
        status = int.from_bytes(rest[:2], "big")
    # 100 says that more answers follow: it is no refusal.
    ok = status in _SUCCESS or status == _SMALLEST_HTTP_STATUS
    text = f"command {reference}: status {status}"
    if status in _MEANINGS:
        text += f", {_MEANINGS[status]}"
    if ok and len(rest) > 2:
        text += f"; {rest[2:].hex(' ')}"
    return DeviceStatus(host_time_s, text=text, ok=ok)
