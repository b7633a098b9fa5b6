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
from gaitpipe.protocol.toml_lines import Location, dotted, line_of, lines_of_keys

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

SPECIAL_HEADER_NAMES = ("device_time", "sequence", "version", "flags", "reserved")
_UNITS_OF = {"acc": ("m/s2", "g", "mg"), "gyr": ("rad/s", "deg/s"), "mag": ("uT",)}
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
    found = [*_role_faults(raw), *_setting_faults(raw), *_packet_faults(raw)]
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


def _role_faults(raw: Mapping[str, Any]) -> Found:
    roles: list[str] = []
    for number, service in tables(raw, "service"):
        for row, item in tables(service, "characteristic"):
            role = item.get("role")
            if role in roles:
                yield ("service", number, "characteristic", row, "role"), f"role '{role}' is used twice"
            roles.append(str(role))
    used: list[tuple[Location, Any]] = [
        ((key, "role"), table(raw, key).get("role")) for key in ("packet", "status") if table(raw, key)
    ]
    for number, command in tables(raw, "command"):
        used.append((("command", number, "role"), command.get("role")))
        for kind in ("reply", "refusal"):
            used += [(("command", number, kind, row, "role"), item.get("role")) for row, item in tables(command, kind)]
    for location, role in used:
        if isinstance(role, str) and role not in roles:
            yield location, f"no characteristic has the role '{role}'" + meant(role, roles)


def _setting_faults(raw: Mapping[str, Any]) -> Found:
    known = list(table(raw, "settings"))
    if "rate_hz" not in known:
        yield ("settings", "rate_hz"), "missing: every sensor has a sampling rate"
    used: list[tuple[Location, Any]] = []
    for number, command in tables(raw, "command"):
        places = [("payload", command, ())]
        for kind in ("reply", "refusal"):
            places += [("payload", item, (kind, row)) for row, item in tables(command, kind)]  # type: ignore[misc]
        for key, holder, path in places:
            for row, part in tables(holder, key):
                place: Location = ("command", number, *path, key, row)
                used.append(((*place, "setting"), part.get("setting")))
                used += [((*place, "ascii"), name) for name in settings_named_in_text(part.get("ascii"))]
    for row, item in tables(table(raw, "packet"), "field"):
        used.append((("packet", "field", row, "scale_setting"), item.get("scale_setting")))
    for location, name in used:
        if isinstance(name, str) and name not in known:
            yield location, f"there is no setting '{name}'" + meant(name, known)


def _packet_faults(raw: Mapping[str, Any]) -> Found:
    packet = table(raw, "packet")
    codec = packet.get("codec")
    if isinstance(codec, str) and codec not in CODECS:
        yield ("packet", "codec"), f"there is no codec '{codec}'{meant(codec, list(CODECS))}"
    names = []
    for row, item in tables(packet, "header"):
        name = item.get("name")
        names.append(name)
        if isinstance(name, str) and name not in SPECIAL_HEADER_NAMES:
            hint = meant(name, SPECIAL_HEADER_NAMES)
            yield ("packet", "header", row, "name"), f"'{name}' is not one of {', '.join(SPECIAL_HEADER_NAMES)}{hint}"
    yield from _clock_faults(packet, names)
    quantities = []
    for row, item in tables(packet, "field"):
        quantities.append(item.get("quantity"))
        allowed = _UNITS_OF.get(str(item.get("quantity")))
        if allowed and item.get("unit") not in allowed:
            yield (
                ("packet", "field", row, "unit"),
                f"unit of {item.get('quantity')} must be one of {', '.join(allowed)}",
            )
    if packet and quantities.count("acc") != 1:
        yield ("packet", "field"), "needs exactly one field with quantity 'acc'"
    if len(set(map(str, quantities))) != len(quantities):
        yield ("packet", "field"), "a quantity appears twice"
    yield from _count_faults(raw, packet)


def _clock_faults(packet: Mapping[str, Any], names: Sequence[Any]) -> Found:
    timestamp = table(packet, "timestamp")
    has_clock = timestamp.get("meaning") in ("first_sample", "last_sample")
    if has_clock and "device_time" not in names:
        yield ("packet", "timestamp", "meaning"), "the header has no field named 'device_time'"
    if has_clock and timestamp.get("tick_s") is None:
        yield ("packet", "timestamp", "tick_s"), "missing: how long is one tick of the device clock?"
    if (packet.get("sequence_counts") is None) != ("sequence" not in names):
        yield ("packet", "sequence_counts"), "sequence_counts and a header field named 'sequence' belong together"


def _count_faults(raw: Mapping[str, Any], packet: Mapping[str, Any]) -> Found:
    counts = packet.get("samples_per_packet")
    rates = table(table(raw, "settings"), "rate_hz").get("allowed")
    if not isinstance(counts, Mapping) or not isinstance(rates, list):
        return
    numeric = {}
    for key, value in counts.items():
        try:
            numeric[float(key)] = value
        except ValueError:
            yield ("packet", "samples_per_packet", key), 'the key must be a rate in Hz, such as "104"'
    missing = [f"{rate:g}" for rate in rates if isinstance(rate, (int, float)) and float(rate) not in numeric]
    if missing:
        yield ("packet", "samples_per_packet"), f"no count for the rate(s) {', '.join(missing)}"
