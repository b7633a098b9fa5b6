"""`batch`: many recordings and files in one go, with a ledger of what became of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from gaitpipe.cli.console import common_options, console, json_option, print_json
from gaitpipe.cli.file_options import FormatOptions, format_options, placement_option
from gaitpipe.cli.parameters import Speed, context_options, height_option
from gaitpipe.errors import UsageError, counted
from gaitpipe.protocol.schema_tables import visible

if TYPE_CHECKING:
    from gaitpipe.app.batch_plan import BatchRequest, Planned

_MEMORY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(mb|gb|m|g|)\s*", re.IGNORECASE)
LEAST_MEMORY_BYTES = 300_000_000
DEFAULT_MEMORY = "1GB"


class Memory(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """An amount of memory in bytes inside: 800MB, 2GB, 0 for no bound."""

    name = "memory"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the bytes."""
        found = _MEMORY.fullmatch(str(value))
        if found is None or (not found.group(2) and float(found.group(1))):
            self.fail(f"'{value}' is no amount of memory. Write 800MB, 2GB, or 0 for no bound.", param, ctx)
        amount = round(float(found.group(1)) * (1e9 if found.group(2).lower().startswith("g") else 1e6))
        if 0 < amount < LEAST_MEMORY_BYTES:
            self.fail(f"{value} is too little to work with: at least {LEAST_MEMORY_BYTES // 1_000_000}MB.", param, ctx)
        return amount


class Text(click.ParamType):  # type: ignore[type-arg]
    """A path, glob or URL; an empty text is none."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text."""
        if not value:
            self.fail("an empty text is no path.", param, ctx)
        return str(value)


@click.command(short_help="Analyse folders of recordings: results, a cohort table, a ledger.")
@click.argument("inputs", nargs=-1, type=Text(), metavar="[INPUT]...")
@click.option("--out", type=Text(), required=True, help="Folder or URL for the results; also of a run to go on with.")
@click.option("--manifest", type=Text(), help="A CSV table: session, recording or left and right, and more.")
@placement_option
@format_options
@click.option("--belt-speed", type=Speed(), metavar="SPEED", help="Speed of the treadmill: 3.0 (m/s) or 10.8km/h.")
@height_option
@context_options
@click.option("--tap-sync", is_flag=True, help="Put two clocks together by a knock of both sensors.")
@click.option("--reports", is_flag=True, help="Write report.html for each session, too.")
@click.option("--workers", type=click.IntRange(0, 1024), help="Processes; one a core by default, 0: in this one.")
@click.option("--dask", metavar="ADDRESS", help="Work on a Dask cluster: tcp://HOST:PORT, or 'local' for one here.")
@click.option("--memory", type=Memory(), default=DEFAULT_MEMORY, help="Most memory a worker may have (1GB); 0: any.")
@click.option("--retry-failed", is_flag=True, help="Only try again what failed last time.")
@click.option("--fail-fast", is_flag=True, help="Begin nothing more after the first failure.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and why; write nothing.")
@click.option("--recursive/--no-recursive", default=True, help="Look into folders of folders (default).")
@json_option
@common_options
def batch(
    inputs: tuple[str, ...],
    out: str,
    placement: str | None,
    formats: FormatOptions,
    belt_speed: float | None,
    height_m: float | None,
    context: Mapping[str, str],
    tap_sync: bool,
    dry_run: bool,
    as_json: bool,
    **others: Any,
) -> int:
    """Analyse many sessions: folders, files, globs in quotes, or URLs such as s3://bucket/folder.

    Writes results/SESSION/ with strides.csv and summary.json, cohort.csv with a row a session and side, ledger.jsonl
    with a line a session, and failed.csv with what failed, why, and what to do. Run the same command again to go on:
    only what is new or has changed is analysed.

    Files of one sensor are joined by the words left and right (or l and r) in their names. What the files do not say
    is given with options, for all, or in a manifest, for each.

    Ends with 0 when all is well, 3 when some sessions failed, 1 when all did or the workers were lost, 130 after
    Ctrl-C.
    """
    from gaitpipe.app.batch_plan import BatchRequest

    if others["dask"] is not None and others["workers"] == 0:
        raise UsageError("--workers 0 works in this process, --dask elsewhere", "Leave one of them out.")
    if formats.columns or formats.importer:
        formats.check()  # what is mistyped is told now, not once a session
    options = _options(placement, formats, belt_speed, height_m, context, tap_sync)
    memory_bytes = others.pop("memory") or None
    request = BatchRequest(inputs, out, options=options, memory_bytes=memory_bytes, **others)
    return _dry(request, as_json) if dry_run else _run(request, as_json)


