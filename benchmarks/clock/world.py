"""A synthetic sensor with its crystal and its radio link, decoded by the product: one foot's error over time.

The truth is the host's time. All numbers here are the simulator's, not measurements of a device:

- The device's crystal is 50 ppm fast or slow and wanders with temperature by 2 ppm over five minutes.
- Samples are paced by that crystal ("crystal": packets and connection events may keep step for minutes) or by the
  motion chip's own oscillator, up to 2 % off ("chip").
- A packet is ready `FIRMWARE_S` after its last sample, and up to 0.2 ms later; the host sees it at least
  `LEAST_DELAY_S` after its connection event. The sum, `FIXED_DELAY_S`, is in every packet: no receiver can see it from
  one side. It is the same for both feet here and cancels between them; the benchmark reports what a difference does.
- The radio's crystal, which paces the connection events, is within 20 ppm of the host's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from gaitpipe import profile_store
from gaitpipe.model import FloatArray, SampleBlock
from gaitpipe.protocol.decoder import Decoder
from gaitpipe.protocol.encoder import Encoder
from gaitpipe.protocol.profile import Profile, parse_profile
from gaitpipe.simulate.link import LinkConfig, deliver

DRIFT_PPM, WANDER_PPM, WANDER_PERIOD_S = 50.0, 2.0, 300.0
RADIO_PPM = 20.0
CHIP_ERROR = 0.02
FIRMWARE_S, FIRMWARE_JITTER_S = 0.0005, 0.0002
LEAST_DELAY_S = 0.001
FIXED_DELAY_S = FIRMWARE_S + LEAST_DELAY_S
GRID_S = 0.1


@dataclass(frozen=True, slots=True)
class SensorKind:
    """What the packets of a sensor look like. `profile_id` may be a variant that `profile_of` makes."""

    name: str
    profile_id: str
    text: str


SENSORS = {
    kind.name: kind
    for kind in (
        SensorKind("open_imu", "open_imu", "208 Hz, 8 samples a packet, ticks of 1 us"),
        SensorKind("movella_dot", "movella_dot", "60 Hz, 1 sample a packet, ticks of 1 us"),
        SensorKind("movesense", "movesense_imu6", "104 Hz, 8 samples a packet, ticks of 1 ms"),
        SensorKind("no_clock_104", "no_clock_1", "104 Hz, 1 sample a packet, no clock, no counter"),
        SensorKind("no_clock_208", "no_clock_3", "208 Hz, 3 samples a packet, no clock, no counter"),
    )
}
CLOCKLESS = ("no_clock_104", "no_clock_208")


@dataclass(frozen=True, slots=True)
class LinkKind:
    """How good a link is. `busy_every_s`, `stall_every_s`: mean time between bursts of 100-500 ms; 0 is never."""

    name: str
    text: str
    config: LinkConfig
    busy_every_s: float = 0.0
    stall_every_s: float = 0.0


_QUIET = LinkConfig(missed_event_pct=1.0, host_delay_s=0.0005, least_delay_s=LEAST_DELAY_S, packets_per_event=20)
LINKS = {
    kind.name: kind
    for kind in (
        LinkKind("quiet", "1 % of events missed, host 0.5 ms late on average", _QUIET),
        LinkKind(
            "jitter",
            "5 % of events missed, 3 % end early (retransmission), host 2 ms late on average",
            replace(_QUIET, missed_event_pct=5.0, closed_early_pct=3.0, host_delay_s=0.002),
        ),
        LinkKind(
            "bursts",
            "10 % of events missed, 10 % end early, host 2 ms late on average, radio busy for 100-500 ms every 5 s, "
            "host stalled for 100-500 ms every 20 s, 2 % of packets lost in bursts",
            replace(_QUIET, missed_event_pct=10.0, closed_early_pct=10.0, host_delay_s=0.002, loss_pct=2.0),
            busy_every_s=5.0,
            stall_every_s=20.0,
        ),
        LinkKind(
            "poor",
            "20 % of events missed, 5 % end early, host 3 ms late on average, radio busy every 3 s, host stalled every "
            "20 s, 5 % of packets lost in bursts",
            replace(_QUIET, missed_event_pct=20.0, closed_early_pct=5.0, host_delay_s=0.003, loss_pct=5.0),
            busy_every_s=3.0,
            stall_every_s=20.0,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class FootCase:
    """One foot to simulate."""

    sensor: str
    link: str
    interval_s: float
    pacing: str  # "crystal" or "chip"
    seconds: float
    seed: int


@dataclass(frozen=True)
class FootTrace:
    """Session time minus truth minus the fixed delay, and the uncertainty stated at that moment, every 0.1 s."""

    case: FootCase
    error_s: FloatArray
    uncertainty_s: FloatArray
    final_uncertainty_s: float


@cache
def profile_of(profile_id: str) -> Profile:
    """A shipped profile, or Open IMU without clock and counter with so many samples a packet."""
    if not profile_id.startswith("no_clock_"):
        return profile_store.load(profile_id)
    text = profile_store.load("open_imu").text
    count = int(profile_id.removeprefix("no_clock_"))
    for old, new in (
        ('    { name = "device_time", type = "u32" },\n', ""),
        ('    { name = "sequence", type = "u32" },\n', ""),
        ('sequence_counts = "packets"\n', ""),
        ('meaning = "first_sample"\ntick_s = 1e-6', 'meaning = "none"'),
        ('"104" = 4, "208" = 8', f'"104" = {count}, "208" = {count}'),
    ):
        if old not in text:
            raise ValueError(f"the Open IMU profile has no {old!r} any more")
        text = text.replace(old, new, 1)
    return parse_profile(text, f"{profile_id}.toml")


def simulate_foot(case: FootCase) -> FootTrace:
    """Simulate one foot and decode it."""
    profile = profile_of(SENSORS[case.sensor].profile_id)
    settings = profile.resolve_settings(_overrides(case.sensor))
    generator = np.random.default_rng([case.seed, sum(map(ord, case.sensor + case.link + case.pacing))])
    true_s, device_s = _sample_times(case, settings["rate_hz"], generator)
    count = profile.samples_per_packet(settings)
    packets = len(true_s) // count
    ready_s = true_s[count - 1 :: count][:packets] + FIRMWARE_S + generator.uniform(0, FIRMWARE_JITTER_S, packets)
    arrivals = deliver(ready_s, _link(case, generator), case.seed)
    encoder, decoder = Encoder(profile, settings), Decoder(profile, "left", "foot", settings)
    still, turning = np.tile([0.0, 0.0, 9.8], (count, 1)), np.zeros((count, 3))
    payloads = [encoder.encode(float(device_s[number * count]), still, turning) for number in range(packets)]
    blocks, stated = [], []
    for number, arrival_s in arrivals:
        for uuid, payload in payloads[number]:
            blocks += [one for one in decoder.receive(uuid, payload, arrival_s) if isinstance(one, SampleBlock)]
        stated.append((true_s[number * count], decoder.quality.clock_residual_s or np.nan))
    blocks += [one for one in decoder.flush() if isinstance(one, SampleBlock)]
    session_s = np.concatenate([block.time_s for block in blocks])
    arrived = np.array([number for number, _ in arrivals])
    truth_s = true_s[(arrived[:, None] * count + np.arange(count)).ravel()]
    grid_s = np.arange(0.0, case.seconds, GRID_S)
    at_s, uncertainty_s = np.array(stated).T
    return FootTrace(
        case=case,
        error_s=np.interp(grid_s, truth_s, session_s - truth_s - FIXED_DELAY_S),
        uncertainty_s=uncertainty_s[np.clip(np.searchsorted(at_s, grid_s, "right") - 1, 0, None)],
        final_uncertainty_s=decoder.quality.clock_residual_s or np.nan,
    )


def _sample_times(case: FootCase, rate_hz: float, generator: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """True time and device clock of every sample."""
    drift = 1e-6 * DRIFT_PPM * (1 if case.seed % 2 else -1)
    wander, phase = 1e-6 * WANDER_PPM, generator.uniform(0, 2 * np.pi)
    turn = 2 * np.pi / WANDER_PERIOD_S
    rate_error = 0.0 if case.pacing == "crystal" else generator.uniform(-CHIP_ERROR, CHIP_ERROR)
    count = int(case.seconds * rate_hz * (1.0 + rate_error))
    passed_s = np.arange(count) / (rate_hz * (1.0 + rate_error))  # by the device's clock since the first sample

    def gained_s(true_s: FloatArray) -> FloatArray:
        return drift * true_s + wander / turn * (np.sin(turn * true_s + phase) - np.sin(phase))

    true_s = passed_s
    for _ in range(4):
        true_s = passed_s - gained_s(true_s)
    return true_s, generator.uniform(5.0, 500.0) + passed_s


def _link(case: FootCase, generator: np.random.Generator) -> LinkConfig:
    kind = LINKS[case.link]
    return replace(
        kind.config,
        connection_interval_s=case.interval_s,
        interval_error_ppm=float(generator.uniform(-RADIO_PPM, RADIO_PPM)),
        radio_busy=_bursts(case.seconds, kind.busy_every_s, generator),
        host_stalls=_bursts(case.seconds, kind.stall_every_s, generator),
    )


def _bursts(seconds: float, every_s: float, generator: np.random.Generator) -> tuple[tuple[float, float], ...]:
    found, at_s = [], 0.0
    while every_s > 0 and (at_s := at_s + 0.5 + generator.exponential(every_s)) < seconds:
        found.append((at_s, at_s + float(generator.uniform(0.1, 0.5))))
        at_s = found[-1][1]
    return tuple(found)


def packet_of(sensor: str) -> float:
    """Nominal time between two packets of a sensor [s]."""
    profile = profile_of(SENSORS[sensor].profile_id)
    settings = profile.resolve_settings(_overrides(sensor))
    return profile.samples_per_packet(settings) / settings["rate_hz"]


def _overrides(sensor: str) -> dict[str, float]:
    return {"rate_hz": float(sensor.removeprefix("no_clock_"))} if sensor in CLOCKLESS else {}
