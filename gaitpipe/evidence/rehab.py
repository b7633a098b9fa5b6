"""Numbers of the load index, the pain rules, the flags and the stages. A plan may set them inside their range."""

from __future__ import annotations

from gaitpipe.evidence.types import Grade, Number, Tag


def _set(
    key: str, value: float, unit: str, low: float, high: float, grade: Grade, tag: Tag, source: str, note: str
) -> Number:
    """A number that a plan may set."""
    return Number(key, value, unit, low, high, grade, tag, source, note, setting=True)


_LOAD = (
    _set("load_strike_weight", 0.10, "1", 0.05, 0.20, "D", "engineering", "almonroeder2013",
        "kappa: forefoot against rearfoot, impulse a step +11 %, loading rate +15 %"),
    Number("load_strike_weight_lowest", 0.05, "1", 0.0, 0.10, "D", "engineering", "almonroeder2013",
        "low end of the sensitivity of kappa"),
    Number("load_strike_weight_highest", 0.20, "1", 0.10, 0.30, "D", "engineering", "almonroeder2013",
        "high end of the sensitivity of kappa"),
    _set("load_exponent", 4.0, "1", 2.0, 9.0, "D", "engineering", "schechtman1997",
        "b: low end of the 3-9 that the fatigue of tendon in vitro gives, since it multiplies noise"),
    Number("load_exponent_lowest", 2.0, "1", 1.0, 4.0, "D", "engineering", "schechtman1997",
        "low end of the sensitivity of b"),
    Number("load_exponent_highest", 8.0, "1", 6.0, 10.0, "D", "engineering", "schechtman1997",
        "high end of the sensitivity of b"),
    Number("tendon_fatigue_slope_pct", 14.8, "%", 10.0, 20.0, "C", "read", "schechtman1997",
        "stress in % of ultimate, per tenfold cycles: S = 101.3 - 14.8 log10 N; human tendon in vitro"),
    Number("load_step_time_error_pct", 0.2, "%", 0.05, 1.0, "D", "engineering", "design",
        "standard uncertainty between two sessions"),
    Number("load_contact_time_error_pct", 1.6, "%", 0.5, 5.0, "D", "engineering", "falbriard2018",
        "4 ms of 250 ms, between two sessions"),
    Number("load_strike_error_pct", 2.1, "%", 0.5, 5.0, "D", "engineering", "isbs2017",
        "2 deg of strike angle through kappa"),
    Number("load_strike_margin_deg", 2.0, "deg", 1.0, 6.0, "D", "engineering", "isbs2017",
        "an angle this far outside the classes' limits cannot change the strike term"),
    Number("load_least_strides", 60.0, "1", 30.0, 200.0, "D", "engineering", "design", "a leg, steady"),
    _set("load_speed_tolerance_m_s", 0.1, "m/s", 0.02, 0.2, "D", "engineering", "design", "the same speed"),
    Number("load_speed_change_m_s", 1.0, "m/s", 0.5, 2.0, "D", "engineering", "falbriard2018",
        "beyond: the bias of contact time changes with speed, its uncertainty is doubled"),
    Number("load_incline_maximum_pct", 2.0, "%", 0.0, 5.0, "D", "engineering", "padulo2012",
        "contact time answers slope in opposite ways in elite and amateur runners; the limit is a choice"),
    Number("load_rate_minimum_hz", 100.0, "Hz", 50.0, 200.0, "D", "engineering", "design",
        "10 ms is 4 % of a contact; below, no index"),
    Number("load_rate_preferred_hz", 200.0, "Hz", 100.0, 400.0, "D", "engineering", "design", "below, a caution"),
    Number("load_window_s", 30.0, "s", 30.0, 60.0, "D", "engineering", "design", "one window of the session sum"),
    Number("load_reference_days", 30.0, "d", 30.0, 30.0, "B", "read", "frandsen2025",
        "longest session of the last 30 days"),
    Number("load_test_retest_least_sessions", 3.0, "1", 3.0, 10.0, "D", "engineering", "design",
        "baseline sessions that replace the default uncertainty"),
    Number("load_window_agreement_pct", 2.0, "%", 1.0, 5.0, "D", "engineering", "design",
        "windows and session means must agree to this, or the means count"),
    Number("screen_contact_time_minimum_s", 0.05, "s", 0.05, 0.10, "D", "engineering", "design",
        "no foot is on the ground for less: a wrong unit"),
    Number("screen_contact_time_maximum_s", 1.5, "s", 1.0, 2.0, "D", "engineering", "design",
        "no step of gait is longer: a wrong unit"),
    Number("screen_cadence_minimum_spm", 60.0, "1/min", 40.0, 80.0, "D", "engineering", "design",
        "slower is no gait, or a wrong unit"),
    Number("screen_cadence_maximum_spm", 300.0, "1/min", 260.0, 320.0, "D", "engineering", "design",
        "quicker is no gait, or a wrong unit"),
    _set("session_age_maximum_days", 14.0, "d", 7.0, 28.0, "D", "engineering", "design",
        "without a recording to judge, an older last session is no ground for going on"),
    _set("strength_test_age_maximum_days", 42.0, "d", 14.0, 84.0, "D", "engineering", "design",
        "an older test of strength or hops is not known any more"),
    _set("insertional_daily_pain_maximum", 0.0, "1", 0.0, 1.0, "D", "engineering", "silbernagel2020",
        "0-10; insertional: free of pain before hops, to leave S2"),
    _set("lost_share_maximum", 0.1, "1", 0.01, 0.3, "D", "engineering", "design",
        "samples lost on the air; more, and the flags of the sensors do not count"),
    _set("clock_residual_maximum_s", 0.03, "s", 0.005, 0.05, "D", "engineering", "design",
        "spread of a sensor's clock against the session's; more, and the flags of the sensors do not count"),
    _set("cadence_change_conflict_pct", 2.0, "%", 1.0, 5.0, "D", "engineering", "design",
        "a quicker cadence than the baseline's by this much brings more steps a kilometre"),
    _set("baseline_age_maximum_days", 180.0, "d", 30.0, 730.0, "D", "engineering", "design",
        "an older baseline is stale"),
)  # fmt: skip

