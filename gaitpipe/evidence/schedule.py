"""Numbers of the calendar and of the log's own checks: how often, how long, and what no entry can be."""

from __future__ import annotations

from gaitpipe.evidence.types import Number

SCHEDULE_NUMBERS: tuple[Number, ...] = (
    Number("schedule_days", 14.0, "d", 7.0, 28.0, "D", "engineering", "design",
        "length of the return plan"),
    Number("schedule_run_every_days", 2.0, "d", 2.0, 4.0, "C", "read", "praet2019",
        "run sessions: every second day"),
    Number("schedule_runs_per_week", 3.0, "1", 2.0, 4.0, "D", "engineering", "design",
        "walk-run sessions a week, any seven days"),
    Number("schedule_first_runs_per_week", 2.0, "1", 1.0, 3.0, "C", "read", "praet2019",
        "runs in a week that follows a week without any"),
    Number("schedule_spring_per_week", 2.0, "1", 2.0, 3.0, "C", "read", "silbernagel2020",
        "hops and drills, 2-3 times a week"),
    Number("schedule_spring_every_days", 2.0, "d", 2.0, 4.0, "D", "engineering", "design",
        "hops and drills: a day between"),
    Number("schedule_keep_running_s1_min", 10.0, "min", 0.0, 10.0, "D", "engineering", "design",
        "path K, one easy run in S0 and S1"),
    Number("schedule_keep_running_s2_min", 10.0, "min", 0.0, 15.0, "D", "engineering", "design",
        "path K, one easy run in S2; 10-15"),
    Number("schedule_keep_running_s3_min", 15.0, "min", 0.0, 20.0, "D", "engineering", "design",
        "path K, one easy run in S3"),
    Number("schedule_keep_running_per_week", 2.0, "1", 0.0, 3.0, "D", "engineering", "design",
        "path K, easy runs in S0 to S3; every 2nd or 3rd day"),
    Number("schedule_keep_running_every_days", 3.0, "d", 2.0, 4.0, "D", "engineering", "design",
        "path K, easy runs in S0 to S3"),
    Number("schedule_test_every_days", 14.0, "d", 7.0, 28.0, "D", "engineering", "design",
        "heel raises and hops are counted again"),
    Number("schedule_screen_least_min", 3.0, "min", 3.0, 8.0, "D", "engineering", "design",
        "shortest recording on a treadmill in S3, path R"),
    Number("schedule_screen_most_min", 8.0, "min", 3.0, 8.0, "D", "engineering", "design",
        "longest recording on a treadmill in S3, path R"),
    Number("schedule_break_days", 14.0, "d", 7.0, 28.0, "D", "engineering", "design",
        "without a run: one level lower for each begun"),
    Number("schedule_monitoring_weeks", 12.0, "wk", 8.0, 24.0, "C", "read", "silbernagel_crossley2015",
        "the tendon is watched 8-12 weeks and longer"),
    Number("schedule_second_score_weeks", 24.0, "wk", 24.0, 26.0, "C", "read", "lagas2021",
        "VISA-A or TENDINS-A again"),
    Number("log_speed_maximum_m_s", 8.0, "m/s", 6.0, 12.0, "D", "engineering", "design",
        "nobody in rehab runs a session faster: the minutes, the distance or the unit is wrong"),
)  # fmt: skip
