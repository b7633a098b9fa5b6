"""Targets and bars: a figure that fell is seen, a target that is missed is not hidden."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy import run, targets
from benchmarks.accuracy.collect import Collected
from benchmarks.accuracy.laps import lap_figures, lap_rows, reference_strides
from benchmarks.accuracy.outputs import BEGIN, END, replace_block
from benchmarks.accuracy.plots import bland_altman
from benchmarks.accuracy.readers import Marker
from benchmarks.accuracy.score import compare, detected_of
from benchmarks.accuracy.tables import target_table
from benchmarks.accuracy.targets import Bar, Target, Verdict
from gaitpipe.model import STRIDE_DTYPE

NAN = float("nan")
MOST = Target("foot.ct_rmse", "contact time, RMSE", 12.0)
LEAST = Target("foot.recall", "recall", 0.98, "", False, 3)


def verdict(target, shipped, held_out=NAN, bar=None):
    return Verdict(target, shipped, held_out, "", bar)


def test_a_bias_is_judged_by_its_size_and_nothing_measured_never_passes():
    assert MOST.reached(-11.9)
    assert not MOST.reached(-12.1)
    assert not MOST.reached(NAN)
    assert LEAST.reached(0.98)
    assert not LEAST.reached(0.979)


def test_the_held_out_value_decides_where_there_is_one():
    assert verdict(MOST, 11.0, 13.0).words() == "missed by 1.0"
    assert verdict(MOST, 13.0, 11.0).words() == "pass"
    assert verdict(MOST, 11.0).words() == "pass"
    assert verdict(LEAST, 0.97).words() == "missed by 0.010"
    assert verdict(MOST, NAN).words() == "not measured"


def test_strict_sees_a_figure_below_its_bar_and_lets_a_known_miss_stand():
    fallen = verdict(MOST, 12.5)
    known = verdict(MOST, 12.5, bar=Bar(12.6, "why"))
    worse = verdict(MOST, 12.7, bar=Bar(12.6, "why"))
    gone = verdict(MOST, NAN, bar=Bar(12.6, "why"))
    waiting = verdict(MOST, NAN, bar=Bar(NAN, "not built yet"))
    assert [v.held for v in (fallen, known, worse, gone, waiting)] == [False, True, False, False, True]
    lines = run.failures(Collected(), [fallen, known, worse, gone, waiting])
    assert [line.split(":")[0] for line in lines] == ["foot.ct_rmse"] * 3
    assert not known.reached


def test_bars_survive_being_written_with_slack_and_their_reasons(tmp_path):
    path = tmp_path / "bars.toml"
    judged = [verdict(MOST, 20.0, bar=Bar(30.0, "soft shoe")), verdict(LEAST, 0.9), verdict(MOST, 1.0)]
    targets.write_bars(judged, path)
    bars = targets.read_bars(path)
    assert bars["foot.ct_rmse"] == Bar(20.6, "soft shoe")
    assert bars["foot.recall"].stands_at == pytest.approx(0.897)
    path.write_text('["foot.renamed"]\nstands_at = 1.0\nreason = "x"\n', encoding="utf-8")
    with pytest.raises(KeyError, match="renamed"):
        targets.read_bars(path)


def test_recorded_bars_belong_to_targets_and_say_why():
    for key, bar in targets.read_bars().items():
        assert len(bar.reason) > 15, key
        assert "not explained" not in bar.reason, key


def test_keys_of_targets_are_unique_and_a_multiple_counts_the_shortfall_of_shares():
    keys = [target.key for target in targets.all_targets()]
    assert len(keys) == len(set(keys))
    assert targets.multiple(LEAST, 0.96) == pytest.approx(2.0)
    assert targets.multiple(MOST, -18.0) == pytest.approx(1.5)
    assert targets.worst_multiple([MOST, LEAST], {"ct_rmse": 6.0, "recall": 0.95}) == (pytest.approx(2.5), "recall")


def test_the_table_names_value_verdict_and_runner():
    lines = target_table([Verdict(MOST, 13.0, 14.0, "r3: 19.0", None)])
    assert "| contact time, RMSE | <= 12 ms | 13.0 | 14.0 | **missed by 2.0** | r3: 19.0 |" in lines


def test_the_documents_block_is_replaced_and_the_rest_kept(tmp_path):
    path = tmp_path / "validation.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    replace_block(path, "new")
    assert path.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    path.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="marks"):
        replace_block(path, "new")


def test_the_validation_document_holds_the_target_table_of_the_last_run():
    report = (run.RESULTS / "accuracy.md").read_text(encoding="utf-8")
    text = run.VALIDATION.read_text(encoding="utf-8")
    block = text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()
    assert block.startswith("## Targets")
    assert block in report


def test_a_plot_has_the_same_bytes_each_time(truth_of, tmp_path):
    truth = truth_of(np.arange(1.0, 9.0))
    parts = [
        compare(detected_of(truth.ic_s, truth.tc_s + 0.01 * k), truth).label(
            runner=f"r{k}", trial=f"t{k}", side="left", speed_m_s=float(2 + k % 2)
        )
        for k in range(4)
    ]
    for name in ("one.svg", "two.svg"):
        bland_altman(parts, "title", tmp_path / name)
    one = (tmp_path / "one.svg").read_bytes()
    assert one == (tmp_path / "two.svg").read_bytes()
    assert b"2 m/s (n = 16)" in one
    assert len(one) < 100_000


def lap_marker():
    """Five strides of 0.7 s and 1.4 m, 200 Hz; the foot stands 0.2 s of each; one flicker inside a stance."""
    time_s = np.arange(0.0, 3.7, 0.005)
    phase, number = time_s % 0.7, time_s // 0.7
    share = np.clip((phase - 0.2) / 0.5, 0.0, 1.0)
    forward = 1.4 * (number + share)
    still = phase < 0.2
    still[18:22] = False
    return Marker(time_s, np.column_stack([forward, 0.0 * forward, 0.0 * forward]), still)


def test_laps_take_their_strides_from_the_marker_alone(case):
    from dataclasses import replace

    marker = lap_marker()
    reference = reference_strides(marker, "run")
    assert reference.length_m == pytest.approx(1.4, abs=0.02)
    assert reference.time_s == pytest.approx(0.7, abs=0.01)
    assert len(reference.start_s) == 5
    rows = np.zeros(4, STRIDE_DTYPE)
    rows["ic_s"] = 0.7 * np.arange(1, 5)
    rows["tc_s"], rows["stride_time_s"] = rows["ic_s"] + 0.2, 0.7
    rows["stride_length_m"] = 1.4 * 1.05
    found = lap_figures([lap_rows(replace(case, marker=marker), rows)])
    assert found["found"] == pytest.approx(4 / 5)
    assert found["length_rmse"] == pytest.approx(5.0, abs=1.0)
    assert found["length_bias"] == pytest.approx(5.0, abs=1.0)


def test_a_stride_in_which_the_marker_jumps_is_left_out_and_counted():
    marker = lap_marker()
    marker.position_m[300:303] += 5.0
    reference = reference_strides(marker, "run")
    assert (len(reference.start_s), reference.jumps) == (4, 1)
