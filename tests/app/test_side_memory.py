"""Remembered sides: per device, without its address or name, and never a reason to fail."""

from __future__ import annotations

import json
import stat

import pytest

from gaitpipe.app.side_memory import FILE_NAME, Device, SideMemory, state_folder

ONE, TWO = Device("C0:00:00:00:00:01", "OpenIMU 0001"), Device("C0:00:00:00:00:02", "OpenIMU 0002")


def test_sides_are_remembered_whatever_the_order(tmp_path):
    SideMemory(tmp_path).remember({ONE: "right", TWO: "left"})
    again = SideMemory(tmp_path)
    assert again.sides_of([ONE, TWO]) == ["right", "left"]
    assert again.sides_of([TWO, ONE]) == ["left", "right"]
    again.remember({ONE: "left", TWO: "right"})
    assert SideMemory(tmp_path).sides_of([ONE, TWO]) == ["left", "right"]


def test_pair_with_an_unknown_sensor_or_two_of_one_side_is_not_known(tmp_path):
    memory, three = SideMemory(tmp_path), Device("C0:00:00:00:00:03", "OpenIMU 0003")
    memory.remember({ONE: "right", TWO: "left"})
    assert memory.sides_of([ONE, three]) is None
    memory.remember({TWO: "right", three: "left"})
    assert memory.sides_of([ONE, TWO]) is None


def test_sensor_that_changed_its_address_is_known_by_its_name_where_that_is_unique(tmp_path):
    memory = SideMemory(tmp_path)
    memory.remember({ONE: "right", TWO: "left"})
    moved = [Device("AA", ONE.name), Device("BB", TWO.name)]
    assert memory.sides_of(moved) == ["right", "left"]
    alike = [Device("1", "Movesense"), Device("2", "Movesense")]
    memory.remember({alike[0]: "left", alike[1]: "right"})
    assert memory.sides_of([Device("3", "Movesense"), Device("4", "Movesense")]) is None
    assert memory.sides_of(alike) == ["left", "right"]


def test_file_holds_no_address_and_no_name_and_is_salted(tmp_path):
    for folder in ("a", "b"):
        SideMemory(tmp_path / folder).remember({ONE: "right", TWO: "left"})
    texts = [(tmp_path / folder / FILE_NAME).read_text() for folder in ("a", "b")]
    for text in texts:
        assert not any(word in text for word in (ONE.address, TWO.address, "OpenIMU", "C000", "c0:00"))
    assert not set(json.loads(texts[0])["sides"]) & set(json.loads(texts[1])["sides"])


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"salt": 3, "sides": {}}', '{"salt": "x"}', '{"salt": "", "sides": {}}']
)
def test_damaged_file_is_told_and_begun_anew(tmp_path, text):
    (tmp_path / FILE_NAME).write_text(text)
    memory = SideMemory(tmp_path)
    assert str(tmp_path / FILE_NAME) in memory.complaint
    memory.remember({ONE: "right", TWO: "left"})
    assert SideMemory(tmp_path).sides_of([ONE, TWO]) == ["right", "left"]


def test_side_that_is_none_is_not_believed(tmp_path):
    SideMemory(tmp_path).remember({ONE: "right", TWO: "left"})
    path = tmp_path / FILE_NAME
    path.write_text(path.read_text().replace('"right"', '"up"'))
    memory = SideMemory(tmp_path)
    assert memory.complaint == ""
    assert memory.sides_of([ONE, TWO]) is None


def test_folder_that_cannot_be_written_is_told(tmp_path, bound_by_permissions):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    memory = SideMemory(tmp_path / "state")
    with bound_by_permissions():
        memory.remember({ONE: "right", TWO: "left"})
    assert "cannot be remembered" in memory.complaint


def test_state_that_is_a_file_is_told(tmp_path):
    (tmp_path / "state").write_text("")
    memory = SideMemory(tmp_path / "state")
    memory.remember({ONE: "right", TWO: "left"})
    assert "cannot be remembered" in memory.complaint
    assert memory.sides_of([ONE, TWO]) == ["right", "left"], "this program still knows"


def test_folder_is_the_named_one_or_none_or_that_of_the_system(monkeypatch, tmp_path):
    monkeypatch.setenv("GAITPIPE_STATE", str(tmp_path))
    assert state_folder() == tmp_path
    monkeypatch.setenv("GAITPIPE_STATE", "")
    assert state_folder() is None
    SideMemory(None).remember({ONE: "right", TWO: "left"})
    monkeypatch.delenv("GAITPIPE_STATE")
    assert state_folder().name == "gaitpipe"
