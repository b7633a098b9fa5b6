"""The flags of the sensors F1 to F11, and what leaves each stage S0 to S5, as data."""

from __future__ import annotations

from gaitpipe.evidence.rule_entry import rule_entry

FLAG_RULES = (
    rule_entry(
        "F1",
        "Cadence",
        "cadence below the baseline's by {cadence_amber_pct} % (amber) or {cadence_red_pct} % (red)",
        "B", "read", "heiderscheit2011",
        note="10 % slower made hip, knee and ankle absorb more. The limits are a choice.",
    ),
    rule_entry(
        "F2",
        "Load index",
        "per-step index above the baseline's by more than its smallest detectable change (amber), and by more than "
        "{index_red_pct} % (red), at the same speed",
        "D", "engineering", "design",
        note="A model of contact and step time; not measured on tendons. In S3 and S4 amber blocks as well: a session "
        "there asks for an index within the smallest detectable change.",
    ),
    rule_entry(
        "F3",
        "Landing",
        "foot strike angle {strike_amber_deg} degrees lower than the baseline's (amber), or a landing class nearer to "
        "the forefoot (red)",
        "B", "read", "lyght2016",
        note="The limits of the classes are from memory (unverified).",
    ),
    rule_entry(
        "F4",
        "Overstride",
        "shank angle at contact above {overstride_amber_deg} degrees and {overstride_change_deg} more than the "
        "baseline's (amber), or above {overstride_red_deg} (red)",
        "C", "read", "lorimer2016",
        note="Braking went with Achilles injury. The limits are a choice; the flag never blocks.",
    ),
    rule_entry(
        "F5",
        "Asymmetry",
        "contact times of the legs apart by {asymmetry_amber_pct} % and {asymmetry_change_pct} points from the "
        "baseline (amber), or by {asymmetry_red_pct} % (red)",
        "C", "read", "gct_pain2024",
        note="Off-loading rose with pain in 17 runners. It says how you move, not how the tendon is loaded.",
    ),
    rule_entry(
        "F6",
        "Drift within the run",
        "contact time up by {drift_contact_pct} %, cadence down by {drift_cadence_pct} % or strike angle down by "
        "{drift_strike_deg} degrees within the run (amber), or {drift_red_factor} times that (red)",
        "D", "engineering", "design",
        "Shorter sets may be worth a try.",
        "Read as tiredness; the flag never blocks.",
    ),
    rule_entry(
        "F7",
        "Spike",
        "the session is {spike_amber_ratio} (amber) or {spike_red_ratio} (red) times the longest of "
        "{load_reference_days} days",
        "B", "read", "frandsen2025",
        note="5205 healthy runners, all injuries. While running returns (S4) the growth of the ladder counts instead.",
    ),
    rule_entry(
        "F8",
        "Hills",
        "incline above {incline_amber_pct} % (amber) or from {incline_red_pct} % on (red); insertional: one level more "
        "severe above {incline_insertional_pct} %",
        "C", "read", "rice2024",
        note="The shin is loaded more from 10 % on; about 7 % changed the ankle little.",
    ),
    rule_entry(
        "F9",
        "Shoe",
        "{shoe_drop_change_mm} mm less drop than usual or a new minimal shoe (amber), a zero-drop or minimal shoe "
        "that is not the usual one (red); insertional: one level more severe",
        "B", "read", "sinclair2015",
        note="Minimal shoes: 22 % more per mile than conventional ones in one study. The limit in mm is a choice.",
    ),
    rule_entry(
        "F10",
        "Surface",
        "sand or soft trail, or a change between treadmill and road (amber); sand while running returns (red)",
        "C", "read", "knobloch2008",
        note="Sand: ten times the risk in one study, with an interval from 1.1 to 93. Information only.",
    ),
    rule_entry(
        "F11",
        "Data quality",
        "too few strides, a leg missing, clocks apart, samples of a sensor lost, no baseline to compare with, or one "
        "that is later than the session or the session itself",
        "D", "engineering", "design",
        "The flags of the sensors are left out of the decision, and it cannot be to go on.",
    ),
)  # fmt: skip

STAGE_RULES = (
    rule_entry(
        "S0",
        "Leave S0, triage",
        "red flags asked and none active, and one session that counts",
        "D", "engineering", "design", criteria=("ok_sessions", "red_flags_asked"),
    ),
    rule_entry(
        "S1",
        "Leave S1, settle",
        "pain in daily life and exercise up to {stage1_daily_pain_maximum}/10, mornings stable for "
        "{stage1_stable_days} days, {stage1_heel_raises_reps} heel raises on one leg, at least {stage1_minimum_days} "
        "days in the stage, and sessions in a row as under P1",
        "D", "engineering", "silbernagel2020",
        criteria=("ok_sessions", "daily_pain", "mornings_stable", "heel_raises", "stage_time"),
    ),
    rule_entry(
        "S2",
        "Leave S2, strength",
        "sessions in a row as under P1, {stage2_heel_raises_reps} heel raises on one leg or "
        "{stage2_heel_raise_lsi_pct} % of the other side, at least {stage2_minimum_days} days in the stage; "
        "insertional: pain in daily life at most {insertional_daily_pain_maximum}/10",
        "D", "engineering", "silbernagel2020", criteria=("ok_sessions", "heel_raises", "daily_pain", "stage_time"),
    ),
    rule_entry(
        "S3",
        "Leave S3, spring",
        "30 min of walking with pain up to {stage3_walk_pain_maximum}/10, {stage3_hops_reps} hops on "
        "one leg with pain up to {stage3_hop_pain_maximum}/10, heel raises {heel_raise_lsi_pct} % of the other side "
        "(or within {heel_raise_noise_reps} of it with {heel_raise_floor_reps} or more) and not below the norm's lower "
        "limit, a session of hops or rebounding in the stage, mornings stable for {stage3_stable_days} days, at least "
        "{stage3_minimum_days} days in the stage, and sessions in a row as under P1",
        "D", "engineering", "praet2019",
        criteria=(
            "ok_sessions", "walk_pain", "hops", "hop_pain", "heel_raise_lsi", "heel_raise_norm",
            "spring_sessions", "mornings_stable", "stage_time",
        ),
        note="Heel raises repeat only within 6. Equal jumps did not tell sore tendons from healthy ones.",
    ),
    rule_entry(
        "S4",
        "Leave S4, return to running",
        "the last level of the ladder done {ok_sessions_to_progress} times in a row as under P1, at least "
        "{stage4_minimum_days} days in the stage; running grows by at most {ladder_growth_pct} % a week, or by "
        "{ladder_growth_min} min a session up to {ladder_growth_until_min} min; a run counts from "
        "{ladder_minutes_least_share} of its level's minutes on, and not on the day after another run",
        "D", "engineering", "praet2019", criteria=("ok_sessions", "ladder", "stage_time"),
        note="20 % a week was the limit of distance in one trial.",
    ),
    rule_entry(
        "S5",
        "S5, return to performance",
        "no further stage: one thing at a time (how often, how long, days in a row, speed, hills), strength "
        "{strength_per_week_running} times a week kept",
        "D", "engineering", "order_blog",
        "Runner and clinician decide together.", criteria=("ok_sessions", "agreed"),
    ),
)  # fmt: skip
