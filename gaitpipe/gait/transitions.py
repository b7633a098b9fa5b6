"""Starts, stops and changes of gait: strides whose time is unlike that of the strides around them.

While strides come in, only those before can be looked at, so the first stride of a start passes. At the end of the
session both sides are known.

Where the strides before and those after are alike, nothing started, stopped or changed. A stride that differs there
has a contact at a wrong time, and the next one differs the other way: both stay, since leaving out one would shift the
means.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitpipe.evidence import value
from gaitpipe.gait.strides import Reason
from gaitpipe.model import SIDES

REACH = 3
"""Strides before and after that count as neighbours."""
FEWEST = 3
BREAK_STRIDES = 1.5
"""Neighbours further apart than this many of the stride's own times are not of the same bout."""


def mark_transitions(rows: NDArray[np.void]) -> None:
    """Mark the `ok` rows, (n,) of `table.ROW_DTYPE` in order of time, whose stride time leaves its neighbours'."""
    for side in SIDES:
        mine = np.flatnonzero((rows["side"] == side) & np.isfinite(rows["next_ic_s"]))
        if len(mine) <= FEWEST:
            continue
        stride_s = rows["next_ic_s"][mine] - rows["ic_s"][mine]
        gap_s = rows["ic_s"][mine][1:] - rows["next_ic_s"][mine][:-1]
        bout = np.concatenate([[0], np.cumsum(gap_s > BREAK_STRIDES * stride_s[:-1])])
        around = np.full((2 * REACH, len(mine)), np.nan)
        for k in range(1, REACH + 1):
            same = bout[k:] == bout[:-k]
            around[2 * k - 2, k:][same] = stride_s[:-k][same]
            around[2 * k - 1, :-k][same] = stride_s[k:][same]
        judged = np.isfinite(around).sum(axis=0) >= FEWEST
        usual_s = np.nanmedian(around[:, judged], axis=0)
        most = value("transition_neighbour_change")
        unlike = np.abs(stride_s[judged] / usual_s - 1.0) > most
        both = judged & np.isfinite(around[::2]).any(axis=0) & np.isfinite(around[1::2]).any(axis=0)
        before_s, after_s = (np.nanmedian(around[part::2, both], axis=0) for part in (0, 1))
        unlike[both[judged]] &= np.abs(before_s / after_s - 1.0) > most
        place = mine[judged][unlike]
        rows["quality"][place[rows["quality"][place] == "ok"]] = Reason.TRANSITION.value
