"""Whether the recording of a session can be used at all, and against which baselines: flag F11.

Rules
  1. S3, S4 and S5 need a recording; S0 to S2 use one when it is given, or when the last run in the log names one: what
     was recorded must not be left out of the judgement.
  2. Baselines at the session's speed (within `load_speed_tolerance_m_s`) and on its kind of surface come first; where
     there are none all are looked at, and the gates say why they do not fit.
  3. A gate of the load index that fails is a reason, another speed too. Further reasons: lost samples (of the worse
     sensor), a clock that wanders, a recording of another day than its entry, a baseline that the plan does not name,
     that was recorded after the session, or that is the session itself: the same file, or all figures the same. Where
     it is doubtful whose recordings they are, there is no index either.
     A baseline of unknown day is said and counts.
  4. Half a comparison is none: a surface or an incline known of the baseline but not of today is a reason.
  5. With any reason the flags of the sensors do not count and going on is not possible; step back and stay still are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gaitpipe.rehab.achilles_load import achilles_load
from gaitpipe.rehab.context import context_of, day_of
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.sessions import Place, is_run
from gaitpipe.rehab.words import AchillesLoad, Context, GaitScreen, Gate

SCREEN_STAGES = ("S3", "S4", "S5")
EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Compared:
    """The session beside its baselines.

    `load` is against all baselines, `technique` against those at the same speed; the contexts are of today and of the
    baselines that count. `reasons` say why the sensors cannot be used (empty: they can), `needed` whether they matter.
    """

    session: GaitScreen | None
    baselines: tuple[GaitScreen, ...]
    load: AchillesLoad
    technique: AchillesLoad
    today: Context
    usual: Context
    needed: bool
    reasons: tuple[str, ...]
    cautions: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    """Reasons to doubt whose recordings these are: then there is no index either."""


def compare(
    plan: Plan, place: Place, session: GaitScreen | None, baselines: Sequence[GaitScreen], on: date
) -> Compared:
    """Put the session beside its baselines; see the rules above."""
    log = place.rows
    matching = tuple(one for one in baselines if _matches(plan, log, session, one)) or tuple(baselines)
    load = achilles_load(plan, session, baselines, log, on)
    technique = load if len(matching) == len(baselines) else achilles_load(plan, session, matching, log, on)
    today, usual = _today(plan, place, session), context_of(matching[-1] if matching else None, log, plan, True)
    needed = plan.stage.stage in SCREEN_STAGES or session is not None or bool(_left_out(place))
    found = Compared(session, matching, load, technique, today, usual, needed, ())
    found = replace(found, cautions=tuple(_cautions(plan, log, found)))
    if not needed:
        return found
    strangers = () if session is None else tuple(_whose(plan, place, found, session))
    reasons = tuple(dict.fromkeys((*_reasons(plan, place, found), *strangers)))
    if strangers:
        found = replace(found, load=_withheld(load, strangers[0]), technique=_withheld(technique, strangers[0]))
    return replace(found, reasons=reasons, strangers=strangers)


def _withheld(load: AchillesLoad, reason: str) -> AchillesLoad:
    """The load without any comparison: what it would be compared with may be another person's."""
    return replace(
        load,
        psi=None, psi_technique=None, psi_direction=None, strike_term_baseline=None, peak_force_baseline_bw=None,
        step_weight=None, load_steps=None, session_ratio=None, session_ratio_range=None, step_weights={},
        session_ratios={}, direction=None, asymmetry_baseline_pct=None, asymmetry_change_pct=None,
        cadence_change_pct=None, gates=(*load.gates, Gate("whose", False, reason)),
    )  # fmt: skip


def _matches(plan: Plan, log: Sequence[LogEntry], session: GaitScreen | None, baseline: GaitScreen) -> bool:
    here, there = context_of(session, log, plan, False), context_of(baseline, log, plan, True)
    if here.surface and there.surface and (here.surface == "treadmill") != (there.surface == "treadmill"):
        return False
    if here.speed_m_s is None or there.speed_m_s is None:
        return True
    return abs(here.speed_m_s - there.speed_m_s) <= plan.value("load_speed_tolerance_m_s") + EDGE


def _today(plan: Plan, place: Place, session: GaitScreen | None) -> Context:
    if session is not None:
        return context_of(session, place.rows, plan, False)
    entry = place.entry
    if entry is None:
        return Context()
    return Context(
        entry.surface, entry.shoe, entry.shoe_drop_mm, entry.shoe_minimal, entry.incline_pct, entry.belt_speed_m_s
    )


