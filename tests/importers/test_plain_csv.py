from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest

from gaitpipe.errors import RecordingError
from gaitpipe.model import FLAG_ACC_CLIPPED, FLAG_GAP_BEFORE, FLAG_GYR_CLIPPED
from module_beside import module_beside

HEADER = "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
reading = module_beside(__file__, "reading")
load, codes, assert_refused = reading.load, reading.codes, reading.assert_refused


def test_whole_file_is_one_block_with_the_exact_values(save, samples):
    path = save(samples)
    recording, (block,) = load(path)
    assert (block.time_s == samples[:, 0]).all()
    assert (block.acc_m_s2 == samples[:, 1:4]).all()
    assert (block.gyr_rad_s == samples[:, 4:7]).all()
    assert block.acc_m_s2.flags.c_contiguous
    assert (block.flags == 0).all()
    assert block.first_sample == 0
    (info,) = recording.sensors
    assert (info.side, info.placement, info.rate_hz, info.has_gyro, info.clock) == ("left", "foot", 208.0, True, "file")
    assert recording.findings == []
    assert recording.name == "run"
    assert recording.input_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    quality = recording.quality["left"]
    assert (quality.samples, quality.lost_samples, quality.gaps, quality.measured_rate_hz) == (2080, 0, 0, 208.0)


def test_columns_may_stand_in_any_order_and_others_are_named(save, samples):
    order = [4, 0, 2, 1, 3, 6, 5]
    names = np.array(HEADER.split(","))[order]
    text = ["label," + ",".join(names)]
    text += [f'"a, b",{",".join(map(repr, row))}' for row in samples[:, order].tolist()]
    recording, (block,) = load(save("\n".join(text) + "\n"))
    assert (block.acc_m_s2 == samples[:, 1:4]).all()
    assert (block.gyr_rad_s == samples[:, 4:7]).all()
    assert codes(recording) == ["columns_ignored"]
    assert "label" in recording.findings[0].message


def test_accelerometer_alone_is_enough(save, samples):
    recording, (block,) = load(save(samples[:, :4], header=",".join(HEADER.split(",")[:4])))
    assert not recording.sensors[0].has_gyro
    assert np.isnan(block.gyr_rad_s).all()
    assert block.gyr_rad_s.shape == (2080, 3)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text + "\n\n  \n",
        lambda text: text.replace(",acc_x", " , acc_x", 1),
        lambda text: text.replace("\n0.0,", "\n 0.0 ,"),
    ],
)
def test_harmless_differences_of_the_text_change_nothing(save, samples, spoil, tmp_path):
    text = save(samples).read_text()
    path = tmp_path / "other.csv"
    path.write_bytes(spoil(text).encode())
    recording, (block,) = load(path)
    assert (block.acc_m_s2 == samples[:, 1:4]).all()
    assert recording.findings == []


def test_rows_without_numbers_become_a_gap_and_are_counted_with_their_line(save, samples):
    samples[100:103, 2] = np.nan
    samples[500, 5] = np.inf
    samples[900, 0] = np.nan
    recording, blocks = load(save(samples))
    assert [block.first_sample for block in blocks] == [0, 103, 501, 901]
    assert [block.flags[0] for block in blocks] == [0] + [FLAG_GAP_BEFORE] * 3
    assert (
        np.concatenate([block.acc_m_s2 for block in blocks]) == np.delete(samples, [100, 101, 102, 500, 900], 0)[:, 1:4]
    ).all()
    assert all(np.isfinite(block.gyr_rad_s).all() for block in blocks)
    quality = recording.quality["left"]
    assert (quality.lost_samples, quality.gaps) == (5, 3)
    assert quality.gap_s == pytest.approx(5 / 208)
    finding, time_gap = recording.findings
    assert (finding.code, time_gap.code) == ("rows_lost", "time_gaps")
    assert "5 of 2080 rows" in finding.message
    assert "line 102" in finding.message


def test_missing_rows_become_a_gap_of_the_right_length(save, samples):
    recording, blocks = load(save(np.delete(samples, np.s_[600:650], 0)))
    assert [block.first_sample for block in blocks] == [0, 650]
    assert recording.quality["left"].lost_samples == 50
    assert codes(recording) == ["time_gaps"]
    assert "in 1 place of the left file, 0.24 s in all, first in line 602" in recording.findings[0].message


def test_lost_rows_at_the_start_do_not_count_as_a_gap(save, samples):
    samples[:4, 1] = np.nan
    recording, (block,) = load(save(samples))
    assert block.first_sample == 0
    assert block.flags[0] == 0
    assert recording.quality["left"].lost_samples == 0
    assert codes(recording) == ["rows_lost"]


