"""What was left out of the reference, and why, with counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.accuracy.markdown import table
from benchmarks.accuracy.readers import Case
from benchmarks.accuracy.score import scored


def exclusion_table(folder: Path) -> list[str]:
    """Reasons of `virtual_imu/exclusions.csv` with their counts; numbers inside a reason are left open."""
    path = folder / "virtual_imu" / "exclusions.csv"
    reasons = pd.read_csv(path)["reason"].astype(str)
    kinds = Counter(re.sub(r"\s+", " ", re.sub(r"\(.*\)", "", re.sub(r"[0-9.]+", "..", reason))) for reason in reasons)
    return table(
        ["left out by the data set (virtual sensors)", "count"],
        ([k.strip(" :"), str(n)] for k, n in kinds.most_common()),
    )


def edge_table(cases: Sequence[Case]) -> list[str]:
    """Contacts of the reference, and how many are too close to an end to be scored."""
    rows = []
    for key in dict.fromkeys((case.dataset, case.placement, case.mode) for case in cases if case.truth):
        chosen = [t for c in cases if (c.dataset, c.placement, c.mode) == key for t in c.truth.values()]
        total, eligible = sum(len(t.ic_s) for t in chosen), sum(int(scored(t).sum()) for t in chosen)
        excluded = sum(int(np.isfinite(t.excluded_ic_s).sum()) for t in chosen)
        rows.append([", ".join(key), str(len(chosen)), str(total), str(eligible), str(total - eligible), str(excluded)])
    head = ["recordings", "sensors", "contacts", "eligible", "within 0.35 s of an end", "seen but left out"]
    return table(head, rows)
