"""`log`: write the training and pain log, look at it, take rows over from another file."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gaitpipe.cli.console import NearGroup, common_options, console, json_option, near, print_json
from gaitpipe.cli.log_options import VALUE_OPTIONS, Cell, entry_options
from gaitpipe.cli.parameters import PathOf, Speed
from gaitpipe.errors import UsageError

if TYPE_CHECKING:
    from gaitpipe.app.log import Changed
    from gaitpipe.rehab.log import LogEntry
    from gaitpipe.rehab.plan import Plan

WEEK = timedelta(days=7)

WORDS = {
    "pain_during": "pain during",
    "pain_after": "pain after",
    "pain_am": "the next morning's pain",
    "stiff_am_min": "the next morning's stiffness",
}

LOG = click.option("--log", "log_file", required=True, type=PathOf(), help="The log, such as log.csv.")
PLAN = click.option("--plan", "plan_file", type=PathOf(), help="A plan with red flags of the clinic's own.")
REPLACE = click.option("--replace", "replace_given", is_flag=True, help="Change values that are there already.")


@click.group(cls=NearGroup)
@common_options
def log() -> None:
    """The training and pain log: a CSV file that any spreadsheet opens."""


@log.command(short_help="Add a session or a morning.")
@LOG
@click.option("--date", type=Cell("date"), help="The day of the session, such as 2026-11-03; today if left out.")
@click.option("--session", "session_id", type=Cell("session_id"), help="Name of the recording, or of a second session.")
@entry_options
@click.option("--belt-speed", "belt_speed_m_s", type=Speed(), metavar="SPEED", help="3.0 (m/s) or 10.8km/h.")
@click.option("--red-flag", "flags", multiple=True, metavar="ID", help="A red flag that is there, such as RF1.")
@click.option("--no-red-flags", is_flag=True, help="The red flags were asked, and there is none.")
@REPLACE
@PLAN
@json_option
@common_options
def add(
    log_file: Path,
    plan_file: Path | None,
    flags: tuple[str, ...],
    no_red_flags: bool,
    replace_given: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Add a session, or fill in what its row lacks.

    The day's row without a name takes that of --session, unless it says something else. The next morning's pain and
    stiffness belong to the day of the session: add them a day later with the same --date. A value that is there
    changes only with --replace.
    """
    from gaitpipe.app.log import add_entry

    today = date.today()
    day = given.pop("date") or today
    if day > today:
        raise UsageError(f"{day} has not come yet.", "Give the day of the session.")
    plan = _plan(plan_file)
    extra = () if plan is None else tuple(plan.red_flags.extra)
    given["red_flags"] = _flags(flags, no_red_flags, (*_known_flags(), *extra))
    if all(value is None for value in given.values()):
        raise UsageError("there is nothing to add.", "Give at least one value, such as --pain-during 2.")
    changed = add_entry(log_file, {"date": day, **given}, today, replace_given, extra)
    _tell_change(changed)
    _tell_flags(changed.entry)
    _tell_doubts(changed.entry, today)
    _tell_level(given["level"], plan)
    _tell_gaps(log_file, (changed.entry,), today)
    if changed.new:
        _remind(log_file, changed.entry, today, extra)
    if as_json:
        print_json(entry_json(changed.entry))


def _known_flags() -> tuple[str, ...]:
    from gaitpipe.rehab.log_faults import RED_FLAG_IDS

    return RED_FLAG_IDS


def _plan(plan_file: Path | None) -> Plan | None:
    from gaitpipe.app.plan import read_plan

    return None if plan_file is None else read_plan(plan_file)


def _extra_flags(plan_file: Path | None) -> tuple[str, ...]:
    plan = _plan(plan_file)
    return () if plan is None else tuple(plan.red_flags.extra)


def _flags(flags: tuple[str, ...], none: bool, known: Collection[str]) -> tuple[str, ...] | None:
    if flags and none:
        raise UsageError("--red-flag and --no-red-flags contradict each other.", "Give the one that is true.")
    by_word = {name.casefold(): name for name in known}
    unknown = [flag for flag in flags if flag.strip().casefold() not in by_word]
    if unknown:
        raise UsageError(f"no red flag is called {', '.join(unknown)}.", f"Red flags: {', '.join(known)}.")
    ids = tuple(sorted({by_word[flag.strip().casefold()] for flag in flags}))
    return ids if flags else () if none else None