def _options(
    placement: str | None,
    formats: FormatOptions,
    belt_speed: float | None,
    height_m: float | None,
    context: Mapping[str, str],
    tap_sync: bool,
) -> dict[str, Any]:
    """What is said of all sessions, by the names of a manifest's columns."""
    numbers = {key: float(text) for key, text in context.items() if key in ("incline_pct", "shoe_drop_mm")}
    said: dict[str, Any] = {
        "placement": placement,
        "format": formats.importer or None,
        "columns": formats.columns or None,
        "acc_unit": formats.acceleration_unit,
        "gyr_unit": formats.rotation_rate_unit,
        "rate_hz": formats.rate_hz,
        "belt_speed_m_s": belt_speed,
        "height_m": height_m,
        "tap_sync": tap_sync or None,
        **context,
        **numbers,
    }
    return {key: value for key, value in said.items() if value is not None}


def _run(request: BatchRequest, as_json: bool) -> int:
    from gaitpipe.app.batch import run_batch
    from gaitpipe.batch.run import Stopper, stop_on_signals
    from gaitpipe.cli.batch_view import BatchView

    words = console()
    stopper = Stopper()
    with BatchView(words, request.out, retry_failed=request.retry_failed) as view, stop_on_signals(stopper):
        stopper.wakers.append(lambda: view.stopping(stopper.asked))

        def tell(event: Mapping[str, Any]) -> None:
            if as_json:
                print_json(event, one_line=True)
            view.show(event)

        result = run_batch(request, tell, stopper)
    view.end(result)
    if result.lost is not None:
        words.failure(result.lost.message, result.lost.advice)
    return result.exit_code


def _dry(request: BatchRequest, as_json: bool) -> int:
    from gaitpipe.app.batch import dry_run

    planned = dry_run(request)
    _say_what_is_missing(planned)
    for event in _dry_events(planned):
        if as_json:
            print_json(event, one_line=True)
        else:
            _say_dry(event)
    return 0


def _say_what_is_missing(planned: Planned) -> None:
    """Few files of other programs say where a sensor sat; who forgets it should not learn it from a thousand errors."""
    sessions = [decision.session for decision in planned.decisions if decision.works]
    files = [one.files.get("recording") for one in sessions if not one.options.get("placement")]
    others = sum(file is None or not file.path.lower().endswith(".mcap") for file in files)
    if others:
        words = f"{counted(others, 'session')} of other programs' files: no placement is given"
        console().note("warning", words, "Add --placement foot or shank, unless the files say it.")


def _dry_events(planned: Planned) -> list[dict[str, Any]]:
    events = []
    for decision in planned.decisions:
        session = decision.session
        files = [file.path for file in session.all_files]
        events.append({"event": "would", "session": session.name, "action": decision.action, "why": decision.why,
                       "files": files, "bytes": session.size})  # fmt: skip
    events += [
        {"event": "would", "session": "", "action": "skip", "why": problem.reason, "files": [file.path],
         "bytes": file.size}
        for file, problem in planned.skipped
    ]  # fmt: skip
    events += [
        {"event": "would", "session": "", "action": "unusable", "why": problem.reason, "files": [name], "bytes": 0}
        for name, problem in planned.problems
    ]
    return [*events, planned.told()]


ACTIONS = {
    "run": "analyse",
    "check": "read, and analyse if it changed",
    "unchanged": "leave",
    "failed_before": "leave",
    "unusable": "refuse",
    "left": "leave for later",
    "skip": "skip",
}


def _say_dry(event: Mapping[str, Any]) -> None:
    if event["event"] == "planned":
        console().say(
            f"\n{counted(event['sessions'], 'session')}, {event['to_do']} to analyse "
            f"({event['bytes_to_do'] / 1e6:.1f} MB), {event['unchanged']} unchanged, "
            f"{counted(event['skipped'], 'file')} skipped. Nothing was written."
        )
        return
    name = event["session"] or visible(event["files"][0])
    console().say(f"{ACTIONS[event['action']]}: {name} ({event['why']}; {event['bytes'] / 1e6:.1f} MB)")
    for path in event["files"] if event["session"] else ():
        console().say(f"    {visible(path)}")
