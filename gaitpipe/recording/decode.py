"""From raw notifications to samples and readings: one decoder a device, driven in the order of the host's clock.

The live recorder and the reader of a file drive their decoders through the same `StreamDecoder`; this is what makes a
replay give the same samples, bit for bit. Session time is host monotonic time minus the session start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gaitpipe.errors import LocalProtocolError, ProfileError, ProtocolError, RecordingError
from gaitpipe.model import (
    SIDES,
    AuxiliaryKind,
    AuxiliaryReading,
    AuxiliarySetup,
    DeviceStatus,
    FaultKind,
    Finding,
    PacketFault,
    RawNotification,
    Recording,
    RecordingEvent,
    SampleBlock,
    SensorInfo,
    SensorSetup,
    Side,
    Source,
    StreamQuality,
)
from gaitpipe.protocol.auxiliary import AuxiliaryDecoder
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.profile import parse_profile
from gaitpipe.recording.reader import RawRecording, open_raw

LINK_LOST = "disconnected"
"""Kind of the event that says a sensor's connection was lost; its decoder drops what was half received."""
BATTERY = "battery"
"""Kind of the event with a sensor's battery level in per cent, read beside the stream."""

MAX_COMPLAINTS = 20

Decoded = SampleBlock | AuxiliaryReading | PacketFault | DeviceStatus


class StreamDecoder:
    """All devices of a session: raw items in, samples, readings, faults and status out. Live and replay both use it.

    The profile is parsed from the text in the setup, so an old file decodes as it was recorded.

    Raises
    ------
    ProfileError
        A setup's profile text cannot be used.
    LocalProtocolError
        A setup's settings are none that its profile knows, or its profile is of another kind of device.
    """

    def __init__(
        self,
        setups: Sequence[SensorSetup],
        session_start_monotonic_ns: int,
        auxiliaries: Sequence[AuxiliarySetup] = (),
    ) -> None:
        self._start_ns = session_start_monotonic_ns
        self._last_s = 0.0
        self._labels = {setup.side: setup.device for setup in setups}
        self._sensors: dict[Side, Decoder] = {setup.side: _decoder(setup) for setup in setups}
        self._auxiliaries = {setup.kind: _auxiliary_decoder(setup) for setup in auxiliaries}
        self._decoders: dict[Source, Decoder | AuxiliaryDecoder] = {}
        for setup in setups:
            self._decoders[setup.side] = self._sensors[setup.side]
        for device in auxiliaries:
            self._decoders[device.kind] = self._auxiliaries[device.kind]

    @property
    def sensors(self) -> tuple[SensorInfo, ...]:
        """What is known of each sensor, with the label it was recorded under."""
        infos = [decoder.info for decoder in self._sensors.values()]
        return tuple(replace(info, device=self._labels[info.side] or info.device) for info in infos)

    @property
    def quality(self) -> dict[Side, StreamQuality]:
        """The running counts of each sensor; the same objects throughout."""
        return {side: decoder.quality for side, decoder in self._sensors.items()}

    @property
    def auxiliary_quality(self) -> dict[AuxiliaryKind, StreamQuality]:
        """The same of each device beside the feet: `packets` are notifications, `samples` readings."""
        return {kind: decoder.quality for kind, decoder in self._auxiliaries.items()}

    def session_time_s(self, host_monotonic_ns: int) -> float:
        return (host_monotonic_ns - self._start_ns) / 1e9

    def receive(self, item: RawNotification | RecordingEvent) -> list[Decoded]:
        """What one item gives. Of the events only a lost link and a battery level concern a decoder."""
        time_s = self._last_s = self.session_time_s(item.host_monotonic_ns)
        decoder = self._decoders.get(item.source) if item.source is not None else None
        if isinstance(item, RawNotification):
            if decoder is None:
                words = f"on the {item.source}" if item.source in SIDES else f"as {item.source.replace('_', ' ')}"
                return [PacketFault(FaultKind.CHARACTERISTIC, f"no device was set up {words}", time_s)]
            return list(decoder.receive(item.characteristic, item.payload, time_s))
        if decoder is not None and item.kind == LINK_LOST:
            decoder.link_lost(time_s)
        if decoder is not None and item.kind == BATTERY and item.value is not None:
            decoder.quality.battery_pct = round(item.value)
            return [DeviceStatus(time_s, battery_pct=round(item.value))]
        return []

    def flush(self) -> list[Decoded]:
        """What the decoders still hold at the end of the session, which is the time of its last item."""
        feet = [decoded for decoder in self._sensors.values() for decoded in decoder.end(self._last_s)]
        return feet + [decoded for decoder in self._auxiliaries.values() for decoded in decoder.flush()]


