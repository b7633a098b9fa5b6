"""Synthetic recordings: the runner's samples through encoder and radio link into a file, as if they were recorded.

The same request gives the same bytes. The truth lies beside the recording, in its session time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from gaitpipe.errors import UsageError
from gaitpipe.model import (
    SIDES,
    AuxiliarySetup,
    Placement,
    RawNotification,
    RecordingEvent,
    SensorSetup,
    Side,
    Source,
)
from gaitpipe.protocol.profile import Profile
from gaitpipe.recording.writer import RecordingWriter
from gaitpipe.simulate import springmass
from gaitpipe.simulate.auxiliary import DeviceHabits, device_stream
from gaitpipe.simulate.link import LinkConfig, deliver
from gaitpipe.simulate.runner import RunnerConfig, Segment, SimulatedSession, simulate
from gaitpipe.simulate.stream import PacketStream, SensorPacket
from gaitpipe.simulate.truth import write_truth_csv

DEFAULT_NAME = "session"
SimulatorModel = Literal["kinematic", "spring-mass"]
START_MONOTONIC_NS = 1_000_000_000_000
START_UTC_NS = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z: a synthetic session has no date of its own."""
LINK_LOST_AFTER_S = 2.0
"""Supervision timeout: a shorter blackout loses packets, a longer one the connection."""
BATTERY_PCT = {"left": 87, "right": 91}


@dataclass(frozen=True, slots=True)
class Gap:
    """A blackout of one sensor's radio, or of both (`side` None), in session time [s]."""

    start_s: float
    end_s: float
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class SimulationRequest:
    """What to simulate: the runner, sensors' profile and settings, how good the link is, further metadata, its day.

    `devices` are profiles of devices beside the feet, with their habits.
    """

    runner: RunnerConfig
    profile: Profile
    settings: Mapping[str, float] = field(default_factory=dict)
    link: LinkConfig = field(default_factory=LinkConfig)
    gaps: tuple[Gap, ...] = ()
    belt_speed_m_s: float | None = None
    model: SimulatorModel = "kinematic"
    force_threshold_n: float = 0.0
    metadata: Mapping[str, str] = field(default_factory=dict)
    start_utc_ns: int = START_UTC_NS
    devices: tuple[tuple[Profile, DeviceHabits], ...] = ()


def _simulate(request: SimulationRequest, config: RunnerConfig) -> SimulatedSession:
    if request.model == "spring-mass":
        return springmass.simulate(config, request.force_threshold_n)
    return simulate(config)


def runner_for(config: RunnerConfig, settings: Mapping[str, float]) -> RunnerConfig:
    """Return the runner with sensors of these settings: their rate and ranges."""
    errors = replace(
        config.sensor_error,
        acc_range_g=settings.get("acc_range_g", config.sensor_error.acc_range_g),
        gyr_range_dps=settings.get("gyr_range_dps", config.sensor_error.gyr_range_dps),
    )
    return replace(config, rate_hz=settings["rate_hz"], sensor_error=errors)


def setup_for(
    profile: Profile, side: Side, placement: Placement, settings: Mapping[str, float], device: str = ""
) -> SensorSetup:
    """Return how a sensor of this profile was set up, for the recording.

    Raises
    ------
    UsageError
        The profile's sensors are not made for this placement.
    """
    if placement not in profile.placements:
        advice = f"This profile is for: {', '.join(profile.placements)}."
        raise UsageError(f"{profile.name} sensors are not worn on the {placement}", advice)
    return SensorSetup(side, placement, profile.id, profile.text, dict(settings), device or profile.name)


def synthetic_metadata(
    config: RunnerConfig, belt_speed_m_s: float | None, model: SimulatorModel = "kinematic"
) -> dict[str, str]:
    """Return the metadata that says how the session was made."""
    parts = ", ".join(
        f"{item.kind} {item.duration_s:g} s" + (f" at {item.speed_m_s:g} m/s" if item.speed_m_s else "")
        for item in config.segments
    )
    made = f"{parts}; {config.strike}, contact asymmetry {config.contact_time_asymmetry_pct:g} %, seed {config.seed}"
    made += "" if model == "kinematic" else f", {model} model"
    speed = {} if belt_speed_m_s is None else {"belt_speed_m_s": f"{belt_speed_m_s:g}"}
    return {"synthetic": made} | speed


