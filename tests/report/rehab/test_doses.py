"""How heavy the runner's page says to lift: never more than the weeks of stage S2 have led to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gaitpipe.report.rehab_doses import dose_lines, programme_week


def at_stage(rehab, stage, days):
    """The same report at another stage, so many days in it."""
    plan = rehab.plan
    table = plan.stage.model_copy(update={"stage": stage, "level": None, "since": rehab.on - timedelta(days)})
    decision = replace(rehab.decision, stage_in=stage, stage_out=stage, level_in=None, level_out=None)
    header = plan.plan.model_copy(update={"started": rehab.on - timedelta(400)})
    return replace(rehab, plan=plan.model_copy(update={"stage": table, "plan": header}), decision=decision)


@pytest.mark.parametrize(("days", "week"), [(0, 1), (6, 1), (7, 2), (30, 5)])
def test_in_s2_the_week_counts_from_the_stage_and_not_from_the_plan(rehab_cases, days, week):
    assert programme_week(at_stage(rehab_cases["hold"]().rehab, "S2", days)) == week


def test_in_s2_the_first_week_is_light(rehab_cases):
    said = " ".join(dose for _, dose in dose_lines(at_stage(rehab_cases["hold"]().rehab, "S2", 0)))
    assert "3 sets of 15 RM (week 1 of this stage)" in said


@pytest.mark.parametrize("stage", ["S3", "S4", "S5"])
def test_later_the_dose_that_was_reached_goes_on(rehab_cases, stage):
    rehab = at_stage(rehab_cases["hold"]().rehab, stage, 3)
    assert programme_week(rehab) is None
    assert "the dose that you have reached, in the end 4 sets of 6 RM" in " ".join(
        dose for _, dose in dose_lines(rehab)
    )
