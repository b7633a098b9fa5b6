"""`gaitpipe decide`: reads plan, log and summaries, decides, and puts the decision into data and into a page."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from gaitpipe import __version__, evidence
from gaitpipe.app.log import read_log
from gaitpipe.app.plan import read_plan
from gaitpipe.app.summary_file import read_summary_file
from gaitpipe.errors import UsageError
from gaitpipe.rehab.decide import decide
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.return_plan import return_plan
from gaitpipe.rehab.screen import screen_of
from gaitpipe.rehab.words import AchillesLoad, Criterion, Decision, FiredRule, Flag, GaitScreen

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class DecideInput:
    """Everything that a decision is made of; `caution` says that it is for a day gone by."""

    plan: Plan
    log: tuple[LogEntry, ...]
    session: GaitScreen | None
    baselines: tuple[GaitScreen, ...]
    on: date
    red_flags: tuple[str, ...] = ()
    caution: str = ""

    @property
    def looks_back(self) -> bool:
        """Whether the decision is for a day gone by, because the log ends there."""
        return bool(self.caution)

    def decide(self) -> Decision:
        """The decision of these inputs."""
        return decide(self.plan, self.log, self.session, self.baselines, self.on, self.red_flags)


def read_inputs(
    plan: Path,
    log: Path,
    session: Path | None,
    baselines: Sequence[Path],
    on: date | None = None,
    red_flags: Sequence[str] = (),
) -> DecideInput:
    """Read the files of a decision.

    Parameters
    ----------
    session, baselines
        `summary.json` files, or the folders of an analysis that hold one.
    on
        The day of the decision; None: today on this machine, or the day after the log's last entry where that is older
        than the plan lets a session be: then `caution` says so.
    red_flags
        Ids ticked today, outside the log.

    Raises
    ------
    PlanError, LogError, RecordingError
        A file cannot be used: names file, place and what to do.
    UsageError
        A red flag that neither the product nor the plan knows.
    """
    day = date.today() if on is None else on
    read = read_plan(plan, day)
    ids = known_red_flags(read.red_flags.extra)
    entries = read_log(log, day, read.red_flags.extra)
    caution = ""
    if on is None:
        day, caution = _last_day(read, entries, day)
    return DecideInput(
        plan=read,
        log=entries,
        session=None if session is None else read_summary(session),
        baselines=tuple(read_summary(path) for path in baselines),
        on=day,
        red_flags=tuple(_red_flag(told, ids) for told in red_flags),
        caution=caution,
    )


def _last_day(plan: Plan, log: Sequence[LogEntry], today: date) -> tuple[date, str]:
    """The day to decide for when none is given, and the caution when it is not today."""
    last = max((entry.date for entry in log), default=today)
    if (today - last).days <= plan.value("session_age_maximum_days"):
        return today, ""
    day = last + timedelta(days=1)
    ago = (today - day).days
    return day, f"Looking back: decided for {day.isoformat()}, {ago} days ago. Log a new session before you train."


def known_red_flags(extra: Collection[str] = ()) -> tuple[str, ...]:
    """Ids of all red flags, those of the clinic last."""
    return (*(rule.id for rule in evidence.RULES if rule.id.startswith("RF")), *sorted(extra))


def _red_flag(told: str, known: Sequence[str]) -> str:
    by_word = {flag_id.casefold(): flag_id for flag_id in known}
    if told.casefold() not in by_word:
        titles = {rule.id: f"{flag} ({rule.title})" for rule in evidence.RULES for flag in (rule.id,)}
        raise UsageError(
            f"there is no red flag '{told}'", f"Known: {', '.join(titles.get(flag, flag) for flag in known)}."
        )
    return by_word[told.casefold()]


def read_summary(path: Path) -> GaitScreen:
    """Read the screen of one analysed session, of its `summary.json` or of the folder that holds it."""
    file, content = read_summary_file(path)
    return screen_of(content, str(file))


def decision_content(found: Decision, caution: str = "") -> dict[str, Any]:
    """The decision as data, ready for `json.dumps`: ids first, then every input and threshold. Null is not known.

    `caution` is that of the inputs: it says that the decision is for a day gone by.
    """
    load = found.load
    content = {
        "schema_version": SCHEMA_VERSION,
        "caution": caution,
        "decision": found.decision,
        "stage_in": found.stage_in,
        "level_in": found.level_in,
        "stage_out": found.stage_out,
        "level_out": found.level_out,
        "rules": [rule.id for rule in found.rules],
        "other_rules": [rule.id for rule in found.other_rules],
        "flags": [asdict(flag) for flag in found.flags],
        "psi": load and load.psi,
        "psi_technique": load and load.psi_technique,
        "psi_direction": load and load.psi_direction,
        "mdc_psi": load and load.mdc_psi,
        "slr": load and load.session_ratio,
        "slr_range": load and load.session_ratio_range and list(load.session_ratio_range),
        "slr_direction": load and load.direction,
        "load_steps": load and load.load_steps,
        "load_reference_steps": load and load.reference_steps,
        "mdc_load_pct": load and load.mdc_load_pct,
        "asi": load and load.asymmetry_pct,
        "asi_baseline": load and load.asymmetry_baseline_pct,
        "asi_change": load and load.asymmetry_change_pct,
        "cadence_change_pct": load and load.cadence_change_pct,
        "rule_details": [_rule(rule) for rule in (*found.rules, *found.other_rules)],
        "criteria": [asdict(one) for one in found.criteria],
        "missing": list(found.missing),
        "cautions": list(found.cautions),
        "red_flags_due": found.red_flags_due,
        "review": found.review,
        "action": found.action,
        "advice": [{"id": phrase_id, "text": text} for phrase_id, text in found.advice],
        "conflicts": list(found.conflicts),
        "load_details": None if load is None else _load(load),
        "inputs": dict(found.inputs),
        "thresholds": dict(found.thresholds),
        "thresholds_unverified": [key for key in found.thresholds if unverified(key)],
        "decided_by": found.decided_by,
        "override_reason": found.override_reason,
        "decided_on": found.decided_on.isoformat(),
        "parameter_hash": found.parameter_hash,
        "software_version": __version__,
    }
    return dict(_plain(content))


def unverified(key: str) -> bool:
    """Whether a number is from memory of the literature, so that it must be shown as unverified."""
    return evidence.number(key).tag == "memory"


def calendar_of(given: DecideInput, found: Decision, stamp: datetime | None = None) -> str:
    """The two weeks after a decision as the text of an iCalendar file."""
    from gaitpipe.exporters.icalendar import calendar_text

    days = return_plan(given.plan, given.log, found, given.on)
    return calendar_text(days, given.plan.plan.athlete, stamp or datetime.now(UTC))


def _rule(rule: FiredRule) -> dict[str, Any]:
    return {"id": rule.id, "text": rule.text, "inputs": dict(rule.inputs), "thresholds": dict(rule.thresholds)}


def _load(load: AchillesLoad) -> dict[str, Any]:
    """What else the index says; ratios of the sensitivity keyed `b=4,kappa=0.1`."""
    return {
        "uncertainty_psi": load.uncertainty_psi,
        "uncertainty_source": load.uncertainty_source,
        "peak_force_bw": load.peak_force_bw,
        "peak_force_baseline_bw": load.peak_force_baseline_bw,
        "strike_term": load.strike_term,
        "strike_term_baseline": load.strike_term_baseline,
        "step_weight": load.step_weight,
        "load_steps_note": load.load_steps_note,
        "reference_note": load.reference_note,
        "session_ratios": {f"b={b:g},kappa={kappa:g}": ratio for (b, kappa), ratio in load.session_ratios.items()},
        "gates": [asdict(gate) for gate in load.gates],
    }


def _plain(value: Any) -> Any:
    """Lists for tuples, texts for dates, null for what is not finite."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else value


