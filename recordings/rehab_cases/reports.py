"""Builds the four complete reports of `docs/cases`: `python recordings/rehab_cases/reports.py [FOLDER]`.

The simulator makes the sessions of each case, the product analyses them and writes the reports with the plan and the
log of the case. Nothing is edited afterwards, so the figures come near those of the worked examples, not exactly: what
the sensors' noise and the method's errors make of them is in. Everything is synthetic; the pages say so.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import click
from make import DECIDED_ON, TODAY

from gaitpipe import cli, profile_store
from gaitpipe.app.simulate import SimulationRequest, write_simulation
from gaitpipe.simulate.runner_config import RunnerConfig, Segment, Strike

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "cases"
STAND, MINUTES = Segment("stand", 8.0), 4.0
UNSEEN_S = 0.014
"""The product sees the contacts of this simulator shorter by about this much; they are made longer by it."""
BLOCK_S = 110.0
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Visit:
    """One simulated session; `contact_s` is what should be measured, `asymmetry_pct` left less right."""

    day: date
    speed_m_s: float
    cadence_spm: float
    contact_s: float
    seed: int
    strike: Strike = "rearfoot"
    asymmetry_pct: float = 0.0

    def runner(self) -> RunnerConfig:
        """What the simulator is asked to do."""
        return RunnerConfig(
            (STAND, Segment("run", 60.0 * MINUTES, self.speed_m_s)),
            cadence_spm=self.cadence_spm,
            contact_time_s=self.contact_s + UNSEEN_S,
            contact_time_asymmetry_pct=self.asymmetry_pct,
            strike=self.strike,
            surface="treadmill",
            seed=self.seed,
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A case's baseline and today's session; `cue` adds a before/after comparison of the same day."""

    baseline: Visit
    today: Visit
    shoe: tuple[str, str] = ("Daily trainer", "10")
    log: str = "log.csv"
    cue: bool = False


A = (Visit(date(2026, 2, 24), 2.78, 164.0, 0.264, 101), Visit(TODAY, 2.78, 172.0, 0.256, 102))
CASES: dict[str, Case] = {
    "case_a": Case(*A, cue=True),
    "case_b": Case(
        Visit(date(2026, 2, 10), 3.0, 170.0, 0.245, 103),
        Visit(TODAY, 3.0, 174.0, 0.232, 104, "forefoot"),
        shoe=("Zero-drop racer", "0"),
    ),
    "case_c": Case(
        Visit(date(2026, 2, 20), 2.5, 160.0, 0.271, 105, asymmetry_pct=-0.74),
        Visit(TODAY, 2.5, 160.0, 0.270, 106, asymmetry_pct=-5.93),
    ),
    "case_d": Case(*A),
}


def simulate(runner: RunnerConfig, speed_m_s: float, day: date, folder: Path, name: str) -> Path:
    """Write one recording and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    started = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    request = SimulationRequest(
        runner,
        profile_store.load("open_imu"),
        belt_speed_m_s=speed_m_s,
        start_utc_ns=round(started.timestamp()) * 1_000_000_000,
    )
    return write_simulation(request, folder, name)[0]


def run(*arguments: object) -> None:
    """Run a command of gaitpipe; leave at its first failure."""
    code = cli.run([*(str(argument) for argument in arguments), "-q"])
    if code != 0:
        raise SystemExit(f"gaitpipe {arguments[0]} ended with {code}")


def context(shoe: tuple[str, str]) -> list[str]:
    """What the person at the treadmill knows."""
    return ["--surface", "treadmill", "--incline", "0", "--shoe", shoe[0], "--shoe-drop", shoe[1]]


def cue_comparison(case: Case, work: Path) -> Path:
    """A-B-A in one visit: plain, with the cue of today's cadence, plain again; return the comparison."""
    plain, cued = case.baseline, case.today
    blocks = (
        STAND,
        Segment("run", BLOCK_S, plain.speed_m_s),
        Segment("run", BLOCK_S, plain.speed_m_s, cued.cadence_spm, cued.contact_s + UNSEEN_S),
        Segment("run", BLOCK_S, plain.speed_m_s),
    )
    runner = RunnerConfig(
        blocks, cadence_spm=plain.cadence_spm, contact_time_s=plain.contact_s + UNSEEN_S, surface="treadmill", seed=107
    )
    recording = simulate(runner, plain.speed_m_s, TODAY, work, "cue_visit")
    spans = [
        f"{start:g}-{start + BLOCK_S - 15.0:g}" for start in (STAND.duration_s + 10.0 + k * BLOCK_S for k in range(3))
    ]
    run(
        "compare", recording, "--before", spans[0], "--cue", spans[1], "--after", spans[2],
        "--cue-text", "5 % quicker steps, same speed", "--comfort", 7, "--injured", "left", "--out", work,
    )  # fmt: skip
    return work / "compare.json"


def build(name: str, work: Path) -> Path:
    """Simulate, analyse and report one case; return its page."""
    case, files = CASES[name], HERE / name
    baseline = simulate(case.baseline.runner(), case.baseline.speed_m_s, case.baseline.day, work, f"{name}_baseline")
    today = simulate(case.today.runner(), case.today.speed_m_s, case.today.day, work / "today", f"{name}_today")
    run("analyze", baseline, "--out", work / "baseline", *context(("Daily trainer", "10")))
    out = work / "report"
    out.mkdir()
    compared = ("--compare", cue_comparison(case, work / "cue")) if case.cue else ()
    run(
        "report", today, "--out", out, *context(case.shoe), "--plan", files / "plan.toml", "--log", files / case.log,
        "--date", DECIDED_ON, "--baseline", work / "baseline" / "summary.json",
        "--assessor", "A. Example (synthetic)", "--mounting", "instep of both shoes", *compared,
    )  # fmt: skip
    tell(name, work)
    return out / "report.html"


def tell(name: str, work: Path) -> None:
    """Print what came out, to hold beside the worked example."""
    decision = json.loads((work / "report" / "decision.json").read_text())
    keys = ("decision", "rules", "psi", "slr", "slr_range", "asi", "asi_change")
    click.echo(f"{name}: " + ", ".join(f"{key} {decision.get(key)}" for key in keys))
    for kind in ("baseline", "report"):
        metrics = json.loads((work / kind / "summary.json").read_text())["metrics"]
        words = [
            f"{key} {metrics[key]['left']['mean']:.4g} / {metrics[key]['right']['mean']:.4g}"
            for key in ("cadence_spm", "ground_contact_time_s", "foot_strike_angle_deg")
        ]
        click.echo(f"  {kind}: {', '.join(words)}")


def main(folder: Path) -> None:
    """Build all reports into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in CASES:
        with tempfile.TemporaryDirectory() as work:
            page = build(name, Path(work))
            size = page.stat().st_size
            if size > MOST_BYTES:
                raise SystemExit(f"{name}: the page has {size} bytes, more than {MOST_BYTES}")
            shutil.copyfile(page, folder / f"{name}.html")
            click.echo(f"  {folder / name}.html: {size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
