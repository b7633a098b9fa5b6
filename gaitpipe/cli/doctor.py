"""`doctor`: is this machine ready?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from gaitpipe.cli.console import common_options, json_option, print_json
from gaitpipe.cli.parameters import PathOf

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(short_help="Look at this machine: is all there?")
@click.option("--out", type=PathOf(), default=Path(), help="Folder where recordings would go; by default here.")
@json_option
@common_options
def doctor(out: Path, as_json: bool) -> int:
    """Look at this machine: Python, packages, profiles, disk, clock, Bluetooth; with advice.

    Ends with 0 unless something that is always needed is missing.
    """
    import os

    from gaitpipe.app.doctor import examine

    checks = examine(out)
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        colour = False if os.environ.get("NO_COLOR") else None
        for check in checks:
            word = click.style(f"{check.verdict:<4}", fg=COLOURS[check.verdict], bold=True)
            click.echo(f"{word}  {check.name}: {check.detail}", color=colour)
            if check.advice:
                click.echo(f"      {check.advice}")
    return 1 if any(check.verdict == "fail" for check in checks) else 0