def page_lines(found: Decision, caution: str = "") -> Iterator[str]:
    """The decision as a page of plain text; after REFER nothing but what it is and what to do."""
    from gaitpipe.rehab.decision_words import MEANING, position_words

    if caution:
        yield f"CAUTION: {caution}"
        yield ""
    yield f"{found.decision}: {MEANING[found.decision]}"
    yield ""
    if found.decision == "REFER":
        yield from (f"{rule.id}  {rule.text}" for rule in found.rules)
        yield ""
        yield f"What to do: {found.action}"
        return
    yield f"Stage: {position_words(found.stage_in, found.level_in)}"
    yield f"Next:  {found.action}"
    if found.red_flags_due:
        yield found.red_flags_due
    yield from _override_lines(found)
    yield from _section("Why", [f"{rule.id}  {rule.text}" for rule in found.rules])
    yield from _section("Also seen", [f"{rule.id}  {rule.text}" for rule in found.other_rules])
    yield from _section("Missing for a step up", [*found.missing, *_how_to_give(found)])
    yield from _section("Caution", found.cautions)
    yield from _section("For a clinician to look at", [found.review] if found.review else [])
    yield from _section("Goals of this stage", [_criterion(one) for one in found.criteria])
    yield from _section("Load", list(_load_lines(found)))
    yield from _section("Flags", [_flag(flag) for flag in found.flags])
    yield from _section("Advice", [f"{phrase_id}  {text}" for phrase_id, text in found.advice])
    yield from _section("Two sides of it", found.conflicts)
    yield from _section("Numbers used", _number_lines(found))
    yield ""
    yield f"Decided for {found.decided_on.isoformat()} by {found.decided_by}; parameters {found.parameter_hash}."
    if found.inputs.get("synthetic"):
        yield "Synthetic data: nobody was measured."
    yield "For a clinician to review with the runner. Not a medical device; pain counts more than these numbers."


