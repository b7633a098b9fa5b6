"""The words of the template of a device profile, in parts. Each comment names the key that it explains."""

HEAD = """\
# %NAME%: a device profile to fill in. Its values are those of an invented board; comments explain each key.
# `gaitpipe profiles check FILE` names everything that is wrong. docs/add-a-sensor.md goes through it step by step.

# schema_version: always 1.
schema_version = 1
# id: what you call the sensor on the command line: small letters, digits and _.
id = "%ID%"
# name: for people.
name = "%NAME%"
# maker: who makes it.
maker = "%FILL%"
# model: which models and firmware this file was tried with.
model = "%FILL%"
# placements: where it can be worn: "foot", "shank" or both.
placements = ["foot", "shank"]
# mount_hint: how to fix it there.
mount_hint = "Foot: firmly on the laces. Shank: strap on the lower third, on the inner front of the shin."

# [recognition]: how its advertisement is told from others. Any single match is enough: list only what no other
# device sends.
[recognition]
# local_name_prefixes: how its advertised name begins. (Also possible: manufacturer_ids = [1234])
local_name_prefixes = ["MyBoard"]
# service_uuids: services in its advertisement; 4 digits or all 32 with dashes.
service_uuids = ["a1b20001-0000-4000-8000-00805f9b34fb"]
# source: where a fact is from (datasheet with page, own measurement). Every table of facts has it.
source = "%FILL%: datasheet and page"
# confidence: "verified" (two independent sources, or a recording that decodes), "single-source", "memory" or
# "own design".
confidence = "memory"

# [advertisement]: what a virtual sensor of this kind sends, for tests and `gaitpipe simulate`.
[advertisement]
# local_name: its name.
local_name = "MyBoard 0001"
# service_uuids: as above.
service_uuids = ["a1b20001-0000-4000-8000-00805f9b34fb"]
source = "%FILL%: datasheet and page"
confidence = "memory"

# [link]: what the radio link needs.
[link]
# mtu_min: an ATT MTU that the sensor asks for beside what its packets need (23 where it asks for none).
mtu_min = 23
source = "%FILL%: datasheet and page"
confidence = "memory"

# [[service]]: a GATT service that is used; a generic BLE app shows them. Leave out those that are not used.
[[service]]
# uuid: 4 digits, or all 32 with dashes.
uuid = "a1b20001-0000-4000-8000-00805f9b34fb"
source = "%FILL%: datasheet and page"
confidence = "memory"

# [[service.characteristic]]: one characteristic of this service.
[[service.characteristic]]
uuid = "a1b20002-0000-4000-8000-00805f9b34fb"
# role: your word for it; packets and commands name it by this. "battery" and "status" have a meaning.
role = "data"
# properties: "read", "write", "write-without-response", "notify", "indicate".
properties = ["notify"]

[[service.characteristic]]
uuid = "a1b20003-0000-4000-8000-00805f9b34fb"
role = "command"
properties = ["write"]

# [[service]]: the battery, if the sensor tells its charge in per cent. Else leave this service out.
[[service]]
uuid = "180f"
source = "%FILL%: datasheet and page (the standard battery service is 180f, its level 2a19)"
confidence = "memory"

[[service.characteristic]]
uuid = "2a19"
role = "battery"
properties = ["read", "notify"]

# [settings.rate_hz]: samples a second. A sensor that cannot be set has one allowed value. 100 Hz or more is good for
# gait.
[settings.rate_hz]
# default: the value that is used when none is given; `--set rate_hz=200` chooses another one.
default = 100
# allowed: all values that it has.
allowed = [100, 200]
source = "%FILL%: datasheet and page"
confidence = "memory"

# [settings.acc_range_g]: end of the accelerometer's range in g; clipping is known from it. 16 is right for running.
[settings.acc_range_g]
default = 16
allowed = [8, 16]
source = "%FILL%: datasheet and page"
confidence = "memory"

# [settings.gyr_range_dps]: end of the gyroscope's range in deg/s. 2000 is right for running.
[settings.gyr_range_dps]
default = 2000
allowed = [2000]
source = "%FILL%: datasheet and page"
confidence = "memory"

"""

