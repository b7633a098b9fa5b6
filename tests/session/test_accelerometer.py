"""Whole sessions of sensors without a gyroscope: cadence always, contacts from the shank, angles never.

The simulator's shank stands differently from a real one, so bounds on it are loose: it shows that things hang together.
Accuracy is measured on real recordings, where they are at hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaitpipe.evidence import value
from gaitpipe.metrics._contract import MetricContext
from gaitpipe.metrics.ground_contact_time import contact_systematic_sd_s
from gaitpipe.model import SampleBlock, SensorInfo, SessionResult
from gaitpipe.session import Session
from gaitpipe.simulate.runner import RunnerConfig, Segment

ANGLES = ("foot_strike_angle_deg", "shank_angle_ic_deg", "landing_distance_m", "stride_length_m", "speed_m_s")
RUN = (Segment("stand", 3.0), Segment("run", 20.0, 3.0), Segment("stand", 2.0))
MIXED = (Segment("stand", 3.0), Segment("walk", 15.0, 1.4), Segment("run", 15.0, 3.0), Segment("stand", 3.0))
DATA = Path(os.environ.get("GAITPIPE_DATA", str(Path(__file__).resolve().parents[3] / "shared" / "data")))
FORCE = DATA / "shank_acc_force"


def config(segments: tuple[Segment, ...] = RUN, rate_hz: float = 143.0, placement: str = "shank") -> RunnerConfig:
    return RunnerConfig(segments=segments, placement=placement, rate_hz=rate_hz, seed=3)  # type: ignore[arg-type]


def metric(result: SessionResult, key: str) -> Any:
    return next(row for row in result.metrics if row.key == key)


def codes(result: SessionResult) -> list[str]:
    return [finding.code for finding in result.findings]


def lone(acc: np.ndarray, rate_hz: float = 143.0, placement: str = "shank") -> SessionResult:
    """One sensor on the left with this acceleration (n, 3)."""
    session = Session([SensorInfo("left", placement, rate_hz, has_gyro=False)])  # type: ignore[arg-type]
    blind, flags = np.full(acc.shape, np.nan), np.zeros(len(acc), np.uint8)
    session.feed(SampleBlock("left", placement, 0, np.arange(len(acc)) / rate_hz, acc, blind, flags))  # type: ignore[arg-type]
    return session.finish()


def test_both_shanks_give_strides_steps_and_flight_but_no_angles(
    runner: Callable[..., Any], analyse: Callable[..., SessionResult]
) -> None:
    simulated = runner(config())
    result = analyse(simulated.sensors.values(), has_gyro=False)
    rows = result.strides
    for side in ("left", "right"):
        truth = simulated.truth[simulated.truth["side"] == side]
        mine = rows[rows["side"] == side]
        apart_s = np.abs(mine["ic_s"][:, None] - truth["ic_s"][None, :]).min(axis=1)
        assert len(mine) >= len(truth) - 3
        assert np.max(apart_s) < 0.050
        assert np.isfinite(mine["ground_contact_time_s"]).mean() > 0.9
    assert set(rows["mode"]) == {"run"}
    assert abs(metric(result, "cadence_spm").both.mean - 160.0) < 10.0
    assert np.isfinite(rows["step_time_s"][2:-3]).all()
    assert np.isfinite(rows["flight_time_s"]).any()
    assert all(np.isnan(rows[name]).all() for name in ANGLES)
    assert codes(result).count("no_gyroscope") == 2


@pytest.mark.parametrize("strike", ["rearfoot", "forefoot"])
def test_cadence_comes_from_strides_and_equals_the_truth(
    runner: Callable[..., Any], analyse: Callable[..., SessionResult], strike: str
) -> None:
    """The synthetic shank of a heel striker brakes twice, alike: its contacts scatter, and the uncertainty says so."""
    simulated = runner(replace(config(), strike=strike))
    cadence = metric(analyse(simulated.sensors.values(), has_gyro=False), "cadence_spm")
    times_s = simulated.truth["stride_time_s"][simulated.truth["side"] == "left"]
    assert "windows" not in cadence.note
    assert cadence.left.count > 15
    error_spm = abs(cadence.left.mean - np.nanmean(120.0 / times_s))
    assert error_spm < (0.3 if strike == "forefoot" else cadence.left.uncertainty)


def test_walking_and_running_have_their_modes_and_a_transition_is_survived(
    runner: Callable[..., Any], analyse: Callable[..., SessionResult]
) -> None:
    rows = analyse(runner(config(MIXED)).sensors.values(), has_gyro=False).strides
    left = rows[(rows["side"] == "left") & (rows["quality"] == "ok")]
    assert set(left["mode"][left["ic_s"] < 16.0]) == {"walk"}
    assert set(left["mode"][left["ic_s"] > 22.0]) == {"run"}
    assert (left["mode"] == "walk").sum() >= 8
    assert (left["mode"] == "run").sum() >= 12


@pytest.mark.parametrize("size", [1, 64])
def test_blocks_and_the_order_of_the_feet_do_not_matter(
    runner: Callable[..., Any], analyse: Callable[..., SessionResult], size: int
) -> None:
    streams = list(runner(config(MIXED)).sensors.values())
    whole = analyse(streams, has_gyro=False)
    other = analyse(streams[::-1], size, has_gyro=False)
    assert other.strides.tobytes() == whole.strides.tobytes()
    assert other.parameter_hash == whole.parameter_hash


def test_live_updates_are_strides(runner: Callable[..., Any], blocks: Callable[..., Any]) -> None:
    stream = runner(config()).sensors["left"]
    session = Session([SensorInfo("left", "shank", 143.0, has_gyro=False)])
    updates = [update for block in blocks(stream, 20) for update in session.feed(block)]
    rows = session.finish().strides
    assert len(updates) > 15
    assert [update.ic_s for update in updates] == list(rows["ic_s"][: len(updates)])
    assert np.isfinite([update.ground_contact_time_s for update in updates]).mean() > 0.9


@pytest.mark.parametrize(("placement", "rate_hz"), [("foot", 143.0), ("shank", 50.0)])
def test_a_foot_or_a_slow_shank_gives_cadence_only_and_says_so(
    runner: Callable[..., Any], analyse: Callable[..., SessionResult], placement: str, rate_hz: float
) -> None:
    simulated = runner(config(rate_hz=rate_hz, placement=placement))
    result = analyse(simulated.sensors.values(), has_gyro=False)
    assert len(result.strides) == 0
    assert "windows" in metric(result, "cadence_spm").note
    said = next(finding for finding in result.findings if finding.code == "no_gyroscope")
    assert "cadence only" in said.message
    assert "70 Hz" in said.advice if placement == "shank" else "shank" in said.advice


def test_one_foot_with_and_one_without_a_gyroscope_go_together(runner: Callable[..., Any]) -> None:
    streams = runner(config()).sensors
    infos = [SensorInfo(side, "shank", 143.0, has_gyro=side == "left") for side in ("left", "right")]
    session = Session(infos)
    for side, stream in streams.items():
        session.feed(
            SampleBlock(
                side, "shank", 0, stream.device_time_s, np.ascontiguousarray(stream.acc_m_s2),
                np.ascontiguousarray(stream.gyr_rad_s), stream.flags,
            )
        )  # fmt: skip
    rows = session.finish().strides
    assert min((rows["side"] == "left").sum(), (rows["side"] == "right").sum()) > 15
    assert np.isfinite(rows["step_time_s"]).mean() > 0.7


def test_contact_time_is_less_certain_without_a_gyroscope() -> None:
    with_gyro, without = (SensorInfo("left", "shank", 143.0, has_gyro=has) for has in (True, False))
    narrow, wide = (contact_systematic_sd_s(MetricContext(info, 0.7, 0.0)) for info in (with_gyro, without))
    assert narrow is not None
    assert wide is not None
    assert wide > narrow
    assert wide >= value("shank_accelerometer_contact_bias_sd_s")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["standing", "white", "slow", "fast"])
def test_what_is_no_gait_gives_no_strides_and_says_so(kind: str, seed: int) -> None:
    from scipy.signal import butter, sosfilt

    noise = np.random.default_rng(seed).standard_normal((143 * 40, 3))
    band = {"slow": (1.0, 6.0), "fast": (2.0, 10.0)}.get(kind)
    if band is not None:
        noise = sosfilt(butter(2, band, "band", fs=143.0, output="sos"), noise, axis=0)
        noise *= 12.0 / noise.std()
    result = lone(np.array([1.0, 2.0, 9.5]) + noise * {"standing": 0.05, "white": 5.0}.get(kind, 1.0))
    assert len(result.strides) == 0
    assert {"no_strides", "no_gait"} <= set(codes(result))


@pytest.mark.parametrize("frequency_hz", [3.0, 5.0])
def test_a_sensor_shaken_fast_by_hand_gives_no_strides(frequency_hz: float) -> None:
    angle = 2.0 * np.pi * frequency_hz * np.arange(143 * 30) / 143.0
    shaken = np.stack(
        [15.0 * np.sin(angle) + 4.0 * np.sin(2.0 * angle + 1.0), 8.0 * np.sin(angle + 1.0), 0.0 * angle], 1
    )
    noise = np.random.default_rng(1).standard_normal(shaken.shape)
    assert len(lone(np.array([1.0, 2.0, 9.5]) + shaken + noise).strides) == 0


def test_nothing_at_all_is_survived() -> None:
    session = Session([SensorInfo("left", "shank", 143.0, has_gyro=False)])
    assert len(session.finish().strides) == 0
    assert len(lone(np.tile([0.0, 0.0, 9.81], (200, 1))).strides) == 0


def real_trials() -> list[Any]:
    if not (FORCE / "trials.csv").is_file():
        return []
    import pandas as pd

    return list(pd.read_csv(FORCE / "trials.csv").itertuples())


@pytest.mark.reference
@pytest.mark.skipif(not real_trials(), reason="the recordings with force are not here")
def test_real_shank_accelerometers_against_force() -> None:
    """Contacts at least 0.35 s from either end; both people, running and walking, each trial on its own."""
    import pandas as pd

    events, found, eligible, strays = pd.read_csv(FORCE / "events.csv"), 0, 0, 0
    for trial in real_trials():
        data = pd.read_csv(FORCE / f"{trial.trial}.csv")
        truth = events[events["trial"] == trial.trial]
        acc = np.ascontiguousarray(data[["acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2"]].to_numpy())
        result = lone(acc, 1000.0 / 7.0)
        rows = result.strides
        assert set(rows["mode"]) == {"run" if trial.mode == "running" else "walk"}
        ic_s, tc_s = truth["ic_s"].to_numpy(), truth["tc_s"].to_numpy()
        contacts_s = np.unique(np.round(np.append(rows["ic_s"], (rows["ic_s"] + rows["stride_time_s"])), 6))
        contacts_s = contacts_s[np.isfinite(contacts_s)]
        apart_s = np.abs(ic_s[:, None] - contacts_s[None, :])
        inside = (ic_s >= 0.35) & (ic_s <= data["time_s"].iloc[-1] - 0.35)
        found += int((apart_s.min(axis=1) < 0.050)[inside].sum())
        eligible += int(inside.sum())
        strays += int((apart_s.min(axis=0) > 0.050).sum())
        nearest = np.abs(ic_s[:, None] - rows["ic_s"][None, :]).argmin(axis=0)
        error_s = rows["ground_contact_time_s"] - (tc_s - ic_s)[nearest]
        error_s = error_s[np.isfinite(error_s)]
        assert abs(error_s.mean()) < 0.012
        assert np.sqrt(np.mean(error_s**2)) < 0.022
        strides_s = np.diff(ic_s)
        cadence_spm = float(np.mean(120.0 / strides_s[strides_s < 1.6]))
        assert abs(metric(result, "cadence_spm").left.mean - cadence_spm) < 0.3
    assert found >= 0.98 * eligible
    assert strays <= 0.02 * eligible
