"""Decoded MCAP: every sample, stride and event as a JSON message with a schema, which Foxglove and PlotJuggler plot.

Rules
  1. Channels /left/imu, /right/imu, /left/stride, /right/stride and /event, encoded as `json` with `jsonschema`
     schemas. One message a sample: these programs draw one point a message.
  2. `log_time` is Unix time [ns] where the session's start is known. Where it is not, session time 0 stands at 1970
     (later where times are negative); the metadata record `gaitpipe` says which.
  3. Strides are known at the end and stand at the end of the file, each with the time of its initial contact; readers
     put messages in order by the index. JSON has no NaN: what was not computed is left out.
  4. Chunks of about a MiB, zstd: more is never held. The raw recording stays the original; this file is for looking.
"""

from __future__ import annotations

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from gaitpipe.exporters.formats._contract import Exporter, ExportOutcome, ExportSession, TimedEvent
from gaitpipe.exporters.formats._facts import sensor_facts, session_facts
from gaitpipe.exporters.formats._json_schemas import event_schema, imu_schema, stride_schema
from gaitpipe.exporters.formats.parquet import FLAGS
from gaitpipe.model import STRIDE_COLUMNS, STRIDE_TEXT_COLUMNS, SampleBlock, Side

CHUNK_BYTES = 1024 * 1024
BEFORE_ZERO_S = 3600
"""How much earlier than the first block the other sensor may begin, where times are negative and no start is known."""


class McapWriter:
    """See the rules above."""

    def __init__(self, session: ExportSession, folder: Path) -> None:
        from mcap.writer import CompressionType, Writer

        self._session = session
        self._origin_ns = session.start_utc_ns
        self._file = (folder / _name(session)).open("wb")
        self._writer = Writer(self._file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._writer.start(profile="", library=session.software)
        self._imu: dict[Side, int] = {}
        self._strides: dict[Side, int] = {}
        for info in session.sensors:
            self._imu[info.side] = self._channel(f"/{info.side}/imu", imu_schema(info.has_gyro))
            self._strides[info.side] = self._channel(f"/{info.side}/stride", stride_schema())
        self._events = self._channel("/event", event_schema())
        self._sequence = 0

    def samples(self, block: SampleBlock) -> None:
        if not len(block):
            return
        log_times = self._log_times_ns(block.time_s)
        has_gyro = self._session.sensor(block.side).has_gyro
        channel = self._imu[block.side]
        for log_time, message in zip(log_times, _imu_messages(block, has_gyro), strict=True):
            self._add(channel, log_time, message.encode())

    def finish(self, outcome: ExportOutcome) -> None:
        strides = outcome.result.strides
        rows = strides[np.argsort(strides["ic_s"], kind="stable")]
        for row in rows:
            if math.isfinite(row["ic_s"]):
                message = json.dumps(_stride(row), allow_nan=False).encode()
                self._add(self._strides[str(row["side"])], self._log_time_ns(float(row["ic_s"])), message)  # type: ignore[index]
        for event in outcome.events:
            message = json.dumps(_event(event), allow_nan=False).encode()
            self._add(self._events, self._log_time_ns(event.time_s), message)
        self._writer.add_metadata("gaitpipe", self._metadata(outcome))
        self._writer.finish()  # type: ignore[no-untyped-call]
        self._file.close()

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self._file.close()

    def _channel(self, topic: str, schema: dict[str, Any]) -> int:
        data = json.dumps(schema).encode()
        schema_id = self._writer.register_schema(name=schema["title"], encoding="jsonschema", data=data)
        return int(self._writer.register_channel(topic=topic, message_encoding="json", schema_id=schema_id))

    def _add(self, channel: int, log_time: int, message: bytes) -> None:
        self._writer.add_message(channel, log_time, message, log_time, self._sequence)
        self._sequence += 1

    def _log_times_ns(self, time_s: Any) -> list[int]:
        if self._origin_ns is None:
            first_s = float(time_s[0])
            self._origin_ns = 0 if first_s >= 0 else (math.ceil(-first_s) + BEFORE_ZERO_S) * 1_000_000_000
        after_ns: list[int] = np.rint(np.asarray(time_s) * 1e9).astype(np.int64).tolist()
        origin_ns = self._origin_ns
        return [max(0, origin_ns + one) for one in after_ns]

    def _log_time_ns(self, time_s: float) -> int:
        return self._log_times_ns([time_s])[0]

    def _metadata(self, outcome: ExportOutcome) -> dict[str, str]:
        facts = session_facts(self._session)
        facts["session_time_0_log_time_ns"] = self._origin_ns
        facts["sensors"] = {info.side: sensor_facts(info, outcome.quality) for info in self._session.sensors}
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in facts.items()}


def _imu_messages(block: SampleBlock, has_gyro: bool) -> list[str]:
    """JSON of each sample; written by hand, for `json.dumps` takes four times as long. Numbers keep all digits."""
    flag_texts = [_flag_text(value) for value in range(8)]
    texts = []
    rows = zip(block.time_s.tolist(), block.acc_m_s2.tolist(), block.gyr_rad_s.tolist(), block.flags, strict=True)
    for sample, (time_s, (ax, ay, az), (gx, gy, gz), flags) in enumerate(rows, block.first_sample):
        gyro = f',"gyr_rad_s":{{"x":{gx!r},"y":{gy!r},"z":{gz!r}}}' if has_gyro else ""
        acc = f'"acc_m_s2":{{"x":{ax!r},"y":{ay!r},"z":{az!r}}}'
        texts.append(f'{{"time_s":{time_s!r},"sample":{sample},{acc}{gyro}{flag_texts[flags & 7]}}}')
    return texts


def _flag_text(flags: int) -> str:
    return "".join(f',"{name}":true' for name, bit in FLAGS.items() if flags & bit)


def _stride(row: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in STRIDE_COLUMNS:
        value = row[name].item()
        if name in STRIDE_TEXT_COLUMNS or isinstance(value, int) or math.isfinite(value):
            found[name] = value
    return found


def _event(event: TimedEvent) -> dict[str, Any]:
    found: dict[str, Any] = {"time_s": event.time_s, "kind": event.kind}
    if event.source:
        found["source"] = event.source
    if event.text:
        found["text"] = event.text
    if event.value is not None and math.isfinite(event.value):
        found["value"] = event.value
    return found


def _name(session: ExportSession) -> str:
    return f"{session.name}.decoded.mcap"


EXPORTER = Exporter(
    name="mcap",
    description="Decoded samples, strides and events as JSON messages, for plots against time",
    files_text="`NAME.decoded.mcap`",
    readers="mcap's own reader, every message against its schema (not tried in Foxglove itself)",
    open=lambda session, folder, _target: McapWriter(session, folder),
    files=lambda session: (_name(session),),
)