def test_repeated_and_backward_rows_are_left_out_and_counted(save, samples):
    doubled = np.insert(samples, [50, 50, 300], samples[[49, 48, 299]], axis=0)
    recording, (block,) = load(save(doubled))
    assert (block.time_s == samples[:, 0]).all()
    (finding,) = recording.findings
    assert finding.code == "time_backwards"
    assert "3 of 2083 rows" in finding.message
    assert "line 52" in finding.message


@pytest.mark.parametrize(
    "spoil", [lambda s: np.repeat(s, 2, axis=0), lambda s: s[::-1], lambda s: np.vstack([s, s]), lambda s: s[[0] * 900]]
)
def test_time_that_does_not_grow_is_refused(save, samples, spoil):
    error = assert_refused(save(spoil(samples)), "not later than the time before")
    assert error.line is not None


@pytest.mark.parametrize(
    ("spoil", "words", "advice"),
    [
        (lambda s: np.repeat(s, 2, axis=0), r"2080 of 4160 rows .* first in line 3 \(2080 the very same\)", "copies"),
        (lambda s: np.vstack([s, s]), r"first in line 2082 \(2080 earlier\)", "two recordings in one file"),
        (lambda s: s[::-1], r"first in line 3 \(2079 earlier\)", "out of order"),
    ],
)
def test_rows_of_one_time_are_told_from_times_that_go_back(save, samples, spoil, words, advice):
    assert advice in assert_refused(save(spoil(samples)), words).advice


def two_rates(samples, first_hz, then_hz, change):
    steps = np.where(np.arange(len(samples)) < change, 1 / first_hz, 1 / then_hz)
    samples[:, 0] = np.cumsum(steps)
    return samples


@pytest.mark.parametrize(("first_hz", "then_hz"), [(100, 200), (200, 100), (208, 104)])
@pytest.mark.parametrize("change", [624, 1040, 1500])
def test_rate_that_changes_within_the_file_is_told_with_its_place(save, samples, first_hz, then_hz, change):
    path = save(two_rates(samples, first_hz, then_hz, change))
    error = assert_refused(path, f"the rate changes within the file: {first_hz} samples a second, {then_hz} from line")
    assert abs(error.line - (change + 2)) <= 1
    assert "Cut the file there" in error.advice


def test_rate_that_changes_a_little_is_warned_of_in_words_of_its_own(save, samples):
    recording, _blocks = load(save(two_rates(samples, 200, 150, 1040)))
    assert [(found.code, found.severity) for found in recording.findings] == [("rate_changes", "warning")]
    assert "200 samples a second, 150 from line 104" in recording.findings[0].message


def test_one_time_far_ahead_is_refused_not_believed(save, samples):
    samples[10, 0] = 1e9
    assert_refused(save(samples), "not later")


@pytest.mark.parametrize(("jitter", "finding", "severity"), [(0.02, None, None), (0.3, "time_jitter", "info")])
def test_jitter_is_stated_and_times_are_kept(save, samples, jitter, finding, severity):
    noise = np.random.default_rng(1).choice([-1, 1], len(samples)) * jitter / 2 / 208
    noise[::2] = 0.0
    samples[:, 0] += noise + 1
    recording, (block,) = load(save(samples))
    assert (block.time_s == samples[:, 0]).all()
    assert recording.sensors[0].rate_hz == pytest.approx(208, rel=1e-3)
    assert codes(recording) == ([finding] if finding else [])
    assert [found.severity for found in recording.findings] == ([severity] if severity else [])


def test_single_late_times_are_stated(save, samples):
    samples[::100, 0] += 0.4 / 208
    recording, (block,) = load(save(samples))
    assert len(block) == 2080
    assert [(found.code, found.severity) for found in recording.findings] == [("time_jitter", "info")]


@pytest.mark.parametrize(
    ("burst", "step_s", "words"), [(8, 1e-3, "are missing"), (2, 1e-3, "are missing"), (8, 3e-3, "uneven|missing")]
)
def test_arrival_times_in_bursts_are_refused(save, samples, burst, step_s, words):
    index = np.arange(2080)
    samples[:, 0] = index // burst * burst / 208 + index % burst * step_s
    assert_refused(save(samples), words)


def test_random_arrival_times_are_refused(save, samples):
    samples[:, 0] = np.cumsum(np.random.default_rng(0).exponential(1 / 208, 2080))
    assert_refused(save(samples), "uneven|bursts")


