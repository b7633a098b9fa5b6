"""Options of a report with a plan, shared by `report` and `analyze`: plan, log, baselines, day, PDF."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gaitpipe.cli.decide import Day
from gaitpipe.cli.parameters import PathOf
from gaitpipe.cli.red_flag_hint import keep_lines

if TYPE_CHECKING:
    from gaitpipe.app.achilles_report import RehabFiles, RehabRead
    from gaitpipe.app.outputs import OutputFiles
    from gaitpipe.cli.console import Console

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options ask of the report; `files` None for a plain gait report."""

    files: RehabFiles | None
    pdf: bool

    def read(self, session: Path | None = None) -> RehabRead | None:
        """Read plan, log and baselines; None for a plain report. Refuses a PDF that cannot be made."""
        if self.pdf:
            from gaitpipe.report.pdf import require_typst

            require_typst()
        if self.files is None:
            return None
        from gaitpipe.app.achilles_report import read_rehab

        return read_rehab(self.files, session)


def report_options(command: F) -> F:
    """Add the options of a report with a plan; the command gets them as one value, `wanted`."""

    @functools.wraps(command)
    def joined(
        *args: Any,
        plan_file: Path | None,
        log_file: Path | None,
        baselines: tuple[Path, ...],
        day: date | None,
        red_flags: tuple[str, ...],
        compare: Path | None,
        assessor: str,
        mounting: str,
        pdf: bool,
        **values: Any,
    ) -> Any:
        from gaitpipe.app.achilles_report import rehab_files

        told = {"baselines": baselines, "on": day, "red_flags": red_flags, "compare": compare}
        files = rehab_files(plan_file, log_file, **told, assessor=assessor, mounting=mounting)
        return command(*args, wanted=Wanted(files, pdf), **values)

    for option in reversed(_options()):
        joined = option(joined)
    return joined  # type: ignore[return-value]


def _options() -> list[Callable[[Any], Any]]:
    return [
        click.option("--plan", "plan_file", type=PathOf(), help="Plan file of the athlete (plan.toml)."),
        click.option("--log", "log_file", type=PathOf(), help="Training log (log.csv)."),
        click.option(
            "--baseline", "baselines", type=PathOf(), multiple=True, metavar="SUMMARY...",
            help="summary.json of the athlete's own baseline sessions, one or more.",
        ),
        click.option("--date", "day", type=Day(), metavar="YYYY-MM-DD", help="Day of the report; today by default."),
        click.option("--red-flag", "red_flags", multiple=True, metavar="ID", help="A red flag that is true today."),
        click.option("--compare", type=PathOf(), metavar="FILE", help="compare.json of this visit."),
        click.option("--assessor", default="", metavar="NAME", help="Who assessed, for the header."),
        click.option("--mounting", default="", metavar="TEXT", help="How the sensors were fixed, for the header."),
        click.option("--pdf", is_flag=True, help="Write report.pdf too (needs the typst library)."),
    ]  # fmt: skip


def tell_unstored(words: Console, read: RehabRead | None) -> None:
    """Say how to keep a red flag that was told to this command; not silenced by quiet."""
    lines = [] if read is None else keep_lines(read.inputs, read.files.plan, read.files.log)
    if lines:
        words.note("warning", *lines)


def show_report(words: Console, files: OutputFiles) -> None:
    """Print the decision and where the files are."""
    if files.content.rehab is not None:
        from gaitpipe.app.achilles_report import tell

        for line in tell(files.content.rehab):
            words.say(line)
    words.say(f"Report: {files.report}")
    if files.pdf is not None:
        words.say(f"PDF: {files.pdf}")
    if files.calendar is not None:
        words.say(f"Calendar: {files.calendar}")
