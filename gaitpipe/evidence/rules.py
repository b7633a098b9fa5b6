"""Every rule of the decision as data: red flags, step back, stay, go on, flags of the sensors, goals of the stages.

The engine in `gaitpipe.rehab` decides; this says in words what each of its rule ids means, on what it rests and how
well that is founded. A grade is that of the reason; the limits are numbers with grades of their own.
"""

from __future__ import annotations

from gaitpipe.evidence.fill import fill, names
from gaitpipe.evidence.rehab import REHAB_NUMBERS
from gaitpipe.evidence.types import Grade, Rule, Tag

_VALUES = {number.key: number.value for number in REHAB_NUMBERS}


def _rule(
    rule_id: str,
    title: str,
    template: str,
    grade: Grade,
    tag: Tag,
    source: str,
    action: str = "",
    note: str = "",
    criteria: tuple[str, ...] = (),
) -> Rule:
    """A rule whose text names its numbers in braces."""
    numbers = tuple(name for name in dict.fromkeys(names(template)) if name in _VALUES)
    text = fill(template, _VALUES.__getitem__)
    return Rule(rule_id, title, text, grade, tag, source, numbers, template, action, note, criteria)


_RED_FLAGS = (
    _rule(
        "RF1",
        "Possible rupture",
        "a sudden pop or snap, a feeling of being kicked, sudden weakness, not able to rise on the toes, or a gap that "
        "can be felt",
        "D", "engineering", "rupture_article",
        "Possible rupture: urgent same-day assessment; do not run. Being able to walk does not rule it out.",
        "Of torn tendons 20-30 % still allow walking or pushing the foot down; the clinician's calf squeeze test "
        "finds 96 % of them and clears 93 % of the others.",
    ),
    _rule(
        "RF2",
        "Medicine that weakens tendons",
        "a fluoroquinolone antibiotic now or within {red_flag_fluoroquinolone_months} months, or a corticosteroid "
        "(tablets or injection)",
        "C", "read", "fluoroquinolones",
        "Contact whoever prescribed the medicine before you load the tendon.",
        "Symptoms begin between 2 hours and 6 months after a fluoroquinolone.",
    ),
    _rule(
        "RF3",
        "Possible clot",
        "swelling, warmth or redness of the calf, pain at rest on one side, a cast, flight or operation lately, or "
        "breathlessness",
        "D", "engineering", "design",
        "Possible clot: urgent or emergency care.",
    ),
    _rule(
        "RF4",
        "Possible infection",
        "fever, a hot red tendon, or a wound",
        "D", "engineering", "design",
        "Possible infection: urgent care.",
    ),
    _rule(
        "RF5",
        "Possible inflammatory or other disease",
        "morning stiffness longer than {red_flag_stiffness_min} min, several joints, night or back pain that gets "
        "better with exercise, psoriasis, inflamed eyes, bowel disease, or both sides at once without a change of load",
        "D", "engineering", "design",
        "See your doctor or a rheumatologist. Tell them of high cholesterol in the family, gout or diabetes.",
        "Stiffness from 30 min on deserves a question.",
    ),
    _rule(
        "RF6",
        "Pain that load does not explain",
        "pain at night or at rest that nothing eases, loss of weight, numbness or weakness",
        "D", "engineering", "design",
        "Have it looked at by a doctor.",
    ),
    _rule(
        "RF7",
        "Not getting better",
        "pain above {red_flag_daily_pain}/10 in daily walking, or no change after {programme_least_weeks} weeks of "
        "following the plan",
        "D", "engineering", "design",
        "Have the plan reviewed by your clinician.",
    ),
    _rule(
        "RF8",
        "Only with a clinician",
        "younger than {adult_age_years} years, pregnancy, or an operation on or injection into the tendon lately",
        "D", "engineering", "design",
        "Use this only together with a clinician, in clinic mode.",
        "Below 18 the growth plate of the heel may be what hurts.",
    ),
)  # fmt: skip