@pytest.mark.parametrize("decimals", [3, 6])
@pytest.mark.parametrize("rate_hz", [100.0, 208.0, 416.0])
def test_rounded_times_do_not_make_gaps_nor_another_rate(save, samples, decimals, rate_hz):
    samples[:, 0] = np.round(np.arange(2080) / rate_hz, decimals)
    recording, (block,) = load(save(samples))
    assert len(block) == 2080
    assert recording.sensors[0].rate_hz == pytest.approx(rate_hz, rel=2e-4)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1000, "looks like milliseconds"),
        (1e6, "looks like microseconds"),
        (208, "looks like samples"),
        (1 / 3600, "cannot be"),
    ],
)
def test_time_in_other_units_is_refused(save, samples, factor, words):
    samples[:, 0] *= factor
    if factor == 208:
        samples[:, 0] = np.arange(len(samples))
    assert_refused(save(samples), words)


def test_rate_is_checked(save, samples):
    samples[:, 0] = np.arange(2080) / 30
    assert_refused(save(samples), "30.0 samples a second are too few")
    samples[:, 0] = np.arange(2080) / 60
    recording, _blocks = load(save(samples))
    assert recording.sensors[0].rate_hz == 60.0


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("", "is empty", None),
        ("\n\n  \n", "is empty", None),
        (HEADER, "no data", None),
        (HEADER + "\n", "no data", None),
        (HEADER + "\n0,1,2,3,4,5,6\n", "only one or two", None),
        ("hello\nworld\n", "no column time_s", 1),
        (HEADER.replace(",", ";") + "\n0,1;2\n", "separated by semicolons", 1),
        (HEADER.replace(",", "\t") + "\n", "separated by tabs", 1),
        (HEADER + ",acc_x_m_s2\n", "acc_x_m_s2 stands there twice", 1),
        ("x" * 200_000, "too long for a header", 1),
        (HEADER + "\n" + "1" * 100_000 + "\n", "absurdly long", 2),
        (HEADER + "\n0,1,2,3,4,5,6\n0,0,0,5,1,2,3,4\n", "8 cells, but the header names 7", 3),
        (HEADER + '\n0,1,2,3,4,5,6\n1,"2,3,4,5,6,7\n', "quotation mark", 3),
        (HEADER + "\n0,1,2,3,4,5,6\n0.1,1,2,\0\0\0\0", "not text", 3),
        (HEADER + "\n0,1,2,3,4,5,6\n0.1,1,2,3,4,5,fast\n", "gyr_z_rad_s: 'fast' is not a number", 3),
        (HEADER + "\n0,1,2,3,4,5,6\n\n0.1,1,2,3,4,5," + "z" * 90 + "\n", "gyr_z_rad_s: 'zzz", 4),
    ],
)
def test_text_that_is_no_such_table_is_refused_with_its_line(save, text, words, line):
    error = assert_refused(save(text), words)
    assert error.line == line


def test_decimal_commas_are_named(save):
    path = save(HEADER + '\n"0,1",1,2,3,4,5,6\n')
    assert "decimal point" in assert_refused(path, "'0,1' is not a number").advice


@pytest.mark.parametrize(
    ("header", "missing", "hint"),
    [
        (HEADER.replace("time_s", "time_ms"), "time_s", "time_s where it says time_ms"),
        (HEADER.replace("acc_x_m_s2", "acc_x_g"), "acc_x_m_s2", "acc_x_m_s2 where it says acc_x_g"),
        (HEADER.replace("acc_y_m_s2", "Acc_Y_m_s2"), "acc_y_m_s2", "acc_y_m_s2 where it says Acc_Y_m_s2"),
        (
            HEADER.replace("rad_s", "deg_s"),
            "gyr_x_rad_s, gyr_y_rad_s, gyr_z_rad_s",
            "gyr_x_rad_s where it says gyr_x_deg_s",
        ),
        (HEADER.replace("gyr_z_rad_s", "other"), "gyr_z_rad_s", "time_s,acc_x_m_s2"),
    ],
)
def test_mistyped_columns_are_named_with_what_was_meant(save, samples, header, missing, hint):
    error = assert_refused(save(samples, header=header), f"no column {missing}")
    assert hint in error.advice
    assert "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2" in error.advice


def test_utf_16_and_binary_files_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(HEADER.encode("utf-16"))
    assert_refused(path, "UTF-16")
    path.write_bytes(bytes(range(256)) * 50)
    assert_refused(path, "not text|no column|header")


