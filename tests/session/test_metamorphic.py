"""Changes of the input whose effect on the output is known without any truth."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from gaitpipe.model import FLAG_ACC_CLIPPED, STANDARD_GRAVITY_M_S2, Placement
from gaitpipe.simulate.runner import RunnerConfig, Segment, SimulatedStream

RUN = (Segment("stand", 4.0), Segment("run", 14.0, 3.0))
PLACEMENTS = pytest.mark.parametrize("placement", ["foot", "shank"])


def config(placement: Placement, **changes: Any) -> RunnerConfig:
    return RunnerConfig(**{"segments": RUN, "placement": placement, "seed": 14, **changes})


def turned(stream: SimulatedStream, matrix: np.ndarray) -> SimulatedStream:
    return replace(stream, acc_m_s2=stream.acc_m_s2 @ matrix.T, gyr_rad_s=stream.gyr_rad_s @ matrix.T)


def random_rotation(seed: int) -> np.ndarray:
    q, r = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else q[:, [1, 0, 2]]


@PLACEMENTS
def test_twice_the_rate_moves_events_by_less_than_two_milliseconds(
    runner: Any, analyse: Any, good: Any, placement: Placement
) -> None:
    slow, fast = (
        good(analyse([runner(config(placement, rate_hz=rate_hz, ideal=True)).sensors["left"]]), "left")
        for rate_hz in (208.0, 416.0)
    )
    assert len(slow) == len(fast) > 12
    for name in ("ic_s", "tc_s"):
        np.testing.assert_allclose(slow[name], fast[name], rtol=0, atol=2e-3 if placement == "foot" else 1e-3)


@PLACEMENTS
@pytest.mark.parametrize("seed", range(5))
def test_any_mounting_gives_events_within_a_millisecond(
    runner: Any, analyse: Any, placement: Placement, seed: int
) -> None:
    stream = runner(config(placement)).sensors["right"]
    plain, other = analyse([stream]), analyse([turned(stream, random_rotation(seed))])
    assert other.sensors[0].alignment.confidence == "high"
    assert len(plain.strides) == len(other.strides) > 12
    for name in ("ic_s", "tc_s"):
        np.testing.assert_allclose(plain.strides[name], other.strides[name], rtol=0, atol=1e-3)
    angles = [result.strides["foot_strike_angle_deg"] for result in (plain, other)]
    np.testing.assert_allclose(*angles, rtol=0, atol=1.0)


@PLACEMENTS
def test_a_mirrored_runner_gives_the_same_strides(runner: Any, analyse: Any, placement: Placement) -> None:
    """The same leg, reflected in the sagittal plane: y of a vector turns its sign, x and z of a rotation do."""
    stream = runner(config(placement, mount="aligned")).sensors["left"]
    mirrored = replace(
        stream,
        side="right",
        acc_m_s2=stream.acc_m_s2 * [1.0, -1.0, 1.0],
        gyr_rad_s=stream.gyr_rad_s * [-1.0, 1.0, -1.0],
    )
    one, two = analyse([stream]).strides, analyse([mirrored]).strides
    assert set(one["side"]) == {"left"}
    assert set(two["side"]) == {"right"}
    for name in ("ic_s", "tc_s", "ground_contact_time_s", "peak_acc_m_s2", "foot_strike_angle_deg"):
        np.testing.assert_allclose(one[name], two[name], rtol=0, atol=1e-6)


@PLACEMENTS
def test_ten_seconds_of_standing_before_change_nothing_but_the_time(
    runner: Any, analyse: Any, placement: Placement
) -> None:
    stream = runner(config(placement)).sensors["left"]
    more = round(10 * stream.rate_hz)
    still = np.arange(more) % round(1.5 * stream.rate_hz) + 100  # a second and a half of the real standing, repeated
    longer = replace(
        stream,
        device_time_s=np.concatenate([np.arange(more) / stream.rate_hz, stream.device_time_s + more / stream.rate_hz]),
        acc_m_s2=np.concatenate([stream.acc_m_s2[still], stream.acc_m_s2]),
        gyr_rad_s=np.concatenate([stream.gyr_rad_s[still], stream.gyr_rad_s]),
        flags=np.concatenate([stream.flags[still], stream.flags]),
    )
    one, two = analyse([stream]).strides, analyse([longer]).strides
    assert len(one) == len(two)
    np.testing.assert_allclose(one["ic_s"] + more / stream.rate_hz, two["ic_s"], rtol=0, atol=1e-4)
    for name in ("ground_contact_time_s", "cadence_spm", "duty_factor"):
        np.testing.assert_allclose(one[name], two[name], rtol=1e-3)
    assert np.array_equal(one["quality"], two["quality"])


@PLACEMENTS
@pytest.mark.parametrize(("kind", "speed_m_s"), [("walk", 1.0), ("walk", 1.5), ("run", 2.5), ("run", 4.0)])
def test_walking_is_not_called_running_nor_the_other_way_round(
    runner: Any, analyse: Any, placement: Placement, kind: str, speed_m_s: float
) -> None:
    segments = (Segment("stand", 4.0), Segment(kind, 16.0, speed_m_s))  # type: ignore[arg-type]
    result = analyse(runner(config(placement, segments=segments)).sensors.values())
    steady = result.strides[(result.strides["ic_s"] > 8.0) & (result.strides["quality"] == "ok")]
    assert len(steady) > 12
    assert set(steady["mode"]) == {kind}


@PLACEMENTS
def test_without_standing_the_cadence_is_the_same_and_less_sure_of_the_mounting(
    runner: Any, analyse: Any, good: Any, placement: Placement
) -> None:
    stream = runner(config(placement)).sensors["left"]
    start = round(6.0 * stream.rate_hz)
    moving = replace(
        stream,
        device_time_s=stream.device_time_s[start:],
        acc_m_s2=stream.acc_m_s2[start:],
        gyr_rad_s=stream.gyr_rad_s[start:],
        flags=stream.flags[start:],
    )
    with_standing, without = analyse([stream]), analyse([moving])
    assert with_standing.sensors[0].alignment.confidence == "high"
    assert without.sensors[0].alignment.confidence in ("medium", "low")
    assert "no_standing" in {finding.code for finding in without.findings}
    one, two = good(with_standing, "left"), good(without, "left")
    late = one[one["ic_s"] > two["ic_s"][0] - 0.1]
    assert len(late) == len(two) > 10
    assert np.isnan(two["cadence_spm"]).tolist() == [False] * (len(two) - 1) + [True]  # the last has no next contact
    assert np.nanmean(two["cadence_spm"]) == pytest.approx(np.nanmean(late["cadence_spm"]), rel=1e-3)


@PLACEMENTS
def test_a_clipped_peak_is_left_out_and_counted(runner: Any, analyse: Any, placement: Placement) -> None:
    stream = runner(config(placement)).sensors["left"]
    plain = analyse([stream])
    assert np.isfinite(plain.strides["peak_acc_m_s2"]).all()
    norm = np.linalg.norm(stream.acc_m_s2, axis=1)
    flags = stream.flags | (norm > np.quantile(norm, 0.97)).astype(np.uint8) * FLAG_ACC_CLIPPED
    clipped = analyse([replace(stream, flags=flags)])
    assert len(clipped.strides) == len(plain.strides)
    assert np.isnan(clipped.strides["peak_acc_m_s2"]).any()
    known = np.isfinite(clipped.strides["peak_acc_m_s2"])
    assert np.array_equal(clipped.strides["peak_acc_m_s2"][known], plain.strides["peak_acc_m_s2"][known])
    assert np.array_equal(clipped.strides["ic_s"], plain.strides["ic_s"])
    assert "acc_clipped" in {finding.code for finding in clipped.findings}


@cache
def without_gyroscope(runner: Any, analyse: Any, placement: Placement) -> tuple[Any, Any]:
    """Truth and result of two accelerometers."""
    session = runner(config(placement, segments=(Segment("stand", 4.0), Segment("run", 24.0, 3.0))))
    streams = [replace(stream, gyr_rad_s=np.full_like(stream.gyr_rad_s, np.nan)) for stream in session.sensors.values()]
    return session.truth, analyse(streams, has_gyro=False)


def test_an_accelerometer_alone_on_the_foot_gives_cadence_and_no_strides(runner: Any, analyse: Any) -> None:
    _, result = without_gyroscope(runner, analyse, "foot")
    assert len(result.strides) == 0
    assert [row.key for row in result.metrics] == ["cadence_spm"]
    assert "n counts windows" in result.metrics[0].note


def test_an_accelerometer_alone_on_the_shank_gives_strides_without_angles(runner: Any, analyse: Any) -> None:
    truth, result = without_gyroscope(runner, analyse, "shank")
    assert len(truth) - 8 <= len(result.strides) <= len(truth)
    assert np.isfinite(result.strides["ground_contact_time_s"]).mean() > 0.9
    for name in ("foot_strike_angle_deg", "shank_angle_ic_deg", "speed_m_s"):
        assert np.isnan(result.strides[name]).all()
    figures = {row.key for row in result.metrics if row.left is not None}
    assert {"cadence_spm", "ground_contact_time_s"} <= figures
    assert not {"foot_strike_angle_deg", "shank_angle_ic_deg", "speed_m_s"} & figures


@PLACEMENTS
def test_the_cadence_of_an_accelerometer_is_within_one_step_a_minute(
    runner: Any, analyse: Any, placement: Placement
) -> None:
    truth, result = without_gyroscope(runner, analyse, placement)
    codes = [finding.code for finding in result.findings]
    assert codes.count("no_gyroscope") == 2
    assert "no_movement" not in codes
    true_spm = np.nanmean(truth["cadence_spm"][truth["ic_s"] > 7.0])
    cadence = next(row for row in result.metrics if row.key == "cadence_spm")
    for statistic in (cadence.left, cadence.right):
        assert statistic.mean == pytest.approx(true_spm, abs=1.0)


def shaken(kind: str, placement: Placement) -> SimulatedStream:
    """Movement that is no gait: standing, white noise, or a hand that shakes the sensor."""
    rate_hz, generator = 208.0, np.random.default_rng(4)
    count = round(30 * rate_hz)
    time_s = np.arange(count) / rate_hz
    acc = np.tile([0.0, 0.0, STANDARD_GRAVITY_M_S2], (count, 1)) + 0.05 * generator.standard_normal((count, 3))
    gyr = 0.01 * generator.standard_normal((count, 3))
    if kind == "noise":
        acc += 10.0 * generator.standard_normal((count, 3))
        gyr += 3.0 * generator.standard_normal((count, 3))
    if kind == "shaking":
        wave = np.sin(2 * np.pi * 4.0 * time_s)[:, None]
        acc += 20.0 * wave * [0.3, 0.2, 1.0]
        gyr += 8.0 * np.roll(wave, 20, axis=0) * [0.2, 1.0, 0.1]
    return SimulatedStream(
        "left", placement, rate_hz, time_s, time_s, acc, gyr, np.zeros(count, np.uint8), np.eye(3), 0.0
    )


@PLACEMENTS
@pytest.mark.parametrize(
    "kind",
    [
        "standing",
        "noise",
        "shaking",
    ],
)
def test_what_is_no_gait_gives_no_strides_and_says_so(analyse: Any, placement: Placement, kind: str) -> None:
    result = analyse([shaken(kind, placement)])
    assert not (result.strides["quality"] == "ok").any()
    codes = {finding.code for finding in result.findings}
    assert codes & {"no_gait", "no_strides", "no_movement"}
    assert all(row.left is None for row in result.metrics)
