"""Nothing is left to compile once sensors stream: a stop of seconds would spoil the arrival times of packets."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import numpy as np
from numba.core.registry import CPUDispatcher
from gaitpipe.app.live import warm_up
from gaitpipe.core import accelerometer_kernel, kernel, rotation, strapdown
from gaitpipe.model import SampleBlock, SensorInfo
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate

def compiled():
    return {
        module.__name__ + "." + name: len(value.signatures)
        for module in (accelerometer_kernel, kernel, rotation, strapdown)
        for name, value in vars(module).items()
        if isinstance(value, CPUDispatcher)
    }

segments = (Segment("stand", 3.0), Segment("run", 12.0, 3.3))
streams = {placement: simulate(RunnerConfig(segments, placement=placement, seed=4)) for placement in ("foot", "shank")}
assert sum(compiled().values()) == 0
warm_up()
before = compiled()
assert sum(before.values()) >= 4, before
for placement, has_gyro in (("foot", True), ("shank", True), ("shank", False)):
    stream = streams[placement].sensors["left"]
    gyr = stream.gyr_rad_s if has_gyro else np.full_like(stream.gyr_rad_s, np.nan)
    session = Session([SensorInfo("left", placement, stream.rate_hz, has_gyro=has_gyro)])
    strides = 0
    for start in range(0, len(gyr), 8):
        part = slice(start, start + 8)
        columns = (stream.device_time_s, stream.acc_m_s2, gyr, stream.flags)
        block = SampleBlock("left", placement, start, *(column[part].copy() for column in columns))
        strides += len(session.feed(block))
    assert strides > 5, (placement, has_gyro, strides)
    session.finish()
assert compiled() == before, {name: count for name, count in compiled().items() if before[name] != count}
"""


def test_a_live_session_compiles_nothing_after_the_warm_up() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
