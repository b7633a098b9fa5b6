"""Whatever stands in a plan: it is a plan or a PlanError, and what is told holds."""

from __future__ import annotations

import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gaitpipe.errors import PlanError
from gaitpipe.rehab.exercises import exercises_for
from gaitpipe.rehab.ladder import ladder
from gaitpipe.rehab.plan import Plan
from gaitpipe.rehab.plan_diff import changes_between, changes_from_defaults
from gaitpipe.rehab.plan_faults import SETTINGS
from gaitpipe.rehab.plan_findings import plan_findings
from gaitpipe.rehab.plan_text import parse_plan
from gaitpipe.rehab.words import STAGES

VALUES = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str).map(lambda text: text.replace("Infinity", "inf")),
    st.sampled_from(["true", "false", '""', '" "', "[]", "{}", "[[]]", "2026-02-29", "2026-01-01T10:00:00Z", "nan"]),
    st.sampled_from(
        ["10:00:00", '["RF1"]', '["L1"]', "{RF1 = 'x'}", "[{level = 'L1'}]", '"S4"', '"L4"', '"both"', "1e400"]
    ),
    st.text(string.printable, max_size=12).map(lambda text: repr(text).replace("'", '"')),
)
TABLES = ("plan", "tendon", "stage", "stage.override", "symptom_baseline", "baseline", "load", "thresholds", "strength",
          "flags", "flags.off", "red_flags", "red_flags.extra", "phrases", "ladder", "exercise", "what")  # fmt: skip
KEYS = [
    "athlete", "mode", "path", "clinician", "side", "location", "stage", "level", "since", "sessions", "off", "extra",
    "cleared", "sets", "run_min", "walk_min", "id", "kind", "F11", "A1", "RF1", "pain_hold_maximum", "index_red_pct",
    "per_week", "pain_am", "mdc_psi", "test_retest_psi", "symptom_only", "age_years", "a.b", '"x y"',
]  # fmt: skip
WHOLE = """\
schema_version = 1
[plan]
athlete = "A"
mode = "self"
path = "R"
[tendon]
side = "both"
location = "insertional"
[stage]
stage = "S2"
since = 2026-01-01
[symptom_baseline]
pain_am = 1
[strength]
per_week = 2"""


@st.composite
def texts(draw: st.DrawFn) -> str:
    lines = [draw(st.sampled_from(["schema_version = 1", "", "schema_version = 2"]))]
    for name in draw(st.lists(st.sampled_from(TABLES), max_size=8, unique=True)):
        lines.append(f"[[{name}]]" if draw(st.booleans()) and name in ("ladder", "exercise") else f"[{name}]")
        keys = draw(st.lists(st.sampled_from(KEYS), max_size=5, unique=True))
        lines += [f"{key} = {draw(VALUES)}" for key in keys]
    return "\n".join(lines)


def outcome(text: str) -> Plan | PlanError:
    try:
        return parse_plan(text, "fuzz")
    except PlanError as error:
        return error


@given(texts())
@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_random_tables_are_a_plan_or_a_plan_error(text):
    found = outcome(text)
    if isinstance(found, PlanError):
        assert found.faults
        assert all(fault.line is None or 1 <= fault.line <= len(text.splitlines()) for fault in found.faults)
    else:
        _usable(found)


@given(st.sampled_from(KEYS), VALUES)
@settings(max_examples=250, deadline=None, derandomize=True)
def test_a_random_value_in_a_whole_plan_is_a_plan_or_a_plan_error(key, value):
    lines = WHOLE.splitlines()
    place = next((row for row, line in enumerate(lines) if line.startswith(f"{key} =")), len(lines))
    found = outcome("\n".join([*lines[:place], f"{key} = {value}", *lines[place + 1 :]]))
    if isinstance(found, Plan):
        _usable(found)
    else:
        assert found.faults


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_random_text_is_a_plan_error(text):
    assert isinstance(outcome(text), PlanError)


@given(st.dictionaries(st.sampled_from(sorted(SETTINGS)), st.floats(-5, 200), max_size=6))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_accepted_plan_leaves_a_range(own):
    found = outcome(WHOLE + "\n[thresholds]\n" + "\n".join(f"{key} = {value!r}" for key, value in own.items()))
    if isinstance(found, PlanError):
        assert "threshold" in found.message
    else:
        _usable(found)
        assert all(number.low <= found.value(key) <= number.high for key, number in SETTINGS.items())


def _usable(plan: Plan) -> None:
    assert changes_between(plan, plan) == ()
    assert isinstance(changes_from_defaults(plan), tuple)
    assert all(finding.message for finding in plan_findings(plan))
    assert ladder(plan)
    assert all(exercise for stage in STAGES for exercise in exercises_for(plan, stage))
