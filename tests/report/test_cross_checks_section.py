"""What the report says of devices beside the motion sensors."""

from __future__ import annotations

import re
from dataclasses import replace

from gaitpipe.derived import CrossChecks, FootPodCheck, HeartRateCheck, TreadmillCheck
from gaitpipe.report.html import render_html

STEADY = TreadmillCheck(
    600, 560, speed_m_s=3.0, low_m_s=3.0, high_m_s=3.02, steady=True, used=True, sensors_m_s=2.95,
    incline_pct=0.0, incline_steady=True,
)  # fmt: skip
POD = FootPodCheck(590, 550, 82.0, "strides", 164.0, 163.6, 2.9, 2.95, 2.5)
HEART = HeartRateCheck(600, 560, 3, 148.2, 163.0)


def section(build, checks: CrossChecks | None) -> str:
    report = build.report()
    report = replace(report, result=replace(report.result, cross_checks=checks))
    page = render_html(report)
    found = re.search(r'<section[^>]*id="cross_checks".*?</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found.group(0)).split()) if found else ""


def test_without_such_devices_there_is_no_section(build):
    assert section(build, None) == ""


def test_each_device_stands_beside_the_sensors_with_what_follows(build):
    said = section(build, CrossChecks(STEADY, POD, HEART))
    for words in (
        "3.00 m/s", "2.95 m/s", "used as the belt speed", "600 readings", "many treadmills always say 0",
        "82 a minute", "it counts strides: 164 steps/min", "148 beats/min", "163 beats/min",
        "3 heart rate readings without skin contact", "time of its arrival", "Foot pod: what it says comes about 2.5 s",
    ):  # fmt: skip
        assert words in said.replace("\u00a0", " "), words


def test_what_is_not_used_or_not_known_says_why(build):
    changed = replace(STEADY, used=False, unused_because="it changed", incline_steady=False, sensors_m_s=None)
    unknown = FootPodCheck(0, 0)
    said = section(build, CrossChecks(changed, unknown, HeartRateCheck(2, 0)))
    for words in ("not used: it changed", "not known", "not told", "too little to compare"):
        assert words in said, words
    usable = replace(STEADY, incline_pct=2.0, incline_usable=True)
    assert "taken as the incline where none was given" in section(build, CrossChecks(treadmill=usable))