def _tell_change(changed: Changed) -> None:
    entry = changed.entry
    name = f"{entry.date}" + (f", session {entry.session_id}" if entry.session_id else "")
    if changed.new:
        console().say(f"Added the entry of {name}.")
    elif not changed.filled and not changed.replaced:
        console().say(f"The entry of {name} says so already; nothing was changed.")
    else:
        console().say(
            f"Added to the entry of {name}: {', '.join(changed.filled)}." if changed.filled else f"Entry of {name}:"
        )
    for column, before in changed.replaced:
        console().say(f"  {column}: {before} became {getattr(entry, column)}")


def _tell_flags(entry: LogEntry) -> None:
    from gaitpipe import evidence

    for rule in evidence.RULES:
        if rule.id in (entry.red_flags or ()):
            console().note("warning", f"{rule.id} {rule.title}: {rule.text}.", rule.action)


def _tell_doubts(entry: LogEntry, today: date) -> None:
    from gaitpipe.rehab.log_faults import doubts

    for _, column, text in doubts((entry,), today):
        console().note("warning", f"{entry.date}, {column}: {text}.")


def _tell_level(level: str | None, plan: Plan | None) -> None:
    """Doubt a level that neither the plan's ladder nor, without a plan, the default one has."""
    from gaitpipe.rehab.ladder import DEFAULT_LADDER, level_names
    from gaitpipe.rehab.words import STAGES

    levels = [step.level for step in DEFAULT_LADDER] if plan is None else list(level_names(plan))
    if level is None or level.casefold() in {name.casefold() for name in (*STAGES, *levels)}:
        return
    whose = "" if plan is not None else " of the default ladder; with --plan that of the plan counts"
    advice = f"Levels: {', '.join(levels)}{whose}. Stages: {', '.join(STAGES)}. Mend it with --level LEVEL --replace."
    console().note("warning", f"there is no level or stage '{level}'.", advice)


def _tell_gaps(file: Path, entries: tuple[LogEntry, ...], today: date) -> None:
    from gaitpipe.rehab.log_faults import gaps

    for entry, columns in gaps(entries, today):
        console().say(f"{_gap_text(entry, columns)} with `{_command(file, entry, columns)}`")


def _gap_text(entry: LogEntry, columns: tuple[str, ...]) -> str:
    words = [WORDS[column] for column in columns]
    listed = " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
    verb, them = ("is", "it") if len(words) == 1 else ("are", "them")
    text = f"{listed} {verb} missing for {entry.date}: add {them}"
    return text[0].upper() + text[1:]


def _command(file: Path, entry: LogEntry, columns: tuple[str, ...]) -> str:
    flag_of = {column: flag for flag, column, _ in VALUE_OPTIONS}
    session = f" --session {shlex.quote(entry.session_id)}" if entry.session_id else ""
    wanted = " ".join(f"{flag_of[column]} {'MINUTES' if column == 'stiff_am_min' else '0-10'}" for column in columns)
    return f"gaitpipe log add --log {shlex.quote(str(file))} --date {entry.date}{session} {wanted}"


def _remind(file: Path, entry: LogEntry, today: date, extra: Collection[str]) -> None:
    """Ask for the red flags when nobody has for a week."""
    from gaitpipe import evidence
    from gaitpipe.app.log import read_log

    rows = read_log(file, today, extra)
    if any(row.red_flags is not None and entry.date - WEEK < row.date <= entry.date for row in rows):
        return
    console().say("Red flags were not asked for a week. Is any of these there? --red-flag ID, or --no-red-flags:")
    for rule in evidence.RULES:
        if rule.id in _known_flags():
            console().say(f"  {rule.id}  {rule.title}: {rule.text}")


