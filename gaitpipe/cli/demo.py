"""`demo`: the whole line without a sensor."""

from __future__ import annotations

from pathlib import Path

import click

from gaitpipe.cli.console import common_options, console, json_option
from gaitpipe.cli.parameters import Number, PathOf


@click.command(short_help="See it work without a sensor or Bluetooth.")
@click.option("--out", type=PathOf(), required=True, help="Folder for recording and report.")
@click.option("--seconds", type=Number(15, 3600), default=60.0, show_default=True, help="Length of the session.")
@json_option
@common_options
def demo(out: Path, seconds: float, as_json: bool) -> int:
    """See it work without a sensor: two virtual BLE sensors and a treadmill are found, recorded, analysed."""
    import asyncio

    from gaitpipe.app.outputs import make_folder

    words = console()
    make_folder(out)
    words.say("This demo needs no sensor and no Bluetooth: a simulated runner wears two virtual BLE sensors")
    words.say("and runs on a virtual treadmill, which tells its speed.")
    words.say("Preparing (the first time takes longer) ...")
    from gaitpipe.app.demo import TIMES_FASTER, run_demo, with_truth
    from gaitpipe.app.record import Talk
    from gaitpipe.cli.finish import finish
    from gaitpipe.cli.live_view import KEYS, LiveScreen
    from gaitpipe.cli.typed_input import typed_lines

    words.say(f"{seconds:g} s of standing and running follow, {TIMES_FASTER:g} times faster than life.")
    with LiveScreen(words.quiet, f"{TIMES_FASTER:g} x faster than life.\n{KEYS}") as screen:
        talk = Talk(screen.say, screen.show)
        made = asyncio.run(run_demo(out, seconds, talk, typed=typed_lines(screen.typing)))
    return finish(words, made.recorded, out, as_json, lambda analysis: with_truth(analysis, made.truth))
