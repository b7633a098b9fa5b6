"""Makes the sample recordings of this folder anew: `python recordings/make.py [FOLDER]`.

A folder that holds a recording already is left alone: remove it first. Then write the golden results:
`GAITPIPE_UPDATE_GOLDEN=1 python -m pytest tests/golden`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gaitpipe import profile_store
from gaitpipe.app.simulate import Gap, SimulationRequest, write_simulation
from gaitpipe.simulate.link import LinkConfig
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

STAND = Segment("stand", 5.0)


def requests() -> dict[str, SimulationRequest]:
    """Return what is simulated, by the name of the folder."""
    profile = profile_store.load("open_imu")
    easy = RunnerConfig((STAND, Segment("run", 25.0, 2.8)), surface="treadmill", seed=11)
    asymmetric = RunnerConfig(
        (STAND, Segment("run", 25.0, 3.3)), contact_time_asymmetry_pct=6.0, surface="treadmill", seed=12
    )
    walk_to_run = RunnerConfig((STAND, Segment("walk", 12.0, 1.4), Segment("run", 18.0, 3.0)), seed=13)
    lossy = LinkConfig(loss_pct=0.3, burst_packets=1.5)
    return {
        "easy_run": SimulationRequest(easy, profile, belt_speed_m_s=2.8),
        "asymmetric_run": SimulationRequest(asymmetric, profile, belt_speed_m_s=3.3),
        "walk_to_run_with_gap": SimulationRequest(walk_to_run, profile, link=lossy, gaps=(Gap(25.0, 26.5, "right"),)),
    }


def main(folder: Path) -> None:
    """Write every recording that is not there yet."""
    for name, request in requests().items():
        target = folder / name
        if (target / "session.mcap").exists():
            click.echo(f"{target}: is there already")
            continue
        target.mkdir(parents=True, exist_ok=True)
        write_simulation(request, target)
        click.echo(f"{target}: written")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
