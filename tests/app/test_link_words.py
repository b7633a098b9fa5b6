"""Battery, signal and losses in words: when they begin to matter, once, and again when they got worse."""

from __future__ import annotations

from gaitpipe.app.link_words import LinkWords
from gaitpipe.app.live import LiveView, SideView


def said(*views: dict, step_s: float = 0.25) -> list[list[str]]:
    words = LinkWords()
    return [
        words.update(LiveView(number * step_s, 0, (SideView("left", "x", **view),)))
        for number, view in enumerate(views)
    ]


def test_low_battery_is_told_at_the_start_and_again_when_nearly_empty():
    lines = said({"battery_pct": 14}, {"battery_pct": 13}, {"battery_pct": 4}, {"battery_pct": 3})
    assert [len(line) for line in lines] == [1, 0, 1, 0]
    assert "14 %" in lines[0][0]
    assert "may end" in lines[2][0]


def test_battery_that_is_nearly_empty_at_the_start_is_told_once():
    assert [len(line) for line in said({"battery_pct": 4}, {"battery_pct": 4}, {"battery_pct": 14})] == [1, 0, 0]


def test_good_battery_and_unknown_values_say_nothing():
    assert said({"battery_pct": 15}, {}, {"rssi_dbm": -85}) == [[], [], []]


def test_battery_that_the_link_has_told_of_is_not_told_twice():
    assert said({"battery_pct": 10}, {"battery_pct": 5}) == [[], []]


def test_weak_signal_is_told_again_only_after_it_was_good():
    strengths = (-90, -91, -84, -90, -70, -90)
    assert [len(line) for line in said(*({"rssi_dbm": value} for value in strengths))] == [1, 0, 0, 0, 0, 1]


def test_rising_losses_are_told_once_a_minute():
    views = [{"samples": 100 * n, "lost_samples": 0} for n in range(40)]
    views += [{"samples": 4000 + 90 * n, "lost_samples": 10 * n} for n in range(80)]
    lines = said(*views, step_s=1.0)
    told = [number for number, line in enumerate(lines) if line]
    assert told[0] in range(41, 46)
    assert len(told) == 2
    assert told[1] - told[0] == 60
    assert "% of the last 10 s" in lines[told[0]][0]


def test_old_losses_are_not_told():
    views = [{"samples": 1000 + 100 * n, "lost_samples": 500} for n in range(40)]
    assert not any(said(*views, step_s=1.0))
