"""`gaitpipe batch` as people call it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import gaitpipe
from gaitpipe import cli
from gaitpipe.cli.batch_view import left_s, time_text

HEAVY = ("numba", "scipy", "pandas", "matplotlib", "distributed", "fsspec")


@pytest.fixture
def call(capsys):
    def run(*arguments):
        code = cli.run(["batch", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run


def program(*arguments, **options):
    root = str(Path(str(gaitpipe.__file__)).parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(
        [sys.executable, "-m", "gaitpipe", "batch", *(str(argument) for argument in arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **options,
    )  # fmt: skip


def test_failures_are_told_with_what_to_do_and_the_codes_are_those_of_the_docs(place, call):
    place.add_recording("a.mcap")
    assert call(place.data, "--out", place.out, "--workers", 0)[0] == 0
    place.add("bad.mcap", b"no recording")
    code, out, err = call(place.data, "--out", place.out, "--workers", 0)
    assert (code, out) == (3, "")
    assert "error: bad:" in err
    assert "0 analysed, 1 unchanged, 1 failed" in err
    assert "failed.csv there says what failed" in err
    code, _, err = call(place.data, "--out", place.out, "--workers", 0)
    assert code == 3
    assert "1 failed before and were not tried again: --retry-failed" in err
    (place.data / "a.mcap").unlink()
    assert call(place.data, "--out", place.out, "--workers", 0)[0] == 1


def test_a_dry_run_says_what_would_be_done_and_why_and_writes_nothing(place, call):
    place.add_recording("a.mcap")
    place.add("notes.txt", "x")
    code, out, err = call(place.data, "--out", place.out, "--dry-run")
    assert (code, out) == (0, "")
    assert "analyse: a (new; 0.1 MB)" in err
    assert "skip: " in err
    assert not place.out.exists()
    code, out, _ = call(place.data, "--out", place.out, "--dry-run", "--json")
    events = [json.loads(line) for line in out.splitlines()]
    assert [(one["event"], one.get("action")) for one in events] == [
        ("would", "run"), ("would", "skip"), ("planned", None),
    ]  # fmt: skip


def test_only_what_failed_is_said_to_be_so(place, call):
    place.add_recording("a.mcap")
    code, _, err = call(place.data, "--out", place.out, "--retry-failed", "--workers", 0)
    assert code == 0
    assert "1 session did not fail and must wait: run without --retry-failed" in err


def test_a_dry_run_says_that_a_placement_is_missing_and_what_cannot_be_read(place, call):
    place.add_csv("run_left.csv")
    place.add_recording("b.mcap")
    (place.data / "gone\nline.mcap").symlink_to(place.data / "nothing.mcap")
    code, _, err = call(place.data, "--out", place.out, "--dry-run")
    assert code == 0
    assert "1 session of other programs' files: no placement is given" in err
    assert "refuse: " in err
    assert "gone\\nline.mcap (it links to nothing" in err
    assert "2 sessions, 2 to analyse" in err
    assert "0 files skipped" in err
    code, _, err = call(place.data, "--out", place.out, "--placement", "foot", "--workers", 0)
    assert (code, "gone\\nline.mcap: it links to nothing" in err, "Mend or remove" in err) == (3, True, True)
    assert "no placement" not in call(place.data, "--out", place.out, "--dry-run", "--placement", "foot")[2]


def test_json_gives_an_event_a_line_and_quiet_no_words(place, call):
    place.add_recording("a.mcap")
    code, out, err = call(place.data, "--out", place.out, "--workers", 0, "--json", "--quiet")
    events = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [one["event"] for one in events] == ["planned", "ended", "finished"]
    assert events[1]["session"] == "a"
    assert events[1]["bytes_done"] == events[0]["bytes_to_do"] > 0
    assert events[2]["exit_code"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--out", "x"], "no such file or folder"),
        (["--out", "x"], "nothing to do"),
        ([".", "--out", "x", "--memory", "lots"], "no amount of memory"),
        ([".", "--out", "x", "--memory", "10MB"], "too little"),
        ([".", "--out", "x", "--workers", "0", "--dask", "local"], "Leave one of them out"),
        ([".", "--out", "x", "--placement", "foott"], "Did you mean 'foot'?"),
        ([".", "--out", "x", "--manifest", "none.csv"], "cannot be read"),
        ([".", "--out", "x", "--format", "plain_cvs"], "Did you mean plain_csv?"),
    ],
)
def test_wrong_use_ends_with_two(call, arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = call(*arguments)
    assert code == 2
    assert words in err
    assert list(tmp_path.iterdir()) == []


def test_options_reach_the_analysis_and_a_manifests_cells_come_before_them(place, call):
    place.add_csv("a_left.csv")
    place.add_csv("b_left.csv")
    manifest = place.add("m.csv", "session,left,belt_speed_m_s,surface\nb,b_left.csv,4.0,track\n")
    said = ["--placement", "foot", "--belt-speed", "10.8km/h", "--incline", "1", "--height-m", "1.8", "--workers", 0]
    code, _, err = call(place.data, "--out", place.out, "--manifest", manifest, *said)
    assert code == 0, err
    found = {name: json.loads((place.out / "results" / name / "summary.json").read_text()) for name in ("a", "b")}
    assert [found[name]["recording"]["belt_speed_m_s"] for name in "ab"] == [3.0, 4.0]
    assert [found[name]["context"]["surface"] for name in "ab"] == ["treadmill", "track"]
    assert [found[name]["context"]["incline_pct"] for name in "ab"] == [1.0, 1.0]
    assert [found[name]["recording"]["height_m"] for name in "ab"] == [1.8, 1.8]


def test_an_unchanged_folder_loads_nothing_heavy(place):
    place.add_recording("a.mcap")
    place.add_csv("b_left.csv")
    place.run(options={"placement": "foot"})
    text = (
        "import sys; from gaitpipe.cli import run; code = run(sys.argv[1:]); "
        f"print(code, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    command = [sys.executable, "-c", text, "batch", place.data, "--out", place.out, "--placement", "foot"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    assert done.stdout == "0 []\n"
    assert "2 unchanged" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_files_are_looked_for_ends_at_once_and_leaves_nothing(place, number):
    place.add_recording("a.mcap")
    text = (
        "import os, sys; from gaitpipe import cli; from gaitpipe.app import batch_plan\n"
        "real = batch_plan.find_files\n"
        f"batch_plan.find_files = lambda *given: (os.kill(os.getpid(), {int(number)}), real(*given))[1]\n"
        "sys.exit(cli.run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", text, "batch", str(place.data), "--out", str(place.out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (130, False)
    assert not place.out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_ctrl_c_ends_cleanly_and_the_next_run_goes_on(place):
    for name in "abcd":
        place.add_recording(f"{name}.mcap")
    options = (place.data, "--out", place.out, "--workers", 1, "--json")
    with program(*options, start_new_session=True) as running:
        events = []
        for line in running.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == "ended":
                os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the workers, too
                break
        rest, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    assert "Traceback" not in err
    assert json.loads(rest.splitlines()[-1])["event"] == "finished"
    ledger = place.ledger()
    assert 1 <= len(ledger) < 4
    assert {line["status"] for line in ledger} == {"ok"}
    assert place.sessions() == sorted(line["session"] for line in ledger)
    result = place.run(options={})
    assert (result.counts["ok"], result.counts["unchanged"]) == (4 - len(ledger), len(ledger))


def test_the_time_left_comes_from_bytes():
    assert left_s(10.0, 0, 100) is None
    assert left_s(10.0, 25, 100) == 30.0
    assert [time_text(seconds) for seconds in (7.2, 200.0, 7500.0)] == ["7 s", "3 min", "2 h 5 min"]
