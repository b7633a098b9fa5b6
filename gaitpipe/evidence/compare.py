"""Numbers of the comparison of sessions with each other."""

from __future__ import annotations

from gaitpipe.evidence.types import Number

_CHANGE = (
    "two-sided 95 % of the normal distribution. A session's own smallest detectable change is 1.96 sqrt(2) s: that to "
    "another session just as sure. For two sessions of different s it is 1.96 sqrt(s1^2 + s2^2), since what the two "
    "mountings and the strides of two days do is independent and adds as squares (5.1.2): the root mean square of the "
    "two sessions' own ones"
)

COMPARE_NUMBERS: tuple[Number, ...] = (
    Number("change_coverage_factor", 1.96, "1", 1.64, 2.58, "C", "derived", "gum2008", _CHANGE),
    Number("compare_least_strides", 10.0, "1", 5.0, 30.0, "D", "engineering", "design",
        "a side and session; fewer are no sample of how somebody runs, whatever their spread"),
)  # fmt: skip
