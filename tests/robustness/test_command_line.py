"""Bad files through the command line: exit code, words, and never a traceback."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaitpipe import cli
from gaitpipe.simulate.runner import RunnerConfig, Segment

HEADER = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
COURSE = (Segment("stand", 4.0), Segment("run", 20.0, 3.0))


@pytest.fixture(scope="module")
def table(runner: Any) -> np.ndarray:
    """A good recording of the left foot, (n, 7)."""
    stream = runner(RunnerConfig(segments=COURSE, rate_hz=104.0, seed=5)).sensors["left"]
    return np.column_stack([stream.true_time_s, stream.acc_m_s2, stream.gyr_rad_s])


@pytest.fixture
def analyse_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, Any]]:
    """Write rows (n, 7), analyse them, and give exit code, words and `summary.json` (None where there is none)."""

    def run(rows: np.ndarray) -> tuple[int, str, Any]:
        path, out = tmp_path / "left.csv", tmp_path / "out"
        np.savetxt(path, rows, fmt="%.9g", delimiter=",", header=HEADER, comments="")
        code = cli.run(["analyze", "--left", str(path), "--placement", "foot", "--out", str(out)])
        words = " ".join(capsys.readouterr().err.split())
        assert "Traceback" not in words
        summary = out / "summary.json"
        return code, words, json.loads(summary.read_text()) if summary.exists() else None

    return run


def test_25_hz_is_refused_with_advice(table: np.ndarray, analyse_file: Any) -> None:
    code, words, summary = analyse_file(table[::4])
    assert code == 1
    assert "too few for running" in words
    assert "Record at 100 Hz or more" in words
    assert summary is None


def test_rows_without_numbers_and_copied_rows_are_counted(table: np.ndarray, analyse_file: Any) -> None:
    rows = table.copy()
    rows[1000:1010, 1:] = np.nan
    rows = np.concatenate([rows[:1500], rows[1495:1500], rows[1500:]])
    code, _, summary = analyse_file(rows)
    assert code == 0
    assert summary is not None
    found = {finding["code"] for finding in summary["findings"]}
    assert {"rows_lost", "time_backwards"} <= found
    assert summary["data_quality"]["left"]["strides"]["found"] > 15


def test_time_that_begins_again_is_refused(table: np.ndarray, analyse_file: Any) -> None:
    rows = table.copy()
    rows[1200:, 0] -= rows[1200, 0]
    code, words, summary = analyse_file(rows)
    assert (code, summary) == (1, None)
    assert "not later than the time before" in words


def test_a_dead_axis_publishes_no_figures(table: np.ndarray, analyse_file: Any) -> None:
    rows = table.copy()
    rows[:, 5] = 0.0
    code, words, _ = analyse_file(rows)
    assert code == 1
    assert "gyroscope stands still on y" in words


def test_an_unknown_range_is_inferred_and_said(table: np.ndarray, analyse_file: Any) -> None:
    """Two g are too few for running; the plateau shows it."""
    rows = table.copy()
    rows[:, 1:4] = np.clip(rows[:, 1:4], -2 * 9.80665, 2 * 9.80665)
    code, _, summary = analyse_file(rows)
    assert code == 0
    assert summary is not None
    assert "clipping_inferred" in {finding["code"] for finding in summary["findings"]}
    assert summary["data_quality"]["left"]["acc_clipped_samples"] > 50


def test_the_summary_tells_a_turn_of_the_sensor(runner: Any, analyse_file: Any) -> None:
    course = (Segment("stand", 4.0), Segment("run", 56.0, 3.0))
    stream = runner(RunnerConfig(segments=course, rate_hz=104.0, seed=5)).sensors["left"]
    rows = np.column_stack([stream.true_time_s, stream.acc_m_s2, stream.gyr_rad_s])
    late = rows[:, 0] > 25.0
    for first in (1, 4):  # a quarter turn about the sensor's own x
        rows[late, first + 1], rows[late, first + 2] = -rows[late, first + 2], rows[late, first + 1].copy()
    code, words, summary = analyse_file(rows)
    assert code == 0
    told = re.search(r"The left sensor turned on the foot by about (\d+) deg at (\d+) s", words)
    assert told is not None
    assert float(told[1]) == pytest.approx(90.0, abs=5.0)
    assert 20.0 < float(told[2]) <= 25.0  # from the last stride that is surely good, a few before
    assert summary is not None
    sensor = summary["sensors"]["left"]
    assert sensor["alignment"]["confidence"] == "medium"
    assert sensor["calibrations"][0]["angle_deg"] == pytest.approx(90.0, abs=5.0)
    assert summary["data_quality"]["left"]["strides"]["found"] > 60
