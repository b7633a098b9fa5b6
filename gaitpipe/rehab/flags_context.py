"""Flags of where, in what and how long: F7 spike, F8 incline, F9 shoe, F10 surface. The log is enough for them.

Rules
  1. F7 compares the session with the largest of the 30 days before, twice: by load (the index over the whole session)
     and by minutes of running. The worse counts. A load whose direction depends on the model gives no level.
  2. In S4 F7 is shown only: there the ladder's growth rule decides, against the longest run of the 30 days; before the
     first of them against the minutes of the plan's level. More than that is amber, and blocks.
  3. In S5 F7 blocks from amber on. Minutes that are not logged are not assessed, and block in S4 and S5.
  4. F8: amber and red by the steepest part; S5 knows red only. F9: a zero-drop or minimal shoe is red unless it is what
     the runner is used to; a lower drop, or another minimal shoe, is amber.
  5. Insertional: an incline above `incline_insertional_pct`, or a lower drop, is one level more severe.
  6. Half a comparison blocks: the baseline's shoe or incline is known and today's is not. With neither nothing does.
"""

from __future__ import annotations

from datetime import timedelta

from gaitpipe.rehab.comparable import Compared
from gaitpipe.rehab.ladder import GrowthLimits, level_names, running_minutes
from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.sessions import Place, is_run
from gaitpipe.rehab.words import Context, Flag, FlagLevel

EDGE = 1e-9
LEVELS: tuple[FlagLevel, ...] = ("none", "amber", "red")


def context_flags(plan: Plan, place: Place, compared: Compared) -> list[Flag]:
    """F7 to F10 of the judged session."""
    return [
        _spike(plan, place, compared),
        _incline(plan, place, compared),
        _shoe(plan, place, compared),
        _surface(plan, compared),
    ]


def _missing(flag_id: str, reason: str, blocks: bool = False) -> Flag:
    return Flag(flag_id, "not assessed", blocks, f"Not assessed: {reason}.")


def longest_run_before(plan: Plan, place: Place) -> float | None:
    """Longest run [min] of the 30 days before the judged session: of the log, else of the plan. None: unknown."""
    if place.entry is None:
        return plan.baseline.longest_run_min
    first = place.entry.date - timedelta(days=int(plan.value("load_reference_days")))
    runs = [row for row in _runs_before(place) if row.date >= first]
    known = [row.run_min for row in runs if row.run_min is not None]
    if known:
        return max(known)
    return None if runs else plan.baseline.longest_run_min


def _runs_before(place: Place) -> list[LogEntry]:
    return [row for row in place.before if is_run(row)]


def _spike(plan: Plan, place: Place, compared: Compared) -> Flag:
    stage, entry = plan.stage.stage, place.entry
    if entry is None or not (is_run(entry) or compared.session is not None):
        return _missing("F7", "the session judged is not a run")
    amber, red = plan.value("spike_amber_ratio"), plan.value("spike_red_ratio")
    longest, minutes = longest_run_before(plan, place), entry.run_min
    by_minutes = minutes / longest if minutes is not None and longest else None
    load = compared.load
    by_load = load.session_ratio if load.direction != "no conclusion" and not compared.reasons else None
    texts = [_load_text(compared), _minutes_text(minutes, longest)]
    ratios = [ratio for ratio in (by_load, by_minutes) if ratio is not None]
    worst = max(ratios) if ratios else None
    level = _by_limits(worst or 0.0, amber, red)
    text = " ".join(word for word in texts if word)
    if stage == "S4":
        return _growth(plan, Flag("F7", "info", False, text, "ratio", worst, 1.0, amber, red), minutes, longest)
    if worst is None or (by_minutes is None and level == "none"):
        return _missing("F7", text.rstrip(".") or "nothing is known of the run's length", blocks=stage == "S5")
    return Flag("F7", level, stage == "S5" and level != "none", text, "ratio", worst, 1.0, amber, red)


def _load_text(compared: Compared) -> str:
    load = compared.load
    if compared.reasons or load.session_ratio is None or load.session_ratio_range is None:
        return ""
    low, high = load.session_ratio_range
    text = f"Session load {load.session_ratio:.2f} of the largest of 30 days ({low:.2f} to {high:.2f})"
    return (
        f"{text}: direction depends on the model, no conclusion." if load.direction == "no conclusion" else f"{text}."
    )


def _minutes_text(minutes: float | None, longest: float | None) -> str:
    if minutes is None:
        return "Minutes of running are not logged."
    if longest is None:
        return f"{minutes:g} min of running; no run of the 30 days before with its minutes."
    return f"{minutes:g} min of running, longest of 30 days {longest:g} ({minutes / longest:.2f})."


def _growth(plan: Plan, flag: Flag, minutes: float | None, longest: float | None) -> Flag:
    """S4: the growth rule of the ladder in place of the spike rule."""
    if minutes is None:
        return _missing("F7", "minutes of running are not logged, so the growth rule cannot be checked", blocks=True)
    limits = GrowthLimits.of(plan)
    if longest is not None:
        allowed, against = limits.longest_after(longest), f"the longest run of 30 days, {longest:g} min"
    elif plan.stage.level in level_names(plan):
        allowed = running_minutes(plan, str(plan.stage.level))
        against = f"level {plan.stage.level}, as no run of the 30 days before is known"
    else:
        return _missing("F7", "neither a run of the 30 days before nor a level is known", blocks=True)
    fits = minutes <= allowed + EDGE
    rule = f"{'keep' if fits else 'break'} the growth rule: up to {allowed:g} min after {against}"
    text = f"{flag.text} {minutes:g} min {rule}."
    return Flag(
        "F7", "info" if fits else "amber", not fits, text, flag.unit, flag.value, flag.baseline, flag.amber, flag.red
    )


