"""Numbers and foreign texts as people read them."""

from __future__ import annotations

import math

import pytest

from gaitpipe.report import text


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (None, 1, "\u2013"),
        (math.nan, 1, "\u2013"),
        (math.inf, 0, "\u2013"),
        (-3.26, 1, "\u22123.3"),
        (-0.04, 1, "0.0"),
        (124672, 0, "124\u202f672"),
        (-124672.5, 1, "\u2212124\u202f672.5"),
    ],
)
def test_number(value, decimals, shown):
    assert text.number(value, decimals) == shown


@pytest.mark.parametrize(("value", "shown"), [(2.0, "+2.0"), (-2.0, "\u22122.0"), (0.0, "0.0"), (0.04, "0.0")])
def test_signed(value, shown):
    assert text.signed(value, 1) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (4.2, "\u00b1\u202f4"),
        (0.3, "\u00b1\u202f0.3"),
        (0.04, "\u00b1\u202f0.04"),
        (1e-6, "\u00b1\u202f<\u202f0.01"),
        (None, ""),
    ],
)
def test_an_uncertainty_never_reads_as_zero(value, shown):
    assert text.uncertainty(value, 0) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 10, "0 %"), (1, 10**6, "<\u202f0.01 %"), (1, 1000, "0.10 %"), (1, 3, "33.3 %"), (0, 0, "\u2013")],
)
def test_a_loss_never_reads_as_none(part, whole, shown):
    assert text.share(part, whole) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(8.4, "8.4\u00a0s"), (599.6, "10\u00a0min 00\u00a0s"), (3725.0, "1\u00a0h 02\u00a0min")]
)
def test_duration(seconds, shown):
    assert text.duration(seconds) == shown


@pytest.mark.parametrize(
    ("iso", "shown"),
    [
        ("2026-11-20T17:05:12Z", "20 Nov 2026, 17:05 UTC"),
        ("2026-11-20T18:05:12+01:00", "20 Nov 2026, 17:05 UTC"),
        ("yesterday", "yesterday"),
        (None, "not known"),
    ],
)
def test_date(iso, shown):
    assert text.date(iso) == shown


def test_foreign_text_loses_controls_and_length_but_keeps_letters():
    assert text.foreign("L\u00e4ufer\n\u202e\x00 <b>") == "L\u00e4ufer <b>"
    assert len(text.foreign("a" * 9999)) == 240


@pytest.mark.parametrize(("whole", "words"), [(0, "0 strides"), (1, "1 stride"), (2, "2 strides")])
def test_counts_agree_with_their_noun(whole, words):
    assert text.count(whole, "stride") == words


def test_a_count_takes_an_irregular_plural():
    assert text.count(1, "stride lies", "strides lie") == "1 stride lies"
    assert text.count(3, "stride lies", "strides lie") == "3 strides lie"
