"""Every rule of the decision as data: red flags, step back, stay, go on, flags of the sensors, goals of the stages.

The engine in `gaitpipe.rehab` decides; this says in words what each of its rule ids means, on what it rests and how
well that is founded. A grade is that of the reason; the limits are numbers with grades of their own.
"""

from __future__ import annotations

from gaitpipe.evidence.rule_entry import rule_entry
from gaitpipe.evidence.rules_stage import FLAG_RULES, STAGE_RULES
from gaitpipe.evidence.types import Rule

_RED_FLAGS = (
    rule_entry(
        "RF1",
        "Possible rupture",
        "a sudden pop or snap, a feeling of being kicked, sudden weakness, not able to rise on the toes, or a gap that "
        "can be felt",
        "D", "engineering", "rupture_article",
        "Possible rupture: urgent same-day assessment; do not run. Being able to walk does not rule it out.",
        "Of torn tendons 20-30 % still allow walking or pushing the foot down; the clinician's calf squeeze test "
        "finds 96 % of them and clears 93 % of the others.",
    ),
    rule_entry(
        "RF2",
        "Medicine that weakens tendons",
        "a fluoroquinolone antibiotic now or within {red_flag_fluoroquinolone_months} months, or a corticosteroid "
        "(tablets or injection)",
        "C", "read", "fluoroquinolones",
        "Contact whoever prescribed the medicine before you load the tendon.",
        "Symptoms begin between 2 hours and 6 months after a fluoroquinolone.",
    ),
    rule_entry(
        "RF3",
        "Possible clot",
        "swelling, warmth or redness of the calf, pain at rest on one side, a cast, flight or operation lately, or "
        "breathlessness",
        "D", "engineering", "design",
        "Possible clot: urgent or emergency care.",
    ),
    rule_entry(
        "RF4",
        "Possible infection",
        "fever, a hot red tendon, or a wound",
        "D", "engineering", "design",
        "Possible infection: urgent care.",
    ),
    rule_entry(
        "RF5",
        "Possible inflammatory or other disease",
        "morning stiffness longer than {red_flag_stiffness_min} min, several joints, night or back pain that gets "
        "better with exercise, psoriasis, inflamed eyes, bowel disease, or both sides at once without a change of load",
        "D", "engineering", "design",
        "See your doctor or a rheumatologist. Tell them of high cholesterol in the family, gout or diabetes.",
        "Stiffness from 30 min on deserves a question.",
    ),
    rule_entry(
        "RF6",
        "Pain that load does not explain",
        "pain at night or at rest that nothing eases, loss of weight, numbness or weakness",
        "D", "engineering", "design",
        "Have it looked at by a doctor.",
    ),
    rule_entry(
        "RF7",
        "Not getting better",
        "pain above {red_flag_daily_pain}/10 in daily walking, or no change after {programme_least_weeks} weeks of "
        "following the plan",
        "D", "engineering", "design",
        "Have the plan reviewed by your clinician.",
    ),
    rule_entry(
        "RF8",
        "Only with a clinician",
        "younger than {adult_age_years} years, pregnancy, or an operation on or injection into the tendon lately",
        "D", "engineering", "design",
        "Use this only together with a clinician, in clinic mode.",
        "Below 18 the growth plate of the heel may be what hurts.",
    ),
)  # fmt: skip

_PAIN = (
    rule_entry(
        "R1",
        "Pain too high",
        "pain during, after or next morning above {pain_hold_maximum}/10",
        "A", "read", "silbernagel2007_summary",
        "One step back. Light loading goes on: this is not rest.",
        "That the limit holds for the next morning too is from memory (unverified).",
    ),
    rule_entry(
        "R2",
        "Not settled",
        "next morning {morning_pain_rise_hold} or more above the usual one in 2 of the last 3 sessions, or pain not "
        "gone after {settle_maximum_h} h",
        "C", "read", "pain_monitoring_page",
        "One step back. Light loading goes on: this is not rest.",
        "Sources ask that pain settles by the next morning; how much may stay is a choice.",
    ),
    rule_entry(
        "R3",
        "Worse from week to week",
        "the week's usual morning pain up by {weekly_pain_rise_regress} or stiffness up by "
        "{weekly_stiffness_rise_regress_min} min, two weeks running",
        "C", "memory", "thomee1997",
        "One step back. Light loading goes on: this is not rest.",
        "The model asks for no rise from week to week; the size is a choice.",
    ),
    rule_entry(
        "H1",
        "Pain at the limit",
        "pain during or after above {pain_progress_maximum} and up to {pain_hold_maximum}/10",
        "A", "read", "silbernagel2007_summary",
        "Repeat the same level, do not add.",
    ),
    rule_entry(
        "H2",
        "Worse next morning",
        "next morning {morning_pain_rise_hold} or more above the usual one once, or stiffness more than "
        "{stiffness_rise_hold_min} min above it",
        "D", "engineering", "design",
        "Repeat the same level, do not add.",
    ),
    rule_entry(
        "H3",
        "A flag of the sensors",
        "a flag that stands in the way of going on at this stage",
        "D", "engineering", "design",
        "Repeat the same level until the flag is looked at.",
        "Sensors may hold progress up; they never bring it about.",
    ),
    rule_entry(
        "H4",
        "Strength goal not met",
        "the strength or hop goal of the stage is not met",
        "D", "engineering", "design",
        "Stay in the stage, keep the heavy calf work, test again.",
    ),
    rule_entry(
        "H5",
        "Too early",
        "the days of recovery after the last session are not over: {recovery_medium_days} after a medium one, "
        "{recovery_high_days} after a high one",
        "C", "memory", "silbernagel_crossley2015",
        "Wait for the earliest day; light loading goes on.",
        "The original may mean full days of rest between.",
    ),
    rule_entry(
        "H6",
        "Entry not complete",
        "pain during, pain after, next morning's pain or its stiffness is missing",
        "D", "engineering", "design",
        "Fill in the log. A missing value is never taken for 0.",
    ),
    rule_entry(
        "H7",
        "Painkiller",
        "a painkiller within {analgesic_window_h} h of the entry",
        "D", "engineering", "design",
        "Repeat the same level without a painkiller.",
        "It hides what the rules look at.",
    ),
    rule_entry(
        "P1",
        "Go on",
        "{ok_sessions_to_progress} sessions in a row at the level with pain up to {pain_progress_maximum}/10 during "
        "and after, next morning at most {morning_pain_rise_progress} above the usual one and stiffness at most "
        "{stiffness_rise_hold_min} min above it, no painkiller, nothing that holds, and, where the step leaves the "
        "stage, its goals met",
        "D", "engineering", "silbernagel2007_summary",
        "One level up.",
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*_RED_FLAGS, *_PAIN, *FLAG_RULES, *STAGE_RULES)