def _incline(plan: Plan, place: Place, compared: Compared) -> Flag:
    found, stage = compared.today.incline_pct, plan.stage.stage
    entry = place.entry
    if found is None:
        half = compared.usual.incline_pct is not None and (entry is None or is_run(entry))
        return _missing("F8", "the incline is not known", blocks=half and stage == "S4")
    amber, red = plan.value("incline_amber_pct"), plan.value("incline_red_pct")
    place_in = 2 if found >= red - EDGE else 1 if found > amber and stage != "S5" else 0
    text = f"Steepest part {found:g} %."
    if plan.tendon.location == "insertional" and found > plan.value("incline_insertional_pct"):
        place_in, text = min(2, place_in + 1), f"{text} Insertional: one level more severe."
    return Flag("F8", LEVELS[place_in], False, text, "%", found, compared.usual.incline_pct, amber, red)


def _shoe(plan: Plan, place: Place, compared: Compared) -> Flag:
    today, usual = compared.today, compared.usual
    if place.entry is not None and compared.session is None and not is_run(place.entry):
        return _missing("F9", "the session judged is not a run")
    same = today.shoe is not None and today.shoe == usual.shoe
    low, low_before = _low(plan, today), _low(plan, usual)
    if low:
        return _low_shoe(plan, today, usual, bool(low_before), same)
    if same and (low is None or today.shoe_drop_mm is None or usual.shoe_drop_mm is None):
        return Flag("F9", "none", False, f"The usual shoe ({today.shoe}).")
    if today.shoe_drop_mm is None or (low is None and usual.shoe is not None):
        half = any(value is not None for value in (usual.shoe, usual.shoe_drop_mm, usual.shoe_minimal))
        return _missing("F9", "drop of the shoe, or whether it is a minimal one, is not known", blocks=half)
    limit = plan.value("shoe_drop_change_mm")
    if usual.shoe_drop_mm is None:
        return _missing("F9", "the drop of the usual shoe is not known")
    change = today.shoe_drop_mm - usual.shoe_drop_mm
    text = f"Drop {today.shoe_drop_mm:g} mm, usual {usual.shoe_drop_mm:g}."
    place_in = 1 if change <= -limit + EDGE else 0
    if place_in and plan.tendon.location == "insertional":
        place_in, text = 2, f"{text} Insertional: one level more severe."
    amber = usual.shoe_drop_mm - limit
    red = plan.value("shoe_zero_drop_mm")
    return Flag("F9", LEVELS[place_in], False, text, "mm", today.shoe_drop_mm, usual.shoe_drop_mm, amber, red)


def _low(plan: Plan, shoe: Context) -> bool | None:
    """Whether a shoe is minimal or has no drop; None when that is not known."""
    if shoe.shoe_minimal or (shoe.shoe_drop_mm is not None and shoe.shoe_drop_mm <= plan.value("shoe_zero_drop_mm")):
        return True
    if shoe.shoe_minimal is None and (shoe.shoe_drop_mm is None or shoe.shoe is not None):
        return None
    return None if shoe.shoe_drop_mm is None else False


def _low_shoe(plan: Plan, today: Context, usual: Context, usual_too: bool, same: bool) -> Flag:
    name = today.shoe or "The shoe"
    drop = "" if today.shoe_drop_mm is None else f", drop {today.shoe_drop_mm:g} mm"
    text = f"{name}: zero-drop or minimal{drop}."
    level: FlagLevel = "red"
    if usual_too:
        known_new = today.shoe is not None and usual.shoe is not None and not same
        level = "amber" if known_new else "none"
        text = f"{text} {'Another one than usual.' if known_new else 'As usual.'}"
        if known_new and plan.tendon.location == "insertional":
            level, text = "red", f"{text} Insertional: one level more severe."
    red = plan.value("shoe_zero_drop_mm")
    amber = None if usual.shoe_drop_mm is None else usual.shoe_drop_mm - plan.value("shoe_drop_change_mm")
    return Flag("F9", level, False, text, "mm", today.shoe_drop_mm, usual.shoe_drop_mm, amber, red)


def _surface(plan: Plan, compared: Compared) -> Flag:
    today, usual = compared.today.surface, compared.usual.surface
    if today is None:
        return _missing("F10", "the surface is not known")
    if today == "sand":
        return Flag("F10", "red" if plan.stage.stage == "S4" else "amber", False, "Run on sand.")
    if usual is not None and (today == "treadmill") != (usual == "treadmill"):
        text = f"{today.capitalize()} today, {usual} at the baseline: these figures are not comparable."
        return Flag("F10", "amber", False, text)
    if today == "trail":
        return Flag("F10", "amber", False, "Run on a trail, which may be soft.")
    known = "" if usual is not None else " The surface of the baseline is not known."
    return Flag("F10", "none", False, f"{today.capitalize()}.{known}")


def _by_limits(ratio: float, amber: float, red: float) -> FlagLevel:
    """Spike: above, not at, the limit."""
    return "red" if ratio > red + EDGE else "amber" if ratio > amber + EDGE else "none"
