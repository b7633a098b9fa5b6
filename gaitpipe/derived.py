"""What is derived from a whole session: variability, symmetry, drift; and what is known of the athlete.

Frozen values without behaviour, like `model`, which holds the result they are part of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NOT_DISTINGUISHABLE = "not distinguishable from timing noise"
"""What is said of a variability of which nothing is left without the noise."""


@dataclass(frozen=True, slots=True)
class Athlete:
    """What is known of the runner's body; None where not given."""

    height_m: float | None = None


@dataclass(frozen=True, slots=True)
class Variability:
    """Stride-to-stride variability of one quantity of one foot, as a coefficient of variation in per cent.

    `observed_cv_pct` holds the timing noise of the method too; `cv_pct` is without it (95 % between `low_pct` and
    `high_pct`), None when it cannot be told from the noise or there are too few strides: `note` says which.
    `noise_sd_s` is the noise that was removed: of one event for stride time, of the contact time for contact time.
    `method`: the noise was seen in the strides themselves ("sequence") or is that of the benchmark ("stated").
    """

    key: str
    side: Literal["left", "right"]
    method: Literal["sequence", "stated"]
    count: int
    mean: float
    observed_cv_pct: float
    cv_pct: float | None
    low_pct: float | None
    high_pct: float | None
    noise_sd_s: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Symmetry:
    """Left against right of one metric, in its SI unit. Positive: larger on the left.

    `index_pct` is 100 (left - right) / mean with its 95 % interval from stride-to-stride scatter alone; None for a
    metric without a ratio. `limit` is the smallest difference that scatter, two mountings of a sensor and the two
    clocks do not explain; None when not known, and then `exceeds` is None too.
    """

    key: str
    left: float
    right: float
    difference: float
    difference_low: float
    difference_high: float
    index_pct: float | None
    index_low_pct: float | None
    index_high_pct: float | None
    angle_pct: float | None
    limit: float | None
    limit_pct: float | None
    exceeds: bool | None


@dataclass(frozen=True, slots=True)
class Drift:
    """Change of one metric of one foot within the session: mean of the last third minus mean of the first, SI unit.

    `low` and `high` hold it in 95 % of cases; `mdc` is the smallest change that counts, settling of the strap
    included. All None with too few strides: `note` says so. `change_pct` is None for a metric without a ratio.
    """

    key: str
    side: Literal["left", "right"]
    count: int
    first: float | None
    last: float | None
    change: float | None
    change_pct: float | None
    low: float | None
    high: float | None
    mdc: float | None
    exceeds: bool | None
    note: str = ""
