"""What is odd about a plan though it may be so: said by `plan check` and in the report, never a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from gaitpipe import evidence
from gaitpipe.model import Finding
from gaitpipe.rehab.exercises import HEAVY_KINDS, STRENGTH_KINDS, exercises_for
from gaitpipe.rehab.ladder import DEFAULT_LADDER, GrowthLimits, ladder, steps_too_large
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.plan_words import placeholder_names
from gaitpipe.rehab.words import STAGES

_BLOCKING = ("F1", "F2", "F3", "F5", "F7", "F8", "F9")
NO_BASELINE = "The plan names no baseline session: whatever is given with --baseline is taken."
NAME_BASELINE = "Name it, so that another person's file is refused."
_STRENGTH_STAGES = STAGES[2:]
SCREEN_STAGES = ("S3", "S4", "S5")


def plan_findings(plan: Plan, on: date | None = None) -> tuple[Finding, ...]:
    """What a clinician should look at in a valid plan.

    Parameters
    ----------
    plan
        The plan.
    on
        The day of today; without it ages and dates are not looked at.
    """
    found = [*_who(plan), *_stage(plan), *_strength(plan), *_baseline(plan), *_numbers(plan), *_switched(plan)]
    found += [*_ladder(plan), *_exercises(plan), *_words(plan)]
    if on is not None:
        found += _dates(plan, on)
    return tuple(found)


def _warn(code: str, message: str, advice: str = "") -> Finding:
    return Finding(f"plan-{code}", "warning", message, advice)


def _info(code: str, message: str, advice: str = "") -> Finding:
    return Finding(f"plan-{code}", "info", message, advice)


def _who(plan: Plan) -> Iterator[Finding]:
    header = plan.plan
    if " " in header.athlete.strip():
        yield _warn(
            "athlete-name", f"'{header.athlete}' looks like a name", "Names do not belong here: use a pseudonym."
        )
    if header.mode == "self" and not header.clinician:
        yield _info(
            "no-clinician",
            "self mode without a clinician: metrics, log and red flags, but no stage decision",
            "A clinician who agrees with this plan may be named in plan.clinician.",
        )
    adult_years = evidence.value("adult_age_years")
    only = header.clinician_only or (header.age_years is not None and header.age_years < adult_years)
    if only and header.mode == "self":
        yield _warn("clinician-only", "this runner needs clinic mode (RF8): every decision will be REFER")
    elif header.age_years is not None and header.age_years < adult_years:
        yield _warn("under-age", "under 18: the growth plate may be what hurts (RF8); this tool is made for adults")
    changes = plan.thresholds or plan.flags.off or plan.red_flags.off
    if changes and not header.clinician:
        yield _warn("changed-without-clinician", "thresholds or flags differ, but no clinician is named", "Name one.")
    if header.symptom_only:
        yield _warn("symptom-only", f"sensors do not count in decisions: {header.symptom_only_reason}")


def _stage(plan: Plan) -> Iterator[Finding]:
    override = plan.stage.override
    if override is not None:
        gap = STAGES.index(override.stage) - STAGES.index(plan.stage.stage)
        yield _info(
            "override",
            f"{override.clinician} put this plan in {override.stage} on {override.decided}: {override.reason}",
        )
        if gap > 1:
            yield _warn(
                "skipped-stage",
                f"the override goes from {plan.stage.stage} to {override.stage} and skips a stage",
                "Each stage builds the tolerance that the next one needs.",
            )
        if plan.stage.since is not None and plan.stage.since > override.decided:
            yield _warn("old-override", "the override is older than the stage it stands against: does it still hold?")
    if plan.stage.since is None and plan.stage.stage != "S0":
        yield _warn("since", f"since when in {plan.stage.stage} is not said: its minimum time cannot be judged")
    stiff_min, longest_min = plan.symptom_baseline.stiff_am_min, evidence.value("red_flag_stiffness_min")
    if stiff_min is not None and stiff_min > longest_min:
        yield _warn(
            "stiff-baseline", f"a usual stiffness of {stiff_min:g} min is a red flag (RF5, {longest_min:g} min)"
        )
    if plan.symptom_baseline.pain_am is None or plan.symptom_baseline.stiff_am_min is None:
        yield _info(
            "usual-morning",
            "the usual morning is taken from the log: what is entered, or left out there, can move it",
            "Fix pain_am and stiff_am_min in [symptom_baseline] when they are known.",
        )
    usual = plan.symptom_baseline.pain_am
    if usual is not None and usual > plan.value("pain_progress_maximum"):
        yield _warn("sore-baseline", f"a usual morning pain of {usual:g} hides a rise: what is usual should be low")


def _strength(plan: Plan) -> Iterator[Finding]:
    norm, per_week = plan.strength.heel_raise_norm_reps, plan.strength.per_week
    if norm is None and plan.tendon.side == "both":
        yield _warn(
            "bilateral-norm",
            "both sides are injured, so comparing them says nothing, and no norm of age and sex is given",
            "Set strength.heel_raise_norm_reps; without it the heel raises that lead out of S3 cannot be judged.",
        )
    elif norm is None:
        floor = plan.value("heel_raise_floor_reps")
        yield _info("norm", f"no norm of age and sex for heel raises: the floor of {floor:g} stands in for it")
    if per_week is not None:
        running, heavy = evidence.number("strength_per_week_running"), evidence.number("strength_per_week")
        if not running.value <= per_week <= heavy.value:
            usual = f"{running.value:g} to {heavy.value:g}"
            yield _warn("strength-days", f"strength on {per_week} days a week; usual is {usual} (soleus included)")


def _baseline(plan: Plan) -> Iterator[Finding]:
    baseline, values = plan.baseline, plan.load.test_retest_psi
    if not baseline.sessions and plan.stage.stage in SCREEN_STAGES:
        yield _info("baseline", NO_BASELINE, NAME_BASELINE)
    if len(set(baseline.sessions)) < len(baseline.sessions):
        yield _warn("baseline-twice", "a baseline session is named twice")
    limit = evidence.number("load_incline_maximum_pct").value
    if baseline.incline_pct is not None and abs(baseline.incline_pct) > limit:
        yield _warn(
            "baseline-incline", f"a baseline on {baseline.incline_pct:g} % gives no load index (limit {limit:g} %)"
        )
    missing = [word for word in ("surface", "shoe", "recorded") if baseline.sessions and not getattr(baseline, word)]
    if missing:
        yield _info("baseline-context", f"the baseline does not say: {', '.join(missing)}")
    least = evidence.value("load_test_retest_least_sessions")
    if values and len(values) < least:
        yield _warn("test-retest", f"{len(values)} test-retest values are too few (at least {least:g}): not used")
    if values and not 90.0 <= sum(values) / len(values) <= 110.0:
        yield _warn("test-retest-mean", "test-retest values are in % of their mean: their mean should be 100")


def _numbers(plan: Plan) -> Iterator[Finding]:
    for key in plan.thresholds:
        number = evidence.number(key)
        if number.tag == "memory":
            yield _info("unverified", f"{key} rests on memory, not on a source that was read: unverified")


def _switched(plan: Plan) -> Iterator[Finding]:
    for flag, reason in plan.flags.off.items():
        effect = "; it cannot hold back progress any more" if flag in _BLOCKING else ""
        yield _warn("flag-off", f"flag {flag} is off ({reason}){effect}")
    for name in plan.red_flags.off:
        yield _warn("red-flag-off", f"red flag {name} is off: {evidence.rule(name).title.lower()} is not asked about")
    for item in plan.red_flags.cleared:
        yield _info("red-flag-cleared", f"{item.id} assessed by {item.clinician} on {item.assessed}: {item.reason}")


def _ladder(plan: Plan) -> Iterator[Finding]:
    levels, limits = ladder(plan), GrowthLimits.of(plan)
    for place, longest_min in steps_too_large(levels, limits):
        before, after = levels[place - 1], levels[place]
        yield _warn(
            "ladder-growth",
            f"{before.level} to {after.level}: {before.total_min:g} to {after.total_min:g} min is more than this "
            f"plan's growth rule allows ({longest_min:g} min)",
            "Put a level between them, or the runner is held there.",
        )
    for before, after in pairwise(levels):
        if after.running_min < before.running_min:
            yield _warn("ladder-falls", f"{after.level} has less running than {before.level} before it")
    goal, last = DEFAULT_LADDER[-1], levels[-1]
    if last.running_min < goal.running_min:
        yield _warn(
            "ladder-end", f"the ladder ends with {last.running_min:g} min of running; by default {goal.running_min:g}"
        )
    until_min = plan.value("ladder_growth_until_min")
    if levels[0].running_min > until_min:
        yield _warn("ladder-start", f"the ladder starts with {levels[0].running_min:g} min of running")


def _exercises(plan: Plan) -> Iterator[Finding]:
    if not plan.exercise:
        return
    for stage in _STRENGTH_STAGES:
        heavy = [item for item in exercises_for(plan, stage) if item.kind in HEAVY_KINDS]
        if not heavy:
            yield _warn("no-strength", f"{stage} has no slow heavy or eccentric exercise: strength stays in all stages")
        elif not any(item.soleus for item in heavy):
            yield _warn("no-soleus", f"{stage} has no heavy bent-knee exercise: the soleus goes without")
    for item in plan.exercise:
        if plan.tendon.location not in item.locations:
            yield _info("other-location", f"exercise {item.id} is for the other location and is left out")
            continue
        over_edge = plan.tendon.location == "insertional" and item.kind in STRENGTH_KINDS and not item.to_floor_only
        if over_edge:
            yield _warn("below-floor", f"insertional: {item.id} may take the heel below the floor; set to_floor_only")
        if item.kind in ("rebounding", "hops", "drills") and {"S0", "S1", "S2"} & set(item.stages):
            yield _warn("early-spring", f"{item.id} comes before S3: spring work builds on strength")


def _words(plan: Plan) -> Iterator[Finding]:
    for key, text in plan.phrases.items():
        left_out = [name for name in evidence.phrase(key).values if name not in placeholder_names(text)]
        if left_out:
            named = ", ".join(f"{{{name}}}" for name in left_out)
            yield _info("phrase", f"the own words of {key} leave out {named}")


def _dates(plan: Plan, on: date) -> Iterator[Finding]:
    days = (("plan.created", plan.plan.created),)
    for key, day in days:
        if day is not None and day > on:
            yield _warn("future", f"{key} is {day}, later than {on}")
    recorded, oldest = plan.baseline.recorded, plan.value("baseline_age_maximum_days")
    if recorded is not None and (on - recorded).days > oldest:
        age_days = (on - recorded).days
        yield _warn("stale-baseline", f"the baseline is {age_days} days old (limit {oldest:g})", "Record a new one.")
