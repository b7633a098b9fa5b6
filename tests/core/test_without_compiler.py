"""With the compiler switched off the kernel is plain Python and gives the same bits."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaitpipe.model import Placement

PROGRAM = """
import hashlib, sys
import numpy as np
from numba import config
from gaitpipe.core.detector import Detector
from gaitpipe.core.params import default_params
from gaitpipe.model import SampleBlock
assert config.DISABLE_JIT
for placement in ("foot", "shank"):
    data = np.load(sys.argv[1] + placement + ".npz")
    detector = Detector(default_params(placement), 104.0)
    count, digest = 0, hashlib.sha256()
    for start, stop in ((0, 900), (904, 1300), (1340, 1690)):
        block = SampleBlock("left", placement, start, *(data[name][start:stop] for name in ("t", "a", "g", "f")))
        events = detector.push(block)
        digest.update(events.tobytes())
        count += len(events)
    snapshot, last = detector.snapshot(), detector.finish()
    digest.update(last.tobytes())
    digest.update(snapshot)
    print(placement, count, len(last), digest.hexdigest())
"""


@pytest.mark.parametrize("placements", [("foot", "shank")])
def test_events_and_state_are_the_same_bits(
    course: Any, run_pieces: Any, tmp_path: Path, placements: tuple[Placement, ...]
) -> None:
    expected = []
    for placement in placements:
        block = course(placement, 104.0)
        np.savez(tmp_path / placement, t=block.time_s, a=block.acc_m_s2, g=block.gyr_rad_s, f=block.flags)
        events, state = run_pieces(block, 104.0, [(0, 900), (904, 1300), (1340, 1690)])
        expected.append((placement, hashlib.sha256(events + state).hexdigest()))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, f"{tmp_path}{os.sep}"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [(placement, digest) for placement, _, _, digest in lines] == expected
    assert all(int(count) > 20 and int(last) == 2 for _, count, last, _ in lines)
