"""Progress of long work: a bar on a terminal, silence otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gaitpipe.app.inputs import Input


@contextmanager
def progress(opened: Input, quiet: bool, doing: str = "Analysing") -> Iterator[Callable[[float], None] | None]:
    """Give a function that takes the session time reached [s]; None where nobody would see the bar."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} s of signal"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"{doing} {opened.recording.name}", total=opened.duration_s or _duration_s(opened.path))
        yield lambda time_s: bar.update(task, completed=time_s)


def _duration_s(path: Path | None) -> float | None:
    """Return the length of a closed recording from its index, None when there is none."""
    if path is None:
        return None
    from mcap.exceptions import McapError
    from mcap.reader import make_reader

    try:
        with path.open("rb") as file:
            summary = make_reader(file).get_summary()
    except (McapError, OSError, ValueError):
        return None
    if summary is None or summary.statistics is None:
        return None
    return (summary.statistics.message_end_time - summary.statistics.message_start_time) / 1e9
