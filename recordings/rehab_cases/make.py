"""Makes the inputs of the worked cases A to D anew: `python recordings/rehab_cases/make.py [FOLDER]`.

Everything is synthetic: no person was measured. The summaries hold the exact figures of the worked examples, in the
schema of `summary.json`, and only what the load index needs. The logs tell 28 days around them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from gaitpipe.rehab.log import LogEntry
from gaitpipe.rehab.log_text import log_csv

TODAY = date(2026, 3, 30)
DECIDED_ON = date(2026, 3, 31)
"""The morning after: only then is the next morning's pain known."""
FIRST = TODAY - timedelta(days=27)
NOTE = "synthetic: figures of a worked example, nobody was measured"
RAISES = "bent-knee heel raises 3x12, straight-knee heel raises 3x12, slow"
TRAINER = {"shoe": "Daily trainer", "shoe_drop_mm": 10.0, "shoe_minimal": False}


WOBBLE = {
    "stiff_am_min": (0.0, 1.0, 0.0, -1.0, 0.0, 2.0, -1.0),
    "pain_am": (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, -1.0),
    "pain_during": (0.0, -1.0, 0.0, 0.0, 1.0, 0.0, -1.0),
    "pain_after": (0.0, 0.0, 1.0, 0.0, 0.0, -1.0, 0.0),
    "rpe": (0.0, 1.0, 0.0, 0.0, -1.0, 0.0, 0.0),
}
"""How days differ: by the day of the week, so that the median of any seven is the usual value."""


def entry(day: date, usual: dict[str, Any], exact: dict[str, Any]) -> LogEntry:
    """A row with the usual values, a little different from day to day; `exact` ones stay as they are."""
    place = day.weekday()
    varied = {
        key: one + WOBBLE[key][place] if key in WOBBLE and isinstance(one, float) else one
        for key, one in usual.items()
        if key not in exact
    }
    return LogEntry(date=day, **varied, **exact)


def plain_day(day: date, stiff_min: float, **exact: Any) -> LogEntry:
    """A day without a run: only the next morning."""
    return entry(day, {"kind": "rest", "pain_am": 1.0, "stiff_am_min": stiff_min}, exact)


def strength_day(day: date, stiff_min: float, **exact: Any) -> LogEntry:
    """A day of heavy calf work."""
    usual = {
        "kind": "strength", "pain_during": 2.0, "pain_after": 1.0, "pain_am": 1.0, "stiff_am_min": stiff_min,
        "rpe": 6.0, "analgesic": False, "exercises": RAISES,
    }  # fmt: skip
    return entry(day, usual, exact)


def spring_day(day: date, stiff_min: float) -> LogEntry:
    """A day of rebounding and hops."""
    work = {"kind": "plyometric", "level": "S3", "exercises": "quick rebounding heel raises 3x20, two-leg hops"}
    return strength_day(day, stiff_min, rpe=4.0, **work)


def run_day(day: date, level: str, run_min: float | None, stiff_min: float, **exact: Any) -> LogEntry:
    """A run on the treadmill in the usual shoe."""
    usual = {
        "kind": "run", "pain_during": 2.0, "pain_after": 1.0, "pain_am": 1.0, "stiff_am_min": stiff_min, "rpe": 3.0,
        "analgesic": False, "surface": "treadmill", "incline_pct": 0.0, **TRAINER,
    }  # fmt: skip
    return entry(day, usual, {"level": level, "run_min": run_min, **exact})


def exact_run(day: date, level: str, run_min: float | None, **exact: Any) -> LogEntry:
    """A run whose pain, morning and effort are those of the worked example."""
    example = {"pain_during": 2.0, "pain_after": 1.0, "pain_am": 1.0, "rpe": 3.0}
    return run_day(day, level, run_min, 0.0, **(example | exact))


