"""What a fitness machine says beside its data (Bluetooth Fitness Machine service 1826): status, features, ranges.

All of it is read or notified. The control point of this service (2AD9) is not among the readings: gaitpipe never writes
to a machine on which somebody runs.

Sources: dudanov/pyftms (status and training status codes, features), Bluetooth SIG XML (oesmith/gatt-xml). One message
is a published vector (05 69 00); the others are of the same tables, not seen from a machine.
"""

from __future__ import annotations

from functools import partial

from gaitpipe.model import FaultKind
from gaitpipe.protocol.readings.contract import Reading, Unread, Values, Whole
from gaitpipe.protocol.readings.fields import Field, code_of, number_of, text_of
from gaitpipe.protocol.uuids import full_uuid

TARGET_SPEED = Field("target_speed_m_s", 2, divisor=360)
TARGET_INCLINE = Field("target_incline_pct", 2, divisor=10, signed=True)
STATUS = {
    0x01: "reset", 0x02: "stopped or paused by the user", 0x03: "stopped by the safety key",
    0x04: "started or resumed by the user", 0x05: "target speed changed", 0x06: "target incline changed",
    0x07: "target resistance changed", 0x08: "target power changed", 0x09: "target heart rate changed",
    0x0A: "target energy changed", 0x0B: "target steps changed", 0x0C: "target strides changed",
    0x0D: "target distance changed", 0x0E: "target time changed", 0x0F: "target time in two heart rate zones changed",
    0x10: "target time in three heart rate zones changed", 0x11: "target time in five heart rate zones changed",
    0x12: "simulation changed", 0x13: "wheel circumference changed", 0x14: "spin down", 0x15: "target cadence changed",
    0xFF: "control permission lost",
}  # fmt: skip
STOPPED = 0x02
STOPPED_WORDS = {0x01: "stopped by the user", 0x02: "paused by the user"}
PARAMETERS = {0x05: TARGET_SPEED, 0x06: TARGET_INCLINE}

TRAINING = {
    0x00: "other", 0x01: "idle", 0x02: "warming up", 0x03: "low intensity interval", 0x04: "high intensity interval",
    0x05: "recovery interval", 0x06: "isometric", 0x07: "heart rate control", 0x08: "fitness test",
    0x09: "speed below the region of control", 0x0A: "speed above the region of control", 0x0B: "cool down",
    0x0C: "watt control", 0x0D: "manual mode", 0x0E: "before the workout", 0x0F: "after the workout",
}  # fmt: skip
HAS_TEXT = 0x01

FEATURES = (
    "average_speed", "cadence", "distance", "incline", "elevation", "pace", "steps", "resistance", "strides", "energy",
    "heart_rate", "metabolic_equivalent", "elapsed_time", "remaining_time", "power", "belt_force", "user_data",
)  # fmt: skip
FEATURE_BYTES = 8


class MachineStatus(Whole):
    """`event` in words, `target_speed_m_s`, `target_incline_pct`."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """One message: a code, and what belongs to it."""
        if not payload:
            return Unread("empty machine status")
        code, rest = payload[0], payload[1:]
        event = text_of(STATUS, code)
        if code == STOPPED and rest:
            event = STOPPED_WORDS.get(rest[0], event)
        values: dict[str, float | str | None] = {"event": event, **{one.name: None for one in PARAMETERS.values()}}
        field = PARAMETERS.get(code)
        if field is not None:
            if len(rest) != field.size:
                return Unread(f"'{event}' with {len(rest)} bytes after it, {field.size} are needed")
            values[field.name] = field.read(rest)
        return values

    def write(self, values: Values) -> bytes:
        """The event by its words; parameters of other events than speed and incline are left out."""
        event = values["event"]
        for number, words in STOPPED_WORDS.items():
            if event == words:
                return bytes([STOPPED, number])
        code = code_of(STATUS, event)
        field = PARAMETERS.get(code)
        return bytes([code]) + (b"" if field is None else field.write(number_of(values, field.name)))


class TrainingStatus(Whole):
    """`training_status` in words, and the machine's own `text` where it sends one."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """Flags, a code, perhaps a text."""
        if len(payload) < 2:
            return Unread(f"training status of {len(payload)} bytes, 2 are needed")
        text: str | None = None
        if payload[0] & HAS_TEXT:
            try:
                text = payload[2:].rstrip(b"\0").decode("utf-8")
            except UnicodeDecodeError:
                return Unread("the text of the training status is not UTF-8", FaultKind.VALUE)
        return {"training_status": text_of(TRAINING, payload[1]), "text": text}

    def write(self, values: Values) -> bytes:
        """The status by its words."""
        text = values.get("text")
        code = code_of(TRAINING, values["training_status"])
        return bytes([0 if text is None else HAS_TEXT, code]) + (b"" if text is None else str(text).encode())


class MachineFeature(Whole):
    """What a machine can tell, one `has_...` each, and which targets it has (`has_target_speed`, `_incline`)."""

    def receive(self, payload: bytes) -> Values | Unread | None:
        """Two times 32 bits."""
        if len(payload) < FEATURE_BYTES:
            return Unread(f"machine features of {len(payload)} bytes, {FEATURE_BYTES} are needed")
        told, targets = (int.from_bytes(payload[start : start + 4], "little") for start in (0, 4))
        values = {f"has_{name}": bool(told >> bit & 1) for bit, name in enumerate(FEATURES)}
        return values | {"has_target_speed": bool(targets & 1), "has_target_incline": bool(targets >> 1 & 1)}

    def write(self, values: Values) -> bytes:
        """Eight bytes."""
        told = sum(bool(values.get(f"has_{name}")) << bit for bit, name in enumerate(FEATURES))
        targets = bool(values.get("has_target_speed")) | bool(values.get("has_target_incline")) << 1
        return told.to_bytes(4, "little") + targets.to_bytes(4, "little")


class SupportedRange(Whole):
    """Smallest and largest value that can be set, and the step between two."""

    def __init__(self, fields: tuple[Field, Field, Field]) -> None:
        self._fields = fields

    def receive(self, payload: bytes) -> Values | Unread | None:
        """Three integers of two bytes."""
        if len(payload) != 6:
            return Unread(f"range of {len(payload)} bytes, 6 are needed")
        return {field.name: field.read(payload[2 * row : 2 * row + 2]) for row, field in enumerate(self._fields)}

    def write(self, values: Values) -> bytes:
        """Six bytes."""
        return b"".join(field.write(number_of(values, field.name)) for field in self._fields)


SPEED_RANGE = (
    Field("speed_minimum_m_s", 2, divisor=360),
    Field("speed_maximum_m_s", 2, divisor=360),
    Field("speed_step_m_s", 2, divisor=360),
)
INCLINE_RANGE = (
    Field("incline_minimum_pct", 2, divisor=10, signed=True),
    Field("incline_maximum_pct", 2, divisor=10, signed=True),
    Field("incline_step_pct", 2, divisor=10),
)

READINGS = (
    Reading("ftms_status", full_uuid("2ada"), MachineStatus),
    Reading("training_status", full_uuid("2ad3"), TrainingStatus),
    Reading("ftms_feature", full_uuid("2acc"), MachineFeature),
    Reading("ftms_speed_range", full_uuid("2ad4"), partial(SupportedRange, SPEED_RANGE)),
    Reading("ftms_incline_range", full_uuid("2ad5"), partial(SupportedRange, INCLINE_RANGE)),
)
