"""Which files become sessions, and what they are called."""

from __future__ import annotations

import os

import pytest

from gaitpipe.app.batch import dry_run
from gaitpipe.errors import UsageError


def planned(place, **changes):
    found = dry_run(place.request(**changes))
    return {one.session.name: sorted(one.session.files) for one in found.decisions}, found


def test_recordings_and_pairs_are_sessions_named_by_their_paths(place):
    place.add_recording("P01/session.mcap")
    place.add_csv("P02/run_left.csv")
    place.add_csv("P02/run_right.csv", "right")
    place.add_csv("alone_left.csv")
    sessions, _ = planned(place)
    assert sessions == {"P01-session": ["recording"], "P02-run": ["left", "right"], "alone": ["left"]}


def test_what_holds_no_samples_is_skipped_and_named(place):
    place.add_recording("a.mcap")
    place.add("notes.txt", "a quick note")
    place.add("participants.csv", "athlete,age\nA01,30\n")
    place.add("picture.png", b"\x89PNG")
    _, found = planned(place)
    assert [file.name for file, _ in found.skipped] == ["notes.txt", "participants.csv", "picture.png"]


def test_hidden_files_and_results_of_gaitpipe_are_no_input(place):
    place.add_recording("a.mcap")
    for name in (".hidden.mcap", ".folder/b.mcap", "strides.csv", "summary.json", "cohort.csv", "ledger.jsonl"):
        place.add(name, place.recording.read_bytes())
    place.add("other_out/.gaitpipe/files.json", "{}")
    place.add_recording("other_out/results/x.mcap")
    sessions, found = planned(place, out=str(place.data / "out"))
    assert list(sessions) == ["a"]
    assert found.skipped == []


def test_results_inside_the_input_are_not_read_again(place):
    place.add_recording("a.mcap")
    place.out = place.data / "out"
    assert place.run().counts["ok"] == 1
    result = place.run()
    assert (result.counts["unchanged"], result.counts["skipped"], len(result.entries)) == (1, 0, 1)


def test_names_that_differ_in_case_only_are_told_apart(place):
    place.add_recording("run.mcap")
    place.add_recording("RUN.mcap")
    place.add_csv("run_left.csv")
    sessions, _ = planned(place)
    assert len({name.casefold() for name in sessions}) == 3
    assert all(name.casefold().startswith("run-") for name in sessions)


def test_a_session_keeps_its_name_when_another_of_the_same_name_comes(place):
    place.add_recording("run.mcap")
    place.run()
    place.add_recording("sub/../RUN.mcap")
    sessions, _ = planned(place)
    assert "run" in sessions
    assert len(sessions) == 2


def test_another_folder_does_not_take_over_the_results_of_the_first(place):
    place.add_recording("run.mcap")
    place.run()
    other = place.data.parent / "more"
    other.mkdir()
    (other / "run.mcap").write_bytes(place.recording.read_bytes())
    sessions, _ = planned(place, inputs=(str(other),))
    assert list(sessions) != ["run"]
    (place.data / "run.mcap").unlink()  # moved, then: the name is free
    assert list(planned(place, inputs=(str(other),))[0]) == ["run"]


def test_hostile_names_stay_inside_the_results(place):
    for name in ("=1+1.mcap", "-rf.mcap", "CON.mcap", "a b\nc.mcap", "\u00fc" * 110 + ".mcap"):
        place.add_recording(name)
    place.add(b"n\xff.mcap", place.recording.read_bytes())
    result = place.run(options={})
    assert result.counts["ok"] == 6, result.entries
    assert len(place.sessions()) == 6
    assert sorted(path.name for path in place.out.parent.iterdir()) == ["data", "out"]
    assert len(place.ledger()) == 6


def test_a_glob_and_a_file_are_inputs_too(place):
    place.add_recording("P01/a.mcap")
    place.add_recording("P02/a.mcap")
    sessions, _ = planned(place, inputs=(str(place.data / "P*" / "*.mcap"),))
    assert sorted(sessions) == ["P01-a", "P02-a"]
    sessions, _ = planned(place, inputs=(str(place.data / "P01" / "a.mcap"),))
    assert sorted(sessions) == ["a"]
    assert planned(place, recursive=False, inputs=(str(place.data / "P01"), str(place.data / "P02")))[0].keys() == {
        "P01-a", "P02-a",
    }  # fmt: skip


@pytest.mark.parametrize("given", ["nothing_here", "none*.mcap", "memory://x"])
def test_an_input_that_is_not_there_is_wrong_use(place, given):
    with pytest.raises(UsageError) as caught:
        dry_run(place.request(inputs=(given,), workers=None))
    assert caught.value.advice


