"""A-B-A in one visit: differences, intervals that hold for strides that follow each other, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gaitpipe.model import STRIDE_DTYPE
from gaitpipe.rehab import load
from gaitpipe.rehab.before_after import before_after
from gaitpipe.rehab.block_series import block_series
from gaitpipe.rehab.words import BeforeAfter, BlockFigure


def figure(found: BeforeAfter, key: str) -> BlockFigure:
    return next(one for one in found.figures if one.key == key)


def test_steady_strides_without_scatter_give_the_exact_difference(make_block):
    plain, cue = make_block(164.0, spread=0.0), make_block(172.0, (0.256, 0.256), 10.0, spread=0.0)
    found = before_after(plain, cue, plain, cue_text="5 % quicker steps", comfort=7.0)
    cadence, contact = figure(found, "cadence_spm"), figure(found, "ground_contact_time_s")
    assert cadence.difference == pytest.approx(8.0)
    assert (cadence.low, cadence.high) == pytest.approx((8.0, 8.0))
    assert contact.difference == pytest.approx(-0.008)
    assert contact.mdc == pytest.approx(1.96 * 0.002 / math.sqrt(2.0))  # two straps, each settling on its own
    assert contact.exceeds is True
    assert found.strides == (150, 150, 150)
    assert (found.cue, found.comfort) == ("5 % quicker steps", 7.0)


def test_index_of_the_cue_is_that_of_worked_case_a(make_block):
    plain, cue = make_block(164.0, spread=0.0), make_block(172.0, (0.256, 0.256), 10.0, spread=0.0)
    index = figure(before_after(plain, cue, plain), "psi_pct")
    assert index.before == pytest.approx(100.0)
    assert index.cue == pytest.approx(98.328, rel=1e-5)


def test_index_takes_the_strike_angle_of_the_injured_leg_only(make_block):
    plain, cue = make_block(164.0, spread=0.0), make_block(164.0, spread=0.0)
    cue["foot_strike_angle_deg"] = np.where(cue["side"] == "left", -2.0, 11.0)
    assert figure(before_after(plain, cue, plain, injured="left"), "psi_pct").cue == pytest.approx(110.0)
    assert figure(before_after(plain, cue, plain, injured="right"), "psi_pct").cue == pytest.approx(100.0)


def test_identical_running_is_called_no_real_change(make_block):
    found = before_after(make_block(seed=1), make_block(seed=2), make_block(seed=3))
    assert not any(one.exceeds for one in found.figures)
    assert any("No real change" in note for note in found.notes)


def test_a_cue_that_works_shows_and_the_wash_out_returns(make_block):
    found = before_after(make_block(seed=4), make_block(172.0, (0.256, 0.256), seed=5), make_block(seed=6))
    cadence = figure(found, "cadence_spm")
    assert cadence.exceeds is True
    assert cadence.returned is True
    assert cadence.low is not None
    assert cadence.low > 6.0
    assert any("more steps a kilometre" in note for note in found.notes)


def test_a_change_no_larger_than_that_between_the_plain_blocks_is_none(make_block):
    found = before_after(make_block(160.0, seed=1), make_block(166.0, seed=2), make_block(168.0, seed=3))
    cadence = figure(found, "cadence_spm")
    assert cadence.difference == pytest.approx(2.0, abs=1.0)
    assert cadence.exceeds is False
    assert cadence.returned is False
    assert any("Did not fully come back" in note and "cadence" in note for note in found.notes)


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_interval_holds_the_truth_also_when_neighbouring_strides_are_alike(make_block, memory):
    inside = 0
    for seed in range(0, 450, 3):
        blocks = [make_block(seed=seed + place, memory=memory, strides=120) for place in range(3)]
        one = figure(before_after(*blocks), "cadence_spm")
        inside += one.low <= 0.0 <= one.high
    assert inside >= 0.9 * 150


def test_more_strides_narrow_the_interval_but_not_below_the_settling_of_the_strap(make_block):
    def contact(strides: int) -> BlockFigure:
        blocks = [make_block(seed=seed, strides=strides) for seed in (1, 2, 3)]
        return figure(before_after(*blocks), "ground_contact_time_s")

    few, many = contact(70), contact(3000)
    assert many.high - many.low < few.high - few.low
    assert many.mdc > 1.96 * 0.002 / math.sqrt(2.0)


def test_within_one_visit_less_is_detectable_than_between_sessions(make_block):
    one = figure(before_after(*(make_block(seed=seed) for seed in (1, 2, 3))), "ground_contact_time_s")
    assert one.mdc < 1.96 * math.sqrt(2.0) * 0.005  # a sensor mounted anew


def test_too_few_strides_give_means_and_no_judgement(make_block):
    found = before_after(make_block(), make_block(172.0, strides=59), make_block())
    cadence = figure(found, "cadence_spm")
    assert cadence.cue is not None
    assert (cadence.low, cadence.mdc, cadence.exceeds, cadence.returned) == (None, None, None, None)
    assert found.strides == (150, 59, 150)
    assert any("60 good running strides a leg" in note and "cue 59" in note for note in found.notes)


def test_another_speed_under_the_cue_is_not_judged(make_block):
    found = before_after(make_block(), make_block(172.0, speed_m_s=3.0), make_block())
    assert all(one.exceeds is None for one in found.figures)
    assert any("not at one speed" in note for note in found.notes)


def test_speed_that_is_not_known_is_said(make_block):
    blocks = [make_block(seed=seed) for seed in (1, 2, 3)]
    for block in blocks:
        block.pop("speed_m_s")
    assert any("speed is not known" in note for note in before_after(*blocks).notes)


def test_one_leg_gives_no_force_no_asymmetry_and_no_index(make_block):
    found = before_after(*(make_block(sides=("right",), seed=seed) for seed in (1, 2, 3)))
    for key in ("peak_force_bw", "asymmetry_pct", "psi_pct"):
        assert figure(found, key).before is None
        assert "both legs" in figure(found, key).note
    assert figure(found, "cadence_spm").before == pytest.approx(164.0, rel=0.01)
    assert any("Only the right leg" in note for note in found.notes)


def test_walking_and_bad_strides_do_not_count(make_block):
    block = make_block()
    block["mode"] = np.where(np.arange(300) % 3 == 0, "walk", block["mode"])
    block["quality"] = np.where(np.arange(300) % 3 == 1, "after a gap", block["quality"])
    assert block_series(block).least_strides == 50


def test_a_block_without_strides_gives_no_figures_and_says_so(make_block):
    empty = {name: values[:0] for name, values in make_block().items()}
    found = before_after(make_block(), empty, make_block())
    assert all(one.difference is None and one.exceeds is None for one in found.figures)
    assert any("cue 0" in note for note in found.notes)


def test_asymmetry_is_injured_less_other(make_block):
    plain, cue = make_block(spread=0.0), make_block(contact_s=(0.262, 0.278), spread=0.0)
    for injured, expected in (("left", -5.926), ("right", 5.926), (None, -5.926)):
        one = figure(before_after(plain, cue, plain, injured=injured), "asymmetry_pct")
        assert one.cue == pytest.approx(expected, rel=1e-3)


def test_swapping_sides_mirrors_the_comparison(make_block):
    blocks = [make_block(contact_s=(0.262, 0.278), seed=seed) for seed in (1, 2, 3)]
    swapped = [block | {"side": np.where(block["side"] == "left", "right", "left")} for block in blocks]
    one, other = before_after(*blocks, injured="left"), before_after(*swapped, injured="right")
    for key in ("cadence_spm", "ground_contact_time_s", "asymmetry_pct", "psi_pct", "peak_force_bw"):
        assert figure(one, key).difference == pytest.approx(figure(other, key).difference, rel=1e-12)
        assert figure(one, key).mdc == pytest.approx(figure(other, key).mdc, rel=1e-12)


def test_landing_flatter_under_the_cue_is_named_as_a_conflict(make_block):
    found = before_after(make_block(seed=1), make_block(angle_deg=2.0, seed=2), make_block(seed=3))
    assert figure(found, "foot_strike_angle_left_deg").exceeds is True
    assert any("loads the Achilles more" in note for note in found.notes)


def test_rows_of_the_stride_table_give_the_same_as_plain_arrays(make_block):
    blocks = [make_block(seed=seed) for seed in (1, 2, 3)]
    tables = []
    for block in blocks:
        table = np.zeros(300, STRIDE_DTYPE)
        for name in STRIDE_DTYPE.names:
            table[name] = block.get(name, np.nan if STRIDE_DTYPE[name].kind == "f" else table[name])
        tables.append(table)
    assert before_after(*tables) == before_after(*blocks)


def test_conflict_of_quicker_steps_counts_the_steps_of_a_kilometre(make_block):
    plain, cue = (
        make_block(166.0, (0.26, 0.26), 12.0, spread=0.0),
        make_block(174.3, (0.2535, 0.2535), 12.0, spread=0.0),
    )
    note = next(note for note in before_after(plain, cue, plain).notes if "kilometre" in note)
    assert "5.0 % more steps" in note
    assert "0.85 to 0.98" in note  # table 2.3: 0.977, 0.932, 0.848
    base, under = load.Step(60 / 166.0, 0.26, 12.0), load.Step(60 / 174.3, 0.2535, 12.0)
    assert load.weighted_per_km_ratio(under, base, (4.0, 0.1)) == pytest.approx(0.932, abs=5e-4)


@pytest.mark.parametrize("comfort", [-1.0, 11.0, math.nan])
def test_comfort_outside_its_scale_is_refused(make_block, comfort):
    with pytest.raises(ValueError, match="comfort"):
        before_after(make_block(), make_block(), make_block(), comfort=comfort)


def test_strides_without_a_side_are_refused(make_block):
    with pytest.raises(ValueError, match="side"):
        before_after(make_block(), {"cadence_spm": np.ones(100)}, make_block())


def test_interval_holds_the_truth_when_the_gait_wanders_through_all_blocks(make_block):
    """Stride times of runners wander as 1/f^0.6 or so; one series is cut into the blocks and what lies between."""
    generator, inside, trials, strides = np.random.default_rng(7), 0, 150, 120
    frequency = np.maximum(np.fft.rfftfreq(4096), 1.0 / 4096)
    block = make_block(strides=strides)
    for _ in range(trials):
        wander = np.fft.irfft(np.fft.rfft(generator.standard_normal(4096)) * frequency**-0.3, 4096)
        pieces = [164.0 + wander[start : start + strides] for start in (0, 150, 300)]
        one = figure(before_after(*(block | {"cadence_spm": np.tile(piece, 2)} for piece in pieces)), "cadence_spm")
        inside += one.low <= 0.0 <= one.high
    assert inside >= 0.9 * trials
