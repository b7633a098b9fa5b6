"""A session while it happens: each item goes to the file first, then through the one decoder and the one session.

Rules:

1. `receive` writes before it decodes. Nothing that happens afterwards can cost the item.
2. When decoding or analysis fails, that is kept in `failure` and recording goes on: the file can be analysed later.
3. The result is that of the same blocks read back from the file: same decoder, same session, same bytes.
4. Blocks are gathered for a quarter of a second: most sensors send a sample or a few at a time, and a person does not
   see the difference. What the session says does not depend on the size of its blocks.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gaitpipe.app.analyze import Analysis, devices_of
from gaitpipe.app.athlete import athlete_of
from gaitpipe.app.blocks import BlockJoiner
from gaitpipe.app.cue import CueView, LiveCue
from gaitpipe.app.run_findings import run_findings
from gaitpipe.app.typed_speed import typed_speed_findings
from gaitpipe.errors import AnalysisError
from gaitpipe.model import (
    AuxiliaryKind,
    AuxiliaryReading,
    AuxiliarySetup,
    Finding,
    Placement,
    RawNotification,
    ReadingValue,
    Recording,
    RecordingEvent,
    SampleBlock,
    SensorInfo,
    SensorSetup,
    Side,
    Source,
    StrideUpdate,
)
from gaitpipe.protocol.decoder import SILENT_AT_LEAST_S
from gaitpipe.recording.decode import StreamDecoder, file_sha256, note_complaint
from gaitpipe.recording.writer import RecordingWriter
from gaitpipe.session import Session
from gaitpipe.sources.ble import LinkState

SHOWN_STRIDES = 8
GATHERED_S = 0.25
DEVICE_SHOWN_FOR_S = 5.0
"""The same of a device beside the feet, which speaks once a second."""
SHOWN_FOR_S = 3.0
"""A figure is shown for so long after its last stride: then the runner stands, or the sensor is silent."""


@dataclass(frozen=True, slots=True)
class SideView:
    """What a person wants to see of one side just now; None where there is nothing to show."""

    side: Side
    device: str
    connected: bool = False
    cadence_spm: float | None = None
    ground_contact_time_s: float | None = None
    strides: int = 0
    battery_pct: int | None = None
    rssi_dbm: int | None = None
    samples: int = 0
    lost_samples: int = 0
    reconnects: int = 0
    age_s: float | None = None


@dataclass(frozen=True, slots=True)
class DeviceView:
    """What a device beside the feet says just now; None for what it does not tell, or has not told lately."""

    kind: AuxiliaryKind
    connected: bool = False
    speed_m_s: float | None = None
    incline_pct: float | None = None
    cadence_per_min: float | None = None
    heart_rate_bpm: float | None = None
    battery_pct: int | None = None


@dataclass(frozen=True, slots=True)
class LiveView:
    """What a person wants to see of a recording just now."""

    elapsed_s: float
    bytes_written: int
    sides: tuple[SideView, ...]
    failure: str = ""
    cue: CueView | None = None
    devices: tuple[DeviceView, ...] = ()


class LiveSession:
    """Takes in items as they come; see the rules at the top of this module.

    Raises
    ------
    GaitpipeError
        A setup's profile or settings cannot be used, or no session can be made of these sensors.
    """

    def __init__(
        self,
        setups: Sequence[SensorSetup],
        writer: RecordingWriter,
        metadata: Mapping[str, str],
        session_start_monotonic_ns: int,
        belt_speed_m_s: float | None = None,
        auxiliaries: Sequence[AuxiliarySetup] = (),
    ) -> None:
        self._writer = writer
        self._start_ns = session_start_monotonic_ns
        self._decoder = StreamDecoder(setups, session_start_monotonic_ns, auxiliaries)
        self._session = Session(self._decoder.sensors, belt_speed_m_s, athlete_of(metadata))
        self._recording = Recording(
            name=writer.path.stem,
            sensors=self._decoder.sensors,
            blocks=(),
            quality=self._decoder.quality,
            auxiliaries=tuple(auxiliaries),
            auxiliary_quality=self._decoder.auxiliary_quality,
            metadata=dict(metadata),
        )
        fastest_hz = max((sensor.rate_hz for sensor in self._decoder.sensors), default=0.0)
        self._joiner = BlockJoiner(max(1, round(GATHERED_S * fastest_hz)))
        self._told: dict[AuxiliaryKind, dict[str, tuple[float, ReadingValue]]] = {
            kind: {} for kind in self._decoder.auxiliary_quality
        }
        self._complaints: dict[str, Finding] = {}
        self._complaints_said = 0
        self._recent: dict[Side, deque[StrideUpdate]] = {setup.side: deque(maxlen=SHOWN_STRIDES) for setup in setups}
        self._strides: dict[Side, int] = {setup.side: 0 for setup in setups}
        self.failure: Exception | None = None
        self.cue: LiveCue | None = None

    def receive(self, item: RawNotification | RecordingEvent) -> None:
        """Write one item, then decode and analyse it.

        Raises
        ------
        RecordingError
            It cannot be written.
        """
        self._writer.write(item)
        if isinstance(item, RecordingEvent):
            self._recording.events.append(item)
            if self.cue is not None:
                self.cue.receive(item)
        if self.failure is None:
            try:
                self._analyse(item)
            except Exception as error:  # noqa: BLE001 (rule 2: whatever it is, the recording goes on)
                self.failure = error

    def new_complaints(self) -> list[str]:
        """What the sensors said is wrong since the last call: each once, in their order, to be told at once."""
        new = list(self._complaints)[self._complaints_said :]
        self._complaints_said += len(new)
        return new

    def view(self, links: Mapping[Source, LinkState], now_monotonic_ns: int) -> LiveView:
        """Return what to show, given the state of the links and the host's time."""
        elapsed_s = self._decoder.session_time_s(now_monotonic_ns)
        sides = tuple(self._side_view(side, links.get(side), elapsed_s) for side in self._recent)
        failure = "" if self.failure is None else f"{type(self.failure).__name__}: {self.failure}"
        cue = None if self.cue is None else self.cue.view(elapsed_s)
        devices = tuple(
            self._device_view(kind, links.get(kind), elapsed_s) for kind in self._recording.auxiliary_quality
        )
        return LiveView(elapsed_s, self._writer.bytes_written, sides, failure, cue, devices)

    def finish(self, session_start_utc: str) -> Analysis:
        """End the session and give its analysis; the file must be closed.

        Raises
        ------
        AnalysisError
            Decoding or analysis failed; the recording is not touched by that.
        """
        recording = self._recording
        if self.failure is None:
            try:
                self._feed(self._decoder.flush(), None)
                self._show(self._joiner.flush())
                devices = devices_of(recording)
                belt_speed_m_s, found = run_findings(self._session.belt_speed_m_s, recording.events, recording.metadata)
                self._session.belt_speed_m_s = belt_speed_m_s
                found += typed_speed_findings(belt_speed_m_s, recording.events, recording.readings, self._start_ns)
                result = self._session.finish(recording.quality, [*self._complaints.values(), *found], devices)
            except Exception as error:  # noqa: BLE001 (rule 2)
                self.failure = error
        if self.failure is not None:
            message = f"the analysis failed ({type(self.failure).__name__}: {self.failure})"
            advice = f"The recording is complete and safe: {self._writer.path}"
            raise AnalysisError(message, advice) from self.failure
        return Analysis(
            result=result,
            name=recording.name,
            input_sha256=file_sha256(self._writer.path),
            metadata=recording.metadata,
            events=tuple(recording.events),
            session_start_monotonic_ns=self._start_ns,
            recorded_utc=session_start_utc,
            auxiliaries=recording.auxiliaries,
            auxiliary_quality=recording.auxiliary_quality,
        )

    def _analyse(self, item: RawNotification | RecordingEvent) -> None:
        self._feed(self._decoder.receive(item), item.source)

    def _feed(self, decoded: Sequence[object], source: Source | None) -> None:
        for one in decoded:
            if isinstance(one, SampleBlock):
                self._show(self._joiner.push(one))
            elif isinstance(one, AuxiliaryReading):
                self._recording.readings.append(one)
                self._told[one.source].update({name: (one.time_s, told) for name, told in one.values.items()})
            elif source is not None:
                note_complaint(one, source, self._recording, self._complaints)  # type: ignore[arg-type]

    def _show(self, blocks: Sequence[SampleBlock]) -> None:
        for block in blocks:
            updates = self._session.feed(block)
            if self.cue is not None:
                self.cue.feed(updates)
            for update in updates:
                self._recent[update.side].append(update)
                self._strides[update.side] += 1

    def _side_view(self, side: Side, link: LinkState | None, elapsed_s: float) -> SideView:
        quality = self._recording.quality[side]
        fresh = [update for update in self._recent[side] if update.quality == "ok"]
        if not fresh or elapsed_s - (fresh[-1].ic_s + fresh[-1].stride_time_s) > SHOWN_FOR_S:
            fresh = []
        contacts = [update.ground_contact_time_s for update in fresh]
        contacts = [contact for contact in contacts if not math.isnan(contact)]
        link = link or LinkState()
        return SideView(
            side=side,
            device=link.device,
            connected=link.connected,
            cadence_spm=statistics.median(update.cadence_spm for update in fresh) if fresh else None,
            ground_contact_time_s=statistics.median(contacts) if contacts else None,
            strides=self._strides[side],
            battery_pct=quality.battery_pct if link.battery_pct is None else link.battery_pct,
            rssi_dbm=link.rssi_dbm,
            samples=quality.samples,
            lost_samples=quality.lost_samples + self._missing_now(side, link),
            reconnects=link.reconnects,
            age_s=link.age_s,
        )

    def _missing_now(self, side: Side, link: LinkState) -> int:
        """Samples that a silent sensor owes just now: they are counted for good when it is back, or at the end."""
        if link.age_s is None or link.age_s < SILENT_AT_LEAST_S:
            return 0
        return round(link.age_s * next(info.rate_hz for info in self._decoder.sensors if info.side == side))

    def _device_view(self, kind: AuxiliaryKind, link: LinkState | None, elapsed_s: float) -> DeviceView:
        def latest(name: str) -> float | None:
            time_s, told = self._told[kind].get(name, (-math.inf, None))
            fresh = elapsed_s - time_s <= DEVICE_SHOWN_FOR_S
            return float(told) if fresh and isinstance(told, (int, float)) else None

        battery_pct = self._recording.auxiliary_quality[kind].battery_pct
        return DeviceView(
            kind=kind,
            connected=link is not None and link.connected,
            speed_m_s=latest("speed_m_s"),
            incline_pct=latest("incline_pct"),
            cadence_per_min=latest("cadence_per_min"),
            heart_rate_bpm=latest("heart_rate_bpm"),
            battery_pct=battery_pct if link is None or link.battery_pct is None else link.battery_pct,
        )


def warm_up() -> None:
    """Load and compile all that live analysis needs, before sensors stream: the first time this takes a while.

    A few synthetic strides go through whole sessions, one for each kind of sensor: whatever is compiled on first use
    would else stop the receiving of packets for seconds, and their arrival times would be worth nothing.
    """
    import numpy as np

    from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate

    kinds: tuple[tuple[Placement, bool], ...] = (("foot", True), ("shank", True), ("shank", False))
    for placement, has_gyro in kinds:
        runner = simulate(RunnerConfig((Segment("stand", 2.0), Segment("run", 9.0, 3.0)), placement=placement))
        stream = runner.sensors["left"]
        gyr = stream.gyr_rad_s if has_gyro else np.full_like(stream.gyr_rad_s, np.nan)
        session = Session([SensorInfo("left", placement, stream.rate_hz, has_gyro=has_gyro)])
        session.feed(SampleBlock("left", placement, 0, stream.device_time_s, stream.acc_m_s2, gyr, stream.flags))
        session.finish()
