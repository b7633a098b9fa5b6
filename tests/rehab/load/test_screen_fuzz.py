"""Whatever stands anywhere in a summary.json: it is read or refused with file and key, and nothing in it is made up."""

from __future__ import annotations

import json
import math
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe.errors import RecordingError
from gaitpipe.rehab.screen import screen_of
from gaitpipe.rehab.words import GaitScreen, LegMeans

CASE_B = Path(__file__).parents[3] / "recordings" / "rehab_cases" / "case_b" / "session.json"
CONTENT = json.loads(CASE_B.read_text("utf-8")) | {
    "windows": [{"start_s": 0.0, "left": {"strides": 40, "contact_time_s": 0.23}, "right": None}],
    "drift": [{"key": "cadence_spm", "side": "left", "change": 1.0, "exceeds": False}],
    "findings": [{"code": "clock", "severity": "warning"}],
    "context": {"surface": "road", "incline_pct": 1.0},
}


def places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything inside."""
    keys = content.keys() if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    return [found for key in keys for found in ((*path, key), *places(content[key], (*path, key)))]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["n", "mean", "left"]), inner),
    max_leaves=4,
)


def numbers_of(screen: GaitScreen) -> list[float]:
    legs = [screen.left, screen.right, *(leg for one in screen.windows for leg in (one.left, one.right))]
    figures = [getattr(leg, name) for leg in legs if leg is not None for name in LegMeans.__slots__]
    return [one for one in (*figures, screen.lost_share, screen.rate_hz, screen.clock_residual_s) if one is not None]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.sampled_from(places(CONTENT)), anything)
def test_any_value_anywhere_is_read_or_refused_with_file_and_key(place, value):
    content = deepcopy(CONTENT)
    inside = content
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    screen, refusal = None, ""
    try:
        screen = screen_of(content, "fuzzed.json")
    except RecordingError as error:
        refusal = error.message
    if screen is None:
        assert refusal.startswith("fuzzed.json: ")
        assert str(place[0]) in refusal
        return
    assert all(math.isfinite(one) for one in numbers_of(screen))
    assert all(leg is None or leg.contact_time_s != 0.0 for leg in (screen.left, screen.right))
