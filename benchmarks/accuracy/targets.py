"""What must be reached, what was reached, and the bar that a later change may not fall below.

A target is a figure with a limit. Its bar is the target itself; where a target is not reached, `bars.toml` holds where
the figure stands instead, and why. `--strict` guards the bars, so that a figure cannot get worse unseen and a missed
target is neither hidden nor a reason to ignore the check. `--record-bars` writes the file anew and keeps its reasons.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy.score.figures import Figures

BARS = Path(__file__).with_name("bars.toml")
SLACK = 0.03
"""How much worse than its last value a figure that misses its target may get: another machine rounds otherwise."""


@dataclass(frozen=True, slots=True)
class Target:
    """`key` is `<group>.<figure>`; `limit` an upper bound of |value| (`most`) or a lower bound of it, where zero asks
    for a figure and for nothing else."""

    key: str
    label: str
    limit: float
    unit: str = "ms"
    most: bool = True
    decimals: int = 1

    @property
    def group(self) -> str:
        return self.key.rpartition(".")[0]

    @property
    def figure(self) -> str:
        return self.key.rpartition(".")[2]

    @property
    def has_limit(self) -> bool:
        """Whether there is something to reach; else the figure is only reported."""
        return self.most or self.limit > 0.0

    def reached(self, value: float, limit: float | None = None) -> bool:
        """Whether a value keeps the limit; NaN never does."""
        bound = self.limit if limit is None else limit
        return abs(value) <= bound if self.most else value >= bound

    def worse(self, value: float) -> float:
        """Bigger is worse, whatever the direction; NaN is the worst of all."""
        return math.inf if math.isnan(value) else abs(value) if self.most else -value

    def text(self, value: float) -> str:
        if math.isnan(value):
            return "not measured"
        text = f"{value:.{self.decimals}f}"
        return text.removeprefix("-") if float(text) == 0.0 else text


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a figure stands that misses its target, and why; `stands_at` NaN: not measured yet."""

    stands_at: float
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the target table. `judged` is the held-out value, the shipped one where nothing is held out."""

    target: Target
    shipped: float
    held_out: float
    worst_runner: str
    bar: Bar | None

    @property
    def judged(self) -> float:
        return self.shipped if math.isnan(self.held_out) else self.held_out

    @property
    def reached(self) -> bool:
        return self.target.reached(self.judged)

    @property
    def held(self) -> bool:
        """Whether the bar holds: the target, or where the figure stood."""
        if self.reached:
            return True
        if self.bar is None:
            return False
        return math.isnan(self.bar.stands_at) or self.target.reached(self.judged, self.bar.stands_at)

    def words(self) -> str:
        """`pass`, or by how much the target is missed."""
        if self.reached:
            return "pass"
        if math.isnan(self.judged):
            return "not measured"
        missed = abs(abs(self.judged) - self.target.limit)
        return f"missed by {missed:.{self.target.decimals}f}"


def _placement(name: str, limits: Mapping[str, float], angle: tuple[str, str]) -> list[Target]:
    share: dict[str, float | bool | str | int] = {"unit": "", "most": False, "decimals": 3}
    rows = [
        Target(f"{name}.recall", "recall of eligible contacts", limits["recall"], **share),  # type: ignore[arg-type]
        Target(f"{name}.recall_later", "recall from the second on", limits["recall_later"], **share),  # type: ignore[arg-type]
        Target(f"{name}.precision", "precision (50 ms)", limits["precision"], **share),  # type: ignore[arg-type]
    ]
    for event in ("ic", "tc"):
        rows.append(Target(f"{name}.{event}_bias", f"{event.upper()} mean bias", limits["event_bias"]))
        rows.append(Target(f"{name}.{event}_within", f"{event.upper()} within-runner SD", limits["event_within"]))
    rows += [
        Target(f"{name}.ct_bias", "contact time, bias", limits["ct_bias"]),
        Target(f"{name}.ct_rmse", "contact time, RMSE", limits["ct_rmse"]),
        Target(f"{name}.ct_loa", "contact time, 95 % limits (half width)", limits["ct_loa"]),
        Target(f"{name}.ct_icc", "contact time, ICC(2,1)", limits["ct_icc"], **share),  # type: ignore[arg-type]
        Target(f"{name}.stride_sd", "stride time, SD of error", limits["stride_sd"]),
        Target(f"{name}.cadence", "cadence, mean absolute error of a trial's mean", 0.3, "steps/min", decimals=2),
        Target(f"{name}.{angle[0]}", angle[1], 4.0, "deg"),
        Target(f"{name}.speed", "speed without belt input, RMS of the trials' means", limits["speed"], "%"),
        Target(f"{name}.rate_104", "104 Hz, worst figure as a multiple of its target", 1.3, "x", decimals=2),
        Target(f"{name}.loss", "1 % packet loss, worst figure as a multiple of its target", 1.1, "x", decimals=2),
        Target(f"{name}.rotation_event", "random mounting, largest change of an event", 1.0, "ms", decimals=3),
        Target(f"{name}.rotation_angle", "random mounting, largest change of an angle", 1.0, "deg", decimals=3),
    ]
    return rows


def all_targets() -> list[Target]:
    """Every target, in the order of the table."""
    foot = _placement(
        "foot",
        {
            "recall": 0.98, "recall_later": 0.995, "precision": 0.995, "event_bias": 5.0, "event_within": 5.0,
            "ct_bias": 5.0, "ct_rmse": 12.0, "ct_loa": 22.0, "ct_icc": 0.90, "stride_sd": 4.0, "speed": 3.0,
        },
        ("fsa_rmse", "foot strike angle, RMSE"),
    )  # fmt: skip
    shank = _placement(
        "shank",
        {
            "recall": 0.97, "recall_later": 0.99, "precision": 0.99, "event_bias": 10.0, "event_within": 8.0,
            "ct_bias": 8.0, "ct_rmse": 18.0, "ct_loa": 35.0, "ct_icc": 0.80, "stride_sd": 6.0, "speed": 5.0,
        },
        ("shank_rmse", "shank angle at IC, RMSE"),
    )  # fmt: skip
    accelerometer = [
        Target("accelerometer.run.recall", "running, recall", 0.98, "", False, 3),
        Target("accelerometer.run.precision", "running, precision (50 ms)", 0.98, "", False, 3),
        Target("accelerometer.walk.recall", "walking, recall", 0.98, "", False, 3),
        Target("accelerometer.walk.precision", "walking, precision (50 ms)", 0.98, "", False, 3),
        Target("accelerometer.run.ct_bias", "running, contact time, bias", 12.0),
        Target("accelerometer.run.ct_rmse", "running, contact time, RMSE", 22.0),
        Target("accelerometer.run.cadence", "running, cadence", 0.3, "steps/min", decimals=2),
        Target("accelerometer.walk.cadence", "walking, cadence", 0.3, "steps/min", decimals=2),
        Target("accelerometer.walk.called", "walking strides called walking", 1.0, "", False, 3),
        Target("accelerometer.run.called", "running strides called running", 1.0, "", False, 3),
    ]
    laps = [
        Target("laps.length_rmse", "stride length against the marker, steady strides, RMSE", 5.0, "%"),
        Target("laps.found", "share of the reference's strides found", 0.0, "", False, 3),
        Target("laps.length_share", "share of the steady strides with a length", 0.0, "", False, 3),
    ]
    return [*foot, *shank, *accelerometer, *laps]


def multiple(target: Target, value: float) -> float:
    """A value as a multiple of its target: for shares, the shortfall from one. NaN (nothing found) is infinite."""
    if math.isnan(value):
        return math.inf
    return abs(value) / target.limit if target.most else max(0.0, 1.0 - value) / (1.0 - target.limit)


def worst_multiple(targets: Sequence[Target], found: Figures) -> tuple[float, str]:
    """The worst figure of a variant as a multiple of its target, and its name; NaN when no figure was measured."""
    values = [(multiple(t, found[t.figure]), t.figure) for t in targets if t.figure in found and t.limit < 1e9]
    return max(values) if values else (math.nan, "")


def read_bars(path: Path = BARS) -> dict[str, Bar]:
    """Recorded bars by target key.

    Raises
    ------
    KeyError
        An entry belongs to no target: it was renamed or dropped.
    """
    known = {target.key for target in all_targets()}
    table = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if not set(table) <= known:
        raise KeyError(f"{path.name} holds bars of no target: {sorted(set(table) - known)}")
    return {key: Bar(float(entry["stands_at"]), str(entry["reason"])) for key, entry in table.items()}


def write_bars(verdicts: Sequence[Verdict], path: Path = BARS) -> None:
    """Record where each missed figure stands, with a little slack; a reason that was there is kept."""
    lines = ["# Where figures stand that miss their target: written by --record-bars, the reasons by hand."]
    for verdict in verdicts:
        if verdict.reached:
            continue
        value = verdict.judged
        if not math.isnan(value):
            value = abs(value) * (1.0 + SLACK) if verdict.target.most else value - SLACK * (1.0 - value)
        reason = verdict.bar.reason if verdict.bar else "not explained yet"
        number = "nan" if math.isnan(value) else f"{value:.4f}"
        lines += ["", f'["{verdict.target.key}"]', f"stands_at = {number}", f'reason = "{reason}"']
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