def test_missing_file_and_folder_are_refused(tmp_path):
    assert_refused(tmp_path / "none.csv", "cannot be read")
    assert_refused(tmp_path, "cannot be read")


def test_short_session_is_refused(save, samples):
    assert_refused(save(samples[:300]), r"only 1\.44 s of data")


def test_file_with_mostly_empty_rows_is_refused(save, samples):
    samples[1000:, 1] = np.nan
    samples[:50, 1] = np.nan
    error = assert_refused(save(samples), "lack a usable number")
    assert error.line == 2


def test_impossible_values_are_lost_samples(save, samples):
    samples[77, 3] = 1e30
    recording, blocks = load(save(samples))
    assert len(blocks) == 2
    assert codes(recording) == ["rows_lost"]


def test_file_cut_anywhere_never_gives_a_wrong_value(tmp_path, save, samples):
    content = save(samples).read_bytes()
    path = tmp_path / "cut.csv"
    known = {tuple(row) for row in samples.tolist()}
    for length in range(len(content) - 400, len(content)):
        path.write_bytes(content[:length])
        recording, blocks = load(path)
        rows = np.vstack([np.column_stack([block.time_s, block.acc_m_s2, block.gyr_rad_s]) for block in blocks])
        assert {tuple(row) for row in rows.tolist()} <= known
        assert len(rows) == content[:length].count(b"\n") - 1
        assert codes(recording) == ([] if content[:length].endswith(b"\n") else ["last_line_cut"])


def test_plateau_at_the_extreme_is_inferred_as_clipping(save, samples):
    samples[:, 1] = np.clip(samples[:, 1] * 10, -156.9, 156.9)
    samples[:, 4] = np.clip(samples[:, 4], -5.0, 5.5)
    recording, (block,) = load(save(samples))
    acc_clipped, gyr_clipped = np.abs(samples[:, 1]) == 156.9, (samples[:, 4] == 5.5) | (samples[:, 4] == -5.0)
    assert ((block.flags & FLAG_ACC_CLIPPED > 0) == acc_clipped).all()
    assert ((block.flags & FLAG_GYR_CLIPPED > 0) == gyr_clipped).all()
    quality = recording.quality["left"]
    assert (quality.acc_clipped_samples, quality.gyr_clipped_samples) == (acc_clipped.sum(), gyr_clipped.sum())
    assert codes(recording) == ["clipping_inferred"] * 2
    assert all("inferred" in finding.message for finding in recording.findings)


def test_sensor_at_rest_is_not_taken_for_clipping(save, samples):
    samples[:, 1:] = [0.0, 0.0, 9.81, 0.0, 0.0, 0.0]
    recording, (block,) = load(save(samples))
    assert (block.flags == 0).all()
    assert recording.findings == []


@pytest.mark.parametrize("seed", range(40))
def test_random_damage_gives_findings_or_advice_never_another_error(tmp_path, save, samples, seed):
    content = bytearray(save(samples[:600]).read_bytes())
    rolls = np.random.default_rng(seed)
    for place in rolls.integers(0, len(content), 5):
        content[place] = rolls.choice(np.frombuffer(b',;\n"\0-e9.\xff\r', dtype=np.uint8))
    path = tmp_path / "damaged.csv"
    path.write_bytes(content)
    try:
        recording, blocks = load(path)
    except RecordingError as refusal:
        error = refusal
    else:
        assert sum(map(len, blocks)) == recording.quality["left"].samples
        assert all(np.isfinite(block.acc_m_s2).all() for block in blocks)
        return
    assert re.search(re.escape(str(path)), error.message)
    assert error.advice


@pytest.mark.parametrize(
    ("rate_hz", "missing", "length"),
    [(208, 1, "5 ms"), (2000, 1, "0.5 ms"), (208, 50, "0.24 s"), (100, 1100, "11.0 s")],
)
def test_missing_samples_are_told_with_decimals_that_say_something(save, rate_hz, missing, length):
    samples = np.column_stack([np.arange(5000) / rate_hz, np.random.default_rng(0).normal(0, 5, (5000, 6))])
    recording, _blocks = load(save(np.delete(samples, np.s_[2000 : 2000 + missing], 0)))
    [finding] = [found for found in recording.findings if found.code == "time_gaps"]
    assert f"in 1 place of the left file, {length} in all" in finding.message


def test_one_bad_row_is_told_in_the_singular(save, samples):
    samples[77, 3] = np.nan
    recording, _blocks = load(save(samples))
    assert "1 of 2080 rows lacks a usable number" in recording.findings[0].message
    assert "it counts as a lost sample" in recording.findings[0].message