_PAIN = (
    _rule(
        "R1",
        "Pain too high",
        "pain during, after or next morning above {pain_hold_maximum}/10",
        "A", "read", "silbernagel2007_summary",
        "One step back. Light loading goes on: this is not rest.",
        "That the limit holds for the next morning too is from memory (unverified).",
    ),
    _rule(
        "R2",
        "Not settled",
        "next morning {morning_pain_rise_hold} or more above the usual one in 2 of the last 3 sessions, or pain not "
        "gone after {settle_maximum_h} h",
        "C", "read", "pain_monitoring_page",
        "One step back. Light loading goes on: this is not rest.",
        "Sources ask that pain settles by the next morning; how much may stay is a choice.",
    ),
    _rule(
        "R3",
        "Worse from week to week",
        "the week's usual morning pain up by {weekly_pain_rise_regress} or stiffness up by "
        "{weekly_stiffness_rise_regress_min} min, two weeks running",
        "C", "memory", "thomee1997",
        "One step back. Light loading goes on: this is not rest.",
        "The model asks for no rise from week to week; the size is a choice.",
    ),
    _rule(
        "H1",
        "Pain at the limit",
        "pain during or after above {pain_progress_maximum} and up to {pain_hold_maximum}/10",
        "A", "read", "silbernagel2007_summary",
        "Repeat the same level, do not add.",
    ),
    _rule(
        "H2",
        "Worse next morning",
        "next morning {morning_pain_rise_hold} or more above the usual one once, or stiffness more than "
        "{stiffness_rise_hold_min} min above it",
        "D", "engineering", "design",
        "Repeat the same level, do not add.",
    ),
    _rule(
        "H3",
        "A flag of the sensors",
        "a flag that stands in the way of going on at this stage",
        "D", "engineering", "design",
        "Repeat the same level until the flag is looked at.",
        "Sensors may hold progress up; they never bring it about.",
    ),
    _rule(
        "H4",
        "Strength goal not met",
        "the strength or hop goal of the stage is not met",
        "D", "engineering", "design",
        "Stay in the stage, keep the heavy calf work, test again.",
    ),
    _rule(
        "H5",
        "Too early",
        "the days of recovery after the last session are not over: {recovery_medium_days} after a medium one, "
        "{recovery_high_days} after a high one",
        "C", "memory", "silbernagel_crossley2015",
        "Wait for the earliest day; light loading goes on.",
        "The original may mean full days of rest between.",
    ),
    _rule(
        "H6",
        "Entry not complete",
        "pain during, pain after, next morning's pain or its stiffness is missing",
        "D", "engineering", "design",
        "Fill in the log. A missing value is never taken for 0.",
    ),
    _rule(
        "H7",
        "Painkiller",
        "a painkiller within {analgesic_window_h} h of the entry",
        "D", "engineering", "design",
        "Repeat the same level without a painkiller.",
        "It hides what the rules look at.",
    ),
    _rule(
        "P1",
        "Go on",
        "{ok_sessions_to_progress} sessions in a row at the level with pain up to {pain_progress_maximum}/10 during "
        "and after, next morning at most {morning_pain_rise_progress} above the usual one and stiffness at most "
        "{stiffness_rise_hold_min} min above it, nothing that holds, and the least time in the stage over",
        "D", "engineering", "silbernagel2007_summary",
        "One level up.",
    ),
)  # fmt: skip

_FLAGS = (
    _rule(
        "F1",
        "Cadence",
        "cadence below the baseline's by {cadence_amber_pct} % (amber) or {cadence_red_pct} % (red)",
        "B", "read", "heiderscheit2011",
        note="10 % slower made hip, knee and ankle absorb more. The limits are a choice.",
    ),
    _rule(
        "F2",
        "Load index",
        "per-step index above the baseline's by more than its smallest detectable change (amber), and by more than "
        "{index_red_pct} % (red), at the same speed",
        "D", "engineering", "design",
        note="A model of contact and step time; not measured on tendons.",
    ),
    _rule(
        "F3",
        "Landing",
        "foot strike angle {strike_amber_deg} degrees lower than the baseline's (amber), or a landing class nearer to "
        "the forefoot (red)",
        "B", "read", "lyght2016",
        note="The limits of the classes are from memory (unverified).",
    ),
    _rule(
        "F4",
        "Overstride",
        "shank angle at contact above {overstride_amber_deg} degrees and {overstride_change_deg} more than the "
        "baseline's (amber), or above {overstride_red_deg} (red)",
        "C", "read", "lorimer2016",
        note="Braking went with Achilles injury. The limits are a choice; the flag never blocks.",
    ),
    _rule(
        "F5",
        "Asymmetry",
        "contact times of the legs apart by {asymmetry_amber_pct} % and {asymmetry_change_pct} points from the "
        "baseline (amber), or by {asymmetry_red_pct} % (red)",
        "C", "read", "gct_pain2024",
        note="Off-loading rose with pain in 17 runners. It says how you move, not how the tendon is loaded.",
    ),
    _rule(
        "F6",
        "Drift within the run",
        "contact time up by {drift_contact_pct} %, cadence down by {drift_cadence_pct} % or strike angle down by "
        "{drift_strike_deg} degrees within the run (amber), or {drift_red_factor} times that (red)",
        "D", "engineering", "design",
        "Shorter sets may be worth a try.",
        "Read as tiredness; the flag never blocks.",
    ),
    _rule(
        "F7",
        "Spike",
        "the session is {spike_amber_ratio} (amber) or {spike_red_ratio} (red) times the longest of "
        "{load_reference_days} days",
        "B", "read", "frandsen2025",
        note="5205 healthy runners, all injuries. While running returns (S4) the growth of the ladder counts instead.",
    ),
    _rule(
        "F8",
        "Hills",
        "incline above {incline_amber_pct} % (amber) or from {incline_red_pct} % on (red); insertional: one level more "
        "severe above {incline_insertional_pct} %",
        "C", "read", "rice2024",
        note="The shin is loaded more from 10 % on; about 7 % changed the ankle little.",
    ),
    _rule(
        "F9",
        "Shoe",
        "{shoe_drop_change_mm} mm less drop than usual or a new minimal shoe (amber), a zero-drop or minimal shoe "
        "that is not the usual one (red); insertional: one level more severe",
        "B", "read", "sinclair2015",
        note="Minimal shoes: 22 % more per mile than conventional ones in one study. The limit in mm is a choice.",
    ),
    _rule(
        "F10",
        "Surface",
        "sand or soft trail, or a change between treadmill and road (amber); sand while running returns (red)",
        "C", "read", "knobloch2008",
        note="Sand: ten times the risk in one study, with an interval from 1.1 to 93. Information only.",
    ),
    _rule(
        "F11",
        "Data quality",
        "too few strides, a leg missing, clocks apart, or no baseline to compare with",
        "D", "engineering", "design",
        "The flags of the sensors are left out of the decision, and it cannot be to go on.",
    ),
)  # fmt: skip

