"""Broken signals: either the contacts stay right, and what is less sure is said, or the figures are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gaitpipe.importers._samples import clipped
from gaitpipe.model import FLAG_ACC_CLIPPED, FLAG_GYR_CLIPPED, STANDARD_GRAVITY_M_S2, SessionResult
from gaitpipe.simulate.runner import SimulatedStream

ANGLES = ("foot_strike_angle_deg", "shank_angle_ic_deg")


def shift_s(whole: SessionResult, got: SessionResult, name: str) -> np.ndarray:
    """Change of a time over the strides that both have, with the shares found: (n,)."""
    distance = np.abs(whole.strides["ic_s"][:, None] - got.strides["ic_s"][None])
    near = distance.min(axis=1) < 0.1
    assert near.mean() > 0.9
    return np.asarray((got.strides[name][distance.argmin(axis=1)] - whole.strides[name])[near])


def errors(result: SessionResult) -> set[str]:
    return {finding.code for finding in result.findings if finding.severity == "error"}


@pytest.mark.parametrize("range_g", [16.0, 8.0, 4.0])
def test_a_clipped_accelerometer_leaves_contacts_and_gives_no_peak(
    stream: SimulatedStream, whole: SessionResult, analyse: Any, tools: Any, range_g: float
) -> None:
    limit = range_g * STANDARD_GRAVITY_M_S2
    flags = (np.abs(stream.acc_m_s2).max(axis=1) >= limit).astype(np.uint8) * np.uint8(FLAG_ACC_CLIPPED)
    got = analyse([replace(stream, acc_m_s2=np.clip(stream.acc_m_s2, -limit, limit), flags=flags)])
    # At 4 g much of a landing is cut off: contacts of real runners move by 2 ms, one in ten by 8 ms.
    most_s = 0.001 if range_g > 4.0 else np.nanmedian(whole.strides["ic_uncertainty_s"])
    assert np.nanmedian(np.abs(shift_s(whole, got, "ic_s"))) < most_s
    assert np.nanmedian(np.abs(shift_s(whole, got, "tc_s"))) < 0.003
    peaks = got.strides["peak_acc_m_s2"]
    assert not np.nanmax(peaks, initial=0.0) > np.sqrt(3.0) * limit
    if flags.any():
        assert "acc_clipped" in tools.codes(got)
    if range_g == 4.0:
        assert np.isnan(peaks).mean() > 0.5


@pytest.mark.parametrize("range_dps", [1000.0, 500.0])
def test_a_clipped_gyroscope_leaves_contacts_and_is_told(
    stream: SimulatedStream, whole: SessionResult, analyse: Any, tools: Any, range_dps: float
) -> None:
    limit = np.radians(range_dps)
    flags = (np.abs(stream.gyr_rad_s).max(axis=1) >= limit).astype(np.uint8) * np.uint8(FLAG_GYR_CLIPPED)
    got = analyse([replace(stream, gyr_rad_s=np.clip(stream.gyr_rad_s, -limit, limit), flags=flags)])
    for name in ("ic_s", "tc_s"):
        assert np.nanmedian(np.abs(shift_s(whole, got, name))) < 0.006
    assert ("gyr_clipped" in tools.codes(got)) == bool(flags.any())


@pytest.mark.parametrize("range_g", [2.0, 4.0, 8.0])
def test_an_unknown_range_shows_in_its_plateau(stream: SimulatedStream, range_g: float) -> None:
    """Readings at the end of a range that nobody named are found, and hardly any other."""
    limit = range_g * STANDARD_GRAVITY_M_S2
    acc = np.clip(stream.acc_m_s2, -limit, limit)
    found, true = clipped(acc, 1.9 * STANDARD_GRAVITY_M_S2), np.abs(stream.acc_m_s2).max(axis=1) >= limit
    assert (found & ~true).mean() < 0.001
    if true.sum() > 60:
        assert (found & true).sum() > 0.7 * true.sum()


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize(("sensor", "words"), [("acc_m_s2", "accelerometer"), ("gyr_rad_s", "gyroscope")])
@pytest.mark.parametrize("from_s", [0.0, 12.0])
def test_a_dead_axis_is_an_error(
    stream: SimulatedStream, analyse: Any, axis: int, sensor: str, words: str, from_s: float
) -> None:
    """Always zero, or stuck at its last value: with it, no figure can be trusted."""
    values = getattr(stream, sensor).copy()
    first = round(from_s * stream.rate_hz)
    values[first:, axis] = values[first, axis] if from_s else 0.0
    got = analyse([replace(stream, **{sensor: values})])
    (finding,) = [finding for finding in got.findings if finding.code == "dead_channel"]
    assert finding.severity == "error"
    assert f"{words} stands still on {'xyz'[axis]}" in finding.message


@pytest.mark.parametrize("sign", ["gyr_rad_s", "mirrored"])
def test_left_handed_axes_are_an_error(stream: SimulatedStream, analyse: Any, sign: str) -> None:
    """No rotation makes a leg out of a mirrored sensor: the two votes on the way forward contradict each other."""
    changed = replace(stream, gyr_rad_s=-stream.gyr_rad_s)
    if sign == "mirrored":
        changed = replace(stream, acc_m_s2=stream.acc_m_s2[:, [1, 0, 2]], gyr_rad_s=stream.gyr_rad_s[:, [1, 0, 2]])
    assert "axes_mirrored" in errors(analyse([changed]))
    assert "axes_mirrored" not in errors(analyse([stream]))


def test_swapped_axes_of_one_sensor_keep_contacts_and_lower_confidence(
    stream: SimulatedStream, whole: SessionResult, analyse: Any, tools: Any
) -> None:
    got = analyse([replace(stream, acc_m_s2=stream.acc_m_s2[:, [1, 0, 2]])])
    assert got.sensors[0].alignment.confidence in ("medium", "low")
    assert "no_standing" in tools.codes(got)
    assert np.nanmedian(np.abs(shift_s(whole, got, "ic_s"))) < 0.015


@pytest.mark.parametrize(
    ("sensor", "factor", "code"),
    [
        ("acc_m_s2", 1.0 / STANDARD_GRAVITY_M_S2, "acc_units"),
        ("acc_m_s2", 1000.0 / STANDARD_GRAVITY_M_S2, "acc_units"),
        ("acc_m_s2", 2.0, "acc_units"),
        ("acc_m_s2", 0.8, "acc_units"),
        ("gyr_rad_s", 180.0 / np.pi, "gyr_units"),
        ("gyr_rad_s", np.pi / 180.0, "gyr_units"),
        ("gyr_rad_s", 0.0, "gyr_units"),
    ],
)
def test_wrong_units_are_an_error(stream: SimulatedStream, analyse: Any, sensor: str, factor: float, code: str) -> None:
    assert code in errors(analyse([replace(stream, **{sensor: factor * getattr(stream, sensor)})]))


def test_gravity_taken_off_is_an_error(stream: SimulatedStream, analyse: Any) -> None:
    standing = stream.acc_m_s2[: round(3.0 * stream.rate_hz)].mean(axis=0)
    assert "acc_units" in errors(analyse([replace(stream, acc_m_s2=stream.acc_m_s2 - standing)]))


def test_a_turned_accelerometer_is_only_another_mounting(
    stream: SimulatedStream, whole: SessionResult, analyse: Any
) -> None:
    """All three signs of the specific force flipped: some sensors give -g up at rest. Found by standing."""
    got = analyse([replace(stream, acc_m_s2=-stream.acc_m_s2)])
    for name in ("ic_s", "tc_s", *ANGLES):
        np.testing.assert_allclose(got.strides[name], whole.strides[name], rtol=0, atol=1e-3)


@pytest.mark.parametrize("share", [0.01, 0.05])
def test_lost_packets_move_no_contact(
    stream: SimulatedStream, whole: SessionResult, analyse: Any, tools: Any, share: float
) -> None:
    """Packets of five samples, lost at random: what is near a hole is left out, the rest stays."""
    generator, packet = np.random.default_rng(7), 5
    count = len(stream.device_time_s) // packet
    lost = np.sort(generator.choice(np.arange(200, count), round(share * count), replace=False))
    starts = [int(start) for start, before in zip(lost, [-9, *lost[:-1]], strict=True) if start != before + 1]
    ends = [int(end) + 1 for end, later in zip(lost, [*lost[1:], 1 << 40], strict=True) if later != end + 1]
    got = analyse([stream], holes=[(packet * a, packet * b) for a, b in zip(starts, ends, strict=True)])
    good, before = (result.strides[result.strides["quality"] == "ok"] for result in (got, whole))
    distance = np.abs(good["ic_s"][:, None] - before["ic_s"][None])
    assert distance.min(axis=1).max() < 0.030
    for name in ("ic_s", "tc_s"):
        change = np.abs(good[name] - before[name][distance.argmin(axis=1)])
        assert np.nanquantile(change, 0.95) < 0.003, name
    assert len(good) >= (0.8 if share < 0.02 else 0.35) * len(before)
    if share > 0.01:
        assert "sample_loss" in tools.codes(got)


@pytest.mark.parametrize("length", [4, 15, 40])
def test_a_hole_in_mid_stance_costs_two_strides_at_most(
    stream: SimulatedStream, whole: SessionResult, analyse: Any, length: int
) -> None:
    row = whole.strides[12]
    middle = int(np.searchsorted(stream.device_time_s, 0.5 * (row["ic_s"] + row["tc_s"])))
    got = analyse([stream], holes=[(middle - length // 2, middle - length // 2 + length)])
    good = got.strides[got.strides["quality"] == "ok"]
    assert len(good) >= (whole.strides["quality"] == "ok").sum() - 2
    near = np.abs(good["ic_s"][:, None] - whole.strides["ic_s"][None])
    assert near.min(axis=1).max() < 0.003


def test_one_foot_says_what_is_missing(whole: SessionResult, tools: Any) -> None:
    assert "one_foot" in tools.codes(whole)
    assert np.isnan(whole.strides["step_time_s"]).all()
    assert np.isnan(whole.strides["flight_time_s"]).all()
