"""Dead reckoning of strides: exact on known motion, equal to a readable oracle, and silent where it knows nothing."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from gaitpipe.core.strapdown import RESULTS, measure_stride
from gaitpipe.evidence import value
from gaitpipe.gait.trajectory import CLIPPED_LONGEST_S, NO_MOTION, StrideMotion, TrajectoryBuilder
from gaitpipe.model import FLAG_ACC_CLIPPED, FLAG_GYR_CLIPPED, Placement, SampleBlock
from module_beside import module_beside

GRAVITY = np.array([0.0, 0.0, 9.80665])
FOOT_LEVER = np.array([-value("foot_lever_back_m"), 0.0, value("foot_lever_up_m")])
SHANK_LEVER = np.array([0.0, 0.0, value("shank_lever_m")])
PERIOD_S, CONTACT_S = 0.7, 0.25


@dataclass(frozen=True)
class Timing:
    ic_s: float = 1.0
    tc_s: float = 1.0 + CONTACT_S
    next_ic_s: float = 1.0 + PERIOD_S


def swing(time_s: np.ndarray) -> np.ndarray:
    """From 0 to 1 during the swing of each stride, very smooth, and one more with each stride."""
    strides = np.floor((time_s - 1.0) / PERIOD_S)
    part = np.clip((time_s - 1.0 - strides * PERIOD_S - 0.20) / 0.48, 0.0, 1.0)
    return strides + part**4 * (35.0 - 84.0 * part + 70.0 * part**2 - 20.0 * part**3)


def pitch(time_s: np.ndarray) -> np.ndarray:
    """Toes up [rad]; level at the middle of its search window, not still there, and 8 degrees up at contact."""
    phase = 2.0 * np.pi * (time_s - 1.0 - 0.4 * CONTACT_S) / PERIOD_S
    return -0.25 * np.sin(phase) - 0.35 * (1.0 - np.cos(phase)) * np.sin(phase) ** 2


def motion(
    placement: Placement, rate_hz: float, length_m: float, heading: float = 0.0, drift_m_s: float = 0.0
) -> tuple[SampleBlock, Any]:
    """A sensor on a lever about a pivot that stands in contact and swings ahead; the exact attitude comes with it."""
    lever = FOOT_LEVER if placement == "foot" else SHANK_LEVER

    def attitude(time_s: np.ndarray) -> Rotation:
        return Rotation.from_euler("ZY", np.stack([np.full(len(time_s), heading), -pitch(time_s)], axis=1))

    def place(time_s: np.ndarray) -> np.ndarray:
        way = length_m * swing(time_s) + drift_m_s * time_s
        high = 0.1 * np.sin(np.pi * (swing(time_s) % 1.0)) ** 4
        ahead = np.array([math.cos(heading), math.sin(heading), 0.0])
        return way[:, None] * ahead + high[:, None] * [0, 0, 1] + attitude(time_s).apply(lever)

    time_s = np.arange(round(2.3 * rate_hz)) / rate_hz
    h = 2e-4
    acceleration = (
        -place(time_s - 2 * h) + 16 * place(time_s - h) - 30 * place(time_s)
        + 16 * place(time_s + h) - place(time_s + 2 * h)
    ) / (12 * h * h)  # fmt: skip
    turned = attitude(time_s)
    rate = (attitude(time_s - h).inv() * attitude(time_s + h)).as_rotvec() / (2 * h)
    acc = turned.inv().apply(acceleration + GRAVITY)
    return block_of(placement, time_s, acc, rate), turned


def block_of(placement: Placement, time_s: np.ndarray, acc: np.ndarray, gyr: np.ndarray) -> SampleBlock:
    flags = np.zeros(len(time_s), np.uint8)
    return SampleBlock("left", placement, 0, time_s, np.ascontiguousarray(acc), np.ascontiguousarray(gyr), flags)


def piece(block: SampleBlock, start: int, stop: int) -> SampleBlock:
    parts = (block.time_s, block.acc_m_s2, block.gyr_rad_s, block.flags)
    return SampleBlock(block.side, block.placement, block.first_sample + start, *(part[start:stop] for part in parts))


def measured(
    *blocks: SampleBlock, timing: Timing = Timing(), stood: bool = True, known_s: float = math.inf
) -> StrideMotion:
    builder = TrajectoryBuilder(blocks[0].placement)
    for block in blocks:
        builder.feed(block)
    return builder.measure(timing, stood, known_s)


@pytest.mark.parametrize("rate_hz", [100.0, 208.0, 800.0])
@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_known_motion_gives_its_length_and_angles(placement: Placement, rate_hz: float) -> None:
    block, _ = motion(placement, rate_hz, 2.1)
    result = measured(block)
    assert result.length_m == pytest.approx(2.1, rel=0.01 if rate_hz == 100.0 else 2e-3)
    assert result.speed_m_s == pytest.approx(result.length_m / PERIOD_S)
    before = pitch(np.array([0.99, 0.98]))
    if placement == "shank":
        assert math.degrees(result.shank_angle_rad) == pytest.approx(math.degrees(before[0]), abs=0.25)
        assert math.isnan(result.foot_pitch_rad)
        return
    still_s = 1.0 + 0.4 * CONTACT_S
    zero = pitch(np.array([still_s - 0.0625, still_s + 0.05]))
    carried_on = 2.0 * before[0] - before[1]
    assert carried_on - zero.max() - 0.01 < result.foot_pitch_rad < carried_on - zero.min() + 0.01
    assert math.isnan(result.shank_angle_rad)


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_a_lever_left_out_would_be_seen(placement: Placement) -> None:
    """The motion does turn at mid-stance: with the sensor itself at rest there, the length would be wrong."""
    block, _ = motion(placement, 208.0, 2.1)
    out = np.empty(RESULTS)
    stance = (0.15, 0.60, 4) if placement == "foot" else (0.45, 0.45, 4)
    arguments = (block.acc_m_s2, block.gyr_rad_s, 1 / 208.0, (208.0, 1.7 * 208.0, CONTACT_S * 208.0), stance)
    measure_stride(*arguments, (0.0, 0.0, 0.0), 2.08, (placement == "foot", False), out)
    assert abs(out[0] - 2.1) > 0.02


@pytest.mark.parametrize("placement", ["foot", "shank"])
@pytest.mark.parametrize("heading", [0.6, -2.0, 3.1])
def test_the_way_may_lead_anywhere(placement: Placement, heading: float) -> None:
    straight, turned = (measured(motion(placement, 208.0, 2.1, way)[0]) for way in (0.0, heading))
    for one, two in zip(values(straight), values(turned), strict=True):
        assert two == pytest.approx(one, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_a_belt_cannot_be_seen(placement: Placement) -> None:
    still, carried = (measured(motion(placement, 208.0, 2.1, drift_m_s=drift)[0]) for drift in (0.0, -3.0))
    for one, two in zip(values(still), values(carried), strict=True):
        assert two == pytest.approx(one, abs=1e-5, nan_ok=True)


@pytest.mark.parametrize("yaw_deg", [-20.0, 12.0])
def test_an_axis_of_the_mounting_that_is_off_hardly_changes_the_foot(yaw_deg: float) -> None:
    block, _ = motion("foot", 208.0, 2.1)
    turn = Rotation.from_euler("zx", [yaw_deg, 3.0], degrees=True)
    other = block_of("foot", block.time_s, turn.apply(block.acc_m_s2), turn.apply(block.gyr_rad_s))
    plain, off = measured(block), measured(other)
    assert off.length_m == pytest.approx(plain.length_m, rel=0.01)
    assert math.degrees(off.foot_pitch_rad) == pytest.approx(math.degrees(plain.foot_pitch_rad), abs=0.5)


def test_constant_sensor_errors_change_little() -> None:
    block, _ = motion("foot", 208.0, 2.1)
    acc, gyr = block.acc_m_s2 + np.array([0.2, -0.2, 0.2]), block.gyr_rad_s + np.radians([0.5, -0.5, 0.5])
    plain, off = measured(block), measured(block_of("foot", block.time_s, acc, gyr))
    assert off.length_m == pytest.approx(plain.length_m, rel=0.02)
    assert math.degrees(off.foot_pitch_rad) == pytest.approx(math.degrees(plain.foot_pitch_rad), abs=1.0)


def values(result: StrideMotion) -> tuple[float, ...]:
    return (
        result.length_m, result.speed_m_s, result.foot_pitch_rad, result.shank_angle_rad, result.retraction_m_s,
    )  # fmt: skip


@pytest.fixture(scope="module")
def naive() -> ModuleType:
    return module_beside(__file__, "naive_strapdown")


def noise(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Smooth movement in space that no leg makes, shape (400, 3) each."""
    generator = np.random.default_rng(seed)
    waves = np.sin(np.arange(400)[:, None, None] / 40.0 + generator.uniform(0, 6, (1, 6, 4)))
    smooth = np.sum(waves * generator.normal(0, 1, (1, 6, 4)), axis=2)
    return np.ascontiguousarray(8 * smooth[:, :3] + [0, 0, 10]), np.ascontiguousarray(4 * smooth[:, 3:])