COMMANDS = """\
# [[command]]: bytes that are written to start or stop the stream. A sensor that streams by itself needs none.
[[command]]
# when: "start" or "stop". Several with the same word are sent in their order.
when = "start"
# role: the characteristic they are written to.
role = "command"
# with_response: false for a characteristic that only has "write-without-response".
with_response = true
# payload: the bytes in their order: { hex = "01 0a" }, { ascii = "text {rate_hz}" } or a setting as a number:
# { setting = "rate_hz", type = "u16" }; with `codes` where the sensor has numbers of its own for the values.
payload = [
    { hex = "01" },
    { setting = "rate_hz", type = "u16" },
    { setting = "acc_range_g", type = "u8", codes = { "8" = 2, "16" = 3 } },
]
# recognised_by: the first bytes, by which a virtual sensor knows the command.
recognised_by = "01"
# streaming: whether a virtual sensor streams from now on.
streaming = true
source = "%FILL%: datasheet and page"
confidence = "memory"

[[command]]
when = "stop"
role = "command"
with_response = true
payload = [{ hex = "02" }]
recognised_by = "02"
streaming = false
source = "%FILL%: datasheet and page"
confidence = "memory"

"""

COUNTER_HEADER = """\
    { name = "sequence", type = "u8" },
"""

DEVICE_TIME = """\
    { name = "device_time", type = "u32" },
"""

FIELDS = """\
    { quantity = "acc", type = "i16", unit = "g", scale = 3.0517578125e-05, scale_setting = "acc_range_g" },
    { quantity = "gyr", type = "i16", unit = "deg/s", scale = 0.07 },
"""

PACKET = """\
# [packet]: one notification: a header, then samples, all little-endian. Several kinds: [[packet]] for each.
[packet]
# role: the characteristic that it comes on.
role = "data"
# order: "interleaved": sample after sample; "blocks": all of one quantity, then all of the next.
order = "interleaved"
# header: the numbers before the samples, from the first byte on. Names: device_time, sequence, count, version, flags,
# marker, reserved. With `equals` a number must have that value, or the packet is not of this kind.
header = [
%HEADER%]
# field: what one sample holds, three axes each. quantity: acc, gyr, mag and others; { quantity = "unused", bytes = 2 }
# passes over bytes. type: i8, i16, i32, f32 and unsigned ones. unit: g, mg, m/s2; deg/s, rad/s.
# Value = raw x scale x value of scale_setting.
field = [
%FIELDS%]
# sequence_counts: what the header's "sequence" counts: "packets" or "samples". Losses are known from it.
sequence_counts = "packets"
# samples_per_packet: what it normally sends, one number or one a rate: { "100" = 4, "200" = 8 }. Decoding counts by
# length.
samples_per_packet = 4
source = "%FILL%: datasheet and page"
confidence = "memory"

"""

GYRO_PACKET = """\
# [packet]: the gyroscope's own kind of packet. It is joined to the accelerations by time.
[packet]
role = "data"
order = "interleaved"
header = [
%HEADER%]
field = [
    { quantity = "gyr", type = "i16", unit = "deg/s", scale = 0.07 },
]
sequence_counts = "packets"
samples_per_packet = 4
source = "%FILL%: datasheet and page"
confidence = "memory"

"""

WITH_CLOCK = """\
# [packet.timestamp]: what the header's "device_time" means.
[packet.timestamp]
# meaning: the time of the "first_sample" or the "last_sample" of the packet; "none" when there is no clock.
meaning = "first_sample"
# tick_s: how long one tick of this clock is, in seconds. The clock wraps at the width of its number.
tick_s = 1e-6
source = "%FILL%: datasheet and page"
confidence = "memory"
"""

NO_CLOCK = """\
# [packet.timestamp]: the packets carry no time. Times then come from the arrival of packets, with a wider uncertainty.
[packet.timestamp]
# meaning: "none"; with a clock "first_sample" or "last_sample", and tick_s beside it.
meaning = "none"
source = "%FILL%: datasheet and page"
confidence = "memory"
"""
