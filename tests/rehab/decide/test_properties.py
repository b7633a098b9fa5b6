"""What holds for any data: more pain never helps, less data never helps, sides mirror, the same gives the same."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gaitpipe.rehab.log import LogEntry

SETTINGS = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
RANK = {"REFER": 0, "REGRESS": 1, "HOLD": 2, "INSUFFICIENT": 3, "PROGRESS": 4}
PAINS = ("pain_during", "pain_after", "pain_am", "stiff_am_min", "pain_daily", "pain_walk_30min", "hop_pain")
STAGES = st.sampled_from(["S0", "S1", "S2", "S3", "S4", "S5"])
PAIN = st.sampled_from([0.0, 1.0, 2.0, 3.0, 3.5, 4.0, 5.0, 5.5, 7.0])
MORNING = st.sampled_from([0.0, 1.0, 2.0, 2.5, 3.0, 4.0])
STIFF = st.sampled_from([0.0, 5.0, 10.0, 12.0, 30.0])


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Changes of one row; many examples leave it good."""
    parts: dict[str, Any] = {
        "pain_during": draw(PAIN),
        "pain_after": draw(PAIN),
        "pain_am": draw(MORNING),
        "stiff_am_min": draw(STIFF),
        "rpe": draw(st.sampled_from([1.0, 3.0, 6.0])),
        "analgesic": draw(st.sampled_from([False, False, False, True])),
        "settled_48h": draw(st.sampled_from([None, True, False])),
        "incline_pct": draw(st.sampled_from([0.0, 6.0, 12.0])),
    }
    kept = draw(st.sets(st.sampled_from(sorted(parts)), max_size=3))
    return {name: parts[name] for name in kept}


MEASURED = st.sampled_from(
    [
        {},
        {"foot_strike_angle_deg": -3.0},
        {"ground_contact_time_s": (0.256, 0.268)},
        {"cadence_spm": 140.0, "ground_contact_time_s": 0.3},
        {"strides": 30},
    ]
)


def situation(make: Any, stage: str, today: dict[str, Any], before: dict[str, Any], measured: dict[str, Any]) -> Any:
    return make.fine(stage).row(**today).row("before", **before).measured(**measured)


@SETTINGS
@given(stage=STAGES, today=changes(), before=changes(), measured=MEASURED, data=st.data())
@pytest.mark.rule("R1", "R2", "H1", "H2")
def test_adding_pain_never_improves_a_decision(
    make: Any, stage: str, today: dict[str, Any], before: dict[str, Any], measured: dict[str, Any], data: st.DataObject
) -> None:
    """Any row of the last week; the weeks before are what R3 holds it against, and may well have been worse."""
    plain = situation(make, stage, today, before, measured)
    place = data.draw(st.integers(len(plain.log) - 6, len(plain.log) - 1))
    name = data.draw(st.sampled_from(PAINS))
    row = plain.log[place]
    known = getattr(row, name)
    more = data.draw(st.sampled_from([0.5, 1.0, 2.0, 4.0]))
    worse = min(10.0 if name != "stiff_am_min" else 200.0, (known or 0.0) + more)
    log = tuple(replace(one, **{name: worse}) if one is row else one for one in plain.log)
    if known is None:  # an answer that was not there before is more data, not more pain
        first = replace(plain, log=tuple(replace(one, **{name: 0.0}) if one is row else one for one in plain.log))
    else:
        first = plain
    assert RANK[replace(plain, log=log).decide().decision] <= RANK[first.decide().decision]


KEPT = {"date", "session_id", "notes", "red_flags", "exercises", "swelling", "settled_48h"}
BLANKABLE = sorted({field.name for field in fields(LogEntry)} - KEPT)


@SETTINGS
@given(stage=STAGES, today=changes(), before=changes(), measured=MEASURED, data=st.data())
@pytest.mark.rule("P1", "H6", "F11")
def test_removing_data_never_turns_another_decision_into_progress(
    make: Any, stage: str, today: dict[str, Any], before: dict[str, Any], measured: dict[str, Any], data: st.DataObject
) -> None:
    plain = situation(make, stage, today, before, measured)
    if plain.decide().decision == "PROGRESS":
        return
    blank = dict.fromkeys(data.draw(st.sets(st.sampled_from(BLANKABLE), max_size=4)))
    poorer = plain.row(**blank)
    if data.draw(st.booleans()):
        names = data.draw(st.sets(st.sampled_from(["pain_am", "stiff_am_min", "analgesic", "rpe", "pain_during"])))
        poorer = poorer.row("before", **dict.fromkeys(names))
    lost = data.draw(st.sampled_from(["nothing", "session", "baseline", "row before", "row", "both"]))
    if lost in ("session", "both"):
        poorer = poorer.unmeasured()
    if lost in ("baseline", "both"):
        poorer = poorer.without_baseline()
    if lost == "row before":
        poorer = poorer.without_row("before")
    if lost == "row" and poorer.session is not None:
        poorer = poorer.without_row()
    assert poorer.decide().decision != "PROGRESS"