@pytest.mark.parametrize("segment", [(True, False), (False, False), (True, True), (False, True)])
@pytest.mark.parametrize("seed", range(4))
def test_the_readable_oracle_says_the_same(naive: ModuleType, seed: int, segment: tuple[bool, bool]) -> None:
    acc, gyr = noise(seed)
    arguments = (1 / 208.0, (30.3, 240.8, 61.7), (0.15, 0.6, 4), np.array([-0.1, 0.02, 0.05]), 2.08, segment)
    out = np.empty(RESULTS)
    measure_stride(acc, gyr, *arguments, out)
    np.testing.assert_allclose(out, naive.stride(acc, gyr, *arguments), rtol=1e-7, atol=1e-7)


PROGRAM = """
import sys
import numpy as np
from numba import config
from gaitpipe.core.strapdown import RESULTS, measure_stride
assert config.DISABLE_JIT
data, out = np.load(sys.argv[1]), np.empty(RESULTS)
lever = (-0.1, 0.02, 0.05)
measure_stride(data["a"], data["g"], 1 / 208.0, (30.3, 240.8, 61.7), (0.15, 0.6, 4), lever, 2.08, (True, False), out)
print(out.tobytes().hex())
"""


def test_without_the_compiler_the_bits_are_the_same(tmp_path: Path) -> None:
    acc, gyr = noise(1)
    np.savez(tmp_path / "data.npz", a=acc, g=gyr)
    out = np.empty(RESULTS)
    measure_stride(
        acc, gyr, 1 / 208.0, (30.3, 240.8, 61.7), (0.15, 0.6, 4), (-0.1, 0.02, 0.05), 2.08, (True, False), out
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "data.npz")],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == out.tobytes().hex()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(cuts=st.lists(st.integers(1, 470), max_size=40, unique=True))
def test_any_blocks_give_the_same_bits(cuts: list[int]) -> None:
    block, _ = motion("foot", 208.0, 2.1)
    edges = [0, *sorted(cuts), len(block)]
    pieces = [piece(block, start, stop) for start, stop in pairwise(edges)]
    assert measured(*pieces) == measured(block)


