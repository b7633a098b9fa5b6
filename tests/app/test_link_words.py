"""Battery, signal and losses in words: when they begin to matter, once, and again when they got worse."""

from __future__ import annotations

from gaitpipe.app.link_words import LinkWords
from gaitpipe.app.live import LiveView, SideView


def said(*views: dict, step_s: float = 0.25) -> list[list[str]]:
    words = LinkWords()
    return [
        words.update(LiveView(number * step_s, 0, (SideView("left", "x", **{"connected": True, **view}),)))
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


def outage(lost: int, *, away: bool) -> list[list[str]]:
    """A stream of 100 samples a view with `lost` samples missing at once; `away`: as the link was lost for 6 s."""
    views = [{"samples": 100 * n, "age_s": 0.0} for n in range(20)]
    if away:
        views += [{"samples": 1900, "connected": False, "age_s": 1.0 + n} for n in range(5)]
        views += [{"samples": 1900, "age_s": 6.0, "reconnects": 1}]  # connected, and no data yet
    views += [
        {"samples": 2000 + 100 * n, "lost_samples": lost, "age_s": 0.0, "reconnects": int(away)} for n in range(20)
    ]
    return said(*views, step_s=1.0)


def test_what_was_lost_while_the_link_was_away_is_no_radio_trouble():
    assert not any(outage(600, away=True))


def test_same_loss_without_an_outage_is_told():
    assert sum(map(len, outage(600, away=False))) == 1


def test_losses_after_the_link_is_back_are_told():
    views = [{"samples": 100, "connected": False, "age_s": 4.0} for _ in range(4)]
    views += [{"samples": 200 + 90 * n, "lost_samples": 500 + 10 * n, "age_s": 0.0, "reconnects": 1} for n in range(20)]
    lines = said(*views, step_s=1.0)
    (told,) = [line for line in lines if line]
    assert "10 % of the last 10 s" in told[0]
