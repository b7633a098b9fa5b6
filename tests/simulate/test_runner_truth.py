"""The truth of the synthetic runner, its file, and what a config may ask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.simulate.runner import RunnerConfig, Segment, simulate
from gaitpipe.simulate.truth import TRUTH_COLUMNS, read_truth_csv, write_truth_csv

STAND, RUN = Segment("stand", 5.0), Segment("run", 55.0, 3.0)
COURSE = (
    Segment("stand", 4.0),
    Segment("walk", 15.0, 1.4),
    Segment("run", 20.0, 3.2),
    Segment("walk", 8.0, 1.2),
    Segment("stand", 4.0),
    Segment("run", 9.0, 3.0),
)


def test_contacts_of_a_side_follow_each_other_and_sides_alternate() -> None:
    truth = simulate(RunnerConfig(segments=COURSE, rate_hz=52, ideal=True)).truth
    assert np.all(np.diff(truth["ic_s"]) > 0)
    for side in ("left", "right"):
        own = truth[truth["side"] == side]
        assert np.array_equal(own["stride"], np.arange(len(own)))
        ended = np.isfinite(own["tc_s"])
        assert np.all(own["tc_s"][ended] > own["ic_s"][ended])
        inside = ended[:-1]
        assert np.all(own["tc_s"][:-1][inside] < own["ic_s"][1:][inside])


def test_durations_add_up_to_the_stride() -> None:
    truth = simulate(RunnerConfig(segments=COURSE, rate_hz=52, ideal=True)).truth
    rows = truth[np.isfinite(truth["stride_time_s"])]
    assert len(rows) > 80
    np.testing.assert_allclose(rows["ground_contact_time_s"] + rows["swing_time_s"], rows["stride_time_s"])
    np.testing.assert_allclose(rows["duty_factor"], rows["ground_contact_time_s"] / rows["stride_time_s"])
    np.testing.assert_allclose(rows["cadence_spm"] * rows["stride_time_s"], 120)
    np.testing.assert_allclose(rows["speed_m_s"] * rows["stride_time_s"], rows["stride_length_m"])
    run = rows[rows["mode"] == "run"]
    np.testing.assert_allclose(run["flight_time_s"], run["step_time_s"] - run["ground_contact_time_s"])


def test_step_time_reaches_to_the_next_contact_of_the_other_side() -> None:
    truth = simulate(RunnerConfig(rate_hz=52, ideal=True)).truth
    np.testing.assert_allclose(truth["step_time_s"][:-1], np.diff(truth["ic_s"]))
    assert np.isnan(truth["step_time_s"][-1])


def test_running_has_flight_and_walking_has_none() -> None:
    truth = simulate(RunnerConfig(segments=COURSE, rate_hz=52, ideal=True)).truth
    run = truth[(truth["mode"] == "run") & np.isfinite(truth["duty_factor"])]
    assert np.all(run["flight_time_s"] > 0.02)
    assert np.all(run["duty_factor"] < 0.5)
    walk = truth[(truth["mode"] == "walk") & (truth["ic_s"] < 17.5) & np.isfinite(truth["tc_s"])]
    assert len(walk) > 20
    assert np.all(walk["duty_factor"] > 0.5)
    assert np.all(walk["tc_s"] - walk["ic_s"] > walk["step_time_s"])
    assert np.all(np.isnan(walk["flight_time_s"]))


def test_a_contact_that_goes_over_into_standing_has_no_toe_off() -> None:
    truth = simulate(RunnerConfig(segments=COURSE, rate_hz=52, ideal=True)).truth
    stopping = truth[(truth["ic_s"] > 40) & (truth["ic_s"] < 47)][-2:]
    assert set(stopping["side"]) == {"left", "right"}
    assert np.all(np.isnan(stopping["tc_s"]))
    assert not np.any((truth["ic_s"] > 47.2) & (truth["ic_s"] < 51))


@pytest.mark.parametrize("asymmetry_pct", [-8.0, 0.0, 4.0])
def test_the_asked_asymmetry_is_realised(asymmetry_pct: float) -> None:
    truth = simulate(RunnerConfig(contact_time_asymmetry_pct=asymmetry_pct, rate_hz=52, ideal=True)).truth
    left, right = (np.nanmean(truth["ground_contact_time_s"][truth["side"] == side]) for side in ("left", "right"))
    assert 100 * (left - right) / ((left + right) / 2) == pytest.approx(asymmetry_pct, abs=0.2)


def test_cadence_and_contact_time_can_be_asked_for() -> None:
    truth = simulate(RunnerConfig(cadence_spm=180, contact_time_s=0.21, rate_hz=52, ideal=True)).truth
    steady = truth[truth["ic_s"] > 10]
    assert np.nanmean(steady["cadence_spm"]) == pytest.approx(180, rel=0.005)
    assert np.nanmean(steady["ground_contact_time_s"]) == pytest.approx(0.21, rel=0.005)


def test_variation_and_steady_speed_are_as_asked() -> None:
    config = RunnerConfig(segments=(STAND, Segment("run", 300.0, 3.3)), rate_hz=20, ideal=True)
    truth = simulate(config).truth
    steady = truth[(truth["ic_s"] > 10) & np.isfinite(truth["stride_time_s"])]
    np.testing.assert_allclose(steady["speed_m_s"], 3.3, rtol=1e-9)
    stride, contact = steady["stride_time_s"], steady["ground_contact_time_s"]
    assert stride.std() / stride.mean() == pytest.approx(0.012, rel=0.15)
    assert contact.std() / contact.mean() == pytest.approx(0.022, rel=0.15)


def test_coloured_step_noise_is_correlated_from_stride_to_stride() -> None:
    def correlation(exponent: float) -> float:
        config = RunnerConfig(segments=(STAND, Segment("run", 200.0, 3.3)), rate_hz=20, ideal=True)
        config = replace(config, stride_noise_exponent=exponent)
        truth = simulate(config).truth
        own = truth["stride_time_s"][(truth["side"] == "left") & (truth["ic_s"] > 10)][:-1]
        return float(np.corrcoef(own[:-1], own[1:])[0, 1])

    assert correlation(1.0) > correlation(0.0) + 0.2


@pytest.mark.parametrize(
    ("strike", "low_deg", "high_deg"), [("rearfoot", 8, 25), ("midfoot", -1.6, 8), ("forefoot", -16, -1.6)]
)
def test_the_foot_lands_as_its_strike_says(strike: str, low_deg: float, high_deg: float) -> None:
    truth = simulate(RunnerConfig(strike=strike, rate_hz=52, ideal=True)).truth
    angle_deg = truth["foot_strike_angle_deg"][truth["ic_s"] > 10]
    assert low_deg < np.mean(angle_deg) < high_deg
    assert 1.0 < np.std(angle_deg) < 2.0


def test_truth_does_not_depend_on_placement_rate_or_sensor_errors() -> None:
    first = simulate(RunnerConfig(rate_hz=52)).truth
    second = simulate(RunnerConfig(rate_hz=104, placement="shank", ideal=True)).truth
    assert first.tobytes() == second.tobytes()


def test_a_session_may_start_running_without_standing() -> None:
    truth = simulate(RunnerConfig(segments=(Segment("run", 10.0, 3.0),), rate_hz=52, ideal=True)).truth
    assert truth["ic_s"][0] < 0.5
    steady = truth[np.isfinite(truth["speed_m_s"])]
    np.testing.assert_allclose(steady["speed_m_s"], 3.0, rtol=1e-9)


def test_standing_only_has_no_contacts() -> None:
    session = simulate(RunnerConfig(segments=(Segment("stand", 6.0),), rate_hz=52, ideal=True))
    assert len(session.truth) == 0
    assert len(session.sensors["left"].acc_m_s2) > 300


def test_the_truth_file_gives_back_every_bit(tmp_path: Path) -> None:
    truth = simulate(RunnerConfig(segments=COURSE, rate_hz=52, ideal=True)).truth
    path = tmp_path / "truth.csv"
    write_truth_csv(truth, path)
    assert read_truth_csv(path).tobytes() == truth.tobytes()
    assert path.read_text().splitlines()[0] == ",".join(TRUTH_COLUMNS)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", ",".join(TRUTH_COLUMNS) + "\nleft,0,x" + "," * 13 + "\n"])
def test_a_file_that_is_no_truth_table_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(text)
    with pytest.raises(RecordingError):
        read_truth_csv(path)


@pytest.mark.parametrize(
    "config",
    [
        RunnerConfig(segments=()),
        RunnerConfig(segments=(Segment("run", 10.0, 30.0),)),
        RunnerConfig(segments=(Segment("stand", 0.5),)),
        RunnerConfig(rate_hz=0),
        RunnerConfig(cadence_spm=20),
        RunnerConfig(contact_time_s=2.0),
        RunnerConfig(cadence_spm=230, contact_time_s=0.3),
        RunnerConfig(contact_time_asymmetry_pct=80),
    ],
)
def test_what_no_runner_can_do_is_refused(config: RunnerConfig) -> None:
    with pytest.raises(UsageError):
        simulate(config)