_PAIN = (
    _set("pain_progress_maximum", 3.0, "1", 0.0, 3.0, "A", "read", "silbernagel2007_summary",
        "0-10; the lowest of the three bands of the pain-monitoring model"),
    _set("pain_hold_maximum", 5.0, "1", 3.0, 5.0, "A", "read", "silbernagel2007_summary",
        "0-10; 4-5 acceptable, above 5 not, in the pain-monitoring model"),
    _set("morning_pain_rise_hold", 2.0, "1", 1.0, 2.0, "D", "engineering", "design",
        "next morning above the own baseline"),
    _set("morning_pain_rise_progress", 1.0, "1", 0.0, 1.0, "D", "engineering", "design",
        "next morning above the own baseline"),
    _set("stiffness_rise_hold_min", 5.0, "min", 1.0, 10.0, "D", "engineering", "design",
        "morning stiffness above the own baseline"),
    _set("weekly_pain_rise_regress", 1.0, "1", 0.5, 1.0, "D", "engineering", "design",
        "median of a week above the week before, two weeks running"),
    _set("weekly_stiffness_rise_regress_min", 10.0, "min", 5.0, 10.0, "D", "engineering", "design",
        "median of a week above the week before, two weeks running"),
    _set("settle_maximum_h", 48.0, "h", 24.0, 48.0, "C", "read", "gameplan",
        "pain that a session brought must have settled by then"),
    _set("analgesic_window_h", 24.0, "h", 24.0, 72.0, "D", "engineering", "design",
        "a painkiller hides what the rules look at"),
    _set("ok_sessions_to_progress", 2.0, "1", 2.0, 5.0, "D", "engineering", "design", "in a row, at the level"),
    _set("regress_review_days", 14.0, "d", 14.0, 28.0, "D", "engineering", "design",
        "two steps back within it call for a review"),
    _set("regress_review_count", 2.0, "1", 2.0, 2.0, "D", "engineering", "design", "steps back that call for a review"),
    _set("regress_no_high_class_days", 3.0, "d", 3.0, 7.0, "D", "engineering", "design",
        "after a step back: light loading only"),
    Number("symptom_baseline_days", 7.0, "d", 7.0, 7.0, "D", "engineering", "design",
        "own median of these days before a session"),
    Number("symptom_baseline_least_entries", 3.0, "1", 3.0, 7.0, "D", "engineering", "design",
        "fewer mornings give no baseline"),
    _set("recovery_light_days", 0.0, "d", 0.0, 2.0, "C", "memory", "silbernagel_crossley2015",
        "to the next session of the class; the original may mean full days between"),
    _set("recovery_medium_days", 2.0, "d", 2.0, 4.0, "C", "memory", "silbernagel_crossley2015",
        "to the next session of the class; the original may mean full days between"),
    _set("recovery_high_days", 3.0, "d", 3.0, 5.0, "C", "memory", "silbernagel_crossley2015",
        "to the next session of the class; the original may mean full days between"),
    Number("class_light_pain_maximum", 2.0, "1", 1.0, 2.0, "C", "memory", "silbernagel_crossley2015",
        "0-10, during or after"),
    Number("class_medium_pain_maximum", 3.0, "1", 2.0, 4.0, "C", "memory", "silbernagel_crossley2015",
        "0-10, during or after"),
    Number("class_light_effort_maximum", 1.0, "1", 0.0, 2.0, "C", "memory", "silbernagel_crossley2015",
        "rated effort 0-10"),
    Number("class_medium_effort_maximum", 4.0, "1", 2.0, 5.0, "C", "memory", "silbernagel_crossley2015",
        "rated effort 0-10"),
    Number("red_flag_stiffness_min", 60.0, "min", 30.0, 60.0, "D", "engineering", "design",
        "longer morning stiffness in the log raises RF5"),
    Number("red_flag_fluoroquinolone_months", 6.0, "month", 6.0, 12.0, "C", "read", "pace_trial",
        "a trial leaves out those who took one within this time"),
    Number("adult_age_years", 18.0, "a", 18.0, 18.0, "D", "engineering", "design", "younger raises RF8"),
    Number("red_flag_daily_pain", 5.0, "1", 5.0, 5.0, "D", "engineering", "design", "more in daily walking raises RF7"),
)  # fmt: skip

