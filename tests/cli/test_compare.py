"""`gaitpipe compare`: blocks of one visit from recordings, files and strides; and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from gaitpipe import profile_store
from gaitpipe.app.compare import Span, parse_span, read_compare
from gaitpipe.app.compare_read import compared_input
from gaitpipe.app.simulate import SimulationRequest, write_simulation
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.simulate.runner_config import RunnerConfig, Segment

RUN = Segment("run", 52.0, 2.78)
CUE = Segment("run", 52.0, 2.78, cadence_spm=172.0, contact_time_s=0.256)
BLOCKS = ("--before", "0:08-0:56", "--cue", "60-108", "--after", "1:52-2:40")


@pytest.fixture(scope="module")
def visit(tmp_path_factory) -> Path:
    """A recording of an A-B-A visit, and its analysis beside it."""
    runner = RunnerConfig(
        (Segment("stand", 5.0), RUN, CUE, RUN), cadence_spm=164.0, contact_time_s=0.264, surface="treadmill", seed=3
    )
    request = SimulationRequest(runner, profile_store.load("open_imu"), belt_speed_m_s=2.78)
    return write_simulation(request, tmp_path_factory.mktemp("visit"))[0]


@pytest.fixture(scope="module")
def analysed(visit) -> Path:
    from gaitpipe import cli

    folder = visit.with_suffix("")
    assert cli.run(["analyze", str(visit), "--out", str(folder), "-q"]) == 0
    return folder


def test_a_visit_gives_a_table_and_a_file(call, visit, tmp_path):
    asked = ("--cue-text", "5 % quicker steps", "--comfort", 7, "--injured", "left")
    called = call("compare", visit, *BLOCKS, *asked, "--out", tmp_path, "--json")
    assert called.code == 0
    content = json.loads(called.out)
    assert json.loads((tmp_path / "compare.json").read_text()) == content
    cadence = next(one for one in content["figures"] if one["key"] == "cadence_spm")
    assert cadence["difference"] == pytest.approx(8.0, abs=1.0)
    assert cadence["exceeds"] is True
    assert content["recording"]["synthetic"] is True
    assert content["blocks"]["cue"]["strides"] >= 60
    assert "higher with the cue" in called.err
    assert "Comfort with the cue: 7 of 10" in called.err


def test_what_was_written_is_read_back_as_it_was(call, visit, tmp_path):
    content = json.loads(call("compare", visit, *BLOCKS, "--out", tmp_path, "--json").out)
    found = read_compare(tmp_path / "compare.json")
    assert [one.key for one in found.figures] == [one["key"] for one in content["figures"]]
    assert found.figures[0].mdc == content["figures"][0]["mdc"]
    assert found.notes == tuple(content["notes"])


def test_strides_of_an_analysis_give_the_same_as_the_recording(call, visit, analysed, tmp_path):
    whole = json.loads(call("compare", visit, *BLOCKS, "--out", tmp_path, "--json").out)
    for given in (analysed, analysed / "strides.csv"):
        again = json.loads(call("compare", given, *BLOCKS, "--out", tmp_path, "--json").out)
        assert again["recording"] == whole["recording"]
        assert again["input_sha256"] == whole["input_sha256"]
        for one, other in zip(again["figures"], whole["figures"], strict=True):
            assert one["key"] == other["key"]
            assert one["exceeds"] == other["exceeds"]
            if other["cue"] is not None:
                assert one["cue"] == pytest.approx(other["cue"], rel=1e-4, abs=1e-4)


def test_results_go_beside_the_analysis_when_nobody_says_where(call, visit, analysed):
    assert call("compare", visit, *BLOCKS).code == 0
    assert (analysed / "compare.json").is_file()


def test_files_of_both_feet_can_be_compared(call, tmp_path, samples_of_visit):
    left, right = samples_of_visit
    called = call(
        "compare", "--left", left, "--right", right, "--placement", "foot", *BLOCKS, "--out", tmp_path, "--json"
    )
    assert called.code == 0
    assert next(one for one in json.loads(called.out)["figures"] if one["key"] == "psi_pct")["cue"] is not None


@pytest.fixture(scope="module")
def samples_of_visit(tmp_path_factory) -> tuple[Path, Path]:
    from gaitpipe.simulate.runner import simulate

    config = RunnerConfig(
        (Segment("stand", 5.0), RUN, CUE, RUN), cadence_spm=164.0, contact_time_s=0.264, rate_hz=104.0, seed=3
    )
    folder, streams = tmp_path_factory.mktemp("files"), simulate(config).sensors
    header = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
    for side in ("left", "right"):
        stream = streams[side]
        table = np.column_stack([stream.device_time_s, stream.acc_m_s2, stream.gyr_rad_s])
        np.savetxt(folder / f"{side}.csv", table, "%.5f", ",", header=header, comments="")
    return folder / "left.csv", folder / "right.csv"


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (("0:08-0:56", "0:50-1:40", "1:52-2:40"), "overlap"),
        (("1:52-2:40", "0:58-1:48", "0:08-0:56"), "wrong order"),
        (("0:08-0:56", "1:00-1:20", "1:52-2:40"), "too short"),
        (("0:56-0:08", "1:00-1:48", "1:52-2:40"), "ends before it starts"),
        (("0:08-0:56", "1:00-1:48", "1:52-9:40"), "outside the data, which end at 2:40"),
        (("soon", "1:00-1:48", "1:52-2:40"), "no block of time"),
        (("0:08-0:75", "1:00-1:48", "1:52-2:40"), "75 seconds beside minutes"),
    ],
)
def test_blocks_that_make_no_sense_are_refused_with_advice(call, analysed, tmp_path, blocks, words):
    before, cue, after = blocks
    called = call("compare", analysed, "--before", before, "--cue", cue, "--after", after, "--out", tmp_path)
    assert called.code == 2
    assert words in called.err
    assert not (tmp_path / "compare.json").exists()


def test_a_missing_block_is_named(call, analysed):
    called = call("compare", analysed, "--before", "0:08-0:56", "--cue", "1:00-1:48")
    assert called.code == 2
    assert "--after is missing" in called.err


def test_a_block_without_running_says_so_and_ends_with_1(call, analysed, tmp_path):
    folder = tmp_path / "analysis"
    shutil.copytree(analysed, folder)
    path = folder / "strides.csv"
    lines = path.read_text().splitlines(keepends=True)
    ic = lines[0].split(",").index("ic_s")
    kept = [line for line in lines[1:] if not 60.0 <= float(line.split(",")[ic]) <= 108.0]
    path.write_text(lines[0] + "".join(kept))
    called = call("compare", folder, *BLOCKS)
    assert called.code == 1
    assert "cue 0" in called.err


def test_nothing_given_and_both_given_are_refused(call, visit, tmp_path, samples_of_visit):
    assert call("compare", *BLOCKS, "--out", tmp_path).code == 2
    assert call("compare", visit, "--left", samples_of_visit[0], *BLOCKS, "--out", tmp_path).code == 2
    assert "--out" in call("compare", "--left", samples_of_visit[0], "--placement", "foot", *BLOCKS).err


def test_files_without_a_place_ask_for_it(call, tmp_path, samples_of_visit):
    called = call("compare", "--left", samples_of_visit[0], *BLOCKS, "--out", tmp_path)
    assert called.code == 2
    assert "Add --placement foot" in called.err


def test_a_table_that_is_no_stride_table_is_refused(call, samples_of_visit, tmp_path):
    called = call("compare", samples_of_visit[0], *BLOCKS, "--out", tmp_path)
    assert called.code == 1
    assert "not a stride table" in called.err


def test_belt_speed_beside_strides_is_refused(call, analysed, tmp_path):
    called = call("compare", analysed, *BLOCKS, "--belt-speed", "3.0", "--out", tmp_path)
    assert called.code == 2
    assert "analysed before" in called.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0:30-2:30", (30.0, 150.0)),
        ("30-150", (30.0, 150.0)),
        ("1:02:30 - 1:04:30", (3750.0, 3870.0)),
        ("0:30.5\u20132:30,5", (30.5, 150.5)),
        ("90 to 2:30", (90.0, 150.0)),
    ],
)
def test_times_of_a_block(text, expected):
    assert parse_span(text) == Span(*expected)


@pytest.mark.parametrize("text", ["", "5", "2:30-2:30", "-1-5", "a-b", "0:30-1:99:00", "nan-inf", "1:61:00-1:62:00"])
def test_what_is_no_block_is_refused(text):
    with pytest.raises(UsageError):
        parse_span(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: content | {"kind": "summary"}, "no comparison"),
        (lambda content: content | {"schema_version": 2}, "not known"),
        (lambda content: {key: one for key, one in content.items() if key != "figures"}, "'figures' is missing"),
        (lambda content: content | {"comfort": 12}, "comfort"),
        (lambda content: content | {"notes": [3]}, "'notes' is a text"),
        (lambda content: content | {"figures": [content["figures"][0] | {"mdc": "small"}]}, "'mdc' is a number"),
        (lambda content: content | {"figures": [content["figures"][0] | {"exceeds": 1}]}, "'exceeds' is true"),
        (lambda content: [content], "no comparison"),
    ],
)
def test_a_damaged_comparison_is_refused_with_its_fault(call, analysed, tmp_path, change, words):
    call("compare", analysed, *BLOCKS, "--out", tmp_path)
    path = tmp_path / "compare.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(RecordingError, match=words):
        read_compare(path)


def test_a_comparison_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="cannot be read"):
        read_compare(tmp_path / "compare.json")


def test_a_comparison_says_of_which_recording_it_is(call, visit, tmp_path):
    content = json.loads(call("compare", visit, *BLOCKS, "--out", tmp_path, "--json").out)
    assert compared_input(tmp_path / "compare.json") == content["input_sha256"] != ""
    assert compared_input(tmp_path / "none.json") == ""
