"""FIT: the session as an activity, one record a second, for training logs; needs `fit-tool` (BSD licence).

Rules
  1. A record holds what the good strides of both feet say in the middle of its second: cadence (strides a minute, as
     FIT counts), stance time and its share, balance of both feet, step length. Speed and distance are of all motion
     and add up (see `_fit_seconds`): the last record's distance is that of lap and session, and their average speed is
     it over the time in motion. What is not known is left out of the record, never 0.
  2. FIT has dates only: the start of the session must be known, from the recording or given.
  3. Records are encoded one after another, and the header is completed at the end: the file is never held in memory.
  4. The maker's number is that for development, for gaitpipe has none.
"""

from __future__ import annotations

import math
import struct
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.exporters.formats._contract import ExportChoices, Exporter, ExportOutcome, ExportSession
from gaitpipe.exporters.formats._fit_seconds import Second, mean, seconds
from gaitpipe.exporters.formats._library import need_library
from gaitpipe.model import SampleBlock

if TYPE_CHECKING:
    from fit_tool.data_message import DataMessage

FIT_EPOCH_UTC_S = 631_065_600
"""1989-12-31T00:00:00Z: no FIT time is earlier."""
LAST_UTC_S = 4_102_444_800
_LOCAL = {"FileIdMessage": 0, "EventMessage": 1, "RecordMessage": 2, "LapMessage": 3, "SessionMessage": 4}


class FitEncoder:
    """Writes FIT messages to a file as they come: header, records and both checksums."""

    def __init__(self, file: BinaryIO) -> None:
        from fit_tool.fit_file_builder import FitFileBuilder
        from fit_tool.fit_file_header import FitFileHeader

        self._file, self._builder = file, FitFileBuilder(auto_define=True)
        self._header = FitFileHeader
        self._size, self._crc = 0, 0
        file.write(bytes(len(self._head(0))))

    def add(self, message: DataMessage) -> None:
        """Encode one message, its definition first where it is new."""
        message.local_id = _LOCAL.get(type(message).__name__, 5)
        self._builder.add(message)
        for record in self._builder.records:
            data = record.to_bytes()
            self._file.write(data)
            self._size += len(data)
            self._crc = _crc(data, self._crc)
        self._builder.records.clear()

    def finish(self) -> None:
        """Complete the header and write the checksum of the file: the header with its own one counts as nothing."""
        self._file.write(struct.pack("<H", self._crc))
        self._file.seek(0)
        self._file.write(self._head(self._size))

    def _head(self, size: int) -> bytes:
        return bytes(self._header(records_size=size, gen_crc=True).to_bytes())