_STAGES = (
    _set("stage1_daily_pain_maximum", 3.0, "1", 1.0, 3.0, "D", "engineering", "silbernagel2020",
        "0-10, daily life and exercise, to leave S1"),
    _set("stage1_heel_raises_reps", 10.0, "1", 5.0, 20.0, "D", "engineering", "silbernagel2020",
        "single-leg, to leave S1"),
    _set("stage1_stable_days", 7.0, "d", 7.0, 14.0, "D", "engineering", "design", "mornings stable, to leave S1"),
    _set("stage1_minimum_days", 7.0, "d", 7.0, 28.0, "C", "read", "silbernagel2020",
        "the programme gives 1-2 weeks or longer; here the least"),
    _set("stage2_minimum_days", 14.0, "d", 14.0, 84.0, "D", "engineering", "silbernagel2020", "2-4 weeks at least"),
    _set("stage2_heel_raises_reps", 20.0, "1", 15.0, 30.0, "D", "engineering", "design", "single-leg, to leave S2"),
    _set("stage2_heel_raise_lsi_pct", 80.0, "%", 70.0, 100.0, "D", "engineering", "design",
        "or this share of the other side"),
    _set("stage3_minimum_days", 14.0, "d", 14.0, 84.0, "D", "engineering", "design",
        "in the stage, with heavy work going on"),
    _set("stage3_stable_days", 14.0, "d", 14.0, 28.0, "D", "engineering", "design", "mornings stable, to leave S3"),
    _set("stage3_walk_pain_maximum", 2.0, "1", 0.0, 3.0, "D", "engineering", "silbernagel2020",
        "0-10, 30 minutes of walking, to leave S3"),
    _set("stage3_hop_pain_maximum", 2.0, "1", 0.0, 3.0, "C", "read", "praet2019",
        "0-10; the trial used less than 1-2, without testing this limit"),
    _set("stage3_hops_reps", 10.0, "1", 10.0, 20.0, "D", "engineering", "praet2019", "single-leg hops, to leave S3"),
    _set("stage4_minimum_days", 28.0, "d", 14.0, 84.0, "D", "engineering", "design", "4-8 weeks or longer"),
    _set("heel_raise_lsi_pct", 90.0, "%", 85.0, 100.0, "D", "engineering", "design",
        "injured side over the other, to leave S3"),
    Number("heel_raise_noise_reps", 6.0, "1", 4.0, 8.0, "C", "read", "hebert_losier2017",
        "95 % limits of agreement, test to test"),
    _set("heel_raise_floor_reps", 20.0, "1", 15.0, 30.0, "D", "engineering", "design",
        "where no norm of age and sex was entered"),
    Number("heel_raise_median_reps", 25.0, "1", 24.0, 25.0, "B", "read", "heel_rise_norms",
        "median of 500 healthy people, dominant side; 30 a minute"),
    _set("programme_least_weeks", 12.0, "wk", 12.0, 24.0, "C", "read", "silbernagel_crossley2015",
        "at least 3 months of exercise before a plan is judged to fail"),
    Number("visa_a_mcid_12_weeks", 14.0, "1", 3.0, 19.0, "C", "read", "lagas2021",
        "smallest change that matters, at 12 weeks"),
    Number("visa_a_mcid_24_weeks", 7.0, "1", -10.0, 28.0, "C", "read", "lagas2021",
        "smallest change that matters, at 24 weeks"),
    Number("visa_a_recovered", 90.0, "1", 90.0, 96.0, "C", "read", "iversen2012", "treated as full recovery"),
    Number("tendins_a_mdc", 12.0, "1", 12.0, 18.2, "B", "read", "tendins2023",
        "smallest detectable change; 18.1 from the standard error of 6.54"),
    _set("ladder_growth_pct", 20.0, "%", 5.0, 20.0, "C", "read", "praet2019",
        "run time a week; the trial limited distance"),
    _set("ladder_growth_min", 5.0, "min", 2.0, 5.0, "D", "engineering", "design",
        "a session, while the whole is short"),
    _set("ladder_growth_until_min", 20.0, "min", 10.0, 20.0, "D", "engineering", "design",
        "of running; up to here the growth in minutes holds"),
    _set("strength_per_week", 3.0, "1", 2.0, 7.0, "B", "read", "beyer2015_table", "slow heavy work; with running 2-3"),
    _set("strength_per_week_running", 2.0, "1", 2.0, 4.0, "C", "read", "silbernagel2020",
        "2-3 a week, kept while running returns"),
)  # fmt: skip

