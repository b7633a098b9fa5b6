"""The demo from the command line: complete, and interrupted."""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys

import pytest

from gaitpipe.recording.decode import read_recording

pytestmark = pytest.mark.skipif(importlib.util.find_spec("bumble") is None, reason="virtual sensors need bumble")

WAIT_S = 90.0


def start_demo(folder, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "gaitpipe", "demo", "--out", str(folder), *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_the_demo_finds_records_analyses_and_reports_both_feet(tmp_path):
    process = start_demo(tmp_path, "--seconds", "15", "--json")
    out, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, err
    assert "OpenIMU left" in err
    assert "Virtual treadmill" in err
    assert "3 times faster than life" in err
    assert err.rstrip().endswith(f"Report: {tmp_path / 'report.html'}")
    summary = json.loads(out)
    assert summary["auxiliary"]["treadmill"]["check"]["used"], "nobody typed a belt speed: the treadmill tells it"
    assert summary["recording"]["belt_speed_m_s"] == pytest.approx(3.0, abs=0.005)
    rows = summary["truth"]["rows"]
    cadence = [row for row in rows if row["label"] == "Cadence"]
    contact = [row for row in rows if row["label"] == "Ground contact time"]
    assert len(cadence) == len(contact) == 3
    assert all(abs(row["measured"] / row["truth"] - 1.0) < 0.005 for row in cadence)
    assert all(row["within"] for row in contact)
    assert summary["truth"]["matched_strides"] > 18
    page = (tmp_path / "report.html").read_text()
    assert "Synthetic session" in page
    assert "Check against the truth" in page


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_ctrl_c_stops_the_recording_cleanly_and_reports(tmp_path):
    process = start_demo(tmp_path)
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line[:3] == "00:" and line[3:5].isdigit() and int(line[3:5]) >= 8:
            process.send_signal(signal.SIGINT)
            break
    _out, rest = process.communicate(timeout=WAIT_S)
    err = "".join(lines) + rest
    assert process.returncode == 130, err
    assert "Stopping ..." in err
    assert "Traceback" not in err
    [path] = tmp_path.glob("*.mcap")
    recording = read_recording(path)
    assert sum(len(block) for block in recording) > 2 * 208 * 7
    assert recording.findings == []
    assert (tmp_path / "report.html").exists()


def test_without_bumble_the_demo_says_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules['bumble'] = None; from gaitpipe.cli import run; "
        "sys.exit(run(['demo', '--out', sys.argv[1]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False, timeout=WAIT_S
    )
    assert done.returncode == 1
    assert '".[demo]"' in done.stderr
    assert "Traceback" not in done.stderr