@pytest.mark.parametrize("stage", ["S0", "S1", "S2", "S3", "S4", "S5"])
@pytest.mark.parametrize("column", ["pain_during", "pain_after", "pain_am", "stiff_am_min", "analgesic"])
@pytest.mark.rule("P1", "H6")
def test_without_any_of_what_p1_rests_on_there_is_no_progress(make: Any, stage: str, column: str) -> None:
    assert make.fine(stage).decide().decision == "PROGRESS"
    assert make.fine(stage).row(**{column: None}).decide().decision != "PROGRESS"


@pytest.mark.rule("H5")
def test_without_the_effort_of_close_sessions_recovery_is_not_taken_for_granted(make: Any) -> None:
    situation = make.fine("S4").row("before", date=make.TODAY - timedelta(days=2))
    assert situation.decide().decision == "PROGRESS"
    assert situation.row(rpe=None).decide().decision == "INSUFFICIENT"


def swapped(summary: dict[str, Any] | None) -> dict[str, Any] | None:
    """The same session with the sensors of left and right exchanged."""
    if summary is None:
        return None
    other = {"left": "right", "right": "left"}
    metrics = {key: {other[side]: one for side, one in sides.items()} for key, sides in summary["metrics"].items()}
    return summary | {"metrics": metrics}


@SETTINGS
@given(
    stage=STAGES,
    today=changes(),
    left=st.sampled_from([0.250, 0.256, 0.262, 0.268]),
    right=st.sampled_from([0.250, 0.256, 0.262, 0.268]),
    angles=st.sampled_from([(12.0, 12.0), (12.0, 5.0), (-3.0, 12.0)]),
)
def test_swapping_left_and_right_everywhere_mirrors_the_result(
    make: Any, stage: str, today: dict[str, Any], left: float, right: float, angles: tuple[float, float]
) -> None:
    plain = make.fine(stage).row(**today).measured(ground_contact_time_s=(left, right), foot_strike_angle_deg=angles)
    mirrored = replace(
        plain.planned(tendon={"side": "right"}),
        session=swapped(plain.session),
        baselines=tuple(swapped(one) for one in plain.baselines),
    )
    here, there = plain.decide(), mirrored.decide()
    assert replace(there, inputs={**there.inputs, "side": "left"}) == here


@SETTINGS
@given(stage=STAGES, today=changes(), before=changes(), measured=MEASURED)
def test_the_word_is_that_of_the_highest_rule_that_fired(
    make: Any, stage: str, today: dict[str, Any], before: dict[str, Any], measured: dict[str, Any]
) -> None:
    plain = situation(make, stage, today, before, measured)
    found = plain.decide()
    word = {"RF": "REFER", "R": "REGRESS", "H": "HOLD", "P": "PROGRESS"}
    fired = [word[rule.id.rstrip("0123456789")] for rule in (*found.rules, *found.other_rules)]
    assert found.decision == (min(fired, key=RANK.__getitem__) if fired else "INSUFFICIENT")
    assert plain.decide() == found
    moved = (found.stage_out, found.level_out) != (found.stage_in, found.level_in)
    assert moved <= (found.decision in ("REGRESS", "PROGRESS"))


@SETTINGS
@given(stage=STAGES, today=changes(), measured=MEASURED, flag=st.sampled_from(["RF1", "RF2", "RF3", "RF4"]))
@pytest.mark.rule("RF1", "RF2", "RF3", "RF4")
def test_a_red_flag_goes_before_everything_and_nothing_is_advised(
    make: Any, stage: str, today: dict[str, Any], measured: dict[str, Any], flag: str
) -> None:
    found = make.fine(stage).row(**today).measured(**measured).row("before", red_flags=(flag,)).decide()
    assert found.decision == "REFER"
    assert [rule.id for rule in found.rules] == [flag]
    assert (found.advice, found.conflicts, found.criteria, found.missing, found.review) == ((), (), (), (), "")
    assert (found.stage_out, found.level_out) == (found.stage_in, found.level_in)
