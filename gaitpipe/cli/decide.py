"""`decide`: from plan, log and the summaries of sessions to one of five words, with everything it rests on."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from gaitpipe.cli.console import common_options, console, json_option, print_json
from gaitpipe.cli.parameters import PathOf
from gaitpipe.cli.red_flag_hint import keep_lines
from gaitpipe.errors import GaitpipeError, UsageError

SEVERAL = "--baseline"


class SeveralValues(click.Command):
    """A command whose `--baseline` takes several values after one flag, as well as the flag several times."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the flag before each of its values."""
        return super().parse_args(ctx, repeated(args))


def repeated(args: list[str]) -> list[str]:
    """The arguments with `--baseline a b` written as `--baseline a --baseline b`."""
    found: list[str] = []
    taking = False
    for place, word in enumerate(args):
        if word == "--":
            return [*found, *args[place:]]
        if word.startswith("-") and word != "-":
            taking = word == SEVERAL or word.startswith(f"{SEVERAL}=")
        elif taking and found[-1] != SEVERAL:
            found.append(SEVERAL)
        found.append(word)
    return found


class Day(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A day as 2026-03-31."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value).strip(), "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"'{value}' is no day. Write it as 2026-03-31.", param, ctx)


@click.command(cls=SeveralValues, short_help="Decide where the next session stands.")
@click.option("--plan", "plan_file", type=PathOf(), required=True, help="Plan file of the athlete (plan.toml).")
@click.option("--log", "log_file", type=PathOf(), required=True, help="Training log (log.csv).")
@click.option(
    "--baseline",
    "baselines",
    type=PathOf(),
    multiple=True,
    metavar="SUMMARY...",
    help="summary.json of the athlete's own baseline sessions, one or more.",
)
@click.option("--session", type=PathOf(), metavar="SUMMARY", help="summary.json of the session to judge.")
@click.option(
    "--date",
    "day",
    type=Day(),
    metavar="YYYY-MM-DD",
    help="Day of the decision; today by default, or the day after an old log's last row.",
)
@click.option("--red-flag", "red_flags", multiple=True, metavar="ID", help="A red flag that is true today: RF1 to RF8.")
@click.option("--ics", type=PathOf(), metavar="FILE", help="Write the next two weeks as a calendar file.")
@json_option
@common_options
def decide(
    plan_file: Path,
    log_file: Path,
    baselines: tuple[Path, ...],
    session: Path | None,
    day: date | None,
    red_flags: tuple[str, ...],
    ics: Path | None,
    as_json: bool,
) -> int:
    """Decide from pain, strength and sensors: REFER, REGRESS, HOLD, PROGRESS or INSUFFICIENT.

    The session's name must be the session id of its entry in the log. Sensors may hold a step up, they never bring it
    about; red flags go before everything. For a clinician to review with the runner; not a medical device.

    Ends with 0 for every decision, with 1 when a summary cannot be used, with 2 when plan or log cannot be used, or
    when FILE of --ics is there already and is no calendar.
    """
    from gaitpipe.app.decide import decision_content, page_lines, read_inputs

    try:
        if ics is not None:
            from gaitpipe.app.calendar import refuse_other_files

            refuse_other_files(ics, calendar_inputs(plan_file, log_file, session, baselines))
        given = read_inputs(plan_file, log_file, session, baselines, day, red_flags)
        found = given.decide()
        if ics is not None and given.looks_back:
            raise UsageError("no calendar is written for a day gone by", given.caution)
    except GaitpipeError:
        _tell_red_flags(red_flags)
        raise
    if ics is not None:
        from gaitpipe.app.decide import calendar_of
        from gaitpipe.exporters.atomic import write_atomic

        write_atomic(ics, calendar_of(given, found))
    if as_json:
        print_json(decision_content(found, given.caution))
    else:
        _tell_page(list(page_lines(found, given.caution)), found.decision)
    _tell_unstored(keep_lines(given, plan_file, log_file), err=as_json or console().quiet)
    return 0


def _tell_page(lines: list[str], word: str) -> None:
    """Print the page; when quiet the line of the decision only."""
    if console().quiet:
        lines = [line for line in lines if line.startswith(f"{word}:")][:1]
    for line in lines:
        click.echo(line)


def _tell_unstored(lines: list[str], err: bool) -> None:
    """Say how to keep a red flag: below the page, or on stderr where stdout is for a program."""
    if lines:
        click.echo("", err=err)
    for line in lines:
        click.echo(line, err=err)


def calendar_inputs(plan: Path, log: Path, session: Path | None, baselines: tuple[Path, ...]) -> list[Path]:
    """The files that a decision reads: a folder stands for the summary in it."""
    from gaitpipe.app.summary_file import SUMMARY

    summaries = [path for path in (session, *baselines) if path is not None]
    return [plan, log, *(path / SUMMARY if path.is_dir() else path for path in summaries)]


def _tell_red_flags(red_flags: tuple[str, ...]) -> None:
    """A red flag is told even when the files cannot be read: no answer is lost to a typing error elsewhere."""
    from gaitpipe import evidence

    told = {word.upper() for word in red_flags}
    for rule in evidence.RULES:
        if rule.id.startswith("RF") and rule.id in told:
            action = rule.action.removeprefix(f"{rule.title}: ")
            console().failure(f"REFER {rule.id}: {rule.title}", f"{action[:1].upper()}{action[1:]}")
