"""Contract of every profile of a device beside the feet: it is read, recognised, and never written to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitpipe import profile_store
from gaitpipe.errors import LocalProtocolError, ProfileError
from gaitpipe.model import AuxiliaryReading, DeviceStatus, FaultKind, PacketFault
from gaitpipe.protocol.auxiliary import AuxiliaryDecoder
from gaitpipe.protocol.profile import parse_profile
from gaitpipe.protocol.readings import READINGS
from gaitpipe.protocol.uuids import full_uuid

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
PROFILES = [profile_store.load(item.id) for item in profile_store.available()]
CONTROL_POINT = full_uuid("2ad9")
TREADMILL = profile_store.load("treadmill_ftms").text


def test_there_is_a_profile_for_each_kind_of_device():
    kinds = [profile.auxiliary for profile in PROFILES if profile.auxiliary is not None]
    assert sorted(kinds) == ["foot_pod", "heart_rate", "treadmill"]


def test_every_reading_has_a_codec_and_a_characteristic_that_can_be_read_or_notified(auxiliary):
    properties = {item.key: item.properties for service in auxiliary.services for item in service.characteristics}
    assert auxiliary.readings
    for rule in auxiliary.readings:
        assert rule.codec in READINGS
        assert properties[rule.characteristic] & {"read", "notify"}
    (leading,) = auxiliary.data_characteristics(auxiliary.resolve_settings())
    assert leading in auxiliary.notify_characteristics
    assert auxiliary.unfit_reason(auxiliary.resolve_settings()) is None
    assert auxiliary.facts
    assert all(fact.source and fact.confidence for fact in auxiliary.facts)


def test_advertisement_is_recognised_by_no_other_device_beside_the_feet(auxiliary):
    sent = auxiliary.advertisement
    ids = [] if sent.manufacturer_id is None else [sent.manufacturer_id]
    known = [one.id for one in PROFILES if one.matches(sent.local_name, sent.service_uuids, ids)]
    assert known == [auxiliary.id]


def test_nothing_is_ever_written_to_a_device_beside_the_feet(auxiliary):
    chosen = auxiliary.resolve_settings()
    assert auxiliary.commands == auxiliary.start_commands(chosen) == auxiliary.stop_commands(chosen) == ()
    for service in auxiliary.services:
        for item in service.characteristics:
            assert not item.properties & {"write", "write-without-response"}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.id)
def test_no_shipped_profile_knows_the_control_point_of_a_treadmill(profile):
    named = {
        uuid for service in profile.services for item in service.characteristics for uuid in (item.uuid, *item.also)
    }
    assert CONTROL_POINT not in named
    assert CONTROL_POINT not in {rule.characteristic for rule in profile.commands}


COMMAND = """
[[service.characteristic]]
uuid = "{uuid}"
role = "control"
properties = ["write"]
{also}