_STAGES = (
    _rule(
        "S0",
        "Leave S0, triage",
        "red flags asked and none active, and one session that counts",
        "D", "engineering", "design", criteria=("ok_sessions", "red_flags_asked"),
    ),
    _rule(
        "S1",
        "Leave S1, settle",
        "pain in daily life and exercise up to {stage1_daily_pain_maximum}/10, mornings stable for "
        "{stage1_stable_days} days, {stage1_heel_raises_reps} heel raises on one leg, at least {stage1_minimum_days} "
        "days in the stage, and sessions in a row as under P1",
        "D", "engineering", "silbernagel2020",
        criteria=("ok_sessions", "daily_pain", "mornings_stable", "heel_raises", "stage_time"),
    ),
    _rule(
        "S2",
        "Leave S2, strength",
        "sessions in a row as under P1, {stage2_heel_raises_reps} heel raises on one leg or "
        "{stage2_heel_raise_lsi_pct} % of the other side, at least {stage2_minimum_days} days in the stage; "
        "insertional: pain in daily life at most {insertional_daily_pain_maximum}/10",
        "D", "engineering", "silbernagel2020", criteria=("ok_sessions", "heel_raises", "daily_pain", "stage_time"),
    ),
    _rule(
        "S3",
        "Leave S3, spring",
        "30 min of walking with pain up to {stage3_walk_pain_maximum}/10, {stage3_hops_reps} hops on "
        "one leg with pain up to {stage3_hop_pain_maximum}/10, heel raises {heel_raise_lsi_pct} % of the other side "
        "(or within {heel_raise_noise_reps} of it with {heel_raise_floor_reps} or more) and not below the norm's lower "
        "limit, mornings stable for {stage3_stable_days} days, at least {stage3_minimum_days} days in the stage, and "
        "sessions in a row as under P1",
        "D", "engineering", "praet2019",
        criteria=(
            "ok_sessions", "walk_pain", "hops", "hop_pain", "heel_raise_lsi", "heel_raise_norm", "mornings_stable",
            "stage_time",
        ),
        note="Heel raises repeat only within 6. Equal jumps did not tell sore tendons from healthy ones.",
    ),
    _rule(
        "S4",
        "Leave S4, return to running",
        "the last level of the ladder done {ok_sessions_to_progress} times in a row as under P1, at least "
        "{stage4_minimum_days} days in the stage; running grows by at most {ladder_growth_pct} % a week, or by "
        "{ladder_growth_min} min a session up to {ladder_growth_until_min} min",
        "D", "engineering", "praet2019", criteria=("ok_sessions", "ladder", "stage_time"),
        note="20 % a week was the limit of distance in one trial.",
    ),
    _rule(
        "S5",
        "S5, return to performance",
        "no further stage: one thing at a time (how often, how long, days in a row, speed, hills), strength "
        "{strength_per_week_running} times a week kept",
        "D", "engineering", "order_blog",
        "Runner and clinician decide together.", criteria=("ok_sessions", "agreed"),
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*_RED_FLAGS, *_PAIN, *_FLAGS, *_STAGES)