class FitWriter:
    """See the rules above."""

    def __init__(self, session: ExportSession, folder: Path, start_utc_s: float) -> None:
        self._session, self._start_utc_s = session, start_utc_s
        self._file = (folder / _name(session)).open("wb")
        self._first_s, self._last_s = math.inf, -math.inf

    def samples(self, block: SampleBlock) -> None:
        if len(block):
            self._first_s = min(self._first_s, float(block.time_s[0]))
            self._last_s = max(self._last_s, float(block.time_s[-1]))

    def finish(self, outcome: ExportOutcome) -> None:
        if self._last_s <= self._first_s:
            raise RecordingError(self._session.name, "there are no samples", "Export another recording.")
        encoder = FitEncoder(self._file)
        start_s, end_s = math.floor(self._first_s), math.ceil(self._last_s)
        encoder.add(self._file_id(start_s))
        encoder.add(self._timer(start_s, start=True))
        total = _Totals()
        for second in seconds(outcome.result.strides, start_s, end_s, outcome.result.belt_speed_m_s):
            encoder.add(self._record(second))
            total.add(second)
        encoder.add(self._timer(end_s, start=False))
        encoder.add(self._lap(start_s, end_s, total, outcome))
        encoder.add(self._whole(start_s, end_s, total, outcome))
        encoder.add(self._activity(start_s, end_s))
        encoder.finish()
        self._file.close()

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()

    def _time_ms(self, time_s: float) -> int:
        return math.floor(self._start_utc_s + time_s) * 1000

    def _file_id(self, start_s: float) -> DataMessage:
        from fit_tool.profile.messages.file_id_message import FileIdMessage
        from fit_tool.profile.profile_type import FileType, Manufacturer

        message = FileIdMessage()
        message.type = FileType.ACTIVITY
        message.manufacturer = Manufacturer.DEVELOPMENT.value
        message.product = 0
        message.time_created = self._time_ms(start_s)
        message.serial_number = int(self._session.input_sha256[:7] or "1", 16) + 1
        return message

    def _timer(self, time_s: float, *, start: bool) -> DataMessage:
        from fit_tool.profile.messages.event_message import EventMessage
        from fit_tool.profile.profile_type import Event, EventType

        message = EventMessage()
        message.event = Event.TIMER
        message.event_type = EventType.START if start else EventType.STOP_ALL
        message.timestamp = self._time_ms(time_s)
        return message

    def _record(self, second: Second) -> DataMessage:
        from fit_tool.profile.messages.record_message import RecordMessage

        message = RecordMessage()
        message.timestamp = self._time_ms(second.time_s)
        _set_cadence(message, second.cadence_rpm, "cadence", "fractional_cadence")
        _set(message, "stance_time", second.stance_time_s * 1000.0)
        _set(message, "stance_time_percent", second.stance_pct)
        _set(message, "stance_time_balance", second.stance_balance_pct)
        _set(message, "step_length", second.step_length_m * 1000.0)
        _set(message, "enhanced_speed", second.speed_m_s)
        _set(message, "distance", second.distance_m)
        return message

    def _lap(self, start_s: float, end_s: float, total: _Totals, outcome: ExportOutcome) -> DataMessage:
        from fit_tool.profile.messages.lap_message import LapMessage

        message = LapMessage()
        self._fill(message, start_s, end_s, total, outcome)
        return message

    def _whole(self, start_s: float, end_s: float, total: _Totals, outcome: ExportOutcome) -> DataMessage:
        from fit_tool.profile.messages.session_message import SessionMessage

        message = SessionMessage()
        message.first_lap_index, message.num_laps = 0, 1
        self._fill(message, start_s, end_s, total, outcome)
        return message

    def _fill(self, message: Any, start_s: float, end_s: float, total: _Totals, outcome: ExportOutcome) -> None:
        """What lap and session have in common."""
        from fit_tool.profile.profile_type import Sport, SubSport

        message.message_index = 0
        message.timestamp, message.start_time = self._time_ms(end_s), self._time_ms(start_s)
        message.total_elapsed_time = message.total_timer_time = float(end_s - start_s)
        message.sport = Sport.RUNNING if outcome.result.mode == "run" else Sport.WALKING
        belt = outcome.result.belt_speed_m_s is not None or self._session.facts.get("surface") == "treadmill"
        message.sub_sport = SubSport.TREADMILL if belt else SubSport.GENERIC
        _set_cadence(message, mean(total.cadence_rpm), "avg_running_cadence", "avg_fractional_cadence")
        _set(message, "avg_stance_time", mean(total.stance_time_s) * 1000.0)
        _set(message, "avg_stance_time_balance", mean(total.balance_pct))
        _set(message, "avg_step_length", mean(total.step_length_m) * 1000.0)
        _set(message, "total_moving_time", total.moving_s or math.nan)
        _set(message, "enhanced_avg_speed", total.distance_m / total.moving_s if total.moving_s else math.nan)
        _set(message, "total_distance", total.distance_m)

    def _activity(self, start_s: float, end_s: float) -> DataMessage:
        from fit_tool.profile.messages.activity_message import ActivityMessage
        from fit_tool.profile.profile_type import Activity, Event, EventType

        message = ActivityMessage()
        message.timestamp = self._time_ms(end_s)
        message.total_timer_time = float(end_s - start_s)
        message.num_sessions = 1
        message.type = Activity.MANUAL
        message.event, message.event_type = Event.ACTIVITY, EventType.STOP
        return message


class _Totals:
    """The numbers of all seconds: a few floats each."""

    def __init__(self) -> None:
        self.cadence_rpm: list[float] = []
        self.stance_time_s: list[float] = []
        self.balance_pct: list[float] = []
        self.step_length_m: list[float] = []
        self.moving_s = 0.0
        self.distance_m = math.nan

    def add(self, second: Second) -> None:
        self.cadence_rpm.append(second.cadence_rpm)
        self.stance_time_s.append(second.stance_time_s)
        self.balance_pct.append(second.stance_balance_pct)
        self.step_length_m.append(second.step_length_m)
        self.moving_s += second.moving_s
        self.distance_m = second.distance_m


def _set(message: Any, field: str, value: float) -> None:
    if math.isfinite(value):
        setattr(message, field, value)


def _set_cadence(message: Any, cadence_rpm: float, whole: str, fraction: str) -> None:
    """Whole strides a minute in one field, 1/128 of a stride a minute in another."""
    if math.isfinite(cadence_rpm):
        steps = round(cadence_rpm * 128.0)
        setattr(message, whole, steps // 128)
        setattr(message, fraction, steps % 128 / 128.0)


def _crc(data: bytes, crc: int) -> int:
    from fit_tool.utils.crc import crc16

    return int(crc16(data, crc))


def _name(session: ExportSession) -> str:
    return f"{session.name}.fit"


def _check(_choices: ExportChoices) -> None:
    need_library("FIT", "fit_tool", "fit", library="fit-tool")


def _open(session: ExportSession, folder: Path, _target: Path) -> FitWriter:
    _check(session.choices)
    if session.start_utc_ns is None:
        advice = "Say when it began: --start 2026-03-02T09:30:00Z (for several files, one at a time)."
        raise UsageError(f"{session.name}: a FIT file needs the date, and this one does not say it", advice)
    start_utc_s = session.start_utc_ns / 1e9
    if not FIT_EPOCH_UTC_S <= start_utc_s <= LAST_UTC_S:
        raise UsageError(f"{session.name}: its date is before 1990 or after 2099", "Give the right one with --start.")
    return FitWriter(session, folder, start_utc_s)


EXPORTER = Exporter(
    name="fit",
    description="The session as an activity with running dynamics, one record a second, for training logs",
    files_text="`NAME.fit`",
    readers="fit-tool's strict validation, and Garmin's own reader: checksums and fields",
    open=_open,
    files=lambda session: (_name(session),),
    extra="fit",
    check=_check,
)