def _how_to_give(found: Decision) -> Iterator[str]:
    """The options of the command that give what is missing."""
    blocked = any(flag.id == "F11" and flag.blocks for flag in found.flags)
    given = (("--session", found.inputs["session"]), ("--baseline", found.inputs["baselines"]))
    options = [f"{option} SUMMARY" for option, value in given if not value]
    if blocked and options and found.missing:
        yield f"(A summary.json is given with {' and '.join(options)}.)"


def _override_lines(found: Decision) -> Iterator[str]:
    if found.override_reason:
        yield f"Clinician's override: {found.override_reason}"
        yield f"The rules alone say {found.inputs['engine_decision']}: {found.inputs['engine_out']}."


def _flag(flag: Flag) -> str:
    blocks = " (stands in the way)" if flag.blocks else ""
    if flag.level == "not assessed":
        return f"{flag.id:3} {flag.text[0].lower()}{flag.text[1:]}{blocks}"
    return f"{flag.id:3} {flag.level}{blocks}: {flag.text}"


def _criterion(one: Criterion) -> str:
    return f"{ {True: 'met', False: 'not met', None: 'not known'}[one.met] }: {one.label}, {one.seen} ({one.asked})"


def _load_lines(found: Decision) -> Iterator[str]:
    load = found.load
    if load is None:
        return
    if load.psi is not None and load.mdc_psi is not None:
        yield (
            f"Achilles load index (relative): {load.psi:.1f} % of your baseline step, smallest detectable change "
            f"{load.mdc_psi:.1f}: {load.psi_direction}."
        )
    else:
        yield from (f"No index: {reason}" for reason in load.reasons)
    if load.session_ratio is not None and load.session_ratio_range is not None:
        low, high = load.session_ratio_range
        yield (
            f"Session load: {load.session_ratio:.2f} of the largest of 30 days ({low:.2f} to {high:.2f} over the "
            f"models): {load.direction}."
        )
    if load.asymmetry_pct is not None:
        yield f"Contact time, injured less other: {load.asymmetry_pct:+.1f} % (behaviour, not load)."


def _number_lines(found: Decision) -> list[str]:
    """Thresholds of the rules that fired and of the flags that were raised, those from memory marked."""
    used: dict[str, float] = {}
    for rule in (*found.rules, *found.other_rules):
        used |= dict(rule.thresholds)
    raised = [flag.id for flag in found.flags if flag.level in ("amber", "red")]
    for fired in (*(rule.id for rule in (*found.rules, *found.other_rules)), *raised):
        known = {one.id: one.numbers for one in evidence.RULES}.get(fired, ())
        used |= {key: found.thresholds[key] for key in known if key in found.thresholds}
    return [f"{key} = {value:g}{'  (unverified)' if unverified(key) else ''}" for key, value in sorted(used.items())]


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title}:"
        yield from (f"  {line}" for line in lines)
