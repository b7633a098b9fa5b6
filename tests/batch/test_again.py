"""Second runs: what is done again, and what is not."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from gaitpipe.app.batch import dry_run
from gaitpipe.batch.storage import LocalStorage
from gaitpipe.errors import GaitpipeError


@pytest.fixture
def done(place):
    """Two sessions that were analysed, a recording and a pair."""
    place.add_recording("a.mcap")
    place.add_csv("b_left.csv")
    place.add_csv("b_right.csv", "right")
    assert place.run().exit_code == 0
    return place


def whys(place, **changes):
    return {one.session.name: (one.action, one.why) for one in dry_run(place.request(**changes)).decisions}


def mtimes(place):
    return {path: path.stat().st_mtime_ns for path in place.out.glob("results/*/*")}


def test_an_unchanged_folder_is_not_analysed_again(done):
    before = mtimes(done)
    result = done.run()
    assert result.counts == {"ok": 0, "unchanged": 2, "failed": 0, "failed_before": 0, "skipped": 0, "left": 0}
    assert mtimes(done) == before
    assert [line["status"] for line in done.ledger()] == ["ok", "ok", "unchanged", "unchanged"]


def test_a_new_time_alone_is_read_and_not_analysed(done):
    before = mtimes(done)
    os.utime(done.data / "a.mcap", (1e9, 1e9))
    assert whys(done)["a"] == ("check", "its files may have changed")
    assert done.run().counts["unchanged"] == 2
    assert mtimes(done) == before
    assert whys(done)["a"] == ("unchanged", "unchanged")


def test_a_changed_file_is_analysed_again_and_alone(done):
    lines = done.csv_texts["right"].splitlines()
    done.add("b_right.csv", "\n".join(lines[:-200]) + "\n")
    result = done.run()
    assert {entry.session: entry.status for entry in result.entries} == {"a": "unchanged", "b": "ok"}


def test_other_options_are_analysed_again_and_reports_are_no_option(done):
    assert whys(done, options={"placement": "foot", "belt_speed_m_s": 3.0})["a"] == (
        "run",
        "what is said of it changed",
    )
    assert whys(done, reports=True)["a"] == ("run", "its report is missing")
    assert whys(done)["a"] == ("unchanged", "unchanged")


def test_another_program_analyses_again(done):
    path = done.out / "ledger.jsonl"
    path.write_text(path.read_text().replace('"program": "', '"program": "0.0.'))
    assert whys(done)["a"] == ("run", "the program changed")


def test_only_missing_reports_are_made(done):
    done.run(inputs=(str(done.data / "a.mcap"),), reports=True)
    assert (done.out / "results" / "a" / "report.html").is_file()
    before = mtimes(done)
    result = done.run(reports=True)
    assert {entry.session: entry.status for entry in result.entries} == {"a": "unchanged", "b": "ok"}
    report = done.out / "results" / "a" / "report.html"
    assert mtimes(done)[report] == before[report]


def test_results_taken_away_by_hand_are_made_again(done):
    shutil.rmtree(done.out / "results" / "a")
    (done.out / "results" / "b" / "strides.csv").unlink()
    assert done.run().counts["ok"] == 2
    assert done.sessions() == ["a", "b"]


def test_a_ledger_cut_in_the_middle_of_a_line_loses_that_line_only(done):
    path = done.out / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    result = done.run()
    assert result.counts["ok"] == 1
    assert result.counts["unchanged"] == 1
    lines = path.read_bytes().splitlines()
    assert sum(1 for line in lines if line.endswith(b"}")) == len(lines) - 1


def test_a_memory_of_files_that_cannot_be_read_costs_time_only(done):
    (done.out / ".gaitpipe" / "files.json").write_text('{"files": [1, 2')
    assert done.run().counts["unchanged"] == 2


def test_a_failure_is_not_repeated_unless_it_is_asked_for(place):
    place.add_recording("good.mcap")
    place.add("bad.mcap", b"nothing of a recording")
    first = place.run()
    assert (first.exit_code, first.counts["failed"]) == (3, 1)
    second = place.run()
    assert (second.exit_code, second.counts["failed"], second.counts["failed_before"]) == (3, 0, 1)
    assert "bad" in (place.out / "failed.csv").read_text()
    third = place.run(retry_failed=True)
    assert (third.counts["failed"], third.counts["failed_before"]) == (1, 0)


def test_a_failure_is_tried_again_when_its_file_changed(place):
    place.add_recording("good.mcap")
    place.add("bad.mcap", b"nothing of a recording")
    place.run()
    place.add_recording("bad.mcap")
    result = place.run()
    assert (result.exit_code, result.counts["ok"]) == (0, 1)
    assert (place.out / "failed.csv").read_text().count("\n") == 1


def test_retry_failed_leaves_what_is_new_for_another_time(place):
    place.add_recording("good.mcap")
    place.add("bad.mcap", b"nothing of a recording")
    place.run()
    place.add_recording("new.mcap")
    result = place.run(retry_failed=True)
    assert result.counts["left"] == 1
    assert place.sessions() == ["good"]


def test_fail_fast_begins_nothing_after_the_first_failure(place):
    place.add("a.mcap", b"nothing of a recording")
    place.add_recording("b.mcap")
    result = place.run(fail_fast=True)
    assert (result.exit_code, result.counts["failed"], result.counts["left"]) == (1, 1, 1)
    assert place.sessions() == []
    assert place.run().counts["ok"] == 1


def test_a_file_that_fails_now_leaves_no_results_of_before(done):
    done.add("a.mcap", b"nothing of a recording")
    done.run()
    assert done.sessions() == ["b"]
    assert not (done.out / "results" / "a" / "strides.csv").exists()


def test_the_cohort_table_follows_the_sessions(done):
    head, *rows = (done.out / "cohort.csv").read_text().splitlines()
    assert head.startswith("session,input")
    assert [row.split(",")[:2] for row in rows] == [
        ["a", "a.mcap"], ["a", "a.mcap"], ["b", "b_left.csv; b_right.csv"], ["b", "b_left.csv; b_right.csv"],
    ]  # fmt: skip
    (done.data / "a.mcap").unlink()
    done.run()
    assert len((done.out / "cohort.csv").read_text().splitlines()) == 3
    written = (done.out / "cohort.csv").stat().st_mtime_ns
    done.run()
    assert (done.out / "cohort.csv").stat().st_mtime_ns == written


def rows(place):
    return [line.split(",", 1)[0] for line in (place.out / "cohort.csv").read_text().splitlines()[1:]]


def test_sessions_that_a_run_does_not_come_to_keep_their_rows(done, of):
    before = rows(done)
    result = done.run(retry_failed=True, options={"placement": "foot", "height_m": 1.7})
    assert (result.counts["ok"], result.counts["left"]) == (0, len(set(before)))
    assert rows(done) == before


@pytest.mark.parametrize("name", ["cohort.csv", "cohort.parquet", "cohort_dictionary.csv"])
@pytest.mark.parametrize("spoil", ["gone", "cut", "empty"])
def test_a_table_that_is_not_as_it_was_written_is_made_anew(done, name, spoil):
    path = done.out / name
    if not path.exists():
        pytest.skip("no library for Parquet is here")
    before = path.read_bytes()
    if spoil == "gone":
        path.unlink()
    else:
        path.write_bytes(before[: len(before) // 2 if spoil == "cut" else 0])
    assert done.run().counts["ok"] == 0
    assert path.read_bytes() == before


def test_a_spoiled_summary_is_told_and_made_anew_by_the_next_run(done):
    (done.out / "results/a/summary.json").write_text("{")
    done.add_recording("more.mcap")
    done.run()
    (told,) = [event for event in done.events if event["event"] == "warning" and "damaged" in event["reason"]]
    assert told["session"] == "a"
    assert done.run().counts["ok"] == 1
    assert '"a"' not in (done.out / "cohort.csv").read_text().splitlines()[0]
    assert any(line.startswith("a,") for line in (done.out / "cohort.csv").read_text().splitlines())


def test_a_summary_that_cannot_be_read_just_now_is_left_where_it_is(done, monkeypatch):
    real = LocalStorage.read

    def read(storage, name):
        if name.endswith("a/summary.json"):
            raise GaitpipeError("the store does not answer")
        return real(storage, name)

    monkeypatch.setattr(LocalStorage, "read", read)
    done.add_recording("more.mcap")
    done.run()
    told = [event["reason"] for event in done.events if event["event"] == "warning" and event["session"] == "a"]
    assert "not in the cohort table: the store does not answer" in told
    assert (done.out / "results/a/summary.json").is_file()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_cell_of_a_table_is_a_formula(place, sign):
    manifest = place.add("m.csv", f'session,recording,shoe\n"{sign}1+1",a.mcap,"{sign}cmd"\nx,"{sign}bad.mcap",\n')
    place.add_recording("a.mcap")
    place.run(inputs=(), manifest=str(manifest))
    for name in ("cohort.csv", "failed.csv"):
        text = (place.out / name).read_text()
        assert f",{sign}cmd" not in text
        assert f"\n{sign}" not in text
    assert f",'{sign}cmd," in (place.out / "cohort.csv").read_text()
    assert f"{sign}bad.mcap" in (place.out / "failed.csv").read_text()


def test_the_ledger_says_what_a_programs_needs(done):
    line = done.ledger()[0]
    assert set(line) >= {
        "session", "files", "key", "status", "reason", "advice", "code", "seconds", "worker", "warnings", "started_utc",
    }  # fmt: skip
    assert line["seconds"] > 0
    assert line["worker"].endswith(f":{os.getpid()}")
    assert json.dumps(line)
