"""Framing of WitMotion's BLE sensors: a stream of bytes with frames of 20 and no checksum, counter or time.

Rules of this state machine:

1. A frame is `55 61` and 18 bytes of data, or `55 71` and the answer to a register read. Notifications cut the stream
   anywhere: one may hold several frames, a frame may be spread over several.
2. A frame counts when what follows it is a header, or when it ends where the notification ends. With neither, its
   header was a chance in the data: the byte is passed over and the search goes on.
3. In step, the next frame begins where the last one ended. Out of step (at the start, after a link loss, after bytes
   that were no frame), a header at the start of a notification is believed, as all known sensors send whole frames.
   Elsewhere two headers 20 bytes apart are needed, and no second pair between them: a value that stands still repeats
   every 20 bytes as a header does (a yaw of 136.9 degrees is `55 61`). While there are two pairs nothing is taken.
4. Bytes that a notification made it pass over are one fault (HEADER) with their number. So a step that was wrong shows
   itself as soon as the value that looked like a header changes. What cannot be seen without a checksum: a notification
   lost from frames that were cut at the same place each time leaves one frame put together from two neighbours.
5. The end of the link gives up what is incomplete (INCOMPLETE). Less than two frames are kept between notifications.
6. Without a counter a frame that is delivered twice is two frames.

Registers that are read: 0x64 battery, in 0.01 V, with the vendor's table to per cent; 0x03 rate; 0x2E version.

Source: WITMOTION/WitBluetooth_BWT901BLE5_0 (frames, commands, battery table); rules 2 to 4 are gaitpipe's own.
"""

from __future__ import annotations

from gaitpipe.model import DeviceStatus, FaultKind, PacketFault
from gaitpipe.protocol.codecs.framing import Unframed

FRAME_BYTES = 20
DATA, ANSWER = b"\x55\x61", b"\x55\x71"
_HEADERS = (DATA, ANSWER)
_BATTERY, _RATE, _VERSION = 0x64, 0x03, 0x2E
# Above so many hundredths of a volt: so many per cent.
_BATTERY_PCT = (
    (396, 100), (393, 90), (387, 75), (382, 60), (379, 50), (377, 40), (373, 30), (370, 20), (368, 15), (350, 10),
    (340, 5),
)  # fmt: skip
_RATE_HZ = {1: 0.2, 2: 0.5, 3: 1, 4: 2, 5: 5, 6: 10, 7: 20, 8: 50, 9: 100, 11: 200}


class WitmotionFraming:
    """See the rules above."""

    def __init__(self) -> None:
        self._kept = b""
        self._in_step = False
        self._boundary = 0  # where in `_kept` the last notification began; negative when that was cut off
        self._passed_over = 0

    def receive(self, payload: bytes, host_time_s: float) -> Unframed:
        """Take one notification of the data characteristic."""
        if not payload:
            return Unframed(faults=(PacketFault(FaultKind.LENGTH, "empty notification", host_time_s),))
        self._boundary = len(self._kept)
        self._kept += payload
        frames: list[bytes] = []
        while (frame := self._next_frame()) is not None:
            frames.append(frame)
        statuses = tuple(_answer(frame, host_time_s) for frame in frames if frame.startswith(ANSWER))
        packets = tuple(frame for frame in frames if frame.startswith(DATA))
        return Unframed(packets, statuses, self._passed_over_fault(host_time_s))

    def _next_frame(self) -> bytes | None:
        """Cut off the next frame; None when more bytes are needed."""
        while self._in_step or self._find_step():
            if len(self._kept) >= 2 and self._kept[:2] not in _HEADERS:
                self._in_step = False
                continue
            if len(self._kept) < FRAME_BYTES:
                return None
            after = self._kept[FRAME_BYTES : FRAME_BYTES + 2]
            if any(header.startswith(after) for header in _HEADERS):
                return self._cut(FRAME_BYTES)
            self._in_step = False
            self._pass_over(1)
        return None

    def _find_step(self) -> bool:
        """Pass over bytes up to where a frame begins by rule 3; False when that is not certain yet."""
        begun_at = self._boundary
        if begun_at >= 0 and self._kept[begun_at : begun_at + 2] in _HEADERS:
            self._pass_over(begun_at)
            self._in_step = True
            return True
        while (at := _first_header(self._kept)) is not None:
            self._pass_over(at)
            if len(self._kept) < 2 * FRAME_BYTES:
                return False
            if not self._is_pair(0):
                self._pass_over(1)
            elif any(self._is_pair(other) for other in range(1, FRAME_BYTES)):
                self._pass_over(FRAME_BYTES)
            else:
                self._in_step = True
                return True
        begun = self._kept.endswith(DATA[:1])  # perhaps the first half of a header
        self._pass_over(len(self._kept) - begun)
        return False

    def _is_pair(self, at: int) -> bool:
        """Whether headers stand at `at` and, as far as it has come, a frame later."""
        second = self._kept[at + FRAME_BYTES : at + FRAME_BYTES + 2]
        return self._kept[at : at + 2] in _HEADERS and any(header.startswith(second) for header in _HEADERS)

    def _cut(self, count: int) -> bytes:
        cut, self._kept = self._kept[:count], self._kept[count:]
        self._boundary -= count
        return cut

    def _pass_over(self, count: int) -> None:
        self._passed_over += len(self._cut(count))

    def _passed_over_fault(self, host_time_s: float) -> tuple[PacketFault, ...]:
        count, self._passed_over = self._passed_over, 0
        if count == 0:
            return ()
        return (PacketFault(FaultKind.HEADER, f"{count} bytes that are no frame", host_time_s),)

    def end(self, host_time_s: float) -> Unframed:
        """The link or the recording ended: give up what is incomplete."""
        kept, self._kept, self._in_step = self._kept, b"", False
        if not kept:
            return Unframed()
        return Unframed(faults=(PacketFault(FaultKind.INCOMPLETE, f"{len(kept)} bytes of a frame", host_time_s),))

    def frames(self, packet: bytes) -> list[bytes]:
        """The notifications that a device sends for one packet."""
        return [packet]


def _first_header(data: bytes) -> int | None:
    return next((at for at in range(len(data) - 1) if data[at : at + 2] in _HEADERS), None)


def battery_pct(centivolts: int) -> int:
    """Charge in per cent from hundredths of a volt, by the vendor's table."""
    return next((pct for above, pct in _BATTERY_PCT if centivolts > above), 0)


def _answer(frame: bytes, host_time_s: float) -> DeviceStatus:
    register = int.from_bytes(frame[2:4], "little")
    values = [int.from_bytes(frame[at : at + 2], "little") for at in range(4, FRAME_BYTES, 2)]
    if register == _BATTERY:
        volt = values[0] / 100.0
        return DeviceStatus(host_time_s, battery_pct=battery_pct(values[0]), text=f"battery at {volt:.2f} V")
    if register == _RATE:
        rate = _RATE_HZ.get(values[0])
        return DeviceStatus(host_time_s, text=f"rate code {values[0]}" if rate is None else f"rate {rate:g} Hz")
    if register == _VERSION:
        return DeviceStatus(host_time_s, text=f"firmware {_version(values[0] | values[1] << 16)}")
    return DeviceStatus(host_time_s, text=f"register {register:#04x}: {' '.join(f'{value:04x}' for value in values)}")


def _version(word: int) -> str:
    """Two forms, told apart by the highest bit, as in the vendor's Android code."""
    if word >> 31:
        return f"{word >> 14 & 0xFFFF}.{word >> 8 & 0x1F}.{word & 0x7F}"
    return str(word & 0xFFFF)
