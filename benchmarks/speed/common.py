"""What the speed scripts share: outcomes, the signals, and packets of virtual sensors."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

from gaitpipe.model import SIDES, FloatArray, Placement, SampleBlock, Side

RATE_HZ = 208.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One measurement: its name, the sentence for people, the figures, and whether the target is met."""

    name: str
    target: str
    passed: bool
    sentence: str
    figures: Mapping[str, float | int | str | None] = field(default_factory=dict)

    def json(self) -> str:
        return json.dumps({**asdict(self), "figures": dict(self.figures), "machine": machine()}, sort_keys=True)


def machine() -> dict[str, str | int]:
    """What is told of the machine: no names, no paths."""
    return {"cores": os.cpu_count() or 0, "python": platform.python_version(), "system": platform.system()}


def show(measure: Callable[[], list[Outcome]]) -> int:
    """Run a script: print a JSON line and a line for people for every outcome; 1 when a target is missed."""
    outcomes = measure()
    for outcome in outcomes:
        print(outcome.json())
        print(f"{'met' if outcome.passed else 'MISSED'}: {outcome.sentence}")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


@dataclass(frozen=True, slots=True)
class Signals:
    """Specific force and rotation rate of one sensor, (n, 3) each, evenly sampled."""

    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray

    def __len__(self) -> int:
        return len(self.acc_m_s2)


def running(
    stand_s: float,
    run_s: float,
    *,
    rate_hz: float = RATE_HZ,
    aligned: bool = False,
    exact_rate: bool = False,
    placement: Placement = "foot",
) -> dict[Side, Signals]:
    """Both feet of the synthetic runner, first standing, then at 3 m/s; `aligned` is in segment axes.

    With `exact_rate` both sensors sample at the same true rate, so that a piece has as many samples on either side.
    """
    from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate
    from gaitpipe.simulate.sensor_error import SensorErrorConfig

    config = RunnerConfig(
        segments=(*((Segment("stand", stand_s),) if stand_s else ()), Segment("run", run_s, 3.0)),
        placement=placement,
        rate_hz=rate_hz,
        mount="aligned" if aligned else "random",
        sensor_error=SensorErrorConfig(output_rate_error_max=0.0 if exact_rate else 0.01),
    )
    session = simulate(config)
    return {side: Signals(session.sensors[side].acc_m_s2, session.sensors[side].gyr_rad_s) for side in SIDES}


def tiled(signals: Signals, count: int, first: int = 0) -> Signals:
    """`count` samples of the signals repeated for ever, from sample `first` on."""
    rows = np.arange(first, first + count) % len(signals)
    return Signals(signals.acc_m_s2[rows], signals.gyr_rad_s[rows])


def block(signals: Signals, side: Side, first_sample: int, placement: Placement = "foot") -> SampleBlock:
    """The signals as one block whose first sample has that number."""
    time_s = (first_sample + np.arange(len(signals))) / RATE_HZ
    flags = np.zeros(len(signals), np.uint8)
    return SampleBlock(side, placement, first_sample, time_s, signals.acc_m_s2, signals.gyr_rad_s, flags)