def test_what_comes_after_the_stride_does_not_matter() -> None:
    block, _ = motion("foot", 208.0, 2.1)
    enough = round((1.0 + PERIOD_S + 0.6 * CONTACT_S + 0.06) * 208.0)
    plain = measured(block)
    assert math.isfinite(plain.length_m)
    changed = replace(block, acc_m_s2=block.acc_m_s2.copy())
    changed.acc_m_s2[enough:] = 50.0
    assert measured(changed) == plain


@pytest.mark.parametrize("place_s", [1.02, 1.4, 1.78])
def test_a_long_hole_leaves_the_stride_unmeasured(place_s: float) -> None:
    block, _ = motion("foot", 208.0, 2.1)
    lost = round(place_s * 208.0)
    assert measured(piece(block, 0, lost), piece(block, lost + 4, len(block))) == NO_MOTION


@pytest.mark.parametrize("place_s", [1.02, 1.4, 1.6])
def test_a_short_hole_is_bridged(place_s: float) -> None:
    block, _ = motion("foot", 208.0, 2.1)
    lost = round(place_s * 208.0)
    holed = measured(piece(block, 0, lost), piece(block, lost + 2, lost + 3), piece(block, lost + 4, len(block)))
    assert holed != measured(block)
    assert holed.length_m == pytest.approx(2.1, rel=0.01)


