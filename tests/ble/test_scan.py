"""Who of those that were seen becomes the left and who the right sensor."""

from __future__ import annotations

from itertools import permutations

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from gaitpipe import profile_store
from gaitpipe.errors import DeviceError, DeviceReason, UsageError
from gaitpipe.sources.ble import BleSource
from gaitpipe.sources.ble_named import doubt_of
from gaitpipe.sources.ble_scan import Sighting, assign


def seen(name: str | None, address: str, manufacturer: int | None = None) -> Sighting:
    data = {} if manufacturer is None else {manufacturer: b""}
    return Sighting(BLEDevice(address, name, None), AdvertisementData(name, data, {}, [], None, -60, ()))


def test_unnamed_sensors_are_taken_by_name_in_whatever_order_they_are_heard(want):
    sightings = [seen("OpenIMU 0002", "B"), seen("OpenIMU 0001", "C"), seen("Headphones", "A")]
    for order in permutations(sightings):
        chosen = assign([want("left"), want("right")], order)
        assert [item.name for item in chosen] == ["OpenIMU 0001", "OpenIMU 0002"]


def test_equal_names_are_taken_by_address(want):
    sightings = [seen("Movella DOT", "D4:02"), seen("Movella DOT", "D4:01")]
    chosen = assign([want("left", "movella_dot"), want("right", "movella_dot")], sightings)
    assert [item.device.address for item in chosen] == ["D4:01", "D4:02"]


@pytest.mark.parametrize("match", ["0001", "imu 0001", "c0:01"])
def test_named_sensor_is_taken_first_by_name_or_address(want, match):
    sightings = [seen("OpenIMU 0001", "C0:01"), seen("OpenIMU 0002", "C0:02")]
    chosen = assign([want("left"), want("right", match=match)], sightings)
    assert [item.name for item in chosen] == ["OpenIMU 0002", "OpenIMU 0001"]


def test_sensor_with_a_name_of_its_own_is_accepted_when_the_user_says_so(want):
    chosen = assign([want("left", match="my foot")], [seen("My Foot", "C0:01"), seen("OpenIMU 0001", "C0:02")])
    assert chosen[0].name == "My Foot"


def test_sensor_without_a_name_is_recognised_by_its_maker(want):
    assert assign([want("left", "movella_dot")], [seen(None, "D4:01", manufacturer=2182)])[0] is not None


def test_one_sensor_is_never_both_sides(want):
    chosen = assign([want("left"), want("right")], [seen("OpenIMU 0001", "C0:01")])
    assert [item is None for item in chosen] == [False, True]


def test_two_sensors_of_one_side_are_refused(want):
    with pytest.raises(UsageError, match="left"):
        BleSource([want("left"), want("left")])


def test_named_sensor_that_another_profile_recognises_is_refused_as_that_model(want):
    known, _problems = profile_store.load_all()
    wanted = want("left", "polar_h10", match="Polar")
    with pytest.raises(DeviceError, match="'Polar Sense 9A' is a polar_verity_sense, not a polar_h10") as caught:
        doubt_of(wanted, seen("Polar Sense 9A", "A0:01"), known)
    assert caught.value.reason is DeviceReason.WRONG_MODEL
    assert "--left polar_verity_sense@Polar" in caught.value.advice


def test_named_sensor_that_nobody_recognises_is_taken_with_a_warning_and_a_recognised_one_without(want):
    known, _problems = profile_store.load_all()
    wanted = want("left", "polar_h10", match="foot")
    assert "'My foot' does not look like a Polar H10" in doubt_of(wanted, seen("My foot", "A0:01"), known)
    assert doubt_of(want("left", "polar_h10", match="H10"), seen("Polar H10 5C", "A0:01"), known) == ""


async def test_wrong_model_is_refused_before_it_is_connected(virtual_world, want):
    known, _problems = profile_store.load_all()
    sensor = await virtual_world.sensor(1, "polar_verity_sense", name="Polar Sense 9A")
    source = virtual_world.source(want("left", "polar_h10", match="Polar"), known=known)
    with pytest.raises(DeviceError, match="is a polar_verity_sense"):
        await source.connect()
    assert sensor.connections == 0


@pytest.mark.parametrize(("right", "is_told"), [("movesense_imu6", False), ("open_imu", True)])
async def test_order_of_names_is_told_only_where_it_decided_the_sides(virtual_world, want, right, is_told):
    await virtual_world.sensor(1, "open_imu")
    await virtual_world.sensor(2, right)
    recorded = await virtual_world.record(want("left", "open_imu"), want("right", right))
    await recorded.until_event("streaming", "right")
    assert ("Sides were given by the order" in recorded.advice()) is is_told
