"""What every exporter must do, whoever wrote it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gaitpipe.app.export import export_input
from gaitpipe.app.inputs import open_recording
from gaitpipe.cli.export import FORMATS
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.exporters import formats
from gaitpipe.exporters.formats import find_exporter

ALL = formats.available()
LIBRARIES = {"parquet": "pyarrow", "fit": "fit_tool", "c3d": "ezc3d"}
each = pytest.mark.parametrize("exporter", ALL, ids=lambda exporter: exporter.name)


@pytest.fixture(autouse=True)
def _library(request) -> None:
    """A format whose library is not installed is left out."""
    exporter = getattr(request.node, "callspec", None) and request.node.callspec.params.get("exporter")
    if exporter and exporter.extra:
        pytest.importorskip(LIBRARIES[exporter.extra])


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_command_line_knows_every_exporter():
    assert sorted(FORMATS) == [exporter.name for exporter in ALL]


def test_mistyped_format_is_answered_with_the_right_name():
    with pytest.raises(UsageError) as caught:
        find_exporter("parkquet")
    assert "parquet" in caught.value.advice


@each
def test_exporter_describes_itself(exporter):
    assert exporter.description
    assert exporter.files_text
    assert exporter.readers
    assert exporter.extra in {"", *LIBRARIES}


@pytest.mark.parametrize(("name", "library"), [("parquet", "pyarrow"), ("fit", "fit-tool"), ("c3d", "ezc3d")])
def test_library_that_is_missing_is_named_with_what_to_install(name, library, exported, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, LIBRARIES[name], None)
    with pytest.raises(UsageError, match=f"needs the library {library}, which is not installed") as caught:
        exported(name, start_utc_ns=1_772_442_000_000_000_000)
    assert f"'gaitpipe[{name}]'" in caught.value.advice
    assert not (tmp_path / "out").exists()


@each
def test_export_makes_files_that_it_named_before_and_nothing_else(exporter, exported, tmp_path):
    made = exported(exporter.name)
    found = set(tree(tmp_path / "out"))
    assert found == {path.relative_to(tmp_path / "out").as_posix() for path in made.files}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert made.size_bytes == sum(len(content) for content in tree(tmp_path / "out").values())
    assert len(made.analysis.result.strides) > 20


@each
def test_files_made_are_all_among_those_that_would_be_refused(exporter, recording, exported, tmp_path):
    exported(exporter.name)
    before = tree(tmp_path / "out")
    with pytest.raises(UsageError) as caught:
        exported(exporter.name)
    assert "--force" in caught.value.advice
    assert tree(tmp_path / "out") == before
    for name in set(before) - exporter.shared:
        other = tmp_path / name.replace("/", "_")
        (other / name).parent.mkdir(parents=True)
        (other / name).write_text("mine")
        with pytest.raises(UsageError):
            exported(exporter.name, other)
        assert tree(other) == {name: b"mine"}


@each
def test_force_replaces_what_is_there_and_leaves_no_file_of_the_other_foot(exporter, exported, input_of, tmp_path):
    exported(exporter.name)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    opened = input_of(("left",))
    opened.recording.name = next(iter(tmp_path.joinpath("out").glob("*.*"))).name.split(".")[0]
    export_input(opened, exporter, tmp_path / "out", force=True)
    found = tree(tmp_path / "out")
    assert found["notes.txt"] == b"mine"
    assert not [name for name in found if "right" in name]


@each
@pytest.mark.parametrize("gyro", [True, False], ids=["gyro", "no gyro"])
@pytest.mark.parametrize("sides", [("left",), ("left", "right")], ids=["one foot", "both"])
def test_sensors_of_all_kinds_and_gaps_can_be_exported(exporter, sides, gyro, input_of, tmp_path):
    made = export_input(input_of(sides, gyro=gyro, gap=slice(300, 340)), exporter, tmp_path / "out")
    assert made.samples == len(sides) * (6 * 208 - 40)
    assert made.size_bytes > 200


@each
@pytest.mark.parametrize("there", [True, False], ids=["folder is there", "folder is new"])
def test_interrupted_export_leaves_nothing(exporter, there, recording, tmp_path):
    opened, target = open_recording(recording), tmp_path / "out"
    if there:
        target.mkdir()
        (target / "notes.txt").write_text("mine")

    def stop(time_s: float) -> None:
        if time_s > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_input(opened, exporter, target, on_time=stop)
    assert tree(tmp_path) == ({"out/notes.txt": b"mine"} if there else {})
    assert [path.name for path in tmp_path.iterdir()] == (["out"] if there else [])


@each
def test_full_disk_is_told_with_advice_and_leaves_nothing(exporter, recording, full_disk, tmp_path):
    opened = open_recording(recording)
    smallest = 300 if exporter.name == "fit" else 40_000
    with full_disk(smallest), pytest.raises(RecordingError) as caught:
        export_input(opened, exporter, tmp_path / "out")
    assert "cannot be written" in caught.value.message
    assert "free space" in caught.value.advice
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not LIBRARIES, reason="no format has a library of its own")
@pytest.mark.parametrize("name", LIBRARIES)
def test_missing_library_is_told_with_how_to_get_it(name, exported, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, LIBRARIES[name], None)
    with pytest.raises(UsageError) as caught:
        exported(name)
    assert f"gaitpipe[{name}]" in caught.value.advice
    assert not list(tmp_path.iterdir())


@each
def test_out_that_is_a_file_is_refused(exporter, exported, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        exported(exporter.name)
    assert (tmp_path / "out").read_text() == "mine"


@each
def test_export_into_the_folder_one_stands_in_works(exporter, exported, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert all(path.is_file() for path in exported(exporter.name, Path()).files)
