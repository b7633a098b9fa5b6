"""`gaitpipe compare` with several sessions: what is read, what is refused, and what it says and writes."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import html5lib
import pytest

from gaitpipe.evidence import forbidden_in

CONTACT = "ground_contact_time_s"


@pytest.fixture
def write(session_summary, tmp_path):
    """Writes a summary into a folder of its own."""

    def to(folder: str, *told, **changes) -> Path:
        path = tmp_path / folder
        path.mkdir()
        (path / "summary.json").write_text(json.dumps(session_summary(*told, **changes)), "utf-8")
        return path

    return to


def of(content, key=CONTACT, side="left", place=1):
    figure = next(one for one in content["figures"] if (one["key"], one["side"]) == (key, side))
    return figure["changes"][place]


def test_two_sessions_give_a_table_that_fits_eighty_columns(call, write):
    called = call("compare", write("a", "easy"), write("b", "run1", 0.290) / "summary.json")
    assert called.code == 0
    assert "real change, up" in called.err
    assert "no real change" in called.err
    assert "By chance alone up to one in twenty looks real" in " ".join(called.err.split())
    table = called.err.split("counts from")[1].split("\n\n")[0]
    assert len(table.splitlines()) > 10
    assert max(map(len, table.splitlines())) <= 80


def test_the_files_hold_the_same_as_json_on_stdout(call, write, tmp_path):
    out = tmp_path / "out"
    called = call("compare", write("a", "easy"), write("b", "run1", 0.290), "--out", out, "--json")
    content = json.loads(called.out)
    assert json.loads((out / "comparison.json").read_text("utf-8")) == content
    assert of(content)["judgement"] == "real change up"
    assert of(content)["change"] == pytest.approx(0.04)
    assert of(content)["mdc"] == pytest.approx(0.016)
    with (out / "comparison.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * len(content["figures"])
    row = next(row for row in rows if (row["metric"], row["side"], row["session"]) == (CONTACT, "left", "B"))
    assert (row["value"], row["change"], row["judgement"], row["unit"]) == ("0.29", "0.04", "real change up", "s")
    reference = next(row for row in rows if row["is_reference"] == "true")
    assert (reference["change"], reference["judgement"]) == ("", "")


def test_without_a_folder_nothing_is_written(call, write, tmp_path):
    given = write("a", "easy"), write("b", "run1")
    before = sorted(tmp_path.rglob("*"))
    assert call("compare", *given).code == 0
    assert sorted(tmp_path.rglob("*")) == before


def test_the_page_is_valid_without_script_and_without_judging_words(call, write, tmp_path):
    call("compare", write("a", "easy"), write("b", "run1", 0.290), write("c", "c", speed_m_s=3.5), "--out", tmp_path)
    page = (tmp_path / "comparison.html").read_text("utf-8")
    html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert page.count("<svg") == 2 * 4
    assert "C: most figures cannot be compared with A" in page
    assert not forbidden_in(page)
    for word in ("better", "worse", "improve", "injury risk"):
        assert word not in page.casefold()


def test_the_same_sessions_give_the_same_bytes(call, write, tmp_path):
    given = write("a", "easy"), write("b", "run1", 0.290)
    for out in ("one", "two"):
        call("compare", *given, "--out", tmp_path / out)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=1+1", r"$\frac", "a\u202egnp", "x" * 500, "lauf\udcff"]
)
def test_hostile_names_do_no_harm(call, write, tmp_path, name):
    given = write("a", name, context={"shoe": name}), write("b", "run1")
    called = call("compare", *given, "--out", tmp_path / "out")
    assert called.code == 0
    page = (tmp_path / "out" / "comparison.html").read_text("utf-8")
    html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert "<script" not in page
    assert "\u202e" not in page + called.err
    for row in csv.reader((tmp_path / "out" / "comparison.csv").read_text("utf-8").splitlines()):
        assert not row[5].startswith("=")


def test_sessions_stand_in_order_of_time_and_the_first_given_is_the_reference(call, write):
    late = write("late", "late", recording={"recorded_utc": "2026-05-01T10:00:00Z"})
    early = write("early", "early", recording={"recorded_utc": "2026-05-01T11:00:00+02:00"})
    content = json.loads(call("compare", late, early, "--json", "-q").out)
    assert [one["name"] for one in content["sessions"]] == ["early", "late"]
    assert content["reference"] == "B"


def test_an_unknown_time_keeps_the_order_given_and_says_so(call, write):
    given = write("b", "b"), write("a", "a", recording={"recorded_utc": None})
    called = call("compare", *given, "--json")
    assert [one["name"] for one in json.loads(called.out)["sessions"]] == ["b", "a"]
    assert "they stand as they were given" in called.err


@pytest.mark.parametrize(("told", "reference"), [("2", "run1"), ("run1", "run1"), ("1", "easy")])
def test_the_reference_is_named_by_its_place_or_its_name(call, write, told, reference):
    called = call("compare", write("a", "easy"), write("b", "run1"), "--reference", told, "--json", "-q")
    content = json.loads(called.out)
    chosen = next(one for one in content["sessions"] if one["session"] == content["reference"])
    assert chosen["name"] == reference


@pytest.mark.parametrize("told", ["3", "0", "nobody", ""])
def test_a_reference_that_is_none_of_them_is_refused_with_those_there_are(call, write, told):
    called = call("compare", write("a", "easy"), write("b", "run1"), "--reference", told)
    assert called.code == 2
    assert "1 (easy), 2 (run1)" in called.err


def test_sessions_of_one_name_are_told_apart_by_their_folders(call, write):
    shared = {"name": "session"}
    given = write("monday", "x", recording=shared), write("friday", "y", recording=shared)
    content = json.loads(call("compare", *given, "--json", "-q").out)
    assert [one["name"] for one in content["sessions"]] == ["monday", "friday"]


def test_the_same_recording_twice_is_refused_also_under_another_name(call, write):
    one, other = write("a", "easy"), write("b", "easy", 0.30, recording={"name": "copy"})
    called = call("compare", one, other)
    assert called.code == 2
    assert "of the same recording" in called.err


def test_files_without_a_hash_are_the_same_when_all_figures_are(call, write):
    given = [write(name, name, input_sha256=None) for name in "ab"]
    assert call("compare", *given).code == 2
    other = write("c", "c", 0.26, input_sha256=None)
    assert call("compare", given[0], other).code == 0


def test_another_person_is_refused_and_with_force_never_judged(call, write):
    given = write("a", "a", recording={"athlete": "A01"}), write("b", "b", 0.35, recording={"athlete": "A02"})
    refused = call("compare", *given)
    assert refused.code == 2
    assert "several persons (a: A01, b: A02)" in refused.err
    forced = call("compare", *given, "--force", "--json")
    assert forced.code == 1
    assert of(json.loads(forced.out))["reason"] == "other person"
    assert "a difference is no change" in forced.err


def test_an_unknown_person_is_said(call, write):
    assert "do not all say whose they are" in call("compare", write("a", "a"), write("b", "b")).err


def test_sessions_that_cannot_be_compared_end_with_1_and_say_why(call, write):
    called = call("compare", write("a", "a"), write("b", "b", 0.35, mode="walk"))
    assert called.code == 1
    assert "This session is walking, the reference is running" in called.err
    assert "nothing can be said" in called.err


def test_a_place_for_the_files_that_is_none_is_told_before_anything_is_shown(call, write, tmp_path):
    (tmp_path / "taken").write_text("")
    called = call("compare", write("a", "a"), write("b", "b"), "--out", tmp_path / "taken")
    assert called.code == 1
    assert "Cadence" not in called.err
    assert "taken" in called.err


@pytest.mark.parametrize(("rate_hz", "told"), [(208.4, False), (104.0, True)])
def test_a_rate_tells_of_another_sensor_only_when_no_clock_explains_it(call, write, rate_hz, told):
    other = write("b", "b", sensor={"profile_id": "", "rate_hz": rate_hz})
    called = call("compare", write("a", "a", sensor={"profile_id": ""}), other)
    assert ("may be the sensor's" in called.err) is told
    assert ("of unknown kind at 104 Hz" in called.err) is told


def test_foot_and_shank_are_not_compared(call, write):
    other = write("b", "b", 0.35, sensor={"placement": "shank"}, parameter_hash="of the shank")
    called = call("compare", write("a", "a"), other)
    assert called.code == 1
    assert "sat on the shank, in the reference on the foot" in called.err
    assert "other numbers" not in called.err  # each placement has its own: analysing again would not help


def test_a_recording_is_analysed_on_the_way(call, recording, write):
    content = json.loads(call("compare", recording, write("b", "b"), "--json", "-q").out)
    first = next(one for one in content["sessions"] if one["file"] == str(recording))
    assert first["synthetic"] is True
    assert of(content, place=next(i for i, one in enumerate(content["sessions"]) if one is not first)) is not None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "there is no summary.json in this folder"),
        (lambda path: None, "there is no such file"),
        (lambda path: path.write_text("time_s,acc\n1,2\n"), "is no JSON"),
        (lambda path: path.write_text("[1, 2]"), "is no summary of a session"),
        (lambda path: path.write_text("{}"), "schema_version: is missing"),
        (lambda path: path.write_text('{"a":' * 100_000), "is no JSON"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), "is no JSON"),
        (lambda path: path.write_text('{"schema_version": 1, "kind": "sessions"}'), "this is a comparison"),
    ],
)
def test_what_is_no_session_is_refused_with_its_name(call, write, tmp_path, make, words):
    path = tmp_path / "other"
    make(path)
    called = call("compare", write("a", "a"), path)
    assert called.code == 1
    assert str(path) in called.err
    assert words in called.err


@pytest.mark.skipif(os.name == "nt", reason="pipes of another kind")
@pytest.mark.parametrize("name", ["pipe", "pipe.mcap"])
def test_a_pipe_is_refused_and_not_waited_for(call, write, tmp_path, name):
    os.mkfifo(tmp_path / name)
    called = call("compare", write("a", "a"), tmp_path / name)
    assert called.code == 1
    assert "it is no file" in called.err


def test_a_broken_recording_is_told_as_a_recording(call, write, tmp_path):
    (tmp_path / "broken.mcap").write_bytes(b"no recording")
    called = call("compare", write("a", "a"), tmp_path / "broken.mcap")
    assert called.code == 1
    assert "summary" not in called.err.split("broken.mcap", 1)[1]


def test_a_folder_of_results_names_those_inside(call, write, tmp_path):
    write("a", "a")
    called = call("compare", write("b", "b"), tmp_path)
    assert "Its folders hold some: give a, b" in called.err


def test_a_stride_table_is_no_session(call, write, tmp_path):
    (tmp_path / "strides.csv").write_text("side,stride\n")
    called = call("compare", write("a", "a"), tmp_path / "strides.csv")
    assert called.code == 1
    assert "Give summary.json" in called.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--before", "0:10-1:00"), "--before belongs to one recording"),
        (("--comfort", "5", "--cue-text", "x"), "--cue-text, --comfort belong to one recording"),
        (("--belt-speed", "3.0"), "--belt-speed belongs to one recording"),
        (("--placement", "foot"), "changes nothing in figures that were made before"),
    ],
)
def test_options_of_one_recording_are_refused(call, write, options, words):
    called = call("compare", write("a", "a"), write("b", "b"), *options)
    assert called.code == 2
    assert words in called.err


@pytest.mark.parametrize("options", [("--reference", "1"), ("--force",)])
def test_one_session_alone_has_no_reference(call, write, options):
    called = call("compare", write("a", "a"), *options)
    assert called.code == 2
    assert "for two sessions or more" in called.err


def test_many_sessions_get_letters_beyond_z(call, write):
    given = [write(f"f{place}", f"r{place:02}", 0.25 + 1e-4 * place) for place in range(28)]
    content = json.loads(call("compare", *given, "--json", "-q").out)
    assert [one["session"] for one in content["sessions"]][-3:] == ["Z", "AA", "AB"]


def test_a_pseudonym_told_to_the_analysis_is_in_the_summary_and_keeps_persons_apart(call, recording, write, tmp_path):
    assert call("analyze", recording, "--athlete", " A01 ", "--out", tmp_path / "x", "-q").code == 0
    assert json.loads((tmp_path / "x" / "summary.json").read_text())["recording"]["athlete"] == "A01"
    called = call("compare", tmp_path / "x", write("b", "b", recording={"athlete": "A02"}))
    assert called.code == 2
    assert "several persons" in called.err
    unnamed = call("analyze", recording, "--out", tmp_path / "y", "-q")
    assert unnamed.code == 0
    assert "athlete" not in json.loads((tmp_path / "y" / "summary.json").read_text())["recording"]


@pytest.mark.parametrize("told", ["runner@example.org", "../A01"])
def test_a_pseudonym_that_is_an_address_or_a_path_is_refused(call, recording, tmp_path, told):
    called = call("analyze", recording, "--athlete", told, "--out", tmp_path / "x")
    assert called.code == 2
    assert "write a pseudonym, such as A01" in called.err
    assert not (tmp_path / "x").exists()