def entries_a(name: str = "case_a") -> list[LogEntry]:
    """Second session at L4, a week at each level before it."""
    minutes = {"L1": 6.0, "L2": 10.0, "L3": 15.0}
    rows = []
    for number in range(25):
        day = FIRST + timedelta(days=number)
        stiff = 12.0 if number < 9 else 10.0
        if number % 2 == 1 and number <= 23:
            level = ("L1", "L2", "L3")[number // 8]
            rows.append(run_day(day, level, minutes[level], stiff, belt_speed_m_s=2.78))
        elif number % 2 == 0 and number % 8 != 2:
            rows.append(strength_day(day, stiff))
        else:
            rows.append(plain_day(day, stiff))
    first = exact_run(
        TODAY - timedelta(days=2), "L4", None, stiff_am_min=9.0, session_id=f"{name}_first_l4", belt_speed_m_s=2.78,
        notes="first session at L4; minutes not written down",
    )  # fmt: skip
    between = plain_day(
        TODAY - timedelta(days=1), 10.0, stiff_am_min=10.0, pain_am=1.0, notes="heel raises and hops tested",
        heel_raises_injured=25, heel_raises_other=27, hops_injured=15, hops_other=15, hop_pain=1.0,
        pain_walk_30min=0.0, pain_daily=1.0,
    )  # fmt: skip
    today = exact_run(
        TODAY, "L4", 20.0, stiff_am_min=8.0, session_id=f"{name}_today", pain_after=2.0, belt_speed_m_s=2.78,
        red_flags=(), notes="cue: 5 % quicker steps",
    )  # fmt: skip
    earlier = (
        LogEntry(date=date(2026, 1, 5), kind="test", visa_a=61.0, heel_raises_injured=17, heel_raises_other=26),
        LogEntry(date=date(2026, 2, 16), kind="test", visa_a=74.0, heel_raises_injured=23, heel_raises_other=27),
    )
    return [*earlier, *rows, first, between, today]


def entries_b() -> list[LogEntry]:
    """Easy 40 minutes, then the same in new zero-drop shoes on the forefoot."""
    rows = []
    for number in range(27):
        day = FIRST + timedelta(days=number)
        if number in (1, 4, 8, 11, 15, 18, 22, 25):
            run_min = {1: 30.0, 4: 35.0, 22: 40.0}.get(number, 35.0)
            rows.append(
                run_day(day, "S5", run_min, 5.0, belt_speed_m_s=3.0, distance_km=run_min * 0.18)
            )  # fmt: skip
        elif number in (3, 6, 10, 13, 17, 20, 24):
            rows.append(strength_day(day, 5.0))
        else:
            rows.append(plain_day(day, 5.0))
    today = exact_run(
        TODAY, "S5", 40.0, stiff_am_min=30.0, session_id="case_b_today", pain_during=4.0, pain_after=6.0, pain_am=5.0,
        rpe=5.0, belt_speed_m_s=3.0, distance_km=7.2, shoe="Zero-drop racer", shoe_drop_mm=0.0, red_flags=(),
        notes="new shoes, landed on the forefoot on purpose",
    )  # fmt: skip
    return [LogEntry(date=date(2026, 2, 9), kind="test", visa_a=86.0), *rows, today]


def entries_c() -> list[LogEntry]:
    """S3: spring work, one short screen two weeks ago, the tests, and today's screen."""
    rows = []
    for number in range(25):
        day = FIRST + timedelta(days=number)
        if number == 13:
            rows.append(run_day(day, "S3", 8.0, 5.0, belt_speed_m_s=2.5, pain_during=1.0))
        elif number % 7 in (1, 4):
            rows.append(spring_day(day, 5.0))
        elif number % 7 in (2, 6):
            rows.append(strength_day(day, 5.0))
        else:
            rows.append(plain_day(day, 5.0))
    tested = LogEntry(
        date=TODAY - timedelta(days=2), kind="test", pain_am=1.0, stiff_am_min=5.0, heel_raises_injured=21,
        heel_raises_other=28, hops_injured=15, hops_other=18, hop_pain=2.0, pain_walk_30min=1.0, pain_daily=1.0,
        visa_a=68.0,
    )  # fmt: skip
    today = exact_run(
        TODAY, "S3", 8.0, stiff_am_min=6.0, session_id="case_c_today", rpe=2.0, belt_speed_m_s=2.5, red_flags=(),
        notes="short screen at an easy pace",
    )  # fmt: skip
    return [*rows, tested, plain_day(TODAY - timedelta(days=1), 5.0), today]


def entries_d(*, red_flag: bool) -> list[LogEntry]:
    """Case A with a red flag ticked, or with the next morning missing."""
    *rows, today = entries_a("case_d")
    if red_flag:
        return [*rows, replace(today, red_flags=("RF1",), notes="sudden pop in the calf at the end")]
    return [*rows, replace(today, pain_am=None, notes="next morning not written down")]


def summary(
    name: str,
    day: date,
    speed_m_s: float,
    cadence_spm: float,
    contact_s: tuple[float, float],
    angle_deg: float,
    minutes: float,
) -> dict[str, Any]:
    """The part of `summary.json` that the load index needs; `contact_s` left and right."""
    strides = round(0.5 * cadence_spm * minutes)

    def both(left: float, right: float) -> dict[str, Any]:
        return {"left": {"n": strides, "mean": left}, "right": {"n": strides, "mean": right}}

    sensor = {"device": "synthetic", "placement": "foot", "rate_hz": 208.0, "has_gyro": True, "clock": "device"}
    quality = {"samples": round(208 * 60 * minutes), "lost_samples": 0, "clock_residual_s": 0.0005}
    return {
        "schema_version": 1,
        "note": NOTE,
        "software": {"name": "gaitpipe", "version": "0.1.0"},
        "parameter_hash": "synthetic",
        "input_sha256": None,
        "recording": {
            "name": name, "recorded_utc": f"{day.isoformat()}T17:00:00Z", "synthetic": True,
            "belt_speed_m_s": speed_m_s, "height_m": None,
        },
        "sensors": {"left": sensor, "right": sensor},
        "metrics": {
            "cadence_spm": both(cadence_spm, cadence_spm),
            "ground_contact_time_s": both(*contact_s),
            "foot_strike_angle_deg": both(angle_deg, angle_deg),
        },
        "data_quality": {"left": quality, "right": quality},
        "findings": [],
    }  # fmt: skip


def summaries() -> dict[str, dict[str, dict[str, Any]]]:
    """Baseline and today's session of each case."""
    a = (2.78, 164.0, (0.264, 0.264), 11.0, 20.0), (2.78, 172.0, (0.256, 0.256), 10.0, 20.0)
    b = (3.0, 170.0, (0.245, 0.245), 12.0, 40.0), (3.0, 174.0, (0.232, 0.232), -2.0, 40.0)
    c = (2.5, 160.0, (0.270, 0.272), 14.0, 8.0), (2.5, 160.0, (0.262, 0.278), 14.0, 8.0)
    days = {"case_a": date(2026, 2, 24), "case_b": date(2026, 2, 10), "case_c": date(2026, 2, 20)}
    days["case_d"] = days["case_a"]
    return {
        name: {
            "baseline": summary(f"{name}_baseline", days[name], *before),
            "session": summary(f"{name}_today", TODAY, *today),
        }
        for name, (before, today) in {"case_a": a, "case_b": b, "case_c": c, "case_d": a}.items()
    }


def files() -> dict[str, str]:
    """Name and text of every file that is made; the plans are kept by hand."""
    logs = {
        "case_a/log.csv": entries_a(),
        "case_b/log.csv": entries_b(),
        "case_c/log.csv": entries_c(),
        "case_d/log.csv": entries_d(red_flag=True),
        "case_d/log_missing_morning.csv": entries_d(red_flag=False),
    }
    made = {name: log_csv(tuple(rows)) for name, rows in logs.items()}
    for case, both in summaries().items():
        made |= {f"{case}/{kind}.json": json.dumps(content, indent=2) + "\n" for kind, content in both.items()}
    return made


def main(folder: Path) -> None:
    """Write all files."""
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"{path}: written")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