def _decoder(setup: SensorSetup) -> Decoder:
    profile = parse_profile(setup.profile_text, setup.profile_id)
    return Decoder(profile, setup.side, setup.placement, profile.resolve_settings(setup.settings))


def _auxiliary_decoder(setup: AuxiliarySetup) -> AuxiliaryDecoder:
    decoder = AuxiliaryDecoder(parse_profile(setup.profile_text, setup.profile_id))
    if decoder.kind != setup.kind:
        raise LocalProtocolError(f"{setup.profile_id} is a profile of a {decoder.kind}, not of a {setup.kind}")
    return decoder


def read_recording(path: Path | str) -> Recording:
    """Read a gaitpipe recording; blocks are decoded lazily, while they are read.

    Raises
    ------
    RecordingError
        The file is no recording, or so damaged that nothing of it can be decoded.
    """
    path = Path(path)
    raw = open_raw(path)
    auxiliaries, unusable = usable_auxiliaries(raw.auxiliaries)
    try:
        decoder = StreamDecoder(raw.setups, raw.session_start_monotonic_ns, auxiliaries)
    except (ProfileError, ProtocolError) as error:
        advice = "The profile in this recording was made for another version of gaitpipe."
        raise RecordingError(str(path), f"its device profile cannot be used: {error.message}", advice) from error
    recording = Recording(
        name=path.stem,
        sensors=decoder.sensors,
        blocks=(),
        quality=decoder.quality,
        findings=unusable,
        auxiliaries=auxiliaries,
        auxiliary_quality=decoder.auxiliary_quality,
        metadata=dict(raw.metadata),
        input_sha256=file_sha256(path),
    )
    recording.blocks = _blocks(raw, decoder, recording)
    return recording


def usable_auxiliaries(
    setups: Sequence[AuxiliarySetup],
) -> tuple[tuple[AuxiliarySetup, ...], list[Finding]]:
    """The devices beside the feet that can be decoded; a finding for each other one: the feet do not need it."""
    usable, findings = [], []
    for setup in setups:
        try:
            _auxiliary_decoder(setup)
        except (ProfileError, ProtocolError) as error:
            name = setup.kind.replace("_", " ")
            message = f"The {name} cannot be read: {error.message.splitlines()[0]}"
            findings.append(Finding("device_profile", "warning", message, "The figures of the feet are not touched."))
        else:
            usable.append(setup)
    return tuple(usable), findings


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces.

    Raises
    ------
    RecordingError
        The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RecordingError(str(path), f"cannot be read: {error.strerror}", "Check the file.") from error


def _blocks(raw: RawRecording, decoder: StreamDecoder, recording: Recording) -> Iterator[SampleBlock]:
    """The decoded blocks in file order; events, readings, findings and counts go into the recording on the way."""
    complaints: dict[str, Finding] = {}
    for item in raw.items:
        if isinstance(item, RecordingEvent):
            recording.events.append(item)
        for decoded in decoder.receive(item):
            if isinstance(decoded, SampleBlock):
                yield decoded
            elif isinstance(decoded, AuxiliaryReading):
                recording.readings.append(decoded)
            else:
                note_complaint(decoded, item.source, recording, complaints)
    yield from (decoded for decoded in decoder.flush() if isinstance(decoded, SampleBlock))
    recording.findings.extend([*raw.salvage.findings(), *complaints.values()])


def note_complaint(
    decoded: PacketFault | DeviceStatus, source: Source | None, recording: Recording, said: dict[str, Finding]
) -> None:
    """Keep each different complaint of a sensor once, as a finding in `said`; faults are counted in its quality."""
    side: Side | None = source if source in SIDES else None
    name = f"{side} sensor" if side is not None else str(source).replace("_", " ")
    if isinstance(decoded, DeviceStatus) and not decoded.ok:
        message, code = f"The {name} reported: {decoded.text}", "device_status"
    elif source is not None and source not in {*recording.quality, *recording.auxiliary_quality}:
        message, code = f"The file holds data of a {name} that was not set up; they were not used.", "no_setup"
    else:
        return
    if len(said) < MAX_COMPLAINTS:
        said.setdefault(message, Finding(code, "warning", message, side=side))
