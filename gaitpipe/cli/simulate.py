"""`simulate`: synthetic recordings with exact truth."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gaitpipe.cli.console import common_options, console, json_option, print_json
from gaitpipe.cli.decide import Day
from gaitpipe.cli.parameters import NearChoice, Number, PathOf, Speed, context_options, settings_option

if TYPE_CHECKING:
    from gaitpipe.app.simulate import Gap, SimulatorModel
    from gaitpipe.model import AuxiliaryKind
    from gaitpipe.simulate.runner_config import Strike

SPEEDS_M_S = (1.2, 7.0)
"""Speeds that the simulator runs at."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,59}")


class GapValue(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """[SIDE:]START:END in seconds."""

    name = "[side:]start:end"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float, float]:
        """Return the side ('' for both) and the two times."""
        if isinstance(value, tuple):
            return value
        parts = str(value).split(":")
        side = parts.pop(0) if len(parts) == 3 else ""
        try:
            start_s, end_s = (float(part) for part in parts)
        except ValueError:
            return self.fail(f"'{value}' is no gap. Write 20:21.5 or right:20:21.5 (seconds).", param, ctx)
        if side not in ("", "left", "right") or not 0.0 <= start_s < end_s < math.inf:
            self.fail(f"'{value}' is no gap: left or right, then a start before an end.", param, ctx)
        return side, start_s, end_s


class RecordingName(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A name that is a file's as well as a session's id in a log."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        if not _NAME.fullmatch(str(value)):
            self.fail(f"'{value}' is no name: letters, digits, '-' and '_', up to 60, such as run_1103.", param, ctx)
        return str(value)


@click.command(short_help="Make a synthetic recording with its truth.")
@click.option("--out", type=PathOf(), required=True, help="Folder for the recording and its truth.")
@click.option(
    "--name",
    type=RecordingName(),
    default="session",
    show_default=True,
    help="Name of the recording and of its file: the session id in a log.",
)
@click.option(
    "--date", "day", type=Day(), metavar="YYYY-MM-DD", help="Day of the session, at noon UTC; none if left out."
)
@click.option("--seconds", type=Number(10, 36_000), default=60.0, show_default=True, help="5 s of it standing.")
@click.option(
    "--speed", type=Speed(*SPEEDS_M_S), default=3.0, show_default=True, metavar="SPEED", help="3.0 (m/s) or 10.8km/h."
)
@click.option("--strike", type=NearChoice(["rearfoot", "midfoot", "forefoot"]), default="rearfoot", show_default=True)
@click.option(
    "--asymmetry",
    type=Number(-30, 30),
    default=0.0,
    show_default=True,
    help="Contact time, 100 (left - right) / mean, in per cent.",
)
@click.option("--placement", type=NearChoice(["foot", "shank"]), default="foot", show_default=True)
@click.option("--profile", default="open_imu", show_default=True, help="Device profile: an id or a file.")
@settings_option
@click.option(
    "--model",
    type=NearChoice(["kinematic", "spring-mass"]),
    default="kinematic",
    show_default=True,
    help="How the runner is made: from curves, or from forces.",
)
@click.option(
    "--force-threshold",
    type=Number(0, 200),
    default=None,
    help="Force in N above which the spring-mass runner's foot counts as on the ground, as on a force plate.  [0]",
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True)
@click.option("--loss", type=Number(0, 50), default=0.0, show_default=True, help="Lost packets, in per cent.")
@click.option("--gap", "gaps", type=GapValue(), multiple=True, help="A blackout of a sensor, such as right:20:21.5.")
@click.option(
    "--with",
    "devices",
    type=NearChoice(["treadmill", "foot-pod", "heart-rate"]),
    multiple=True,
    help="Also a device beside the feet, as a cross-check; may be repeated.",
)
@context_options
@json_option
@common_options
def simulate(
    out: Path,
    name: str,
    day: date | None,
    seconds: float,
    speed: float,
    strike: Strike,
    asymmetry: float,
    placement: str,
    profile: str,
    settings: tuple[tuple[str, float], ...],
    model: SimulatorModel,
    force_threshold: float | None,
    seed: int,
    loss: float,
    gaps: tuple[tuple[str, float, float], ...],
    devices: tuple[str, ...],
    context: Mapping[str, str],
    as_json: bool,
) -> None:
    """Make a synthetic recording, as if two sensors had been recorded, with the exact truth beside it.

    The same options give the same bytes. Analyse it with `gaitpipe analyze`. Give a baseline and a run of a rehab plan
    their own --name and --date: without, both are called `session`, and have no day.

    The kinematic runner follows curves, with contact times put in. The spring-mass runner is driven by forces: a body
    on spring legs, a foot that the ground pushes back, and contact is where that force is. Its asymmetry is aimed at by
    leg stiffness; what came out is in the truth. Use both to see whether contacts are found and figures hold together
    whatever made the signal. Neither says how accurate the figures are on people: both know nothing of soft tissue,
    shoes and surfaces, and of how people differ.
    """
    if force_threshold is not None and model != "spring-mass":
        raise click.UsageError("--force-threshold is for --model spring-mass: the other runner has no forces.")
    if day is not None and day > date.today():
        raise click.UsageError(f"--date {day} has not come yet: a log and a decision would refuse it.")
    from gaitpipe import profile_store
    from gaitpipe.app.devices import device_profile
    from gaitpipe.app.outputs import make_folder
    from gaitpipe.app.simulate import START_UTC_NS, SimulationRequest, plain_run, write_simulation
    from gaitpipe.model import AUXILIARIES
    from gaitpipe.simulate.auxiliary import DeviceHabits
    from gaitpipe.simulate.link import LinkConfig
    from gaitpipe.simulate.runner_config import RunnerConfig

    kinds: list[AuxiliaryKind] = [kind for kind in AUXILIARIES if kind.replace("_", "-") in devices]
    runner = RunnerConfig(
        segments=plain_run(seconds, speed),
        placement="shank" if placement == "shank" else "foot",
        strike=strike,
        contact_time_asymmetry_pct=asymmetry,
        surface="treadmill",
        seed=seed,
    )
    request = SimulationRequest(
        runner=runner,
        profile=profile_store.load(profile),
        settings=dict(settings),
        link=LinkConfig(loss_pct=loss),
        gaps=tuple(_gap(*gap) for gap in gaps),
        belt_speed_m_s=None if "treadmill" in kinds else speed,  # a treadmill tells it itself
        model=model,
        force_threshold_n=force_threshold or 0.0,
        metadata=context,
        start_utc_ns=START_UTC_NS if day is None else _noon_utc_ns(day),
        devices=tuple((device_profile(kind), DeviceHabits()) for kind in kinds),
    )
    recording, truth = write_simulation(request, make_folder(out), name)
    words = console()
    words.say(f"Recording: {recording}")
    words.say(f"Truth:     {truth}")
    words.say(f"Next:      gaitpipe analyze {shlex.quote(str(recording))} --out {shlex.quote(str(out))}")
    if as_json:
        print_json({"recording": str(recording), "truth": str(truth)})


def _noon_utc_ns(day: date) -> int:
    """Noon: the day is the same one in nearly every time zone."""
    return round(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) * 1_000_000_000


def _gap(side: str, start_s: float, end_s: float) -> Gap:
    from gaitpipe.app.simulate import Gap

    return Gap(start_s, end_s, "left" if side == "left" else "right" if side == "right" else None)
