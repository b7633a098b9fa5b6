"""What the runner's page says of a flag: words, not figures of the clinician."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gaitpipe.rehab.words import FiredRule, Flag
from gaitpipe.report.rehab_words import PLAIN_FLAG, reasons


@pytest.mark.parametrize(("value", "word"), [(-5.4, "less"), (5.4, "more")])
def test_a_difference_between_the_legs_is_told_as_time_on_the_sore_leg(rehab_cases, value, word):
    rehab = rehab_cases["hold"]().rehab
    flag = Flag("F5", "amber", True, "Contact time (injured less other).", "%", value)
    rule = FiredRule("H3", "F5 amber: Contact time (injured less other).", {"flags": ["F5"]})
    decision = replace(rehab.decision, rules=(rule,), other_rules=(), flags=(flag,))
    found = reasons(replace(rehab, decision=decision))
    assert found[0] == f"You spent {word} time on the sore leg than on the other."


def test_every_flag_that_may_block_has_words_for_the_runner():
    assert set(PLAIN_FLAG) == {"F1", "F2", "F3", "F5", "F7", "F8", "F9"}
