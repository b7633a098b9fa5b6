"""Damaged, cut and hostile files: an error with file and advice, or findings; never another error, never silence."""

from __future__ import annotations

import numpy as np
import pytest

from gaitpipe import importers
from gaitpipe.errors import RecordingError
from gaitpipe.importers import ReadOptions, recording_of_file

PLACES = 50


def fit_samples(writers, fit_writer, path, stream):
    rows = (stream.time_s + writers.FIRST_UNIX_S).tolist()
    return fit_writer.raw_samples(path, rows, stream.acc / 9.80665, np.rad2deg(stream.gyr))


WRITTEN = {
    "movesense_json": lambda w, f, p, s: w.movesense_datalogger(p, s),
    "sensor_logger": lambda w, f, p, s: w.sensor_logger(p, s),
    "axivity_cwa": lambda w, f, p, s: w.cwa(p, s),
    "apdm_hdf5": lambda w, f, p, s: w.apdm_new(p, {"Left Foot": s}),
    "bids_motion": lambda w, f, p, s: w.bids(p.with_name("r_motion.tsv"), {"left_foot": s}),
    "parquet": lambda w, f, p, s: w.parquet_single(p, s),
    "garmin_fit": fit_samples,
}
NEEDS = {"apdm_hdf5": "h5py", "parquet": "pyarrow", "garmin_fit": "fitdecode"}
CHECKED = {"sensor_logger", "axivity_cwa", "parquet", "garmin_fit"}
"""Layouts with checksums: a changed bit gives an error, a finding, or changes no sample."""


@pytest.fixture(params=sorted(WRITTEN))
def written(request, writers, fit_writer, runner, tmp_path):
    """Importer, path and content of a sound file of five seconds, and its samples."""
    if request.param in NEEDS:
        pytest.importorskip(NEEDS[request.param])
    importer = next(one for one in importers.available() if one.name == request.param)
    path = WRITTEN[request.param](writers, fit_writer, tmp_path / "run.data", runner["left"].cut(slice(1000, 2000)))
    return importer, path, path.read_bytes(), outcome(importer, path)


def outcome(importer, path):
    """The samples (n, 7) and codes of findings, or None where the file was refused; anything else fails the test."""
    refusal = None
    try:
        file = importer.read(path, ReadOptions())
        recording = recording_of_file(file, importer, path, "left", "foot")
        blocks = list(recording.blocks)
    except RecordingError as error:
        refusal = error
    if refusal is not None:
        assert str(path.parent) in refusal.message
        assert refusal.advice
        return None
    rows = [
        np.column_stack([b.time_s, b.acc_m_s2, *([b.gyr_rad_s] if b.gyr_rad_s is not None else [])]) for b in blocks
    ]
    assert all(np.isfinite(block.acc_m_s2).all() for block in blocks)
    return np.vstack(rows), {finding.code for finding in recording.findings}


def judge(importer, path, sound):
    """What became of a file that was spoiled: refused, told, the same samples, or others and not a word about it."""
    found = outcome(importer, path)
    if found is None:
        return "refused"
    samples, codes = found
    if samples.shape == sound[0].shape and np.array_equal(samples, sound[0], equal_nan=True):
        return "same"
    if codes - sound[1]:
        return "told"
    return "silent"


def has_checksum(importer, place):
    """Whether a checksum of the layout covers this byte; headers have none."""
    return importer.name in CHECKED and place > 1024


def test_file_cut_anywhere_is_refused_or_told(written):
    importer, path, content, sound = written
    rolls = np.random.default_rng(1)
    for length in [*rolls.integers(0, len(content), PLACES), len(content) - 1, 1, 3]:
        path.write_bytes(content[: int(length)])
        found = judge(importer, path, sound)
        # A table of text that is cut between two lines is a shorter table: nothing in it tells.
        assert found != "silent" or (importer.name == "bids_motion" and content[int(length) - 1 : int(length)] == b"\n")


def test_flipped_bits_are_refused_or_told_where_the_layout_has_checksums(written):
    importer, path, content, sound = written
    rolls = np.random.default_rng(2)
    for place in rolls.integers(0, len(content), PLACES):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rolls.integers(0, 8))
        path.write_bytes(damaged)
        found = judge(importer, path, sound)
        assert found != "silent" or not has_checksum(importer, place), f"byte {place}"


def test_zeros_from_somewhere_on_are_refused_or_told(written):
    importer, path, content, sound = written
    rolls = np.random.default_rng(3)
    for place in rolls.integers(0, len(content) - 600, PLACES // 2):
        end = int(place) + int(rolls.integers(500, 20_000))
        zeros = bytes(min(end, len(content)) - int(place))
        path.write_bytes(content[: int(place)] + zeros + content[int(place) + len(zeros) :])
        found = judge(importer, path, sound)
        assert found != "silent" or not has_checksum(importer, place), f"from byte {place} on"


@pytest.mark.parametrize("start", [b"", b"\0" * 16, b"BM\x05\x06", b"\x89MCAP0\r\n", b"\xff\xd8\xff\xe0", b"[[[[[[[["])
def test_wrong_beginning_is_refused(written, start):
    importer, path, content, _sound = written
    path.write_bytes(start + content[max(len(start), 4) :] if start else b"")
    assert outcome(importer, path) is None


def test_random_bytes_after_the_magic_are_refused(written):
    importer, path, content, _sound = written
    rolls = np.random.default_rng(4)
    for _ in range(10):
        path.write_bytes(content[:16] + rolls.bytes(5000))
        assert outcome(importer, path) is None
