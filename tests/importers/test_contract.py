"""What every importer must do, whoever wrote it; and how files find their importer."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from gaitpipe import importers
from gaitpipe.errors import RecordingError, UsageError
from gaitpipe.importers import ReadOptions, read
from gaitpipe.model import RecordingEvent

ALL = importers.available()


def test_plain_csv_is_found_by_folder_scan():
    assert "plain_csv" in [importer.name for importer in ALL]


@pytest.mark.parametrize("importer", ALL, ids=lambda importer: importer.name)
def test_importer_describes_itself(importer):
    assert importer.description
    assert importer.extensions
    assert all(extension == extension.lower() and extension.startswith(".") for extension in importer.extensions)


@pytest.mark.parametrize("importer", ALL, ids=lambda importer: importer.name)
@pytest.mark.parametrize(
    "content", [b"", b"\n", bytes(5000), b"\xff" * 5000, b"a,b\n1,2\n", b"{}", b'"', b"PK\x03\x04"]
)
def test_importer_does_not_know_rubbish_and_refuses_it_with_advice(importer, content, tmp_path):
    path = tmp_path / f"rubbish{importer.extensions[0]}"
    path.write_bytes(content)
    assert importer.sniff(content, path) is False
    with pytest.raises(RecordingError) as caught:
        importer.read(path, ReadOptions())
    assert str(path) in caught.value.message
    assert caught.value.advice


def test_file_finds_its_importer_by_content_whatever_its_name(save, samples):
    assert importers.find_importer(save(samples, name="run.data")).name == "plain_csv"


def test_file_with_a_mistyped_header_finds_it_by_its_ending(save):
    assert importers.find_importer(save("tme,acc\n")).name == "plain_csv"


def test_unknown_kind_of_file_is_refused(save):
    with pytest.raises(RecordingError, match="no importer knows"):
        importers.find_importer(save("tme,acc\n", name="a.xyz"))


def test_mistyped_importer_is_answered_with_the_right_name(save):
    assert importers.find_importer("anything", "plain_csv").name == "plain_csv"
    with pytest.raises(UsageError) as caught:
        importers.find_importer("anything", "plain-csv")
    assert "plain_csv" in caught.value.advice


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="cannot be read"):
        importers.find_importer(tmp_path / "none.csv")


def test_merge_gives_both_sides_in_the_order_of_time(save, samples):
    shifted = np.delete(samples, np.s_[500:520], 0)
    left, right = (
        read(save(samples, name="a.csv"), "left", "shank"),
        read(save(shifted, name="b.csv"), "right", "shank"),
    )
    left.events.append(RecordingEvent(2, 0, "mark"))
    right.events.append(RecordingEvent(1, 0, "mark"))
    both = importers.merge(left, right)
    blocks = list(both)
    assert [(block.side, block.first_sample) for block in blocks] == [("left", 0), ("right", 0), ("right", 520)]
    assert [sensor.side for sensor in both.sensors] == ["left", "right"]
    assert both.quality["right"].lost_samples == 20
    assert both.name == "a + b"
    assert both.input_sha256 == hashlib.sha256((left.input_sha256 + right.input_sha256).encode()).hexdigest()
    assert both.metadata["left_sha256"] == left.input_sha256
    assert [event.host_monotonic_ns for event in both.events] == [1, 2]
    assert [(finding.code, finding.side) for finding in both.findings] == [
        ("time_gaps", "right"),
        ("one_clock", None),
    ]


def test_merged_files_of_different_times_are_told(save, samples):
    later = samples.copy()
    later[:, 0] += 500
    both = importers.merge(
        read(save(samples, name="a.csv"), "left", "foot"), read(save(later, name="b.csv"), "right", "foot")
    )
    assert len(list(both)) == 2
    assert [finding.code for finding in both.findings] == ["sides_do_not_overlap"]


def test_two_left_files_are_not_merged(save, samples):
    one, two = (read(save(samples, name=name), "left", "foot") for name in ("a.csv", "b.csv"))
    with pytest.raises(UsageError) as caught:
        importers.merge(one, two)
    assert caught.value.advice


def test_the_same_samples_for_both_feet_are_not_merged(save, samples):
    path = save(samples)
    with pytest.raises(UsageError, match="the very same samples"):
        importers.merge(read(path, "left", "foot"), read(path, "right", "foot"))


def test_merged_files_say_that_they_are_taken_to_share_one_clock(save, samples):
    other = samples.copy()
    other[:, 1] += 1.0
    both = importers.merge(
        read(save(samples, name="a.csv"), "left", "foot"), read(save(other, name="b.csv"), "right", "foot")
    )
    list(both)
    [finding] = both.findings
    assert (finding.code, finding.severity, finding.side) == ("one_clock", "info", None)
    assert "step and flight times are only as good as that" in finding.message
