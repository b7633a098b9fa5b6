"""Where words and data go: paths that are none, a stdout that takes nothing, and the table on narrow terminals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gaitpipe.app.analyze import analyze
from gaitpipe.cli.table import EXPLANATION, metric_lines

COMMAND = [sys.executable, "-m", "gaitpipe"]
FULL = Path("/dev/full")


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze", "x.mcap", "--out", ""],
        ["analyze", "", "--out", "x"],
        ["analyze", "--left", "", "--out", "x"],
        ["simulate", "--out", ""],
        ["demo", "--out", ""],
        ["report", ""],
    ],
)
def test_an_empty_path_is_wrong_use(call, monkeypatch, tmp_path, arguments):
    monkeypatch.chdir(tmp_path)
    called = call(*arguments)
    assert called.code == 2
    assert "an empty text is no path" in called.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["profiles", "list", "--json"], ["--help"]])
def test_a_full_stdout_is_said_plainly(arguments):
    with FULL.open("w") as full:
        done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot write the output: No space left on device\n  ")
    assert "defect" not in done.stderr
    assert "ignored" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of another kind")
def test_a_reader_that_has_gone_is_said_plainly():
    process = subprocess.Popen(
        [*COMMAND, "profiles", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1
    assert err.startswith("error: cannot write the output: Broken pipe\n  ")
    assert "ignored" not in err


def test_the_table_says_what_its_uncertainty_is_and_fits_a_narrow_terminal(recording):
    metrics = analyze(recording).result.metrics
    wide, narrow = metric_lines(metrics), metric_lines(metrics, 60)
    assert wide[-1] == narrow[-1] == EXPLANATION
    assert max(map(len, narrow)) <= 60 < max(map(len, wide))
    for metric in (metric for metric in metrics if metric.left or metric.right):
        assert any(line.startswith(metric.label) for line in narrow)
    assert " ".join(narrow).split() == " ".join(wide).split()


def test_an_empty_table_explains_nothing():
    assert metric_lines([]) == []


def test_the_help_of_analyze_tells_of_json_lines(call):
    assert "JSON lines" in call("analyze", "--help").out


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--asymmetry", "nan", "-30 to 30"),
        ("--asymmetry", "inf", "-30<=x<=30"),
        ("--asymmetry", "40", "-30<=x<=30"),
        ("--speed", "9", "1.2 and 7 m/s"),
        ("--seconds", "nan", "10 to 36000"),
        ("--loss", "nan", "0 to 50"),
        ("--gap", "5:inf", "no gap"),
    ],
)
def test_numbers_that_no_runner_has_are_refused_with_the_option(call, tmp_path, option, value, expected):
    called = call("simulate", "--out", tmp_path / "out", option, value)
    assert called.code == 2
    assert f"'{option}'" in called.err
    assert expected in called.err
    assert not (tmp_path / "out").exists()


def test_one_file_for_both_feet_is_wrong_use(call, samples, write_csv, tmp_path):
    path = write_csv("one.csv", samples["left"])
    called = call("analyze", "--left", path, "--right", path, "--placement", "foot", "--out", tmp_path / "out")
    assert called.code == 2
    assert "the very same samples (one)" in called.err


def test_a_file_that_is_no_recording_is_answered_with_a_command_that_exists(call, tmp_path):
    path = tmp_path / "words.mcap"
    path.write_text("words " * 100)
    called = call("analyze", path, "--out", tmp_path)
    assert "`gaitpipe analyze --left FILE --right FILE --placement foot`" in called.err


def test_profiles_check_takes_an_id_and_decode_takes_a_battery_level(call):
    assert call("profiles", "check", "open_imu").out == "open_imu: ok (open_imu, Open IMU)\n"
    called = call("profiles", "check", "movsense")
    assert called.code == 2
    assert called.err.startswith("error: there is no device profile 'movsense'. Did you mean 'movesense_")
    called = call("profiles", "decode", "open_imu", "--characteristic", "2a19", "57", "64")
    assert (called.code, called.out) == (0, '{"battery_pct": 87}\n{"battery_pct": 100}\n')
