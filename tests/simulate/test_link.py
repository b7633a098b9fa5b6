"""The model of a radio link."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from gaitpipe.errors import UsageError
from gaitpipe.simulate.link import LinkConfig, deliver

TIMES_S = np.arange(20_000) * 0.02


def test_a_good_link_delivers_every_packet_once_in_order_and_never_early() -> None:
    arrivals = deliver(TIMES_S, LinkConfig(), seed=1)
    assert [index for index, _ in arrivals] == list(range(len(TIMES_S)))
    arrival_s = np.array([at_s for _, at_s in arrivals])
    assert np.all(np.diff(arrival_s) >= 0)
    assert np.all(arrival_s >= TIMES_S)
    assert np.median(arrival_s - TIMES_S) < 0.05


def test_packets_between_two_connection_events_arrive_in_one_batch() -> None:
    config = LinkConfig(connection_interval_s=0.1, host_delay_s=0.0, missed_event_pct=0.0)
    arrival_s = np.array([at_s for _, at_s in deliver(TIMES_S, config, seed=1)])
    assert len(np.unique(arrival_s)) == pytest.approx(len(TIMES_S) / 5, rel=0.01)


def test_loss_has_the_asked_share_and_comes_in_bursts() -> None:
    arrived = np.zeros(len(TIMES_S), dtype=bool)
    arrived[[index for index, _ in deliver(TIMES_S, LinkConfig(loss_pct=5, burst_packets=5), seed=2)]] = True
    assert 100 * np.mean(~arrived) == pytest.approx(5, abs=1)
    bursts = np.sum(np.diff(arrived.astype(int)) == -1)
    assert np.sum(~arrived) / bursts == pytest.approx(5, abs=1)


def test_duplicates_follow_their_original_at_the_same_time() -> None:
    arrivals = deliver(TIMES_S, LinkConfig(duplicate_pct=3), seed=3)
    assert len(arrivals) - len(TIMES_S) == pytest.approx(0.03 * len(TIMES_S), rel=0.15)
    repeated = [(a, b) for a, b in pairwise(arrivals) if a[0] == b[0]]
    assert all(a == b for a, b in repeated)
    assert len(repeated) == len(arrivals) - len(TIMES_S)


def test_a_blackout_loses_exactly_its_packets() -> None:
    arrived = {index for index, _ in deliver(TIMES_S, LinkConfig(blackouts=((10.0, 12.0),)), seed=1)}
    lost = sorted(set(range(len(TIMES_S))) - arrived)
    assert lost == list(np.flatnonzero((TIMES_S >= 10) & (TIMES_S < 12)))


def test_a_link_too_slow_for_its_packets_falls_behind_but_keeps_them() -> None:
    config = LinkConfig(connection_interval_s=0.05, packets_per_event=2, missed_event_pct=0.0)
    arrivals = deliver(TIMES_S[:1000], config, seed=1)
    assert len(arrivals) == 1000
    assert arrivals[-1][1] - TIMES_S[999] > 4.0


def test_the_same_seed_gives_the_same_arrivals_and_another_seed_does_not() -> None:
    config = LinkConfig(loss_pct=2, duplicate_pct=1)
    assert deliver(TIMES_S, config, seed=5) == deliver(TIMES_S, config, seed=5)
    assert deliver(TIMES_S, config, seed=5) != deliver(TIMES_S, config, seed=6)


def test_no_packets_give_no_arrivals() -> None:
    assert deliver([], LinkConfig(loss_pct=5), seed=1) == []


@pytest.mark.parametrize(
    "config", [LinkConfig(loss_pct=100), LinkConfig(connection_interval_s=0), LinkConfig(burst_packets=0)]
)
def test_an_impossible_link_is_refused(config: LinkConfig) -> None:
    with pytest.raises(UsageError):
        deliver(TIMES_S, config, seed=1)


def test_the_new_troubles_change_nothing_while_they_are_off() -> None:
    assert deliver(TIMES_S, LinkConfig(), seed=4) == deliver(
        TIMES_S, LinkConfig(radio_busy=((1e6, 2e6),), host_stalls=((1e6, 2e6),)), seed=4
    )


def test_a_busy_radio_and_a_stalled_host_delay_their_packets_and_lose_none() -> None:
    quiet = LinkConfig(host_delay_s=0.0, missed_event_pct=0.0, packets_per_event=100)
    for name in ("radio_busy", "host_stalls"):
        arrivals = deliver(TIMES_S, replace(quiet, **{name: ((10.0, 10.4),)}), seed=1)
        arrival_s = np.array([at_s for _, at_s in arrivals])
        assert [index for index, _ in arrivals] == list(range(len(TIMES_S)))
        assert not np.any((arrival_s >= 10.0) & (arrival_s < 10.4))
        assert np.max(arrival_s - TIMES_S) == pytest.approx(0.42, abs=0.04)


def test_an_event_that_ends_early_leaves_the_rest_to_the_next() -> None:
    config = LinkConfig(connection_interval_s=0.1, host_delay_s=0.0, missed_event_pct=0.0, closed_early_pct=50.0)
    whole = deliver(TIMES_S, replace(config, closed_early_pct=0.0), seed=1)
    early = deliver(TIMES_S, config, seed=1)
    assert np.mean([at_s for _, at_s in early]) > np.mean([at_s for _, at_s in whole]) + 0.02
    assert [index for index, _ in early] == list(range(len(TIMES_S)))


def test_events_follow_the_radios_own_crystal_and_no_packet_beats_the_least_delay() -> None:
    config = LinkConfig(0.05, host_delay_s=0.0, missed_event_pct=0.0, interval_error_ppm=100.0, least_delay_s=0.004)
    arrivals = deliver(TIMES_S, config, seed=2)
    events_s = np.unique([at_s for _, at_s in arrivals])
    assert np.median(np.diff(events_s)) == pytest.approx(0.05 * (1 + 1e-4), abs=1e-9)
    assert min(at_s - TIMES_S[index] for index, at_s in arrivals) >= 0.004
