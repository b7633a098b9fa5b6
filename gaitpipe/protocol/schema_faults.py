"""What is wrong with a profile file: every fault with its key, its line and, where it helps, the word that was meant.

Two sorts of fault are collected side by side. pydantic checks each table by itself. `cross_faults` checks what
tables say about each other, on the raw values, so that a mistyped key in one table does not hide a wrong role in
another.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from gaitpipe.errors import ProfileFault
from gaitpipe.protocol.codecs import CODECS
from gaitpipe.protocol.handshake import settings_named_in_text
from gaitpipe.protocol.quantities import QUANTITIES
from gaitpipe.protocol.readings import READINGS
from gaitpipe.protocol.toml_lines import Location, dotted, line_of, lines_of_keys
from gaitpipe.protocol.uuids import full_uuid

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

SPECIAL_HEADER_NAMES = ("device_time", "sequence", "count", "version", "flags", "marker", "frame_type", "reserved")
MACHINE_CONTROL_POINT = full_uuid("2ad9")
"""Fitness Machine Control Point: what is written there moves a belt on which somebody runs."""
_LINE_IN_SYNTAX_ERROR = re.compile(r"\s*\(at line (\d+), column \d+\)")


def meant(word: str, candidates: Sequence[str]) -> str:
    """` (did you mean 'x'?)` when a candidate is near `word`, otherwise nothing."""
    near = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""


def syntax_fault(message: str) -> ProfileFault:
    """A TOML syntax error as a fault."""
    found = _LINE_IN_SYNTAX_ERROR.search(message)
    line = int(found.group(1)) if found else None
    return ProfileFault("", line, "TOML syntax: " + _LINE_IN_SYNTAX_ERROR.sub("", message))


def sorted_faults(faults: Sequence[ProfileFault]) -> list[ProfileFault]:
    """In the order of the lines, each said once."""
    unique = list(dict.fromkeys(faults))
    return sorted(unique, key=lambda fault: (fault.line or 0, fault.key))


def pydantic_faults(error: ValidationError, root: type[BaseModel], text: str) -> list[ProfileFault]:
    """The faults that pydantic found, in plain words."""
    lines = lines_of_keys(text)
    faults = []
    for item in error.errors(include_url=False):
        location = _without_type_names(item["loc"])
        if location[:2] == ("packet", 0) and location[:2] not in lines:  # written as [packet], read as a list of one
            location = ("packet", *location[2:])
        problem = _problem(item, location, root)
        faults.append(ProfileFault(dotted(location), line_of(lines, location), problem))
    return faults


def _without_type_names(location: Sequence[int | str]) -> Location:
    """The place of a fault without the branch of a union (`int`, `dict[str,...]`): that is no key of the file."""
    noise = re.compile(r"constrained-|dict\[|literal\[|function-|nullable|^\[key\]$|^int$|^float$|^str$")
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
        return f"{value!r} is not allowed; allowed: {item['ctx']['expected']}" + meant(str(value), choices)
    if kind == "value_error":
        return message if isinstance(value, dict) else f"{message} (found {value!r})"
    return f"{message[:1].lower()}{message[1:]} (found {value!r})"


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
    for location, packet in packets(raw):
        found += _packet_faults(raw, location, packet)
    return [ProfileFault(dotted(location), line_of(lines, location), problem) for location, problem in found]


Found: TypeAlias = Iterator[tuple[Location, str]]


def table(raw: Any, key: str) -> Mapping[str, Any]:
    """The table of this name; an empty one where there is none, or something else."""
    value = raw.get(key) if isinstance(raw, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def tables(raw: Any, key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The tables of this list with their places; what is no table is left out."""
    value = raw.get(key) if isinstance(raw, Mapping) else None
    rows = value if isinstance(value, list) else []
    return [(index, row) for index, row in enumerate(rows) if isinstance(row, Mapping)]


def packets(raw: Any) -> list[tuple[Location, Mapping[str, Any]]]:
    """The packet tables, written as one `[packet]` or several `[[packet]]`, with their places."""
    one = table(raw, "packet")
    if one:
        return [(("packet",), one)]
    return [(("packet", index), row) for index, row in tables(raw, "packet")]


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
        if MACHINE_CONTROL_POINT in _uuids_of(item)
    }
    for number, command in tables(raw, "command"):
        if command.get("role") in moving:
            problem = "2AD9 is the control point of a fitness machine: it would move the belt and is never written to"
            yield ("command", number, "role"), problem
        elif "auxiliary" in raw:
            yield ("command", number), "nothing is ever written to an auxiliary device: it is listened to"


def _uuids_of(characteristic: Mapping[str, Any]) -> list[str]:
    """All UUIDs that a characteristic may have, in full."""
    also = characteristic.get("also")
    named = [characteristic.get("uuid"), *(also if isinstance(also, list) else [])]
    return [full_uuid(one) for one in named if isinstance(one, str)]


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
    for place, part in _payload_parts(raw):
        yield from _code_faults(raw, place, part)


def _payload_parts(raw: Mapping[str, Any]) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    """All parts of the payloads of commands and of their answers."""
    for number, command in tables(raw, "command"):
        places: list[tuple[Location, Mapping[str, Any]]] = [((), command)]
        for kind in ("reply", "refusal"):
            places += [((kind, row), item) for row, item in tables(command, kind)]
        for path, holder in places:
            for row, part in tables(holder, "payload"):
                yield ("command", number, *path, "payload", row), part


def _settings_used(raw: Mapping[str, Any]) -> Iterator[tuple[Location, Any]]:
    """Every place that names a setting, with the name."""
    for place, part in _payload_parts(raw):
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


def _code_faults(raw: Mapping[str, Any], place: Location, part: Mapping[str, Any]) -> Found:
    """Each allowed value of a setting needs its code."""
    codes = part.get("codes")
    if not isinstance(codes, Mapping):
        return
    known = set()
    for key in codes:
        try:
            known.add(float(key))
        except ValueError:
            yield (*place, "codes"), f"'{key}' is no number: the keys are values of the setting"
    allowed = table(table(raw, "settings"), str(part.get("setting"))).get("allowed")
    numbers = [value for value in allowed if isinstance(value, (int, float))] if isinstance(allowed, list) else []
    missing = [f"{value:g}" for value in numbers if float(value) not in known]
    if missing:
        yield (*place, "codes"), f"no code for the value(s) {', '.join(missing)}"


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
    missing = [f"{rate:g}" for rate in rates if isinstance(rate, (int, float)) and float(rate) not in numeric]
    if missing:
        yield (*place, "samples_per_packet"), f"no count for the rate(s) {', '.join(missing)}"
