"""`plan`: begin, show, check and compare plans of rehab."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gaitpipe.cli.console import NearGroup, common_options, console, json_option, print_json
from gaitpipe.cli.parameters import NearChoice, Number, PathOf
from gaitpipe.errors import PlanError
from gaitpipe.rehab.words import STAGES, SURFACES

if TYPE_CHECKING:
    from gaitpipe.rehab.plan import Plan

DAY = click.DateTime(formats=["%Y-%m-%d"])
PAIN = Number(0, 10)


@click.group(cls=NearGroup)
@common_options
def plan() -> None:
    """Plans of rehab: one file says what was agreed for one runner."""


@plan.command(short_help="Begin a plan.")
@click.option("--athlete", required=True, metavar="ID", help="A pseudonym; names and addresses do not belong here.")
@click.option(
    "--path", required=True, type=NearChoice(["R", "K"]), help="R: no running until S4. K: keep running, less."
)
@click.option("--side", required=True, type=NearChoice(["left", "right", "both"]), help="The injured side.")
@click.option("--location", required=True, type=NearChoice(["midportion", "insertional"]), help="Where on the tendon.")
@click.option("--stage", required=True, type=NearChoice(STAGES), help="The stage of rehab today.")
@click.option("--level", help="S4 only: the level of the walk-run ladder; L1 if left out.")
@click.option("--clinician", default="", help="Who stands for the stages.")
@click.option("--mode", type=NearChoice(["clinic", "self"]), help="Clinic if a clinician is named, else self.")
@click.option("--since", type=DAY, help="Since when in this stage; today if left out.")
@click.option("--started", type=DAY, help="First day of the programme; the day of --since if left out.")
@click.option("--age", "age_years", type=Number(0, 120), help="Years.")
@click.option("--pain-am0", "pain_am", type=PAIN, help="Usual morning pain 0-10; if left out, the last 7 days count.")
@click.option("--stiffness0", "stiff_am_min", type=Number(0, 600), help="Usual morning stiffness in minutes.")
@click.option("--baseline", "baseline_sessions", multiple=True, metavar="ID", help="A baseline session; any number.")
@click.option("--baseline-recorded", type=DAY, help="Day of the baseline.")
@click.option("--surface", "baseline_surface", type=NearChoice(SURFACES), help="Surface of the baseline.")
@click.option("--shoe", help="Shoe of the baseline.")
@click.option("--shoe-drop", "shoe_drop_mm", type=Number(0, 30), help="Its drop in mm.")
@click.option(
    "--norm-raises", "heel_raise_norm_reps", type=click.IntRange(1, 100), help="Norm of heel raises, lower end."
)
@click.option("--full", is_flag=True, help="Write ladder and exercises to be edited, not as comments.")
@click.option("--out", type=PathOf(), default="plan.toml", show_default=True, help="The file to write.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@common_options
def new(out: Path, force: bool, mode: str | None, **given: Any) -> None:
    """Begin a plan: a file that explains each of its lines, to be edited with any text editor."""
    from gaitpipe.app.plan import new_plan
    from gaitpipe.rehab.plan_template import PlanStart

    for key in ("since", "started", "baseline_recorded"):
        given[key] = _day(given[key])
    if given["stage"] == "S4" and given["level"] is None:
        given["level"] = "L1"
    if mode is None:
        mode = "clinic" if given["clinician"] else "self"
    written = new_plan(PlanStart(created=date.today(), mode=mode, **given), out, force=force)
    console().say(f"{out}: {_where(written)}")
    _tell_findings(written, date.today())
    console().say(f"Read it through; then `gaitpipe plan check {shlex.quote(str(out))}`.")
    if not written.baseline.sessions:
        _tell_next_steps(written, out)


def _tell_next_steps(written: Plan, file: Path) -> None:
    """Say how a new plan gets its baseline; in the stages that need one a finding has said why."""
    from gaitpipe.rehab.plan_findings import NAME_BASELINE, NO_BASELINE, SCREEN_STAGES

    if written.stage.stage not in SCREEN_STAGES:
        console().say(f"{NO_BASELINE} {NAME_BASELINE}")
    record = "Next: an easy run while all is quiet, `gaitpipe record` and `gaitpipe analyze`; its recording's name goes"
    console().say(f"{record} into `sessions` of [baseline] in {file}.")


def _day(value: datetime | None) -> date | None:
    return None if value is None else value.date()


@plan.command(short_help="Show a plan.")
@click.argument("file", type=PathOf())
@json_option
@common_options
def show(file: Path, as_json: bool) -> None:
    """Show a plan: where the runner stands, ladder, exercises of the stage, and what differs from the defaults."""
    from gaitpipe.app.plan import read_plan

    loaded = read_plan(file)
    if as_json:
        print_json(_as_data(loaded))
        return
    for line in _lines(loaded):
        click.echo(line)


def _where(loaded: Plan) -> str:
    stage, header, tendon = loaded.stage, loaded.plan, loaded.tendon
    level = f" {stage.level}" if stage.level else ""
    since = f" since {stage.since}" if stage.since else ""
    side = "both sides" if tendon.side == "both" else f"{tendon.side} side"
    return f"{header.athlete}, {side}, {tendon.location}: {stage.stage}{level}{since}, path {header.path}"


def _lines(loaded: Plan) -> list[str]:
    from gaitpipe.rehab.exercises import HEAVY_NOTE, exercise_words, exercises_for
    from gaitpipe.rehab.ladder import ladder, level_words
    from gaitpipe.rehab.plan_diff import changes_from_defaults

    header, stage = loaded.plan, loaded.stage
    led = f", clinician: {header.clinician}" if header.clinician else ", no clinician: no stage decision"
    lines = [_where(loaded), f"mode: {header.mode}{led}"]
    if stage.override is not None:
        word = stage.override
        lines.append(f"override: {word.stage} {word.level or ''} by {word.clinician} on {word.decided}: {word.reason}")
    lines.append(f"baseline: {', '.join(loaded.baseline.sessions) or 'none named'}")
    lines += ["", "ladder (S4):"]
    for step in ladder(loaded):
        mark = ">" if step.level == stage.level else " "
        lines.append(f"{mark} {step.level}: {level_words(step)} ({step.running_min:g} min of running)")
    lines += ["", f"exercises in {stage.stage}:"]
    exercises = [
        f"  {exercise_words(item)}; tier {item.tier}{' (unverified)' if item.tier_unverified else ''}"
        for item in exercises_for(loaded, stage.stage)
    ]
    lines += exercises or ["  none"]
    if any("RM" in item for item in exercises):
        lines.append(f"  ({HEAVY_NOTE})")
    changes = [f"  {change}" for change in changes_from_defaults(loaded)]
    return [*lines, "", "differs from the defaults:", *(changes or ["  nothing"])]


def _as_data(loaded: Plan) -> dict[str, Any]:
    from gaitpipe.rehab.exercises import exercises_for
    from gaitpipe.rehab.ladder import ladder
    from gaitpipe.rehab.plan_diff import changes_from_defaults
    from gaitpipe.rehab.plan_findings import plan_findings

    return {
        **loaded.model_dump(mode="json"),
        "ladder_in_use": [{**step.model_dump(), "running_min": step.running_min} for step in ladder(loaded)],
        "exercises_of_stage": [
            {**item.model_dump(), "soleus": item.soleus} for item in exercises_for(loaded, loaded.stage.stage)
        ],
        "changes": [asdict(change) for change in changes_from_defaults(loaded)],
        "findings": [
            {"code": item.code, "severity": item.severity, "message": item.message, "advice": item.advice}
            for item in plan_findings(loaded, date.today())
        ],
    }


@plan.command(short_help="Check plans.")
@click.argument("files", nargs=-1, required=True, type=PathOf(), metavar="FILE...")
@common_options
def check(files: tuple[Path, ...]) -> int:
    """Check plans: all faults at once, each with its line, and what a clinician should look at."""
    from gaitpipe.app.plan import read_plan

    bad = 0
    for file in files:
        try:
            loaded = read_plan(file)
        except PlanError as error:
            console().failure(error.message, error.advice)
            bad += 1
        else:
            click.echo(f"{file}: ok ({_where(loaded)})")
            _tell_findings(loaded, date.today())
    return 2 if bad else 0


def _tell_findings(loaded: Plan, today: date) -> None:
    from gaitpipe.rehab.plan_findings import plan_findings

    console().findings(plan_findings(loaded, today))


@plan.command(short_help="What a plan changes.")
@click.argument("file", type=PathOf())
@click.argument("other", type=PathOf(), required=False)
@json_option
@common_options
def diff(file: Path, other: Path | None, as_json: bool) -> None:
    """What a plan changes against the defaults; with OTHER, what changes from FILE to OTHER."""
    from gaitpipe.app.plan import read_plan
    from gaitpipe.rehab.plan_diff import changes_between, changes_from_defaults

    first = read_plan(file)
    changes = changes_from_defaults(first) if other is None else changes_between(first, read_plan(other))
    if as_json:
        print_json([asdict(change) for change in changes])
        return
    for change in changes:
        click.echo(str(change))
    if not changes:
        console().say("nothing differs")
