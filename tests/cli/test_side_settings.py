"""`--set` of `record` with two kinds of sensors: who gets a setting, and what is said where it cannot be used."""

from __future__ import annotations

import pytest

from gaitpipe import profile_store
from gaitpipe.cli.side_settings import settings_of_sides
from gaitpipe.errors import LocalProtocolError, UsageError


@pytest.fixture
def two_kinds():
    return {"left": profile_store.load("movella_dot"), "right": profile_store.load("movesense_imu6")}


def test_setting_that_one_kind_has_goes_to_that_kind_alone(two_kinds):
    assert "payload_id" not in two_kinds["right"].settings
    assert settings_of_sides([("payload_id", 21.0)], two_kinds) == {"left": {"payload_id": 21.0}, "right": {}}


def test_setting_of_a_side_is_for_that_side_and_wins_over_the_one_for_both(two_kinds):
    assert settings_of_sides([("right.rate_hz", 104.0)], two_kinds) == {"left": {}, "right": {"rate_hz": 104.0}}
    alike = dict.fromkeys(("left", "right"), two_kinds["right"])
    both = settings_of_sides([("left.rate_hz", 208.0), ("rate_hz", 104.0)], alike)
    assert both == {"left": {"rate_hz": 208.0}, "right": {"rate_hz": 104.0}}


def test_value_that_one_side_cannot_use_is_refused_with_the_side_and_the_form_for_one_side(call, tmp_path):
    arguments = ("record", "--placement", "foot", "--out", tmp_path / "out", "--left", "movella_dot")
    called = call(*arguments, "--right", "movesense_imu6", "--set", "rate_hz=208")
    assert called.code == 2
    assert "left sensor: Movella DOT cannot use rate_hz = 208" in called.err
    assert "--set left.rate_hz=VALUE" in called.err
    assert not (tmp_path / "out").exists()


def test_setting_that_no_sensor_has_is_refused(two_kinds):
    with pytest.raises(LocalProtocolError, match="has no setting 'rate'"):
        settings_of_sides([("rate", 52.0)], two_kinds)
    with pytest.raises(LocalProtocolError, match=r"right sensor: .* has no setting 'rate'"):
        settings_of_sides([("right.rate", 52.0)], two_kinds)


def test_setting_of_a_side_without_a_sensor_is_refused(two_kinds):
    with pytest.raises(UsageError, match="there is none"):
        settings_of_sides([("right.rate_hz", 104.0)], {"left": two_kinds["left"]})