def test_a_long_hole_in_another_stride_does_no_harm() -> None:
    block, _ = motion("foot", 208.0, 2.1)
    lost = round(0.8 * 208.0)
    assert measured(piece(block, 0, lost), piece(block, lost + 9, len(block))) == measured(block)


@pytest.mark.parametrize("flag", [FLAG_ACC_CLIPPED, FLAG_GYR_CLIPPED])
def test_short_clipping_is_borne_and_long_clipping_is_not(flag: int) -> None:
    block, _ = motion("foot", 208.0, 2.1)
    longest = int(CLIPPED_LONGEST_S * 208.0)
    for count, good in ((3, True), (longest - 1, True), (longest + 2, False)):
        block.flags[:] = 0
        block.flags[280 : 280 + count] = flag
        assert math.isfinite(measured(block).length_m) is good


def test_peaks_cut_off_for_three_samples_cost_less_than_two_per_cent() -> None:
    block, _ = motion("foot", 208.0, 2.1)
    plain = measured(block)
    acc = block.acc_m_s2.copy()
    limit = np.sort(np.abs(acc).max(axis=1))[-4]
    cut = replace(block, acc_m_s2=np.clip(acc, -limit, limit))
    assert 0 < np.count_nonzero(cut.acc_m_s2 != acc) <= 9
    assert measured(cut).length_m == pytest.approx(plain.length_m, rel=0.02)


def test_without_standing_a_shank_has_a_length_but_no_angle() -> None:
    block, _ = motion("shank", 208.0, 2.1)
    result = measured(block, stood=False)
    assert math.isnan(result.shank_angle_rad)
    assert result.length_m == measured(block).length_m


@pytest.mark.parametrize(
    "timing",
    [
        Timing(tc_s=math.nan), Timing(next_ic_s=math.nan), Timing(tc_s=0.9), Timing(ic_s=0.01, tc_s=0.2),
        Timing(next_ic_s=2.25),
    ],
)  # fmt: skip
def test_a_stride_without_both_mid_stances_is_not_measured(timing: Timing) -> None:
    assert measured(motion("foot", 208.0, 2.1)[0], timing=timing) == NO_MOTION


def test_samples_that_need_not_have_come_yet_are_not_used() -> None:
    block, _ = motion("foot", 208.0, 2.1)
    assert measured(block, known_s=1.75) == NO_MOTION
    assert measured(block, known_s=2.0) == measured(block)


def test_a_wrong_unit_of_acceleration_gives_nothing() -> None:
    block, _ = motion("foot", 208.0, 2.1)
    assert measured(replace(block, acc_m_s2=block.acc_m_s2 / 9.80665)) == NO_MOTION


def test_stepping_on_the_spot_has_no_direction() -> None:
    result = measured(motion("foot", 208.0, 0.05)[0])
    assert result.length_m < 0.3
    assert math.isnan(result.foot_pitch_rad)


@pytest.mark.parametrize("placement", ["foot", "shank"])
def test_the_last_contact_takes_its_angles_from_the_stride_that_ends_there(placement: Placement) -> None:
    block, _ = motion(placement, 208.0, 2.1)
    builder = TrajectoryBuilder(placement)
    builder.feed(block)
    first = builder.measure(Timing(), True)
    last_ic_s = 1.0 + PERIOD_S
    last = builder.measure(Timing(last_ic_s, last_ic_s + CONTACT_S, math.nan), True)
    assert math.isnan(last.length_m)
    for one, two in zip(values(first)[2:], values(last)[2:], strict=True):
        assert two == pytest.approx(one, abs=0.02, nan_ok=True)
    assert builder.measure(Timing(last_ic_s + 1.0, last_ic_s + 1.2, math.nan), True) == NO_MOTION


def test_old_samples_are_forgotten() -> None:
    builder = TrajectoryBuilder("foot")
    still = np.tile(GRAVITY, (208, 1))
    for second in range(60):
        builder.feed(block_of("foot", second + np.arange(208) / 208.0, still, 0.0 * still))
        builder.forget(second + 1.0)
    assert sum(len(part) for part in builder._recent.near(-np.inf, np.inf)) <= 8 * 208
    builder.clear()
    assert builder.measure(Timing(), True) == NO_MOTION
