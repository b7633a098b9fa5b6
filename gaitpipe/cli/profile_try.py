"""`profiles try`: does this profile fit this sensor?"""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gaitpipe.cli.console import common_options, console, json_option, print_json
from gaitpipe.cli.parameters import Number, profile_dirs_option, settings_option
from gaitpipe.errors import counted

if TYPE_CHECKING:
    from gaitpipe.app.try_sensor import Tried

COLOURS = {"ok": "green", "look": "yellow", "wrong": "red"}


@click.command("try", short_help="Listen to a sensor and say whether its profile fits.")
@click.argument("profile")
@click.option("--match", help="A part of the sensor's name or address, where several are near.")
@click.option("--seconds", type=Number(4, 600), default=10.0, show_default=True, help="How long to listen.")
@settings_option
@profile_dirs_option
@json_option
@common_options
def try_profile(
    profile: str,
    match: str | None,
    seconds: float,
    settings: tuple[tuple[str, float], ...],
    folders: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Listen to a sensor that lies still and say whether its profile fits.

    Looks at rate, gravity, rotation, clock, losses, packet size and battery. The scale of the gyroscope cannot be seen
    at rest: turn the sensor by 90 or 360 degrees meanwhile and compare with the angle that is shown. Nothing is
    recorded. Ends with 1 when something is wrong.
    """
    import asyncio

    from gaitpipe import profile_store
    from gaitpipe.app.side_memory import state_folder
    from gaitpipe.app.stopping import stop_on_signals
    from gaitpipe.app.try_sensor import TryRequest, try_sensor, wanted_sensor

    words = console()
    loaded, given = profile_store.load(profile, folders), shlex.quote(profile)
    request = TryRequest(loaded, dict(settings), match, seconds, state=state_folder(), given=given)
    wanted_sensor(request)
    words.say(f"Lay the sensor on a table. Looking for it, then listening for {seconds:g} s ...")

    async def run() -> Tried:
        stop = asyncio.Event()
        with stop_on_signals(stop, words.say):
            return await try_sensor(request, stop)

    tried = asyncio.run(run())
    wrong = sum(line.verdict == "wrong" for line in tried.lines)
    if as_json:
        print_json({"sensor": tried.sensor.name, "checks": [asdict(line) for line in tried.lines]})
        return 1 if wrong else 0
    click.echo(f"{tried.sensor.name or tried.sensor.address} ({request.profile.id}, {tried.sensor.rssi} dBm)")
    for line in tried.lines:
        click.echo(f"{click.style(f'{line.verdict:<5}', fg=COLOURS[line.verdict])}  {line.name:<8}  {line.text}")
        if line.advice:
            click.echo(f"{'':<17}{line.advice}")
    words.say(f"{counted(wrong, 'thing')} wrong: see above." if wrong else "The profile fits what the sensor sends.")
    return 1 if wrong else 0