def test_a_folder_without_recordings_is_wrong_use_and_leaves_nothing(place):
    place.add("notes.txt", "x")
    with pytest.raises(UsageError, match="no recording in"):
        place.run()
    assert not place.out.exists()


def test_two_files_for_one_side_are_told_and_none_is_guessed(place, of):
    for name in ("run_left.csv", "run_Left.csv"):
        place.add_csv(name)
    place.add_csv("run_right.csv", "right")
    place.add_recording("good.mcap")
    entries = of(place.run())
    assert entries.pop("good").status == "ok"
    assert {entry.code for entry in entries.values()} == {"not_said"}
    for entry in entries.values():
        assert "several files for one side of one session: run_Left.csv, run_left.csv, run_right.csv" in entry.reason


def test_files_called_by_nothing_but_their_side_are_a_session_of_their_folder(place):
    place.add_csv("P00/left.csv")
    place.add_csv("P00/right.csv", "right")
    assert list(planned(place, inputs=(str(place.data / "P00"),))[0]) == ["P00"]
    assert list(planned(place)[0]) == ["P00"]


def test_results_do_not_go_into_the_very_folder_of_the_recordings(place):
    place.add_recording("a.mcap")
    with pytest.raises(UsageError, match="is the folder of the recordings"):
        dry_run(place.request(out=str(place.data)))


def test_one_recording_under_two_sessions_is_told(place):
    for name in ("a", "b", "other"):
        place.add_recording(f"{name}.mcap")
    place.add("other.mcap", place.recording.read_bytes() + b"\0")
    for _again in range(2):
        place.run()
        (told,) = [event for event in place.events if event["event"] == "warning"]
        assert (told["session"], "same samples as b:" in told["reason"]) == ("a", True)


def test_a_manifest_names_files_that_no_rule_could_join(place):
    place.add_csv("imu_17.csv")
    place.add_csv("imu_4.csv", "right")
    place.add_csv("other_left.csv")
    manifest = place.add("sessions.csv", "session,left,right,athlete\nP01,imu_17.csv,imu_4.csv,A01\n")
    result = place.run(manifest=str(manifest))
    assert {entry.session: (entry.status, entry.athlete) for entry in result.entries} == {
        "P01": ("ok", "A01"), "other": ("ok", ""),
    }  # fmt: skip


def test_a_file_of_a_manifest_that_is_missing_fails_alone(place, of):
    place.add_recording("a.mcap")
    manifest = place.add("sessions.csv", "session,recording\ngood,a.mcap\nbad,b.mcap\n")
    entries = of(place.run(inputs=(), manifest=str(manifest)))
    assert entries["good"].status == "ok"
    assert (entries["bad"].status, entries["bad"].code) == ("failed", "no_file")
    assert "line 3" in entries["bad"].advice


LINKS = pytest.mark.skipif(os.name == "nt", reason="links of another kind")


@LINKS
@pytest.mark.parametrize("way", ["data/../data", "link"])
def test_a_manifest_owns_its_files_whichever_way_they_are_named(place, way):
    place.add_csv("imu_17.csv")
    place.add_csv("other_left.csv")
    root = place.data.parent
    (root / "link").symlink_to(place.data)
    manifest = place.add("sessions.csv", f"session,left\nP01,{root / way / 'imu_17.csv'}\n")
    for given in (str(root / "data/../data"), str(root / "link"), str(root / "link/*.csv")):
        assert list(planned(place, inputs=(given,), manifest=str(manifest))[0]) == ["P01", "other"]


@LINKS
def test_a_link_to_nothing_and_one_to_itself_are_told_and_the_rest_goes_on(place, of):
    place.add_recording("a.mcap")
    (place.data / "gone.mcap").symlink_to(place.data / "nothing.mcap")
    (place.data / "loop.mcap").symlink_to(place.data / "loop.mcap")
    entries = of(place.run())
    assert entries["a"].status == "ok"
    assert (entries["gone.mcap"].code, entries["loop.mcap"].status) == ("no_file", "failed")
    assert "remove" in entries["loop.mcap"].advice


@LINKS
def test_a_pipe_is_refused_and_not_waited_for(place):
    pipe = place.data / "pipe.mcap"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        dry_run(place.request(inputs=(str(pipe),)))
    place.add_recording("a.mcap")
    assert list(planned(place)[0]) == ["a"]


@LINKS
def test_a_loop_of_links_ends(place):
    place.add_recording("P01/a.mcap")
    (place.data / "P01" / "again").symlink_to(place.data)
    assert list(planned(place)[0]) == ["P01-a"]