@log.command(short_help="Look at the last weeks.")
@LOG
@click.option("--days", type=click.IntRange(1, 3660), default=28, show_default=True, help="How many days back.")
@click.option("--date", "on", type=Cell("date"), help="Look as of this day; today if left out.")
@PLAN
@json_option
@common_options
def show(log_file: Path, plan_file: Path | None, days: int, on: date | None, as_json: bool) -> None:
    """Show the last days, the medians of each week, and what is missing."""
    from gaitpipe.app.log import read_log
    from gaitpipe.rehab.log_faults import doubts, gaps
    from gaitpipe.rehab.symptoms import weekly_medians

    today = on or date.today()
    first = today - timedelta(days=days - 1)
    entries = tuple(
        entry for entry in read_log(log_file, max(today, date.today()), _extra_flags(plan_file)) if entry.date <= today
    )
    shown = tuple(entry for entry in entries if entry.date >= first)
    weeks = weekly_medians(entries, today, max(1, -(-days // 7)))
    missing = tuple(gaps(shown, today))
    unsure = tuple(doubts(shown, today))
    if as_json:
        print_json({
            "log": str(log_file),
            "on": today.isoformat(),
            "entries": [entry_json(entry) for entry in shown],
            "weeks": [asdict(week) | {"first": str(week.first), "last": str(week.last)} for week in weeks],
            "missing": [{"date": str(e.date), "session_id": e.session_id, "columns": list(c)} for e, c in missing],
            "doubts": [{"date": str(e.date), "column": column, "text": text} for e, column, text in unsure],
        })  # fmt: skip
        return
    for line in _table(shown):
        click.echo(line)
    click.echo("")
    for week in weeks:
        pain, stiff = _shown(week.pain_am), _shown(week.stiff_am_min)
        known = f"{week.mornings_pain} of 7 mornings"
        click.echo(f"{week.first} to {week.last}: median morning pain {pain}, stiffness {stiff} min ({known})")
    _tell_gaps_of(log_file, missing)
    for entry, column, text in unsure:
        console().note("warning", f"{entry.date}, {column}: {text}.")


def _tell_gaps_of(file: Path, missing: tuple[tuple[LogEntry, tuple[str, ...]], ...]) -> None:
    if missing:
        click.echo("")
    for entry, columns in missing:
        click.echo(f"{_gap_text(entry, columns)} with `{_command(file, entry, columns)}`")


HEADER = (
    "date",
    "session",
    "kind",
    "level",
    "min",
    "during",
    "after",
    "morning",
    "stiff",
    "RPE",
    "painkiller",
    "flags",
)


def _table(entries: tuple[LogEntry, ...]) -> list[str]:
    if not entries:
        return ["No entry in these days."]
    rows = [HEADER, *(_row(entry) for entry in entries)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADER))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(entry: LogEntry) -> tuple[str, ...]:
    painkiller = "-" if entry.analgesic is None else "yes" if entry.analgesic else "no"
    flags = "-" if entry.red_flags is None else " ".join(entry.red_flags) or "none"
    numbers = (entry.run_min, entry.pain_during, entry.pain_after, entry.pain_am, entry.stiff_am_min, entry.rpe)
    words = (entry.session_id or "-", entry.kind or "-", entry.level or "-")
    return (entry.date.isoformat(), *words, *(_shown(number) for number in numbers), painkiller, flags)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def entry_json(entry: LogEntry) -> dict[str, Any]:
    """An entry as JSON: the day as text, missing as null."""
    found = asdict(entry)
    found["date"] = entry.date.isoformat()
    return found


@log.command("import", short_help="Take rows over from another CSV file.")
@click.argument("file", type=PathOf())
@LOG
@click.option("--map", "maps", multiple=True, metavar="OURS=THEIRS", help="A column of the log, and its name in FILE.")
@click.option("--dry-run", is_flag=True, help="Check all, change nothing.")
@REPLACE
@PLAN
@json_option
@common_options
def import_(
    file: Path,
    log_file: Path,
    plan_file: Path | None,
    maps: tuple[str, ...],
    dry_run: bool,
    replace_given: bool,
    as_json: bool,
) -> None:
    """Take the rows of another CSV file over, all or none; rows that are there are not doubled."""
    from gaitpipe.app.log_import import import_rows

    done = import_rows(log_file, file, _mapping(maps), date.today(), replace_given, dry_run, _extra_flags(plan_file))
    if done.unused_columns:
        advice = "Give --map OURS=THEIRS for what the log has a column for."
        console().note("info", f"Columns that were not used: {', '.join(done.unused_columns)}.", advice)
    would = "Would be" if dry_run else "Were"
    there = f"{done.already_there} there already"
    console().say(f"{would} added: {done.added}; added to: {done.completed}; {there}.")
    if as_json:
        print_json({**asdict(done), "unused_columns": list(done.unused_columns), "dry_run": dry_run})


def _mapping(maps: tuple[str, ...]) -> Mapping[str, str]:
    from gaitpipe.rehab.log import COLUMNS

    found: dict[str, str] = {}
    for one in maps:
        ours, equals, theirs = (part.strip() for part in one.partition("="))
        if not equals or not theirs:
            raise UsageError(f"'{one}' is no OURS=THEIRS.", "Write for example pain_am='morning pain'.")
        if ours not in COLUMNS:
            raise UsageError(f"the log has no column '{ours}'.{near(ours, COLUMNS)}", f"Columns: {', '.join(COLUMNS)}.")
        if ours in found or theirs in found.values():
            raise UsageError(f"'{one}' maps a column twice.", "Give each column once.")
        found[ours] = theirs
    return found