_FLAGS = (
    _set("cadence_amber_pct", 5.0, "%", 3.0, 8.0, "D", "engineering", "heiderscheit2011", "lower than baseline"),
    _set("cadence_red_pct", 10.0, "%", 8.0, 12.0, "D", "engineering", "heiderscheit2011",
        "lower than baseline: hip, knee and ankle absorb more"),
    _set("index_red_pct", 10.0, "%", 5.0, 15.0, "D", "engineering", "design",
        "per-step index above baseline, and above its smallest detectable change"),
    _set("strike_amber_deg", 5.0, "deg", 3.0, 8.0, "D", "engineering", "lyght2016", "foot strike angle below baseline"),
    _set("overstride_amber_deg", 8.0, "deg", 5.0, 12.0, "D", "engineering", "lorimer2016", "shank angle at contact"),
    _set("overstride_change_deg", 2.0, "deg", 1.0, 4.0, "D", "engineering", "lorimer2016", "above baseline"),
    _set("overstride_red_deg", 12.0, "deg", 10.0, 20.0, "D", "engineering", "lorimer2016", "shank angle at contact"),
    _set("asymmetry_amber_pct", 4.0, "%", 3.0, 6.0, "D", "engineering", "gct_pain2024",
        "contact time, left against right"),
    _set("asymmetry_change_pct", 3.0, "%", 2.0, 5.0, "D", "engineering", "gct_pain2024", "points away from baseline"),
    _set("asymmetry_red_pct", 8.0, "%", 6.0, 12.0, "D", "engineering", "gct_pain2024",
        "contact time, left against right"),
    Number("asymmetry_healthy_pct", 1.9, "%", 1.0, 3.0, "C", "derived", "girard",
        "symmetry angle 0.6 % in healthy runners, converted"),
    _set("drift_contact_pct", 4.0, "%", 2.0, 6.0, "D", "engineering", "design", "contact time up within the run"),
    _set("drift_cadence_pct", 3.0, "%", 2.0, 5.0, "D", "engineering", "design", "cadence down within the run"),
    _set("drift_strike_deg", 4.0, "deg", 2.0, 6.0, "D", "engineering", "design", "strike angle down within the run"),
    Number("drift_red_factor", 2.0, "1", 2.0, 2.0, "D", "engineering", "design", "of the amber limit"),
    _set("spike_amber_ratio", 1.10, "1", 1.05, 1.10, "B", "read", "frandsen2025",
        "session over the longest of 30 days; healthy runners, all injuries"),
    _set("spike_red_ratio", 1.30, "1", 1.10, 1.30, "B", "read", "frandsen2025",
        "session over the longest of 30 days; healthy runners, all injuries"),
    _set("incline_amber_pct", 5.0, "%", 2.0, 5.0, "D", "engineering", "roper2010", "in S4"),
    _set("incline_red_pct", 10.0, "%", 5.0, 10.0, "C", "read", "rice2024", "tibial load is up from 10 %"),
    _set("incline_insertional_pct", 2.0, "%", 0.0, 2.0, "D", "engineering", "jonsson2008",
        "insertional: already from here"),
    _set("shoe_drop_change_mm", 4.0, "mm", 2.0, 6.0, "D", "engineering", "sinclair2015", "drop below the usual shoe's"),
    Number("shoe_zero_drop_mm", 0.0, "mm", 0.0, 1.0, "D", "engineering", "sinclair2015", "a zero-drop shoe"),
)  # fmt: skip