[[command]]
when = "start"
role = "control"
with_response = true
payload = [{{ hex = "07" }}]
recognised_by = "07"
source = "a dangerous idea"
confidence = "memory"
"""


@pytest.mark.parametrize(
    ("uuid", "also"),
    [("2ad9", ""), ("2AD9", ""), (CONTROL_POINT, ""), ("ff01", 'also = ["2ad9"]')],
    ids=["short", "capitals", "long", "under another name"],
)
@pytest.mark.parametrize("motion_sensor", [True, False])
def test_a_profile_that_would_write_to_a_treadmill_is_refused_with_key_and_line(uuid, also, motion_sensor):
    text = profile_store.load("open_imu").text if motion_sensor else TREADMILL
    service = '\n[[service]]\nuuid = "1826"\nsource = "x"\nconfidence = "memory"\n'
    text += service + COMMAND.format(uuid=uuid, also=also)
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "mine.toml")
    (fault,) = caught.value.faults
    number = 2 if motion_sensor else 0
    assert fault.key == f"command[{number}].role"
    assert text.splitlines()[fault.line - 1] == 'role = "control"'
    assert "control point" in fault.problem


def test_any_command_to_a_device_beside_the_feet_is_refused():
    text = TREADMILL + COMMAND.format(uuid="ff01", also="")
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "mine.toml")
    (fault,) = caught.value.faults
    assert fault.key == "command[0]"
    assert "listened to" in fault.problem
    assert text.splitlines()[fault.line - 1] == "[[command]]"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('codec = "ftms_status"', 'codec = "ftms_statsu"', "did you mean 'ftms_status'"),
        ('role = "feature"\ncodec', 'role = "featrue"\ncodec', "did you mean 'feature'"),
        ('auxiliary = "treadmill"', 'auxiliary = "bike"', "'bike' is not allowed"),
        ('auxiliary = "treadmill"', 'auxiliary = "treadmill"\nplacements = ["foot"]', "belongs to a motion sensor"),
        ('auxiliary = "treadmill"\n', "", "belongs to an auxiliary device"),
    ],
)
def test_faults_of_an_auxiliary_profile_are_named(old, new, words):
    assert old in TREADMILL
    with pytest.raises(ProfileError) as caught:
        parse_profile(TREADMILL.replace(old, new, 1), "mine.toml")
    assert any(words in fault.problem for fault in caught.value.faults)


def test_a_motion_sensor_is_no_device_beside_the_feet():
    with pytest.raises(LocalProtocolError, match="motion sensor"):
        AuxiliaryDecoder(profile_store.load("open_imu"))


@QUICK
@given(data=st.data())
def test_random_bytes_on_any_characteristic_never_raise_and_are_counted(data):
    profile = data.draw(st.sampled_from([one for one in PROFILES if one.auxiliary]))
    decoder = AuxiliaryDecoder(profile)
    uuids = [*profile.notify_characteristics, "2acc", "ffff"]
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(uuids), st.binary(max_size=30)), max_size=15))
    results = []
    for host_s, (uuid, payload) in enumerate(pairs):
        if data.draw(st.booleans()):
            decoder.link_lost(float(host_s))
        results += decoder.receive(uuid, payload, float(host_s))
    results += decoder.flush()
    assert all(isinstance(one, (AuxiliaryReading, PacketFault, DeviceStatus)) for one in results)
    quality = decoder.quality
    assert quality.packets == len(pairs)
    assert quality.samples == sum(isinstance(one, AuxiliaryReading) for one in results)
    assert sum(quality.faults.values()) == sum(isinstance(one, PacketFault) for one in results)


def test_readings_carry_their_arrival_and_a_lost_link_gives_up_what_was_half_received():
    profile = profile_store.load("treadmill_ftms")
    decoder = AuxiliaryDecoder(profile)
    codec = READINGS["ftms_treadmill_data"].codec()
    first, last = codec.parts({"speed_m_s": 3.0, "distance_m": 7.0}, 5)
    data = profile.data_characteristics({})[0]
    assert decoder.receive("2acd", first, 1.0) == []
    (reading,) = decoder.receive(data, last, 1.25)
    assert (reading.source, reading.time_s, reading.reading) == ("treadmill", 1.25, "ftms_treadmill_data")
    assert reading.values["distance_m"] == 7.0
    decoder.receive(data, first, 2.0)
    decoder.link_lost(2.5)
    fault, reading = decoder.receive(data, last, 3.0)
    assert fault.kind is FaultKind.INCOMPLETE
    assert reading.values["distance_m"] is None
    assert decoder.flush() == []


def test_the_battery_of_a_strap_is_a_status_and_no_reading():
    decoder = AuxiliaryDecoder(profile_store.load("heart_rate"))
    assert decoder.receive("2a19", b"\x50", 1.0) == [DeviceStatus(1.0, battery_pct=80)]
    (fault,) = decoder.receive("2a19", b"\xff", 2.0)
    assert fault.kind is FaultKind.VALUE
    assert decoder.quality.battery_pct == 80