def _left_out(place: Place) -> str:
    """Name of the recording of the last run, when the log names one."""
    runs = [entry for entry in place.sessions if is_run(entry)]
    return (runs[-1].session_id or "") if runs else ""


def _reasons(plan: Plan, place: Place, found: Compared) -> Iterator[str]:
    session = found.session
    if session is None:
        name = _left_out(place)
        if name:
            yield (
                f"The recording of the session {name} was not given. Record this run with both sensors and give its "
                "summary.json."
            )
        else:
            yield "The session has no recording. Record a short easy treadmill run with both sensors."
        yield from _no_baseline(plan, found)
        return
    gates = [gate for gate in found.technique.gates if gate.id != "baseline"]
    yield from _no_baseline(plan, found)
    yield from (gate.reason for gate in gates if gate.passed is False and gate.scope in ("index", "technique"))
    if found.usual.surface is not None and found.today.surface is None:
        yield "The surface of today's session is not known, that of the baseline is: add it to the log."
    if found.usual.incline_pct is not None and found.today.incline_pct is None:
        yield "The incline of today's session is not known, that of the baseline is: add it to the log."
    yield from _quality(plan, "Today's session", session)
    for one in found.baselines:
        yield from _quality(plan, f"The baseline session {one.name}", one)


def _no_baseline(plan: Plan, found: Compared) -> Iterator[str]:
    if found.baselines:
        return
    named = ", ".join(plan.baseline.sessions)
    if named:
        yield f"There is no baseline: that of the plan ({named}) was not given. Give its summary.json."
    elif plan.plan.path == "R" and plan.stage.stage == "S3":
        yield (
            "There is no baseline yet. The first short treadmill run of this stage, when nothing flares up after it, "
            "becomes the baseline: your clinician names it in the plan ([baseline])."
        )
    else:
        yield "There is no baseline to compare with: give the summary.json of an earlier run without trouble."


def _cautions(plan: Plan, log: Sequence[LogEntry], found: Compared) -> Iterator[str]:
    if found.session is None or not found.baselines or plan.baseline.recorded is not None:
        return
    if any(day_of(one, log) is None for one in found.baselines):
        yield "The day of the baseline is not known: it may be old. Write it into the plan (baseline.recorded)."


def _quality(plan: Plan, label: str, screen: GaitScreen) -> Iterator[str]:
    if screen.lost_share > plan.value("lost_share_maximum"):
        yield f"{label} lost {100 * screen.lost_share:.0f} % of the samples of a sensor: record it again, nearer to it."
    wander = screen.clock_residual_s
    if wander is not None and wander > plan.value("clock_residual_maximum_s"):
        yield f"{label} has a clock that wanders by {1000 * wander:.0f} ms."


def _whose(plan: Plan, place: Place, found: Compared, session: GaitScreen) -> Iterator[str]:
    entry, day = place.entry, session.day
    if entry is not None and day is not None and abs((entry.date - day).days) > 1:
        yield (
            f"The recording {session.name} is of {day.isoformat()}, its entry in the log of {entry.date.isoformat()}: "
            "is it the right file?"
        )
    for one in found.baselines:
        if _same_recording(one, session):
            yield f"The session {session.name} is its own baseline: give an earlier one."
        elif _figures(one) == _figures(session):
            yield f"The baseline {one.name} is the session itself: all its figures are the same. Give an earlier run."
        elif _later(plan, place.rows, one, session):
            yield f"The baseline {one.name} was recorded after the session {session.name}: give an earlier one."
        elif plan.baseline.sessions and one.name not in plan.baseline.sessions:
            named = ", ".join(plan.baseline.sessions)
            yield f"The plan names {named} as baseline, not {one.name}: is it this person's?"


def _same_recording(one: GaitScreen, other: GaitScreen) -> bool:
    """By their hashes; by their names only where a hash is missing: recordings of two days may be called alike."""
    if one.input_sha256 and other.input_sha256:
        return one.input_sha256 == other.input_sha256
    return bool(one.name) and one.name == other.name


def _figures(screen: GaitScreen) -> tuple[object, ...]:
    return screen.left, screen.right, screen.windows, screen.drift


def _later(plan: Plan, log: Sequence[LogEntry], baseline: GaitScreen, session: GaitScreen) -> bool:
    day, other = day_of(session, log), day_of(baseline, log) or plan.baseline.recorded
    return day is not None and other is not None and other > day