_CUES = (
    _set("cadence_cue_pct", 5.0, "%", 2.0, 10.0, "B", "read", "lyght2016",
        "quicker at the same speed: less peak stress in the tendon of 19 women; how much less was not seen"),
    Number("cadence_cue_highest_pct", 10.0, "%", 5.0, 10.0, "D", "engineering", "heiderscheit2011",
        "no advice goes beyond the step rates studied"),
)  # fmt: skip

_BANDS: tuple[tuple[str, float, float, float, float], ...] = (
    ("s0", 0, 0, 0, 30), ("s1", 0, 0, 0, 30), ("s2", 0, 0, 10, 40),
    ("s3", 0, 10, 20, 50), ("s4", 10, 70, 10, 70), ("s5", 70, 110, 70, 110),
)  # fmt: skip
"""Stage, then low and high of path R and of path K: weekly load in % of the pre-injury or best stable week."""


def _band(stage: str, path: str, end: str, value: float) -> Number:
    key = f"weekly_load_{path}_{stage}_{end}_pct"
    return _set(key, value, "%", 0.0, 130.0, "D", "engineering", "design", "of the best stable week; shown, not a rule")


_WEEKLY = tuple(
    _band(stage, path, end, band[place])
    for stage, *band in _BANDS
    for path, end, place in (("r", "low", 0), ("r", "high", 1), ("k", "low", 2), ("k", "high", 3))
)

WEEKLY = "Weekly load by stage and path"
REHAB_GROUPS: dict[str, tuple[Number, ...]] = {
    "Load index": _LOAD,
    "Pain, symptoms and recovery": _PAIN,
    "Stages, strength and outcome": _STAGES,
    "Flags of the sensors": _FLAGS,
    "Cadence cue": _CUES,
    WEEKLY: _WEEKLY,
}
REHAB_NUMBERS: tuple[Number, ...] = tuple(number for group in REHAB_GROUPS.values() for number in group)
