"""What is wrong with a profile file: every fault with its key, its line and, where it helps, the word that was meant.

Two sorts of fault are collected side by side. pydantic checks each table by itself. `cross_faults` checks what
tables say about each other, on the raw values, so that a mistyped key in one table does not hide a wrong role in
another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from gaitpipe.errors import ProfileFault
from gaitpipe.protocol.codecs import CODECS
from gaitpipe.protocol.handshake import settings_named_in_text
from gaitpipe.protocol.quantities import QUANTITIES
from gaitpipe.protocol.readings import READINGS
from gaitpipe.protocol.schema_conflicts import conflict_faults
from gaitpipe.protocol.schema_limits import limit_faults
from gaitpipe.protocol.schema_tables import (
    Found,
    is_number,
    meant,
    packets,
    payload_parts,
    table,
    tables,
    uuids_of,
    visible,
)
from gaitpipe.protocol.toml_lines import Location, dotted, line_of, lines_of_keys
from gaitpipe.protocol.uuids import full_uuid

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

SPECIAL_HEADER_NAMES = ("device_time", "sequence", "count", "version", "flags", "marker", "frame_type", "reserved")
MACHINE_CONTROL_POINT = full_uuid("2ad9")
"""Fitness Machine Control Point: what is written there moves a belt on which somebody runs."""
_LINE_IN_SYNTAX_ERROR = re.compile(r"\s*\(at line (\d+), column \d+\)")


def syntax_fault(message: str) -> ProfileFault:
    """A TOML syntax error as a fault."""
    found = _LINE_IN_SYNTAX_ERROR.search(message)
    line = int(found.group(1)) if found else None
    return ProfileFault("", line, "TOML syntax: " + _LINE_IN_SYNTAX_ERROR.sub("", message))


def sorted_faults(faults: Sequence[ProfileFault]) -> list[ProfileFault]:
    """In the order of the lines, each said once, with the control characters of the file made visible."""
    shown = (ProfileFault(visible(fault.key), fault.line, visible(fault.problem)) for fault in faults)
    unique = list(dict.fromkeys(shown))
    return sorted(unique, key=lambda fault: (fault.line or 0, fault.key))


def pydantic_faults(error: ValidationError, root: type[BaseModel], text: str) -> list[ProfileFault]:
    """The faults that pydantic found, in plain words."""
    lines = lines_of_keys(text)
    faults = []
    for item, placed in _one_a_key(error.errors(include_url=False)):
        location = placed
        if location[:2] == ("packet", 0) and location[:2] not in lines:  # written as [packet], read as a list of one
            location = ("packet", *location[2:])
        problem = _problem(item, location, root)
        faults.append(ProfileFault(dotted(location), line_of(lines, location), problem))
    return faults


def _one_a_key(items: Sequence[Any]) -> list[tuple[Mapping[str, Any], Location]]:
    """The faults with their places. Where a key may be a number or a list, pydantic tells each branch: one is said.

    It is the one that looks deeper into the value, since only a branch of the right shape gets there; or the one that
    does not complain of the shape itself.
    """
    placed = [(item, _without_type_names(item["loc"])) for item in items]
    kept: dict[Location, Mapping[str, Any]] = {}
    for item, location in placed:
        is_branch = len(location) < len(item["loc"])
        deeper = any(len(other) > len(location) and other[: len(location)] == location for _, other in placed)
        if is_branch and deeper:
            continue
        if location not in kept or (is_branch and str(kept[location]["type"]).endswith("_type")):
            kept[location] = item
    return [(item, location) for location, item in kept.items()]


def _without_type_names(location: Sequence[int | str]) -> Location:
    """The place of a fault without the branch of a union (`int`, `dict[str,...]`): that is no key of the file."""
    noise = re.compile(r"constrained-|dict\[|list\[|literal\[|function-|nullable|^\[key\]$|^int$|^float$|^str$")
    return tuple(part for part in location if not (isinstance(part, str) and noise.search(part)))


def _problem(item: Mapping[str, Any], location: Location, root: type[BaseModel]) -> str:
    kind = item["type"]
    value = item["input"]
    if kind == "extra_forbidden":
        return "unknown key" + meant(str(location[-1]), _keys_at(root, location[:-1]))
    if kind == "missing":
        return "missing"
    message = str(item["msg"]).removeprefix("Value error, ")
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(item["ctx"]["expected"]))
        return f"{_shown(value)} is not allowed; allowed: {item['ctx']['expected']}" + meant(str(value), choices)
    if kind == "value_error":
        return message if isinstance(value, dict) else f"{message} (found {_shown(value)})"
    return f"{message[:1].lower()}{message[1:]} (found {_shown(value)})"


def _shown(value: object) -> str:
    """A value as the file has it, not longer than a line."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _keys_at(root: type[BaseModel], location: Location) -> list[str]:
    """All keys that the table at `location` may have."""
    model = root
    skip_name = False
    for part in location:
        if isinstance(part, int) or skip_name:
            skip_name = False
            continue
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        inner = next(_models_in(annotation), None)
        if inner is None:
            return []
        skip_name = getattr(annotation, "__origin__", None) is dict
        model = inner
    return list(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if hasattr(annotation, "model_fields"):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def cross_faults(raw: Mapping[str, Any], text: str) -> list[ProfileFault]:
    """Faults between tables: unknown roles, settings and codecs, clocks without a field, rates without a count."""
    lines = lines_of_keys(text)
    found = [*_role_faults(raw), *_setting_faults(raw), *_kind_faults(raw), *_write_faults(raw)]
    found += [*limit_faults(raw), *conflict_faults(raw)]
    for location, packet in packets(raw):
        found += _packet_faults(raw, location, packet)
    return [ProfileFault(dotted(location), line_of(lines, location), problem) for location, problem in found]


def _kind_faults(raw: Mapping[str, Any]) -> Found:
    """A motion sensor has packets and placements, an auxiliary device readings."""
    auxiliary = "auxiliary" in raw
    needed = ("reading",) if auxiliary else ("packet", "placements", "settings")
    for key in needed:
        if not raw.get(key):
            yield (key,), "missing"
    for key in ("packet", "placements") if auxiliary else ("reading",):
        if raw.get(key):
            yield (key,), f"belongs to {'a motion sensor' if auxiliary else 'an auxiliary device'}"
    held = [item.get("quantity") for _, packet in packets(raw) for _, item in tables(packet, "field")]
    if held and "acc" not in held and not raw.get("unfit"):
        yield ("packet", "field"), "no packet has the quantity 'acc': say in [[unfit]] that it is of no use for gait"
    for number, reading in tables(raw, "reading"):
        codec = reading.get("codec")
        if isinstance(codec, str) and codec not in READINGS:
            yield ("reading", number, "codec"), f"there is no codec '{codec}'{meant(codec, list(READINGS))}"


def _write_faults(raw: Mapping[str, Any]) -> Found:
    """Nothing is ever written to a device beside the feet, nor by any profile to a machine's control point."""
    moving = {
        item.get("role")
        for _, service in tables(raw, "service")
        for _, item in tables(service, "characteristic")
        if MACHINE_CONTROL_POINT in uuids_of(item)
    }
    for number, command in tables(raw, "command"):
        if command.get("role") in moving:
            problem = "2AD9 is the control point of a fitness machine: it would move the belt and is never written to"
            yield ("command", number, "role"), problem
        elif "auxiliary" in raw:
            yield ("command", number), "nothing is ever written to an auxiliary device: it is listened to"


def _role_faults(raw: Mapping[str, Any]) -> Found:
    roles: list[str] = []
    for number, service in tables(raw, "service"):
        for row, item in tables(service, "characteristic"):
            role = item.get("role")
            if role in roles:
                yield ("service", number, "characteristic", row, "role"), f"role '{role}' is used twice"
            roles.append(str(role))
    used: list[tuple[Location, Any]] = [((*place, "role"), packet.get("role")) for place, packet in packets(raw)]
    used += [(("reading", number, "role"), item.get("role")) for number, item in tables(raw, "reading")]
    if table(raw, "status"):
        used.append((("status", "role"), table(raw, "status").get("role")))
    for number, command in tables(raw, "command"):
        used.append((("command", number, "role"), command.get("role")))
        for kind in ("reply", "refusal"):
            used += [(("command", number, kind, row, "role"), item.get("role")) for row, item in tables(command, kind)]
    for location, role in used:
        if isinstance(role, str) and role not in roles:
            yield location, f"no characteristic has the role '{role}'" + meant(role, roles)


def _setting_faults(raw: Mapping[str, Any]) -> Found:
    known = list(table(raw, "settings"))
    if "rate_hz" not in known and "auxiliary" not in raw:
        yield ("settings", "rate_hz"), "missing: every sensor has a sampling rate"
    for location, name in _settings_used(raw):
        if isinstance(name, str) and name not in known:
            yield location, f"there is no setting '{name}'" + meant(name, known)


def _settings_used(raw: Mapping[str, Any]) -> Iterator[tuple[Location, Any]]:
    """Every place that names a setting, with the name."""
    for place, part in payload_parts(raw):
        yield (*place, "setting"), part.get("setting")
        yield from (((*place, "ascii"), name) for name in settings_named_in_text(part.get("ascii")))
    for place, packet in packets(raw):
        for row, item in tables(packet, "field"):
            yield (*place, "field", row, "scale_setting"), item.get("scale_setting")
    conditional = [*packets(raw), *((("command", number), item) for number, item in tables(raw, "command"))]
    conditional += [(("unfit", number), item) for number, item in tables(raw, "unfit")]
    for place, item in conditional:
        yield from (((*place, "only_if", name), name) for name in table(item, "only_if"))
        for row, one in tables(item, "only_if"):
            yield from (((*place, "only_if", row, name), name) for name in one)


def _packet_faults(raw: Mapping[str, Any], place: Location, packet: Mapping[str, Any]) -> Found:
    codec = packet.get("codec")
    if isinstance(codec, str) and codec not in CODECS:
        yield (*place, "codec"), f"there is no codec '{codec}'{meant(codec, list(CODECS))}"
    names = []
    for row, item in tables(packet, "header"):
        name = item.get("name")
        names.append(name)
        if isinstance(name, str) and name not in SPECIAL_HEADER_NAMES:
            hint = meant(name, SPECIAL_HEADER_NAMES)
            yield (*place, "header", row, "name"), f"'{name}' is not one of {', '.join(SPECIAL_HEADER_NAMES)}{hint}"
    yield from _clock_faults(place, packet, names)
    quantities = []
    for row, item in tables(packet, "field"):
        quantities.append(item.get("quantity"))
        known = QUANTITIES.get(str(item.get("quantity")))
        if known and item.get("unit") not in known.si_per_unit:
            units = ", ".join(known.si_per_unit)
            yield (*place, "field", row, "unit"), f"unit of {item.get('quantity')} must be one of {units}"
    named = [str(quantity) for quantity in quantities if quantity != "unused"]
    if quantities and not named:
        yield (*place, "field"), "needs a field with a quantity"
    if len(set(named)) != len(named):
        yield (*place, "field"), "a quantity appears twice"
    yield from _count_faults(raw, place, packet)


def _clock_faults(place: Location, packet: Mapping[str, Any], names: Sequence[Any]) -> Found:
    timestamp = table(packet, "timestamp")
    has_clock = timestamp.get("meaning") in ("first_sample", "last_sample")
    if has_clock and "device_time" not in names:
        yield (*place, "timestamp", "meaning"), "the header has no field named 'device_time'"
    if has_clock and timestamp.get("tick_s") is None:
        yield (*place, "timestamp", "tick_s"), "missing: how long is one tick of the device clock?"
    if (packet.get("sequence_counts") is None) != ("sequence" not in names):
        yield (*place, "sequence_counts"), "sequence_counts and a header field named 'sequence' belong together"


def _count_faults(raw: Mapping[str, Any], place: Location, packet: Mapping[str, Any]) -> Found:
    counts = packet.get("samples_per_packet")
    rates = table(table(raw, "settings"), "rate_hz").get("allowed")
    if not isinstance(counts, Mapping) or not isinstance(rates, list):
        return
    numeric = {}
    for key, value in counts.items():
        try:
            numeric[float(key)] = value
        except ValueError:
            yield (*place, "samples_per_packet", key), 'the key must be a rate in Hz, such as "104"'
    missing = [f"{rate:g}" for rate in rates if is_number(rate) and float(rate) not in numeric]
    if missing:
        yield (*place, "samples_per_packet"), f"no count for the rate(s) {', '.join(missing)}"