def write_simulation(request: SimulationRequest, folder: Path, name: str = DEFAULT_NAME) -> tuple[Path, Path]:
    """Simulate and write `<name>.mcap` and its truth; return both paths.

    The truth is `truth.csv`, or `<name>.truth.csv` of a recording that is not called session.

    Raises
    ------
    RecordingError
        The recording exists already, or the folder cannot be written to.
    UsageError, LocalProtocolError
        The request asks for what no runner or no such sensor does.
    """
    if request.profile.auxiliary is not None:
        raise UsageError(f"{request.profile.name} is no motion sensor", "Give it with --with, beside the feet.")
    settings = request.profile.resolve_settings(request.settings)
    config = runner_for(request.runner, settings)
    setups = [setup_for(request.profile, side, config.placement, settings) for side in SIDES]
    setups = [replace(setup, device=f"virtual {setup.device}, {setup.side}") for setup in setups]
    session = _simulate(request, config)
    items = [item for setup in setups for item in _items(request, session, setup)]
    for profile, habits in request.devices:
        items += _device_items(request, session, profile, habits)
    items.sort(key=lambda item: item.host_monotonic_ns)
    path = folder / f"{name}.mcap"
    metadata = dict(request.metadata) | synthetic_metadata(config, request.belt_speed_m_s, request.model)
    with RecordingWriter(
        path,
        setups,
        metadata,
        session_start_monotonic_ns=START_MONOTONIC_NS,
        session_start_utc_ns=request.start_utc_ns,
        auxiliaries=[device_setup(profile) for profile, _ in request.devices],
    ) as writer:
        for item in items:
            writer.write(item)
    truth_path = folder / ("truth.csv" if name == DEFAULT_NAME else f"{name}.truth.csv")
    write_truth_csv(session.truth, truth_path)
    return path, truth_path


def device_setup(profile: Profile, device: str = "") -> AuxiliarySetup:
    """Return how a device beside the feet was set up, for the recording.

    Raises
    ------
    UsageError
        The profile is one of a motion sensor.
    """
    if profile.auxiliary is None:
        raise UsageError(f"{profile.name} is a motion sensor", "Give it as a sensor of a foot.")
    settings = profile.resolve_settings({})
    return AuxiliarySetup(profile.auxiliary, profile.id, profile.text, settings, device or f"virtual {profile.name}")


def _device_items(
    request: SimulationRequest, session: SimulatedSession, profile: Profile, habits: DeviceHabits
) -> list[RawNotification | RecordingEvent]:
    """The notifications of a device beside the feet; each arrives a radio's moment after it was sent."""
    setup, stream = device_setup(profile), device_stream(profile, session, habits)
    connected = _host(0.0, request.start_utc_ns)
    items: list[RawNotification | RecordingEvent] = [
        RecordingEvent(*connected, kind="connected", source=setup.kind, text=setup.device)
    ]
    while stream.next_due_s() is not None:
        packet = stream.next_packet()
        times = _host(packet.due_s + request.link.connection_interval_s, request.start_utc_ns)
        source: Source = setup.kind
        items += [RawNotification(source, key, *times, payload) for key, payload in packet.notifications]
    return items


def _items(
    request: SimulationRequest, session: SimulatedSession, setup: SensorSetup
) -> Sequence[RawNotification | RecordingEvent]:
    stream = PacketStream(session.sensors[setup.side], request.profile, setup.settings)
    packets: list[SensorPacket] = []
    while not stream.finished:
        packets.append(stream.next_packet())
    gaps = tuple((gap.start_s, gap.end_s) for gap in request.gaps if gap.side in (None, setup.side))
    link = replace(request.link, blackouts=request.link.blackouts + gaps)
    seed = 2 * session.config.seed + SIDES.index(setup.side)
    arrivals = deliver([packet.due_s for packet in packets], link, seed)
    items: list[RawNotification | RecordingEvent] = list(_events(setup, gaps, request.start_utc_ns))
    for index, arrival_s in arrivals:
        monotonic_ns, utc_ns = _host(arrival_s, request.start_utc_ns)
        items += [
            RawNotification(setup.side, uuid, monotonic_ns, utc_ns, payload)
            for uuid, payload in packets[index].notifications
        ]
    return items


def _events(setup: SensorSetup, gaps: Sequence[tuple[float, float]], start_utc_ns: int) -> list[RecordingEvent]:
    """Return what a recorder would have noted beside the notifications."""
    events = [
        RecordingEvent(*_host(0.0, start_utc_ns), kind="connected", source=setup.side, text=setup.device),
        RecordingEvent(
            *_host(0.0, start_utc_ns), kind="battery", source=setup.side, value=float(BATTERY_PCT[setup.side])
        ),
        RecordingEvent(*_host(0.0, start_utc_ns), kind="streaming", source=setup.side, text=setup.device),
    ]
    for start_s, end_s in gaps:
        if end_s - start_s > LINK_LOST_AFTER_S:
            lost = _host(start_s + LINK_LOST_AFTER_S, start_utc_ns)
            events.append(RecordingEvent(*lost, kind="disconnected", source=setup.side, text="link lost"))
            events.append(
                RecordingEvent(*_host(end_s, start_utc_ns), kind="streaming", source=setup.side, text=setup.device)
            )
    return events


def _host(session_s: float, start_utc_ns: int) -> tuple[int, int]:
    passed_ns = round(session_s * 1e9)
    return START_MONOTONIC_NS + passed_ns, start_utc_ns + passed_ns


def plain_run(seconds: float, speed_m_s: float, stand_s: float = 5.0) -> tuple[Segment, ...]:
    """Return a course: standing still, then running for the rest of `seconds`.

    Raises
    ------
    UsageError
        There is no time left to run.
    """
    if seconds < stand_s + 5.0:
        raise UsageError(
            f"{seconds:g} s are too short", f"Give at least {stand_s + 5.0:g} s: {stand_s:g} s of standing."
        )
    return (Segment("stand", stand_s), Segment("run", seconds - stand_s, speed_m_s))
